import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import { useState } from "react";
import { useLive } from "@/data/live.tsx";
import { knownTicket } from "@/data/tickets.ts";
import { eventWords } from "@/features/timeline/words.ts";
import { moment } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import styles from "./Shell.module.css";

/** The bell: what happened since the page was opened. */
export function Activity() {
  const texts = useTexts();
  const { unseen, markSeen } = useLive();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) markSeen();
      }}
      trigger="click"
      placement="bottomRight"
      content={<Events onGo={() => setOpen(false)} />}
    >
      <button
        type="button"
        className={styles.iconButton}
        aria-label={unseen > 0 ? texts.shell.bellCount(unseen) : texts.shell.bell}
        aria-expanded={open}
      >
        <Icon name="bell" />
        {unseen > 0 && <span className={styles.dot} />}
      </button>
    </Popover>
  );
}

function Events({ onGo }: { onGo: () => void }) {
  const texts = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { events } = useLive();
  const client = useQueryClient();
  if (events.length === 0) return <p className={styles.popEmpty}>{texts.shell.bellEmpty}</p>;
  return (
    <div className={styles.pop}>
      {events.map((event) => (
        <Link
          key={event.seq}
          to="/tickets/$number"
          params={{ number: knownTicket(client, event.ticket ?? "")?.number ?? event.ticket ?? "" }}
          className={styles.popItem}
          onClick={onGo}
        >
          <span className={styles.popText}>
            {event.actor?.name} {eventWords(event, texts, language)}
            <span className="quiet small"> {knownTicket(client, event.ticket ?? "")?.number}</span>
          </span>
          <span className="quiet small">{moment(event.at, language, now)}</span>
        </Link>
      ))}
    </div>
  );
}
