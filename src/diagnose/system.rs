//! A table's identities as linear equations over its cells.
//!
//! An equation says that its whole less its parts is nothing; what it comes to is its residual. A formula that adds up
//! cells follows them: changing a part changes the total as well, so an error in a part is swallowed by the total, and
//! the equation between them says nothing. Such a cell is no candidate; its part's effect goes through it.

use crate::form::{Identity, Rulebook, Shape, SlotId, TableId};
use crate::returns::{Fact, Return};
use crate::value::{Amount, Kind, Meaning};
use std::collections::BTreeMap;

/// A cell of the table.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The figure.
    pub slot: SlotId,
    /// What it says; none where it says nothing that can be used: unreadable, approximate, or a total left blank.
    pub value: Option<Amount>,
    /// Whether the sender typed nothing here.
    pub blank: bool,
    /// Whether it may be corrected: it is no formula that follows other cells.
    pub candidate: bool,
    /// Whether it is a formula: nobody mistyped it, though it may add up the wrong cells.
    pub formula: bool,
    /// What becomes of each equation's residual when the cell grows by one, formulas followed.
    pub effect: Vec<(usize, i64)>,
    /// Formulas that follow, and by how much.
    pub followers: Vec<(usize, i64)>,
    /// Whether its values are whole.
    pub whole: bool,
    /// Row and column within its block.
    pub at: (u8, u8, u8),
}

/// A table's equations.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// Cells that stand in an equation, in the order of the form.
    pub cells: Vec<Cell>,
    /// Residual of every equation, unusable cells taken for nothing.
    pub residuals: Vec<Amount>,
    /// The identity of every equation, by its place in the form.
    pub identities: Vec<usize>,
    /// Signed cells of every equation.
    pub terms: Vec<Vec<(usize, i64)>>,
    /// Relations that a correction must not break: whole at most parts.
    bounds: Vec<(Vec<usize>, Vec<usize>)>,
}

impl System {
    /// The equations of a return's table; none if nothing in it can be checked.
    #[must_use]
    pub(super) fn of(one: &Return, table: TableId, book: &Rulebook) -> Option<Self> {
        let form = book.form(one.form);
        let mut facts: Vec<Option<&Fact>> = vec![None; form.slots.len()];
        for fact in &one.facts {
            if let Some(place) = fact.item.as_slot().and_then(|slot| facts.get_mut(form.offset(slot))) {
                *place = Some(fact);
            }
        }
        let fact = |slot: SlotId| facts.get(form.offset(slot)).copied().flatten();
        let own = || form.identities.iter().enumerate().filter(|(_, identity)| identity.table == table);
        let equations: Vec<(usize, &Identity)> = own()
            .filter(|(_, identity)| matches!(identity.shape, Shape::Total | Shape::Balance))
            .filter(|(_, identity)| says_something(identity, &fact))
            .collect();
        if equations.is_empty() {
            return None;
        }
        let mut builder = Builder { book, places: BTreeMap::new(), cells: Vec::new() };
        let mut terms = Vec::new();
        for (_, identity) in &equations {
            let whole = identity.whole.iter().map(|slot| (*slot, 1));
            let parts = identity.parts.iter().map(|term| (term.slot, if term.negative { 1 } else { -1 }));
            terms.push(
                whole.chain(parts).map(|(slot, sign)| (builder.place(slot, fact(slot)), sign)).collect::<Vec<_>>(),
            );
        }
        let bounds = own().filter(|(_, identity)| identity.shape == Shape::AtMost).map(|(_, identity)| {
            let whole = identity.whole.iter().map(|slot| builder.place(*slot, fact(*slot))).collect();
            (whole, identity.parts.iter().map(|term| builder.place(term.slot, fact(term.slot))).collect())
        });
        let bounds = bounds.collect();
        let mut cells = builder.cells;
        // A total that was left blank is not nothing: it is not known.
        for (_, identity) in equations.iter().filter(|(_, identity)| identity.shape == Shape::Total) {
            for slot in &identity.whole {
                let cell = builder.places.get(slot).and_then(|place| cells.get_mut(*place));
                if let Some(cell) = cell.filter(|cell| cell.blank) {
                    cell.value = None;
                }
            }
        }
        let value = |cells: &[Cell], place: usize| cells.get(place).and_then(|cell| cell.value).unwrap_or(Amount::ZERO);
        let residual = |terms: &[(usize, i64)]| {
            terms.iter().fold(Amount::ZERO, |sum, (place, sign)| sum + times(value(&cells, *place), *sign))
        };
        let residuals: Vec<Amount> = terms.iter().map(|terms| residual(terms)).collect();
        let mut system = System {
            identities: equations.iter().map(|(place, _)| *place).collect(),
            residuals,
            terms,
            bounds,
            cells: std::mem::take(&mut cells),
        };
        system.follow_formulas(&equations);
        Some(system)
    }

