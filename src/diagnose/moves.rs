//! Single causes that explain many cells at once: values in the wrong place.
//!
//! Each is one movement of the hand: two cells, rows or columns exchanged, or a run of cells moved on by one (its last
//! value comes round to its first place, where nothing or a zero stood). A movement is a cause if all equations hold
//! once it is undone.

use super::search::Changes;
use super::system::{Cell, System};
use crate::value::Amount;
use std::collections::BTreeMap;

/// A movement of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// Two cells exchanged.
    Cells,
    /// Two rows exchanged.
    Rows,
    /// Two columns exchanged.
    Columns,
    /// A run of a column, or of all columns, moved up or down by one.
    Down,
    /// A run of a row, or of all rows, moved left or right by one.
    Across,
}

impl Move {
    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Move::Cells => "move_cells",
            Move::Rows => "move_rows",
            Move::Columns => "move_columns",
            Move::Down => "move_down",
            Move::Across => "move_across",
        }
    }
}

/// The table's cells by row and column.
struct Grid<'a> {
    system: &'a System,
    rows: Vec<Vec<Option<usize>>>,
    width: usize,
    violated: Vec<bool>,
    key: &'a Key,
}

/// The shortest broken equation: most movements are dismissed by a look at it alone.
struct Key {
    /// How every cell acts on it.
    signs: Vec<i64>,
    /// What a movement must come to there.
    wanted: Amount,
}

impl Key {
    fn of(system: &System) -> Option<Self> {
        let length = |equation: &usize| system.terms.get(*equation).map_or(0, Vec::len);
        let equation = system.violated().min_by_key(length)?;
        let sign = |cell: &Cell| cell.effect.iter().find(|(at, _)| *at == equation).map_or(0, |(_, by)| *by);
        let signs = system.cells.iter().map(|cell| if cell.candidate { sign(cell) } else { 0 }).collect();
        Some(Key { signs, wanted: -*system.residuals.get(equation)? })
    }

    fn fits(&self, system: &System, pairs: &[(usize, usize)]) -> bool {
        let mut sum = Amount::ZERO;
        for (to, from) in pairs {
            let sign = self.signs.get(*to).copied().unwrap_or(0);
            if sign != 0 {
                sum = sum + super::system::times(system.value(*from) - system.value(*to), sign);
            }
        }
        sum == self.wanted
    }
}

/// All movements whose undoing makes every equation hold, each with the changes that undo it; one set of changes is
/// named by the simplest movement that makes it.
#[must_use]
pub fn moves(system: &System) -> Vec<(Move, Changes)> {
    let mut violated = vec![false; system.residuals.len()];
    for equation in system.violated() {
        if let Some(flag) = violated.get_mut(equation) {
            *flag = true;
        }
    }
    let Some(key) = Key::of(system) else { return Vec::new() };
    let mut blocks: BTreeMap<u8, BTreeMap<(u8, u8), usize>> = BTreeMap::new();
    for (place, cell) in system.cells.iter().enumerate() {
        blocks.entry(cell.at.0).or_default().insert((cell.at.1, cell.at.2), place);
    }
    let mut found: BTreeMap<Changes, Move> = BTreeMap::new();
    for cells in blocks.values() {
        let height = cells.keys().map(|at| usize::from(at.0) + 1).max().unwrap_or(0);
        let width = cells.keys().map(|at| usize::from(at.1) + 1).max().unwrap_or(0);
        let mut rows = vec![vec![None; width]; height];
        for ((row, column), place) in cells {
            if let Some(cell) = rows.get_mut(usize::from(*row)).and_then(|row| row.get_mut(usize::from(*column))) {
                *cell = Some(*place);
            }
        }
        Grid { system, rows, width, violated: violated.clone(), key: &key }.collect(&mut found);
    }
    found.into_iter().map(|(changes, kind)| (kind, changes)).collect()
}

