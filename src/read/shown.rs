//! What a document shows in a place, and what its markup says of the value behind it.

use compact_str::CompactString;

use super::Content;
use super::gather::number;
use super::ods::prints_error;

/// What a cell's markup says of its value besides the shown text.
#[derive(Default)]
pub(super) struct Typed {
    /// The stored number.
    pub(super) number: Option<f64>,
    /// Whether the shown text is the stored number.
    pub(super) shows_number: bool,
    /// The stored truth value.
    pub(super) boolean: Option<bool>,
    /// Whether the shown text is the print of an error.
    pub(super) error: bool,
    /// Whether the value comes from a formula.
    pub(super) is_formula: bool,
}

impl Typed {
    /// The cell's content; `None` when it holds nothing.
    pub(super) fn content(&self, shown: &str) -> Option<Content> {
        // LibreOffice stores a zero beside the print of an error.
        if self.error || (self.number.is_some() && prints_error(shown)) {
            return Some(Content::Error(CompactString::from(shown)));
        }
        let shown_number = || shown.trim().parse::<f64>().ok().filter(|_| self.shows_number);
        if let Some(value) = self.number.or_else(shown_number) {
            let is_date = looks_like_date(shown, value);
            return Some(if is_date { Content::Date(CompactString::from(shown)) } else { number(value) });
        }
        if let Some(value) = self.boolean {
            return Some(Content::Bool(value));
        }
        if is_blank(shown) {
            return self.is_formula.then_some(Content::Text(CompactString::default()));
        }
        Some(Content::Text(CompactString::from(shown)))
    }
}

/// Whether a number is shown as a date or time: numerals joined by 年, 月, `:`, `-`, `/` or points. Its serial is no
/// figure.
fn looks_like_date(shown: &str, value: f64) -> bool {
    if shown.trim().parse::<f64>().is_ok() {
        return false;
    }
    let chars: Vec<char> = shown.chars().collect();
    let joins = |marks: &str| {
        let is_join = |w: &&[char]| match w {
            [a, mark, b] => marks.contains(*mark) && a.is_alphanumeric() && b.is_alphanumeric(),
            _ => false,
        };
        chars.windows(3).filter(is_join).count()
    };
    // 1/2 may also be the fraction.
    let fraction = value.fract() != 0.0 && value.abs() < 1000.0;
    shown.contains(['年', '月', '日']) || joins(":-") > 0 || joins("/") > usize::from(fraction) || joins(".") > 1
}

/// Whether nothing is to be seen; a page fills empty cells with no-break spaces.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{FEFF}'))
}

/// Running text, white space collapsed as a browser does.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) text: String,
    pub(super) gap: Gap,
    /// Whether any of it is more than a link.
    pub(super) spoken: bool,
}

/// What stands between the text so far and the text to come.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
pub(super) enum Gap {
    #[default]
    None,
    Space,
    Break,
}

impl Flow {
    /// Adds text whose white space means no more than one space.
    pub(super) fn collapsed(&mut self, text: &str) {
        for piece in text.split_inclusive(is_collapsible) {
            let word = piece.trim_end_matches(is_collapsible);
            if !word.is_empty() {
                self.literal(word);
            }
            if word.len() < piece.len() && self.gap == Gap::None {
                self.gap = Gap::Space;
            }
        }
    }

    /// Adds text as it is.
    pub(super) fn literal(&mut self, text: &str) {
        if !self.text.is_empty() {
            match self.gap {
                Gap::Break => self.text.push('\n'),
                Gap::Space => self.text.push(' '),
                Gap::None => {}
            }
        }
        self.gap = Gap::None;
        self.text.push_str(text);
    }
}

fn is_collapsible(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}
