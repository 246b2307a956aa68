//! The register: one agency per row, one figure per column, under heads of one or several rows.

use super::heads::{self, Column, Meaning, bare_year, is_known_piece};
use super::list::{Area, Fault, Scene, Sheaf, is_blank};
use super::sheet::may_be_figure;
use super::{Guide, Item, Placed, RowClaim, text_of};
use crate::address::Position;
use crate::calendar::Time;
use crate::form::{FormId, SlotId};
use crate::label;
use std::collections::{BTreeMap, BTreeSet};

/// Rows between the head over the agencies and the first agency, and head rows above it, at most.
const HEAD_ROWS: usize = 5;
/// A register whose head may mean units of measure too has at least this many columns of figures.
const COLUMNS_UNDER_WEAK_HEAD: usize = 2;
/// Near misses are looked for in so many unknown heads.
const HEADS_COMPARED: usize = 50;

/// The columns that say who and when, and the columns that may belong to them: a register may stand twice side by
/// side.
#[derive(Clone, Debug, Default)]
struct Panel {
    agency: Option<u32>,
    agency_id: Option<u32>,
    year: Option<u32>,
    /// Whether the head over the agencies can mean nothing else.
    strict: bool,
    from: u32,
    to: u32,
}

/// Reads a register whose agencies' head stands in `anchor`, if there is one.
pub(super) fn read(scene: &Scene<'_, '_>, anchor: u32) -> Option<Area> {
    let panels = panels(scene, anchor);
    let first_panel = panels.first()?;
    let head_rows = head_rows(scene, anchor, first_panel)?;
    let taken: BTreeSet<u32> =
        panels.iter().flat_map(|panel| [panel.agency, panel.agency_id, panel.year]).flatten().collect();
    let top = head_rows.first().copied()?;
    let bottom = head_rows.last().copied()?;
    let mut registers: Vec<Register> = panels
        .into_iter()
        .map(|panel| {
            let columns = heads::columns(scene.view, scene.guide, &head_rows, (panel.from, panel.to), &taken);
            Register::new(scene.guide, panel, columns)
        })
        .filter(|register| register.is_likely())
        .collect();
    if registers.is_empty() {
        return None;
    }
    let mut last = bottom;
    let mut rows = Vec::new();
    for row in scene.view.rows_between(bottom + 1, u32::MAX) {
        if scene.repeats(row, &head_rows) {
            last = row;
            continue;
        }
        let lines: Vec<Line> = registers.iter().map(|register| register.line(scene, row)).collect();
        // One label may be a remark beside an agency's name; two are another table's heads.
        let labels = scene.labels(row);
        let named = lines.iter().any(|line| matches!(line, Line::Words | Line::Section));
        if lines.iter().all(|line| matches!(line, Line::Nothing | Line::Section | Line::Unnamed | Line::Words))
            && (scene.has_title(row) || labels > usize::from(named))
        {
            break;
        }
        rows.push((row, lines));
        last = row;
    }
    let mut sheaf = Sheaf::default();
    for (place, register) in registers.iter_mut().enumerate() {
        let lines: Vec<(u32, Line)> =
            rows.iter().filter_map(|(row, lines)| Some((*row, lines.get(place).copied()?))).collect();
        register.settle_columns(scene, &lines);
        register.place_rows(scene, &lines, &mut sheaf);
    }
    let named = rows.iter().any(|(_, lines)| lines.iter().any(|line| line.is_agency()));
    let area = || Area { first: top, last, records: sheaf.records(scene.sheet, anchor) };
    named.then(area)
}

