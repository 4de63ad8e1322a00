/** Shapes of the HTTP API as `docs/API.md` gives them. */
import type { ServerText } from "@/i18n/index.tsx";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface PersonRef {
  id: string;
  name: string;
}

export type NamedRef = PersonRef;

export interface RecordRef {
  id: string;
  title: string;
}

export interface Session {
  user: { id: string; login: string; name: string; org: NamedRef | null; language: "zh" | "en" };
  tenant: { id: string; slug: string; name: string };
  roles: string[];
  permissions: string[];
  teams?: NamedRef[];
}

export type Status = "new" | "open" | "waiting" | "solved" | "closed";
export type SlaState = "running" | "paused" | "met" | "breached" | "none";

export interface TicketRow {
  id: string;
  number: string;
  type: string;
  type_title: ServerText;
  title: string;
  status: Status;
  stage: ServerText;
  priority: number;
  category: string | null;
  category_label: ServerText;
  owner: PersonRef | null;
  team: NamedRef | null;
  requester: PersonRef | null;
  org: NamedRef | null;
  place: RecordRef | null;
  asset: RecordRef | null;
  due_at: string | null;
  sla_state: SlaState;
  created_at: string;
  updated_at: string;
  version: number;
  data: Record<string, unknown>;
}

export type FieldRight = "none" | "masked" | "read" | "write" | "required";

export interface LedgerEntry {
  from: string;
  to: string | null;
  kind: "running" | "paused" | "outside_hours";
  cause: { code: string; params?: Record<string, unknown> } | null;
}

export interface Clock {
  target: "first_response" | "update" | "resolution";
  cycle: number;
  state: "running" | "paused" | "met" | "breached" | "cancelled";
  started_at: string;
  due_at: string | null;
  remaining_ms: number | null;
  elapsed_ms: number;
  met_at: string | null;
  breached_at: string | null;
  policy: string;
  ledger: LedgerEntry[];
}

export interface Task {
  id: string;
  node: string;
  name: ServerText;
  kind: "approve" | "work";
  state: string;
  assignee: PersonRef | null;
  candidates: PersonRef[];
  pool: NamedRef | null;
  due_at: string | null;
  acts: string[];
  fields: Record<string, FieldRight>;
  version: number;
}

export interface SuggestionReason {
  text: string;
  start?: number | null;
  end?: number | null;
  weight?: number;
}

export interface Suggestion {
  id: string;
  field: string;
  value: unknown;
  label: ServerText;
  confidence: number;
  reasons: SuggestionReason[];
  state: "open" | "accepted" | "corrected" | "rejected" | "applied";
  decided_by: PersonRef | null;
  model: string;
  version: number;
}

export interface TicketLink {
  kind: "parent" | "child" | "duplicate" | "related";
  ticket: { id: string; number: string; title: string; status: Status };
}

export interface Ticket extends TicketRow {
  form_version: number;
  field_rights: Record<string, FieldRight>;
  tags: string[];
  first_response_at: string | null;
  solved_at: string | null;
  closed_at: string | null;
  rating: { score: number; comment: string } | null;
  clocks: Clock[];
  tasks: Task[];
  acts: string[];
  suggestions: Suggestion[];
  links: TicketLink[];
}

export interface FileRef {
  id: string;
  name: string;
  size: number;
  media_type: string;
}

export interface ActorView {
  kind: "person" | "token" | "rule" | "flow" | "model" | "import" | "system";
  id: string;
  name: string;
  on_behalf_of: PersonRef | null;
}

export interface CommentView {
  id: string;
  visibility: "public" | "internal";
  body: string;
  files: FileRef[];
}

export interface TimelineItem {
  seq: number;
  id: string;
  at: string;
  actor: ActorView;
  kind: string;
  ticket?: string | null;
  subject?: string | null;
  data: Record<string, unknown>;
  comment: CommentView | null;
}

export interface FlowNodeView {
  id: string;
  type: string;
  name: ServerText;
  column: number;
  row: number;
  state: "done" | "active" | "waiting" | "todo" | "failed";
}

export interface FlowView {
  flow: string;
  version: number;
  status: "running" | "ended";
  nodes: FlowNodeView[];
  edges: { from: string; to: string; label: ServerText; taken: boolean }[];
}

export interface Overview {
  open_by_status: { status: Status; count: number }[];
  sla_rate: { day: string; met: number; breached: number }[];
  load_by_engineer: { person: PersonRef; open: number; overdue: number }[];
  created_closed: { day: string; created: number; closed: number }[];
}

export interface SavedView {
  key: string;
  title: ServerText;
  columns: string[];
  sort: string[];
  /** 1000 stands for "1000 or more". */
  count: number;
}

export interface TicketType {
  key: string;
  title: ServerText;
  version: number;
  prefix: string;
}

export interface Person extends PersonRef {
  login: string;
  org: NamedRef | null;
  teams: NamedRef[];
  active: boolean;
}

export interface Org {
  id: string;
  name: string;
  parent: string | null;
}

export interface RecordRow {
  id: string;
  type: string;
  title: string;
  org: string | null;
  data: Record<string, unknown>;
  version: number;
}

export interface Similar {
  ticket: { id: string; number: string; title: string; status: Status };
  score: number;
  resolution: string | null;
}

export interface Explanation {
  code: string;
  params: Record<string, unknown>;
  /** What it added to the score. */
  points?: number | null;
}

export interface Ranking {
  ranked: { person: PersonRef; score: number; reasons: Explanation[] }[];
  left_out: { person: PersonRef; reasons: Explanation[] }[];
}

export interface DefinitionRow {
  kind: string;
  key: string;
  title: ServerText;
  active_version: number | null;
  has_draft: boolean;
  draft_at: string | null;
  draft_by: ActorView | null;
  /** Revision of the draft; the next change names it. */
  version: number;
}

export interface Definition extends DefinitionRow {
  document: unknown;
  draft: unknown;
}

export interface DefinitionVersion {
  version: number;
  note: string;
  published_at: string;
  published_by: ActorView | null;
  restored_from: number | null;
  sha256: string;
  document: unknown;
}

export interface Problem {
  pointer: string;
  code: string;
  params?: Record<string, unknown>;
  severity?: "error" | "warning";
  detail?: string;
}

export interface Change {
  change: "added" | "removed" | "changed" | "moved";
  /** Path by ids, such as `fields/phone/label`. */
  path: string;
  from: unknown;
  to: unknown;
  /** Only the look changes. */
  layout: boolean;
}

export interface LiveEvent {
  seq: number;
  kind: string;
  /** Id of the ticket it is about. */
  ticket: string | null;
  at: string;
  actor: ActorView | null;
  data: Record<string, unknown>;
}

/** The least that a command answers about a ticket. */
export interface TicketBrief {
  id: string;
  number: string;
  status: Status;
  version: number;
}
