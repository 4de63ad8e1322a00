//! The four evaluators of conditions against each other: memory, browser, SQLite, PostgreSQL.
//!
//! Seeded conditions meet seeded rows; every pair must get the same answer everywhere. Fields are where the store
//! keeps them: system fields in columns, filterable ones in the side table, the rest in JSON.

#[path = "../../testkit/src/postgres.rs"]
#[expect(dead_code, unreachable_pub, reason = "`testkit` owns the file; this test needs a part of it")]
mod postgres;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use lang::generate::{Generator, Quality, env, form_types};
use lang::{Bind, Checked, Condition, Dialect, Formula, Rows, Type, Types};
use serde_json::{Value, json};
use store::TicketColumns;

const ROWS: usize = 250;
const CONDITIONS: usize = 420;

/// Answers for all rows, as a text of 0 and 1.
type Answers = String;

#[test]
fn fields_in_json_answer_the_same_everywhere() {
    let types = form_types();
    let mut generator = Generator::new(11);
    let rows: Vec<Value> = (0..ROWS).map(|_| generator.row(&types, Quality::Stored)).collect();
    compare_all(&mut generator, &types, &rows, &BTreeSet::new());
}

#[test]
fn fields_in_columns_and_side_table_answer_the_same_everywhere() {
    let mut types = domain::ticket::system_types();
    for (path, kind) in form_types().iter() {
        types.insert(path, kind.clone());
    }
    let indexed = ["note", "total", "limit", "day", "at", "urgent", "cat", "tags", "engineer", "unit", "part"];
    let indexed = indexed.map(str::to_owned).into();
    let mut generator = Generator::new(12);
    let rows: Vec<Value> = (0..ROWS).map(|_| generator.row(&types, Quality::Canonical)).collect();
    compare_all(&mut generator, &types, &rows, &indexed);
}

#[test]
fn unsent_answers_mean_the_same_on_the_page_and_in_memory() {
    let types = form_types().with_old_row();
    let mut generator = Generator::new(13);
    let rows: Vec<Value> = (0..ROWS).map(|_| generator.row(&types, Quality::Wild)).collect();
    let conditions: Vec<Value> = (0..CONDITIONS).map(|_| generator.condition(&types)).collect();
    let page = ask_browser(&types, &rows, conditions.iter().map(|when| json!({ "when": when })));
    for (document, page) in conditions.iter().zip(page) {
        expect_same(document, &rows, &[("memory", in_memory(&checked(document, &types), &rows)), ("browser", page)]);
    }
}

#[test]
fn formulas_give_the_same_on_the_page_and_in_memory() {
    let types = form_types();
    let mut generator = Generator::new(14);
    let rows: Vec<Value> = (0..100).map(|_| generator.row(&types, Quality::Wild)).collect();
    let target = json!({ "type": "money", "scale": 2 });
    let formulas: Vec<(String, Value)> = (0..2_000)
        .map(|at| {
            let formula = generator.formula();
            let is_number = Formula::parse(&formula)
                .is_ok_and(|parsed| parsed.check(&types).expect(&formula).kind() == lang::Kind::Number);
            (formula, if is_number && at % 2 == 0 { target.clone() } else { Value::Null })
        })
        .collect();
    let page = ask_browser(
        &types,
        &rows,
        formulas.iter().map(|(formula, target)| json!({ "formula": formula, "target": target })),
    );
    let mut present = 0;
    for ((formula, target), page) in formulas.iter().zip(page) {
        let parsed = Formula::parse(formula).expect(formula);
        let checked = match serde_json::from_value::<Type>(target.clone()) {
            Ok(target) => parsed.check_for(&types, &target),
            Err(_) => parsed.check(&types),
        };
        let checked = checked.expect(formula);
        let page: Vec<Value> = serde_json::from_str(&page).expect("a list of results");
        for (row, page) in rows.iter().zip(page) {
            let memory = checked.evaluate(row, &env());
            assert_eq!(memory, page, "{formula} over {row}");
            present += usize::from(!memory.is_null());
        }
    }
    assert!(present > 20_000, "hardly any formula has a result: {present}");
}

