//! Gives every table of a workbook its agency, year and form.
//!
//! Grids are taken apart into single tables first, and a table in which another agency's or year's title stands is cut
//! there. Then the form is a witness: of two years that are claimed, the one for which it is in force wins, and a table
//! that is alike on two forms goes to the form of the tables around it, or of its year.

use crate::agency::identify::{Claims, Identifier, Identity, Rows, Scene};
use crate::form::{FormId, Rulebook, SlotId, TableId};
use crate::locate::{Gap, Item, LocatedTable, Otherwise, Placed, Record, RowClaim, Stray, Unsettled};
use crate::returns::Agency;
use std::collections::{BTreeMap, BTreeSet};

/// What the path alone says.
pub(super) fn by_path(identifier: &Identifier<'_>, path: &Claims) -> Identity {
    let nowhere = Rows { first: 0, last: 0, column: 0 };
    Scene::new(identifier, &[], path, &[]).identify(&RowClaim::default(), 0, nowhere)
}

/// The records' tables with who and when, each with the form that fits.
pub(super) fn attribute(
    records: Vec<Record>,
    identifier: &Identifier<'_>,
    claims: &[Claims],
    path: &Claims,
    book: &Rulebook,
) -> Vec<(Record, Identity)> {
    let mut records: Vec<Record> = records.into_iter().flat_map(singles).collect();
    let mut scene = Scene::new(identifier, claims, path, &places(&records));
    let cuts: Vec<Vec<u32>> = records.iter().map(|record| cuts(record, &scene)).collect();
    if cuts.iter().any(|cuts| !cuts.is_empty()) {
        records = records.into_iter().zip(&cuts).flat_map(|(record, cuts)| cut(record, cuts)).collect();
        scene = Scene::new(identifier, claims, path, &places(&records));
    }
    let mut attributed: Vec<(Record, Identity)> = records
        .into_iter()
        .filter_map(|record| {
            let rows = record.tables.first().map(rows_of).or_else(|| record.strays.first().map(row_of_stray))?;
            let identity = scene.identify(&record.claim, usize::from(record.sheet()), rows);
            Some((record, identity))
        })
        .collect();
    settle_years(&mut attributed, book);
    settle_forms(&mut attributed, book);
    attributed
}

fn is_grid(record: &Record) -> bool {
    record.claim == RowClaim::default()
}

/// Tables of a grid each by itself; what a register's or list's row says holds for all its tables.
fn singles(record: Record) -> Vec<Record> {
    if !is_grid(&record) || record.tables.len() < 2 {
        return vec![record];
    }
    let Record { claim, tables, strays, bare } = record;
    let single = |table| Record { claim: claim.clone(), tables: vec![table], bare, ..Record::default() };
    let mut singles: Vec<Record> = tables.into_iter().map(single).collect();
    if let Some(first) = singles.first_mut() {
        first.strays = strays;
    }
    singles
}

fn places(records: &[Record]) -> Vec<(usize, Rows, &RowClaim)> {
    fn place(record: &Record) -> Option<(usize, Rows, &RowClaim)> {
        let first = record.tables.first()?;
        let rows = record.tables.iter().map(rows_of).reduce(|a, b| Rows {
            first: a.first.min(b.first),
            last: a.last.max(b.last),
            column: a.column.min(b.column),
        })?;
        Some((usize::from(first.sheet), rows, &record.claim))
    }
    // A row with a name and no figure may be a heading: it does not speak for others.
    records.iter().filter(|record| !record.bare).filter_map(place).collect()
}

fn row_of_stray(stray: &Stray) -> Rows {
    Rows { first: stray.position.row, last: stray.position.row, column: stray.position.column }
}

fn rows_of(table: &LocatedTable) -> Rows {
    let rows = table.figures.iter().map(|placed| placed.position.row);
    let last = rows.max().map_or(table.first_row, |last| last.max(table.first_row));
    let column = table.figures.iter().map(|placed| placed.position.column).min().unwrap_or(0);
    Rows { first: table.first_row, last, column }
}

// ------------------------------------------------------------------------------------------------ cutting

fn cuts(record: &Record, scene: &Scene<'_>) -> Vec<u32> {
    match record.tables.as_slice() {
        [table] if is_grid(record) => scene.cuts(usize::from(table.sheet), rows_of(table)),
        _ => Vec::new(),
    }
}

