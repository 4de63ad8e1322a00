//! Everything in which the two engines differ, as text.

pub use lang::sql::Dialect;

/// Renders a schema step for one engine.
///
/// `{{bigint}}`, `{{real}}`, `{{text}}` and `{{blob}}` are column types, `{{strict}}` and `{{keyed}}` follow the closing
/// bracket of a table. Lines between `-- only sqlite` or `-- only postgres` and `-- end` belong to one engine.
pub(crate) fn render_schema(dialect: Dialect, step: &str) -> String {
    let mut kept = String::with_capacity(step.len());
    let mut only: Option<bool> = None;
    for line in step.lines() {
        match line.trim() {
            "-- only sqlite" => only = Some(dialect == Dialect::Sqlite),
            "-- only postgres" => only = Some(dialect == Dialect::Postgres),
            "-- end" => only = None,
            _ if only == Some(false) => {}
            _ => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    // Ids and keys must sort the same on both engines, so PostgreSQL compares bytes.
    let tokens = match dialect {
        Dialect::Sqlite => [
            ("{{bigint}}", "INTEGER"),
            ("{{real}}", "REAL"),
            ("{{text}}", "TEXT"),
            ("{{blob}}", "BLOB"),
            ("{{strict}}", " STRICT"),
            ("{{keyed}}", " STRICT, WITHOUT ROWID"),
        ],
        Dialect::Postgres => [
            ("{{bigint}}", "BIGINT"),
            ("{{real}}", "DOUBLE PRECISION"),
            ("{{text}}", "TEXT COLLATE \"C\""),
            ("{{blob}}", "BYTEA"),
            ("{{strict}}", ""),
            ("{{keyed}}", ""),
        ],
    };
    tokens.iter().fold(kept, |text, (token, name)| text.replace(token, name))
}

/// The JSON document in a TEXT column, as the engine's JSON functions want it.
pub(crate) fn json_document(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Sqlite => column.to_owned(),
        Dialect::Postgres => format!("CAST({column} AS JSONB)"),
    }
}

/// `$from, $from+1, …` for a list of `count` values. Lists are padded to no size: texts are not kept prepared.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    let names: Vec<String> = (from..from + count).map(|number| format!("${number}")).collect();
    names.join(", ")
}
