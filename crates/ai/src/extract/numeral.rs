//! Reads numbers as people write them: digits, Chinese numerals, English number words.

/// A number at the start of `chars` and how many characters it takes; at most four digits.
pub(crate) fn number_at(chars: &[char]) -> Option<(u32, usize)> {
    let digits = chars.iter().take_while(|symbol| symbol.is_ascii_digit()).count();
    if digits > 0 {
        let text: String = chars[..digits].iter().collect();
        return (digits <= 4).then(|| text.parse().ok()).flatten().map(|value| (value, digits));
    }
    han_at(chars)
}

/// A Chinese numeral below one thousand.
fn han_at(chars: &[char]) -> Option<(u32, usize)> {
    let (mut total, mut pending, mut length) = (0, None, 0);
    for symbol in chars.iter().take(8) {
        if let Some(digit) = han_digit(*symbol) {
            if pending.is_some() && digit != 0 && pending != Some(0) {
                // Two digits in a row, as in a year or a room number; not a numeral of this kind.
                return None;
            }
            pending = Some(digit);
        } else if let Some(unit) = match symbol {
            '十' => Some(10),
            '百' => Some(100),
            _ => None,
        } {
            total += pending.take().unwrap_or(1).max(1) * unit;
        } else {
            break;
        }
        length += 1;
    }
    (length > 0).then(|| (total + pending.unwrap_or(0), length))
}

fn han_digit(symbol: char) -> Option<u32> {
    Some(match symbol {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// The value of an English number word or ordinal up to twenty.
pub(crate) fn english(word: &str) -> Option<u32> {
    const CARDINALS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    const ORDINALS: [&str; 13] = [
        "ground", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh", "twelfth",
    ];
    let place = |words: &[&str]| words.iter().position(|other| *other == word);
    place(&CARDINALS).or_else(|| place(&ORDINALS)).map(|value| value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_read_as_people_mean_them() {
        let cases = [
            ("12楼", Some((12, 2))),
            ("十", Some((10, 1))),
            ("十二层", Some((12, 2))),
            ("二十", Some((20, 2))),
            ("三十五分", Some((35, 3))),
            ("一百零八", Some((108, 4))),
            ("两点", Some((2, 1))),
            ("20261", None),
            ("二六", None),
            ("楼", None),
        ];
        for (text, wanted) in cases {
            let chars: Vec<char> = text.chars().collect();
            assert_eq!(number_at(&chars), wanted, "{text}");
        }
        assert_eq!(english("third"), Some(3));
        assert_eq!(english("basement"), None);
    }
}
