import { useMemo, useState } from "react";
import type { Task, Ticket } from "@/api/types.ts";
import type { FormDocument, Values } from "@/forms/document.ts";
import { type Errors, serverErrors, wordProblems } from "@/forms/errors.ts";
import { FormRenderer } from "@/forms/FormRenderer.tsx";
import { evaluate, type FormState } from "@/forms/logic.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import styles from "./acts.module.css";

interface TaskFieldsState {
  document: FormDocument | undefined;
  ids: string[];
  state: FormState | undefined;
  errors: Errors;
  set: (field: string, value: unknown) => void;
  /** The changed answers as a member of the act, none when nothing changed. */
  members: () => Record<string, unknown>;
  complete: () => boolean;
  takeErrors: (error: unknown) => void;
}

/** The fields that the task's node lets its holder write. */
export function useTaskFields(
  ticket: Ticket,
  task: Task | undefined,
  document: FormDocument | undefined,
): TaskFieldsState {
  const language = useLanguage();
  const [changed, setChanged] = useState<Values>({});
  const [refused, setRefused] = useState<Errors>({});
  const rights = task?.fields ?? {};
  const known = new Set(document?.fields.map((field) => field.id));
  const ids = Object.keys(rights).filter(
    (id) => (rights[id] === "write" || rights[id] === "required") && known.has(id),
  );
  const state = useMemo(
    () => (document ? evaluate(document, { ...ticket.data, ...changed }, task?.fields) : undefined),
    [document, ticket.data, changed, task?.fields],
  );
  const problems = (state?.problems ?? []).filter(({ path }) =>
    ids.includes(path.split("/")[0] ?? ""),
  );
  const errors = { ...wordProblems(problems, language), ...refused };
  return {
    document,
    ids,
    state,
    errors,
    set: (field, value) => {
      setChanged((before) => ({ ...before, [field]: value }));
      setRefused(({ [field]: _, ...rest }) => rest);
    },
    members: () => {
      const written = Object.fromEntries(
        ids
          .filter(
            (id) => id in changed || (state?.values[id] ?? null) !== (ticket.data[id] ?? null),
          )
          .map((id) => [id, state?.values[id] ?? null]),
      );
      return Object.keys(written).length > 0 ? { fields: written } : {};
    },
    complete: () => problems.length === 0,
    takeErrors: (error) => setRefused(serverErrors(error, language)),
  };
}

export function TaskFields({ fields, tried }: { fields: TaskFieldsState; tried: boolean }) {
  const texts = useTexts();
  if (!fields.document || !fields.state || fields.ids.length === 0) return null;
  return (
    <div className={styles.fields}>
      <p className="quiet small">{texts.acts.fillIn}</p>
      <FormRenderer
        document={fields.document}
        state={fields.state}
        onChange={fields.set}
        errors={tried ? fields.errors : {}}
        only={fields.ids}
      />
    </div>
  );
}
