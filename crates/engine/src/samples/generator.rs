//! Tells one ticket after the other: who reports what, from where, in which words.

use domain::ticket::Status;
use domain::time::Timestamp;

use super::directory::Person;
use super::grammar::Scope;
use super::handling::{Handling, handle};
use super::phrases::Category;
use super::random::{Random, fingerprint};
use super::schedule::schedule;
use super::source::{Asset, Place, Source};
use super::ticket::SampleTicket;

/// Which history to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The ticket type (form key) of the template.
    pub form: String,
    pub seed: u64,
    pub tickets: usize,
    pub from: Timestamp,
    /// Nothing happens later than this; what is under way then stays open.
    pub until: Timestamp,
}

/// Tickets in the order in which they were reported.
pub struct Generator<'a> {
    source: &'a Source,
    plan: Plan,
    reports: std::vec::IntoIter<(Timestamp, usize)>,
    told: u64,
}

impl<'a> Generator<'a> {
    pub fn new(source: &'a Source, plan: Plan) -> Self {
        let reports = if plan.from < plan.until { schedule(source, &plan) } else { Vec::new() };
        Self { source, plan, reports: reports.into_iter(), told: 0 }
    }
}

impl Iterator for Generator<'_> {
    type Item = SampleTicket;

    fn next(&mut self) -> Option<SampleTicket> {
        let (created_at, category) = self.reports.next()?;
        let index = self.told;
        self.told += 1;
        let random = Random::nth(self.plan.seed, index);
        let category = self.source.phrases.categories.get(category)?;
        Teller { source: self.source, plan: &self.plan, category, random }.tell(index, created_at)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.reports.size_hint()
    }
}

/// What is settled about a ticket before its words are chosen.
pub(super) struct Setting<'a> {
    pub(super) place: &'a Place,
    pub(super) spot: String,
    pub(super) asset: Option<&'a Asset>,
    pub(super) requester: &'a Person,
    pub(super) priority: u8,
    pub(super) stops_work: bool,
    pub(super) created_at: Timestamp,
}

struct Teller<'a> {
    source: &'a Source,
    plan: &'a Plan,
    category: &'a Category,
    random: Random,
}

impl<'a> Teller<'a> {
    fn tell(mut self, index: u64, created_at: Timestamp) -> Option<SampleTicket> {
        let setting = self.setting(created_at)?;
        let mut scope = self.scope(&setting);
        let fault = scope.say(&self.category.fault, &mut self.random);
        scope.set("fault", fault.clone());
        let detail = scope.say(&self.category.detail, &mut self.random);
        scope.set("detail", detail);
        let urgency = urgency(setting.priority);
        let title = scope.say(&self.source.phrases.title, &mut self.random);
        let mut description = if self.random.chance(0.1) {
            String::new()
        } else {
            scope.say(&self.source.phrases.description, &mut self.random)
        };
        let hints = self.source.phrases.urgency.get(urgency).map(Vec::as_slice).unwrap_or_default();
        if self.random.chance(0.55)
            && let Some(hint) = self.random.pick(hints)
        {
            description = format!("{}，{hint}", description.trim_end_matches(['。', '，']));
        }
        let description = self.type_it(&description);
        let title = self.type_it(&title);
        let handling = handle(self.source, self.category, &setting, &scope, self.plan.until, &mut self.random);
        let phone = setting.requester.phone.clone();
        let phone = phone.filter(|_| self.random.chance(0.8));
        Some(self.ticket(index, &setting, title, description, urgency, phone, handling))
    }

