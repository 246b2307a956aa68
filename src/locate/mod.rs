//! Finds the tables of a workbook by what their labels mean, wherever they stand.
//!
//! Three layouts are tried on every sheet: a long list (one figure per row), a register (one agency per row), and, in
//! the rows that these leave, the official grid. Knows labels and positions; it reads no value and knows no agency.

mod flip;
mod grid;
mod heads;
mod index;
mod list;
mod long;
mod register;
mod sheet;
mod words;

pub(crate) use index::{LabelIndex, LabelUse, Role};
pub(crate) use list::{Fault, Stray};
pub(crate) use sheet::{Look, SheetView, look, position, raw_of, text_of};
pub(crate) use words::{LineHead, WordKeys};

use crate::address::Position;
use crate::form::{FormId, Rulebook, SlotId, TableId, Words};
use crate::label;
use crate::read::Workbook;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// What a located figure counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A figure that the form has.
    Slot(SlotId),
    /// A category that the form does not list, under its own label.
    Open {
        /// The label as written.
        label: String,
        /// The unit beside it, as written.
        unit: String,
    },
}

/// One figure's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What it counts.
    pub item: Item,
    /// Where it stands, whether or not the cell holds anything.
    pub position: Position,
    /// Text of the head over it, which may name the unit.
    pub head: Option<Position>,
}

/// Something in a table that was not understood, or is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A row of the form that the sheet does not have.
    MissingRow {
        /// The row's first figure.
        slot: SlotId,
    },
    /// A column of the form that the sheet does not have.
    MissingColumn {
        /// The column's first figure.
        slot: SlotId,
    },
    /// A row with figures whose label the form does not know.
    UnknownRow {
        /// Where the label stands.
        position: Position,
        /// The label as written.
        label: String,
        /// The nearest label among the missing rows, if any is near.
        near: Option<SlotId>,
    },
    /// A figure in a row of the table under no known head.
    UnknownColumn {
        /// Where the first such figure stands.
        position: Position,
    },
    /// A column or a row whose figures are not the report year's.
    OtherTime {
        /// Where the head or the label stands.
        position: Position,
        /// What it says.
        said: String,
        /// Whether that is no whole year: a part of one, several, a running total.
        part: bool,
        /// Whether it heads a column.
        column: bool,
    },
    /// Columns of figures side by side, of which any may be the one that is wanted: none is counted.
    TwinColumns {
        /// The heads, or the first figures where there are none.
        positions: Vec<Position>,
    },
    /// Rows of figures under one head, of which any may be the one that is wanted: none is counted.
    TwinRows {
        /// Where each row begins.
        positions: Vec<Position>,
        /// Their labels.
        labels: Vec<String>,
    },
    /// A row that is longer than its table, as when a thousands mark splits a figure: none of it is counted.
    SplitFigure {
        /// The cell beyond the table.
        position: Position,
    },
    /// A label with its figure in one cell.
    FigureInLabel {
        /// Where it stands.
        position: Position,
        /// As written.
        label: String,
    },
    /// Figures that add up others and are no items of the form: to be compared with what they add up.
    PartSums {
        /// Their label.
        position: Position,
        /// The label as written.
        label: String,
        /// Each sum with its parts.
        sums: Vec<(Position, Vec<SlotId>)>,
    },
}

