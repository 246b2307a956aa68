//! What a run came to, on the terminal.

use super::out;
use crate::collate::{Standing, Standings, standings};
use crate::consolidate::City;
use crate::finding::Finding;
use crate::level::Level;
use crate::message::Renderer;
use crate::publish::findings_of;
use crate::returns::{Agency, Status};
use crate::run::{Desk, Gathered};
use std::collections::BTreeMap;

/// Says a sentence of the catalogue, filled in, in a line of its own.
type Say<'s> = &'s dyn Fn(&str, &[(&str, String)]);

/// So many findings are shown; the others are in the list.
const SHOWN: usize = 3;

/// Received, counted, missing, refused, findings by level, and where to look first.
pub(super) fn summarise(desk: &Desk, gathered: &Gathered, renderer: &Renderer<'_>, folders: Option<&[String]>) {
    for (place, city) in gathered.cities.iter().enumerate() {
        let book = &desk.library.rulebook;
        let form = book.required_form(city.year).map(|form| book.form(form).source.clone()).unwrap_or_default();
        out(&desk.catalogue.say("summary_head", &[("year", city.year.to_string()), ("form", form)]));
        let line = |key: &str, values: &[(&str, String)]| out(&format!("  {}", desk.catalogue.say(key, values)));
        let counts = received(gathered, city.year);
        line("summary_received", &received_values(&counts));
        if let Some(files) = counts.get(&Status::OtherYear) {
            line("summary_other_year", &[("files", files.to_string())]);
        }
        for (key, values) in roster_lines(desk, renderer, &standings(&gathered.collation, city.year, book)) {
            line(key, &values);
        }
        findings(gathered, city, renderer, &line);
        if let Some(folder) = folders.and_then(|folders| folders.get(place)) {
            line("summary_written", &[("folder", folder.clone())]);
        }
    }
}

/// How many files came for a year, by what became of them.
fn received(gathered: &Gathered, year: u16) -> BTreeMap<Status, usize> {
    let mut counts = BTreeMap::<Status, usize>::new();
    for outcome in &gathered.collation.outcomes {
        let mine = gathered.collation.listed_returns(outcome, year).map(|(_, status)| status).min();
        let listed = gathered.collation.is_listed(outcome, year);
        let rejected = || outcome.rejected.as_ref().map_or(Status::NotAReturn, |rejection| rejection.status);
        if let Some(status) = mine.or_else(|| listed.then(rejected)) {
            *counts.entry(status).or_default() += 1;
        }
    }
    counts
}

fn received_values(counts: &BTreeMap<Status, usize>) -> Vec<(&'static str, String)> {
    let count = |status: Status| counts.get(&status).copied().unwrap_or(0).to_string();
    vec![
        (
            "files",
            counts
                .iter()
                .filter(|(status, _)| **status != Status::OtherYear)
                .map(|(_, n)| n)
                .sum::<usize>()
                .to_string(),
        ),
        ("counted", count(Status::Counted)),
        ("superseded", count(Status::Superseded)),
        ("duplicate", count(Status::Duplicate)),
        ("not_a_return", count(Status::NotAReturn)),
        ("refused", count(Status::Refused)),
    ]
}

/// Who has reported, who must send again, who has sent nothing.
fn roster_lines(
    desk: &Desk,
    renderer: &Renderer<'_>,
    standings: &Standings,
) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let Some(roster) = &desk.roster else {
        let reported = standings.values().filter(|(standing, _)| *standing == Standing::Counted).count();
        return vec![("summary_no_roster", vec![("reported", reported.to_string())])];
    };
    let mut by_standing: BTreeMap<Standing, Vec<String>> = BTreeMap::new();
    for (place, agency) in roster.agencies().iter().enumerate() {
        let standing = standings.get(&Agency::Listed(place)).map(|(standing, _)| *standing).unwrap_or_default();
        by_standing.entry(standing).or_default().push(agency.name.clone());
    }
    let reported = by_standing.remove(&Standing::Counted).unwrap_or_default().len();
    let mut again = by_standing.remove(&Standing::Returned).unwrap_or_default();
    again.extend(by_standing.remove(&Standing::SupersededOnly).unwrap_or_default());
    let missing = by_standing.remove(&Standing::Missing).unwrap_or_default();
    let none = || desk.catalogue.word("none");
    let count = missing.len().to_string();
    let missing = if missing.is_empty() { none() } else { renderer.list(missing) };
    let expected = roster.agencies().len().to_string();
    let mut lines = vec![(
        "summary_roster",
        vec![
            ("expected", expected),
            ("reported", reported.to_string()),
            ("missing_count", count),
            ("missing", missing),
        ],
    )];
    if !again.is_empty() {
        lines.push(("summary_again", vec![("count", again.len().to_string()), ("agencies", renderer.list(again))]));
    }
    lines
}

/// Findings by level, and the first ones. Who sent nothing has been named already.
fn findings(gathered: &Gathered, city: &City, renderer: &Renderer<'_>, line: Say<'_>) {
    let findings = findings_of(&gathered.collation, city);
    let of = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let (errors, queries, notes) = (of(Level::Error), of(Level::Query), of(Level::Note));
    let counts = [("errors", errors.to_string()), ("queries", queries.to_string()), ("notes", notes.to_string())];
    line("summary_findings", &counts);
    let first: Vec<&Finding> = findings
        .iter()
        .copied()
        .filter(|finding| finding.level != Level::Note && finding.rule != "return.missing")
        .take(SHOWN)
        .collect();
    match first.as_slice() {
        [] if errors + queries == 0 => line("summary_clean", &[]),
        [] => line("summary_only_missing", &[]),
        first => {
            line("summary_first", &[]);
            for finding in first {
                let file = finding.file.map(|file| renderer.file(file)).unwrap_or_default();
                out(&format!("    · {file}  {}", renderer.message(finding)));
            }
        }
    }
}
