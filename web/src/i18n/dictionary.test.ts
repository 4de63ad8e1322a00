import { expect, test } from "vitest";
import { dictionaries } from "./index.tsx";

type Tree = { [key: string]: Tree | string | ((...args: never[]) => string) | string[] };

function leaves(tree: Tree, path = ""): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "object" && !Array.isArray(value)
      ? leaves(value, `${path}${key}.`)
      : [[`${path}${key}`, value] as [string, unknown]],
  );
}

const zh = new Map(leaves(dictionaries.zh as unknown as Tree));
const en = new Map(leaves(dictionaries.en as unknown as Tree));

test("both languages have the same sentences, also where keys are free words", () => {
  expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
});

test("no English sentence holds Chinese, none is empty", () => {
  for (const [key, value] of en) {
    const text = typeof value === "function" ? value("2" as never, "x" as never) : String(value);
    expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
    if (!Array.isArray(value)) expect(text, key).not.toBe("");
  }
});
