//! Seeded conditions, formulas and rows for the tests that compare evaluators. Values repeat often, so that
//! comparisons are true as often as false.

use serde_json::{Map, Value, json};

use crate::condition::Operator;
use crate::decimal::format_scaled;
use crate::env::Env;
use crate::types::{Choice, Type, Types};

/// How honest the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// As a form stores them.
    Canonical,
    /// Wrong types and empty values too, but nothing that a database reads differently.
    Stored,
    /// Anything a page may hold before it is sent.
    Wild,
}

/// A source of test material; the same seed gives the same material.
#[derive(Debug, Clone)]
pub struct Generator {
    state: u64,
}

/// Every literal of this list is hostile or odd somewhere; `zq` marks those that must never reach SQL text.
const TEXTS: [&str; 18] = [
    "a",
    "Ab",
    "aB",
    "pump",
    "PUMP",
    "水泵漏水",
    "水",
    "50%_",
    "É",
    "é",
    "ß",
    "🔧",
    "[]",
    "null",
    "5",
    "2026-02-13",
    "zq'\";DROP TABLE ticket;--",
    "zq\\`$1?",
];
const IDS: [&str; 6] = ["org_g", "org_n", "org_s1", "org_s12", "zq_unknown", "usr_li"];
const TAGS: [&str; 5] = ["vip", "急", "zq'", "a", "engineer"];
const OPTIONS: [&str; 3] = ["cold", "gas", "engineer"];
const DATES: [&str; 7] =
    ["2026-02-13", "2026-02-12", "2026-01-31", "2024-02-29", "0001-01-01", "9999-12-31", "2026-03-01"];
