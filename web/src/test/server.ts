import { vi } from "vitest";
import { handle } from "../../dev/mock/handle.ts";

export interface Seen {
  method: string;
  url: string;
  body: Record<string, unknown> | undefined;
  headers: Headers;
}

/** Answers `fetch` from the mock server and keeps what was asked; `refuse` may answer first. */
export function serve(
  refuse: (seen: Seen) => { status: number; body?: unknown } | undefined = () => undefined,
): Seen[] {
  const seen: Seen[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = String(input).replace(/^.*\/api\/v1/, "");
    const text = typeof init.body === "string" ? init.body : undefined;
    const request = {
      method: init.method ?? "GET",
      url,
      body: text ? JSON.parse(text) : undefined,
      headers: new Headers(init.headers),
    };
    seen.push(request);
    const answer = refuse(request) ?? handle(request.method, url, request.body, "mock=in");
    const body =
      answer.body === undefined || answer.status === 204 ? null : JSON.stringify(answer.body);
    return new Response(body, {
      status: answer.status,
      headers: { "content-type": "application/json" },
    });
  });
  return seen;
}
