//! All returns of a run side by side: duplicates, resubmissions, who is missing, last year's figures.
//!
//! The rule by which one of several different returns of an agency and year is counted, table by table: figures of a
//! return before those of sentences; the form in force; a year that nothing contradicts; the higher mark of revision in
//! the file's name (更正, 第二版 ...); fewer broken identities; more numbers; the later name. File times are not used: they
//! change when files are copied.

use crate::address::FileId;
use crate::agency::clue::{ClueWords, revision_rank};
use crate::agency::roster::Roster;
use crate::check;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Level, Rulebook, TableId};
use crate::intake::{FileOutcome, InputFile};
use crate::returns::{Agency, Return, Status};
use crate::value::{Amount, Meaning};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Figures of an earlier year by agency and code, for comparison across years.
pub type EarlierFigures = BTreeMap<(u16, Agency), BTreeMap<String, Amount>>;

/// A run's returns with their fate decided.
#[derive(Debug)]
pub struct Collation {
    /// What every file came to, in the order of the inputs.
    pub outcomes: Vec<FileOutcome>,
    /// The report years for which something arrived, in order.
    pub years: Vec<u16>,
    /// Findings that concern more than one file.
    pub findings: Vec<Finding>,
}

impl Collation {
    /// All returns of a year, in the order of the inputs.
    pub fn returns(&self, year: u16) -> impl Iterator<Item = &Return> + Clone {
        self.outcomes.iter().flat_map(|outcome| &outcome.returns).filter(move |one| one.year == year)
    }
}

/// Decides which returns are counted and compares them.
#[must_use]
pub fn collate(
    mut outcomes: Vec<FileOutcome>,
    inputs: &[InputFile],
    book: &Rulebook,
    roster: Option<&Roster>,
    words: &ClueWords,
    earlier: &EarlierFigures,
) -> Collation {
    let mut findings = Vec::new();
    mark_duplicates(&mut outcomes, &mut findings);
    let contest = Contest { inputs, book, words };
    contest.settle(&mut outcomes, &mut findings);
    let years: Vec<u16> = outcomes
        .iter()
        .flat_map(|outcome| outcome.returns.iter().map(|one| one.year))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    for one in outcomes.iter().flat_map(|outcome| &outcome.returns) {
        let form = book.form(one.form);
        if one.status != Status::Duplicate && form.required && !form.in_force(one.year) {
            let right = book.required_form(one.year).map(|form| book.form(form).code.clone()).unwrap_or_default();
            findings.push(
                Finding::new(Level::Error, "form.year", "form_year")
                    .in_file(one.file)
                    .of(&one.agency, one.year)
                    .values(&form.code, &right)
                    .with("form", Arg::Text(form.source.clone()))
                    .with(
                        "right",
                        Arg::Text(
                            book.required_form(one.year).map(|form| book.form(form).source.clone()).unwrap_or_default(),
                        ),
                    ),
            );
        }
    }
    findings.extend(missing_tables(&outcomes, book));
    findings.extend(carry_over(&outcomes, book, earlier));
    let collation = Collation { outcomes, years, findings: Vec::new() };
    if let Some(roster) = roster {
        for year in &collation.years {
            findings.extend(missing_agencies(&collation, *year, book, roster));
        }
    }
    Collation { findings, ..collation }
}

/// Whether the agency sent anything on the year's required form that is counted.
#[must_use]
pub fn has_reported(collation: &Collation, year: u16, book: &Rulebook, agency: &Agency) -> bool {
    let owed = book.forms.iter().any(|form| form.required && form.in_force(year));
    collation
        .returns(year)
        .any(|one| one.agency == *agency && one.status == Status::Counted && (!owed || book.form(one.form).required))
}

fn mark_duplicates(outcomes: &mut [FileOutcome], findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for place in 0..outcomes.len() {
        let Some((earlier, rest)) = outcomes.split_at_mut_checked(place) else { continue };
        let Some(outcome) = rest.first_mut().filter(|outcome| !outcome.sha256.is_empty()) else { continue };
        let Some(original) = first.get(&outcome.sha256).and_then(|at| earlier.get(*at)) else {
            first.insert(outcome.sha256.clone(), place);
            continue;
        };
        for copy in &mut outcome.returns {
            let same = original.returns.iter().find(|one| (one.year, one.form) == (copy.year, copy.form));
            let Some(same) = same else { continue };
            if same.agency == copy.agency {
                copy.status = Status::Duplicate;
                copy.tables.iter_mut().for_each(|table| table.counted = false);
                findings.push(
                    Finding::new(Level::Note, "return.duplicate", "duplicate")
                        .in_file(copy.file)
                        .of(&copy.agency, copy.year)
                        .with("original", Arg::File(same.file)),
                );
            } else {
                findings.push(
                    Finding::new(Level::Query, "return.same_bytes", "same_bytes")
                        .in_file(copy.file)
                        .of(&copy.agency, copy.year)
                        .with("original", Arg::File(same.file))
                        .with("other", Arg::Agency(same.agency.clone())),
                );
            }
        }
        if outcome.returns.iter().all(|one| one.status == Status::Duplicate) {
            // What is wrong in a copy has been said of the original.
            outcome.findings.retain(|finding| finding.level == Level::Note || finding.rule.starts_with("file."));
        }
    }
}

