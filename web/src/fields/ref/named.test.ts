import { expect, test } from "vitest";
import { named } from "./field.tsx";

test("only the answers that a filter names are asked with", () => {
  const filter = {
    all: [
      { f: "org", op: "eq", v: { f: "form.store" } },
      {
        any: [
          { f: "kind", op: "eq", v: "cold" },
          { f: "from", op: "lt", v: { f: "form.period.from" } },
        ],
      },
    ],
  };
  const values = {
    store: "org_1",
    period: { from: "2026-01-01" },
    phone: "13800000000",
    kind: "x",
  };
  expect(named(filter, values)).toEqual({ store: "org_1", period: { from: "2026-01-01" } });
  expect(named(filter, { store: "" })).toEqual({});
});
