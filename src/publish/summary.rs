//! summary.csv, by_agency.csv and codebook.csv: the analyst's files.

use super::comparison::{self, Compared, Published};
use super::csv_text::CsvText;
use super::{Edition, PublishError};
use crate::consolidate::{CityItem, ItemNames, Scope, ScopeTable, Sum, counts, names, open_code, scope_name};
use crate::form::SlotId;
use crate::frames::MainThread;
use crate::returns::{Agency, Fact, Status};
use crate::trouble::{At, Trouble};
use crate::value::Amount;
use polars::prelude::PolarsResult;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The file's name.
pub(super) const SUMMARY: &str = "summary.csv";

const COLUMNS: [&str; 22] = [
    "year",
    "scope",
    "form",
    "table",
    "indicator",
    "indicator_label",
    "dimension",
    "dimension_label",
    "unit",
    "value",
    "low",
    "high",
    "returns_counted",
    "returns_expected",
    "blanks",
    "previous",
    "change",
    "change_pct",
    "from_leaves",
    "approximate",
    "unreadable",
    "derived",
];

/// A published sum with all that its row says of it.
struct Row<'a> {
    table: &'a ScopeTable,
    scope: String,
    names: ItemNames,
    sum: &'a Sum,
}

/// One row per scope, form and figure.
///
/// # Errors
/// When polars fails, which a sound program does not cause.
pub(super) fn summary(edition: &Edition<'_>, here: &MainThread) -> Result<Vec<u8>, PublishError> {
    let rows: Vec<Row<'_>> = edition
        .city
        .tables
        .iter()
        .flat_map(|table| {
            let scope = scope_name(&table.scope, edition.renderer);
            table.sums.iter().map(move |(item, sum)| Row {
                table,
                scope: scope.clone(),
                names: names(item, sum, edition.renderer),
                sum,
            })
        })
        .collect();
    let compared = compared(edition, &rows, here)
        .map_err(|error| At { path: SUMMARY.into(), trouble: Trouble::Other(error.to_string()) })?;
    let mut csv = CsvText::new(edition.bom);
    csv.row(COLUMNS);
    for (row, compared) in rows.iter().zip(compared) {
        summary_row(edition, row, compared, &mut csv);
    }
    Ok(csv.into_bytes())
}

/// The rows beside last year's. A form that is not in force has no place in a series of years.
fn compared(edition: &Edition<'_>, rows: &[Row<'_>], here: &MainThread) -> PolarsResult<Vec<Compared>> {
    let form = |row: &Row<'_>| edition.renderer.book.form(row.table.form);
    let Some(earlier) = edition.earlier else { return Ok(vec![Compared::default(); rows.len()]) };
    let published = |row: &Row<'_>| Published {
        scope: row.scope.clone(),
        required: form(row).required,
        code: row.names.code(),
        value: row.sum.value,
    };
    let in_series = |row: &&Row<'_>| form(row).in_force(edition.year);
    let series: Vec<Published> = rows.iter().filter(in_series).map(published).collect();
    let mut compared = comparison::compare(&series, earlier, here)?.into_iter();
    let of_row =
        |row: &Row<'_>| if in_series(&row) { compared.next().unwrap_or_default() } else { Compared::default() };
    Ok(rows.iter().map(of_row).collect())
}

fn summary_row(edition: &Edition<'_>, row: &Row<'_>, compared: Compared, csv: &mut CsvText) {
    let Row { table, scope, names, sum } = row;
    let book = edition.renderer.book;
    let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let Compared { previous, change } = compared;
    csv.field(&edition.year.to_string())
        .field(scope)
        .field(&book.form(table.form).code)
        .field(&book.table(names.table).code)
        .fields([&names.indicator, &names.indicator_label, &names.dimension, &names.dimension_label, &names.unit])
        .field(&text(sum.value))
        .field(&text(sum.bounds.map(|(low, _)| low)))
        .field(&text(sum.bounds.map(|(_, high)| high)))
        .field(&sum.returns.to_string())
        .field(&table.expected.to_string())
        .field(&sum.blanks.to_string())
        .field(&text(previous))
        .field(&text(change))
        .field(&change.zip(previous).and_then(|(change, before)| percent(change, before)).unwrap_or_default())
        .field(&text(sum.from_leaves))
        .field(&sum.approximate.to_string())
        .field(&sum.unreadable.to_string())
        .field(if names.derived { "true" } else { "false" })
        .end();
}

