//! From returns to the city: exact sums by scope with polars, by two independent routes.
//!
//! Route one adds up every figure as it was stated. Route two adds up the leaves (figures that are no total) and works
//! the totals out from them. Where they differ, the returns that cause it are named.

use crate::address::FileId;
use crate::agency::roster::Roster;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{FormId, Identity, Level, Rulebook, Shape, SlotId, TableId};
use crate::returns::{Agency, Fact, Return, Status};
use crate::value::{Amount, Meaning};
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// So many returns are handed to polars at a time, so that memory does not grow with the facts twice.
const PORTION: usize = 256;
/// Digits and decimals of a sum: ten-thousandths, as in [`Amount`].
const PRECISION: usize = 38;
const SCALE: usize = 4;

/// A part of the city for which sums are published.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All counted returns.
    City,
    /// An agency of the roster with all below it.
    Node(usize),
    /// All agencies of a group.
    Group(String),
}

/// A published figure's meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CityItem {
    /// A figure of the form.
    Slot(SlotId),
    /// A sum that the form does not print: table, which sum, which dimension.
    Derived(TableId, usize, usize),
    /// A category that the form does not list, under its label.
    Open(TableId, String),
}

/// A published figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Sum of the figures as stated; none if nobody stated a number.
    pub value: Option<Amount>,
    /// The same figure worked out from the leaves; none for leaves.
    pub from_leaves: Option<Amount>,
    /// Lower and upper bound, where approximate figures are left out of the value.
    pub bounds: Option<(Amount, Amount)>,
    /// How many returns stated a number.
    pub numbers: usize,
    /// How many figures were left blank or struck out.
    pub blanks: usize,
    /// How many figures were approximate.
    pub approximate: usize,
    /// How many figures were unreadable.
    pub unreadable: usize,
    /// Counted returns with this table.
    pub returns: usize,
    /// Unit of an open category, as written.
    pub unit: String,
}

/// One scope's figures on one form.
#[derive(Debug)]
pub struct ScopeTable {
    /// The scope.
    pub scope: Scope,
    /// The form.
    pub form: FormId,
    /// Returns that should be there: agencies of the scope, for a form that everybody owes.
    pub expected: usize,
    /// How many returns are counted, by table.
    pub counted: BTreeMap<TableId, usize>,
    /// The figures.
    pub sums: BTreeMap<CityItem, Sum>,
}

/// A year's consolidation.
#[derive(Debug)]
pub struct City {
    /// Report year.
    pub year: u16,
    /// Scopes and forms, in order of publication.
    pub tables: Vec<ScopeTable>,
    /// What the comparison of routes found.
    pub findings: Vec<Finding>,
}

impl City {
    /// The figures of a scope on a form.
    #[must_use]
    pub fn table(&self, scope: &Scope, form: FormId) -> Option<&ScopeTable> {
        self.tables.iter().find(|table| table.scope == *scope && table.form == form)
    }
}

/// One row of the grouped facts.
#[derive(Clone, Debug, Default)]
struct Cell {
    sum: i128,
    numbers: usize,
    approximate: usize,
    /// Approximate figures that allow no bounds.
    unbounded: usize,
    unreadable: usize,
    low: i128,
    high: i128,
    unit: String,
}

