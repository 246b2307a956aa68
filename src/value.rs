//! A raw cell: what it means, and its exact value.
//!
//! Text never becomes a number by guessing: what is not wholly understood is [`Meaning::Text`] with a [`Problem`].
//! Knows numerals, units and marks for "nothing"; knows no label and no form.

mod amount;
mod approximate;
mod figure;
mod numeral;
mod reading;
mod text;
mod unit;

pub use amount::Amount;
pub(crate) use numeral::{Numeral, digit as numeral_digit, is_numeral as is_han_numeral, parse as parse_han_numeral};
pub use reading::{Kind, Meaning};
pub(crate) use reading::{Problem, Reading, Rewrite, Rewrites};
pub use text::read_text;
pub(crate) use unit::{Unit, unit_remark};

use compact_str::{CompactString, format_compact};

use figure::Decimal;

/// Reads a number cell.
///
/// `printed_unit` is the unit in the heading that is in force for the cell; money is scaled from it to 元. A number of
/// more than 15 significant digits is rounded to 15, which is what a spreadsheet shows ([`Rewrite::FloatNoise`]).
pub(crate) fn read_number(x: f64, kind: Kind, printed_unit: Option<Unit>) -> Reading {
    const LIMIT: f64 = 1e13;
    if x.fract() == 0.0 && x.abs() <= LIMIT && plain_unit(kind, printed_unit) {
        // exact: whole and far below 2^53
        return Reading::number(Amount::from_units(x as i64), Rewrites::NONE, None).signed_for(kind);
    }
    if !x.is_finite() {
        return Reading::text(Problem::ErrorCell);
    }
    if x.abs() > LIMIT {
        return Reading::text(Problem::TooLarge);
    }
    let mut rewrites = Rewrites::NONE;
    let mut digits = format_compact!("{}", x.abs());
    if significant(&digits) > 15 {
        rewrites.add(Rewrite::FloatNoise);
        let rounded: f64 = format_compact!("{x:.14e}").parse().unwrap_or(x);
        digits = format_compact!("{}", rounded.abs());
    }
    match Decimal::parse(&digits, x.is_sign_negative()) {
        Ok(decimal) => figure::settle(decimal, kind, None, printed_unit, rewrites),
        Err(problem) => Reading::text(problem),
    }
}

/// The shortest decimal that is this float, without exponent: `12`, `12.5`, `0.1`, and `0.30000000000000004` for
/// 0.1 + 0.2, so that the noise which [`read_number`] rounds away can be shown.
pub(crate) fn raw_of_number(x: f64) -> CompactString {
    if x.fract() == 0.0 && x.abs() < 1e15 {
        return format_compact!("{}", x as i64);
    }
    format_compact!("{x}")
}

/// Is the number taken as it stands under this printed unit?
fn plain_unit(kind: Kind, printed: Option<Unit>) -> bool {
    printed.is_none_or(|unit| unit.scale() == 1 && unit.is_money() == (kind == Kind::Money) && !unit.is_scale())
}

/// Significant digits of a plain decimal.
fn significant(digits: &str) -> usize {
    let bare = digits.trim_start_matches(['0', '.']);
    let bare = if digits.contains('.') { bare } else { bare.trim_end_matches('0') };
    bare.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests;
