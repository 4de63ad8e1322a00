import { detail, flow, ranking, similar, timeline } from "./detail.ts";
import { ASSETS, documents, type MockTicket, ORGS, PEOPLE, PLACES, tickets } from "./seed.ts";

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Json = Record<string, unknown>;

const all = tickets(160);
const defs = documents();
const drafts = new Map<string, { document: unknown; at: string }>();
const revisions = new Map<string, number>();
const notes = new Map<string, Json[]>();
let seq = 9000;

const ok = (body: unknown): Answer => ({ status: 200, body });
const page = (items: unknown[], next: string | null = null): Answer => ok({ items, next });
const problem = (
  status: number,
  code: string,
  errors: unknown[] = [],
  params: Json = {},
): Answer => ({
  status,
  body: {
    type: "about:blank",
    title: "",
    status,
    code,
    detail: code,
    params,
    request_id: "req_01mock",
    errors,
  },
});

/** One request of the API, answered from memory. */
export function handle(
  method: string,
  url: string,
  body: Json | undefined,
  cookie: string,
): Answer {
  const { pathname, searchParams: query } = new URL(url, "http://mock");
  const [noun = "", id = "", part = "", more = ""] = pathname
    .split("/")
    .slice(1)
    .map(decodeURIComponent);
  if (noun === "session") return session(method, id, body, cookie);
  if (!cookie.includes("mock=in")) return problem(401, "access.sign_in_required");
  switch (noun) {
    case "notifications":
      if (id === "head") return ok({ unread: 0, newest: null });
      return method === "GET" && !id ? page([]) : { status: 204 };
    case "views":
      return page([
        {
          key: "my_open",
          title: { zh: "我的待办", en: "Mine, open" },
          columns: [],
          sort: ["due_at"],
          count: 12,
        },
        {
          key: "all_open",
          title: { zh: "全部未关闭", en: "All open" },
          columns: [],
          sort: ["-priority"],
          count: 26,
        },
        {
          key: "overdue",
          title: { zh: "已超时", en: "Overdue" },
          columns: [],
          sort: ["due_at"],
          count: 7,
        },
      ]);
    case "ticket-types":
      return page([
        { key: "repair", title: { zh: "报修", en: "Repair request" }, version: 3, prefix: "WX" },
        {
          key: "device",
          title: { zh: "医疗设备维修", en: "Medical device repair" },
          version: 1,
          prefix: "YS",
        },
      ]);
    case "forms":
      return ok({ key: id, version: 3, document: defs["form/repair"], field_rights: {} });
    case "tickets":
      return id ? one(method, id, part, body) : list(method, query, body);
    case "tasks":
      return act(
        all.find((ticket) => `tsk_${ticket.id}` === id),
        body,
      );
    case "suggestions":
      return ok({});
    case "people":
      return page(PEOPLE.filter((person) => person.name.includes(query.get("q") ?? "")));
    case "teams":
      return page([{ id: "team_1", key: "hvac", name: "机电班", members: [] }]);
    case "orgs":
      return page(ORGS);
    case "records": {
      const rows = [
        ...PLACES.map((row) => ({ ...row, type: "place" })),
        ...ASSETS.map((row) => ({ ...row, type: "asset" })),
      ];
      const full = rows.map((row) => ({
        ...row,
        org: null,
        data: { warranty_until: "2027-03-31" },
        version: 1,
      }));
      if (id) return ok(full.find((row) => row.id === id) ?? full[0]);
      return page(
        full.filter(
          (row) => row.type === query.get("type") && row.title.includes(query.get("q") ?? ""),
        ),
      );
    }
    case "files":
      seq += 1;
      return method === "POST"
        ? ok({ id: `fil_${seq}`, name: "照片.jpg", size: 120_000, media_type: "image/jpeg" })
        : problem(404, "request.not_found");
    case "stats":
      return ok(overview(Number(query.get("days")) || 14));
    case "definitions":
      return definitions(method, id, part, more, body, query);
    default:
      return problem(404, "request.no_route");
  }
}

