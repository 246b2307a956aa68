//! A sentence as a row of words, phrases, quantities and times.

use super::lexicon::{Phrases, Roles};
use super::quantity::{self, Found, Quantity};
use super::text::{OPAQUE, Sentence};
use super::time::{self, When};

/// What stands at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// A word of the grammar or of an indicator, or a phrase that names indicators.
    Word { roles: Roles, names: Vec<usize> },
    /// A number with its unit.
    Quantity(Quantity),
    /// A time.
    Time(When),
    /// A mark that parts clauses.
    Mark(char),
    /// Anything else, one letter at a time.
    Unknown,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub what: What,
}

impl Token {
    /// Whether it is a word with one of these roles.
    pub(super) fn is(&self, wanted: Roles) -> bool {
        matches!(&self.what, What::Word { roles, .. } if roles.any(wanted))
    }

    /// The indicators that it names.
    pub(super) fn names(&self) -> &[usize] {
        match &self.what {
            What::Word { names, .. } => names,
            _ => &[],
        }
    }

    /// The quantity that it is.
    pub(super) fn quantity(&self) -> Option<&Quantity> {
        match &self.what {
            What::Quantity(quantity) => Some(quantity),
            _ => None,
        }
    }

    /// The time of which it speaks.
    pub(super) fn when(&self) -> Option<When> {
        match &self.what {
            What::Time(when) => Some(*when),
            What::Word { roles, .. } if roles.any(Roles::OTHER_YEAR) => Some(When::Other),
            What::Word { roles, .. } if roles.any(Roles::PART_YEAR) => Some(When::Part),
            What::Word { roles, .. } if roles.any(Roles::THIS_YEAR) => Some(When::This),
            _ => None,
        }
    }

    /// Whether it is one of these marks.
    pub(super) fn is_mark(&self, marks: &str) -> bool {
        matches!(self.what, What::Mark(mark) if marks.contains(mark))
    }
}

/// Reads a sentence from left to right, always the longest piece.
pub(super) fn tokens(sentence: &Sentence, phrases: &Phrases, year: u16) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(letter) = sentence.at(start) {
        let (end, what) = longest(sentence, start, letter, phrases, year);
        tokens.push(Token { start, end, what });
        start = end;
    }
    join_times(&mut tokens);
    without_asides(tokens)
}

/// 2019年和2020年 is neither.
fn join_times(tokens: &mut [Token]) {
    for at in 2..tokens.len() {
        let Some([first, between, second]) = tokens.get(at - 2..=at) else { continue };
        let joined = between.is(Roles::SEPARATOR) && second.when().is_some();
        if joined
            && first.when().is_some_and(|when| when != When::This)
            && let Some(second) = tokens.get_mut(at)
        {
            second.what = What::Time(When::Other);
        }
    }
}

fn longest(sentence: &Sentence, at: usize, letter: char, phrases: &Phrases, year: u16) -> (usize, What) {
    if letter == OPAQUE {
        return (at + 1, What::Unknown);
    }
    let word = phrases.word(sentence, at);
    let mut best = match word {
        Some((length, word)) => (at + length, What::Word { roles: word.roles, names: word.names.clone() }),
        None if ",;:()。".contains(letter) => (at + 1, What::Mark(letter)),
        None => (at + 1, What::Unknown),
    };
    if let Some((end, when)) = time::scan(sentence, at, year)
        && end >= best.0
    {
        best = (end, What::Time(when));
    }
    match quantity::scan(sentence, at, phrases) {
        Some((end, Found::Quantity(quantity))) if end >= best.0 => (end, What::Quantity(quantity)),
        Some((end, Found::Unclear)) if end > best.0 => (end, What::Unknown),
        _ => best,
    }
}

/// The tokens without brackets that only name: 微信公众号（句容统计）发布. What stands in others may change the figure.
fn without_asides(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut open: Option<usize> = None;
    for token in tokens {
        match (token.is_mark("("), token.is_mark(")"), open) {
            (true, ..) => open = Some(out.len()),
            (_, true, Some(from)) => {
                open = None;
                let says = |token: &Token| {
                    let year = token.when().is_some_and(|when| when != When::This);
                    token.quantity().is_some() || year || token.is(Roles::SCOPE)
                };
                if !out.iter().skip(from).any(says) {
                    out.truncate(from);
                    continue;
                }
            }
            _ => {}
        }
        out.push(token);
    }
    out
}
