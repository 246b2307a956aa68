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
    /// Remarks that leave a label's meaning as it is.
    pub harmless_notes: Vec<String>,
    /// Words of a return's own title.
    pub report_words: Vec<String>,
    /// How a text starts that is no title of the sender.
    pub no_title_starts: Vec<String>,
    /// How heads of lines end that may name the sender.
    pub agency_line_ends: Vec<String>,
    /// How a text ends that is no title of the sender.
    pub no_title_ends: Vec<String>,
    /// What may stand before the colon of a title.
    pub annex_words: Vec<String>,
    /// What makes a year the version of the form.
    pub form_versions: Vec<String>,
    /// Endings of governments' names.
    pub governments: Vec<String>,
    /// Kinds of organisations.
    pub generic_names: Vec<String>,
    /// Names of sheets with sums over agencies.
    pub sum_sheets: Vec<String>,
    /// What says that a title's figures are of a part of the year.
    pub part_years: Vec<String>,
    /// Names and titles of sheets with examples.
    pub examples: Vec<String>,
    /// Names of sheets with another year's figures.
    pub other_year_sheets: Vec<String>,
    /// Heads of lines below a table that say who filled it in and when.
    pub footers: Vec<String>,
    /// Rows and columns that add up others.
    pub totals: Vec<String>,
    /// Totals that are never the whole of a table.
    pub subtotals: Vec<String>,
    /// Words for the report year in heads.
    pub this_year: Vec<String>,
    /// Words for another year in heads.
    pub other_year: Vec<String>,
    /// What may follow a year in figures.
    pub year_endings: Vec<String>,
    /// Heads, or parts of heads, of columns that comment on figures.
    pub remark_heads: Vec<String>,
    /// Beginnings of remarks between a label and its figure.
    pub remark_starts: Vec<String>,
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
    /// Edges of heads over changes and shares.
    pub changes: Vec<String>,
    /// What stands around the digits of a year in a head.
    pub year_marks: Vec<String>,
    /// Heads of the columns in which a sender answers.
    pub replies: ReplyWords,
}

/// Heads of the columns of a workbook that is sent back: each in Chinese, then in English.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyWords {
    /// What the cell should say.
    pub change: Vec<String>,
    /// Why it is right.
    pub explain: Vec<String>,
    /// To which finding the answer belongs.
    pub key: Vec<String>,
}
