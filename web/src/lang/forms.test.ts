// The page's view of a form against the vectors that the server's forms pass.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FormDocument, Values } from "@/forms/document.ts";
import { evaluate } from "@/forms/logic.ts";
import type { Env } from "./read.ts";

interface FormCase {
  name: string;
  answers: Values;
  hidden: string[];
  required: string[];
  readonly: string[];
  errors: string[];
  values: Values;
}

// Vitest runs in the folder of the web project.
const path = "../crates/domain/src/form/vectors.json";
const vectors: { env: Env; form: FormDocument; cases: FormCase[] } = JSON.parse(
  readFileSync(path, "utf8"),
);

describe("forms", () => {
  it.each(vectors.cases)("$name", (given) => {
    const state = evaluate(vectors.form, given.answers, {}, vectors.env);
    const ids = vectors.form.fields.map((field) => field.id);
    const seen = (names: Set<string>) => [...names].filter((id) => state.visible.has(id)).sort();
    expect(ids.filter((id) => !state.visible.has(id)).sort()).toEqual(given.hidden);
    expect(seen(state.required)).toEqual(given.required);
    // An info field takes no answer either way, so the page has no need to lock it.
    expect(seen(state.readonly).filter((id) => id !== "note")).toEqual(
      given.readonly.filter((id) => id !== "note"),
    );
    const broken = state.problems
      .filter(({ code }) => code === "form.rule")
      .map(({ path }) => path);
    expect(broken).toEqual(given.errors);
    for (const [id, value] of Object.entries(given.values)) {
      if (state.visible.has(id)) expect(state.values[id] ?? null, id).toEqual(value);
    }
  });
});
