import { Button, Input, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { newKey } from "@/api/client.ts";
import { explain } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { useComment } from "@/data/tickets.ts";
import { useUploads } from "@/fields/FileDrop.tsx";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { forget, readStored, store } from "@/lib/storage.ts";
import { FileChip } from "@/ui/FileChip.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./Composer.module.css";

type Audience = "public" | "internal";
interface Draft {
  audience: Audience;
  body: string;
  files: string[];
}

/** Writes a public reply (white, recipient named) or an internal note (tinted, locked). */
export function Composer({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const may = {
    public: ticket.acts.includes("comment"),
    internal: ticket.acts.includes("internal_note"),
  };
  const { draft, change, reset } = useDraft(ticket.number, may.public ? "public" : "internal");
  const [asking, setAsking] = useState<Audience | null>(null);
  const { sending, send, error } = useSend(ticket, draft, reset);
  const uploads = useUploads(draft.files, (files) => change({ files }));
  const input = useRef<HTMLInputElement>(null);
  if (!may.public && !may.internal) return null;

  const internal = draft.audience === "internal";
  const choose = (audience: Audience) => {
    if (audience === draft.audience) return;
    // Words written for colleagues must not slip out to the requester, nor the other way round.
    if (draft.body.trim()) setAsking(audience);
    else change({ audience });
  };
  const handleKeyDown = (event: React.KeyboardEvent) => {
    if (
      event.key === "Enter" &&
      (event.ctrlKey || event.metaKey) &&
      !event.nativeEvent.isComposing
    ) {
      event.preventDefault();
      send();
    }
  };

  return (
    <section
      className={internal ? styles.note : styles.reply}
      aria-label={internal ? texts.ticket.note : texts.ticket.reply}
    >
      <div
        className={styles.tabs}
        role="group"
        aria-label={`${texts.ticket.reply} / ${texts.ticket.note}`}
      >
        {may.public && (
          <button
            type="button"
            aria-pressed={!internal}
            className={styles.tab}
            onClick={() => choose("public")}
          >
            {texts.ticket.reply}
          </button>
        )}
        {may.internal && (
          <button
            type="button"
            aria-pressed={internal}
            className={styles.tab}
            onClick={() => choose("internal")}
          >
            <Icon name="lock" size={13} />
            {texts.ticket.note}
          </button>
        )}
        <span className={styles.to}>
          {internal
            ? texts.ticket.noteTo
            : texts.ticket.replyTo(ticket.requester?.name ?? texts.ticket.requester)}
        </span>
      </div>
      <Input.TextArea
        variant="borderless"
        className={styles.text}
        value={draft.body}
        onChange={(event) => change({ body: event.target.value })}
        onKeyDown={handleKeyDown}
        onPaste={(event) => {
          const files = Array.from(event.clipboardData.files);
          if (files.length > 0) void uploads.add(files);
        }}
        autoSize={{ minRows: 2, maxRows: 10 }}
        aria-label={internal ? texts.ticket.note : texts.ticket.reply}
        placeholder={internal ? texts.ticket.notePlaceholder : texts.ticket.replyPlaceholder}
      />
      {error && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
      <div className={styles.foot}>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            void uploads.add(Array.from(event.target.files ?? []));
            event.target.value = "";
          }}
        />
        <Button
          size="small"
          type="text"
          icon={<Icon name="clip" size={16} />}
          onClick={() => input.current?.click()}
        >
          <span className={styles.attach}>{texts.ticket.attach}</span>
        </Button>
        {draft.files.map((id) => (
          <FileChip
            key={id}
            file={uploads.known.get(id) ?? { id, name: id, size: 0, media_type: "" }}
          >
            <button
              type="button"
              className={styles.remove}
              aria-label={texts.common.remove}
              onClick={() => change({ files: draft.files.filter((each) => each !== id) })}
            >
              <Icon name="close" size={12} />
            </button>
          </FileChip>
        ))}
        {uploads.running.map(({ name, share }) => (
          <progress key={name} value={share} aria-label={texts.form.uploading(name)} />
        ))}
        <span className={styles.key}>{texts.ticket.sendKey}</span>
        <Button
          type={internal ? "default" : "primary"}
          onClick={send}
          loading={sending}
          disabled={!draft.body.trim() && draft.files.length === 0}
          icon={internal ? <Icon name="lock" size={14} /> : undefined}
        >
          {internal ? texts.ticket.sendNote : texts.ticket.sendReply}
        </Button>
      </div>
      <Modal
        open={asking !== null}
        destroyOnHidden
        title={asking === "internal" ? texts.ticket.switchToNote : texts.ticket.switchToReply}
        okText={texts.common.confirm}
        cancelText={texts.common.cancel}
        onOk={() => {
          if (asking) change({ audience: asking });
          setAsking(null);
        }}
        onCancel={() => setAsking(null)}
        width={400}
      >
        <p>{texts.ticket.switchAsk}</p>
      </Modal>
    </section>
  );
}

/** The text survives reload, crash and sign-out. */
function useDraft(number: string, audience: Audience) {
  const key = `comment.${number}`;
  const blank: Draft = { audience, body: "", files: [] };
  const [draft, setDraft] = useState<Draft>(() => readStored<Draft>(key) ?? blank);
  useEffect(() => {
    if (draft.body || draft.files.length > 0) store(key, draft);
    else forget(key);
  }, [key, draft]);
  return {
    draft,
    change: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })),
    reset: () => setDraft((before) => ({ ...before, body: "", files: [] })),
  };
}

function useSend(ticket: Ticket, draft: Draft, reset: () => void) {
  const language = useLanguage();
  const comment = useComment(ticket);
  const key = useRef(newKey());
  const send = () => {
    if (comment.isPending || (!draft.body.trim() && draft.files.length === 0)) return;
    const body = {
      visibility: draft.audience,
      body: draft.body.trim(),
      files: draft.files,
      key: key.current,
    };
    comment.mutate(body, {
      onSuccess: () => {
        key.current = newKey();
        reset();
      },
      onError: (error) => toast(explain(error, language), { tone: "error" }),
    });
  };
  return {
    send,
    sending: comment.isPending,
    error: comment.error ? explain(comment.error, language) : null,
  };
}
