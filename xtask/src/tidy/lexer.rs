//! Enough of Rust's lexing to tell code from comments and strings.

/// The text with comments and the insides of strings replaced by spaces; line breaks stay.
pub(crate) fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment_end(&chars, at),
            '"' => string_end(&chars, at),
            'r' if starts_raw_string(&chars, at) => raw_string_end(&chars, at),
            '\'' => char_end(&chars, at),
            _ => {
                out.push(chars[at]);
                at += 1;
                continue;
            }
        };
        for &c in &chars[at..end] {
            out.push(if c == '\n' { '\n' } else { ' ' });
        }
        at = end;
    }
    out
}

fn line_end(chars: &[char], from: usize) -> usize {
    let length = chars[from..].iter().position(|&c| c == '\n');
    length.map_or(chars.len(), |length| from + length)
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn starts_raw_string(chars: &[char], at: usize) -> bool {
    let follows_a_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    // `br"…"` is a raw string, too.
    let follows_a_name = follows_a_name && chars[at - 1] != 'b';
    let after = chars[at + 1..].iter().find(|&&c| c != '#');
    !follows_a_name && after == Some(&'"')
}

fn raw_string_end(chars: &[char], from: usize) -> usize {
    let hashes = chars[from + 1..].iter().take_while(|&&c| c == '#').count();
    let mut at = from + hashes + 2;
    while at < chars.len() {
        let closing = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
        if chars[at] == '"' && closing >= hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    chars.len()
}

/// A character literal; a lifetime is only its quote.
fn char_end(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => {
            let closing = chars[(from + 3).min(chars.len())..].iter().position(|&c| c == '\'');
            closing.map_or(chars.len(), |length| from + 3 + length + 1)
        }
        (Some(_), Some('\'')) => from + 3,
        _ => from + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::code_only;

    #[test]
    fn comments_and_strings_vanish_and_code_stays() {
        let squeeze = |text: &str| {
            let words = code_only(text);
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(squeeze("let a = 1; // .await\nlet b;"), "let a = 1; let b;");
        assert_eq!(squeeze("a /* x /* y */ async */ b"), "a b");
        assert_eq!(squeeze(r#"f("say \" async", c)"#), "f( , c)");
        assert_eq!(squeeze(r###"f(r#"a " async"#, c)"###), "f( , c)");
        assert_eq!(squeeze("fn f<'a>(x: &'a str) {}"), "fn f< a>(x: & a str) {}");
        assert_eq!(squeeze(r"match c { '\'' => 1, '\u{1F600}' => 2, 'x' => 3 }"), "match c { => 1, => 2, => 3 }");
    }
}
