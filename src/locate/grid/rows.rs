//! Rows of a table with columns: which row of the form each label means, within its groups.

use super::super::sheet::{Look, Mark, look, position, raw_of, text_of};
use super::super::{Gap, LabelUse, Role};
use super::found::{Found, rank};
use super::{Band, Foreign, LARGEST_HOLE, Scene, single, strays};
use crate::address::Position;
use crate::form::{Block, Line, SlotId};
use crate::read::Cell;
use std::collections::BTreeMap;

/// What a row is.
enum RowLabel {
    /// A row of the form.
    Line(u8),
    /// A total below a group: the form's own, or the group's.
    Total { line: u8, rank: usize, group: String },
    /// The label of a group of rows.
    Group(String),
    /// A row of the form, of another time than the report year.
    OtherTime(u8),
    /// A label that the form does not know.
    Unknown,
    /// No label, or one that needs no figure.
    None,
}

/// A row with its label.
#[derive(Clone)]
struct Labelled<'c> {
    row: u32,
    label: Position,
    text: &'c str,
}

struct Total<'c> {
    at: Labelled<'c>,
    line: u8,
    rank: usize,
    group: String,
    is_sub: bool,
}

/// Groups around the rows while they are read from above.
#[derive(Default)]
struct Groups {
    /// By column: labels that reach down over the rows beside them.
    beside: BTreeMap<u32, String>,
    /// A label in the rows' own column, in a row of its own, while its items follow.
    above: Option<String>,
}

