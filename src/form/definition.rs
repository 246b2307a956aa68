//! The shape of a form definition file (`src/forms/*.toml`), as its author writes it.
//!
//! Knows TOML and nothing else: what the definition means is worked out in [`super::rulebook`].

use crate::level::Level;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One definition file: one version of one form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    /// Stable code, such as `gk2021`.
    pub code: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Document number under which the form was issued.
    pub source: String,
    /// Date of issue, ISO.
    #[serde(default)]
    pub issued_on: Option<String>,
    /// First report year for which the form is in force.
    pub first_year: u16,
    /// Last report year; none while the form is in force.
    #[serde(default)]
    pub last_year: Option<u16>,
    /// Whether every agency on the roster owes this form.
    #[serde(default)]
    pub required: bool,
    /// English names of the groups around rows and columns, by their printed labels.
    #[serde(default)]
    pub groups_en: BTreeMap<String, String>,
    /// The form's tables.
    #[serde(rename = "table")]
    pub tables: Vec<TableDefinition>,
}

/// One table of a form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDefinition {
    /// Stable code, such as `table3`.
    pub code: String,
    /// Name of the published file, without extension.
    pub publish: String,
    /// Printed title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Other titles under which the table arrives.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Text of the corner over the row labels.
    #[serde(default)]
    pub corner_zh: String,
    /// English text of the corner.
    #[serde(default)]
    pub corner_en: String,
    /// The dimension that a figure has where the sheet gives one figure per indicator.
    #[serde(default)]
    pub default_dimension: Option<String>,
    /// A remark printed under the city's table.
    #[serde(default)]
    pub note_zh: String,
    /// The remark in English.
    #[serde(default)]
    pub note_en: String,
    /// Whether rows with unknown labels are kept under their own label.
    #[serde(default)]
    pub open_categories: bool,
    /// Parts of the table that have their own head.
    #[serde(rename = "block")]
    pub blocks: Vec<BlockDefinition>,
    /// Relations between the table's figures, declared by shape.
    #[serde(rename = "identity", default)]
    pub identities: Vec<IdentityDefinition>,
    /// Sums that the form does not print.
    #[serde(default)]
    pub derived: Vec<DerivedDefinition>,
}

/// A block: rows under one head.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockDefinition {
    /// Printed title of the block.
    #[serde(default)]
    pub title_zh: String,
    /// English title of the block.
    #[serde(default)]
    pub title_en: String,
    /// Which axis names the indicator.
    #[serde(default)]
    pub indicator_on: Axis,
    /// Labelled rows; empty for a block with one row of figures.
    pub rows: Vec<LineDefinition>,
    /// Labelled columns.
    pub columns: Vec<LineDefinition>,
}

/// Rows or columns.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Each row is an indicator.
    #[default]
    Rows,
    /// Each column is an indicator with a dimension.
    Columns,
}

/// A row or a column with its label.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDefinition {
    /// Indicator or dimension code.
    pub code: String,
    /// The indicator, for columns of a block whose indicators are on the columns.
    #[serde(default)]
    pub indicator: Option<String>,
    /// Printed label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// Other labels under which it arrives.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Labels of the groups around it, outermost first.
    #[serde(default)]
    pub under: Vec<String>,
    /// Headings printed above the row, outermost first. They divide the form and mean nothing: senders reword them.
    #[serde(default)]
    pub section: Vec<String>,
    /// Kind of the figures, where it is not a count.
    #[serde(default)]
    pub kind: Option<KindName>,
    /// Printed unit, where it is not 件.
    #[serde(default)]
    pub unit: Option<String>,
    /// A state at the year's end (adds over agencies, not over years) rather than a flow in the year.
    #[serde(default)]
    pub stock: bool,
}

/// Names of the kinds of figures.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    /// Whole, not negative.
    Count,
    /// Money, kept in 元.
    Money,
    /// Whole, with a sign.
    Change,
}

/// A relation between figures, declared by shape and expanded into numbered rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDefinition {
    /// Stem of the rules' names: `R3.row` expands to `R3.row.granted` and so on.
    pub rule: String,
    /// What kind of relation it is.
    pub shape: Shape,
    /// What it is repeated for.
    pub each: Each,
    /// Left side.
    pub whole: Vec<String>,
    /// Right side; `-code` subtracts, `code.*` takes all codes nested under it.
    pub parts: Vec<String>,
    /// Last year's figures that are added to the right side.
    #[serde(default)]
    pub previous: Vec<String>,
    /// Level of the finding when it does not hold.
    #[serde(default)]
    pub level: Level,
}

/// The kinds of relations.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// The whole is the total of its parts: the whole can be derived.
    Total,
    /// Both sides are equal, but neither is derived from the other.
    Balance,
    /// The left side is at most the right side.
    AtMost,
    /// Equal, with figures of last year's return on the right side.
    Carry,
}

/// Over what an identity is repeated.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// Once for every indicator; the codes are dimensions.
    Indicator,
    /// Once for every dimension; the codes are indicators.
    Dimension,
}

/// A sum that the form does not print.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedDefinition {
    /// Indicator code of the sum.
    pub code: String,
    /// Label in Chinese.
    pub zh: String,
    /// Label in English.
    pub en: String,
    /// Indicators that are summed; `code.*` takes all nested codes.
    pub parts: Vec<String>,
}
