//! Identities: within one return, and against the same agency's return of the year before.
//!
//! A blank counts as nothing, but only beside a number: a total left blank is a finding of its own, and what cannot be
//! read is not checked at all. Exact: no tolerance.

use crate::address::CellRef;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Identity, Rulebook, Shape, SlotId, TableId};
use crate::level::Level;
use crate::returns::{Before, Fact, Proof, Return, stated};
use crate::value::{Amount, Meaning};

/// One side of an identity, added up.
#[derive(Clone, Debug, Default)]
struct Side {
    sum: Amount,
    numbers: usize,
    /// How many of its figures have a cell, filled or not.
    cells: usize,
    /// Whether a figure of the side cannot be used: unreadable or approximate.
    doubtful: bool,
}

/// What an identity comes to for one return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both sides agree.
    Holds,
    /// They do not.
    Broken {
        /// Left side.
        found: Amount,
        /// Right side.
        expected: Amount,
    },
    /// The total is blank although its parts are filled.
    BlankTotal {
        /// What the parts add up to.
        expected: Amount,
    },
    /// The parts are blank although the total is filled.
    BlankParts {
        /// What the total says.
        found: Amount,
    },
    /// Cannot be evaluated.
    Open,
}

/// Checks all identities of a return's form, counts them on its tables and returns the breaches.
pub fn within_return(checked: &mut Return, book: &Rulebook) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let form = book.form(checked.form);
    let mut facts: Vec<Option<&Fact>> = vec![None; form.slots.len()];
    for fact in &checked.facts {
        if let Some(place) = fact.item.as_slot().and_then(|slot| facts.get_mut(form.offset(slot))) {
            *place = Some(fact);
        }
    }
    let fact = |slot: SlotId| facts.get(form.offset(slot)).copied().flatten();
    let mut proofs: Vec<(TableId, Proof)> =
        checked.tables.iter().map(|table| (table.table, Proof::default())).collect();
    for identity in form.identities.iter().filter(|identity| identity.shape != Shape::Carry) {
        let Some(proof) = proofs.iter_mut().find(|(table, _)| *table == identity.table) else { continue };
        let verdict = judge(identity, fact);
        match verdict {
            Verdict::Holds => proof.1.count(true),
            Verdict::Broken { .. } => proof.1.count(false),
            Verdict::Open | Verdict::BlankTotal { .. } | Verdict::BlankParts { .. } => {}
        }
        findings.extend(finding(identity, &verdict, checked, fact));
    }
    for (table, (_, proof)) in checked.tables.iter_mut().zip(proofs) {
        table.proof = proof;
    }
    findings
}

/// Evaluates an identity on a return's facts.
pub(crate) fn judge<'a>(identity: &Identity, fact: impl Fn(SlotId) -> Option<&'a Fact>) -> Verdict {
    let whole = side(identity.whole.iter().map(|slot| (false, *slot)), &fact);
    let parts = side(identity.parts.iter().map(|term| (term.negative, term.slot)), &fact);
    if whole.doubtful || parts.doubtful {
        return Verdict::Open;
    }
    let (found, expected) = (whole.sum, parts.sum);
    // A row or column that is not there says nothing, and has a finding of its own.
    let lacking = whole.cells < identity.whole.len() || parts.cells < identity.parts.len();
    let full = whole.numbers == identity.whole.len() && parts.numbers == identity.parts.len();
    match identity.shape {
        Shape::Total => match (whole.numbers, parts.numbers) {
            (0, 0) => Verdict::Open,
            (0, _) if expected == Amount::ZERO => Verdict::Open,
            (0, _) => Verdict::BlankTotal { expected },
            // A sheet that does not ask for the parts gives only the total.
            (_, 0) if parts.cells == 0 => Verdict::Open,
            (_, 0) if found != Amount::ZERO => Verdict::BlankParts { found },
            _ if lacking && found != expected => Verdict::Open,
            _ => compare(found, expected, found == expected),
        },
        Shape::Balance if whole.numbers == 0 || parts.numbers == 0 => Verdict::Open,
        // A blank total on either side is already a finding; only a stated balance can be broken.
        Shape::Balance if full || found == expected => compare(found, expected, found == expected),
        Shape::Balance => {
            let stated = identity.whole.first().and_then(|slot| fact(*slot)).and_then(Fact::value).is_some();
            if stated && !lacking { compare(found, expected, false) } else { Verdict::Open }
        }
        Shape::AtMost if full => compare(found, expected, found <= expected),
        Shape::AtMost | Shape::Carry => Verdict::Open,
    }
}