/// Cuts a grid's only table above the given rows.
fn cut(record: Record, cuts: &[u32]) -> Vec<Record> {
    if cuts.is_empty() {
        return vec![record];
    }
    let Record { claim, mut tables, strays, bare } = record;
    let Some(table) = tables.pop() else { return Vec::new() };
    let part_of = |row: u32| cuts.partition_point(|cut| *cut <= row);
    let mut parts: BTreeMap<usize, LocatedTable> = BTreeMap::new();
    let rows = first_slots(&table.figures);
    let empty = |part: usize| LocatedTable {
        first_row: part.checked_sub(1).and_then(|cut| cuts.get(cut)).map_or(table.first_row, |row| row + 1),
        figures: Vec::new(),
        gaps: Vec::new(),
        unsettled: Vec::new(),
        ..table.clone()
    };
    // A row that stands twice because two agencies have it is each one's own.
    let (open, apart): (Vec<&Unsettled>, Vec<&Unsettled>) = table.unsettled.iter().partition(|open| {
        let rows = open.ways.iter().flatten().map(|placed| part_of(placed.position.row));
        rows.collect::<BTreeSet<usize>>().len() < 2
    });
    let apart_figures = apart.iter().flat_map(|open| match open.otherwise {
        Otherwise::ReadAll => open.ways.as_slice(),
        Otherwise::Read(way) => open.ways.get(way..=way).unwrap_or_default(),
        Otherwise::Say(_) => &[],
    });
    let apart_figures = apart_figures.flatten();
    for placed in table.figures.iter().chain(apart_figures) {
        let part = part_of(placed.position.row);
        parts.entry(part).or_insert_with(|| empty(part)).figures.push(placed.clone());
    }
    for open in open {
        let row = open.ways.iter().flatten().next().map(|placed| part_of(placed.position.row));
        if let Some(part) = row.and_then(|part| parts.get_mut(&part)) {
            part.unsettled.push(open.clone());
        }
    }
    for gap in apart.iter().filter_map(|open| open.otherwise.gap()) {
        parts.values_mut().for_each(|part| part.gaps.push(gap.clone()));
    }
    for gap in &table.gaps {
        let one = gap.position().map(|position| part_of(position.row)).filter(|part| parts.contains_key(part));
        for (number, part) in &mut parts {
            if one.is_none_or(|one| one == *number) {
                part.gaps.push(gap.clone());
            }
        }
    }
    // A row that only another part has is missing here.
    for part in parts.values_mut() {
        let own = first_slots(&part.figures);
        let lacking = rows.iter().filter(|slot| !own.contains(slot));
        part.gaps.extend(lacking.map(|slot| Gap::MissingRow { slot: *slot }));
    }
    let mut strays = Some(strays);
    let part = |table| {
        let strays = strays.take().unwrap_or_default();
        Record { claim: claim.clone(), tables: vec![table], strays, bare }
    };
    parts.into_values().map(part).collect()
}