/// A change in per cent of the earlier figure, to two decimals, half away from zero; none if that was zero.
fn percent(change: Amount, before: Amount) -> Option<String> {
    let (change, before) = (change.ten_thousandths(), before.ten_thousandths());
    if before == 0 {
        return None;
    }
    let doubled = change.checked_mul(20_000)?.checked_div(before)?;
    let rounded = (doubled.abs() + 1) / 2;
    let sign = if doubled < 0 && rounded != 0 { "-" } else { "" };
    Some(format!("{sign}{}.{:02}", rounded / 100, rounded % 100))
}

/// Codes of all figures that the year's returns can have, in the order of the rulebook, without repetition.
fn codes(edition: &Edition<'_>) -> Vec<SlotId> {
    let book = edition.renderer.book;
    let mut seen = BTreeSet::new();
    let mut slots = Vec::new();
    let forms: BTreeSet<_> = edition.city.tables.iter().map(|table| table.form).collect();
    for form in forms {
        for slot in book.form(form).slots.clone().map(SlotId) {
            if seen.insert(book.slot(slot).code.as_str()) {
                slots.push(slot);
            }
        }
    }
    slots
}

/// One row per agency, one column per code.
pub(super) fn by_agency(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let book = renderer.book;
    let slots = codes(edition);
    let open: BTreeSet<String> = edition
        .returns()
        .iter()
        .filter(|one| one.status == Status::Counted)
        .flat_map(|one| one.open.iter().filter(|category| counts(one, category.table)).map(|c| open_code(&c.label)))
        .collect();
    let mut csv = CsvText::new(edition.bom);
    csv.fields(["year", "agency_id", "agency", "group", "state", "forms"]);
    csv.fields(slots.iter().map(|slot| &book.slot(*slot).code)).fields(&open).end();
    let mut agencies: BTreeMap<Agency, Vec<&crate::returns::Return>> = BTreeMap::new();
    if let Some(roster) = renderer.roster {
        agencies.extend((0..roster.agencies().len()).map(|place| (Agency::Listed(place), Vec::new())));
    }
    let returns = edition.returns();
    for one in returns.iter().filter(|one| one.status == Status::Counted) {
        agencies.entry(one.agency.clone()).or_default().push(one);
    }
    let place_of: BTreeMap<&str, usize> =
        slots.iter().enumerate().map(|(place, slot)| (book.slot(*slot).code.as_str(), place)).collect();
    let standing = |agency: &Agency| edition.standings.get(agency).map(|(standing, _)| *standing).unwrap_or_default();
    let row = |(agency, returns): &(Agency, Vec<&crate::returns::Return>)| {
        let mut csv = CsvText::new(false);
        let group = match agency {
            Agency::Listed(place) => renderer
                .roster
                .and_then(|roster| roster.agencies().get(*place))
                .and_then(|agency| agency.group.clone())
                .unwrap_or_default(),
            Agency::Named(_) => String::new(),
        };
        let mut values: Vec<String> = vec![String::new(); slots.len()];
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        // Where two forms of the year ask for one figure, the form that everyone owes speaks last.
        let optional = returns.iter().filter(|one| !book.form(one.form).required);
        for one in optional.chain(returns.iter().filter(|one| book.form(one.form).required)) {
            for fact in &one.facts {
                let Some(value) = Fact::value(fact).map(|value| value.to_string()) else { continue };
                if let Some(slot) = fact.item.as_slot().map(|slot| book.slot(slot)) {
                    let cell = place_of.get(slot.code.as_str()).and_then(|place| values.get_mut(*place));
                    if let Some(cell) = cell.filter(|_| counts(one, slot.table)) {
                        *cell = value;
                    }
                } else if let Some(category) = fact.item.as_open().and_then(|place| one.open.get(place)) {
                    own.insert(open_code(&category.label), value);
                }
            }
        }
        let mut forms: Vec<&str> = returns.iter().map(|one| book.form(one.form).code.as_str()).collect();
        forms.sort_unstable();
        forms.dedup();
        csv.field(&edition.year.to_string())
            .field(renderer.agency_id(agency))
            .field(renderer.agency(agency))
            .field(&group)
            .field(standing(agency).as_str())
            .field(&forms.join("+"))
            .fields(&values)
            .fields(open.iter().map(|code| own.get(code).map_or("", String::as_str)))
            .end();
        csv.into_bytes()
    };
    let agencies: Vec<(Agency, Vec<&crate::returns::Return>)> = agencies.into_iter().collect();
    let rows: Vec<Vec<u8>> = edition.workers.install(|| agencies.par_iter().map(row).collect());
    let mut bytes = csv.into_bytes();
    bytes.extend(rows.into_iter().flatten());
    bytes
}

