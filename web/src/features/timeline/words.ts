import { type Dictionary, type Language, pick, type ServerText } from "@/i18n/index.tsx";

export interface EventLike {
  kind: string;
  data: Record<string, unknown>;
}

/** What turns ids into names: fields and their options, nodes of the flow, people and things. */
export interface Names {
  fields: Record<string, string>;
  options: Record<string, Record<string, string>>;
  nodes: Record<string, string>;
  things: Record<string, string>;
}

export const NO_NAMES: Names = { fields: {}, options: {}, nodes: {}, things: {} };

const text = (value: unknown, language: Language): string => pick(value as ServerText, language);

/** What happened, as the rest of a sentence that begins with the actor. */
export function eventWords(
  { kind, data }: EventLike,
  texts: Dictionary,
  language: Language,
  names: Names = NO_NAMES,
): string {
  const { ticket, sla, acts } = texts;
  const name = text(data.name ?? data.title, language) || names.nodes[String(data.node)] || "";
  const target = sla.targets[String(data.target)] ?? "";
  const field = data.field ? fieldWord(String(data.field), texts, names) : "";
  switch (kind) {
    case "ticket.created":
      return ticket.created;
    case "ticket.changed":
      return ticket.changed(
        changes(data)
          .map((change) => fieldWord(change.field, texts, names))
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
    case "flow.moved": {
      const act = actedIn(data);
      if (!act) return ticket.flowMoved("");
      return ticket.taskDone(names.nodes[act.node] ?? "", acts.past[act.act] ?? act.act);
    }
    case "flow.ended":
      return ticket.flowEnded;
    case "flow.incident":
      return ticket.flowIncident;
    case "task.opened":
      return ticket.taskOpened(name);
    case "task.changed":
      return ticket.taskChanged(name, acts.past[String(data.act)] ?? ticket.changed(""));
    case "task.closed":
      return ticket.taskDone(
        name,
        acts.past[String(data.outcome ?? "done")] ?? acts.past.done ?? "",
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
      return field
        ? ticket.suggestedField(
            field,
            valueWord({ field: String(data.field) }, data.value, texts, language, names),
          )
        : ticket.suggested(1);
    case "suggestion.decided":
      return ticket.suggestionDecided(ticket.decisions[String(data.decision)] ?? "", field);
    case "dispatch.ranked":
      return ticket.dispatchRanked;
    case "rule.applied":
      return ticket.ruleApplied(name || String(data.rule ?? ""));
    default:
      return ticket.other(kind);
  }
}

interface Acted {
  node: string;
  act: string;
}

/** The act of a person that moved the flow, when there was one. */
export function actedIn(data: Record<string, unknown>): Acted | null {
  const log = Array.isArray(data.log) ? (data.log as Record<string, unknown>[]) : [];
  const entry = log.find((each) => each.event === "acted");
  const act = (entry?.detail as { act?: string } | undefined)?.act;
  return entry && act ? { node: String(entry.node), act } : null;
}

/** Entries that say what another entry beside them already says. */
export function isEcho({ kind, data, actor }: EventLike & { actor: { kind: string } }): boolean {
  if (kind === "flow.moved") return actedIn(data) === null;
  return (kind === "task.closed" || kind === "task.changed") && actor.kind === "flow";
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

/** The name of a field: the form's own, or the system's. */
export function fieldWord(
  field: string,
  texts: Dictionary,
  names: Pick<Names, "fields"> = NO_NAMES,
): string {
  const key = SYSTEM_FIELDS[field as keyof typeof SYSTEM_FIELDS];
  return names.fields[field] ?? (key ? texts.ticket[key] : field);
}

/** A value before or after a change, in words. */
export function valueWord(
  change: { field: string },
  value: unknown,
  texts: Dictionary,
  language: Language,
  names: Names = NO_NAMES,
): string {
  const { common } = texts;
  if (value === null || value === undefined || value === "") return common.empty;
  if (change.field === "status") return common.status[String(value)] ?? String(value);
  if (change.field === "priority") return common.priority[Number(value)] ?? String(value);
  if (typeof value === "boolean") return value ? common.yes : common.no;
  if (Array.isArray(value)) {
    const parts = value.map((each) => valueWord(change, each, texts, language, names));
    return typeof value[0] === "object" ? common.count(value.length) : parts.join("、");
  }
  if (typeof value === "object") {
    const named = value as { name?: string; title?: string; zh?: string };
    return named.name ?? named.title ?? (named.zh ? text(value, language) : "…");
  }
  const word = names.options[change.field]?.[String(value)] ?? names.things[String(value)];
  if (word) return word;
  // An id without a name tells nobody anything.
  return /^(usr|team|org|rec|fil)_[0-9a-z]{20,}$/.test(String(value))
    ? common.somebody
    : String(value);
}

export type Voice = "people" | "system" | "model" | "integration";

/** Whose voice an entry is, for the filter and the quiet difference in looks. */
export function voiceOf(item: { actor: { kind: string }; kind?: string }): Voice {
  // A person's act starts these, but it is the system that does them.
  if (item.kind?.startsWith("sla.") || item.kind === "flow.started" || item.kind === "task.opened")
    return "system";
  switch (item.actor.kind) {
    case "person":
      return "people";
    case "token":
    case "import":
      return "integration";
    case "model":
      return "model";
    default:
      return "system";
  }
}
