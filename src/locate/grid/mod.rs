//! The official grid: heads over columns, labels beside rows, at any position.
//!
//! First the bands of heads are found (`heads`, `headless`) and the columns of the report year chosen among several of
//! one head (`twins`); then what stands below each band is matched: labelled rows (`rows`), a single row without label
//! (`single`) or a list (`items`). Where two forms fit the same heads, the one that explains more of the workbook is
//! chosen (`choice`).

mod choice;
mod folded;
mod found;
mod headless;
mod heads;
mod items;
mod rows;
mod single;
mod strays;
mod twins;
mod unsettled;

pub(crate) use choice::{Candidate, choose};

use super::sheet::{Mark, raw_of};
use super::{Gap, Guide, SheetView};
use crate::address::Position;
use crate::form::{Block, TableId};
use crate::read::Cell;
use found::Found;
use std::collections::BTreeMap;
use std::ops::Range;

/// Heads of one block may be spread over this many rows.
const HEAD_ROWS: u32 = 3;
/// A list without a head is recognised by at least this many row labels.
const ROWS_WITHOUT_HEAD: usize = 3;
/// Unknown rows belong to a table while no more than this many empty rows lie between.
const LARGEST_HOLE: u32 = 1;

/// A column of a block.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// Which column of the block.
    line: u8,
    /// Where its text stands.
    position: Position,
    /// Where its figures stand: under the text, or under a year beneath it.
    column: u32,
}

/// The heads of one block.
#[derive(Debug)]
struct Band {
    table: TableId,
    block: u8,
    heads: Vec<Head>,
    first_row: u32,
    /// The first row below the heads.
    body: u32,
    /// The columns that may hold its row labels.
    labels: Range<u32>,
    /// The column of units, in a list that has one.
    units: Option<u32>,
    /// Columns whose figures are understood and not wanted: another year's, a part's sum.
    ignored: Vec<u32>,
    /// Columns that add up those of a group: the column and the lines that it adds up.
    part_sums: Vec<(u32, Vec<u8>)>,
    /// Columns that cannot be told apart: nothing of the band is counted.
    twins: Vec<Position>,
    /// Columns that say they are of another time, where the report year's is wanting.
    foreign: Vec<Foreign>,
    /// Heads of one column that look alike; one of them may stand among `heads` as the likeliest.
    rivals: Vec<Head>,
    /// One of several lists side by side, which must not repeat each other.
    beside_others: bool,
}

impl Band {
    /// A band of a block, without place or columns.
    fn new(table: TableId, block: u8) -> Band {
        Band {
            table,
            block,
            heads: Vec::new(),
            first_row: 0,
            body: 0,
            labels: 0..0,
            units: None,
            ignored: Vec::new(),
            part_sums: Vec::new(),
            twins: Vec::new(),
            foreign: Vec::new(),
            rivals: Vec::new(),
            beside_others: false,
        }
    }

    /// The leftmost column of figures.
    fn left(&self) -> u32 {
        self.heads.iter().map(|head| head.column).min().unwrap_or(0)
    }
}

/// A head or label of another time than the report year, and the line of the form that it would be.
#[derive(Clone, Debug)]
struct Foreign {
    position: Position,
    said: String,
    part: bool,
    line: u8,
}

impl Foreign {
    fn gap(&self, column: bool) -> Gap {
        let Foreign { position, said, part, .. } = self.clone();
        Gap::OtherTime { position, said, part, column }
    }
}

/// What the readers of bands share.
struct Scene<'v, 'c> {
    view: &'v SheetView<'c>,
    guide: &'v Guide<'v>,
    /// The report year that the sheet claims.
    year: Option<u16>,
}

impl<'v, 'c> Scene<'v, 'c> {
    fn block(&self, table: TableId, block: u8) -> Option<&'v Block> {
        self.guide.book.table(table).blocks.get(usize::from(block))
    }

    /// What the text at a position says of time: whether figures under it are the report year's; none if it says nothing,
    /// or if the report year is not known. `stock` tells figures that are counted on a day.
    fn report_year(&self, mark: &Mark<'_>, stock: bool) -> Option<bool> {
        mark.time.counts(self.year, stock)
    }

    /// Whether all figures of a block's column are stocks.
    fn is_stock_column(&self, block: &Block, column: u8) -> bool {
        let slots = (0..block.rows.len()).map(|row| self.guide.book.slot(block.slot(row, usize::from(column))));
        slots.fold(None, |all, slot| Some(all.unwrap_or(true) && slot.stock)) == Some(true)
    }

    /// A head or label that is not the report year's.
    fn foreign(&self, position: Position, line: u8) -> Foreign {
        let said = self.view.at(position).map(raw_of).unwrap_or_default();
        let part = self.view.mark_at(position).is_some_and(|mark| mark.time.no_year().is_some());
        Foreign { position, said, part, line }
    }

    /// The cell of a row under a head.
    fn under(&self, row: u32, head: &Head) -> Option<&'c Cell> {
        self.view.at(Position { row, column: head.column })
    }
}

/// All tables that the sheet's labels allow. `year` is the report year that the sheet claims.
pub(super) fn candidates(view: &SheetView<'_>, guide: &Guide<'_>, sheet: u16, year: Option<u16>) -> Vec<Candidate> {
    let scene = Scene { view, guide, year };
    let mut bands = heads::bands(&scene);
    bands.extend(headless::bands(&scene, &bands));
    let mut tables: BTreeMap<TableId, Vec<&Band>> = BTreeMap::new();
    for band in &bands {
        tables.entry(band.table).or_default().push(band);
    }
    let starts: Vec<u32> = bands.iter().map(|band| band.first_row).collect();
    let beaten = choice::beaten_by_rows(view, guide, &tables);
    let known: Vec<TableId> = tables.keys().copied().collect();
    let mut found: Vec<Candidate> = tables
        .into_iter()
        .filter(|(id, _)| !beaten.contains(id))
        .filter_map(|(id, bands)| read_table(&scene, id, &bands, &starts).into_candidate(&scene, id, &bands, sheet))
        .collect();
    found.extend(folded::candidates(&scene, sheet, &known));
    found
}

fn read_table(scene: &Scene<'_, '_>, id: TableId, bands: &[&Band], starts: &[u32]) -> Found {
    let table = scene.guide.book.table(id);
    let mut found = Found::default();
    let mut done: Vec<u32> = Vec::new();
    for band in bands {
        let Some(block) = scene.block(id, band.block) else { continue };
        let end = starts.iter().copied().filter(|start| *start >= band.body && *start > band.first_row).min();
        let last = end.map_or(scene.view.last_row(), |end| end.saturating_sub(1));
        let before = found.mark();
        if block.has_unlabelled_row() {
            // Blocks that share their heads' rows share the row of figures too.
            if !done.contains(&band.body) {
                done.push(band.body);
                let beside: Vec<&Band> = bands.iter().copied().filter(|other| other.body == band.body).collect();
                single::read(scene, &beside, last, &mut found);
            }
        } else if block.is_list() {
            items::read(scene, table, band, block, last, &mut found);
        } else {
            rows::read(scene, band, block, last, &mut found);
        }
        if !block.has_unlabelled_row() {
            if !band.twins.is_empty() {
                found.refuse(before, Some(Gap::TwinColumns { positions: band.twins.clone() }));
            } else if band.heads.is_empty() {
                found.refuse(before, None);
            }
            found.gaps.extend(band.foreign.iter().map(|foreign| foreign.gap(true)));
        }
    }
    found.refuse_repeated_lists(bands);
    found
}
