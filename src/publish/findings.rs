//! findings.csv: what is wrong, gravest first, every question under an id that it keeps from run to run.

use super::Edition;
use super::csv_text::CsvText;
use crate::address::CellRef;
use crate::collate::Collation;
use crate::consolidate::City;
use crate::finding::{Arg, Finding, Subject};
use crate::fingerprint;
use crate::message::Renderer;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The year's findings: gravest first, then those that matter most to the published totals, then in the order of agencies
/// and files.
#[must_use]
pub(crate) fn findings_of<'a>(collation: &'a Collation, city: &'a City) -> Vec<&'a Finding> {
    let mut sorted: Vec<&Finding> = collation.findings(city.year).chain(&city.findings).collect();
    sorted.sort_by(|a, b| order(a, b));
    sorted
}

/// The order in which findings are read: what is not known to change a total comes after what does.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let key = |finding: &Finding| (finding.level, Reverse(finding.effect));
    key(a).cmp(&key(b)).then_with(|| asked(a).cmp(&asked(b)))
}

/// What a finding is about, in order.
fn asked(finding: &Finding) -> impl Ord + '_ {
    (&finding.agency, finding.file, finding.place, &finding.rule, &finding.subject)
}

/// Gives every finding an id that it keeps from run to run.
pub(crate) fn identify(findings: &mut [&mut Finding], renderer: &Renderer<'_>) {
    // What still matters first: the copy of a return that is not counted asks the same question a second time.
    findings.sort_by(|a, b| (a.level, asked(a)).cmp(&(b.level, asked(b))));
    let identities: HashSet<&str> =
        renderer.book.forms.iter().flat_map(|form| form.identities.iter().map(|one| one.rule.as_str())).collect();
    let mut taken: BTreeSet<String> = findings.iter().map(|finding| finding.id.clone()).collect();
    // The same question may be asked several times: the second time it says so in its id.
    let mut times: HashMap<String, u32> = HashMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.id.is_empty()) {
        let question = question(finding, identities.contains(finding.rule.as_str()), renderer);
        let time = times.entry(question.clone()).or_default();
        while finding.id.is_empty() {
            let id = stable_id(&question, *time);
            *time += 1;
            if taken.insert(id.clone()) {
                finding.id = id;
            }
        }
    }
}

/// What a finding asks: rule, agency, year, figure and place, not values.
fn question(finding: &Finding, is_identity: bool, renderer: &Renderer<'_>) -> String {
    // A broken identity is the same question whichever of its cells is suspected.
    let (table, indicator, dimension) = if is_identity { Default::default() } else { subject(finding, renderer) };
    let (file, sheet, cell) = place(finding, renderer);
    let agency = finding.agency.as_ref().map_or("", |agency| renderer.agency(agency));
    let year = finding.year.map(|year| year.to_string()).unwrap_or_default();
    // A figure's finding follows the figure when the sender moves the table or renames the file.
    let place = if finding.agency.is_some() && (is_identity || !indicator.is_empty()) {
        String::new()
    } else {
        format!("{file}\u{1f}{sheet}\u{1f}{cell}")
    };
    [&finding.rule, agency, &year, &table, &indicator, &dimension, &place].join("\u{1f}")
}

fn stable_id(question: &str, time: u32) -> String {
    let digest = fingerprint::of_bytes(format!("{question}\u{1f}{time}"));
    format!("F{}", digest.get(..10).unwrap_or_default())
}

fn subject(finding: &Finding, renderer: &Renderer<'_>) -> (String, String, String) {
    let book = renderer.book;
    match &finding.subject {
        None => Default::default(),
        Some(Subject::Slot(slot)) => {
            let slot = book.slot(*slot);
            (book.table(slot.table).code.clone(), slot.indicator.clone(), slot.dimension.clone())
        }
        Some(Subject::Row(slot)) => {
            let slot = book.slot(*slot);
            (book.table(slot.table).code.clone(), slot.indicator.clone(), String::new())
        }
        Some(Subject::Column(slot)) => {
            let slot = book.slot(*slot);
            (book.table(slot.table).code.clone(), String::new(), slot.dimension.clone())
        }
        Some(Subject::Table(table)) => (book.table(*table).code.clone(), String::new(), String::new()),
        Some(Subject::Open(table, label)) => {
            (book.table(*table).code.clone(), crate::consolidate::open_code(label), String::new())
        }
    }
}

fn place(finding: &Finding, renderer: &Renderer<'_>) -> (String, String, String) {
    let file = finding.file.map(|file| renderer.file(file).to_owned()).unwrap_or_default();
    match (finding.file, finding.place) {
        (Some(id), Some(place)) => (file, renderer.sheet(id, place.sheet).to_owned(), place.position.to_string()),
        _ => (file, String::new(), String::new()),
    }
}

/// All findings of the year.
pub(super) fn findings(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let mut csv = CsvText::new(edition.bom);
    csv.row([
        "id",
        "level",
        "rule",
        "agency_id",
        "agency",
        "table",
        "indicator",
        "dimension",
        "file",
        "sheet",
        "cell",
        "found",
        "expected",
        "difference",
        "diagnosis",
        "confidence",
        "effect",
        "message",
        "cells",
        "rules",
        "decided",
    ]);
    for finding in edition.findings {
        let (table, indicator, dimension) = subject(finding, renderer);
        let (file, sheet, cell) = place(finding, renderer);
        let agency = finding.agency.as_ref();
        csv.field(&finding.id)
            .field(finding.level.as_str())
            .field(&finding.rule)
            .field(agency.map_or("", |agency| renderer.agency_id(agency)))
            .field(agency.map_or("", |agency| renderer.agency(agency)))
            .fields([&table, &indicator, &dimension, &file, &sheet, &cell, &finding.found, &finding.expected])
            .field(&finding.difference.map(|difference| difference.to_string()).unwrap_or_default())
            .field(&renderer.diagnosis(finding))
            .field(&Renderer::confidence(finding))
            .field(&finding.effect.map(|effect| effect.to_string()).unwrap_or_default())
            .field(&renderer.message(finding))
            .field(&involved(finding, renderer))
            .field(&std::iter::once(&finding.rule).chain(&finding.also).cloned().collect::<Vec<_>>().join(" "))
            .field(&finding.decided.as_ref().map(|by| renderer.decided(by)).unwrap_or_default())
            .end();
    }
    csv.into_bytes()
}

/// Addresses of all cells of the identity.
fn involved(finding: &Finding, renderer: &Renderer<'_>) -> String {
    let cells: Vec<CellRef> = finding
        .args
        .iter()
        .filter_map(|(name, arg)| match arg {
            Arg::Cells(cells) if *name == "cells" => Some(cells),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let mut names: Vec<String> = cells.iter().map(|cell| renderer.cell(*cell)).collect();
    names.dedup();
    names.join(" ")
}
