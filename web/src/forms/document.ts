import type { ServerText } from "@/i18n/index.tsx";

export interface Option {
  value: string;
  label?: ServerText;
  children?: Option[];
  disabled?: boolean;
}

/** One field of a published form, as the definition says it. */
export interface FieldDocument {
  id: string;
  type: string;
  label?: ServerText;
  hint?: ServerText;
  placeholder?: ServerText;
  required?: boolean;
  readonly?: boolean;
  min?: number | string;
  max?: number | string;
  scale?: number;
  options?: unknown;
  to?: string;
  copy?: Record<string, string>;
  accept?: string[];
  fields?: FieldDocument[];
  calc?: string;
  default?: unknown;
  currency?: string;
  text?: ServerText;
  [other: string]: unknown;
}

export interface Section {
  section: string;
  title?: ServerText;
  cols?: number;
  items: string[];
}

export interface FormDocument {
  kind: "form";
  key: string;
  title: ServerText;
  description?: ServerText;
  fields: FieldDocument[];
  rules?: unknown[];
  layout?: Section[];
  [other: string]: unknown;
}

export type Values = Record<string, unknown>;

/** The options of a field in one shape, however the document writes them. */
export function optionsOf(field: FieldDocument): Option[] {
  const raw = field.options;
  const list = Array.isArray(raw) ? raw : ((raw as { items?: unknown[] } | undefined)?.items ?? []);
  return (list as unknown[]).map(toOption);
}

function toOption(raw: unknown): Option {
  if (typeof raw === "string") return { value: raw };
  const option = raw as Partial<Option> & { id?: string; key?: string; title?: ServerText };
  const made: Option = {
    value: option.value ?? option.id ?? option.key ?? "",
    label: option.label ?? option.title,
  };
  if (option.children) made.children = option.children.map(toOption);
  if (option.disabled) made.disabled = true;
  return made;
}

/** Every field in a section; fields that no section names come last. */
export function sectionsOf(document: FormDocument): Section[] {
  const layout = document.layout ?? [];
  const placed = new Set(layout.flatMap((section) => section.items));
  const rest = document.fields.map((field) => field.id).filter((id) => !placed.has(id));
  if (rest.length === 0) return layout;
  return [...layout, { section: "", cols: 1, items: rest }];
}

export function isBlank(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** Long answers take the whole row. */
export function isLong(field: FieldDocument): boolean {
  return field.type === "text" && Number(field.max) >= 100;
}
