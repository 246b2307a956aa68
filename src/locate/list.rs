//! Layouts without a grid: the long list (one figure per row) and the register (one agency per row).

use super::sheet::text_of;
use super::{Guide, Item, LocatedTable, Placed, Record, RowClaim, SheetView, prefer_form};
use crate::address::Position;
use crate::form::{FormId, SlotId, TableId};
use crate::label;
use crate::read::{Cell, Content};
use std::collections::{BTreeMap, BTreeSet};

/// The head of a list stands within the first rows of a sheet.
const HEAD_WITHIN: usize = 12;
/// A register has at least this many columns that name figures.
const REGISTER_COLUMNS: usize = 2;

type Columns = BTreeMap<&'static str, u32>;

/// Reads the sheet as one figure per row, if it has such a head.
pub fn long_list(view: &SheetView<'_>, guide: &Guide<'_>, sheet: u16, year: Option<u16>) -> Option<Vec<Record>> {
    let (head, columns) = view.row_numbers().take(HEAD_WITHIN).find_map(|row| {
        let columns = long_columns(view, guide, row);
        let complete = columns.contains_key("indicator")
            && columns.contains_key("value")
            && (columns.contains_key("year") || columns.contains_key("dimension") || columns.contains_key("agency"));
        complete.then_some((row, columns))
    })?;
    let mut records: BTreeMap<RowClaim, BTreeMap<TableId, Vec<Placed>>> = BTreeMap::new();
    let mut order: Vec<RowClaim> = Vec::new();
    let mut unknown: BTreeMap<RowClaim, Vec<(Position, String)>> = BTreeMap::new();
    let value_column = columns.get("value").copied()?;
    for row in view.rows_between(head + 1, u32::MAX) {
        let text = |name: &str| columns.get(name).and_then(|column| written(view, row, *column)).unwrap_or_default();
        let indicator = text("indicator");
        if indicator.is_empty() || matches!(text("counted").as_str(), "false" | "FALSE" | "0" | "no") {
            continue;
        }
        let claim = claim_of(&columns, &text);
        if !order.contains(&claim) {
            order.push(claim.clone());
        }
        let position = Position { row, column: value_column };
        let slots = guide.index.long_entry(&indicator, &text("dimension"));
        let claimed_year = claim.year.as_deref().and_then(|year| year.trim().parse().ok()).or(year);
        match pick(guide, slots, &text("form"), claimed_year) {
            Some(slot) => {
                let table = guide.book.slot(slot).table;
                records.entry(claim).or_default().entry(table).or_default().push(Placed {
                    item: Item::Slot(slot),
                    position,
                    head: None,
                });
            }
            None => {
                let at = columns.get("indicator").copied().unwrap_or(0);
                unknown.entry(claim).or_default().push((Position { row, column: at }, indicator));
            }
        }
    }
    Some(finish(records, unknown, &order, sheet, head))
}

/// Reads the sheet as one agency per row, if it has such a head.
pub fn register(view: &SheetView<'_>, guide: &Guide<'_>, sheet: u16, year: Option<u16>) -> Option<Vec<Record>> {
    let (head, columns, named) = view.row_numbers().take(HEAD_WITHIN).find_map(|row| {
        let mut columns = Columns::new();
        for (cell, _) in view.row(row) {
            let Some(key) = text_of(cell).map(label::key) else { continue };
            let words = &guide.words;
            let name = if words.agency_id.contains(&key) {
                "agency_id"
            } else if words.agency.contains(&key) || words.agency_or_unit.contains(&key) {
                "agency"
            } else if words.year.contains(&key) {
                "year"
            } else {
                continue;
            };
            columns.entry(name).or_insert(cell.column);
        }
        if !columns.contains_key("agency") && !columns.contains_key("agency_id") {
            return None;
        }
        let named = register_columns(view, guide, row, &columns);
        (named.len() >= REGISTER_COLUMNS).then_some((row, columns, named))
    })?;
    // All columns of one family of tables belong to one form: the one that knows most of them.
    let mut support: BTreeMap<FormId, usize> = BTreeMap::new();
    for slots in named.values() {
        for form in slots.iter().map(|slot| guide.book.slot(*slot).form).collect::<BTreeSet<_>>() {
            *support.entry(form).or_default() += 1;
        }
    }
    let mut records: BTreeMap<RowClaim, BTreeMap<TableId, Vec<Placed>>> = BTreeMap::new();
    let mut order = Vec::new();
    for row in view.rows_between(head + 1, u32::MAX) {
        let text = |name: &str| columns.get(name).and_then(|column| written(view, row, *column)).unwrap_or_default();
        let claim = claim_of(&columns, &text);
        let name = claim.agency.as_deref().unwrap_or_default();
        let is_total = guide.words.not_categories.contains(&label::key(name));
        if (claim.agency.is_none() && claim.agency_id.is_none()) || is_total {
            continue;
        }
        if named.keys().all(|column| view.at(Position { row, column: *column }).is_none()) && row == view.last_row() {
            // A closing line (who filled it in, when) with nothing under any figure's head.
            continue;
        }
        order.push(claim.clone());
        let claimed_year = claim.year.as_deref().and_then(|year| year.trim().parse().ok()).or(year);
        for (column, slots) in &named {
            let best = slots.iter().filter_map(|slot| support.get(&guide.book.slot(*slot).form)).max().copied();
            let likely: Vec<SlotId> = slots
                .iter()
                .copied()
                .filter(|slot| support.get(&guide.book.slot(*slot).form).copied() == best)
                .collect();
            if let Some(slot) = pick(guide, &likely, "", claimed_year) {
                let placed = Placed {
                    item: Item::Slot(slot),
                    position: Position { row, column: *column },
                    head: Some(Position { row: head, column: *column }),
                };
                let table = guide.book.slot(slot).table;
                records.entry(claim.clone()).or_default().entry(table).or_default().push(placed);
            }
        }
    }
    Some(finish(records, BTreeMap::new(), &order, sheet, head))
}

