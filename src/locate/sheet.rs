//! A sheet as the locators see it: cells by position, and what each text may be as a label.

use super::index::{LabelIndex, LabelUse};
use crate::address::Position;
use crate::read::{Cell, Content, Sheet};

/// Texts longer than this are prose, not labels.
const LONGEST_LABEL: usize = 80;

/// A sheet with its labels recognised.
pub struct SheetView<'a> {
    cells: &'a [Cell],
    uses: Vec<&'a [LabelUse]>,
    rows: Vec<(u32, usize, usize)>,
}

impl<'a> SheetView<'a> {
    /// Looks up every text of the sheet.
    #[must_use]
    pub fn new(sheet: &'a Sheet, index: &'a LabelIndex) -> Self {
        let cells = sheet.cells.as_slice();
        let uses = cells
            .iter()
            .map(|cell| match text_of(cell) {
                Some(text) if text.chars().count() <= LONGEST_LABEL => index.uses(text),
                _ => [].as_slice(),
            })
            .collect();
        let mut rows: Vec<(u32, usize, usize)> = Vec::new();
        for (place, cell) in cells.iter().enumerate() {
            match rows.last_mut() {
                Some((row, _, end)) if *row == cell.row => *end = place + 1,
                _ => rows.push((cell.row, place, place + 1)),
            }
        }
        SheetView { cells, uses, rows }
    }

    /// All cells with their label uses, row by row.
    pub fn labelled(&self) -> impl Iterator<Item = (&'a Cell, &'a [LabelUse])> + '_ {
        self.cells.iter().zip(self.uses.iter().copied())
    }

    /// The rows that hold anything.
    pub fn row_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.rows.iter().map(|(row, _, _)| *row)
    }

    /// The rows that hold anything, from `first` to `last` inclusive.
    pub fn rows_between(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + '_ {
        let start = self.rows.partition_point(|(row, _, _)| *row < first);
        self.rows.iter().skip(start).map(|(row, _, _)| *row).take_while(move |row| *row <= last)
    }

    /// The cells of a row with their label uses.
    pub fn row(&self, row: u32) -> impl DoubleEndedIterator<Item = (&'a Cell, &'a [LabelUse])> + '_ {
        let (start, end) = self
            .rows
            .binary_search_by_key(&row, |(row, _, _)| *row)
            .ok()
            .and_then(|place| self.rows.get(place))
            .map_or((0, 0), |(_, start, end)| (*start, *end));
        let cells = self.cells.get(start..end).unwrap_or_default();
        let uses = self.uses.get(start..end).unwrap_or_default();
        cells.iter().zip(uses.iter().copied())
    }

    /// The cell at a position, if it holds anything.
    #[must_use]
    pub fn at(&self, position: Position) -> Option<&'a Cell> {
        let place =
            self.cells.binary_search_by_key(&(position.row, position.column), |cell| (cell.row, cell.column)).ok()?;
        self.cells.get(place)
    }

    /// The last row that holds anything.
    #[must_use]
    pub fn last_row(&self) -> u32 {
        self.rows.last().map_or(0, |(row, _, _)| *row)
    }
}

/// The cell's text, if it is text and not a figure written as text.
#[must_use]
pub fn text_of(cell: &Cell) -> Option<&str> {
    match &cell.content {
        Content::Text(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// Whether the cell holds a figure, a sign for none, or something else that a statistic's cell may hold: anything but
/// a text without any numeral.
#[must_use]
pub fn may_be_figure(cell: &Cell) -> bool {
    match &cell.content {
        Content::Text(text) => text.chars().any(char::is_numeric),
        Content::Number(_) | Content::Error(_) | Content::Date(_) | Content::Bool(_) => true,
    }
}

/// Where the cell stands.
#[must_use]
pub fn position(cell: &Cell) -> Position {
    Position { row: cell.row, column: cell.column }
}
