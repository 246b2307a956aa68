//! `huizong inspect`: one file as the program understands it.

use super::drawing::{Drawing, ignored, legend, rewritten};
use super::{DONE, out, print_findings};
use crate::finding::Finding;
use crate::intake::{FileOutcome, Understood};
use crate::message::Renderer;
use crate::returns::{Fact, Proof, Return, TableReading};
use crate::run::{Desk, RunError, Silent, gather, with_intake, with_renderer};
use crate::settings::Settings;

pub(super) fn inspect_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather(settings, desk, &Silent)?;
    with_renderer(desk, &gathered, |renderer| {
        for (input, outcome) in gathered.inputs.iter().zip(&gathered.collation.outcomes) {
            out(&desk.catalogue.say("inspect_file", &[("file", input.name.clone())]));
            let understood = with_intake(settings, desk, |intake| intake.look_at(input));
            inspect(outcome, understood.as_ref(), renderer);
        }
    });
    Ok(DONE)
}

fn inspect(outcome: &FileOutcome, understood: Option<&Understood>, renderer: &Renderer<'_>) {
    let catalogue = renderer.catalogue;
    if outcome.returns.is_empty() {
        out(&catalogue.say("inspect_none", &[]));
    } else {
        out(&legend(renderer));
    }
    for one in &outcome.returns {
        for reading in &one.tables {
            let facts: Vec<&Fact> = one.facts.iter().filter(|fact| is_of(fact, one, reading, renderer)).collect();
            out("");
            out(&title(one, reading, &facts, renderer));
            if reading.proof != Proof::default() {
                out(&catalogue.say(
                    "inspect_identities",
                    &[("held", reading.proof.held.to_string()), ("checked", reading.proof.checked.to_string())],
                ));
            }
            for line in Drawing::of(one, &facts, renderer).lines() {
                out(&line);
            }
            for line in facts.iter().filter_map(|fact| rewritten(fact, renderer)) {
                out(&line);
            }
        }
    }
    for line in understood.map(|understood| ignored(understood, outcome, renderer)).unwrap_or_default() {
        out(&line);
    }
    let mut findings: Vec<&Finding> = outcome.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.level, finding.place));
    if !findings.is_empty() {
        out("");
    }
    print_findings(findings, renderer);
}

fn is_of(fact: &Fact, one: &Return, reading: &TableReading, renderer: &Renderer<'_>) -> bool {
    match (fact.item.as_slot(), fact.item.as_open()) {
        (Some(slot), _) => renderer.book.slot(slot).table == reading.table,
        (None, place) => place.and_then(|place| one.open.get(place)).is_some_and(|open| open.table == reading.table),
    }
}

fn title(one: &Return, reading: &TableReading, facts: &[&Fact], renderer: &Renderer<'_>) -> String {
    let book = renderer.book;
    let first = facts.iter().map(|fact| fact.place).min();
    let sheet = first.map_or("", |place| renderer.sheet(one.file, place.sheet));
    let on_first = || facts.iter().filter(|fact| Some(fact.place.sheet) == first.map(|place| place.sheet));
    let rows = || on_first().map(|fact| fact.place.position.row);
    let columns = || on_first().map(|fact| fact.place.position.column);
    let corner = |row, column| Some(crate::address::Position { row: row?, column: column? }.to_string());
    let area = match (corner(rows().min(), columns().min()), corner(rows().max(), columns().max())) {
        (Some(from), Some(to)) => format!("{from}:{to}"),
        _ => String::new(),
    };
    let values = [
        ("sheet", sheet.to_owned()),
        ("area", area),
        ("table", renderer.table(reading.table)),
        ("form", book.form(one.form).code.clone()),
        ("agency", renderer.agency(&one.agency).to_owned()),
        ("year", one.year.to_string()),
    ];
    renderer.catalogue.say(if one.is_narrative() { "inspect_prose" } else { "inspect_table" }, &values)
}
