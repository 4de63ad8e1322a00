import { expect, test } from "vitest";
import { spaced } from "./spacing.ts";

test.each([
  ["剩 2 小时", "剩\u20092\u2009小时"],
  ["剩2小时10分", "剩\u20092\u2009小时\u200910\u2009分"],
  ["A座3楼", "A\u2009座\u20093\u2009楼"],
  ["已完成", "已完成"],
  ["no han 12", "no han 12"],
])("%s", (text, expected) => {
  expect(spaced(text)).toBe(expected);
});