/// Consolidates one year's counted returns.
///
/// # Errors
/// When polars fails, which a sound program does not cause.
pub fn consolidate(year: u16, returns: &[&Return], book: &Rulebook, roster: Option<&Roster>) -> PolarsResult<City> {
    let counted: Vec<&Return> = returns.iter().copied().filter(|one| one.status == Status::Counted).collect();
    let scopes = scopes(roster);
    // Agencies that belong to the same scopes are summed together before the scopes are.
    let mut buckets: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    let bucket_of: Vec<u32> = counted
        .iter()
        .map(|one| {
            let member = members(&one.agency, &scopes, roster);
            let next = u32::try_from(buckets.len()).unwrap_or(u32::MAX);
            *buckets.entry(member).or_insert(next)
        })
        .collect();
    let mut open: BTreeMap<(TableId, String), u32> = BTreeMap::new();
    for category in counted.iter().flat_map(|one| &one.open) {
        open.entry((category.table, crate::label::key(&category.label))).or_insert(0);
    }
    let first_open = u32::try_from(book.slots.len()).unwrap_or(u32::MAX);
    for (id, place) in (first_open..).zip(open.values_mut()) {
        *place = id;
    }
    let open_names: BTreeMap<u32, (TableId, String)> = open.iter().map(|(name, id)| (*id, name.clone())).collect();
    let cells = grouped(&counted, &bucket_of, &open, book)?;
    let labels = open_labels(&counted);

    let forms: BTreeSet<FormId> = counted.iter().map(|one| one.form).chain(book.required_form(year)).collect();
    let mut tables = Vec::new();
    for (number, (scope, agencies)) in scopes.iter().enumerate() {
        for form in &forms {
            let mut summed: BTreeMap<u32, Cell> = BTreeMap::new();
            for (member, bucket) in buckets.iter().filter(|(member, _)| member.contains(&number)) {
                let _ = member;
                for ((_, item), cell) in cells.range((*bucket, 0)..=(*bucket, u32::MAX)) {
                    add(summed.entry(*item).or_default(), cell);
                }
            }
            let mut counts: BTreeMap<TableId, usize> = BTreeMap::new();
            for (one, bucket) in counted.iter().zip(&bucket_of) {
                let inside = buckets.iter().any(|(member, id)| id == bucket && member.contains(&number));
                for table in one.tables.iter().filter(|table| inside && one.form == *form && table.counted) {
                    *counts.entry(table.table).or_default() += 1;
                }
            }
            let required = book.form(*form).required && book.form(*form).in_force(year);
            if counts.is_empty() && !(required && *scope == Scope::City) {
                continue;
            }
            let expected = match agencies {
                Some(agencies) if required => agencies.len(),
                _ => counts.values().copied().max().unwrap_or(0),
            };
            let table =
                ScopeTable { scope: scope.clone(), form: *form, expected, counted: counts, sums: BTreeMap::new() };
            tables.push(fill(table, &summed, &open_names, &labels, book));
        }
    }
    let mut city = City { year, tables, findings: Vec::new() };
    city.findings = compare_routes(&city, &counted, book);
    Ok(city)
}

/// Adds up the facts by bucket and item, portion by portion.
fn grouped(
    counted: &[&Return],
    bucket_of: &[u32],
    open: &BTreeMap<(TableId, String), u32>,
    book: &Rulebook,
) -> PolarsResult<BTreeMap<(u32, u32), Cell>> {
    let members: Vec<(&Return, u32)> = counted.iter().copied().zip(bucket_of.iter().copied()).collect();
    let portions: Vec<BTreeMap<(u32, u32), Cell>> = members
        .par_chunks(PORTION)
        .map(|portion| {
            let mut rows = Rows::default();
            for (one, bucket) in portion {
                let tables: Vec<TableId> =
                    one.tables.iter().filter(|reading| reading.counted).map(|reading| reading.table).collect();
                for fact in &one.facts {
                    let item = match (fact.item.as_slot(), fact.item.as_open()) {
                        (Some(slot), _) if tables.contains(&book.slot(slot).table) => u32::from(slot.0),
                        (None, Some(place)) => {
                            let category = one.open.get(place).filter(|category| tables.contains(&category.table));
                            let id = category.and_then(|c| open.get(&(c.table, crate::label::key(&c.label))));
                            let Some(id) = id else { continue };
                            *id
                        }
                        _ => continue,
                    };
                    rows.push(*bucket, item, fact);
                }
            }
            rows.sums()
        })
        .collect::<PolarsResult<_>>()?;
    // Whole numbers add up the same in every order; portions are merged in theirs all the same.
    let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
    for (place, cell) in portions.into_iter().flatten() {
        add(cells.entry(place).or_default(), &cell);
    }
    Ok(cells)
}

/// Whether the figures of a return's table are counted.
#[must_use]
pub fn counts(one: &Return, table: TableId) -> bool {
    one.status == Status::Counted && one.tables.iter().any(|reading| reading.table == table && reading.counted)
}