/// The panels of a head row, from left to right.
fn panels(scene: &Scene<'_, '_>, anchor: u32) -> Vec<Panel> {
    let words = &scene.guide.words;
    let mut panels: Vec<Panel> = Vec::new();
    let mut current = Panel::default();
    let mut figures = false;
    for (cell, mark) in scene.view.marked_row(anchor) {
        if is_blank(cell) {
            continue;
        }
        let column = cell.column;
        let weak = words.agency_or_unit.contains(&mark.key);
        let strict = words.agency.contains(&mark.key);
        let (id, year) = (words.agency_id.contains(&mark.key), words.year.contains(&mark.key));
        if weak && !strict && heads_units(scene, anchor, column) {
            continue;
        }
        if !(weak || strict || id || year) {
            figures |= current.agency.is_some() || current.agency_id.is_some();
            continue;
        }
        let repeated = (current.agency.is_some() && (weak || strict))
            || (current.agency_id.is_some() && id)
            || (current.year.is_some() && year);
        if repeated && figures {
            let from = column;
            panels.push(Panel { to: from, ..std::mem::take(&mut current) });
            current.from = from;
            figures = false;
        }
        if (weak || strict) && (current.agency.is_none() || (strict && !current.strict)) {
            current.agency = Some(column);
            current.strict = strict;
        } else if id {
            current.agency_id = current.agency_id.or(Some(column));
        } else if year {
            current.year = current.year.or(Some(column));
        }
    }
    panels.push(Panel { to: u32::MAX, ..current });
    panels.retain(|panel| panel.agency.is_some() || panel.agency_id.is_some());
    panels
}

/// Whether a column that may hold agencies or units of measure holds units, or nothing.
fn heads_units(scene: &Scene<'_, '_>, head: u32, column: u32) -> bool {
    let below = scene.view.rows_between(head + 1, head + 20);
    let mut texts = below.filter_map(|row| scene.written(row, column)).peekable();
    texts.peek().is_none() || texts.any(|text| scene.guide.words.is_unit(&text))
}

/// The rows of heads, from top to bottom: those from the head over the agencies to the first row of figures or names,
/// and those above it that say more of its columns.
fn head_rows(scene: &Scene<'_, '_>, anchor: u32, panel: &Panel) -> Option<Vec<u32>> {
    let names = panel.agency.or(panel.agency_id)?;
    let known = |row: u32| {
        scene.view.row(row).map(|(cell, _)| cell).filter(|cell| cell.column != names).any(|cell| {
            text_of(cell).is_some_and(|text| is_known_piece(scene.guide, text)) || bare_year(cell).is_some()
        })
    };
    if !known(anchor) {
        return None;
    }
    let mut rows: Vec<u32> = (scene.free..anchor)
        .rev()
        .take(HEAD_ROWS)
        .take_while(|row| {
            let mut cells = scene.view.row(*row).map(|(cell, _)| cell).filter(|cell| !is_blank(cell)).peekable();
            cells.peek().is_some() && cells.all(|cell| cell.column > names) && known(*row)
        })
        .collect();
    rows.reverse();
    let head = scene.written(anchor, names).map(|text| label::key(&text));
    for row in scene.view.rows_between(anchor, u32::MAX) {
        let name = scene.written(row, names);
        match name {
            Some(name) if row == anchor || Some(label::key(&name)) == head => rows.push(row),
            // 甲, 1, 2, 3 number the columns.
            Some(name) if is_numbering(scene, row, names) && !scene.may_be_long_name(&name) => rows.push(row),
            Some(name) if !scene.guide.words.adds_up_rows(&name) && !scene.may_name_agency(&name) => return None,
            Some(_) => break,
            None if is_numbering(scene, row, names) || !has_figures(scene, row) => rows.push(row),
            None => break,
        }
        if rows.len() > 2 * HEAD_ROWS {
            return None;
        }
    }
    Some(rows)
}

/// Whether the row's cells are nothing but the columns' numbers, or years.
fn is_numbering(scene: &Scene<'_, '_>, row: u32, names: u32) -> bool {
    let cells = || {
        let all = scene.view.row(row).map(|(cell, _)| cell);
        all.filter(|cell| !is_blank(cell) && cell.column > names)
    };
    let numbers: Vec<Option<u32>> =
        cells().map(|cell| scene.written(row, cell.column).and_then(|text| text.parse().ok())).collect();
    let counted = numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| match (one, next) {
        (Some(one), Some(next)) => one.checked_add(1) == Some(*next),
        _ => false,
    });
    let starts = matches!(numbers.first(), Some(Some(0..=2)));
    let years = !numbers.is_empty() && cells().all(|cell| bare_year(cell).is_some());
    (numbers.len() > 1 && counted && starts) || years
}

