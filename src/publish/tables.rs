//! The city's tables in the official layout and labels, ready to paste.

use super::Edition;
use super::csv_text::CsvText;
use crate::agency::roster::Roster;
use crate::consolidate::{CityItem, Scope, ScopeTable, Sum};
use crate::form::{Block, Line, Table};
use crate::returns::{Agency, Status};
use crate::value::{Amount, Kind, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// All published tables: file name and bytes. Versions of a form stand one under the other in the same file.
pub(super) fn official_tables(edition: &Edition<'_>) -> Vec<(String, Vec<u8>)> {
    let book = edition.renderer.book;
    let mut names: Vec<&str> = book.tables.iter().map(|table| table.publish.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut files = BTreeMap::new();
    for name in names {
        let mut csv = CsvText::new(edition.bom);
        let cities = edition.city.tables.iter().filter(|table| table.scope == Scope::City);
        let mut sections: Vec<(&ScopeTable, &Table)> = cities
            .flat_map(|sums| book.form(sums.form).tables.iter().map(move |id| (sums, *id)))
            .map(|(sums, id)| (sums, book.table(id)))
            .filter(|(_, table)| table.publish == name)
            .filter(|(sums, table)| sums.counted.contains_key(&table.id) || book.form(sums.form).in_force(edition.year))
            .collect();
        // The form in force comes first.
        sections.sort_by_key(|(sums, _)| (!book.form(sums.form).in_force(edition.year), sums.form));
        for (number, (sums, table)) in sections.iter().enumerate() {
            if number > 0 {
                csv.end();
            }
            section(edition, sums, table, &mut csv);
        }
        if !sections.is_empty() {
            files.insert(format!("{name}.csv"), csv.into_bytes());
        } else if book.tables.iter().any(|table| table.publish == name && !book.form(table.form).required) {
            // Promised files exist even where nothing arrived for them.
            if let Some(table) = book.tables.iter().find(|table| table.publish == name) {
                csv.row([edition.renderer.table(table.id)]);
                csv.row([edition.renderer.catalogue.phrase("completeness_optional", &[("counted", "0".to_owned())])]);
                files.insert(format!("{name}.csv"), csv.into_bytes());
            }
        }
    }
    files.into_iter().collect()
}

fn section(edition: &Edition<'_>, sums: &ScopeTable, table: &Table, csv: &mut CsvText) {
    let catalogue = edition.renderer.catalogue;
    let form = edition.renderer.book.form(sums.form);
    let city = catalogue.word("city");
    let title = edition.renderer.table(table.id);
    csv.row([format!("{title} {city} {} [{}]", edition.year, form.source)]);
    csv.row([completeness(edition, sums, table)]);
    for block in &table.blocks {
        let title = catalogue.choose(&block.title_zh, &block.title_en);
        if !title.is_empty() {
            csv.row([title]);
        }
        if block.is_list() {
            list(edition, sums, table, block, csv);
        } else {
            grid(edition, sums, table, block, csv);
        }
    }
    for note in notes(edition, sums, table) {
        csv.row([note]);
    }
    let note = catalogue.choose(&table.note_zh, &table.note_en);
    if !note.is_empty() {
        csv.row([note]);
    }
}

/// What the printed figures leave out, and where they contradict each other.
fn notes(edition: &Edition<'_>, sums: &ScopeTable, table: &Table) -> Vec<String> {
    let catalogue = edition.renderer.catalogue;
    let own = || {
        sums.sums.iter().filter(|(item, _)| match item {
            CityItem::Slot(slot) => table.slots.contains(&slot.0),
            CityItem::Open(of, _) => *of == table.id,
            CityItem::Derived(..) => false,
        })
    };
    let count = |of: fn(&Sum) -> usize| own().map(|(_, sum)| of(sum)).sum::<usize>();
    let mut notes = Vec::new();
    let mut note = |key: &str, count: usize| {
        if count > 0 {
            notes.push(catalogue.phrase(key, &[("count", count.to_string())]));
        }
    };
    note("not_all_cells", count(|sum| sum.blanks));
    note("cells_approximate", count(|sum| sum.approximate));
    note("cells_unreadable", count(|sum| sum.unreadable));
    let differing: Vec<String> = own()
        .filter(|(_, sum)| sum.from_leaves.is_some() && sum.from_leaves != sum.value)
        .filter_map(|(item, sum)| {
            let CityItem::Slot(slot) = item else { return None };
            let amount = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
            let figure = edition.renderer.labels(*slot);
            let values = [("figure", figure), ("stated", amount(sum.value)), ("leaves", amount(sum.from_leaves))];
            Some(catalogue.phrase("total_differs", &values))
        })
        .collect();
    if !differing.is_empty() {
        let list = edition.renderer.list(differing);
        notes.push(catalogue.phrase("totals_differ", &[("list", list)]));
    }
    notes
}

/// "n of N returns, missing: ..."
fn completeness(edition: &Edition<'_>, sums: &ScopeTable, table: &Table) -> String {
    let renderer = edition.renderer;
    let catalogue = renderer.catalogue;
    let form = renderer.book.form(sums.form);
    let counted = sums.counted.get(&table.id).copied().unwrap_or(0);
    let owed = form.required && form.in_force(edition.year);
    let Some(roster) = renderer.roster.filter(|_| owed) else {
        let key = match (form.required, owed) {
            (true, false) => "completeness_other_form",
            (true, true) => "completeness_no_roster",
            (false, _) => "completeness_optional",
        };
        return catalogue.phrase(key, &[("counted", counted.to_string())]);
    };
    let missing = without(edition, table, roster);
    let names: Vec<&str> =
        missing.iter().filter_map(|place| roster.agencies().get(*place)).map(|agency| agency.name.as_str()).collect();
    let missing = if names.is_empty() { catalogue.word("none") } else { names.join(&catalogue.word("and")) };
    catalogue.phrase(
        "completeness",
        &[("counted", counted.to_string()), ("expected", roster.agencies().len().to_string()), ("missing", missing)],
    )
}

/// Agencies of the roster without a counted return that has the table.
fn without(edition: &Edition<'_>, table: &Table, roster: &Roster) -> Vec<usize> {
    let with: BTreeSet<usize> = edition
        .returns()
        .iter()
        .filter(|one| one.status == Status::Counted)
        .filter(|one| one.tables.iter().any(|reading| reading.counted && reading.table == table.id))
        .filter_map(|one| match one.agency {
            Agency::Listed(place) => Some(place),
            Agency::Named(_) => None,
        })
        .collect();
    (0..roster.agencies().len()).filter(|place| !with.contains(place)).collect()
}

fn list(edition: &Edition<'_>, sums: &ScopeTable, table: &Table, block: &Block, csv: &mut CsvText) {
    let catalogue = edition.renderer.catalogue;
    let corner = catalogue.choose(&table.corner_zh, &table.corner_en);
    let head = block.columns.first().map_or("", |column| catalogue.choose(&column.zh, &column.en));
    csv.row([corner, &catalogue.word("unit"), head, &catalogue.word("remark")]);
    let mut before: &[String] = &[];
    for (place, line) in block.rows.iter().enumerate() {
        for (depth, heading) in line.section.iter().enumerate() {
            if line.section.get(..=depth) != before.get(..=depth) {
                csv.row([heading, "", "", ""]);
            }
        }
        before = &line.section;
        let slot = block.slot(place, 0);
        let sum = sums.sums.get(&CityItem::Slot(slot));
        let slot = edition.renderer.book.slot(slot);
        let printed = slot.printed_unit.filter(|unit| unit.is_money());
        let unit = match printed {
            Some(unit) => unit.as_str(),
            None => &slot.unit,
        };
        let label = catalogue.choose(&line.zh, &line.en);
        csv.row([label, unit, &shown(sum, printed), &remark(edition, sum, printed)]);
    }
    for (item, sum) in &sums.sums {
        if let CityItem::Open(of, label) = item
            && *of == table.id
        {
            csv.row([label, &sum.unit, &shown(Some(sum), None), &remark(edition, Some(sum), None)]);
        }
    }
}

/// What the number leaves out: approximate figures, with the bounds that they allow.
fn remark(edition: &Edition<'_>, sum: Option<&Sum>, printed: Option<Unit>) -> String {
    let Some(sum) = sum.filter(|sum| sum.approximate > 0) else { return String::new() };
    let catalogue = edition.renderer.catalogue;
    let count = sum.approximate.to_string();
    match sum.bounds {
        Some((low, high)) => {
            let shown = |value| in_printed(value, printed);
            catalogue.phrase("approximate_between", &[("count", count), ("low", shown(low)), ("high", shown(high))])
        }
        None => catalogue.phrase("approximate_left_out", &[("count", count)]),
    }
}

fn grid(edition: &Edition<'_>, sums: &ScopeTable, table: &Table, block: &Block, csv: &mut CsvText) {
    let catalogue = edition.renderer.catalogue;
    let book = edition.renderer.book;
    let label_columns = block.rows.iter().map(|row| row.under.len() + 1).max().unwrap_or(1);
    let label_columns = if block.has_unlabelled_row() { 0 } else { label_columns };
    let head_rows = block.columns.iter().map(|column| column.under.len() + 1).max().unwrap_or(1);
    let form = book.form(table.form);
    let group = |zh: &String| catalogue.choose(zh, form.groups_en.get(zh).unwrap_or(zh)).to_owned();
    let own = |line: &Line, slot: crate::form::SlotId| {
        let label = catalogue.choose(&line.zh, &line.en).to_owned();
        let slot = book.slot(slot);
        if slot.kind == Kind::Money && slot.printed_unit.is_none() {
            format!("{label}（{}）", catalogue.phrase("unit_note", &[("unit", slot.unit.clone())]))
        } else {
            label
        }
    };
    for level in 0..head_rows {
        let corner = if level == 0 { catalogue.choose(&table.corner_zh, &table.corner_en) } else { "" };
        let mut cells: Vec<String> = (0..label_columns).map(|_| String::new()).collect();
        if let Some(first) = cells.first_mut() {
            corner.clone_into(first);
        }
        let mut before: Option<&[String]> = None;
        for (place, column) in block.columns.iter().enumerate() {
            let path = column.under.get(..=level).unwrap_or_default();
            cells.push(if !path.is_empty() && before == Some(path) {
                String::new()
            } else if let Some(name) = column.under.get(level) {
                group(name)
            } else if level == column.under.len() {
                own(column, block.slot(0, place))
            } else {
                String::new()
            });
            before = Some(path);
        }
        csv.row(cells);
    }
    let mut before: &[String] = &[];
    for (r, row) in block.rows.iter().enumerate() {
        let mut cells: Vec<String> = Vec::with_capacity(label_columns + block.columns.len());
        for level in 0..label_columns {
            let repeated = row.under.get(..=level).is_some_and(|path| before.get(..=level) == Some(path));
            cells.push(match row.under.get(level) {
                Some(_) if repeated => String::new(),
                Some(name) => group(name),
                None if level == row.under.len() => catalogue.choose(&row.zh, &row.en).to_owned(),
                None => String::new(),
            });
        }
        before = &row.under;
        for c in 0..block.columns.len() {
            let slot = block.slot(r, c);
            cells.push(shown(sums.sums.get(&CityItem::Slot(slot)), book.slot(slot).printed_unit));
        }
        csv.row(cells);
    }
}

/// The figure in the unit that the form prints; nothing where nobody stated a number.
fn shown(sum: Option<&Sum>, printed: Option<Unit>) -> String {
    sum.and_then(|sum| sum.value).map(|value| in_printed(value, printed)).unwrap_or_default()
}

fn in_printed(value: Amount, printed: Option<Unit>) -> String {
    printed.map_or_else(|| value.to_string(), |unit| in_unit(value, unit))
}

/// Money, kept in 元, in the printed unit: exact, by moving the decimal point.
fn in_unit(value: Amount, unit: Unit) -> String {
    // Scales of units are powers of ten.
    let zeros = usize::try_from(unit.scale().ilog10()).unwrap_or(0);
    if !unit.is_money() || zeros == 0 {
        return value.to_string();
    }
    let decimals = zeros + 4;
    let digits = value.ten_thousandths().unsigned_abs().to_string();
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value.is_negative() { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
