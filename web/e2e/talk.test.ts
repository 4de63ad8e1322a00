import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, type Person, person } from "./browser.ts";

const target = inject("target");
const alone = !target.program;
let browser: Browser;
let first: Person;
let second: Person;

beforeAll(async () => {
  browser = await launch();
  if (alone) return;
  first = await person(browser, target, "wen.jing");
  second = await person(browser, target, "zhou.min");
});
afterAll(() => browser.close());

const PATIENCE = { timeout: 30_000 };

/** Calls the API as whoever the page belongs to. */
function call<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([how, where, what]) => {
      const answer = await fetch(`/api/v1${where}`, {
        method: how as string,
        headers: { "content-type": "application/json" },
        ...(what === undefined ? {} : { body: JSON.stringify(what) }),
      });
      const text = await answer.text();
      return text ? JSON.parse(text) : null;
    },
    [method, path, body] as const,
  );
}

interface Made {
  id: string;
  number: string;
}

async function report(page: Page, title: string): Promise<Made> {
  const data = { title: `${title} ${Date.now()}`, urgency: "normal" };
  return call<Made>(page, "POST", "/tickets", { type: "repair", data });
}

async function open(somebody: Person, ticket: Made): Promise<Page> {
  await somebody.page.goto(`/tickets/${ticket.number}`);
  await composer(somebody.page).waitFor(PATIENCE);
  return somebody.page;
}

const composer = (page: Page) => page.getByRole("textbox", { name: /^(回复|内部备注)$/ });
const draftOf = (page: Page, { id }: Made) =>
  call<{ draft: { body: string; visibility: string; send_at: string | null } | null }>(
    page,
    "GET",
    `/tickets/${id}/draft`,
  ).then((answer) => answer.draft);
const told = (page: Page, { id }: Made) =>
  call<{ items: { comment: { body: string; visibility: string } | null }[] }>(
    page,
    "GET",
    `/tickets/${id}/timeline?limit=200`,
  ).then((answer) => answer.items.flatMap((item) => (item.comment ? [item.comment] : [])));

