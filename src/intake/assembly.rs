//! From located tables, each with its sender and year, to returns: what stands in the way of a table is said once, and the
//! others are read.

use super::builder::Builder;
use super::lacking::{NO_TABLE, NOT_A_RETURN};
use super::sender::conflicts;
use super::units::StatedUnits;
use super::{FileOutcome, Intake, Rejection, Understood};
use crate::address::{FileId, Place, Position};
use crate::agency::identify::{Doubt, Identity, Source};
use crate::check;
use crate::finding::{Arg, Finding};
use crate::form::FormId;
use crate::level::Level;
use crate::locate::Record;
use crate::returns::{Agency, Status};
use std::collections::{BTreeMap, HashSet};

/// One file's tables on the way to its returns.
pub(super) struct Assembly<'a, 'i> {
    intake: &'a Intake<'i>,
    id: FileId,
    understood: &'a Understood,
    outcome: &'a mut FileOutcome,
    /// What has been said of a sheet: rule, what was found there, sheet.
    said: HashSet<(String, String, Option<u16>)>,
    /// The rule for which a table was refused.
    refused: Option<String>,
}

impl<'a, 'i> Assembly<'a, 'i> {
    pub(super) fn new(
        intake: &'a Intake<'i>,
        id: FileId,
        understood: &'a Understood,
        outcome: &'a mut FileOutcome,
    ) -> Self {
        Assembly { intake, id, understood, outcome, said: HashSet::new(), refused: None }
    }

    /// Reads all tables whose agency and year are known.
    pub(super) fn run(mut self) {
        let understood = self.understood;
        let sheets = &understood.workbook.sheets;
        self.outcome.sheets = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        for (record, identity) in &understood.records {
            self.outcome.findings.extend(self.intake.stray_findings(record, identity, self.id));
        }
        self.outcome.findings.extend(self.intake.unread_sheets(understood, self.id));
        let guide = self.intake.guide;
        let units: Vec<StatedUnits> = sheets.iter().map(|sheet| StatedUnits::of(sheet, guide)).collect();
        let mut builders: BTreeMap<(Agency, u16, FormId), Builder<'_>> = BTreeMap::new();
        for (record, identity) in understood.records.iter().filter(|(record, _)| !record.tables.is_empty()) {
            let Some((agency, year)) = self.owner(record, identity) else { continue };
            self.remark(record, identity, &agency, year);
            for table in &record.tables {
                let form = guide.book.table(table.table).form;
                builders
                    .entry((agency.clone(), year, form))
                    .or_insert_with(|| {
                        Builder::new(self.id, agency.clone(), year, form, identity.year_conflict.is_some())
                    })
                    .add(table, understood, &units, guide);
            }
        }
        for (_, builder) in builders {
            let (mut finished, findings) = builder.finish(guide.book);
            self.outcome.findings.extend(findings);
            self.outcome.findings.extend(check::within_return(&mut finished, guide.book));
            self.outcome.returns.push(finished);
        }
        match self.refused.filter(|_| self.outcome.returns.is_empty()) {
            Some(rule) => {
                let reason = rule.replace('.', "_");
                self.outcome.rejected = Some(Rejection { status: Status::Refused, reason });
            }
            None if self.outcome.returns.is_empty() => {
                self.outcome.reject(self.id, Status::NotAReturn, NO_TABLE, Level::Query, NOT_A_RETURN);
            }
            None => {}
        }
    }

    /// Whose a table is and of which year; none if that is not known, or if something forbids to count it. Why is said.
    fn owner(&mut self, record: &Record, identity: &Identity) -> Option<(Agency, u16)> {
        let place = place_of(record);
        let year = identity.year.as_ref().map(|claim| claim.value).or(self.intake.year);
        self.outcome.claimed_year = self.outcome.claimed_year.or(year);
        if let Some(doubt) = identity.doubts.iter().find(|doubt| doubt.forbids()) {
            self.forbid(doubt, record, identity, year);
            return None;
        }
        let agency = match &identity.agency {
            // A name with nothing beside it heads a section of the list, unless the roster has it.
            Err(_) | Ok(Agency::Named(_)) if record.bare => return None,
            Ok(agency) => agency.clone(),
            Err(none) => {
                let finding = self.intake.no_agency(none, self.id, year, place).with("sheet", self.sheet_name(place));
                self.refused = Some(finding.rule.clone());
                self.say_once(finding);
                return None;
            }
        };
        if year.is_none() {
            let finding = Finding::new(Level::Error, "who.no_year", "no_year").in_file(self.id).at(place);
            self.outcome.findings.push(Finding { agency: Some(agency.clone()), ..finding });
            self.refused = Some("who.no_year".to_owned());
        }
        Some((agency, year?))
    }