fn compare_all(generator: &mut Generator, types: &Types, rows: &[Value], indexed: &BTreeSet<String>) {
    let documents: Vec<Value> = (0..CONDITIONS).map(|_| generator.condition(types)).collect();
    let conditions: Vec<Checked> = documents.iter().map(|document| checked(document, types)).collect();
    let page = ask_browser(types, rows, documents.iter().map(|when| json!({ "when": when })));
    let sqlite = in_sqlite(&conditions, types, rows, indexed);
    let postgres = in_postgres(&conditions, types, rows, indexed);
    let mut yes = 0;
    let answers = conditions.iter().zip(page).zip(sqlite).zip(postgres);
    for (document, (((condition, page), sqlite), postgres)) in documents.iter().zip(answers) {
        let memory = in_memory(condition, rows);
        yes += memory.matches('1').count();
        expect_same(
            document,
            rows,
            &[("memory", memory), ("browser", page), ("SQLite", sqlite), ("PostgreSQL", postgres)],
        );
    }
    let pairs = documents.len() * rows.len();
    assert!(pairs >= 100_000, "too few pairs: {pairs}");
    assert!((pairs / 5..pairs * 4 / 5).contains(&yes), "one-sided: {yes} of {pairs} are true");
}

fn checked(document: &Value, types: &Types) -> Checked {
    Condition::parse(document)
        .expect("structure")
        .check(types)
        .unwrap_or_else(|problems| panic!("{document}: {problems:?}"))
}

fn expect_same(document: &Value, rows: &[Value], answers: &[(&str, Answers)]) {
    let (_, first) = &answers[0];
    for (name, answer) in answers {
        assert_eq!(answer.len(), rows.len(), "{name} answered {} rows", answer.len());
        let different = first.bytes().zip(answer.bytes()).position(|(left, right)| left != right);
        if let Some(at) = different {
            let all: Vec<String> =
                answers.iter().map(|(name, answer)| format!("{name} {}", &answer[at..=at])).collect();
            panic!("{document}\nover {}\n{}", rows[at], all.join(", "));
        }
    }
}

fn in_memory(condition: &Checked, rows: &[Value]) -> Answers {
    let env = env();
    let answer = |(at, row): (usize, &Value)| {
        let old = rows.get((at + 1) % rows.len());
        condition.evaluate_rows(Rows { row, old, outer: None }, &env)
    };
    rows.iter().enumerate().map(answer).map(|is_true| if is_true { '1' } else { '0' }).collect()
}

/// One line of answers for each question, from the TypeScript evaluators.
fn ask_browser(types: &Types, rows: &[Value], questions: impl Iterator<Item = Value>) -> Vec<String> {
    let folder = env!("CARGO_MANIFEST_DIR");
    let mut input = tempfile::tempfile().expect("a temporary file");
    let world = json!({ "world": { "types": types, "env": env(), "rows": rows } });
    for line in std::iter::once(world).chain(questions) {
        writeln!(input, "{line}").expect("a written line");
    }
    std::io::Seek::rewind(&mut input).expect("the start of the file");
    let node = Command::new("node")
        .args([format!("{folder}/tests/conditions/evaluate.mjs"), format!("{folder}/../../web")])
        .stdin(Stdio::from(input))
        .stderr(Stdio::inherit())
        .output()
        .expect("Node runs");
    assert!(node.status.success(), "the page's evaluators run once `npm ci` was done in web/");
    String::from_utf8(node.stdout).expect("text").lines().map(str::to_owned).collect()
}

