//! The long list: one figure per row, with its indicator and, where the form has them, its dimension beside it.
//!
//! Agency, year and indicator may be merged over several rows: a blank cell below a filled one takes its text, unless
//! this would give one figure twice. A blank dimension is not filled: it may mean the total as well.

use super::heads::{bare_year, time_of_head};
use super::list::{Area, Fault, Scene, Sheaf, is_blank};
use super::{Item, Placed, RowClaim, text_of};
use crate::address::Position;
use crate::calendar::Time;
use crate::form::{FormId, SlotId, TableId};
use crate::label;
use crate::value::Kind;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Near misses are looked for in so many unknown labels.
const LABELS_COMPARED: usize = 50;

/// What the codes of categories that no form lists begin with.
const OPEN: &str = "open.";

/// Columns of a long list.
#[derive(Clone, Debug, Default)]
struct Columns {
    indicator: u32,
    value: u32,
    dimension: Option<u32>,
    year: Option<u32>,
    agency_id: Option<u32>,
    agency: Option<u32>,
    form: Option<u32>,
    counted: Option<u32>,
    unit: Option<u32>,
    /// What the head of the figures says of time.
    time: Time,
    /// Whether several columns claim to hold the figures.
    unclear: bool,
    /// Columns of figures that are not read, with why.
    left_out: Vec<(u32, Fault)>,
}

/// One row as it stands, with what merged cells above give it.
struct Row<'g> {
    row: u32,
    claim: RowClaim,
    indicator: String,
    dimension: String,
    form: String,
    unit: String,
    /// What it may mean, in every form that has it.
    candidates: &'g [SlotId],
    slot: Option<SlotId>,
    /// Whether two forms of its year may be meant.
    unclear: bool,
    held: bool,
}

/// Reads a long list whose head is this row, if it is one.
pub(super) fn read(scene: &Scene<'_, '_>, head: u32) -> Option<Area> {
    let columns = columns(scene, head)?;
    let mut sheaf = Sheaf::default();
    let mut last = head;
    let mut numbers = Vec::new();
    let mut before = head;
    for row in scene.view.rows_between(head + 1, u32::MAX) {
        if scene.repeats(row, &[head]) {
            last = row;
            before = row;
            continue;
        }
        if !is_list_row(scene, row, &columns)
            && (scene.has_title(row)
                || heads_other(scene, row, &columns)
                || (row > before + 1 && scene.labels(row) > 0))
        {
            break;
        }
        numbers.push(row);
        last = row;
        before = row;
    }
    if !columns.unclear {
        let rows = rows(scene, &columns, &numbers, &mut sheaf);
        place(scene, &columns, rows, &mut sheaf);
    }
    for (column, fault) in &columns.left_out {
        let filled = numbers.iter().any(|row| scene.is_number(*row, *column));
        if filled {
            let label = scene.written(head, *column).unwrap_or_default();
            sheaf.leave(None, scene.stray(head, *column, label, *fault));
        }
    }
    if sheaf.is_empty() {
        return None;
    }
    Some(Area { first: head, last, records: sheaf.records(scene.sheet, head) })
}

/// Whether the row has an indicator, and a figure or words beside it that no head would have.
fn is_list_row(scene: &Scene<'_, '_>, row: u32, columns: &Columns) -> bool {
    let plain = |column: u32| {
        let cell = scene.view.at(Position { row, column }).filter(|cell| !is_blank(cell));
        cell.is_some_and(|cell| {
            text_of(cell).is_none_or(|text| {
                scene.guide.index.uses(text).is_empty() && !scene.guide.words.is_list_head(&label::key(text))
            })
        })
    };
    let who = [columns.agency, columns.agency_id, columns.year].into_iter().flatten();
    let heads = scene.written(row, columns.indicator).map(|text| scene.guide.words.is_list_head(&label::key(&text)));
    let labelled = scene.holds(row, columns.value) && !plain(columns.value);
    heads == Some(false) && !labelled && std::iter::once(columns.value).chain(who).any(plain)
}

