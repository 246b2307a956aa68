//! Years, dates and document numbers in folded text (half width, simplified).

use crate::value::{numeral_digit, parse_han_numeral};

/// What a stretch of digits is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// A report year.
    Year(u16),
    /// A date, a time stamp or a document number.
    Other,
}

/// A stretch of text, from `start` up to `end`, in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    pub found: Found,
}

/// The years and dates of a text, in its order, not overlapping.
pub(crate) fn spans(text: &[char]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match span_at(text, at) {
            Some(span) => {
                at = span.end.max(at + 1);
                found.push(span);
            }
            None => at += run(text, at).max(1),
        }
    }
    found
}

/// The stretch that starts here, where no digit stands before.
fn span_at(text: &[char], start: usize) -> Option<Span> {
    let other = |end| Some(Span { start, end, found: Found::Other });
    if let Some(year) = spelled_year(text, start) {
        let end = start + 4;
        return if get(text, end) == Some('年') { year_with_word(text, start, end, year) } else { None };
    }
    let digits = run(text, start);
    let value = |from: usize, length: usize| {
        text.get(from..from + length).map_or(0, |part| part.iter().fold(0, |n, c| n * 10 + c.to_digit(10).unwrap_or(0)))
    };
    match digits {
        // 20220115, 202201150930
        8 | 12 | 14 if plausible(value(start, 4)) && is_day(value(start + 4, 2), value(start + 6, 2)) => {
            other(start + digits)
        }
        6 if plausible(value(start, 4)) && (1..=12).contains(&value(start + 4, 2)) => other(start + 6),
        // 15.1.2022 and 1月15日 begin with one or two digits
        1 | 2 => short_date(text, start, digits).or_else(|| short_year(text, start, digits)).and_then(other),
        4 => {
            let end = start + 4;
            let year = u16::try_from(value(start, 4)).ok().filter(|year| (1949..=2099).contains(year))?;
            if let Some(end) = document_number(text, start, end) {
                return other(end);
            }
            let spaces = text[end..].iter().take_while(|c| **c == ' ').count();
            if get(text, end + spaces) == Some('年') {
                return year_with_word(text, start, end + spaces, year);
            }
            if let Some(end) = numeric_date(text, end) {
                return other(end);
            }
            bare_year(text, start, end, year)
        }
        _ => None,
    }
}

fn year(start: usize, end: usize, year: u16) -> Option<Span> {
    let found = if crate::form::REPORT_YEARS.contains(&year) { Found::Year(year) } else { Found::Other };
    Some(Span { start, end, found })
}

/// `2021年…`, with 年 at `word`: a year, the period of a whole year, or a date.
fn year_with_word(text: &[char], start: usize, word: usize, value: u16) -> Option<Span> {
    let end = word + 1;
    let Some((month, after_month)) = number_before(text, end, '月') else {
        if let Some(end) = months_of_year(text, end) {
            return year(start, end, value);
        }
        let tail = get(text, end).filter(|c| matches!(c, '度' | '份')).is_some();
        return year(start, end + usize::from(tail), value);
    };
    let (day, after_day) = number_before(text, after_month, '日').unwrap_or((0, after_month));
    if month == 1 && day <= 1 {
        // 1月1日至12月31日 of the same year, which may be said again
        let mut at = after_day;
        let mut linked = false;
        while let Some(c) = get(text, at).filter(|c| "起至到止-—–~ ".contains(*c)) {
            linked |= !" 起".contains(c);
            at += 1;
        }
        if let Some(again) = number_before(text, at, '年') {
            at = if again.0 == u32::from(value) { again.1 } else { text.len() };
        }
        if let Some((12, at)) = number_before(text, at, '月').filter(|_| linked) {
            return year(start, number_before(text, at, '日').map_or(at, |(_, at)| at), value);
        }
    }
    Some(Span { start, end: after_day, found: Found::Other })
}

/// `1-12月`, `1至12月` behind 年.
fn months_of_year(text: &[char], at: usize) -> Option<usize> {
    let at = skip_spaces(text, at);
    let first = run(text, at);
    let mark = get(text, at + first).filter(|c| "-—–~至到".contains(*c) && text.get(at..at + first) == Some(&['1']));
    mark.and_then(|_| number_before(text, at + first + 1, '月')).filter(|(month, _)| *month == 12).map(|(_, end)| end)
}

/// A number, in digits or numerals, and the word behind it: the number, and where the word ends.
fn number_before(text: &[char], at: usize, word: char) -> Option<(u32, usize)> {
    let at = skip_spaces(text, at);
    let end =
        at + text[at.min(text.len())..].iter().take(5).position(|c| *c == word || (*c == '号' && word == '日'))?;
    let number: String = text[at..end].iter().filter(|c| **c != ' ').collect();
    let value = match number.parse::<u32>() {
        Ok(value) => value,
        Err(_) => u32::try_from(parse_han_numeral(&number)?.value).ok()?,
    };
    Some((value, end + 1))
}

