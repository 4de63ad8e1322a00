import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { explain } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import { type Present, usePresence } from "@/data/presence.ts";
import { useSession } from "@/data/session.ts";
import { refreshTicket, timelineQuery } from "@/data/tickets.ts";
import { useUploads } from "@/fields/FileDrop.tsx";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useFileDrop } from "@/lib/fileDrop.ts";
import { FileChip } from "@/ui/FileChip.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { Avatar } from "@/ui/marks.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./Composer.module.css";
import { Held } from "./Held.tsx";
import { type Draft, type Keeping, useDraft } from "./useDraft.ts";

type Audience = Draft["audience"];

/** Writes a public reply (white, recipient named) or an internal note (tinted, locked). */
export function Composer({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const { user } = useSession();
  const may = {
    public: ticket.acts.includes("comment"),
    internal: ticket.acts.includes("internal_note"),
  };
  const kept = useDraft(ticket.id, user.id, may.public ? "public" : "internal");
  const { draft, change } = kept;
  const [asking, setAsking] = useState<Audience | null>(null);
  const { sending, send, error } = useSend(ticket, kept);
  const uploads = useUploads(draft.files, (files) => change({ files }));
  const { over, handlers } = useFileDrop((files) => void uploads.add(files));
  const input = useRef<HTMLInputElement>(null);
  const internal = draft.audience === "internal";
  const written = draft.body.trim() !== "" || draft.files.length > 0;
  const doing = !written ? "viewing" : internal ? "noting" : "replying";
  const present = usePresence(ticket.id, doing, may.internal);
  const news = useNews(ticket.id, user.id, written);
  const to = ticket.requester?.name ?? texts.ticket.requester;
  if (!may.public && !may.internal) return null;

  const files = [...uploads.known.values(), ...kept.known];
  const choose = (audience: Audience) => {
    if (audience === draft.audience) return;
    // Words written for colleagues must not slip out to the requester, nor the other way round.
    if (written) setAsking(audience);
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
      className={`${internal ? styles.note : styles.reply} ${over ? styles.over : ""}`}
      aria-label={internal ? texts.ticket.note : texts.ticket.reply}
      {...handlers}
    >
      <Others people={present} />
      {kept.held ? (
        <Held
          draft={kept.held}
          to={to}
          onUndo={kept.takeBack}
          onNow={kept.sendNow}
          onDue={kept.look}
          ticket={ticket}
        />
      ) : (
        <>
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
                <Icon name="send" size={13} />
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
              {internal ? texts.ticket.noteTo : texts.ticket.replyTo(to)}
            </span>
            <Kept keeping={kept.keeping} />
          </div>
          {news.count > 0 && (
            <div className={styles.strip} role="status">
              <Icon name="bell" size={15} />
              <span>{texts.ticket.newWhileWriting(news.count)}</span>
              <button type="button" className={styles.link} onClick={news.show}>
                {texts.ticket.showNew}
              </button>
            </div>
          )}
          {kept.other && (
            <div className={styles.strip} role="alert">
              <Icon name="warn" size={15} />
              <span>
                {texts.ticket.otherDraft}
                <q className={styles.quote}>{kept.other.body.slice(0, 120)}</q>
              </span>
              <button type="button" className={styles.link} onClick={() => kept.choose(false)}>
                {texts.ticket.takeOther}
              </button>
              <button type="button" className={styles.link} onClick={() => kept.choose(true)}>
                {texts.ticket.keepMine}
              </button>
            </div>
          )}
          <Input.TextArea
            variant="borderless"
            className={styles.text}
            value={draft.body}
            onChange={(event) => change({ body: event.target.value })}
            onKeyDown={handleKeyDown}
            onPaste={(event) => {
              const pasted = Array.from(event.clipboardData.files);
              if (pasted.length > 0) void uploads.add(pasted);
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
              aria-label={texts.ticket.attach}
              onClick={() => input.current?.click()}
            >
              <span className={styles.attach}>{texts.ticket.attach}</span>
            </Button>
            {draft.files.map((id) => (
              <FileChip
                key={id}
                file={
                  files.find((each) => each.id === id) ?? { id, name: id, size: 0, media_type: "" }
                }
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
              disabled={!written || kept.other !== null}
              icon={<Icon name={internal ? "lock" : "send"} size={14} />}
            >
              {internal ? texts.ticket.sendNote : texts.ticket.sendReply}
            </Button>
          </div>
        </>
      )}
      <Modal
        open={asking !== null}
        destroyOnHidden
        title={asking === "internal" ? texts.ticket.switchToNote : texts.ticket.switchToReply}
        okText={asking === "internal" ? texts.ticket.makeNote : texts.ticket.makeReply}
        okButtonProps={{ danger: asking === "public" }}
        cancelText={texts.common.cancel}
        onOk={() => {
          if (asking) change({ audience: asking });
          setAsking(null);
        }}
        onCancel={() => setAsking(null)}
        width={400}
      >
        <p>{asking === "public" ? texts.ticket.switchAskPublic(to) : texts.ticket.switchAsk}</p>
      </Modal>
    </section>
  );
}

/** Colleagues who are at the ticket, too; who writes comes first and is said in words. */
function Others({ people }: { people: Present[] }) {
  const texts = useTexts();
  const separator = texts.ticket.nameSeparator;
  const names = (doing: (each: Present) => boolean) =>
    people
      .filter(doing)
      .map((each) => each.name)
      .join(separator);
  const replying = names((each) => each.doing === "replying");
  const noting = names((each) => each.doing === "noting");
  const viewing = names((each) => each.doing === "viewing");
  return (
    <div role="status" className={people.length > 0 ? styles.others : "hidden-visually"}>
      {people.slice(0, 4).map((each) => (
        <Avatar key={each.id} name={each.name} size={20} />
      ))}
      {replying && <strong>{texts.ticket.isReplying(replying)}</strong>}
      {noting && <span>{texts.ticket.isNoting(noting)}</span>}
      {viewing && <span className="quiet">{texts.ticket.isViewing(viewing)}</span>}
    </div>
  );
}

function Kept({ keeping }: { keeping: Keeping }) {
  const texts = useTexts();
  return (
    <span className={styles.kept} data-keeping={keeping}>
      {keeping === "kept" && texts.ticket.draftKept}
      {keeping === "offline" && texts.ticket.draftLocal}
    </span>
  );
}

/** Comments of others that came since the writing began. */
function useNews(ticket: string, self: string, written: boolean) {
  const { data } = useQuery(timelineQuery(ticket));
  const last = data?.at(-1)?.seq ?? 0;
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => {
    if (!written) setSince(null);
    else setSince((before) => before ?? (last || null));
  }, [written, last]);
  const fresh =
    since === null
      ? []
      : (data ?? []).filter((item) => item.seq > since && item.comment && item.actor.id !== self);
  return {
    count: fresh.length,
    show: () => {
      document.getElementById(fresh[0]?.id ?? "")?.scrollIntoView({ block: "center" });
      setSince(last);
    },
  };
}

function useSend(ticket: Ticket, kept: ReturnType<typeof useDraft>) {
  const language = useLanguage();
  const client = useQueryClient();
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const send = async () => {
    const { body, files } = kept.draft;
    if (sending || kept.other || (!body.trim() && files.length === 0)) return;
    setSending(true);
    setError(null);
    try {
      await kept.send();
      await refreshTicket(client, ticket);
    } catch (cause) {
      const said = explain(cause, language);
      setError(said);
      toast(said, { tone: "error" });
    } finally {
      setSending(false);
    }
  };
  return { send: () => void send(), sending, error };
}
