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
    /// Endings of governments' names.
    pub governments: Vec<String>,
    /// Kinds of organisations.
    pub generic_names: Vec<String>,
    /// Names of sheets with sums over agencies.
    pub sum_sheets: Vec<String>,
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
    /// How texts speak of time.
    pub calendar: CalendarWords,
    /// Heads of the columns in which a sender answers.
    pub replies: ReplyWords,
}

/// How texts speak of time (see `calendar`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarWords {
    /// The report year.
    pub this_year: Vec<String>,
    /// Another year.
    pub other_year: Vec<String>,
    /// A part of a year.
    pub part_year: Vec<String>,
    /// The end of the year.
    pub year_end: Vec<String>,
    /// Totals up to now, or since the beginning of something.
    pub running: Vec<String>,
    /// What is added up, over a time that other words may name.
    pub total: Vec<String>,
    /// Several years.
    pub several: Vec<String>,
    /// A date follows, up to which is counted.
    pub up_to: Vec<String>,
    /// Behind a year: since then.
    pub since: Vec<String>,
    /// Behind a year: that is when the form was made, not the report year.
    pub form_versions: Vec<String>,
    /// Behind a year: that is when the return was written, if another year is named as well.
    pub writing: Vec<String>,
    /// Behind four digits: they are an amount. Single characters.
    pub counted: Vec<String>,
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
