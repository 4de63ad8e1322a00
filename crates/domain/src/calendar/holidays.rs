//! Built-in public holidays and make-up working days.
//!
//! The data ends with the last year that the government has announced; later dates follow the week alone.
//! To add a year: append it to `cn.json`; `tests::whole_years` says what must hold.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::text::Text;

/// The announced days of one country.
#[derive(Debug)]
pub struct Holidays {
    days: BTreeMap<Date, Announced>,
    /// First and last date that the data covers.
    pub first: Date,
    pub last: Date,
}

/// What a government announced about one day.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) off: bool,
    pub(super) name: Text,
}

/// The data of a country: `cn`.
pub fn builtin(code: &str) -> Option<&'static Holidays> {
    static CN: LazyLock<Holidays> = LazyLock::new(|| read(include_str!("cn.json")).expect("a test reads this file"));
    (code == "cn").then(|| &*CN)
}

impl Holidays {
    pub(super) fn get(&self, date: Date) -> Option<&Announced> {
        self.days.get(&date)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    names: BTreeMap<String, Text>,
    years: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i16,
    /// The announcement's address ends with this.
    #[serde(rename = "paper")]
    _paper: String,
    off: Vec<(String, String, String)>,
    work: Vec<(String, String)>,
}

fn read(text: &str) -> Option<Holidays> {
    let file: File = serde_json::from_str(text).ok()?;
    let mut days = BTreeMap::new();
    for year in &file.years {
        for (from, to, name) in &year.off {
            let name = file.names.get(name)?;
            let (mut date, last): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
            while date <= last {
                days.insert(date, Announced { off: true, name: name.clone() });
                date = date.tomorrow().ok()?;
            }
        }
        for (date, name) in &year.work {
            let name = file.names.get(name)?.clone();
            days.insert(date.parse().ok()?, Announced { off: false, name });
        }
    }
    let (first, last) = (file.years.first()?.year, file.years.last()?.year);
    Some(Holidays { days, first: Date::new(first, 1, 1).ok()?, last: Date::new(last, 12, 31).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of working days of each year, counted by hand from the announcements.
    #[test]
    fn whole_years() {
        let cn = builtin("cn").expect("built in");
        for (year, expected) in [(2024, 251), (2025, 248), (2026, 248)] {
            let mut date = Date::new(year, 1, 1).expect("a date");
            let mut working = 0;
            while date.year() == year {
                let weekend = date.weekday().to_monday_zero_offset() >= 5;
                let off = cn.get(date).map_or(weekend, |day| day.off);
                if let Some(day) = cn.get(date).filter(|day| !day.off) {
                    assert!(weekend, "{date} ({}) is a working day anyway", day.name.get("en"));
                }
                working += i32::from(!off);
                date = date.tomorrow().expect("not the last date");
            }
            assert_eq!(working, expected, "{year}");
        }
        assert_eq!(cn.last.to_string(), "2026-12-31");
        assert!(builtin("xx").is_none());
    }
}
