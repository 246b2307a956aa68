//! How well the rules of a form find and name wrong cells: clean returns are made, spoilt, and diagnosed.
//!
//! Everything is made by a generator of its own with a fixed beginning, so that the same command prints the same report
//! on every machine.

use crate::address::{FileId, Place, Position};
use crate::diagnose::{Confidence, Diagnosis, Evidence, diagnose};
use crate::form::{FormId, Rulebook, Shape, SlotId, TableId};
use crate::returns::{Agency, Fact, ItemCode, Return, Status, TableReading};
use crate::value::{Amount, Problem, Reading, Rewrites};
use std::collections::BTreeMap;

/// Numbers that look random and are always the same.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A generator that begins with `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// The next number (splitmix64, Steele et al. 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(usize::try_from(self.below(items.len() as u64)).unwrap_or(0))
    }

    /// A figure as departments have them: often nothing, mostly small, seldom large.
    fn figure(&mut self) -> i64 {
        let bound = match self.below(10) {
            0..=3 => return 0,
            4..=7 => 20,
            8 => 200,
            _ => 3000,
        };
        i64::try_from(self.below(bound)).unwrap_or(0)
    }
}

/// What is done to a clean return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// A digit becomes another.
    Digit,
    /// Two neighbouring digits are exchanged.
    Transposed,
    /// A digit is left out.
    Dropped,
    /// A digit is typed twice.
    Doubled,
    /// A zero too many.
    ExtraZero,
    /// The number is forgotten: a zero stands in its place.
    Omitted,
    /// Two cells of a row are exchanged.
    Cells,
    /// Two rows are exchanged.
    Rows,
    /// A run of a column moves down by one.
    Down,
    /// A row moves to the right by one.
    Across,
}

/// All of them.
pub const SLIPS: [Slip; 10] = [
    Slip::Digit,
    Slip::Transposed,
    Slip::Dropped,
    Slip::Doubled,
    Slip::ExtraZero,
    Slip::Omitted,
    Slip::Cells,
    Slip::Rows,
    Slip::Down,
    Slip::Across,
];

impl Slip {
    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Slip::Digit => "slip_digit",
            Slip::Transposed => "slip_transposed",
            Slip::Dropped => "slip_dropped",
            Slip::Doubled => "slip_doubled",
            Slip::ExtraZero => "slip_extra_zero",
            Slip::Omitted => "slip_omitted",
            Slip::Cells => "move_cells",
            Slip::Rows => "move_rows",
            Slip::Down => "move_down",
            Slip::Across => "move_across",
        }
    }

    /// Whether it changes one cell, so that several can be made at once.
    #[must_use]
    pub fn is_single(self) -> bool {
        self <= Slip::Omitted
    }
}

/// Values of a table by slot; none where nothing is filled in.
pub type Values = BTreeMap<SlotId, Option<i64>>;

/// A table whose returns are made and spoilt.
pub struct Bench<'a> {
    book: &'a Rulebook,
    form: FormId,
    table: TableId,
}

impl<'a> Bench<'a> {
    /// A table of a form.
    #[must_use]
    pub fn new(book: &'a Rulebook, table: TableId) -> Self {
        Bench { book, form: book.table(table).form, table }
    }

    fn slots(&self) -> Vec<SlotId> {
        self.book.slots_of(self.book.table(self.table)).map(|(slot, _)| slot).collect()
    }

    /// Totals that the identities define: a sender may have a formula there.
    fn totals(&self) -> Vec<SlotId> {
        let own = self.book.form(self.form).identities.iter().filter(|identity| identity.table == self.table);
        own.filter(|identity| identity.shape == Shape::Total).flat_map(|identity| identity.whole.clone()).collect()
    }

    /// A return for which every identity holds. Leaves are thrown, the rest is what the identities force.
    pub fn clean(&self, dice: &mut Dice) -> Values {
        let form = self.book.form(self.form);
        let totals = self.totals();
        let own = || form.identities.iter().filter(|identity| identity.table == self.table);
        // One figure of every balance is what the others leave.
        let balancing: Vec<SlotId> = own()
            .filter(|identity| identity.shape == Shape::Balance)
            .filter_map(|identity| identity.parts.first().map(|term| term.slot))
            .collect();
        for _ in 0..1000 {
            let mut values: Values = self
                .slots()
                .into_iter()
                .map(|slot| (slot, (!totals.contains(&slot) && !balancing.contains(&slot)).then(|| dice.figure())))
                .collect();
            // What stands on the other side of a balance must leave something.
            for identity in own().filter(|identity| identity.shape == Shape::Balance) {
                for term in identity.parts.iter().skip(1) {
                    if let Some(Some(value)) = values.get_mut(&term.slot) {
                        *value = (*value).min(3);
                    }
                }
            }
            let one = self.made(&values, &[]);
            let forced = diagnose(&one, self.table, self.book, &Evidence::new(&|_| None));
            for correction in forced.map(|diagnosis| diagnosis.deduced).unwrap_or_default() {
                values.insert(correction.slot, correction.to.units());
            }
            if values.values().all(Option::is_some) {
                return values;
            }
        }
        Values::new()
    }

