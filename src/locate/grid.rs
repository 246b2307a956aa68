//! The official grid: heads over columns, labels beside rows, at any position.
//!
//! First the bands of heads are found, then the rows below each are matched by their labels. Where two forms fit the
//! same heads, the one that explains more of the workbook is chosen.

use super::index::{LabelUse, Role};
use super::sheet::{Mark, may_be_figure, position, text_of};
use super::{Gap, Guide, Item, LocatedTable, Placed, SheetView, prefer_form};
use crate::address::Position;
use crate::form::{Block, FormId, Line, SlotId, Table, TableId};
use crate::label;
use crate::read::{Cell, Content};
use std::collections::BTreeMap;

/// Heads of one block may be spread over this many rows.
const HEAD_ROWS: u32 = 3;
/// A list without a head is recognised by at least this many row labels.
const ROWS_WITHOUT_HEAD: usize = 3;
/// Unknown rows belong to a table while no more than this many empty rows lie between.
const LARGEST_HOLE: u32 = 1;

/// A table that may be there, with the heads it rests on.
pub struct Candidate {
    located: LocatedTable,
    form: FormId,
    heads: Vec<Position>,
}

#[derive(Clone, Copy)]
struct Head {
    line: u8,
    position: Position,
}

/// The heads of one block.
struct Band {
    table: TableId,
    block: u8,
    heads: Vec<Head>,
    first_row: u32,
    /// The first row below the heads.
    body: u32,
    /// The column of units, in a list that has one.
    units: Option<u32>,
}

/// All tables that the sheet's labels allow.
pub fn candidates(view: &SheetView<'_>, guide: &Guide<'_>, sheet: u16) -> Vec<Candidate> {
    let mut bands = head_bands(view, guide);
    bands.extend(headless_lists(view, guide, &bands));
    let mut tables: BTreeMap<TableId, Vec<&Band>> = BTreeMap::new();
    for band in &bands {
        tables.entry(band.table).or_default().push(band);
    }
    let starts: Vec<u32> = bands.iter().map(|band| band.first_row).collect();
    let beaten = beaten_by_rows(view, guide, &tables);
    tables
        .into_iter()
        .filter(|(id, _)| !beaten.contains(id))
        .filter_map(|(id, bands)| {
            let table = guide.book.table(id);
            let mut found = Found::default();
            for band in &bands {
                let end = starts.iter().copied().filter(|start| *start >= band.body && *start > band.first_row).min();
                let last = end.map_or(view.last_row(), |end| end.saturating_sub(1));
                read_band(view, guide, table, band, last, &mut found);
            }
            found.into_candidate(table, &bands, guide, sheet)
        })
        .collect()
}

/// Tables whose heads another form's table has too, with more of its row labels on the sheet: not worth reading.
fn beaten_by_rows(view: &SheetView<'_>, guide: &Guide<'_>, tables: &BTreeMap<TableId, Vec<&Band>>) -> Vec<TableId> {
    let mut rows: BTreeMap<TableId, usize> = BTreeMap::new();
    for (_, uses) in view.labelled() {
        let mut last = None;
        for u in uses.iter().filter(|u| u.role == Role::Row) {
            if last != Some(u.table) {
                *rows.entry(u.table).or_default() += 1;
            }
            last = Some(u.table);
        }
    }
    let count = |id: &TableId| rows.get(id).copied().unwrap_or(0);
    let form = |id: &TableId| guide.book.table(*id).form;
    let share = |a: &[&Band], b: &[&Band]| {
        let heads = |bands: &[&Band]| bands.iter().flat_map(|band| &band.heads).map(|h| h.position).collect::<Vec<_>>();
        let others = heads(b);
        heads(a).iter().any(|head| others.contains(head))
    };
    tables
        .iter()
        .filter(|(id, bands)| {
            tables
                .iter()
                .any(|(rival, theirs)| form(rival) != form(id) && count(rival) > count(id) && share(bands, theirs))
        })
        .map(|(id, _)| *id)
        .collect()
}

