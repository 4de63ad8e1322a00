import { useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { useMemo, useState } from "react";
import { explain, isStale } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { ticketQuery, timelineQuery, useChangeTicket } from "@/data/tickets.ts";
import type { FormDocument, Values } from "@/forms/document.ts";
import { type Errors, serverErrors, wordProblems } from "@/forms/errors.ts";
import { FormRenderer } from "@/forms/FormRenderer.tsx";
import { evaluate, type Rights } from "@/forms/logic.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import styles from "./acts.module.css";

interface EditDialogProps {
  ticket: Ticket;
  form: FormDocument;
  onClose: () => void;
}

/** Changes what was answered. When somebody was quicker, it says who, and keeps what was typed. */
export function EditDialog({ ticket, form, onClose }: EditDialogProps) {
  const texts = useTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const change = useChangeTicket(ticket);
  const [changed, setChanged] = useState<Values>({});
  const [refused, setRefused] = useState<Errors>({});
  const [overtaken, setOvertaken] = useState<string | null>(null);
  const rights: Rights = { ...ticket.field_rights, title: ticket.field_rights.title ?? "write" };
  const state = useMemo(
    () => evaluate(form, { title: ticket.title, ...ticket.data, ...changed }, ticket.field_rights),
    [form, ticket.title, ticket.data, ticket.field_rights, changed],
  );
  const editable = form.fields
    .map((field) => field.id)
    .filter((id) => ["write", "required"].includes(rights[id] ?? "") && !state.readonly.has(id));

  /** Who made the change that ours was refused for. */
  const tellWho = async () => {
    const [fresh, events] = await Promise.all([
      client.fetchQuery({ ...ticketQuery(ticket.number), staleTime: 0 }),
      client.fetchQuery({ ...timelineQuery(ticket.id), staleTime: 0 }),
    ]);
    const last = events.findLast((event) => event.kind === "ticket.changed");
    setOvertaken(texts.ticket.stale(last?.actor.name ?? fresh.owner?.name ?? ""));
  };

  const send = () => {
    const own = Object.keys(changed);
    if (own.length === 0) return onClose();
    // Only what is wrong with the changed answers is in the way; older gaps belong to their own step.
    const wrong = wordProblems(
      state.problems.filter(({ path }) => own.includes(path.split("/")[0] ?? "")),
      language,
    );
    setRefused(wrong);
    if (Object.keys(wrong).length > 0) return undefined;
    const fields = Object.fromEntries(own.map((id) => [id, state.values[id] ?? null]));
    return change.mutate(fields, {
      onSuccess: onClose,
      onError: (error) => {
        setRefused(serverErrors(error, language));
        if (isStale(error)) void tellWho();
      },
    });
  };

  return (
    <Modal
      open
      title={`${texts.common.edit} · ${ticket.number}`}
      okText={texts.common.save}
      cancelText={texts.common.cancel}
      confirmLoading={change.isPending}
      onOk={send}
      onCancel={onClose}
      width={760}
    >
      <div className={styles.form}>
        {change.error && (
          <p role="alert" className={styles.refused}>
            {overtaken ?? explain(change.error, language)}
          </p>
        )}
        <FormRenderer
          document={form}
          state={state}
          only={editable}
          errors={refused}
          onChange={(id, value) => {
            setChanged((before) => ({ ...before, [id]: value }));
            setRefused(({ [id]: _, ...rest }) => rest);
          }}
        />
      </div>
    </Modal>
  );
}
