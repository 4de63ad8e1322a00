/** The contract's shapes under the names the pages use; words of closed lists narrowed from `string`. */
import type { Schemas } from "./contract.ts";

type Narrow<T, N> = Omit<T, keyof N> & N;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type PersonRef = Schemas["Named"];
export type FileRef = Omit<Schemas["FileView"], "sha256">;
export type Session = Schemas["SessionView"];

export type Status = "new" | "open" | "waiting" | "solved" | "closed";
export type SlaState = "running" | "paused" | "met" | "breached" | "none";
export type FieldRight = "none" | "masked" | "read" | "write" | "required";
type Data = Record<string, unknown>;

export type TicketRow = Narrow<
  Schemas["TicketRow"],
  { status: Status; sla_state: SlaState; data: Data }
>;
export type TicketBrief = Pick<Schemas["TicketBrief"], "id" | "number">;

export type LedgerEntry = Narrow<
  Schemas["SegmentView"],
  { kind: "running" | "paused" | "outside_hours"; cause: { code: string; params?: Data } | null }
>;
export type Clock = Narrow<
  Schemas["ClockView"],
  { state: "running" | "paused" | "met" | "breached" | "cancelled"; ledger: LedgerEntry[] }
>;
export type Task = Narrow<Schemas["TaskView"], { fields: Record<string, FieldRight> }>;
export type SuggestionReason = Partial<Schemas["ReasonView"]> & { text: string };
export type Suggestion = Narrow<
  Schemas["SuggestionView"],
  {
    value: unknown;
    reasons: SuggestionReason[];
    state: "open" | "accepted" | "corrected" | "rejected" | "applied";
  }
>;
type LinkedTicket = Narrow<Schemas["LinkedTicket"], { status: Status }>;
export type TicketLink = Narrow<
  Schemas["LinkView"],
  { kind: "parent" | "child" | "duplicate" | "related"; ticket: LinkedTicket }
>;
export type Ticket = Narrow<
  Schemas["TicketView"],
  {
    status: Status;
    sla_state: SlaState;
    data: Data;
    field_rights: Record<string, FieldRight>;
    clocks: Clock[];
    tasks: Task[];
    suggestions: Suggestion[];
    links: TicketLink[];
  }
>;

export type ActorView = Schemas["ActorView"];
export type TimelineItem = Narrow<Schemas["EventView"], { data: Data }>;
/** An event as the stream sends it. */
export type LiveEvent = Pick<TimelineItem, "seq" | "kind" | "ticket" | "at" | "data"> & {
  actor: ActorView | null;
};

export type FlowNodeView = Narrow<
  Schemas["FlowNodeView"],
  { state: "done" | "active" | "waiting" | "todo" | "failed" }
>;
export type FlowView = Narrow<Schemas["FlowView"], { nodes: FlowNodeView[] }>;
export type Overview = Narrow<
  Schemas["OverviewView"],
  { open_by_status: { status: Status; count: number }[] }
>;
export type SavedView = Schemas["SavedViewView"];
export type TicketType = Schemas["TicketTypeView"];
export type Person = Schemas["PersonView"];
export type Org = Schemas["OrgView"];
export type RecordRow = Narrow<Schemas["RecordView"], { data: Data }>;
export type Similar = Narrow<Schemas["SimilarView"], { ticket: LinkedTicket }>;
export type Explanation = Narrow<Schemas["ExplanationView"], { params: Data }>;
export type Ranking = {
  ranked: { person: PersonRef; score: number; reasons: Explanation[] }[];
  left_out: { person: PersonRef; reasons: Explanation[] }[];
};

export type DefinitionRow = Schemas["DefinitionRow"];
export type Definition = Narrow<Schemas["DefinitionView"], { document: unknown; draft: unknown }>;
export type DefinitionVersion = Narrow<Schemas["DefinitionVersionView"], { document: unknown }>;
export type Change = Narrow<
  Schemas["ChangeView"],
  { change: "added" | "removed" | "changed" | "moved"; from: unknown; to: unknown }
>;
/** What is wrong with a document or an answer. */
export interface Problem {
  pointer: string;
  code: string;
  params?: Data;
  severity?: string;
}

export type MessageTopic =
  | "work"
  | "mention"
  | "reply"
  | "note"
  | "progress"
  | "urge"
  | "sla"
  | "notice";
export type Message = Narrow<Schemas["MessageView"], { topic: MessageTopic; data: Data }>;
export type InboxHead = Schemas["InboxHeadView"];
export type MessageChoices = Narrow<
  Schemas["ChoicesView"],
  {
    topics: Record<
      MessageTopic,
      Narrow<Schemas["TopicChoiceView"], { when: "now" | "hourly" | "daily" }>
    >;
  }
>;
