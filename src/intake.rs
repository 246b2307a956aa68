//! One file, read once: bytes -> workbook -> tables -> returns with findings. Runs in parallel, knows no other file.

mod lacking;
mod prose;
mod source;
mod stray;
mod units;
mod who;

use crate::address::{CellRef, FileId, Place};
use crate::agency::identify::{Claims, Doubt, Identifier, Identity, NoAgency, Scene};
use crate::agency::roster::Roster;
use crate::check;
use crate::finding::{Arg, Finding, Subject};
use crate::form::{FormId, Level, TableId, hex};
use crate::label;
use crate::locate::{self, Gap, Guide, Item, LocatedTable, Placed, Record};
use crate::narrative::Phrases;
use crate::part_sums::PartSums;
use crate::read::{self, ArchiveFault, Content, Limits, Merged, Refusal, Workbook};
use crate::returns::{Agency, Fact, ItemCode, OpenCategory, Return, Status, TableReading};
use crate::value::{self, Amount, Kind, Meaning, Problem, Reading, Rewrites};
use sha2::{Digest, Sha256};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use units::{Stated, StatedUnits};

use lacking::{NO_TABLE, NOT_A_RETURN};
pub use source::Source;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its path, for opening it; of a file in an archive, the archive's.
    pub path: PathBuf,
    /// Its path below the input folder, as outputs print it: with `/` on every system, through archives too.
    pub name: String,
    /// Name of the input folder itself, which may say the year where nothing else does.
    pub outer: String,
    /// Where its bytes are.
    pub source: Source,
}

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
}

/// A workbook as it was understood, before figures are read: what `inspect` shows.
pub struct Understood {
    /// The workbook.
    pub workbook: Workbook,
    /// Its tables, with who and when.
    pub records: Vec<(Record, Identity)>,
}

