//! Bands of heads: the labels of a block's columns, close together over its rows.

use super::super::index::{LabelUse, Role};
use super::super::sheet::{Mark, position, text_of};
use super::{Band, HEAD_ROWS, Head, Scene, twins};
use crate::address::Position;
use crate::form::{Line, TableId};
use crate::label;
use std::collections::BTreeMap;

/// A label that may head a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub head: Head,
    /// Whether the label itself says that its figures are the report year's; none if it says nothing.
    pub report_year: Option<bool>,
}

type Hits = BTreeMap<(TableId, u8), Vec<Hit>>;

/// All bands of heads of the sheet.
pub(super) fn bands(scene: &Scene<'_, '_>) -> Vec<Band> {
    let view = scene.view;
    let mut hits = Hits::new();
    for (cell, mark) in view.marked() {
        if mark.uses.is_empty() {
            // A head may be split over two cells, one below the other.
            let below = view.at(Position { row: cell.row + 1, column: cell.column });
            if let (Some(upper), Some(lower)) = (text_of(cell), below.and_then(text_of)) {
                let lower_cell = Position { row: cell.row + 1, column: cell.column };
                add_heads(scene, lower_cell, scene.guide.index.joint_uses(&[upper, lower]), None, &mut hits);
            }
        } else {
            add_heads(scene, position(cell), mark.uses, Some(mark), &mut hits);
        }
    }
    let mut bands = Vec::new();
    for ((table, block), mut hits) in hits {
        hits.sort_by_key(|hit| hit.head.position);
        if let Some(definition) = scene.block(table, block) {
            let start = bands.len();
            // Fewer heads than half may be row labels that read alike (其他, 总计).
            let columns = definition.columns.len();
            bands_of(scene, table, block, &hits, columns.div_ceil(2).max(columns.min(2)), &mut bands);
            if definition.is_list() {
                for band in bands.iter_mut().skip(start) {
                    band.units = unit_column(scene, band);
                }
            }
        }
    }
    bands
}

/// The column that a list's head row gives to units of measure.
fn unit_column(scene: &Scene<'_, '_>, band: &Band) -> Option<u32> {
    let near = |column: u32| column >= band.labels.start && column < band.left();
    let named =
        |row: u32| scene.view.marked_row(row).filter(|(_, mark)| scene.guide.words.unit_heads.contains(&mark.key));
    let first = named(band.first_row).find(|(cell, _)| near(cell.column));
    first.or_else(|| named(band.first_row).next()).map(|(cell, _)| cell.column)
}

fn add_heads(scene: &Scene<'_, '_>, at: Position, uses: &[LabelUse], mark: Option<&Mark<'_>>, hits: &mut Hits) {
    let mut start = 0;
    // Uses are sorted by table and block: each run of them is one question, "which column of this block?".
    while let Some(first) = uses.get(start) {
        let run = uses.iter().skip(start).take_while(|u| (u.table, u.block) == (first.table, first.block)).count();
        let columns: Vec<u8> =
            uses.iter().skip(start).take(run).filter(|u| u.role == Role::Column).map(|u| u.line).collect();
        start += run;
        let line = match columns.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => scene
                .block(first.table, first.block)
                .and_then(|block| line_in_group(several, &block.columns, group_above(scene, at, first))),
        };
        if let Some(line) = line {
            let head = Head { line, position: at, column: at.column };
            let stock = || scene.block(first.table, first.block).is_some_and(|b| scene.is_stock_column(b, line));
            let report_year = mark.and_then(|mark| scene.report_year(mark, mark.time.is_said() && stock()));
            hits.entry((first.table, first.block)).or_default().push(Hit { head, report_year });
        }
    }
}

/// The innermost group head over a position: the nearest row above that has one at or left of it.
fn group_above(scene: &Scene<'_, '_>, at: Position, of: &LabelUse) -> Option<String> {
    (1..=HEAD_ROWS).filter_map(|up| at.row.checked_sub(up)).find_map(|row| {
        scene
            .view
            .row(row)
            .rfind(|(cell, uses)| {
                cell.column <= at.column
                    && uses.iter().any(|u| u.role == Role::Group && (u.table, u.block) == (of.table, of.block))
            })
            .and_then(|(cell, _)| text_of(cell))
            .map(label::key)
    })
}

fn line_in_group(candidates: &[u8], lines: &[Line], group: Option<String>) -> Option<u8> {
    let group = group?;
    let mut fitting = candidates.iter().copied().filter(|candidate| {
        lines.get(usize::from(*candidate)).and_then(|line| line.under_keys.last()).is_some_and(|under| *under == group)
    });
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn bands_of(scene: &Scene<'_, '_>, table: TableId, block: u8, hits: &[Hit], needed: usize, bands: &mut Vec<Band>) {
    let mut start = 0;
    while let Some(first) = hits.get(start) {
        let top = first.head.position.row;
        let near = || hits.iter().skip(start).take_while(|hit| hit.head.position.row < top + HEAD_ROWS);
        let mut heads: Vec<Hit> = Vec::new();
        for hit in near() {
            let taken = |other: &Hit| other.head.line == hit.head.line || other.head.column == hit.head.column;
            if !heads.iter().any(taken) {
                heads.push(*hit);
            }
        }
        if heads.len() < needed {
            start += 1;
            continue;
        }
        let last_row = heads.iter().map(|hit| hit.head.position.row).max().unwrap_or(top);
        // The same head again, in another column: another year's, another agency's, or a sum of some columns.
        let rivals: Vec<Hit> = near()
            .filter(|hit| hit.head.position.row <= last_row)
            .filter(|hit| heads.iter().all(|head| head.head.column != hit.head.column))
            .copied()
            .collect();
        let left = heads.iter().map(|hit| hit.head.column).min().unwrap_or(0);
        let band = Band { first_row: top, body: last_row + 1, labels: 0..left, ..Band::new(table, block) };
        twins::settle(scene, band, heads, &rivals, bands);
        start += hits.iter().skip(start).take_while(|hit| hit.head.position.row <= last_row).count();
    }
}
