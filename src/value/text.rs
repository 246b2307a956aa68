//! From the text of a cell to its reading.

use std::borrow::Cow;

use super::figure::{self, Decimal, take_digits};
use super::{Amount, Kind, Meaning, Problem, Reading, Rewrite, Rewrites, Unit, approximate, numeral, unit};
use crate::script::{fold, is_invisible, narrow, remnant};

/// Words for "nothing", exactly; a full stop may follow.
const NOTHING: [&str; 4] = ["无", "没有", "暂无", "未发生"];
/// Words for "does not apply", exactly; a full stop may follow.
const NOT_APPLICABLE: [&str; 7] = ["n/a", "na", "n.a.", "不适用", "不涉及", "未涉及", "无此项"];
/// Words of a change upwards and downwards, longest first.
const UP: [&str; 4] = ["增加", "增长", "新增", "增"];
const DOWN: [&str; 3] = ["减少", "下降", "减"];
/// Longer texts are prose, not numbers.
const LONGEST: usize = 64;

/// Reads a text cell.
///
/// `printed_unit` is the unit in the heading that is in force for the cell; a unit in the cell wins over it. Money is
/// scaled to 元. What is not wholly understood is [`Meaning::Text`] with a problem; never does text become 0.
///
/// ```
/// # use huizong::{read_text, Kind, Meaning};
/// assert_eq!(read_text("１，２３４ 件", Kind::Count, None).value.map(|v| v.to_string()), Some("1234".into()));
/// assert_eq!(read_text("无", Kind::Count, None).meaning, Meaning::Dash);
/// assert_eq!(read_text("1o8", Kind::Count, None).meaning, Meaning::Text);
/// ```
pub fn read_text(raw: &str, kind: Kind, printed_unit: Option<Unit>) -> Reading {
    let mut rewrites = Rewrites::NONE;
    let text = tidy(raw, &mut rewrites);
    if text.is_empty() {
        return Reading::of(Meaning::Blank);
    }
    if text.len() > LONGEST {
        return Reading::text(Problem::Unreadable);
    }
    // How some systems export a number that Excel is to take for text: ="48"
    let text = match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.is_empty() => {
            rewrites.add(Rewrite::TextNumber);
            Cow::Owned(inner.trim().to_owned())
        }
        _ => text,
    };
    if let Some(meaning) = mark_for_nothing(&text) {
        return Reading::of(meaning);
    }
    if is_error_value(&text) {
        return Reading::text(Problem::ErrorCell);
    }
    if is_date(&text) {
        return Reading::text(Problem::DateCell);
    }
    if approximate::is_vague(&text) {
        return Reading::of(Meaning::Approximate);
    }
    read_figure(&text, kind, printed_unit, rewrites).unwrap_or_else(Reading::text)
}

