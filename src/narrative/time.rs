//! When: years, dates and periods written in figures.

use super::text::Sentence;
use crate::value::{is_han_numeral, parse_han_numeral};

/// The time of which a figure speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// The report year.
    This,
    /// Another year, or several.
    Other,
    /// A part of a year, or a day.
    Part,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Date {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
}

/// The time written in figures at a place, and where it ends.
pub(super) fn scan(sentence: &Sentence, at: usize, report_year: u16) -> Option<(usize, When)> {
    // 2018、2019、2020年
    let joined = at > 1
        && sentence.at(at - 1).is_some_and(|c| "、和与及".contains(c))
        && sentence.at(at - 2).is_some_and(|c| c.is_ascii_digit());
    let digit_before = at > 0 && sentence.at(at - 1).is_some_and(|c| c.is_ascii_digit());
    if digit_before {
        return None;
    }
    // 2019-2020年, 1-6月
    if let Some((first, end)) = number(sentence, at)
        && let Some(second_at) = connector(sentence, end)
        && let Some((second, end)) = number(sentence, second_at)
    {
        let mark = sentence.at(end);
        if mark == Some('月') {
            return Some((end + 1, if (first, second) == (1, 12) { When::This } else { When::Part }));
        }
        if mark == Some('年') && first > 1900 {
            return Some((end + 1, When::Other));
        }
    }
    let (first, end) = date(sentence, at)?;
    let since = if sentence.at(end) == Some('起') { end + 1 } else { end };
    if let Some((second, end)) = connector(sentence, since).and_then(|at| date(sentence, at)) {
        return Some((end, period(first, second, report_year)));
    }
    let edge = sentence.at(end).is_some_and(|c| matches!(c, '底' | '末' | '初'));
    let when = match first {
        Date { year: Some(_), .. } if joined => When::Other,
        Date { year: Some(year), .. } if year != i64::from(report_year) => When::Other,
        Date { month: None, day: None, .. } if !edge && since == end => When::This,
        _ => When::Part,
    };
    Some((since + usize::from(edge), when))
}

/// A period is the report year only from its first day or month to its last.
fn period(first: Date, second: Date, report_year: u16) -> When {
    let year = i64::from(report_year);
    if first.year.is_some_and(|first| first != year) || second.year.is_some_and(|second| second != year) {
        return When::Other;
    }
    let begins = first.month == Some(1) && first.day.is_none_or(|day| day == 1);
    let ends = second.month == Some(12) && second.day.is_none_or(|day| day == 31);
    if begins && ends { When::This } else { When::Part }
}

fn connector(sentence: &Sentence, at: usize) -> Option<usize> {
    let length = (at..).take_while(|at| sentence.at(*at).is_some_and(|c| "至到-—–~～".contains(c))).count();
    (1..=2).contains(&length).then_some(at + length)
}

/// A date or a part of one: a year, a year with a month, a month, a month with a day.
fn date(sentence: &Sentence, at: usize) -> Option<(Date, usize)> {
    let mut date = Date::default();
    let mut end = at;
    for part in ['年', '月', '日'] {
        let Some((value, after)) = number(sentence, end) else { break };
        let mark = sentence.at(after);
        let fits = mark == Some(part) || part == '日' && mark == Some('号');
        if !fits {
            continue;
        }
        end = after + 1;
        match part {
            // 3年来 is no year
            '年' => {
                date.year = Some(value);
                end += usize::from(sentence.at(end) == Some('度'));
            }
            '月' => {
                date.month = Some(value);
                end += usize::from(sentence.at(end) == Some('份'));
            }
            _ => date.day = Some(value),
        }
    }
    (end > at && (date.year.is_some() || date.month.is_some())).then_some((date, end))
}

/// A short whole number in digits or numerals.
fn number(sentence: &Sentence, at: usize) -> Option<(i64, usize)> {
    let run = |is: fn(char) -> bool| (at..).take_while(|at| sentence.at(*at).is_some_and(is)).count();
    let digits = run(|c| c.is_ascii_digit());
    if (1..=4).contains(&digits) {
        let end = at + digits;
        return Some((sentence.folded(at, end).parse().ok()?, end));
    }
    let numerals = run(is_han_numeral);
    let end = at + numerals;
    (1..=4).contains(&numerals).then(|| parse_han_numeral(&sentence.folded(at, end))).flatten().map(|n| (n.value, end))
}