/// Of candidates that rest on the same heads, keeps the form that explains most of them, then of the sheet. Where both
/// explain the same, the sheet's year decides; who knows each table's own year may decide again.
pub fn choose(candidates: Vec<Candidate>, guide: &Guide<'_>, years: &[Option<u16>]) -> Vec<LocatedTable> {
    let mut by_sheet: BTreeMap<(u16, FormId), usize> = BTreeMap::new();
    for candidate in &candidates {
        *by_sheet.entry((candidate.located.sheet, candidate.form)).or_default() += candidate.located.figures.len();
    }
    let rank = |candidate: &Candidate, rival: &Candidate| {
        let sheet = candidate.located.sheet;
        let year = years.get(usize::from(sheet)).copied().flatten();
        let preferred = prefer_form(guide.book, &[candidate.form, rival.form], year);
        (
            candidate.located.figures.len(),
            by_sheet.get(&(sheet, candidate.form)).copied().unwrap_or(0),
            preferred == Some(candidate.form),
        )
    };
    let beaten: Vec<bool> = candidates
        .iter()
        .map(|candidate| {
            candidates.iter().any(|rival| {
                rival.form != candidate.form
                    && rival.located.sheet == candidate.located.sheet
                    && rival.heads.iter().any(|head| candidate.heads.contains(head))
                    && rank(rival, candidate) > rank(candidate, rival)
            })
        })
        .collect();
    let mut tables: Vec<LocatedTable> = candidates
        .into_iter()
        .zip(beaten)
        .filter(|(_, beaten)| !beaten)
        .map(|(candidate, _)| candidate.located)
        .collect();
    tables.sort_by_key(|table| (table.sheet, table.first_row, table.table));
    tables
}

// ------------------------------------------------------------------------------------------------ heads

fn head_bands(view: &SheetView<'_>, guide: &Guide<'_>) -> Vec<Band> {
    let mut hits: BTreeMap<(TableId, u8), Vec<Head>> = BTreeMap::new();
    for (cell, uses) in view.labelled() {
        if uses.is_empty() {
            // A head may be split over two cells, one below the other.
            let below = view.at(Position { row: cell.row + 1, column: cell.column });
            if let (Some(upper), Some(lower)) = (text_of(cell), below.and_then(text_of)) {
                let lower_cell = Position { row: cell.row + 1, column: cell.column };
                add_heads(view, guide, lower_cell, guide.index.joint_uses(&[upper, lower]), &mut hits);
            }
        } else {
            add_heads(view, guide, position(cell), uses, &mut hits);
        }
    }
    let mut bands = Vec::new();
    for ((table, block), mut heads) in hits {
        heads.sort_by_key(|head| head.position);
        if let Some(definition) = block_of(guide, table, block) {
            // Fewer heads than half may be row labels that read alike (其他, 总计).
            let columns = definition.columns.len();
            let mut found = bands_of(table, block, &heads, columns.div_ceil(2).max(columns.min(2)));
            if definition.is_list() {
                for band in &mut found {
                    band.units = unit_column(view, guide, band.first_row);
                }
            }
            bands.extend(found);
        }
    }
    bands
}

/// The column that a list's head row gives to units of measure.
fn unit_column(view: &SheetView<'_>, guide: &Guide<'_>, row: u32) -> Option<u32> {
    view.marked_row(row).find(|(_, mark)| guide.words.unit_heads.contains(&mark.key)).map(|(cell, _)| cell.column)
}

fn add_heads(
    view: &SheetView<'_>,
    guide: &Guide<'_>,
    at: Position,
    uses: &[LabelUse],
    hits: &mut BTreeMap<(TableId, u8), Vec<Head>>,
) {
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
            several => block_of(guide, first.table, first.block)
                .and_then(|block| line_in_group(several, &block.columns, group_above(view, at, first))),
        };
        if let Some(line) = line {
            hits.entry((first.table, first.block)).or_default().push(Head { line, position: at });
        }
    }
}