/// Reads the rows below a band.
pub(super) fn read(scene: &Scene<'_, '_>, band: &Band, block: &Block, last: u32, found: &mut Found) {
    let start = found.mark();
    let mut groups = Groups::default();
    let mut matched_to = band.body;
    // Where each row of the form stands.
    let mut last_of: Vec<Option<u32>> = vec![None; block.rows.len()];
    let mut loose: Vec<Labelled<'_>> = Vec::new();
    let mut totals: Vec<Total<'_>> = Vec::new();
    let mut sums: Vec<(Labelled<'_>, String)> = Vec::new();
    let mut unlabelled: Vec<&Cell> = Vec::new();
    let mut foreign: Vec<(u32, Foreign)> = Vec::new();
    let mut before = band.body;
    for row in scene.view.rows_between(band.body, last) {
        if begins_another(scene, band, row, row > before + 1) {
            break;
        }
        before = row;
        let (at, label) = row_label(scene, band, block, row, &mut groups);
        match label {
            RowLabel::Line(line) => {
                let own = own_groups(block, line);
                groups.above = groups.above.take().filter(|group| own.contains(group));
                found.add_row(scene, band, block, line, row);
                if let Some(last) = last_of.get_mut(usize::from(line)) {
                    *last = Some(row);
                }
                matched_to = row;
            }
            RowLabel::Total { line, rank, group } => {
                let is_sub = scene.guide.words.subtotals.contains(&crate::label::key_without_notes(at.text));
                totals.push(Total { at, line, rank, group, is_sub });
                matched_to = row;
            }
            RowLabel::OtherTime(line) if has_figures(scene, band, row) => {
                foreign.push((row, scene.foreign(at.label, line)));
            }
            RowLabel::Group(group) if has_figures(scene, band, row) => sums.push((at, group)),
            RowLabel::Unknown if has_figures(scene, band, row) => loose.push(at),
            RowLabel::None if at.text.is_empty() && has_figures(scene, band, row) => {
                unlabelled.extend(band.heads.iter().find_map(|head| scene.under(row, head)));
            }
            RowLabel::Group(_) | RowLabel::Unknown | RowLabel::None | RowLabel::OtherTime(_) => {}
        }
    }
    settle_totals(scene, band, block, totals, &last_of, &mut sums, found);
    if !found.has_lines_since(start) {
        return;
    }
    for at in loose {
        if at.row > matched_to + LARGEST_HOLE + 1 {
            break;
        }
        matched_to = matched_to.max(at.row);
        found.unknown.push((at.label, at.text.to_owned()));
    }
    // A row of half a year beside the whole year's is as it should be; without that, it stands for nothing.
    for (row, foreign) in foreign {
        let near = row <= matched_to + LARGEST_HOLE + 1;
        if near && foreign.part && !found.lines.contains(&(band.block, foreign.line)) {
            matched_to = matched_to.max(row);
            found.gaps.push(foreign.gap(false));
        }
    }
    for cell in unlabelled.into_iter().filter(|cell| cell.row <= matched_to + 1) {
        found.unknown.push((position(cell), raw_of(cell)));
    }
    for (at, group) in sums.into_iter().filter(|(at, _)| at.row <= matched_to) {
        let sums = part_sums(scene, band, block, at.row, &group);
        found.gaps.push(Gap::PartSums { position: at.label, label: at.text.trim().to_owned(), sums });
    }
    strays::check(scene, band, matched_to, found);
}

/// Whether a line of its own begins something else: the title of another table, or, below an empty row, a chapter that
/// the table does not have. What stands below it is none of this table's.
fn begins_another(scene: &Scene<'_, '_>, band: &Band, row: u32, hole: bool) -> bool {
    let mut cells = scene.view.marked_row(row).filter_map(|(cell, mark)| Some((text_of(cell)?, mark)));
    let (Some((text, mark)), None) = (cells.next(), cells.next()) else { return false };
    if scene.view.row(row).any(|(cell, _)| look(cell) == Look::Figure)
        || mark.uses.iter().any(|u| u.table == band.table)
    {
        return false;
    }
    match scene.guide.table_of_title(text) {
        Some(tables) => !tables.contains(&band.table),
        None => hole && mark.uses.is_empty() && super::items::is_chapter(text),
    }
}

/// Gives each total of the form its row, if one is left for it; the other totals are sums of their groups.
fn settle_totals<'c>(
    scene: &Scene<'_, 'c>,
    band: &Band,
    block: &Block,
    totals: Vec<Total<'c>>,
    last_of: &[Option<u32>],
    sums: &mut Vec<(Labelled<'c>, String)>,
    found: &mut Found,
) {
    let mut lines: Vec<u8> = totals.iter().map(|total| total.line).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.retain(|line| !found.lines.contains(&(band.block, *line)));
    let mut chosen: Vec<u32> = Vec::new();
    for line in lines {
        let own: Vec<&Total<'_>> = totals.iter().filter(|total| total.line == line).collect();
        // Under another name than the printed one it must at least stand below all that it adds up.
        let groups = own_groups(block, line);
        let below = (0u8..).zip(last_of).filter(|(other, _)| own_groups(block, *other).starts_with(groups));
        let below = below.filter_map(|(_, row)| *row).max();
        let may_be = |total: &&&Total<'_>| total.rank == 0 || below.is_none_or(|below| total.at.row > below);
        let best = own.iter().filter(|total| !total.is_sub).filter(may_be).map(|total| total.rank).min();
        // Of equals the last one: the groups' sums stand before it.
        let by_name = own.iter().rfind(|total| !total.is_sub && Some(total.rank) == best && may_be(total));
        // A subtotal is the form's total only when its group cannot claim it: there is no other, or the group has one.
        let as_sub = || match own.as_slice() {
            [only] => Some(only).filter(may_be),
            [.., before, last] if before.group == last.group => Some(last).filter(may_be),
            _ => None,
        };
        if let Some(total) = by_name.or_else(as_sub) {
            found.add_row(scene, band, block, line, total.at.row);
            chosen.push(total.at.row);
        }
    }
    sums.extend(
        totals.into_iter().filter(|total| !chosen.contains(&total.at.row)).map(|total| (total.at, total.group)),
    );
}

fn has_figures(scene: &Scene<'_, '_>, band: &Band, row: u32) -> bool {
    let cells: Vec<&Cell> = band.heads.iter().filter_map(|head| scene.under(row, head)).collect();
    cells.iter().any(|cell| look(cell) == Look::Figure) && !single::are_column_numbers(&cells)
}

/// Another year's row is no row of this table.
fn other_time(scene: &Scene<'_, '_>, band: &Band, block: &Block, mark: &Mark<'_>) -> Option<RowLabel> {
    let is_row = |u: &&LabelUse| (u.table, u.block, u.role) == (band.table, band.block, Role::Row);
    let line = mark.uses.iter().find(is_row).map(|u| u.line);
    let is_stock = line.is_some_and(|line| is_stock_row(scene, block, line));
    let is_named = mark.only_time || !mark.uses.is_empty();
    (is_named && scene.report_year(mark, is_stock) == Some(false))
        .then(|| line.map_or(RowLabel::None, RowLabel::OtherTime))
}

/// Whether all figures of a row are stocks.
fn is_stock_row(scene: &Scene<'_, '_>, block: &Block, line: u8) -> bool {
    let mut columns = 0..block.columns.len();
    columns.all(|column| scene.guide.book.slot(block.slot(usize::from(line), column)).stock)
}

fn own_groups(block: &Block, line: u8) -> &[String] {
    block.rows.get(usize::from(line)).map_or(&[], |line| &line.under_keys)
}

/// Which row of the block this is: decided by the rightmost label before the figures, within its groups.
fn row_label<'c>(
    scene: &Scene<'_, 'c>,
    band: &Band,
    block: &Block,
    row: u32,
    groups: &mut Groups,
) -> (Labelled<'c>, RowLabel) {
    let (view, guide) = (scene.view, scene.guide);
    let labels: Vec<(&'c Cell, &'c str, &Mark<'_>)> = view
        .marked_row(row)
        .take_while(|(cell, _)| cell.column < band.labels.end)
        .filter(|(cell, mark)| {
            mark.names_something && cell.column >= band.labels.start && band.units != Some(cell.column)
        })
        .filter_map(|(cell, mark)| text_of(cell).map(|text| (cell, text, mark)))
        .collect();
    let mine = |u: &&LabelUse, role: Role| (u.table, u.block, u.role) == (band.table, band.block, role);
    let Some((cell, text, mark)) = labels.last().copied() else {
        return (Labelled { row, label: Position { row, column: 0 }, text: "" }, RowLabel::None);
    };
    let at = Labelled { row, label: position(cell), text };
    let is_footer = |text: &str, mark: &Mark<'_>| mark.uses.is_empty() && guide.words.is_footer(text, &mark.key);
    if labels.iter().any(|(_, text, mark)| is_footer(text, mark)) {
        return (at, RowLabel::None);
    }
    if let Some(label) = other_time(scene, band, block, mark) {
        return (at, label);
    }
    for (cell, _, mark) in &labels {
        groups.beside.retain(|column, _| *column <= cell.column);
        if mark.uses.iter().any(|u| mine(&u, Role::Group)) {
            groups.beside.insert(cell.column, mark.key.clone());
        }
    }
    let is_group = mark.uses.iter().any(|u| mine(&u, Role::Group));
    let mut uses = mark.uses;
    if !uses.iter().any(|u| mine(&u, Role::Row)) {
        // A label may be spread over two cells of the row, or run on in the cell below.
        let texts: Vec<&str> = labels.iter().map(|(_, text, _)| *text).collect();
        let tail = texts.get(texts.len().saturating_sub(2)..).unwrap_or_default();
        let in_row = guide.index.joint_uses(tail);
        let with_below = || {
            // A group's label does not run on, and a row with figures of its own has a label of its own.
            let below = view.at(Position { row: row + 1, column: cell.column }).and_then(text_of);
            let below = below.filter(|_| !is_group && !has_figures(scene, band, row + 1))?;
            Some(guide.index.joint_uses(&[text, below]))
        };
        let fits = |uses: &&[LabelUse]| uses.iter().any(|u| mine(&u, Role::Row));
        uses = Some(in_row).filter(fits).or_else(|| with_below().filter(fits)).unwrap_or(uses);
    }
    let around: Option<&String> = groups.beside.range(..cell.column).next_back().map(|(_, group)| group);
    let candidates: Vec<u8> = uses.iter().filter(|u| mine(u, Role::Row)).map(|u| u.line).collect();
    let fitting: Vec<u8> = candidates.iter().copied().filter(|line| fits_group(block, *line, around)).collect();
    let is_total = guide.words.is_total(text, &mark.key);
    let group = around.or(groups.above.as_ref());
    let outside = |line: u8| group.filter(|group| !own_groups(block, line).contains(group));
    let label = match (fitting.as_slice(), candidates.as_slice()) {
        (_, [line]) if is_total && let Some(group) = outside(*line) => {
            let rank = block.rows.get(usize::from(*line)).map_or(0, |line| rank(line, &mark.key));
            RowLabel::Total { line: *line, rank, group: group.clone() }
        }
        ([only], _) => RowLabel::Line(*only),
        // A merged group beside it seems to reach down to a row that follows it.
        ([], [only]) if around.is_some_and(|around| follows(block, *only, around)) => RowLabel::Line(*only),
        ([], []) if is_group => {
            groups.above = Some(mark.key.clone());
            RowLabel::Group(mark.key.clone())
        }
        // Blocks that share their heads: the row is another block's.
        ([], _) if uses.iter().any(|u| u.table == band.table && u.role == Role::Row && u.block != band.block) => {
            RowLabel::None
        }
        ([], []) if is_total && let Some(group) = group => RowLabel::Group(group.clone()),
        ([], []) if is_total => RowLabel::None,
        _ => RowLabel::Unknown,
    };
    (at, label)
}

/// A label within a group that is not one of its own is another row.
fn fits_group(block: &Block, line: u8, around: Option<&String>) -> bool {
    let own = own_groups(block, line);
    around.is_none_or(|group| own.is_empty() || own.contains(group))
}

/// Whether a row stands on the same level as a group, so that it may come after the group's last row.
fn follows(block: &Block, line: u8, group: &String) -> bool {
    let path = |line: &Line| {
        line.under_keys.iter().position(|key| key == group).map(|at| line.under_keys.get(..at).map(<[String]>::to_vec))
    };
    block.rows.iter().find_map(path).flatten().is_some_and(|outer| own_groups(block, line) == outer)
}

/// The figures of a group's row, each with the figures that it adds up.
fn part_sums(
    scene: &Scene<'_, '_>,
    band: &Band,
    block: &Block,
    row: u32,
    group: &String,
) -> Vec<(Position, Vec<SlotId>)> {
    let lines = || (0u8..).zip(&block.rows).filter(|(_, line)| line.under_keys.contains(group)).map(|(place, _)| place);
    band.heads
        .iter()
        .filter(|head| scene.under(row, head).is_some_and(|cell| look(cell) == Look::Figure))
        .map(|head| {
            let parts: Vec<SlotId> =
                lines().map(|line| block.slot(usize::from(line), usize::from(head.line))).collect();
            (Position { row, column: head.column }, without_parts_of_totals(scene, band, parts))
        })
        .collect()
}

/// Leaves out what is already in a total among the figures.
fn without_parts_of_totals(scene: &Scene<'_, '_>, band: &Band, mut slots: Vec<SlotId>) -> Vec<SlotId> {
    let form = scene.guide.book.form(scene.guide.book.table(band.table).form);
    for identity in form.identities.iter().filter(|identity| identity.table == band.table) {
        let within = |slot: &SlotId| slots.contains(slot);
        let sums_up = identity.parts.iter().all(|part| !part.negative && within(&part.slot));
        if matches!(identity.whole.as_slice(), [whole] if within(whole)) && sums_up {
            slots.retain(|slot| identity.parts.iter().all(|part| part.slot != *slot));
        }
    }
    slots
}