fn has_figures(scene: &Scene<'_, '_>, row: u32) -> bool {
    scene.view.row(row).any(|(cell, _)| scene.cell_is_number(cell))
}

/// What a row of a register is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// A row of an agency, with something under the heads.
    Agency,
    /// A row of an agency that has words, and no figure.
    Words,
    /// A name with nothing beside it.
    Section,
    /// Figures, and nobody's name.
    Unnamed,
    /// The sum of other rows.
    Total,
    /// A remark.
    Note,
    /// Nothing under any head.
    Nothing,
}

impl Line {
    /// Whether the row is an agency's, with something under the heads.
    fn is_agency(self) -> bool {
        matches!(self, Line::Agency | Line::Words)
    }
}

/// A column, its figure, and whether it is of the year in question.
type Pick<'r> = (&'r Column, SlotId, bool);

struct Register {
    panel: Panel,
    columns: Vec<Column>,
    /// For each column of figures, what it may mean in the forms that know most of the columns.
    slots: BTreeMap<u32, Vec<SlotId>>,
    left_out: Vec<(Position, String, Fault)>,
    /// Rows that run on beyond the last head: a thousands mark has probably split a figure.
    split: BTreeSet<u32>,
}

impl Register {
    fn new(guide: &Guide<'_>, panel: Panel, columns: Vec<Column>) -> Self {
        let figures = |column: &Column| match &column.meaning {
            Meaning::Figure(slots) => Some((column.column, slots.clone())),
            Meaning::Unclear | Meaning::Unknown | Meaning::NoFigure => None,
        };
        let mut slots: BTreeMap<u32, Vec<SlotId>> = columns.iter().filter_map(figures).collect();
        // All columns of one family of tables belong to one form: the one that knows most of them.
        let mut support: BTreeMap<FormId, usize> = BTreeMap::new();
        for slots in slots.values() {
            for form in slots.iter().map(|slot| guide.book.slot(*slot).form).collect::<BTreeSet<_>>() {
                *support.entry(form).or_default() += 1;
            }
        }
        let supported = |slot: &SlotId| support.get(&guide.book.slot(*slot).form).copied();
        for slots in slots.values_mut() {
            let best = slots.iter().filter_map(supported).max();
            slots.retain(|slot| supported(slot) == best);
        }
        Register { panel, columns, slots, left_out: Vec::new(), split: BTreeSet::new() }
    }

    /// Whether the heads mean figures, all in all.
    fn is_likely(&self) -> bool {
        let meant = |column: &&Column| matches!(column.meaning, Meaning::Figure(_) | Meaning::Unclear);
        let needed = if self.panel.strict || self.panel.agency.is_none() { 1 } else { COLUMNS_UNDER_WEAK_HEAD };
        self.columns.iter().filter(meant).count() >= needed
    }

    fn names(&self) -> u32 {
        self.panel.agency.or(self.panel.agency_id).unwrap_or(0)
    }

    fn line(&self, scene: &Scene<'_, '_>, row: u32) -> Line {
        let own = |column: Option<u32>| column.and_then(|column| scene.written(row, column));
        let name = own(self.panel.agency).or_else(|| own(self.panel.agency_id));
        let left = self.columns.iter().find(|column| column.column > self.names()).map_or(u32::MAX, |c| c.column);
        let first = scene
            .view
            .row(row)
            .map(|(cell, _)| cell)
            .find(|cell| (self.panel.from..left).contains(&cell.column) && text_of(cell).is_some());
        let title = name.as_deref().or(first.and_then(text_of)).unwrap_or_default();
        let under = || self.columns.iter().filter(|column| column.meaning != Meaning::NoFigure);
        let held = under().any(|column| scene.holds(row, column.column));
        let figures =
            under().any(|column| scene.view.at(Position { row, column: column.column }).is_some_and(may_be_figure));
        if scene.guide.words.adds_up_rows(title) {
            return Line::Total;
        }
        if scene.guide.words.is_note(title) {
            return Line::Note;
        }
        let plausible = match (own(self.panel.agency), own(self.panel.agency_id)) {
            (Some(name), _) => scene.may_name_agency(&name),
            (None, Some(_)) => true,
            (None, None) => false,
        };
        match (plausible, held, figures) {
            (true, _, true) => Line::Agency,
            (true, true, false) => Line::Words,
            (true, false, false) => Line::Section,
            (false, _, true) => Line::Unnamed,
            (false, _, false) => Line::Nothing,
        }
    }

