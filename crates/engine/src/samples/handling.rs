//! What happens to a report: who takes it, how long it takes, what is written down, how it ends.

use domain::ticket::{Status, Visibility};
use domain::time::Timestamp;

use super::directory::Person;
use super::generator::Setting;
use super::grammar::Scope;
use super::phrases::Category;
use super::random::{Random, fingerprint};
use super::source::Source;
use super::ticket::{LogEntry, UsedPart};

const MINUTE_MS: f64 = 60_000.0;
const HOUR_MS: f64 = 3_600_000.0;
/// Without an answer from the requester a ticket closes by itself.
const AUTO_CLOSE_MS: i64 = 3 * 86_400_000;

/// How far a ticket has come at the end of the history, and what was written.
pub(super) struct Handling {
    pub(super) status: Status,
    pub(super) owner: Option<String>,
    pub(super) responded_at: Option<Timestamp>,
    pub(super) solved_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) cause: Option<String>,
    pub(super) action: Option<String>,
    pub(super) parts: Vec<UsedPart>,
    pub(super) hours: Option<String>,
    pub(super) rating: Option<(u8, String)>,
    pub(super) reopened: bool,
    pub(super) log: Vec<LogEntry>,
}

/// Plays the whole repair, then takes back what would lie after `until`.
pub(super) fn handle(
    source: &Source,
    category: &Category,
    setting: &Setting<'_>,
    scope: &Scope<'_>,
    until: Timestamp,
    random: &mut Random,
) -> Handling {
    let Some(engineer) = choose_engineer(source, category, setting, random) else {
        return unheard(Status::New);
    };
    let mut repair = Repair {
        source,
        category,
        setting,
        scope: scope.clone(),
        engineer,
        random,
        now: setting.created_at,
        worked_ms: 0.0,
        log: Vec::new(),
    };
    let handling = repair.play();
    cut(handling, until)
}

fn unheard(status: Status) -> Handling {
    Handling {
        status,
        owner: None,
        responded_at: None,
        solved_at: None,
        closed_at: None,
        cause: None,
        action: None,
        parts: Vec::new(),
        hours: None,
        rating: None,
        reopened: false,
        log: Vec::new(),
    }
}

/// Better people get more of it, those of the zone before the others.
fn choose_engineer<'a>(
    source: &'a Source,
    category: &'a Category,
    setting: &Setting<'_>,
    random: &mut Random,
) -> Option<(&'a Person, u8)> {
    let fit: Vec<_> = source.engineers(&category.key).collect();
    let weight = |(person, level): &(&Person, u8)| {
        let zones = person.engineer.as_ref().map(|engineer| engineer.zones.as_slice());
        let near = zones.is_some_and(|zones| zones.contains(&setting.place.zone));
        f64::from(*level).powf(1.4) * if near { 1.0 } else { 0.25 }
    };
    let weights: Vec<f64> = fit.iter().map(weight).collect();
    random.weighted(&weights).map(|index| fit[index])
}

/// How long this person needs for this category, against the median: skill first, then a personal habit.
fn pace(login: &str, level: u8, category: &str) -> f64 {
    let habit = fingerprint(&format!("{login}/{category}")) % 1000;
    (1.9 - 0.22 * f64::from(level)) * (0.8 + habit as f64 / 2500.0)
}

struct Repair<'a, 'r> {
    source: &'a Source,
    category: &'a Category,
    setting: &'r Setting<'a>,
    scope: Scope<'a>,
    engineer: (&'a Person, u8),
    random: &'r mut Random,
    now: Timestamp,
    worked_ms: f64,
    log: Vec<LogEntry>,
}

impl Repair<'_, '_> {
    fn play(&mut self) -> Handling {
        let urgent = self.setting.priority == 4;
        let response = [90.0, 45.0, 20.0, 8.0][usize::from(self.setting.priority - 1)];
        let response = self.random.log_normal(response, 0.6).max(1.0);
        self.pass(response * MINUTE_MS);
        let responded_at = self.now;
        self.write("accept", Visibility::Public);

        let parts = self.parts();
        let remote = !urgent && self.random.chance(0.08);
        if !remote {
            let queue = [6.0, 2.2, 0.8, 0.25][usize::from(self.setting.priority - 1)];
            let queue = self.random.log_normal(queue, 0.7);
            self.pass(queue * HOUR_MS);
            self.write("arrive", Visibility::Internal);
        }
        let diagnosis = self.scope.say(&self.category.diagnosis, self.random);
        self.work(0.4);
        self.write_words(diagnosis, Visibility::Internal);
        if !parts.is_empty() && self.random.chance(0.3) {
            self.write("wait", Visibility::Internal);
            let wait = self.random.log_normal(9.0, 0.8);
            self.pass(wait * HOUR_MS);
        }
        let action = self.scope.say(&self.category.action, self.random);
        self.work(0.6);
        self.write_words(action.clone(), Visibility::Internal);
        let doubtful = self.random.chance(0.1);
        self.finish(remote, doubtful);
        let mut solved_at = self.now;

        let reopened = self.random.chance(if doubtful { 0.4 } else { 0.035 });
        if reopened {
            self.come_back();
            solved_at = self.now;
        }
        let (closed_at, answered) = self.close();
        let late = solved_at.millis_since(self.setting.created_at) > 2 * 86_400_000;
        Handling {
            status: Status::Closed,
            owner: Some(self.engineer.0.login.clone()),
            responded_at: Some(responded_at),
            solved_at: Some(solved_at),
            closed_at: Some(closed_at),
            cause: self.cause(),
            action: Some(action),
            parts,
            hours: Some(format!("{:.1}", (self.worked_ms / HOUR_MS).max(0.1))),
            rating: self.rating(answered, reopened, late),
            reopened,
            log: std::mem::take(&mut self.log),
        }
    }

