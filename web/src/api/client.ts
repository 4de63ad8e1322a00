import type { Answer, Options, Route } from "./contract.ts";
import { ApiError, type ProblemDocument } from "./errors.ts";

const BASE = "/api/v1";

type Query = Record<string, string | number | boolean | null | undefined>;

interface CallOptions {
  query?: Query;
  body?: unknown;
  /** The version the change was made on; sent as If-Match. */
  version?: number;
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

type Method = "get" | "post" | "patch" | "put" | "delete";

let onSignedOut: () => void = () => {};

/** What to do when the server says that nobody is signed in. */
export function whenSignedOut(handle: () => void): void {
  onSignedOut = handle;
}

export function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${BASE}${path}?${text}` : `${BASE}${path}`;
}

/** Calls the API; every other answer than 2xx is thrown as an `ApiError`. */
async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const headers = new Headers({
    accept: "application/json",
    // What the person chose here, which need not be the browser's own language.
    "accept-language": document.documentElement.lang || "zh-CN",
  });
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.version !== undefined) headers.set("if-match", `"${options.version}"`);
  if (options.idempotencyKey) headers.set("idempotency-key", options.idempotencyKey);
  const request: RequestInit = {
    method: method.toUpperCase(),
    headers,
    credentials: "same-origin",
  };
  if (options.body !== undefined) request.body = JSON.stringify(options.body);
  if (options.signal) request.signal = options.signal;

  const answer = await send(address(path, options.query), request);
  if (!answer.ok) throw await refusal(answer, path);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError({ status: 0, code: "network.unreachable" });
  }
}

async function refusal(answer: Response, path: string): Promise<ApiError> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>;
  // Asking who is signed in must not send people away from the sign-in page.
  if (answer.status === 401 && !path.startsWith("/session")) onSignedOut();
  const requestId = problem.request_id ?? answer.headers.get("x-request-id") ?? undefined;
  const retryAfter = Number(answer.headers.get("retry-after")) || undefined;
  return new ApiError({
    ...problem,
    status: answer.status,
    code: problem.code ?? "server.internal",
    request_id: requestId,
    retry_after: retryAfter,
  });
}

/** A method of the API, its parameters, body and answer checked against the contract. */
function method<M extends Method>(name: M) {
  return <R extends Route<M>>(route: R, options: Options<R, M>): Promise<Answer<R, M>> => {
    const { path = {}, ...rest } = options as CallOptions & {
      path?: Record<string, string | number>;
    };
    const filled = route.replace(/\{(\w+)\}/g, (_, part: string) =>
      encodeURIComponent(String(path[part])),
    );
    return call<Answer<R, M>>(name, filled, rest);
  };
}

export const get = method("get");
export const post = method("post");
export const put = method("put");
export const patch = method("patch");
export const remove = method("delete");

/** A fresh key for one act of a person; a retry of the same act keeps it. */
export function newKey(): string {
  // randomUUID exists on secure origins only; a plant may serve plain HTTP inside its network.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
