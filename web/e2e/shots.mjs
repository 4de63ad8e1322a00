// Takes pictures of the pages for people to look at: node e2e/shots.mjs OUT [name-filter]
// GONGDAN_URL (default: the dev server with its mock) and GONGDAN_TOKEN (one-time link token, default "demo").
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const base = process.env.GONGDAN_URL ?? "http://127.0.0.1:5199";
const token = process.env.GONGDAN_TOKEN ?? "demo";
const out = process.argv[2] ?? "e2e/.results/shots";
const wanted = process.argv[3] ?? "";
mkdirSync(out, { recursive: true });

const number = process.env.GONGDAN_TICKET ?? "WX-05210";
const routes = {
  "sign-in": "/sign-in",
  start: "/",
  queue: "/tickets?view=all_open",
  selected: `/tickets?view=all_open&selected=${number}`,
  ticket: `/tickets/${number}`,
  choose: "/new",
  form: "/new/repair",
  design: "/design",
  edit: "/design/form/repair",
  history: "/design/form/repair?tab=history",
  compare: "/design/form/repair?tab=compare",
};
const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 360, height: 800 } };

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
for (const [size, viewport] of Object.entries(sizes)) {
  for (const [theme, language] of [
    ["light", "zh"],
    ["dark", "en"],
  ]) {
    const context = await browser.newContext({
      viewport,
      deviceScaleFactor: size === "phone" ? 2 : 1,
    });
    await context.addInitScript(
      ([t, l]) => {
        localStorage.setItem("gongdan.theme", t);
        localStorage.setItem("gongdan.language", l);
      },
      [theme, language],
    );
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()))
        console.log(size, page.url(), message.text().slice(0, 300));
    });
    page.on("pageerror", (error) => console.log("PAGE ERROR", page.url(), error.message));
    await page.goto(`${base}/link?token=${token}`);
    await page.waitForURL("**/tickets**");
    for (const [name, path] of Object.entries(routes)) {
      const file = `${size}-${theme}-${name}`;
      if (!file.includes(wanted)) continue;
      await page.goto(base + path);
      await page.waitForLoadState("networkidle").catch(() => {});
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${out}/${file}.png` });
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      if (wide > 0) console.log(`${file} scrolls sideways by ${wide}px`);
    }
    await context.close();
  }
}
await browser.close();
