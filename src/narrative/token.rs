//! A sentence as a row of words, phrases, quantities and times.

use super::lexicon::{Phrases, Roles};
use super::quantity::{self, Found, Quantity};
use super::text::{OPAQUE, Sentence};
use crate::calendar::{Mention, Period};

/// Which figures the time lets be counted of which a sentence speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timely {
    /// All: it is the report year.
    All,
    /// Stocks, which are counted on a day.
    Stocks,
    /// None: it is another year, or a part of one.
    Nothing,
}

impl Timely {
    fn of(period: &Period) -> Self {
        match (period.counts(false), period.counts(true)) {
            // Who names a day counted on that day, or until then.
            (Some(true), _) => Timely::All,
            (_, Some(true)) => Timely::Stocks,
            _ => Timely::Nothing,
        }
    }
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// A word of the grammar or of an indicator, or a phrase that names indicators.
    Word { roles: Roles, names: Vec<usize> },
    /// A number with its unit.
    Quantity(Quantity),
    /// A time, and what it lets be counted.
    Time(Timely),
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
    pub(super) fn when(&self) -> Option<Timely> {
        match &self.what {
            What::Time(timely) => Some(*timely),
            What::Word { roles, .. } if roles.any(Roles::ELSEWHERE) => Some(Timely::Nothing),
            What::Word { roles, .. } if roles.any(Roles::PARTLY) => Some(Timely::Stocks),
            _ => None,
        }
    }

    /// Whether it is a word, or names the report year as words do.
    pub(super) fn may_lead(&self) -> bool {
        matches!(self.what, What::Word { .. } | What::Time(Timely::All))
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
    let folded: Vec<char> = sentence.letters.iter().map(|letter| letter.folded).collect();
    let time = |at: usize| {
        // A day is a part of the year for whatever was counted on it.
        let Mention { end, time, is_total, .. } = phrases.calendar.mention_at(&folded, at)?;
        let total = What::Word { roles: Roles::CUMULATIVE, names: Vec::new() };
        Some((end, if is_total { total } else { What::Time(Timely::of(&time.seen_from(year))) }))
    };
    while let Some(letter) = sentence.at(start) {
        let (end, what) = longest(sentence, start, letter, phrases, time(start));
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
            && first.when().is_some_and(|timely| timely != Timely::All)
            && let Some(second) = tokens.get_mut(at)
        {
            second.what = What::Time(Timely::Nothing);
        }
    }
}

fn longest(
    sentence: &Sentence,
    at: usize,
    letter: char,
    phrases: &Phrases,
    time: Option<(usize, What)>,
) -> (usize, What) {
    if letter == OPAQUE {
        return (at + 1, What::Unknown);
    }
    let word = phrases.word(sentence, at);
    let mut best = match word {
        Some((length, word)) => (at + length, What::Word { roles: word.roles, names: word.names.clone() }),
        None if ",;:()。".contains(letter) => (at + 1, What::Mark(letter)),
        None => (at + 1, What::Unknown),
    };
    if let Some((end, what)) = time
        && end >= best.0
    {
        best = (end, what);
    }
    match quantity::scan(sentence, at, phrases) {
        Some((end, Found::Quantity(quantity))) if end >= best.0 => (end, What::Quantity(quantity)),
        Some((end, Found::Unclear)) if end > best.0 => (end, What::Unknown),
        _ => best,
    }
}

/// 2021年（上半年）: what a time comes to, if the bracket that begins at a token holds nothing but another.
fn narrowed(tokens: &[Token], bracket: usize) -> Option<Timely> {
    let before = tokens.get(bracket.checked_sub(1)?)?.when()?;
    let inside: Option<Vec<Timely>> = tokens.get(bracket + 1..)?.iter().map(Token::when).collect();
    inside?.into_iter().chain([before]).max()
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
                if let Some(narrowed) = narrowed(&out, from) {
                    out.truncate(from);
                    if let Some(time) = out.last_mut() {
                        time.what = What::Time(narrowed);
                    }
                    continue;
                }
                let says = |token: &Token| {
                    let year = token.when().is_some_and(|timely| timely != Timely::All);
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
