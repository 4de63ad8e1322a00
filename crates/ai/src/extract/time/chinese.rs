//! Chinese dates: 今天, 大后天, 下周三, 3月5日, 2026年2月13日, 2026-02-13, 两小时后.

use jiff::civil::{Date, DateTime};

use super::clock::{Clock, DayPart};
use super::cursor::Cursor;
use super::{Seen, coming_weekday, date_of, nearest_year, shift_days, shift_seconds, weekday_in_week};

const DAYS: [(&str, i64); 13] = [
    ("大后天", 3),
    ("大前天", -3),
    ("今天", 0),
    ("今日", 0),
    ("当天", 0),
    ("明天", 1),
    ("明日", 1),
    ("后天", 2),
    ("昨天", -1),
    ("昨日", -1),
    ("前天", -2),
    ("前日", -2),
    ("今儿", 0),
];

/// One character stands for the day only with a part of it: 今晚, 明早, 昨夜.
const SHORT_DAYS: [(&str, i64); 3] = [("今", 0), ("明", 1), ("昨", -1)];

const WEEKS: [(&str, i64); 11] = [
    ("下下个", 2),
    ("上上个", -2),
    ("下下", 2),
    ("上上", -2),
    ("这个", 0),
    ("下个", 1),
    ("上个", -1),
    ("这", 0),
    ("本", 0),
    ("下", 1),
    ("上", -1),
];

const WEEK_WORDS: [(&str, ()); 3] = [("星期", ()), ("礼拜", ()), ("周", ())];

const WEEKDAYS: [(&str, i64); 8] =
    [("一", 1), ("二", 2), ("三", 3), ("四", 4), ("五", 5), ("六", 6), ("日", 7), ("天", 7)];

const MONTHS: [(&str, i64); 6] = [("下个月", 1), ("上个月", -1), ("这个月", 0), ("本月", 0), ("下月", 1), ("上月", -1)];

const UNITS: [(&str, i64); 9] = [
    ("个小时", 3_600),
    ("小时", 3_600),
    ("个钟头", 3_600),
    ("分钟", 60),
    ("个星期", 604_800),
    ("星期", 604_800),
    ("周", 604_800),
    ("天", 86_400),
    ("日", 86_400),
];

const DIRECTIONS: [(&str, i64); 8] =
    [("之后", 1), ("以后", 1), ("之内", 1), ("以内", 1), ("之前", -1), ("以前", -1), ("后", 1), ("前", -1)];

pub(super) fn read(start: Cursor<'_>, now: DateTime) -> Option<Seen> {
    if let Some(seen) = relative(start, now) {
        return Some(seen);
    }
    let mut cursor = start;
    let dated = date(&mut cursor, now);
    let mut seen = Seen { end: cursor.at, ..Seen::default() };
    if let Some((date, firm)) = dated {
        seen.date = Some(date);
        seen.firm = firm;
    }
    let mut ahead = cursor;
    skip_joints(&mut ahead, dated.is_some());
    if let Some(part) = DayPart::chinese(&mut ahead, dated.is_some()) {
        seen.part = Some(part);
        seen.end = ahead.at;
        cursor = ahead;
    } else if dated.is_none() {
        seen.date = short_day(&mut cursor).and_then(|days| shift_days(now.date(), days));
        ahead = cursor;
        seen.part = seen.date.and_then(|_| DayPart::chinese(&mut ahead, true).or_else(|| night(&mut ahead)));
        if seen.part.is_none() {
            seen.date = None;
            ahead = start;
        }
        seen.end = ahead.at;
        cursor = ahead;
    }
    let mut ahead = cursor;
    skip_joints(&mut ahead, seen.date.is_some() || seen.part.is_some());
    if let Some(clock) = Clock::chinese(&mut ahead) {
        let written_apart = seen.part.is_none() && seen.date.is_none();
        // 3:30 may be English with "pm" behind it; leave that to the English reader.
        if !(written_apart && (clock.vague || clock.formal && english_follows(ahead))) {
            seen.clock = Some(clock);
            seen.end = ahead.at;
        }
    }
    let nothing = seen.date.is_none() && seen.part.is_none() && seen.clock.is_none();
    (!nothing).then_some(seen)
}

fn english_follows(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_spaces();
    cursor.peek().is_some_and(|next| next.is_ascii_lowercase())
}

fn night(cursor: &mut Cursor<'_>) -> Option<DayPart> {
    cursor.eat("夜").then_some(DayPart::Evening)
}

fn short_day(cursor: &mut Cursor<'_>) -> Option<i64> {
    cursor.eat_any(&SHORT_DAYS)
}

fn skip_joints(cursor: &mut Cursor<'_>, allowed: bool) {
    if !allowed {
        return;
    }
    cursor.skip_spaces();
    cursor.eat("的");
    cursor.eat(",");
    cursor.eat("t");
    cursor.skip_spaces();
}