/// `-01-15`, `.1.15`, `/1`, `_01_15` behind a year: where the date ends.
fn numeric_date(text: &[char], at: usize) -> Option<usize> {
    let mark = get(text, at).filter(|c| "-./_".contains(*c))?;
    let (month, after) = short_number(text, at + 1)?;
    if get(text, after) == Some(mark)
        && let Some((day, end)) = short_number(text, after + 1)
    {
        return is_day(month, day).then_some(end);
    }
    // year and month alone: 2022-01; with _ it is rather a serial number
    ((1..=12).contains(&month) && mark != '_').then_some(after)
}

/// `21年度`: a year without its century is cut from a name, but is no report year.
fn short_year(text: &[char], start: usize, digits: usize) -> Option<usize> {
    let end = start + digits;
    let tail = usize::from(matches!(get(text, end + 1), Some('度' | '份')));
    (digits == 2 && get(text, end) == Some('年')).then_some(end + 1 + tail)
}

/// `15.1.2022`, `1/15/2022`, `1月15日` from one or two digits: where the date ends.
fn short_date(text: &[char], start: usize, digits: usize) -> Option<usize> {
    if let Some((month, at)) = number_before(text, start, '月').filter(|(month, _)| (1..=12).contains(month))
        && let Some((day, end)) = number_before(text, at, '日')
    {
        return is_day(month, day).then_some(end);
    }
    let mark = get(text, start + digits).filter(|c| "-./".contains(*c))?;
    let (_, after) = short_number(text, start + digits + 1)?;
    let end = after + 5;
    (get(text, after) == Some(mark)
        && run(text, after + 1) == 4
        && matches!(text.get(after + 1..after + 3), Some(['2', '0'])))
    .then_some(end)
}

/// `〔2021〕30号`, `[2021]第30号`, `(2021)30号`: where it ends.
fn document_number(text: &[char], start: usize, end: usize) -> Option<usize> {
    let open = start.checked_sub(1).and_then(|at| get(text, at))?;
    let close = get(text, end)?;
    if !matches!((open, close), ('〔', '〕') | ('[', ']') | ('(', ')') | ('【', '】') | ('〈', '〉')) {
        return None;
    }
    let at = end + 1 + usize::from(get(text, end + 1) == Some('第'));
    let digits = run(text, at);
    if digits > 0 && get(text, at + digits) == Some('号') {
        return Some(at + digits + 1);
    }
    (open == '〔').then_some(end + 1)
}

/// Four digits without 年: a year unless they are an amount or a part of a number.
fn bare_year(text: &[char], start: usize, end: usize, value: u16) -> Option<Span> {
    let before = start.checked_sub(1).and_then(|at| get(text, at));
    let earlier_digit = start.checked_sub(2).and_then(|at| get(text, at)).is_some_and(|c| c.is_ascii_digit());
    if before.is_some_and(|c| ",.".contains(c)) && earlier_digit || matches!(before, Some('第' | '\u{A5}' | '#')) {
        return None;
    }
    let after = get(text, end);
    let digit_follows = get(text, end + 1).is_some_and(|c| c.is_ascii_digit());
    if after.is_some_and(|c| ",.".contains(c)) && digit_follows {
        return None;
    }
    let next = get(text, skip_spaces(text, end));
    if next.is_some_and(|c| "条件篇次人个份场期项宗起名元万亿千百多余号%届级例批家户只台".contains(c))
    {
        return None;
    }
    year(start, end, value)
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
    let value = part.iter().try_fold(0, |n, c| Some(n * 10 + digit(*c)?))?;
    u16::try_from(value).ok().filter(|year| (1949..=2099).contains(year))
}

fn number(digits: &[char]) -> u32 {
    digits.iter().fold(0, |n, c| n * 10 + c.to_digit(10).unwrap_or(0))
}

fn short_number(text: &[char], at: usize) -> Option<(u32, usize)> {
    let digits = run(text, at);
    (1..=2).contains(&digits).then(|| (number(&text[at..at + digits]), at + digits))
}

fn run(text: &[char], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|c| c.is_ascii_digit()).count())
}

fn skip_spaces(text: &[char], at: usize) -> usize {
    at + text.get(at..).map_or(0, |rest| rest.iter().take_while(|c| **c == ' ').count())
}

fn get(text: &[char], at: usize) -> Option<char> {
    text.get(at).copied()
}

fn plausible(year: u32) -> bool {
    (1949..=2099).contains(&year)
}

fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
