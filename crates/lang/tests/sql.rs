//! Compiled SQL holds no literal and no name from outside, whatever the condition.

use lang::generate::{Generator, env, form_types};
use lang::{Condition, Dialect, JsonColumns};
use serde_json::json;

#[test]
fn literals_are_binds_in_fifty_thousand_conditions() {
    let (types, env) = (form_types(), env());
    let mut generator = Generator::new(3);
    let mut longest = 0;
    for _ in 0..50_000 {
        let document = generator.condition(&types);
        let checked = Condition::parse(&document).expect("structure").check(&types).expect("types");
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let columns = JsonColumns { dialect, document: "t.data".to_owned() };
            let sql = checked.to_sql(dialect, &columns, &env, 3).expect("every field has a column");
            // The generator marks hostile literals.
            assert!(!sql.text.contains("zq") && !sql.text.contains("DROP"), "{document}: {}", sql.text);
            assert!(sql.text.is_ascii(), "{document}: {}", sql.text);
            let found: Vec<usize> = placeholders(&sql.text);
            let expected: Vec<usize> = (3..3 + sql.binds.len()).collect();
            assert_eq!(found, expected, "{document}: {}", sql.text);
            longest = longest.max(sql.text.len());
        }
    }
    assert!(longest > 2_000, "the conditions are too simple: {longest}");
}

/// Numbers of `$n` in the order of the text; JSON paths such as `'$.a'` are none.
fn placeholders(text: &str) -> Vec<usize> {
    let parts = text.split('$').skip(1);
    parts.filter_map(|part| part.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()).collect()
}

#[test]
fn a_hostile_field_never_reaches_sql() {
    for name in ["a`\"';--", "note'--", "note; DROP", "form.note'", "Note", "note.x", "1", "é"] {
        let condition = Condition::parse(&json!({ "f": name, "op": "eq", "v": "x" })).expect("structure");
        assert!(condition.check(&form_types()).is_err(), "{name}");
        // Even types that know the name give no column to it.
        let types = lang::Types::new().with(name, lang::Type::Text);
        let checked = condition.check(&types).expect("known");
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let columns = JsonColumns { dialect, document: "t.data".to_owned() };
            let compiled = checked.to_sql(dialect, &columns, &env(), 1);
            assert_eq!(compiled.is_ok(), name == "note.x", "{name}: {compiled:?}");
        }
    }
}