test.skipIf(alone)("U05 U06 a note cannot slip out as a reply", async () => {
  const ticket = await report(first.page, "水管漏水");
  const page = await open(first, ticket);
  const reply = page.getByRole("region", { name: "回复", exact: true });
  const note = page.getByRole("region", { name: "内部备注", exact: true });
  expect(await reply.textContent()).toContain("公开回复，经服务门户送达");
  await reply.getByRole("button", { name: "发送回复" }).waitFor();
  const white = await reply.evaluate((node) => getComputedStyle(node).backgroundColor);

  // An empty composer switches without a question.
  await page.getByRole("button", { name: "内部备注", exact: true }).click();
  await note.getByRole("button", { name: "保存备注" }).waitFor();
  expect(await note.textContent()).toContain("报修人看不到");
  expect(await note.evaluate((node) => getComputedStyle(node).backgroundColor)).not.toBe(white);

  await composer(page).fill("这家供应商不靠谱");
  await page.getByRole("button", { name: "回复", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByRole("button", { name: "取 消" })
    .or(dialog.getByRole("button", { name: "取消" }))
    .click();
  await dialog.waitFor({ state: "hidden", ...PATIENCE });
  expect(await composer(page).inputValue()).toBe("这家供应商不靠谱");
  await note.waitFor();

  await page.getByRole("button", { name: "回复", exact: true }).click();
  await dialog.getByRole("button", { name: "改为公开回复" }).click();
  await dialog.waitFor({ state: "hidden", ...PATIENCE });
  expect(await composer(page).inputValue()).toBe("这家供应商不靠谱");
  await reply.waitFor();
  await composer(page).fill("");
});

test.skipIf(alone)("U07 a draft survives a killed page and follows its writer", async () => {
  const ticket = await report(first.page, "门禁失灵");
  const page = await open(first, ticket);
  await page.getByRole("button", { name: "内部备注", exact: true }).click();
  await composer(page).fill("等物业开门");
  const began = Date.now();
  await expect
    .poll(() => draftOf(page, ticket).then((draft) => draft?.body), {
      timeout: 4000,
      interval: 100,
    })
    .toBe("等物业开门");
  expect(Date.now() - began).toBeLessThan(2000);

  const device = await person(browser, target, "wen.jing");
  await open(device, ticket);
  await expect.poll(() => composer(device.page).inputValue(), PATIENCE).toBe("等物业开门");
  await device.page.getByRole("region", { name: "内部备注", exact: true }).waitFor();

  // Somebody else has a composer of their own.
  await open(second, ticket);
  expect(await composer(second.page).inputValue()).toBe("");

  await device.page.close();
  await page.goto("about:blank");
  await open(first, ticket);
  await expect.poll(() => composer(page).inputValue(), PATIENCE).toBe("等物业开门");
  await device.context.close();
});

test.skipIf(alone)("U08 a reply can be taken back, then leaves once", async () => {
  const ticket = await report(first.page, "灯不亮");
  const page = await open(first, ticket);
  await composer(page).fill("电工已出发");
  await page.getByRole("button", { name: "发送回复" }).click();
  const undo = page.getByRole("button", { name: "撤回修改" });
  await undo.waitFor(PATIENCE);
  expect((await draftOf(page, ticket))?.send_at).toBeTruthy();
  await undo.click();
  await expect.poll(() => composer(page).inputValue(), PATIENCE).toBe("电工已出发");
  expect((await draftOf(page, ticket))?.send_at).toBeNull();
  expect(await told(page, ticket)).toEqual([]);

  await page.getByRole("button", { name: "发送回复" }).click();
  await undo.waitFor(PATIENCE);
  await composer(page).waitFor(PATIENCE);
  expect(await composer(page).inputValue()).toBe("");
  expect(await told(page, ticket)).toMatchObject([{ body: "电工已出发", visibility: "public" }]);
  expect(await draftOf(page, ticket)).toBeNull();
});

test.skipIf(alone)("U19 U21 two people at one ticket know of each other", async () => {
  const ticket = await report(first.page, "会议室投影花屏");
  const page = await open(first, ticket);
  await open(second, ticket);
  const seen = page.getByRole("status").filter({ hasText: "周敏" });
  await seen.filter({ hasText: "正在查看" }).waitFor({ timeout: 2000 + 3000 });
  await composer(second.page).fill("我来回复");
  await seen.filter({ hasText: "正在回复" }).waitFor({ timeout: 2000 });

  await composer(page).fill("正在处理");
  const text = second.page.getByRole("region", { name: "回复", exact: true });
  await text.getByText("文静 正在回复").waitFor(PATIENCE);
  await call(second.page, "POST", `/tickets/${ticket.id}/comments`, {
    body: "备件到了",
    visibility: "internal",
  });
  await page.getByText("你写的时候来了 1 条新消息").waitFor(PATIENCE);
  expect(await composer(page).inputValue()).toBe("正在处理");
  await page.getByRole("button", { name: "查看", exact: true }).click();
  await page.getByText("备件到了").waitFor(PATIENCE);

  await second.page.goto("about:blank");
  await seen.waitFor({ state: "detached", timeout: 10_000 });
  const errors = [...first.errors, ...second.errors].filter(
    (each) => !each.startsWith("about:blank"),
  );
  expect(errors).toEqual([]);
});

test.skipIf(alone)("U28 the timeline is filtered, and each entry has an address", async () => {
  const ticket = await report(first.page, "排风扇异响");
  await call(first.page, "POST", `/tickets/${ticket.id}/comments`, {
    body: "先断电检查",
    visibility: "internal",
  });
  const page = await open(first, ticket);
  const entry = page.locator("li", { hasText: "先断电检查" });
  await entry.waitFor(PATIENCE);
  const filters = page.getByRole("group", { name: "筛选" });
  await filters.getByRole("button", { name: "集成" }).click();
  await entry.waitFor({ state: "detached", ...PATIENCE });
  await filters.getByRole("button", { name: "人员" }).click();
  await entry.waitFor(PATIENCE);
  await filters.getByRole("button", { name: "全部" }).click();
  await entry.locator("a[href^='#']").click();
  expect(page.url()).toContain(`#${await entry.getAttribute("id")}`);
});
