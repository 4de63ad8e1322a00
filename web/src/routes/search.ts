import type { MessageTopic } from "@/api/types.ts";

/** What each page keeps in its address; anything malformed is dropped. */
type Raw = Record<string, unknown>;

const text = (value: unknown) => {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

function compact<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export interface QueueSearch {
  view?: string | undefined;
  q?: string | undefined;
  sort?: string | undefined;
  /** A Condition of the shared language. */
  filter?: unknown;
  selected?: string | undefined;
}

export function readQueueSearch(raw: Raw): QueueSearch {
  const filter = raw.filter !== null && typeof raw.filter === "object" ? raw.filter : undefined;
  return compact({
    view: text(raw.view),
    q: text(raw.q),
    sort: text(raw.sort),
    filter,
    selected: text(raw.selected),
  });
}

export interface StartSearch {
  days?: number | undefined;
}

export function readStartSearch(raw: Raw): StartSearch {
  const days = Number(raw.days);
  return compact({ days: [7, 14, 30, 90].includes(days) ? days : undefined });
}

export interface DesignSearch {
  kind?: string | undefined;
  q?: string | undefined;
  tab?: "edit" | "history" | "compare" | undefined;
  version?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export function readDesignSearch(raw: Raw): DesignSearch {
  const tabs = ["edit", "history", "compare"] as const;
  return compact({
    kind: text(raw.kind),
    q: text(raw.q),
    tab: tabs.find((tab) => tab === raw.tab),
    version: Number.isInteger(raw.version) ? Number(raw.version) : undefined,
    from: text(raw.from),
    to: text(raw.to),
  });
}

export interface InboxSearch {
  tab?: "choices" | undefined;
  unread?: true | undefined;
  topic?: MessageTopic | undefined;
}

const topics: readonly MessageTopic[] = [
  "work",
  "mention",
  "reply",
  "note",
  "progress",
  "urge",
  "sla",
  "notice",
];

export function readInboxSearch(raw: Raw): InboxSearch {
  return compact({
    tab: raw.tab === "choices" ? "choices" : undefined,
    unread: raw.unread === true ? true : undefined,
    topic: topics.find((topic) => topic === raw.topic),
  });
}
