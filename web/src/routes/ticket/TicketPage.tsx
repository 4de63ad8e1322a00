import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { isMissing } from "@/api/errors.ts";
import { ticketQuery } from "@/data/tickets.ts";
import { useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { ContextColumn, TicketColumn } from "./parts.tsx";
import styles from "./TicketPage.module.css";

export function TicketPage() {
  const texts = useTexts();
  const { number } = useParams({ from: "/app/tickets/$number" });
  const { data: ticket, error, refetch } = useQuery(ticketQuery(number));
  useTitle(ticket ? `${ticket.number} ${ticket.title}` : number);

  if (ticket) {
    return (
      <div className={styles.page}>
        <div className={styles.main}>
          <TicketColumn ticket={ticket} />
        </div>
        <div className={styles.context}>
          <ContextColumn ticket={ticket} />
        </div>
      </div>
    );
  }
  if (isMissing(error))
    return (
      <Empty page icon="search" title={texts.ticket.missing} hint={texts.ticket.missingHint} />
    );
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  return <Skeleton lines={8} />;
}
