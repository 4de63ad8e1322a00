import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Input, Select } from "antd";
import { useState } from "react";
import { explain } from "@/api/errors.ts";
import type { Ticket, TicketLink } from "@/api/types.ts";
import { useAct } from "@/data/acts.ts";
import { ticketQuery } from "@/data/tickets.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { Card } from "@/ui/Card.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { StatusTag } from "@/ui/marks.tsx";
import { toast } from "@/ui/toast.tsx";
import styles from "./links.module.css";

const KINDS = ["related", "duplicate", "parent"] as const;

/** Tickets that belong together. */
export function LinksCard({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const language = useLanguage();
  const act = useAct(ticket);
  const [adding, setAdding] = useState(false);
  const may = ticket.acts.includes("link");
  const remove = ({ kind, ticket: other }: TicketLink) =>
    act.mutate(
      { body: { act: "unlink", to: other.id, kind } },
      { onError: (error) => toast(explain(error, language), { tone: "error" }) },
    );
  if (!may && ticket.links.length === 0) return null;
  return (
    <Card
      title={texts.ticket.links}
      aside={
        may && (
          <Button
            size="small"
            type="text"
            icon={<Icon name="plus" size={14} />}
            onClick={() => setAdding(!adding)}
          >
            {texts.ticket.addLink}
          </Button>
        )
      }
    >
      {ticket.links.length === 0 && !adding && (
        <p className="quiet small">{texts.ticket.noLinks}</p>
      )}
      <ul className={styles.list}>
        {ticket.links.map((each) => (
          <li key={`${each.kind}${each.ticket.id}`} className={styles.row}>
            <span className="quiet small">{texts.ticket.linkKinds[each.kind]}</span>
            <Link
              to="/tickets/$number"
              params={{ number: each.ticket.number }}
              className={styles.link}
            >
              <span className="num">{each.ticket.number}</span> {each.ticket.title}
            </Link>
            <StatusTag status={each.ticket.status} />
            {may && each.kind !== "child" && (
              <button
                type="button"
                className={styles.remove}
                aria-label={texts.ticket.unlink}
                onClick={() => remove(each)}
              >
                <Icon name="close" size={12} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {adding && <AddLink ticket={ticket} onDone={() => setAdding(false)} />}
    </Card>
  );
}

function AddLink({ ticket, onDone }: { ticket: Ticket; onDone: () => void }) {
  const texts = useTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const act = useAct(ticket);
  const [number, setNumber] = useState("");
  const [kind, setKind] = useState<(typeof KINDS)[number]>("related");
  const [problem, setProblem] = useState<string | null>(null);

  const add = async () => {
    try {
      const other = await client.fetchQuery(ticketQuery(number.trim()));
      await act.mutateAsync({ body: { act: "link", to: other.id, kind } });
      onDone();
    } catch (error) {
      setProblem(explain(error, language));
    }
  };
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Select
        aria-label={texts.ticket.linkKind}
        size="small"
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: texts.ticket.linkKinds[value] }))}
      />
      <Input
        aria-label={texts.ticket.linkNumber}
        size="small"
        placeholder={texts.ticket.linkNumber}
        value={number}
        onChange={(event) => setNumber(event.target.value)}
        autoFocus
      />
      <Button
        size="small"
        type="primary"
        htmlType="submit"
        loading={act.isPending}
        disabled={!number.trim()}
      >
        {texts.common.save}
      </Button>
      {problem && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </form>
  );
}
