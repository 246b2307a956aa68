//! Which time a text speaks of: the one grammar of years, parts of years, ranges and running totals.
//!
//! Heads, row labels, year cells, sheet names, titles, file and folder names and sentences all ask here. A text is scanned
//! for the stretches that speak of time (`scan`), and these are put together to what the whole text says (`combine`):
//!
//! ```text
//! 2021年  21年  二〇二一年度  2021年1-12月  2021年1月1日至12月31日     a year
//! 本年  全年  报告期  本年累计                                       the report year, in words
//! 上年  去年同期  明年                                               another year, in words
//! 上半年  第四季度  1-6月  2015年12月  截至6月底                       a part of a year
//! 年底  期末  截至2021年12月31日                                      a year's end: whole for stocks only
//! 累计  截至目前  成立以来                                            a running total
//! 2020-2021年  2019、2020年  近三年                                   several years
//! 2022年1月15日  20220115                                           a day: when something was written, no period
//! ```
//!
//! All words are data (`[calendar]` in `src/forms/words.toml`). Who asks decides nothing about time itself: a [`Time`] is
//! what the text says, a [`Period`] what that is for a report on some year.

mod combine;
mod numbers;
mod scan;
mod words;

use crate::form::{CalendarWords, REPORT_YEARS};
use crate::script::fold;
pub(crate) use scan::Mention;
use scan::Scanner;
use words::Dictionary;

/// A stretch of time that is no whole year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The words that name it, as written.
    pub said: String,
    /// The year to which it belongs, if it is said.
    pub year: Option<u16>,
    /// Whether it is a single month: in a title or a file's name that may as well be when it was written.
    pub month: bool,
}

/// What a text says of time, whoever reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Time {
    /// Nothing.
    #[default]
    Unsaid,
    /// The report year, in words: 本年.
    This,
    /// Another year, in words: 上年.
    Else,
    /// A whole year, in figures.
    Year(u16),
    /// A part of a year: 上半年.
    Part(Stretch),
    /// The end of a year, to which stocks are counted: 截至年底.
    YearEnd(Option<u16>),
    /// A day, which is no period.
    Day(Option<u16>),
    /// A total over more than a year, or up to some day: 历年累计, 截至目前.
    Running(String),
    /// Several years: 2020-2021年.
    Several(String),
}

/// What a time is for a report on a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// Nothing is said.
    Unsaid,
    /// The report year.
    Report,
    /// Another year.
    Other,
    /// A part of a year; in which words.
    Part(String),
    /// The report year's end.
    YearEnd,
    /// A day.
    Day,
    /// A running total; in which words.
    Running(String),
    /// Several years; in which words.
    Several(String),
}

impl Time {
    /// What it is for a report on `year`. Nobody else decides this.
    #[must_use]
    pub(crate) fn seen_from(&self, year: u16) -> Period {
        match self {
            Time::Unsaid => Period::Unsaid,
            Time::This => Period::Report,
            Time::Else => Period::Other,
            Time::Year(named) | Time::YearEnd(Some(named)) if *named != year => Period::Other,
            Time::Year(_) => Period::Report,
            Time::YearEnd(_) => Period::YearEnd,
            Time::Day(_) => Period::Day,
            Time::Part(part) => Period::Part(part.said.clone()),
            Time::Running(said) => Period::Running(said.clone()),
            Time::Several(said) => Period::Several(said.clone()),
        }
    }

    /// Whether figures under it may be counted for a report on `year`: none if nothing is said, or if that hangs on a
    /// report year that is not known. `stock` tells figures that are counted on a day from those of a whole year.
    #[must_use]
    pub(crate) fn counts(&self, year: Option<u16>, stock: bool) -> Option<bool> {
        match (self, year) {
            (Time::Unsaid | Time::Day(_), _) | (Time::Year(_) | Time::YearEnd(Some(_)), None) => None,
            (Time::YearEnd(None), None) => Some(stock),
            (said, year) => said.seen_from(year.unwrap_or_default()).counts(stock),
        }
    }

    /// Whether figures under it may be read for a report on `year`. What says nothing may; a year in figures may not as long
    /// as the report year is not known.
    #[must_use]
    pub(crate) fn fits(&self, year: Option<u16>, stock: bool) -> bool {
        self.counts(year, stock).unwrap_or(matches!(self, Time::Unsaid | Time::Day(_)))
    }

    /// The year that is named in figures.
    #[must_use]
    pub(crate) fn year(&self) -> Option<u16> {
        match self {
            Time::Year(year) => Some(*year),
            Time::Part(part) => part.year,
            Time::YearEnd(year) => *year,
            _ => None,
        }
    }

    /// The words of a time that is no whole year: a part of one, several, or a running total.
    #[must_use]
    pub(crate) fn no_year(&self) -> Option<&str> {
        match self {
            Time::Part(Stretch { said, .. }) | Time::Running(said) | Time::Several(said) => Some(said),
            Time::Unsaid | Time::This | Time::Else | Time::Year(_) | Time::YearEnd(_) | Time::Day(_) => None,
        }
    }

