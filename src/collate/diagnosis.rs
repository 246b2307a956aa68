//! Puts to every broken identity which cell is probably wrong: after last year's figures are known.

use crate::address::CellRef;
use crate::diagnose::{Cause, Confidence, Correction, Diagnosis, Evidence, diagnose};
use crate::finding::{Arg, Finding, Statement, Subject};
use crate::form::{Rulebook, Shape, SlotId, TableId};
use crate::intake::FileOutcome;
use crate::returns::Before;
use crate::returns::{Return, Status};
use crate::value::Amount;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Diagnoses every counted table with a broken identity or a cell that cannot be read. `previous` gives an agency's
/// figure of the year before.
pub(super) fn name_cells(
    outcomes: &mut [FileOutcome],
    book: &Rulebook,
    previous: &(dyn Fn(&Return, &str) -> Option<Before> + Sync),
) {
    outcomes.par_iter_mut().for_each(|outcome| {
        let FileOutcome { returns, findings, .. } = outcome;
        // Findings that another one of the same cause says already.
        let mut said: BTreeSet<usize> = BTreeSet::new();
        for one in returns.iter().filter(|one| one.status == Status::Counted) {
            let known = |code: &str| previous(one, code);
            let evidence = Evidence::new(&known);
            let tables: Vec<TableId> =
                one.tables.iter().filter(|table| table.counted).map(|table| table.table).collect();
            for table in tables {
                let own: Vec<usize> = (0..findings.len())
                    .filter(|place| findings.get(*place).is_some_and(|finding| is_about(finding, one, table, book)))
                    .collect();
                if own.is_empty() {
                    continue;
                }
                if let Some(diagnosis) = diagnose(one, table, book, &evidence) {
                    said.extend(attach(&diagnosis, one, book, findings, &own));
                }
            }
        }
        let mut place = 0..;
        findings.retain(|_| place.next().is_some_and(|place| !said.contains(&place)));
    });
}

/// Whether a finding is about a figure of the table: an identity, or a cell that says nothing usable.
fn is_about(finding: &Finding, one: &Return, table: TableId, book: &Rulebook) -> bool {
    finding.agency.as_ref() == Some(&one.agency)
        && finding.year == Some(one.year)
        && matches!(&finding.subject, Some(Subject::Slot(slot)) if book.slot(*slot).table == table)
}

/// Puts what is known of the causes to the findings: one finding for each cause. Gives those that say nothing more.
fn attach(diagnosis: &Diagnosis, one: &Return, book: &Rulebook, findings: &mut [Finding], own: &[usize]) -> Vec<usize> {
    let form = book.form(one.form);
    let identity = |finding: &Finding| {
        let fitting = form.identities.iter().position(|identity| identity.rule == finding.rule)?;
        form.identities.get(fitting).filter(|identity| identity.shape != Shape::Carry).map(|_| fitting)
    };
    let mut said = Vec::new();
    for cause in &diagnosis.causes {
        let mut broken: Vec<(usize, usize)> = own
            .iter()
            .filter_map(|place| Some((findings.get(*place).and_then(identity)?, *place)))
            .filter(|(identity, _)| cause.identities.contains(identity))
            .collect();
        broken.sort_unstable();
        let Some((_, first)) = broken.first().copied() else { continue };
        let others: Vec<usize> = broken.iter().skip(1).map(|(_, place)| *place).collect();
        let of_others = || others.iter().filter_map(|place| findings.get(*place));
        let also: Vec<String> = of_others().map(|finding| finding.rule.clone()).collect();
        let level = of_others().map(|finding| finding.level).min();
        let cells: Vec<CellRef> = of_others().flat_map(cells_of).collect();
        let Some(finding) = findings.get_mut(first) else { continue };
        finding.level = level.map_or(finding.level, |level| level.min(finding.level));
        finding.effect = Some(effect(cause));
        finding.statement = Some(Box::new(Statement::Cause(cause.clone())));
        tell(finding, cause, one, also, cells);
        said.extend(others);
    }
    for place in own {
        let Some(finding) = findings.get_mut(*place).filter(|finding| finding.statement.is_none()) else { continue };
        let is_identity = identity(finding).is_some();
        if is_identity && diagnosis.too_many {
            finding.effect = finding.difference.map(size);
            finding.statement = Some(Box::new(Statement::TooMany));
        } else if let Some(correction) =
            subject(finding).and_then(|slot| deduced(diagnosis, slot)).filter(|_| !is_identity)
        {
            finding.effect = Some(size(correction.to));
            finding.statement = Some(Box::new(Statement::Deduced(correction.clone())));
        }
    }
    said
}

