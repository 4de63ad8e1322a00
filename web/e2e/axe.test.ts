import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launch, type Person, person, settled } from "./browser.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const target = inject("target");
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Route {
  path: (ticket: string) => string;
  wait: string;
  /** Brings the page into another state, such as an open menu. */
  open?: (page: Page) => Promise<void>;
  /** The part that the state changes; the rest was looked at already. */
  only?: string;
}

const routes: Record<string, Route> = {
  "sign-in": { path: () => "/sign-in", wait: "#password" },
  start: { path: () => "/", wait: "canvas" },
  "start as tables": {
    only: "main",
    path: () => "/",
    wait: "canvas",
    open: async (page) => {
      for (const toggle of await page.locator("section > div > button[title]").all())
        await toggle.click();
    },
  },
  queue: { path: () => "/tickets?view=all", wait: "[data-number]" },
  "queue with a ticket": {
    path: (ticket) => `/tickets?view=all&selected=${ticket}`,
    wait: '[data-pane="ticket"] h1',
  },
  "queue filter": {
    only: "#floating",
    path: () => "/tickets?view=all",
    wait: "[data-number]",
    open: async (page) => {
      await page.getByRole("button", { name: /^(筛选|Filter)$/ }).click();
      await page.locator(".ant-popover label").first().waitFor();
    },
  },
  ticket: { path: (ticket) => `/tickets/${ticket}`, wait: "article h1" },
  "ticket as an internal note": {
    only: "article",
    path: (ticket) => `/tickets/${ticket}`,
    wait: "article h1",
    open: (page) => page.getByRole("button", { name: /^(内部备注|Internal note)$/ }).click(),
  },
  "missing ticket": { path: () => "/tickets/NO-1", wait: "main p" },
  palette: {
    only: "dialog",
    path: () => "/tickets?view=all",
    wait: "[data-number]",
    open: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
    },
  },
  "person menu": {
    only: "#floating",
    path: () => "/tickets?view=all",
    wait: "[data-number]",
    open: async (page) => {
      await page.getByRole("button", { name: /^(个人菜单|Your menu)/ }).click();
      await page.getByRole("menuitem").first().waitFor();
    },
  },
  inbox: { path: () => "/inbox", wait: "main h1" },
  "message choices": { path: () => "/inbox?tab=choices", wait: "main table" },
  "ticket types": { path: () => "/new", wait: "main ul a" },
  "new ticket": { path: () => "/new/repair", wait: "form" },
  "new ticket with errors": {
    path: () => "/new/repair",
    wait: "form",
    open: async (page) => {
      await page.locator('form button[type="submit"]').click();
      await page.getByRole("alert").waitFor();
    },
  },
  definitions: { path: () => "/design", wait: "main table" },
  definition: { path: () => "/design/form/repair", wait: ".cm-content" },
  "definition checked": {
    only: "main aside",
    path: () => "/design/form/repair",
    wait: ".cm-content",
    open: async (page) => {
      await page.getByRole("button", { name: /^(检查|Check)$/ }).click();
      await page.locator("main aside").waitFor();
    },
  },
  history: { path: () => "/design/form/repair?tab=history", wait: "main table" },
  compare: { path: () => "/design/form/repair?tab=compare", wait: ".ant-select" },
  "no such page": { path: () => "/nowhere", wait: "main p" },
  portal: { path: () => "/portal.html", wait: "h1, main p" },
};

describe.each(["zh", "en"] as const)("%s, light and dark", (language) => {
  let somebody: Person;
  let ticket: string;

  beforeAll(async () => {
    somebody = await person(browser, target, "admin", { theme: "auto", language });
    await somebody.page.goto("/tickets?view=all");
    const row = somebody.page.locator("[data-number]").first();
    ticket = (await row.getAttribute("data-number")) ?? "";
  });
  afterAll(() => somebody.context.close());

  test.each(Object.entries(routes))("%s", async (name, { path, wait, open, only }) => {
    const { page, errors } = somebody;
    errors.length = 0;
    await page.goto(path(ticket));
    await page.locator(wait).first().waitFor();
    await settled(page);
    await open?.(page);
    if (open) await settled(page);
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(
        (mode) => document.documentElement.dataset.theme === mode,
        colorScheme,
      );
      const axe = new AxeBuilder({ page }).withTags(TAGS);
      const { violations } = await (only ? axe.include(only) : axe).analyze();
      for (const { id, nodes } of violations) {
        for (const { html, any } of nodes) {
          found.push(`${colorScheme} ${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`);
        }
      }
    }
    expect(found).toEqual([]);
    // A 404 of the API is part of the page that says so.
    if (name !== "missing ticket") expect(errors).toEqual([]);
  });
});

const WIDTHS = [1440, 1024, 699, 360, 320];

test("no page scrolls sideways at any width", async () => {
  const { page, context } = await person(browser, target, "admin", { height: 800 });
  await page.goto("/tickets?view=all");
  const ticket = (await page.locator("[data-number]").first().getAttribute("data-number")) ?? "";
  const wide: string[] = [];
  for (const [name, { path, wait }] of Object.entries(routes)) {
    await page.setViewportSize({ width: WIDTHS[0] ?? 1440, height: 800 });
    await page.goto(path(ticket));
    await page.locator(wait).first().waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await settled(page);
      const over = await page.evaluate(() => {
        const main = document.querySelector("main");
        return Math.max(
          document.documentElement.scrollWidth - window.innerWidth,
          main ? main.scrollWidth - main.clientWidth : 0,
        );
      });
      if (over > 1) wide.push(`${name} at ${width} px: ${over}`);
    }
  }
  await context.close();
  expect(wide).toEqual([]);
});