/// Tables that fill the same quarter of their figures are about equally full.
const QUARTERS: usize = 4;

/// Return and table of a contest, by place.
type Contender = (usize, usize, usize);

struct Contest<'a> {
    inputs: &'a [InputFile],
    book: &'a Rulebook,
    words: &'a ClueWords,
}

impl Contest<'_> {
    fn settle(&self, outcomes: &mut [FileOutcome], findings: &mut Vec<Finding>) {
        let mut claims: BTreeMap<(Agency, u16, &str), Vec<Contender>> = BTreeMap::new();
        for (o, outcome) in outcomes.iter().enumerate() {
            for (r, one) in outcome.returns.iter().enumerate().filter(|(_, one)| one.status == Status::Counted) {
                for (t, table) in one.tables.iter().enumerate() {
                    let code = self.book.table(table.table).code.as_str();
                    claims.entry((one.agency.clone(), one.year, code)).or_default().push((o, r, t));
                }
            }
        }
        let mut beaten: BTreeMap<(usize, usize), BTreeSet<(usize, usize)>> = BTreeMap::new();
        for contenders in claims.values().filter(|contenders| contenders.len() > 1) {
            let best = contenders.iter().copied().max_by_key(|contender| self.rank(outcomes, *contender));
            let Some(best) = best else { continue };
            for loser in contenders.iter().filter(|contender| **contender != best) {
                beaten.entry((loser.0, loser.1)).or_default().insert((best.0, best.1));
                let table = outcomes.get_mut(loser.0).and_then(|outcome| outcome.returns.get_mut(loser.1));
                if let Some(table) = table.and_then(|one| one.tables.get_mut(loser.2)) {
                    table.counted = false;
                }
            }
        }
        for ((o, r), winners) in beaten {
            let Some(loser) = outcomes.get(o).and_then(|outcome| outcome.returns.get(r)) else { continue };
            let winners: Vec<&Return> = winners
                .iter()
                .filter_map(|(o, r)| outcomes.get(*o).and_then(|outcome| outcome.returns.get(*r)))
                .collect();
            let Some(winner) = winners.first() else { continue };
            let differing = loser
                .facts
                .iter()
                .filter(|fact| {
                    let other = fact.item.as_slot().and_then(|slot| {
                        let other = self.book.slot_by_code(winner.form, &self.book.slot(slot).code)?;
                        winner.fact(other)
                    });
                    other.and_then(crate::returns::Fact::value) != fact.value()
                })
                .count();
            let whole = loser.tables.iter().all(|table| !table.counted);
            if whole && loser.is_narrative() && !winner.is_narrative() {
                // Compared with the return figure by figure (see `narrative`).
                if let Some(loser) = outcomes.get_mut(o).and_then(|outcome| outcome.returns.get_mut(r)) {
                    loser.status = Status::Superseded;
                }
                continue;
            }
            findings.push(
                Finding::new(
                    Level::Query,
                    "return.superseded",
                    if whole { "superseded" } else { "superseded_in_part" },
                )
                .in_file(loser.file)
                .of(&loser.agency, loser.year)
                .with("winner", Arg::File(winner.file))
                .with("differing", Arg::Count(differing)),
            );
            if whole && let Some(loser) = outcomes.get_mut(o).and_then(|outcome| outcome.returns.get_mut(r)) {
                loser.status = Status::Superseded;
            }
        }
    }

    /// How much a table claims to be the one that counts. Identities decide only between tables that are about equally
    /// full: an empty table breaks none.
    fn rank(&self, outcomes: &[FileOutcome], (o, r, t): Contender) -> impl Ord + use<> {
        outcomes.get(o).and_then(|outcome| outcome.returns.get(r)).map(|one| {
            let name = self.name(one.file);
            let base = name.rsplit('/').next().unwrap_or(name);
            let table = one.tables.get(t).map(|reading| reading.table);
            let numbers = one
                .facts
                .iter()
                .filter(|fact| {
                    fact.meaning == Meaning::Number
                        && fact.item.as_slot().map(|slot| self.book.slot(slot).table) == table
                })
                .count();
            let figures = table.map_or(0, |table| self.book.slots_of(self.book.table(table)).count());
            (
                numbers > 0,
                !one.is_narrative(),
                self.book.form(one.form).in_force(one.year),
                !one.year_disputed,
                revision_rank(base, self.words),
                (numbers * QUARTERS).div_ceil(figures.max(1)),
                Reverse(one.identities_checked - one.identities_held),
                numbers,
                name.to_owned(),
                r,
            )
        })
    }

    fn name(&self, file: FileId) -> &str {
        usize::try_from(file.0).ok().and_then(|place| self.inputs.get(place)).map_or("", |input| &input.name)
    }
}

