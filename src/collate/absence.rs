//! What is not there: agencies without a return, returns without a table, tables without a figure.

use super::{Collation, is_wrong_form};
use crate::address::FileId;
use crate::agency::roster::Roster;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Rulebook, TableId};
use crate::intake::FileOutcome;
use crate::level::Level;
use crate::returns::{Agency, Return, Status};
use crate::value::Meaning;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How an agency stands in a year, from worst to best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Nothing came.
    #[default]
    Missing,
    /// What came was replaced by nothing that counts.
    SupersededOnly,
    /// What came must be sent again: it was refused, or is on another year's form.
    Returned,
    /// Its return on the year's form is counted.
    Counted,
}

impl Standing {
    /// The name used in roster.csv.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Standing::Missing => "missing",
            Standing::SupersededOnly => "superseded_only",
            Standing::Returned => "returned",
            Standing::Counted => "counted",
        }
    }
}

/// How agencies stand, with the files that make it so. Who is not in it is missing.
pub(crate) type Standings = BTreeMap<Agency, (Standing, Vec<FileId>)>;

/// How every agency of which something came stands in a year.
#[must_use]
pub(crate) fn standings(collation: &Collation, year: u16, book: &Rulebook) -> Standings {
    let owed = book.required_form(year).is_some();
    let mut standings = Standings::new();
    let mut note = |agency: &Agency, standing: Standing, file: FileId| {
        let entry = standings.entry(agency.clone()).or_default();
        if standing > entry.0 {
            *entry = (standing, Vec::new());
        }
        if standing == entry.0 {
            entry.1.push(file);
        }
    };
    for one in collation.returns(year) {
        match one.status {
            Status::Counted if is_wrong_form(one, book) => note(&one.agency, Standing::Returned, one.file),
            Status::Counted if !owed || book.form(one.form).required => {
                note(&one.agency, Standing::Counted, one.file);
            }
            Status::Refused => note(&one.agency, Standing::Returned, one.file),
            Status::Superseded => note(&one.agency, Standing::SupersededOnly, one.file),
            Status::Counted | Status::Duplicate | Status::NotAReturn | Status::OtherYear => {}
        }
    }
    for (file, outcome) in collation.files_without_return(year) {
        let refused = outcome.rejected.as_ref().is_some_and(|rejection| rejection.status == Status::Refused);
        if let Some(agency) = outcome.claimed_agency.as_ref().filter(|_| refused) {
            note(agency, Standing::Returned, file);
        }
    }
    standings
}

/// Agencies of the roster that owe a return and sent none. Who sent the wrong form has been told so.
pub(super) fn agencies<'a>(
    collation: &'a Collation,
    year: u16,
    book: &'a Rulebook,
    roster: &'a Roster,
) -> impl Iterator<Item = Finding> + 'a {
    let owed = book.required_form(year).is_some();
    let standings = standings(collation, year, book);
    let told: BTreeSet<&Agency> = collation
        .returns(year)
        .filter(|one| one.status == Status::Counted && is_wrong_form(one, book))
        .map(|one| &one.agency)
        .collect();
    let count = if owed { roster.agencies().len() } else { 0 };
    (0..count)
        .map(Agency::Listed)
        .filter(move |agency| standings.get(agency).is_none_or(|(standing, _)| *standing != Standing::Counted))
        .filter(move |agency| !told.contains(agency))
        .map(move |agency| {
            let missing = |message| Finding::new(Level::Error, "return.missing", message).of(&agency, year);
            let other: Vec<FileId> = of_other_years(collation, &agency).collect();
            match other.first() {
                None => missing("missing_return"),
                Some(first) => missing("missing_return_other_year").in_file(*first).with("files", Arg::Files(other)),
            }
        })
}

/// Files of an agency whose year is not published: a year may be written wrongly, so they are named where it is missed.
fn of_other_years(collation: &Collation, agency: &Agency) -> impl Iterator<Item = FileId> {
    let is_published = |year: u16| collation.years.contains(&year);
    let is_other = move |outcome: &FileOutcome| {
        let own = |one: &Return| one.agency == *agency && !is_published(one.year);
        let claims = || outcome.claimed_agency.as_ref() == Some(agency);
        let year = || outcome.claimed_year.is_some_and(|year| !is_published(year));
        outcome.returns.iter().any(own) || (outcome.returns.is_empty() && claims() && year())
    };
    (0u32..).map(FileId).zip(&collation.outcomes).filter(move |(_, outcome)| is_other(outcome)).map(|(file, _)| file)
}

/// Tables that an agency's returns lack, or leave blank.
pub(super) fn tables(outcomes: &[FileOutcome], book: &Rulebook) -> Vec<Finding> {
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
        let finding = |rule: &str, message, one: &Return, table: TableId| {
            Finding::new(Level::Query, rule, message)
                .in_file(one.file)
                .of(agency, year)
                .about(Subject::Table(table))
                .with("table", Arg::Table(table))
        };
        for table in &book.form(main.form).tables {
            if !present.contains(book.table(*table).code.as_str()) {
                findings.push(finding("layout.missing_table", "missing_table", main, *table));
            }
        }
        for one in returns {
            let blank = one.tables.iter().filter(|table| table.counted && is_blank(one, table.table, book));
            findings.extend(blank.map(|table| finding("value.blank_table", "blank_table", one, table.table)));
        }
    }
    findings
}

/// Takes tables without a single figure or mark for none out of the count: who sent an empty form has not reported.
pub(super) fn discount_empty(outcomes: &mut [FileOutcome], book: &Rulebook) {
    for one in outcomes.iter_mut().flat_map(|outcome| &mut outcome.returns).filter(|one| one.status == Status::Counted)
    {
        let empty: Vec<TableId> =
            one.tables.iter().map(|t| t.table).filter(|table| is_empty(one, *table, book)).collect();
        one.tables.iter_mut().filter(|t| empty.contains(&t.table)).for_each(|table| table.counted = false);
        if one.tables.len() == empty.len() {
            one.status = Status::Refused;
        }
    }
}

fn is_empty(one: &Return, table: TableId, book: &Rulebook) -> bool {
    let own = |fact: &&crate::returns::Fact| match (fact.item.as_slot(), fact.item.as_open()) {
        (Some(slot), _) => book.slot(slot).table == table,
        (None, place) => place.and_then(|place| one.open.get(place)).is_some_and(|open| open.table == table),
    };
    one.facts.iter().filter(own).all(|fact| matches!(fact.meaning, Meaning::Blank | Meaning::Text))
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
