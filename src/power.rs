//! How well the rules of a form find and name wrong cells: clean returns are made, spoilt, and diagnosed.
//!
//! Everything is made by a generator of its own with a fixed beginning, so that the same command prints the same report
//! on every machine, whatever the number of threads.

mod bench;
mod dice;
mod judge;
mod mishap;

pub use bench::Bench;
pub(crate) use bench::Values;
pub use dice::Dice;
pub use judge::Outcome;
pub use mishap::MISHAPS;
pub(crate) use mishap::Mishap;

use crate::form::{Rulebook, Shape, TableId};
use rayon::prelude::*;

/// What is done to the returns of one line of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The table.
    pub table: TableId,
    /// What goes wrong.
    pub mishap: Mishap,
    /// In how many cells; one for what moves several.
    pub cells: usize,
    /// Whether the totals are formulas, which follow what goes wrong.
    pub formulas: bool,
}

/// What came of the trials of one setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub setup: Setup,
    /// How often each outcome came about, in the order of the outcomes.
    pub counts: [usize; Outcome::ALL.len()],
}

impl Line {
    /// How many trials there were.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many of them had an outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.counts.get(outcome as usize).copied().unwrap_or(0)
    }

    /// What two lines come to together.
    #[must_use]
    pub fn and(mut self, other: &Line) -> Self {
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        self
    }

    /// In how many of them something was noticed.
    #[must_use]
    pub fn detected(&self) -> usize {
        self.trials() - self.count(Outcome::Unnoticed)
    }
}

/// Tables whose identities can say which cell is wrong.
pub fn tables(book: &Rulebook) -> impl Iterator<Item = TableId> + '_ {
    let tables = book.forms.iter().flat_map(|form| form.tables.iter().map(move |table| (form, *table)));
    tables
        .filter(|(form, table)| {
            form.identities
                .iter()
                .any(|identity| identity.table == *table && matches!(identity.shape, Shape::Total | Shape::Balance))
        })
        .map(|(_, table)| table)
}

/// Everything that is tried on a table.
pub fn setups(table: TableId) -> impl Iterator<Item = Setup> {
    [false, true].into_iter().flat_map(move |formulas| {
        MISHAPS.into_iter().flat_map(move |mishap| {
            let most = if mishap.is_single() { 3 } else { 1 };
            (1..=most).map(move |cells| Setup { table, mishap, cells, formulas })
        })
    })
}

/// Tries a setup so many times, or as often as it can be done in so many returns.
#[must_use]
pub(crate) fn measure(book: &Rulebook, setup: Setup, trials: usize) -> Line {
    let bench = Bench::new(book, setup.table);
    let kind = setup.mishap as u64 * 100 + setup.cells as u64 * 10 + u64::from(setup.formulas);
    let mut dice = Dice::new(u64::from(setup.table.0) << 32 | kind);
    let mut counts = [0; Outcome::ALL.len()];
    for _ in 0..trials {
        // Not every return has the place for every mishap.
        let outcome = (0..TRIES).find_map(|_| bench.trial(setup.mishap, setup.cells, setup.formulas, &mut dice));
        if let Some(count) = outcome.and_then(|outcome| counts.get_mut(outcome as usize)) {
            *count += 1;
        }
    }
    Line { setup, counts }
}

/// The whole report of some tables.
#[must_use]
pub fn report(book: &Rulebook, tables: &[TableId], trials: usize) -> Vec<Line> {
    let setups: Vec<Setup> = tables.iter().flat_map(|table| setups(*table)).collect();
    setups.into_par_iter().map(|setup| measure(book, setup, trials)).filter(|line| line.trials() > 0).collect()
}

/// Returns that are looked through for one in which a mishap can happen.
const TRIES: usize = 20;
