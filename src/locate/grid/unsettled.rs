//! What the labels of a table leave open, with the ways to read it: the figures may tell which one is right.

use super::super::{Gap, Item, Otherwise, Placed, Unsettled};
use super::found::Found;
use super::{Band, Head, Scene};
use crate::address::Position;
use crate::form::{Block, SlotId, Table};

/// The open questions of a table: a column whose head stands twice, a row whose label stands twice, a row under a label
/// that is nearly a missing one's, a column without a head where just one is missing.
pub(super) fn of(scene: &Scene<'_, '_>, table: &Table, used: &[&&Band], found: &mut Found) -> Vec<Unsettled> {
    let Found { figures, lines, gaps, bare, .. } = found;
    let mut open: Vec<Unsettled> = Vec::new();
    for band in used {
        let Some(block) = scene.block(table.id, band.block) else { continue };
        open.extend(columns_of_one_head(band, block, figures));
    }
    open.extend(rows_of_one_label(table, lines, figures));
    gaps.retain(|gap| {
        let question = match gap {
            Gap::UnknownRow { position, near: Some(slot), .. } => row_by_near_label(table, used, *position, *slot),
            Gap::UnknownColumn { position } => column_without_head(table, used, figures, bare, *position),
            _ => None,
        };
        let settled_later = question.is_some();
        open.extend(question.map(|ways| Unsettled { ways: vec![ways], otherwise: Otherwise::Say(gap.clone()) }));
        !settled_later
    });
    open.retain(|question| question.ways.iter().any(|way| !way.is_empty()));
    open
}

/// A column stands twice, and nothing says which one is meant.
fn columns_of_one_head(band: &Band, block: &Block, figures: &mut Vec<Placed>) -> Option<Unsettled> {
    if band.rivals.is_empty() {
        return None;
    }
    let ways: Vec<Vec<Placed>> = band.rivals.iter().map(|head| column(band, block, figures, head)).collect();
    let chosen = band.rivals.iter().position(|rival| band.heads.iter().any(|head| head.column == rival.column));
    if let Some(column) = chosen.and_then(|chosen| band.rivals.get(chosen)).map(|head| head.column) {
        figures.retain(|placed| {
            placed.position.column != column || ways.iter().flatten().all(|way| way.item != placed.item)
        });
    }
    let positions = band.rivals.iter().map(|head| head.position).collect();
    let otherwise = chosen.map_or(Otherwise::Say(Gap::TwinColumns { positions }), Otherwise::Read);
    Some(Unsettled { ways, otherwise })
}

/// The figures of a head's column, in the rows in which the band's other heads have theirs.
fn column(band: &Band, block: &Block, figures: &[Placed], head: &Head) -> Vec<Placed> {
    let Some(other) = band.heads.iter().find(|other| other.line != head.line) else { return Vec::new() };
    let rows = (0..block.rows.len()).filter_map(|row| {
        let beside = block.slot(row, usize::from(other.line));
        let known = figures
            .iter()
            .find(|placed| placed.item == Item::Slot(beside) && placed.position.column == other.column)?;
        Some((row, known.position.row))
    });
    rows.map(|(line, row)| Placed {
        item: Item::Slot(block.slot(line, usize::from(head.line))),
        position: Position { row, column: head.column },
        head: Some(head.position),
    })
    .collect()
}

/// One row of the form, and only one, stands twice: its figures are taken out, once for each place.
fn rows_of_one_label(table: &Table, lines: &[(u8, u8)], figures: &mut Vec<Placed>) -> Option<Unsettled> {
    let mut twice: Vec<(u8, u8)> =
        lines.iter().filter(|line| lines.iter().filter(|other| other == line).count() > 1).copied().collect();
    twice.dedup();
    twice.sort_unstable();
    twice.dedup();
    let [(block, line)] = twice.as_slice() else { return None };
    let block = table.blocks.get(usize::from(*block))?;
    let slots: Vec<SlotId> = (0..block.columns.len()).map(|column| block.slot(usize::from(*line), column)).collect();
    let (own, others): (Vec<Placed>, Vec<Placed>) = std::mem::take(figures)
        .into_iter()
        .partition(|placed| matches!(placed.item, Item::Slot(slot) if slots.contains(&slot)));
    *figures = others;
    let mut ways: Vec<Vec<Placed>> = Vec::new();
    for placed in own {
        match ways.iter_mut().find(|way| way.first().is_some_and(|first| first.position.row == placed.position.row)) {
            Some(way) => way.push(placed),
            None => ways.push(vec![placed]),
        }
    }
    Some(Unsettled { ways, otherwise: Otherwise::ReadAll })
}

/// A row whose label is nearly that of a missing row.
fn row_by_near_label(table: &Table, used: &[&&Band], label: Position, slot: SlotId) -> Option<Vec<Placed>> {
    let (place, block, line) = (0u8..).zip(&table.blocks).find_map(|(place, block)| {
        (0..block.rows.len()).find(|row| block.slot(*row, 0) == slot).map(|row| (place, block, row))
    })?;
    let band = used.iter().rfind(|band| band.block == place && band.body <= label.row)?;
    let figures = band.heads.iter().map(|head| Placed {
        item: Item::Slot(block.slot(line, usize::from(head.line))),
        position: Position { row: label.row, column: head.column },
        head: Some(head.position),
    });
    Some(figures.collect())
}

/// The only column of figures without a head, where the block lacks just one column.
fn column_without_head(
    table: &Table,
    used: &[&&Band],
    figures: &[Placed],
    bare: &[(u8, Position)],
    first: Position,
) -> Option<Vec<Placed>> {
    let (place, _) = bare.iter().find(|(_, position)| *position == first)?;
    let block = table.blocks.get(usize::from(*place))?;
    let mut bands = used.iter().filter(|band| band.block == *place);
    let (Some(band), None) = (bands.next(), bands.next()) else { return None };
    let known = |line: &u8| band.heads.iter().any(|head| head.line == *line);
    let mut missing = (0u8..).take(block.columns.len()).filter(|line| !known(line));
    let (Some(line), None) = (missing.next(), missing.next()) else { return None };
    let head = Head { line, position: first, column: first.column };
    let way = column(band, block, figures, &head);
    (band.rivals.is_empty() && !way.is_empty()).then(|| way.into_iter().map(|p| Placed { head: None, ..p }).collect())
}
