//! Runs the vectors that the browser's evaluators run as well.

use lang::{CheckedFormula, Condition, Env, Formula, Problem, Rows, Types};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Conditions {
    types: Types,
    env: Env,
    cases: Vec<ConditionCase>,
    refused: Vec<RefusedCondition>,
}

#[derive(Deserialize)]
struct ConditionCase {
    name: String,
    when: Value,
    r#true: Vec<Value>,
    r#false: Vec<Value>,
    env: Option<Env>,
    old: Option<Value>,
    outer: Option<Value>,
    #[serde(default)]
    changes: bool,
}

#[derive(Deserialize)]
struct RefusedCondition {
    when: Value,
    code: String,
    pointer: String,
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the vectors are part of the crate");
    serde_json::from_str(&text).expect("the vectors have the expected shape")
}

#[test]
fn conditions_agree_with_their_vectors() {
    let vectors: Conditions = read("conditions");
    let mut rows_seen = 0;
    for case in &vectors.cases {
        let mut types = vectors.types.clone();
        if case.changes {
            types = types.with_old_row();
        }
        if case.outer.is_some() {
            types = types.with_outer(vectors.types.clone());
        }
        let condition = Condition::parse(&case.when).expect(&case.name);
        let checked = condition.check(&types).expect(&case.name);
        let env = case.env.as_ref().unwrap_or(&vectors.env);
        for (rows, expected) in [(&case.r#true, true), (&case.r#false, false)] {
            for row in rows {
                let rows = Rows { row, old: case.old.as_ref(), outer: case.outer.as_ref() };
                assert_eq!(checked.evaluate_rows(rows, env), expected, "{}: {row}", case.name);
                rows_seen += 1;
            }
        }
        assert_eq!(Condition::parse(&condition.to_json()), Ok(condition), "{}", case.name);
    }
    assert!(rows_seen >= 250, "{rows_seen}");
}

#[test]
fn faulty_conditions_are_refused_with_code_and_place() {
    let vectors: Conditions = read("conditions");
    for case in vectors.refused {
        let found: Vec<Problem> = match Condition::parse(&case.when) {
            Err(problem) => vec![problem],
            Ok(condition) => condition.check(&vectors.types).err().unwrap_or_default(),
        };
        let found: Vec<(&str, &str)> = found.iter().map(|problem| (problem.code, problem.pointer.as_str())).collect();
        assert_eq!(found, [(case.code.as_str(), case.pointer.as_str())], "{}", case.when);
    }
}

#[derive(Deserialize)]
struct Formulas {
    types: Types,
    env: Env,
    cases: Vec<FormulaCase>,
    refused: Vec<RefusedFormula>,
    syntax: Vec<(String, usize)>,
}

#[derive(Deserialize)]
struct FormulaCase {
    formula: String,
    /// The type of the field that takes the result; without it the natural result counts.
    target: Option<lang::Type>,
    /// The table whose column this is; then rows are rows of that table.
    table: Option<String>,
    outer: Option<Value>,
    results: Vec<(Value, Value)>,
}

#[derive(Deserialize)]
struct RefusedFormula {
    formula: String,
    target: Option<lang::Type>,
    code: String,
}

fn checked(formula: &str, target: Option<&lang::Type>, types: &Types) -> Result<CheckedFormula, Vec<Problem>> {
    let parsed = Formula::parse(formula).expect(formula);
    match target {
        Some(target) => parsed.check_for(types, target),
        None => parsed.check(types),
    }
}

#[test]
fn formulas_agree_with_their_vectors() {
    let vectors: Formulas = read("formulas");
    let mut rows_seen = 0;
    for case in &vectors.cases {
        let types = match &case.table {
            Some(table) => match vectors.types.get(table) {
                Some(lang::Type::Table { fields }) => fields.clone().with_outer(vectors.types.clone()),
                _ => panic!("{table} is no table"),
            },
            None => vectors.types.clone(),
        };
        let formula = checked(&case.formula, case.target.as_ref(), &types).expect(&case.formula);
        for (row, expected) in &case.results {
            let found = formula.evaluate_within(row, case.outer.as_ref(), &vectors.env);
            assert_eq!(&found, expected, "{} with {row}", case.formula);
            rows_seen += 1;
        }
    }
    assert!(rows_seen >= 100, "{rows_seen}");
}

#[test]
fn faulty_formulas_are_refused() {
    let vectors: Formulas = read("formulas");
    for case in vectors.refused {
        let problems = checked(&case.formula, case.target.as_ref(), &vectors.types).expect_err(&case.formula);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [case.code.as_str()], "{}", case.formula);
    }
    for (text, position) in vectors.syntax {
        let error = Formula::parse(&text).expect_err(&text);
        assert_eq!(error.position, position, "{text}: {}", error.reason);
    }
}