    /// A return with these values; what has none is unreadable. `formulas` are the cells that are formulas.
    fn made(&self, values: &Values, formulas: &[SlotId]) -> Return {
        let facts = values
            .iter()
            .map(|(slot, value)| {
                let data = self.book.slot(*slot);
                let position = Position { row: u32::from(data.row), column: u32::from(data.column) };
                let place = Place { sheet: u16::from(data.block), position };
                match value {
                    Some(value) => {
                        Fact::whole(ItemCode::slot(*slot), place, formulas.contains(slot), *value, Rewrites::default())
                    }
                    None => Fact::new(ItemCode::slot(*slot), place, false, "?", &Reading::text(Problem::Unreadable)),
                }
            })
            .collect();
        Return {
            file: FileId(0),
            agency: Agency::Named(String::new()),
            year: self.book.form(self.form).first_year,
            year_disputed: false,
            form: self.form,
            tables: vec![TableReading::new(self.table)],
            facts,
            open: Vec::new(),
            status: Status::Counted,
        }
    }

    /// Makes slips in a clean return: the spoilt values, and the cells whose right values are lost. Formulas follow.
    fn spoilt(&self, clean: &Values, slip: Slip, count: usize, formulas: bool, dice: &mut Dice) -> Option<Values> {
        let totals = self.totals();
        let typed: Vec<SlotId> = clean.keys().copied().filter(|slot| !formulas || !totals.contains(slot)).collect();
        let mut values = clean.clone();
        if slip.is_single() {
            let mut done: Vec<SlotId> = Vec::new();
            for _ in 0..400 {
                if done.len() == count {
                    break;
                }
                let Some(slot) = dice.pick(&typed).copied() else { break };
                let right = clean.get(&slot).copied().flatten().unwrap_or(0);
                let wrong = if done.contains(&slot) { None } else { mistyped(right, slip, dice) };
                if let Some(wrong) = wrong {
                    values.insert(slot, Some(wrong));
                    done.push(slot);
                }
            }
            if done.len() < count {
                return None;
            }
        } else {
            self.displace(&mut values, slip, &typed, dice)?;
        }
        if formulas {
            self.recalculate(&mut values);
        }
        (values != *clean).then_some(values)
    }

    /// Moves values as a hand does that is in the wrong row or column.
    fn displace(&self, values: &mut Values, slip: Slip, typed: &[SlotId], dice: &mut Dice) -> Option<()> {
        let at = |slot: SlotId| {
            let data = self.book.slot(slot);
            (data.block, data.row, data.column)
        };
        let start = at(*dice.pick(typed)?);
        let line = |same: &dyn Fn((u8, u8, u8)) -> bool| -> Vec<SlotId> {
            typed.iter().copied().filter(|slot| at(*slot).0 == start.0 && same(at(*slot))).collect()
        };
        let row = line(&|at| at.1 == start.1);
        let exchange = |values: &mut Values, a: SlotId, b: SlotId| {
            let (x, y) = (values.get(&a).copied().flatten(), values.get(&b).copied().flatten());
            values.insert(a, y);
            values.insert(b, x);
        };
        match slip {
            Slip::Cells => {
                let (a, b) = (*dice.pick(&row)?, *dice.pick(&row)?);
                exchange(values, a, b);
            }
            Slip::Rows => {
                let other = at(*dice.pick(typed)?).1;
                for slot in &row {
                    let twin = typed.iter().copied().find(|twin| at(*twin) == (start.0, other, at(*slot).2))?;
                    exchange(values, *slot, twin);
                }
            }
            Slip::Down | Slip::Across => {
                let run = if slip == Slip::Down { line(&|at| at.2 == start.2) } else { row };
                let first = usize::try_from(dice.below(run.len() as u64)).ok()?;
                let length = 3 + usize::try_from(dice.below(5)).ok()?;
                let run = run.get(first..(first + length).min(run.len())).filter(|run| run.len() >= 3)?;
                // The last place of the run was empty: its zero is what is pushed out.
                let last = *run.last()?;
                if values.get(&last).copied().flatten() != Some(0) {
                    return None;
                }
                for pair in run.windows(2).rev() {
                    if let [upper, lower] = pair {
                        let value = values.get(upper).copied().flatten();
                        values.insert(*lower, value);
                    }
                }
                values.insert(*run.first()?, Some(0));
            }
            _ => return None,
        }
        Some(())
    }

    /// Works out the formulas again, inner totals first.
    fn recalculate(&self, values: &mut Values) {
        let form = self.book.form(self.form);
        let totals =
            form.identities.iter().filter(|identity| identity.table == self.table && identity.shape == Shape::Total);
        let totals: Vec<_> = totals.collect();
        for _ in 0..3 {
            for identity in &totals {
                let sum: i64 = identity.parts.iter().filter_map(|term| values.get(&term.slot).copied().flatten()).sum();
                for slot in &identity.whole {
                    values.insert(*slot, Some(sum));
                }
            }
        }
    }

