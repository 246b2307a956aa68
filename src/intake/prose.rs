//! Narrative reports: the sentences of a text, Word document or web page beside its tables, or instead of them.
//!
//! Finds the prose and whose it is; what its sentences state is for [`crate::narrative`] to say.

use super::{FileOutcome, Intake, Rejection, Understood};
use crate::address::{CellRef, FileId, Place, Position};
use crate::agency::identify::{Claims, Identity, Rows, Scene};
use crate::finding::{Arg, Finding, Subject};
use crate::form::TableId;
use crate::level::Level;
use crate::locate::{Record, RowClaim, text_of};
use crate::narrative::{self, Narrative, Stated, Target};
use crate::read::{self, Cell, Content, FileFormat, Sheet, Workbook};
use crate::returns::{Agency, Fact, ItemCode, OpenCategory, Proof, Return, Status, TableReading};
use crate::value::Meaning;
use std::collections::BTreeSet;

/// A longer text is no report of a department.
const LONGEST_REPORT: usize = 1 << 19;
/// The title and what the report says of itself stand within the first paragraphs.
const OPENING: usize = 12;
/// Lines with title or signature are not longer.
const LONGEST_TITLE: usize = 60;
const LONGEST_SIGNATURE: usize = 30;
/// The signature stands within the last lines.
const CLOSING: usize = 4;

/// A report of which nothing says whose it is.
struct Unsigned {
    year: u16,
    /// Why.
    finding: Box<Finding>,
}

impl FileOutcome {
    /// Takes back that the file is no return.
    fn take_back(&mut self) {
        self.findings.retain(|finding| !matches!(finding.rule.as_str(), "file.not_a_return" | "file.refused"));
        self.rejected = None;
    }
}

