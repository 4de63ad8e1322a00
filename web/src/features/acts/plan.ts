import type { Task, Ticket } from "@/api/types.ts";

/** One thing that can be done now, on the ticket or on one of its tasks. */
export interface PossibleAct {
  act: string;
  task?: Task;
}

/** Acts in the order in which people look for them; the first few become buttons. */
const ORDER = [
  "approve",
  "complete",
  "claim",
  "unhold",
  "confirm",
  "rate",
  "reject",
  "return",
  "reopen",
  "transfer",
  "hold",
  "assign",
  "add_sign",
  "release",
  "set_status",
  "edit",
  "urge",
  "withdraw",
];

/** Acts that have a place of their own on the page. */
const ELSEWHERE = new Set([
  "comment",
  "internal_note",
  "link",
  "unlink",
  "delegate",
  "remove_sign",
  "cc",
]);

export function possibleActs(ticket: Ticket): PossibleAct[] {
  const acts: PossibleAct[] = ticket.tasks.flatMap((task) =>
    task.acts.map((act) => ({ act, task })),
  );
  const onTasks = new Set(acts.map(({ act }) => act));
  for (const act of ticket.acts) if (!onTasks.has(act)) acts.push({ act });
  return acts.filter(({ act }) => !ELSEWHERE.has(act)).sort((a, b) => rank(a.act) - rank(b.act));
}

function rank(act: string): number {
  const at = ORDER.indexOf(act);
  return at < 0 ? ORDER.length : at;
}

/** What an act asks for before it is done. */
export interface ActNeeds {
  words: "none" | "optional" | "required";
  /** The member of the body that carries the words. */
  member: "comment" | "reason" | "message";
  person?: "to" | "owner";
  people?: boolean;
  node?: boolean;
  status?: boolean;
  stars?: boolean;
  /** The writable fields of the task are filled in with it. */
  fields?: boolean;
}

const NEEDS: Record<string, ActNeeds> = {
  approve: { words: "optional", member: "comment", fields: true },
  reject: { words: "required", member: "comment" },
  complete: { words: "optional", member: "comment", fields: true },
  return: { words: "required", member: "comment", node: true },
  transfer: { words: "optional", member: "comment", person: "to" },
  assign: { words: "none", member: "comment", person: "owner" },
  add_sign: { words: "optional", member: "comment", people: true },
  hold: { words: "required", member: "reason" },
  urge: { words: "optional", member: "message" },
  withdraw: { words: "optional", member: "reason" },
  confirm: { words: "optional", member: "comment" },
  reopen: { words: "required", member: "reason" },
  rate: { words: "optional", member: "comment", stars: true },
  set_status: { words: "none", member: "comment", status: true },
};

/** Null when the act is done at once, without asking. */
export function needsOf(act: string): ActNeeds | null {
  return NEEDS[act] ?? null;
}
