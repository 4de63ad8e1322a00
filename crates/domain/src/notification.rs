//! What people are told, and how each of them wants it: topics, digests, quiet hours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Unit, ZonedRound};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::names::named_enum;
use crate::problem::Problem;
use crate::time::Timestamp;

named_enum! {
    /// What a message belongs to; people choose per topic.
    pub enum Topic {
    /// Something was given to me to do.
    Work = "work",
    Mention = "mention",
    Reply = "reply",
    Note = "note",
    /// Solved, closed, reopened, rated.
    Progress = "progress",
    Urge = "urge",
    Sla = "sla",
    /// What flows and rules tell.
    Notice = "notice",
    }
}

impl Topic {
    /// Where a kind of message belongs.
    pub fn of(kind: &str) -> Self {
        match kind {
            "comment.public" => Self::Reply,
            "comment.internal" => Self::Note,
            "comment.mention" => Self::Mention,
            "task.urged" | "ticket.urged" => Self::Urge,
            "ticket.assigned" => Self::Work,
            _ => match kind.split('.').next().unwrap_or_default() {
                "task" | "dispatch" => Self::Work,
                "ticket" => Self::Progress,
                "sla" => Self::Sla,
                _ => Self::Notice,
            },
        }
    }

    /// Passes through quiet hours, unless the person says otherwise.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Sla | Self::Urge)
    }

    /// Comes even from a ticket that was muted: it asks this very person for something.
    pub const fn passes_mute(self) -> bool {
        matches!(self, Self::Work | Self::Mention)
    }
}

/// When a message rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    #[default]
    Now,
    /// Together, at the full hour.
    Hourly,
    /// Together, at the hour of the daily digest.
    Daily,
}

/// What a person wants of one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicChoice {
    #[serde(default = "yes")]
    pub in_app: bool,
    #[serde(default)]
    pub when: When,
    /// Names of further channels.
    #[serde(default)]
    pub channels: BTreeSet<String>,
}

impl Default for TopicChoice {
    fn default() -> Self {
        Self { in_app: true, when: When::Now, channels: BTreeSet::new() }
    }
}

/// When nothing shall ring.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// `HH:MM`; a window may go past midnight.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Option<String>,
    /// Nothing rings outside the working calendar: no holidays, no weekends, make-up days count.
    #[serde(default)]
    pub work_time_only: bool,
    /// Deadlines and urging wait, too.
    #[serde(default)]
    pub urgent_waits: bool,
}

/// Everything a person chose. The default rings at once, in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    #[serde(default)]
    pub topics: BTreeMap<Topic, TopicChoice>,
    #[serde(default)]
    pub quiet: Quiet,
    /// `HH:MM` of the daily digest.
    #[serde(default = "morning")]
    pub digest_at: String,
}

const fn yes() -> bool {
    true
}

fn morning() -> String {
    "08:30".to_owned()
}

impl Default for Choices {
    fn default() -> Self {
        Self { topics: BTreeMap::new(), quiet: Quiet::default(), digest_at: morning() }
    }
}

/// The zone of a person who has no other.
pub fn home_zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC)
}

impl Choices {
    pub fn topic(&self, topic: Topic) -> TopicChoice {
        self.topics.get(&topic).cloned().unwrap_or_default()
    }

    /// What is wrong with the document; `channels` are those that exist.
    pub fn check(&self, channels: &[&str]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let quiet = &self.quiet;
        let clocks = [
            ("/digest_at", Some(&self.digest_at)),
            ("/quiet/from", quiet.from.as_ref()),
            ("/quiet/to", quiet.to.as_ref()),
        ];
        for (pointer, text) in clocks {
            if text.is_some_and(|text| clock(text).is_none()) {
                problems.push(Problem::new(pointer, "request.invalid_value").with("reason", "HH:MM"));
            }
        }
        if quiet.from.is_some() != quiet.to.is_some() {
            let missing = if quiet.from.is_none() { "/quiet/from" } else { "/quiet/to" };
            problems.push(Problem::new(missing, "form.required"));
        }
        for (topic, choice) in &self.topics {
            let unknown = choice.channels.iter().filter(|name| !channels.contains(&name.as_str()));
            problems.extend(unknown.map(|name| {
                let pointer = format!("/topics/{}/channels", topic.as_str());
                Problem::new(pointer, "form.not_an_option").with("value", name.as_str())
            }));
        }
        problems
    }

