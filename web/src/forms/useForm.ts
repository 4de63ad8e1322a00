import { useEffect, useMemo, useState } from "react";
import { forget, readStored, store } from "@/lib/storage.ts";
import { type FormDocument, isBlank, type Values } from "./document.ts";
import { evaluate, type FormState, type Rights } from "./logic.ts";

interface FormOptions {
  document: FormDocument;
  rights?: Rights;
  /** Where the answers are kept until they are submitted. */
  draftKey: string;
}

interface Draft {
  at: string;
  values: Values;
}

/** Answers with their rules and formulas applied, kept as a draft while they are typed. */
export function useForm({ document, rights, draftKey }: FormOptions) {
  const [draft] = useState(() => readStored<Draft>(draftKey));
  const [values, setValues] = useState<Values>(() => ({ ...defaults(document), ...draft?.values }));
  const [touched, setTouched] = useState(false);
  const [savedAt, setSavedAt] = useState<string | null>(null);
  const [restoredAt, setRestoredAt] = useState(draft?.at ?? null);
  const state = useMemo(() => evaluate(document, values, rights), [document, values, rights]);

  useEffect(() => {
    if (!touched) return;
    const timer = setTimeout(() => {
      const at = new Date().toISOString();
      store(draftKey, { at, values } satisfies Draft);
      setSavedAt(at);
    }, 800);
    return () => clearTimeout(timer);
  }, [draftKey, values, touched]);

  return {
    state,
    savedAt,
    restoredAt,
    set: (id: string, value: unknown) => {
      setTouched(true);
      setValues((before) => ({ ...before, [id]: value }));
    },
    reset: () => {
      forget(draftKey);
      setTouched(false);
      setSavedAt(null);
      setRestoredAt(null);
      setValues(defaults(document));
    },
    forget: () => {
      setTouched(false);
      forget(draftKey);
    },
  };
}

/** Literal defaults; the ones that name a variable are the server's to fill in. */
function defaults(document: FormDocument): Values {
  const literal = document.fields.filter(
    ({ default: value }) => value !== undefined && !isVariable(value),
  );
  return Object.fromEntries(literal.map((field) => [field.id, field.default]));
}

const isVariable = (value: unknown) =>
  value !== null && typeof value === "object" && "var" in value;

/** What is sent: visible answers that are not blank; computed ones are the server's own. */
export function answersOf(document: FormDocument, state: FormState): Values {
  const answers: Values = {};
  for (const field of document.fields) {
    const value = state.values[field.id];
    const own = field.calc || field.type === "serial" || field.type === "info";
    if (!own && state.visible.has(field.id) && !isBlank(value)) answers[field.id] = value;
  }
  return answers;
}
