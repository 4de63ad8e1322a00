import { expect, test } from "vitest";
import { cut } from "./Highlighted.tsx";

test("marks spans by character, not by UTF-16 unit", () => {
  const pieces = cut("😀三楼打印机卡纸", [
    { text: "打印机", start: 3, end: 6, weight: 0.8 },
    { text: "卡纸", start: 6, end: 8, weight: 0.2 },
  ]);
  expect(pieces).toEqual([
    { text: "😀三楼", weight: 0 },
    { text: "打印机", weight: 1 },
    { text: "卡纸", weight: 0.25 },
  ]);
});

test("searches a word whose offsets point elsewhere, and leaves out what is not there", () => {
  const pieces = cut("空调漏水", [
    { text: "漏水", start: 9, end: 11, weight: 1 },
    { text: "停电", weight: 1 },
  ]);
  expect(pieces).toEqual([
    { text: "空调", weight: 0 },
    { text: "漏水", weight: 1 },
  ]);
});