/// Whether the row has another list's or table's heads where this one has figures or labels.
fn heads_other(scene: &Scene<'_, '_>, row: u32, columns: &Columns) -> bool {
    let own = [columns.agency, columns.agency_id, columns.year, columns.dimension];
    let mine = |column: u32| column == columns.indicator || column == columns.value || own.contains(&Some(column));
    scene.view.marked_row(row).filter(|(cell, _)| !is_blank(cell) && mine(cell.column)).any(|(cell, mark)| {
        scene.guide.words.is_list_head(&mark.key) || (cell.column == columns.value && !mark.uses.is_empty())
    })
}

/// The columns, if the row heads a long list.
fn columns(scene: &Scene<'_, '_>, head: u32) -> Option<Columns> {
    let words = &scene.guide.words;
    let mut columns = Columns::default();
    let (mut indicator, mut plain, mut dated, mut weak) = (None, Vec::new(), Vec::new(), None);
    let mut other = Vec::new();
    for (cell, mark) in scene.view.marked_row(head).filter(|(cell, _)| !is_blank(cell)) {
        let column = cell.column;
        let first = |place: &mut Option<u32>| *place = place.or(Some(column));
        let key = &mark.key;
        if words.indicator.contains(key) {
            first(&mut indicator);
        } else if words.value.contains(key) {
            plain.push(column);
        } else if words.dimension.contains(key) {
            first(&mut columns.dimension);
        } else if words.year.contains(key) {
            first(&mut columns.year);
        } else if words.agency_id.contains(key) {
            first(&mut columns.agency_id);
        } else if words.agency.contains(key) {
            first(&mut columns.agency);
        } else if words.form.contains(key) {
            first(&mut columns.form);
        } else if words.counted.contains(key) {
            first(&mut columns.counted);
        } else if words.agency_or_unit.contains(key) {
            first(&mut weak);
        } else if words.unit_heads.contains(key) {
            first(&mut columns.unit);
        } else if let Some(when) = dated_value(scene, cell) {
            dated.push((column, when));
        } else if !mark.uses.is_empty() && !words.not_categories.contains(key) {
            other.push(column);
        }
    }
    // 单位 heads agencies or units of measure: what stands below decides.
    if let Some(column) = weak {
        let below = scene.view.rows_between(head + 1, head + 20).filter_map(|row| scene.written(row, column));
        let mut below = below.peekable();
        let units = below.peek().is_some() && below.any(|text| words.is_unit(&text));
        if units {
            columns.unit = columns.unit.or(Some(column));
        } else {
            columns.agency = columns.agency.or(Some(column));
        }
    }
    columns.indicator = indicator?;
    columns.choose_value(&plain, &dated, list_year(scene, head, columns.year))?;
    // Other columns of figures are the sender's own, unless their heads are labels of a form.
    columns.left_out.extend(other.into_iter().map(|column| (column, Fault::UnclearHead)));
    let complete = [columns.year, columns.dimension, columns.agency, columns.agency_id].iter().any(Option::is_some);
    complete.then_some(columns)
}

/// The report year of all rows: the only one that they say, else the sheet's.
fn list_year(scene: &Scene<'_, '_>, head: u32, column: Option<u32>) -> Option<u16> {
    let calendar = &scene.guide.words.calendar;
    let rows = scene.view.rows_between(head + 1, u32::MAX);
    let said = rows.filter_map(|row| calendar.time_of_cell(&scene.written(row, column?)?).year());
    let years: BTreeSet<u16> = said.collect();
    match years.len() {
        1 => years.first().copied(),
        0 => scene.year,
        _ => None,
    }
}

