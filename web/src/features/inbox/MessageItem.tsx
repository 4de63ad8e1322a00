import { Link } from "@tanstack/react-router";
import type { Message } from "@/api/types.ts";
import { moment } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import styles from "./MessageItem.module.css";

interface MessageItemProps {
  message: Message;
  onOpen: (message: Message) => void;
  children?: React.ReactNode;
}

/** One message: who did what, on which ticket, when. The whole of it leads to the ticket. */
export function MessageItem({ message, onOpen, children }: MessageItemProps) {
  const { inbox } = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const now = useNow();
  const { ticket } = message;
  const said = message.excerpt ?? (message.body ? pick(message.body) : "");
  const content = (
    <>
      <span className={styles.line}>
        {!message.read && (
          <span className={styles.mark}>
            <span className="hidden-visually">{inbox.unread}</span>
          </span>
        )}
        <span className={styles.what}>{headline(message, inbox, pick)}</span>
        <time className={styles.at} dateTime={message.at}>
          {moment(message.at, language, now)}
        </time>
      </span>
      {ticket ? (
        <span className={styles.about}>
          <span className={styles.number}>{ticket.number}</span> {ticket.title}
        </span>
      ) : (
        <span className={styles.about}>{inbox.goneTicket}</span>
      )}
      {said && <span className={styles.said}>{said}</span>}
    </>
  );
  return (
    <div className={message.read ? styles.item : styles.unread}>
      {ticket ? (
        <Link
          to="/tickets/$number"
          params={{ number: ticket.number }}
          {...(message.entry ? { hash: message.entry } : {})}
          className={styles.link}
          onClick={() => onOpen(message)}
        >
          {content}
        </Link>
      ) : (
        <span className={styles.link}>{content}</span>
      )}
      {children}
    </div>
  );
}

function headline(
  message: Message,
  inbox: ReturnType<typeof useTexts>["inbox"],
  pick: ReturnType<typeof usePick>,
): string {
  const own = message.title ? pick(message.title) : "";
  if (own) return own;
  const who = message.actor?.name || inbox.system;
  return `${who} ${inbox.kinds[message.kind] ?? inbox.otherKind}`;
}
