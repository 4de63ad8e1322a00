import { expect, test } from "vitest";
import { NO_FILTER, readFilter, writeFilter } from "./filter.ts";

test.each([
  [{ f: "status", op: "eq", v: "open" }],
  [
    {
      all: [
        { f: "status", op: "in", v: ["new", "open"] },
        { f: "owner", op: "eq", v: { var: "me" } },
      ],
    },
  ],
  [
    {
      all: [
        { f: "priority", op: "eq", v: 4 },
        { f: "due_at", op: "lt", v: { var: "now" } },
      ],
    },
  ],
  [
    {
      all: [
        { f: "owner", op: "empty" },
        { any: [{ f: "created_at", op: "gte", v: "2026-01-01" }] },
      ],
    },
  ],
  [{ f: "owner", op: "eq", v: "usr_7" }],
])("a condition survives the menu: %j", (condition) => {
  expect(writeFilter(readFilter(condition))).toEqual(condition);
});

test("no filter is no condition", () => {
  expect(writeFilter(NO_FILTER)).toBeUndefined();
  expect(readFilter(undefined)).toEqual(NO_FILTER);
});
