//! findings.csv, returns.csv and roster.csv: the clerk's lists.

use super::Edition;
use super::csv_text::CsvText;
use crate::address::{CellRef, FileId};
use crate::finding::{Arg, Finding, Subject};
use crate::form::{Level, hex};
use crate::intake::Rejection;
use crate::message::Renderer;
use crate::returns::{Agency, Return, Status};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

impl Edition<'_> {
    /// The year's findings, gravest first, then in the order of agencies and files. What belongs to no year is
    /// shown in every year.
    pub fn findings(&self) -> Vec<(String, &Finding)> {
        let all = self
            .collation
            .outcomes
            .iter()
            .flat_map(|outcome| &outcome.findings)
            .chain(&self.collation.findings)
            .chain(&self.city.findings)
            .filter(|finding| finding.year.is_none_or(|year| year == self.year));
        let mut sorted: Vec<&Finding> = all.collect();
        sorted.sort_by(|a, b| {
            (a.level, &a.agency, a.file, a.place, &a.rule, &a.subject)
                .cmp(&(b.level, &b.agency, b.file, b.place, &b.rule, &b.subject))
        });
        let mut taken: BTreeSet<String> = BTreeSet::new();
        sorted
            .into_iter()
            .map(|finding| {
                let mut id = stable_id(finding, self.renderer, 0);
                for again in 1.. {
                    if taken.insert(id.clone()) {
                        break;
                    }
                    id = stable_id(finding, self.renderer, again);
                }
                (id, finding)
            })
            .collect()
    }
}