impl Intake<'_> {
    /// Adds what the sentences of a file state. A file that was given up for want of a table is a return after all if
    /// they state anything.
    pub(super) fn add_prose(
        &self,
        id: FileId,
        bytes: &[u8],
        understood: Option<&Understood>,
        path: &Claims,
        outcome: &mut FileOutcome,
    ) {
        let given_up = outcome.rejected.as_ref().map(|rejection| rejection.reason.as_str());
        if !matches!(given_up, None | Some("no_table" | "damaged")) {
            return;
        }
        let Some(table) = self.phrases.table() else { return };
        let lines = match understood {
            Some(understood) => prose_of(understood, bytes),
            None => text_lines(bytes),
        };
        let length: usize = lines.iter().map(String::len).sum();
        let about = || lines.iter().any(|line| narrative::is_about_disclosure(line, self.phrases));
        if lines.is_empty() || length > LONGEST_REPORT || !about() {
            return;
        }
        let lines = || lines.iter().map(String::as_str);
        let (agency, year) = match self.whose(id, &lines().collect::<Vec<_>>(), path, outcome) {
            None => return,
            Some(Ok(whose)) => whose,
            Some(Err(Unsigned { year, finding })) => {
                // Only a text that states something is somebody's report.
                let read = narrative::read_lines(lines(), self.phrases, year);
                if !read.stated.is_empty() {
                    let reason = finding.rule.replace('.', "_");
                    outcome.take_back();
                    outcome.findings.push(*finding);
                    outcome.rejected = Some(Rejection { status: Status::Refused, reason });
                }
                return;
            }
        };
        let read = narrative::read_lines(lines(), self.phrases, year);
        if read.stated.is_empty() && read.conflicts.is_empty() {
            return;
        }
        let sheet = u16::try_from(outcome.sheets.len()).unwrap_or(u16::MAX);
        outcome.sheets.push(self.phrases.sheet().to_owned());
        let form = self.guide.book.table(table).form;
        let mut made = Maker { id, sheet, table, agency, year };
        outcome.findings.extend(made.findings(&read));
        let Some(result) = made.result(form, &read) else { return };
        outcome.take_back();
        outcome.claimed_year = outcome.claimed_year.or(Some(year));
        outcome.returns.push(result);
    }

    /// Who reports, for which year: as the file's tables say, else as its title does, its signature or its path.
    fn whose(
        &self,
        id: FileId,
        lines: &[&str],
        path: &Claims,
        outcome: &mut FileOutcome,
    ) -> Option<Result<(Agency, u16), Unsigned>> {
        let of_tables: BTreeSet<(&Agency, u16)> = outcome.returns.iter().map(|one| (&one.agency, one.year)).collect();
        let mut of_tables = of_tables.into_iter();
        match (of_tables.next(), of_tables.next()) {
            (Some((agency, year)), None) => return Some(Ok((agency.clone(), year))),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
        let identity = self.identity_of_prose(lines, path);
        let year = identity.year.as_ref().map(|claim| claim.value).or(self.year)?;
        if self.year.is_some_and(|wanted| wanted != year) {
            return None;
        }
        // What stands in the opening is no cell.
        let placeless = |finding: Finding| Finding { place: None, ..finding };
        match &identity.agency {
            Ok(agency) => {
                outcome
                    .findings
                    .extend(super::sender::conflicts(&identity, id, agency, year).into_iter().map(placeless));
                Some(Ok((agency.clone(), year)))
            }
            Err(none) => {
                let finding = Box::new(placeless(self.no_agency(none, id, Some(year), None)));
                Some(Err(Unsigned { year, finding }))
            }
        }
    }

    /// What the opening and the signature say, read as the title rows of a sheet.
    fn identity_of_prose(&self, lines: &[&str], path: &Claims) -> Identity {
        let short = |line: &&str, longest: usize| line.chars().count() <= longest;
        let signature = lines
            .iter()
            .rev()
            .take(CLOSING)
            .map(|line| line.trim())
            .filter(|line| short(line, LONGEST_SIGNATURE) && !line.chars().any(char::is_numeric));
        // What the report says of itself in its opening, such as 特向社会公布某局信息公开工作报告.
        let opening =
            lines.iter().take(OPENING).rev().flat_map(|line| line.split(['，', ',', '。', ';', '；', '：', ':']));
        let opening = opening.filter(|part| {
            short(part, LONGEST_TITLE) && !part.contains('《') && narrative::is_about_disclosure(part, self.phrases)
        });
        let title = lines.iter().take(3).rev().map(|line| line.trim()).filter(|line| short(line, LONGEST_TITLE));
        let cells: Vec<Cell> = (0u32..)
            .zip(signature.chain(opening).chain(title))
            .map(|(row, text)| Cell { row, column: 0, content: Content::Text(text.into()), is_formula: false })
            .collect();
        let end = u32::try_from(cells.len()).unwrap_or(u32::MAX);
        let sheet = Sheet { cells, ..Sheet::default() };
        let workbook = Workbook { format: FileFormat::Csv, sheets: vec![sheet] };
        let claims = self.identifier.sheet_claims(&workbook, &|text| self.guide.is_label(text));
        let below = Rows { first: end, last: end, column: 0 };
        Scene::new(self.identifier, &claims, path, &[]).identify(&RowClaim::default(), 0, below)
    }
}

/// The lines of prose of a file that was read as a workbook.
fn prose_of(understood: &Understood, bytes: &[u8]) -> Vec<String> {
    let has_tables = understood.records.iter().any(|(record, _)| !record.tables.is_empty());
    match understood.workbook.format {
        // Read again: commas that part cells in a list part clauses in prose.
        FileFormat::Csv if has_tables => Vec::new(),
        FileFormat::Csv => text_lines(bytes),
        FileFormat::Docx | FileFormat::Html | FileFormat::Mhtml => (0u16..)
            .zip(&understood.workbook.sheets)
            .flat_map(|(n, sheet)| beside_tables(n, sheet, understood))
            .collect(),
        FileFormat::Xlsx | FileFormat::Xls | FileFormat::Xlsb | FileFormat::Ods | FileFormat::XmlSpreadsheet => {
            Vec::new()
        }
    }
}