    /// When a message of `topic` that is made at `now` may ring: together with others where the person wants a digest,
    /// and never in quiet hours.
    pub fn rings_at(&self, topic: Topic, now: Timestamp, zone: &TimeZone, calendar: Option<&Calendar>) -> Timestamp {
        let mut at = match self.topic(topic).when {
            When::Now => now,
            When::Hourly => next_hour(now, zone),
            When::Daily => next_clock(now, zone, clock(&self.digest_at).unwrap_or(Time::midnight())),
        };
        if topic.is_urgent() && !self.quiet.urgent_waits {
            return at;
        }
        // Leaving the night may lead into a holiday, and a holiday ends at midnight: twice settles it.
        for _ in 0..2 {
            at = self.after_night(at, zone);
            if let Some(calendar) = calendar.filter(|_| self.quiet.work_time_only) {
                at = calendar.next_open(at);
            }
        }
        at
    }

    fn after_night(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let clocks = (self.quiet.from.as_deref().and_then(clock), self.quiet.to.as_deref().and_then(clock));
        let (Some(from), Some(to)) = clocks else { return at };
        let local = zone.to_datetime(at.to_jiff()).time();
        let inside = if from <= to { from <= local && local < to } else { local >= from || local < to };
        if inside { next_clock(at, zone, to) } else { at }
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<i8>().ok()).flatten();
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

fn next_hour(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let zoned = now.to_jiff().to_zoned(zone.clone());
    let rounded = zoned.round(ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Ceil));
    rounded.map_or(now, |at| Timestamp::from(at.timestamp()))
}

/// The first time after `now` at which the wall clock shows `wanted`.
fn next_clock(now: Timestamp, zone: &TimeZone, wanted: Time) -> Timestamp {
    let local = zone.to_datetime(now.to_jiff());
    let mut at = DateTime::from_parts(local.date(), wanted);
    if at <= local {
        at = at.checked_add(1.day()).unwrap_or(at);
    }
    at.to_zoned(zone.clone()).map_or(now, |at| Timestamp::from(at.timestamp()))
}

