//! Models of GPUs and CPUs with their multipliers: the table that a new ledger starts with.

use serde::Deserialize;

use crate::failure::Failure;

/// A model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its number on the ledger.
    pub id: u16,
    /// Its name, at most 32 bytes.
    pub name: String,
    /// In which pool it is rewarded.
    pub kind: Kind,
    /// Its multiplier, in thousandths.
    pub multiplier_milli: u32,
}

/// A pool of rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// GPUs.
    Gpu,
    /// CPUs.
    Cpu,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    models: Vec<Model>,
}

/// The table.
pub fn table() -> Result<Vec<Model>, Failure> {
    let file: File = serde_json::from_str(include_str!("../../settlement/data/models.json"))
        .map_err(|error| Failure::abstained(format!("the table of models in this program is damaged: {error}")))?;
    Ok(file.models)
}

/// The model that `name` means: its number, its name, or words that only its name holds (`h100`, `4070 ti`).
pub fn find<'m>(models: &'m [Model], name: &str) -> Result<&'m Model, Failure> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
    let words_of = |model: &Model| model.name.to_lowercase().split(' ').map(str::to_owned).collect::<Vec<_>>();
    if let Some(model) = models.iter().find(|model| model.name.to_lowercase() == lower || model.id.to_string() == lower) {
        return Ok(model);
    }
    let holds: Vec<&Model> =
        models.iter().filter(|model| !words.is_empty() && words.iter().all(|word| words_of(model).iter().any(|own| own == word))).collect();
    // `4070` means the plain one, not the Ti.
    let fewest = holds.iter().map(|model| words_of(model).len()).min().unwrap_or(0);
    match holds.iter().filter(|model| words_of(model).len() == fewest).collect::<Vec<_>>()[..] {
        [one] => Ok(one),
        [] => Err(Failure::usage(format!("no model is called {name:?}")).hint("`assay provider models` lists all")),
        _ => {
            let names: Vec<&str> = holds.iter().map(|model| model.name.as_str()).collect();
            Err(Failure::usage(format!("{name:?} may mean {}", names.join(", "))).hint("say more of the name, or its number"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_the_ledger() {
        let models = table().expect("the table is sound");
        for model in &models {
            assert!(!model.name.is_empty() && model.name.len() <= 32 && model.id != u16::MAX && model.multiplier_milli > 0, "{model:?}");
            assert_eq!(models.iter().filter(|other| other.id == model.id || other.name == model.name).count(), 1, "{model:?}");
        }
    }

    #[test]
    fn names_mean_one_model_or_none() {
        let models = table().expect("the table is sound");
        let id = |name: &str| find(&models, name).map(|model| model.id);
        assert_eq!(id("h100").ok(), Some(3));
        assert_eq!(id("H200").ok(), id("NVIDIA H200").ok());
        assert_eq!(id("rtx 4070").ok(), Some(15));
        assert_eq!(id("4070-ti").ok(), Some(9));
        assert_eq!(id("3").ok(), Some(3));
        assert!(id("a100").is_err(), "two sizes");
        assert!(id("").is_err() && id("quantum").is_err());
    }
}
