import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { linkFor, type Target } from "./server.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Person {
  context: BrowserContext;
  page: Page;
  /** Errors of the console and of scripts since the last look. */
  errors: string[];
}

interface Look {
  theme?: "auto" | "light" | "dark";
  language?: "zh" | "en";
  width?: number;
  height?: number;
}

/** Somebody signed in, in a browser context of their own. */
export async function person(
  browser: Browser,
  target: Target,
  login: string,
  look: Look = {},
): Promise<Person> {
  const { theme = "light", language = "zh", width = 1440, height = 900 } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    baseURL: target.url,
    reducedMotion: "reduce",
  });
  await context.addInitScript(
    ([chosenTheme, chosenLanguage]) => {
      localStorage.setItem("gongdan.theme", chosenTheme);
      localStorage.setItem("gongdan.language", chosenLanguage);
    },
    [theme, language] as const,
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // What was refused is told by its response below, with its address.
    const known = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !known) errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on("response", async (response) => {
    if (response.status() < 400) return;
    const said = await response.text().catch(() => "");
    errors.push(
      `${response.status()} ${response.request().method()} ${response.url()} ${said.slice(0, 200)}`,
    );
  });
  await page.goto(linkFor(target, login));
  await page.waitForURL((url) => url.pathname === "/tickets");
  await page.getByRole("banner").waitFor();
  return { context, page, errors };
}

/** Waits until nothing on the page is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .ant-spin'));
  await page.waitForTimeout(150);
}
