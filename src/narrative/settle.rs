//! What a report says more than once, and whether its lists add up.

use super::lexicon::{Phrases, Target};
use super::reader::{Claim, Claims, List};
use super::{Breach, Narrative, Stated};
use crate::value::{Amount, Meaning, Reading};
use std::collections::BTreeMap;

/// Keeps of every target what is said of it, if that is one thing.
pub(super) fn settle(read: Claims, phrases: &Phrases) -> Narrative {
    let mut narrative = Narrative::default();
    for list in &read.lists {
        check(list, &read.claims, phrases, &mut narrative);
    }
    let mut first: BTreeMap<Target, usize> = BTreeMap::new();
    let mut kept: Vec<Option<Stated>> = Vec::new();
    for Claim { stated, .. } in read.claims {
        let Some(place) = first.get(&stated.target) else {
            first.insert(stated.target.clone(), kept.len());
            kept.push(Some(stated));
            continue;
        };
        let Some(slot) = kept.get_mut(*place) else { continue };
        match slot {
            Some(earlier) if agree(&earlier.reading, &stated.reading) => {
                let better = is_exact(&stated.reading) && !is_exact(&earlier.reading);
                *slot = Some(if better { stated } else { earlier.clone() });
            }
            Some(earlier) => {
                narrative.conflicts.push((earlier.clone(), stated));
                *slot = None;
            }
            // said twice differently before
            None => {}
        }
    }
    narrative.stated = kept.into_iter().flatten().collect();
    narrative
}

fn is_exact(reading: &Reading) -> bool {
    reading.meaning == Meaning::Number
}

/// Whether two readings can be of one number.
fn agree(one: &Reading, other: &Reading) -> bool {
    let value = |reading: &Reading| match reading.meaning {
        Meaning::Dash => Some(Amount::ZERO),
        _ => reading.value,
    };
    let within = |value: Amount, about: &Reading| {
        about.low.is_none_or(|low| value >= low) && about.high.is_none_or(|high| value <= high)
    };
    match (value(one), value(other)) {
        (Some(a), Some(b)) => a == b,
        (Some(a), None) => within(a, other),
        (None, Some(b)) => within(b, one),
        (None, None) => one.low == other.low && one.high == other.high,
    }
}

/// Compares a whole with its parts, breakdown by breakdown. More than the whole is always wrong; less only if the list is
/// meant to be complete.
fn check(list: &List, claims: &[Claim], phrases: &Phrases, narrative: &mut Narrative) {
    let Some(whole) = claims.get(list.whole) else { return };
    let Some(found) = whole.stated.reading.value else { return };
    let mut sums: BTreeMap<&str, (Amount, usize, bool)> = BTreeMap::new();
    for part in list.parts.iter().filter_map(|place| claims.get(*place)) {
        let indicator = part.indicator.and_then(|number| phrases.indicators.get(number));
        let breakdown = indicator.map_or("", |one| one.breakdown.as_str());
        let sum = sums.entry(breakdown).or_insert((Amount::ZERO, 0, true));
        sum.1 += 1;
        match part.stated.reading.value {
            Some(value) => sum.0 = sum.0 + value,
            None => sum.2 = false,
        }
    }
    for (expected, _, _) in sums.into_values().filter(|(_, parts, exact)| *exact && *parts > 0) {
        let complete = list.complete && !list.gaps;
        if expected == found {
            narrative.lists_checked += 1;
            narrative.lists_held += 1;
        } else if !list.several && (expected > found || complete) {
            narrative.lists_checked += 1;
            narrative.breaches.push(Breach { whole: whole.stated.clone(), found, expected });
        }
    }
}
