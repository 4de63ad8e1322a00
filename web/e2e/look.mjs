// Opens one page as somebody and takes a picture: node e2e/look.mjs LINK PATH OUT [button-to-press …]
import { chromium } from "playwright-core";

const [link, path, out, ...buttons] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const context = await browser.newContext({
  viewport: { width: Number(process.env.W ?? 1440), height: Number(process.env.H ?? 900) },
});
await context.addInitScript(
  ([theme, language]) => {
    localStorage.setItem("gongdan.theme", theme);
    localStorage.setItem("gongdan.language", language);
  },
  [process.env.THEME ?? "light", process.env.LANGUAGE_ ?? "zh"],
);
const page = await context.newPage();
page.on(
  "console",
  (message) =>
    ["error", "warning"].includes(message.type()) && console.log(message.text().slice(0, 300)),
);
await page.goto(link);
await page.waitForURL((url) => url.pathname === "/tickets");
await page.goto(new URL(path, link).href);
await page.waitForTimeout(2500);
for (const name of buttons) {
  if (name.startsWith("label:")) await page.getByRole("dialog").getByLabel(name.slice(6)).click();
  else if (name.startsWith("key:")) await page.keyboard.press(name.slice(4));
  else await page.getByRole("button", { name }).first().click();
  await page.waitForTimeout(1200);
}
await page.screenshot({ path: out });
await browser.close();
