//! Times in, percentiles out.

use std::time::Duration;

use serde_json::{Value, json};

use crate::output;

/// Durations of the same thing.
#[derive(Debug, Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The value below which `share` of all lie, in milliseconds.
    pub(super) fn percentile(&mut self, share: f64) -> f64 {
        self.0.sort_unstable();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index into the list")]
        let index = ((self.0.len() as f64 * share).ceil() as usize).clamp(1, self.0.len().max(1)) - 1;
        self.0.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}

/// Prints one figure.
pub(super) fn print(as_json: bool, name: &str, facts: &Value) -> anyhow::Result<()> {
    if as_json {
        let mut line = json!({ "bench": name });
        if let (Some(line), Some(facts)) = (line.as_object_mut(), facts.as_object()) {
            line.extend(facts.clone());
        }
        return output::json(&line);
    }
    let facts = facts.as_object().into_iter().flatten();
    let shown: Vec<String> = facts.map(|(key, value)| format!("{key} {}", plain(value))).collect();
    output::line(&format!("{name}: {}", shown.join(" · ")));
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => format!("{:.3}", number.as_f64().unwrap_or_default()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
