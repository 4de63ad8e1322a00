import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { Ticket } from "@/api/types.ts";
import { flowQuery } from "@/data/acts.ts";
import { directoryQuery, orgsQuery, teamsQuery } from "@/data/directory.ts";
import { formQuery } from "@/data/forms.ts";
import { useMay } from "@/data/session.ts";
import { ActBar } from "@/features/acts/ActBar.tsx";
import { DispatchCard } from "@/features/dispatch/DispatchCard.tsx";
import { FlowCard } from "@/features/flow/FlowCard.tsx";
import { MuteButton } from "@/features/inbox/MuteButton.tsx";
import { LinksCard } from "@/features/links/LinksCard.tsx";
import { SimilarCard } from "@/features/links/SimilarCard.tsx";
import { ClocksCard } from "@/features/sla/ClocksCard.tsx";
import { SuggestionsCard } from "@/features/suggestions/SuggestionsCard.tsx";
import { FactsCard } from "@/features/ticket/FactsCard.tsx";
import { FormAnswers } from "@/features/ticket/FormAnswers.tsx";
import { TicketPane } from "@/features/ticket/TicketPane.tsx";
import { Composer } from "@/features/timeline/Composer.tsx";
import { Timeline } from "@/features/timeline/Timeline.tsx";
import type { Names } from "@/features/timeline/words.ts";
import { optionsOf } from "@/forms/document.ts";
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
    const options = Object.fromEntries(
      [...fields].map(([id, field]) => [
        id,
        Object.fromEntries(
          optionsOf(field).map(({ value, label }) => [value, pick(label) || value]),
        ),
      ]),
    );
    return { document: data?.document, fields, labels, options };
  }, [data, pick]);
}

/** Everything that gives names to what the timeline only has ids of. */
function useNames(ticket: Ticket, form: ReturnType<typeof useTicketForm>): Names {
  const pick = usePick();
  const enabled = useMay("person.read");
  const people = useQuery({ ...directoryQuery, enabled }).data;
  const teams = useQuery({ ...teamsQuery, enabled }).data;
  const orgs = useQuery({ ...orgsQuery, enabled }).data;
  const flow = useQuery({ ...flowQuery(ticket.id), enabled: ticket.has_flow }).data;
  return useMemo(() => {
    const { owner, requester, team, org, place, asset } = ticket;
    const known = [
      ...(people ?? []),
      ...(teams ?? []),
      ...(orgs ?? []),
      owner,
      requester,
      team,
      org,
    ];
    const things: Record<string, string> = {};
    for (const each of known) if (each) things[each.id] = each.name;
    for (const each of [place, asset]) if (each) things[each.id] = each.title;
    const nodes = Object.fromEntries((flow?.nodes ?? []).map((node) => [node.id, pick(node.name)]));
    return { fields: form.labels, options: form.options, nodes, things };
  }, [ticket, people, teams, orgs, flow, form, pick]);
}

/** The ticket with its timeline and composer. */
export function TicketColumn({ ticket, tools }: { ticket: Ticket; tools?: ReactNode }) {
  const form = useTicketForm(ticket);
  const names = useNames(ticket, form);
  return (
    <TicketPane
      ticket={ticket}
      form={form.document}
      tools={
        <>
          <MuteButton ticket={ticket.id} />
          {tools}
        </>
      }
      acts={<ActBar ticket={ticket} form={form.document} />}
      answers={form.document && <FormAnswers ticket={ticket} form={form.document} />}
      timeline={(items) => <Timeline items={items ?? []} names={names} />}
      composer={<Composer key={ticket.id} ticket={ticket} />}
    />
  );
}

/** The cards beside it, in the order of use. */
export function ContextColumn({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const form = useTicketForm(ticket);
  const names = useNames(ticket, form);
  const dispatchable =
    ticket.status !== "closed" && ticket.status !== "solved" && ticket.acts.includes("assign");
  return (
    <aside className={styles.context} aria-label={texts.queue.context} data-print="no">
      <SuggestionsCard ticket={ticket} fields={form.fields} names={names} />
      <ClocksCard clocks={ticket.clocks} />
      {ticket.has_flow && <FlowCard id={ticket.id} />}
      {dispatchable && <DispatchCard ticket={ticket} options={form.options.category ?? {}} />}
      <FactsCard ticket={ticket} />
      <LinksCard ticket={ticket} />
      <SimilarCard id={ticket.id} />
    </aside>
  );
}
