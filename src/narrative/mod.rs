//! Narrative reports: the figures that their sentences state.
//!
//! A text becomes paragraphs and sentences (`text`), these words, phrases, quantities and times (`token`), these clauses
//! with figures (`clause`); `reader` follows chapters, years and lists of parts through the text, and `settle` compares
//! what is said twice. All phrases are data (`lexicon`, from `src/forms/phrases.toml`). A sentence that is not wholly
//! understood states nothing: a wrong figure is worse than a missing one. Reading is pure and knows no
//! file, no agency and no return.

mod clause;
mod lexicon;
mod quantity;
mod reader;
mod settle;
mod text;
mod token;

pub use lexicon::Phrases;
pub(crate) use lexicon::Target;

use crate::value::{Amount, Reading};

/// A figure that a report states, with the sentence that states it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stated {
    /// What it counts.
    pub target: Target,
    /// Its value.
    pub reading: Reading,
    /// The words that state it, as written.
    pub raw: String,
    /// The sentence around them.
    pub sentence: String,
    /// Where the sentence stands.
    pub address: Address,
}

/// Paragraph and sentence, both counted from one; paragraphs that hold nothing are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    /// The paragraph.
    pub paragraph: u32,
    /// The sentence within it.
    pub sentence: u32,
}

/// A list of parts that does not add up to its whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Breach {
    /// The whole as stated.
    pub whole: Stated,
    /// Its value.
    pub found: Amount,
    /// The sum of its parts.
    pub expected: Amount,
}

/// What a report states.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Narrative {
    /// Its figures in the order of the text, each target once.
    pub stated: Vec<Stated>,
    /// Targets of which it says two things: neither is believed.
    pub conflicts: Vec<(Stated, Stated)>,
    /// Lists that do not add up.
    pub breaches: Vec<Breach>,
    /// Lists of parts that could be added up.
    pub lists_checked: u32,
    /// Lists that add up.
    pub lists_held: u32,
}

/// Reads a report on `year`, paragraph by paragraph.
#[must_use]
pub(crate) fn read_lines<'t>(lines: impl Iterator<Item = &'t str>, phrases: &Phrases, year: u16) -> Narrative {
    let mut reader = reader::Reader::new(phrases, year);
    for (number, line) in (1..).zip(lines.filter(|line| holds_something(line))) {
        reader.paragraph(number, line);
    }
    settle::settle(reader.finish(), phrases)
}

/// Whether a text speaks of the subject at all: prose about anything else is no report.
#[must_use]
pub(crate) fn is_about_disclosure(text: &str, phrases: &Phrases) -> bool {
    let folded: String = text.chars().map(crate::script::fold).collect();
    phrases.report_words.iter().any(|word| folded.contains(word.as_str()))
}

fn holds_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
