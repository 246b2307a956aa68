//! Clues to the sender, the report year and the revision of a return, in file names, titles and cells.
//!
//! Gives candidates only; the roster decides who the sender is. All words but numerals and marks come as data.

mod name;
mod version;

use crate::calendar::{Calendar, Mention};
use crate::form::Words;
use crate::script::fold;
pub(crate) use name::Residue;

/// Titles and file names are read up to this many characters; longer texts are prose.
const LONGEST: usize = 300;

/// The words that surround names and years, folded and longest first.
#[derive(Clone, Debug)]
pub struct ClueWords {
    /// Whatever may stand at the edge of a name without being part of it.
    edges: Vec<Vec<char>>,
    revision: Vec<Vec<char>>,
    copy: Vec<Vec<char>>,
    /// What speaks of time is no part of a name.
    calendar: Calendar,
}

impl ClueWords {
    /// Prepares the words.
    #[must_use]
    pub(crate) fn new(words: &Words, calendar: Calendar) -> Self {
        let edges = [&words.noise, &words.agency_lines, &words.year_lines, &words.revision, &words.copy];
        ClueWords {
            edges: sorted(edges.into_iter().flatten()),
            revision: sorted(&words.revision),
            copy: sorted(&words.copy.iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>()),
            calendar,
        }
    }
}

/// What is left of a file name, title or cell when years, dates, noise words at the edges of a part, numbering, a file
/// extension and separators are taken away: the residue as a whole, and its parts in their order. Parts end at separators
/// and brackets; noise is taken from their edges only, never from inside a word.
#[must_use]
pub(crate) fn residue_of(text: &str, words: &ClueWords) -> Residue {
    name::residue(text, words)
}

/// How much a file name claims to be a later version: 0 not at all, the number of a version (`v2`, `(2)`, `_2`,
/// `第二版`), and 100 for each word of revision. The number behind a word for a copy counts nothing.
pub(crate) fn revision_rank(file_name: &str, words: &ClueWords) -> u32 {
    let text: Vec<char> = file_name.chars().take(LONGEST).map(fold).collect();
    let stem = &text[..name::stem_length(&text)];
    let mut text: Vec<char> = stem.iter().map(char::to_ascii_lowercase).collect();
    for Mention { start, end, .. } in words.calendar.mentions(&text) {
        text[start..end].fill(' ');
    }
    for word in &words.copy {
        while let Some(at) = find(&text, word) {
            // the copy's own number goes with it
            let tail =
                text[at + word.len()..].iter().take_while(|c| " ()-_".contains(**c) || c.is_ascii_digit()).count();
            text.truncate(if at + word.len() + tail == text.len() { at } else { text.len() });
            if at < text.len() {
                text.drain(at..at + word.len());
            }
        }
    }
    let mut rank = 0;
    for word in &words.revision {
        while let Some(at) = find(&text, word) {
            text[at..at + word.len()].fill(' ');
            rank += 100;
        }
    }
    rank.min(900) + version::version(&text)
}

/// The characters of a text, half width and simplified; as many as the text has.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// Words as folded characters, longest first.
fn sorted<'w>(words: impl IntoIterator<Item = &'w String>) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> =
        words.into_iter().map(|word| folded(word)).filter(|word| !word.is_empty()).collect();
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words
}

fn find(text: &[char], word: &[char]) -> Option<usize> {
    if word.is_empty() { None } else { text.windows(word.len()).position(|window| window == word) }
}

#[cfg(test)]
mod tests;
