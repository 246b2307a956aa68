//! Files that are the same byte for byte: counted once.

use crate::finding::{Arg, Finding};
use crate::intake::FileOutcome;
use crate::level::Level;
use crate::returns::Status;
use std::collections::BTreeMap;

/// Marks the returns of later copies as duplicates. A copy that speaks for another agency (by its file's name) is
/// counted, and queried.
pub(super) fn mark(outcomes: &mut [FileOutcome], findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for place in 0..outcomes.len() {
        let Some((earlier, rest)) = outcomes.split_at_mut_checked(place) else { continue };
        let Some(outcome) = rest.first_mut().filter(|outcome| !outcome.sha256.is_empty()) else { continue };
        let Some(original) = first.get(&outcome.sha256).and_then(|at| earlier.get(*at)) else {
            first.insert(outcome.sha256.clone(), place);
            continue;
        };
        for copy in &mut outcome.returns {
            let mut alike = original.returns.iter().filter(|one| (one.year, one.form) == (copy.year, copy.form));
            if let Some(same) = alike.clone().find(|one| one.agency == copy.agency) {
                copy.status = Status::Duplicate;
                copy.tables.iter_mut().for_each(|table| table.counted = false);
                findings.push(
                    Finding::new(Level::Note, "return.duplicate", "duplicate")
                        .in_file(copy.file)
                        .of(&copy.agency, copy.year)
                        .with("original", Arg::File(same.file)),
                );
            } else if let Some(other) = alike.next() {
                findings.push(
                    Finding::new(Level::Query, "return.same_bytes", "same_bytes")
                        .in_file(copy.file)
                        .of(&copy.agency, copy.year)
                        .with("original", Arg::File(other.file))
                        .with("other", Arg::Agency(other.agency.clone())),
                );
            }
        }
        if outcome.returns.iter().all(|one| one.status == Status::Duplicate) {
            // What is wrong in a copy has been said of the original.
            outcome.findings.retain(|finding| finding.level == Level::Note || finding.rule.starts_with("file."));
        }
    }
}
