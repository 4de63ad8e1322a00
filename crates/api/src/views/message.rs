//! Messages.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::notification::{Choices, Quiet, Topic, When};
use engine::notifications::Message;
use engine::store::InboxHead;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ActorView, TextView, Time};

/// What somebody is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    pub(crate) id: String,
    /// Such as `task.opened`, `comment.public`, `sla.breached`, or `template.` and the key of a message template.
    pub(crate) kind: String,
    /// What it belongs to, as people choose by it.
    #[schema(example = "reply")]
    pub(crate) topic: String,
    pub(crate) at: Time,
    pub(crate) read: bool,
    /// When the bell counts it: later than `at` in quiet hours or in a digest.
    pub(crate) rings_at: Time,
    /// Null when it is about no ticket, or about one that the reader may no longer see.
    #[schema(required)]
    pub(crate) ticket: Option<MessageTicket>,
    /// Id of the entry in the ticket's timeline.
    #[schema(required)]
    pub(crate) entry: Option<String>,
    #[schema(required)]
    pub(crate) actor: Option<ActorView>,
    /// The words of a message template.
    #[schema(required)]
    pub(crate) title: Option<TextView>,
    #[schema(required)]
    pub(crate) body: Option<TextView>,
    /// The beginning of the comment.
    #[schema(required)]
    pub(crate) excerpt: Option<String>,
    /// Further facts of the kind, such as `score`, `done` and `failed`.
    #[schema(value_type = Object)]
    pub(crate) data: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageTicket {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) title: String,
}

/// What the bell shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxHeadView {
    /// Counted up to 100.
    pub(crate) unread: i64,
    #[schema(required)]
    pub(crate) newest: Option<String>,
}

/// How somebody wants to be told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChoicesView {
    /// Every topic, with what was chosen or the usual.
    pub(crate) topics: BTreeMap<String, TopicChoiceView>,
    pub(crate) quiet: QuietView,
    /// `HH:MM` of the daily digest.
    #[schema(example = "08:30")]
    pub(crate) digest_at: String,
    /// Ways beside the inbox that this installation has.
    pub(crate) channels: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopicChoiceView {
    pub(crate) in_app: bool,
    /// `now`, `hourly` or `daily`.
    pub(crate) when: String,
    pub(crate) channels: Vec<String>,
    /// Passes through quiet hours unless `urgent_waits`.
    pub(crate) urgent: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuietView {
    #[schema(required, example = "22:00")]
    pub(crate) from: Option<String>,
    #[schema(required, example = "07:30")]
    pub(crate) to: Option<String>,
    /// Only within the working calendar.
    pub(crate) work_time_only: bool,
    pub(crate) urgent_waits: bool,
}

/// Whether the caller hears of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MuteView {
    pub(crate) muted: bool,
}

impl From<&InboxHead> for InboxHeadView {
    fn from(head: &InboxHead) -> Self {
        Self { unread: head.unread, newest: head.newest.clone() }
    }
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        let Message { row, visible, excerpt } = message;
        let text = |name: &str| row.data[name].as_str().unwrap_or_default().to_owned();
        let ticket = row.ticket_id.filter(|_| visible);
        let worded = |part: &str| {
            let texts: BTreeMap<String, String> = ["zh", "en"]
                .into_iter()
                .filter_map(|language| Some((language.to_owned(), row.data[language][part].as_str()?.to_owned())))
                .filter(|(_, text)| !text.is_empty())
                .collect();
            (!texts.is_empty()).then_some(TextView::Languages(texts))
        };
        let actor: Option<Actor> = serde_json::from_value(row.data["actor"].clone()).ok();
        let (title, body) = (worded("title"), worded("body"));
        let mut data = row.data.clone();
        if let Some(data) = data.as_object_mut() {
            data.retain(|name, _| !["actor", "zh", "en", "title", "number"].contains(&name.as_str()));
        }
        Self {
            id: row.id.to_string(),
            at: row.created_at.into(),
            read: row.read_at.is_some(),
            rings_at: row.rings_at.unwrap_or(row.created_at).into(),
            ticket: ticket.map(|id| MessageTicket { id: id.to_string(), number: text("number"), title: text("title") }),
            entry: row.entry.filter(|_| visible).map(|id| id.to_string()),
            actor: actor.as_ref().map(Into::into),
            title,
            body,
            excerpt,
            data,
            kind: row.kind,
            topic: row.topic,
        }
    }
}

impl ChoicesView {
    pub(crate) fn new(choices: &Choices, channels: Vec<&str>) -> Self {
        let topics = Topic::ALL.iter().map(|topic| {
            let chosen = choices.topic(*topic);
            let view = TopicChoiceView {
                in_app: chosen.in_app,
                when: match chosen.when {
                    When::Now => "now",
                    When::Hourly => "hourly",
                    When::Daily => "daily",
                }
                .to_owned(),
                channels: chosen.channels.into_iter().collect(),
                urgent: topic.is_urgent(),
            };
            (topic.as_str().to_owned(), view)
        });
        let Quiet { from, to, work_time_only, urgent_waits } = choices.quiet.clone();
        Self {
            topics: topics.collect(),
            quiet: QuietView { from, to, work_time_only, urgent_waits },
            digest_at: choices.digest_at.clone(),
            channels: channels.into_iter().map(str::to_owned).collect(),
        }
    }
}
