//! Numbers with their units, as sentences write them.

use super::lexicon::Phrases;
use super::text::Sentence;
use crate::value::{Amount, Kind, Meaning, Reading, Rewrite, is_han_numeral, read_text};

/// A number in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    /// What it says.
    pub reading: Reading,
    /// Its unit in simplified script; none for a bare number.
    pub unit: Option<String>,
    /// Whether it is written in numerals, which also stand in words (一次性).
    pub in_numerals: bool,
}

/// What begins at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// A quantity.
    Quantity(Quantity),
    /// Figures that are no quantity, or one that cannot be relied on: a range, a share, a telephone number.
    Unclear,
}

const RANGE: &str = "-—–~～至到";

/// The number at a place, and where it ends.
pub(super) fn scan(sentence: &Sentence, at: usize, phrases: &Phrases) -> Option<(usize, Found)> {
    let front = phrases.about_before(sentence, at).unwrap_or(0);
    let start = at + front;
    let Some((mut end, mut sound)) = digits(sentence, start) else {
        let length = numerals(sentence, start);
        return (length > 0).then(|| numeral(sentence, at, start, start + length, phrases)).flatten();
    };
    // part of something longer: a date, a code, a telephone number, a paragraph of a law
    let glued = at > 0 && sentence.at(at - 1).is_some_and(|c| c.is_ascii_alphanumeric() || ".-/+第№".contains(c))
        || start > 0 && sentence.at(start - 1) == Some('第')
        || at > 1 && sentence.at(at - 1) == Some(':') && sentence.at(at - 2).is_some_and(|c| c.is_ascii_digit());
    sound &= !glued;
    end += numerals(sentence, end);
    let (end, found) = measured(sentence, at, end, phrases, false, sound);
    // 线上3次: the word before the figures may have nothing to do with them
    (front == 0 || found != Found::Unclear).then_some((end, found))
}

/// A number in numerals. Alone, a numeral is part of some word.
fn numeral(sentence: &Sentence, at: usize, start: usize, end: usize, phrases: &Phrases) -> Option<(usize, Found)> {
    let (after, found) = measured(sentence, at, end, phrases, true, true);
    let joined = phrases.joined_to_word(sentence, at) || at > 0 && sentence.at(at - 1).is_some_and(is_han_numeral);
    match found {
        Found::Quantity(quantity) if quantity.unit.is_some() && !joined => Some((after, Found::Quantity(quantity))),
        // 第二十条: the whole of it, so that 十条 is not read on its own
        _ if joined => Some((end, Found::Unclear)),
        Found::Quantity(quantity) if quantity.reading.value == Some(Amount::ZERO) && at == start => {
            Some((after, Found::Quantity(quantity)))
        }
        _ if end - start > 1 => Some((end, Found::Unclear)),
        _ => None,
    }
}

/// Reads on behind the figures: words for "about", unit, and what makes it no quantity after all.
fn measured(
    sentence: &Sentence,
    at: usize,
    mut end: usize,
    phrases: &Phrases,
    in_numerals: bool,
    sound: bool,
) -> (usize, Found) {
    if let Some(length) = phrases.about_after(sentence, end) {
        end += length;
        end += numerals(sentence, end);
    }
    let unit = phrases.unit(sentence, end).map(|length| (end, end + length));
    let mut after = unit.map_or(end, |(_, end)| end);
    if unit.is_some()
        && let Some(length) = phrases.about_after(sentence, after).filter(|length| *length > 1)
    {
        // 3件来信: a single letter behind the unit begins another word
        after += length;
    }
    let next = sentence.at(after);
    let ranged = next.is_some_and(|c| RANGE.contains(c))
        && sentence.at(after + 1).is_some_and(|c| c.is_ascii_digit() || is_han_numeral(c));
    let broken = next.is_some_and(|c| c.is_ascii_alphanumeric() || "%‰/.: +".contains(c));
    if ranged {
        let (behind, _) = scan(sentence, after + 1, phrases).unwrap_or((after + 2, Found::Unclear));
        return (behind, Found::Unclear);
    }
    // A bare number says something only at the end of its clause.
    let ends = next.is_none_or(|c| ",;:、)(".contains(c))
        || phrases.word(sentence, after).is_some_and(|(_, word)| word.roles.any(super::lexicon::Roles::SEPARATOR));
    if !sound || broken || unit.is_none() && !ends {
        return (after, Found::Unclear);
    }
    let text = sentence.folded(at, after);
    match reading(&text) {
        Some(reading) => {
            let unit = unit.map(|(start, end)| sentence.folded(start, end));
            (after, Found::Quantity(Quantity { reading, unit, in_numerals }))
        }
        None => (after, Found::Unclear),
    }
}

/// The value, if it can be relied on. A number rounded to 万 is no exact one.
fn reading(text: &str) -> Option<Reading> {
    let reading = read_text(text, Kind::Count, None);
    match reading.meaning {
        Meaning::Number if reading.rewrites.contains(Rewrite::Scale) => {
            Some(Reading { meaning: Meaning::Approximate, value: None, ..reading })
        }
        Meaning::Number | Meaning::Approximate => Some(reading),
        Meaning::Blank | Meaning::Dash | Meaning::NotApplicable | Meaning::Text => None,
    }
}

/// Digits with marks between them: where they end, and whether they are one number.
fn digits(sentence: &Sentence, start: usize) -> Option<(usize, bool)> {
    if !sentence.at(start)?.is_ascii_digit() {
        return None;
    }
    let digit = |at: usize| sentence.at(at).is_some_and(|c| c.is_ascii_digit());
    let mut end = start;
    loop {
        while digit(end) {
            end += 1;
        }
        if !(is_mark(sentence, end) && digit(end + 1)) {
            break;
        }
        end += 1;
    }
    let text = sentence.folded(start, end);
    let thousands = text.split(',').skip(1).all(|group| group.len() == 3) && !text.contains(['.', ' ']);
    Some((end, text.bytes().all(|byte| byte.is_ascii_digit()) || thousands || is_decimal(&text)))
}

/// Only a mark as narrow or as wide as the digits belongs to them; else a wide comma parts clauses.
fn is_mark(sentence: &Sentence, at: usize) -> bool {
    let wide = |at: usize| sentence.letters.get(at).is_some_and(|letter| letter.folded != letter.written);
    let mark = sentence.at(at).is_some_and(|c| matches!(c, ',' | '.' | ' '));
    mark && at > 0 && wide(at) == wide(at - 1)
}

fn is_decimal(text: &str) -> bool {
    text.split('.').count() == 2 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn numerals(sentence: &Sentence, start: usize) -> usize {
    (start..).take_while(|at| sentence.at(*at).is_some_and(is_han_numeral)).count()
}
