import type { SlaState, Status } from "@/api/types.ts";
import { duration } from "@/i18n/format.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import { Icon } from "./Icon.tsx";
import styles from "./marks.module.css";

/** The status as a dot of its own shape and a word. */
export function StatusTag({ status, stage }: { status: Status; stage?: string }) {
  const texts = useTexts();
  const word = texts.common.status[status] ?? status;
  return (
    <span className={`${styles.status} ${styles[status]}`}>
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
        {status === "new" && (
          <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" strokeWidth="1.6" />
        )}
        {status === "open" && <circle cx="4" cy="4" r="3.6" fill="currentColor" />}
        {status === "waiting" && (
          <path d="M1.5 1v6M6.5 1v6" stroke="currentColor" strokeWidth="1.8" />
        )}
        {status === "solved" && (
          <path d="M1 4.2 3.2 6.4 7 1.8" fill="none" stroke="currentColor" strokeWidth="1.6" />
        )}
        {status === "closed" && <path d="M1.2 4h5.6" stroke="currentColor" strokeWidth="1.8" />}
      </svg>
      {stage && stage !== word ? stage : word}
    </span>
  );
}

/** One to four bars; the word is for those who cannot see them. */
export function PriorityBars({ level, withWord = false }: { level: number; withWord?: boolean }) {
  const texts = useTexts();
  const word = texts.common.priority[level] ?? String(level);
  return (
    <span className={styles.priority} title={texts.common.priorityLabel(word)}>
      <svg
        width="14"
        height="12"
        viewBox="0 0 14 12"
        aria-hidden="true"
        className={level >= 4 ? styles.urgent : ""}
      >
        {[1, 2, 3, 4].map((n) => (
          <rect
            key={n}
            x={(n - 1) * 3.6}
            y={10 - n * 2.4}
            width="2.6"
            height={n * 2.4 + 1}
            rx="0.8"
            fill="currentColor"
            opacity={n <= level ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className={withWord ? "" : "hidden-visually"}>{word}</span>
    </span>
  );
}

interface SlaPillProps {
  dueAt: string | null;
  state: SlaState;
  /** When the clock started: the pill fills from here to the due time. */
  since: string;
}

/** Time left in words; the pill fills as it runs out. */
export function SlaPill({ dueAt, state, since }: SlaPillProps) {
  const now = useNow();
  const language = useLanguage();
  const { sla } = useTexts();
  if (state === "none" || (!dueAt && state !== "paused")) return null;
  if (state === "met") {
    return (
      <span className={`${styles.pill} ${styles.pillMet}`}>
        <Icon name="check" size={12} />
        {sla.met}
      </span>
    );
  }
  if (state === "paused" || !dueAt) {
    return (
      <span className={`${styles.pill} ${styles.pillPaused}`}>
        <Icon name="pause" size={12} />
        {sla.paused}
      </span>
    );
  }
  const due = new Date(dueAt).getTime();
  const left = due - now;
  if (state === "breached" || left < 0) {
    return (
      <span className={`${styles.pill} ${styles.pillOver}`}>
        <Icon name="warn" size={12} />
        {sla.over(duration(left, language))}
      </span>
    );
  }
  const total = Math.max(1, due - new Date(since).getTime());
  const used = Math.min(1, Math.max(0, 1 - left / total));
  return (
    <span className={`${styles.pill} ${used > 0.75 ? styles.pillSoon : ""}`}>
      <span className={styles.fill} style={{ width: `${used * 100}%` }} />
      <span className={styles.pillText}>{sla.left(duration(left, language))}</span>
    </span>
  );
}

const TONES = 6;

/** The last character of a Chinese name, initials of a Latin one. */
export function Avatar({ name, size = 24 }: { name: string; size?: number }) {
  const letters = /[\u2e80-\u9fff]/.test(name) ? name.slice(-1) : name.slice(0, 1).toUpperCase();
  const tone = Array.from(name).reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % TONES;
  return (
    <span
      className={`${styles.avatar} ${styles[`tone${tone}`]}`}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.5) }}
      aria-hidden="true"
    >
      {letters}
    </span>
  );
}
