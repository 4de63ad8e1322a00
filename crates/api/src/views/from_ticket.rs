//! From the engine's tickets to what clients see.

use domain::access::Level;
use domain::id::{OrgId, RecordId, TeamId, UserId};
use domain::sla::{Clock, Entry, Why};
use engine::configuration::Configuration;
use engine::flows::{Diagram, DiagramEdge, DiagramNode, OpenTask};
use engine::store::{self, CommentRow, EventRow, FileRow, SuggestionRow};
use engine::tickets::{Moment, Names, ShownLink, ShownTicket, SimilarTicket};
use serde_json::{Map, Value};

use super::{
    CauseView, ClockView, CommentView, EventView, FileView, FlowEdgeView, FlowNodeView, FlowView, LinkView,
    LinkedTicket, Named, RatingView, ReasonView, SegmentView, SimilarView, SuggestionView, TaskView, TextView,
    TicketBrief, TicketRow, TicketView, Titled,
};

pub(crate) fn person(names: &Names, id: UserId) -> Named {
    let name = names.people.get(&id).cloned().unwrap_or_default();
    Named { id: id.to_string(), name }
}

fn record(names: &Names, id: RecordId) -> Titled {
    let title = names.records.get(&id).cloned().unwrap_or_default();
    Titled { id: id.to_string(), title }
}

pub(crate) fn org(configuration: &Configuration, id: OrgId) -> Named {
    let name = configuration.org_name(id).unwrap_or_default();
    Named { id: id.to_string(), name: name.to_owned() }
}

pub(crate) fn team(configuration: &Configuration, id: TeamId) -> Named {
    let name = configuration.teams.get(&id).map_or("", |team| team.name.as_str());
    Named { id: id.to_string(), name: name.to_owned() }
}

pub(crate) const fn level(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Masked => "masked",
        Level::Read => "read",
        Level::Write => "write",
    }
}

/// A ticket in a list; `columns` picks form fields, `None` takes all.
pub(crate) fn row(
    ticket: &store::TicketRow,
    names: &Names,
    configuration: &Configuration,
    columns: Option<&[String]>,
) -> TicketRow {
    let form = configuration.forms.get(&ticket.form).map(|form| &form.compiled);
    let label = |value: &String| form.and_then(|form| form.option_label("category", value)).map(TextView::from);
    TicketRow {
        id: ticket.id.to_string(),
        number: ticket.number.clone(),
        r#type: ticket.form.clone(),
        type_title: form.map_or_else(|| TextView::Plain(ticket.form.clone()), |form| (&form.definition().title).into()),
        title: ticket.title.clone(),
        status: ticket.status.as_str().to_owned(),
        stage: ticket.stage.as_deref().map(TextView::from_json),
        priority: ticket.priority,
        category: ticket.category.clone(),
        category_label: ticket.category.as_ref().and_then(label),
        owner: ticket.owner_id.map(|id| person(names, id)),
        team: ticket.team_id.map(|id| team(configuration, id)),
        requester: ticket.requester_id.map(|id| person(names, id)),
        org: ticket.org_id.map(|id| org(configuration, id)),
        place: ticket.place_id.map(|id| record(names, id)),
        asset: ticket.asset_id.map(|id| record(names, id)),
        due_at: ticket.due_at.map(Into::into),
        sla_state: ticket.sla_state.clone().unwrap_or_else(|| "none".into()),
        created_at: ticket.created_at.into(),
        updated_at: ticket.updated_at.into(),
        version: ticket.version,
        data: data(&ticket.data, columns),
    }
}

