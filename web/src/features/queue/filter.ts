import type { Dictionary } from "@/i18n/index.tsx";

/** What the filter menu can set; together they are one Condition in the address. */
export interface QuickFilter {
  status: string[];
  priority: string[];
  type: string[];
  owner: "me" | "none" | "" | `usr_${string}`;
  overdue: boolean;
  /** Parts that the menu cannot show, kept as they are. */
  other: unknown[];
}

type Predicate = { f?: string; op?: string; v?: unknown };

export const NO_FILTER: QuickFilter = {
  status: [],
  priority: [],
  type: [],
  owner: "",
  overdue: false,
  other: [],
};

/** Reads the Condition of the address back into the menu. */
export function readFilter(condition: unknown): QuickFilter {
  const filter: QuickFilter = { ...NO_FILTER, other: [] };
  if (!condition) return filter;
  const all = (condition as { all?: unknown[] }).all ?? [condition];
  for (const part of all)
    if (!take(filter, part as Predicate)) filter.other = [...filter.other, part];
  return filter;
}

function take(filter: QuickFilter, { f, op, v }: Predicate): boolean {
  const list = op === "eq" ? [v] : op === "in" && Array.isArray(v) ? v : null;
  if ((f === "status" || f === "priority" || f === "type") && list) {
    filter[f] = list.map(String);
    return true;
  }
  if (f === "owner" && op === "eq") {
    if (typeof v === "string") filter.owner = v as QuickFilter["owner"];
    else if ((v as { var?: string } | null)?.var === "me") filter.owner = "me";
    else return false;
    return true;
  }
  if (f === "owner" && op === "empty") {
    filter.owner = "none";
    return true;
  }
  if (f === "due_at" && op === "lt" && (v as { var?: string } | null)?.var === "now") {
    filter.overdue = true;
    return true;
  }
  return false;
}

/** The Condition of a menu, or nothing when it does not filter. */
export function writeFilter(filter: QuickFilter): unknown {
  const parts: unknown[] = [];
  const list = (f: string, values: unknown[]) => {
    if (values.length === 1) parts.push({ f, op: "eq", v: values[0] });
    else if (values.length > 1) parts.push({ f, op: "in", v: values });
  };
  list("status", filter.status);
  list("priority", filter.priority.map(Number));
  list("type", filter.type);
  if (filter.owner === "me") parts.push({ f: "owner", op: "eq", v: { var: "me" } });
  else if (filter.owner === "none") parts.push({ f: "owner", op: "empty" });
  else if (filter.owner) parts.push({ f: "owner", op: "eq", v: filter.owner });
  if (filter.overdue) parts.push({ f: "due_at", op: "lt", v: { var: "now" } });
  parts.push(...filter.other);
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { all: parts };
}

export interface Chip {
  key: string;
  label: string;
  without: QuickFilter;
}

/** One removable chip for every part of the filter. */
export function chips(
  filter: QuickFilter,
  texts: Dictionary,
  typeTitle: (key: string) => string,
): Chip[] {
  const { queue, common, sla } = texts;
  const found: Chip[] = [];
  const add = (key: string, label: string, without: QuickFilter) =>
    found.push({ key, label, without });
  if (filter.status.length > 0) {
    const names = filter.status.map((each) => common.status[each] ?? each).join("、");
    add("status", `${queue.status}: ${names}`, { ...filter, status: [] });
  }
  if (filter.priority.length > 0) {
    const names = filter.priority.map((each) => common.priority[Number(each)] ?? each).join("、");
    add("priority", `${queue.priority}: ${names}`, { ...filter, priority: [] });
  }
  if (filter.type.length > 0) {
    add("type", `${queue.type}: ${filter.type.map(typeTitle).join("、")}`, { ...filter, type: [] });
  }
  if (filter.owner) {
    const who =
      filter.owner === "me" ? queue.mine : filter.owner === "none" ? queue.unassigned : queue.owner;
    add("owner", who, { ...filter, owner: "" });
  }
  if (filter.overdue) add("overdue", sla.breached, { ...filter, overdue: false });
  if (filter.other.length > 0) add("other", queue.advanced, { ...filter, other: [] });
  return found;
}
