import { useId } from "react";
import type { EditorProps } from "@/fields/contract.ts";
import { fieldType } from "@/fields/registry.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { type FieldDocument, type FormDocument, isBlank, isLong, sectionsOf } from "./document.ts";
import styles from "./FormRenderer.module.css";
import type { FormState } from "./logic.ts";

interface FormRendererProps {
  document: FormDocument;
  state: FormState;
  onChange: (id: string, value: unknown) => void;
  /** Sentences by path; the page decides when they are shown. */
  errors: Record<string, string[]>;
  /** Only these fields, in the form's order. */
  only?: string[];
  disabled?: boolean;
  prefix?: string;
}

/** Renders a published form: its sections, its fields, what its rules say now. */
export function FormRenderer({
  document,
  state,
  onChange,
  errors,
  only,
  disabled = false,
  prefix,
}: FormRendererProps) {
  const pick = usePick();
  const { form } = useTexts();
  const own = useId();
  const base = prefix ?? own;
  const byId = new Map(document.fields.map((field) => [field.id, field]));

  return (
    <>
      {sectionsOf(document).map((section) => {
        const fields = section.items
          .map((id) => byId.get(id))
          .filter((field): field is FieldDocument => field !== undefined)
          .filter((field) => state.visible.has(field.id) && (!only || only.includes(field.id)));
        if (fields.length === 0) return null;
        const title = pick(section.title) || form.sections[section.section];
        return (
          <fieldset key={section.section || "rest"} className={styles.section}>
            {title && !only && <legend className={styles.legend}>{title}</legend>}
            <div className={styles.grid} data-cols={section.cols ?? 1}>
              {fields.map((field) => (
                <Field
                  key={field.id}
                  field={{ ...field, required: state.required.has(field.id) }}
                  base={base}
                  place={`${document.key}.${field.id}`}
                  state={state}
                  onChange={onChange}
                  errors={errors}
                  disabled={disabled}
                />
              ))}
            </div>
          </fieldset>
        );
      })}
    </>
  );
}

interface FieldProps {
  field: FieldDocument;
  base: string;
  place: string;
  state: FormState;
  onChange: (id: string, value: unknown) => void;
  errors: Record<string, string[]>;
  disabled: boolean;
}

function Field({ field, base, place, state, onChange, errors, disabled }: FieldProps) {
  const { form } = useTexts();
  const pick = usePick();
  const type = fieldType(field.type);
  const id = fieldDomId(base, field.id);
  const mine = errors[field.id] ?? [];
  const hint = pick(field.hint);
  const described =
    [hint && `${id}-hint`, mine.length > 0 && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const wide = type?.wide || isLong(field);
  const value = state.values[field.id];
  const locked = state.readonly.has(field.id);

  if (type?.silent) {
    return (
      <div className={styles.wide}>
        <type.Viewer field={field} value={value} />
        <type.Editor {...({ field } as EditorProps)} />
      </div>
    );
  }
  return (
    <div className={wide ? styles.wide : styles.field} data-field={field.id}>
      <label htmlFor={id} id={`${id}-label`} className={styles.label}>
        {pick(field.label) || field.id}
        {field.required && !locked && (
          <>
            <span className={styles.star} aria-hidden="true">
              *
            </span>
            <span className="hidden-visually">{form.required}</span>
          </>
        )}
        {field.calc && <span className={styles.tag}>{form.calculated}</span>}
      </label>
      {!type && <p className="quiet">{form.unsupported(field.type)}</p>}
      {type && locked && (
        <output id={id} className={styles.locked}>
          {isBlank(value) ? (
            <span className="quiet">–</span>
          ) : (
            <type.Viewer field={field} value={value} />
          )}
        </output>
      )}
      {type && !locked && (
        <type.Editor
          field={field}
          id={id}
          value={value}
          onChange={(next) => onChange(field.id, next)}
          onChangeOther={onChange}
          invalid={mine.length > 0}
          describedBy={described}
          disabled={disabled}
          place={place}
          values={state.values}
          errorsBelow={(path) => errors[`${field.id}/${path}`] ?? []}
        />
      )}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {mine.length > 0 && (
        <p id={`${id}-error`} className={styles.error}>
          {mine.join(" ")}
        </p>
      )}
    </div>
  );
}

export function fieldDomId(base: string, field: string): string {
  return `${base}-${field}`;
}