    /// Decides which columns hold figures, now that the rows are known.
    fn settle_columns(&mut self, scene: &Scene<'_, '_>, lines: &[(u32, Line)]) {
        let rows: Vec<u32> = lines.iter().filter(|(_, line)| line.is_agency()).map(|(row, _)| *row).collect();
        let mut filled: BTreeMap<u32, u32> = BTreeMap::new();
        for row in &rows {
            for (cell, _) in scene.view.row(*row) {
                if scene.cell_is_number(cell) {
                    filled.entry(cell.column).or_insert(*row);
                }
            }
        }
        self.leave_split_rows(scene, &rows);
        filled.retain(|_, row| !self.split.contains(row));
        // A column of figures without a head of its own: if it stands beside another, that one's head may be for both.
        let taken = [self.panel.agency, self.panel.agency_id, self.panel.year];
        let headed: BTreeSet<u32> = self.columns.iter().map(|column| column.column).collect();
        let (panel, names) = (self.panel.clone(), self.names());
        let headless = |column: u32| {
            (panel.from..panel.to).contains(&column)
                && column > names
                && !taken.contains(&Some(column))
                && !headed.contains(&column)
        };
        for (column, row) in filled.iter().filter(|(column, _)| headless(**column)) {
            let mut left = column.checked_sub(1);
            while left.is_some_and(|left| headless(left) && filled.contains_key(&left)) {
                left = left.and_then(|left| left.checked_sub(1));
            }
            match left.and_then(|left| self.columns.iter_mut().find(|c| c.column == left)) {
                Some(named) if named.meaning != Meaning::NoFigure => {
                    named.meaning = Meaning::Unclear;
                    self.slots.remove(&named.column);
                }
                _ => self.left_out.push((Position { row: *row, column: *column }, String::new(), Fault::NoHead)),
            }
        }
        self.settle_twins(scene, &rows);
        let mut compared = 0;
        for column in self.columns.iter().filter(|column| filled.contains_key(&column.column)) {
            let fault = match column.meaning {
                Meaning::Figure(_) | Meaning::NoFigure => continue,
                Meaning::Unclear => Fault::UnclearHead,
                Meaning::Unknown if column.time == Time::Else => continue,
                Meaning::Unknown if column.time.no_year().is_some() => Fault::PartYearColumn,
                Meaning::Unknown => {
                    compared += 1;
                    let near = (compared <= HEADS_COMPARED)
                        .then(|| scene.guide.index.nearest(scene.guide.book, &column.label))
                        .flatten();
                    Fault::UnknownHead(near)
                }
            };
            self.left_out.push((column.head, column.label.clone(), fault));
        }
    }

    /// Leaves out rows that are longer than the head, if they are few: in `教育局,1,048,3` no figure is where it belongs.
    fn leave_split_rows(&mut self, scene: &Scene<'_, '_>, rows: &[u32]) {
        let last = self.columns.iter().map(|column| column.column).max().unwrap_or(u32::MAX);
        let beyond = |row: &u32| {
            let mut cells = scene.view.row(*row).map(|(cell, _)| cell).filter(|cell| cell.column < self.panel.to);
            cells.find(|cell| cell.column > last && scene.cell_is_number(cell)).map(|cell| (*row, cell.column))
        };
        let long: Vec<(u32, u32)> = rows.iter().filter_map(beyond).collect();
        if long.len() * 2 > rows.len() {
            return;
        }
        for (row, column) in long {
            self.split.insert(row);
            self.left_out.push((Position { row, column }, String::new(), Fault::SplitRow));
        }
    }

