import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Input, Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import type { TicketRow } from "@/api/types.ts";
import { useLive } from "@/data/live.tsx";
import {
  type TicketList,
  ticketKeys,
  ticketListQuery,
  ticketQuery,
  ticketTypesQuery,
  viewsQuery,
} from "@/data/tickets.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { useDebounced } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { FilterMenu } from "./FilterMenu.tsx";
import { chips, readFilter, writeFilter } from "./filter.ts";
import styles from "./queue.module.css";
import { TicketRowItem } from "./TicketRowItem.tsx";

/** The name in the address for every ticket, whatever the views. */
export const ALL = "all";

interface QueueListProps {
  list: TicketList;
  /** Key of the view that is shown, or `ALL`. */
  view: string;
  selected: string | undefined;
  onChange: (list: Partial<TicketList>) => void;
  onSelect: (row: TicketRow) => void;
  /** Tells the page what is loaded, for j and k. */
  onRows: (rows: TicketRow[]) => void;
}

/** The queue: view, filter and sort on top, two-line rows below. */
export function QueueList({ list, view, selected, onChange, onSelect, onRows }: QueueListProps) {
  const texts = useTexts();
  const query = useInfiniteQuery(ticketListQuery(list));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const filtered = Boolean(list.filter || list.q);
  useEffect(() => {
    onRows(rows);
  }, [rows, onRows]);

  return (
    <section className={styles.queue} aria-label={texts.queue.list}>
      <Head list={list} view={view} onChange={onChange} />
      <Arrivals />
      <div className={styles.scroll} data-scroll="queue">
        {query.isPending && <Skeleton lines={8} />}
        {query.error && rows.length === 0 && (
          <Failure error={query.error} onRetry={() => query.refetch()} />
        )}
        {query.isSuccess && rows.length === 0 && !filtered && (
          <Empty title={texts.queue.empty} hint={texts.queue.emptyHint} />
        )}
        {query.isSuccess && rows.length === 0 && filtered && (
          <Empty
            icon="filter"
            title={texts.queue.emptyFiltered}
            hint={texts.queue.emptyFilteredHint}
          >
            <Button onClick={() => onChange({ filter: undefined, q: undefined })}>
              {texts.queue.clearFilter}
            </Button>
          </Empty>
        )}
        <Rows rows={rows} selected={selected} onSelect={onSelect} />
        {query.hasNextPage && (
          <More onSeen={() => query.fetchNextPage()} busy={query.isFetchingNextPage} />
        )}
        {query.isSuccess && rows.length > 12 && !query.hasNextPage && (
          <p className={styles.end}>{texts.queue.end}</p>
        )}
      </div>
    </section>
  );
}

function Head({
  list,
  view: current,
  onChange,
}: Pick<QueueListProps, "list" | "view" | "onChange">) {
  const texts = useTexts();
  const pick = usePick();
  const views = useQuery(viewsQuery).data ?? [];
  const types = useQuery(ticketTypesQuery).data ?? [];
  const [text, setText] = useState(list.q ?? "");
  const settled = useDebounced(text, 250);
  const latest = useRef({ list, onChange });
  latest.current = { list, onChange };
  useEffect(() => {
    if ((latest.current.list.q ?? "") !== settled.trim())
      latest.current.onChange({ q: settled.trim() || undefined });
  }, [settled]);
  useEffect(() => setText(list.q ?? ""), [list.q]);

  const filter = readFilter(list.filter);
  const shown = chips(
    filter,
    texts,
    (key) => pick(types.find((type) => type.key === key)?.title) || key,
  );
  const sort = list.sort ?? "";
  return (
    <div className={styles.head}>
      <h1 className="hidden-visually">{texts.queue.title}</h1>
      <Select
        className={styles.view}
        variant="borderless"
        aria-label={texts.queue.views}
        value={current}
        onChange={(view) => onChange({ view, filter: undefined, q: undefined })}
        popupMatchSelectWidth={false}
        options={[
          ...views.map((view) => ({
            value: view.key,
            label: pick(view.title),
            count: countOf(view.count),
          })),
          { value: ALL, label: texts.queue.allTickets, count: "" },
        ]}
        optionRender={(option) => (
          <span className={styles.viewOption}>
            {option.label}
            <span className="quiet num">{option.data.count}</span>
          </span>
        )}
      />
      <span className={styles.count}>
        {countOf(views.find((view) => view.key === current)?.count)}
      </span>
      <span className={styles.grow} />
      <FilterMenu condition={list.filter} onChange={(next) => onChange({ filter: next })} />
      <Dropdown
        trigger={["click"]}
        menu={{
          items: Object.entries(texts.queue.sorts).map(([key, label]) => ({ key, label })),
          selectable: true,
          selectedKeys: sort ? [sort] : [],
          onClick: ({ key }) => onChange({ sort: key }),
        }}
      >
        <Button type="text" size="small" aria-label={texts.queue.sort}>
          {texts.queue.sorts[sort] ?? texts.queue.sort}
          <Icon name="chevronDown" size={14} />
        </Button>
      </Dropdown>
      <Input
        className={styles.search}
        size="small"
        variant="filled"
        allowClear
        prefix={<Icon name="search" size={14} />}
        placeholder={texts.queue.searchHint}
        aria-label={texts.queue.searchHint}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {shown.length > 0 && (
        <ul className={styles.chips}>
          {shown.map((chip) => (
            <li key={chip.key}>
              <button
                type="button"
                className={styles.chip}
                aria-label={texts.queue.removeFilter(chip.label)}
                onClick={() => onChange({ filter: writeFilter(chip.without) })}
              >
                {chip.label}
                <Icon name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const countOf = (count: number | undefined) =>
  count === undefined ? "" : count >= 1000 ? "1000+" : String(count);

function Arrivals() {
  const texts = useTexts();
  const client = useQueryClient();
  const { arrivals, takeArrivals } = useLive();
  if (arrivals === 0) return null;
  return (
    <button
      type="button"
      className={styles.arrivals}
      onClick={() => {
        takeArrivals();
        void client.resetQueries({ queryKey: ticketKeys.lists });
      }}
    >
      <Icon name="up" size={14} />
      {texts.queue.arrivals(arrivals)}
    </button>
  );
}

function Rows({
  rows,
  selected,
  onSelect,
}: { rows: TicketRow[] } & Pick<QueueListProps, "selected" | "onSelect">) {
  const texts = useTexts();
  const client = useQueryClient();
  const chosen = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the choice changes
  useEffect(() => {
    // Newer browsers answer with a promise, which React would take for a clean-up.
    void chosen.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  if (rows.length === 0) return null;
  return (
    <ul aria-label={texts.queue.list} className={styles.rows}>
      {rows.map((row) => (
        <li key={row.id}>
          <button
            ref={row.number === selected ? chosen : undefined}
            type="button"
            className={styles.rowButton}
            aria-current={row.number === selected || undefined}
            onClick={() => onSelect(row)}
            onPointerEnter={() => void client.prefetchQuery(ticketQuery(row.number))}
            data-number={row.number}
          >
            <TicketRowItem row={row} selected={row.number === selected} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Asks for the next page when it comes into sight; a button for those without a scroll. */
function More({ onSeen, busy }: { onSeen: () => void; busy: boolean }) {
  const texts = useTexts();
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    const node = mark.current;
    if (!node || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && latest.current(),
      {
        rootMargin: "400px",
      },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={mark} className={styles.more}>
      <Button type="text" loading={busy} onClick={onSeen}>
        {texts.common.loadMore}
      </Button>
    </div>
  );
}
