//! Positions as sheets write them.

use std::ops::RangeInclusive;

use crate::address::Position;
use crate::read::{MAX_COLUMNS, MAX_ROWS};

/// Reads `H12` or `$H$12`; none if it is no cell of a sheet.
pub(super) fn cell(text: &str) -> Option<Position> {
    let mut column = 0_u32;
    let mut row = 0_u32;
    let mut is_row = false;
    for byte in text.bytes().filter(|b| *b != b'$') {
        if byte.is_ascii_alphabetic() && !is_row {
            column = column.checked_mul(26)?.checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
        } else if byte.is_ascii_digit() {
            is_row = true;
            row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
        } else {
            return None;
        }
    }
    let position = Position { row: row.checked_sub(1)?, column: column.checked_sub(1)? };
    is_on_grid(position).then_some(position)
}

/// Whether a sheet has this cell; sentences are on none.
pub(super) fn is_on_grid(position: Position) -> bool {
    position.row < MAX_ROWS && position.column < MAX_COLUMNS
}

/// A rectangle of cells, such as a merged one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    rows: RangeInclusive<u32>,
    columns: RangeInclusive<u32>,
}

impl Area {
    /// Reads `A1:C3` or `A1`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first, last) = (cell(first.trim())?, cell(last.trim())?);
        Some(Self { rows: first.row..=last.row, columns: first.column..=last.column })
    }

    pub(super) fn contains(&self, position: Position) -> bool {
        self.rows.contains(&position.row) && self.columns.contains(&position.column)
    }

    /// The cell that shows what the area holds.
    pub(super) fn first(&self) -> Position {
        Position { row: *self.rows.start(), column: *self.columns.start() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_print() {
        for (row, column) in [(0, 0), (11, 7), (0, 25), (0, 26), (1_048_575, 16_383)] {
            let position = Position { row, column };
            assert_eq!(cell(&position.to_string()), Some(position));
        }
        assert_eq!(cell("$B$2"), Some(Position { row: 1, column: 1 }));
        for text in ["", "A", "12", "A0", "XFE1", "A1048577", "1A", "A99999999999", "ZZZZZZZZZZ1"] {
            assert_eq!(cell(text), None, "{text}");
        }
    }
}
