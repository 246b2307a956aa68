//! decisions.csv: what has been decided, and a draft row for every open question, ready to be signed.

use super::Edition;
use super::csv_text::CsvText;
use crate::decisions::{Action, Decision, HEAD};
use crate::finding::{Arg, Finding, Statement, Subject};
use crate::intake::Reply;
use crate::level::Level;
use crate::message::Renderer;
use crate::value::{Meaning, read_text};
use std::collections::{BTreeMap, BTreeSet};

/// The year's decisions: those that were given first, then the drafts in the order of the findings.
pub(super) fn decisions(edition: &Edition<'_>) -> Vec<u8> {
    let mut replies: BTreeMap<&str, (&Reply, &str)> = BTreeMap::new();
    for (outcome, input) in edition.collation.outcomes.iter().zip(edition.inputs) {
        for reply in &outcome.answers.replies {
            replies.insert(&reply.finding, (reply, &input.name));
        }
    }
    let given: Vec<&Decision> = edition.decisions.iter().filter(|decision| decision.year == edition.year).collect();
    let decided: BTreeSet<&str> =
        given.iter().filter(|one| one.action != Action::Ask).map(|one| one.finding.as_str()).collect();
    let mut csv = CsvText::new(edition.bom);
    csv.row(HEAD);
    let open = edition.findings.iter().filter(|finding| finding.level != Level::Note && is_question(finding));
    let open: Vec<&&Finding> = open.filter(|finding| !decided.contains(finding.id.as_str())).collect();
    let asked: BTreeSet<&str> = open.iter().map(|finding| finding.id.as_str()).collect();
    for decision in given.iter().filter(|one| one.action != Action::Ask || !asked.contains(one.finding.as_str())) {
        csv.fields(decision.fields()).end();
    }
    for finding in open {
        let draft = draft(finding, replies.get(finding.id.as_str()).copied(), edition);
        csv.fields(draft.fields()).end();
    }
    csv.into_bytes()
}

/// Whether the office can decide it: it is about a cell, or a broken rule of an agency's figures.
fn is_question(finding: &Finding) -> bool {
    finding.agency.is_some()
        && finding.file.is_some()
        && !finding.rule.starts_with("decision.")
        && !finding.rule.starts_with("reply.")
}

fn draft(finding: &Finding, reply: Option<(&Reply, &str)>, edition: &Edition<'_>) -> Decision {
    let renderer = edition.renderer;
    let catalogue = renderer.catalogue;
    let slot = match &finding.subject {
        Some(Subject::Slot(slot)) => Some(renderer.book.slot(*slot)),
        _ => None,
    };
    let wanted = reply.filter(|(reply, _)| !reply.change.is_empty() && reply.explanation.is_empty());
    let accepted = wanted.zip(slot).and_then(|((reply, _), slot)| {
        // A sender answers in the unit of the printed form.
        let reading = read_text(&reply.change, slot.kind, slot.printed_unit);
        reading.value.filter(|_| reading.meaning == Meaning::Number)
    });
    let explained = reply.filter(|(reply, _)| !reply.explanation.is_empty() && reply.change.is_empty());
    let action = match (accepted, explained) {
        (Some(_), _) => Action::Accept,
        (None, Some(_)) => Action::Explain,
        (None, None) => Action::Ask,
    };
    let from = reply.map(|(reply, file)| {
        let values = [
            ("file", file.to_owned()),
            ("row", (reply.place.position.row + 1).to_string()),
            ("change", reply.change.clone()),
            ("explanation", reply.explanation.clone()),
        ];
        catalogue.phrase("decision_from_reply", &values)
    });
    let agency = finding.agency.as_ref();
    Decision {
        line: 0,
        finding: finding.id.clone(),
        action,
        year: edition.year,
        agency_id: agency.map_or("", |agency| renderer.agency_id(agency)).to_owned(),
        agency: agency.map_or("", |agency| renderer.agency(agency)).to_owned(),
        code: slot.map(|slot| slot.code.clone()).unwrap_or_default(),
        old_value: finding.found.clone(),
        new_value: accepted.map(|value| value.to_string()).unwrap_or_default(),
        explanation: explained.map(|(reply, _)| reply.explanation.clone()).unwrap_or_default(),
        place: place(finding, renderer),
        who: String::new(),
        when: String::new(),
        note: from.unwrap_or_else(|| proposal(finding, renderer)),
    }
}

fn place(finding: &Finding, renderer: &Renderer<'_>) -> [String; 3] {
    let file = finding.file.map(|file| renderer.file(file).to_owned()).unwrap_or_default();
    match (finding.file, finding.place) {
        (Some(id), Some(place)) => [file, renderer.sheet(id, place.sheet).to_owned(), place.position.to_string()],
        _ => [file, String::new(), String::new()],
    }
}

/// What the diagnosis proposes; several wrong cells are named with the finding, not decided one by one.
fn proposal(finding: &Finding, renderer: &Renderer<'_>) -> String {
    let several =
        finding.args.iter().any(|(name, arg)| matches!((*name, arg), ("corrections", Arg::Count(n)) if *n > 1));
    match finding.statement.as_deref() {
        Some(Statement::Cause(_)) if several => renderer.message(finding),
        _ => renderer.diagnosis(finding),
    }
}
