//! Lists whose column of figures has no head that a form knows.

use super::super::index::Role;
use super::super::sheet::{Look, look, text_of};
use super::strays::heads_over;
use super::twins::the_report_years;
use super::{Band, Foreign, HEAD_ROWS, Head, ROWS_WITHOUT_HEAD, Scene};
use crate::address::Position;
use crate::calendar::Time;
use crate::form::{Block, REPORT_YEARS, TableId};
use crate::read::{Cell, Content};
use std::collections::BTreeMap;

/// So many rows counted through from 1 are numbering, not figures.
const LEAST_NUMBERING: u32 = 5;

/// A column right of the labels that holds values.
struct Column {
    column: u32,
    first: Position,
    values: u32,
    has_figures: bool,
    /// Whether the values are 1, 2, 3, … down to here.
    numbering: bool,
}

/// Bands of lists that have no band by their heads.
pub(super) fn bands(scene: &Scene<'_, '_>, by_heads: &[Band]) -> Vec<Band> {
    let mut labels: BTreeMap<(TableId, u8), Vec<&Cell>> = BTreeMap::new();
    for (cell, uses) in scene.view.labelled() {
        for u in uses.iter().filter(|u| u.role == Role::Row) {
            let covered = by_heads
                .iter()
                .any(|band| (band.table, band.block) == (u.table, u.block) && band.first_row <= cell.row);
            if !covered && scene.block(u.table, u.block).is_some_and(Block::is_list) {
                labels.entry((u.table, u.block)).or_default().push(cell);
            }
        }
    }
    labels
        .into_iter()
        .filter(|(_, cells)| cells.len() >= ROWS_WITHOUT_HEAD)
        .flat_map(|((table, block), cells)| bands_of(scene, table, block, &cells))
        .collect()
}

fn bands_of(scene: &Scene<'_, '_>, table: TableId, block: u8, labels: &[&Cell]) -> Vec<Band> {
    let Some(first) = labels.first().map(|cell| cell.row) else { return Vec::new() };
    // The band lies "above" the first row: there is no head to point at.
    let base = || Band { first_row: first, body: first, ..Band::new(table, block) };
    let mut columns = value_columns(scene, labels);
    let most = columns.iter().map(|column| column.values).max().unwrap_or(0);
    let place = base();
    columns.retain(|column| {
        let head = heads_over(scene, &place, column.column).last();
        let is_comment = head.is_some_and(|head| scene.guide.words.is_remark_head(head.key));
        column.values * 2 >= most && !is_comment
    });
    // Marks for nothing alone are remarks, beside a column with figures.
    if columns.iter().any(|column| column.has_figures) {
        columns.retain(|column| column.has_figures);
    }
    if columns.iter().any(|column| !column.numbering) {
        columns.retain(|column| !column.numbering || column.values < LEAST_NUMBERING);
    }
    if most < u32::try_from(ROWS_WITHOUT_HEAD).unwrap_or(u32::MAX) {
        return Vec::new();
    }
    // A second half of the list begins where labels stand right of figures.
    let label_between =
        |left: u32, right: u32| labels.iter().filter(|cell| left < cell.column && cell.column < right).count() >= 2;
    let mut halves: Vec<Vec<Column>> = Vec::new();
    for column in columns {
        let last = halves.last().and_then(|half| half.last()).map(|before| before.column);
        match halves.last_mut() {
            Some(half) if last.is_some_and(|last| !label_between(last, column.column)) => half.push(column),
            _ => halves.push(vec![column]),
        }
    }
    let several = halves.len() > 1;
    let mut from = 0;
    let mut bands = Vec::new();
    for half in &halves {
        let (Some(start), Some(end)) = (half.first(), half.last()) else { continue };
        let answers: Vec<Option<bool>> = half.iter().map(|column| year_over(scene, &place, column.column)).collect();
        let chosen = the_report_years(&answers).and_then(|place| half.get(place));
        let wanted = chosen.unwrap_or(start);
        let foreign: Vec<Foreign> = match answers.iter().all(|answer| *answer == Some(false)) {
            true => half.iter().map(|column| foreign_head(scene, &place, column)).collect(),
            false => Vec::new(),
        };
        let twins = match chosen {
            None if foreign.is_empty() => half.iter().map(|column| column.first).collect(),
            _ => Vec::new(),
        };
        let position = Position { row: first, column: wanted.column };
        bands.push(Band {
            heads: match foreign.is_empty() {
                true => vec![Head { line: 0, position, column: wanted.column }],
                false => Vec::new(),
            },
            labels: from..start.column,
            units: unit_column(scene, labels, from..start.column),
            ignored: half
                .iter()
                .map(|column| column.column)
                .filter(|column| *column != wanted.column || !foreign.is_empty())
                .collect(),
            twins,
            foreign,
            beside_others: several,
            ..base()
        });
        from = end.column + 1;
    }
    let all: Vec<u32> = bands.iter().flat_map(|band| band.heads.iter().map(|head| head.column)).collect();
    for band in &mut bands {
        let own = band.left();
        band.ignored.extend(all.iter().filter(|column| **column != own));
    }
    bands
}