/// 半小时后, 三天前, 2个小时以后.
fn relative(mut cursor: Cursor<'_>, now: DateTime) -> Option<Seen> {
    let (amount, half) = if cursor.eat("半") { (0, true) } else { (i64::from(cursor.number()?), false) };
    cursor.skip_spaces();
    let more_half = !half && cursor.eat("个半");
    let unit =
        if more_half { cursor.eat_any(&[("小时", 3_600), ("钟头", 3_600)])? } else { cursor.eat_any(&UNITS)? };
    let direction = cursor.eat_any(&DIRECTIONS)?;
    // "三天前台" is three days of something at a desk.
    if cursor.peek().is_some_and(|next| "台面门排勤厨院".contains(next)) {
        return None;
    }
    let seconds = amount * unit + if half || more_half { unit / 2 } else { 0 };
    let moved = shift_seconds(now, direction * seconds)?;
    let end = cursor.at;
    if unit >= 86_400 && !half {
        return Some(Seen { date: Some(moved.date()), firm: true, end, ..Seen::default() });
    }
    Some(Seen { instant: Some(moved), end, ..Seen::default() })
}

fn date(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, bool)> {
    let start = *cursor;
    type Reader = fn(&mut Cursor<'_>, DateTime) -> Option<(Date, bool)>;
    let readers: [Reader; 5] = [named_day, week_day, full, month_and_day, day_of_month];
    for reader in readers {
        if let Some(found) = reader(cursor, now) {
            return Some(found);
        }
        *cursor = start;
    }
    None
}

fn named_day(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, bool)> {
    let days = cursor.eat_any(&DAYS)?;
    shift_days(now.date(), days).map(|date| (date, true))
}

fn week_day(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, bool)> {
    let week = cursor.eat_any(&WEEKS);
    cursor.eat_any(&WEEK_WORDS)?;
    if cursor.eat("末") {
        let week = week.unwrap_or(0);
        return weekday_in_week(now, week, 6).map(|date| (date, false));
    }
    let weekday = cursor.eat_any(&WEEKDAYS)?;
    // "周一到周五" is a span of days and "周日常" is no Sunday.
    if cursor.peek().is_some_and(|next| "至到常".contains(next)) {
        return None;
    }
    match week {
        Some(week) => weekday_in_week(now, week, weekday).map(|date| (date, true)),
        None => coming_weekday(now, weekday).map(|date| (date, false)),
    }
}

/// 2026年2月13日, 2026-02-13, 2026/2/13, 2026.2.13.
fn full(cursor: &mut Cursor<'_>, _now: DateTime) -> Option<(Date, bool)> {
    let year = cursor.digits(4, 4).filter(|year| (1990..=2100).contains(year))?;
    let separator = cursor.eat_any(&[("年", '年'), ("-", '-'), ("/", '/'), (".", '.')])?;
    let month = cursor.digits(1, 2)?;
    let second = if separator == '年' { "月" } else { separator_text(separator) };
    if !cursor.eat(second) {
        return None;
    }
    let day = cursor.digits(1, 2)?;
    if separator == '年' {
        cursor.eat_any(&[("日", ()), ("号", ())]);
    }
    date_of(year, month, day).map(|date| (date, true))
}

fn separator_text(separator: char) -> &'static str {
    match separator {
        '/' => "/",
        '.' => ".",
        _ => "-",
    }
}

/// 3月5日, 三月五号, 下个月5号.
fn month_and_day(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, bool)> {
    if let Some(shift) = cursor.eat_any(&MONTHS) {
        let day = cursor.number()?;
        cursor.eat_any(&[("日", ()), ("号", ())])?;
        let months = i64::from(now.year()) * 12 + i64::from(now.month()) - 1 + shift;
        let (year, month) = (months.div_euclid(12) as u32, months.rem_euclid(12) as u32 + 1);
        return date_of(year, month, day).map(|date| (date, true));
    }
    let month = cursor.number()?;
    if !cursor.eat("月") {
        return None;
    }
    let day = cursor.number()?;
    cursor.eat_any(&[("日", ()), ("号", ())])?;
    nearest_year(now, month, day).map(|date| (date, true))
}

/// 15号下午: a day of the month only when a time follows, because 15号 also numbers buildings and machines.
fn day_of_month(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, bool)> {
    let day = cursor.number()?;
    cursor.eat_any(&[("号", ()), ("日", ())])?;
    let mut ahead = *cursor;
    let timed = DayPart::chinese(&mut ahead, false).is_some() || Clock::chinese(&mut ahead).is_some();
    let bounded = ["之前", "以前", "前来", "前修"].iter().any(|word| {
        let mut ahead = *cursor;
        ahead.eat(word)
    });
    if !timed && !bounded {
        return None;
    }
    let this = nearest_year(now, u32::try_from(now.month()).ok()?, day)?;
    Some((this, false))
}
