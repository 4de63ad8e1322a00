//! Phone numbers and e-mail addresses in canonical form.

/// The digits of a phone number, `+` kept in front; separators that people write are dropped.
pub(super) fn phone(text: &str) -> Option<String> {
    let mut found = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '0'..='9' => found.push(character),
            '０'..='９' => found.push(char::from(b'0' + u8::try_from(u32::from(character) - u32::from('０')).ok()?)),
            '+' | '＋' if found.is_empty() => found.push('+'),
            ' ' | '-' | '－' | '(' | ')' | '（' | '）' | '.' | '/' => {}
            _ => return None,
        }
    }
    let digits = found.trim_start_matches('+').len();
    (3..=15).contains(&digits).then_some(found)
}

/// The address with its domain in lower case.
pub(super) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let plain =
        |character: char| !(character.is_whitespace() || character.is_control() || "@,;<>()[]\"\\".contains(character));
    let local_is_sound = (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_is_sound = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|character| character.is_alphanumeric() || character == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let sound = local_is_sound && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label_is_sound);
    sound.then(|| format!("{local}@{}", domain.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_lose_their_separators() {
        let cases = [
            ("138 1234 5678", Some("13812345678")),
            ("+86 (010) 6552-9988", Some("+8601065529988")),
            ("（０１０）６５５２９９８８", Some("01065529988")),
            ("110", Some("110")),
            ("12", None),
            ("1381234567890123", None),
            ("138-1234-567x", None),
            ("1+3", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(phone(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_need_a_name_and_a_domain() {
        let cases = [
            (" Li.Wei@Example.COM ", Some("Li.Wei@example.com")),
            ("a+b@mail.例子.cn", Some("a+b@mail.例子.cn")),
            ("a@b", None),
            ("@b.cn", None),
            ("a@@b.cn", None),
            ("a b@c.cn", None),
            (".a@b.cn", None),
            ("a..c@b.cn", None),
            ("a@-b.cn", None),
            ("a@b..cn", None),
            ("a@b.cn, c@d.cn", None),
        ];
        for (text, expected) in cases {
            assert_eq!(email(text).as_deref(), expected, "{text}");
        }
    }
}
