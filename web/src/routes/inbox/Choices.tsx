import { useQuery } from "@tanstack/react-query";
import { Checkbox, Select, Switch } from "antd";
import { useState } from "react";
import { explain } from "@/api/errors.ts";
import type { MessageChoices, MessageTopic } from "@/api/types.ts";
import { messageChoicesQuery, useSetChoices } from "@/data/messages.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { Failure, Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./InboxPage.module.css";

/** How I want to be told, by topic. Every change is saved at once. */
export function Choices() {
  const { data, error, refetch } = useQuery(messageChoicesQuery);
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  return data ? <Form choices={data} /> : <Skeleton lines={8} />;
}

function Form({ choices }: { choices: MessageChoices }) {
  const { inbox } = useTexts();
  const language = useLanguage();
  const save = useSetChoices();
  const { quiet } = choices;
  const set = (next: MessageChoices) =>
    save.mutate(next, {
      onSuccess: () => toast(inbox.saved),
      onError: (refused) => toast(explain(refused, language), { tone: "error" }),
    });
  const setTopic = (topic: MessageTopic, change: Partial<MessageChoices["topics"]["work"]>) =>
    set({
      ...choices,
      topics: { ...choices.topics, [topic]: { ...choices.topics[topic], ...change } },
    });
  const setQuiet = (change: Partial<MessageChoices["quiet"]>) =>
    set({ ...choices, quiet: { ...quiet, ...change } });

  return (
    <>
      <table className={styles.topics}>
        <thead>
          <tr>
            <th scope="col">{inbox.topic}</th>
            <th scope="col">{inbox.inApp}</th>
            <th scope="col">{inbox.when}</th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(inbox.topics) as MessageTopic[]).map((topic) => {
            const { in_app, when } = choices.topics[topic];
            const name = inbox.topics[topic];
            return (
              <tr key={topic}>
                <th scope="row">{name}</th>
                <td>
                  <Switch
                    aria-label={`${name}: ${inbox.inApp}`}
                    checked={in_app}
                    onChange={(next) => setTopic(topic, { in_app: next })}
                  />
                </td>
                <td>
                  <Select
                    aria-label={`${name}: ${inbox.when}`}
                    className={styles.when}
                    disabled={!in_app}
                    value={when}
                    onChange={(next) => setTopic(topic, { when: next })}
                    options={(["now", "hourly", "daily"] as const).map((value) => ({
                      value,
                      label: inbox.whens[value],
                    }))}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <section className={styles.quiet} aria-label={inbox.quiet}>
        <h2>{inbox.quiet}</h2>
        <p className="quiet small">{inbox.quietHint}</p>
        <Window from={quiet.from} to={quiet.to} onSet={setQuiet} />
        <Checkbox
          checked={quiet.work_time_only}
          onChange={({ target }) => setQuiet({ work_time_only: target.checked })}
        >
          {inbox.workTimeOnly}
        </Checkbox>
        <Checkbox
          checked={quiet.urgent_waits}
          onChange={({ target }) => setQuiet({ urgent_waits: target.checked })}
        >
          {inbox.urgentWaits}
        </Checkbox>
        <p className={styles.hours}>
          <Hour
            label={inbox.digest}
            value={choices.digest_at}
            onSet={(at) => at && set({ ...choices, digest_at: at })}
          />
        </p>
      </section>
    </>
  );
}

interface WindowProps {
  from: string | null;
  to: string | null;
  onSet: (window: { from: string | null; to: string | null }) => void;
}

/** From when to when. One end alone means nothing, so it is saved once both are there, or both are gone. */
function Window({ from, to, onSet }: WindowProps) {
  const { inbox } = useTexts();
  const [begun, setBegun] = useState({ from, to });
  const set = (change: Partial<typeof begun>) => {
    const next = { ...begun, ...change };
    setBegun(next);
    if ((next.from === null) === (next.to === null)) onSet(next);
  };
  const half = (begun.from === null) !== (begun.to === null);
  return (
    <>
      <p className={styles.hours}>
        <Hour label={inbox.quietFrom} value={begun.from} onSet={(next) => set({ from: next })} />
        <Hour label={inbox.quietTo} value={begun.to} onSet={(next) => set({ to: next })} />
      </p>
      {half && (
        <p className="quiet small" role="status">
          {inbox.quietHalf}
        </p>
      )}
    </>
  );
}

interface HourProps {
  label: string;
  value: string | null;
  onSet: (value: string | null) => void;
}

/** A time of day; saved when the field is left, so that half a time is never sent. */
function Hour({ label, value, onSet }: HourProps) {
  return (
    <label className={styles.hour}>
      <span>{label}</span>
      <input
        key={value}
        type="time"
        defaultValue={value ?? ""}
        onBlur={({ target }) => {
          if ((target.value || null) !== value) onSet(target.value || null);
        }}
      />
    </label>
  );
}
