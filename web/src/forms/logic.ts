import type { FieldRight } from "@/api/types.ts";
import type { Env, Row } from "@/lang/read.ts";
import { type CompiledForm, compileForm } from "./compile.ts";
import { type FieldDocument, type FormDocument, isBlank, type Values } from "./document.ts";
import { limits } from "./limits.ts";

/** What a form looks like for the answers given so far. */
export interface FormState {
  values: Values;
  visible: Set<string>;
  required: Set<string>;
  readonly: Set<string>;
  problems: FormProblem[];
}

/** A problem at a path such as `title` or `parts/0/qty`. */
export interface FormProblem {
  path: string;
  code: string;
  params?: Record<string, unknown>;
}

export type Rights = Record<string, FieldRight>;

/** Hiding a field may hide others; more rounds than this means that rules chase each other. */
const MAX_ROUNDS = 6;

/** The evaluation's constants as the browser knows them. */
export function browserEnv(me?: string, org?: string): Env {
  const now = new Date();
  return {
    now_ms: now.getTime(),
    offset_minutes: -now.getTimezoneOffset(),
    me: me ?? null,
    org: org ?? null,
  };
}

/** Applies formulas, rules and rights. The server repeats all of it; this only keeps the page in step. */
export function evaluate(
  document: FormDocument,
  answers: Values,
  rights: Rights = {},
  env: Env = browserEnv(),
): FormState {
  const form = compileForm(document);
  const { row, hidden } = settle(form, answers, env);
  const state: FormState = {
    values: { ...answers, ...row },
    visible: new Set(),
    required: new Set(),
    readonly: new Set(),
    problems: [],
  };
  for (const field of document.fields) {
    const right = rights[field.id];
    if (right !== "none" && !hidden.has(field.id)) state.visible.add(field.id);
    if (field.required || right === "required") state.required.add(field.id);
    if (isLocked(field, right)) state.readonly.add(field.id);
  }
  for (const rule of form.rules) {
    if (!rule.when({ row }, env)) continue;
    for (const id of rule.require) state.required.add(id);
    for (const id of rule.readonly) state.readonly.add(id);
    if (rule.error)
      state.problems.push({ path: rule.at, code: "form.rule", params: { message: rule.error } });
  }
  for (const field of document.fields) {
    if (!state.visible.has(field.id) || state.readonly.has(field.id)) continue;
    if (state.required.has(field.id) && isBlank(row[field.id])) {
      state.problems.push({ path: field.id, code: "form.required" });
    } else {
      state.problems.push(...limits(field, row[field.id], field.id));
    }
  }
  return state;
}

function isLocked(field: FieldDocument, right: FieldRight | undefined): boolean {
  const computed = field.calc || field.script || field.type === "serial";
  return Boolean(field.readonly || computed || right === "read" || right === "masked");
}

/** Works out formulas and takes hidden answers away until nothing more changes. */
function settle(form: CompiledForm, answers: Values, env: Env): { row: Row; hidden: Set<string> } {
  let row: Row = { ...answers };
  let hidden = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    row = calculate(form, row, env);
    hidden = hiddenFields(form, row, env);
    const full = [...hidden].filter((id) => !isBlank(row[id]));
    if (full.length === 0) break;
    for (const id of full) delete row[id];
  }
  return { row, hidden };
}

/** Formulas may need each other in any order: they are repeated until they rest. */
function calculate({ calculations }: CompiledForm, start: Row, env: Env): Row {
  let row = start;
  for (let round = 0; round <= calculations.length; round += 1) {
    let changed = false;
    for (const { field, column, run } of calculations) {
      const before = row[field];
      const after = column ? calculateColumn(row, field, column, run, env) : run(row, env);
      if (column ? after !== before : (before ?? null) !== after) {
        row = { ...row, [field]: after };
        changed = true;
      }
    }
    if (!changed) break;
  }
  return row;
}

type Run = CompiledForm["calculations"][number]["run"];

function calculateColumn(row: Row, field: string, column: string, run: Run, env: Env): unknown {
  const rows = row[field];
  if (!Array.isArray(rows)) return rows;
  let changed = false;
  const next = rows.map((inner: Row) => {
    const value = run(inner, env, row);
    if ((inner[column] ?? null) === value) return inner;
    changed = true;
    return { ...inner, [column]: value };
  });
  return changed ? next : rows;
}

/** Fields that some rule shows, and none does now. */
function hiddenFields({ rules }: CompiledForm, row: Row, env: Env): Set<string> {
  const hidden = new Set<string>();
  const shown = new Set<string>();
  for (const { when, show } of rules) {
    if (show.length === 0) continue;
    const side = when({ row }, env) ? shown : hidden;
    for (const id of show) side.add(id);
  }
  for (const id of shown) hidden.delete(id);
  return hidden;
}