    /// Columns that mean one figure of one year, and differ: one may be last year's, so neither is believed.
    fn settle_twins(&mut self, scene: &Scene<'_, '_>, rows: &[u32]) {
        let mut twins: BTreeMap<(&str, Option<u16>), Vec<u32>> = BTreeMap::new();
        for column in &self.columns {
            let year = match column.time {
                Time::Unsaid | Time::This | Time::YearEnd(None) => None,
                Time::Year(year) | Time::YearEnd(Some(year)) => Some(year),
                Time::Else | Time::Part(_) | Time::Day(_) | Time::Running(_) | Time::Several(_) => continue,
            };
            if let Some(slot) = self.slots.get(&column.column).and_then(|slots| slots.first()) {
                twins.entry((&scene.guide.book.slot(*slot).code, year)).or_default().push(column.column);
            }
        }
        let differ = |columns: &[u32]| {
            rows.iter().any(|row| {
                let mut texts = columns.iter().filter_map(|column| scene.written(*row, *column));
                let first = texts.next();
                texts.any(|text| Some(text) != first)
            })
        };
        let unclear: Vec<u32> = twins.into_values().filter(|columns| differ(columns)).flatten().collect();
        for column in self.columns.iter_mut().filter(|column| unclear.contains(&column.column)) {
            column.meaning = Meaning::Unclear;
            self.slots.remove(&column.column);
        }
    }

    /// Puts the rows' figures to their agencies and years.
    fn place_rows(&self, scene: &Scene<'_, '_>, lines: &[(u32, Line)], sheaf: &mut Sheaf) {
        let said = |row: u32| self.panel.year.and_then(|column| scene.written(row, column));
        let years: BTreeSet<String> =
            lines.iter().filter(|(_, line)| line.is_agency()).filter_map(|(row, _)| said(*row)).collect();
        let only_year = years.first().filter(|_| years.len() == 1);
        let mut other_years: BTreeSet<u32> = BTreeSet::new();
        let mut picks = BTreeMap::new();
        // The agency whose cell may reach down over rows without a name: its row, its name and the years that it has.
        let mut above: Option<(u32, RowClaim, BTreeSet<String>)> = None;
        for (row, line) in lines.iter().filter(|(row, _)| !self.split.contains(row)) {
            let own = |column: Option<u32>| column.and_then(|column| scene.written(*row, column));
            let year = said(*row);
            let name = own(self.panel.agency);
            let mut claim = RowClaim { agency: name.clone(), agency_id: own(self.panel.agency_id), year: year.clone() };
            match line {
                Line::Agency | Line::Words => {
                    if year.is_none() && !years.is_empty() {
                        claim.year = only_year.cloned();
                    }
                    let has: BTreeSet<String> = claim.year.iter().cloned().collect();
                    above = Some((*row, RowClaim { year: None, ..claim.clone() }, has));
                    if claim.year.is_none() && !years.is_empty() {
                        sheaf.leave(
                            None,
                            scene.stray(*row, self.names(), name.as_deref().unwrap_or_default(), Fault::Unnamed),
                        );
                        continue;
                    }
                }
                Line::Section => above = None,
                Line::Unnamed => {
                    let unnamed = claim.agency.is_none();
                    let inherited = above.as_mut().filter(|(last, _, years)| {
                        unnamed && last + 1 == *row && year.as_ref().is_some_and(|year| !years.contains(year))
                    });
                    let (Some((last, who, years)), Some(year)) = (inherited, year) else {
                        sheaf.leave(
                            None,
                            scene.stray(*row, self.names(), name.as_deref().unwrap_or_default(), Fault::Unnamed),
                        );
                        above = None;
                        continue;
                    };
                    *last = *row;
                    years.insert(year.clone());
                    claim = RowClaim { year: Some(year), ..who.clone() };
                }
                Line::Total | Line::Note | Line::Nothing => {
                    above = None;
                    continue;
                }
            }
            let year = scene.year_of(&claim);
            for (column, slot, fits) in picks.entry(year).or_insert_with(|| self.picks(scene, year)) {
                let position = Position { row: *row, column: column.column };
                if *fits {
                    let table = scene.guide.book.slot(*slot).table;
                    let placed = Placed { item: Item::Slot(*slot), position, head: Some(column.unit_head) };
                    sheaf.place(&claim, table, placed, *line != Line::Section);
                } else if scene.is_number(*row, column.column) {
                    other_years.insert(column.column);
                }
            }
        }
        self.compare_total(scene, lines, sheaf);
        for column in &self.columns {
            if picks.keys().any(|year| self.is_unsettled(scene, column, *year)) {
                sheaf.leave(None, scene.stray(column.head.row, column.column, &column.label, Fault::UnclearHead));
            }
        }
        let other = self.columns.iter().filter(|column| other_years.contains(&column.column));
        let other = other.map(|column| {
            let part = column.time.no_year().is_some();
            let fault = if part { Fault::PartYearColumn } else { Fault::OtherYear };
            (column.head, column.label.clone(), fault)
        });
        for (at, label, fault) in self.left_out.iter().cloned().chain(other) {
            sheaf.leave(None, scene.stray(at.row, at.column, label, fault));
        }
    }

