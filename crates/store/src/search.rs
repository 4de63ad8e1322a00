//! Cuts Chinese and English texts into tokens, the same way for both engines.
//!
//! A run of CJK characters becomes its overlapping pairs and its last character; anything else alphanumeric becomes a
//! word in lower case. So two neighbouring characters are always found, a longer word is a phrase of pairs, and a
//! single character is the beginning of a pair. There is no dictionary that could age.

use domain::id::TenantId;

/// Raised whenever tokens change, so that a job can find what to index again.
pub const SEGMENTER: i64 = 1;

/// PostgreSQL keeps no positions beyond this.
const MAX_TOKENS: usize = 16_000;
/// PostgreSQL takes no vector beyond a million bytes; each token brings its quotes and its position.
const MAX_BYTES: usize = 600_000;
/// Neither engine needs longer words.
const MAX_WORD_CHARS: usize = 60;

/// Something to look for: tokens side by side; the last one may be a beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    tokens: Vec<String>,
    open: bool,
}

/// The tokens of a document; the tenant's own token comes first, so that hits of others never count.
pub(crate) fn document(tenant: TenantId, text: &str) -> Vec<String> {
    let mut tokens = vec![tenant_token(tenant)];
    for run in runs(text) {
        run.push_tokens(&mut tokens, true);
        if tokens.len() >= MAX_TOKENS {
            break;
        }
    }
    tokens.truncate(MAX_TOKENS);
    let mut bytes = 0;
    let mut fits = |token: &String| {
        bytes += token.len() + 10;
        bytes <= MAX_BYTES
    };
    let kept = tokens.iter().take_while(|token| fits(token)).count();
    tokens.truncate(kept);
    tokens
}

/// A query for FTS5; `None` when there is nothing to look for.
pub(crate) fn query(tenant: TenantId, words: &str) -> Option<String> {
    let phrases = phrases(words);
    if phrases.is_empty() {
        return None;
    }
    // Tokens are alphanumeric, so quotes cannot be closed from inside.
    let mut parts = vec![format!("\"{}\"", tenant_token(tenant))];
    parts.extend(phrases.iter().map(|phrase| {
        let star = if phrase.open { "*" } else { "" };
        format!("\"{}\"{star}", phrase.tokens.join(" "))
    }));
    Some(parts.join(" AND "))
}

/// Whether a query for these words would find a document of this text: what both engines do, for one text in memory.
pub fn matches(text: &str, words: &str) -> bool {
    let mut tokens = Vec::new();
    for run in runs(text) {
        run.push_tokens(&mut tokens, true);
    }
    let phrases = phrases(words);
    let stands_at = |phrase: &Phrase, start: usize| {
        let last = phrase.tokens.len() - 1;
        phrase.tokens.iter().enumerate().all(|(index, token)| match tokens.get(start + index) {
            Some(found) if index == last && phrase.open => found.starts_with(token.as_str()),
            found => found == Some(token),
        })
    };
    !phrases.is_empty()
        && phrases
            .iter()
            .all(|phrase| !phrase.tokens.is_empty() && (0..tokens.len()).any(|start| stands_at(phrase, start)))
}

/// A query for `tsquery`; `None` when there is nothing to look for.
pub(crate) fn tsquery(tenant: TenantId, words: &str) -> Option<String> {
    let phrases = phrases(words);
    if phrases.is_empty() {
        return None;
    }
    let mut parts = vec![format!("'{}'", tenant_token(tenant))];
    parts.extend(phrases.iter().map(|phrase| {
        let star = if phrase.open { ":*" } else { "" };
        let tokens: Vec<String> = phrase.tokens.iter().map(|token| format!("'{token}'")).collect();
        format!("({}{star})", tokens.join(" <-> "))
    }));
    Some(parts.join(" & "))
}

/// The tokens of a text that say most, for finding others like it: a query that any of them satisfies.
pub(crate) fn any_of(tenant: TenantId, text: &str, postgres: bool) -> Option<String> {
    const MOST: usize = 24;
    let mut tokens = document(tenant, text);
    tokens.remove(0);
    // One character says too little.
    tokens.retain(|token| token.chars().count() > 1);
    tokens.sort();
    tokens.dedup();
    tokens.truncate(MOST);
    if tokens.is_empty() {
        return None;
    }
    let quote = if postgres { '\'' } else { '"' };
    let quoted: Vec<String> = tokens.iter().map(|token| format!("{quote}{token}{quote}")).collect();
    let own = tenant_token(tenant);
    Some(match postgres {
        true => format!("'{own}' & ({})", quoted.join(" | ")),
        false => format!("\"{own}\" AND ({})", quoted.join(" OR ")),
    })
}

