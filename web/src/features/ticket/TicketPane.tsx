import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Ticket } from "@/api/types.ts";
import { timelineQuery } from "@/data/tickets.ts";
import type { FormDocument } from "@/forms/document.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { PriorityBars, SlaPill, StatusTag } from "@/ui/marks.tsx";
import { Failure, Skeleton } from "@/ui/states.tsx";
import styles from "./TicketPane.module.css";

interface TicketPaneProps {
  ticket: Ticket;
  form: FormDocument | undefined;
  /** Before the title: a way back, a way to the full page. */
  tools?: ReactNode;
  acts: ReactNode;
  answers: ReactNode;
  timeline: (items: ReturnType<typeof useTimeline>["data"]) => ReactNode;
  composer: ReactNode;
}

const useTimeline = (id: string) => useQuery(timelineQuery(id));

/** Number, title, state and acts on top; what was reported; what happened; a place to write. */
export function TicketPane({ ticket, tools, acts, answers, timeline, composer }: TicketPaneProps) {
  const texts = useTexts();
  const pick = usePick();
  const events = useTimeline(ticket.id);
  return (
    <article className={styles.pane} aria-label={`${ticket.number} ${ticket.title}`}>
      <header className={styles.head}>
        <div className={styles.meta}>
          {tools}
          <span className={styles.number}>{ticket.number}</span>
          <span className={styles.type}>{pick(ticket.type_title)}</span>
          <span className={styles.grow} />
          <SlaPill dueAt={ticket.due_at} state={ticket.sla_state} since={ticket.created_at} />
        </div>
        <h1 className={styles.title}>{ticket.title}</h1>
        <div className={styles.row}>
          <StatusTag status={ticket.status} />
          {pick(ticket.stage) && <span className={styles.stage}>{pick(ticket.stage)}</span>}
          <PriorityBars level={ticket.priority} withWord />
          <span className={styles.grow} />
          {acts}
        </div>
      </header>
      <div className={styles.scroll} data-scroll="ticket">
        {answers && <div className={styles.answers}>{answers}</div>}
        {events.isPending && <Skeleton lines={5} />}
        {events.error && <Failure error={events.error} onRetry={() => events.refetch()} />}
        {events.data && <div className={styles.timeline}>{timeline(events.data)}</div>}
        <span className="hidden-visually">{texts.ticket.formVersion(ticket.form_version)}</span>
      </div>
      <div data-print="no">{composer}</div>
    </article>
  );
}