/// A number with what may stand around it: sign, word for "about", money sign, scale and unit.
fn read_figure(text: &str, kind: Kind, printed: Option<Unit>, mut rewrites: Rewrites) -> Result<Reading, Problem> {
    let (about_before, rest) = match approximate::before(text) {
        Some((about, rest)) => (Some(about), rest),
        None => (None, text),
    };
    let (negative, rest) = take_sign(rest, kind, &mut rewrites);
    let (money, rest) = match unit::skip_money_prefix(rest) {
        Some(rest) => (Some(Unit::YUAN), rest),
        None => (None, rest),
    };
    let rest = match rest.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) && marked_as_text(text) => {
            rewrites.add(Rewrite::TextNumber);
            rest
        }
        _ => rest,
    };
    let (decimal, rest) = take_number(rest, negative, &mut rewrites)?;
    let rest = rest.trim_start();
    let (about, late, rest) = match (about_before, approximate::after(rest)) {
        (Some(about), None) => (Some(about), false, rest),
        (None, Some((about, rest))) => (Some(about), false, rest),
        (None, None) => (None, false, rest),
        (Some(_), Some(_)) => return Err(Problem::Unreadable),
    };
    // the word may also stand behind the unit: 20篇左右, 20万多
    let late_word = if about.is_none() { split_late(rest) } else { None };
    let (rest, about, late) = match late_word {
        Some((unit, word)) => (unit, Some(word), true),
        None => (rest, about, late),
    };
    let stated = match rest.trim_end() {
        "" => None,
        word => Some(word.parse::<Unit>().map_err(|_| Problem::Unreadable)?),
    };
    let cell = match (money, stated) {
        // ￥2.5万 is money, ￥3件 is nothing
        (Some(_), Some(unit)) if unit.is_scale() || unit.is_money() => Some(unit),
        (Some(_), Some(_)) => return Err(Problem::Unreadable),
        (money, stated) => stated.or(money),
    };
    if let Some(money) = money.filter(|_| kind != Kind::Money) {
        return Err(Problem::UnitMismatch(money));
    }
    // A money sign says that it is money, not whether 元 or 万元 are meant.
    if money.is_some() && stated.is_none() && printed.is_some_and(|unit| unit.is_money() && unit.scale() != 1) {
        return Err(Problem::UnitsDiffer);
    }
    match about {
        Some(about) => Ok(about_figure(decimal, about, late, kind, cell, printed)),
        None => match decimal {
            Figure::One(decimal) => Ok(figure::settle(decimal, kind, cell, printed, rewrites)),
            Figure::Either(low, high) => either_figure(low, high, kind, cell, printed),
        },
    }
}

/// A number as written, or 七八, which may be either.
enum Figure {
    One(Decimal),
    Either(i64, i64),
}

fn about_figure(
    figure: Figure,
    about: approximate::About,
    late: bool,
    kind: Kind,
    cell: Option<Unit>,
    printed: Option<Unit>,
) -> Reading {
    match figure {
        Figure::One(decimal) => approximate::settle(decimal, about, late, kind, cell, printed),
        Figure::Either(..) => Reading::text(Problem::Unreadable),
    }
}

fn either_figure(
    low: i64,
    high: i64,
    kind: Kind,
    cell: Option<Unit>,
    printed: Option<Unit>,
) -> Result<Reading, Problem> {
    let scale = figure::scale(kind, cell, printed)?;
    let amount = |value: i64| value.checked_mul(scale).map(Amount::from_units);
    Ok(Reading { unit: cell, ..approximate::bounded(amount(low), amount(high)) })
}

/// Takes the number itself, in digits or Chinese numerals.
fn take_number<'a>(text: &'a str, negative: bool, rewrites: &mut Rewrites) -> Result<(Figure, &'a str), Problem> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let written = take_digits(text)?;
        if written.marked {
            rewrites.add(Rewrite::ThousandsMark);
        }
        let digits = &written.digits;
        if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
            rewrites.add(Rewrite::TextNumber);
        }
        return Ok((Figure::One(Decimal::parse(digits, negative)?), written.rest));
    }
    let end = text.find(|c| !numeral::is_numeral(c)).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    rewrites.add(Rewrite::ChineseNumeral);
    if let Some((low, high)) = approximate::either(word).filter(|_| !negative) {
        return Ok((Figure::Either(low, high), rest));
    }
    // A lone 一 is as likely a dash that was typed or scanned.
    if word == "一" && rest.trim().is_empty() {
        return Err(Problem::Unreadable);
    }
    let value = numeral::parse(word).ok_or(Problem::Unreadable)?;
    if value.value == 0 {
        rewrites.add(Rewrite::Zero);
    }
    Ok((Figure::One(Decimal::of_numeral(value, negative)), rest))
}

/// Splits `篇左右` into the unit and the word for "about" behind it.
fn split_late(text: &str) -> Option<(&str, approximate::About)> {
    text.char_indices().skip(1).find_map(|(at, _)| {
        let (unit, word) = text.split_at(at);
        let (about, rest) = approximate::after(word)?;
        (rest.is_empty() && unit.parse::<Unit>().is_ok()).then_some((unit, about))
    })
}

