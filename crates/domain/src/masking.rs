//! Masks personal data: the shape stays recognisable, the content does not.

use serde_json::Value;

/// Masks one value. Numbers of seven digits and more keep three in front and four behind (two and two when
/// shorter than eleven); an e-mail address keeps its first letter and its domain; other text keeps its first
/// character; anything that is not text is hidden whole.
pub fn mask(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(text) if text.is_empty() => Value::String(String::new()),
        Value::String(text) => Value::String(mask_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(mask).collect()),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Value::String("***".to_owned()),
    }
}

fn mask_text(text: &str) -> String {
    if let Some((name, domain)) = text.split_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    let letters: Vec<char> = text.chars().collect();
    let digits = letters.iter().filter(|letter| letter.is_ascii_digit()).count();
    let (front, back) = match digits {
        11.. => (3, 4),
        7..=10 => (2, 2),
        _ => (1, 0),
    };
    let hidden = letters.len().saturating_sub(front + back);
    let stars = "*".repeat(hidden.clamp(2, 8));
    let head: String = letters.iter().take(front).collect();
    let tail: String = letters.iter().skip(letters.len() - back.min(letters.len())).collect();
    format!("{head}{stars}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_but_the_shape_remains() {
        for (value, expected) in [
            (json!("13812345678"), json!("138****5678")),
            (json!("88001234"), json!("88****34")),
            (json!("li.wei@example.com"), json!("l***@example.com")),
            (json!("王小明"), json!("王**")),
            (json!("王"), json!("王**")),
            (json!("110101199003074578"), json!("110********4578")),
            (json!(["13812345678"]), json!(["138****5678"])),
            (json!({"lat": 31.2}), json!("***")),
            (json!(null), json!(null)),
            (json!(""), json!("")),
        ] {
            assert_eq!(mask(&value), expected, "{value}");
        }
    }
}
