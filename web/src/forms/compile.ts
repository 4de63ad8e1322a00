import { type Condition, compile as compileCondition, type Test } from "@/lang/condition.ts";
import { compile as compileFormula } from "@/lang/formula.ts";
import type { Env, FieldType, Row, Types } from "@/lang/read.ts";
import { type FieldDocument, type FormDocument, type Option, optionsOf } from "./document.ts";

interface Rule {
  when: Test;
  show: string[];
  require: string[];
  readonly: string[];
  error: unknown;
  at: string;
}

interface Calculation {
  field: string;
  /** The column of the table `field`, when it is one. */
  column?: string;
  run: (row: Row, env: Env, outer?: Row) => string | boolean | null;
}

/** A form with its conditions and formulas prepared once. */
export interface CompiledForm {
  rules: Rule[];
  calculations: Calculation[];
}

const compiled = new WeakMap<FormDocument, CompiledForm>();

export function compileForm(document: FormDocument): CompiledForm {
  const known = compiled.get(document);
  if (known) return known;
  const types = typesOf(document.fields);
  const made: CompiledForm = {
    rules: (document.rules ?? []).flatMap((rule) => ruleOf(rule, types)),
    calculations: document.fields.flatMap((field) => calculationsOf(field, types)),
  };
  compiled.set(document, made);
  return made;
}

interface RuleDocument {
  when: Condition;
  show?: string[];
  require?: string[];
  readonly?: string[];
  error?: unknown;
  at?: string;
}

/** A rule that this version cannot read is left to the server rather than taking the form down. */
function ruleOf(raw: unknown, types: Types): Rule[] {
  const { when, show = [], require = [], readonly = [], error, at = "" } = raw as RuleDocument;
  try {
    return [{ when: compileCondition(when, types), show, require, readonly, error, at }];
  } catch {
    return [];
  }
}

function calculationsOf(field: FieldDocument, types: Types): Calculation[] {
  const found: Calculation[] = [];
  const columns = field.fields ?? [];
  const inner = typesOf(columns);
  try {
    for (const column of columns) {
      if (!column.calc) continue;
      const run = compileFormula(column.calc, inner, inner[column.id], types);
      found.push({ field: field.id, column: column.id, run });
    }
    if (field.calc)
      found.push({ field: field.id, run: compileFormula(field.calc, types, types[field.id]) });
  } catch {
    // As with rules: the server works it out.
  }
  return found;
}

export function typesOf(fields: FieldDocument[]): Types {
  const types: Types = {};
  for (const field of fields) {
    if (field.type === "info") continue;
    types[field.id] = typeOf(field);
    for (const [part, type] of PARTS[field.type] ?? []) types[`${field.id}.${part}`] = { type };
  }
  return types;
}

/** Parts of a value that conditions may name. */
const PARTS: Record<string, [string, string][]> = {
  "date-range": [
    ["from", "date"],
    ["to", "date"],
  ],
  address: [
    ["region", "text"],
    ["street", "text"],
  ],
};

const SAME = new Set(["date", "datetime", "bool", "person", "org"]);
const TEXTS = new Set(["text", "richtext", "phone", "email", "serial"]);

/** What conditions and formulas see of a field. */
function typeOf(field: FieldDocument): FieldType {
  const { type } = field;
  if (SAME.has(type)) return { type };
  if (TEXTS.has(type)) return { type: "text" };
  switch (type) {
    case "number":
    case "rating":
      return { type: "number", scale: type === "number" ? (field.scale ?? 0) : 0 };
    case "money":
      return { type, scale: field.scale ?? 2 };
    case "select":
      return { type: "choice", options: choices(optionsOf(field)) };
    case "multi-select":
    case "cascade":
      return { type: "multi_choice", options: choices(optionsOf(field)) };
    case "ref":
      return { type: "reference", to: field.to ?? "" };
    case "file":
    case "image":
      return { type: "files" };
    case "table":
      return { type, fields: typesOf(field.fields ?? []) };
    default:
      return { type: "opaque" };
  }
}

function choices(options: Option[]): { value: string; label: string }[] {
  return options.flatMap(({ value, label, children }) => {
    const word = typeof label === "string" ? label : (label?.zh ?? value);
    return [{ value, label: word }, ...choices(children ?? [])];
  });
}
