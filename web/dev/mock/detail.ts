import { ASSETS, type MockTicket, PEOPLE } from "./seed.ts";

const H = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const person = (i: number) => ({
  kind: "person",
  id: PEOPLE[i]?.id ?? "",
  name: PEOPLE[i]?.name ?? "",
  on_behalf_of: null,
});
const SYSTEM = { kind: "system", id: "", name: "", on_behalf_of: null };
const FLOW = { kind: "flow", id: "repair_flow", name: "repair_flow", on_behalf_of: null };
const MODEL = { kind: "model", id: "mdl_7", name: "repair.category v7", on_behalf_of: null };

/** The page of one ticket. */
export function detail(ticket: MockTicket): Record<string, unknown> {
  const created = new Date(String(ticket.created_at)).getTime();
  const due = new Date(String(ticket.due_at)).getTime();
  const active = ["new", "open", "waiting"].includes(ticket.status);
  return {
    ...ticket,
    form_version: 3,
    field_rights: { phone: "masked", category: "write", estimate: "write" },
    tags: ["漏水", "会议保障"],
    first_response_at: iso(created + 0.3 * H),
    solved_at: active ? null : iso(created + 6 * H),
    closed_at: ticket.status === "closed" ? iso(created + 30 * H) : null,
    rating: ticket.status === "closed" ? { score: 5, comment: "来得很快" } : null,
    has_flow: true,
    clocks: [
      {
        target: "first_response",
        cycle: 1,
        state: "met",
        started_at: ticket.created_at,
        due_at: iso(created + H),
        remaining_ms: 0,
        elapsed_ms: 0.3 * H,
        met_at: iso(created + 0.3 * H),
        breached_at: null,
        policy: "repair_sla",
        policy_version: 1,
        ledger: [
          {
            from: iso(created),
            to: iso(created + 0.3 * H),
            kind: "running",
            cause: { code: "working", params: {} },
          },
        ],
      },
      {
        target: "resolution",
        cycle: 1,
        state: active
          ? due < Date.now()
            ? "breached"
            : ticket.status === "waiting"
              ? "paused"
              : "running"
          : "met",
        started_at: ticket.created_at,
        due_at: ticket.status === "waiting" ? null : ticket.due_at,
        remaining_ms: Math.max(0, due - Date.now()),
        elapsed_ms: 3.4 * H,
        met_at: null,
        breached_at: due < Date.now() ? ticket.due_at : null,
        policy: "repair_sla",
        policy_version: 1,
        ledger: [
          {
            from: iso(created),
            to: iso(created + 2 * H),
            kind: "running",
            cause: { code: "working", params: {} },
          },
          {
            from: iso(created + 2 * H),
            to: iso(created + 5 * H),
            kind: "paused",
            cause: { code: "status", params: { status: "waiting" } },
          },
          {
            from: iso(created + 5 * H),
            to: iso(created + 18 * H),
            kind: "outside_hours",
            cause: { code: "holiday", params: { name: { zh: "国庆节", en: "National Day" } } },
          },
          {
            from: iso(created + 18 * H),
            to: iso(created + 19.4 * H),
            kind: "running",
            cause: { code: "makeup_day", params: {} },
          },
        ],
      },
    ],
    tasks: active
      ? [
          ticket.status === "waiting"
            ? {
                id: `tsk_${ticket.id}`,
                node: "approve",
                name: { zh: "主管审批", en: "Supervisor's approval" },
                kind: "approve",
                state: "open",
                assignee: PEOPLE[0],
                candidates: [],
                pool: null,
                due_at: ticket.due_at,
                acts: ["approve", "reject", "return", "transfer", "add_sign"],
                fields: { estimate: "write", phone: "masked" },
                version: 1,
              }
            : {
                id: `tsk_${ticket.id}`,
                node: "fix",
                name: { zh: "维修", en: "Repair" },
                kind: "work",
                state: "open",
                assignee: ticket.status === "new" ? null : ticket.owner,
                candidates: [],
                pool: { id: "team_1", name: "机电班" },
                due_at: ticket.due_at,
                acts:
                  ticket.status === "new"
                    ? ["claim", "transfer", "urge"]
                    : ["complete", "return", "transfer", "hold", "release", "urge"],
                fields: {
                  cause: "required",
                  action_taken: "required",
                  hours: "required",
                  parts: "write",
                  after_photos: "write",
                  asset: "write",
                },
                version: 1,
              },
        ]
      : [],
    acts: active
      ? ["comment", "internal_note", "assign", "urge", "link", "edit"]
      : ticket.status === "solved"
        ? ["comment", "internal_note", "confirm", "reopen", "link"]
        : ["comment", "internal_note", "rate", "reopen", "link"],
    suggestions: active
      ? [
          {
            id: "sug_1",
            field: "category",
            value: "hvac",
            label: { zh: "空调暖通", en: "Air conditioning" },
            confidence: 0.93,
            reasons: [
              { text: "空调", start: 6, end: 8, weight: 0.8 },
              { text: "漏水", start: 8, end: 10, weight: 0.35 },
            ],
            state: "open",
            decided_by: null,
            model: "repair.category v7",
            version: 1,
          },
          {
            id: "sug_2",
            field: "priority",
            value: 3,
            label: { zh: "高", en: "High" },
            confidence: 0.71,
            reasons: [{ text: "地毯已湿", start: 11, end: 15, weight: 0.5 }],
            state: "open",
            decided_by: null,
            model: "repair.priority v3",
            version: 1,
          },
          {
            id: "sug_3",
            field: "place",
            value: "rec_p0",
            label: { zh: "A座3楼会议室" },
            confidence: 0.97,
            reasons: [{ text: "A座3楼会议室", start: 0, end: 7, weight: 1 }],
            state: "accepted",
            decided_by: PEOPLE[1],
            model: "extract v2",
            version: 2,
          },
        ]
      : [],
    links: [
      {
        kind: "related",
        ticket: { id: "tkt_30", number: "WX-05180", title: "B座2楼空调滴水", status: "closed" },
      },
    ],
  };
}

