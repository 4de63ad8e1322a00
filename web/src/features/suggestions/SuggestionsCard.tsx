import { Button } from "antd";
import { useState } from "react";
import { explain, isStale } from "@/api/errors.ts";
import type { Suggestion, Ticket } from "@/api/types.ts";
import { type Decision, useDecide } from "@/data/acts.ts";
import { fieldWord, type Names, valueWord } from "@/features/timeline/words.ts";
import { fieldType } from "@/fields/registry.ts";
import type { FieldDocument } from "@/forms/document.ts";
import { percent } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { useKeys } from "@/lib/hooks.ts";
import { Card } from "@/ui/Card.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";
import { Highlighted } from "./Highlighted.tsx";
import styles from "./SuggestionsCard.module.css";

interface SuggestionsCardProps {
  ticket: Ticket;
  fields: Map<string, FieldDocument>;
  names: Names;
}

/** What the model proposes; nothing takes effect until a person says so. */
export function SuggestionsCard({ ticket, fields, names }: SuggestionsCardProps) {
  const texts = useTexts();
  const language = useLanguage();
  const decide = useDecide(ticket);
  const [correcting, setCorrecting] = useState<string | null>(null);
  const open = ticket.suggestions.filter((each) => each.state === "open");
  const decided = ticket.suggestions.filter((each) => each.state !== "open");

  const run = (suggestion: Suggestion, decision: Decision, value?: unknown) =>
    decide.mutate(
      { suggestion, decision, value },
      {
        onSuccess: () => setCorrecting(null),
        onError: (error) =>
          toast(isStale(error) ? texts.ticket.stale("") : explain(error, language), {
            tone: "error",
          }),
      },
    );
  const first = open[0];
  useKeys(
    {
      a: () => first && run(first, "accept"),
      c: () => first && setCorrecting(first.id),
      x: () => first && run(first, "reject"),
    },
    open.length > 0,
  );

  if (ticket.suggestions.length === 0) return null;
  return (
    <Card
      title={
        <>
          <span className={styles.mark}>
            <Icon name="spark" size={15} />
          </span>
          {texts.ticket.suggestions}
        </>
      }
      aside={open.length > 0 && <span className="quiet small">{texts.ticket.suggestionKeys}</span>}
    >
      <ul className={styles.list}>
        {open.map((suggestion, i) => (
          <Open
            key={suggestion.id}
            suggestion={suggestion}
            ticket={ticket}
            field={fields.get(suggestion.field)}
            label={fieldWord(suggestion.field, texts, names)}
            current={i === 0}
            correcting={correcting === suggestion.id}
            onCorrect={() => setCorrecting(suggestion.id)}
            onCancel={() => setCorrecting(null)}
            onDecide={(decision, value) => run(suggestion, decision, value)}
            busy={decide.isPending}
          />
        ))}
        {decided.map((suggestion) => (
          <li key={suggestion.id} className={styles.decided}>
            <span className="quiet">{fieldWord(suggestion.field, texts, names)}</span>
            <Value suggestion={suggestion} />
            <span className="quiet small">
              {texts.ticket.decided(
                texts.ticket.decisions[suggestion.state] ?? "",
                suggestion.decided_by?.name ?? "",
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Value({ suggestion }: { suggestion: Suggestion }) {
  const texts = useTexts();
  const language = useLanguage();
  const pick = usePick();
  return (
    <span>
      {pick(suggestion.label) || valueWord(suggestion, suggestion.value, texts, language)}
    </span>
  );
}

interface OpenProps {
  suggestion: Suggestion;
  ticket: Ticket;
  field: FieldDocument | undefined;
  label: string;
  current: boolean;
  correcting: boolean;
  busy: boolean;
  onCorrect: () => void;
  onCancel: () => void;
  onDecide: (decision: Decision, value?: unknown) => void;
}

function Open({
  suggestion,
  ticket,
  field,
  label,
  current,
  correcting,
  busy,
  onCorrect,
  onCancel,
  onDecide,
}: OpenProps) {
  const { ticket: words } = useTexts();
  const [why, setWhy] = useState(false);
  return (
    <li className={styles.open} data-current={current || undefined}>
      <div className={styles.line}>
        <span className="quiet">{label}</span>
        <strong className={styles.value}>
          <Value suggestion={suggestion} />
        </strong>
        <button
          type="button"
          className={styles.confidence}
          aria-expanded={why}
          onClick={() => setWhy(!why)}
        >
          {words.confidence(percent(suggestion.confidence))}
          <Icon name={why ? "chevronDown" : "chevronRight"} size={12} />
        </button>
      </div>
      <div className={styles.meter} aria-hidden="true">
        <span style={{ width: percent(suggestion.confidence) }} />
      </div>
      {why && (
        <div className={styles.why}>
          <p className="quiet small">{words.why}</p>
          <Highlighted text={ticket.title} reasons={suggestion.reasons} />
          {suggestion.model && <p className="quiet small">{words.model(suggestion.model)}</p>}
        </div>
      )}
      {correcting ? (
        <Correct
          field={field}
          suggestion={suggestion}
          label={label}
          onCancel={onCancel}
          onDecide={onDecide}
          busy={busy}
        />
      ) : (
        <div className={styles.acts}>
          <Button size="small" type="primary" disabled={busy} onClick={() => onDecide("accept")}>
            {words.accept}
          </Button>
          <Button size="small" disabled={busy} onClick={onCorrect}>
            {words.correct}
          </Button>
          <Button size="small" type="text" disabled={busy} onClick={() => onDecide("reject")}>
            {words.reject}
          </Button>
        </div>
      )}
    </li>
  );
}

/** Fields of the ticket that no form describes. */
const SYSTEM: Record<string, Omit<FieldDocument, "id">> = {
  priority: {
    type: "select",
    options: [
      { value: "1", label: { zh: "低", en: "Low" } },
      { value: "2", label: { zh: "普通", en: "Normal" } },
      { value: "3", label: { zh: "高", en: "High" } },
      { value: "4", label: { zh: "紧急", en: "Urgent" } },
    ],
  },
  owner: { type: "person" },
  place: { type: "ref", to: "place" },
  asset: { type: "ref", to: "asset" },
};

type CorrectProps = Pick<
  OpenProps,
  "field" | "suggestion" | "label" | "onCancel" | "onDecide" | "busy"
>;

function Correct({ field, suggestion, label, onCancel, onDecide, busy }: CorrectProps) {
  const texts = useTexts();
  const [value, setValue] = useState<unknown>(asChoice(suggestion.value));
  const document: FieldDocument = {
    ...(field ?? { type: "text", ...SYSTEM[suggestion.field], id: suggestion.field }),
    required: false,
  };
  const type = fieldType(document.type);
  const id = `correct-${suggestion.id}`;
  const send = () => onDecide("correct", suggestion.field === "priority" ? Number(value) : value);
  return (
    <div className={styles.correct}>
      <label htmlFor={id} className="quiet small">
        {texts.ticket.correctTo} <span className="hidden-visually">{label}</span>
      </label>
      {type && (
        <type.Editor
          field={document}
          id={id}
          value={value}
          onChange={setValue}
          onChangeOther={() => {}}
          invalid={false}
          describedBy={undefined}
          disabled={false}
          values={{}}
          errorsBelow={() => []}
        />
      )}
      <div className={styles.acts}>
        <Button
          size="small"
          type="primary"
          disabled={busy || value === "" || value === null}
          onClick={send}
        >
          {texts.ticket.correct}
        </Button>
        <Button size="small" type="text" onClick={onCancel}>
          {texts.common.cancel}
        </Button>
      </div>
    </div>
  );
}

const asChoice = (value: unknown) => (typeof value === "number" ? String(value) : value);
