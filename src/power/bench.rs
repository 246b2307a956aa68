//! Clean returns of a table, and what becomes of them.

use super::judge::{Outcome, judge};
use super::mishap::mistyped;
use super::{Dice, Mishap};
use crate::address::{FileId, Place, Position};
use crate::diagnose::{Diagnosis, Evidence, diagnose};
use crate::form::{FormId, Rulebook, Shape, SlotId, TableId};
use crate::returns::{Agency, Fact, ItemCode, Return, Status, TableReading};
use crate::value::{Problem, Reading, Rewrites};
use std::collections::BTreeMap;

/// Values of a table by slot; none where nothing is filled in.
pub(crate) type Values = BTreeMap<SlotId, Option<i64>>;

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
    pub fn spoilt(
        &self,
        clean: &Values,
        slip: Mishap,
        count: usize,
        formulas: bool,
        dice: &mut Dice,
    ) -> Option<Values> {
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
    fn displace(&self, values: &mut Values, slip: Mishap, typed: &[SlotId], dice: &mut Dice) -> Option<()> {
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
            Mishap::Cells => {
                let (a, b) = (*dice.pick(&row)?, *dice.pick(&row)?);
                exchange(values, a, b);
            }
            Mishap::Rows => {
                let other = at(*dice.pick(typed)?).1;
                for slot in &row {
                    let twin = typed.iter().copied().find(|twin| at(*twin) == (start.0, other, at(*slot).2))?;
                    exchange(values, *slot, twin);
                }
            }
            Mishap::Down | Mishap::Across => {
                let run = if slip == Mishap::Down { line(&|at| at.2 == start.2) } else { row };
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
    pub fn trial(&self, slip: Mishap, count: usize, formulas: bool, dice: &mut Dice) -> Option<Outcome> {
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
