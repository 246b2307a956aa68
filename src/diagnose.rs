//! Which cell is wrong, what it should be, how that came about, and how sure it is.
//!
//! A return that breaks identities says that some cells are wrong; which ones is worked out per table. First come single
//! causes: one cell whose correction makes every identity hold, then one movement of values ([`moves`]); then the
//! smallest sets of cells ([`search`], after Fellegi and Holt). Everything is exact, in whole numbers that are not
//! negative, without tolerance, chance or preference: every tie is shown. Evidence (the slip of the hand, last year's
//! figures, formulas) orders what ties, and grades what remains; a statement is never graded above what the identities
//! force.

mod evidence;
mod moves;
mod search;
mod slip;
mod system;

pub(crate) use evidence::Evidence;
pub use moves::Move;
pub use slip::Slip;

use crate::form::{Rulebook, SlotId, TableId};
use crate::returns::Return;
use crate::value::Amount;
use search::{Changes, Found};
use system::{Cell, System};

/// How sure a diagnosis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Several identities agree on one cell and its value, and a common slip of the hand explains it.
    Certain,
    /// The only smallest explanation, or by far the most natural one.
    Likely,
    /// One of so many explanations that are equally good.
    OneOf(usize),
}

/// A cell with the value that it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The figure.
    pub slot: SlotId,
    /// What it says now; none where that cannot be used.
    pub from: Option<Amount>,
    /// What it should say.
    pub to: Amount,
    /// How the one became the other.
    pub slip: Slip,
}

/// One way to make the identities hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The movement of values, if it is one.
    pub moved: Option<Move>,
    /// The corrections, in the order of the form.
    pub corrections: Vec<Correction>,
}

/// What is wrong in one place: the identities that it breaks, and the ways to mend them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Broken identities that it explains, by their place in the form.
    pub identities: Vec<usize>,
    /// All smallest explanations, the most natural first.
    pub explanations: Vec<Explanation>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is certain all the same where formulas followed the wrong cell and so hide which one it is.
    pub swallowed: Option<Line>,
}

/// Where the error is, if not in which cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// In one column.
    Column,
    /// In one row.
    Row,
    /// In one of the cells named, of several rows and columns.
    Cells,
}

/// What is wrong in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The causes; none if there are too many errors to tell them apart.
    pub causes: Vec<Cause>,
    /// Values that the identities force on cells which say nothing usable.
    pub deduced: Vec<Correction>,
    /// Whether identities are broken and no cause could be found.
    pub too_many: bool,
}

/// Works out what is wrong in a return's table; none if nothing is, or nothing can be said.
#[must_use]
pub(crate) fn diagnose(one: &Return, table: TableId, book: &Rulebook, evidence: &Evidence<'_>) -> Option<Diagnosis> {
    let system = System::of(one, table, book)?;
    let is_sound = system.residuals.iter().all(|residual| *residual == Amount::ZERO);
    if is_sound && system.cells.iter().all(|cell| cell.value.is_some()) {
        return None;
    }
    let table = Table { system: &system, book, evidence };
    Some(table.diagnose())
}

struct Table<'a> {
    system: &'a System,
    book: &'a Rulebook,
    evidence: &'a Evidence<'a>,
}