    /// Says why a table is not counted whoever sent it.
    fn forbid(&mut self, doubt: &Doubt, record: &Record, identity: &Identity, year: Option<u16>) {
        let (level, rule, message) = match doubt {
            Doubt::RowYear => (Level::Error, "who.no_year", "row_year"),
            Doubt::PartYear { source: Source::Row, .. } => (Level::Error, "who.part_year", "part_year_row"),
            Doubt::PartYear { .. } => (Level::Error, "who.part_year", "part_year"),
            Doubt::Example => (Level::Query, "who.example", "example_sheet"),
            _ => (Level::Error, "who.no_year", "other_year_sheet"),
        };
        let place = place_of(record);
        self.refused = self.refused.take().or_else(|| Some(rule.to_owned()));
        let mut finding = Finding::new(level, rule, message)
            .in_file(self.id)
            .at(place)
            .values(record.claim.year.clone().unwrap_or_default(), "")
            .with("sheet", self.sheet_name(place));
        if let Doubt::PartYear { said, source, place: at } = doubt {
            finding = finding.at(at.or(place)).values(said, "").with("said", Arg::Text(said.clone()));
            finding = finding.with("source", Arg::Word(source.word()));
        }
        // What a row says is said of every row.
        let of_row = matches!(doubt, Doubt::RowYear | Doubt::PartYear { source: Source::Row, .. });
        let sheet = place.map(|place| place.sheet);
        if of_row || self.said.insert((rule.to_owned(), finding.found.clone(), sheet)) {
            let year = year.filter(|_| *doubt != Doubt::RowYear);
            self.outcome.findings.push(Finding { year, agency: identity.agency.clone().ok(), ..finding });
        }
    }

    /// Says what is doubtful about a table that is counted.
    fn remark(&mut self, record: &Record, identity: &Identity, agency: &Agency, year: u16) {
        let place = place_of(record);
        for doubt in &identity.doubts {
            let (rule, message) = match doubt {
                Doubt::Hidden => ("file.hidden_sheet", "hidden_sheet"),
                Doubt::Sum => ("who.sheet_name", "sum_sheet_counted"),
                Doubt::FolderOfPart { .. } => ("who.part_year", "folder_of_part"),
                Doubt::OtherYear
                | Doubt::OtherYearUnsaid
                | Doubt::RowYear
                | Doubt::PartYear { .. }
                | Doubt::Example => ("who.sheet_name", "other_year_sheet_counted"),
            };
            let mut finding = Finding::new(Level::Query, rule, message).in_file(self.id).of(agency, year).at(place);
            if let Doubt::FolderOfPart { said } = doubt {
                finding = finding.values(said, "").with("said", Arg::Text(said.clone()));
            }
            self.say_once(finding.with("sheet", self.sheet_name(place)));
        }
        for finding in conflicts(identity, self.id, agency, year) {
            if self.said.insert((finding.rule.clone(), finding.found.clone(), None)) {
                self.outcome.findings.push(finding);
            }
        }
    }

    /// Says something of a sheet, once.
    fn say_once(&mut self, finding: Finding) {
        let sheet = finding.place.map(|place| place.sheet);
        if self.said.insert((finding.rule.clone(), finding.found.clone(), sheet)) {
            self.outcome.findings.push(finding);
        }
    }

    fn sheet_name(&self, place: Option<Place>) -> Arg {
        let sheet = place.and_then(|place| self.understood.workbook.sheets.get(usize::from(place.sheet)));
        Arg::Text(sheet.map(|sheet| sheet.name.clone()).unwrap_or_default())
    }
}

/// Where the first table of a record begins.
fn place_of(record: &Record) -> Option<Place> {
    let table = record.tables.first()?;
    Some(Place { sheet: table.sheet, position: Position { row: table.first_row, column: 0 } })
}
