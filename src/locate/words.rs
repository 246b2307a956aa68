//! Words that belong to no form, under their normal form.

use crate::form::Words;
use crate::label;
use foldhash::fast::FixedState;
use std::collections::HashSet;

use crate::calendar::{Calendar, Said, Time};

/// Words under their normal form; looked up for every text of every sheet.
pub(super) type WordSet = HashSet<String, FixedState>;

/// Shorter texts are names, however they begin.
const SHORTEST_REMARK: usize = 8;

/// What a line of a sheet names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineHead {
    /// The agency.
    Agency,
    /// The report year.
    Year,
}

/// The words of `words.toml` under their normal form.
#[derive(Debug)]
pub struct WordKeys {
    pub(super) agency: WordSet,
    pub(super) agency_or_unit: WordSet,
    pub(super) agency_id: WordSet,
    pub(super) year: WordSet,
    pub(super) units: WordSet,
    pub(super) unit_heads: WordSet,
    pub(super) indicator: WordSet,
    pub(super) dimension: WordSet,
    pub(super) value: WordSet,
    pub(super) form: WordSet,
    pub(super) counted: WordSet,
    pub(super) not_categories: WordSet,
    pub(super) subtotals: WordSet,
    pub(super) calendar: Calendar,
    footers: WordSet,
    totals: WordSet,
    remark_heads: Vec<String>,
    remark_starts: Vec<String>,
    list_heads: WordSet,
    total_edges: Vec<String>,
    averages: Vec<String>,
    total_names: WordSet,
    total_patterns: WordSet,
    note_starts: Vec<String>,
    changes: Vec<String>,
}

impl WordKeys {
    /// Normalises the words.
    #[must_use]
    pub fn new(words: &Words) -> Self {
        let keys = |words: &[String]| words.iter().map(|word| label::key(word)).collect();
        let sorted = |words: &[String]| {
            let mut keys: Vec<String> = words.iter().map(|word| label::key(word)).collect();
            keys.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            keys
        };
        let heads = [&words.agency_lines, &words.agency_or_unit, &words.agency_id_heads, &words.year_lines]
            .into_iter()
            .chain([&words.unit_heads, &words.indicator_heads, &words.dimension_heads, &words.value_heads])
            .chain([&words.form_heads, &words.counted_heads]);
        let totals: WordSet = keys(&words.totals);
        let footers = words.not_categories.iter().chain(&words.footers).map(|word| label::key(word));
        WordKeys {
            footers: footers.filter(|word| !totals.contains(word)).collect(),
            totals,
            subtotals: keys(&words.subtotals),
            calendar: Calendar::new(&words.calendar),
            remark_heads: sorted(&words.remark_heads),
            remark_starts: sorted(&words.remark_starts),
            agency: keys(&words.agency_lines),
            agency_or_unit: keys(&words.agency_or_unit),
            agency_id: keys(&words.agency_id_heads),
            year: keys(&words.year_lines),
            units: keys(&words.unit_words),
            unit_heads: keys(&words.unit_heads),
            indicator: keys(&words.indicator_heads),
            dimension: keys(&words.dimension_heads),
            value: keys(&words.value_heads),
            form: keys(&words.form_heads),
            counted: keys(&words.counted_heads),
            not_categories: keys(&words.not_categories),
            list_heads: heads.flatten().map(|word| label::key(word)).collect(),
            total_edges: sorted(&words.total_edges),
            averages: sorted(&words.averages),
            total_names: keys(&words.total_names),
            total_patterns: words.total_patterns.iter().map(|word| label::key(word)).collect(),
            note_starts: sorted(&words.note_starts),
            changes: sorted(&words.changes),
        }
    }

    pub(super) fn is_unit(&self, text: &str) -> bool {
        self.is_unit_key(&label::key(text))
    }

    pub(super) fn is_unit_key(&self, key: &str) -> bool {
        self.units.contains(key)
    }

    /// What a line with this head names, if anything: the agency or the year.
    #[must_use]
    pub fn line(&self, head: &str) -> Option<LineHead> {
        let key = label::key(head);
        if self.agency.contains(&key) {
            Some(LineHead::Agency)
        } else if self.year.contains(&key) {
            Some(LineHead::Year)
        } else {
            None
        }
    }