    fn setting(&mut self, created_at: Timestamp) -> Option<Setting<'a>> {
        let (codes, weights): (Vec<&String>, Vec<f64>) = self.category.places.iter().unzip();
        let mut place = self.source.places.get(codes[self.random.weighted(&weights)?])?;
        let mut asset = None;
        if self.random.chance(self.category.asset_share) {
            let kinds = &self.category.asset_kinds;
            let devices = self.source.assets.iter().filter(|device| kinds.contains(&device.kind));
            let devices: Vec<_> = devices.collect();
            // The device decides the place; some devices give trouble more often than others.
            let weights: Vec<f64> = devices.iter().map(|device| trouble(&device.code)).collect();
            asset = self.random.weighted(&weights).map(|index| devices[index]);
            place = asset.and_then(|device| self.source.places.get(&device.place)).unwrap_or(place);
        }
        let words = self.source.phrases.places.get(&place.code);
        let spots = words.map(|words| words.spots.as_slice()).unwrap_or_default();
        let spot = self.random.pick(spots).cloned().unwrap_or_default();
        let requester = *self.random.pick(&self.source.requesters(&place.org))?;
        let stops_work = self.random.chance(self.category.stops_work);
        let drawn = self.random.weighted(&self.category.priority)?;
        let drawn = u8::try_from(drawn + 1).ok()?;
        let priority = if stops_work { drawn.max(3) } else { drawn };
        Some(Setting { place, spot, asset, requester, priority, stops_work, created_at })
    }

    fn scope(&mut self, setting: &Setting<'a>) -> Scope<'a> {
        let mut scope = Scope::with_lists(&self.source.phrases.slots);
        let words = self.source.phrases.places.get(&setting.place.code);
        let says = words.map(|words| words.says.as_slice()).unwrap_or_default();
        let place = self.random.pick(says).cloned().unwrap_or_else(|| setting.place.code.clone());
        let wh = match self.random.between(0, 3) {
            0 => place.clone(),
            1 => format!("{place}{}", setting.spot),
            2 => format!("{place}的{}", setting.spot),
            _ => format!("{place} {}", setting.spot),
        };
        scope.set("where", wh.trim_end_matches(['的', ' ']));
        scope.set("spot", setting.spot.clone());
        scope.set("dept", self.source.org_name(&setting.requester.org));
        scope.set("me", nickname(&setting.requester.name, &mut self.random));
        if let Some(phone) = &setting.requester.phone {
            scope.set("phone", phone.clone());
        }
        if let Some(asset) = setting.asset {
            scope.set("asset", asset.code.clone());
            scope.set("asset_name", asset.title.clone());
        }
        scope
    }

    /// What fingers make of a sentence: other spellings, dropped or doubled marks, Latin letters in either case.
    fn type_it(&mut self, text: &str) -> String {
        let mut typed = text.replace("，，", "，").replace("，。", "。").replace("。。", "。");
        for (right, wrong) in &self.source.phrases.typos {
            if typed.contains(right.as_str()) && self.random.chance(0.05) {
                typed = typed.replacen(right.as_str(), wrong, 1);
            }
        }
        match self.random.between(0, 19) {
            0 => typed = typed.replace('，', " "),
            1 => typed = typed.replace('，', ",").replace('。', "."),
            2 => typed = typed.replace('！', "！！"),
            3 => typed = typed.to_lowercase(),
            4 => typed = typed.trim_end_matches(['。', '！']).to_owned(),
            5 => typed = typed.replace('。', "\n"),
            _ => {}
        }
        typed.trim_matches([' ', '，', ',', '\n']).to_owned()
    }

    fn filed_under(&mut self) -> String {
        let mut drawn = self.random.unit();
        for (other, share) in &self.category.mistaken_for {
            drawn -= share;
            if drawn < 0.0 {
                return other.clone();
            }
        }
        self.category.key.clone()
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one row, put together once")]
    fn ticket(
        &mut self,
        index: u64,
        setting: &Setting<'a>,
        title: String,
        description: String,
        urgency: &str,
        phone: Option<String>,
        handling: Handling,
    ) -> SampleTicket {
        let category = self.filed_under();
        SampleTicket {
            key: format!("{}-{index:05}", self.plan.form),
            form: self.plan.form.clone(),
            title,
            description,
            category,
            priority: setting.priority,
            urgency: urgency.to_owned(),
            status: handling.status,
            requester: setting.requester.login.clone(),
            org: setting.requester.org.clone(),
            place: setting.place.code.clone(),
            spot: setting.spot.clone(),
            asset: setting.asset.map(|asset| asset.code.clone()),
            stops_work: setting.stops_work,
            contact: setting.requester.name.clone(),
            phone,
            team: self.category.team.clone(),
            owner: handling.owner.filter(|_| handling.status != Status::New),
            created_at: setting.created_at,
            first_response_at: handling.responded_at,
            solved_at: handling.solved_at,
            closed_at: handling.closed_at,
            cause: handling.cause,
            action_taken: handling.action,
            parts: handling.parts,
            hours: handling.hours,
            rating: handling.rating.as_ref().map(|(score, _)| *score),
            rating_comment: handling.rating.map(|(_, words)| words).filter(|words| !words.is_empty()),
            reopened: handling.reopened,
            log: handling.log,
        }
    }
}

fn urgency(priority: u8) -> &'static str {
    match priority {
        1 => "low",
        2 => "normal",
        3 => "soon",
        _ => "urgent",
    }
}

/// How often a device fails, against the others; settled by its code.
fn trouble(code: &str) -> f64 {
    0.4 + (fingerprint(code) % 100) as f64 / 40.0
}

/// How people call themselves on the phone.
fn nickname(name: &str, random: &mut Random) -> String {
    let family: String = name.chars().take(1).collect();
    match random.between(0, 4) {
        0 => format!("小{family}"),
        1 => format!("{family}工"),
        2 => format!("{family}老师"),
        3 => format!("老{family}"),
        _ => name.to_owned(),
    }
}