fn claim_of(columns: &Columns, text: &dyn Fn(&str) -> String) -> RowClaim {
    let some = |name: &str| {
        let text = text(name);
        (columns.contains_key(name) && !text.is_empty()).then_some(text)
    };
    RowClaim { agency: some("agency"), agency_id: some("agency_id"), year: some("year") }
}

/// Which columns of a row head figures, and which figures they may be.
fn register_columns<'g>(
    view: &SheetView<'_>,
    guide: &'g Guide<'_>,
    row: u32,
    taken: &Columns,
) -> BTreeMap<u32, &'g [SlotId]> {
    let mut named = BTreeMap::new();
    for (cell, _) in view.row(row) {
        let Some(text) = text_of(cell).filter(|_| !taken.values().any(|column| *column == cell.column)) else {
            continue;
        };
        // The head above may be merged over several columns: the nearest one at or left of this column.
        let above = row.checked_sub(1).and_then(|above| {
            view.row(above).rfind(|(other, _)| other.column <= cell.column).and_then(|(other, _)| text_of(other))
        });
        let slots = guide.index.register_head(above, text);
        let codes: BTreeSet<&str> = slots.iter().map(|slot| guide.book.slot(*slot).code.as_str()).collect();
        // A head that may mean several figures means none.
        if codes.len() == 1 {
            named.insert(cell.column, slots);
        }
    }
    named
}

fn long_columns(view: &SheetView<'_>, guide: &Guide<'_>, row: u32) -> Columns {
    let words = &guide.words;
    let mut columns = Columns::new();
    let mut ambiguous = None;
    for (cell, _) in view.row(row) {
        let Some(key) = text_of(cell).map(label::key) else { continue };
        let name = if words.indicator.contains(&key) {
            "indicator"
        } else if words.value.contains(&key) {
            "value"
        } else if words.dimension.contains(&key) {
            "dimension"
        } else if words.year.contains(&key) {
            "year"
        } else if words.agency_id.contains(&key) {
            "agency_id"
        } else if words.agency.contains(&key) {
            "agency"
        } else if words.form.contains(&key) {
            "form"
        } else if words.counted.contains(&key) {
            "counted"
        } else {
            if words.agency_or_unit.contains(&key) {
                ambiguous = Some(cell.column);
            }
            continue;
        };
        columns.entry(name).or_insert(cell.column);
    }
    // 单位 heads agencies or units of measure: what stands below decides.
    if let Some(column) = ambiguous.filter(|_| !columns.contains_key("agency")) {
        let below = view.rows_between(row + 1, row + 20).filter_map(|row| written(view, row, column));
        if below.filter(|text| !text.is_empty()).all(|text| !words.is_unit(&text)) {
            columns.insert("agency", column);
        }
    }
    columns
}

/// What a cell says, as text: codes, names and years, never figures.
fn written(view: &SheetView<'_>, row: u32, column: u32) -> Option<String> {
    view.at(Position { row, column }).map(|cell: &Cell| match &cell.content {
        Content::Text(text) | Content::Date(text) | Content::Error(text) => text.trim().to_owned(),
        Content::Number(number) => format!("{number}"),
        Content::Bool(truth) => truth.to_string(),
        Content::Uncomputed => String::new(),
    })
}

fn pick(guide: &Guide<'_>, slots: &[SlotId], form: &str, year: Option<u16>) -> Option<SlotId> {
    let codes: BTreeSet<&str> = slots.iter().map(|slot| guide.book.slot(*slot).code.as_str()).collect();
    if codes.len() != 1 {
        return None;
    }
    let named = guide.book.form_by_code(form.trim());
    let forms: Vec<FormId> = slots.iter().map(|slot| guide.book.slot(*slot).form).collect();
    let form = named.filter(|form| forms.contains(form)).or_else(|| prefer_form(guide.book, &forms, year))?;
    slots.iter().copied().find(|slot| guide.book.slot(*slot).form == form)
}

fn finish(
    mut records: BTreeMap<RowClaim, BTreeMap<TableId, Vec<Placed>>>,
    mut unknown: BTreeMap<RowClaim, Vec<(Position, String)>>,
    order: &[RowClaim],
    sheet: u16,
    head: u32,
) -> Vec<Record> {
    let mut seen: BTreeSet<&RowClaim> = BTreeSet::new();
    order
        .iter()
        .filter(|claim| seen.insert(claim))
        .map(|claim| {
            let mut tables: Vec<LocatedTable> = records
                .remove(claim)
                .unwrap_or_default()
                .into_iter()
                .map(|(table, figures)| LocatedTable { table, sheet, first_row: head, figures, gaps: Vec::new() })
                .collect();
            let gaps = unknown.remove(claim).unwrap_or_default().into_iter();
            if let Some(first) = tables.first_mut() {
                first.gaps.extend(gaps.map(|(position, label)| super::Gap::UnknownRow { position, label, near: None }));
            }
            Record { claim: claim.clone(), tables }
        })
        .collect()
}