fn data(data: &Value, columns: Option<&[String]>) -> Map<String, Value> {
    let Value::Object(data) = data else { return Map::new() };
    match columns {
        None => data.clone(),
        Some(columns) => {
            let wanted = |key: &String| columns.contains(key);
            data.iter().filter(|(key, _)| wanted(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
        }
    }
}

impl From<&store::TicketRow> for TicketBrief {
    fn from(ticket: &store::TicketRow) -> Self {
        Self {
            id: ticket.id.to_string(),
            number: ticket.number.clone(),
            r#type: ticket.form.clone(),
            title: ticket.title.clone(),
            status: ticket.status.as_str().to_owned(),
            priority: ticket.priority,
            created_at: ticket.created_at.into(),
            updated_at: ticket.updated_at.into(),
            version: ticket.version,
        }
    }
}

impl From<&store::TicketRow> for LinkedTicket {
    fn from(ticket: &store::TicketRow) -> Self {
        Self {
            id: ticket.id.to_string(),
            number: ticket.number.clone(),
            title: ticket.title.clone(),
            status: ticket.status.as_str().to_owned(),
        }
    }
}

impl From<ShownTicket> for TicketView {
    fn from(shown: ShownTicket) -> Self {
        let ShownTicket { ticket, names, configuration, .. } = &shown;
        let rights = shown.field_rights.iter();
        Self {
            row: row(ticket, names, configuration, None),
            form_version: ticket.form_version,
            field_rights: rights.map(|(field, right)| (field.clone(), level(*right).to_owned())).collect(),
            tags: ticket.tags.clone(),
            first_response_at: ticket.first_response_at.map(Into::into),
            solved_at: ticket.solved_at.map(Into::into),
            closed_at: ticket.closed_at.map(Into::into),
            rating: ticket.rating.map(|score| RatingView { score }),
            clocks: shown.clocks.iter().map(clock).collect(),
            has_flow: shown.has_flow,
            tasks: shown.tasks.iter().map(|task| task_view(task, names, configuration)).collect(),
            acts: shown.acts.iter().map(|act| (*act).to_owned()).collect(),
            suggestions: shown.suggestions.iter().map(|row| suggestion(row, &shown)).collect(),
            links: shown.links.iter().map(link).collect(),
        }
    }
}

fn link(link: &ShownLink) -> LinkView {
    LinkView { kind: link.kind.to_owned(), ticket: (&link.ticket).into() }
}

fn clock(clock: &Clock) -> ClockView {
    ClockView {
        target: clock.kind.as_str().to_owned(),
        cycle: clock.cycle,
        state: word(&clock.state),
        started_at: clock.started_at.into(),
        due_at: clock.due_at.map(Into::into),
        remaining_ms: clock.remaining_ms,
        elapsed_ms: clock.elapsed_ms,
        met_at: clock.met_at.map(Into::into),
        breached_at: clock.breached_at.map(Into::into),
        policy: clock.policy.key.clone(),
        policy_version: clock.policy.version,
        ledger: clock.ledger.iter().map(segment).collect(),
    }
}

fn segment(entry: &Entry) -> SegmentView {
    SegmentView { from: entry.from.into(), to: entry.to.into(), kind: word(&entry.kind), cause: cause(&entry.why) }
}

/// A cause is a document of its own: its name, and whatever belongs to it.
fn cause(why: &Why) -> CauseView {
    let mut params = match serde_json::to_value(why) {
        Ok(Value::Object(params)) => params,
        _ => Map::new(),
    };
    let code = params.remove("cause").and_then(|code| code.as_str().map(str::to_owned));
    CauseView { code: code.unwrap_or_default(), params }
}

/// The name of a fieldless variant, as documents write it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn task_view(task: &OpenTask, names: &Names, configuration: &Configuration) -> TaskView {
    let row = &task.row;
    let fields = row.fields.as_object().into_iter().flatten();
    let right = |(field, right): (&String, &Value)| Some((field.clone(), right.as_str()?.to_owned()));
    TaskView {
        id: row.id.to_string(),
        node: row.node.clone(),
        name: TextView::from_value(&row.name),
        kind: row.kind.clone(),
        state: row.state.as_str().to_owned(),
        assignee: row.assignee_id.map(|id| person(names, id)),
        candidates: task.candidates.iter().map(|id| person(names, *id)).collect(),
        pool: row.team_id.map(|id| team(configuration, id)),
        due_at: row.due_at.map(Into::into),
        acts: task.acts.clone(),
        outcomes: task.outcomes.clone(),
        fields: fields.filter_map(right).collect(),
        version: row.version,
    }
}

fn suggestion(row: &SuggestionRow, shown: &ShownTicket) -> SuggestionView {
    let label = row.value.as_str().and_then(|value| shown.form.form.option_label(&row.field, value));
    SuggestionView {
        id: row.id.to_string(),
        field: row.field.clone(),
        value: row.value.clone(),
        label: label.map(TextView::from),
        confidence: row.confidence,
        reasons: row.reasons.as_array().into_iter().flatten().map(reason).collect(),
        state: row.state.as_str().to_owned(),
        decided_by: row.decided_by.map(|id| person(&shown.names, id)),
        model: row.model_id.map(|id| id.to_string()).unwrap_or_default(),
        version: row.version,
    }
}

fn reason(reason: &Value) -> ReasonView {
    let number = |name: &str| reason.get(name).and_then(Value::as_i64);
    ReasonView {
        text: reason.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        start: number("start"),
        end: number("end"),
        weight: reason.get("weight").and_then(Value::as_f64).unwrap_or_default(),
    }
}

impl From<&Moment> for EventView {
    fn from(moment: &Moment) -> Self {
        let comment = moment.comment.as_ref().map(|row| comment(row, &moment.files));
        Self { comment, ..Self::from(&moment.event) }
    }
}

impl From<&EventRow> for EventView {
    fn from(row: &EventRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id.to_string(),
            at: row.at.into(),
            actor: (&row.actor).into(),
            kind: row.kind.as_str().to_owned(),
            ticket: row.ticket_id.map(|id| id.to_string()),
            subject: row.subject.clone(),
            data: row.data.clone(),
            comment: None,
        }
    }
}

pub(crate) fn comment(row: &CommentRow, files: &[FileRow]) -> CommentView {
    CommentView {
        id: row.id.to_string(),
        visibility: row.visibility.as_str().to_owned(),
        body: row.body.clone(),
        files: files.iter().map(FileView::from).collect(),
    }
}

pub(crate) fn similar(found: &SimilarTicket) -> SimilarView {
    SimilarView { ticket: (&found.ticket).into(), score: found.score, resolution: found.resolution.clone() }
}

impl From<Diagram> for FlowView {
    fn from(diagram: Diagram) -> Self {
        let node = |node: DiagramNode| FlowNodeView {
            id: node.id,
            r#type: node.node_type,
            name: node.name.into(),
            column: node.column,
            row: node.row,
            state: node.state,
        };
        let edge =
            |edge: DiagramEdge| FlowEdgeView { from: edge.from, to: edge.to, label: edge.label, taken: edge.taken };
        Self {
            flow: diagram.flow,
            version: diagram.version,
            status: diagram.status,
            nodes: diagram.nodes.into_iter().map(node).collect(),
            edges: diagram.edges.into_iter().map(edge).collect(),
        }
    }
}
