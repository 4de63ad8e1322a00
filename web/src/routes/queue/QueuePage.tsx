import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { isMissing } from "@/api/errors.ts";
import type { TicketRow } from "@/api/types.ts";
import { type TicketList, ticketQuery, viewsQuery } from "@/data/tickets.ts";
import { ALL, QueueList } from "@/features/queue/QueueList.tsx";
import { useTexts } from "@/i18n/index.tsx";
import { useKeys, useMedia, useTitle } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Splitter } from "@/ui/Splitter.tsx";
import { Boundary, Crash, Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { ContextColumn, TicketColumn } from "../ticket/parts.tsx";
import styles from "./QueuePage.module.css";

/** Queue, ticket, context: three panes on a desk, one on a phone. */
export function QueuePage() {
  const texts = useTexts();
  const search = useSearch({ from: "/app/tickets" });
  const navigate = useNavigate({ from: "/tickets" });
  const { selected, ...list } = search;
  const [rows, setRows] = useState<TicketRow[]>([]);
  const narrow = useMedia("(max-width: 699px)");
  const folded = useMedia("(max-width: 1099px)");
  const [contextOpen, setContextOpen] = useState(false);
  const views = useQuery(viewsQuery);
  useTitle(selected ? `${selected} · ${texts.queue.title}` : texts.queue.title);

  const change = useCallback(
    (next: Partial<TicketList>) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true }),
    [navigate],
  );
  const select = useCallback(
    (number: string | undefined) =>
      void navigate({
        search: (before) => ({ ...before, selected: number }),
        replace: number !== undefined && !narrow,
      }),
    [navigate, narrow],
  );
  useQueueKeys(rows, selected, select);

  // The first saved view is the home of whoever brings no other; ALL is no view at all.
  const view = list.view ?? views.data?.[0]?.key ?? ALL;
  const shownList = (
    <QueueList
      list={{ ...list, view: view === ALL ? undefined : view }}
      view={view}
      selected={selected}
      onChange={change}
      onSelect={(row) => select(row.number)}
      onRows={setRows}
    />
  );
  if (views.isPending) return <Skeleton lines={8} />;
  if (narrow) {
    return selected ? (
      <Detail number={selected} onBack={() => select(undefined)} context="below" />
    ) : (
      shownList
    );
  }
  return (
    <div className={styles.page} data-folded={folded || undefined}>
      <Splitter name="queue" initial={400} min={300} max={620} label={texts.queue.resizeList}>
        {shownList}
      </Splitter>
      {selected ? (
        <Detail
          number={selected}
          context={folded ? (contextOpen ? "over" : "hidden") : "beside"}
          onToggleContext={folded ? () => setContextOpen(!contextOpen) : undefined}
        />
      ) : (
        <div className={styles.none}>
          <Empty title={texts.queue.choose} hint={texts.queue.chooseHint} />
        </div>
      )}
    </div>
  );
}

/** j and k walk, Enter goes into the ticket, Escape comes back to its row. */
function useQueueKeys(
  rows: TicketRow[],
  selected: string | undefined,
  select: (number: string | undefined) => void,
) {
  // The address follows a moment later; quick presses go on from where the last one went.
  const cursor = useRef(selected);
  useEffect(() => {
    cursor.current = selected;
  }, [selected]);
  const step = (by: number) => {
    const at = rows.findIndex((row) => row.number === cursor.current);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    cursor.current = next.number;
    select(next.number);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: (event) => {
      if (document.activeElement?.closest("button, a, [role]")) return;
      event.preventDefault();
      document.querySelector<HTMLElement>('[data-pane="ticket"]')?.focus();
    },
    Escape: () => {
      const row = document.querySelector<HTMLElement>(`[data-number="${selected}"]`);
      if (row && document.activeElement !== row) row.focus();
      else select(undefined);
    },
  });
}

interface DetailProps {
  number: string;
  context: "beside" | "below" | "over" | "hidden";
  onBack?: () => void;
  onToggleContext?: (() => void) | undefined;
}

function Detail({ number, context, onBack, onToggleContext }: DetailProps) {
  const texts = useTexts();
  const { data: ticket, error, refetch } = useQuery(ticketQuery(number));
  if (!ticket) {
    return (
      <div className={styles.none}>
        {isMissing(error) ? (
          <Empty page icon="search" title={texts.ticket.missing} hint={texts.ticket.missingHint} />
        ) : error ? (
          <Failure error={error} onRetry={() => refetch()} />
        ) : (
          <Skeleton lines={8} />
        )}
      </div>
    );
  }
  const tools = onBack ? (
    <Button
      type="text"
      size="small"
      icon={<Icon name="arrowLeft" size={18} />}
      aria-label={texts.queue.backToList}
      onClick={onBack}
    />
  ) : (
    <Link
      to="/tickets/$number"
      params={{ number }}
      className={styles.full}
      aria-label={texts.queue.openFull}
    >
      <Icon name="expand" size={15} />
    </Link>
  );
  return (
    <Boundary key={number} fallback={(_, reset) => <Crash onRetry={reset} />}>
      <div
        className={context === "below" ? styles.stacked : styles.ticket}
        data-pane="ticket"
        tabIndex={-1}
      >
        <TicketColumn ticket={ticket} tools={tools} />
        {context === "below" && <ContextColumn ticket={ticket} />}
        {onToggleContext && (
          <Button
            className={styles.toggle}
            icon={<Icon name="panel" size={16} />}
            aria-label={texts.queue.showContext}
            aria-expanded={context === "over"}
            onClick={onToggleContext}
          />
        )}
      </div>
      {(context === "beside" || context === "over") && (
        <div className={context === "over" ? styles.contextOver : styles.context}>
          <ContextColumn ticket={ticket} />
        </div>
      )}
    </Boundary>
  );
}