fn compare(found: Amount, expected: Amount, holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Broken { found, expected } }
}

fn side<'a>(terms: impl Iterator<Item = (bool, SlotId)>, fact: &impl Fn(SlotId) -> Option<&'a Fact>) -> Side {
    let mut side = Side::default();
    for (negative, slot) in terms {
        let Some(fact) = fact(slot) else { continue };
        side.cells += 1;
        match fact.meaning {
            Meaning::Text | Meaning::Approximate => side.doubtful = true,
            _ => {}
        }
        if let Some(value) = fact.value() {
            side.numbers += 1;
            side.sum = if negative { side.sum - value } else { side.sum + value };
        }
    }
    side
}

fn finding<'a>(
    identity: &Identity,
    verdict: &Verdict,
    checked: &Return,
    fact: impl Fn(SlotId) -> Option<&'a Fact>,
) -> Option<Finding> {
    let subject = *identity.whole.first()?;
    let (level, rule, message, found, expected) = match verdict {
        Verdict::Holds | Verdict::Open => return None,
        Verdict::Broken { found, expected } => {
            let message = match identity.shape {
                Shape::Total => "identity_total",
                Shape::Balance | Shape::Carry => "identity_balance",
                Shape::AtMost => "identity_at_most",
            };
            (identity.level, identity.rule.as_str(), message, Some(*found), Some(*expected))
        }
        Verdict::BlankTotal { expected } => (Level::Query, "value.blank_total", "blank_total", None, Some(*expected)),
        Verdict::BlankParts { found } => (Level::Query, "value.blank_parts", "blank_parts", Some(*found), None),
    };
    let cell = |slot: SlotId| fact(slot).map(|fact| CellRef { file: checked.file, place: fact.place });
    let whole: Vec<SlotId> = identity.whole.clone();
    let parts: Vec<SlotId> = identity.parts.iter().map(|term| term.slot).collect();
    let cells: Vec<CellRef> = whole.iter().chain(&parts).filter_map(|slot| cell(*slot)).collect();
    let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let mut made = Finding::new(level, rule, message)
        .in_file(checked.file)
        .of(&checked.agency, checked.year)
        .at(cell(subject).map(|cell| cell.place))
        .about(Subject::Slot(subject))
        .values(text(found), text(expected))
        .with("figure", Arg::Slot(subject))
        .with("whole", Arg::Slots(whole))
        .with("parts", Arg::Slots(parts))
        .with("rule", Arg::Text(identity.rule.clone()))
        .with("cells", Arg::Cells(cells));
    if let (Some(found), Some(expected)) = (found, expected) {
        made.difference = Some(found - expected);
        made = made.with("difference", Arg::Amount(abs(found - expected)));
    }
    Some(made)
}

fn abs(amount: Amount) -> Amount {
    if amount.is_negative() { Amount::ZERO - amount } else { amount }
}

/// Checks a return against the same agency's figures of the year before; `previous` gives them by code.
pub(crate) fn across_years(
    checked: &Return,
    book: &Rulebook,
    previous: &dyn Fn(&str) -> Option<Before>,
) -> Vec<Finding> {
    let form = book.form(checked.form);
    let mut findings = Vec::new();
    for identity in form.identities.iter().filter(|identity| identity.shape == Shape::Carry) {
        let value = |slot: SlotId| checked.fact(slot).and_then(stated);
        let Some(found) = identity.whole.first().and_then(|slot| value(*slot)) else { continue };
        let earlier: Option<Vec<Before>> =
            identity.previous.iter().map(|slot| previous(&book.slot(*slot).code)).collect();
        let current: Option<Vec<(bool, Amount)>> =
            identity.parts.iter().map(|term| value(term.slot).map(|value| (term.negative, value))).collect();
        let (Some(earlier), Some(current)) = (earlier, current) else { continue };
        let mut expected = earlier.iter().fold(Amount::ZERO, |sum, before| sum + before.value);
        for (negative, value) in current {
            expected = if negative { expected - value } else { expected + value };
        }
        if found != expected {
            let verdict = Verdict::Broken { found, expected };
            if let Some(mut made) = finding(identity, &verdict, checked, |slot| checked.fact(slot)) {
                made.message = "identity_carry";
                let origins = earlier.into_iter().map(|before| before.origin).collect();
                made = made.with("previous", Arg::Origins(origins));
                findings.push(made);
            }
        }
    }
    findings
}