impl Table<'_> {
    fn diagnose(&self) -> Diagnosis {
        let violated: Vec<usize> = self.system.violated().collect();
        let too_many = || Diagnosis { too_many: !violated.is_empty(), ..Diagnosis::default() };
        let (mut sets, free) = match search::smallest(self.system, 1) {
            Found::Sets { sets, free } => (sets, free),
            Found::TooMany => (Vec::new(), Changes::new()),
        };
        // One movement of the hand is as simple as one wrong cell.
        if sets.is_empty() || (violated.len() > 1 && !sets.iter().all(Vec::is_empty)) {
            let moves = moves::moves(self.system);
            if !moves.is_empty() {
                return Diagnosis { causes: vec![self.moved(&sets, moves)], ..Diagnosis::default() };
            }
        }
        let mut free = free;
        if sets.is_empty() {
            match search::smallest(self.system, search::LARGEST_SET) {
                Found::Sets { sets: found, free: forced } => (sets, free) = (found, forced),
                Found::TooMany => return too_many(),
            }
        }
        let deduced: Vec<Correction> = free.iter().map(|(cell, by)| self.correction(*cell, *by)).collect();
        let causes = if sets.iter().all(Vec::is_empty) { Vec::new() } else { self.causes(&sets) };
        Diagnosis { causes, deduced, too_many: false }
    }

    /// Sets of changes as causes: what stands in every set is a cause of its own, the rest is told apart no further.
    fn causes(&self, sets: &[Changes]) -> Vec<Cause> {
        let Some(first) = sets.first() else { return Vec::new() };
        let (common, _): (Changes, Changes) =
            first.iter().copied().partition(|change| sets.iter().all(|set| set.contains(change)));
        let independent: Changes = common
            .iter()
            .copied()
            .filter(|(cell, _)| common.iter().all(|(other, _)| other == cell || !self.share(*cell, *other)))
            .filter(|(cell, _)| {
                let rest = sets.iter().flatten().filter(|change| !common.contains(change));
                rest.clone().all(|(other, _)| !self.share(*cell, *other))
            })
            .collect();
        let mut causes: Vec<Cause> = independent.iter().map(|change| self.cause(&[vec![*change]])).collect();
        let mut rest: Vec<Changes> = sets
            .iter()
            .map(|set| set.iter().copied().filter(|change| !independent.contains(change)).collect::<Changes>())
            .filter(|set| !set.is_empty())
            .collect();
        rest.sort();
        rest.dedup();
        if !rest.is_empty() {
            causes.push(self.cause(&rest));
        }
        causes
    }

    /// Whether two cells stand in a common equation.
    fn share(&self, a: usize, b: usize) -> bool {
        let effect = |cell: usize| self.system.cells.get(cell).map_or(&[][..], |cell| cell.effect.as_slice());
        effect(a).iter().any(|(equation, _)| effect(b).iter().any(|(other, _)| other == equation))
    }

    /// The broken equations that a set of changes touches.
    fn touched(&self, changes: &[(usize, Amount)]) -> Vec<usize> {
        let effects = changes.iter().filter_map(|(cell, _)| self.system.cells.get(*cell));
        let touched: Vec<usize> = effects.flat_map(|cell| cell.effect.iter().map(|(equation, _)| *equation)).collect();
        self.system.violated().filter(|equation| touched.contains(equation)).collect()
    }

    fn cause(&self, sets: &[Changes]) -> Cause {
        let mut explained: Vec<(u32, Explanation)> = sets
            .iter()
            .map(|changes| {
                let corrections: Vec<Correction> =
                    changes.iter().map(|(cell, by)| self.correction(*cell, *by)).collect();
                let distance = corrections.iter().map(|one| u32::from(self.distance(one))).sum();
                (distance, Explanation { moved: None, corrections })
            })
            .collect();
        explained.sort_by_key(|(distance, _)| *distance);
        let touched = sets.first().map(|set| self.touched(set)).unwrap_or_default();
        let confidence = match explained.as_slice() {
            [(distance, only)] if self.is_certain(*distance, only, &touched) => Confidence::Certain,
            [_] => Confidence::Likely,
            [(best, _), (next, _), ..] if best + MARGIN <= *next => Confidence::Likely,
            all => Confidence::OneOf(all.len()),
        };
        self.made(explained.into_iter().map(|(_, explanation)| explanation).collect(), touched, confidence, sets)
    }

    /// Several equations agree on one cell and its value, and what happened to it happens every day.
    fn is_certain(&self, distance: u32, only: &Explanation, touched: &[usize]) -> bool {
        let [correction] = only.corrections.as_slice() else { return false };
        touched.len() > 1 && (distance == 0 || correction.slip.is_common())
    }

    /// Movements as a cause, and single cells that explain as much.
    fn moved(&self, single: &[Changes], moves: Vec<(Move, Changes)>) -> Cause {
        let cells = single.iter().map(|changes| (None, changes.clone()));
        let ways: Vec<(Option<Move>, Changes)> =
            cells.chain(moves.into_iter().map(|(kind, changes)| (Some(kind), changes))).collect();
        let sets: Vec<Changes> = ways.iter().map(|(_, changes)| changes.clone()).collect();
        let explanations: Vec<Explanation> = ways
            .into_iter()
            .map(|(moved, changes)| {
                let corrections = changes.iter().map(|(cell, by)| self.correction(*cell, *by)).collect();
                Explanation { moved, corrections }
            })
            .collect();
        let confidence =
            if explanations.len() == 1 { Confidence::Likely } else { Confidence::OneOf(explanations.len()) };
        let touched = self.system.violated().collect();
        self.made(explanations, touched, confidence, &sets)
    }

    fn made(
        &self,
        explanations: Vec<Explanation>,
        touched: Vec<usize>,
        confidence: Confidence,
        sets: &[Changes],
    ) -> Cause {
        let follows = |cell: usize| self.system.cells.get(cell).is_some_and(|cell| !cell.followers.is_empty());
        let identities = touched.iter().filter_map(|equation| self.system.identities.get(*equation)).copied().collect();
        let is_hidden = explanations.len() > 1 && sets.iter().flatten().any(|(cell, _)| follows(*cell));
        let swallowed = is_hidden.then(|| self.line(sets));
        Cause { identities, explanations, confidence, swallowed }
    }

    /// What the cells of all sets have in common.
    fn line(&self, sets: &[Changes]) -> Line {
        let at = |cell: &usize| self.system.cells.get(*cell).map(|cell| cell.at);
        let places: Vec<(u8, u8, u8)> = sets.iter().flatten().filter_map(|(cell, _)| at(cell)).collect();
        let alike = |key: fn(&(u8, u8, u8)) -> (u8, u8)| {
            places.windows(2).all(|pair| match pair {
                [a, b] => key(a) == key(b),
                _ => true,
            })
        };
        if alike(|at| (at.0, at.2)) {
            Line::Column
        } else if alike(|at| (at.0, at.1)) {
            Line::Row
        } else {
            Line::Cells
        }
    }

    fn correction(&self, place: usize, by: Amount) -> Correction {
        let Some(cell) = self.system.cells.get(place) else {
            return Correction { slot: SlotId(0), from: None, to: by, slip: Slip::Other };
        };
        let to = self.system.value(place) + by;
        let slip = match cell.value {
            _ if cell.blank => Slip::LeftBlank,
            None => Slip::Unreadable,
            Some(from) => self.slip(cell, from, to),
        };
        Correction { slot: cell.slot, from: cell.value.filter(|_| !cell.blank), to, slip }
    }

    fn slip(&self, cell: &Cell, from: Amount, to: Amount) -> Slip {
        let slot = cell.slot;
        if cell.formula {
            // Nobody typed it: it adds up the wrong cells.
            return self.miscounted(slot, from, to);
        }
        if from != Amount::ZERO && self.evidence.last_year(self.book, slot) == Some(from) {
            return Slip::LastYear;
        }
        match slip::between(from, to) {
            Slip::Other => self.miscounted(slot, from, to),
            known => known,
        }
    }

    /// Whether a total is off by one of its parts or by one of the form's subtotals.
    fn miscounted(&self, slot: SlotId, from: Amount, to: Amount) -> Slip {
        let difference = from - to;
        let is_total = |terms: &&Vec<(usize, i64)>| {
            terms.first().is_some_and(|(total, sign)| {
                *sign == 1 && self.system.cells.get(*total).is_some_and(|cell| cell.slot == slot)
            })
        };
        for terms in self.system.terms.iter().filter(is_total) {
            let parts: Vec<usize> = terms.iter().skip(1).map(|(part, _)| *part).collect();
            let subtotals = self.subtotals(slot, &parts);
            let amounts = parts.iter().map(|part| self.system.value(*part)).chain(subtotals);
            for amount in amounts.filter(|amount| *amount != Amount::ZERO) {
                if amount == difference {
                    return Slip::CountedTwice;
                }
                if Amount::ZERO - amount == difference {
                    return Slip::LeftOut;
                }
            }
        }
        Slip::Other
    }

    /// Sums over groups of parts that the form's derived sums name.
    fn subtotals(&self, slot: SlotId, parts: &[usize]) -> Vec<Amount> {
        let table = self.book.table(self.book.slot(slot).table);
        let part = |wanted: &SlotId| {
            parts.iter().find(|part| self.system.cells.get(**part).is_some_and(|cell| cell.slot == *wanted))
        };
        let sums = table.derived.iter().flat_map(|derived| &derived.sums).filter_map(|(_, slots)| {
            let places: Option<Vec<&usize>> = slots.iter().map(part).collect();
            Some(places?.into_iter().fold(Amount::ZERO, |sum, place| sum + self.system.value(*place)))
        });
        sums.collect()
    }

    /// How unnatural a correction is. What last year's return demands is natural whatever the digits.
    fn distance(&self, correction: &Correction) -> u8 {
        if self.evidence.demands(self.book, correction.slot) == Some(correction.to) {
            0
        } else if correction.slip == Slip::Other && correction.to.is_zero() {
            // A zero rarely becomes 37.
            Slip::Other.distance() + 1
        } else {
            correction.slip.distance()
        }
    }
}

/// The most natural explanation is taken for likely if the next one is so much less natural.
const MARGIN: u32 = 2;