const TABLES: &str = "
    CREATE TABLE ticket (tenant_id TEXT, id TEXT, data TEXT, number TEXT, form TEXT, title TEXT, status TEXT,
        priority BIGINT, category TEXT, owner_id TEXT, team_id TEXT, requester_id TEXT, org_id TEXT, place_id TEXT,
        asset_id TEXT, created_at BIGINT, updated_at BIGINT, solved_at BIGINT, closed_at BIGINT, due_at BIGINT);
    CREATE TABLE ticket_field (tenant_id TEXT, ticket_id TEXT, field TEXT, text_value TEXT, number_value BIGINT);
    CREATE TABLE org_unit (tenant_id TEXT, id TEXT, path TEXT);";

/// A column value as every engine takes it.
#[derive(Debug, Clone)]
enum Cell {
    Text(Option<String>),
    Int(Option<i64>),
}

/// The rows to insert: statement and values.
fn inserts(types: &Types, rows: &[Value], indexed: &BTreeSet<String>) -> Vec<(String, Vec<Cell>)> {
    let mut all = Vec::new();
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    for (id, path) in env().org_paths.iter() {
        all.push(("INSERT INTO org_unit VALUES ($1, $2, $3)".to_owned(), vec![text("t"), text(id), text(path)]));
    }
    for (at, row) in rows.iter().enumerate() {
        let id = format!("{at:05}");
        let columns = domain::ticket::SYSTEM_FIELDS.map(|field| match types.get(field.id) {
            Some(kind) => cell(kind, row.get(field.id)),
            None => Cell::Text(None),
        });
        let numbers = ["priority", "created_at", "updated_at", "solved_at", "closed_at", "due_at"];
        let named: Vec<(String, Cell)> = domain::ticket::SYSTEM_FIELDS
            .iter()
            .zip(columns)
            .map(|(field, cell)| {
                let cell = if numbers.contains(&field.id) && matches!(cell, Cell::Text(None)) {
                    Cell::Int(None)
                } else {
                    cell
                };
                (column_name(field.id), cell)
            })
            .collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (4..4 + names.len()).map(|number| format!("${number}")).collect();
        let statement = format!(
            "INSERT INTO ticket (tenant_id, id, data, {}) VALUES ($1, $2, $3, {})",
            names.join(", "),
            places.join(", ")
        );
        let mut cells = vec![text("t"), text(&id), text(&row.to_string())];
        cells.extend(named.into_iter().map(|(_, cell)| cell));
        all.push((statement, cells));
        for field in indexed {
            let kind = types.get(field).expect("an indexed field is a field");
            let items = match row.get(field) {
                Some(Value::Array(items)) => items.clone(),
                Some(single) => vec![single.clone()],
                None => Vec::new(),
            };
            for item in items {
                let (words, number) = match cell(kind, Some(&item)) {
                    Cell::Int(number) => (Cell::Text(None), Cell::Int(number)),
                    words @ Cell::Text(_) => (words, Cell::Int(None)),
                };
                let statement = "INSERT INTO ticket_field VALUES ($1, $2, $3, $4, $5)".to_owned();
                all.push((statement, vec![text("t"), text(&id), text(field), words, number]));
            }
        }
    }
    all
}

fn cell(kind: &Type, value: Option<&Value>) -> Cell {
    let words = || value.and_then(Value::as_str).map(str::to_owned);
    match kind {
        Type::Number { scale } | Type::Money { scale } => {
            Cell::Int(value.and_then(|value| lang::scaled(value, *scale)))
        }
        Type::DateTime => Cell::Int(words().as_deref().and_then(lang::parse_instant)),
        Type::Bool => Cell::Text(value.map(Value::to_string)),
        _ => Cell::Text(words()),
    }
}

fn column_name(field: &str) -> String {
    match field {
        "type" => "form".to_owned(),
        "owner" | "team" | "requester" | "org" | "place" | "asset" => format!("{field}_id"),
        other => other.to_owned(),
    }
}

