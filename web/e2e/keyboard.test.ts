import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, type Person, person, settled } from "./browser.ts";

const target = inject("target");
let browser: Browser;
let somebody: Person;

beforeAll(async () => {
  browser = await launch();
  somebody = await person(browser, target, "admin");
});
afterAll(() => browser.close());

const selected = () => new URL(somebody.page.url()).searchParams.get("selected");

test("j and k walk the queue, Escape comes back, and typing is not a shortcut", async () => {
  const { page } = somebody;
  await page.goto("/tickets?view=all");
  await page.locator("[data-number]").nth(2).waitFor();
  const numbers = await page
    .locator("[data-number]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-number")));
  await page.keyboard.press("j");
  await expect.poll(selected).toBe(numbers[0]);
  await page.keyboard.press("j");
  await expect.poll(selected).toBe(numbers[1]);
  await page.keyboard.press("k");
  await expect.poll(selected).toBe(numbers[0]);
  await page.locator('[data-pane="ticket"] h1').waitFor();
  await page.keyboard.press("Escape");
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-number")))
    .toBe(numbers[0]);

  const search = page.getByRole("textbox", { name: "在此视图中搜索" });
  await search.focus();
  await page.keyboard.type("jk");
  expect(selected()).toBe(numbers[0]);
  expect(await search.inputValue()).toBe("jk");
});

test("Ctrl-K goes to a page without the mouse", async () => {
  const { page } = somebody;
  await page.goto("/tickets?view=all");
  await page.locator("[data-number]").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.type("配置");
  await expect.poll(() => page.getByRole("option").count()).toBe(1);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/design");
});

test("the address is the state: reload shows the same list and ticket", async () => {
  const { page } = somebody;
  const filter = encodeURIComponent(JSON.stringify({ f: "status", op: "eq", v: "closed" }));
  await page.goto(`/tickets?view=all&sort=-created_at&filter=${filter}`);
  const first = page.locator("[data-number]").first();
  await first.click();
  await page.locator('[data-pane="ticket"] h1').waitFor();
  const before = await page.locator("[data-number]").first().getAttribute("data-number");
  await page.reload();
  await page.locator('[data-pane="ticket"] h1').waitFor();
  await settled(page);
  expect(await page.locator("[data-number]").first().getAttribute("data-number")).toBe(before);
  await page.getByRole("button", { name: /移除条件：状态/ }).waitFor();
});

test("a ticket opens from the list within 300 ms", async () => {
  const { page } = somebody;
  await page.goto("/tickets?view=all");
  await settled(page);
  const rows = page.locator("[data-number]");
  await rows.nth(0).click();
  await page.locator('[data-pane="ticket"] h1').waitFor();
  await settled(page);
  await rows.nth(1).hover();
  await page.waitForTimeout(400);
  const number = await rows.nth(1).getAttribute("data-number");
  const took = await page.evaluate(async (wanted) => {
    const start = performance.now();
    document.querySelector<HTMLElement>(`[data-number="${wanted}"]`)?.click();
    while (!document.querySelector(`article[aria-label^="${wanted}"]`)) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (performance.now() - start > 5000) break;
    }
    return performance.now() - start;
  }, number);
  console.log(`ticket opened from the list in ${Math.round(took)} ms`);
  expect(took).toBeLessThan(300);
});
