//! Layers, unknown keys, secrets.

use std::path::Path;

use super::{Loaded, Overrides, Sources, load};

fn sources(folder: &Path, file: &str) -> Sources {
    std::fs::write(folder.join("gongdan.toml"), file).expect("writes");
    Sources { folder: folder.to_owned(), ..Sources::default() }
}

fn refusal(file: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = load(&sources(folder.path(), file));
    let text = refused.expect_err("is refused").to_string();
    text.replace(&format!("{}/", folder.path().display()), "")
}

fn origin<'a>(loaded: &'a Loaded, key: &str) -> &'a str {
    let found = loaded.origins.iter().find(|(name, _, _)| name == key);
    found.map(|(_, _, source)| source.as_str()).expect("is listed")
}

#[test]
fn flags_beat_environment_beats_file_beats_defaults() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = "[http]\nlisten = \"0.0.0.0:1\"\nmax_connections = 7\njson_bytes = 9\n";
    let mut sources = sources(folder.path(), file);
    let variables = [("GONGDAN__HTTP__MAX_CONNECTIONS", "8"), ("GONGDAN__HTTP__LISTEN", "0.0.0.0:2")];
    sources.variables = variables.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    sources.overrides = Overrides { listen: Some(([127, 0, 0, 1], 3).into()), ..Overrides::default() };

    let loaded = load(&sources).expect("loads");
    let http = &loaded.config.http;
    assert_eq!((http.listen.port(), http.max_connections, http.json_bytes), (3, 8, 9));
    assert_eq!(http.drain_ms, 30_000);
    assert_eq!(origin(&loaded, "http.listen"), "flag");
    assert_eq!(origin(&loaded, "http.max_connections"), "environment");
    assert!(origin(&loaded, "http.json_bytes").contains("gongdan.toml"));
    assert_eq!(origin(&loaded, "http.drain_ms"), "default");
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_eq!(
        refusal("[http]\nlisten_on = \"x\""),
        "gongdan.toml: unknown key `http.listen_on`; did you mean `http.listen`?"
    );
    assert_eq!(refusal("nonsense_without_likeness = 1"), "gongdan.toml: unknown key `nonsense_without_likeness`");
    let variables = vec![("GONGDAN__LOG__LEVLE".to_owned(), "debug".to_owned())];
    let error = load(&Sources { variables, ..Sources::default() }).expect_err("is refused");
    assert_eq!(
        error.to_string(),
        "the environment: unknown key `GONGDAN__LOG__LEVLE`; did you mean `GONGDAN__LOG__LEVEL`?"
    );
}

#[test]
fn wrong_values_are_refused_with_their_key() {
    for (file, expected) in [
        ("[http]\nmax_connections = \"many\"", "http.max_connections"),
        ("[worker]\nconcurrency = 0", "worker.concurrency"),
        ("[http]\npublic_url = \"desk\"", "http.public_url"),
        ("[http]\ntrusted_proxies = [\"10.0.0.0/99\"]", "10.0.0.0/99"),
        ("[files]\nkind = \"s3\"", "files.s3.bucket"),
    ] {
        let refused = refusal(file);
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_secret_comes_from_a_file_and_stays_hidden() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://me:hush@db/x\n").expect("writes");
    let file = format!("[database]\nurl_file = {:?}", secret.display().to_string());
    let loaded = load(&sources(folder.path(), &file)).expect("loads");
    assert_eq!(loaded.config.database.url.reveal(), "postgres://me:hush@db/x");
    assert!(loaded.config.database.is_postgres());
    assert!(!format!("{loaded:?}").contains("hush"));
    assert!(refusal("[database]\nurl_file = \"nowhere\"").contains("nowhere"));
}
