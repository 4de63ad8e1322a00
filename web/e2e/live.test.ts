import type { Browser } from "playwright-core";
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
  first = await person(browser, target, "admin");
  second = await person(browser, target, "wen.jing");
});
afterAll(() => browser.close());

const PATIENCE = { timeout: 30_000 };

test.skipIf(alone)("what one person does, another sees without reloading", async () => {
  const title = `走廊灯闪烁 ${Date.now()}`;
  await first.page.goto("/tickets?view=all&sort=-created_at");
  const top = first.page.locator("[data-number]").first();
  await top.waitFor(PATIENCE);
  const before = await top.getAttribute("data-number");

  await second.page.goto("/new/repair");
  await second.page.getByLabel(/遇到了什么问题/).fill(title);
  await second.page.locator('form button[type="submit"]').click();
  await second.page.waitForURL(/\/tickets\/WX-\d+/, PATIENCE);
  const number = second.page.url().split("/").pop() ?? "";

  // The list does not jump: a pill tells, and loads when it is asked to.
  const pill = first.page.getByRole("button", { name: /条新动态/ });
  await pill.waitFor(PATIENCE);
  expect(await top.getAttribute("data-number")).toBe(before);
  await pill.click();
  await expect.poll(() => top.getAttribute("data-number"), PATIENCE).toBe(number);

  await top.click();
  await first.page.getByRole("heading", { level: 1, name: title }).waitFor(PATIENCE);
  await second.page.getByRole("button", { name: "内部备注", exact: true }).click();
  const note = second.page.getByRole("textbox", { name: "内部备注" });
  await note.fill("已通知电工");
  await note.press("Control+Enter");
  await first.page.locator("article article").getByText("已通知电工").waitFor(PATIENCE);
});

test.skipIf(alone)("who comes second is told who was first, and keeps the words", async () => {
  const { page } = first;
  await page.goto("/tickets?view=all&sort=-created_at");
  const number = (await page.locator("[data-number]").first().getAttribute("data-number")) ?? "";
  const edit = async (somebody: Person, spot: string) => {
    await somebody.page.goto(`/tickets/${number}`);
    const header = somebody.page.locator("article header");
    await header.getByRole("button").first().waitFor(PATIENCE);
    const direct = header.getByRole("button", { name: "修改", exact: true });
    if (await direct.count()) await direct.click();
    else {
      await header.getByRole("button", { name: "更多操作" }).click();
      await somebody.page.getByRole("menuitem", { name: "修改" }).click();
    }
    await somebody.page.getByRole("dialog").getByLabel("楼层、房间或机位").fill(spot);
  };
  const save = (somebody: Person) =>
    somebody.page.getByRole("dialog").getByRole("button", { name: "保存" }).click();

  await edit(first, "三楼东侧");
  await edit(second, "三楼西侧");
  await save(second);
  await second.page.getByRole("dialog").waitFor({ state: "hidden", ...PATIENCE });
  // The first page may have heard of it already; then its save goes through on the newer version.
  await save(first);
  const told = page.getByRole("dialog").getByRole("alert");
  const closed = page.getByRole("dialog").waitFor({ state: "hidden", ...PATIENCE });
  const outcome = await Promise.race([
    told.waitFor(PATIENCE).then(() => "told"),
    closed.then(() => "closed"),
  ]);
  if (outcome === "told") {
    await expect.poll(() => told.textContent(), PATIENCE).toContain("文静");
    expect(await page.getByRole("dialog").getByLabel("楼层、房间或机位").inputValue()).toBe(
      "三楼东侧",
    );
  }
});