#[derive(Default)]
struct Rows {
    bucket: Vec<u32>,
    item: Vec<u32>,
    value: Vec<Option<i128>>,
    approximate: Vec<bool>,
    unbounded: Vec<bool>,
    unreadable: Vec<bool>,
    low: Vec<i128>,
    high: Vec<i128>,
    any_approximate: bool,
}

impl Rows {
    fn push(&mut self, bucket: u32, item: u32, fact: &Fact) {
        let value = fact.ten_thousandths().map(i128::from);
        let bounds = fact.bounds().map(|(low, high)| (low.ten_thousandths(), high.ten_thousandths()));
        let (low, high) = bounds.unwrap_or((value.unwrap_or(0), value.unwrap_or(0)));
        let approximate = fact.meaning == Meaning::Approximate;
        self.any_approximate |= approximate;
        self.bucket.push(bucket);
        self.item.push(item);
        self.value.push(value);
        self.approximate.push(approximate);
        self.unbounded.push(approximate && bounds.is_none());
        self.unreadable.push(fact.meaning == Meaning::Text);
        // Until the first approximate figure comes, bounds are not kept.
        if self.any_approximate {
            let before = self.value.len() - 1;
            if self.low.len() < before {
                self.low.extend(self.value.iter().take(before).skip(self.low.len()).map(|value| value.unwrap_or(0)));
                self.high.extend(self.value.iter().take(before).skip(self.high.len()).map(|value| value.unwrap_or(0)));
            }
            self.low.push(low);
            self.high.push(high);
        }
    }

    /// Adds up by bucket and item.
    fn sums(self) -> PolarsResult<BTreeMap<(u32, u32), Cell>> {
        let mut cells = BTreeMap::new();
        if self.bucket.is_empty() {
            return Ok(cells);
        }
        let decimal = |name: &str, values: Vec<Option<i128>>| -> PolarsResult<Column> {
            let chunked = Int128Chunked::from_iter_options(name.into(), values.into_iter());
            Ok(chunked.into_decimal(PRECISION, SCALE)?.into_series().into_column())
        };
        let some = |values: Vec<i128>| values.into_iter().map(Some).collect::<Vec<_>>();
        let ones = |name: &str, flags: Vec<bool>| {
            Column::new(name.into(), flags.into_iter().map(u32::from).collect::<Vec<u32>>())
        };
        let numbers: Vec<bool> = self.value.iter().map(Option::is_some).collect();
        let mut columns = vec![
            Column::new("bucket".into(), self.bucket),
            Column::new("item".into(), self.item),
            decimal("value", self.value)?,
            ones("numbers", numbers),
            ones("approximate", self.approximate),
            ones("unreadable", self.unreadable),
        ];
        let mut summed = vec!["value", "numbers", "approximate", "unreadable"];
        // Approximate figures are rare: their bounds cost nothing where there are none.
        if self.any_approximate {
            columns.push(ones("unbounded", self.unbounded));
            columns.push(decimal("low", some(self.low))?);
            columns.push(decimal("high", some(self.high))?);
            summed.extend(["unbounded", "low", "high"]);
        }
        let frame = DataFrame::new_infer_height(columns)?;
        // The lazy engine would do the same, but brings a network client along.
        #[allow(deprecated, reason = "see above")]
        let grouped = frame.group_by(["bucket", "item"])?.select(summed).sum()?;
        let bucket = grouped.column("bucket")?.u32()?;
        let item = grouped.column("item")?.u32()?;
        let numbers = grouped.column("numbers_sum")?.u32()?;
        let approximate = grouped.column("approximate_sum")?.u32()?;
        let unreadable = grouped.column("unreadable_sum")?.u32()?;
        let sum = grouped.column("value_sum")?.decimal()?.physical();
        let (unbounded, low, high) = if self.any_approximate {
            let bound = |name: &str| -> PolarsResult<_> { Ok(grouped.column(name)?.decimal()?.physical()) };
            (Some(grouped.column("unbounded_sum")?.u32()?), bound("low_sum")?, bound("high_sum")?)
        } else {
            (None, sum, sum)
        };
        let size = |value: Option<u32>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
        for row in 0..grouped.height() {
            let (Some(bucket), Some(item)) = (bucket.get(row), item.get(row)) else { continue };
            let cell = Cell {
                sum: sum.get(row).unwrap_or(0),
                numbers: size(numbers.get(row)),
                approximate: size(approximate.get(row)),
                unbounded: size(unbounded.and_then(|unbounded| unbounded.get(row))),
                unreadable: size(unreadable.get(row)),
                low: low.get(row).unwrap_or(0),
                high: high.get(row).unwrap_or(0),
                unit: String::new(),
            };
            cells.insert((bucket, item), cell);
        }
        Ok(cells)
    }
}