    /// Whether the normal form heads a column of a register or a long list that holds no figures, or all of them.
    #[must_use]
    pub fn is_list_head(&self, key: &str) -> bool {
        self.list_heads.contains(key)
    }

    /// Whether the text heads a line or a column, or stands where a category would: no name of anything.
    #[must_use]
    pub fn is_head(&self, text: &str) -> bool {
        let key = label::key(text);
        [&self.list_heads, &self.units, &self.not_categories].into_iter().any(|set| set.contains(&key))
    }

    /// Whether the text begins a line below a table that says who filled it in, when, or what to note.
    pub(super) fn is_footer(&self, text: &str, key: &str) -> bool {
        self.footers.contains(key)
            || text.split_once([':', '：']).is_some_and(|(head, _)| self.footers.contains(&label::key(head)))
            || (text.contains(['(', '（']) && self.footers.contains(&label::key_without_notes(text)))
    }

    /// Whether the text names the sum of other rows or columns of a grid.
    pub(super) fn is_total(&self, text: &str, key: &str) -> bool {
        let bare = || text.contains(['(', '（']) && self.totals.contains(&label::key_without_notes(text));
        self.totals.contains(key) || bare()
    }

    /// Whether the column under this head comments on figures.
    pub(super) fn is_remark_head(&self, key: &str) -> bool {
        self.remark_heads.iter().any(|word| key.contains(word.as_str()))
    }

    /// Whether the text comments on the label before it: a sentence, not a name.
    pub(super) fn is_remark(&self, key: &str) -> bool {
        key.chars().count() >= SHORTEST_REMARK && self.remark_starts.iter().any(|word| key.starts_with(word.as_str()))
    }

    /// Whether a row of a list with this name adds up other rows.
    pub(super) fn adds_up_rows(&self, name: &str) -> bool {
        let key = label::key(name);
        !key.is_empty() && (self.is_total_key(&key) || self.total_patterns.contains(&label::key(&counted(name))))
    }

    /// Whether a row of this name gives averages.
    pub(super) fn is_average(&self, name: &str) -> bool {
        let key = label::key(name);
        self.averages.iter().any(|word| key.starts_with(word.as_str()) || key.ends_with(word.as_str()))
    }

    pub(super) fn is_total_key(&self, key: &str) -> bool {
        let edge = |word: &String| key.starts_with(word.as_str()) || key.ends_with(word.as_str());
        self.total_names.contains(key) || self.total_edges.iter().chain(&self.averages).any(edge)
    }

    /// Whether a line that begins like this is a remark below a list: the word stands alone, or marks or digits
    /// follow; longer words need nothing behind them. A line that names the sender is one, too.
    pub(super) fn is_note(&self, text: &str) -> bool {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        let parted = |rest: &str| rest.chars().next().is_some_and(|next| !next.is_alphabetic());
        let note = self.note_starts.iter().any(|word| {
            let rest = text.strip_prefix(word.as_str());
            rest.is_some_and(|rest| rest.is_empty() || parted(rest) || word.chars().count() >= 3)
        });
        note || self.agency.iter().any(|word| text.strip_prefix(word.as_str()).is_some_and(parted))
    }

    /// What a head says of time, and the normal form of the rest. A change or a share is none of the year's figures.
    pub(super) fn time_of_head(&self, text: &str) -> (Time, String) {
        let Said { time, rest } = self.calendar.says(text);
        let key = label::key(&rest);
        let level = stripped(&key, &self.changes);
        if level.len() < key.len() { (Time::Else, level.to_owned()) } else { (time, key) }
    }
}

/// What the words leave of a key when they are taken from its end and its beginning.
fn stripped<'k>(key: &'k str, words: &[String]) -> &'k str {
    let mut rest = key;
    while let Some(less) =
        words.iter().find_map(|word| rest.strip_suffix(word.as_str()).or_else(|| rest.strip_prefix(word.as_str())))
    {
        rest = less;
    }
    rest
}

/// The text with `N` for every number.
fn counted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_number = false;
    for c in text.chars() {
        if c.is_numeric() || crate::value::numeral_digit(c).is_some() {
            if !in_number {
                out.push('N');
            }
            in_number = true;
        } else {
            in_number = false;
            out.push(c);
        }
    }
    out
}
