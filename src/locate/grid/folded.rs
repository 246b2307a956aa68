//! A wide table of one row of figures (table 4), folded to fit the page: its groups as rows under one row of heads, as
//! blocks below each other, or as a list of group, head and figure.

use super::super::sheet::{look, position, text_of};
use super::super::{Gap, Item, LocatedTable, Placed};
use super::choice::Candidate;
use super::{Scene, single};
use crate::address::Position;
use crate::form::{Block, Line, TableId};
use crate::label;
use crate::read::Cell;
use std::collections::BTreeMap;

/// So many heads of one group in a row make a row of heads.
const LEAST_HEADS: usize = 3;
/// So far below each other may a group's label and its heads stand.
const REACH: u32 = 3;

/// The folded tables of a sheet, of those that `known` does not have.
pub(super) fn candidates(scene: &Scene<'_, '_>, sheet: u16, known: &[TableId]) -> Vec<Candidate> {
    let tables = scene.guide.book.tables.iter().filter(|table| !known.contains(&table.id));
    tables
        .filter_map(|table| match table.blocks.as_slice() {
            [block] if block.has_unlabelled_row() && block.columns.iter().all(|line| !line.under_keys.is_empty()) => {
                read(scene, table.id, block, sheet)
            }
            _ => None,
        })
        .collect()
}

/// Figures found, by column of the form; none if one is found twice.
#[derive(Default)]
struct Figures {
    by_line: BTreeMap<u8, Placed>,
    heads: Vec<Position>,
    repeated: bool,
}

impl Figures {
    fn add(&mut self, block: &Block, line: u8, at: Position, head: Position) {
        let placed = Placed { item: Item::Slot(block.slot(0, usize::from(line))), position: at, head: Some(head) };
        self.repeated |= self.by_line.insert(line, placed).is_some();
        self.heads.push(head);
    }
}

fn read(scene: &Scene<'_, '_>, table: TableId, block: &Block, sheet: u16) -> Option<Candidate> {
    let mut found = Figures::default();
    let rows: Vec<u32> = scene.view.row_numbers().collect();
    let mut heads: Option<(u32, Vec<(u32, &str)>)> = None;
    for row in rows {
        let cells: Vec<&Cell> = scene.view.row(row).map(|(cell, _)| cell).collect();
        let own: Vec<(u32, &str)> = cells
            .iter()
            .filter_map(|cell| Some((cell.column, text_of(cell).filter(|text| is_head(block, text))?)))
            .collect();
        if own.len() >= LEAST_HEADS {
            heads = Some((row, own));
        } else if let [(column, head)] = own.as_slice() {
            // One head, with its figure beside it: a row of a list.
            // Two figures may be two years'.
            let mut figures = cells.iter().filter(|cell| cell.column > *column && look(cell).is_value());
            let figure = figures.next().filter(|_| figures.next().is_none());
            let group = group_in_row(block, &cells, *column).or_else(|| group_above(scene, block, row, *column));
            if let (Some(figure), Some(line)) = (figure, group.and_then(|group| line_of(block, &group, head))) {
                found.add(block, line, position(figure), Position { row, column: *column });
            }
        } else if let Some((head_row, own)) = &heads {
            add_row(scene, block, &cells, row, (*head_row, own), &mut found);
        }
    }
    // Each group is there as a whole or not at all.
    let groups = |line: &Line| line.under_keys.clone();
    let has = |line: u8| found.by_line.contains_key(&line);
    let lines = || (0u8..).zip(&block.columns);
    let torn = lines()
        .any(|(place, line)| !has(place) && lines().any(|(other, twin)| has(other) && groups(twin) == groups(line)));
    if found.by_line.is_empty() || found.repeated || torn {
        return None;
    }
    let first_row = found.heads.iter().map(|head| head.row).min().unwrap_or(0);
    let missing = lines()
        .filter(|(place, _)| !has(*place))
        .map(|(place, _)| Gap::MissingColumn { slot: block.slot(0, usize::from(place)) });
    let located = LocatedTable {
        gaps: missing.collect(),
        figures: found.by_line.into_values().collect(),
        ..LocatedTable::new(table, sheet, first_row)
    };
    Some(Candidate { located, form: scene.guide.book.table(table).form, heads: found.heads })
}

