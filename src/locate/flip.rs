//! A table drawn with its rows as columns: the sheet is turned over its diagonal, read like any other, and turned back.

use super::{Gap, Guide, Item, LocatedTable, Placed, SheetView, grid};
use crate::address::Position;
use crate::form::SlotId;
use crate::read::Sheet;

/// Larger sheets are no single table, whichever way they are turned.
const MOST_CELLS: usize = 20_000;
/// Fewer labels than this are no table.
const LEAST_LABELS: usize = 5;

/// The tables of a sheet on which nothing is found upright. A turned table is believed only if it is complete and every
/// label is exact: what is half understood is not read at all.
pub(super) fn tables(
    view: &SheetView<'_>,
    sheet: &Sheet,
    guide: &Guide<'_>,
    number: u16,
    year: Option<u16>,
) -> Vec<grid::Candidate> {
    if sheet.cells.len() > MOST_CELLS || view.labelled().filter(|(_, uses)| !uses.is_empty()).count() < LEAST_LABELS {
        return Vec::new();
    }
    let turned = turned(sheet);
    let view = SheetView::new(&turned, guide);
    let mut candidates = grid::candidates(&view, guide, number, year);
    candidates.retain(|candidate| is_complete(candidate.table(), guide));
    for candidate in &mut candidates {
        candidate.map_positions(turn);
    }
    candidates
}

fn turned(sheet: &Sheet) -> Sheet {
    let mut cells = sheet.cells.clone();
    for cell in &mut cells {
        (cell.row, cell.column) = (cell.column, cell.row);
    }
    cells.sort_by_key(|cell| (cell.row, cell.column));
    Sheet { name: sheet.name.clone(), hidden: sheet.hidden, cells, ..Sheet::default() }
}

fn turn(position: Position) -> Position {
    Position { row: position.column, column: position.row }
}

/// Whether every block of which anything is there is there as a whole.
fn is_complete(table: &LocatedTable, guide: &Guide<'_>) -> bool {
    let blocks = &guide.book.table(table.table).blocks;
    let block_of = |slot: SlotId| blocks.iter().rposition(|block| block.slot(0, 0) <= slot);
    let there: Vec<Option<usize>> = table
        .figures
        .iter()
        .map(|placed| match placed.item {
            Item::Slot(slot) => block_of(slot),
            Item::Open { .. } => None,
        })
        .collect();
    table.unsettled.is_empty()
        && table.gaps.iter().all(|gap| match gap {
            Gap::PartSums { .. } => true,
            Gap::MissingRow { slot } | Gap::MissingColumn { slot } => !there.contains(&block_of(*slot)),
            _ => false,
        })
}

impl LocatedTable {
    /// Moves everything that the table points at.
    pub(super) fn map_positions(&mut self, to: impl Fn(Position) -> Position) {
        let place = |placed: &mut Placed| {
            placed.position = to(placed.position);
            placed.head = placed.head.map(&to);
        };
        self.figures.iter_mut().for_each(place);
        self.gaps.retain(|gap| !matches!(gap, Gap::PartSums { .. }));
        self.ignored.clear();
        let rows = self.figures.iter().flat_map(|placed| [Some(placed.position.row), placed.head.map(|head| head.row)]);
        self.first_row = rows.flatten().min().unwrap_or(self.first_row);
        self.figures.sort_by_key(|placed| placed.position);
    }
}
