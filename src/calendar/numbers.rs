//! Numbers, years, months and days at a place of a folded text.

use crate::value::{numeral_digit, parse_han_numeral};

/// Years that dates may name.
pub(super) const YEARS: std::ops::RangeInclusive<u16> = 1949..=2099;
/// Years that may be written with two digits: 08年 to 39年.
const SHORT_YEARS: std::ops::RangeInclusive<u16> = 8..=39;

pub(super) fn get(text: &[char], at: usize) -> Option<char> {
    text.get(at).copied()
}

/// How many digits stand at a place.
pub(super) fn digits_at(text: &[char], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|c| c.is_ascii_digit()).count())
}

pub(super) fn skip_spaces(text: &[char], at: usize) -> usize {
    at + text.get(at..).map_or(0, |rest| rest.iter().take_while(|c| **c == ' ').count())
}

/// The value of some digits.
pub(super) fn value(text: &[char], from: usize, length: usize) -> u32 {
    let part = text.get(from..from + length).unwrap_or_default();
    part.iter().fold(0, |value, c| value * 10 + c.to_digit(10).unwrap_or(0))
}

/// A number of one or two digits, or in Chinese numerals, and where it ends.
pub(super) fn small_number(text: &[char], at: usize) -> Option<(u32, usize)> {
    let digits = digits_at(text, at);
    if digits > 0 {
        return (digits <= 2).then(|| (value(text, at, digits), at + digits));
    }
    let han = text.get(at..)?.iter().take_while(|c| numeral_digit(**c).is_some() || **c == '十').count();
    let numeral: String = text.get(at..at + han)?.iter().collect();
    let number = (1..=3).contains(&han).then(|| parse_han_numeral(&numeral)).flatten()?;
    u32::try_from(number.value).ok().map(|number| (number, at + han))
}

/// A number with its word behind it (`12月`, `十五日`), and where the word ends.
pub(super) fn number_before(text: &[char], at: usize, word: char) -> Option<(u32, usize)> {
    let (number, end) = small_number(text, skip_spaces(text, at))?;
    let end = skip_spaces(text, end);
    let fits = get(text, end).is_some_and(|c| c == word || (c == '号' && word == '日'));
    fits.then_some((number, end + 1))
}

/// A month with its word, and 份 behind it.
pub(super) fn month_at(text: &[char], at: usize) -> Option<(u32, usize)> {
    let (month, end) = number_before(text, at, '月').filter(|(month, _)| (1..=12).contains(month))?;
    Some((month, end + usize::from(get(text, end) == Some('份'))))
}

/// A year at a place: its number, where it ends, and whether 年 stands behind it.
pub(super) fn year_at(text: &[char], at: usize) -> Option<(u16, usize, bool)> {
    if let Some(year) = spelled_year(text, at) {
        return (get(text, at + 4) == Some('年')).then(|| (year, end_of_word(text, at + 4), true));
    }
    let digits = digits_at(text, at);
    let number = u16::try_from(value(text, at, digits.min(4))).ok()?;
    match digits {
        4 if YEARS.contains(&number) => {
            let word = skip_spaces(text, at + 4);
            let worded = get(text, word) == Some('年');
            Some((number, if worded { end_of_word(text, word) } else { at + 4 }, worded))
        }
        2 if SHORT_YEARS.contains(&number) && is_short_year(text, at) => {
            Some((2000 + number, end_of_word(text, at + 2), true))
        }
        _ => None,
    }
}

/// Where 年, 年度 or 年份 ends that begins at a place.
fn end_of_word(text: &[char], at: usize) -> usize {
    at + 1 + usize::from(matches!(get(text, at + 1), Some('度' | '份')))
}

/// `21年` is a year unless it is how long something lasted: 近21年, 21年来, 满15年, 15年期.
fn is_short_year(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| get(text, before));
    let after = get(text, at + 3);
    get(text, at + 2) == Some('年')
        && !before.is_some_and(|c| c.is_ascii_digit() || "近去后前满共达已约第逾超每续余多几.,-".contains(c))
        && !after.is_some_and(|c| "来间以内前后期多余限历级龄左".contains(c))
}

/// `二〇二一`, `二0二一`, `二o二一`: a year spelled with at least one numeral.
fn spelled_year(text: &[char], start: usize) -> Option<u16> {
    let digit = |c: char| match c {
        'o' | 'O' | '○' | '\u{25EF}' | '\u{3007}' => Some(0),
        _ => c.to_digit(10).map(i64::from).or_else(|| numeral_digit(c)),
    };
    let part = text.get(start..start + 4)?;
    if !part.iter().any(|c| numeral_digit(*c).is_some()) {
        return None;
    }
    let value = part.iter().try_fold(0, |value, c| Some(value * 10 + digit(*c)?))?;
    u16::try_from(value).ok().filter(|year| YEARS.contains(year))
}

/// The mark or word that joins two ends of a range, and where it ends.
pub(super) fn connector(text: &[char], at: usize) -> Option<usize> {
    let at = skip_spaces(text, at);
    let length = text.get(at..)?.iter().take_while(|c| "至到-—–~～−".contains(**c)).count();
    (1..=2).contains(&length).then(|| skip_spaces(text, at + length))
}

pub(super) fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
