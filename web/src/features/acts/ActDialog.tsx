import { Input, Modal, Radio, Select } from "antd";
import { useId, useState } from "react";
import { explain, isStale } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { type ActBody, useAct } from "@/data/acts.ts";
import { PersonPicker } from "@/fields/pickers.tsx";
import type { FormDocument } from "@/forms/document.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { Stars } from "@/ui/Stars.tsx";
import styles from "./acts.module.css";
import { People } from "./People.tsx";
import { type ActNeeds, needsOf, type PossibleAct } from "./plan.ts";
import { ReturnTo } from "./ReturnTo.tsx";
import { TaskFields, useTaskFields } from "./TaskFields.tsx";

interface ActDialogProps {
  ticket: Ticket;
  form: FormDocument | undefined;
  asked: PossibleAct;
  onClose: () => void;
}

/** A small form with just what the act needs. */
export function ActDialog({ ticket, form, asked, onClose }: ActDialogProps) {
  const texts = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const id = useId();
  const needs = needsOf(asked.act) as ActNeeds;
  const act = useAct(ticket);
  const [body, setBody] = useState<Record<string, unknown>>(() =>
    needs.stars ? { score: 5 } : {},
  );
  const [tried, setTried] = useState(false);
  const fields = useTaskFields(ticket, needs.fields ? asked.task : undefined, form);
  const set = (member: string, value: unknown) =>
    setBody((before) => ({ ...before, [member]: value }));
  const name = texts.acts.names[asked.act] ?? asked.act;
  const words = String(body[needs.member] ?? "");
  const missing = {
    words: needs.words === "required" && !words.trim(),
    person: Boolean(needs.person) && !body[needs.person ?? ""],
    people: Boolean(needs.people) && !(body.who as unknown[] | undefined)?.length,
    status: Boolean(needs.status) && !body.status,
  };

  const send = () => {
    setTried(true);
    if (Object.values(missing).some(Boolean) || !fields.complete()) return;
    const full: ActBody = { act: asked.act, ...body, ...fields.members() };
    if (!words.trim()) delete full[needs.member];
    if (asked.act === "assign" && asked.task) {
      full.to = full.owner;
      delete full.owner;
    }
    act.mutate(
      { task: asked.task, body: full },
      { onSuccess: onClose, onError: fields.takeErrors },
    );
  };

  const label = (text: string, htmlFor: string, required: boolean) => (
    <label htmlFor={htmlFor} id={`${htmlFor}-label`} className={styles.label}>
      {text}
      {!required && <span className="quiet small"> {texts.common.optional}</span>}
    </label>
  );
  const required = <span className={styles.error}>{texts.form.required}</span>;

  return (
    <Modal
      open
      title={asked.task ? `${name} · ${pick(asked.task.name)}` : `${name} · ${ticket.number}`}
      okText={name}
      okButtonProps={asked.act === "withdraw" || asked.act === "reject" ? { danger: true } : {}}
      cancelText={texts.common.cancel}
      confirmLoading={act.isPending}
      onOk={send}
      onCancel={onClose}
      width={needs.fields && fields.ids.length > 0 ? 720 : 480}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl-Enter works anywhere in the form */}
      <div
        className={styles.form}
        onKeyDown={(event) => {
          if (
            event.key === "Enter" &&
            (event.ctrlKey || event.metaKey) &&
            !event.nativeEvent.isComposing
          )
            send();
        }}
      >
        {texts.acts.consequence[asked.act] && (
          <p className="quiet">{texts.acts.consequence[asked.act]}</p>
        )}
        {act.error && (
          <p role="alert" className={styles.refused}>
            {isStale(act.error) ? texts.ticket.stale("") : explain(act.error, language)}
          </p>
        )}
        {needs.stars && (
          <div>
            <span id={`${id}-stars-label`} className={styles.label}>
              {texts.acts.stars}
            </span>
            <Stars
              id={`${id}-stars`}
              value={Number(body.score)}
              onChange={(score) => set("score", score)}
              labelledBy={`${id}-stars-label`}
            />
          </div>
        )}
        {needs.person && (
          <div>
            {label(texts.acts.person, `${id}-person`, true)}
            <PersonPicker
              id={`${id}-person`}
              value={(body[needs.person] as string) ?? null}
              onChange={(next) => set(needs.person ?? "to", next)}
              invalid={tried && missing.person}
              autoFocus
            />
            {tried && missing.person && required}
          </div>
        )}
        {needs.people && (
          <>
            <div>
              {label(texts.acts.signers, `${id}-people`, true)}
              <People
                id={`${id}-people`}
                value={(body.who as string[]) ?? []}
                onChange={(who) => set("who", who)}
              />
              {tried && missing.people && required}
            </div>
            <Radio.Group
              aria-label={texts.acts.signWhen}
              value={body.place}
              onChange={(event) => set("place", event.target.value)}
              options={(["before", "with", "after"] as const).map((value) => ({
                value,
                label: texts.acts[value],
              }))}
            />
          </>
        )}
        {needs.node && (
          <ReturnTo ticket={ticket} task={asked.task} id={id} body={body} onChange={set} />
        )}
        {needs.status && (
          <div>
            {label(texts.acts.newStatus, `${id}-status`, true)}
            <Select
              id={`${id}-status`}
              style={{ width: "100%" }}
              value={body.status as string}
              onChange={(next) => set("status", next)}
              options={Object.entries(texts.common.status).map(([value, text]) => ({
                value,
                label: text,
              }))}
            />
            {tried && missing.status && required}
          </div>
        )}
        {needs.fields && <TaskFields fields={fields} tried={tried} />}
        {needs.words !== "none" && (
          <div>
            {label(
              needs.stars
                ? texts.acts.ratingComment
                : needs.member === "reason"
                  ? texts.acts.reason
                  : texts.acts.comment,
              `${id}-words`,
              needs.words === "required",
            )}
            <Input.TextArea
              id={`${id}-words`}
              value={words}
              onChange={(event) => set(needs.member, event.target.value)}
              autoSize={{ minRows: 2, maxRows: 8 }}
              placeholder={texts.acts.reasonPlaceholder[asked.act]}
              aria-invalid={(tried && missing.words) || undefined}
              {...(tried && missing.words ? { status: "error" as const } : {})}
            />
            {tried && missing.words && required}
          </div>
        )}
      </div>
    </Modal>
  );
}