fn text_lines(bytes: &[u8]) -> Vec<String> {
    if bytes.len() > LONGEST_REPORT {
        return Vec::new();
    }
    let text = read::decode_text(bytes).filter(|text| !text.trim_start().starts_with('<'));
    text.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// Lines of a page that stand alone in their row and outside its tables.
fn beside_tables(number: u16, sheet: &Sheet, understood: &Understood) -> Vec<String> {
    let within = |row: u32| {
        let tables = understood.records.iter().flat_map(|(record, _): &(Record, _)| &record.tables);
        tables.filter(|table| table.sheet == number).any(|table| {
            let last = table.figures.iter().map(|placed| placed.position.row).max().unwrap_or(table.first_row);
            (table.first_row..=last).contains(&row)
        })
    };
    sheet
        .cells
        .chunk_by(|a, b| a.row == b.row)
        .filter_map(|row| match row {
            [cell] if cell.column == 0 && !within(cell.row) => text_of(cell),
            _ => None,
        })
        .flat_map(str::lines)
        .map(str::to_owned)
        .collect()
}

/// Makes a return of what a report states.
struct Maker {
    id: FileId,
    sheet: u16,
    table: TableId,
    agency: Agency,
    year: u16,
}

impl Maker {
    fn place(&self, stated: &Stated) -> Place {
        let position = Position::of_sentence(stated.address.paragraph, stated.address.sentence);
        Place { sheet: self.sheet, position }
    }

    fn result(&mut self, form: crate::form::FormId, read: &Narrative) -> Option<Return> {
        let mut open = Vec::new();
        let mut facts = Vec::new();
        for stated in &read.stated {
            let item = match &stated.target {
                Target::Slot(slot) => ItemCode::slot(*slot),
                Target::Open { label, unit } => {
                    let Some(item) = ItemCode::open(open.len()) else { continue };
                    open.push(OpenCategory { table: self.table, label: label.clone(), unit: unit.clone() });
                    item
                }
            };
            facts.push(Fact::new(item, self.place(stated), false, &stated.raw, &stated.reading));
        }
        facts.sort_by_key(|fact| fact.item);
        (!facts.is_empty()).then(|| Return {
            file: self.id,
            agency: self.agency.clone(),
            year: self.year,
            year_disputed: false,
            form,
            tables: vec![TableReading {
                proof: Proof { checked: read.lists_checked, held: read.lists_held },
                ..TableReading::new(self.table)
            }],
            facts,
            open,
            status: Status::Counted,
        })
    }

    fn findings(&self, read: &Narrative) -> Vec<Finding> {
        let inexact =
            read.stated.iter().filter(|stated| stated.reading.meaning == Meaning::Approximate).map(|stated| {
                self.about(Finding::new(Level::Query, "value.approximate", "value_approximate"), stated)
                    .values(&stated.raw, "")
                    .with("raw", Arg::Text(stated.raw.clone()))
            });
        let conflicts = read.conflicts.iter().map(|(first, other)| {
            let place = CellRef { file: self.id, place: self.place(first) };
            self.about(Finding::new(Level::Query, "narrative.conflict", "narrative_conflict"), other)
                .values(&other.raw, &first.raw)
                .with("raw", Arg::Text(other.raw.clone()))
                .with("first", Arg::Cells(vec![place]))
                .with("first_raw", Arg::Text(first.raw.clone()))
        });
        let breaches = read.breaches.iter().map(|breach| {
            let finding = Finding::new(Level::Query, "narrative.part_sum", "narrative_part_sum");
            let difference = Some(breach.found - breach.expected);
            let finding = self.about(finding, &breach.whole).values(breach.found, breach.expected);
            Finding { difference, ..finding }.with("sentence", Arg::Text(breach.whole.sentence.clone()))
        });
        inexact.chain(conflicts).chain(breaches).collect()
    }

    fn about(&self, finding: Finding, stated: &Stated) -> Finding {
        let finding = finding.in_file(self.id).of(&self.agency, self.year).at(Some(self.place(stated)));
        match &stated.target {
            Target::Slot(slot) => finding.about(Subject::Slot(*slot)).with("figure", Arg::Slot(*slot)),
            Target::Open { label, .. } => {
                let subject = Subject::Open(self.table, label.clone());
                finding.about(subject).with("figure", Arg::Text(label.clone()))
            }
        }
    }
}
