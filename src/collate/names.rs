//! Without a roster an agency is known by its name alone: names that differ only in width, script or spaces are one.

use crate::intake::FileOutcome;
use crate::label;
use crate::returns::Agency;
use std::collections::BTreeMap;

/// Gives every spelling of a name the same one: the first in the order of characters, whatever the order of files.
pub(super) fn unify(outcomes: &mut [FileOutcome]) {
    let mut spellings: BTreeMap<String, String> = BTreeMap::new();
    for one in outcomes.iter().flat_map(|outcome| &outcome.returns) {
        if let Agency::Named(name) = &one.agency {
            let known = spellings.entry(label::key(name)).or_insert_with(|| name.clone());
            if name < known {
                known.clone_from(name);
            }
        }
    }
    if spellings.is_empty() {
        return;
    }
    let rename = |agency: &mut Agency| {
        if let Agency::Named(name) = agency
            && let Some(spelling) = spellings.get(&label::key(name))
        {
            name.clone_from(spelling);
        }
    };
    for outcome in outcomes {
        outcome.returns.iter_mut().for_each(|one| rename(&mut one.agency));
        outcome.findings.iter_mut().filter_map(|finding| finding.agency.as_mut()).for_each(rename);
    }
}
