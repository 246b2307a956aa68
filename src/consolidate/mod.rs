//! From returns to the city: exact sums by scope, by two independent routes.
//!
//! Route one adds up every figure as it was stated. Route two adds up the leaves (figures that are no total) and works
//! the totals out from them. Where they differ, the returns that cause it are named.

mod names;
mod routes;
mod tally;

use crate::agency::roster::Roster;
use crate::finding::Finding;
use crate::form::{FormId, Rulebook, SlotId, TableId};
use crate::returns::{Agency, Return, Status};
use crate::value::Amount;
pub(crate) use names::{ItemNames, item_code, names, open_code, scope_name};
use std::collections::{BTreeMap, BTreeSet};
use tally::{Bucket, Cell, OpenItems, Part};

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

/// Consolidates one year's counted returns.
#[must_use]
pub(crate) fn consolidate(year: u16, returns: &[&Return], book: &Rulebook, roster: Option<&Roster>) -> City {
    let counted: Vec<&Return> = returns.iter().copied().filter(|one| one.status == Status::Counted).collect();
    let scopes = scopes(roster);
    let buckets = Buckets::new(&counted, &scopes, roster);
    let open = OpenCategories::of(&counted);
    let tally = tally::add_up(&buckets.filled(&counted), &open.items, book);

    let forms: BTreeSet<FormId> = counted.iter().map(|one| one.form).chain(book.required_form(year)).collect();
    let mut tables = Vec::new();
    for (number, (scope, agencies)) in scopes.iter().enumerate() {
        for form in &forms {
            let mut summed = Part::default();
            for bucket in buckets.within(number) {
                if let Some(part) = tally.get(&(bucket, *form)) {
                    summed.add(part);
                }
            }
            let required = book.form(*form).required && book.form(*form).in_force(year);
            if summed.returns.is_empty() && !(required && *scope == Scope::City) {
                continue;
            }
            let expected = match agencies {
                Some(agencies) if required => agencies.len(),
                _ => summed.returns.values().copied().max().unwrap_or(0),
            };
            let table = ScopeTable {
                scope: scope.clone(),
                form: *form,
                expected,
                counted: std::mem::take(&mut summed.returns),
                sums: BTreeMap::new(),
            };
            tables.push(fill(table, &summed, &open, book));
        }
    }
    let mut city = City { year, tables, findings: Vec::new() };
    city.findings = routes::compare(&city, &counted, book);
    city
}

/// Agencies that belong to the same scopes share a bucket: each figure is added up once, however many scopes there are.
struct Buckets {
    /// The scopes of every bucket.
    scopes: Vec<Vec<usize>>,
    /// The bucket of every return.
    of_return: Vec<Bucket>,
}

impl Buckets {
    fn new(counted: &[&Return], scopes: &[(Scope, Option<BTreeSet<usize>>)], roster: Option<&Roster>) -> Self {
        let mut known: BTreeMap<Vec<usize>, Bucket> = BTreeMap::new();
        let mut of_agency: BTreeMap<&Agency, Bucket> = BTreeMap::new();
        let mut buckets = Buckets { scopes: Vec::new(), of_return: Vec::with_capacity(counted.len()) };
        for one in counted {
            let bucket = *of_agency.entry(&one.agency).or_insert_with(|| {
                let member = members(&one.agency, scopes, roster);
                *known.entry(member.clone()).or_insert_with(|| {
                    buckets.scopes.push(member);
                    buckets.scopes.len() - 1
                })
            });
            buckets.of_return.push(bucket);
        }
        buckets
    }

    /// The returns with their buckets.
    fn filled<'r>(&self, counted: &[&'r Return]) -> Vec<(&'r Return, Bucket)> {
        counted.iter().copied().zip(self.of_return.iter().copied()).collect()
    }

    /// The buckets that belong to a scope.
    fn within(&self, scope: usize) -> impl Iterator<Item = Bucket> {
        self.scopes.iter().enumerate().filter(move |(_, scopes)| scopes.contains(&scope)).map(|(bucket, _)| bucket)
    }
}

/// The year's open categories: one item for every table and normal form of a label.
struct OpenCategories {
    items: OpenItems,
    /// How each is first written, and its unit.
    labels: BTreeMap<(TableId, String), (String, String)>,
}

impl OpenCategories {
    fn of(counted: &[&Return]) -> Self {
        let mut labels = BTreeMap::new();
        for category in counted.iter().flat_map(|one| &one.open) {
            labels
                .entry((category.table, crate::label::key(&category.label)))
                .or_insert_with(|| (category.label.clone(), category.unit.clone()));
        }
        OpenCategories { items: labels.keys().cloned().zip(0..).collect(), labels }
    }
}

/// Whether the figures of a return's table are counted.
#[must_use]
pub(crate) fn counts(one: &Return, table: TableId) -> bool {
    one.status == Status::Counted && one.tables.iter().any(|reading| reading.table == table && reading.counted)
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

fn fill(mut table: ScopeTable, summed: &Part, open: &OpenCategories, book: &Rulebook) -> ScopeTable {
    let form = book.form(table.form);
    let nobody = Cell::default();
    let sum_of = |cell: Option<&Cell>, returns: usize| {
        let cell = cell.unwrap_or(&nobody);
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
            unit: String::new(),
        }
    };
    for slot in form.slots.clone().map(SlotId) {
        let returns = table.counted.get(&book.slot(slot).table).copied().unwrap_or(0);
        table.sums.insert(CityItem::Slot(slot), sum_of(summed.slots.get(form.offset(slot)), returns));
    }
    // Route two: totals from leaves.
    for slot in form.slots.clone().map(SlotId) {
        let leaves = routes::leaves(slot, &form.identities);
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
        for (category, (label, unit)) in open.labels.iter().filter(|((of, _), _)| of == id) {
            let Some(cell) = open.items.get(category).and_then(|item| summed.open.get(item)) else { continue };
            let sum = Sum { unit: unit.clone(), ..sum_of(Some(cell), returns) };
            table.sums.insert(CityItem::Open(*id, label.clone()), sum);
        }
    }
    table
}
