//! Decisions take effect, or lapse loudly: never on a cell that says something else than when they were made.

use super::{Action, Decision};
use crate::agency::roster::Roster;
use crate::check;
use crate::finding::{Arg, Decided, Finding, Subject};
use crate::form::{Rulebook, SlotId};
use crate::intake::FileOutcome;
use crate::level::Level;
use crate::returns::{Agency, Fact, Return};
use crate::value::{Meaning, Rewrite, read_text};
use std::collections::{BTreeMap, BTreeSet};

/// Puts the figures that the office has accepted in the place of those that were read, and checks the returns again.
/// What cannot take effect is said.
pub(crate) fn replay(
    outcomes: &mut [FileOutcome],
    decisions: &[Decision],
    book: &Rulebook,
    roster: Option<&Roster>,
) -> Vec<Finding> {
    let mut said = Vec::new();
    let mut corrected: BTreeSet<(usize, usize)> = BTreeSet::new();
    for decision in decisions.iter().filter(|decision| decision.action == Action::Accept) {
        if !decision.is_signed() {
            said.push(about(decision, roster, Level::Query, "decision.unsigned", "decision_unsigned"));
            continue;
        }
        let mut fate = Fate::Lapsed(String::new());
        for (o, outcome) in outcomes.iter_mut().enumerate() {
            let FileOutcome { returns, findings, .. } = outcome;
            for (r, one) in returns.iter_mut().enumerate().filter(|(_, one)| concerns(decision, one, roster)) {
                let Some(slot) = book.slot_by_code(one.form, &decision.code) else { continue };
                fate = fate.or(accept(decision, one, slot, book, findings));
                if matches!(fate, Fate::Accepted) {
                    corrected.insert((o, r));
                }
            }
        }
        match fate {
            Fate::Accepted => {}
            Fate::Moot => said.push(about(decision, roster, Level::Note, "decision.moot", "decision_moot")),
            Fate::Lapsed(now) => said.push(lapsed(decision, roster, &now)),
            Fate::Unclear => said.push(about(decision, roster, Level::Error, "decision.unclear", "decision_unclear")),
        }
    }
    for (o, r) in corrected {
        let Some(FileOutcome { returns, findings, .. }) = outcomes.get_mut(o) else { continue };
        if let Some(one) = returns.get_mut(r) {
            check_again(one, findings, book);
        }
    }
    said
}

/// What became of a decision.
enum Fate {
    Accepted,
    /// The sender has corrected the figure meanwhile.
    Moot,
    /// The cell says something else: this.
    Lapsed(String),
    /// The new value is no number.
    Unclear,
}

impl Fate {
    fn or(self, other: Fate) -> Fate {
        match (self, other) {
            (Fate::Accepted, _) | (_, Fate::Accepted) => Fate::Accepted,
            (Fate::Unclear, _) | (_, Fate::Unclear) => Fate::Unclear,
            (Fate::Moot, _) | (_, Fate::Moot) => Fate::Moot,
            (Fate::Lapsed(a), Fate::Lapsed(b)) => Fate::Lapsed(if b.is_empty() { a } else { b }),
        }
    }
}

fn concerns(decision: &Decision, one: &Return, roster: Option<&Roster>) -> bool {
    decision.year == one.year && is_agency(decision, &one.agency, roster)
}

fn is_agency(decision: &Decision, agency: &Agency, roster: Option<&Roster>) -> bool {
    match agency {
        Agency::Listed(place) => {
            let listed = roster.and_then(|roster| roster.agencies().get(*place));
            listed.is_some_and(|listed| match decision.agency_id.is_empty() {
                true => listed.name == decision.agency,
                false => listed.id == decision.agency_id,
            })
        }
        Agency::Named(name) => decision.agency_id.is_empty() && *name == decision.agency,
    }
}

/// Whether the cell still says what it said: as text or as the value that was read.
fn still_says(fact: &Fact, old: &str) -> bool {
    fact.raw().trim() == old || fact.value().is_some_and(|value| value.to_string() == old)
}

fn accept(decision: &Decision, one: &mut Return, slot: SlotId, book: &Rulebook, findings: &mut Vec<Finding>) -> Fate {
    let data = book.slot(slot);
    let reading = read_text(&decision.new_value, data.kind, None);
    let Some(new) = reading.value.filter(|_| reading.meaning == Meaning::Number) else { return Fate::Unclear };
    let Some(place) = one.facts.iter().position(|fact| fact.item.as_slot() == Some(slot)) else {
        return Fate::Lapsed(String::new());
    };
    let Some(fact) = one.facts.get_mut(place) else { return Fate::Lapsed(String::new()) };
    if fact.rewrites.contains(Rewrite::Decided) {
        // Another row has decided the same cell: the same once more, or a contradiction.
        let decided = fact.value().map(|value| value.to_string()).unwrap_or_default();
        return if fact.value() == Some(new) { Fate::Accepted } else { Fate::Lapsed(decided) };
    }
    if !still_says(fact, &decision.old_value) {
        return if fact.value() == Some(new) { Fate::Moot } else { Fate::Lapsed(fact.raw()) };
    }
    let (old, at) = (fact.raw(), fact.place);
    if !fact.decide(new) {
        return Fate::Unclear;
    }
    // What was wrong with the cell is settled; who decided stands in its place.
    let is_about = |finding: &Finding| {
        finding.subject == Some(Subject::Slot(slot))
            && finding.rule.starts_with("value.")
            && finding.agency.as_ref() == Some(&one.agency)
            && finding.year == Some(one.year)
    };
    findings.retain(|finding| !is_about(finding));
    let mut finding = Finding::new(Level::Note, "decision.accepted", "decision_accepted")
        .in_file(one.file)
        .of(&one.agency, one.year)
        .at(Some(at))
        .about(Subject::Slot(slot))
        .values(&old, new)
        .with("figure", Arg::Slot(slot))
        .with("by", Arg::Text(decision.by()));
    finding.difference = reading.value.zip(decision.old_value.parse().ok()).map(|(new, old)| new - old);
    findings.push(finding);
    Fate::Accepted
}