/// The innermost group head over a position: the nearest row above that has one at or left of it.
fn group_above(view: &SheetView<'_>, at: Position, of: &LabelUse) -> Option<String> {
    (1..=HEAD_ROWS).filter_map(|up| at.row.checked_sub(up)).find_map(|row| {
        view.row(row)
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

fn bands_of(table: TableId, block: u8, hits: &[Head], needed: usize) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut start = 0;
    while let Some(first) = hits.get(start) {
        let top = first.position.row;
        let mut heads: Vec<Head> = Vec::new();
        for hit in hits.iter().skip(start).take_while(|hit| hit.position.row < top + HEAD_ROWS) {
            let taken = heads.iter().any(|head| head.line == hit.line || head.position.column == hit.position.column);
            if !taken {
                heads.push(*hit);
            }
        }
        if heads.len() >= needed {
            let last_row = heads.iter().map(|head| head.position.row).max().unwrap_or(top);
            start += hits.iter().skip(start).take_while(|hit| hit.position.row <= last_row).count();
            bands.push(Band { table, block, heads, first_row: top, body: last_row + 1, units: None });
        } else {
            start += 1;
        }
    }
    bands
}

/// Lists whose value column has no head: the column in which most labelled rows hold something.
fn headless_lists(view: &SheetView<'_>, guide: &Guide<'_>, bands: &[Band]) -> Vec<Band> {
    let mut labels: BTreeMap<(TableId, u8), Vec<&Cell>> = BTreeMap::new();
    for (cell, uses) in view.labelled() {
        for u in uses.iter().filter(|u| u.role == Role::Row) {
            let covered =
                bands.iter().any(|band| (band.table, band.block) == (u.table, u.block) && band.first_row <= cell.row);
            if !covered && block_of(guide, u.table, u.block).is_some_and(Block::is_list) {
                labels.entry((u.table, u.block)).or_default().push(cell);
            }
        }
    }
    labels
        .into_iter()
        .filter(|(_, cells)| cells.len() >= ROWS_WITHOUT_HEAD)
        .filter_map(|((table, block), cells)| {
            let mut columns: BTreeMap<u32, usize> = BTreeMap::new();
            for cell in &cells {
                let value = view.row(cell.row).find(|(other, _)| {
                    other.column > cell.column && text_of(other).is_none_or(|text| !guide.words.is_unit(text))
                });
                if let Some((value, _)) = value {
                    *columns.entry(value.column).or_default() += 1;
                }
            }
            let (column, count) =
                columns.into_iter().max_by_key(|(column, count)| (*count, std::cmp::Reverse(*column)))?;
            let first = cells.first()?.row;
            // The band lies "above" the first row: there is no head to point at.
            (count >= ROWS_WITHOUT_HEAD).then(|| Band {
                table,
                block,
                heads: vec![Head { line: 0, position: Position { row: first, column } }],
                first_row: first,
                body: first,
                units: None,
            })
        })
        .collect()
}

// ------------------------------------------------------------------------------------------------ rows

#[derive(Default)]
struct Found {
    figures: Vec<Placed>,
    lines: Vec<(u8, u8)>,
    unknown: Vec<(Position, String)>,
    gaps: Vec<Gap>,
}

enum RowLabel {
    Line(u8),
    Unknown(Position, String),
    None,
}

fn read_band(view: &SheetView<'_>, guide: &Guide<'_>, table: &Table, band: &Band, last: u32, found: &mut Found) {
    let Some(block) = block_of(guide, band.table, band.block) else { return };
    let left = band.heads.iter().map(|head| head.position.column).min().unwrap_or(0);
    let first = band.body;
    if block.has_unlabelled_row() {
        let row = view
            .rows_between(first, last.min(first + HEAD_ROWS))
            .find(|row| band.heads.iter().any(|head| at(view, *row, head).is_some_and(may_be_figure)))
            .unwrap_or(first);
        found.add_row(view, band, block, 0, row);
        return;
    }
    let mut groups: BTreeMap<u32, String> = BTreeMap::new();
    let mut matched_to = first;
    let mut loose = Vec::new();
    for row in view.rows_between(first, last) {
        match row_label(view, guide, band, block, row, left, &mut groups) {
            RowLabel::Line(line) => {
                found.add_row(view, band, block, line, row);
                matched_to = row;
            }
            RowLabel::Unknown(at_label, text) => {
                let figures = band.heads.iter().any(|head| at(view, row, head).is_some_and(may_be_figure));
                if figures {
                    loose.push((row, at_label, text));
                }
            }
            RowLabel::None => {}
        }
    }
    if found.lines.iter().all(|(block, _)| *block != band.block) {
        return;
    }
    for (row, at_label, text) in loose {
        if row > matched_to + LARGEST_HOLE + 1 {
            break;
        }
        matched_to = matched_to.max(row);
        if table.open_categories {
            if let Some(head) = band.heads.first() {
                let unit = unit_beside(view, guide, row, band);
                found.figures.push(Placed {
                    item: Item::Open { label: text, unit },
                    position: Position { row, column: head.position.column },
                    head: None,
                });
            }
        } else {
            found.unknown.push((at_label, text));
        }
    }
    unknown_column(view, band, left, (first, matched_to), found);
}

fn at<'a>(view: &SheetView<'a>, row: u32, head: &Head) -> Option<&'a Cell> {
    view.at(Position { row, column: head.position.column })
}

