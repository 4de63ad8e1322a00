import type { TicketRow } from "@/api/types.ts";
import { moment } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { useNow } from "@/lib/hooks.ts";
import { Avatar, PriorityBars, SlaPill, StatusTag } from "@/ui/marks.tsx";
import styles from "./queue.module.css";

/** Two lines: what and how urgent; where, who and how long. */
export function TicketRowItem({ row, selected }: { row: TicketRow; selected: boolean }) {
  const texts = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const now = useNow();
  const active = row.status !== "closed" && row.status !== "solved";
  return (
    <div className={selected ? styles.rowSelected : styles.row}>
      <div className={styles.line}>
        <PriorityBars level={row.priority} />
        <span className={styles.title}>{row.title}</span>
        {active ? (
          <SlaPill dueAt={row.due_at} state={row.sla_state} since={row.created_at} />
        ) : (
          <span className={styles.time}>{moment(row.updated_at, language, now)}</span>
        )}
      </div>
      <div className={styles.line}>
        <StatusTag status={row.status} stage={pick(row.stage)} />
        <span className={styles.sub}>
          <span className="num">{row.number}</span>
          {row.place && ` · ${row.place.title}`}
          {row.requester && ` · ${row.requester.name}`}
        </span>
        {row.owner ? (
          <span className={styles.owner} title={`${texts.ticket.owner}: ${row.owner.name}`}>
            <Avatar name={row.owner.name} size={18} />
            {row.owner.name}
          </span>
        ) : (
          <span className={styles.nobody}>{texts.common.nobody}</span>
        )}
      </div>
    </div>
  );
}