impl Grid<'_> {
    fn collect(&self, found: &mut BTreeMap<Changes, Move>) {
        let height = self.rows.len();
        let mut keep = |kind: Move, pairs: &[(usize, usize)]| {
            if let Some(changes) = self.undone(pairs) {
                let known = found.entry(changes).or_insert(kind);
                *known = kind.min(*known);
            }
        };
        let line = |row: usize| (0..self.width).map(move |column| (row, column)).collect::<Vec<_>>();
        let column = |column: usize| (0..height).map(move |row| (row, column)).collect::<Vec<_>>();
        for a in 0..height {
            for b in a + 1..height {
                keep(Move::Rows, &self.exchange(&line(a), &line(b)));
                for c in 0..self.width {
                    if let Some(pairs) = self.swap((a, c), (b, c)) {
                        keep(Move::Cells, &pairs);
                    }
                }
            }
        }
        for a in 0..self.width {
            for b in a + 1..self.width {
                keep(Move::Columns, &self.exchange(&column(a), &column(b)));
                for r in 0..height {
                    if let Some(pairs) = self.swap((r, a), (r, b)) {
                        keep(Move::Cells, &pairs);
                    }
                }
            }
        }
        // A run of two is an exchange.
        for first in 0..height {
            for last in first + 2..height {
                let all: Vec<usize> = (0..self.width).collect();
                for columns in (0..self.width).map(|column| vec![column]).chain([all]) {
                    for on in [true, false] {
                        let runs = columns.iter().map(|c| (first..=last).map(|row| (row, *c)).collect::<Vec<_>>());
                        keep(Move::Down, &runs.flat_map(|run| self.rotate(&run, on)).collect::<Vec<_>>());
                    }
                }
            }
        }
        for first in 0..self.width {
            for last in first + 2..self.width {
                let all: Vec<usize> = (0..height).collect();
                for rows in (0..height).map(|row| vec![row]).chain([all]) {
                    for on in [true, false] {
                        let runs = rows.iter().map(|r| (first..=last).map(|column| (*r, column)).collect::<Vec<_>>());
                        keep(Move::Across, &runs.flat_map(|run| self.rotate(&run, on)).collect::<Vec<_>>());
                    }
                }
            }
        }
    }

    fn cell(&self, (row, column): (usize, usize)) -> Option<usize> {
        self.rows.get(row).and_then(|row| row.get(column)).copied().flatten()
    }

    /// Which cell takes whose value when two cells are exchanged back.
    fn swap(&self, a: (usize, usize), b: (usize, usize)) -> Option<[(usize, usize); 2]> {
        let (a, b) = (self.cell(a)?, self.cell(b)?);
        Some([(a, b), (b, a)])
    }

    /// Which cell takes whose value when two runs are exchanged back.
    fn exchange(&self, a: &[(usize, usize)], b: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let pairs = a.iter().zip(b).filter_map(|(a, b)| Some((self.cell(*a)?, self.cell(*b)?)));
        pairs.flat_map(|(a, b)| [(a, b), (b, a)]).collect()
    }

    /// Which cell takes whose value when a run is moved back by one. What comes round must have been nothing.
    fn rotate(&self, run: &[(usize, usize)], on: bool) -> Vec<(usize, usize)> {
        let cells: Vec<usize> = run.iter().filter_map(|at| self.cell(*at)).collect();
        let count = cells.len();
        let step = if on { 1 } else { count.saturating_sub(1) };
        let from = |at: usize| cells.get((at + step) % count.max(1)).copied();
        let comes_round = if on { cells.first() } else { cells.last() };
        if count < 3 || comes_round.is_none_or(|cell| self.system.value(*cell) != Amount::ZERO) {
            return Vec::new();
        }
        cells.iter().enumerate().filter_map(|(at, cell)| Some((*cell, from(at)?))).collect()
    }

    /// The changes of a movement undone, if they touch what is wrong and leave nothing wrong.
    fn undone(&self, pairs: &[(usize, usize)]) -> Option<Changes> {
        let system = self.system;
        if !self.key.fits(system, pairs) {
            return None;
        }
        let mut changes = Changes::new();
        let mut touches = false;
        for (to, from) in pairs {
            let by = system.value(*from) - system.value(*to);
            let cell = system.cells.get(*to)?;
            if by == Amount::ZERO {
                continue;
            }
            // Formulas follow their cells; they are not moved themselves.
            if !cell.candidate {
                continue;
            }
            cell.value?;
            touches |= cell.effect.iter().any(|(equation, _)| self.violated.get(*equation) == Some(&true));
            changes.push((*to, by));
        }
        if !touches || changes.len() < 2 {
            return None;
        }
        changes.sort_unstable_by_key(|(cell, _)| *cell);
        let mut residuals: BTreeMap<usize, Amount> = BTreeMap::new();
        for (cell, by) in &changes {
            for (equation, sign) in system.cells.get(*cell).map_or(&[][..], |cell| cell.effect.as_slice()) {
                let residual = residuals
                    .entry(*equation)
                    .or_insert_with(|| system.residuals.get(*equation).copied().unwrap_or(Amount::ZERO));
                *residual = *residual + super::system::times(*by, *sign);
            }
        }
        let mended = self
            .violated
            .iter()
            .enumerate()
            .filter(|(_, violated)| **violated)
            .all(|(equation, _)| residuals.get(&equation) == Some(&Amount::ZERO));
        let sound = residuals.iter().all(|(equation, residual)| {
            *residual == Amount::ZERO || system.terms.get(*equation).is_some_and(|terms| system.is_open(terms))
        });
        (mended && sound && system.allows(&changes)).then_some(changes)
    }
}