impl Columns {
    /// Decides which column holds the figures: one that says no time, else the only one of the report year.
    fn choose_value(&mut self, plain: &[u32], dated: &[(u32, Time)], year: Option<u16>) -> Option<()> {
        let fits = |time: &Time| time.fits(year, false);
        let mut fitting = dated.iter().filter(|(_, time)| fits(time));
        match (plain, dated, fitting.next().filter(|_| fitting.next().is_none())) {
            ([only], ..) => self.value = *only,
            // Which of them is meant is for the sender to say.
            ([first, ..], ..) => {
                self.left_out.extend(plain.iter().map(|column| (*column, Fault::UnclearHead)));
                (self.value, self.unclear) = (*first, true);
            }
            ([], _, Some((column, time))) => (self.value, self.time) = (*column, time.clone()),
            // Each row is of its own year: it is compared with that.
            ([], [(column, time)], None) if time.no_year().is_none() => {
                (self.value, self.time) = (*column, time.clone());
            }
            // The only figures are of another time: they are left out, and said to be.
            ([], [(first, _), ..], None) => {
                let fault = |time: &Time| match time.no_year() {
                    Some(_) => Fault::PartYearColumn,
                    None if fits(time) => Fault::UnclearHead,
                    None => Fault::OtherYear,
                };
                self.left_out.extend(dated.iter().map(|(column, time)| (*column, fault(time))));
                (self.value, self.unclear) = (*first, true);
                return Some(());
            }
            ([], [], _) => return None,
        }
        // A year that is not the report's stands beside the report year's figures, as it should.
        let doubled = dated.iter().filter(|(column, time)| *column != self.value && fits(time));
        self.left_out.extend(doubled.map(|(column, _)| (*column, Fault::UnclearHead)));
        Some(())
    }
}

/// The year of a head that says nothing else: this year's, last year's, 2021.
fn dated_value(scene: &Scene<'_, '_>, cell: &crate::read::Cell) -> Option<Time> {
    if let Some(year) = bare_year(cell) {
        return Some(Time::Year(year));
    }
    // 本年度 is a head for years as well: here it heads what it says.
    let (time, rest) = scene.guide.words.time_of_head(text_of(cell)?);
    let bare = rest.is_empty() || scene.guide.words.value.contains(&rest);
    (time.is_said() && bare).then_some(time)
}

// ------------------------------------------------------------------------------------------------ rows

/// What merged cells hand down from row to row.
#[derive(Default)]
struct Above {
    row: u32,
    claim: Option<RowClaim>,
    indicator: String,
}

/// What a row says of agency and year, and what it has from the rows above.
struct Claimed {
    claim: RowClaim,
    /// Whether it is known at all.
    certain: bool,
    /// Whether a part of it stands above.
    inherits: bool,
}

/// How the rows of a list name agencies and years.
struct Naming<'s, 'v, 'g> {
    scene: &'s Scene<'v, 'g>,
    columns: &'s Columns,
    /// Whether rows name an agency of their own.
    any_named: bool,
    years: BTreeSet<String>,
}

impl<'s, 'v, 'g> Naming<'s, 'v, 'g> {
    fn of(scene: &'s Scene<'v, 'g>, columns: &'s Columns, numbers: &[u32]) -> Self {
        let mut naming = Naming { scene, columns, any_named: false, years: BTreeSet::new() };
        naming.any_named = numbers.iter().any(|row| naming.is_named(*row) && scene.holds(*row, columns.indicator));
        naming.years = numbers.iter().filter_map(|row| naming.text(*row, columns.year)).collect();
        naming
    }

    fn text(&self, row: u32, column: Option<u32>) -> Option<String> {
        column.and_then(|column| self.scene.written(row, column))
    }

    fn is_total(&self, row: u32) -> bool {
        self.text(row, self.columns.agency).is_some_and(|name| self.scene.guide.words.adds_up_rows(&name))
    }

    fn is_named(&self, row: u32) -> bool {
        let own = [self.columns.agency, self.columns.agency_id];
        own.into_iter().any(|column| self.text(row, column).is_some()) && !self.is_total(row)
    }

