import { expect, test } from "vitest";
import { locate } from "./pointer.ts";

const text = `{
  "kind": "form",
  "fields": [
    {"id": "a", "label": {"zh": "标题 \\"引号\\" }"}},
    {"id": "b/c", "max": 20}
  ]
}`;

const at = (pointer: string) => {
  const { from, to } = locate(text, pointer);
  return text.slice(from, to);
};

test.each([
  ["/kind", '"form"'],
  ["/fields/1/max", "20"],
  ["/fields/0/label/zh", '"标题 \\"引号\\" }"'],
  ["/fields/1", '{"id": "b/c", "max": 20}'],
])("%s", (pointer, expected) => {
  expect(at(pointer)).toBe(expected);
});

test("falls back to the nearest parent", () => {
  expect(at("/fields/1/missing")).toBe('{"id": "b/c", "max": 20}');
  expect(at("")).toBe(text);
});

test("broken text never loops", () => {
  expect(() => locate('{"a": [1, ', "/a/3/b")).not.toThrow();
  expect(() => locate('{"a" ', "/a")).not.toThrow();
});
