//! A row of figures without a label of its own, such as table 4's: which of the rows below the heads it is.

use super::super::Gap;
use super::super::sheet::{Look, look, position, text_of};
use super::found::Found;
use super::headless::{whole, year_of};
use super::{Band, Scene};
use crate::address::Position;
use crate::calendar::Time;
use crate::read::Cell;

/// So many figures counted through are column numbers, wherever they begin.
const LEAST_COLUMN_NUMBERS: usize = 5;

/// A row that may be the one.
struct Row<'c> {
    row: u32,
    start: Position,
    label: Option<&'c str>,
    /// Whether its label says that it is the report year's.
    report_year: Option<bool>,
    /// The label that says it is another time's.
    foreign: Option<Position>,
    is_total: bool,
}

/// Reads the row below bands whose heads stand in the same rows.
pub(super) fn read(scene: &Scene<'_, '_>, bands: &[&Band], last: u32, found: &mut Found) {
    let Some(body) = bands.first().map(|band| band.body) else { return };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for row in scene.view.rows_between(body, last) {
        if scene.view.row(row).any(|(cell, _)| text_of(cell).is_some_and(|text| scene.guide.is_table_title(text))) {
            break;
        }
        rows.extend(figure_row(scene, bands, row));
    }
    let twins: Vec<Position> = bands.iter().flat_map(|band| band.twins.iter().copied()).collect();
    let chosen = choose(&rows);
    for band in bands {
        let Some(block) = scene.block(band.table, band.block) else { continue };
        match (&chosen, twins.is_empty() && band.foreign.is_empty()) {
            (Some(row), true) => found.add_row(scene, band, block, 0, *row),
            (None, true) if rows.is_empty() => found.add_row(scene, band, block, 0, body),
            // Known, but not to be read: neither missing nor blank.
            _ => found.lines.push((band.block, 0)),
        }
    }
    found.gaps.extend(bands.iter().flat_map(|band| &band.foreign).map(|foreign| foreign.gap(true)));
    let labels: Vec<Position> = rows.iter().filter_map(|row| row.foreign).collect();
    if !twins.is_empty() {
        found.gaps.push(Gap::TwinColumns { positions: twins });
    } else if !labels.is_empty() && labels.len() == rows.len() {
        found.gaps.extend(labels.into_iter().map(|label| scene.foreign(label, 0).gap(false)));
    } else if chosen.is_none() && !rows.is_empty() {
        let name = |row: &Row<'_>| row.label.map(|label| label.trim().to_owned());
        found.gaps.push(Gap::TwinRows {
            positions: rows.iter().map(|row| row.start).collect(),
            labels: rows.iter().filter_map(name).collect(),
        });
    }
}

/// The row to read: the report year's, the sum of several, or the only one. Never another year's.
fn choose(rows: &[Row<'_>]) -> Option<u32> {
    let only = |wanted: &dyn Fn(&Row<'_>) -> bool| {
        let mut fitting = rows.iter().filter(|row| wanted(row));
        fitting.next().filter(|_| fitting.next().is_none()).map(|row| row.row)
    };
    if rows.iter().any(|row| row.report_year == Some(true)) {
        only(&|row| row.report_year == Some(true))
    } else if rows.iter().any(|row| row.report_year == Some(false)) {
        only(&|row| row.report_year.is_none() && !row.is_total)
    } else if rows.len() > 1 {
        only(&|row| row.is_total)
    } else {
        only(&|_| true)
    }
}

/// The row, if what stands under the heads are figures or marks for none: not notes, column numbers or units.
fn figure_row<'c>(scene: &Scene<'_, 'c>, bands: &[&Band], row: u32) -> Option<Row<'c>> {
    let words = &scene.guide.words;
    let is_head = |column: u32| bands.iter().any(|band| band.heads.iter().any(|head| head.column == column));
    let is_ignored = |column: u32| bands.iter().any(|band| band.ignored.contains(&column));
    let mut values: Vec<&Cell> = Vec::new();
    let mut prose = 0;
    let mut candidate =
        Row { row, start: Position { row, column: 0 }, label: None, report_year: None, foreign: None, is_total: false };
    for (cell, mark) in scene.view.marked_row(row) {
        let text = text_of(cell);
        if text.is_some_and(|text| words.is_footer(text, &mark.key)) {
            return None;
        }
        if is_head(cell.column) {
            match look(cell) {
                Look::Figure | Look::Nothing => values.push(cell),
                // A formula that was never computed.
                Look::Prose if text.is_none() => values.extend(cell.is_formula.then_some(cell)),
                Look::Prose => prose += 1,
            }
        } else if let Some(text) = text.filter(|_| mark.names_something && !is_ignored(cell.column)) {
            candidate.label = Some(text);
            candidate.report_year = scene.report_year(mark, false);
            candidate.foreign = Some(position(cell)).filter(|_| candidate.report_year == Some(false));
            candidate.is_total = words.is_total(text, &mark.key);
        } else if let Some(year) = year_of(cell) {
            // A year as a number before the figures.
            candidate.report_year = candidate.report_year.or(Time::Year(year).counts(scene.year, false));
        }
    }
    candidate.start = position(values.first()?);
    (values.len() > prose && !are_column_numbers(&values)).then_some(candidate)
}

/// Whether the cells count through their columns: 1, 2, 3, …
pub(super) fn are_column_numbers(cells: &[&Cell]) -> bool {
    let Some(first) = cells.first().and_then(|cell| whole(cell)) else { return false };
    let enough = if first == 1 { 3 } else { LEAST_COLUMN_NUMBERS };
    cells.len() >= enough && (first..).zip(cells).all(|(number, cell)| whole(cell) == Some(number))
}
