//! Reads and merges the layers, and says where each value came from.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider, Source};

use super::{Config, FilesKind, Secret};

/// Every key with its default and its explanation.
pub(crate) const DEFAULTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.default.toml"));

const PREFIX: &str = "GONGDAN__";
/// Read when no file is named; may be absent.
const USUAL_FILE: &str = "gongdan.toml";

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{place}: unknown key `{key}`{}", nearest_hint(.nearest))]
    UnknownKey { place: String, key: String, nearest: Option<String> },
    #[error("there is no configuration file {0}")]
    NoFile(PathBuf),
    #[error("{0}")]
    Invalid(String),
    #[error("could not read the secret file {path}")]
    SecretFile {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

fn nearest_hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// What flags override.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) database: Option<String>,
}

/// The configuration in force and the source of every value.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    /// Dotted key, value as text with secrets hidden, source.
    pub(crate) origins: Vec<(String, String, String)>,
}

/// Where to look.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file that was named; it must exist.
    pub(crate) file: Option<PathBuf>,
    /// The folder that may hold `gongdan.toml`.
    pub(crate) folder: PathBuf,
    /// The process's environment.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) overrides: Overrides,
}

/// Merges defaults, file, environment and flags.
///
/// # Errors
/// [`ConfigError`] names the key and where it stands.
pub(crate) fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let known = flatten(&data_of(&Toml::string(DEFAULTS))?);
    let mut figment = Figment::from(Toml::string(DEFAULTS));

    if let Some(path) = file_to_read(sources)? {
        let layer = Toml::file_exact(&path);
        refuse_unknown(&known, &data_of(&layer)?, &path.display().to_string(), str::to_owned)?;
        figment = figment.merge(layer);
    }

    let variables = Variables(nested(&sources.variables));
    let as_variable = |key: &str| format!("{PREFIX}{}", key.replace('.', "__").to_uppercase());
    refuse_unknown(&known, &variables.0, "the environment", as_variable)?;
    figment = figment.merge(variables);

    let overrides = &sources.overrides;
    if let Some(listen) = overrides.listen {
        figment = figment.merge(Serialized::global("http.listen", listen));
    }
    if let Some(data) = &overrides.data {
        figment = figment.merge(Serialized::global("data.dir", data));
    }
    if let Some(database) = &overrides.database {
        figment = figment.merge(Serialized::global("database.url", database));
    }

    let mut config: Config = figment.extract().map_err(|error| ConfigError::Invalid(error.to_string()))?;
    read_secret(&mut config.database.url, &config.database.url_file)?;
    read_secret(&mut config.files.s3.secret_key, &config.files.s3.secret_key_file)?;
    check(&config)?;
    let origins = origins(&figment, &config, &known);
    Ok(Loaded { config, origins })
}

fn file_to_read(sources: &Sources) -> Result<Option<PathBuf>, ConfigError> {
    match &sources.file {
        Some(path) if !path.is_file() => Err(ConfigError::NoFile(path.clone())),
        Some(path) => Ok(Some(path.clone())),
        None => Ok(Some(sources.folder.join(USUAL_FILE)).filter(|path| path.is_file())),
    }
}

/// `GONGDAN__HTTP__LISTEN=x` becomes `http.listen`.
fn nested(variables: &[(String, String)]) -> Dict {
    let mut dict = Dict::new();
    for (name, text) in variables {
        let Some(key) = name.strip_prefix(PREFIX) else { continue };
        let key = key.to_lowercase().replace("__", ".");
        let value = text.parse().unwrap_or_else(|never| match never {});
        let Value::Dict(_, inner) = figment::util::nest(&key, value) else { continue };
        merge(&mut dict, inner);
    }
    dict
}

