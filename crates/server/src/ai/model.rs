//! A model's folder: `model.bin` and the `meta.json` that describes it.

use std::path::Path;

use ai::classify::Classifier;
use ai::tag::Tagger;
use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::Task;

/// What `meta.json` says about a model.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) format: u32,
    pub(super) task: Task,
    pub(super) target: String,
    pub(super) features: Vec<String>,
    pub(super) examples: usize,
    pub(super) train_seconds: f64,
}

/// A model of any task.
pub(super) enum Model {
    Classifier(Box<Classifier>),
    Tagger(Box<Tagger>),
}

pub(super) const META_FORMAT: u32 = 1;

impl Model {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Classifier(model) => model.to_bytes(),
            Self::Tagger(model) => model.to_bytes(),
        }
    }
}

pub(super) fn save(folder: &Path, bytes: &[u8], meta: &Meta) -> anyhow::Result<()> {
    let describe = || format!("cannot write the model to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(describe)?;
    let meta = serde_json::to_vec_pretty(meta)?;
    for (name, content) in [("model.bin", bytes), ("meta.json", &meta[..])] {
        // Write beside and rename, so that a crash leaves the old model whole.
        let beside = folder.join(format!("{name}.new"));
        std::fs::write(&beside, content).with_context(describe)?;
        std::fs::rename(&beside, folder.join(name)).with_context(describe)?;
    }
    Ok(())
}

pub(super) fn load(folder: &Path, task: Task) -> anyhow::Result<(Model, Meta)> {
    let meta_path = folder.join("meta.json");
    let meta = std::fs::read(&meta_path).with_context(|| format!("cannot read {}", meta_path.display()))?;
    let meta: Meta =
        serde_json::from_slice(&meta).with_context(|| format!("{} is no model description", meta_path.display()))?;
    ensure!(meta.format == META_FORMAT, "{} has format {}; train the model again", meta_path.display(), meta.format);
    ensure!(meta.task == task, "{} holds a model for `{}`", folder.display(), meta.task.name());
    let path = folder.join("model.bin");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let model = match task {
        Task::Extract => Tagger::from_bytes(&bytes).map(|model| Model::Tagger(Box::new(model))),
        _ => Classifier::from_bytes(&bytes).map(|model| Model::Classifier(Box::new(model))),
    };
    let model = model.with_context(|| path.display().to_string())?;
    Ok((model, meta))
}
