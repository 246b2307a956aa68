//! What a run came to, on the terminal.

use super::out;
use huizong::finding::Finding;
use huizong::form::Level;
use huizong::message::Renderer;
use huizong::publish::{Edition, agency_states};
use huizong::returns::{Agency, Status};
use huizong::run::{Desk, Gathered};

/// Received, counted, missing, refused, findings by level, and where to look first.
pub(super) fn summarise(desk: &Desk, gathered: &Gathered, renderer: &Renderer<'_>, folders: Option<&[String]>) {
    let catalogue = &desk.catalogue;
    for (place, city) in gathered.cities.iter().enumerate() {
        let edition = Edition {
            year: city.year,
            city,
            collation: &gathered.collation,
            library: &desk.library,
            renderer,
            inputs: &gathered.inputs,
            earlier: None,
            bom: false,
            roster_hash: None,
        };
        let forms: Vec<&str> = desk
            .library
            .rulebook
            .required_form(city.year)
            .map(|form| desk.library.rulebook.form(form).source.as_str())
            .into_iter()
            .collect();
        out(&catalogue.say("summary_head", &[("year", city.year.to_string()), ("form", forms.join(" "))]));
        let mut counts = std::collections::BTreeMap::<Status, usize>::new();
        let mut files = 0;
        for outcome in &gathered.collation.outcomes {
            let mine: Vec<Status> =
                outcome.returns.iter().filter(|one| one.year == city.year).map(|one| one.status).collect();
            if let Some(best) = mine.iter().min() {
                files += 1;
                *counts.entry(*best).or_default() += 1;
            } else if outcome.returns.is_empty() && outcome.claimed_year.is_none_or(|year| year == city.year) {
                files += 1;
                let status = outcome.rejected.as_ref().map_or(Status::NotAReturn, |rejection| rejection.status);
                *counts.entry(status).or_default() += 1;
            }
        }
        let count = |status: Status| counts.get(&status).copied().unwrap_or(0).to_string();
        out(&format!(
            "  {}",
            catalogue.say(
                "summary_received",
                &[
                    ("files", files.to_string()),
                    ("counted", count(Status::Counted)),
                    ("superseded", count(Status::Superseded)),
                    ("duplicate", count(Status::Duplicate)),
                    ("not_a_return", count(Status::NotAReturn)),
                    ("refused", count(Status::Refused)),
                ],
            )
        ));
        out(&format!("  {}", roster_line(desk, &edition)));
        let findings = edition.findings();
        let of = |level: Level| findings.iter().filter(|(_, finding)| finding.level == level).count().to_string();
        out(&format!(
            "  {}",
            catalogue.say(
                "summary_findings",
                &[("errors", of(Level::Error)), ("queries", of(Level::Query)), ("notes", of(Level::Note))],
            )
        ));
        let first: Vec<&Finding> = findings
            .iter()
            .map(|(_, finding)| *finding)
            .filter(|finding| finding.level != Level::Note && finding.rule != "return.missing")
            .take(3)
            .collect();
        if first.is_empty() {
            out(&format!("  {}", catalogue.say("summary_clean", &[])));
        } else {
            out(&format!("  {}", catalogue.say("summary_first", &[])));
            for finding in first {
                let file = finding.file.map(|file| renderer.file(file)).unwrap_or_default();
                out(&format!("    · {file}  {}", renderer.message(finding)));
            }
        }
        if let Some(folder) = folders.and_then(|folders| folders.get(place)) {
            out(&format!("  {}", catalogue.say("summary_written", &[("folder", folder.clone())])));
        }
    }
}

fn roster_line(desk: &Desk, edition: &Edition<'_>) -> String {
    let states = agency_states(edition);
    let reported = states.values().filter(|(state, _)| *state == "counted").count();
    let catalogue = &desk.catalogue;
    let Some(roster) = &desk.roster else {
        return catalogue.say("summary_no_roster", &[("reported", reported.to_string())]);
    };
    let missing: Vec<String> = roster
        .agencies()
        .iter()
        .enumerate()
        .filter(|(place, _)| states.get(&Agency::Listed(*place)).is_none_or(|(state, _)| *state != "counted"))
        .map(|(_, agency)| agency.name.clone())
        .collect();
    let count = missing.len();
    let missing = if missing.is_empty() { catalogue.word("none") } else { edition.renderer.list(missing) };
    catalogue.say(
        "summary_roster",
        &[
            ("expected", roster.agencies().len().to_string()),
            ("reported", reported.to_string()),
            ("missing_count", count.to_string()),
            ("missing", missing),
        ],
    )
}
