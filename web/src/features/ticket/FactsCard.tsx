import type { ReactNode } from "react";
import type { Ticket } from "@/api/types.ts";
import { dateTime } from "@/i18n/format.ts";
import { useLanguage, usePick, useTexts } from "@/i18n/index.tsx";
import { Card, Facts } from "@/ui/Card.tsx";
import { Avatar } from "@/ui/marks.tsx";
import styles from "./FactsCard.module.css";

/** Who, where, what with, since when. */
export function FactsCard({ ticket }: { ticket: Ticket }) {
  const { ticket: words, common } = useTexts();
  const language = useLanguage();
  const pick = usePick();
  const person = (name: string | undefined) =>
    name ? (
      <span className={styles.person}>
        <Avatar name={name} size={20} />
        {name}
      </span>
    ) : (
      <span className="quiet">{common.nobody}</span>
    );
  const at = (time: string | null) =>
    time && <span className="num">{dateTime(time, language)}</span>;
  const rows: [string, ReactNode][] = [
    [words.requester, person(ticket.requester?.name)],
    [words.owner, person(ticket.owner?.name)],
    [words.team, ticket.team?.name],
    [words.category, pick(ticket.category_label) || ticket.category],
    [words.org, ticket.org?.name],
    [words.place, ticket.place?.title],
    [words.asset, ticket.asset?.title],
    [words.tags, ticket.tags.join("、")],
    [words.createdAt, at(ticket.created_at)],
    [words.solvedAt, at(ticket.solved_at)],
    [words.closedAt, at(ticket.closed_at)],
    [words.rating, ticket.rating && <span>{"★".repeat(ticket.rating.score)}</span>],
  ];
  return (
    <Card title={words.details}>
      <Facts rows={rows.filter(([, value]) => Boolean(value))} />
    </Card>
  );
}
