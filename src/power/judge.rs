//! What a diagnosis was worth, the truth being known.

use super::Values;
use crate::diagnose::{Confidence, Diagnosis, Explanation};
use crate::form::SlotId;
use crate::value::Amount;
use std::collections::BTreeMap;

/// What a diagnosis was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing was noticed.
    Unnoticed,
    /// Noticed, but there were too many errors to say where.
    TooMany,
    /// Among more than three explanations, or not among them; none was preferred.
    AmongMany,
    /// Right, as one of two or three.
    AmongThree,
    /// What was said is right, but not all that is wrong was noticed.
    Part,
    /// The one explanation that was given or preferred is right.
    Unique,
    /// The one explanation that was given or preferred is wrong.
    Wrong,
    /// And it was called certain.
    WrongButCertain,
}

impl Outcome {
    /// All outcomes, in their order.
    pub const ALL: [Outcome; 8] = [
        Outcome::Unnoticed,
        Outcome::TooMany,
        Outcome::AmongMany,
        Outcome::AmongThree,
        Outcome::Part,
        Outcome::Unique,
        Outcome::Wrong,
        Outcome::WrongButCertain,
    ];

    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Unnoticed => "power_unnoticed",
            Outcome::TooMany => "power_too_many",
            Outcome::AmongMany => "power_among_many",
            Outcome::AmongThree => "power_among_three",
            Outcome::Part => "power_part",
            Outcome::Unique => "power_unique",
            Outcome::Wrong => "power_wrong",
            Outcome::WrongButCertain => "power_wrong_but_certain",
        }
    }
}

/// Compares what is said of a spoilt return with what was done to it. Cells that hold formulas are not wrong
/// themselves.
pub(super) fn judge(clean: &Values, spoilt: &Values, diagnosis: Option<&Diagnosis>, formulas: &[SlotId]) -> Outcome {
    let Some(diagnosis) = diagnosis else { return Outcome::Unnoticed };
    if diagnosis.too_many {
        return Outcome::TooMany;
    }
    if diagnosis.causes.is_empty() {
        return Outcome::Unnoticed;
    }
    let truth: BTreeMap<SlotId, i64> = clean
        .iter()
        .filter(|(slot, _)| !formulas.contains(slot))
        .filter(|(slot, value)| spoilt.get(slot) != Some(value))
        .filter_map(|(slot, value)| Some((*slot, (*value)?)))
        .collect();
    let is_right = |way: &Explanation| {
        way.corrections.iter().all(|one| truth.get(&one.slot).copied().map(Amount::from_units) == Some(one.to))
    };
    let mut ways = 1;
    let mut named = 0;
    let mut among = true;
    for cause in &diagnosis.causes {
        let open = match cause.confidence {
            Confidence::Certain | Confidence::Likely => cause.explanations.get(..1).unwrap_or_default(),
            Confidence::OneOf(_) => cause.explanations.as_slice(),
        };
        match open.iter().find(|way| is_right(way)) {
            Some(way) => named += way.corrections.len(),
            None if cause.confidence == Confidence::Certain => return Outcome::WrongButCertain,
            None if open.len() == 1 => return Outcome::Wrong,
            None => among = false,
        }
        ways *= open.len();
    }
    match ways {
        _ if !among => Outcome::AmongMany,
        4.. => Outcome::AmongMany,
        _ if named < truth.len() => Outcome::Part,
        1 => Outcome::Unique,
        _ => Outcome::AmongThree,
    }
}
