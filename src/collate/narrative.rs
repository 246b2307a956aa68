//! A narrative report beside the returns of the same agency and year: where both speak of one figure, they should agree.

use super::Collation;
use crate::address::CellRef;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Rulebook, SlotId};
use crate::level::Level;
use crate::narrative::{Phrases, Target};
use crate::returns::stated;
use crate::returns::{Fact, Return, Status};
use crate::value::Amount;

/// Every difference between a narrative and a counted return, both quoted.
#[must_use]
pub(crate) fn differences(collation: &Collation, book: &Rulebook, phrases: &Phrases) -> Vec<Finding> {
    let all = || collation.outcomes.iter().flat_map(|outcome| &outcome.returns);
    let narratives = || all().filter(|one| one.is_narrative() && one.status != Status::Duplicate);
    let returns = || all().filter(|one| !one.is_narrative() && one.status == Status::Counted);
    let mut findings = Vec::new();
    for told in narratives() {
        for one in returns().filter(|one| one.year == told.year && one.agency == told.agency) {
            findings.extend(told.facts.iter().filter_map(|fact| difference(told, fact, one, book, phrases)));
        }
    }
    findings
}

/// What the return says of the figure that a sentence states.
struct Beside<'r> {
    facts: Vec<&'r Fact>,
    value: Amount,
    subject: Subject,
}

fn difference(told: &Return, fact: &Fact, one: &Return, book: &Rulebook, phrases: &Phrases) -> Option<Finding> {
    let beside = beside(told, fact, one, book, phrases)?;
    let agrees = match (stated(fact), fact.bounds()) {
        (Some(value), _) => value == beside.value,
        (None, Some((low, high))) => (low..=high).contains(&beside.value),
        // 约30件 bounds nothing
        (None, None) => true,
    };
    if agrees {
        return None;
    }
    let cells = beside.facts.iter().map(|fact| CellRef { file: one.file, place: fact.place });
    let quoted: Vec<String> = beside.facts.iter().map(|fact| fact.raw()).collect();
    let quoted = quoted.join("+");
    let finding = Finding::new(Level::Query, "narrative.difference", "narrative_difference")
        .in_file(told.file)
        .of(&told.agency, told.year)
        .at(Some(fact.place))
        .values(fact.raw(), &quoted)
        .with("raw", Arg::Text(fact.raw()))
        .with("return", Arg::File(one.file))
        .with("cells", Arg::Cells(cells.collect()))
        .with("quoted", Arg::Text(quoted.clone()));
    let finding = match &beside.subject {
        Subject::Slot(slot) => finding.with("figure", Arg::Slot(*slot)),
        Subject::Open(_, label) => finding.with("figure", Arg::Text(label.clone())),
        Subject::Row(_) | Subject::Column(_) | Subject::Table(_) => finding,
    };
    let difference = stated(fact).map(|value| value - beside.value);
    Some(Finding { difference, ..finding.about(beside.subject) })
}

/// The same figure of the return: under its own code or label, or under the codes that say the same.
fn beside<'r>(told: &Return, fact: &Fact, one: &'r Return, book: &Rulebook, phrases: &Phrases) -> Option<Beside<'r>> {
    let counted = |slot: SlotId| {
        let table = book.slot(slot).table;
        let fact = one.fact(slot).filter(|_| one.tables.iter().any(|one| one.table == table && one.counted))?;
        Some((fact, stated(fact)?))
    };
    let open = fact.item.as_open().and_then(|place| told.open.get(place));
    let target = match (fact.item.as_slot(), open) {
        (Some(slot), _) => Target::Slot(slot),
        (None, Some(open)) => Target::Open { label: open.label.clone(), unit: open.unit.clone() },
        (None, None) => return None,
    };
    if one.form == told.form {
        return match &target {
            Target::Slot(slot) => {
                let (fact, value) = counted(*slot)?;
                Some(Beside { facts: vec![fact], value, subject: Subject::Slot(*slot) })
            }
            Target::Open { label, .. } => {
                let place = one.open.iter().position(|open| open.label == *label)?;
                let fact = one.facts.iter().find(|fact| fact.item.as_open() == Some(place))?;
                let subject = Subject::Open(one.open.get(place)?.table, label.clone());
                Some(Beside { facts: vec![fact], value: stated(fact)?, subject })
            }
        };
    }
    let codes = phrases.same_as(&target).next()?;
    let slots: Vec<SlotId> = codes.iter().map(|code| book.slot_by_code(one.form, code)).collect::<Option<_>>()?;
    let there: Vec<(&Fact, Amount)> = slots.iter().map(|slot| counted(*slot)).collect::<Option<_>>()?;
    let value = there.iter().map(|(_, value)| *value).sum();
    let subject = Subject::Slot(*slots.first()?);
    Some(Beside { facts: there.into_iter().map(|(fact, _)| fact).collect(), value, subject })
}
