//! The `ai` commands on small files, as outsiders call them.

use std::fs;
use std::path::Path;

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    ai: AiArgs,
}

fn gongdan_ai(args: &[&str]) -> ExitCode {
    let words = std::iter::once("ai").chain(args.iter().copied());
    run(Cli::try_parse_from(words).expect("valid arguments").ai).expect("only prints its errors")
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a plain path").to_owned()
}

fn write_lines(path: &str) {
    let mut lines = String::new();
    for number in 0..20 {
        lines
            .push_str(&format!("{{\"id\":{number},\"text\":\"水管漏水{number}\",\"label\":\"水\",\"team\":\"甲\"}}\n"));
        lines.push_str(&format!("{{\"id\":\"n{number}\",\"text\":\"断网{number}\",\"label\":\"网\",\"team\":null}}\n"));
    }
    fs::write(path, lines).expect("writes");
}

#[test]
fn a_model_is_trained_saved_loaded_and_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, model) = (at(folder.path(), "train.jsonl"), at(folder.path(), "model"));
    write_lines(&data);
    assert_eq!(gongdan_ai(&["train", "--task", "classify", "--data", &data, "--model", &model]), ExitCode::SUCCESS);
    let (loaded, meta) = load(Path::new(&model), Task::Classify).expect("loads");
    let measured = figures(&loaded, &meta, &read_rows(Path::new(&data)).expect("reads")).expect("measures");
    assert_eq!(measured["accuracy"], 1.0);
    for name in ["macro_f1", "ece", "coverage_at_95", "train_seconds", "micros_per_doc"] {
        assert!(measured[name].is_number(), "{name}");
    }
    assert!(load(Path::new(&model), Task::Extract).is_err(), "a model serves its own task only");

    let binary = Path::new(&model).join("model.bin");
    let mut bytes = fs::read(&binary).expect("reads");
    bytes[40] ^= 1;
    fs::write(&binary, bytes).expect("writes");
    assert_eq!(gongdan_ai(&["eval", "--task", "classify", "--data", &data, "--model", &model]), ExitCode::FAILURE);
}

#[test]
fn tasks_to_come_and_unusable_data_have_their_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, model) = (at(folder.path(), "train.jsonl"), at(folder.path(), "model"));
    let train = |task: &str| gongdan_ai(&["train", "--task", task, "--data", &data, "--model", &model]);
    assert_eq!(train("burst"), ExitCode::from(2));
    assert_eq!(train("classify"), ExitCode::FAILURE, "there is no such file");
    fs::write(&data, "{\"id\":1,\"text\":\"a\"}\nnope\n").expect("writes");
    let error = read_rows(Path::new(&data)).err().expect("refused");
    assert!(error.to_string().contains("train.jsonl:2: not JSON"), "{error}");
    write_lines(&data);
    let only_one_class = ["train", "--task", "classify", "--data", &data, "--target", "team", "--model", &model];
    assert_eq!(gongdan_ai(&only_one_class), ExitCode::FAILURE);
}

#[test]
fn the_target_is_never_a_feature() {
    let fields = json!({"title": "a", "text": "b", "team": "c", "closed": "later"});
    let row = Row { id: json!(1), fields: fields.as_object().expect("an object").clone() };
    let known = known_at_opening(&row, &["team".to_owned()], "title");
    assert_eq!((known.title.as_str(), known.text.as_str()), ("", "b"));
    assert_eq!(known.fields, [("team".to_owned(), "c".to_owned())]);
}