/// The document as a `tsvector` literal, so that no server-side parser or locale touches the text.
pub(crate) fn tsvector(tokens: &[String]) -> String {
    let mut vector = String::with_capacity(tokens.len() * 16);
    for (position, token) in tokens.iter().enumerate() {
        vector.push_str(&format!("'{token}':{} ", position + 1));
    }
    vector
}

fn tenant_token(tenant: TenantId) -> String {
    tenant.to_string().replace('_', "")
}

/// Terms are separated by spaces, or held together by double quotes.
fn phrases(words: &str) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for (index, part) in words.split('"').enumerate() {
        if index % 2 == 1 {
            phrases.extend(phrase(part));
        } else {
            phrases.extend(part.split_whitespace().filter_map(phrase));
        }
    }
    phrases.truncate(16);
    phrases
}

fn phrase(term: &str) -> Option<Phrase> {
    let runs = runs(term);
    let last = runs.len().checked_sub(1)?;
    let mut tokens = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        // The document may go on behind the last run, so its closing single character must not be asked for.
        run.push_tokens(&mut tokens, index < last);
    }
    tokens.truncate(32);
    let open = !(runs[last].cjk && runs[last].text.chars().count() > 1);
    Some(Phrase { tokens, open })
}

struct Run {
    cjk: bool,
    text: String,
}

impl Run {
    fn push_tokens(&self, tokens: &mut Vec<String>, closed: bool) {
        if !self.cjk {
            tokens.push(self.text.chars().take(MAX_WORD_CHARS).collect());
            return;
        }
        let chars: Vec<char> = self.text.chars().collect();
        tokens.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        if (closed || chars.len() == 1)
            && let Some(last) = chars.last()
        {
            tokens.push(last.to_string());
        }
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for letter in text.chars().flat_map(fold) {
        if !letter.is_alphanumeric() {
            open = false;
            continue;
        }
        let cjk = is_cjk(letter);
        match runs.last_mut() {
            Some(run) if open && run.cjk == cjk => run.text.push(letter),
            _ => runs.push(Run { cjk, text: letter.to_string() }),
        }
        open = true;
    }
    runs
}

/// Lower case; full-width Latin as its usual form.
fn fold(letter: char) -> impl Iterator<Item = char> {
    let letter = match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    letter.to_lowercase()
}

const fn is_cjk(letter: char) -> bool {
    matches!(
        letter,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        document(TenantId::from_u128(0), text)[1..].join(" ")
    }

    fn asked(words: &str) -> String {
        let all = query(TenantId::from_u128(0), words).unwrap_or_default();
        all.split_once(" AND ").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    }

    #[test]
    fn texts_are_cut_into_pairs_and_words() {
        for (text, expected) in [
            ("打印机卡纸", "打印 印机 机卡 卡纸 纸"),
            ("3号楼AHU-3-07漏水", "3 号楼 楼 ahu 3 07 漏水 水"),
            ("Ｅ０４ 故障！", "e04 故障 障"),
            ("Paper jam, HP M404dn", "paper jam hp m404dn"),
            ("水", "水"),
            ("’; DROP \"x\" *", "drop x"),
            ("", ""),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn words_become_phrases() {
        for (words, expected) in [
            ("打印机", "\"打印 印机\""),
            ("打印机E04", "\"打印 印机 机 e04\"*"),
            ("水", "\"水\"*"),
            ("jam 卡纸", "\"jam\"* AND \"卡纸\""),
            ("\"paper jam\"", "\"paper jam\"*"),
            ("* OR \" ) NEAR(", "\"or\"* AND \"near\"*"),
            ("--", ""),
        ] {
            assert_eq!(asked(words), expected, "{words}");
        }
    }

    #[test]
    fn one_text_is_searched_as_the_engines_search_many() {
        let text = "WX-00042 打印机E04卡纸 Paper jam";
        for (words, expected) in [
            ("打印机", true),
            ("印机e04", true),
            ("打印机 jam", true),
            ("\"paper jam\"", true),
            ("pap", true),
            ("WX-00042", true),
            ("卡", true),
            ("打机", false),
            ("打印机 漏水", false),
            ("\"jam paper\"", false),
            ("aper", false),
            ("--", false),
            ("", false),
        ] {
            assert_eq!(matches(text, words), expected, "{words}");
        }
    }

    #[test]
    fn a_token_never_needs_escaping() {
        let hostile = "a'b\\c\"d:*&|!<->()e%_\0f\u{200b}g";
        for token in document(TenantId::from_u128(7), hostile) {
            assert!(token.chars().all(char::is_alphanumeric), "{token}");
        }
    }
}