/// A row of figures under a row of heads: of the group that its own label names, or that stands above the heads.
fn add_row(
    scene: &Scene<'_, '_>,
    block: &Block,
    cells: &[&Cell],
    row: u32,
    (head_row, heads): (u32, &[(u32, &str)]),
    found: &mut Figures,
) {
    let left = heads.first().map_or(0, |(column, _)| *column);
    let values: Vec<&Cell> =
        heads.iter().filter_map(|(column, _)| cells.iter().copied().find(|cell| cell.column == *column)).collect();
    if !values.iter().any(|cell| look(cell).is_value()) || single::are_column_numbers(&values) {
        return;
    }
    // A label of another kind says that the row is something else: another year's, an agency's.
    let has_label = cells.iter().any(|cell| cell.column < left && text_of(cell).is_some_and(|t| !t.trim().is_empty()));
    let is_next = row == head_row + 1 && !has_label;
    let above = || is_next.then(|| group_above(scene, block, head_row, u32::MAX)).flatten();
    let Some(group) = group_in_row(block, cells, left).or_else(above) else { return };
    for (column, head) in heads {
        if let Some(line) = line_of(block, &group, head) {
            let at = Position { row, column: *column };
            found.add(block, line, at, Position { row: head_row, column: *column });
        }
    }
}

/// The group that the last label left of a column names.
fn group_in_row(block: &Block, cells: &[&Cell], before: u32) -> Option<Vec<String>> {
    let mut texts = cells.iter().filter(|cell| cell.column < before).filter_map(|cell| text_of(cell));
    texts.rfind(|text| !text.trim().is_empty()).and_then(|text| group_named(block, text))
}

/// The group that the nearest label above a row names, left of a column.
fn group_above(scene: &Scene<'_, '_>, block: &Block, row: u32, before: u32) -> Option<Vec<String>> {
    let reach = if before == u32::MAX { REACH } else { u32::try_from(block.columns.len()).unwrap_or(REACH) };
    (1..=reach).filter_map(|up| row.checked_sub(up)).find_map(|row| {
        let cells: Vec<&Cell> = scene.view.row(row).map(|(cell, _)| cell).filter(|cell| cell.column < before).collect();
        cells.iter().rev().filter_map(|cell| text_of(cell)).find_map(|text| group_named(block, text))
    })
}

/// The innermost group of columns that a text names: by its own name, or by all names from the outermost on.
fn group_named(block: &Block, text: &str) -> Option<Vec<String>> {
    let bare = |text: &str| text.replace(['（', '）', '(', ')', '-', '—', '：', ':'], "");
    let key = label::key(&bare(text));
    let is_named = |line: &&Line| {
        let own = line.under_keys.last().map(|own| label::key(&bare(own)));
        own.as_ref() == Some(&key) || label::key(&bare(&line.under_keys.concat())) == key
    };
    block.columns.iter().find(is_named).map(|line| line.under_keys.clone())
}

fn names(line: &Line, key: &str) -> bool {
    std::iter::once(&line.zh).chain(&line.aliases).any(|name| label::key(name) == key)
}

fn is_head(block: &Block, text: &str) -> bool {
    let key = label::key(text);
    block.columns.iter().any(|line| names(line, &key))
}

fn line_of(block: &Block, group: &[String], head: &str) -> Option<u8> {
    let key = label::key(head);
    let mut lines = (0u8..).zip(&block.columns).filter(|(_, line)| line.under_keys == group && names(line, &key));
    lines.next().map(|(place, _)| place)
}