    /// Spoils one return and diagnoses it; none if the slip cannot be made there.
    pub fn trial(&self, slip: Slip, count: usize, formulas: bool, dice: &mut Dice) -> Option<Outcome> {
        let clean = self.clean(dice);
        let spoilt = self.spoilt(&clean, slip, count, formulas, dice)?;
        Some(self.outcome(&clean, &spoilt, formulas))
    }

    /// Diagnoses a spoilt return and compares with the clean one.
    #[must_use]
    pub fn outcome(&self, clean: &Values, spoilt: &Values, formulas: bool) -> Outcome {
        let totals = if formulas { self.totals() } else { Vec::new() };
        let diagnosis = self.diagnosis(spoilt, formulas);
        judge(clean, spoilt, diagnosis.as_ref(), &totals)
    }

    /// What is said of a return with these values.
    #[must_use]
    pub fn diagnosis(&self, values: &Values, formulas: bool) -> Option<Diagnosis> {
        let totals = if formulas { self.totals() } else { Vec::new() };
        diagnose(&self.made(values, &totals), self.table, self.book, &Evidence::new(&|_| None))
    }
}

/// What a slip makes of a number; none if it cannot happen to it.
fn mistyped(right: i64, slip: Slip, dice: &mut Dice) -> Option<i64> {
    let digits: Vec<u8> = right.to_string().into_bytes();
    let at = usize::try_from(dice.below(digits.len() as u64)).ok()?;
    let mut wrong = digits.clone();
    match slip {
        Slip::Digit => {
            let digit = b'0' + u8::try_from(dice.below(10)).ok()?;
            *wrong.get_mut(at)? = digit;
        }
        Slip::Transposed => {
            let next = at + 1;
            if next >= wrong.len() {
                return None;
            }
            wrong.swap(at, next);
        }
        Slip::Dropped => {
            if wrong.len() < 2 {
                return None;
            }
            wrong.remove(at);
        }
        Slip::Doubled => wrong.insert(at, *digits.get(at)?),
        Slip::ExtraZero => wrong.push(b'0'),
        Slip::Omitted => return (right != 0).then_some(0),
        _ => return None,
    }
    let wrong: i64 = String::from_utf8(wrong).ok()?.parse().ok()?;
    (wrong != right).then_some(wrong)
}

/// What a diagnosis was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing was noticed.
    Unnoticed,
    /// Noticed, but there were too many errors to say where.
    NotLocated,
    /// Among more than three explanations, or not among them, but none was preferred.
    AmongMany,
    /// Right, as one of at most three.
    AmongThree,
    /// The one explanation that was preferred is right.
    Unique,
    /// The one explanation that was preferred is wrong.
    Wrong,
    /// And it was called certain.
    WrongButCertain,
}

fn judge(clean: &Values, spoilt: &Values, diagnosis: Option<&Diagnosis>, formulas: &[SlotId]) -> Outcome {
    let Some(diagnosis) = diagnosis else { return Outcome::Unnoticed };
    if diagnosis.too_many {
        return Outcome::NotLocated;
    }
    if diagnosis.causes.is_empty() {
        return Outcome::Unnoticed;
    }
    let truth: BTreeMap<SlotId, i64> = clean
        .iter()
        .filter(|(slot, _)| !formulas.contains(slot))
        .filter(|(slot, value)| spoilt.get(slot) != Some(value))
        .filter_map(|(slot, value)| Some((*slot, (*value)?)))
        .collect();
    let mut ways = 1;
    let mut right = true;
    let mut named = 0;
    let mut wrong_certain = false;
    let mut preferred_wrong = false;
    for cause in &diagnosis.causes {
        let holds = |explanation: &crate::diagnose::Explanation| {
            explanation
                .corrections
                .iter()
                .all(|one| truth.get(&one.slot).copied().map(Amount::from_units) == Some(one.to))
        };
        let preferred = match cause.confidence {
            Confidence::Certain | Confidence::Likely => cause.explanations.get(..1).unwrap_or_default(),
            Confidence::OneOf(_) => cause.explanations.as_slice(),
        };
        ways *= preferred.len();
        let found = preferred.iter().find(|explanation| holds(explanation));
        right &= found.is_some();
        named += found.map_or(0, |explanation| explanation.corrections.len());
        wrong_certain |= found.is_none() && cause.confidence == Confidence::Certain;
        preferred_wrong |= found.is_none() && preferred.len() == 1;
    }
    right &= named == truth.len();
    match (right, ways) {
        _ if wrong_certain => Outcome::WrongButCertain,
        (true, 1) => Outcome::Unique,
        (true, 2..=3) => Outcome::AmongThree,
        (false, 1) => Outcome::Wrong,
        _ if preferred_wrong => Outcome::Wrong,
        _ => Outcome::AmongMany,
    }
}
