import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, type Person, person } from "./browser.ts";

const target = inject("target");
const alone = !target.program;
let browser: Browser;
let agent: Person;
let reporter: Person;

beforeAll(async () => {
  browser = await launch();
  if (alone) return;
  agent = await person(browser, target, "admin");
  reporter = await person(browser, target, "wen.jing");
});
afterAll(() => browser.close());

const PATIENCE = { timeout: 30_000 };

test.skipIf(alone)("a reply rings, leads to its ticket, and is read then (U41)", async () => {
  const { page } = reporter;
  await page.goto("/new/repair");
  const title = `门禁失灵 ${Date.now()}`;
  await page.getByLabel(/遇到了什么问题/).fill(title);
  await page.locator('form button[type="submit"]').click();
  await page.waitForURL(/\/tickets\/WX-\d+/, PATIENCE);
  const number = page.url().split("/").pop() ?? "";

  // Waiting elsewhere: the bell is told by the live stream, without a reload.
  await page.goto("/inbox");
  await page.getByRole("heading", { level: 1 }).waitFor(PATIENCE);
  const words = `师傅已出发 ${Date.now()}`;
  await agent.page.goto(`/tickets/${number}`);
  const reply = agent.page.getByRole("textbox", { name: /回复/ });
  await reply.fill(words);
  await reply.press("Control+Enter");

  const message = page.getByRole("listitem").filter({ hasText: words });
  await message.waitFor(PATIENCE);
  const bell = page.getByRole("button", { name: /^消息，\s*\d+\s*条未读$/ });
  await bell.waitFor(PATIENCE);
  await bell.click();
  const popover = page.locator(".ant-popover").filter({ hasText: words });
  // With reduced motion, as here, it once stood far above the page, where a test that only waits still finds it.
  await expect.poll(async () => (await popover.boundingBox())?.y, PATIENCE).toBeGreaterThan(0);
  await popover.getByRole("link", { name: "全部消息" }).waitFor(PATIENCE);
  await page.keyboard.press("Escape");
  await message.getByRole("link").click();
  await page.waitForURL(new RegExp(`/tickets/${number}`), PATIENCE);
  await page.locator("article article").getByText(words).waitFor(PATIENCE);

  // The ticket is muted from its page, and that is kept.
  await page.getByRole("button", { name: "不再提醒这张工单" }).click();
  await page.getByRole("button", { name: "恢复提醒这张工单" }).waitFor(PATIENCE);

  await page.goto("/inbox");
  await message.getByRole("button", { name: "标为未读" }).waitFor(PATIENCE);

  // Nobody is told of their own acts.
  await agent.page.goto("/inbox");
  await agent.page.getByRole("heading", { level: 1 }).waitFor(PATIENCE);
  expect(await agent.page.getByText(words).count()).toBe(0);
});

test.skipIf(alone)("all is marked as read, and that is undone", async () => {
  const { page } = reporter;
  await page.goto("/inbox");
  const first = page.getByRole("listitem").first();
  await first.getByRole("button", { name: "标为未读" }).click();
  await first.getByRole("button", { name: "标为已读" }).waitFor(PATIENCE);
  await page.getByRole("button", { name: "全部标为已读" }).click();
  await first.getByRole("button", { name: "标为未读" }).waitFor(PATIENCE);
  await page.getByRole("button", { name: "撤销" }).click();
  await first.getByRole("button", { name: "标为已读" }).waitFor(PATIENCE);
});

test.skipIf(alone)("how somebody wants to be told is kept", async () => {
  const { page } = reporter;
  await page.goto("/inbox?tab=choices");
  const notes = page.getByRole("switch", { name: /内部备注/ });
  await notes.click();
  await page.getByLabel("从", { exact: true }).fill("22:00");
  await page.getByLabel("到", { exact: true }).fill("07:30");
  const saved = page.waitForResponse((response) =>
    Boolean(response.request().postData()?.includes('"to":"07:30"')),
  );
  await page.getByLabel("每天汇总的时间").focus();
  expect((await saved).ok()).toBe(true);
  await page.reload();
  await notes.waitFor(PATIENCE);
  expect(await notes.getAttribute("aria-checked")).toBe("false");
  expect(await page.getByLabel("从", { exact: true }).inputValue()).toBe("22:00");
  expect(await page.getByLabel("到", { exact: true }).inputValue()).toBe("07:30");
});