impl Gap {
    /// Where it shows first; what is missing shows nowhere.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Gap::MissingRow { .. } | Gap::MissingColumn { .. } => None,
            Gap::UnknownRow { position, .. }
            | Gap::UnknownColumn { position }
            | Gap::OtherTime { position, .. }
            | Gap::SplitFigure { position }
            | Gap::FigureInLabel { position, .. }
            | Gap::PartSums { position, .. } => Some(*position),
            Gap::TwinColumns { positions } | Gap::TwinRows { positions, .. } => positions.first().copied(),
        }
    }

    /// Replaces every slot; false if the gap is about one that has no counterpart.
    pub fn move_slots(&mut self, counterpart: impl Fn(SlotId) -> Option<SlotId>) -> bool {
        match self {
            Gap::MissingRow { slot } | Gap::MissingColumn { slot } => match counterpart(*slot) {
                Some(other) => *slot = other,
                None => return false,
            },
            Gap::UnknownRow { near, .. } => *near = near.and_then(&counterpart),
            Gap::PartSums { sums, .. } => {
                for (_, parts) in sums {
                    *parts = parts.iter().filter_map(|slot| counterpart(*slot)).collect();
                }
            }
            Gap::UnknownColumn { .. }
            | Gap::OtherTime { .. }
            | Gap::TwinColumns { .. }
            | Gap::TwinRows { .. }
            | Gap::SplitFigure { .. }
            | Gap::FigureInLabel { .. } => {}
        }
        true
    }
}

/// Figures whose cells the labels leave open: what the figures add up to may tell.
#[derive(Clone, Debug)]
pub struct Unsettled {
    /// The ways to read them; a single way competes with not reading them at all.
    pub ways: Vec<Vec<Placed>>,
    /// What to do if no way is proved.
    pub otherwise: Otherwise,
}

/// What becomes of cells that the labels leave open, if the figures prove none of the ways to read them.
#[derive(Clone, Debug)]
pub enum Otherwise {
    /// None is read, and this is said.
    Say(Gap),
    /// All are read, and contradict each other like any two cells of one figure.
    ReadAll,
    /// This way is read: where the cells stand makes it the likeliest.
    Read(usize),
}

impl Otherwise {
    /// What is said of cells that are not read.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Otherwise::Say(gap) => Some(gap),
            Otherwise::ReadAll | Otherwise::Read(_) => None,
        }
    }
}

/// A table found on a sheet.
#[derive(Clone, Debug)]
pub struct LocatedTable {
    /// Which table of which form.
    pub table: TableId,
    /// The sheet's place in the workbook.
    pub sheet: u16,
    /// First row of the table's head.
    pub first_row: u32,
    /// Its figures.
    pub figures: Vec<Placed>,
    /// What is missing or not understood.
    pub gaps: Vec<Gap>,
    /// What the labels leave open.
    pub unsettled: Vec<Unsettled>,
    /// Columns between or beside its own that are understood and not wanted: another year's, a unit's.
    pub ignored: Vec<u32>,
}

impl LocatedTable {
    /// A table of which nothing has been found yet.
    #[must_use]
    pub fn new(table: TableId, sheet: u16, first_row: u32) -> Self {
        LocatedTable {
            table,
            sheet,
            first_row,
            figures: Vec::new(),
            gaps: Vec::new(),
            unsettled: Vec::new(),
            ignored: Vec::new(),
        }
    }
}

/// Who and when, as a row of a register or long list says it. Grids leave it to the sheet's title and the file's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowClaim {
    /// The agency as written.
    pub agency: Option<String>,
    /// The agency's id as written.
    pub agency_id: Option<String>,
    /// The year as written.
    pub year: Option<String>,
}

/// Tables that belong to one agency and year.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What the rows themselves say; empty for a grid.
    pub claim: RowClaim,
    /// The tables.
    pub tables: Vec<LocatedTable>,
    /// Figures of a list that were not understood.
    pub strays: Vec<Stray>,
    /// Whether its rows in a list hold not one figure: they may head a section instead of naming an agency.
    pub bare: bool,
}

impl Record {
    /// The sheet on which it begins.
    #[must_use]
    pub fn sheet(&self) -> u16 {
        let table = self.tables.first().map(|table| table.sheet);
        table.or(self.strays.first().map(|stray| stray.sheet)).unwrap_or(0)
    }
}

