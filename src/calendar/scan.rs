//! Finds the stretches of a text that speak of time.
//!
//! Text is folded (half width, simplified) and may hold spaces. At each place the longest reading wins; figures are read
//! before words of the same length. What begins with a year is read by [`Scanner::with_year`], what begins with a month,
//! a quarter or a day by [`Scanner::without_year`]. Whoever adds a way of writing adds lines to `tests/calendar.tsv`: they
//! run through every sort of caller.

use super::numbers::{
    YEARS, connector, digits_at, get, is_day, month_at, number_before, skip_spaces, small_number, value, year_at,
};
use super::words::{Dictionary, Sense};
use super::{Stretch, Time};
use crate::form::REPORT_YEARS;

/// Marks and words between several years.
const LIST_MARKS: &str = "、和及与/,，";

/// A stretch of a text, from `start` up to `end`, in characters, and the time that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub start: usize,
    pub end: usize,
    pub time: Time,
    /// Whether it says no more than that something is added up: 累计.
    pub is_total: bool,
    /// Whether what follows says that something was written then: 2022年填报.
    pub of_writing: bool,
}

impl Mention {
    fn new(start: usize, end: usize, time: Time) -> Self {
        Mention { start, end, time, is_total: false, of_writing: false }
    }

    /// A whole text's time as one mention.
    pub(super) fn whole(time: Time) -> Self {
        Mention::new(0, 0, time)
    }

    /// Whether a place lies within.
    pub(crate) fn covers(&self, place: usize) -> bool {
        (self.start..self.end).contains(&place)
    }
}

/// A day, a month or a year, as far as it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Date {
    year: Option<u16>,
    month: Option<u32>,
    day: Option<u32>,
}