function session(method: string, id: string, body: Json | undefined, cookie: string): Answer {
  if (method === "DELETE") return { status: 204, headers: { "set-cookie": "mock=out; Path=/" } };
  if (method === "POST") {
    if (body?.password === "wrong") return problem(401, "access.bad_credentials");
    if (id === "link" && body?.token !== "demo") return problem(401, "access.link_spent");
    return { status: 200, body: {}, headers: { "set-cookie": "mock=in; Path=/" } };
  }
  if (!cookie.includes("mock=in")) return problem(401, "access.sign_in_required");
  return ok({
    user: {
      id: "usr_2",
      login: "li.wei",
      name: "李伟",
      org: { id: "org_2", name: "苏州工厂" },
      language: "zh",
    },
    tenant: { id: "tnt_1", slug: "demo", name: "演示租户" },
    roles: ["agent"],
    permissions: [
      "ticket.create",
      "ticket.read",
      "ticket.update",
      "ticket.assign",
      "comment.internal",
      "definition.read",
      "definition.publish",
    ],
    teams: [],
  });
}

function list(method: string, query: URLSearchParams, body: Json | undefined): Answer {
  if (method === "POST") {
    const data = (body?.data ?? {}) as Json;
    if (!data.title)
      return problem(422, "request.invalid", [
        { pointer: "/data/title", code: "form.required", params: {} },
      ]);
    const made = {
      ...(all[0] as MockTicket),
      id: `tkt_n${seq}`,
      number: `WX-0${seq}`,
      status: "new",
      title: String(data.title),
      created_at: new Date().toISOString(),
      data,
    };
    seq += 1;
    all.unshift(made);
    return { status: 201, body: { id: made.id, number: made.number, status: "new", version: 1 } };
  }
  const q = query.get("q") ?? "";
  const filter = query.get("filter") ?? "";
  const active = (ticket: MockTicket) => ["new", "open", "waiting"].includes(ticket.status);
  let rows = all.filter((ticket) => `${ticket.number}${ticket.title}`.includes(q));
  if (query.get("view")) rows = rows.filter(active);
  const status = /"status","op":"eq","v":"(\w+)"/.exec(filter)?.[1];
  if (status) rows = rows.filter((ticket) => ticket.status === status);
  const limit = Number(query.get("limit")) || 25;
  const from = Number(query.get("after")) || 0;
  const next = from + limit < rows.length ? String(from + limit) : null;
  return page(rows.slice(from, from + limit), next);
}

function one(method: string, key: string, part: string, body: Json | undefined): Answer {
  const ticket = all.find((each) => each.id === key || each.number === key);
  if (!ticket) return problem(404, "request.not_found");
  switch (part) {
    case "mute":
      return ok({ muted: false });
    case "":
      return ok(detail(ticket));
    case "timeline":
      return page(timeline(ticket, notes.get(ticket.id) ?? []));
    case "draft":
      // The mock keeps no drafts; the page then keeps them in the browser alone.
      return ok({ draft: null });
    case "presence":
      return ok({ ticket: ticket.id, people: [] });
    case "comments":
      note(ticket, "comment.added", {}, { id: `c${seq}`, files: [], ...body });
      return { status: 201, body: {} };
    case "acts":
      return act(ticket, body);
    case "flow":
      return ok(flow(ticket));
    case "similar":
      return page(similar);
    case "dispatch":
      if (method === "POST") return act(ticket, { act: "dispatch" });
      return ok(ranking());
    default:
      return problem(404, "request.no_route");
  }
}

function act(ticket: MockTicket | undefined, body: Json | undefined): Answer {
  if (!ticket) return problem(404, "request.not_found");
  const to = {
    claim: "open",
    complete: "solved",
    approve: "open",
    reject: "closed",
    confirm: "closed",
    reopen: "open",
  }[String(body?.act)];
  if (to) ticket.status = to;
  ticket.version += 1;
  note(ticket, "task.closed", {
    name: { zh: "维修", en: "Repair" },
    outcome: body?.act,
    comment: body?.comment ?? body?.reason,
  });
  return ok({
    id: ticket.id,
    number: ticket.number,
    status: ticket.status,
    version: ticket.version,
  });
}

function note(ticket: MockTicket, kind: string, data: Json, comment: Json | null = null): void {
  seq += 1;
  const actor = { kind: "person", id: "usr_2", name: "李伟", on_behalf_of: null };
  const event = {
    seq,
    id: `evt_${seq}`,
    at: new Date().toISOString(),
    actor,
    kind,
    ticket: ticket.id,
    subject: null,
    data,
    comment,
  };
  notes.set(ticket.id, [...(notes.get(ticket.id) ?? []), event]);
}