    /// Whose a row is and of which year, if what is above it may be handed down.
    fn claimed(&self, row: u32, above: &Above) -> Claimed {
        let (agency, agency_id) = (self.text(row, self.columns.agency), self.text(row, self.columns.agency_id));
        let own_year = self.text(row, self.columns.year);
        let is_named = agency.is_some() || agency_id.is_some();
        let claim = RowClaim { agency, agency_id, year: own_year.clone() };
        let handed_down = above.claim.as_ref().filter(|_| above.row + 1 == row);
        if !is_named && self.any_named {
            return match handed_down {
                Some(who) => {
                    let claim = RowClaim { year: own_year.or(who.year.clone()), ..who.clone() };
                    Claimed { claim, certain: true, inherits: true }
                }
                None => Claimed { claim, certain: false, inherits: false },
            };
        }
        if own_year.is_some() || self.years.is_empty() {
            return Claimed { claim, certain: true, inherits: false };
        }
        let only = self.years.first().filter(|_| self.years.len() == 1);
        let year = only.cloned().or_else(|| handed_down.filter(|_| !is_named)?.year.clone());
        let certain = year.is_some();
        Claimed { claim: RowClaim { year, ..claim }, certain, inherits: only.is_none() }
    }
}

/// The rows with figures, each with its agency, year and indicator.
fn rows<'s>(scene: &Scene<'s, '_>, columns: &Columns, numbers: &[u32], sheaf: &mut Sheaf) -> Vec<Row<'s>> {
    let naming = Naming::of(scene, columns, numbers);
    let text = |row: u32, column: Option<u32>| naming.text(row, column);
    let mut above = Above::default();
    let mut used: HashSet<(RowClaim, String, String)> = HashSet::new();
    let mut found = Vec::new();
    for row in numbers.iter().copied() {
        let held = scene.view.at(Position { row, column: columns.value }).is_some_and(|cell| !is_blank(cell));
        let first = scene.first_text(row, columns.value).unwrap_or_default();
        let skipped = matches!(text(row, columns.counted).unwrap_or_default().as_str(), "false" | "FALSE" | "0" | "no");
        let own_indicator = scene.written(row, columns.indicator);
        if naming.is_total(row) || skipped || (own_indicator.is_none() && scene.guide.words.is_note(first)) {
            above = Above::default();
            continue;
        }
        if own_indicator.is_none() && !held {
            continue;
        }
        let Claimed { claim, certain, inherits } = naming.claimed(row, &above);
        let dimension = text(row, columns.dimension).unwrap_or_default();
        // Merged downwards: the rows differ in their dimensions.
        let merged = own_indicator.is_none()
            && above.row + 1 == row
            && !dimension.is_empty()
            && above.claim.as_ref() == Some(&claim);
        let indicator = own_indicator.or_else(|| Some(above.indicator.clone()).filter(|_| merged));
        let indicator = indicator.filter(|indicator| !indicator.is_empty());
        above = Above { row, claim: certain.then(|| claim.clone()), indicator: indicator.clone().unwrap_or_default() };
        let Some(indicator) = indicator else {
            if held {
                sheaf.leave(None, scene.stray(row, columns.value, "", Fault::UnclearRow));
            }
            continue;
        };
        let fresh = used.insert((claim.clone(), label::key(&indicator), dimension.clone()));
        if !certain || ((inherits || merged) && !fresh) {
            above.claim = None;
            if held {
                let column = columns.agency.or(columns.year).unwrap_or(columns.indicator);
                sheaf.leave(None, scene.stray(row, column, "", Fault::Unnamed));
            }
            continue;
        }
        let form = text(row, columns.form).unwrap_or_default();
        let candidates = match scene.guide.index.long_entry(&indicator, &dimension) {
            [] => scene.guide.index.long_entry(&time_of_head(scene.guide, &indicator).1, &dimension),
            found => found,
        };
        let slot = scene.pick(candidates, &form, scene.year_of(&claim));
        let unit = text(row, columns.unit).unwrap_or_default();
        found.push(Row { row, claim, indicator, dimension, form, unit, candidates, slot, unclear: false, held });
    }
    settle_forms(scene, &mut found);
    found
}

