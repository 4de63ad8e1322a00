//! Times of day: 14:30, 三点半, half past is left to "3:30", 2 pm, and parts of the day.

use jiff::civil::Time;

use super::cursor::Cursor;
use super::time_of;

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayPart {
    Night,
    Morning,
    Forenoon,
    Noon,
    Afternoon,
    Evening,
}

/// A time of day as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    /// Written with "am" or "pm".
    pub(super) half: Option<DayPart>,
    /// Written with two-digit hours or a colon, which seldom mean the afternoon.
    pub(super) formal: bool,
    /// Hardly a time without a date or a part of the day beside it: 快一点.
    pub(super) vague: bool,
}

const CHINESE_PARTS: [(&str, DayPart); 17] = [
    ("凌晨", DayPart::Night),
    ("半夜", DayPart::Night),
    ("清晨", DayPart::Morning),
    ("早上", DayPart::Morning),
    ("早晨", DayPart::Morning),
    ("一早", DayPart::Morning),
    ("上午", DayPart::Forenoon),
    ("中午", DayPart::Noon),
    ("正午", DayPart::Noon),
    ("午后", DayPart::Afternoon),
    ("下午", DayPart::Afternoon),
    ("傍晚", DayPart::Evening),
    ("晚上", DayPart::Evening),
    ("晚间", DayPart::Evening),
    ("夜里", DayPart::Evening),
    ("夜间", DayPart::Evening),
    ("早", DayPart::Morning),
];

const ENGLISH_PARTS: [(&str, DayPart); 5] = [
    ("morning", DayPart::Morning),
    ("noon", DayPart::Noon),
    ("afternoon", DayPart::Afternoon),
    ("evening", DayPart::Evening),
    ("night", DayPart::Evening),
];

impl DayPart {
    /// When someone usually comes in that part of the day.
    pub(super) fn usual_time(self) -> Time {
        let hour = match self {
            Self::Night => 3,
            Self::Morning => 8,
            Self::Forenoon => 9,
            Self::Noon => 12,
            Self::Afternoon => 14,
            Self::Evening => 20,
        };
        Time::constant(hour, 0, 0, 0)
    }

    pub(super) fn chinese(cursor: &mut Cursor<'_>, after_date: bool) -> Option<Self> {
        let start = *cursor;
        if let Some(part) = cursor.eat_any(&CHINESE_PARTS) {
            // A lone "早" is a part of the day only behind a date: 明早, but not 早就.
            if after_date || cursor.at > start.at + 1 {
                return Some(part);
            }
            *cursor = start;
        }
        if after_date && cursor.eat("晚") {
            return Some(Self::Evening);
        }
        None
    }

    pub(super) fn english(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.eat_any_word(&ENGLISH_PARTS)
    }
}

impl Clock {
    /// The time meant, and how sure that is.
    pub(super) fn resolve(self, part: Option<DayPart>) -> Option<(Time, f64)> {
        let part = self.half.or(part);
        let (hour, sure) = match part {
            Some(DayPart::Afternoon | DayPart::Evening) if self.hour < 12 => (self.hour + 12, 0.95),
            Some(DayPart::Evening) if self.hour == 12 => (0, 0.6),
            Some(DayPart::Noon) if self.hour < 3 => (self.hour + 12, 0.95),
            Some(DayPart::Night | DayPart::Morning | DayPart::Forenoon) if self.hour == 12 => (0, 0.7),
            Some(_) => (self.hour, 0.95),
            // Nobody reports "at three" and means the night.
            None if self.hour < 7 && self.hour > 0 && !self.formal => (self.hour + 12, 0.6),
            None => (self.hour, if self.formal { 0.95 } else { 0.75 }),
        };
        time_of(hour, self.minute).map(|time| (time, sure))
    }

    /// 14:30, 14时30分, 三点半, 3点一刻, 3点20.
    pub(super) fn chinese(cursor: &mut Cursor<'_>) -> Option<Self> {
        if let Some(clock) = Self::colon(cursor) {
            return Some(clock);
        }
        let start = *cursor;
        let read = Self::chinese_words(cursor);
        if read.is_none() {
            *cursor = start;
        }
        read
    }

    fn chinese_words(cursor: &mut Cursor<'_>) -> Option<Self> {
        let in_digits = cursor.peek().is_some_and(|symbol| symbol.is_ascii_digit());
        let hour = cursor.number().filter(|hour| *hour <= 24)?;
        cursor.eat_any(&[("点", ()), ("时", ())])?;
        // "3点建议" counts points and "3时间" is a slip of another kind.
        if cursor.peek().is_some_and(|next| "建意要问原内儿间段候点都也".contains(next)) {
            return None;
        }
        let marked = cursor.eat("钟");
        let mut minute = 0;
        let here = *cursor;
        if cursor.eat("半") {
            minute = 30;
        } else if cursor.eat("一刻") {
            minute = 15;
        } else if cursor.eat("三刻") {
            minute = 45;
        } else if let Some(value) = cursor.number() {
            let ended = cursor.eat("分");
            let plausible = value < 60 && (ended || cursor.at - here.at == 2);
            if plausible {
                minute = value;
            } else {
                *cursor = here;
            }
        }
        let vague = !in_digits && !marked && cursor.at == here.at;
        let hour = if hour == 24 { 0 } else { hour };
        Some(Self { hour, minute, half: None, formal: hour > 12, vague })
    }

    /// 14:30 or 14:30:00.
    fn colon(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut ahead = *cursor;
        let hour = ahead.digits(1, 2).filter(|hour| *hour < 24)?;
        if !ahead.eat(":") {
            return None;
        }
        let minute = ahead.digits(2, 2).filter(|minute| *minute < 60)?;
        let mut seconds = ahead;
        if seconds.eat(":") && seconds.digits(2, 2).is_some_and(|second| second < 60) {
            ahead = seconds;
        }
        *cursor = ahead;
        Some(Self { hour, minute, half: None, formal: true, vague: false })
    }

    /// 2 pm, 2:30pm, 14:30, noon, 3 o'clock.
    pub(super) fn english(cursor: &mut Cursor<'_>) -> Option<Self> {
        const HALVES: [(&str, DayPart); 4] = [
            ("am", DayPart::Forenoon),
            ("pm", DayPart::Afternoon),
            ("a.m.", DayPart::Forenoon),
            ("p.m.", DayPart::Afternoon),
        ];
        let mut ahead = *cursor;
        if ahead.eat_word("noon") {
            *cursor = ahead;
            return Some(Self { hour: 12, minute: 0, half: Some(DayPart::Noon), formal: true, vague: false });
        }
        if ahead.eat_word("midnight") {
            *cursor = ahead;
            return Some(Self { hour: 0, minute: 0, half: Some(DayPart::Night), formal: true, vague: false });
        }
        let colon = Self::colon(&mut ahead);
        let hour = match colon {
            Some(clock) => clock.hour,
            None => ahead.digits(1, 2).filter(|hour| (1..=12).contains(hour))?,
        };
        let minute = colon.map_or(0, |clock| clock.minute);
        let mut behind = ahead;
        behind.skip_spaces();
        if let Some(half) = behind.eat_any_word(&HALVES).filter(|_| hour <= 12) {
            *cursor = behind;
            return Some(Self { hour, minute, half: Some(half), formal: true, vague: false });
        }
        if behind.eat_word("o'clock") {
            *cursor = behind;
            return Some(Self { hour, minute, half: None, formal: false, vague: false });
        }
        let clock = colon?;
        *cursor = ahead;
        Some(clock)
    }
}
