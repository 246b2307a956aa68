//! Of which year the figures under a head or beside a label are, as far as the text itself says.

use crate::form::Words;
use crate::label;

/// A year that a head or label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// In words: the report year.
    Report,
    /// In words: another year.
    Other,
    /// In figures.
    Year(u16),
}

impl Period {
    /// Whether this is the report year; none if that year is not known.
    pub(crate) fn is_report_year(self, report_year: Option<u16>) -> Option<bool> {
        match self {
            Period::Report => Some(true),
            Period::Other => Some(false),
            Period::Year(year) => report_year.map(|report| report == year),
        }
    }
}

/// The words for years, under their normal form, longest first.
#[derive(Debug)]
pub(super) struct PeriodWords {
    words: Vec<(String, Period)>,
    /// What may follow a year in figures, longest first.
    endings: Vec<String>,
}

impl PeriodWords {
    /// Normalises the words.
    pub(super) fn new(given: &Words) -> Self {
        let report = given.this_year.iter().map(|word| (label::key(word), Period::Report));
        let other = given.other_year.iter().map(|word| (label::key(word), Period::Other));
        let mut words: Vec<(String, Period)> = report.chain(other).collect();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let mut endings: Vec<String> = given.year_endings.iter().map(|word| label::key(word)).collect();
        endings.sort_by_key(|word| std::cmp::Reverse(word.len()));
        PeriodWords { words, endings }
    }

    /// The one year that a normal form names, and the rest without it; none if it names no year or more than one.
    pub(super) fn split(&self, key: &str) -> Option<(Period, String)> {
        let (period, rest) = self.take(key)?;
        self.take(&rest).is_none().then_some((period, rest))
    }

    fn take(&self, key: &str) -> Option<(Period, String)> {
        if let Some((at, year)) = year_in(key) {
            let after = key.get(at + 4..).unwrap_or_default();
            let after = self.endings.iter().find_map(|ending| after.strip_prefix(ending.as_str())).unwrap_or(after);
            return Some((Period::Year(year), format!("{}{after}", key.get(..at).unwrap_or_default())));
        }
        self.words.iter().find_map(|(word, period)| {
            let at = key.find(word.as_str())?;
            let (before, after) = (key.get(..at)?, key.get(at + word.len()..)?);
            Some((*period, format!("{before}{after}")))
        })
    }
}

/// The first run of exactly four digits that reads like a year.
fn year_in(key: &str) -> Option<(usize, u16)> {
    let mut start = 0;
    while let Some(offset) = key.get(start..)?.find(|c: char| c.is_ascii_digit()) {
        let at = start + offset;
        let digits = key.get(at..)?.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 4
            && let Some(year) = key.get(at..at + 4)?.parse().ok().filter(|year| (1990..2100).contains(year))
        {
            return Some((at, year));
        }
        start = at + digits;
    }
    None
}
