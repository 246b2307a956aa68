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
use crate::value::{Kind, Meaning, read_text};
use std::collections::BTreeMap;

/// Heads of one block may be spread over this many rows.
const HEAD_ROWS: u32 = 3;
/// A list without a head is recognised by at least this many row labels.
const ROWS_WITHOUT_HEAD: usize = 3;
/// So many numbers in a row that rise one by one are the numbers of the columns.
const COLUMN_NUMBERS: usize = 3;
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
    /// Columns whose heads say that they hold remarks.
    remarks: Vec<u32>,
    /// Where the same heads begin again beside these.
    again: Option<Position>,
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

/// Of candidates that rest on the same heads, keeps the form that explains most.
pub fn choose(candidates: Vec<Candidate>, guide: &Guide<'_>, years: &[Option<u16>]) -> Vec<LocatedTable> {
    let mut by_sheet: BTreeMap<(u16, FormId), usize> = BTreeMap::new();
    let mut by_form: BTreeMap<FormId, usize> = BTreeMap::new();
    for candidate in &candidates {
        *by_sheet.entry((candidate.located.sheet, candidate.form)).or_default() += candidate.located.figures.len();
        *by_form.entry(candidate.form).or_default() += candidate.located.figures.len();
    }
    let rank = |candidate: &Candidate, rival: &Candidate| {
        let sheet = candidate.located.sheet;
        let year = years.get(usize::from(sheet)).copied().flatten();
        let preferred = prefer_form(guide.book, &[candidate.form, rival.form], year);
        (
            by_sheet.get(&(sheet, candidate.form)).copied().unwrap_or(0),
            by_form.get(&candidate.form).copied().unwrap_or(0),
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
            for band in &mut found {
                band.remarks = remark_columns(view, guide, band);
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

/// The columns of remarks, growth and last year, by the heads in the band's rows.
fn remark_columns(view: &SheetView<'_>, guide: &Guide<'_>, band: &Band) -> Vec<u32> {
    view.rows_between(band.first_row, band.body.saturating_sub(1))
        .flat_map(|row| view.marked_row(row))
        .filter(|(cell, mark)| {
            guide.words.is_remark_head(&mark.key) && band.heads.iter().all(|head| head.position.column != cell.column)
        })
        .map(|(cell, _)| cell.column)
        .collect()
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
        let mut again: Vec<Position> = Vec::new();
        for hit in hits.iter().skip(start).take_while(|hit| hit.position.row < top + HEAD_ROWS) {
            let taken = heads.iter().any(|head| head.line == hit.line || head.position.column == hit.position.column);
            if !taken {
                heads.push(*hit);
            } else if heads.iter().any(|head| {
                (head.line, head.position.row) == (hit.line, hit.position.row)
                    && head.position.column != hit.position.column
            }) {
                again.push(hit.position);
            }
        }
        if heads.len() >= needed {
            let last_row = heads.iter().map(|head| head.position.row).max().unwrap_or(top);
            start += hits.iter().skip(start).take_while(|hit| hit.position.row <= last_row).count();
            let again = again.first().copied().filter(|_| again.len() >= needed);
            let body = last_row + 1;
            bands.push(Band { table, block, heads, first_row: top, body, units: None, remarks: Vec::new(), again });
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
            let first = cells.first()?.row;
            let (column, count) =
                columns.into_iter().max_by_key(|(column, count)| (*count, std::cmp::Reverse(*column)))?;
            let (column, again) = value_column(view, guide, &cells, column);
            // The band lies "above" the first row: there is no head to point at.
            (count >= ROWS_WITHOUT_HEAD).then(|| Band {
                table,
                block,
                heads: vec![Head { line: 0, position: Position { row: first, column } }],
                first_row: first,
                body: first,
                units: None,
                remarks: Vec::new(),
                again,
            })
        })
        .collect()
}

/// Of the columns with figures of a list without a head, the one that is meant: the only one, or the one whose first
/// cell above says that it is this year's. Otherwise the place of another that may be meant as well.
fn value_column(view: &SheetView<'_>, guide: &Guide<'_>, rows: &[&Cell], nearest: u32) -> (u32, Option<Position>) {
    let mut filled: BTreeMap<u32, (usize, Position)> = BTreeMap::new();
    for label in rows {
        for (cell, _) in view.row(label.row).filter(|(cell, _)| cell.column > label.column && is_value(cell)) {
            let entry = filled.entry(cell.column).or_insert((0, position(cell)));
            entry.0 += 1;
        }
    }
    filled.retain(|_, (count, _)| *count * 2 >= rows.len());
    let first = rows.first().map_or(0, |cell| cell.row);
    let head = |column: u32| {
        let above = (1..=HEAD_ROWS).filter_map(|up| first.checked_sub(up));
        above
            .into_iter()
            .find_map(|row| view.marked_row(row).find(|(cell, _)| cell.column == column).map(|(_, mark)| mark))
    };
    filled.retain(|column, _| {
        *column == nearest || head(*column).is_none_or(|mark| !guide.words.is_remark_head(&mark.key))
    });
    let is_this_year = |column: &u32| head(*column).is_some_and(|mark| guide.words.this_year.contains(&mark.key));
    let mut marked = filled.keys().copied().filter(|column| is_this_year(column));
    if let (Some(only), None) = (marked.next(), marked.next()) {
        return (only, None);
    }
    let is_last_year = head(nearest).is_some_and(|mark| guide.words.last_year.contains(&mark.key));
    let other = filled.iter().find(|(column, _)| **column != nearest).map(|(_, (_, at))| *at);
    let doubtful = other.or_else(|| filled.get(&nearest).map(|(_, at)| *at).filter(|_| is_last_year));
    (nearest, doubtful)
}

/// Whether the cell holds a figure or a sign for none, and not merely a text with digits in it.
fn is_value(cell: &Cell) -> bool {
    match &cell.content {
        Content::Text(text) => {
            matches!(
                read_text(text, Kind::Change, None).meaning,
                Meaning::Number | Meaning::Dash | Meaning::Approximate
            )
        }
        _ => true,
    }
}

// ------------------------------------------------------------------------------------------------ rows

#[derive(Default)]
struct Found {
    figures: Vec<Placed>,
    lines: Vec<(u8, u8)>,
    unknown: Vec<(Position, String)>,
    gaps: Vec<Gap>,
    /// Blocks that are there but cannot be told apart from another copy.
    refused: Vec<u8>,
}

/// The groups around the rows of a band.
#[derive(Default)]
struct Groups {
    /// Labels of the form's own groups, by column.
    own: BTreeMap<u32, String>,
    /// In a list, labels to the left of a row's own that are no group of the form.
    foreign: BTreeMap<u32, String>,
}

enum RowLabel {
    Line(u8),
    /// A group's label as written, and its normal form.
    Group(String, String),
    Unknown(Position, String),
    None,
}

fn read_band(view: &SheetView<'_>, guide: &Guide<'_>, table: &Table, band: &Band, last: u32, found: &mut Found) {
    let Some(block) = block_of(guide, band.table, band.block) else { return };
    let left = band.heads.iter().map(|head| head.position.column).min().unwrap_or(0);
    let first = band.body;
    if let Some(position) = band.again {
        found.gaps.push(Gap::SideBySide { position });
        found.refused.push(band.block);
        return;
    }
    if block.has_unlabelled_row() {
        match only_row(view, guide, band, (first, last)) {
            Ok(row) => found.add_row(view, band, block, 0, row),
            Err(position) => {
                found.gaps.push(Gap::SeveralRows { position });
                found.refused.push(band.block);
            }
        }
        return;
    }
    let mut groups = Groups::default();
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
            RowLabel::Group(text, key) => found.group_figures(view, band, block, row, (&text, &key)),
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

/// The row that holds the figures of a block without row labels; where several do, the place of the second.
///
/// Rows of column numbers and of notes are none; a row that calls itself this year's beats one that calls itself last
/// year's. If no row holds figures alone, the first that holds any is taken, faults and all.
fn only_row(view: &SheetView<'_>, guide: &Guide<'_>, band: &Band, rows: (u32, u32)) -> Result<u32, Position> {
    let left = band.heads.iter().map(|head| head.position.column).min().unwrap_or(0);
    let cells = |row: u32| band.heads.iter().filter_map(move |head| at(view, row, head));
    let mut clean = Vec::new();
    let mut any = None;
    for row in view.rows_between(rows.0, rows.1) {
        let is_note = view.marked_row(row).any(|(cell, mark)| is_note(guide, cell, mark));
        if is_note || numbers_columns(cells(row)) {
            continue;
        }
        let marks: Vec<&Mark<'_>> =
            view.marked_row(row).take_while(|(cell, _)| cell.column < left).map(|(_, mark)| mark).collect();
        if cells(row).next().is_some() && cells(row).all(is_value) {
            clean.push((row, marks));
        } else if any.is_none() && cells(row).any(may_be_figure) {
            any = Some(row);
        }
    }
    let says = |words: &super::WordSet, marks: &[&Mark<'_>]| marks.iter().any(|mark| words.contains(&mark.key));
    if clean.len() > 1 {
        let current: Vec<usize> = (0..clean.len())
            .filter(|n| clean.get(*n).is_some_and(|(_, marks)| says(&guide.words.this_year, marks)))
            .collect();
        if let [only] = current.as_slice() {
            clean = clean.into_iter().skip(*only).take(1).collect();
        } else {
            clean.retain(|(_, marks)| !says(&guide.words.last_year, marks));
        }
    }
    match clean.as_slice() {
        [] => Ok(any.unwrap_or(rows.0)),
        [(row, _)] => Ok(*row),
        [_, (row, _), ..] => Err(cells(*row).next().map_or(Position { row: *row, column: left }, position)),
    }
}

/// Whether the cell belongs to a note or footer: 填报人：张三.
fn is_note(guide: &Guide<'_>, cell: &Cell, mark: &Mark<'_>) -> bool {
    let Some(text) = text_of(cell).filter(|_| mark.uses.is_empty()) else { return false };
    let before = text.split_once([':', '：']).map(|(before, _)| label::key(before));
    guide.words.not_categories.contains(before.as_ref().unwrap_or(&mark.key))
}

/// Whether the cells are the numbers of the columns: 1, 2, 3 and so on.
fn numbers_columns<'c>(cells: impl Iterator<Item = &'c Cell>) -> bool {
    let mut count = 0;
    let mut last = None;
    for cell in cells {
        let number = match &cell.content {
            Content::Number(number) => format!("{number}").parse().ok(),
            Content::Text(text) => label::key(text).parse::<u64>().ok(),
            _ => None,
        };
        if number.is_none() || last.is_some_and(|last: u64| last.checked_add(1) != number) {
            return false;
        }
        last = number;
        count += 1;
    }
    count >= COLUMN_NUMBERS
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

/// Which row of the block this is: decided by the label nearest to the figures, within its groups.
fn row_label(
    view: &SheetView<'_>,
    guide: &Guide<'_>,
    band: &Band,
    block: &Block,
    row: u32,
    left: u32,
    groups: &mut Groups,
) -> RowLabel {
    let labels: Vec<(&Cell, &str, &Mark<'_>)> = view
        .marked_row(row)
        .take_while(|(cell, _)| cell.column < left)
        .filter(|(cell, mark)| {
            mark.names_something && band.units != Some(cell.column) && !band.remarks.contains(&cell.column)
        })
        .filter_map(|(cell, mark)| text_of(cell).map(|text| (cell, text, mark)))
        .collect();
    let mine = |u: &&LabelUse, role: Role| (u.table, u.block, u.role) == (band.table, band.block, role);
    let is_row = |mark: &Mark<'_>| mark.uses.iter().any(|u| mine(&u, Role::Row));
    let is_group = |mark: &Mark<'_>| mark.uses.iter().any(|u| mine(&u, Role::Group));
    for (cell, _, mark) in &labels {
        groups.own.retain(|column, _| *column <= cell.column);
        if is_group(mark) {
            groups.own.insert(cell.column, mark.key.clone());
        }
    }
    // One ideograph between label and figure is a unit that the program has never heard of.
    let is_odd_unit = |mark: &Mark<'_>| block.is_list() && !is_row(mark) && mark.key.chars().count() == 1;
    let Some((cell, text, mark)) = labels.iter().rfind(|(_, _, mark)| !is_odd_unit(mark)).or(labels.last()) else {
        return RowLabel::None;
    };
    let around: Option<&String> = groups.own.range(..cell.column).next_back().map(|(_, group)| group);
    let mut uses = mark.uses;
    let mut joined = false;
    if !is_row(mark) && !is_group(mark) {
        let texts: Vec<&str> = labels.iter().map(|(_, text, _)| *text).collect();
        let tail = texts.get(texts.len().saturating_sub(2)..).unwrap_or_default();
        // A label may be spread over two cells of the row, or run on in the cell below, if that row has no figures.
        let fitting = |joint: &[LabelUse]| joint.iter().any(|u| mine(&u, Role::Row));
        let beside = Some(guide.index.joint_uses(tail)).filter(|joint| fitting(joint));
        let with_below = || {
            let below = view.at(Position { row: row + 1, column: cell.column }).and_then(text_of)?;
            let has_figures = band.heads.iter().any(|head| at(view, row + 1, head).is_some_and(may_be_figure));
            Some(guide.index.joint_uses(&[text, below])).filter(|joint| !has_figures && fitting(joint))
        };
        joined = beside.is_some();
        uses = beside.or_else(with_below).unwrap_or(uses);
    }
    if block.is_list() {
        groups.foreign.retain(|column, _| *column < cell.column);
        for (outer, _, mark) in labels.iter().filter(|(outer, _, _)| outer.column < cell.column && !joined) {
            if !is_group(mark) && !mark.key.chars().all(char::is_numeric) {
                groups.foreign.insert(outer.column, mark.key.clone());
            }
        }
    }
    let lines: Vec<u8> = uses
        .iter()
        .filter(|u| mine(u, Role::Row))
        .map(|u| u.line)
        .filter(|line| {
            // A label within a group that is not one of its own (a subtotal, say) is another row.
            let own = block.rows.get(usize::from(*line)).map_or(&[][..], |line| &line.under_keys);
            let is_foreign = !own.is_empty() && !groups.foreign.is_empty();
            around.is_none_or(|group| own.is_empty() || own.contains(group)) && !is_foreign
        })
        .collect();
    match lines.as_slice() {
        [only] => RowLabel::Line(*only),
        [] if is_group(mark) => RowLabel::Group((*text).to_owned(), mark.key.clone()),
        // Blocks that share their heads: the row is another block's.
        [] if !block.is_list() && uses.iter().any(|u| u.table == band.table && u.role == Role::Row) => RowLabel::None,
        [] if is_note(guide, cell, mark) || labels.iter().any(|(cell, _, mark)| is_note(guide, cell, mark)) => {
            RowLabel::None
        }
        _ => {
            // 粉丝数 beside 微信公众号 is named with it: by itself it says nothing.
            let path = labels
                .iter()
                .filter(|(part, _, mark)| {
                    part.column < cell.column && block.is_list() && (is_row(mark) || !uses.is_empty())
                })
                .map(|(_, text, _)| text.trim())
                .chain(std::iter::once(text.trim()));
            RowLabel::Unknown(position(cell), path.collect::<Vec<_>>().join(" "))
        }
    }
}

/// Names the first figure that stands in a row of the table under no known head.
fn unknown_column(view: &SheetView<'_>, band: &Band, left: u32, rows: (u32, u32), found: &mut Found) {
    let stray = view.rows_between(rows.0, rows.1).find_map(|row| {
        view.row(row)
            .map(|(cell, _)| cell)
            .filter(|cell| cell.column > left && !band.remarks.contains(&cell.column))
            .filter(|cell| band.heads.iter().all(|head| head.position.column != cell.column))
            .find(|cell| match &cell.content {
                Content::Number(_) => true,
                Content::Text(text) => read_text(text, Kind::Change, None).meaning == Meaning::Number,
                _ => false,
            })
    });
    if let Some(cell) = stray {
        found.gaps.push(Gap::UnknownColumn { position: position(cell) });
    }
}

impl Found {
    /// Figures in the row of a group stand for the sum of its items, or were put in the wrong row.
    fn group_figures(&mut self, view: &SheetView<'_>, band: &Band, block: &Block, row: u32, (text, key): (&str, &str)) {
        let items = || (0..).zip(&block.rows).filter(|(_, line)| line.under_keys.iter().any(|group| group == key));
        for head in band.heads.iter().filter(|head| at(view, row, head).is_some_and(may_be_figure)) {
            let parts = items().map(|(line, _)| block.slot(line, usize::from(head.line))).collect();
            let position = Position { row, column: head.position.column };
            self.gaps.push(Gap::GroupFigure { position, label: text.to_owned(), parts });
        }
    }

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
        let used: Vec<&&Band> = bands
            .iter()
            .filter(|band| {
                self.lines.iter().any(|(block, _)| *block == band.block) || self.refused.contains(&band.block)
            })
            .collect();
        let first_row = used.iter().map(|band| band.first_row).min()?;
        let heads: Vec<Position> = used.iter().flat_map(|band| band.heads.iter().map(|head| head.position)).collect();
        let mut missing = missing_lines(table, &self.lines, &used);
        // What is refused is there, and has been spoken of.
        missing.retain(|gap| match gap {
            Gap::MissingRow { slot } | Gap::MissingColumn { slot } => {
                !self.refused.contains(&guide.book.slot(*slot).block)
            }
            _ => true,
        });
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