fn add(to: &mut Cell, more: &Cell) {
    to.sum += more.sum;
    to.numbers += more.numbers;
    to.approximate += more.approximate;
    to.unbounded += more.unbounded;
    to.unreadable += more.unreadable;
    to.low += more.low;
    to.high += more.high;
    if to.unit.is_empty() {
        to.unit.clone_from(&more.unit);
    }
}

// ------------------------------------------------------------------------------------------------ scopes

/// All scopes with their agencies; without a roster only the city, whose agencies nobody knows.
fn scopes(roster: Option<&Roster>) -> Vec<(Scope, Option<BTreeSet<usize>>)> {
    let Some(roster) = roster else { return vec![(Scope::City, None)] };
    let mut scopes = vec![(Scope::City, Some((0..roster.agencies().len()).collect()))];
    for place in 0..roster.agencies().len() {
        if !roster.children(place).is_empty() {
            let below: BTreeSet<usize> = roster.descendants(place).into_iter().chain([place]).collect();
            scopes.push((Scope::Node(place), Some(below)));
        }
    }
    for (group, agencies) in roster.groups() {
        scopes.push((Scope::Group(group.to_owned()), Some(agencies.into_iter().collect())));
    }
    scopes
}

fn members(agency: &Agency, scopes: &[(Scope, Option<BTreeSet<usize>>)], roster: Option<&Roster>) -> Vec<usize> {
    let inside = |agencies: &Option<BTreeSet<usize>>| match (agency, agencies) {
        (_, None) => true,
        (Agency::Listed(place), Some(agencies)) => roster.is_some() && agencies.contains(place),
        (Agency::Named(_), Some(_)) => false,
    };
    scopes.iter().enumerate().filter(|(_, (_, agencies))| inside(agencies)).map(|(number, _)| number).collect()
}

/// How each open category is first written, and its unit, by table and normal form.
fn open_labels(counted: &[&Return]) -> BTreeMap<(TableId, String), (String, String)> {
    let mut labels = BTreeMap::new();
    for category in counted.iter().flat_map(|one| &one.open) {
        labels
            .entry((category.table, crate::label::key(&category.label)))
            .or_insert_with(|| (category.label.clone(), category.unit.clone()));
    }
    labels
}

