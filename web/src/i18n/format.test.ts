import { expect, test } from "vitest";
import { decimal, duration, moment } from "./format.ts";

const H = 3_600_000;

test.each([
  [2 * H + 10 * 60_000, "2 小时 10 分", "2 h 10 min"],
  [-(26 * H), "1 天 2 小时", "1 d 2 h"],
  [48 * H, "2 天", "2 d"],
  [30_000, "不到 1 分", "under 1 min"],
])("%d ms", (ms, zh, en) => {
  expect(duration(ms, "zh").replaceAll("\u2009", " ")).toBe(zh);
  expect(duration(ms, "en")).toBe(en);
});

test("relative only under a day", () => {
  const now = new Date("2026-11-25T10:00:00").getTime();
  expect(moment("2026-11-25T09:55:00", "en", now)).toBe("5 min ago");
  expect(moment("2026-11-22T09:30:00", "zh", now)).toBe("11月22日 09:30");
});

test.each([
  ["1234567.5", 2, "1,234,567.50"],
  ["12", undefined, "12"],
  ["-1234", 0, "-1,234"],
])("%s at scale %s", (text, scale, expected) => {
  expect(decimal(text, scale)).toBe(expected);
});