/// An id that the same question keeps from run to run: made of rule, agency, year, figure and place, not of values.
fn stable_id(finding: &Finding, renderer: &Renderer<'_>, again: u32) -> String {
    let (table, indicator, dimension) = subject(finding, renderer);
    let (file, sheet, cell) = place(finding, renderer);
    let agency = finding.agency.as_ref().map_or("", |agency| renderer.agency(agency));
    let year = finding.year.map(|year| year.to_string()).unwrap_or_default();
    // A figure's finding follows the figure when the sender moves the table or renames the file.
    let place = if finding.agency.is_some() && !indicator.is_empty() {
        String::new()
    } else {
        format!("{file}\u{1f}{sheet}\u{1f}{cell}")
    };
    let text =
        [&finding.rule, agency, &year, &table, &indicator, &dimension, &place, &again.to_string()].join("\u{1f}");
    let digest = hex(&Sha256::digest(text.as_bytes()));
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
            (book.table(*table).code.clone(), super::summary::open_code(label), String::new())
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
pub fn findings(edition: &Edition<'_>) -> Vec<u8> {
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
    ]);
    for (id, finding) in edition.findings() {
        let (table, indicator, dimension) = subject(finding, renderer);
        let (file, sheet, cell) = place(finding, renderer);
        let agency = finding.agency.as_ref();
        csv.field(&id)
            .field(finding.level.as_str())
            .field(&finding.rule)
            .field(agency.map_or("", |agency| renderer.agency_id(agency)))
            .field(agency.map_or("", |agency| renderer.agency(agency)))
            .fields([&table, &indicator, &dimension, &file, &sheet, &cell, &finding.found, &finding.expected])
            .field(&finding.difference.map(|difference| difference.to_string()).unwrap_or_default())
            // Which cell is wrong, how sure that is and what it does to the city: not said by this version.
            .fields(["", "", ""])
            .field(&renderer.message(finding))
            .field(&involved(finding, renderer))
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

/// One row per input file and return.
pub fn returns(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let book = renderer.book;
    let mut csv = CsvText::new(edition.bom);
    csv.row([
        "file",
        "agency_id",
        "agency",
        "year",
        "form",
        "status",
        "reason",
        "sha256",
        "numbers",
        "identities_checked",
        "identities_held",
        "tables",
    ]);
    let superseded_by = rivals(edition);
    for (number, outcome) in (0u32..).map(FileId).zip(&edition.collation.outcomes) {
        let file = renderer.file(number);
        for one in outcome.returns.iter().filter(|one| one.year == edition.year) {
            let tables: Vec<&str> = one.tables.iter().map(|reading| book.table(reading.table).code.as_str()).collect();
            csv.field(file)
                .field(renderer.agency_id(&one.agency))
                .field(renderer.agency(&one.agency))
                .field(&one.year.to_string())
                .field(&book.form(one.form).code)
                .field(one.status.as_str())
                .field(&reason(one, superseded_by.get(&(one.file, one.form)), renderer))
                .field(&outcome.sha256)
                .fields([
                    one.numbers().to_string(),
                    one.identities_checked.to_string(),
                    one.identities_held.to_string(),
                    tables.join("+"),
                ])
                .end();
        }
        if outcome.returns.is_empty() && outcome.claimed_year.is_none_or(|year| year == edition.year) {
            let fallback = Rejection { status: Status::NotAReturn, reason: "no_table".to_owned() };
            let rejection = outcome.rejected.as_ref().unwrap_or(&fallback);
            let year = outcome.claimed_year.map(|year| year.to_string()).unwrap_or_default();
            let agency = outcome.claimed_agency.as_ref();
            csv.field(file)
                .field(agency.map_or("", |agency| renderer.agency_id(agency)))
                .field(agency.map_or("", |agency| renderer.agency(agency)))
                .field(&year)
                .field("")
                .field(rejection.status.as_str())
                .field(&renderer.catalogue.reason(&rejection.reason))
                .field(&outcome.sha256)
                .fields(["0", "0", "0", ""])
                .end();
        }
    }
    csv.into_bytes()
}

/// The file that replaced each superseded or duplicate return.
fn rivals(edition: &Edition<'_>) -> BTreeMap<(FileId, crate::form::FormId), FileId> {
    let rules = ["return.superseded", "return.duplicate"];
    let mut rivals = BTreeMap::new();
    for finding in edition.collation.findings.iter().filter(|finding| rules.contains(&finding.rule.as_str())) {
        let other = finding.args.iter().find_map(|(_, arg)| match arg {
            Arg::File(file) => Some(*file),
            _ => None,
        });
        let (Some(file), Some(other)) = (finding.file, other) else { continue };
        for one in
            edition.returns().iter().filter(|one| one.file == file && Some(&one.agency) == finding.agency.as_ref())
        {
            rivals.insert((file, one.form), other);
        }
    }
    rivals
}

fn reason(one: &Return, rival: Option<&FileId>, renderer: &Renderer<'_>) -> String {
    let catalogue = renderer.catalogue;
    let other = rival.map(|file| renderer.file(*file).to_owned()).unwrap_or_default();
    match one.status {
        Status::Counted if one.is_narrative() => catalogue.reason("narrative_counted"),
        Status::Superseded if one.is_narrative() => catalogue.reason("narrative_compared"),
        Status::Duplicate => catalogue.phrase("duplicate", &[("winner", other)]),
        Status::Superseded => catalogue.phrase("superseded", &[("winner", other)]),
        Status::Counted if one.tables.iter().any(|table| !table.counted) => {
            let tables: Vec<String> =
                one.tables.iter().filter(|table| !table.counted).map(|table| renderer.table(table.table)).collect();
            let tables = tables.join(&catalogue.word("and"));
            catalogue.phrase("counted_in_part", &[("winner", other), ("tables", tables)])
        }
        _ => catalogue.reason("counted"),
    }
}

/// One row per agency that must report.
pub fn roster(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let mut csv = CsvText::new(edition.bom);
    csv.row(["agency_id", "agency", "parent_id", "state", "file", "group", "errors", "queries"]);
    let mut counts: BTreeMap<&Agency, (usize, usize)> = BTreeMap::new();
    let findings = edition.findings();
    for (_, finding) in &findings {
        if let Some(agency) = &finding.agency {
            let count = counts.entry(agency).or_default();
            match finding.level {
                Level::Error => count.0 += 1,
                Level::Query => count.1 += 1,
                Level::Note => {}
            }
        }
    }
    let Some(roster) = renderer.roster else { return csv.into_bytes() };
    let states = states(edition);
    for (place, agency) in roster.agencies().iter().enumerate() {
        let parent = agency.parent.and_then(|parent| roster.agencies().get(parent));
        let key = Agency::Listed(place);
        let (state, files) = states.get(&key).map_or(("missing", Vec::new()), |(state, files)| (*state, files.clone()));
        let (errors, queries) = counts.get(&key).copied().unwrap_or_default();
        csv.field(&agency.id)
            .field(&agency.name)
            .field(parent.map_or("", |parent| &parent.id))
            .field(state)
            .field(&files.join("; "))
            .field(agency.group.as_deref().unwrap_or_default())
            .fields([errors.to_string(), queries.to_string()])
            .end();
    }
    csv.into_bytes()
}

/// What became of every agency: `counted` if its owed form is, `returned` if only refused files came from it.
pub fn states(edition: &Edition<'_>) -> BTreeMap<Agency, (&'static str, Vec<String>)> {
    let book = edition.renderer.book;
    let owed = book.required_form(edition.year).is_some();
    let mut states: BTreeMap<Agency, (&'static str, Vec<String>)> = BTreeMap::new();
    for one in edition.returns() {
        let file = edition.renderer.file(one.file).to_owned();
        let entry = states.entry(one.agency.clone()).or_insert(("missing", Vec::new()));
        match one.status {
            Status::Counted if !owed || book.form(one.form).required => {
                if entry.0 != "counted" {
                    *entry = ("counted", Vec::new());
                }
                entry.1.push(file);
            }
            Status::Superseded if entry.0 == "missing" => *entry = ("superseded_only", vec![file]),
            _ => {}
        }
    }
    for (number, outcome) in (0u32..).map(FileId).zip(&edition.collation.outcomes) {
        let refused = outcome.rejected.as_ref().is_some_and(|rejection| rejection.status == Status::Refused);
        if let Some(agency) = outcome.claimed_agency.as_ref().filter(|_| refused)
            && outcome.claimed_year.is_none_or(|year| year == edition.year)
        {
            let file = edition.renderer.file(number).to_owned();
            let entry = states.entry(agency.clone()).or_insert(("missing", Vec::new()));
            if entry.0 == "missing" {
                *entry = ("returned", vec![file]);
            }
        }
    }
    states
}
