//! A sheet as the locators see it: cells by position, and what each text may be as a label.

use super::Guide;
use super::index::LabelUse;
use crate::address::Position;
use crate::calendar::{Said, Time};
use crate::label;
use crate::read::{Cell, Content, Sheet};
use crate::value::{self, Kind, Meaning, Problem};

/// Texts longer than this are prose, not labels.
const LONGEST_LABEL: usize = 80;

/// What a cell may be as a label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark<'a> {
    /// Its uses in the rulebook.
    pub uses: &'a [LabelUse],
    /// Its normal form.
    pub key: String,
    /// Whether it can label a row: words, not a number, a unit or a remark alone.
    pub names_something: bool,
    /// The time that it names beside (or instead of) the label.
    pub time: Time,
    /// Whether it names a time and nothing else.
    pub only_time: bool,
}

/// What a cell looks like to someone who searches for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A figure, even one that cannot be read: it belongs to a statistic.
    Figure,
    /// A mark or word for nothing.
    Nothing,
    /// Words, or no content.
    Prose,
}

impl Look {
    /// Whether a statistic's cell looks so.
    pub(crate) fn is_value(self) -> bool {
        self != Look::Prose
    }
}

/// A sheet with its labels recognised.
pub(crate) struct SheetView<'a> {
    cells: &'a [Cell],
    marks: Vec<Mark<'a>>,
    rows: Vec<(u32, usize, usize)>,
}

impl<'a> SheetView<'a> {
    /// Looks up every text of the sheet.
    #[must_use]
    pub(crate) fn new(sheet: &'a Sheet, guide: &'a Guide<'_>) -> Self {
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
    pub(crate) fn part(&self, first: u32, end: u32) -> Self {
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
    pub(crate) fn labelled(&self) -> impl Iterator<Item = (&'a Cell, &'a [LabelUse])> + '_ {
        self.cells.iter().zip(self.marks.iter().map(|mark| mark.uses))
    }

    /// All cells with all that is known of them as labels.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (&'a Cell, &Mark<'a>)> {
        self.cells.iter().zip(&self.marks)
    }

    /// What the cell at a position may be as a label.
    #[must_use]
    pub(crate) fn mark_at(&self, position: Position) -> Option<&Mark<'a>> {
        self.marks.get(self.place_of(position)?)
    }

    /// The rows that hold anything.
    pub(crate) fn row_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.rows.iter().map(|(row, _, _)| *row)
    }

    /// The rows that hold anything, from `first` to `last` inclusive.
    pub(crate) fn rows_between(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + '_ {
        let start = self.rows.partition_point(|(row, _, _)| *row < first);
        self.rows.iter().skip(start).map(|(row, _, _)| *row).take_while(move |row| *row <= last)
    }

    /// The cells of a row with their label uses.
    pub(crate) fn row(&self, row: u32) -> impl DoubleEndedIterator<Item = (&'a Cell, &'a [LabelUse])> + '_ {
        self.marked_row(row).map(|(cell, mark)| (cell, mark.uses))
    }

    /// The cells of a row with all that is known of them as labels.
    pub(crate) fn marked_row(&self, row: u32) -> impl DoubleEndedIterator<Item = (&'a Cell, &Mark<'a>)> {
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
    pub(crate) fn at(&self, position: Position) -> Option<&'a Cell> {
        self.cells.get(self.place_of(position)?)
    }

    fn place_of(&self, position: Position) -> Option<usize> {
        self.cells.binary_search_by_key(&(position.row, position.column), |cell| (cell.row, cell.column)).ok()
    }

    /// The last row that holds anything.
    #[must_use]
    pub(crate) fn last_row(&self) -> u32 {
        self.rows.last().map_or(0, |(row, _, _)| *row)
    }
}