function overview(days: number): unknown {
  const count = (status: string) => all.filter((ticket) => ticket.status === status).length;
  const series = Array.from({ length: days }, (_, i) => {
    const date = new Date(Date.now() - (days - 1 - i) * 86_400_000);
    return { day: date.toISOString().slice(0, 10), wave: Math.round(6 * Math.sin(i * 1.1)) };
  });
  return {
    open_by_status: ["new", "open", "waiting", "solved"].map((status) => ({
      status,
      count: count(status),
    })),
    sla_rate: series.map(({ day, wave }) => ({
      day,
      met: 30 + wave,
      breached: Math.max(1, 4 - Math.round(wave / 2)),
    })),
    load_by_engineer: PEOPLE.map((person, i) => ({
      person,
      open: 12 - i,
      overdue: i < 4 ? 3 - (i % 3) : 0,
    })),
    created_closed: series.map(({ day, wave }) => ({ day, created: 34 + wave, closed: 31 - wave })),
  };
}

function definitions(
  method: string,
  kind: string,
  key: string,
  part: string,
  body: Json | undefined,
  query: URLSearchParams,
): Answer {
  if (!kind)
    return page(
      Object.values(defs)
        .filter((each) => each.kind === (query.get("kind") ?? each.kind))
        .map(row),
    );
  if (kind === "check") {
    const errors = (body?.document as Json)?.fields
      ? []
      : [
          {
            pointer: "/fields",
            code: "form.malformed",
            params: { reason: "fields" },
            severity: "error",
          },
        ];
    const warning = {
      pointer: "/fields/3/options",
      code: "definition.reference",
      params: { kind: "dict", key: "repair_category" },
      severity: "warning",
    };
    return ok({ passes: errors.length === 0, problems: [...errors, warning] });
  }
  if (kind === "export")
    return ok({
      files: Object.fromEntries(
        Object.entries(defs).map(([path, document]) => [`${path}.json`, document]),
      ),
    });
  const name = `${kind}/${key}`;
  const document = defs[name];
  if (part === "draft" && method === "PUT") {
    drafts.set(name, { document: body?.document, at: new Date().toISOString() });
    defs[name] ??= body?.document as Json;
    revisions.set(name, (revisions.get(name) ?? 0) + 1);
    return ok(row(defs[name] as Json));
  }
  if (!document) return problem(404, "request.not_found");
  const versions = [3, 2, 1].map((version) => ({
    version,
    note: ["增加“影响生产”与费用说明", "类别改为下拉", "首版"][3 - version],
    published_at: new Date(Date.now() - version * 5 * 86_400_000).toISOString(),
    published_by: { kind: "person", id: "usr_1", name: "王建国", on_behalf_of: null },
    restored_from: null,
    sha256: "",
    document,
  }));
  if (part === "versions") return page(versions);
  if (part === "diff") {
    return page([
      {
        change: "added",
        path: "fields/stops_work",
        from: null,
        to: { id: "stops_work", type: "bool" },
        layout: false,
      },
      {
        change: "changed",
        path: "fields/estimate/label/zh",
        from: "费用",
        to: "预计费用（元）",
        layout: false,
      },
      {
        change: "removed",
        path: "fields/fax",
        from: { id: "fax", type: "text" },
        to: null,
        layout: false,
      },
      { change: "moved", path: "layout/contact", from: 0, to: 1, layout: true },
    ]);
  }
  if (part === "publish" || part === "rollback") {
    drafts.delete(name);
    return { status: 201, body: versions[0] };
  }
  if (part === "draft") {
    drafts.delete(name);
    return { status: 204 };
  }
  return ok({ ...row(document), document, draft: drafts.get(name)?.document ?? null });
}

function row(document: Json): Json {
  const name = `${document.kind}/${document.key}`;
  const draft = drafts.get(name);
  return {
    kind: document.kind,
    key: document.key,
    title: document.title ?? document.key,
    active_version: 3,
    has_draft: Boolean(draft),
    draft_at: draft?.at ?? null,
    draft_by: draft ? { kind: "person", id: "usr_2", name: "李伟", on_behalf_of: null } : null,
    version: revisions.get(name) ?? 0,
  };
}