/// Makes the finding of a broken identity speak for its cause: of the cell that is wrong, if that is known, and of all
/// identities that break because of it.
fn tell(finding: &mut Finding, cause: &Cause, one: &Return, also: Vec<String>, cells: Vec<CellRef>) {
    let count = also.len() + 1;
    finding.also = also;
    for (name, arg) in &mut finding.args {
        if let (&mut "cells", Arg::Cells(own)) = (&mut *name, arg) {
            own.extend(cells.iter().copied());
            own.sort_unstable();
            own.dedup();
        }
    }
    if let Confidence::OneOf(ways) = cause.confidence {
        let suspects = suspects(cause, one);
        if suspects.len() <= MOST_NAMED {
            finding.message = "cause_one_of";
            finding.args.extend([
                ("count", Arg::Count(count)),
                ("ways", Arg::Count(ways)),
                ("suspects", Arg::Readings(suspects)),
            ]);
        }
        return;
    }
    let sure = matches!(cause.confidence, Confidence::Certain | Confidence::Likely);
    let corrections = cause.explanations.first().map(|way| way.corrections.as_slice()).unwrap_or_default();
    let Some(first) = corrections.first().filter(|_| sure) else { return };
    let Some(fact) = one.fact(first.slot) else { return };
    finding.subject = Some(Subject::Slot(first.slot));
    finding.place = Some(fact.place);
    finding.found = fact.raw();
    finding.expected = first.to.to_string();
    finding.difference = first.from.map(|from| from - first.to);
    finding.message = match (corrections.len(), cause.confidence) {
        (1, Confidence::Certain) => "cause_certain",
        (1, _) => "cause_likely",
        _ => "cause_several",
    };
    finding.args.retain(|(name, _)| *name == "cells");
    let others = corrections.iter().filter_map(|correction| one.fact(correction.slot));
    let places = others.map(|fact| CellRef { file: one.file, place: fact.place }).collect();
    finding.args.extend([
        ("figure", Arg::Slot(first.slot)),
        ("count", Arg::Count(count)),
        ("corrections", Arg::Count(corrections.len())),
        ("wrong", Arg::Cells(places)),
    ]);
}

/// The cells that may be wrong, in the order of the form, with what they say.
fn suspects(cause: &Cause, one: &Return) -> Vec<(CellRef, String)> {
    let slots: BTreeSet<SlotId> =
        cause.explanations.iter().flat_map(|way| &way.corrections).map(|correction| correction.slot).collect();
    let facts = slots.into_iter().filter_map(|slot| one.fact(slot));
    facts.map(|fact| (CellRef { file: one.file, place: fact.place }, fact.raw())).collect()
}

/// More cells than this are no longer read one by one.
const MOST_NAMED: usize = 6;

fn cells_of(finding: &Finding) -> Vec<CellRef> {
    let cells = finding.args.iter().find_map(|(name, arg)| match arg {
        Arg::Cells(cells) if *name == "cells" => Some(cells.clone()),
        _ => None,
    });
    cells.unwrap_or_default()
}

fn subject(finding: &Finding) -> Option<SlotId> {
    match (&finding.subject, finding.rule.starts_with("value.")) {
        (Some(Subject::Slot(slot)), true) => Some(*slot),
        _ => None,
    }
}

fn deduced(diagnosis: &Diagnosis, slot: SlotId) -> Option<&Correction> {
    diagnosis.deduced.iter().find(|correction| correction.slot == slot)
}

/// How far a published figure may be off: the largest correction among the explanations that are left.
fn effect(cause: &Cause) -> Amount {
    let open = match cause.confidence {
        Confidence::Certain | Confidence::Likely => cause.explanations.get(..1).unwrap_or_default(),
        Confidence::OneOf(_) => cause.explanations.as_slice(),
    };
    let corrections = open.iter().flat_map(|explanation| &explanation.corrections);
    corrections.map(|one| size(one.to - one.from.unwrap_or(Amount::ZERO))).max().unwrap_or(Amount::ZERO)
}

fn size(amount: Amount) -> Amount {
    if amount.is_negative() { Amount::ZERO - amount } else { amount }
}
