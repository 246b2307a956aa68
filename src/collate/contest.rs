//! Resubmissions: which of several different returns of an agency and year is counted.
//!
//! The rule, table by table: figures before none; figures of a return before those of sentences; the form in force; a year that nothing contradicts; the higher mark of
//! revision in the file's name (更正, 第二版 ...); figures other than zero before none; fuller by a quarter; fewer broken
//! identities; more numbers; the later name. File times are not used: they change when files are copied.

use super::Bench;
use crate::address::FileId;
use crate::agency::clue::revision_rank;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Rulebook, SlotId, TableId};
use crate::intake::FileOutcome;
use crate::label;
use crate::level::Level;
use crate::returns::{Agency, Fact, Return, Status};
use crate::value::{Amount, Meaning};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Tables that fill the same quarter of their figures are about equally full.
const QUARTERS: usize = 4;

/// Return and table of a contest, by place.
type Contender = (usize, usize, usize);

/// A lost table, and the return that has it instead.
type Loss = (TableId, (usize, usize));

/// What a beaten return says otherwise than those that beat it.
#[derive(Default)]
struct Difference {
    /// Figures that differ.
    differing: usize,
    /// Figures among them that the other return leaves blank or lacks: they are counted nowhere.
    lacking: usize,
    /// Figures among them that both state.
    contradicting: usize,
    /// Figures of the form that differ: what the loser says, and what the winner says.
    changes: Vec<(SlotId, Option<Amount>, Option<Amount>)>,
}

pub(super) struct Contest<'a> {
    bench: &'a Bench<'a>,
    book: &'a Rulebook,
}

impl<'a> Contest<'a> {
    pub(super) fn new(bench: &'a Bench<'a>) -> Self {
        Contest { bench, book: bench.book }
    }

    /// Decides every contest and says what was decided.
    pub(super) fn settle(&self, outcomes: &mut [FileOutcome], findings: &mut Vec<Finding>) {
        let mut claims: BTreeMap<(Agency, u16, &str), Vec<Contender>> = BTreeMap::new();
        for (o, outcome) in outcomes.iter().enumerate() {
            for (r, one) in outcome.returns.iter().enumerate().filter(|(_, one)| one.status == Status::Counted) {
                for (t, table) in one.tables.iter().enumerate() {
                    let code = self.book.table(table.table).code.as_str();
                    claims.entry((one.agency.clone(), one.year, code)).or_default().push((o, r, t));
                }
            }
        }
        let mut lost: BTreeMap<(usize, usize), Vec<Loss>> = BTreeMap::new();
        for contenders in claims.values().filter(|contenders| contenders.len() > 1) {
            let best = contenders.iter().copied().max_by_key(|contender| self.rank(outcomes, *contender));
            let Some(best) = best else { continue };
            for (o, r, t) in contenders.iter().copied().filter(|contender| *contender != best) {
                let table = outcomes.get_mut(o).and_then(|outcome| outcome.returns.get_mut(r));
                if let Some(table) = table.and_then(|one| one.tables.get_mut(t)) {
                    table.counted = false;
                    lost.entry((o, r)).or_default().push((table.table, (best.0, best.1)));
                }
            }
        }
        for ((o, r), losses) in lost {
            let Some(loser) = at(outcomes, (o, r)) else { continue };
            let losses: Vec<(TableId, &Return)> =
                losses.iter().filter_map(|(table, winner)| Some((*table, at(outcomes, *winner)?))).collect();
            let Some((_, winner)) = losses.first() else { continue };
            let whole = loser.tables.iter().all(|table| !table.counted);
            if whole && loser.is_narrative() && !winner.is_narrative() {
                // Compared with the return figure by figure (see `narrative`).
                set_superseded(outcomes, (o, r));
                continue;
            }
            findings.push(self.finding(loser, winner, &self.difference(loser, &losses), whole));
            if whole {
                set_superseded(outcomes, (o, r));
            }
        }
    }

    fn finding(&self, loser: &Return, winner: &Return, difference: &Difference, whole: bool) -> Finding {
        let message = match (whole, difference.lacking) {
            (true, 0) => "superseded",
            (true, _) => "superseded_lacking",
            (false, 0) => "superseded_in_part",
            (false, _) => "superseded_in_part_lacking",
        };
        // Halves of one table in two files: nothing is said twice, so nothing has been replaced.
        let halves = difference.lacking > 0 && difference.contradicting == 0;
        let level = match (halves, difference.differing) {
            (true, _) => Level::Error,
            // The same figures in another file: nothing to choose.
            (false, 0) => Level::Note,
            (false, _) => Level::Query,
        };
        let size = |(_, old, new): &(SlotId, Option<Amount>, Option<Amount>)| {
            let change = new.unwrap_or(Amount::ZERO) - old.unwrap_or(Amount::ZERO);
            if change.is_negative() { Amount::ZERO - change } else { change }
        };
        let mut finding = Finding::new(level, "return.superseded", message)
            .in_file(loser.file)
            .of(&loser.agency, loser.year)
            .with("winner", Arg::File(winner.file))
            .with("differing", Arg::Count(difference.differing))
            .with("lacking", Arg::Count(difference.lacking))
            .with("changes", Arg::Changes(difference.changes.clone()));
        finding.effect = difference.changes.iter().map(size).max();
        finding
    }

