//! The smallest sets of cells whose correction makes every equation hold.
//!
//! Fellegi and Holt (1976) ask for the fewest fields to be changed so that all edits are satisfied. Their key is the
//! implied edit: whatever is combined from edits must hold too, and an implied edit that fails without any cell of a set
//! in it must be mended by a further cell. Here edits are equations with small whole coefficients, so implied edits come
//! from exact elimination (no floating point, no tolerance), and the search branches over the cells of the shortest
//! failing implied edit. It is complete: every smallest set is found, each once, in a fixed order.
//! (I. P. Fellegi, D. Holt: A systematic approach to automatic edit and imputation, JASA 71 (1976), 17-35; T. de Waal,
//! J. Pannekoek, S. Scholtus: Handbook of statistical data editing and imputation, Wiley 2011, chapters 3 to 5.)

use super::system::{System, times};
use crate::value::Amount;

/// Larger sets than this are no diagnosis but a new return.
pub(super) const LARGEST_SET: usize = 4;
/// More sets of the same size than this tell nothing.
pub(super) const MOST_SETS: usize = 400;
/// Steps of a search; bounds its time.
const MOST_STEPS: usize = 6_000;

/// Cells with the amounts by which they change; free cells (which say nothing usable) count from nothing.
pub(super) type Changes = Vec<(usize, Amount)>;

/// Free cells with the values that are forced on them, if any are.
type Forced = Vec<(usize, Option<Amount>)>;

/// What a search comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// All smallest sets, each with the values that it forces; free cells are listed apart.
    Sets {
        /// The sets, in the order of their cells.
        sets: Vec<Changes>,
        /// What every set says of the free cells: the value that each must have, where it is the same in all.
        free: Changes,
    },
    /// More errors than can be told apart.
    TooMany,
}

/// An implied edit: a sum of changes that must make up for what is left over.
#[derive(Clone, Debug)]
struct Row {
    terms: Vec<(usize, i64)>,
    rest: Amount,
}

impl Row {
    fn coefficient(&self, cell: usize) -> i64 {
        self.terms
            .binary_search_by_key(&cell, |(place, _)| *place)
            .ok()
            .and_then(|at| self.terms.get(at))
            .map_or(0, |term| term.1)
    }

    /// Takes a cell out of the row with the help of another row that has it. None if numbers grow out of hand.
    fn without(&self, cell: usize, pivot: &Row) -> Option<Row> {
        let (own, other) = (self.coefficient(cell), pivot.coefficient(cell));
        let mut terms = Vec::with_capacity(self.terms.len() + pivot.terms.len());
        let (mut a, mut b) = (self.terms.iter().peekable(), pivot.terms.iter().peekable());
        loop {
            let place = match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((place, _)), None) | (None, Some((place, _))) => *place,
            };
            let x = a.next_if(|(at, _)| *at == place).map_or(0, |term| term.1);
            let y = b.next_if(|(at, _)| *at == place).map_or(0, |term| term.1);
            let sum = x.checked_mul(other)?.checked_sub(y.checked_mul(own)?)?;
            if sum != 0 {
                terms.push((place, sum));
            }
        }
        Some(Row { terms, rest: times(self.rest, other) - times(pivot.rest, own) })
    }
}

struct Search<'a> {
    system: &'a System,
    free: Vec<usize>,
    steps: usize,
    excluded: Vec<bool>,
    found: Vec<(Changes, Forced)>,
}

/// Searches all smallest sets of at most `largest` cells.
#[must_use]
pub(super) fn smallest(system: &System, largest: usize) -> Found {
    let free: Vec<usize> =
        system.cells.iter().enumerate().filter(|(_, cell)| cell.value.is_none()).map(|(place, _)| place).collect();
    let mut rows: Vec<Row> =
        system.residuals.iter().map(|residual| Row { terms: Vec::new(), rest: *residual }).collect();
    for (place, cell) in system.cells.iter().enumerate().filter(|(_, cell)| cell.candidate) {
        for (equation, by) in &cell.effect {
            if let Some(row) = rows.get_mut(*equation) {
                row.terms.push((place, *by));
            }
        }
    }
    let mut pivots: Vec<(usize, Row)> = Vec::new();
    for cell in &free {
        // A free cell in no equation stays open.
        pivot_on(*cell, &mut rows, &mut pivots, None);
    }
    let mut search = Search { system, free, steps: 0, excluded: vec![false; system.cells.len()], found: Vec::new() };
    for size in 0..=largest {
        if !search.deepen(&rows, &pivots, &mut Vec::new(), size) {
            return Found::TooMany;
        }
        if !search.found.is_empty() {
            return search.finish();
        }
    }
    Found::TooMany
}