    /// Time goes by: working time, or any time when it is urgent.
    fn pass(&mut self, millis: f64) {
        // Whole seconds; nothing happens at the same instant as what it follows.
        let millis = (millis / 1000.0).ceil().max(1.0) as i64 * 1000;
        self.now = if self.setting.priority == 4 {
            self.now.plus_millis(millis)
        } else {
            self.source.calendar.add(self.now, millis)
        };
    }

    fn work(&mut self, share: f64) {
        let (person, level) = self.engineer;
        let hours = self.category.hours;
        let drawn = self.random.log_normal(hours.median, hours.spread);
        let millis = drawn * share * pace(&person.login, level, &self.category.key) * HOUR_MS;
        self.worked_ms += millis;
        self.pass(millis);
    }

    fn finish(&mut self, remote: bool, doubtful: bool) {
        let seconds = self.random.between(120, 720);
        self.pass(seconds as f64 * 1000.0);
        if doubtful && !self.category.doubt.is_empty() {
            let words = self.scope.say(&self.category.doubt, self.random);
            self.write_words(words, Visibility::Public);
        } else {
            self.write(if remote { "remote" } else { "done" }, Visibility::Public);
        }
    }

    /// The requester says it is not solved, and somebody goes again.
    fn come_back(&mut self) {
        let after = self.random.log_normal(14.0, 0.7) * HOUR_MS;
        self.now = self.now.plus_millis(after as i64 / 1000 * 1000 + 1000);
        let author = self.setting.requester.login.clone();
        self.write_as("again", Visibility::Public, author);
        let wait = self.random.log_normal(1.5, 0.6) * HOUR_MS;
        self.pass(wait);
        self.work(0.6);
        self.write("rework", Visibility::Internal);
        self.finish(false, false);
    }

    /// When it closes, and whether because the requester answered.
    fn close(&mut self) -> (Timestamp, bool) {
        if self.random.chance(0.3) {
            return (self.now.plus_millis(AUTO_CLOSE_MS), false);
        }
        let after = (self.random.log_normal(3.0, 1.1) * HOUR_MS) as i64;
        self.now = self.now.plus_millis(after.clamp(60_000, AUTO_CLOSE_MS) / 1000 * 1000);
        if self.random.chance(0.45) {
            let author = self.setting.requester.login.clone();
            self.write_as("thanks", Visibility::Public, author);
        }
        (self.now, true)
    }

    fn parts(&mut self) -> Vec<UsedPart> {
        if self.category.parts.is_empty() || !self.random.chance(0.4) {
            self.scope.set("part", "配件");
            return Vec::new();
        }
        let code = self.random.pick(&self.category.parts).cloned().unwrap_or_default();
        let Some(part) = self.source.parts.get(&code) else {
            return Vec::new();
        };
        self.scope.set("part", part.title.clone());
        let qty = if self.random.chance(0.7) { 1 } else { self.random.between(2, 4) };
        vec![UsedPart { name: part.title.clone(), qty: qty.to_string(), price: part.price.clone() }]
    }

    fn cause(&mut self) -> Option<String> {
        let (names, weights): (Vec<&String>, Vec<f64>) = self.category.cause.iter().unzip();
        self.random.weighted(&weights).map(|index| names[index].clone())
    }

    fn rating(&mut self, answered: bool, reopened: bool, late: bool) -> Option<(u8, String)> {
        if !answered || self.random.chance(0.35) {
            return None;
        }
        let weights = match (reopened, late) {
            (true, _) => [3.0, 3.0, 3.0, 2.0, 1.0],
            (false, true) => [1.0, 2.0, 4.0, 5.0, 4.0],
            (false, false) => [0.2, 0.3, 1.0, 5.0, 12.0],
        };
        let score = u8::try_from(self.random.weighted(&weights)? + 1).ok()?;
        let kind = match score {
            1 | 2 => "poor",
            3 => "fair",
            _ => "good",
        };
        let words = self.source.phrases.ratings.get(kind)?;
        Some((score, self.random.pick(words).cloned().unwrap_or_default()))
    }

    fn write(&mut self, kind: &str, visibility: Visibility) {
        self.write_as(kind, visibility, self.engineer.0.login.clone());
    }

    fn write_as(&mut self, kind: &str, visibility: Visibility, author: String) {
        let patterns = self.source.phrases.log.get(kind).map(Vec::as_slice).unwrap_or_default();
        let body = self.scope.say(patterns, self.random);
        self.push(body, visibility, author);
    }

    fn write_words(&mut self, body: String, visibility: Visibility) {
        self.push(body, visibility, self.engineer.0.login.clone());
    }

    fn push(&mut self, body: String, visibility: Visibility, author: String) {
        if !body.is_empty() {
            self.log.push(LogEntry { at: self.now, author, visibility: visibility.as_str(), body });
        }
    }
}

/// The story as it stands at `until`: later facts are not known yet.
fn cut(mut handling: Handling, until: Timestamp) -> Handling {
    let is_past = |at: &Option<Timestamp>| at.is_some_and(|at| at <= until);
    if !is_past(&handling.responded_at) {
        return unheard(Status::New);
    }
    handling.log.retain(|entry| entry.at <= until);
    if !is_past(&handling.closed_at) {
        handling.closed_at = None;
        handling.rating = None;
        handling.status = Status::Solved;
    }
    if !is_past(&handling.solved_at) {
        return Handling {
            status: Status::Open,
            owner: handling.owner,
            responded_at: handling.responded_at,
            log: handling.log,
            ..unheard(Status::Open)
        };
    }
    handling
}
