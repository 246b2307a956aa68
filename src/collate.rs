//! All returns of a run side by side: duplicates, resubmissions, who is missing, last year's figures.

mod absence;
mod carry;
mod contest;
mod copies;
mod diagnosis;
mod names;
mod narrative;

pub(crate) use absence::{Standing, Standings, standings};
pub(crate) use narrative::differences;

use crate::address::FileId;
use crate::agency::clue::ClueWords;
use crate::agency::roster::Roster;
use crate::earlier::EarlierFigures;
use crate::finding::{Arg, Finding};
use crate::form::Rulebook;
use crate::input::InputFile;
use crate::intake::FileOutcome;
use crate::level::Level;
use crate::returns::{Return, Status};
use contest::Contest;
use std::collections::BTreeSet;

/// A run's returns with their fate decided.
#[derive(Debug)]
pub struct Collation {
    /// What every file came to, in the order of the inputs.
    pub outcomes: Vec<FileOutcome>,
    /// The report years that are published, in order: those of the returns, or the one that the user wants.
    pub years: Vec<u16>,
    /// The only year wanted, if the user named one.
    pub only: Option<u16>,
    /// Findings that concern more than one file.
    pub findings: Vec<Finding>,
}

/// What files are compared with.
pub(crate) struct Bench<'a> {
    /// The files read.
    pub inputs: &'a [InputFile],
    /// The forms.
    pub book: &'a Rulebook,
    /// Who must report.
    pub roster: Option<&'a Roster>,
    /// Words for revisions in file names.
    pub words: &'a ClueWords,
    /// Published figures of earlier years.
    pub earlier: &'a EarlierFigures,
    /// The only year wanted.
    pub only: Option<u16>,
}

impl Collation {
    /// All returns of a year, in the order of the inputs.
    pub fn returns(&self, year: u16) -> impl Iterator<Item = &Return> + Clone {
        self.outcomes.iter().flat_map(|outcome| &outcome.returns).filter(move |one| one.year == year)
    }

    /// Whether a file gave no return and is listed with this year's.
    #[must_use]
    pub fn is_listed(&self, outcome: &FileOutcome, year: u16) -> bool {
        outcome.returns.is_empty() && self.belongs(outcome.claimed_year, year)
    }

    /// Files that gave no return and are listed with this year's.
    pub fn files_without_return(&self, year: u16) -> impl Iterator<Item = (FileId, &FileOutcome)> {
        (0u32..).map(FileId).zip(&self.outcomes).filter(move |(_, outcome)| self.is_listed(outcome, year))
    }

    /// The findings on files and between them that are listed with this year's.
    pub fn findings(&self, year: u16) -> impl Iterator<Item = &Finding> {
        self.all_findings().filter(move |finding| self.belongs(finding.year, year))
    }

    /// All findings on files and between them, but for those of years that the user does not want.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let wanted = |year: Option<u16>| self.only.is_none_or(|only| year.is_none_or(|year| year == only));
        let all = self.outcomes.iter().flat_map(|outcome| &outcome.findings).chain(&self.findings);
        all.filter(move |finding| wanted(finding.year))
    }

    /// All findings on files and between them.
    pub fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings).chain(&mut self.findings)
    }

    /// What claims a year stands in that year's lists; what claims none, or one of which nothing is published, stands
    /// in every year's, so that it is nowhere lost.
    fn belongs(&self, claimed: Option<u16>, year: u16) -> bool {
        claimed.is_none_or(|claimed| claimed == year || !self.years.contains(&claimed))
    }

    /// The returns that are listed with this year's, each with what became of it in this run.
    pub fn listed_returns<'o>(
        &self,
        outcome: &'o FileOutcome,
        year: u16,
    ) -> impl Iterator<Item = (&'o Return, Status)> {
        outcome.returns.iter().filter(move |one| self.belongs(Some(one.year), year)).map(move |one| {
            let status = if one.year == year { one.status } else { Status::OtherYear };
            (one, status)
        })
    }
}

/// Decides which returns are counted and compares them.
#[must_use]
pub(crate) fn collate(mut outcomes: Vec<FileOutcome>, bench: &Bench<'_>) -> Collation {
    let book = bench.book;
    let mut findings = Vec::new();
    names::unify(&mut outcomes);
    copies::mark(&mut outcomes, &mut findings);
    Contest::new(bench).settle(&mut outcomes, &mut findings);
    contest::quieten(&mut outcomes, book);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.returns.is_empty()) {
        // What is wrong with a refused file concerns the year that its name claims.
        let claimed = outcome.claimed_year;
        outcome.findings.iter_mut().for_each(|finding| finding.year = finding.year.or(claimed));
    }
    findings.extend(outcomes.iter().flat_map(|outcome| &outcome.returns).filter_map(|one| wrong_form(one, book)));
    findings.extend(absence::tables(&outcomes, book));
    absence::discount_empty(&mut outcomes, book);
    findings.extend(carry::over(&outcomes, book, bench.earlier));
    let last_years = carry::figures(&outcomes, book, bench.earlier);
    diagnosis::name_cells(&mut outcomes, book, &|one: &Return, code: &str| {
        last_years.get(&(one.year.saturating_sub(1), one.agency.clone()))?.get(code).cloned()
    });
    let years: BTreeSet<u16> = outcomes.iter().flat_map(|outcome| &outcome.returns).map(|one| one.year).collect();
    let years = years.into_iter().filter(|year| bench.only.is_none_or(|only| only == *year)).collect();
    let mut collation = Collation { outcomes, years, only: bench.only, findings };
    if let Some(roster) = bench.roster {
        let missing = collation.years.iter().flat_map(|year| absence::agencies(&collation, *year, book, roster));
        let missing: Vec<Finding> = missing.collect();
        collation.findings.extend(missing);
    }
    collation
}

/// A return on a form that is not in force in its year.
fn wrong_form(one: &Return, book: &Rulebook) -> Option<Finding> {
    let form = book.form(one.form);
    if one.status == Status::Duplicate || one.status == Status::Superseded || !is_wrong_form(one, book) {
        return None;
    }
    let finding = |message, right: &str| {
        Finding::new(Level::Error, "form.year", message)
            .in_file(one.file)
            .of(&one.agency, one.year)
            .values(&form.code, right)
            .with("form", Arg::Text(form.source.clone()))
    };
    Some(match book.required_form(one.year).map(|right| book.form(right)) {
        Some(right) => finding("form_year", &right.code).with("right", Arg::Text(right.source.clone())),
        None => finding("form_year_unknown", ""),
    })
}

/// Whether the return is on an official form that is not in force in its year.
#[must_use]
pub(crate) fn is_wrong_form(one: &Return, book: &Rulebook) -> bool {
    let form = book.form(one.form);
    form.required && !form.in_force(one.year)
}
