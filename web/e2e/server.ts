// Where the server of the browser tests comes from:
//   GONGDAN_PROGRAM  the binary: it is started here on a scratch folder with the demo tenant; or
//   GONGDAN_URL and GONGDAN_LINK  a server that runs already and a one-time sign-in link of its administrator.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export interface Target {
  url: string;
  /** One-time link of the administrator, when no program can make links. */
  link: string;
  program: string;
  data: string;
}

declare module "vitest" {
  interface ProvidedContext {
    target: Target;
  }
}

const READY_MS = 600_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { GONGDAN_URL: url, GONGDAN_LINK: link = "", GONGDAN_PROGRAM: program = "" } = process.env;
  if (url) {
    // With the program and its folder, links for everybody can be made beside a running server.
    const data = process.env.GONGDAN_DATA ?? "";
    project.provide("target", { url, link, program: data ? program : "", data });
    return async () => {};
  }
  if (!program) throw new Error("set GONGDAN_PROGRAM, or GONGDAN_URL and GONGDAN_LINK");
  const data = mkdtempSync(join(tmpdir(), "gongdan-e2e-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const server = spawn(program, ["--data", data, "serve", "--demo", "--listen", listen], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await ready(server, listen);
  await reports({ url: `http://${listen}`, link: "", program, data });
  project.provide("target", { url: `http://${listen}`, link: "", program, data });
  return async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await gone;
    rmSync(data, { recursive: true, force: true });
  };
}

/** A one-time link for a person of the demo tenant. */
export function linkFor(target: Target, login: string): string {
  if (!target.program) return target.link;
  const answer = execFileSync(target.program, ["--data", target.data, "admin", "link", login], {
    encoding: "utf8",
  });
  const path = /https?:\/\/[^/\s]+(\/\S+)/.exec(answer)?.[1];
  if (!path) throw new Error(`no link for ${login} in: ${answer}`);
  return target.url + path;
}

/** A few reports, so that no list is empty however the demo was installed. */
async function reports(target: Target): Promise<void> {
  const token = linkFor(target, "admin").split("token=")[1] ?? "";
  const headers = { "content-type": "application/json", origin: target.url };
  const call = async (path: string, body: unknown, cookie = "") => {
    const init = { method: "POST", headers: { ...headers, cookie }, body: JSON.stringify(body) };
    const answer = await fetch(`${target.url}/api/v1${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const session = await call("/session/link", { token });
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  for (const title of [
    "货梯停在二层，轿厢门打不开",
    "财务室打印机卡纸",
    "研发楼无线网络时断时续",
    "后厨下水道返水",
  ]) {
    await call("/tickets", { type: "repair", data: { title, urgency: "normal" } }, cookie);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Resolves when the server answers that it is ready; what it said is part of the error when it never is. */
async function ready(server: ChildProcess, listen: string): Promise<void> {
  let said = "";
  let ended = false;
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  };
  server.stdout?.on("data", keep);
  server.stderr?.on("data", keep);
  server.once("exit", () => {
    ended = true;
  });
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && !ended) {
    const answer = await fetch(`http://${listen}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill("SIGKILL");
  throw new Error(`the server did not become ready:\n${said}`);
}
