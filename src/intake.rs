//! One file, read once: bytes -> workbook -> tables -> returns with findings. Runs in parallel, knows no other file.

mod builder;
mod lacking;
mod prose;
mod replies;
mod settle;
mod stray;
mod units;
mod who;

use crate::address::{FileId, Place};
use crate::agency::identify::{Claims, Doubt, Identifier, Identity, NoAgency, Scene};
use crate::agency::roster::Roster;
use crate::check;
use crate::finding::{Arg, Finding};
use crate::fingerprint;
use crate::form::{FormId, ReplyWords};
use crate::input::{self, InputFile, Source};
use crate::level::Level;
use crate::locate::{self, Guide, Look, Record, Role, SheetView, look, position};
use crate::narrative::Phrases;
use crate::read::{self, ArchiveFault, Limits, Refusal, Workbook};
use crate::returns::{Agency, Return, Status};
use std::collections::{BTreeMap, HashSet};
use units::StatedUnits;

use builder::Builder;
use lacking::{NO_TABLE, NOT_A_RETURN};
pub use replies::{Answers, Reply, is_id};

/// What one file came to.
#[derive(Debug)]
pub struct FileOutcome {
    /// SHA-256 of its bytes, lower-case hexadecimal; empty if it could not be read.
    pub sha256: String,
    /// Names of its sheets.
    pub sheets: Vec<String>,
    /// Its returns.
    pub returns: Vec<Return>,
    /// What is wrong in it.
    pub findings: Vec<Finding>,
    /// Its fate, if it has no return.
    pub rejected: Option<Rejection>,
    /// The year that its path or sheets claim.
    pub claimed_year: Option<u16>,
    /// The agency that its path claims.
    pub claimed_agency: Option<Agency>,
    /// What its sender answers, if it was sent back.
    pub answers: Answers,
}

/// Why a file, or a part of it, gives no return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Refused, or not a return.
    pub status: Status,
    /// Key of the reason in the message catalogue.
    pub reason: String,
}

/// What reading a file needs to know: made once, shared by all threads.
#[derive(Debug)]
pub struct Intake<'a> {
    /// Labels and forms.
    pub guide: &'a Guide<'a>,
    /// Names and years.
    pub identifier: &'a Identifier<'a>,
    /// Bounds on hostile input.
    pub limits: Limits,
    /// The year of what names none, if the user named one.
    pub year: Option<u16>,
    /// How narrative reports say their figures.
    pub phrases: &'a Phrases,
    /// The roster, for near misses of a name that is not on it.
    pub roster: Option<&'a Roster>,
    /// How senders' answers are headed.
    pub reply_words: &'a ReplyWords,
}

/// A workbook as it was understood, before figures are read: what `inspect` shows.
pub struct Understood {
    /// The workbook.
    pub workbook: Workbook,
    /// Its tables, with who and when.
    pub records: Vec<(Record, Identity)>,
    /// What its sender answers, if it was sent back.
    pub answers: Answers,
}