/// The unit written between a row's label and its figure.
fn unit_beside(view: &SheetView<'_>, guide: &Guide<'_>, row: u32, band: &Band) -> String {
    if let Some(column) = band.units {
        let cell = view.at(Position { row, column });
        return cell.and_then(text_of).map(|text| text.trim().to_owned()).unwrap_or_default();
    }
    let before = band.heads.first().map_or(0, |head| head.position.column);
    view.row(row)
        .filter(|(cell, _)| cell.column < before)
        .filter_map(|(cell, _)| text_of(cell))
        .rfind(|text| guide.words.is_unit(text))
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// Which row of the block this is: decided by the rightmost label before the figures, within its groups.
fn row_label(
    view: &SheetView<'_>,
    guide: &Guide<'_>,
    band: &Band,
    block: &Block,
    row: u32,
    left: u32,
    groups: &mut BTreeMap<u32, String>,
) -> RowLabel {
    let labels: Vec<(&Cell, &str, &Mark<'_>)> = view
        .marked_row(row)
        .take_while(|(cell, _)| cell.column < left)
        .filter(|(cell, mark)| mark.names_something && band.units != Some(cell.column))
        .filter_map(|(cell, mark)| text_of(cell).map(|text| (cell, text, mark)))
        .collect();
    let mine = |u: &&LabelUse, role: Role| (u.table, u.block, u.role) == (band.table, band.block, role);
    for (cell, _, mark) in &labels {
        groups.retain(|column, _| *column <= cell.column);
        if mark.uses.iter().any(|u| mine(&u, Role::Group)) {
            groups.insert(cell.column, mark.key.clone());
        }
    }
    // In a list what stands between label and figure is a remark or a unit: the last label that is known counts.
    let known = labels.iter().rfind(|(_, _, mark)| block.is_list() && mark.uses.iter().any(|u| mine(&u, Role::Row)));
    let Some((cell, text, mark)) = known.or(labels.last()) else { return RowLabel::None };
    let around: Option<&String> = groups.range(..cell.column).next_back().map(|(_, group)| group);
    let mut uses = mark.uses;
    if !uses.iter().any(|u| mine(&u, Role::Row)) {
        let texts: Vec<&str> = labels.iter().map(|(_, text, _)| *text).collect();
        let tail = texts.get(texts.len().saturating_sub(2)..).unwrap_or_default();
        let below = view.at(Position { row: row + 1, column: cell.column }).and_then(text_of);
        // A label may be spread over two cells of the row, or run on in the cell below.
        let with_below = below.map(|below| guide.index.joint_uses(&[text, below]));
        let joint = [Some(guide.index.joint_uses(tail)), with_below];
        let fitting = joint.into_iter().flatten().find(|joint| joint.iter().any(|u| mine(&u, Role::Row)));
        uses = fitting.unwrap_or(uses);
    }
    let lines: Vec<u8> = uses
        .iter()
        .filter(|u| mine(u, Role::Row))
        .map(|u| u.line)
        .filter(|line| {
            // A label within a group that is not one of its own (a subtotal, say) is another row.
            let own = block.rows.get(usize::from(*line)).map_or(&[][..], |line| &line.under_keys);
            around.is_none_or(|group| own.is_empty() || own.contains(group))
        })
        .collect();
    match lines.as_slice() {
        [only] => RowLabel::Line(*only),
        [] if uses.iter().any(|u| mine(&u, Role::Group)) => RowLabel::None,
        // Blocks that share their heads: the row is another block's.
        [] if uses.iter().any(|u| u.table == band.table && u.role == Role::Row) => RowLabel::None,
        [] if guide.words.not_categories.contains(&mark.key) && around.is_none() => RowLabel::None,
        _ => RowLabel::Unknown(position(cell), (*text).to_owned()),
    }
}

/// Names the first figure that stands in a row of the table under no known head.
fn unknown_column(view: &SheetView<'_>, band: &Band, left: u32, rows: (u32, u32), found: &mut Found) {
    let stray = view.rows_between(rows.0, rows.1).find_map(|row| {
        view.row(row)
            .map(|(cell, _)| cell)
            .filter(|cell| cell.column > left && matches!(cell.content, Content::Number(_)))
            .find(|cell| band.heads.iter().all(|head| head.position.column != cell.column))
    });
    if let Some(cell) = stray {
        found.gaps.push(Gap::UnknownColumn { position: position(cell) });
    }
}

impl Found {
    fn add_row(&mut self, view: &SheetView<'_>, band: &Band, block: &Block, line: u8, row: u32) {
        self.lines.push((band.block, line));
        for head in &band.heads {
            let slot = block.slot(usize::from(line), usize::from(head.line));
            let position = Position { row, column: head.position.column };
            let over = view.at(head.position).filter(|_| head.position.row < row).map(|_| head.position);
            self.figures.push(Placed { item: Item::Slot(slot), position, head: over });
        }
    }

    fn into_candidate(mut self, table: &Table, bands: &[&Band], guide: &Guide<'_>, sheet: u16) -> Option<Candidate> {
        let used: Vec<&&Band> =
            bands.iter().filter(|band| self.lines.iter().any(|(block, _)| *block == band.block)).collect();
        let first_row = used.iter().map(|band| band.first_row).min()?;
        let heads: Vec<Position> = used.iter().flat_map(|band| band.heads.iter().map(|head| head.position)).collect();
        let missing = missing_lines(table, &self.lines, &used);
        let missing_rows: Vec<SlotId> = missing
            .iter()
            .filter_map(|gap| match gap {
                Gap::MissingRow { slot } => Some(*slot),
                _ => None,
            })
            .collect();
        for (at_label, text) in self.unknown {
            let near = nearest(guide, &missing_rows, &text);
            self.gaps.push(Gap::UnknownRow { position: at_label, label: text, near });
        }
        // A list of open categories is not expected to be complete.
        if !table.open_categories {
            self.gaps.extend(missing);
        }
        let located = LocatedTable { table: table.id, sheet, first_row, figures: self.figures, gaps: self.gaps };
        Some(Candidate { located, form: table.form, heads })
    }
}

fn missing_lines(table: &Table, lines: &[(u8, u8)], used: &[&&Band]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (place, block) in (0u8..).zip(&table.blocks) {
        for row in (0u8..).take(block.rows.len()) {
            if !lines.contains(&(place, row)) {
                gaps.push(Gap::MissingRow { slot: block.slot(usize::from(row), 0) });
            }
        }
        let mut bands = used.iter().filter(|band| band.block == place).peekable();
        if bands.peek().is_some() {
            let present: Vec<u8> = bands.flat_map(|band| band.heads.iter().map(|head| head.line)).collect();
            for column in (0u8..).take(block.columns.len()) {
                if !present.contains(&column) {
                    gaps.push(Gap::MissingColumn { slot: block.slot(0, usize::from(column)) });
                }
            }
        }
    }
    gaps
}

/// The missing row whose label is nearest to an unknown one, if it is near at all.
fn nearest(guide: &Guide<'_>, missing: &[SlotId], text: &str) -> Option<SlotId> {
    let unknown = label::key_without_notes(text);
    let reach = (unknown.chars().count() / 3).max(1);
    missing
        .iter()
        .map(|slot| {
            let label = label::key_without_notes(&guide.book.slot(*slot).indicator_zh);
            (label::edit_distance(&unknown, &label), *slot)
        })
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, slot)| slot)
}

fn block_of<'a>(guide: &Guide<'a>, table: TableId, block: u8) -> Option<&'a Block> {
    guide.book.table(table).blocks.get(usize::from(block))
}
