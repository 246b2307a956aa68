//! One file, read once: bytes -> workbook -> tables -> returns with findings. Runs in parallel, knows no other file.

mod assembly;
mod builder;
mod lacking;
mod prose;
mod replies;
mod sender;
mod settle;
mod stray;
mod units;
mod who;

use crate::address::{FileId, Place};
use crate::agency::identify::{Claims, Identifier, Identity, Scene};
use crate::agency::roster::Roster;
use crate::finding::{Arg, Finding};
use crate::fingerprint;
use crate::form::ReplyWords;
use crate::input::{self, InputFile, Source};
use crate::level::Level;
use crate::locate::{self, Guide, Look, Record, Role, SheetView, look, position};
use crate::narrative::Phrases;
use crate::read::{self, ArchiveFault, Limits, Refusal, Workbook};
use crate::returns::{Agency, Return, Status};

use assembly::Assembly;
pub(crate) use replies::{Answers, Reply};

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
                Assembly::new(self, id, &understood, &mut outcome).run();
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
