import type { ComponentType } from "react";
import type { FieldDocument, Values } from "@/forms/document.ts";

export interface EditorProps {
  field: FieldDocument;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Id for the control, so that the label points at it. */
  id: string;
  invalid: boolean;
  describedBy: string | undefined;
  disabled: boolean;
  /** Where the field stands: `form.field` or `form.table.column`. */
  place?: string;
  /** All answers of the form, for fields that fill in others. */
  values: Values;
  onChangeOther: (id: string, value: unknown) => void;
  /** Problems below this field, by path such as `0/qty`. */
  errorsBelow: (path: string) => string[];
}

export interface ViewerProps {
  field: FieldDocument;
  value: unknown;
}

/** What a field type has to bring; the list is in `registry.ts`. */
export interface FieldType {
  type: string;
  aliases?: string[];
  /** Spans the whole row of its section. */
  wide?: boolean;
  /** Shows something without asking: no label, no value. */
  silent?: boolean;
  Editor: ComponentType<EditorProps>;
  Viewer: ComponentType<ViewerProps>;
  /** Fields and values that tests render. */
  fixtures: { field: { id: string } & Partial<FieldDocument>; values: unknown[] }[];
}

/** The ARIA and id attributes every control takes. */
export function controlProps({ id, invalid, describedBy, disabled, field }: EditorProps) {
  return {
    id,
    disabled,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
    "aria-required": field.required || undefined,
    ...(invalid ? { status: "error" as const } : {}),
  };
}

export const asText = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
