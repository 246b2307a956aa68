//! Words of returns that belong to no single form (`src/forms/words.toml`).

use serde::Deserialize;

/// How sheets name agencies and years and head their columns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Heads of the line or column that names the agency.
    pub agency_lines: Vec<String>,
    /// Heads that mean the agency or the unit of measure.
    pub agency_or_unit: Vec<String>,
    /// Heads of a column of agency ids.
    pub agency_id_heads: Vec<String>,
    /// Heads of the line or column that gives the report year.
    pub year_lines: Vec<String>,
    /// Heads of a column of units.
    pub unit_heads: Vec<String>,
    /// Heads of the indicator column of a long list.
    pub indicator_heads: Vec<String>,
    /// Heads of the dimension column of a long list.
    pub dimension_heads: Vec<String>,
    /// Heads of the value column of a long list.
    pub value_heads: Vec<String>,
    /// Heads of the form column of a long list.
    pub form_heads: Vec<String>,
    /// Heads of the column that says whether a lower level counted the figure.
    pub counted_heads: Vec<String>,
    /// Words around an agency's name.
    pub noise: Vec<String>,
    /// Words for a mere copy.
    pub copy: Vec<String>,
    /// Marks of a replacing file.
    pub revision: Vec<String>,
    /// Endings of organisations' names.
    pub org_suffixes: Vec<String>,
    /// Labels beside figures that are no statistics.
    pub not_categories: Vec<String>,
    /// Units of count and money.
    pub unit_words: Vec<String>,
    /// Beginnings and ends of the names of rows that add up others.
    pub total_edges: Vec<String>,
    /// The same for rows of averages.
    pub averages: Vec<String>,
    /// Whole names of such rows.
    pub total_names: Vec<String>,
    /// The same, with `N` for any number.
    pub total_patterns: Vec<String>,
    /// Beginnings of lines that are no rows of a list.
    pub note_starts: Vec<String>,
    /// Edges of heads over the report year's figures.
    pub this_year: Vec<String>,
    /// Edges of heads over figures of other years, changes and shares.
    pub other_year: Vec<String>,
    /// What stands around the digits of a year in a head.
    pub year_marks: Vec<String>,
}
