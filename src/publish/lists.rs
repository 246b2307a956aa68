//! returns.csv and roster.csv: the clerk's lists.

use super::Edition;
use super::csv_text::CsvText;
use crate::address::FileId;
use crate::finding::Arg;
use crate::intake::Rejection;
use crate::level::Level;
use crate::message::Renderer;
use crate::returns::{Agency, Return, Status, TableReading};
use std::collections::BTreeMap;

/// One row per input file and return.
pub(super) fn returns(edition: &Edition<'_>) -> Vec<u8> {
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
        "proof",
    ]);
    let superseded_by = rivals(edition);
    for (number, outcome) in (0u32..).map(FileId).zip(&edition.collation.outcomes) {
        let file = renderer.file(number);
        for (one, status) in edition.collation.listed_returns(outcome, edition.year) {
            let tables: Vec<&str> = one.tables.iter().map(|reading| book.table(reading.table).code.as_str()).collect();
            let proof = |reading: &TableReading| format!("{}/{}", reading.proof.held, reading.proof.checked);
            let proofs: Vec<String> = one.tables.iter().map(proof).collect();
            csv.field(file)
                .field(renderer.agency_id(&one.agency))
                .field(renderer.agency(&one.agency))
                .field(&one.year.to_string())
                .field(&book.form(one.form).code)
                .field(status.as_str())
                .field(&reason(one, status, superseded_by.get(&(one.file, one.form)), renderer))
                .field(&outcome.sha256)
                .fields([
                    one.numbers().to_string(),
                    one.proof().checked.to_string(),
                    one.proof().held.to_string(),
                    tables.join("+"),
                    proofs.join("+"),
                ])
                .end();
        }
        if edition.collation.is_listed(outcome, edition.year) {
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
                .fields(["0", "0", "0", "", ""])
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

fn reason(one: &Return, status: Status, rival: Option<&FileId>, renderer: &Renderer<'_>) -> String {
    let catalogue = renderer.catalogue;
    let other = rival.map(|file| renderer.file(*file).to_owned()).unwrap_or_default();
    match status {
        Status::OtherYear => catalogue.phrase("other_year", &[("year", one.year.to_string())]),
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
        Status::Refused => catalogue.reason("no_figure"),
        _ => catalogue.reason("counted"),
    }
}

/// One row per agency that must report.
pub(super) fn roster(edition: &Edition<'_>) -> Vec<u8> {
    let renderer = edition.renderer;
    let mut csv = CsvText::new(edition.bom);
    csv.row(["agency_id", "agency", "parent_id", "state", "file", "group", "errors", "queries"]);
    let mut counts: BTreeMap<&Agency, (usize, usize)> = BTreeMap::new();
    for finding in edition.findings {
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
    for (place, agency) in roster.agencies().iter().enumerate() {
        let parent = agency.parent.and_then(|parent| roster.agencies().get(parent));
        let key = Agency::Listed(place);
        let (standing, files) = edition.standings.get(&key).cloned().unwrap_or_default();
        let files: Vec<&str> = files.into_iter().map(|file| renderer.file(file)).collect();
        let (errors, queries) = counts.get(&key).copied().unwrap_or_default();
        csv.field(&agency.id)
            .field(&agency.name)
            .field(parent.map_or("", |parent| &parent.id))
            .field(standing.as_str())
            .field(&files.join("; "))
            .field(agency.group.as_deref().unwrap_or_default())
            .fields([errors.to_string(), queries.to_string()])
            .end();
    }
    csv.into_bytes()
}
