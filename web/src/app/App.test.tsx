import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { serve } from "@/test/server.ts";
import { App } from "./App.tsx";

const LONG = 20_000;

async function open(path: string) {
  window.history.replaceState(null, "", path);
  await act(async () => {
    render(<App />);
  });
}

beforeEach(() => localStorage.clear());

test("nobody signed in is led to the sign-in page and back", { timeout: LONG }, async () => {
  let signedIn = false;
  serve(({ method, url }) => {
    if (url === "/session" && method === "POST") {
      signedIn = true;
      return { status: 204 };
    }
    if (!signedIn) return { status: 401, body: { status: 401, code: "access.sign_in_required" } };
    return undefined;
  });
  await open("/tickets?view=all_open");
  await screen.findByLabelText("账号", {}, { timeout: LONG });
  fireEvent.change(screen.getByLabelText("账号"), { target: { value: "li.wei" } });
  fireEvent.change(screen.getByLabelText("密码"), { target: { value: "secret" } });
  fireEvent.click(screen.getByRole("button", { name: "登录" }));
  await screen.findAllByText(/A座3楼会议室空调漏水/, {}, { timeout: LONG });
  expect(window.location.pathname).toBe("/tickets");
});

test("a report without its title is not sent, and a refused one keeps its answers", {
  timeout: LONG,
}, async () => {
  let refuse = true;
  const seen = serve(({ method, url }) => {
    if (method !== "POST" || url !== "/tickets" || !refuse) return undefined;
    refuse = false;
    const errors = [{ pointer: "/data/spot", code: "form.too_long", params: { max: 80 } }];
    return { status: 422, body: { status: 422, code: "request.invalid", errors } };
  });
  const posts = () => seen.filter(({ method, url }) => method === "POST" && url === "/tickets");
  await open("/new/repair");
  const title = await screen.findByLabelText(/遇到了什么问题/, {}, { timeout: LONG });
  fireEvent.click(screen.getByRole("button", { name: "提交" }));
  await screen.findByText("此项必填");
  expect(posts()).toHaveLength(0);
  await waitFor(() => expect(document.activeElement).toBe(title));

  fireEvent.change(title, { target: { value: "电梯停了" } });
  fireEvent.click(screen.getByRole("button", { name: "提交" }));
  await screen.findByText(/最多.*80.*个字/);
  expect((title as HTMLInputElement).value).toBe("电梯停了");

  fireEvent.click(await screen.findByRole("button", { name: /提交$/ }));
  await waitFor(() => expect(posts()).toHaveLength(2));
  const keys = posts().map(({ headers }) => headers.get("idempotency-key"));
  expect(keys[0]).not.toBe(keys[1]);
  await waitFor(() => expect(window.location.pathname).toMatch(/^\/tickets\/WX-/), {
    timeout: LONG,
  });
});

test("an act that somebody else overtook says so", { timeout: LONG }, async () => {
  serve(({ method, url }) =>
    method === "POST" && url.startsWith("/tasks/")
      ? { status: 412, body: { status: 412, code: "request.stale" } }
      : undefined,
  );
  await open("/tickets/WX-05210");
  const button = await screen.findByRole("button", { name: /接单|完成/ }, { timeout: LONG });
  fireEvent.click(button);
  if (button.textContent === "接单") await screen.findByText(/刚被修改过/);
});