pub(super) struct Scanner<'t> {
    text: &'t [char],
    words: &'t Dictionary,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [char], words: &'t Dictionary) -> Self {
        Scanner { text, words }
    }

    /// All mentions, from left to right.
    pub(super) fn all(&self) -> Vec<Mention> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.text.len() {
            match self.at(at) {
                Some(mention) => {
                    at = mention.end.max(at + 1);
                    found.push(mention);
                }
                None => at += digits_at(self.text, at).max(1),
            }
        }
        found
    }

    /// The mention that begins at a place.
    pub(super) fn at(&self, at: usize) -> Option<Mention> {
        let first = self.get(at)?;
        if !self.words.may_begin(first) {
            return None;
        }
        let figures = if self.is_within_number(at) { None } else { self.figures(at) };
        let word = self.word(at);
        match (figures, word) {
            (Some(figures), Some(word)) if word.end > figures.end => Some(word),
            (Some(figures), _) => Some(figures),
            (None, word) => word,
        }
    }

    fn get(&self, at: usize) -> Option<char> {
        get(self.text, at)
    }

    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|before| self.get(before))
    }

    fn said(&self, start: usize, end: usize) -> String {
        let said: String = self.text.get(start..end).unwrap_or_default().iter().collect();
        said.trim().to_owned()
    }

    /// Whether digits go on from before, as in the middle of a number or behind its thousands mark.
    fn is_within_number(&self, at: usize) -> bool {
        let digit = |at: Option<usize>| at.and_then(|at| self.get(at)).is_some_and(|c| c.is_ascii_digit());
        let here = digit(Some(at));
        let mark = self.before(at).is_some_and(|c| matches!(c, ',' | '.'));
        here && (digit(at.checked_sub(1)) || mark && digit(at.checked_sub(2)))
    }

    // -------------------------------------------------------------------------------------------- words

    fn word(&self, at: usize) -> Option<Mention> {
        let (length, sense) = self.words.word_at(self.text, at)?;
        let end = at + length;
        if sense == Sense::UpTo {
            return Some(self.up_to(at, end));
        }
        let end = end + usize::from(self.ends_with_number_word(end));
        let time = sense.time(self.said(at, end));
        Some(Mention { is_total: sense == Sense::Total, ..Mention::new(at, end, time) })
    }

    /// 数 at the very end belongs to the time: 本年数, 2021年数.
    fn ends_with_number_word(&self, at: usize) -> bool {
        self.get(at) == Some('数') && self.get(at + 1).is_none_or(|c| "([（〔 ".contains(c))
    }

    /// 截至 with the date behind it: a year's end, or some day within a year.
    fn up_to(&self, start: usize, after: usize) -> Mention {
        let at = skip_spaces(self.text, after);
        let Some((date, end)) = self.date(at) else {
            return Mention::new(start, after, Time::Running(self.said(start, after)));
        };
        let (edge, end) = self.edge(end);
        let end = if self.get(end) == Some('止') { end + 1 } else { end };
        let time = match date {
            Date { month: None, .. } | Date { month: Some(12), day: None | Some(31), .. } if edge != Some('初') => {
                Time::YearEnd(date.year)
            }
            _ => self.part(start, end, date.year),
        };
        Mention::new(start, end, time)
    }

    fn part(&self, start: usize, end: usize, year: Option<u16>) -> Time {
        Time::Part(Stretch { said: self.said(start, end), year, month: false })
    }

    /// 底, 末 or 初 behind a date.
    fn edge(&self, at: usize) -> (Option<char>, usize) {
        let mark = self.get(at).filter(|c| matches!(c, '底' | '末' | '初'));
        (mark, at + usize::from(mark.is_some()))
    }

    // -------------------------------------------------------------------------------------------- figures

    fn figures(&self, at: usize) -> Option<Mention> {
        // 第194901号 is a number; 第一季度 is not.
        if self.before(at).is_some_and(|c| matches!(c, '第' | '#' | '\u{A5}')) {
            return self.quarters(at, at, None);
        }
        match self.get(at)? {
            '第' => self.quarters(at, at, None),
            '前' => self.first_parts(at),
            'Q' | 'q' => self.quarters(at, at, None),
            _ => {
                if let Some(stamp) = self.stamp(at) {
                    return Some(stamp);
                }
                match year_at(self.text, at) {
                    Some((year, end, worded)) => self.with_year(at, year, end, worded),
                    None => self.without_year(at),
                }
            }
        }
    }

    /// `20220115`, `202201150930`: a day; `202101-202106`: months.
    fn stamp(&self, at: usize) -> Option<Mention> {
        let digits = digits_at(self.text, at);
        let month = |at: usize| {
            let year = u16::try_from(value(self.text, at, 4)).ok().filter(|year| YEARS.contains(year))?;
            let month = value(self.text, at + 4, 2);
            (1..=12).contains(&month).then_some(Date { year: Some(year), month: Some(month), day: None })
        };
        let date = month(at)?;
        match digits {
            8 | 12 | 14 if is_day(date.month?, value(self.text, at + 6, 2)) => {
                Some(Mention::new(at, at + digits, Time::Day(date.year)))
            }
            6 => {
                let second = connector(self.text, at + 6).filter(|next| matches!(digits_at(self.text, *next), 2 | 6));
                let until = second.and_then(|next| match digits_at(self.text, next) {
                    6 => Some((month(next)?, next + 6)),
                    _ => Some((Date { year: None, month: Some(value(self.text, next, 2)), day: None }, next + 2)),
                });
                Some(match until {
                    Some((until, end)) => Mention::new(at, end, self.period(at, end, date, until)),
                    None => Mention::new(at, at + 6, self.month(at, at + 6, date.year)),
                })
            }
            _ => None,
        }
    }

    fn month(&self, start: usize, end: usize, year: Option<u16>) -> Time {
        Time::Part(Stretch { said: self.said(start, end), year, month: true })
    }

    /// What begins with a year, which ends at `end`.
    fn with_year(&self, start: usize, year: u16, end: usize, worded: bool) -> Option<Mention> {
        let mention = |end, time| Some(Mention::new(start, end, time));
        if !worded && let Some(end) = self.document_number(start, end) {
            return mention(end, Time::Day(None));
        }
        let digits_end = start + digits_at(self.text, start);
        if let Some(length) = self.words.version_at(self.text, digits_end).filter(|_| digits_end > start) {
            return mention(digits_end + length, Time::Day(None));
        }
        if let Some(found) = self.dated(start, year, end, worded) {
            return Some(found);
        }
        if let Some(several) = self.several_years(start, year, end, worded) {
            return Some(several);
        }
        if worded {
            if let Some(found) = self.quarters(start, skip_spaces(self.text, end), Some(year)) {
                return Some(found);
            }
            let next = skip_spaces(self.text, end);
            if let Some((length, Sense::Part)) = self.words.word_at(self.text, next) {
                return mention(next + length, self.part(start, next + length, Some(year)));
            }
            match self.edge(end) {
                (Some('初'), edge) => return mention(edge, self.part(start, edge, Some(year))),
                (Some(_), edge) => return mention(edge, Time::YearEnd(Some(year))),
                (None, _) => {}
            }
            if let Some(length) = self.words.since_at(self.text, end) {
                return mention(end + length, Time::Running(self.said(start, end + length)));
            }
        } else if matches!(self.get(end), Some('Q' | 'q'))
            && let Some(found) = self.quarters(start, end, Some(year))
        {
            return Some(found);
        } else if self.is_amount(end) {
            return None;
        }
        let time = if REPORT_YEARS.contains(&year) { Time::Year(year) } else { Time::Day(Some(year)) };
        let of_writing = self.words.is_writing_at(self.text, end);
        let end = end + usize::from(self.ends_with_number_word(end));
        Some(Mention { of_writing, ..Mention::new(start, end, time) })
    }

    /// `〔2021〕30号`, `[2021]第30号`, `(2021)30号`: where it ends.
    fn document_number(&self, start: usize, end: usize) -> Option<usize> {
        let open = self.before(start)?;
        let close = self.get(end)?;
        if !matches!((open, close), ('〔', '〕') | ('[', ']') | ('(', ')') | ('【', '】') | ('〈', '〉')) {
            return None;
        }
        let at = end + 1 + usize::from(self.get(end + 1) == Some('第'));
        let digits = digits_at(self.text, at);
        if digits > 0 && self.get(at + digits) == Some('号') {
            return Some(at + digits + 1);
        }
        (open == '〔').then_some(end + 1)
    }

    /// Whether four digits without 年 are an amount: what stands behind them counts things, or they go on.
    fn is_amount(&self, end: usize) -> bool {
        let digit_follows = self.get(end + 1).is_some_and(|c| c.is_ascii_digit());
        let goes_on = self.get(end).is_some_and(|c| ",.".contains(c)) && digit_follows;
        goes_on || self.get(skip_spaces(self.text, end)).is_some_and(|c| self.words.counts_things(c))
    }

    /// `2019-2020年`, `2019年至2020年`, `2018、2019、2020年`.
    fn several_years(&self, start: usize, first: u16, end: usize, worded: bool) -> Option<Mention> {
        let mut years = vec![first];
        let (mut at, mut last_worded) = (end, worded);
        loop {
            let next = skip_spaces(self.text, at);
            let listed = self.get(next).filter(|c| LIST_MARKS.contains(*c)).map(|_| skip_spaces(self.text, next + 1));
            let ranged = connector(self.text, at);
            let Some((year, end, next_worded)) = ranged.or(listed).and_then(|next| year_at(self.text, next)) else {
                break;
            };
            // Bare digits beside each other are years only as a range, or if the last one says 年.
            let is_year = next_worded || last_worded || ranged.is_some() && !self.is_amount(end);
            let is_date =
                !next_worded && self.get(end).is_some_and(|c| "-./_".contains(c)) && digits_at(self.text, end + 1) > 0;
            if !is_year || is_date {
                break;
            }
            years.push(year);
            (at, last_worded) = (end, next_worded);
        }
        if years.len() < 2 || !(worded || last_worded || years.len() == 2) {
            return None;
        }
        let same = years.iter().all(|year| *year == first);
        let time = if same { Time::Year(first) } else { Time::Several(self.said(start, at)) };
        Some(Mention::new(start, at, time))
    }

    // -------------------------------------------------------------------------------------------- dates

    /// A year with a month, a day, or a range of them.
    fn dated(&self, start: usize, year: u16, end: usize, worded: bool) -> Option<Mention> {
        if worded {
            let at = skip_spaces(self.text, end);
            if let Some((first, last, end)) = self.month_range(at) {
                let until = Date { year: None, month: Some(last), day: None };
                let from = Date { year: Some(year), month: Some(first), day: None };
                return Some(Mention::new(start, end, self.period(start, end, from, until)));
            }
            let (month, after) = month_at(self.text, at)?;
            let date = Date { year: Some(year), month: Some(month), day: None };
            return Some(self.with_date(start, date, after));
        }
        let mark = self.get(end).filter(|c| "-./_".contains(*c))?;
        let digits = digits_at(self.text, end + 1);
        let month = (1..=2).contains(&digits).then(|| value(self.text, end + 1, digits))?;
        let after = end + 1 + digits;
        if self.get(after) == Some(mark)
            && let days @ 1..=2 = digits_at(self.text, after + 1)
        {
            let day = value(self.text, after + 1, days);
            return is_day(month, day).then(|| Mention::new(start, after + 1 + days, Time::Day(Some(year))));
        }
        // With _ it is rather a serial number.
        if !(1..=12).contains(&month) || mark == '_' {
            return None;
        }
        let from = Date { year: Some(year), month: Some(month), day: None };
        if let Some((until, end)) = connector(self.text, after).and_then(|next| self.numeric_month(next, mark)) {
            return Some(Mention::new(start, end, self.period(start, end, from, until)));
        }
        Some(Mention::new(start, after, self.month(start, after, Some(year))))
    }

    /// `12`, `12月`, `2021.12` behind the mark of a range.
    fn numeric_month(&self, at: usize, mark: char) -> Option<(Date, usize)> {
        let (year, at) = match digits_at(self.text, at) {
            4 if self.get(at + 4) == Some(mark) => (u16::try_from(value(self.text, at, 4)).ok(), at + 5),
            _ => (None, at),
        };
        let (month, end) = small_number(self.text, at).filter(|(month, _)| (1..=12).contains(month))?;
        let word = usize::from(self.get(end) == Some('月'));
        let share = usize::from(word > 0 && self.get(end + 1) == Some('份'));
        Some((Date { year, month: Some(month), day: None }, end + word + share))
    }

    /// `1-12月`, `1至6月份`, `一至三月`: the first and the last month.
    fn month_range(&self, at: usize) -> Option<(u32, u32, usize)> {
        let (first, end) = small_number(self.text, at).filter(|(month, _)| (1..=12).contains(month))?;
        let (last, end) = connector(self.text, end).and_then(|next| month_at(self.text, next))?;
        // 1-12月31日 goes on as a date.
        Some((first, last, end)).filter(|_| number_before(self.text, end, '日').is_none())
    }

    /// A date that has a month, which ends at `end`: with its day, to another date, or alone.
    fn with_date(&self, start: usize, mut date: Date, mut end: usize) -> Mention {
        if let Some((day, after)) = number_before(self.text, end, '日') {
            (date.day, end) = (Some(day), after);
        }
        let since = if self.get(end) == Some('起') { end + 1 } else { end };
        if let Some((until, after)) = connector(self.text, since).and_then(|next| self.date(next)) {
            let after = if self.get(after) == Some('止') { after + 1 } else { after };
            return Mention::new(start, after, self.period(start, after, date, until));
        }
        let (edge, after) = self.edge(end);
        let time = match (date.month, date.day, edge) {
            (Some(12), None, Some('底' | '末')) => Time::YearEnd(date.year),
            (_, None, Some(_)) => self.part(start, after, date.year),
            (_, Some(_), _) => Time::Day(date.year),
            (_, None, None) => self.month(start, after, date.year),
        };
        Mention::new(start, after, time)
    }

    /// A date with words: a year, a month, a day, or as much of it as there is.
    fn date(&self, at: usize) -> Option<(Date, usize)> {
        let mut date = Date::default();
        let mut end = at;
        if let Some((year, after, true)) = year_at(self.text, at) {
            (date.year, end) = (Some(year), after);
        }
        if let Some((month, after)) = month_at(self.text, end) {
            (date.month, end) = (Some(month), after);
            if let Some((day, after)) = number_before(self.text, end, '日') {
                (date.day, end) = (Some(day), after);
            }
        }
        (end > at).then_some((date, end))
    }

    /// From one date to another: a year, if it is all of one and no more.
    fn period(&self, start: usize, end: usize, from: Date, until: Date) -> Time {
        let last_year = until.year.or(from.year);
        let begins = from.month == Some(1) && from.day.is_none_or(|day| day == 1);
        let ends = until.month == Some(12) && until.day.is_none_or(|day| day == 31);
        match (from.year, last_year) {
            (Some(first), Some(last)) if first != last => Time::Several(self.said(start, end)),
            (year, _) if begins && ends => year.map_or(Time::This, Time::Year),
            (year, _) => self.part(start, end, year),
        }
    }

    // -------------------------------------------------------------------------------------------- without a year

    fn without_year(&self, at: usize) -> Option<Mention> {
        if let Some((first, last, end)) = self.month_range(at) {
            let whole = (first, last) == (1, 12);
            let time = if whole { Time::This } else { self.part(at, end, None) };
            return Some(Mention::new(at, end, time));
        }
        if let Some(found) = self.quarters(at, at, None) {
            return Some(found);
        }
        if let Some((month, end)) = month_at(self.text, at) {
            let date = Date { year: None, month: Some(month), day: None };
            let found = self.with_date(at, date, end);
            // 八月 may be a part of any name: only 八月份, or with more behind it.
            let bare = found.end == end && self.get(end - 1) == Some('月') && digits_at(self.text, at) == 0;
            return (!bare).then_some(found);
        }
        self.years_on_end(at).or_else(|| self.short_date(at))
    }

    /// 三年来, 5年间: several years.
    fn years_on_end(&self, at: usize) -> Option<Mention> {
        let (_, end) = number_before(self.text, at, '年').filter(|(years, _)| (2..=99).contains(years))?;
        let length = match (self.get(end), self.get(end + 1)) {
            (Some('以'), Some('来')) => 2,
            (Some('来' | '间'), _) => 1,
            _ => return None,
        };
        Some(Mention::new(at, end + length, Time::Several(self.said(at, end + length))))
    }

    /// `15.1.2022`, `1/15/2022`.
    fn short_date(&self, at: usize) -> Option<Mention> {
        let digits = digits_at(self.text, at);
        let mark = self.get(at + digits).filter(|c| (1..=2).contains(&digits) && "-./".contains(*c))?;
        let more = digits_at(self.text, at + digits + 1);
        let after = at + digits + 1 + more;
        let is_date = (1..=2).contains(&more)
            && self.get(after) == Some(mark)
            && digits_at(self.text, after + 1) == 4
            && value(self.text, after + 1, 2) == 20;
        let year = u16::try_from(value(self.text, after + 1, 4)).ok();
        is_date.then(|| Mention::new(at, after + 5, Time::Day(year)))
    }

    /// 前三季度, 前6个月.
    fn first_parts(&self, at: usize) -> Option<Mention> {
        let (number, end) = small_number(self.text, at + 1)?;
        let rest = self.text.get(end..)?;
        let ends =
            |word: &str| word.chars().enumerate().all(|(at, c)| rest.get(at) == Some(&c)).then(|| word.chars().count());
        let (length, all) =
            [("个季度", 4), ("季度", 4), ("个月", 12)].iter().find_map(|(word, all)| Some((ends(word)?, *all)))?;
        let end = end + length;
        let time = if number == all { Time::This } else { self.part(at, end, None) };
        (1..=all).contains(&number).then(|| Mention::new(at, end, time))
    }

    /// 第一季度, 1-3季度, 一、二季度, Q3: from `start`, where a year may stand, with the quarter at `at`.
    fn quarters(&self, start: usize, at: usize, year: Option<u16>) -> Option<Mention> {
        if let Some('Q' | 'q') = self.get(at) {
            let apart = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
            let quarter = self.get(at + 1).is_some_and(|c| ('1'..='4').contains(&c));
            let alone = (start < at || apart(self.before(at))) && apart(self.get(at + 2));
            return (quarter && alone).then(|| Mention::new(start, at + 2, self.part(start, at + 2, year)));
        }
        let quarter = |at: usize| {
            let at = at + usize::from(self.get(at) == Some('第'));
            small_number(self.text, at).filter(|(quarter, _)| (1..=4).contains(quarter))
        };
        let (first, mut end) = quarter(at)?;
        let mut last = first;
        let next =
            self.get(end).filter(|c| LIST_MARKS.contains(*c)).map(|_| end + 1).or_else(|| connector(self.text, end));
        if let Some((number, after)) = next.and_then(quarter) {
            (last, end) = (number, after);
        }
        let length = match (self.get(end), self.get(end + 1)) {
            (Some('季'), Some('度')) => 2,
            (Some('季'), None) => 1,
            _ => return None,
        };
        let end = end + length;
        let time = match (first, last, year) {
            (1, 4, Some(year)) => Time::Year(year),
            (1, 4, None) => Time::This,
            _ => self.part(start, end, year),
        };
        Some(Mention::new(start, end, time))
    }
}