/// Gives figures that several forms of the year have, and for which the row names no form, to the form that the
/// agency's other rows are of. Where they are of no such form, or of several, the row is unclear.
fn settle_forms(scene: &Scene<'_, '_>, rows: &mut [Row<'_>]) {
    let book = scene.guide.book;
    let forms_of = |row: &Row<'_>| -> BTreeSet<FormId> {
        let year = scene.year_of(&row.claim);
        let forms = row.candidates.iter().map(|slot| book.slot(*slot).form);
        forms.filter(|form| year.is_some_and(|year| book.form(*form).in_force(year))).collect()
    };
    let mut sure: BTreeMap<RowClaim, BTreeSet<FormId>> = BTreeMap::new();
    for row in rows.iter() {
        let forms = forms_of(row);
        if let (Some(only), 1) = (forms.first(), forms.len()) {
            sure.entry(row.claim.clone()).or_default().insert(*only);
        }
    }
    for row in rows.iter_mut().filter(|row| row.slot.is_some() && book.form_by_code(row.form.trim()).is_none()) {
        let forms = forms_of(row);
        if forms.len() < 2 {
            continue;
        }
        let mut fitting = sure.get(&row.claim).into_iter().flat_map(|sure| forms.intersection(sure));
        match (fitting.next(), fitting.next()) {
            (Some(form), None) => row.slot = row.candidates.iter().copied().find(|slot| book.slot(*slot).form == *form),
            _ => (row.slot, row.unclear) = (None, true),
        }
    }
}

/// What is known of all rows of a list before any is placed.
struct Rows<'r> {
    /// Where a table's rows name dimensions, and other ones than its total.
    divided: BTreeSet<(&'r RowClaim, TableId)>,
    /// The table for an agency's open categories.
    open: BTreeMap<&'r RowClaim, TableId>,
    /// The report year's figures that there are.
    present: BTreeSet<(&'r RowClaim, SlotId)>,
}

impl<'r> Rows<'r> {
    fn of(scene: &Scene<'_, '_>, rows: &'r [Row<'_>]) -> Self {
        let book = scene.guide.book;
        let mut all = Rows { divided: BTreeSet::new(), open: BTreeMap::new(), present: BTreeSet::new() };
        for row in rows {
            let Some(id) = row.slot else { continue };
            let slot = book.slot(id);
            let table = book.table(slot.table);
            if !row.dimension.is_empty() && table.default_dimension.as_ref() != Some(&slot.dimension) {
                all.divided.insert((&row.claim, slot.table));
            }
            if table.open_categories {
                all.open.insert(&row.claim, slot.table);
            }
            if time_fits(scene, row) {
                all.present.insert((&row.claim, id));
            }
        }
        all
    }
}

/// What an indicator says of time.
fn time_of(scene: &Scene<'_, '_>, row: &Row<'_>) -> Time {
    time_of_head(scene.guide, &row.indicator).0
}

/// Whether a row's figure is the report year's, as far as its indicator says.
fn time_fits(scene: &Scene<'_, '_>, row: &Row<'_>) -> bool {
    let stock = row.slot.is_some_and(|slot| scene.guide.book.slot(slot).stock);
    time_of(scene, row).fits(scene.year_of(&row.claim), stock)
}