impl Intake<'_> {
    /// Reads one file to its end; whatever is wrong with it becomes a finding.
    #[must_use]
    pub fn read(&self, id: FileId, input: &InputFile) -> FileOutcome {
        let as_folders = input::as_folders(&input.name);
        let path_claims = self.identifier.path_claims(std::path::Path::new(&as_folders), &input.outer);
        let by_path = who::by_path(self.identifier, &path_claims);
        let mut outcome = FileOutcome {
            sha256: String::new(),
            sheets: Vec::new(),
            returns: Vec::new(),
            findings: Vec::new(),
            rejected: None,
            claimed_year: by_path.year.map(|claim| claim.value),
            claimed_agency: by_path.agency.ok(),
            answers: Answers::default(),
        };
        if let Some(reason) = skipped(&input.name) {
            outcome.reject(id, Status::NotAReturn, reason, Level::Note, "file.skipped");
            return outcome;
        }
        if input.source == Source::OwnResults {
            outcome.reject(id, Status::NotAReturn, "own_results", Level::Note, "file.skipped");
            return outcome;
        }
        if matches!(input.source, Source::Archive(_)) {
            outcome.sha256 = input.hash(&self.limits).unwrap_or_default();
            outcome.reject(id, Status::NotAReturn, "archive_opened", Level::Note, "file.archive");
            return outcome;
        }
        let bytes = match input.bytes(&self.limits) {
            Ok(bytes) => bytes,
            Err(refusal) => {
                outcome.sha256 = match refusal {
                    Refusal::Empty => fingerprint::of_bytes([]),
                    _ => input.hash(&self.limits).unwrap_or_default(),
                };
                outcome.refuse(id, &refusal);
                return outcome;
            }
        };
        outcome.sha256 = fingerprint::of_bytes(&bytes);
        match self.understand(&bytes, &path_claims) {
            Ok(understood) => {
                self.assemble(id, &understood, &mut outcome);
                outcome.answers = understood.answers.clone();
                self.add_prose(id, &bytes, Some(&understood), &path_claims, &mut outcome);
                outcome.explain_lack(id, &understood.workbook, &bytes);
            }
            Err(refusal) => {
                outcome.refuse(id, &refusal);
                self.add_prose(id, &bytes, None, &path_claims, &mut outcome);
            }
        }
        outcome
    }

    /// Reads a file's workbook again, as it was understood; none if it cannot be read.
    #[must_use]
    pub fn look_at(&self, input: &InputFile) -> Option<Understood> {
        let as_folders = input::as_folders(&input.name);
        let path_claims = self.identifier.path_claims(std::path::Path::new(&as_folders), &input.outer);
        self.understand(&input.bytes(&self.limits).ok()?, &path_claims).ok()
    }

    /// Reads a workbook and finds its tables, its agency and its year.
    ///
    /// # Errors
    /// When the bytes are no workbook that can be read.
    pub fn understand(&self, bytes: &[u8], path_claims: &Claims) -> Result<Understood, Refusal> {
        let mut workbook = read::read_workbook(bytes, &self.limits)?;
        let answers = replies::take_out(&mut workbook, self.reply_words);
        let claims = self.identifier.sheet_claims(&workbook, &|text| self.guide.is_label(text));
        let mut years = Scene::new(self.identifier, &claims, path_claims, &[]).sheet_years();
        years.iter_mut().for_each(|year| *year = year.or(self.year));
        let records = locate::locate(&workbook, self.guide, &years);
        let records = who::attribute(records, self.identifier, &claims, path_claims, self.guide.book);
        Ok(Understood { workbook, records, answers })
    }

    fn assemble(&self, id: FileId, understood: &Understood, outcome: &mut FileOutcome) {
        outcome.sheets = understood.workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        for (record, identity) in &understood.records {
            outcome.findings.extend(self.stray_findings(record, identity, id));
        }
        outcome.findings.extend(self.unread_sheets(understood, id));
        let with_tables: Vec<&(Record, Identity)> =
            understood.records.iter().filter(|(record, _)| !record.tables.is_empty()).collect();
        if with_tables.is_empty() {
            outcome.reject(id, Status::NotAReturn, NO_TABLE, Level::Query, NOT_A_RETURN);
            return;
        }
        let units: Vec<StatedUnits> =
            understood.workbook.sheets.iter().map(|sheet| StatedUnits::of(sheet, self.guide)).collect();
        let mut builders: BTreeMap<(Agency, u16, FormId), Builder<'_>> = BTreeMap::new();
        let mut said: HashSet<(String, String, Option<u16>)> = HashSet::new();
        let mut rejected = None;
        for (record, identity) in with_tables {
            let first = record.tables.first();
            let place = first.map(|table| Place {
                sheet: table.sheet,
                position: crate::address::Position { row: table.first_row, column: 0 },
            });
            let year = identity.year.as_ref().map(|claim| claim.value).or(self.year);
            outcome.claimed_year = outcome.claimed_year.or(year);
            if let Some(doubt) = identity.doubts.iter().find(|doubt| doubt.forbids()) {
                let (level, rule, message) = match doubt {
                    Doubt::RowYear => (Level::Error, "who.no_year", "row_year"),
                    Doubt::PartYear => (Level::Error, "who.part_year", "part_year"),
                    Doubt::Example => (Level::Query, "who.example", "example_sheet"),
                    _ => (Level::Error, "who.no_year", "other_year_sheet"),
                };
                let finding = Finding::new(level, rule, message).in_file(id).at(place);
                let finding = finding.values(record.claim.year.clone().unwrap_or_default(), "");
                let year = year.filter(|_| *doubt != Doubt::RowYear);
                rejected = rejected.or_else(|| Some(rule.to_owned()));
                let sheet = finding.place.map(|place| place.sheet);
                if *doubt == Doubt::RowYear || said.insert((rule.to_owned(), String::new(), sheet)) {
                    let finding = finding.with("sheet", sheet_name(understood, place));
                    outcome.findings.push(Finding { year, agency: identity.agency.clone().ok(), ..finding });
                }
                continue;
            }
            let agency = match &identity.agency {
                // A name with nothing beside it heads a section of the list, unless the roster has it.
                Err(_) | Ok(Agency::Named(_)) if record.bare => continue,
                Ok(agency) => agency.clone(),
                Err(none) => {
                    let finding = self.no_agency(none, id, year, place).with("sheet", sheet_name(understood, place));
                    rejected = Some(finding.rule.clone());
                    let sheet = finding.place.map(|place| place.sheet);
                    if said.insert((finding.rule.clone(), finding.found.clone(), sheet)) {
                        outcome.findings.push(finding);
                    }
                    continue;
                }
            };
            let Some(year) = year else {
                let finding = Finding::new(Level::Error, "who.no_year", "no_year").in_file(id).at(place);
                outcome.findings.push(Finding { agency: Some(agency), ..finding });
                rejected = Some("who.no_year".to_owned());
                continue;
            };
            for doubt in &identity.doubts {
                let (rule, message) = match doubt {
                    Doubt::Hidden => ("file.hidden_sheet", "hidden_sheet"),
                    Doubt::Sum => ("who.sheet_name", "sum_sheet_counted"),
                    Doubt::OtherYear | Doubt::OtherYearUnsaid | Doubt::RowYear | Doubt::PartYear | Doubt::Example => {
                        ("who.sheet_name", "other_year_sheet_counted")
                    }
                };
                let finding = Finding::new(Level::Query, rule, message).in_file(id).of(&agency, year).at(place);
                let sheet = place.map(|place| place.sheet);
                if said.insert((rule.to_owned(), String::new(), sheet)) {
                    outcome.findings.push(finding.with("sheet", sheet_name(understood, place)));
                }
            }
            for finding in conflicts(identity, id, &agency, year) {
                if said.insert((finding.rule.clone(), finding.found.clone(), None)) {
                    outcome.findings.push(finding);
                }
            }
            for table in &record.tables {
                let form = self.guide.book.table(table.table).form;
                builders
                    .entry((agency.clone(), year, form))
                    .or_insert_with(|| Builder::new(id, agency.clone(), year, form, identity.year_conflict.is_some()))
                    .add(table, understood, &units, self.guide);
            }
        }
        for (_, builder) in builders {
            let (mut finished, findings) = builder.finish(self.guide.book);
            outcome.findings.extend(findings);
            outcome.findings.extend(check::within_return(&mut finished, self.guide.book));
            outcome.returns.push(finished);
        }
        if outcome.returns.is_empty() && rejected.is_none() {
            outcome.reject(id, Status::NotAReturn, NO_TABLE, Level::Query, NOT_A_RETURN);
        } else if outcome.returns.is_empty() {
            outcome.rejected =
                rejected.map(|reason| Rejection { status: Status::Refused, reason: reason.replace('.', "_") });
        }
    }

    /// Sheets of a workbook with a table elsewhere on which labels of forms stand beside figures, and nothing was read.
    fn unread_sheets(&self, understood: &Understood, id: FileId) -> Vec<Finding> {
        const LEAST_ROWS: usize = 3;
        let is_read = |sheet: u16| {
            understood.records.iter().any(|(record, _)| {
                record.tables.iter().any(|table| table.sheet == sheet)
                    || record.strays.iter().any(|stray| stray.sheet == sheet)
            })
        };
        let sheets = &understood.workbook.sheets;
        if sheets.len() < 2 || understood.records.is_empty() {
            return Vec::new();
        }
        let unread = (0u16..).zip(sheets).filter(|(number, sheet)| !is_read(*number) && !sheet.cells.is_empty());
        unread
            .filter_map(|(number, sheet)| {
                let view = SheetView::new(sheet, self.guide);
                let is_row = |cell: &read::Cell| {
                    view.row(cell.row).any(|(other, _)| other.column > cell.column && look(other) == Look::Figure)
                };
                let mut rows: Vec<&read::Cell> = view
                    .labelled()
                    .filter(|(_, uses)| uses.iter().any(|u| u.role == Role::Row))
                    .map(|(cell, _)| cell)
                    .filter(|cell| is_row(cell))
                    .collect();
                rows.dedup_by_key(|cell| cell.row);
                let first = rows.first().filter(|_| rows.len() >= LEAST_ROWS)?;
                let place = Place { sheet: number, position: position(first) };
                Some(
                    Finding::new(Level::Query, "layout.unread_sheet", "unread_sheet")
                        .in_file(id)
                        .at(Some(place))
                        .with("sheet", Arg::Text(sheet.name.clone()))
                        .with("count", Arg::Count(rows.len())),
                )
            })
            .map(|finding| Finding {
                year: understood.records.iter().find_map(|(_, identity)| Some(identity.year.as_ref()?.value)),
                agency: understood.records.iter().find_map(|(_, identity)| identity.agency.as_ref().ok().cloned()),
                ..finding
            })
            .collect()
    }

    fn no_agency(&self, none: &NoAgency, id: FileId, year: Option<u16>, first: Option<Place>) -> Finding {
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

/// Files that no department sends as its return: named, but not opened.
fn skipped(name: &str) -> Option<&'static str> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    if base.starts_with("~$") || base.starts_with(".~") {
        Some("lock_file")
    } else if base.starts_with('.')
        || name.split('/').any(|part| part == "__MACOSX")
        || matches!(lower.as_str(), "thumbs.db" | "desktop.ini")
    {
        Some("system_file")
    } else if [".md", ".py", ".toml", ".json", ".tmp", ".bak"].iter().any(|end| lower.ends_with(end)) {
        Some("not_a_table_file")
    } else {
        None
    }
}

