import { useRef, useState } from "react";
import { newKey, post } from "@/api/client.ts";
import { explain } from "@/api/errors.ts";
import { type FieldDocument, type FormDocument, optionsOf, type Values } from "@/forms/document.ts";
import { serverErrors } from "@/forms/errors.ts";
import { pick } from "@/i18n/index.tsx";
import { language, texts } from "./Portal.tsx";
import styles from "./portal.module.css";

/** Types that a plain control can ask for; the rest waits for the portal of the next release. */
const PLAIN: Record<string, string> = {
  text: "text",
  richtext: "text",
  number: "text",
  money: "text",
  date: "date",
  phone: "tel",
  email: "email",
  select: "select",
  bool: "checkbox",
};

interface ReportProps {
  form: FormDocument;
  onDone: (number: string) => void;
  onBack: () => void;
}

export function Report({ form, onDone, onBack }: ReportProps) {
  const [values, setValues] = useState<Values>({});
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const fields = form.fields.filter(
    (field) => field.type in PLAIN && !field.readonly && !field.calc,
  );

  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { type: form.key, data: values as Record<string, never> };
      const ticket = await post("/tickets", { body, idempotencyKey: key.current });
      onDone(ticket.number);
    } catch (error) {
      key.current = newKey();
      setErrors(serverErrors(error, language));
      setRefused(explain(error, language));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={send} className={styles.form}>
      <button type="button" className={styles.back} onClick={onBack}>
        ← {texts.back}
      </button>
      <h1 className={styles.title}>{pick(form.title, language)}</h1>
      {refused && (
        <p role="alert" className={styles.error}>
          {texts.failed} {refused}
        </p>
      )}
      {fields.map((field) => (
        <Question
          key={field.id}
          field={field}
          value={values[field.id]}
          errors={errors[field.id] ?? []}
          onChange={(value) => setValues((before) => ({ ...before, [field.id]: value }))}
        />
      ))}
      <button type="submit" className={styles.submit} disabled={busy}>
        {busy ? texts.sending : texts.submit}
      </button>
    </form>
  );
}

interface QuestionProps {
  field: FieldDocument;
  value: unknown;
  errors: string[];
  onChange: (value: unknown) => void;
}

function Question({ field, value, errors, onChange }: QuestionProps) {
  const id = `q-${field.id}`;
  const common = {
    id,
    className: styles.control,
    required: field.required,
    "aria-invalid": errors.length > 0 || undefined,
    "aria-describedby": errors.length > 0 ? `${id}-error` : undefined,
  };
  const kind = PLAIN[field.type];
  const text = String(value ?? "");
  return (
    <div className={styles.question}>
      <label htmlFor={id}>
        {pick(field.label, language) || field.id}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      {kind === "select" ? (
        <select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
          <option value="">{texts.pick}</option>
          {optionsOf(field).map((option) => (
            <option key={option.value} value={option.value}>
              {pick(option.label, language) || option.value}
            </option>
          ))}
        </select>
      ) : kind === "checkbox" ? (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      ) : Number(field.max) > 120 || field.type === "richtext" ? (
        <textarea
          {...common}
          rows={3}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <input
          {...common}
          type={kind}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {errors.length > 0 && (
        <p id={`${id}-error`} className={styles.error}>
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}
