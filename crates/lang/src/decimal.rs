//! Decimal numbers: scaled integers for stored values, and exact arithmetic for formulas.

use std::cmp::Ordering;

/// Stored numbers have at most 15 digits, so that JavaScript holds them exactly.
pub(crate) const MAX_STORED: i64 = 999_999_999_999_999;
/// Multiplication and division keep this many decimals.
const WORK_SCALE: u8 = 12;
/// No intermediate integer of a formula may reach this size; a larger one makes the result missing.
const WORK_LIMIT: i128 = 10_i128.pow(38);

/// Reads a decimal text as an integer scaled by `scale` digits; `None` when it has more decimals or is too large.
pub fn parse_scaled(text: &str, scale: u8) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, decimals) = match point {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, &[][..]),
    };
    if whole.is_empty() || (point.is_some() && decimals.is_empty()) {
        return None;
    }
    let mut value = 0_i64;
    for byte in whole {
        value = push_digit(value, *byte)?;
    }
    for at in 0..usize::from(scale).max(decimals.len()) {
        let byte = decimals.get(at).copied().unwrap_or(b'0');
        if at < usize::from(scale) {
            value = push_digit(value, byte)?;
        } else if byte != b'0' {
            return None;
        }
    }
    Some(if negative { -value } else { value })
}

fn push_digit(value: i64, byte: u8) -> Option<i64> {
    let next = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    (next <= MAX_STORED).then_some(next)
}

/// Scales a JSON number; exact for every number of at most 15 digits.
pub(crate) fn scale_float(number: f64, scale: u8) -> Option<i64> {
    let factor = 10_f64.powi(i32::from(scale));
    let scaled = (number * factor).round();
    // Dividing back rounds correctly, so equality proves that no digit was lost.
    #[expect(clippy::float_cmp, reason = "exactness is the question")]
    let exact = scaled / factor == number;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "both sides are below 2^53")]
    let fits = (scaled.abs() <= MAX_STORED as f64).then_some(scaled as i64);
    fits.filter(|_| exact)
}

/// Writes a scaled integer with exactly `scale` decimals, the form in which data is stored.
pub fn format_scaled(value: i64, scale: u8) -> String {
    Decimal { units: i128::from(value), scale }.to_string()
}

/// `units` / 10^`scale`
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    pub units: i128,
    pub scale: u8,
}

impl Decimal {
    pub const ZERO: Self = Self { units: 0, scale: 0 };

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.align(other)?;
        limited(left.checked_add(right)?, scale)
    }

    pub(crate) fn negate(self) -> Self {
        Self { units: -self.units, scale: self.scale }
    }

    pub(crate) fn multiply(self, other: Self) -> Option<Self> {
        let exact = limited(self.units.checked_mul(other.units)?, self.scale + other.scale)?;
        if exact.scale > WORK_SCALE { exact.round(WORK_SCALE) } else { Some(exact) }
    }

    /// The quotient to 12 decimals, halves away from zero.
    pub(crate) fn divide(self, other: Self) -> Option<Self> {
        if other.units == 0 {
            return None;
        }
        let wanted = WORK_SCALE + other.scale;
        let numerator = Self { units: self.units, scale: 0 }.widen(wanted.checked_sub(self.scale)?)?;
        limited(divide_rounded(numerator.units, other.units), WORK_SCALE)
    }

    /// The same number with exactly `scale` decimals, halves away from zero.
    pub(crate) fn round(self, scale: u8) -> Option<Self> {
        if scale >= self.scale {
            return self.widen(scale - self.scale);
        }
        let divisor = 10_i128.pow(u32::from(self.scale - scale));
        limited(divide_rounded(self.units, divisor), scale)
    }

    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.align(other)?;
        Some(left.cmp(&right))
    }

    /// The stored integer at `scale`, unless it has more than 15 digits.
    pub(crate) fn stored(self, scale: u8) -> Option<i64> {
        let units = i64::try_from(self.round(scale)?.units).ok()?;
        (units.abs() <= MAX_STORED).then_some(units)
    }

    fn widen(self, by: u8) -> Option<Self> {
        limited(self.units.checked_mul(10_i128.checked_pow(u32::from(by))?)?, self.scale + by)
    }

    fn align(self, other: Self) -> Option<(i128, i128, u8)> {
        let scale = self.scale.max(other.scale);
        Some((self.round(scale)?.units, other.round(scale)?.units, scale))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let factor = 10_u128.pow(u32::from(self.scale));
        let units = self.units.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{units}");
        }
        write!(f, "{sign}{}.{:0width$}", units / factor, units % factor, width = usize::from(self.scale))
    }
}

fn limited(units: i128, scale: u8) -> Option<Decimal> {
    (units.abs() < WORK_LIMIT).then_some(Decimal { units, scale })
}

/// Division with halves away from zero.
fn divide_rounded(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    // `rest` is smaller than the denominator, so its complement cannot overflow where doubling could.
    if rest.unsigned_abs() < denominator.unsigned_abs() - rest.unsigned_abs() {
        return quotient;
    }
    if (numerator < 0) == (denominator < 0) { quotient + 1 } else { quotient - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_scale_exactly_or_not_at_all() {
        let cases = [
            ("5000.00", 2, Some(500_000)),
            ("5000", 2, Some(500_000)),
            ("5000.010", 2, Some(500_001)),
            ("5000.001", 2, None),
            ("-0.5", 2, Some(-50)),
            ("-0", 0, Some(0)),
            ("007", 0, Some(7)),
            ("999999999999999", 0, Some(MAX_STORED)),
            ("1000000000000000", 0, None),
            ("9999999999999.99", 2, Some(MAX_STORED)),
            ("10000000000000.00", 2, None),
            ("", 0, None),
            ("-", 0, None),
            (".5", 1, None),
            ("5.", 1, None),
            ("+5", 0, None),
            ("1e3", 0, None),
            (" 5", 0, None),
            ("５", 0, None),
        ];
        for (text, scale, expected) in cases {
            assert_eq!(parse_scaled(text, scale), expected, "{text}");
        }
    }

    #[test]
    fn floats_scale_exactly_or_not_at_all() {
        for units in (0..MAX_STORED).step_by(7_777_777_777_777) {
            let text = format_scaled(units, 2);
            let number: f64 = text.parse().expect("number");
            assert_eq!(scale_float(number, 2), Some(units), "{text}");
            assert_eq!(parse_scaled(&text, 2), Some(units));
        }
        for (number, scale, expected) in
            [(0.1, 0, None), (0.1, 1, Some(1)), (2.675, 2, None), (1e15, 0, None), (f64::NAN, 2, None)]
        {
            assert_eq!(scale_float(number, scale), expected, "{number}");
        }
    }

    #[test]
    fn division_rounds_halves_away_from_zero() {
        for (numerator, denominator, expected) in
            [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (7, 3, 2), (8, 3, 3), (1, 3, 0), (0, 9, 0)]
        {
            assert_eq!(divide_rounded(numerator, denominator), expected, "{numerator}/{denominator}");
        }
    }
}
