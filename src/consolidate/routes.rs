//! The second route: totals worked out from the figures that are no total, and the returns that make both routes differ.

use super::{City, CityItem, Scope, counts};
use crate::address::FileId;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Identity, Rulebook, Shape, SlotId};
use crate::level::Level;
use crate::returns::{Fact, Return};
use crate::value::Amount;

/// The leaves that a figure is the total of; a leaf is its own.
pub(super) fn leaves(slot: SlotId, identities: &[Identity]) -> Vec<SlotId> {
    let total = identities.iter().find(|identity| identity.shape == Shape::Total && identity.whole == [slot]);
    match total {
        None => vec![slot],
        Some(identity) => identity.parts.iter().flat_map(|term| leaves(term.slot, identities)).collect(),
    }
}

/// Compares both routes for the city and names the returns that make them differ.
pub(super) fn compare(city: &City, counted: &[&Return], book: &Rulebook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in city.tables.iter().filter(|table| table.scope == Scope::City) {
        let form = book.form(table.form);
        for (item, sum) in &table.sums {
            let (CityItem::Slot(slot), Some(stated), Some(worked_out)) = (item, sum.value, sum.from_leaves) else {
                continue;
            };
            if stated == worked_out {
                continue;
            }
            let leaves = leaves(*slot, &form.identities);
            let causes: Vec<(FileId, Amount)> = counted
                .iter()
                .filter(|one| one.form == table.form && counts(one, book.slot(*slot).table))
                .filter_map(|one| {
                    let value = |slot: &SlotId| one.fact(*slot).and_then(Fact::value);
                    let own = leaves.iter().filter_map(value).fold(Amount::ZERO, |sum, value| sum + value);
                    let difference = value(slot).unwrap_or(Amount::ZERO) - own;
                    (difference != Amount::ZERO).then_some((one.file, difference))
                })
                .collect();
            let mut finding = Finding::new(Level::Note, "route.difference", "route_difference")
                .about(Subject::Slot(*slot))
                .values(stated, worked_out)
                .with("figure", Arg::Slot(*slot))
                .with("count", Arg::Count(causes.len()))
                .with("causes", Arg::Causes(causes));
            finding.year = Some(city.year);
            finding.difference = Some(stated - worked_out);
            findings.push(finding);
        }
    }
    findings
}
