//! How a wrong number came about: the slip of the hand that turns the right one into it.

use super::system::times;
use crate::value::Amount;

/// What turns the right value into the one that stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// One digit is another.
    Digit,
    /// Two neighbouring digits are exchanged.
    Transposed,
    /// A digit was left out.
    Dropped,
    /// A digit stands twice.
    Doubled,
    /// A digit too many.
    Inserted,
    /// Zeros too many at the end.
    ExtraZero,
    /// Zeros left out at the end.
    MissingZero,
    /// Nothing was filled in.
    LeftBlank,
    /// What stands there cannot be read.
    Unreadable,
    /// Last year's number was left in place.
    LastYear,
    /// A subtotal was added once more to its total.
    CountedTwice,
    /// A part was left out of its total.
    LeftOut,
    /// No slip that is known.
    Other,
}

impl Slip {
    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Slip::Digit => "slip_digit",
            Slip::Transposed => "slip_transposed",
            Slip::Dropped => "slip_dropped",
            Slip::Doubled => "slip_doubled",
            Slip::Inserted => "slip_inserted",
            Slip::ExtraZero => "slip_extra_zero",
            Slip::MissingZero => "slip_missing_zero",
            Slip::LeftBlank => "slip_left_blank",
            Slip::Unreadable => "slip_unreadable",
            Slip::LastYear => "slip_last_year",
            Slip::CountedTwice => "slip_counted_twice",
            Slip::LeftOut => "slip_left_out",
            Slip::Other => "slip_other",
        }
    }

    /// How far the hand had to stray: small for what happens every day and seldom looks so by chance. Almost any two
    /// small numbers differ by one digit, put, left out or too many, so that this says little for itself.
    #[must_use]
    pub fn distance(self) -> u8 {
        match self {
            Slip::Unreadable | Slip::LastYear => 0,
            Slip::Transposed
            | Slip::Doubled
            | Slip::ExtraZero
            | Slip::MissingZero
            | Slip::CountedTwice
            | Slip::LeftOut => 1,
            Slip::Digit | Slip::Dropped | Slip::Inserted | Slip::LeftBlank => 2,
            Slip::Other => 3,
        }
    }

    /// Whether it happens every day, so that it confirms what the identities say.
    #[must_use]
    pub fn is_common(self) -> bool {
        !matches!(self, Slip::LeftBlank | Slip::Other)
    }
}

/// The slip that turns `right` into `wrong`. A zero is not taken for a slip of the hand: a zero rarely becomes 37, nor 37
/// a zero.
#[must_use]
pub(super) fn between(wrong: Amount, right: Amount) -> Slip {
    if wrong == right || wrong.is_negative() || right.is_negative() {
        return Slip::Other;
    }
    let zeros = |small: Amount, large: Amount| {
        !small.is_zero() && (1..=4).any(|power| times(small, 10_i64.pow(power)) == large)
    };
    if zeros(right, wrong) {
        return Slip::ExtraZero;
    }
    if zeros(wrong, right) {
        return Slip::MissingZero;
    }
    let (wrong, right) = (wrong.to_string().into_bytes(), right.to_string().into_bytes());
    if wrong == b"0" || right == b"0" {
        return Slip::Other;
    }
    if wrong.len() == right.len() {
        let differing: Vec<usize> =
            wrong.iter().zip(&right).enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
        let same = |a: usize, b: usize| wrong.get(a) == right.get(b);
        return match differing.as_slice() {
            [_] => Slip::Digit,
            [a, b] if *b == a + 1 && same(*a, *b) && same(*b, *a) => Slip::Transposed,
            _ => Slip::Other,
        };
    }
    if lacks_one(&right, &wrong) {
        let doubled = (1..wrong.len()).any(|at| wrong.get(at) == wrong.get(at - 1) && is_without(&wrong, at, &right));
        return if doubled { Slip::Doubled } else { Slip::Inserted };
    }
    if lacks_one(&wrong, &right) { Slip::Dropped } else { Slip::Other }
}

/// Whether `short` is `long` less one character.
fn lacks_one(short: &[u8], long: &[u8]) -> bool {
    short.len() + 1 == long.len() && (0..long.len()).any(|at| is_without(long, at, short))
}

fn is_without(long: &[u8], at: usize, short: &[u8]) -> bool {
    long.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, digit)| digit).eq(short.iter())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_known_by_their_digits() {
        for (wrong, right, slip) in [
            (1028, 1038, Slip::Digit),
            (7, 1, Slip::Digit),
            (21, 12, Slip::Transposed),
            (3386, 3368, Slip::Transposed),
            (12, 102, Slip::Dropped),
            (12, 112, Slip::Dropped),
            (1123, 123, Slip::Doubled),
            (1293, 123, Slip::Inserted),
            (120, 12, Slip::ExtraZero),
            (12, 1200, Slip::MissingZero),
            (37, 0, Slip::Other),
            (0, 37, Slip::Other),
            (45, 12, Slip::Other),
            (321, 123, Slip::Other),
        ] {
            assert_eq!(between(Amount::from_units(wrong), Amount::from_units(right)), slip, "{wrong} for {right}");
        }
    }
}