    /// Compares the one row that adds up the agencies, if there is just one, with their sum.
    fn compare_total(&self, scene: &Scene<'_, '_>, lines: &[(u32, Line)], sheaf: &mut Sheaf) {
        let rows = |wanted: fn(Line) -> bool| lines.iter().filter(move |(_, line)| wanted(*line)).map(|(row, _)| *row);
        let mut totals = rows(|line| line == Line::Total);
        let (Some(total), None) = (totals.next(), totals.next()) else { return };
        let name = scene.first_text(total, u32::MAX).unwrap_or_default();
        // A sum over several years is nobody's concern.
        let year = |row: u32| self.panel.year.and_then(|column| scene.written(row, column));
        let years: BTreeSet<Option<String>> = rows(Line::is_agency).map(year).collect();
        let mixed = years.len() > 1 || lines.iter().any(|(_, line)| *line == Line::Unnamed);
        if mixed || scene.guide.words.is_average(name) {
            return;
        }
        for column in self.columns.iter().filter(|column| self.slots.contains_key(&column.column)) {
            let number = |row: u32| match scene.holds(row, column.column) {
                true => scene.whole_number(row, column.column),
                false => Some(0),
            };
            let sum = rows(Line::is_agency).map(number).try_fold(0_u64, |sum, number| sum.checked_add(number?));
            let stated = scene.whole_number(total, column.column);
            if let (Some(sum), Some(stated)) = (sum, stated)
                && sum != stated
            {
                let fault = Fault::TotalDiffers { stated, sum };
                sheaf.leave(None, scene.stray(total, column.column, &column.label, fault));
            }
        }
    }

    /// Whether several forms of a year have the column's figure, and the other columns do not say which is meant.
    fn is_unsettled(&self, scene: &Scene<'_, '_>, column: &Column, year: Option<u16>) -> bool {
        let forms = self.slots.get(&column.column).into_iter().flatten().map(|slot| scene.guide.book.slot(*slot).form);
        let in_force = |form: &FormId| year.is_some_and(|year| scene.guide.book.form(*form).in_force(year));
        forms.filter(in_force).collect::<BTreeSet<_>>().len() > 1
    }

    /// The columns of figures for rows of a year. Other years' columns are among them only where the year's own are
    /// wanting.
    fn picks(&self, scene: &Scene<'_, '_>, year: Option<u16>) -> Vec<Pick<'_>> {
        let picked: Vec<Pick<'_>> = self
            .columns
            .iter()
            .filter(|column| !self.is_unsettled(scene, column, year))
            .filter_map(|column| {
                let slot = scene.pick(self.slots.get(&column.column)?, "", year)?;
                let stock = scene.guide.book.slot(slot).stock;
                Some((column, slot, column.time.fits(year, stock)))
            })
            .collect();
        let own: BTreeSet<SlotId> = picked.iter().filter(|(_, _, fits)| *fits).map(|(_, slot, _)| *slot).collect();
        picked.into_iter().filter(|(_, slot, fits)| *fits || !own.contains(slot)).collect()
    }
}
