//! Decides by the identities what the labels leave open: which of several cells a figure is read from, or whether a row
//! or column under no exact label is the one that the form lacks.
//!
//! Identities prove which cells a table's figures are in. They cannot prove whose table it is or of which year: whole
//! tables that stand twice are never decided here.

use crate::check::{Verdict, judge};
use crate::finding::Finding;
use crate::form::{Identity, Rulebook, Shape, SlotId, TableId};
use crate::returns::{Fact, Proof, Return};
use crate::value::Amount;

/// Fewer identities than this prove nothing: a single sum may come out by chance.
const LEAST_HELD: u32 = 3;

/// One way to read what is open.
pub(super) struct Way {
    /// The figures of its cells.
    pub facts: Vec<Fact>,
    /// What would have to be said of the cells.
    pub findings: Vec<Finding>,
}

/// What the identities say of the ways.
pub(super) enum Answer {
    /// All ways give the same figures.
    Same,
    /// One way is proved.
    Proved {
        /// Which.
        way: usize,
        /// By what: the identities that tell the ways apart.
        proof: Proof,
    },
    /// Nothing is proved.
    Open,
}

/// Chooses among ways to read cells of a table, given all other facts of the return.
pub(super) fn choose(ways: &[Way], rest: &Return, table: TableId, book: &Rulebook) -> Answer {
    let all_same = |first: &Way, other: &Way| {
        let value = |fact: &Fact| (fact.item, fact.meaning, fact.ten_thousandths());
        first.facts.iter().map(value).eq(other.facts.iter().map(value))
    };
    if let [first, others @ ..] = ways
        && !others.is_empty()
        && others.iter().all(|other| all_same(first, other))
    {
        return Answer::Same;
    }
    let identities: Vec<&Identity> = book
        .form(rest.form)
        .identities
        .iter()
        .filter(|identity| identity.table == table && identity.shape != Shape::Carry)
        .filter(|identity| ways.iter().any(|way| tells(identity, way)))
        .collect();
    let proofs: Vec<Proof> = ways.iter().map(|way| proof_of(way, rest, &identities)).collect();
    let best = (0..proofs.len()).max_by_key(|way| proofs.get(*way).map(|proof| (proof.held, std::cmp::Reverse(*way))));
    let Some((way, proof)) = best.and_then(|way| Some((way, *proofs.get(way)?))) else { return Answer::Open };
    let others = || proofs.iter().enumerate().filter(|(other, _)| *other != way).map(|(_, proof)| proof);
    // A single way must fit without fault; among several, the others must fail clearly.
    let is_clear = match ways.len() {
        0 | 1 => proof.broken() == 0,
        _ => {
            proof.broken() * 10 <= proof.held
                && others().all(|other| other.broken() >= 2 && other.held * 2 <= proof.held)
        }
    };
    if proof.held >= LEAST_HELD && is_clear { Answer::Proved { way, proof } } else { Answer::Open }
}

/// Whether an identity would come out differently without the way: it holds a figure of it other than nothing.
fn tells(identity: &Identity, way: &Way) -> bool {
    let states = |slot: SlotId| fact_of(&way.facts, slot).and_then(Fact::value).is_some_and(|v| v != Amount::ZERO);
    identity.whole.iter().copied().chain(identity.parts.iter().map(|part| part.slot)).any(states)
}

fn proof_of(way: &Way, rest: &Return, identities: &[&Identity]) -> Proof {
    let mut proof = Proof::default();
    for identity in identities {
        match judge(identity, |slot| fact_of(&way.facts, slot).or_else(|| rest.fact(slot))) {
            Verdict::Holds => proof.count(true),
            Verdict::Open => {}
            Verdict::Broken { .. } | Verdict::BlankTotal { .. } | Verdict::BlankParts { .. } => proof.count(false),
        }
    }
    proof
}

fn fact_of(facts: &[Fact], slot: SlotId) -> Option<&Fact> {
    facts.iter().find(|fact| fact.item.as_slot() == Some(slot))
}