fn fill(
    mut table: ScopeTable,
    summed: &BTreeMap<u32, Cell>,
    open: &BTreeMap<u32, (TableId, String)>,
    labels: &BTreeMap<(TableId, String), (String, String)>,
    book: &Rulebook,
) -> ScopeTable {
    let form = book.form(table.form);
    let sum_of = |item: u32, returns: usize| {
        let cell = summed.get(&item).cloned().unwrap_or_default();
        Sum {
            value: (cell.numbers > 0).then(|| Amount::from_ten_thousandths(cell.sum)),
            from_leaves: None,
            bounds: (cell.approximate > 0 && cell.unbounded == 0)
                .then(|| (Amount::from_ten_thousandths(cell.low), Amount::from_ten_thousandths(cell.high))),
            numbers: cell.numbers,
            blanks: returns.saturating_sub(cell.numbers + cell.approximate + cell.unreadable),
            approximate: cell.approximate,
            unreadable: cell.unreadable,
            returns,
            unit: cell.unit,
        }
    };
    for slot in form.slots.clone().map(SlotId) {
        let returns = table.counted.get(&book.slot(slot).table).copied().unwrap_or(0);
        table.sums.insert(CityItem::Slot(slot), sum_of(u32::from(slot.0), returns));
    }
    // Route two: totals from leaves.
    for slot in form.slots.clone().map(SlotId) {
        let leaves = leaves(slot, &form.identities);
        if leaves != [slot] {
            let values = leaves.iter().filter_map(|leaf| table.sums.get(&CityItem::Slot(*leaf))?.value);
            let total = values.fold(None, |sum: Option<Amount>, value| Some(sum.unwrap_or(Amount::ZERO) + value));
            if let Some(sum) = table.sums.get_mut(&CityItem::Slot(slot)) {
                sum.from_leaves = total;
            }
        }
    }
    for id in &form.tables {
        let definition = book.table(*id);
        let returns = table.counted.get(id).copied().unwrap_or(0);
        for (which, derived) in definition.derived.iter().enumerate() {
            for (dimension, (_, slots)) in derived.sums.iter().enumerate() {
                let parts: Vec<&Sum> = slots.iter().filter_map(|slot| table.sums.get(&CityItem::Slot(*slot))).collect();
                let value = parts
                    .iter()
                    .filter_map(|part| part.value)
                    .fold(None, |sum: Option<Amount>, value| Some(sum.unwrap_or(Amount::ZERO) + value));
                let approximate: usize = parts.iter().map(|part| part.approximate).sum();
                // A part without approximate figures is bounded by its own value.
                let bounds = parts.iter().try_fold((Amount::ZERO, Amount::ZERO), |(low, high), part| {
                    let exact = part.value.unwrap_or(Amount::ZERO);
                    let own = if part.approximate > 0 { part.bounds? } else { (exact, exact) };
                    Some((low + own.0, high + own.1))
                });
                let sum = Sum {
                    value,
                    bounds: bounds.filter(|_| approximate > 0),
                    approximate,
                    numbers: parts.iter().map(|part| part.numbers).sum(),
                    blanks: parts.iter().map(|part| part.blanks).sum(),
                    unreadable: parts.iter().map(|part| part.unreadable).sum(),
                    returns,
                    ..Sum::default()
                };
                table.sums.insert(CityItem::Derived(*id, which, dimension), sum);
            }
        }
        for (item, (_, key)) in open.iter().filter(|(_, (of, _))| of == id) {
            if summed.contains_key(item) {
                let (label, unit) = labels.get(&(*id, key.clone())).cloned().unwrap_or_default();
                let mut sum = sum_of(*item, returns);
                sum.unit = unit;
                table.sums.insert(CityItem::Open(*id, label), sum);
            }
        }
    }
    table
}

/// The leaves that a figure is the total of; a leaf is its own.
fn leaves(slot: SlotId, identities: &[Identity]) -> Vec<SlotId> {
    let total = identities.iter().find(|identity| identity.shape == Shape::Total && identity.whole == [slot]);
    match total {
        None => vec![slot],
        Some(identity) => identity.parts.iter().flat_map(|term| leaves(term.slot, identities)).collect(),
    }
}

/// Compares both routes for the city and names the returns that make them differ.
fn compare_routes(city: &City, counted: &[&Return], book: &Rulebook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in city.tables.iter().filter(|table| table.scope == Scope::City) {
        let form = book.form(table.form);
        for (item, sum) in &table.sums {
            let (CityItem::Slot(slot), Some(stated), Some(worked_out)) = (item, sum.value, sum.from_leaves) else {
                continue;
            };
            if stated == worked_out {
                continue;
            }
            let leaves = leaves(*slot, &form.identities);
            let causes: Vec<(FileId, Amount)> = counted
                .iter()
                .filter(|one| one.form == table.form && counts(one, book.slot(*slot).table))
                .filter_map(|one| {
                    let value = |slot: &SlotId| one.fact(*slot).and_then(Fact::value);
                    let own = leaves.iter().filter_map(value).fold(Amount::ZERO, |sum, value| sum + value);
                    let difference = value(slot).unwrap_or(Amount::ZERO) - own;
                    (difference != Amount::ZERO).then_some((one.file, difference))
                })
                .collect();
            let mut finding = Finding::new(Level::Note, "route.difference", "route_difference")
                .about(Subject::Slot(*slot))
                .values(stated, worked_out)
                .with("figure", Arg::Slot(*slot))
                .with("count", Arg::Count(causes.len()))
                .with("causes", Arg::Causes(causes));
            finding.year = Some(city.year);
            finding.difference = Some(stated - worked_out);
            findings.push(finding);
        }
    }
    findings
}
