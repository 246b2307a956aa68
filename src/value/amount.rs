//! Exact amounts: whole pieces, and 元 down to a hundredth of a 分.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

/// An exact amount in ten-thousandths of one piece or of one 元.
///
/// Prints as a plain decimal without trailing zeros (`12`, `1234.5`) and is read back from it.
/// `+`, `-` and sums saturate at the limits of 128 bits, which no sum of readable values reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Amount(i128);

/// How many parts one unit has.
const PARTS: i128 = 10_000;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Decimals that an amount holds.
    pub const DECIMALS: usize = 4;
    /// Digits of the largest amount that a decimal column holds.
    pub const DIGITS: usize = 38;

    /// So many whole pieces or 元.
    pub const fn from_units(units: i64) -> Self {
        Self(units as i128 * PARTS)
    }

    /// So many ten-thousandths.
    pub const fn from_ten_thousandths(parts: i128) -> Self {
        Self(parts)
    }

    /// The amount in ten-thousandths.
    pub const fn ten_thousandths(self) -> i128 {
        self.0
    }

    /// Is it a whole number?
    pub const fn is_integer(self) -> bool {
        self.0 % PARTS == 0
    }

    /// Is it below zero?
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Is it nothing?
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The amount as whole pieces, if it is a whole number that fits.
    pub fn units(self) -> Option<i64> {
        if self.is_integer() { i64::try_from(self.0 / PARTS).ok() } else { None }
    }

    /// The sum, if it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, if it fits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// For charts only: the nearest float.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / PARTS as f64
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let parts = self.0.unsigned_abs();
        let (whole, fraction) = (parts / PARTS.unsigned_abs(), parts % PARTS.unsigned_abs());
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:04}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// Not a plain decimal with at most four decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAnAmount;

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a plain decimal with at most four decimals")
    }
}

impl std::error::Error for NotAnAmount {}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.len() > 4 {
            return Err(NotAnAmount);
        }
        let number = |part: &str| part.parse::<i128>().map_err(|_| NotAnAmount);
        let scale = 10_i128.pow(4 - u32::try_from(fraction.len()).map_err(|_| NotAnAmount)?);
        let signed = if negative { -1 } else { 1 };
        // towards the sign, so that the lowest amount can be read as well
        let parts = (number(whole)? * signed).checked_mul(PARTS).ok_or(NotAnAmount)?;
        parts.checked_add(number(fraction)? * scale * signed).map(Self).ok_or(NotAnAmount)
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Amount> for Amount {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_plain_decimals() {
        for (parts, text) in [
            (120_000, "12"),
            (2_510_000_000, "251000"),
            (12_345_000, "1234.5"),
            (1, "0.0001"),
            (-5_000, "-0.5"),
            (0, "0"),
            (-10_000, "-1"),
        ] {
            assert_eq!(Amount::from_ten_thousandths(parts).to_string(), text);
            assert_eq!(text.parse(), Ok(Amount::from_ten_thousandths(parts)));
        }
    }

    #[test]
    fn reads_nothing_else() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1.23456",
            "1e3",
            "+1",
            " 1",
            "1 ",
            "１",
            "--1",
            "1.2.3",
            "1,000",
            "999999999999999999999999999999999999999999",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
        assert_eq!("1.50".parse(), Ok(Amount::from_ten_thousandths(15_000)));
    }

    #[test]
    fn arithmetic() {
        let (a, b) = (Amount::from_units(3), Amount::from_ten_thousandths(5_000));
        assert_eq!((a + b).to_string(), "3.5");
        assert_eq!((b - a).to_string(), "-2.5");
        assert_eq!([a, b, -a].iter().sum::<Amount>(), b);
        assert!(a.is_integer() && !b.is_integer() && (-b).is_negative() && Amount::ZERO.is_zero());
        assert_eq!((a.units(), b.units()), (Some(3), None));
        assert_eq!(Amount::from_ten_thousandths(i128::MAX).checked_add(b), None);
        assert_eq!(Amount::from_ten_thousandths(i128::MIN).checked_sub(b), None);
        assert_eq!(Amount::from_ten_thousandths(i128::MAX) + b, Amount::from_ten_thousandths(i128::MAX));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(parts in any::<i128>()) {
            let amount = Amount::from_ten_thousandths(parts);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}
