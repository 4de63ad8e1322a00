//! Cuts a formula into tokens.

use super::{Binary, SyntaxError};
use crate::decimal::{Decimal, parse_scaled};

#[derive(Debug, Clone)]
pub(super) enum Token {
    Number(Decimal),
    Text(String),
    Name(String),
    Operator(Binary),
    Open,
    Close,
    Comma,
}

const MAX_CHARS: usize = 2_000;

/// The tokens with the number of characters before each.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MAX_CHARS {
        return Err(SyntaxError { position: MAX_CHARS, reason: "too long" });
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = chars.get(at) {
        let (token, length) = match first {
            ' ' | '\t' | '\n' | '\r' | '\u{3000}' => {
                at += 1;
                continue;
            }
            '0'..='9' => number(&chars, at)?,
            'a'..='z' | 'A'..='Z' | '_' => name(&chars, at),
            '"' | '\'' => quoted(&chars, at)?,
            _ => symbol(*first, chars.get(at + 1).copied())
                .ok_or(SyntaxError { position: at, reason: "unexpected character" })?,
        };
        found.push((at, token));
        at += length;
    }
    Ok(found)
}

fn number(chars: &[char], start: usize) -> Result<(Token, usize), SyntaxError> {
    let text: String = chars[start..].iter().take_while(|char| char.is_ascii_digit() || **char == '.').collect();
    let scale = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let refused = SyntaxError { position: start, reason: "a number has at most 15 digits, 12 of them decimals" };
    let Some(scale) = u8::try_from(scale).ok().filter(|scale| *scale <= 12) else {
        return Err(refused);
    };
    match parse_scaled(&text, scale) {
        Some(units) => Ok((Token::Number(Decimal { units: i128::from(units), scale }), text.len())),
        None => Err(refused),
    }
}

fn name(chars: &[char], start: usize) -> (Token, usize) {
    let is_part = |char: &&char| char.is_ascii_alphanumeric() || **char == '_' || **char == '.';
    let text: String = chars[start..].iter().take_while(is_part).collect();
    let length = text.len();
    (Token::Name(text), length)
}

fn quoted(chars: &[char], start: usize) -> Result<(Token, usize), SyntaxError> {
    let text: String = chars[start + 1..].iter().take_while(|char| **char != chars[start]).collect();
    let length = text.chars().count();
    if start + 1 + length >= chars.len() {
        return Err(SyntaxError { position: start, reason: "the quotation mark is never closed" });
    }
    Ok((Token::Text(text), length + 2))
}

fn symbol(first: char, second: Option<char>) -> Option<(Token, usize)> {
    let double = match (first, second) {
        ('=', Some('=')) => Some(Binary::Equal),
        ('!', Some('=')) | ('<', Some('>')) => Some(Binary::NotEqual),
        ('<', Some('=')) => Some(Binary::LessOrEqual),
        ('>', Some('=')) => Some(Binary::GreaterOrEqual),
        _ => None,
    };
    if let Some(operator) = double {
        return Some((Token::Operator(operator), 2));
    }
    let token = match first {
        '+' => Token::Operator(Binary::Add),
        '-' | '−' => Token::Operator(Binary::Subtract),
        '*' | '×' => Token::Operator(Binary::Multiply),
        '/' | '÷' => Token::Operator(Binary::Divide),
        '=' => Token::Operator(Binary::Equal),
        '≠' => Token::Operator(Binary::NotEqual),
        '<' => Token::Operator(Binary::Less),
        '≤' => Token::Operator(Binary::LessOrEqual),
        '>' => Token::Operator(Binary::Greater),
        '≥' => Token::Operator(Binary::GreaterOrEqual),
        '(' | '（' => Token::Open,
        ')' | '）' => Token::Close,
        ',' | '，' => Token::Comma,
        _ => return None,
    };
    Some((token, 1))
}