impl Intake<'_> {
    /// Reads one file to its end; whatever is wrong with it becomes a finding.
    #[must_use]
    pub fn read(&self, id: FileId, input: &InputFile) -> FileOutcome {
        let as_folders = source::as_folders(&input.name);
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
                    Refusal::Empty => hex(&Sha256::digest([])),
                    _ => input.hash(&self.limits).unwrap_or_default(),
                };
                outcome.refuse(id, &refusal);
                return outcome;
            }
        };
        outcome.sha256 = hex(&Sha256::digest(&bytes));
        match self.understand(&bytes, &path_claims) {
            Ok(understood) => {
                self.assemble(id, &understood, &mut outcome);
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

    /// Reads a workbook and finds its tables, its agency and its year.
    ///
    /// # Errors
    /// When the bytes are no workbook that can be read.
    pub fn understand(&self, bytes: &[u8], path_claims: &Claims) -> Result<Understood, Refusal> {
        let workbook = read::read_workbook(bytes, &self.limits)?;
        let claims = self.identifier.sheet_claims(&workbook, &|text| self.guide.is_label(text));
        let mut years = Scene::new(self.identifier, &claims, path_claims, &[]).sheet_years();
        years.iter_mut().for_each(|year| *year = year.or(self.year));
        let records = locate::locate(&workbook, self.guide, &years);
        let records = who::attribute(records, self.identifier, &claims, path_claims, self.guide.book);
        Ok(Understood { workbook, records })
    }

    fn assemble(&self, id: FileId, understood: &Understood, outcome: &mut FileOutcome) {
        outcome.sheets = understood.workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        for (record, identity) in &understood.records {
            outcome.findings.extend(self.stray_findings(record, identity, id));
        }
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
            let (mut finished, findings) = builder.finish();
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

// ------------------------------------------------------------------------------------------------ returns

/// Collects the figures of one return from the tables that belong to it.
struct Builder<'a> {
    result: Return,
    open_places: HashMap<(TableId, String), ItemCode>,
    findings: Vec<Finding>,
    gaps: Vec<(TableId, u16, &'a Gap)>,
    part_sums: Vec<PartSums>,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, agency: Agency, year: u16, form: FormId, year_disputed: bool) -> Self {
        let result = Return {
            file,
            agency,
            year,
            year_disputed,
            form,
            tables: Vec::new(),
            facts: Vec::with_capacity(224),
            open: Vec::new(),
            identities_checked: 0,
            identities_held: 0,
            status: Status::Counted,
        };
        Builder { result, open_places: HashMap::new(), findings: Vec::new(), gaps: Vec::new(), part_sums: Vec::new() }
    }

    fn add(&mut self, located: &'a LocatedTable, understood: &Understood, units: &[StatedUnits], guide: &Guide<'_>) {
        if !self.result.tables.iter().any(|table| table.table == located.table) {
            self.result.tables.push(TableReading { table: located.table, counted: true });
        }
        let number = usize::from(located.sheet);
        let (Some(sheet), Some(units)) = (understood.workbook.sheets.get(number), units.get(number)) else { return };
        let mut cells = sheet.cells.as_slice();
        let mut last = crate::address::Position { row: 0, column: 0 };
        for placed in &located.figures {
            // Figures mostly come in the order of the sheet: search on from the last one.
            if placed.position < last {
                cells = sheet.cells.as_slice();
            }
            last = placed.position;
            let at = cells.partition_point(|cell| (cell.row, cell.column) < (last.row, last.column));
            cells = cells.get(at..).unwrap_or_default();
            let cell = cells.first().filter(|cell| (cell.row, cell.column) == (last.row, last.column));
            // A figure that is merged over the places of several is none of them.
            let covers = |area: &&Merged| area.first == (last.row, last.column);
            let spread = sheet.merged.iter().filter(covers).any(|area| {
                let inside = |other: &&Placed| area.contains((other.position.row, other.position.column));
                located.figures.iter().filter(inside).count() > 1
            });
            self.add_figure(located, placed, cell, spread, units, guide);
        }
        self.note_covered(number, sheet);
        self.note_hidden(located, sheet);
        self.part_sums.extend(located.gaps.iter().filter_map(|gap| PartSums::read(gap, located, sheet)));
        self.gaps.extend(located.gaps.iter().map(|gap| (located.table, located.sheet, gap)));
    }

    fn add_figure(
        &mut self,
        located: &LocatedTable,
        placed: &Placed,
        cell: Option<&read::Cell>,
        spread: bool,
        units: &StatedUnits,
        guide: &Guide<'_>,
    ) {
        let place = Place { sheet: located.sheet, position: placed.position };
        let (item, kind, printed) = match &placed.item {
            Item::Slot(slot) => {
                let data = guide.book.slot(*slot);
                (ItemCode::slot(*slot), data.kind, data.printed_unit.filter(|_| data.kind == Kind::Money))
            }
            Item::Open { label, unit } => {
                let Some(item) = self.open_item(located.table, label, unit) else { return };
                (item, Kind::Count, None)
            }
        };
        let stated = units.about(placed.position, located.first_row, kind);
        let unit = match stated {
            Stated::Unit(unit) => Some(unit),
            Stated::Nothing | Stated::Contradictory => printed,
        };
        let is_formula = cell.is_some_and(|cell| cell.is_formula);
        let fact = match cell.map(|cell| &cell.content) {
            Some(Content::Number(number)) if stated == Stated::Nothing && !spread && is_small_whole(*number, kind) =>
            {
                #[allow(clippy::cast_possible_truncation, reason = "checked to be a small whole number")]
                Fact::whole(item, place, is_formula, *number as i64, Rewrites::default())
            }
            content => {
                let (raw, mut reading) = read_content(content, kind, unit);
                if spread && reading.value.is_some() {
                    reading = Reading::text(Problem::Merged);
                }
                // Nothing is nothing in every unit, and the cell's own unit beats all others.
                if reading.unit.is_none() && reading.value.is_some_and(|value| value != Amount::ZERO) {
                    if stated == Stated::Contradictory {
                        reading = Reading::text(Problem::UnitsDiffer);
                    } else if kind == Kind::Money && unit.is_none() {
                        reading = Reading::text(Problem::NoUnit);
                    } else if let (Kind::Money, Stated::Nothing, Some(unit)) = (kind, stated, unit) {
                        let rule = (Level::Query, "value.unit_assumed", "value_unit_assumed");
                        let finding = self.about_figure(rule, &raw, place, &placed.item, located.table);
                        self.findings.push(finding.with("unit", Arg::Text(unit.as_str().to_owned())));
                    }
                }
                self.report(&reading, &raw, place, &placed.item, located.table);
                Fact::new(item, place, is_formula, &raw, &reading)
            }
        };
        self.result.facts.push(fact);
    }

    /// Says that figures stand in hidden rows or columns: they are read, but whoever checked the sheet did not see them.
    fn note_hidden(&mut self, located: &LocatedTable, sheet: &read::Sheet) {
        if sheet.folded.is_empty() {
            return;
        }
        let place = |placed: &Placed| Place { sheet: located.sheet, position: placed.position };
        let hidden: Vec<&Placed> = located
            .figures
            .iter()
            .filter(|placed| sheet.folded.hides(placed.position.row, placed.position.column))
            .collect();
        let Some(first) = hidden.iter().map(|placed| place(placed)).min() else { return };
        let stated = |fact: &Fact| fact.place.sheet == located.sheet && fact.value().is_some_and(|v| v != Amount::ZERO);
        let places: HashSet<Place> = hidden.iter().map(|placed| place(placed)).collect();
        let count = self.result.facts.iter().filter(|fact| stated(fact) && places.contains(&fact.place)).count();
        let level = if count > 0 { Level::Query } else { Level::Note };
        self.findings.push(
            Finding::new(level, "file.hidden_cells", "hidden_cells")
                .in_file(self.result.file)
                .of(&self.result.agency, self.result.year)
                .at(Some(first))
                .about(Subject::Table(located.table))
                .with("table", Arg::Table(located.table))
                .with("cells", Arg::Count(places.len()))
                .with("count", Arg::Count(count)),
        );
    }

    /// Says once per sheet that numbers lie under merged ranges.
    fn note_covered(&mut self, number: usize, sheet: &read::Sheet) {
        let Some((row, column)) = sheet.covered.first().copied() else { return };
        let place = Place {
            sheet: u16::try_from(number).unwrap_or(u16::MAX),
            position: crate::address::Position { row, column },
        };
        let rule = "file.covered_cells";
        if !self.findings.iter().any(|finding| finding.rule == rule && finding.place == Some(place)) {
            self.findings.push(
                Finding::new(Level::Query, rule, "covered_cells")
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .at(Some(place))
                    .with("count", Arg::Count(sheet.covered.len())),
            );
        }
    }

    /// The item of an open category: one that stands twice, on two sheets, is one.
    fn open_item(&mut self, table: TableId, label: &str, unit: &str) -> Option<ItemCode> {
        let open = &mut self.result.open;
        let place = match self.open_places.entry((table, label::key(label))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let item = ItemCode::open(open.len())?;
                open.push(OpenCategory { table, label: label.trim().to_owned(), unit: unit.to_owned() });
                *new.insert(item)
            }
        };
        Some(place)
    }

    /// Puts the facts in order, each figure once: where two cells claim one and differ, neither is believed.
    fn merge_facts(&mut self) {
        let mut facts = std::mem::take(&mut self.result.facts);
        facts.sort_by_key(|fact| fact.item);
        if facts.is_sorted_by(|a, b| a.item < b.item) {
            self.result.facts = facts;
            return;
        }
        self.compare_sheets(&facts);
        let mut merged: Vec<Fact> = Vec::with_capacity(facts.len());
        for fact in facts {
            match merged.last_mut().filter(|earlier| earlier.item == fact.item) {
                None => merged.push(fact),
                Some(earlier) if earlier.meaning == Meaning::Blank => *earlier = fact,
                Some(earlier) if fact.meaning == Meaning::Blank || earlier.value() == fact.value() => {}
                Some(earlier) => {
                    let finding = self.result.conflict(earlier, &fact);
                    earlier.void();
                    self.findings.push(finding);
                }
            }
        }
        self.result.facts = merged;
    }

    /// Two sheets with the same figures may be one table twice, or two parts of an agency that happen to agree.
    fn compare_sheets(&mut self, facts: &[Fact]) {
        let mut twice: BTreeMap<(u16, u16), (usize, Place)> = BTreeMap::new();
        for pair in facts.windows(2) {
            let [first, second] = pair else { continue };
            let sheets = (first.place.sheet, second.place.sheet);
            let stated = |fact: &Fact| fact.value().is_some_and(|value| value != Amount::ZERO);
            if first.item == second.item && sheets.0 != sheets.1 && stated(first) && first.value() == second.value() {
                twice.entry(sheets).or_insert((0, second.place)).0 += 1;
            }
        }
        for ((first, _), (count, place)) in twice {
            let first = CellRef { file: self.result.file, place: Place { sheet: first, ..place } };
            self.findings.push(
                Finding::new(Level::Query, "layout.twice", "layout_twice")
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .at(Some(place))
                    .with("count", Arg::Count(count))
                    .with("first", Arg::Sheet(first)),
            );
        }
    }

    fn report(&mut self, reading: &Reading, raw: &str, place: Place, item: &Item, table: TableId) {
        let (level, rule, message) = match (&reading.problem, reading.meaning) {
            (None, Meaning::Approximate) => (Level::Query, "value.approximate", "value_approximate"),
            (None, _) => return,
            (Some(problem), _) => match problem {
                Problem::Unreadable | Problem::AmbiguousMarks => (Level::Error, "value.text", "value_text"),
                Problem::NotWhole => (Level::Error, "value.fraction", "value_fraction"),
                Problem::Negative => (Level::Error, "value.negative", "value_negative"),
                Problem::TooLarge => (Level::Error, "value.too_large", "value_too_large"),
                Problem::TooFine => (Level::Error, "value.too_fine", "value_too_fine"),
                Problem::ErrorCell => (Level::Error, "value.error_cell", "value_error_cell"),
                Problem::DateCell => (Level::Error, "value.date", "value_date"),
                Problem::UnitMismatch(_) => (Level::Error, "value.unit", "value_unit"),
                Problem::NoUnit => (Level::Error, "value.no_unit", "value_no_unit"),
                Problem::UnitsDiffer => (Level::Error, "value.units_differ", "value_units_differ"),
                Problem::Merged => (Level::Error, "value.merged", "value_merged"),
                Problem::Uncomputed => (Level::Error, "value.uncomputed", "value_uncomputed"),
            },
        };
        let finding = self.about_figure((level, rule, message), raw, place, item, table);
        self.findings.push(finding);
    }

    /// A finding on what stands in a figure's cell.
    fn about_figure(
        &self,
        (level, rule, message): (Level, &'static str, &'static str),
        raw: &str,
        place: Place,
        item: &Item,
        table: TableId,
    ) -> Finding {
        let finding = Finding::new(level, rule, message)
            .in_file(self.result.file)
            .of(&self.result.agency, self.result.year)
            .at(Some(place))
            .values(raw, "")
            .with("raw", Arg::Text(raw.to_owned()));
        match item {
            Item::Slot(slot) => finding.about(Subject::Slot(*slot)).with("figure", Arg::Slot(*slot)),
            Item::Open { label, .. } => {
                finding.about(Subject::Open(table, label.clone())).with("figure", Arg::Text(label.clone()))
            }
        }
    }

    fn finish(mut self) -> (Return, Vec<Finding>) {
        self.merge_facts();
        self.result.facts.shrink_to_fit();
        let gaps = std::mem::take(&mut self.gaps);
        for (table, sheet, gap) in gaps {
            let base = |rule: &str, message| {
                Finding::new(Level::Query, rule, message)
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .about(Subject::Table(table))
                    .with("table", Arg::Table(table))
            };
            let at = |position| Some(Place { sheet, position });
            let finding = match gap {
                // Another sheet of the same return may hold what this one lacks.
                Gap::MissingRow { slot } | Gap::MissingColumn { slot } if self.result.fact(*slot).is_some() => continue,
                Gap::MissingRow { slot } => base("layout.missing_row", "missing_row")
                    .about(Subject::Row(*slot))
                    .with("figure", Arg::Slots(vec![*slot])),
                Gap::MissingColumn { slot } => base("layout.missing_column", "missing_column")
                    .about(Subject::Column(*slot))
                    .with("figure", Arg::Slot(*slot)),
                Gap::UnknownRow { position, label, near } => {
                    let message = if near.is_some() { "unknown_label_near" } else { "unknown_label" };
                    base("layout.unknown_label", message)
                        .at(at(*position))
                        .values(label, "")
                        .with("label", Arg::Text(label.clone()))
                        .with("near", Arg::Slots(near.iter().copied().collect()))
                }
                Gap::UnknownColumn { position } => base("layout.unknown_column", "unknown_column").at(at(*position)),
                Gap::FigureInLabel { position, label } => base("layout.unknown_label", "figure_in_label")
                    .at(at(*position))
                    .values(label, "")
                    .with("label", Arg::Text(label.clone())),
                Gap::TwinColumns { positions } => Finding {
                    level: Level::Error,
                    ..base("layout.conflict", "twin_columns")
                        .at(positions.first().copied().and_then(at))
                        .with("cells", cells(self.result.file, sheet, positions))
                },
                Gap::TwinRows { positions, labels } => Finding {
                    level: Level::Error,
                    ..base("layout.conflict", if labels.is_empty() { "twin_rows" } else { "twin_rows_named" })
                        .at(positions.first().copied().and_then(at))
                        .values(labels.join("; "), "")
                        .with("labels", Arg::Text(labels.join("; ")))
                        .with("cells", cells(self.result.file, sheet, positions))
                },
                Gap::SplitFigure { position } => {
                    Finding { level: Level::Error, ..base("layout.split_figure", "split_figure").at(at(*position)) }
                }
                // Compared with what they add up, which takes their cells.
                Gap::PartSums { .. } => continue,
            };
            self.findings.push(finding);
        }
        for sums in &self.part_sums {
            self.findings.extend(sums.check(&self.result));
        }
        (self.result, self.findings)
    }
}

fn cells(file: FileId, sheet: u16, positions: &[crate::address::Position]) -> Arg {
    let cell = |position: &crate::address::Position| CellRef { file, place: Place { sheet, position: *position } };
    Arg::Cells(positions.iter().map(cell).collect())
}

impl Return {
    /// Two cells claim one figure and differ.
    fn conflict(&self, earlier: &Fact, fact: &Fact) -> Finding {
        let first = CellRef { file: self.file, place: earlier.place };
        let finding = Finding::new(Level::Error, "layout.conflict", "layout_conflict")
            .in_file(self.file)
            .of(&self.agency, self.year)
            .at(Some(fact.place))
            .values(fact.raw(), earlier.raw())
            .with("first", Arg::Cells(vec![first]))
            .with("raw", Arg::Text(fact.raw()))
            .with("first_raw", Arg::Text(earlier.raw()));
        match (fact.item.as_slot(), fact.item.as_open().and_then(|place| self.open.get(place))) {
            (Some(slot), _) => finding.about(Subject::Slot(slot)).with("figure", Arg::Slot(slot)),
            (None, Some(open)) => finding.with("figure", Arg::Text(open.label.clone())),
            (None, None) => finding,
        }
    }
}

/// Whole, not negative and far from any limit: read without further ado.
fn is_small_whole(number: f64, kind: Kind) -> bool {
    kind == Kind::Count && (0.0..1e9).contains(&number) && number.fract() == 0.0
}

/// Reads what a cell holds.
fn read_content(content: Option<&Content>, kind: Kind, unit: Option<value::Unit>) -> (String, Reading) {
    match content {
        None => (String::new(), value::read_text("", kind, unit)),
        Some(Content::Text(text)) => (text.trim().to_owned(), value::read_text(text, kind, unit)),
        Some(Content::Number(number)) => {
            (value::raw_of_number(*number).to_string(), value::read_number(*number, kind, unit))
        }
        Some(Content::Date(text)) => (text.to_string(), Reading::text(Problem::DateCell)),
        Some(Content::Error(text)) => (text.to_string(), Reading::text(Problem::ErrorCell)),
        Some(Content::Uncomputed) => (String::new(), Reading::text(Problem::Uncomputed)),
        Some(Content::Bool(truth)) => (truth.to_string(), Reading::text(Problem::Unreadable)),
    }
}
