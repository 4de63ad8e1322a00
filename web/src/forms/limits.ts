import type { FieldDocument } from "./document.ts";
import { isBlank } from "./document.ts";
import type { FormProblem } from "./logic.ts";

const TEXTS = new Set(["text", "richtext"]);
const COUNTED = new Set(["file", "image", "multi-select", "table"]);

/** The simple limits of one answer, told before the server does. */
export function limits(field: FieldDocument, value: unknown, path: string): FormProblem[] {
  if (isBlank(value)) {
    return COUNTED.has(field.type) && field.required && Number(field.min) > 0
      ? [{ path, code: "form.too_few", params: { min: field.min } }]
      : [];
  }
  if (field.type === "table") return tableLimits(field, value, path);
  if (TEXTS.has(field.type)) return lengthLimits(field, String(value), path);
  if (COUNTED.has(field.type) && Array.isArray(value))
    return countLimits(field, value.length, path);
  if (field.type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value))) {
    return [{ path, code: "form.bad_email" }];
  }
  return [];
}

/** Characters, not UTF-16 units, as the server counts them. */
function lengthLimits(field: FieldDocument, text: string, path: string): FormProblem[] {
  const length = Array.from(text).length;
  if (field.max !== undefined && length > Number(field.max)) {
    return [{ path, code: "form.too_long", params: { max: field.max } }];
  }
  if (field.min !== undefined && length < Number(field.min)) {
    return [{ path, code: "form.too_short", params: { min: field.min } }];
  }
  return [];
}

function countLimits(field: FieldDocument, count: number, path: string): FormProblem[] {
  if (field.max !== undefined && count > Number(field.max)) {
    return [{ path, code: "form.too_many", params: { max: field.max } }];
  }
  if (field.min !== undefined && count < Number(field.min)) {
    return [{ path, code: "form.too_few", params: { min: field.min } }];
  }
  return [];
}

function tableLimits(field: FieldDocument, value: unknown, path: string): FormProblem[] {
  const rows = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  const inner = rows.flatMap((row, at) =>
    (field.fields ?? []).flatMap((column) => {
      const place = `${path}/${at}/${column.id}`;
      if (column.required && isBlank(row[column.id]))
        return [{ path: place, code: "form.required" }];
      return limits(column, row[column.id], place);
    }),
  );
  return [...countLimits(field, rows.length, path), ...inner];
}