/// What the locators look things up in: made once, shared by all threads.
#[derive(Debug)]
pub struct Guide<'a> {
    titles: HashMap<String, Vec<TableId>, FixedState>,
    /// The rulebook.
    pub book: &'a Rulebook,
    /// Its labels.
    pub index: LabelIndex,
    /// Words that belong to no form.
    pub words: WordKeys,
}

impl<'a> Guide<'a> {
    /// Prepares the look-ups.
    #[must_use]
    pub fn new(book: &'a Rulebook, words: &Words) -> Self {
        let mut titles: HashMap<String, Vec<TableId>, FixedState> = HashMap::default();
        for table in &book.tables {
            let blocks = table.blocks.iter().map(|block| &block.title_zh);
            for title in [&table.title_zh, &table.corner_zh].into_iter().chain(&table.aliases).chain(blocks) {
                titles.entry(label::key(title)).or_default().push(table.id);
            }
        }
        Guide { titles, book, index: LabelIndex::new(book, words), words: WordKeys::new(words) }
    }

    /// Whether the text belongs to a table: a label or head, with or without the year of its figures, or a title.
    #[must_use]
    pub fn is_label(&self, text: &str) -> bool {
        let of_a_year = || {
            let (time, rest) = heads::time_of_head(self, text);
            time.is_said() && !rest.is_empty() && self.index.knows(&rest)
        };
        !self.index.uses(text).is_empty()
            || self.is_table_title(text)
            || self.words.is_list_head(&label::key(text))
            || of_a_year()
    }

    /// Whether the text is a printed title or corner of a table, which names no agency.
    #[must_use]
    pub fn is_table_title(&self, text: &str) -> bool {
        self.titles.contains_key(&label::key(text))
    }

    /// The tables that have the text for a title, a corner or a block's title.
    #[must_use]
    pub fn table_of_title(&self, text: &str) -> Option<&[TableId]> {
        self.titles.get(&label::key(text)).map(Vec::as_slice)
    }
}

/// Finds all tables of a workbook. `years` gives the report year that each sheet claims: it decides between forms
/// whose tables look alike.
#[must_use]
pub fn locate(workbook: &Workbook, guide: &Guide<'_>, years: &[Option<u16>]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut candidates = Vec::new();
    for (sheet_number, sheet) in (0u16..).zip(&workbook.sheets) {
        let view = SheetView::new(sheet, guide);
        let year = years.get(usize::from(sheet_number)).copied().flatten();
        let lists = list::lists(&view, guide, sheet_number, year);
        let is_list = !lists.records.is_empty();
        records.extend(lists.records);
        match lists.areas.as_slice() {
            [] => {
                let upright = grid::candidates(&view, guide, sheet_number, year);
                let turned = match upright.is_empty() && !is_list {
                    true => flip::tables(&view, sheet, guide, sheet_number, year),
                    false => Vec::new(),
                };
                candidates.extend(upright.into_iter().chain(turned));
            }
            areas => {
                let mut first = 0;
                let ends = areas.iter().copied().chain(std::iter::once((u32::MAX, u32::MAX)));
                for (start, last) in ends {
                    let between = view.part(first, start);
                    candidates.extend(grid::candidates(&between, guide, sheet_number, year));
                    first = last.saturating_add(1);
                }
            }
        }
    }
    let tables = grid::choose(candidates, guide, years);
    // Sheets may belong to different years or agencies: one record for each sheet, merged by whoever knows.
    let mut last_sheet = None;
    for table in tables {
        if last_sheet != Some(table.sheet) {
            records.push(Record::default());
        }
        last_sheet = Some(table.sheet);
        if let Some(record) = records.last_mut() {
            record.tables.push(table);
        }
    }
    records
}

/// The form among `forms` that fits best: in force in the year, else the last.
fn prefer_form(book: &Rulebook, forms: &[FormId], year: Option<u16>) -> Option<FormId> {
    forms
        .iter()
        .copied()
        .find(|form| year.is_some_and(|year| book.form(*form).in_force(year)))
        .or_else(|| forms.iter().copied().max())
}