/// What every code means.
pub(super) fn codebook(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let book = renderer.book;
    let mut csv = CsvText::new(edition.bom);
    csv.row(["code", "table", "label_zh", "label_en", "unit", "kind", "forms"]);
    let mut rows: Vec<(String, [String; 5], Vec<String>)> = Vec::new();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |code: String, row: [String; 5], form: &str| match place.get(&code).and_then(|at| rows.get_mut(*at)) {
        Some((_, _, forms)) => forms.push(form.to_owned()),
        None => {
            place.insert(code.clone(), rows.len());
            rows.push((code, row, vec![form.to_owned()]));
        }
    };
    let joined = |a: &str, b: &str| if b.is_empty() { a.to_owned() } else { format!("{a} / {b}") };
    for form in book.forms.iter().rev() {
        for slot in form.slots.clone().map(|id| book.slot(SlotId(id))) {
            let row = [
                book.table(slot.table).code.clone(),
                joined(&slot.indicator_zh, &slot.dimension_zh),
                joined(&slot.indicator_en, &slot.dimension_en),
                slot.unit.clone(),
                slot.kind_name(),
            ];
            add(slot.code.clone(), row, &form.code);
        }
        for table in form.tables.iter().map(|id| book.table(*id)) {
            for derived in &table.derived {
                for (dimension, slots) in &derived.sums {
                    let Some(slot) = slots.first().map(|slot| book.slot(*slot)) else { continue };
                    let row = [
                        table.code.clone(),
                        joined(&derived.zh, &slot.dimension_zh),
                        joined(&derived.en, &slot.dimension_en),
                        slot.unit.clone(),
                        format!("{}/derived", slot.kind_name()),
                    ];
                    add(format!("{}:{dimension}", derived.indicator), row, &form.code);
                }
            }
        }
    }
    for (code, [table, zh, en, unit, kind], forms) in rows {
        csv.fields([&code, &table, &zh, &en, &unit, &kind]).field(&forms.join("+")).end();
    }
    let mut open: BTreeMap<String, (String, String, String)> = BTreeMap::new();
    for table in edition.city.tables.iter().filter(|table| table.scope == Scope::City) {
        for (item, sum) in &table.sums {
            if let CityItem::Open(id, label) = item {
                let table = book.table(*id).code.clone();
                open.entry(open_code(label)).or_insert((table, label.clone(), sum.unit.clone()));
            }
        }
    }
    for (code, (table, label, unit)) in open {
        csv.row([code.as_str(), &table, &label, &label, &unit, "count/open", ""]);
    }
    csv.into_bytes()
}
