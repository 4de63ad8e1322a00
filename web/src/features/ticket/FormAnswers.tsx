import type { Ticket } from "@/api/types.ts";
import { fieldType } from "@/fields/registry.ts";
import { type FormDocument, isBlank, isLong, sectionsOf } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import styles from "./FormAnswers.module.css";

/** Fields that the header and the facts beside already show. */
const SHOWN_ELSEWHERE = new Set(["title", "status", "priority", "owner", "requester"]);

/** What was answered, in the form's own order; empty answers are left out. */
export function FormAnswers({ ticket, form }: { ticket: Ticket; form: FormDocument }) {
  const texts = useTexts();
  const pick = usePick();
  const byId = new Map(form.fields.map((field) => [field.id, field]));
  const fields = sectionsOf(form)
    .flatMap((section) => section.items)
    .map((id) => byId.get(id))
    .filter((field) => field !== undefined)
    .filter((field) => !SHOWN_ELSEWHERE.has(field.id) && ticket.field_rights[field.id] !== "none")
    .filter((field) => !isBlank(ticket.data[field.id]));
  if (fields.length === 0) return null;
  return (
    <dl className={styles.answers}>
      {fields.map((field) => {
        const type = fieldType(field.type);
        return (
          <div key={field.id} className={type?.wide || isLong(field) ? styles.wide : styles.answer}>
            <dt>{pick(field.label) || field.id}</dt>
            <dd>
              {type && <type.Viewer field={field} value={ticket.data[field.id]} />}
              {ticket.field_rights[field.id] === "masked" && (
                <span className={styles.masked} title={texts.form.masked}>
                  <Icon name="lock" size={12} />
                  <span className="hidden-visually">{texts.form.masked}</span>
                </span>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
