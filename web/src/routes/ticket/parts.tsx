import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { Ticket } from "@/api/types.ts";
import { formQuery } from "@/data/forms.ts";
import { ActBar } from "@/features/acts/ActBar.tsx";
import { DispatchCard } from "@/features/dispatch/DispatchCard.tsx";
import { FlowCard } from "@/features/flow/FlowCard.tsx";
import { LinksCard } from "@/features/links/LinksCard.tsx";
import { SimilarCard } from "@/features/links/SimilarCard.tsx";
import { ClocksCard } from "@/features/sla/ClocksCard.tsx";
import { SuggestionsCard } from "@/features/suggestions/SuggestionsCard.tsx";
import { FactsCard } from "@/features/ticket/FactsCard.tsx";
import { FormAnswers } from "@/features/ticket/FormAnswers.tsx";
import { TicketPane } from "@/features/ticket/TicketPane.tsx";
import { Composer } from "@/features/timeline/Composer.tsx";
import { Timeline } from "@/features/timeline/Timeline.tsx";
import { usePick, useTexts } from "@/i18n/index.tsx";
import styles from "./parts.module.css";

/** The form a ticket was filled in with, and its fields by id. */
export function useTicketForm(ticket: Ticket) {
  const pick = usePick();
  const { data } = useQuery(formQuery(ticket.type, ticket.form_version));
  return useMemo(() => {
    const fields = new Map((data?.document.fields ?? []).map((field) => [field.id, field]));
    const labels = Object.fromEntries(
      [...fields].map(([id, field]) => [id, pick(field.label) || id]),
    );
    return { document: data?.document, fields, labels };
  }, [data, pick]);
}

/** The ticket with its timeline and composer. */
export function TicketColumn({ ticket, tools }: { ticket: Ticket; tools?: ReactNode }) {
  const form = useTicketForm(ticket);
  return (
    <TicketPane
      ticket={ticket}
      form={form.document}
      tools={tools}
      acts={<ActBar ticket={ticket} form={form.document} />}
      answers={form.document && <FormAnswers ticket={ticket} form={form.document} />}
      timeline={(items) => <Timeline items={items ?? []} labels={form.labels} />}
      composer={<Composer key={ticket.id} ticket={ticket} />}
    />
  );
}

/** The cards beside it, in the order of use. */
export function ContextColumn({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const form = useTicketForm(ticket);
  const dispatchable =
    ticket.status !== "closed" && ticket.status !== "solved" && ticket.acts.includes("assign");
  return (
    <aside className={styles.context} aria-label={texts.queue.context} data-print="no">
      <SuggestionsCard ticket={ticket} fields={form.fields} labels={form.labels} />
      <ClocksCard clocks={ticket.clocks} />
      <FlowCard id={ticket.id} />
      {dispatchable && <DispatchCard ticket={ticket} />}
      <FactsCard ticket={ticket} />
      <LinksCard ticket={ticket} />
      <SimilarCard id={ticket.id} />
    </aside>
  );
}