fn statement(condition: &Checked, dialect: Dialect, indexed: &BTreeSet<String>) -> (String, Vec<Cell>) {
    let sql =
        condition.to_sql(dialect, &TicketColumns { dialect, indexed }, &env(), 2).expect("every field has a column");
    assert!(!sql.text.contains("zq"), "a literal is in the text: {}", sql.text);
    let mut cells = vec![Cell::Text(Some("t".to_owned()))];
    cells.extend(sql.binds.into_iter().map(|bind| match bind {
        Bind::Text(text) => Cell::Text(Some(text)),
        Bind::Int(number) => Cell::Int(Some(number)),
    }));
    (format!("SELECT t.id FROM ticket t WHERE t.tenant_id = $1 AND {}", sql.text), cells)
}

fn answers(rows: usize, found: impl Iterator<Item = String>) -> Answers {
    let mut answers = vec![b'0'; rows];
    for id in found {
        answers[id.parse::<usize>().expect("a row's number")] = b'1';
    }
    String::from_utf8(answers).expect("digits")
}

fn in_sqlite(conditions: &[Checked], types: &Types, rows: &[Value], indexed: &BTreeSet<String>) -> Vec<Answers> {
    let database = rusqlite::Connection::open_in_memory().expect("a database");
    database.execute_batch(TABLES).expect("tables");
    let bind = |cells: Vec<Cell>| {
        rusqlite::params_from_iter(cells.into_iter().map(|cell| match cell {
            Cell::Text(text) => text.map_or(rusqlite::types::Value::Null, rusqlite::types::Value::Text),
            Cell::Int(number) => number.map_or(rusqlite::types::Value::Null, rusqlite::types::Value::Integer),
        }))
    };
    for (statement, cells) in inserts(types, rows, indexed) {
        database.prepare_cached(&numbered(&statement)).expect("statement").execute(bind(cells)).expect("a row");
    }
    let ask = |condition: &Checked| {
        let (text, cells) = statement(condition, Dialect::Sqlite, indexed);
        let mut prepared = database.prepare(&numbered(&text)).unwrap_or_else(|error| panic!("{error}: {text}"));
        let found = prepared.query_map(bind(cells), |row| row.get::<_, String>(0)).expect("a query");
        answers(rows.len(), found.map(|id| id.unwrap_or_else(|error| panic!("{error}: {text}"))))
    };
    conditions.iter().map(ask).collect()
}

/// SQLite takes `$1` for a name; `?1` is a number.
fn numbered(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let is_number = character == '$' && rest.peek().is_some_and(char::is_ascii_digit);
        found.push(if is_number { '?' } else { character });
    }
    found
}

#[tokio::main(flavor = "current_thread")]
async fn in_postgres(
    conditions: &[Checked],
    types: &Types,
    rows: &[Value],
    indexed: &BTreeSet<String>,
) -> Vec<Answers> {
    let (_server, url) = match std::env::var(postgres::SHARED) {
        Ok(url) => (None, url),
        Err(_) => {
            let server = postgres::Server::start(postgres::Durability::None).expect("PostgreSQL starts");
            let url = server.url();
            (Some(server), url)
        }
    };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    // Temporary tables are this connection's own, so a shared server stays clean.
    let tables = TABLES.replace("CREATE TABLE", "CREATE TEMPORARY TABLE");
    client.batch_execute(&tables).await.expect("tables");
    for (statement, cells) in inserts(types, rows, indexed) {
        client.execute(&statement, &borrowed(&cells)).await.expect("a row");
    }
    let mut all = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let (text, cells) = statement(condition, Dialect::Postgres, indexed);
        let found = client.query(&text, &borrowed(&cells)).await.unwrap_or_else(|error| panic!("{error:?}: {text}"));
        all.push(answers(rows.len(), found.iter().map(|row| row.get(0))));
    }
    all
}

fn borrowed(cells: &[Cell]) -> Vec<&(dyn tokio_postgres::types::ToSql + Sync)> {
    cells.iter().map(borrow).collect()
}

fn borrow(cell: &Cell) -> &(dyn tokio_postgres::types::ToSql + Sync) {
    match cell {
        Cell::Text(text) => text,
        Cell::Int(number) => number,
    }
}
