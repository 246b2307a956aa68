//! What the program would decide if it were asked: the corrections that are certain, as decisions that nobody signed for
//! anything but a trial.

use super::{Action, Decision};
use crate::agency::roster::Roster;
use crate::collate::Collation;
use crate::diagnose::Confidence;
use crate::finding::{Finding, Statement};
use crate::form::Rulebook;
use crate::returns::{Agency, Return};

/// A decision to accept every correction that is certain.
#[must_use]
pub(crate) fn proposals(collation: &Collation, book: &Rulebook, roster: Option<&Roster>) -> Vec<Decision> {
    let mut proposals = Vec::new();
    for finding in collation.all_findings() {
        let Some(Statement::Cause(cause)) = finding.statement.as_deref() else { continue };
        if cause.confidence != Confidence::Certain || finding.decided.is_some() {
            continue;
        }
        let Some(one) = return_of(collation, finding) else { continue };
        for correction in cause.explanations.first().iter().flat_map(|way| &way.corrections) {
            let Some(fact) = one.fact(correction.slot) else { continue };
            let (agency_id, agency) = match &one.agency {
                Agency::Listed(place) => roster
                    .and_then(|roster| roster.agencies().get(*place))
                    .map(|listed| (listed.id.clone(), listed.name.clone()))
                    .unwrap_or_default(),
                Agency::Named(name) => (String::new(), name.clone()),
            };
            proposals.push(Decision {
                line: 0,
                finding: finding.id.clone(),
                action: Action::Accept,
                year: one.year,
                agency_id,
                agency,
                code: book.slot(correction.slot).code.clone(),
                old_value: fact.raw(),
                new_value: correction.to.to_string(),
                explanation: String::new(),
                place: Default::default(),
                who: "?".to_owned(),
                when: String::new(),
                note: String::new(),
            });
        }
    }
    proposals
}

fn return_of<'c>(collation: &'c Collation, finding: &Finding) -> Option<&'c Return> {
    let outcome = collation.outcomes.get(usize::try_from(finding.file?.0).ok()?)?;
    outcome.returns.iter().find(|one| Some(one.year) == finding.year && Some(&one.agency) == finding.agency.as_ref())
}