export function timeline(ticket: MockTicket, added: unknown[]): unknown[] {
  const start = new Date(String(ticket.created_at)).getTime();
  let seq = 100;
  const event = (
    hours: number,
    actor: unknown,
    kind: string,
    data: object = {},
    comment: object | null = null,
  ) => {
    seq += 1;
    return {
      seq,
      id: `evt_${ticket.id}_${seq}`,
      at: iso(start + hours * H),
      actor,
      kind,
      ticket: ticket.id,
      subject: null,
      data,
      comment,
    };
  };
  return [
    event(0, { ...person(2) }, "ticket.created"),
    event(0.01, FLOW, "flow.started"),
    event(0.01, SYSTEM, "sla.started", { target: "first_response" }),
    event(0.01, SYSTEM, "sla.started", { target: "resolution" }),
    event(0.02, MODEL, "suggestion.made", { suggestions: [1, 2, 3] }),
    event(0.1, FLOW, "task.opened", { name: { zh: "受理", en: "Triage" } }),
    event(0.3, person(1), "suggestion.decided", { decision: "accepted" }),
    event(0.3, SYSTEM, "sla.met", { target: "first_response" }),
    event(
      0.32,
      person(1),
      "comment.added",
      { visibility: "public" },
      {
        id: "c1",
        visibility: "public",
        body: "您好，已收到。机电班 15 分钟内到场，请先不要移动桌子。",
        files: [],
      },
    ),
    event(0.4, person(1), "ticket.changed", {
      changes: { priority: { from: 2, to: 3 }, owner: { from: null, to: PEOPLE[3] } },
    }),
    event(0.5, FLOW, "task.opened", { name: { zh: "维修", en: "Repair" } }),
    event(
      0.9,
      person(3),
      "comment.added",
      { visibility: "internal" },
      {
        id: "c2",
        visibility: "internal",
        body: "冷凝水盘满溢，排水泵不转。仓库只剩 1 台同型号泵，先换上，明天补货。",
        files: [{ id: "fil_1", name: "水盘.pdf", size: 182_000, media_type: "application/pdf" }],
      },
    ),
    event(1.2, person(2), "ticket.urged", {}),
    event(1.4, SYSTEM, "sla.warned", { target: "resolution" }),
    ...added,
  ];
}

