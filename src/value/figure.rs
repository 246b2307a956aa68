//! Decimals as written, thousands marks, and the step from a decimal and its unit to an amount.

use super::{Amount, Kind, Numeral, Problem, Reading, Rewrite, Rewrites, Unit};

/// A decimal as it was written: `mantissa / 10^decimals`, without trailing zeros behind the point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Decimal {
    mantissa: i128,
    decimals: u32,
}

impl Decimal {
    /// Reads `digits`, or `digits.digits`, of ASCII digits.
    pub(super) fn parse(text: &str, negative: bool) -> Result<Self, Problem> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(Problem::Unreadable),
            Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
            None => (text, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(Problem::Unreadable);
        }
        if whole.trim_start_matches('0').len() > 14 {
            return Err(Problem::TooLarge);
        }
        // at most 14 + 20 digits, which 128 bits hold
        let decimals = u32::try_from(fraction.len()).ok().filter(|n| *n <= 20).ok_or(Problem::TooFine)?;
        let mantissa = whole.bytes().chain(fraction.bytes()).fold(0_i128, |value, b| value * 10 + i128::from(b - b'0'));
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, decimals })
    }

    /// A numeral in words.
    pub(super) fn of_numeral(numeral: Numeral, negative: bool) -> Self {
        let value = i128::from(numeral.value);
        Self { mantissa: if negative { -value } else { value }, decimals: 0 }
    }

    /// The exact amount of so many units of this scale; TooFine if it is not a whole number of ten-thousandths.
    pub(super) fn amount(self, scale: i64) -> Result<Amount, Problem> {
        let parts = self.mantissa.checked_mul(i128::from(scale) * 10_000).ok_or(Problem::TooFine)?;
        let divisor = 10_i128.checked_pow(self.decimals).ok_or(Problem::TooFine)?;
        let amount = Amount::from_ten_thousandths(parts / divisor);
        if amount.ten_thousandths().unsigned_abs() > 10_u128.pow(17) {
            return Err(Problem::TooLarge);
        }
        if parts % divisor != 0 { Err(Problem::TooFine) } else { Ok(amount) }
    }

    /// The value of one in the last place that is not zero: 10 for 20, 0.1 for 1.2.
    pub(super) fn step(self) -> Self {
        let (mut mantissa, mut step) = (self.mantissa.unsigned_abs(), 1_i128);
        while self.decimals == 0 && mantissa != 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            step *= 10;
        }
        Self { mantissa: step, decimals: self.decimals }
    }
}

/// The number of a unit's pieces or 元 that the value is to be multiplied by, given the unit in the cell and the
/// printed one; the cell's wins.
pub(super) fn scale(kind: Kind, cell: Option<Unit>, printed: Option<Unit>) -> Result<i64, Problem> {
    let Some(unit) = cell.or(printed) else {
        return Ok(1);
    };
    let fits = if kind == Kind::Money { !unit.is_counting() } else { !unit.is_money() };
    if fits { Ok(unit.scale()) } else { Err(Problem::UnitMismatch(unit)) }
}

/// The reading of a decimal with its units.
pub(super) fn settle(
    decimal: Decimal,
    kind: Kind,
    cell: Option<Unit>,
    printed: Option<Unit>,
    mut rewrites: Rewrites,
) -> Reading {
    let scale = match scale(kind, cell, printed) {
        Ok(scale) => scale,
        Err(problem) => {
            return Reading { unit: cell, ..Reading::text(problem) };
        }
    };
    if scale != 1 {
        rewrites.add(Rewrite::Scale);
    }
    if cell.is_some() {
        rewrites.add(Rewrite::Unit);
    }
    let fraction = if kind == Kind::Money { Problem::TooFine } else { Problem::NotWhole };
    match decimal.amount(scale) {
        Ok(amount) if kind != Kind::Money && !amount.is_integer() => Reading::text(Problem::NotWhole),
        Ok(amount) => Reading::number(amount, rewrites, cell).signed_for(kind),
        Err(Problem::TooFine) => Reading::text(fraction),
        Err(problem) => Reading::text(problem),
    }
}

/// Digits with their marks, at the start of folded text.
pub(super) struct Written<'a> {
    /// Digits and point only.
    pub digits: String,
    /// Thousands marks were removed.
    pub marked: bool,
    /// What follows.
    pub rest: &'a str,
}

/// Takes digits, point and thousands marks from the start of `text`. Marks count only between groups of three.
pub(super) fn take_digits(text: &str) -> Result<Written<'_>, Problem> {
    let is_mark = |c: char| matches!(c, ',' | ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}');
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() || c == '.' {
            end = at + 1;
        } else if !is_mark(c) {
            break;
        }
    }
    let (body, rest) = text.split_at(end);
    let Some(mark) = body.chars().find(|c| is_mark(*c)) else {
        return Ok(Written { digits: body.to_owned(), marked: false, rest });
    };
    let (whole, fraction) = match body.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (body, None),
    };
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let well_grouped = (1..=3).contains(&first.len())
        && digits_only(first)
        && !first.starts_with('0')
        && whole.contains(mark)
        && groups.all(|group| group.len() == 3 && digits_only(group))
        && fraction.is_none_or(digits_only);
    if !well_grouped {
        return Err(Problem::AmbiguousMarks);
    }
    Ok(Written { digits: body.replace(mark, ""), marked: true, rest })
}
