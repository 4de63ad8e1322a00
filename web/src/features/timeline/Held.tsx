import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { explain } from "@/api/errors.ts";
import type { Ticket } from "@/api/types.ts";
import type { ServerDraft } from "@/data/drafts.ts";
import { refreshTicket } from "@/data/tickets.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./Composer.module.css";

interface HeldProps {
  ticket: Ticket;
  draft: ServerDraft;
  to: string;
  onUndo: () => Promise<void>;
  onNow: () => Promise<void>;
  /** Asks whether it has left. */
  onDue: () => Promise<boolean>;
}

/** A reply in the seconds before it leaves: to whom, how long, and the way back. */
export function Held({ ticket, draft, to, onUndo, onNow, onDue }: HeldProps) {
  const texts = useTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const undo = useRef<HTMLButtonElement>(null);
  const due = Date.parse(draft.send_at ?? "");
  const [left, setLeft] = useState(() => secondsTo(due));
  const [busy, setBusy] = useState(false);
  const latest = useRef(onDue);
  latest.current = onDue;

  useEffect(() => undo.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    let asking = false;
    const tick = async () => {
      setLeft(secondsTo(due));
      if (asking || Date.now() < due + 500) return;
      asking = true;
      const gone = await latest.current().catch(() => false);
      asking = false;
      if (gone) void refreshTicket(client, ticket);
    };
    const timer = setInterval(() => void tick(), 500);
    return () => clearInterval(timer);
  }, [due, client, ticket]);

  const run = (act: () => Promise<void>) => async () => {
    setBusy(true);
    try {
      await act();
      await refreshTicket(client, ticket);
    } catch (error) {
      toast(explain(error, language), { tone: "error" });
      await onDue().catch(() => false);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.held}>
      <div className={styles.heldHead}>
        <Icon name="clock" size={16} />
        <span role="status">{texts.ticket.held(to)}</span>
        <span className="num quiet" aria-hidden="true">
          {texts.ticket.heldLeft(left)}
        </span>
        <span className={styles.grow} />
        <Button
          ref={undo}
          size="small"
          icon={<Icon name="undo" size={14} />}
          disabled={busy}
          onClick={run(onUndo)}
        >
          {texts.ticket.takeBack}
        </Button>
        <Button size="small" type="text" disabled={busy} onClick={run(onNow)}>
          {texts.ticket.sendAtOnce}
        </Button>
      </div>
      <p className={styles.heldText}>{draft.body}</p>
    </div>
  );
}

const secondsTo = (due: number) => Math.max(0, Math.ceil((due - Date.now()) / 1000));
