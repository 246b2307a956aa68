//! Puts to every broken identity which cell is probably wrong: after last year's figures are known.

use crate::check::Before;
use crate::diagnose::{Cause, Confidence, Correction, Diagnosis, Evidence, diagnose};
use crate::finding::{Finding, Statement, Subject};
use crate::form::{Rulebook, Shape, SlotId, TableId};
use crate::intake::FileOutcome;
use crate::returns::{Return, Status};
use crate::value::Amount;
use rayon::prelude::*;

/// Diagnoses every counted table with a broken identity or a cell that cannot be read. `previous` gives an agency's
/// figure of the year before.
pub fn name_cells(
    outcomes: &mut [FileOutcome],
    book: &Rulebook,
    previous: &(dyn Fn(&Return, &str) -> Option<Before> + Sync),
) {
    outcomes.par_iter_mut().for_each(|outcome| {
        let FileOutcome { returns, findings, .. } = outcome;
        for one in returns.iter().filter(|one| one.status == Status::Counted) {
            let known = |code: &str| previous(one, code);
            let evidence = Evidence::new(&known);
            let tables: Vec<TableId> =
                one.tables.iter().filter(|table| table.counted).map(|table| table.table).collect();
            for table in tables {
                let mut own: Vec<&mut Finding> =
                    findings.iter_mut().filter(|finding| is_about(finding, one, table, book)).collect();
                if own.is_empty() {
                    continue;
                }
                if let Some(diagnosis) = diagnose(one, table, book, &evidence) {
                    attach(&diagnosis, one, book, &mut own);
                }
            }
        }
    });
}

/// Whether a finding is about a figure of the table: an identity, or a cell that says nothing usable.
fn is_about(finding: &Finding, one: &Return, table: TableId, book: &Rulebook) -> bool {
    finding.agency.as_ref() == Some(&one.agency)
        && finding.year == Some(one.year)
        && matches!(&finding.subject, Some(Subject::Slot(slot)) if book.slot(*slot).table == table)
}

fn attach(diagnosis: &Diagnosis, one: &Return, book: &Rulebook, findings: &mut [&mut Finding]) {
    let form = book.form(one.form);
    let identity = |finding: &Finding| {
        let fitting = form.identities.iter().position(|identity| identity.rule == finding.rule)?;
        form.identities.get(fitting).filter(|identity| identity.shape != Shape::Carry).map(|_| fitting)
    };
    for finding in findings {
        let place = identity(finding);
        if let Some(cause) = place.and_then(|place| diagnosis.causes.iter().find(|c| c.identities.contains(&place))) {
            finding.effect = Some(effect(cause));
            finding.statement = Some(Box::new(Statement::Cause(cause.clone())));
        } else if place.is_some() && diagnosis.too_many {
            finding.effect = finding.difference.map(size);
            finding.statement = Some(Box::new(Statement::TooMany));
        } else if let Some(correction) = subject(finding).and_then(|slot| deduced(diagnosis, slot)) {
            finding.effect = Some(size(correction.to));
            finding.statement = Some(Box::new(Statement::Deduced(correction.clone())));
        }
    }
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
