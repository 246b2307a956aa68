//! Clues to the sender, the report year and the revision of a return, in file names, titles and cells.
//!
//! Gives candidates only; the roster decides who the sender is. All words but numerals and marks come as data.

mod name;
mod span;

use serde::{Deserialize, Serialize};

use crate::script::fold;
use span::{Found, Span};

/// Titles and file names are read up to this many characters; longer texts are prose.
const LONGEST: usize = 300;

/// The words that surround names and years, in simplified script.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClueWords {
    /// Labels of the line that names the sender (填报单位, 单位名称).
    pub agency_lines: Vec<String>,
    /// Labels of the line that states the report year (年度, 统计年度).
    pub year_lines: Vec<String>,
    /// Words that are no part of a name (政府信息公开工作年度报告, 统计表, 附件).
    pub noise: Vec<String>,
    /// Words for a corrected or final version (更正, 修订, 定稿).
    pub revision: Vec<String>,
    /// Words for a mere copy (副本, 复制).
    pub copy: Vec<String>,
}

/// The report years that a text mentions, in its order, each once: 2008 (when the regulation came into force) to 2099.
///
/// `2021年度`, `二〇二一年`, `x_2021.xlsx`, and a whole year given as a period (`2021年1月1日至12月31日`); not dates
/// (`2022年1月15日`, `20220115`), document numbers (`〔2021〕30号`) or amounts (`2021件`).
pub fn years_in(text: &str) -> Vec<u16> {
    let mut years = Vec::new();
    for span in span::spans(&folded(text)) {
        if let Found::Year(year) = span.found
            && !years.contains(&year)
        {
            years.push(year);
        }
    }
    years
}

/// Candidates for the name of an agency in a file name, title or cell: the whole residue when years, dates, noise
/// words at the edges of a part, numbering, a file extension and separators are taken away; then its parts, longest
/// first. Parts end at separators and brackets; noise is taken from their edges only, never from inside a word.
pub fn names_in(text: &str, words: &ClueWords) -> Vec<String> {
    name::candidates(text, words)
}

/// What follows one of these labels and a colon or space on the same line: `填报单位（盖章）：句容市财政局`.
///
/// `Some("")` if the label stands alone and the answer is in the next cell; `None` if there is no such label.
pub fn labelled<'a>(text: &'a str, labels: &[String]) -> Option<&'a str> {
    let text = text.trim();
    let chars: Vec<(usize, char)> =
        text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, c)| (at, fold(c))).collect();
    let label = labels
        .iter()
        .filter(|label| {
            !label.is_empty()
                && chars.len() >= label.chars().count()
                && label.chars().zip(&chars).all(|(l, (_, c))| fold(l) == *c)
        })
        .max_by_key(|label| label.len())?;
    let Some((end, _)) = chars.get(label.chars().count()) else {
        return Some("");
    };
    let mut rest = text.get(*end..)?;
    // a remark between label and colon: （盖章）
    if let Some(inner) = rest.strip_prefix(['(', '（']) {
        rest = inner.split_once([')', '）'])?.1.trim_start();
    }
    let value = rest.trim_start_matches(|c: char| matches!(c, ':' | '：') || c.is_whitespace());
    let marked = value.len() < rest.len() || text[..*end].ends_with(char::is_whitespace);
    (marked || rest.is_empty()).then_some(value.trim_end())
}

/// How much a file name claims to be a later version: 0 not at all, the number of a version (`v2`, `(2)`, `_2`,
/// `第二版`), and 100 for each word of revision. The number behind a word for a copy counts nothing.
pub fn revision_rank(file_name: &str, words: &ClueWords) -> u32 {
    let text: Vec<char> = file_name.chars().take(LONGEST).map(fold).collect();
    let stem = &text[..name::stem_length(&text)];
    let mut text: Vec<char> = stem.iter().map(char::to_ascii_lowercase).collect();
    for Span { start, end, .. } in span::spans(&text) {
        text[start..end].fill(' ');
    }
    for word in words.copy.iter().map(|word| folded(&word.to_ascii_lowercase())) {
        while let Some(at) = find(&text, &word) {
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
    for word in sorted(&words.revision) {
        while let Some(at) = find(&text, &word) {
            text[at..at + word.len()].fill(' ');
            rank += 100;
        }
    }
    rank.min(900) + span::version(&text)
}

/// The characters of a text, half width and simplified; as many as the text has.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// Words as folded characters, longest first.
fn sorted(words: &[String]) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = words.iter().map(|word| folded(word)).filter(|word| !word.is_empty()).collect();
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words
}

fn find(text: &[char], word: &[char]) -> Option<usize> {
    if word.is_empty() { None } else { text.windows(word.len()).position(|window| window == word) }
}

#[cfg(test)]
mod tests;
