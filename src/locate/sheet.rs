//! A sheet as the locators see it: cells by position, and what each text may be as a label.

use super::Guide;
use super::index::LabelUse;
use crate::address::Position;
use crate::label;
use crate::read::{Cell, Content, Sheet};

/// Texts longer than this are prose, not labels.
const LONGEST_LABEL: usize = 80;

/// What a cell may be as a label.
#[derive(Clone, Debug, Default)]
pub struct Mark<'a> {
    /// Its uses in the rulebook.
    pub uses: &'a [LabelUse],
    /// Its normal form.
    pub key: String,
    /// Whether it can label a row: words, not a number, a unit or a remark alone.
    pub names_something: bool,
}

/// A sheet with its labels recognised.
pub struct SheetView<'a> {
    cells: &'a [Cell],
    marks: Vec<Mark<'a>>,
    rows: Vec<(u32, usize, usize)>,
}

impl<'a> SheetView<'a> {
    /// Looks up every text of the sheet.
    #[must_use]
    pub fn new(sheet: &'a Sheet, guide: &'a Guide<'_>) -> Self {
        let cells = sheet.cells.as_slice();
        let marks = cells.iter().map(|cell| text_of(cell).map(|text| mark(text, guide)).unwrap_or_default()).collect();
        let mut rows: Vec<(u32, usize, usize)> = Vec::new();
        for (place, cell) in cells.iter().enumerate() {
            match rows.last_mut() {
                Some((row, _, end)) if *row == cell.row => *end = place + 1,
                _ => rows.push((cell.row, place, place + 1)),
            }
        }
        SheetView { cells, marks, rows }
    }

    /// The rows from `first` up to `end`, which is not among them.
    #[must_use]
    pub fn part(&self, first: u32, end: u32) -> Self {
        let from = self.cells.partition_point(|cell| cell.row < first);
        let to = self.cells.partition_point(|cell| cell.row < end).max(from);
        let inside = self.rows.iter().filter(|(row, _, _)| (first..end).contains(row));
        SheetView {
            cells: self.cells.get(from..to).unwrap_or_default(),
            marks: self.marks.get(from..to).unwrap_or_default().to_vec(),
            rows: inside.map(|(row, start, end)| (*row, start - from, end - from)).collect(),
        }
    }

    /// All cells with their label uses, row by row.
    pub fn labelled(&self) -> impl Iterator<Item = (&'a Cell, &'a [LabelUse])> + '_ {
        self.cells.iter().zip(self.marks.iter().map(|mark| mark.uses))
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
        self.marked_row(row).map(|(cell, mark)| (cell, mark.uses))
    }

    /// The cells of a row with all that is known of them as labels.
    pub fn marked_row(&self, row: u32) -> impl DoubleEndedIterator<Item = (&'a Cell, &Mark<'a>)> {
        let (start, end) = self
            .rows
            .binary_search_by_key(&row, |(row, _, _)| *row)
            .ok()
            .and_then(|place| self.rows.get(place))
            .map_or((0, 0), |(_, start, end)| (*start, *end));
        let cells = self.cells.get(start..end).unwrap_or_default();
        cells.iter().zip(self.marks.get(start..end).unwrap_or_default())
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

fn mark<'a>(text: &str, guide: &'a Guide<'_>) -> Mark<'a> {
    let key = label::key(text);
    let uses = match text.chars().count() <= LONGEST_LABEL {
        true => guide.index.uses_of(text, &key),
        false => &[],
    };
    let words = text.chars().any(|c| !c.is_numeric());
    let names_something = words && !key.is_empty() && !guide.words.is_unit_key(&key);
    Mark { uses, key, names_something }
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