export function flow(ticket: MockTicket): unknown {
  const now =
    ticket.status === "new"
      ? 1
      : ticket.status === "waiting"
        ? 3
        : ticket.status === "open"
          ? 5
          : 8;
  const nodes = [
    ["start", "start", "", "Start", 0, 1],
    ["suggest", "action", "系统识别", "Read the report", 1, 1],
    ["gate", "split", "", "", 2, 1],
    ["approve", "approve", "主管审批", "Approval", 3, 0],
    ["meet", "join", "", "", 4, 1],
    ["fix", "work", "维修", "Repair", 5, 1],
    ["tell", "notify", "告知班组长", "Tell the leads", 5, 2],
    ["ask", "notify", "请报修人确认", "Ask the requester", 6, 1],
    ["confirm", "wait", "等待确认", "Confirmation", 7, 1],
    ["done", "end", "结束", "Done", 8, 1],
  ] as const;
  return {
    flow: "repair_flow",
    version: 2,
    status: now >= 8 ? "ended" : "running",
    nodes: nodes.map(([id, type, zh, en, column, row]) => ({
      id,
      type,
      name: { zh, en },
      column,
      row,
      state:
        column === now && id !== "tell"
          ? type === "approve"
            ? "waiting"
            : "active"
          : column < now && (id !== "approve" || now === 3)
            ? "done"
            : "todo",
    })),
    edges: [
      ["start", "suggest"],
      ["suggest", "gate"],
      ["gate", "approve"],
      ["gate", "meet"],
      ["approve", "meet"],
      ["meet", "fix"],
      ["fix", "tell"],
      ["fix", "ask"],
      ["ask", "confirm"],
      ["confirm", "done"],
      ["confirm", "fix"],
    ].map(([from, to]) => ({
      from,
      to,
      label: null,
      taken:
        (nodes.find((n) => n[0] === to)?.[4] ?? 0) <= now &&
        to !== "approve" &&
        from !== "approve" &&
        to !== "tell" &&
        from !== "confirm",
    })),
  };
}

export function ranking(): unknown {
  return {
    ranked: [
      {
        person: PEOPLE[3],
        score: 0.91,
        reasons: [
          { code: "skill", params: { skill: "空调暖通" }, points: 0.4 },
          { code: "handling_time", params: { hours: 1.8 }, points: 0.3 },
          { code: "distance", params: { km: 0.4 }, points: 0.1 },
          { code: "load", params: { open: 2 }, points: 0.1 },
        ],
      },
      {
        person: PEOPLE[5],
        score: 0.78,
        reasons: [
          { code: "skill", params: { skill: "空调暖通" } },
          { code: "handling_time", params: { hours: 2.6 } },
          { code: "load", params: { open: 4 } },
        ],
      },
      {
        person: PEOPLE[7],
        score: 0.64,
        reasons: [
          { code: "skill", params: { skill: "空调暖通" } },
          { code: "distance", params: { km: 6.2 } },
          { code: "load", params: { open: 1 } },
        ],
      },
      {
        person: PEOPLE[9],
        score: 0.52,
        reasons: [
          { code: "skill", params: { skill: "机电" } },
          { code: "load", params: { open: 5 } },
        ],
      },
    ],
    left_out: [
      { person: PEOPLE[4], reasons: [{ code: "full", params: { open: 6, capacity: 6 } }] },
      { person: PEOPLE[6], reasons: [{ code: "missing_skill", params: { skill: "空调暖通" } }] },
      {
        person: PEOPLE[8],
        reasons: [
          { code: "off_duty", params: {} },
          { code: "outside_zone", params: {} },
        ],
      },
    ],
  };
}

export const similar = [
  {
    ticket: { id: "tkt_30", number: "WX-05180", title: "B座2楼空调滴水", status: "closed" },
    score: 0.86,
    resolution: "冷凝水管堵塞，疏通并加装过滤网，试机 30 分钟无滴水。",
  },
  {
    ticket: { id: "tkt_41", number: "WX-05169", title: "会议室吊顶滴水", status: "solved" },
    score: 0.71,
    resolution: null,
  },
];

export { ASSETS };