/// Eliminates a cell from all rows but one, which becomes its pivot. `row` says which, if it matters.
fn pivot_on(cell: usize, rows: &mut Vec<Row>, pivots: &mut Vec<(usize, Row)>, row: Option<usize>) -> bool {
    let shortest = || {
        let with = rows.iter().enumerate().filter(|(_, row)| row.coefficient(cell) != 0);
        with.min_by_key(|(_, row)| row.terms.len()).map(|(at, _)| at)
    };
    let Some(at) = row.or_else(shortest).filter(|at| *at < rows.len()) else { return false };
    let pivot = rows.swap_remove(at);
    for row in rows.iter_mut().filter(|row| row.coefficient(cell) != 0) {
        match row.without(cell, &pivot) {
            Some(reduced) => *row = reduced,
            None => return false,
        }
    }
    pivots.push((cell, pivot));
    true
}

impl Search<'_> {
    /// Searches sets of exactly `left` more cells; false when the search takes too long.
    fn deepen(&mut self, rows: &[Row], pivots: &[(usize, Row)], chosen: &mut Vec<usize>, left: usize) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.found.len() > MOST_SETS {
            return false;
        }
        let failing: Vec<usize> =
            (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| row.rest != Amount::ZERO)).collect();
        if failing.is_empty() {
            if left == 0 {
                self.record(pivots, chosen);
            }
            return true;
        }
        if left == 0 {
            return true;
        }
        let open = |row: &Row| -> Vec<usize> {
            let allowed = |place: &usize| !self.excluded.get(*place).copied().unwrap_or(true);
            row.terms.iter().map(|(place, _)| *place).filter(allowed).collect()
        };
        let mut supports: Vec<(usize, Vec<usize>)> =
            failing.iter().filter_map(|at| rows.get(*at).map(|row| (*at, open(row)))).collect();
        supports.sort_by_key(|(at, support)| (support.len(), *at));
        // Failing edits without a common cell each need a cell of their own.
        let mut apart: Vec<usize> = Vec::new();
        let mut least = 0;
        for (_, support) in &supports {
            if support.iter().all(|place| !apart.contains(place)) {
                apart.extend(support);
                least += 1;
            }
        }
        let Some((at, support)) = supports.into_iter().next() else { return true };
        if least > left || support.is_empty() {
            return true;
        }
        let mut done = Vec::new();
        let mut in_time = true;
        for cell in support {
            let (mut rows, mut pivots) = (rows.to_vec(), pivots.to_vec());
            if pivot_on(cell, &mut rows, &mut pivots, Some(at)) {
                chosen.push(cell);
                in_time = self.deepen(&rows, &pivots, chosen, left - 1);
                chosen.pop();
            }
            if let Some(excluded) = self.excluded.get_mut(cell) {
                *excluded = true;
                done.push(cell);
            }
            if !in_time {
                break;
            }
        }
        for cell in done {
            if let Some(excluded) = self.excluded.get_mut(cell) {
                *excluded = false;
            }
        }
        in_time
    }

    /// Works out the values of a set and keeps it if they can be.
    fn record(&mut self, pivots: &[(usize, Row)], chosen: &[usize]) {
        let mut values: Vec<(usize, Option<Amount>)> = Vec::new();
        for (cell, row) in pivots.iter().rev() {
            let mut sum = Some(row.rest);
            for (place, by) in row.terms.iter().filter(|(place, _)| place != cell) {
                if let Some((_, value)) = values.iter().find(|(known, _)| known == place) {
                    sum = sum.zip(*value).map(|(sum, value)| sum + times(value, *by));
                } else if self.free.contains(place) {
                    // A free cell that nothing determines leaves this one open as well.
                    sum = None;
                }
            }
            let coefficient = i128::from(row.coefficient(*cell));
            let value = match sum.map(|sum| -sum.ten_thousandths()) {
                Some(sum) if coefficient == 0 || sum % coefficient != 0 => return,
                Some(sum) => Some(Amount::from_ten_thousandths(sum / coefficient)),
                None => None,
            };
            values.push((*cell, value));
        }
        let value_of = |cell: usize| values.iter().find(|(known, _)| *known == cell).and_then(|(_, value)| *value);
        let free: Forced = self.free.iter().map(|cell| (*cell, value_of(*cell))).collect();
        let mut changes = Vec::new();
        for cell in chosen {
            match value_of(*cell) {
                // A cell that need not change makes the set no smallest one.
                Some(by) if by != Amount::ZERO => changes.push((*cell, by)),
                _ => return,
            }
        }
        changes.sort_unstable_by_key(|(cell, _)| *cell);
        let known: Changes =
            changes.iter().copied().chain(free.iter().filter_map(|(cell, value)| Some((*cell, (*value)?)))).collect();
        if self.system.allows(&known) {
            self.found.push((changes, free));
        }
    }

    fn finish(self) -> Found {
        let mut found = self.found;
        found.sort_by(|(a, _), (b, _)| a.iter().map(|c| c.0).cmp(b.iter().map(|c| c.0)));
        let mut free = found.first().map(|(_, free)| free.clone()).unwrap_or_default();
        for (_, other) in &found {
            free.retain(|value| value.1.is_some() && other.contains(value));
        }
        let free = free.into_iter().filter_map(|(cell, value)| Some((cell, value?))).collect();
        Found::Sets { sets: found.into_iter().map(|(changes, _)| changes).collect(), free }
    }
}
