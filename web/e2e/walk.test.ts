import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, type Person, person } from "./browser.ts";

const target = inject("target");
const alone = !target.program;
let browser: Browser;
const people: Person[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const PATIENCE = { timeout: 60_000 };
const REPORT = "A座3楼会议室空调漏水，水滴到插座上，很急";

async function enter(login: string): Promise<Page> {
  const somebody = await person(browser, target, login);
  people.push(somebody);
  return somebody.page;
}

/** Opens the ticket and waits for the act to be offered. */
async function offered(page: Page, number: string, act: string): Promise<void> {
  const button = page
    .locator("article header")
    .getByRole("button", { name: new RegExp(`^${act}`) });
  await page.goto(`/tickets/${number}`);
  await button.waitFor(PATIENCE);
  await button.click();
}

const dialog = (page: Page) => page.getByRole("dialog");

/** Chooses from one of the searchable lists. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await dialog(page).getByLabel(label).click();
  await page.keyboard.type(option);
  await page.locator(".ant-select-item-option", { hasText: option }).first().waitFor();
  await page.keyboard.press("Enter");
}

// One report, everybody's part in it; each step needs the one before, so they are one test.
test.skipIf(alone)("a report goes in, a verified fix comes out", { timeout: 600_000 }, async () => {
  const requester = await enter("ye.qing");

  // Intake.
  await requester.goto("/new/repair");
  await requester.getByLabel(/遇到了什么问题/).fill(REPORT);
  await requester.getByLabel("楼层、房间或机位").fill("3F 会议室");
  await requester.locator('form button[type="submit"]').click();
  await requester.waitForURL(/\/tickets\/WX-\d+/, PATIENCE);
  const number = requester.url().split("/").pop() ?? "";
  await requester.getByRole("heading", { level: 1, name: REPORT }).waitFor(PATIENCE);

  // The desk sees what the model proposes, and decides.
  const desk = await enter("wen.jing");
  await desk.goto(`/tickets/${number}`);
  await desk.getByRole("heading", { level: 1, name: REPORT }).waitFor(PATIENCE);
  const suggestions = desk.locator("aside").getByRole("heading", { name: "智能建议" });
  const proposed = await suggestions.waitFor({ timeout: 30_000 }).then(
    () => true,
    () => false,
  );
  if (proposed) {
    const accept = desk.getByRole("button", { name: "采纳" });
    while (await accept.count()) {
      const before = await accept.count();
      await accept.first().click();
      await expect.poll(() => accept.count(), PATIENCE).toBeLessThan(before);
    }
    await desk
      .getByText(/文静\s*采纳/)
      .first()
      .waitFor(PATIENCE);
  }

  // Triage: it will cost, so somebody has to approve.
  const claim = desk.locator("article header").getByRole("button", { name: /^接单/ });
  const complete = desk.locator("article header").getByRole("button", { name: /^完成/ });
  await claim.or(complete).first().waitFor(PATIENCE);
  if (await claim.count()) await claim.click();
  await complete.click();
  await dialog(desk).waitFor();
  if (!(await dialog(desk).getByText("空调暖通").count())) await choose(desk, "类别", "空调暖通");
  await dialog(desk).getByLabel("预计费用（元）").fill("3500");
  await dialog(desk).getByLabel("费用说明").fill("更换冷凝水泵与一段排水管");
  await dialog(desk).getByRole("button", { name: "完成" }).click();
  await dialog(desk).waitFor({ state: "hidden", timeout: 60_000 });

  // Approval.
  const manager = await enter("song.tao");
  await offered(manager, number, "同意");
  await dialog(manager).getByRole("button", { name: "同意" }).click();
  await dialog(manager).waitFor({ state: "hidden", timeout: 60_000 });

  // Dispatch: the ranking says who and why.
  await manager.goto(`/tickets/${number}`);
  const best = manager.getByRole("button", { name: /^派给/ }).first();
  await best.waitFor(PATIENCE);
  // The policy may dispatch by itself; the supervisor then chooses somebody else all the same.
  const facts = manager.locator("aside dl");
  await expect
    .poll(() => facts.getByText("未指派").count(), { timeout: 8_000 })
    .toBe(0)
    .catch(() => undefined);
  const name = ((await best.getAttribute("aria-label")) ?? "").replace(/^派给\s*/, "");
  await best.click();
  await manager.locator("dl").getByText(name).first().waitFor(PATIENCE);
  const login = await manager.evaluate(async (wanted) => {
    const answer = await fetch(`/api/v1/people?q=${encodeURIComponent(wanted)}`);
    const { items } = (await answer.json()) as { items: { name: string; login: string }[] };
    return items.find((each) => each.name === wanted)?.login ?? "";
  }, name);

  // Work, with a note for colleagues and a word for the requester.
  const engineer = await enter(login);
  await engineer.goto(`/tickets/${number}`);
  await engineer.getByRole("button", { name: "内部备注", exact: true }).click();
  await engineer
    .getByRole("textbox", { name: "内部备注" })
    .fill("冷凝水泵不转，仓库有一台同型号。");
  await engineer.getByRole("button", { name: "保存备注" }).click();
  await engineer.locator("article article").getByText("冷凝水泵不转").waitFor(PATIENCE);
  await offered(engineer, number, "完成");
  await choose(engineer, "故障原因", "元件损坏");
  await dialog(engineer).getByLabel("工时（小时）").fill("1.5");
  await dialog(engineer)
    .getByLabel("处理过程")
    .fill("更换冷凝水泵，清理水盘，试机三十分钟无滴水。");
  await dialog(engineer).getByRole("button", { name: "完成" }).click();
  await dialog(engineer).waitFor({ state: "hidden", timeout: 60_000 });

  // The requester never sees the internal note, confirms, and rates.
  await offered(requester, number, "确认解决");
  expect(await requester.getByText("冷凝水泵不转").count()).toBe(0);
  await dialog(requester).getByRole("button", { name: "确认解决" }).click();
  await dialog(requester).waitFor({ state: "hidden", timeout: 60_000 });
  await offered(requester, number, "评价");
  await dialog(requester)
    .locator("label", { has: requester.getByRole("radio", { name: /4/ }) })
    .click();
  expect(await dialog(requester).getByRole("radio", { name: /4/ }).isChecked()).toBe(true);
  await dialog(requester)
    .getByLabel(/想说的话/)
    .fill("修得很快");
  await dialog(requester).getByRole("button", { name: "评价" }).click();
  await dialog(requester).waitFor({ state: "hidden", timeout: 60_000 });

  // Everything that happened is told on the page.
  await desk.goto(`/tickets/${number}`);
  await desk.locator("article header").getByText("已关闭").waitFor(PATIENCE);
  await desk
    .getByText(/评价.*4.*星/)
    .first()
    .waitFor(PATIENCE);
  for (const { errors } of people) expect(errors).toEqual([]);
});