/// The first slot of every row with figures, each once.
fn first_slots(figures: &[Placed]) -> Vec<SlotId> {
    let mut rows: BTreeMap<u32, SlotId> = BTreeMap::new();
    for placed in figures {
        if let Item::Slot(slot) = placed.item {
            let first = rows.entry(placed.position.row).or_insert(slot);
            *first = slot.min(*first);
        }
    }
    let mut slots: Vec<SlotId> = rows.into_values().collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

// ------------------------------------------------------------------------------------------------ forms as witnesses

/// Where years contradict each other, the form itself is a witness: the year for which it is in force wins. A table that
/// fits other forms as well says nothing, and a year that both the title and the sheet's name give is not overruled.
fn settle_years(attributed: &mut [(Record, Identity)], book: &Rulebook) {
    type Group = (Option<Agency>, u16, u16);
    let group = |identity: &Identity| -> Option<Group> {
        let (accepted, other) = identity.year_conflict.as_ref().filter(|_| !identity.year_twice)?;
        Some((identity.agency.as_ref().ok().cloned(), accepted.value, other.value))
    };
    let mut witnesses: BTreeMap<Group, Vec<FormId>> = BTreeMap::new();
    for (record, identity) in attributed.iter() {
        let Some(group) = group(identity) else { continue };
        let forms = witnesses.entry(group).or_default();
        for table in &record.tables {
            let form = book.table(table.table).form;
            if book.form(form).required && !forms.contains(&form) && twins(table, book).is_empty() {
                forms.push(form);
            }
        }
    }
    for (_, identity) in attributed {
        let Some(forms) = group(identity).and_then(|group| witnesses.get(&group)).filter(|forms| !forms.is_empty())
        else {
            continue;
        };
        let fits = |year: u16| forms.iter().all(|form| book.form(*form).in_force(year));
        if let Some((accepted, other)) = identity.year_conflict.clone()
            && !fits(accepted.value)
            && fits(other.value)
        {
            identity.year = Some(other.clone());
            identity.year_conflict = Some((other, accepted));
        }
    }
}

/// Moves tables that are alike on two forms to the form of the other tables of their agency and year, or, where there
/// are none, to the form in force.
fn settle_forms(attributed: &mut [(Record, Identity)], book: &Rulebook) {
    type Group = (Agency, u16);
    let group = |record: &Record, identity: &Identity| -> Option<Group> {
        let agency = identity.agency.as_ref().ok().filter(|_| is_grid(record))?;
        Some((agency.clone(), identity.year.as_ref()?.value))
    };
    let fitting = |table: &LocatedTable, year: u16| book.required_form(year) == Some(book.table(table.table).form);
    let settled = attributed.iter().all(|(record, identity)| {
        let year = identity.year.as_ref().map(|claim| claim.value);
        let required = |table: &LocatedTable| book.form(book.table(table.table).form).required;
        record.tables.iter().all(|table| !required(table) || year.is_some_and(|year| fitting(table, year)))
    });
    if settled {
        return;
    }
    let mut support: BTreeMap<Group, BTreeMap<FormId, usize>> = BTreeMap::new();
    for (record, identity) in attributed.iter() {
        let Some(group) = group(record, identity) else { continue };
        for table in &record.tables {
            let form = book.table(table.table).form;
            if book.form(form).required && twins(table, book).is_empty() {
                *support.entry(group.clone()).or_default().entry(form).or_default() += table.figures.len();
            }
        }
    }
    for (record, identity) in attributed {
        let Some(group) = group(record, identity) else { continue };
        let around = support.get(&group).and_then(|forms| forms.iter().max_by_key(|(_, figures)| **figures));
        let Some(form) = around.map(|(form, _)| *form).or_else(|| book.required_form(group.1)) else { continue };
        for table in &mut record.tables {
            if book.table(table.table).form != form
                && let Some((_, twin)) = twins(table, book).into_iter().find(|(twin, _)| *twin == form)
            {
                move_to(table, form, twin, book);
            }
        }
    }
}

/// The same table of other required forms that has all of these figures.
fn twins(table: &LocatedTable, book: &Rulebook) -> Vec<(FormId, TableId)> {
    let own = book.table(table.table);
    let slots = || {
        table.figures.iter().filter_map(|placed| match placed.item {
            Item::Slot(slot) => Some(slot),
            Item::Open { .. } => None,
        })
    };
    let same = |form: FormId| book.form(form).tables.iter().find(|id| book.table(**id).code == own.code).copied();
    book.forms_with_ids()
        .filter(|(id, form)| *id != own.form && form.required && book.form(own.form).required)
        .filter_map(|(id, _)| Some((id, same(id)?)))
        .filter(|(id, _)| slots().all(|slot| book.slot_by_code(*id, &book.slot(slot).code).is_some()))
        .collect()
}

fn move_to(table: &mut LocatedTable, form: FormId, twin: TableId, book: &Rulebook) {
    let there = |slot: SlotId| book.slot_by_code(form, &book.slot(slot).code);
    table.table = twin;
    let open = table.unsettled.iter_mut().flat_map(|open| open.ways.iter_mut().flatten());
    for placed in table.figures.iter_mut().chain(open) {
        if let Item::Slot(slot) = &mut placed.item
            && let Some(twin) = there(*slot)
        {
            *slot = twin;
        }
    }
    table.gaps.retain_mut(|gap| gap.move_slots(there));
    for open in &mut table.unsettled {
        if let Otherwise::Say(gap) = &mut open.otherwise {
            gap.move_slots(there);
        }
    }
}