const INSTANTS: [&str; 6] = [
    "2026-02-13T09:30:00.000Z",
    "2026-02-13T09:29:59.999Z",
    "2026-02-12T16:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "2024-02-29T12:00:00.000Z",
    "2026-02-20T09:30:00.000Z",
];
const DURATIONS: [&str; 5] = ["P1D", "P7D", "P1M", "P1Y2M", "P2W"];
const UNITS: [i64; 9] = [0, 1, -1, 5, 50, 500, -250, 1_000, 99_999_999_999_999];
/// The first local day of the tests is 2026-02-13, in UTC+8.
const NOW_MS: i64 = 1_770_975_000_000;

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % (limit.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len());
        &items[at]
    }

    fn word(&mut self, words: &[&str]) -> Value {
        json!(*self.pick(words))
    }

    /// A condition that passes the check against `types`.
    pub fn condition(&mut self, types: &Types) -> Value {
        self.node(types, None, 4)
    }

    fn node(&mut self, types: &Types, outer: Option<&Types>, depth: usize) -> Value {
        match self.below(10) {
            0 | 1 if depth > 0 => {
                let count = self.below(4);
                let list: Vec<Value> = (0..count).map(|_| self.node(types, outer, depth - 1)).collect();
                if self.below(2) == 0 { json!({ "all": list }) } else { json!({ "any": list }) }
            }
            2 if depth > 0 => json!({ "not": self.node(types, outer, depth - 1) }),
            3 | 4 if depth > 0 && outer.is_none() => self.over_table(types, depth),
            _ => self.predicate(types, outer),
        }
    }

    fn over_table(&mut self, types: &Types, depth: usize) -> Value {
        let tables: Vec<(&str, &Types)> = types
            .iter()
            .filter_map(|(name, kind)| match kind {
                Type::Table { fields } => Some((name, fields)),
                _ => None,
            })
            .collect();
        if tables.is_empty() {
            return self.predicate(types, None);
        }
        let (name, columns) = *self.pick(&tables);
        let inner = self.node(columns, Some(types), depth - 1);
        match self.below(5) {
            0 => json!({ "some": name, "where": inner }),
            1 => json!({ "every": name, "where": inner }),
            2 => json!({ "none": name, "where": inner }),
            3 => json!({ "count": name, "where": inner, "op": "between", "v": [self.below(2), self.below(4)] }),
            _ => {
                let operator = *self.pick(&["eq", "ne", "lt", "lte", "gt", "gte"]);
                json!({ "count": name, "where": inner, "op": operator, "v": self.below(4) })
            }
        }
    }

    fn predicate(&mut self, types: &Types, outer: Option<&Types>) -> Value {
        let fields: Vec<(&str, &Type)> = types.iter().collect();
        let (field, kind) = *self.pick(&fields);
        let operators = operators(kind, types.has_old() && outer.is_none());
        let operator = *self.pick(&operators);
        let written = if outer.is_none() && self.below(8) == 0 { format!("form.{field}") } else { field.to_owned() };
        let document = json!({ "f": written, "op": operator.key() });
        let Some(value) = self.right_side(operator, kind, types, outer) else {
            return document;
        };
        let mut document = document;
        document["v"] = value;
        document
    }

    fn right_side(&mut self, operator: Operator, kind: &Type, types: &Types, outer: Option<&Types>) -> Option<Value> {
        use Operator as Op;
        Some(match operator {
            Op::Empty | Op::NotEmpty | Op::Changed => return None,
            Op::In | Op::Nin | Op::HasAny | Op::HasAll | Op::HasNone => match (kind, self.below(4)) {
                (Type::Org, 0) => json!({ "var": "me.orgs_below" }),
                (Type::Text | Type::MultiChoice { .. }, 0) => json!({ "var": "me.roles" }),
                _ => {
                    let count = if self.below(6) == 0 { 12 } else { 1 + self.below(3) };
                    (0..count).map(|_| self.literal(kind)).collect()
                }
            },
            Op::Between => json!([self.single(kind), self.single(kind)]),
            Op::Under => match self.below(3) {
                0 => json!({ "var": "me.org" }),
                _ => self.word(&IDS),
            },
            _ => match self.below(4) {
                0 => self.field_like(kind, types, outer).unwrap_or_else(|| self.single(kind)),
                _ => self.single(kind),
            },
        })
    }

    /// A literal, a variable or a relative time.
    fn single(&mut self, kind: &Type) -> Value {
        match (kind, self.below(4)) {
            (Type::Person, 0) => json!({ "var": "me" }),
            (Type::Person, 1) => json!({ "var": "actor" }),
            (Type::Org, 0) => json!({ "var": "me.org" }),
            (Type::Date | Type::DateTime, 0) => json!({ "var": "today" }),
            (Type::DateTime, 1) => json!({ "var": "now" }),
            (Type::Date | Type::DateTime, 2) => {
                let key = *self.pick(&["ago", "in"]);
                json!({ key: *self.pick(&DURATIONS) })
            }
            _ => self.literal(kind),
        }
    }

    fn field_like(&mut self, kind: &Type, types: &Types, outer: Option<&Types>) -> Option<Value> {
        let same = |other: &Type| match (kind, other) {
            (
                Type::Number { scale: a } | Type::Money { scale: a },
                Type::Number { scale: b } | Type::Money { scale: b },
            ) => a.abs_diff(*b) <= 3,
            (Type::Choice { .. }, Type::Choice { .. }) => true,
            (Type::Table { .. } | Type::MultiChoice { .. }, _) => false,
            _ => kind == other,
        };
        let own = types.iter().filter(|(_, other)| same(other)).map(|(name, _)| name.to_owned());
        let around = outer.into_iter().flat_map(Types::iter).filter(|(_, other)| same(other));
        let names: Vec<String> = own.chain(around.map(|(name, _)| format!("form.{name}"))).collect();
        if names.is_empty() { None } else { Some(json!({ "f": self.pick(&names) })) }
    }

    fn literal(&mut self, kind: &Type) -> Value {
        match kind {
            Type::Number { scale } | Type::Money { scale } => json!(format_scaled(*self.pick(&UNITS), *scale)),
            Type::MultiChoice { .. } => self.word(&TAGS),
            _ => self.honest(kind),
        }
    }

    /// A row for `types`.
    pub fn row(&mut self, types: &Types, quality: Quality) -> Value {
        let mut row = Map::new();
        for (path, kind) in types.iter() {
            if self.below(5) == 0 {
                continue;
            }
            let value = self.value(kind, quality);
            match path.split_once('.') {
                None => {
                    row.entry(path).or_insert(value);
                }
                // A part of a nested value replaces an opaque one.
                Some((whole, part)) => {
                    let slot = row.entry(whole).or_insert(Value::Null);
                    if !slot.is_object() && quality == Quality::Canonical || slot.is_null() {
                        *slot = json!({});
                    }
                    if let Value::Object(members) = slot {
                        members.insert(part.to_owned(), value);
                    }
                }
            }
        }
        Value::Object(row)
    }

    fn value(&mut self, kind: &Type, quality: Quality) -> Value {
        if quality == Quality::Canonical || self.below(4) > 0 {
            return match kind {
                Type::Table { fields } => {
                    let count = 1 + self.below(3);
                    (0..count).map(|_| self.row(fields, quality)).collect()
                }
                Type::Number { scale } | Type::Money { scale } if quality == Quality::Wild => self.wild_number(*scale),
                Type::Opaque => json!({}),
                _ => self.honest(kind),
            };
        }
        self.wrong(kind)
    }

    fn honest(&mut self, kind: &Type) -> Value {
        match kind {
            Type::Text => self.word(&TEXTS),
            Type::Choice { options: Some(options) } => json!(self.pick(options).value),
            Type::Choice { options: None } => self.word(&OPTIONS),
            Type::MultiChoice { .. } => {
                let mut tags: Vec<&str> = Vec::new();
                for _ in 0..=self.below(3) {
                    let tag = *self.pick(&TAGS);
                    if !tags.contains(&tag) {
                        tags.push(tag);
                    }
                }
                json!(tags)
            }
            Type::Person | Type::Org | Type::Reference { .. } => self.word(&IDS),
            Type::Number { scale } | Type::Money { scale } => json!(format_scaled(*self.pick(&UNITS), *scale)),
            Type::Date => self.word(&DATES),
            Type::DateTime => self.word(&INSTANTS),
            Type::Bool => json!(self.below(2) == 0),
            Type::Files => json!(["fil_1"]),
            Type::Table { .. } | Type::Opaque => json!({}),
        }
    }

    fn wild_number(&mut self, scale: u8) -> Value {
        let units = *self.pick(&UNITS);
        let text = format_scaled(units, scale);
        match self.below(3) {
            0 => text.parse::<f64>().map_or(Value::Null, |number| json!(number)),
            1 => json!(format!("{}0", if scale == 0 { format!("{text}.") } else { text })),
            _ => json!(text),
        }
    }

    /// Empty or of another type, and read as such by everybody.
    fn wrong(&mut self, kind: &Type) -> Value {
        match self.below(9) {
            0 | 1 => Value::Null,
            2 => json!(""),
            3 => json!([]),
            4 => json!({ "a": 1 }),
            5 => json!([1, "x", null, "", ["vip"], { "qty": "5" }, "vip"]),
            6 => match kind {
                Type::Bool => json!("true"),
                _ => json!(true),
            },
            7 => match kind {
                Type::Date => json!("2026-02-31"),
                Type::DateTime => json!("2026-02-31T23:59:59.999Z"),
                Type::Text | Type::Bool => json!(5),
                _ => json!("x-1.5"),
            },
            _ => match kind {
                Type::Date => json!("2026-13-01"),
                Type::DateTime => json!("2026-02-13T24:00:00.000Z"),
                Type::Text | Type::Bool => json!(-1.5),
                _ => json!("1.2.3"),
            },
        }
    }

    /// A formula that passes the check against `types`, which have the fields of [`form_types`].
    pub fn formula(&mut self) -> String {
        if self.below(6) == 0 { self.text_formula(2) } else { self.number_formula(3) }
    }

    fn number_formula(&mut self, depth: usize) -> String {
        const LEAVES: [&str; 12] = [
            "total",
            "limit",
            "ratio",
            "sum(parts.price)",
            "count(parts)",
            "count(tags)",
            "days(day, until)",
            "days(at, due)",
            "avg(parts.qty)",
            "min(parts.price)",
            "max(parts.qty, 1)",
            "sum(parts.qty * parts.price)",
        ];
        if depth == 0 || self.below(4) == 0 {
            return match self.below(3) {
                0 => self.pick(&["0", "1", "2.50", "0.000001", "99999999999", "3"]).to_string(),
                _ => (*self.pick(&LEAVES)).to_owned(),
            };
        }
        let next = depth - 1;
        let (left, right) = (self.number_formula(next), self.number_formula(next));
        match self.below(9) {
            0 | 1 => format!("({left} + {right})"),
            2 => format!("{left} - ({right})"),
            3 => format!("({left}) * ({right})"),
            4 => format!("({left}) / ({right})"),
            5 => format!("round({left}, {})", self.below(7)),
            6 => format!("if({}, {left}, {right})", self.truth_formula(next)),
            7 => format!("{}({left}, {right})", self.pick(&["sum", "min", "max", "avg", "count"])),
            _ => format!("-({left})"),
        }
    }

    fn truth_formula(&mut self, depth: usize) -> String {
        let relation = (*self.pick(&["=", "!=", "<", "<=", ">", ">="])).to_owned();
        match self.below(6) {
            0 => "urgent".to_owned(),
            1 => format!("day {relation} until"),
            2 => format!("at {relation} due"),
            3 => "cat = \"gas\"".to_owned(),
            4 if depth > 0 => {
                let (left, right) = (self.truth_formula(depth - 1), self.truth_formula(depth - 1));
                match self.below(3) {
                    0 => format!("and({left}, {right})"),
                    1 => format!("or({left}, {right})"),
                    _ => format!("not({left})"),
                }
            }
            _ => format!("{} {relation} limit", self.number_formula(0)),
        }
    }

    fn text_formula(&mut self, depth: usize) -> String {
        match self.below(6) {
            0 => "note".to_owned(),
            1 => "text(cat)".to_owned(),
            2 => "text(tags)".to_owned(),
            3 if depth > 0 => format!("if({}, {}, \"\")", self.truth_formula(0), self.text_formula(depth - 1)),
            _ => format!("concat(note, \"-\", {}, day, at)", self.number_formula(depth)),
        }
    }
}