fn sheet_name(understood: &Understood, place: Option<Place>) -> Arg {
    let sheet = place.and_then(|place| understood.workbook.sheets.get(usize::from(place.sheet)));
    Arg::Text(sheet.map(|sheet| sheet.name.clone()).unwrap_or_default())
}

fn conflicts(identity: &Identity, id: FileId, agency: &Agency, year: u16) -> Vec<Finding> {
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

impl FileOutcome {
    fn refuse(&mut self, id: FileId, refusal: &Refusal) {
        self.reject(id, Status::Refused, refusal_key(refusal), Level::Error, "file.refused");
    }

    fn reject(&mut self, id: FileId, status: Status, reason: &str, level: Level, rule: &str) {
        self.findings.push(Finding {
            year: self.claimed_year,
            agency: self.claimed_agency.clone(),
            ..Finding::new(level, rule, "rejected").in_file(id).with("reason", Arg::Reason(reason.to_owned()))
        });
        self.rejected = Some(Rejection { status, reason: reason.to_owned() });
    }
}

/// The key under which the message catalogue explains a refusal.
fn refusal_key(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Empty => "empty",
        Refusal::NoPermission => "no_permission",
        Refusal::Unreadable(_) => "unreadable",
        Refusal::Encrypted => "encrypted",
        Refusal::Truncated => "truncated",
        Refusal::Damaged(_) => "damaged",
        Refusal::Unsupported(tag) => match *tag {
            "pdf" => "pdf",
            "ofd" => "ofd",
            "png" | "jpeg" | "gif" | "bmp" | "image" | "tiff" | "webp" => "image",
            "word" | "rtf" => "word",
            "html" => "html",
            "zip" => "archive_nested",
            "gzip" | "rar" | "7z" => "archive",
            "old-excel" => "old_excel",
            _ => "unknown_format",
        },
        Refusal::TooLarge("archive_entries" | "archive_bytes" | "archive_ratio") => "archive_too_large",
        Refusal::TooLarge(_) => "too_large",
        Refusal::Archive(fault) => match fault {
            ArchiveFault::Encrypted => "archive_encrypted",
            ArchiveFault::Empty => "archive_empty",
            ArchiveFault::Nested => "archive_nested",
            ArchiveFault::Duplicates => "archive_duplicates",
            ArchiveFault::Path => "archive_path",
            ArchiveFault::Method => "archive_method",
        },
        Refusal::Panicked => "damaged",
    }
}
