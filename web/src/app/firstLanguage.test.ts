import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

const script = readFileSync("public/theme.js", "utf8");

/** Runs `theme.js` as a browser with these languages would, and says which language the page has then. */
function pageLanguage(chosen: string | null, languages: readonly string[]): string {
  localStorage.clear();
  if (chosen) localStorage.setItem("gongdan.language", chosen);
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
  new Function(script)();
  return document.documentElement.lang;
}

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  document.documentElement.lang = "";
});

test.each([
  [null, ["zh-CN", "en-US"], "zh-CN"],
  [null, ["zh-Hant-TW"], "zh-CN"],
  [null, ["en-US", "zh-CN"], "en"],
  [null, ["de-DE", "zh-CN", "en"], "zh-CN"],
  [null, ["de-DE"], "en"],
  [null, [], "en"],
  ["zh", ["en-US"], "zh-CN"],
  ["en", ["zh-CN"], "en"],
] as const)("chosen %s in a browser of %j: %s", (chosen, languages, expected) => {
  expect(pageLanguage(chosen, languages)).toBe(expected);
});