/// Operators that fit a type.
fn operators(kind: &Type, with_changed: bool) -> Vec<Operator> {
    use Operator as Op;
    let mut operators = vec![Op::Empty, Op::NotEmpty];
    if with_changed {
        operators.push(Op::Changed);
    }
    let ordered = [Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::Between];
    match kind {
        Type::Text => operators.extend([Op::Eq, Op::Ne, Op::In, Op::Nin, Op::Contains, Op::NotContains, Op::Starts]),
        Type::Number { .. } | Type::Money { .. } | Type::Date => {
            operators.extend([Op::Eq, Op::Ne, Op::In, Op::Nin]);
            operators.extend(ordered);
        }
        Type::DateTime => {
            operators.extend([Op::Eq, Op::Ne]);
            operators.extend(ordered);
        }
        Type::Bool => operators.extend([Op::Eq, Op::Ne]),
        Type::Choice { .. } | Type::Person | Type::Reference { .. } => {
            operators.extend([Op::Eq, Op::Ne, Op::In, Op::Nin]);
        }
        Type::Org => operators.extend([Op::Eq, Op::Ne, Op::In, Op::Nin, Op::Under]),
        Type::MultiChoice { .. } => operators.extend([Op::HasAny, Op::HasAll, Op::HasNone]),
        Type::Table { .. } | Type::Files | Type::Opaque => {}
    }
    operators
}

