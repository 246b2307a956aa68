//! What was carried over from the year before.

use crate::address::CellRef;
use crate::check::{self};
use crate::earlier::EarlierFigures;
use crate::finding::{Finding, Subject};
use crate::form::Rulebook;
use crate::intake::FileOutcome;
use crate::level::Level;
use crate::returns::{Agency, Return, Status, stated};
use crate::returns::{Before, Origin};
use std::collections::{BTreeMap, BTreeSet};

/// Compares every counted return with the same agency's figures of the year before: those that were published, else
/// those in this run.
pub(super) fn over(outcomes: &[FileOutcome], book: &Rulebook, earlier: &EarlierFigures) -> Vec<Finding> {
    let counted = || outcomes.iter().flat_map(|outcome| &outcome.returns).filter(|one| one.status == Status::Counted);
    let mut by_year: BTreeMap<(u16, &Agency), Vec<&Return>> = BTreeMap::new();
    for one in counted() {
        by_year.entry((one.year, &one.agency)).or_default().push(one);
    }
    let mut findings = Vec::new();
    for one in counted() {
        let year = one.year.saturating_sub(1);
        let published = earlier.get(&(year, one.agency.clone()));
        let in_run = by_year.get(&(year, &one.agency)).map_or(&[][..], Vec::as_slice);
        if in_run.is_empty() && published.is_none() {
            continue;
        }
        let previous = |code: &str| {
            let published = published.and_then(|figures| figures.get(code)).cloned();
            published.or_else(|| in_run.iter().find_map(|before| figure(before, code, book)))
        };
        findings.extend(check::across_years(one, book, &previous).into_iter().filter(|finding| {
            matches!(&finding.subject, Some(Subject::Slot(slot))
                if one.tables.iter().any(|table| table.counted && table.table == book.slot(*slot).table))
        }));
    }
    findings
}

/// A counted figure of a return, with its cell.
fn figure(one: &Return, code: &str, book: &Rulebook) -> Option<Before> {
    let slot = book.slot_by_code(one.form, code)?;
    let table = book.slot(slot).table;
    one.tables.iter().find(|reading| reading.table == table && reading.counted)?;
    let fact = one.fact(slot)?;
    Some(Before { value: stated(fact)?, origin: Origin::Cell(CellRef { file: one.file, place: fact.place }) })
}

/// Last year's figures of the agencies whose identities are broken: what a diagnosis is weighed with.
pub(super) fn figures(outcomes: &[FileOutcome], book: &Rulebook, earlier: &EarlierFigures) -> EarlierFigures {
    let mut figures = EarlierFigures::new();
    let wanted: BTreeSet<(u16, &Agency)> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.findings)
        .filter(|finding| finding.level != Level::Note)
        .filter_map(|finding| Some((finding.year?.saturating_sub(1), finding.agency.as_ref()?)))
        .collect();
    let counted = outcomes.iter().flat_map(|outcome| &outcome.returns).filter(|one| one.status == Status::Counted);
    for one in counted.filter(|one| wanted.contains(&(one.year, &one.agency))) {
        let own = figures.entry((one.year, one.agency.clone())).or_default();
        for slot in one.facts.iter().filter_map(|fact| fact.item.as_slot()) {
            let code = &book.slot(slot).code;
            if let Some(before) = figure(one, code, book) {
                own.entry(code.clone()).or_insert(before);
            }
        }
    }
    for (year, agency) in wanted {
        if let Some(published) = earlier.get(&(year, agency.clone())) {
            figures.entry((year, agency.clone())).or_default().extend(published.clone());
        }
    }
    figures
}