fn merge(into: &mut Dict, from: Dict) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Dict(_, into)), Value::Dict(_, from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

struct Variables(Dict);

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

fn check(config: &Config) -> Result<(), ConfigError> {
    let http = &config.http;
    let positive = [
        ("http.header_timeout_ms", http.header_timeout_ms),
        ("http.body_timeout_ms", http.body_timeout_ms),
        ("http.body_bytes_per_second", http.body_bytes_per_second),
        ("http.write_timeout_ms", http.write_timeout_ms),
        ("http.max_connections", http.max_connections.into()),
        ("http.max_connections_per_address", http.max_connections_per_address.into()),
        ("http.json_bytes", http.json_bytes as u64),
        ("database.connections", config.database.connections as u64),
        ("worker.concurrency", config.worker.concurrency as u64),
        ("worker.sweep_ms", config.worker.sweep_ms),
    ];
    if let Some((key, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
        return Err(ConfigError::Invalid(format!("`{key}` must be above 0")));
    }
    let url = &http.public_url;
    if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ConfigError::Invalid("`http.public_url` must start with http:// or https://".into()));
    }
    for proxy in &http.trusted_proxies {
        if api::Network::parse(proxy).is_none() {
            let text = format!("`http.trusted_proxies`: `{proxy}` is no address or network");
            return Err(ConfigError::Invalid(text));
        }
    }
    let s3 = &config.files.s3;
    if config.files.kind == FilesKind::S3 && (s3.bucket.is_empty() || s3.access_key.is_empty()) {
        let text = "`files.kind` is s3, so `files.s3.bucket` and `files.s3.access_key` are needed";
        return Err(ConfigError::Invalid(text.into()));
    }
    Ok(())
}

fn read_secret(secret: &mut Secret, path: &str) -> Result<(), ConfigError> {
    if path.is_empty() {
        return Ok(());
    }
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::SecretFile { path: path.to_owned(), source })?;
    *secret = Secret::new(text.trim());
    Ok(())
}

fn data_of(provider: &dyn Provider) -> Result<Dict, ConfigError> {
    let profiles = provider.data().map_err(|error| ConfigError::Invalid(error.to_string()))?;
    Ok(profiles.into_values().flatten().collect())
}

/// Dotted keys of all leaves.
fn flatten(dict: &Dict) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    for (key, value) in dict {
        match value {
            Value::Dict(_, inner) => {
                let inner = flatten(inner).into_iter();
                leaves.extend(inner.map(|(rest, value)| (format!("{key}.{rest}"), value)));
            }
            leaf => {
                leaves.insert(key.clone(), leaf.clone());
            }
        }
    }
    leaves
}

fn refuse_unknown(
    known: &BTreeMap<String, Value>,
    layer: &Dict,
    place: &str,
    shown: impl Fn(&str) -> String,
) -> Result<(), ConfigError> {
    let Some((key, _)) = flatten(layer).into_iter().find(|(key, _)| !known.contains_key(key)) else {
        return Ok(());
    };
    let nearest = known
        .keys()
        .map(|candidate| (distance(&key, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= key.len() / 3 + 1);
    Err(ConfigError::UnknownKey {
        place: place.to_owned(),
        key: shown(&key),
        nearest: nearest.map(|(_, candidate)| shown(candidate)),
    })
}

/// Levenshtein distance in bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

fn origins(figment: &Figment, config: &Config, known: &BTreeMap<String, Value>) -> Vec<(String, String, String)> {
    let shown = serde_json::to_value(config).unwrap_or_default();
    let describe = |key: &String| {
        let pointer = format!("/{}", key.replace('.', "/"));
        let value = shown.pointer(&pointer).map(ToString::to_string).unwrap_or_default();
        let source = figment.find_metadata(key).map_or("flag".into(), |metadata| match metadata.source.as_ref() {
            Some(Source::File(path)) => path.display().to_string(),
            _ if metadata.name == "environment" => "environment".into(),
            _ if metadata.name.starts_with("TOML") => "default".into(),
            _ => "flag".into(),
        });
        (key.clone(), value, source)
    };
    known.keys().map(describe).collect()
}