/// Evaluates a corrected return's identities anew.
fn check_again(one: &mut Return, findings: &mut Vec<Finding>, book: &Rulebook) {
    let form = book.form(one.form);
    let is_identity = |rule: &str| {
        ["value.blank_total", "value.blank_parts"].contains(&rule) || form.identities.iter().any(|own| own.rule == rule)
    };
    findings.retain(|finding| {
        finding.agency.as_ref() != Some(&one.agency) || finding.year != Some(one.year) || !is_identity(&finding.rule)
    });
    findings.extend(check::within_return(one, book));
}

/// Settles the findings that the office has explained. `findings` have their ids.
pub(crate) fn explain<'f>(
    findings: impl Iterator<Item = &'f mut Finding>,
    decisions: &[Decision],
    roster: Option<&Roster>,
) -> Vec<Finding> {
    let mut said = Vec::new();
    let mut open: BTreeMap<&str, &Decision> = BTreeMap::new();
    for decision in decisions.iter().filter(|decision| decision.action == Action::Explain) {
        if decision.is_signed() {
            open.insert(&decision.finding, decision);
        } else {
            said.push(about(decision, roster, Level::Query, "decision.unsigned", "decision_unsigned"));
        }
    }
    for finding in findings {
        let Some(decision) = open.remove(finding.id.as_str()) else { continue };
        if decision.old_value == finding.found {
            finding.level = Level::Note;
            finding.decided = Some(Box::new(Decided { explanation: decision.explanation.clone(), by: decision.by() }));
        } else {
            said.push(lapsed(decision, roster, &finding.found));
        }
    }
    said.extend(open.values().map(|decision| about(decision, roster, Level::Note, "decision.moot", "decision_moot")));
    said
}

/// What senders' answers need to have said about them: answers to nothing that is asked, and answers that say two things.
pub(crate) fn replies(outcomes: &[FileOutcome], asked: &BTreeSet<String>) -> Vec<Finding> {
    let mut said = Vec::new();
    for (number, outcome) in (0u32..).zip(outcomes) {
        for reply in &outcome.answers.replies {
            let (level, rule, message) = match (asked.contains(&reply.finding), &reply.change, &reply.explanation) {
                (false, ..) => (Level::Note, "reply.settled", "reply_settled"),
                (true, change, explanation) if !change.is_empty() && !explanation.is_empty() => {
                    (Level::Query, "reply.both", "reply_both")
                }
                _ => continue,
            };
            let year = outcome.returns.first().map(|one| one.year).or(outcome.claimed_year);
            let agency = outcome.returns.first().map(|one| one.agency.clone());
            let finding = Finding::new(level, rule, message)
                .in_file(crate::address::FileId(number))
                .at(Some(reply.place))
                .values(&reply.change, "")
                .with("id", Arg::Text(reply.finding.clone()))
                .with("change", Arg::Text(reply.change.clone()))
                .with("explanation", Arg::Text(reply.explanation.clone()));
            said.push(Finding { year, agency, ..finding });
        }
    }
    said
}

fn about(decision: &Decision, roster: Option<&Roster>, level: Level, rule: &str, message: &'static str) -> Finding {
    let listed = roster.and_then(|roster| {
        (0..roster.agencies().len()).find(|place| is_agency(decision, &Agency::Listed(*place), Some(roster)))
    });
    let agency = listed.map(Agency::Listed).or_else(|| {
        (decision.agency_id.is_empty() && !decision.agency.is_empty()).then(|| Agency::Named(decision.agency.clone()))
    });
    let finding = Finding::new(level, rule, message)
        .values(&decision.old_value, &decision.new_value)
        .with("line", Arg::Text(decision.line.to_string()))
        .with("id", Arg::Text(decision.finding.clone()))
        .with("code", Arg::Text(decision.code.clone()))
        .with("old", Arg::Text(decision.old_value.clone()))
        .with("new", Arg::Text(decision.new_value.clone()))
        .with("by", Arg::Text(decision.by()));
    Finding { year: Some(decision.year), agency, ..finding }
}

fn lapsed(decision: &Decision, roster: Option<&Roster>, now: &str) -> Finding {
    about(decision, roster, Level::Error, "decision.lapsed", "decision_lapsed").with("now", Arg::Text(now.to_owned()))
}
