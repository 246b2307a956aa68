//! The words of the calendar, by their first letter.

use super::{Stretch, Time};
use crate::form::CalendarWords;
use crate::script::fold;
use crate::value::numeral_digit;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// What a word of the calendar says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// The report year.
    This,
    /// Another year.
    Else,
    /// A part of a year.
    Part,
    /// A year's end.
    YearEnd,
    /// Up to now, or since some year.
    Running,
    /// A sum over a time that other words may name.
    Total,
    /// More than one year.
    Several,
    /// A date follows, up to which is counted.
    UpTo,
}

impl Sense {
    /// The time of a word that stands alone.
    pub(super) fn time(self, said: String) -> Time {
        match self {
            Sense::This => Time::This,
            Sense::Else => Time::Else,
            Sense::Part => Time::Part(Stretch { said, year: None, month: false }),
            Sense::YearEnd => Time::YearEnd(None),
            Sense::Running | Sense::Total | Sense::UpTo => Time::Running(said),
            Sense::Several => Time::Several(said),
        }
    }
}

type Entries = Vec<(Vec<char>, Sense)>;

/// The words, longest first, and what may stand behind a year.
#[derive(Clone, Debug)]
pub(super) struct Dictionary {
    words: HashMap<char, Entries, FixedState>,
    /// Behind a year these make it the version of the form: 2021年版.
    versions: Vec<Vec<char>>,
    /// Behind a year these make it the time of writing: 2022年填报.
    writing: Vec<Vec<char>>,
    /// Behind a year these make it the beginning of something: 2018年以来.
    since: Vec<Vec<char>>,
    /// Behind four digits these make them an amount: 2021件.
    counted: Vec<char>,
}

impl Dictionary {
    pub(super) fn new(given: &CalendarWords) -> Self {
        let lists = [
            (&given.this_year, Sense::This),
            (&given.other_year, Sense::Else),
            (&given.part_year, Sense::Part),
            (&given.year_end, Sense::YearEnd),
            (&given.running, Sense::Running),
            (&given.total, Sense::Total),
            (&given.several, Sense::Several),
            (&given.up_to, Sense::UpTo),
        ];
        let mut words: HashMap<char, Entries, FixedState> = HashMap::default();
        for (list, sense) in lists {
            for word in list {
                let word = folded(word);
                if let Some(first) = word.first() {
                    words.entry(*first).or_default().push((word, sense));
                }
            }
        }
        #[allow(clippy::iter_over_hash_type, reason = "each list is put in order by itself")]
        for entries in words.values_mut() {
            entries.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
        Dictionary {
            words,
            versions: given.form_versions.iter().map(|word| folded(word)).collect(),
            writing: given.writing.iter().map(|word| folded(word)).collect(),
            since: given.since.iter().map(|word| folded(word)).collect(),
            counted: given.counted.iter().flat_map(|word| word.chars()).map(fold).collect(),
        }
    }

    /// Whether a mention of time may begin with a character.
    pub(super) fn may_begin(&self, c: char) -> bool {
        c.is_ascii_digit()
            || self.words.contains_key(&c)
            || numeral_digit(c).is_some()
            || "○\u{25EF}oO第前Qq".contains(c)
    }

    /// The longest word that begins at a place: how long it is, and what it says.
    pub(super) fn word_at(&self, text: &[char], at: usize) -> Option<(usize, Sense)> {
        let rest = text.get(at..)?;
        let entries = self.words.get(rest.first()?)?;
        entries.iter().find(|(word, _)| rest.starts_with(word)).map(|(word, sense)| (word.len(), *sense))
    }

    /// The length of the word at a place that makes the digits before it the version of a form.
    pub(super) fn version_at(&self, text: &[char], at: usize) -> Option<usize> {
        longest(&self.versions, text, at)
    }

    /// Whether the word at a place makes the year before it the time of writing.
    pub(super) fn is_writing_at(&self, text: &[char], at: usize) -> bool {
        longest(&self.writing, text, at).is_some()
    }

    /// The length of the word at a place that makes the year before it a beginning.
    pub(super) fn since_at(&self, text: &[char], at: usize) -> Option<usize> {
        longest(&self.since, text, at)
    }

    /// Whether a number before this character counts things.
    pub(super) fn counts_things(&self, c: char) -> bool {
        self.counted.contains(&c)
    }
}

fn longest(words: &[Vec<char>], text: &[char], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    words.iter().filter(|word| !word.is_empty() && rest.starts_with(word)).map(Vec::len).max()
}

fn folded(word: &str) -> Vec<char> {
    word.chars().map(fold).collect()
}
