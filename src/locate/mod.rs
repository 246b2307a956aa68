//! Finds the tables of a workbook by what their labels mean, wherever they stand.
//!
//! Three layouts are tried on every sheet: a long list (one figure per row), a register (one agency per row), and the
//! official grid. Knows labels and positions; it reads no value and knows no agency.

mod grid;
mod index;
mod list;
mod period;
mod sheet;

pub use index::{LabelIndex, LabelUse, Role};
pub use sheet::{SheetView, position, text_of};

use crate::address::Position;
use crate::form::{FormId, Rulebook, SlotId, TableId, Words};
use crate::label;
use crate::read::Workbook;
use foldhash::fast::FixedState;
use std::collections::HashSet;

/// Words under their normal form; looked up for every text of every sheet.
type WordSet = HashSet<String, FixedState>;

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
            | Gap::TwinColumns { .. }
            | Gap::TwinRows { .. }
            | Gap::SplitFigure { .. }
            | Gap::FigureInLabel { .. } => {}
        }
        true
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
#[derive(Clone, Debug)]
pub struct Record {
    /// What the rows themselves say; empty for a grid.
    pub claim: RowClaim,
    /// The tables.
    pub tables: Vec<LocatedTable>,
}

/// Shorter texts are names, however they begin.
const SHORTEST_REMARK: usize = 8;

/// What a line of a sheet names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineHead {
    /// The agency.
    Agency,
    /// The report year.
    Year,
}

/// The words of `words.toml` under their normal form.
#[derive(Debug)]
pub struct WordKeys {
    agency: WordSet,
    agency_or_unit: WordSet,
    agency_id: WordSet,
    year: WordSet,
    units: WordSet,
    unit_heads: WordSet,
    indicator: WordSet,
    dimension: WordSet,
    value: WordSet,
    form: WordSet,
    counted: WordSet,
    not_categories: WordSet,
    footers: WordSet,
    totals: WordSet,
    subtotals: WordSet,
    periods: period::PeriodWords,
    remark_heads: Vec<String>,
    remark_starts: Vec<String>,
}

impl WordKeys {
    /// Normalises the words.
    #[must_use]
    pub fn new(words: &Words) -> Self {
        let keys = |words: &[String]| words.iter().map(|word| label::key(word)).collect();
        let totals: WordSet = keys(&words.totals);
        let footers = words.not_categories.iter().chain(&words.footers).map(|word| label::key(word));
        WordKeys {
            footers: footers.filter(|word| !totals.contains(word)).collect(),
            totals,
            subtotals: keys(&words.subtotals),
            periods: period::PeriodWords::new(words),
            remark_heads: words.remark_heads.iter().map(|word| label::key(word)).collect(),
            remark_starts: words.remark_starts.iter().map(|word| label::key(word)).collect(),
            agency: keys(&words.agency_lines),
            agency_or_unit: keys(&words.agency_or_unit),
            agency_id: keys(&words.agency_id_heads),
            year: keys(&words.year_lines),
            units: keys(&words.unit_words),
            unit_heads: keys(&words.unit_heads),
            indicator: keys(&words.indicator_heads),
            dimension: keys(&words.dimension_heads),
            value: keys(&words.value_heads),
            form: keys(&words.form_heads),
            counted: keys(&words.counted_heads),
            not_categories: keys(&words.not_categories),
        }
    }

    fn is_unit(&self, text: &str) -> bool {
        self.is_unit_key(&label::key(text))
    }

    fn is_unit_key(&self, key: &str) -> bool {
        self.units.contains(key)
    }

    /// Whether the text heads a line or a column, or stands where a category would: no name of anything.
    #[must_use]
    pub fn is_head(&self, text: &str) -> bool {
        let key = label::key(text);
        let sets = [
            &self.agency,
            &self.agency_or_unit,
            &self.agency_id,
            &self.year,
            &self.units,
            &self.unit_heads,
            &self.indicator,
            &self.dimension,
            &self.value,
            &self.form,
            &self.counted,
            &self.not_categories,
        ];
        sets.into_iter().any(|set| set.contains(&key))
    }

    /// Whether the text begins a line below a table that says who filled it in, when, or what to note.
    fn is_footer(&self, text: &str, key: &str) -> bool {
        self.footers.contains(key)
            || text.split_once([':', '：']).is_some_and(|(head, _)| self.footers.contains(&label::key(head)))
            || (text.contains(['(', '（']) && self.footers.contains(&label::key_without_notes(text)))
    }

    /// Whether the text names the sum of other rows or columns.
    fn is_total(&self, text: &str, key: &str) -> bool {
        let bare = || text.contains(['(', '（']) && self.totals.contains(&label::key_without_notes(text));
        self.totals.contains(key) || bare()
    }

    /// Whether the column under this head comments on figures.
    fn is_remark_head(&self, key: &str) -> bool {
        self.remark_heads.iter().any(|word| key.contains(word.as_str()))
    }

    /// Whether the text comments on the label before it: a sentence, not a name.
    fn is_remark(&self, key: &str) -> bool {
        key.chars().count() >= SHORTEST_REMARK && self.remark_starts.iter().any(|word| key.starts_with(word.as_str()))
    }

    /// What a line with this head names, if anything: the agency or the year.
    #[must_use]
    pub fn line(&self, head: &str) -> Option<LineHead> {
        let key = label::key(head);
        if self.agency.contains(&key) {
            Some(LineHead::Agency)
        } else if self.year.contains(&key) {
            Some(LineHead::Year)
        } else {
            None
        }
    }
}

/// What the locators look things up in: made once, shared by all threads.
#[derive(Debug)]
pub struct Guide<'a> {
    titles: WordSet,
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
        let titles = book
            .tables
            .iter()
            .flat_map(|table| {
                let blocks = table.blocks.iter().map(|block| &block.title_zh);
                [&table.title_zh, &table.corner_zh].into_iter().chain(&table.aliases).chain(blocks)
            })
            .map(|title| label::key(title))
            .collect();
        Guide { titles, book, index: LabelIndex::new(book, words), words: WordKeys::new(words) }
    }

    /// Whether the text is a printed title or corner of a table, which names no agency.
    #[must_use]
    pub fn is_table_title(&self, text: &str) -> bool {
        self.titles.contains(&label::key(text))
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
        if let Some(found) = list::long_list(&view, guide, sheet_number, year) {
            records.extend(found);
        } else if let Some(found) = list::register(&view, guide, sheet_number, year) {
            records.extend(found);
        } else {
            candidates.extend(grid::candidates(&view, guide, sheet_number, year));
        }
    }
    let tables = grid::choose(candidates, guide, years);
    // Sheets may belong to different years or agencies: one record for each sheet, merged by whoever knows.
    let mut last_sheet = None;
    for table in tables {
        if last_sheet != Some(table.sheet) {
            records.push(Record { claim: RowClaim::default(), tables: Vec::new() });
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
