//! What is said of a sender who is unknown, not on the roster, or named in two ways.

use super::Intake;
use crate::address::{FileId, Place};
use crate::agency::identify::{Identity, NoAgency};
use crate::finding::{Arg, Finding};
use crate::level::Level;
use crate::returns::Agency;

impl Intake<'_> {
    /// Why nobody can be credited with a table.
    pub(super) fn no_agency(&self, none: &NoAgency, id: FileId, year: Option<u16>, first: Option<Place>) -> Finding {
        match none {
            NoAgency::Unnamed => {
                Finding { year, ..Finding::new(Level::Error, "who.no_agency", "no_agency").in_file(id).at(first) }
            }
            NoAgency::NotOnSheet => {
                let finding = Finding::new(Level::Error, "who.no_agency", "no_agency_on_sheet").in_file(id).at(first);
                Finding { year, ..finding }
            }
            NoAgency::Contradicted { id: number, name } => {
                let finding = Finding::new(Level::Error, "who.conflict", "id_conflict")
                    .in_file(id)
                    .at(first)
                    .values(name, number)
                    .with("id", Arg::Text(number.clone()))
                    .with("name", Arg::Text(name.clone()));
                Finding { year, ..finding }
            }
            NoAgency::Unlisted { name, place } => {
                let near = self.roster.map(|roster| roster.suggest(name)).unwrap_or_default();
                let message = if near.is_empty() { "unknown_agency" } else { "unknown_agency_near" };
                let finding = Finding::new(Level::Error, "who.unknown_agency", message)
                    .in_file(id)
                    .at(*place)
                    .values(name, "")
                    .with("name", Arg::Text(name.clone()))
                    .with("near", Arg::Agencies(near));
                Finding { year, ..finding }
            }
        }
    }
}

/// What a table's sources say against each other.
pub(super) fn conflicts(identity: &Identity, id: FileId, agency: &Agency, year: u16) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((accepted, other)) = &identity.agency_conflict {
        findings.push(
            Finding::new(Level::Query, "who.conflict", "agency_conflict")
                .in_file(id)
                .of(agency, year)
                .at(accepted.place)
                .values(&accepted.text, &other.text)
                .with("accepted", Arg::Text(accepted.text.clone()))
                .with("accepted_source", Arg::Word(accepted.source.word()))
                .with("other", Arg::Text(other.text.clone()))
                .with("other_source", Arg::Word(other.source.word())),
        );
    }
    if let Some((accepted, other)) = &identity.year_conflict {
        findings.push(
            Finding::new(Level::Query, "who.year_conflict", "year_conflict")
                .in_file(id)
                .of(agency, year)
                .at(accepted.place)
                .values(accepted.value, other.value)
                .with("accepted", Arg::Text(accepted.value.to_string()))
                .with("accepted_source", Arg::Word(accepted.source.word()))
                .with("other", Arg::Text(other.value.to_string()))
                .with("other_source", Arg::Word(other.source.word())),
        );
    }
    findings
}