    /// Whether anything is said of a period.
    #[must_use]
    pub(crate) fn is_said(&self) -> bool {
        !matches!(self, Time::Unsaid | Time::Day(_))
    }
}

impl Period {
    /// Whether figures of it may be counted; none if nothing is said.
    #[must_use]
    pub(crate) fn counts(&self, stock: bool) -> Option<bool> {
        match self {
            // A day beside figures is when they were written down.
            Period::Unsaid | Period::Day => None,
            Period::Report => Some(true),
            Period::YearEnd => Some(stock),
            Period::Other | Period::Part(_) | Period::Running(_) | Period::Several(_) => Some(false),
        }
    }
}

/// What a text says of time, and the rest of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The time.
    pub time: Time,
    /// The text without the words for it.
    pub rest: String,
}

/// The grammar, with its words; made once for a run.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    dictionary: Dictionary,
    /// Names that speak of no time whatever they are made of: 第194901号局.
    names: Vec<Vec<char>>,
}

impl Calendar {
    /// Prepares the words.
    #[must_use]
    pub(crate) fn new(words: &CalendarWords) -> Self {
        Calendar { dictionary: Dictionary::new(words), names: Vec::new() }
    }

    /// The same, but for names that are known: what within them looks like a time is none.
    #[must_use]
    pub(crate) fn sparing<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Self {
        let folded = names.map(|name| name.chars().map(fold).collect::<Vec<char>>());
        let looks_dated = |name: &Vec<char>| !self.mentions(name).is_empty();
        self.names = folded.filter(looks_dated).collect();
        self
    }

    /// All stretches of a folded text that speak of time, in their order, not overlapping. Days and numbers of documents
    /// are among them: they are no part of anything else.
    #[must_use]
    pub(crate) fn mentions(&self, text: &[char]) -> Vec<Mention> {
        if !text.iter().any(|c| self.dictionary.may_begin(*c)) {
            return Vec::new();
        }
        let spared = self.names.iter().flat_map(|name| {
            let places = text.windows(name.len().max(1)).enumerate().filter(move |(_, part)| part == name);
            places.map(|(at, part)| at..at + part.len())
        });
        let spared: Vec<std::ops::Range<usize>> = spared.collect();
        let is_spared = |at: usize| spared.iter().any(|name| name.contains(&at));
        let mut mentions = Scanner::new(text, &self.dictionary).all();
        mentions.retain(|mention| !is_spared(mention.start) && !is_spared(mention.end.saturating_sub(1)));
        mentions
    }

    /// The stretch that begins at a place of a folded text, if one does.
    #[must_use]
    pub(crate) fn mention_at(&self, text: &[char], at: usize) -> Option<Mention> {
        Scanner::new(text, &self.dictionary).at(at)
    }

    /// What a text says of time as a whole, and the rest of it as written.
    #[must_use]
    pub(crate) fn says(&self, text: &str) -> Said {
        let written: Vec<char> = text.chars().collect();
        let folded: Vec<char> = written.iter().map(|c| fold(*c)).collect();
        let mentions = self.mentions(&folded);
        if mentions.is_empty() {
            return Said { time: Time::Unsaid, rest: text.to_owned() };
        }
        let outside = |place: &usize| !mentions.iter().any(|mention| mention.covers(*place));
        let rest = (0..written.len()).filter(outside).filter_map(|place| written.get(place)).collect();
        Said { time: combine::combine(&mentions), rest }
    }

    /// What a text says of time as a whole.
    #[must_use]
    pub(crate) fn time_of(&self, text: &str) -> Time {
        self.says(text).time
    }

    /// What the cell of a report year says: as everywhere else, but a number is a year, and of a date that a program made
    /// of a year (2021-12-31, shown as 2021年) the year is meant.
    #[must_use]
    pub(crate) fn time_of_cell(&self, text: &str) -> Time {
        let text = text.trim();
        if let Some(year) = bare_year(text).or_else(|| year_of_edge(text)) {
            return Time::Year(year);
        }
        self.time_of(text)
    }
}

/// The report year that a text of nothing but its digits is.
#[must_use]
pub(crate) fn bare_year(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|year| REPORT_YEARS.contains(year))
}

/// The year of a date that is the first or the last day of one, as cells hold dates: `2021-12-31`, `2021-01-01 00:00:00`.
fn year_of_edge(text: &str) -> Option<u16> {
    let (year, day) = text.split_once('-')?;
    let day = day.split([' ', 'T']).next().unwrap_or_default();
    matches!(day, "12-31" | "01-01").then(|| bare_year(year)).flatten()
}

/// One time of several texts that speak of the same figures, such as the heads over a column: what restricts them more.
#[must_use]
pub(crate) fn together(one: &Time, other: &Time) -> Time {
    combine::combine(&[Mention::whole(one.clone()), Mention::whole(other.clone())])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
