import { type Dictionary, type Language, pick, type ServerText } from "@/i18n/index.tsx";

export interface EventLike {
  kind: string;
  data: Record<string, unknown>;
}

const text = (value: unknown, language: Language): string => pick(value as ServerText, language);

/** What happened, as the rest of a sentence that begins with the actor. */
export function eventWords(
  { kind, data }: EventLike,
  texts: Dictionary,
  language: Language,
): string {
  const { ticket, sla, acts } = texts;
  const name = text(data.name ?? data.node_name ?? data.title ?? data.node, language);
  const target = sla.targets[String(data.target)] ?? String(data.target ?? "");
  switch (kind) {
    case "ticket.created":
      return ticket.created;
    case "ticket.changed":
      return ticket.changed(
        changedFields(data)
          .map((field) => fieldWord(field, texts))
          .join("、"),
      );
    case "ticket.linked":
      return ticket.linked;
    case "ticket.unlinked":
      return ticket.unlinked;
    case "ticket.rated":
      return ticket.rated(Number(data.score ?? 0));
    case "ticket.urged":
      return ticket.urged;
    case "comment.added":
      return data.visibility === "internal" ? ticket.note : ticket.reply;
    case "file.added":
      return ticket.fileAdded;
    case "flow.started":
      return ticket.flowStarted;
    case "flow.moved":
      return ticket.flowMoved(name);
    case "flow.ended":
      return ticket.flowEnded;
    case "flow.incident":
      return ticket.flowIncident;
    case "task.opened":
      return ticket.taskOpened(name);
    case "task.changed":
      return ticket.taskChanged(
        name,
        acts.past[String(data.act ?? data.what)] ?? ticket.changed(""),
      );
    case "task.closed":
    case "task.done":
      return ticket.taskDone(
        name,
        acts.past[String(data.outcome ?? data.act ?? "done")] ?? acts.past.done ?? "",
      );
    case "sla.started":
      return ticket.slaStarted(target);
    case "sla.warned":
      return ticket.slaWarned(target);
    case "sla.breached":
      return ticket.slaBreached(target);
    case "sla.met":
      return ticket.slaMet(target);
    case "sla.escalated":
      return ticket.slaEscalated;
    case "suggestion.made":
      return ticket.suggested(Array.isArray(data.suggestions) ? data.suggestions.length : 1);
    case "suggestion.decided":
      return ticket.suggestionDecided(ticket.decisions[String(data.decision ?? data.state)] ?? "");
    case "dispatch.ranked":
      return ticket.dispatchRanked;
    case "rule.applied":
      return ticket.ruleApplied(name || String(data.rule ?? ""));
    default:
      return ticket.other(kind);
  }
}

export interface FieldChange {
  field: string;
  from: unknown;
  to: unknown;
}

/** The changes that `ticket.changed` carries: `{changes: {field: {from, to}}}`. */
export function changes(data: Record<string, unknown>): FieldChange[] {
  const all = (data.changes ?? {}) as Record<string, { from?: unknown; to?: unknown } | null>;
  return Object.entries(all).map(([field, change]) => ({
    field,
    from: change?.from,
    to: change?.to,
  }));
}

function changedFields(data: Record<string, unknown>): string[] {
  return Object.keys((data.changes ?? {}) as object);
}

const SYSTEM_FIELDS = {
  title: "title",
  status: "status",
  priority: "priority",
  category: "category",
  owner: "owner",
  team: "team",
  org: "org",
  place: "place",
  asset: "asset",
  requester: "requester",
  tags: "tags",
} as const;

/** The name of a system field; form fields keep their id until the form is at hand. */
export function fieldWord(
  field: string,
  texts: Dictionary,
  labels: Record<string, string> = {},
): string {
  const key = SYSTEM_FIELDS[field as keyof typeof SYSTEM_FIELDS];
  return labels[field] ?? (key ? texts.ticket[key] : field);
}

/** A value before or after a change, in words. */
export function valueWord(
  change: { field: string },
  value: unknown,
  texts: Dictionary,
  language: Language,
): string {
  if (value === null || value === undefined || value === "") return texts.common.empty;
  if (change.field === "status") return texts.common.status[String(value)] ?? String(value);
  if (change.field === "priority") return texts.common.priority[Number(value)] ?? String(value);
  if (Array.isArray(value))
    return value.map((each) => valueWord(change, each, texts, language)).join("、");
  if (typeof value === "object") {
    const named = value as { name?: string; title?: string; zh?: string };
    return named.name ?? named.title ?? (named.zh ? text(value, language) : "…");
  }
  return String(value);
}

export type Voice = "people" | "system" | "model";

/** Whose voice an entry is, for the filter and the quiet difference in looks. */
export function voiceOf(item: { actor: { kind: string } }): Voice {
  switch (item.actor.kind) {
    case "person":
    case "token":
      return "people";
    case "model":
      return "model";
    default:
      return "system";
  }
}
