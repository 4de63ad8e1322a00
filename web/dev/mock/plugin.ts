import type { Plugin } from "vite";
import { handle } from "./handle.ts";

/** Answers `/api/v1` in the dev server with made-up data; a real server is reached with GONGDAN_URL instead. */
export function mockServer(): Plugin {
  return {
    name: "gongdan-mock",
    apply: "serve",
    configureServer(server) {
      if (process.env.GONGDAN_URL || process.env.VITEST) return;
      server.middlewares.use("/api/v1", (request, response) => {
        if (request.url?.startsWith("/stream")) {
          response.writeHead(200, {
            "content-type": "text/event-stream",
            "cache-control": "no-store",
          });
          response.write(": hello\n\n");
          return;
        }
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const json = request.headers["content-type"]?.includes("json");
          const body = json && text ? JSON.parse(text) : undefined;
          const cookie = request.headers.cookie ?? "";
          const answer = handle(request.method ?? "GET", request.url ?? "/", body, cookie);
          response.writeHead(answer.status, {
            "content-type": "application/json",
            ...answer.headers,
          });
          response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
        });
      });
      // Pages live at paths; the dev server answers them with the index as the real one does.
      server.middlewares.use((request, _response, next) => {
        if (/^\/(link|sign-in)/.test(request.url ?? "")) request.url = "/index.html";
        next();
      });
    },
  };
}