/// Puts the rows' figures to their agencies and years.
fn place(scene: &Scene<'_, '_>, columns: &Columns, rows: Vec<Row<'_>>, sheaf: &mut Sheaf) {
    let all = Rows::of(scene, &rows);
    let mut compared = 0;
    for row in &rows {
        let position = Position { row: row.row, column: columns.value };
        let leave = |sheaf: &mut Sheaf, column: u32, label: &str, fault: Fault| {
            sheaf.leave(Some(&row.claim), scene.stray(row.row, column, label, fault));
        };
        let stock = row.slot.is_some_and(|slot| scene.guide.book.slot(slot).stock);
        if !columns.time.fits(scene.year_of(&row.claim), stock) {
            if row.held {
                leave(sheaf, columns.indicator, &row.indicator, Fault::OtherYear);
            }
        } else if !time_fits(scene, row) {
            let replaced = row.slot.is_some_and(|slot| all.present.contains(&(&row.claim, slot)));
            if row.held && !replaced {
                let part = time_of(scene, row).no_year().is_some();
                let fault = if part { Fault::PartYearRow } else { Fault::OtherYear };
                leave(sheaf, columns.indicator, &row.indicator, fault);
            }
        } else if let Some(id) = row.slot {
            let slot = scene.guide.book.slot(id);
            let unsaid = row.dimension.is_empty() && !slot.dimension.is_empty() && row.indicator.trim() != slot.code;
            if unsaid && all.divided.contains(&(&row.claim, slot.table)) {
                if row.held {
                    leave(sheaf, columns.indicator, &row.indicator, Fault::UnclearRow);
                }
                continue;
            }
            // The unit beside an amount of money is the amount's.
            let unit = columns.unit.filter(|_| slot.kind == Kind::Money && !row.unit.is_empty());
            let head = unit.map(|column| Position { row: row.row, column });
            sheaf.place(&row.claim, slot.table, Placed { item: Item::Slot(id), position, head }, row.held);
        } else if row.held && !scene.guide.words.adds_up_rows(&row.indicator) {
            match open_item(scene, columns, row, &all, &mut compared) {
                Ok((table, item)) => sheaf.place(&row.claim, table, Placed { item, position, head: None }, true),
                Err((column, label, fault)) => leave(sheaf, column, label, fault),
            }
        }
    }
}

/// The open category that a row without a figure of a form is; else the column, label and reason why it is none.
fn open_item<'r>(
    scene: &Scene<'_, '_>,
    columns: &Columns,
    row: &'r Row<'_>,
    all: &Rows<'_>,
    compared: &mut usize,
) -> Result<(TableId, Item), (u32, &'r str, Fault)> {
    let book = scene.guide.book;
    if row.unclear {
        return Err((columns.indicator, &row.indicator, Fault::UnclearRow));
    }
    // The form has the indicator, so it is the dimension that is wanting or wrong.
    if !scene.guide.index.uses(&row.indicator).is_empty() {
        return Err(match columns.dimension.filter(|_| !row.dimension.is_empty()) {
            Some(column) => (column, &row.dimension, Fault::UnknownDimension),
            None => (columns.indicator, &row.indicator, Fault::UnclearRow),
        });
    }
    // Our own code of a category that no form lists.
    let code = row.indicator.strip_prefix(OPEN);
    *compared += 1;
    let near = (code.is_none() && *compared <= LABELS_COMPARED)
        .then(|| scene.guide.index.nearest(book, &row.indicator))
        .flatten();
    let named = book.form_by_code(row.form.trim()).map(|form| {
        let tables = &book.form(form).tables;
        tables.iter().copied().find(|table| book.table(*table).open_categories)
    });
    let table = named.unwrap_or_else(|| all.open.get(&row.claim).copied());
    match table.filter(|_| row.dimension.is_empty() && near.is_none()) {
        Some(table) => {
            let label = code.unwrap_or(&row.indicator).to_owned();
            Ok((table, Item::Open { label, unit: row.unit.clone() }))
        }
        None => Err((columns.indicator, &row.indicator, Fault::UnknownIndicator(near))),
    }
}
