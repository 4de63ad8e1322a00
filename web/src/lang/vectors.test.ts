// The browser's evaluators against the vectors that the server's evaluators pass.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Condition, compile } from "./condition.ts";
import { compile as compileFormula } from "./formula.ts";
import type { Env, FieldType, Row, Types } from "./read.ts";

// Vitest runs in the folder of the web project.
const read = (name: string) =>
  JSON.parse(readFileSync(`../crates/lang/vectors/${name}.json`, "utf8"));

interface ConditionCase {
  name: string;
  when: Condition;
  true: Row[];
  false: Row[];
  env?: Env;
  old?: Row;
  outer?: Row;
}

describe("conditions", () => {
  const vectors: { types: Types; env: Env; cases: ConditionCase[] } = read("conditions");
  it.each(vectors.cases)("$name", ({ when, env, old, outer, ...rows }) => {
    const test = compile(when, vectors.types, outer && vectors.types);
    for (const expected of [true, false]) {
      for (const row of rows[`${expected}`]) {
        expect(test({ row, old, outer }, env ?? vectors.env), JSON.stringify(row)).toBe(expected);
      }
    }
  });
});

interface FormulaCase {
  formula: string;
  target?: FieldType;
  table?: string;
  outer?: Row;
  results: [Row, string | boolean | null][];
}

describe("formulas", () => {
  const vectors: { types: Types; env: Env; cases: FormulaCase[]; syntax: [string, number][] } =
    read("formulas");
  it.each(vectors.cases)("$formula", ({ formula, target, table, outer, results }) => {
    const columns = table === undefined ? undefined : vectors.types[table]?.fields;
    const run = compileFormula(formula, columns ?? vectors.types, target, columns && vectors.types);
    for (const [row, expected] of results) {
      expect(run(row, vectors.env, outer), JSON.stringify(row)).toBe(expected);
    }
  });

  it.each(vectors.syntax)("refuses %s", (formula) => {
    expect(() => compileFormula(formula, vectors.types)).toThrow();
  });
});
