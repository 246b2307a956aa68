//! The shape of the crosswalk's file (`src/forms/crosswalk.toml`), as its author writes it.
//!
//! A code is `indicator:dimension` as the forms have it. A `*` in it stands for any text; where codes are paired, it
//! stands for the same text on both sides.

use serde::Deserialize;

/// The crosswalk between versions of the national form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrosswalkDefinition {
    /// From each version to the next.
    #[serde(rename = "step", default)]
    pub steps: Vec<StepDefinition>,
}

/// From one version to the next.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDefinition {
    /// The earlier form's code.
    pub from: String,
    /// The later form's code.
    pub to: String,
    /// Documents on which the step rests.
    pub source: String,
    /// Figures that both forms have under one code and meaning.
    #[serde(default)]
    pub same: Vec<CodesDefinition>,
    /// Figures that go on under another code or with another extent.
    #[serde(default)]
    pub continues: Vec<ContinuesDefinition>,
    /// Figures of which several were made.
    #[serde(default)]
    pub split: Vec<SplitDefinition>,
    /// Figures that were made into one.
    #[serde(default)]
    pub merged: Vec<MergedDefinition>,
    /// Figures that are no longer asked for.
    #[serde(default)]
    pub ends: Vec<CodesDefinition>,
    /// Figures that were not asked for before.
    #[serde(default)]
    pub begins: Vec<CodesDefinition>,
}

/// Figures with one remark.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodesDefinition {
    /// Their codes.
    pub codes: Vec<String>,
    /// What to know of them.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

/// One figure that goes on as one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContinuesDefinition {
    /// How its meaning changed.
    pub how: Extent,
    /// Its code before.
    pub from: String,
    /// Its code after.
    pub to: String,
    /// What to know of it.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

/// How a figure's meaning changed with its code.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Not at all.
    Renamed,
    /// It counts more than before.
    Wider,
    /// It counts less than before.
    Narrower,
}

/// One figure of which several were made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitDefinition {
    /// Its code before.
    pub from: String,
    /// Their codes after; together they are what it was, unless the remark says more.
    pub to: Vec<String>,
    /// What to know of them.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

/// Several figures that were made into one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergedDefinition {
    /// Their codes before.
    pub from: Vec<String>,
    /// The code after.
    pub to: String,
    /// What to know of them.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}