    /// Works out what follows what, and every cell's effect on the residuals.
    fn follow_formulas(&mut self, equations: &[(usize, &Identity)]) {
        // The total whose formula an equation describes, and where its parts stand.
        let mut feeds: BTreeMap<usize, Vec<(usize, i64)>> = BTreeMap::new();
        let mut derived: Vec<usize> = Vec::new();
        for (number, (_, identity)) in equations.iter().enumerate() {
            let Some(terms) = self.terms.get(number) else { continue };
            let [(total, _), parts @ ..] = terms.as_slice() else { continue };
            let holds = self.residuals.get(number) == Some(&Amount::ZERO);
            let known = self.cells.get(*total).is_some_and(|cell| cell.value.is_some() && cell.formula);
            if identity.shape == Shape::Total && holds && known && !derived.contains(total) {
                derived.push(*total);
                for (part, sign) in parts {
                    feeds.entry(*part).or_default().push((*total, -sign));
                }
            }
        }
        let mut stands_in: Vec<Vec<(usize, i64)>> = vec![Vec::new(); self.cells.len()];
        for (number, terms) in self.terms.iter().enumerate() {
            for (place, sign) in terms {
                if let Some(list) = stands_in.get_mut(*place) {
                    list.push((number, *sign));
                }
            }
        }
        for place in 0..self.cells.len() {
            let mut moved: BTreeMap<usize, i64> = BTreeMap::new();
            let mut todo = vec![(place, 1)];
            // Totals feed totals at most a few times; a ring would be a faulty form.
            for _ in 0..stands_in.len() * 4 {
                let Some((cell, by)) = todo.pop() else { break };
                *moved.entry(cell).or_default() += by;
                todo.extend(feeds.get(&cell).into_iter().flatten().map(|(total, sign)| (*total, sign * by)));
            }
            let mut effect: BTreeMap<usize, i64> = BTreeMap::new();
            for (cell, by) in &moved {
                for (equation, sign) in stands_in.get(*cell).into_iter().flatten() {
                    *effect.entry(*equation).or_default() += sign * by;
                }
            }
            if let Some(cell) = self.cells.get_mut(place) {
                cell.effect = effect.into_iter().filter(|(_, by)| *by != 0).collect();
                cell.followers = moved.into_iter().filter(|(other, by)| *other != place && *by != 0).collect();
                cell.candidate = !derived.contains(&place);
            }
        }
    }

    /// Equations that do not hold, as far as usable cells say.
    pub(super) fn violated(&self) -> impl Iterator<Item = usize> + '_ {
        let open = |equation: usize| self.terms.get(equation).is_none_or(|terms| self.is_open(terms));
        let broken = self.residuals.iter().enumerate().filter(|(_, residual)| **residual != Amount::ZERO);
        broken.map(|(equation, _)| equation).filter(move |equation| !open(*equation))
    }

    /// Whether one of the cells says nothing that can be used.
    #[must_use]
    pub(super) fn is_open(&self, terms: &[(usize, i64)]) -> bool {
        terms.iter().any(|(place, _)| self.cells.get(*place).is_some_and(|cell| cell.value.is_none()))
    }

    /// The value of a cell, nothing where none can be used.
    #[must_use]
    pub(super) fn value(&self, place: usize) -> Amount {
        self.cells.get(place).and_then(|cell| cell.value).unwrap_or(Amount::ZERO)
    }

    /// Whether changed values can be: not negative, whole where counts are, and within the bounds that held before.
    #[must_use]
    pub(super) fn allows(&self, changes: &[(usize, Amount)]) -> bool {
        let mut after: BTreeMap<usize, Amount> = BTreeMap::new();
        for (place, by) in changes {
            let Some(cell) = self.cells.get(*place) else { return false };
            for (moved, times_by) in std::iter::once(&(*place, 1)).chain(&cell.followers) {
                let value = after.entry(*moved).or_insert_with(|| self.value(*moved));
                *value = *value + times(*by, *times_by);
            }
        }
        let possible = after.iter().all(|(place, value)| {
            !value.is_negative() && (value.is_integer() || !self.cells.get(*place).is_some_and(|cell| cell.whole))
        });
        let sum = |places: &[usize], after: &BTreeMap<usize, Amount>| {
            places
                .iter()
                .fold(Amount::ZERO, |sum, place| sum + after.get(place).copied().unwrap_or_else(|| self.value(*place)))
        };
        let nothing = BTreeMap::new();
        possible
            && self.bounds.iter().all(|(whole, parts)| {
                sum(whole, &nothing) > sum(parts, &nothing) || sum(whole, &after) <= sum(parts, &after)
            })
    }
}

struct Builder<'a> {
    book: &'a Rulebook,
    places: BTreeMap<SlotId, usize>,
    cells: Vec<Cell>,
}

impl Builder<'_> {
    fn place(&mut self, slot: SlotId, fact: Option<&Fact>) -> usize {
        if let Some(place) = self.places.get(&slot) {
            return *place;
        }
        let data = self.book.slot(slot);
        let blank = fact.is_none_or(|fact| fact.meaning == Meaning::Blank);
        let value = match fact.map(|fact| fact.meaning) {
            // What is not there is not known either.
            Some(Meaning::Text | Meaning::Approximate) | None => None,
            _ => Some(fact.and_then(Fact::value).unwrap_or(Amount::ZERO)),
        };
        self.places.insert(slot, self.cells.len());
        self.cells.push(Cell {
            slot,
            value,
            blank,
            candidate: true,
            formula: fact.is_some_and(|fact| fact.is_formula),
            effect: Vec::new(),
            followers: Vec::new(),
            whole: data.kind == Kind::Count,
            at: (data.block, data.row, data.column),
        });
        self.cells.len() - 1
    }
}

/// Whether an identity relates any figures: a total alone, or nothing but blanks, says nothing.
fn says_something<'a>(identity: &Identity, fact: &dyn Fn(SlotId) -> Option<&'a Fact>) -> bool {
    let filled = |slot: SlotId| fact(slot).is_some_and(|fact| fact.meaning != Meaning::Blank);
    let parts = || identity.parts.iter().map(|term| term.slot);
    let has_parts = parts().any(|slot| fact(slot).is_some());
    match identity.shape {
        Shape::Balance => identity.whole.iter().copied().any(filled) && parts().any(filled),
        _ => has_parts && parts().chain(identity.whole.iter().copied()).any(filled),
    }
}

/// An amount so many times.
#[must_use]
pub(super) fn times(amount: Amount, factor: i64) -> Amount {
    Amount::from_ten_thousandths(amount.ten_thousandths().saturating_mul(i128::from(factor)))
}
