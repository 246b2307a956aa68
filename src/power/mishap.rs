//! What goes wrong when figures are typed.

use super::Dice;

/// What is done to a clean return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mishap {
    /// A digit becomes another.
    Digit,
    /// Two neighbouring digits are exchanged.
    Transposed,
    /// A digit is left out.
    Dropped,
    /// A digit is typed twice.
    Doubled,
    /// A zero too many.
    ExtraZero,
    /// The number is forgotten: a zero stands in its place.
    Omitted,
    /// Two cells of a row are exchanged.
    Cells,
    /// Two rows are exchanged.
    Rows,
    /// A run of a column moves down by one.
    Down,
    /// A row moves to the right by one.
    Across,
}

/// All of them.
pub const MISHAPS: [Mishap; 10] = [
    Mishap::Digit,
    Mishap::Transposed,
    Mishap::Dropped,
    Mishap::Doubled,
    Mishap::ExtraZero,
    Mishap::Omitted,
    Mishap::Cells,
    Mishap::Rows,
    Mishap::Down,
    Mishap::Across,
];

impl Mishap {
    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Mishap::Digit => "slip_digit",
            Mishap::Transposed => "slip_transposed",
            Mishap::Dropped => "slip_dropped",
            Mishap::Doubled => "slip_doubled",
            Mishap::ExtraZero => "slip_extra_zero",
            Mishap::Omitted => "slip_omitted",
            Mishap::Cells => "move_cells",
            Mishap::Rows => "move_rows",
            Mishap::Down => "move_down",
            Mishap::Across => "move_across",
        }
    }

    /// Whether it changes one cell, so that several can be made at once.
    #[must_use]
    pub fn is_single(self) -> bool {
        self <= Mishap::Omitted
    }
}

/// What a slip makes of a number; none if it cannot happen to it.
pub(super) fn mistyped(right: i64, slip: Mishap, dice: &mut Dice) -> Option<i64> {
    let digits: Vec<u8> = right.to_string().into_bytes();
    let at = usize::try_from(dice.below(digits.len() as u64)).ok()?;
    let mut wrong = digits.clone();
    match slip {
        Mishap::Digit => {
            let digit = b'0' + u8::try_from(dice.below(10)).ok()?;
            *wrong.get_mut(at)? = digit;
        }
        Mishap::Transposed => {
            let next = at + 1;
            if next >= wrong.len() {
                return None;
            }
            wrong.swap(at, next);
        }
        Mishap::Dropped => {
            if wrong.len() < 2 {
                return None;
            }
            wrong.remove(at);
        }
        Mishap::Doubled => wrong.insert(at, *digits.get(at)?),
        Mishap::ExtraZero => wrong.push(b'0'),
        Mishap::Omitted => return (right != 0).then_some(0),
        _ => return None,
    }
    let wrong: i64 = String::from_utf8(wrong).ok()?.parse().ok()?;
    (wrong != right).then_some(wrong)
}