fn mark<'a>(text: &str, guide: &'a Guide<'_>) -> Mark<'a> {
    let key = label::key(text);
    let words = text.chars().any(|c| !c.is_numeric() && !value::is_han_numeral(c)) && !only_numerals(&key);
    let names_something = words && !key.is_empty() && !guide.words.is_unit_key(&key);
    let mut mark = Mark { key, names_something, ..Mark::default() };
    if text.chars().count() > LONGEST_LABEL {
        return mark;
    }
    let index = &guide.index;
    if let Some(uses) = index.uses_of_key(&mark.key) {
        mark.uses = uses;
        return mark;
    }
    let bare = label::key_without_notes(text);
    // A line with its value, or a date, is not a label with a year.
    let split = |text: &str| {
        let Said { time, rest } = guide.words.calendar.says(text);
        let dated = text.contains([':', '：']) || rest.chars().any(char::is_numeric);
        // A bare number may be a figure.
        let named = time.is_said() && !dated && text.chars().any(|c| !c.is_numeric() && !c.is_whitespace());
        named.then(|| (time, label::key(&rest)))
    };
    let harmless = |note: &str| index.is_harmless(note) || split(note).is_some();
    match (index.uses_of_key(&bare), split(text)) {
        (Some(_), _) if !label::notes(text).into_iter().all(harmless) => {}
        // The remark that was dropped named the year.
        (Some(uses), Some((time, _))) if split(&bare).is_none() => {
            mark.uses = uses;
            mark.time = time;
        }
        (Some(uses), _) => mark.uses = uses,
        (None, Some((time, rest))) => {
            let without_notes = || split(&bare).and_then(|(_, rest)| index.uses_of_key(&rest));
            mark.uses = index.uses_of_key(&rest).or_else(without_notes).unwrap_or(&[]);
            mark.time = time;
            mark.only_time = rest.is_empty();
        }
        (None, None) => {}
    }
    mark
}

/// Whether a normal form is a bare number, in figures or Chinese numerals: numbering, not a name.
fn only_numerals(key: &str) -> bool {
    key.chars().all(|c| c.is_numeric() || value::is_han_numeral(c))
}

/// The cell's text, if it is text and not a figure written as text.
#[must_use]
pub(crate) fn text_of(cell: &Cell) -> Option<&str> {
    match &cell.content {
        Content::Text(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// Whether the cell holds a figure, a sign for none, or something else that a statistic's cell may hold: anything but
/// a text without any numeral.
#[must_use]
pub(super) fn may_be_figure(cell: &Cell) -> bool {
    match &cell.content {
        Content::Text(text) => text.chars().any(char::is_numeric),
        Content::Number(_) | Content::Error(_) | Content::Date(_) | Content::Bool(_) | Content::Uncomputed => true,
    }
}

/// What the cell looks like.
#[must_use]
pub(crate) fn look(cell: &Cell) -> Look {
    match &cell.content {
        Content::Number(_) | Content::Error(_) | Content::Date(_) | Content::Bool(_) | Content::Uncomputed => {
            Look::Figure
        }
        Content::Text(text) if text.trim().is_empty() => Look::Prose,
        Content::Text(text) => {
            let reading = value::read_text(text, Kind::Change, None);
            match (reading.meaning, reading.problem) {
                (Meaning::Number | Meaning::Approximate, _) => Look::Figure,
                (Meaning::Dash | Meaning::NotApplicable, _) => Look::Nothing,
                (_, Some(Problem::Unreadable | Problem::AmbiguousMarks)) if is_garbled(text.trim()) => Look::Figure,
                (_, Some(Problem::Unreadable | Problem::AmbiguousMarks | Problem::DateCell) | None) => Look::Prose,
                (_, Some(_)) => Look::Figure,
            }
        }
    }
}

/// Whether the cell can be read as a figure or a mark for none, so that it is no label.
#[must_use]
pub(super) fn is_value(cell: &Cell) -> bool {
    match &cell.content {
        Content::Text(text) => {
            let meaning = value::read_text(text, Kind::Change, None).meaning;
            !matches!(meaning, Meaning::Blank | Meaning::Text)
        }
        _ => true,
    }
}

/// What the cell says, as its sender would see it.
#[must_use]
pub(crate) fn raw_of(cell: &Cell) -> String {
    match &cell.content {
        Content::Number(number) => value::raw_of_number(*number).to_string(),
        Content::Text(text) | Content::Date(text) | Content::Error(text) => text.trim().to_owned(),
        Content::Bool(truth) => truth.to_string(),
        Content::Uncomputed => String::new(),
    }
}

/// Whether a text that is no number was probably meant as one: short, and mostly digits.
fn is_garbled(text: &str) -> bool {
    const LONGEST: usize = 12;
    let characters = text.chars().count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    characters <= LONGEST && digits * 2 >= characters && !text.contains([':', '：'])
}

/// Where the cell stands.
#[must_use]
pub(crate) fn position(cell: &Cell) -> Position {
    Position { row: cell.row, column: cell.column }
}
