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

    fn touches(&self, cell: usize) -> bool {
        self.signs.get(cell).is_some_and(|sign| *sign != 0)
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
pub(super) fn moves(system: &System) -> Vec<(Move, Changes)> {
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

/// Cells by row and column.
type Line = Vec<(usize, usize)>;

/// The movements found, each set of changes under its simplest one.
type Found = BTreeMap<Changes, Move>;

impl Grid<'_> {
    fn collect(&self, found: &mut Found) {
        let height = self.rows.len();
        let row = |row: usize| (0..self.width).map(move |column| (row, column)).collect::<Line>();
        let column = |column: usize| (0..height).map(move |row| (row, column)).collect::<Line>();
        let rows: Vec<Line> = (0..height).map(row).collect();
        let columns: Vec<Line> = (0..self.width).map(column).collect();
        self.exchanges(Move::Rows, &rows, found);
        self.exchanges(Move::Columns, &columns, found);
        self.rotations(Move::Down, &columns, height, found);
        self.rotations(Move::Across, &rows, self.width, found);
    }

    fn keep(&self, kind: Move, pairs: &[(usize, usize)], found: &mut Found) {
        if let Some(changes) = self.undone(pairs) {
            let known = found.entry(changes).or_insert(kind);
            *known = kind.min(*known);
        }
    }

    /// Two lines exchanged, or two cells that face each other in them.
    fn exchanges(&self, kind: Move, lines: &[Line], found: &mut Found) {
        let touches = |line: &Line| line.iter().any(|at| self.cell(*at).is_some_and(|cell| self.key.touches(cell)));
        for (place, a) in lines.iter().enumerate() {
            // Every movement must act on the shortest broken equation.
            for b in lines.iter().skip(place + 1).filter(|b| touches(a) || touches(b)) {
                self.keep(kind, &self.exchange(a, b), found);
                for pairs in a.iter().zip(b).filter_map(|(a, b)| self.swap(*a, *b)) {
                    self.keep(Move::Cells, &pairs, found);
                }
            }
        }
    }

    /// The same run of every line, or of one of them, moved on by one. A run of two is an exchange.
    fn rotations(&self, kind: Move, lines: &[Line], length: usize, found: &mut Found) {
        let lines: Vec<Line> = lines.iter().map(|line| self.filled(line)).collect();
        let runs = (0..length).flat_map(|first| (first + 2..length).map(move |last| (first, last)));
        for ((first, last), on) in runs.flat_map(|run| [(run, true), (run, false)]) {
            let mut all = Vec::new();
            for run in lines.iter().map(|line| between(line, first, last)).filter(|run| self.may_rotate(run, on)) {
                let pairs = rotated(run, on);
                if run.iter().any(|(_, cell)| self.key.touches(*cell)) {
                    self.keep(kind, &pairs, found);
                }
                all.extend(pairs);
            }
            self.keep(kind, &all, found);
        }
    }

    /// The cells of a line that there are, each with its place in the line.
    fn filled(&self, line: &[(usize, usize)]) -> Line {
        line.iter().enumerate().filter_map(|(place, at)| Some((place, self.cell(*at)?))).collect()
    }

    /// Whether a run can be moved back by one: what comes round must have been nothing.
    fn may_rotate(&self, run: &[(usize, usize)], on: bool) -> bool {
        let comes_round = if on { run.first() } else { run.last() };
        run.len() >= 3 && comes_round.is_some_and(|(_, cell)| self.system.value(*cell) == Amount::ZERO)
    }

    fn cell(&self, (row, column): (usize, usize)) -> Option<usize> {
        self.rows.get(row).and_then(|row| row.get(column)).copied().flatten()
    }

    /// Which cell takes whose value when two cells are exchanged back.
    fn swap(&self, a: (usize, usize), b: (usize, usize)) -> Option<[(usize, usize); 2]> {
        let (a, b) = (self.cell(a)?, self.cell(b)?);
        (self.key.touches(a) || self.key.touches(b)).then_some([(a, b), (b, a)])
    }

    /// Which cell takes whose value when two runs are exchanged back.
    fn exchange(&self, a: &[(usize, usize)], b: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let pairs = a.iter().zip(b).filter_map(|(a, b)| Some((self.cell(*a)?, self.cell(*b)?)));
        pairs.flat_map(|(a, b)| [(a, b), (b, a)]).collect()
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

/// The part of a line from one place to another.
fn between(line: &[(usize, usize)], first: usize, last: usize) -> &[(usize, usize)] {
    let start = line.partition_point(|(place, _)| *place < first);
    let end = line.partition_point(|(place, _)| *place <= last);
    line.get(start..end).unwrap_or_default()
}

/// Which cell takes whose value when a run is moved back by one.
fn rotated(run: &[(usize, usize)], on: bool) -> Vec<(usize, usize)> {
    let count = run.len();
    let step = if on { 1 } else { count.saturating_sub(1) };
    let from = |at: usize| run.get((at + step) % count.max(1)).map(|(_, cell)| *cell);
    run.iter().enumerate().filter_map(|(at, (_, cell))| Some((*cell, from(at)?))).collect()
}