fn missing_tables(outcomes: &[FileOutcome], book: &Rulebook) -> Vec<Finding> {
    let mut sent: BTreeMap<(&Agency, u16), Vec<&Return>> = BTreeMap::new();
    for one in outcomes.iter().flat_map(|outcome| &outcome.returns) {
        if one.status == Status::Counted && book.form(one.form).required {
            sent.entry((&one.agency, one.year)).or_default().push(one);
        }
    }
    let mut findings = Vec::new();
    for ((agency, year), returns) in sent {
        let Some(main) = returns.iter().max_by_key(|one| (one.tables.len(), Reverse(one.file))) else { continue };
        let present: BTreeSet<&str> = returns
            .iter()
            .flat_map(|one| &one.tables)
            .filter(|table| table.counted)
            .map(|table| book.table(table.table).code.as_str())
            .collect();
        for table in &book.form(main.form).tables {
            if !present.contains(book.table(*table).code.as_str()) {
                findings.push(
                    Finding::new(Level::Query, "layout.missing_table", "missing_table")
                        .in_file(main.file)
                        .of(agency, year)
                        .about(Subject::Table(*table))
                        .with("table", Arg::Table(*table)),
                );
            }
        }
        for one in returns {
            for table in one.tables.iter().filter(|table| table.counted) {
                if is_blank(one, table.table, book) {
                    findings.push(
                        Finding::new(Level::Query, "value.blank_table", "blank_table")
                            .in_file(one.file)
                            .of(agency, year)
                            .about(Subject::Table(table.table))
                            .with("table", Arg::Table(table.table)),
                    );
                }
            }
        }
    }
    findings
}

fn is_blank(one: &Return, table: TableId, book: &Rulebook) -> bool {
    let mut facts = one
        .facts
        .iter()
        .filter(|fact| fact.item.as_slot().is_some_and(|slot| book.slot(slot).table == table))
        .peekable();
    // A table of which nothing could be read has a finding of its own.
    facts.peek().is_some() && facts.all(|fact| fact.meaning == Meaning::Blank)
}

/// Compares every counted return with the same agency's figures of the year before.
fn carry_over(outcomes: &[FileOutcome], book: &Rulebook, earlier: &EarlierFigures) -> Vec<Finding> {
    let counted = || outcomes.iter().flat_map(|outcome| &outcome.returns).filter(|one| one.status == Status::Counted);
    let mut by_year: BTreeMap<(u16, &Agency), Vec<&Return>> = BTreeMap::new();
    for one in counted() {
        by_year.entry((one.year, &one.agency)).or_default().push(one);
    }
    let mut findings = Vec::new();
    for one in counted() {
        let year = one.year.saturating_sub(1);
        let in_run = by_year.get(&(year, &one.agency));
        let from_before = earlier.get(&(year, one.agency.clone()));
        if in_run.is_none() && from_before.is_none() {
            continue;
        }
        let previous = |code: &str| match in_run {
            Some(returns) => returns.iter().find_map(|before| {
                let slot = book.slot_by_code(before.form, code)?;
                let table = book.slot(slot).table;
                before.tables.iter().find(|reading| reading.table == table && reading.counted)?;
                before.fact(slot).and_then(check::stated)
            }),
            None => from_before.and_then(|figures| figures.get(code).copied()),
        };
        findings.extend(check::across_years(one, book, &previous).into_iter().filter(|finding| {
            matches!(&finding.subject, Some(Subject::Slot(slot))
                if one.tables.iter().any(|table| table.counted && table.table == book.slot(*slot).table))
        }));
    }
    findings
}

fn missing_agencies(collation: &Collation, year: u16, book: &Rulebook, roster: &Roster) -> Vec<Finding> {
    let owed = book.forms.iter().any(|form| form.required && form.in_force(year));
    if !owed {
        return Vec::new();
    }
    let reported: BTreeSet<&Agency> = collation
        .returns(year)
        .filter(|one| one.status == Status::Counted && book.form(one.form).required)
        .map(|one| &one.agency)
        .collect();
    (0..roster.agencies().len())
        .map(Agency::Listed)
        .filter(|agency| !reported.contains(agency))
        .map(|agency| Finding::new(Level::Error, "return.missing", "missing_return").of(&agency, year))
        .collect()
}
