import { expect, test } from "vitest";
import type { FormDocument, Values } from "./document.ts";
import { evaluate } from "./logic.ts";

const document: FormDocument = {
  kind: "form",
  key: "repair",
  title: "Repair",
  fields: [
    { id: "title", type: "text", required: true, min: 2, max: 5 },
    { id: "estimate", type: "money", scale: 2 },
    { id: "reason", type: "text" },
    { id: "witness", type: "text" },
    {
      id: "parts",
      type: "table",
      max: 2,
      fields: [
        { id: "qty", type: "number", scale: 0, required: true },
        { id: "price", type: "money", scale: 2 },
        { id: "sum", type: "money", scale: 2, calc: "qty * price" },
      ],
    },
    { id: "total", type: "money", scale: 2, calc: "sum(parts.sum)" },
  ],
  rules: [
    { when: { f: "estimate", op: "gt", v: "3000.00" }, show: ["reason"], require: ["reason"] },
    { when: { f: "reason", op: "not_empty" }, show: ["witness"] },
    {
      when: { f: "total", op: "gt", v: "100.00" },
      error: { zh: "太贵", en: "Too much" },
      at: "parts",
    },
  ],
};

const state = (values: Values) => evaluate(document, { title: "漏水", ...values });
const problems = (values: Values) =>
  state(values).problems.map(({ path, code }) => `${path}:${code}`);

test("a rule shows and requires a field only while it holds", () => {
  expect(state({ estimate: "3000.00" }).visible.has("reason")).toBe(false);
  expect(state({ estimate: "3000.01" }).visible.has("reason")).toBe(true);
  expect(problems({ estimate: "3000.01" })).toEqual(["reason:form.required"]);
});

test("a hidden answer does not keep another field in sight", () => {
  const { visible } = state({ estimate: "1.00", reason: "old answer" });
  expect([visible.has("reason"), visible.has("witness")]).toEqual([false, false]);
  expect(state({ estimate: "1.00", reason: "old answer" }).values.reason).toBe("old answer");
});

test("columns and totals are worked out exactly, and rules see them", () => {
  const rows = [
    { qty: "3", price: "0.10" },
    { qty: "1", price: "99.80" },
  ];
  const settled = state({ parts: rows });
  expect(settled.values.total).toBe("100.10");
  expect((settled.values.parts as Values[]).map((row) => row.sum)).toEqual(["0.30", "99.80"]);
  expect(problems({ parts: rows })).toEqual(["parts:form.rule"]);
});

test("limits count characters and rows, and point into the table", () => {
  expect(problems({ title: "😀😀😀😀😀" })).toEqual([]);
  expect(problems({ title: "六个字符太长了" })).toEqual(["title:form.too_long"]);
  expect(problems({ parts: [{ price: "1" }, { qty: "1" }, { qty: "2" }] })).toEqual([
    "parts:form.too_many",
    "parts/0/qty:form.required",
  ]);
});

test("rights lock, hide and require", () => {
  const rights = { estimate: "read", reason: "none", title: "required" } as const;
  const { visible, readonly, problems: found } = evaluate(document, {}, rights);
  expect(readonly.has("estimate")).toBe(true);
  expect(visible.has("reason")).toBe(false);
  expect(found.map(({ path }) => path)).toEqual(["title"]);
});

test("a rule this version cannot read is left to the server", () => {
  const odd = {
    ...document,
    rules: [{ when: { f: "nowhere", op: "eq", v: "x" }, show: ["title"] }],
  };
  expect(evaluate(odd, { title: "漏水" }).visible.has("title")).toBe(true);
});