    /// Compares the lost tables' figures with those that are counted instead.
    fn difference(&self, loser: &Return, losses: &[(TableId, &Return)]) -> Difference {
        let mut difference = Difference::default();
        for fact in &loser.facts {
            let Some(table) = table_of(loser, fact, self.book) else { continue };
            let Some((_, winner)) = losses.iter().find(|(lost, _)| *lost == table) else { continue };
            let other = self.counterpart(loser, fact, winner);
            if other.map(Fact::raw) == Some(fact.raw()) {
                continue;
            }
            let said = |fact: &Fact| (fact.meaning != Meaning::Blank).then(|| (fact.value(), fact.meaning));
            let (own, other) = (said(fact), other.and_then(said));
            if let (Some(slot), true) = (fact.item.as_slot(), own != other) {
                let value = |said: Option<(Option<Amount>, Meaning)>| said.and_then(|(value, _)| value);
                difference.changes.push((slot, value(own), value(other)));
            }
            difference.differing += usize::from(own != other);
            difference.lacking += usize::from(own.is_some() && other.is_none());
            difference.contradicting += usize::from(own.is_some() && other.is_some() && own != other);
        }
        difference
    }

    /// The same figure of another return, on whatever form.
    fn counterpart<'r>(&self, one: &Return, fact: &Fact, other: &'r Return) -> Option<&'r Fact> {
        match (fact.item.as_slot(), fact.item.as_open()) {
            (Some(slot), _) => other.fact(self.book.slot_by_code(other.form, &self.book.slot(slot).code)?),
            (None, Some(place)) => {
                let key = label::key(&one.open.get(place)?.label);
                let is_same = |place: usize| other.open.get(place).is_some_and(|open| label::key(&open.label) == key);
                other.facts.iter().find(|fact| fact.item.as_open().is_some_and(is_same))
            }
            (None, None) => None,
        }
    }

    /// How much a table claims to be the one that counts. Identities decide only between tables that are about equally
    /// full: an empty table breaks none.
    fn rank(&self, outcomes: &[FileOutcome], (o, r, t): Contender) -> impl Ord + use<> {
        at(outcomes, (o, r)).map(|one| {
            let name = self.name(one.file);
            let base = name.rsplit('/').next().unwrap_or(name);
            let table = one.tables.get(t).map(|reading| reading.table);
            let of_table = |fact: &&Fact| {
                fact.meaning == Meaning::Number && table.is_some() && table_of(one, fact, self.book) == table
            };
            let numbers = one.facts.iter().filter(of_table).count();
            let speaks = one.facts.iter().filter(of_table).any(|fact| fact.value() != Some(Amount::ZERO));
            let figures = table.map_or(0, |table| self.book.slots_of(self.book.table(table)).count());
            (
                (numbers > 0, !one.is_narrative(), self.book.form(one.form).in_force(one.year), !one.year_disputed),
                revision_rank(base, self.bench.words),
                // What came back with the questions is later than what they were about.
                outcomes.get(o).is_some_and(|outcome| outcome.answers.is_returned),
                speaks,
                (numbers * QUARTERS).div_ceil(figures.max(1)),
                Reverse(one.proof().broken()),
                numbers,
                name.to_owned(),
                r,
            )
        })
    }

    fn name(&self, file: FileId) -> &str {
        let place = usize::try_from(file.0).ok();
        place.and_then(|place| self.bench.inputs.get(place)).map_or("", |input| &input.name)
    }
}

fn at(outcomes: &[FileOutcome], (o, r): (usize, usize)) -> Option<&Return> {
    outcomes.get(o).and_then(|outcome| outcome.returns.get(r))
}

fn set_superseded(outcomes: &mut [FileOutcome], (o, r): (usize, usize)) {
    if let Some(loser) = outcomes.get_mut(o).and_then(|outcome| outcome.returns.get_mut(r)) {
        loser.status = Status::Superseded;
    }
}

/// The table in which a fact stands.
fn table_of(one: &Return, fact: &Fact, book: &Rulebook) -> Option<TableId> {
    match (fact.item.as_slot(), fact.item.as_open()) {
        (Some(slot), _) => Some(book.slot(slot).table),
        (None, place) => one.open.get(place?).map(|open| open.table),
    }
}

/// What is wrong in a table that is not counted need not be corrected any more: it is noted, no error.
pub(super) fn quieten(outcomes: &mut [FileOutcome], book: &Rulebook) {
    for outcome in outcomes {
        let FileOutcome { returns, findings, .. } = outcome;
        if returns.iter().all(|one| one.tables.iter().all(|table| table.counted)) {
            continue;
        }
        for finding in findings.iter_mut().filter(|finding| finding.level != Level::Note) {
            let own = |one: &&Return| finding.agency.as_ref() == Some(&one.agency) && finding.year == Some(one.year);
            let mut own = returns.iter().filter(own).peekable();
            if own.peek().is_none() {
                continue;
            }
            let table = finding.subject.as_ref().map(|subject| match subject {
                Subject::Slot(slot) | Subject::Row(slot) | Subject::Column(slot) => book.slot(*slot).table,
                Subject::Table(table) | Subject::Open(table, _) => *table,
            });
            let is_counted = |one: &Return| {
                one.tables.iter().any(|reading| reading.counted && table.is_none_or(|table| reading.table == table))
            };
            let has_table = |one: &Return| table.is_none_or(|table| one.tables.iter().any(|t| t.table == table));
            if own.clone().any(has_table) && !own.any(is_counted) {
                finding.level = Level::Note;
            }
        }
    }
}