/// The columns that hold values right of the labels, from left to right.
fn value_columns(scene: &Scene<'_, '_>, labels: &[&Cell]) -> Vec<Column> {
    let mut columns: BTreeMap<u32, Column> = BTreeMap::new();
    let mut last_row = None;
    for label in labels {
        // A row with labels in two halves is walked once for all its cells.
        if last_row == Some(label.row) {
            continue;
        }
        last_row = Some(label.row);
        for (cell, _) in scene.view.row(label.row).filter(|(cell, _)| cell.column > label.column) {
            let look = look(cell);
            if !look.is_value() {
                continue;
            }
            let column = columns.entry(cell.column).or_insert_with(|| Column {
                column: cell.column,
                first: Position { row: cell.row, column: cell.column },
                values: 0,
                has_figures: false,
                numbering: true,
            });
            column.values += 1;
            column.has_figures |= look == Look::Figure;
            column.numbering &= whole(cell) == Some(column.values);
        }
    }
    columns.into_values().collect()
}

/// The cell's number, if it is a small whole one.
pub(super) fn whole(cell: &Cell) -> Option<u32> {
    match &cell.content {
        Content::Text(text) => crate::label::key(text).parse().ok(),
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        Content::Number(number) if number.fract() == 0.0 && (0.0..1e9).contains(number) => Some(*number as u32),
        _ => None,
    }
}

/// Whether the heads over a column say that it is the report year's; none if they say nothing.
fn year_over(scene: &Scene<'_, '_>, place: &Band, column: u32) -> Option<bool> {
    let first = place.first_row.saturating_sub(HEAD_ROWS);
    let rows: Vec<u32> = scene.view.rows_between(first, place.first_row.saturating_sub(1)).collect();
    rows.into_iter().rev().find_map(|row| {
        let at = Position { row, column };
        let by_text = scene.view.mark_at(at).and_then(|mark| scene.report_year(mark, false));
        let by_number = || Time::Year(year_of(scene.view.at(at)?)?).counts(scene.year, false);
        by_text.or_else(by_number)
    })
}

/// The year that a cell of a number names.
pub(super) fn year_of(cell: &Cell) -> Option<u16> {
    u16::try_from(whole(cell)?).ok().filter(|year| REPORT_YEARS.contains(year))
}

/// The head over a column that says it is of another time.
fn foreign_head(scene: &Scene<'_, '_>, place: &Band, column: &Column) -> Foreign {
    let head = heads_over(scene, place, column.column).filter(|head| head.other_year).last();
    scene.foreign(head.map_or(column.first, |head| head.position), 0)
}

/// The column between labels and figures in which most texts are units.
fn unit_column(scene: &Scene<'_, '_>, labels: &[&Cell], between: std::ops::Range<u32>) -> Option<u32> {
    let mut columns: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for label in labels {
        let row =
            scene.view.row(label.row).filter(|(cell, _)| between.contains(&cell.column) && cell.column > label.column);
        for (column, text) in row.filter_map(|(cell, _)| Some((cell.column, text_of(cell)?))) {
            let (units, all) = columns.entry(column).or_default();
            *units += usize::from(scene.guide.words.is_unit(text));
            *all += 1;
        }
    }
    columns.into_iter().find(|(_, (units, all))| units * 2 >= *all).map(|(column, _)| column)
}