/// Takes a sign; words of change only where a change is asked. True: below zero.
fn take_sign<'a>(text: &'a str, kind: Kind, rewrites: &mut Rewrites) -> (bool, &'a str) {
    if let Some(rest) = text.strip_prefix('-') {
        return (true, rest.trim_start());
    }
    let word = |words: &[&str]| words.iter().find_map(|word| text.strip_prefix(word)).filter(|_| kind == Kind::Change);
    let (negative, rest) = match (text.strip_prefix('+').or_else(|| word(&UP)), word(&DOWN)) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return (false, text),
    };
    rewrites.add(Rewrite::Sign);
    (negative, rest.trim_start())
}

/// A text mark `'` counts only as the very first character.
fn marked_as_text(text: &str) -> bool {
    text.starts_with('\'')
}

/// Folds width and script, lower case; removes what cannot be seen, and spaces around. Borrows a text that needs nothing.
fn tidy<'a>(raw: &'a str, rewrites: &mut Rewrites) -> Cow<'a, str> {
    if raw.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len().min(LONGEST * 2));
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let (length, c) = match remnant(rest) {
            Some((length, meant)) => {
                rewrites.add(Rewrite::Spaces);
                (length, meant)
            }
            None => (c.len_utf8(), c),
        };
        rest = &rest[length..];
        if is_invisible(c) {
            rewrites.add(Rewrite::Spaces);
            continue;
        }
        if narrow(c) != c {
            rewrites.add(Rewrite::FullWidth);
        }
        let c = match fold(c).to_ascii_lowercase() {
            '\u{2212}' | '\u{FE63}' | '\u{2011}' => '-',
            '\u{FF0B}' | '\u{FE62}' => '+',
            c => c,
        };
        if c.is_whitespace() && (out.is_empty() || !matches!(c, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}')) {
            rewrites.add(Rewrite::Spaces);
            // a line break inside must not join two numbers
            if !out.is_empty() {
                out.push('\n');
            }
            continue;
        }
        out.push(c);
        // long enough to be prose; enough is kept to tell it from a number
        if out.len() > LONGEST {
            break;
        }
    }
    let kept = out.trim_end().len();
    if kept < out.len() || out.contains(char::is_whitespace) {
        rewrites.add(Rewrite::Spaces);
    }
    out.truncate(kept);
    Cow::Owned(out)
}

fn mark_for_nothing(text: &str) -> Option<Meaning> {
    const STROKES: &str =
        "-\u{2010}\u{2012}\u{2013}\u{2014}\u{2015}\u{2500}\u{2501}\u{30FC}\u{4E28}/\\\u{2215}\u{2044}";
    if text.chars().all(|c| STROKES.contains(c) || c.is_whitespace()) {
        return Some(Meaning::Dash);
    }
    let word = text.strip_suffix('。').unwrap_or(text);
    if NOTHING.contains(&word) {
        return Some(Meaning::Dash);
    }
    NOT_APPLICABLE.contains(&word).then_some(Meaning::NotApplicable)
}

fn is_error_value(text: &str) -> bool {
    const ERRORS: [&str; 9] =
        ["#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!", "#spill!", "#getting_data"];
    ERRORS.contains(&text) || (text.len() >= 2 && text.bytes().all(|b| b == b'#'))
}

/// `2021-1-2`, `2021/1/2`, `2021.1.2`, `2021年1月2日`, `1月2日`, with a time or not.
fn is_date(text: &str) -> bool {
    let date = text.split(['t', ' ']).next().unwrap_or(text);
    let parts: Vec<&str> = date.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let marks: String = date.chars().filter(|c| !c.is_ascii_digit()).collect();
    let number =
        |at: usize| parts.get(at).filter(|part| part.len() <= 4).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let day = |month: usize, day: usize| (1..=12).contains(&number(month)) && (1..=31).contains(&number(day));
    match marks.as_str() {
        "--" | "//" | ".." | "年月日" | "年月" => {
            (1900..=2199).contains(&number(0)) && (parts.len() == 2 || day(1, 2))
        }
        "月日" => parts.len() == 2 && day(0, 1),
        _ => false,
    }
}