/// A form with a field of every type.
pub fn form_types() -> Types {
    let choice = |value: &str| Choice { value: value.to_owned(), label: format!("«{value}»") };
    let part = || Type::Reference { to: "part".to_owned() };
    let columns = Types::new()
        .with("sku", Type::Text)
        .with("qty", Type::Number { scale: 0 })
        .with("price", Type::Money { scale: 2 })
        .with("kinds", Type::MultiChoice { options: None })
        .with("ok", Type::Bool)
        .with("when", Type::Date)
        .with("at", Type::DateTime)
        .with("part", part());
    Types::new()
        .with("note", Type::Text)
        .with("words", Type::Text)
        .with("total", Type::Money { scale: 2 })
        .with("limit", Type::Number { scale: 0 })
        .with("ratio", Type::Number { scale: 3 })
        .with("day", Type::Date)
        .with("until", Type::Date)
        .with("at", Type::DateTime)
        .with("due", Type::DateTime)
        .with("urgent", Type::Bool)
        .with("paid", Type::Bool)
        .with("cat", Type::Choice { options: Some(OPTIONS.map(choice).into()) })
        .with("tags", Type::MultiChoice { options: Some(TAGS.map(choice).into()) })
        .with("engineer", Type::Person)
        .with("helper", Type::Person)
        .with("unit", Type::Org)
        .with("home", Type::Org)
        .with("part", part())
        .with("photos", Type::Files)
        .with("span", Type::Opaque)
        .with("span.from", Type::Date)
        .with("span.to", Type::Date)
        .with("parts", Type::Table { fields: columns })
}

/// An environment in which every variable has a value.
pub fn env() -> Env {
    let paths = [("org_g", "/g/"), ("org_n", "/g/n/"), ("org_s1", "/g/n/s1/"), ("org_s12", "/g/n/s12/")];
    Env {
        now_ms: NOW_MS,
        offset_minutes: 480,
        me: Some("usr_li".to_owned()),
        actor: Some("zq_unknown".to_owned()),
        org: Some("org_n".to_owned()),
        orgs_below: ["org_n", "org_s1", "org_s12"].map(str::to_owned).into(),
        roles: ["engineer", "a"].map(str::to_owned).into(),
        org_paths: std::sync::Arc::new(paths.map(|(id, path)| (id.to_owned(), path.to_owned())).into()),
    }
}
