//! When reports come in: by weekday and holiday, hour, month, and the first days of a month.

use domain::time::Timestamp;
use jiff::civil::Date;

use super::generator::Plan;
use super::phrases::Category;
use super::random::Random;
use super::source::Source;

const DAY_MS: i64 = 86_400_000;

/// When each report is made and of which category it is, in the order of time.
pub(super) fn schedule(source: &Source, plan: &Plan) -> Vec<(Timestamp, usize)> {
    let mut random = Random::new(plan.seed);
    let dates = dates(source, plan);
    let weights: Vec<Vec<f64>> = dates.iter().map(|date| categories_on(source, *date)).collect();
    let totals: Vec<f64> = weights.iter().map(|day| day.iter().sum()).collect();
    let mut reports = Vec::with_capacity(plan.tickets);
    while reports.len() < plan.tickets {
        let Some(day) = random.weighted(&totals) else {
            break;
        };
        let Some(category) = random.weighted(&weights[day]) else {
            break;
        };
        let Some(hour) = random.weighted(&source.phrases.hours) else {
            break;
        };
        let second = random.between(0, 3599);
        let start = day_start(source, dates[day]);
        let at = start.plus_millis((hour as i64 * 3600 + second as i64) * 1000);
        // The first and the last day are not whole.
        if at >= plan.from && at < plan.until {
            reports.push((at, category));
        }
    }
    reports.sort_unstable();
    reports
}

fn dates(source: &Source, plan: &Plan) -> Vec<Date> {
    let local = |at: Timestamp| at.to_jiff().to_zoned(source.zone.clone()).date();
    let last = local(plan.until);
    local(plan.from).series(jiff::Span::new().days(1)).take_while(|date| *date <= last).collect()
}

fn day_start(source: &Source, date: Date) -> Timestamp {
    let midnight = date.to_zoned(source.zone.clone());
    midnight.map_or(Timestamp::default(), |zoned| zoned.timestamp().into())
}

/// The weight of each category on a day.
fn categories_on(source: &Source, date: Date) -> Vec<f64> {
    let start = day_start(source, date);
    let is_worked = source.calendar.between(start, start.plus_millis(DAY_MS)) > 0;
    let weekday = date.weekday().to_monday_zero_offset();
    let share = match (is_worked, weekday) {
        // A make-up day is busy like a Monday, a holiday quiet like a Sunday.
        (true, 5..) => source.phrases.weekday[0],
        (false, ..5) => source.phrases.weekday[6],
        _ => source.phrases.weekday[usize::from(weekday.unsigned_abs())],
    };
    let of = |category: &Category| {
        let month = category.months.get(&date.month().to_string()).copied().unwrap_or(1.0);
        let start = if date.day() <= 3 && is_worked { category.month_start } else { 1.0 };
        category.weight * share * month * start
    };
    source.phrases.categories.iter().map(of).collect()
}