/// A message in one sentence, for channels that show no page.
pub fn sentence(kind: &str, language: &str, number: &str, title: &str, actor: &str) -> String {
    let zh = language != "en";
    let who = match (actor.is_empty(), zh) {
        (true, true) => "系统",
        (true, false) => "The system",
        _ => actor,
    };
    let what = match (kind, zh) {
        ("comment.public", true) => "回复了",
        ("comment.public", false) => "replied on",
        ("comment.internal", true) => "添加了内部备注：",
        ("comment.internal", false) => "left an internal note on",
        ("comment.mention", true) => "在备注中提到了你：",
        ("comment.mention", false) => "mentioned you on",
        ("ticket.assigned" | "task.assigned" | "task.opened", true) => "交给你处理：",
        ("ticket.assigned" | "task.assigned" | "task.opened", false) => "gave you",
        ("dispatch.proposed", true) => "请你确认派单：",
        ("dispatch.proposed", false) => "asks you to confirm a dispatch of",
        ("task.urged", true) => "催办了",
        ("task.urged", false) => "asks you to hurry with",
        ("sla.warned", true) => "提醒即将到期：",
        ("sla.warned", false) => "warns of the due time of",
        ("sla.breached", true) => "提醒已超时：",
        ("sla.breached", false) => "reports a missed due time of",
        ("ticket.solved", true) => "已解决",
        ("ticket.solved", false) => "solved",
        ("ticket.closed", true) => "关闭了",
        ("ticket.closed", false) => "closed",
        ("ticket.reopened", true) => "重新打开了",
        ("ticket.reopened", false) => "reopened",
        ("ticket.rated", true) => "评价了",
        ("ticket.rated", false) => "rated",
        (_, true) => "有新消息：",
        (_, false) => "has news about",
    };
    if zh { format!("{who}{what} {number} {title}") } else { format!("{who} {what} {number} {title}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::CalendarDefinition;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn choices(document: serde_json::Value) -> Choices {
        serde_json::from_value(document).expect("choices")
    }

    fn work() -> Calendar {
        let day = ["09:00-18:00"];
        let document = serde_json::json!({
            "kind": "calendar", "key": "work", "zone": "Asia/Shanghai", "holidays": "cn", "makeup": "work",
            "makeup_as": "mon", "week": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day}
        });
        let definition: CalendarDefinition = serde_json::from_value(document).expect("a calendar document");
        Calendar::compile(&definition).expect("a calendar")
    }

    #[test]
    fn digests_and_quiet_hours_say_when_it_rings() {
        let night = serde_json::json!({"quiet": {"from": "22:00", "to": "07:30"}});
        let noon = serde_json::json!({"quiet": {"from": "12:00", "to": "13:00"}});
        let strict = serde_json::json!({"quiet": {"from": "22:00", "to": "07:30", "urgent_waits": true}});
        let digest = serde_json::json!({"topics": {"reply": {"when": "daily"}, "note": {"when": "hourly"}}});
        for (document, topic, now, expected) in [
            (serde_json::json!({}), Topic::Reply, "2026-03-11T23:10:00+08:00", "2026-03-11T23:10:00+08:00"),
            (night.clone(), Topic::Reply, "2026-03-11T23:10:00+08:00", "2026-03-12T07:30:00+08:00"),
            (night.clone(), Topic::Reply, "2026-03-12T03:00:00+08:00", "2026-03-12T07:30:00+08:00"),
            (night.clone(), Topic::Reply, "2026-03-12T07:30:00+08:00", "2026-03-12T07:30:00+08:00"),
            (night, Topic::Sla, "2026-03-12T03:00:00+08:00", "2026-03-12T03:00:00+08:00"),
            (strict, Topic::Sla, "2026-03-12T03:00:00+08:00", "2026-03-12T07:30:00+08:00"),
            (noon, Topic::Work, "2026-03-12T12:00:00+08:00", "2026-03-12T13:00:00+08:00"),
            (digest.clone(), Topic::Reply, "2026-03-12T08:30:00+08:00", "2026-03-13T08:30:00+08:00"),
            (digest.clone(), Topic::Reply, "2026-03-12T08:00:00+08:00", "2026-03-12T08:30:00+08:00"),
            (digest, Topic::Note, "2026-03-12T08:01:00+08:00", "2026-03-12T09:00:00+08:00"),
        ] {
            let rings = choices(document.clone()).rings_at(topic, at(now), &home_zone(), None);
            assert_eq!(rings, at(expected), "{document} {topic:?} {now}");
        }
    }

    #[test]
    fn the_working_calendar_keeps_the_bell_quiet() {
        let only = choices(serde_json::json!({"quiet": {"from": "08:00", "to": "10:00", "work_time_only": true}}));
        let calendar = work();
        for (now, expected) in [
            // The last evening before the Spring Festival of 2026; work goes on after nine days, behind quiet hours.
            ("2026-02-14T19:00:00+08:00", "2026-02-24T10:00:00+08:00"),
            ("2026-03-13T18:30:00+08:00", "2026-03-16T10:00:00+08:00"),
            ("2026-03-13T11:00:00+08:00", "2026-03-13T11:00:00+08:00"),
        ] {
            assert_eq!(only.rings_at(Topic::Reply, at(now), &home_zone(), Some(&calendar)), at(expected), "{now}");
        }
    }

    #[test]
    fn what_is_wrong_with_choices_is_said() {
        let wrong = choices(serde_json::json!({
            "topics": {"reply": {"channels": ["pigeon"]}}, "quiet": {"from": "25:00"}, "digest_at": "8:30"
        }));
        let pointers: Vec<_> = wrong.check(&["mail"]).into_iter().map(|problem| problem.pointer).collect();
        assert_eq!(pointers, ["/digest_at", "/quiet/from", "/quiet/to", "/topics/reply/channels"]);
        assert!(Choices::default().check(&[]).is_empty());
    }

    #[test]
    fn kinds_belong_to_topics() {
        for (kind, topic) in [
            ("task.opened", Topic::Work),
            ("task.urged", Topic::Urge),
            ("ticket.assigned", Topic::Work),
            ("ticket.solved", Topic::Progress),
            ("comment.internal", Topic::Note),
            ("template.hello", Topic::Notice),
        ] {
            assert_eq!(Topic::of(kind), topic, "{kind}");
        }
    }
}
