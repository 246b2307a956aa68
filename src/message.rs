//! Words for people: findings, reasons and summaries in Chinese or English.
//!
//! Every sentence stands in `src/messages/*.toml`; this module only fills in what a sentence names.

use crate::address::{CellRef, FileId};
use crate::agency::roster::Roster;
use crate::diagnose::{Confidence, Correction, Explanation, Line};
use crate::finding::{Arg, Decided, Finding, Statement};
use crate::form::{Rulebook, SlotId, TableId};
use crate::input::InputFile;
use crate::language::Language;
use crate::returns::Agency;
use crate::returns::Origin;
use crate::value::Amount;
use serde::Deserialize;
use std::collections::BTreeMap;

/// At most this many cells, agencies or files are listed in one sentence.
const LONGEST_LIST: usize = 6;

/// The sentences of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    findings: BTreeMap<String, String>,
    reasons: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
    ui: BTreeMap<String, String>,
    help: BTreeMap<String, String>,
    #[serde(skip)]
    language: Language,
}

impl Catalogue {
    /// The embedded catalogue of a language.
    ///
    /// # Errors
    /// When the embedded file is no catalogue, which a test rules out.
    pub fn load(language: Language) -> Result<Self, toml::de::Error> {
        let text = match language {
            Language::Zh => include_str!("messages/zh.toml"),
            Language::En => include_str!("messages/en.toml"),
        };
        let mut catalogue: Catalogue = toml::from_str(text)?;
        catalogue.language = language;
        Ok(catalogue)
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// A word; its key if there is none.
    #[must_use]
    pub fn word(&self, key: &str) -> String {
        self.words.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// A reason for a status.
    #[must_use]
    pub fn reason(&self, key: &str) -> String {
        self.reasons.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// A sentence of the user interface, filled in.
    #[must_use]
    pub fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        fill(self.ui.get(key).map_or(key, String::as_str), &|name| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        })
    }

    /// A text of the command line's help; its key if there is none.
    #[must_use]
    pub fn help(&self, key: &str) -> String {
        self.help.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// A word or reason, filled in.
    #[must_use]
    pub fn phrase(&self, key: &str, values: &[(&str, String)]) -> String {
        let template = self.words.get(key).or_else(|| self.reasons.get(key)).map_or(key, String::as_str);
        fill(template, &|name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
    }

    /// Chinese or English, as the catalogue is.
    #[must_use]
    pub fn choose<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// Replaces `{name}` by what `value` gives; unknown names stay as they are.
fn fill(template: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                match value(name) {
                    Some(value) => text.push_str(&value),
                    None => {
                        text.push('{');
                        text.push_str(name);
                        text.push('}');
                    }
                }
                rest = behind;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Knows the names of things, so that findings can be put into words.
#[derive(Debug)]
pub struct Renderer<'a> {
    /// The sentences.
    pub catalogue: &'a Catalogue,
    /// The forms' labels.
    pub book: &'a Rulebook,
    /// The agencies' names.
    pub roster: Option<&'a Roster>,
    /// The files' names.
    pub inputs: &'a [InputFile],
    /// The sheets' names by file.
    pub sheets: &'a [&'a [String]],
}

impl Renderer<'_> {
    /// The finding as a sentence.
    #[must_use]
    pub fn message(&self, finding: &Finding) -> String {
        let template = self.catalogue.findings.get(finding.message).map_or(finding.message, String::as_str);
        fill(template, &|name| {
            if let Some((_, arg)) = finding.args.iter().find(|(known, _)| *known == name) {
                return Some(self.arg(arg));
            }
            match name {
                "file" => finding.file.map(|file| self.file(file).to_owned()),
                "cell" => match (finding.file, finding.place) {
                    (Some(file), Some(place)) => Some(self.cell(CellRef { file, place })),
                    (Some(file), None) => Some(self.file(file).to_owned()),
                    _ => None,
                },
                "sheet" => Some(self.sheet(finding.file?, finding.place?.sheet).to_owned()),
                "agency" => finding.agency.as_ref().map(|agency| self.agency(agency).to_owned()),
                "year" => finding.year.map(|year| year.to_string()),
                "found" => Some(finding.found.clone()),
                "expected" => Some(finding.expected.clone()),
                _ => None,
            }
        })
    }

    /// What can be said of the cause, in one sentence; nothing where nothing can.
    #[must_use]
    pub fn diagnosis(&self, finding: &Finding) -> String {
        let phrase = |key: &str, values: &[(&str, String)]| self.catalogue.phrase(key, values);
        match finding.statement.as_deref() {
            None => String::new(),
            Some(Statement::TooMany) => self.catalogue.word("diagnosis_too_many"),
            Some(Statement::Deduced(correction)) => phrase("diagnosis_deduced", &[("to", correction.to.to_string())]),
            Some(Statement::Cause(cause)) => {
                let ways: Vec<String> = cause.explanations.iter().map(|way| self.explanation(way)).collect();
                let key = match cause.confidence {
                    Confidence::Certain => "diagnosis_certain",
                    Confidence::Likely => "diagnosis_likely",
                    Confidence::OneOf(_) => match cause.swallowed {
                        Some(Line::Column) => "diagnosis_swallowed_column",
                        Some(Line::Row) => "diagnosis_swallowed_row",
                        Some(Line::Cells) => "diagnosis_swallowed",
                        None => "diagnosis_one_of",
                    },
                };
                let count = ways.len().to_string();
                let shown = match cause.confidence {
                    Confidence::OneOf(_) => self.alternatives(ways),
                    Confidence::Certain | Confidence::Likely => ways.into_iter().next().unwrap_or_default(),
                };
                phrase(key, &[("ways", shown), ("count", count)])
            }
        }
    }

    /// What the office has decided.
    #[must_use]
    pub fn decided(&self, decided: &Decided) -> String {
        let values = [("text", decided.explanation.clone()), ("by", decided.by.clone())];
        self.catalogue.phrase("decided_explained", &values)
    }

    /// How sure the diagnosis is, in the words of the contract.
    #[must_use]
    pub fn confidence(finding: &Finding) -> String {
        match finding.statement.as_deref() {
            Some(Statement::Cause(cause)) => match cause.confidence {
                Confidence::Certain => "certain".to_owned(),
                Confidence::Likely => "likely".to_owned(),
                Confidence::OneOf(count) => format!("one_of_{count}"),
            },
            Some(Statement::Deduced(_)) => "likely".to_owned(),
            Some(Statement::TooMany) | None => String::new(),
        }
    }

    fn explanation(&self, way: &Explanation) -> String {
        let correction = |one: &Correction| {
            let from = one.from.map_or_else(|| self.catalogue.word("nothing"), |from| from.to_string());
            let figure = self.labels(one.slot);
            let slip = self.catalogue.word(one.slip.key());
            let key = if way.moved.is_some() { "correction_moved" } else { "correction" };
            self.catalogue
                .phrase(key, &[("figure", figure), ("from", from), ("to", one.to.to_string()), ("slip", slip)])
        };
        let corrections = self.list(way.corrections.iter().map(correction).collect());
        match way.moved {
            Some(moved) => {
                let what = self.catalogue.word(moved.key());
                self.catalogue.phrase("explanation_moved", &[("what", what), ("corrections", corrections)])
            }
            None => corrections,
        }
    }

    fn alternatives(&self, ways: Vec<String>) -> String {
        let count = ways.len();
        let shown: Vec<String> = ways.into_iter().take(LONGEST_LIST).collect();
        let mut text = shown.join(&self.catalogue.word("or"));
        if count > LONGEST_LIST {
            text.push_str(&self.catalogue.phrase("more", &[("count", count.to_string())]));
        }
        text
    }

    /// A file's name below the input folder.
    #[must_use]
    pub fn file(&self, file: FileId) -> &str {
        usize::try_from(file.0).ok().and_then(|place| self.inputs.get(place)).map_or("", |input| &input.name)
    }

    /// A sheet's name.
    #[must_use]
    pub fn sheet(&self, file: FileId, sheet: u16) -> &str {
        usize::try_from(file.0)
            .ok()
            .and_then(|place| self.sheets.get(place))
            .and_then(|sheets| sheets.get(usize::from(sheet)))
            .map_or("", String::as_str)
    }

    /// A cell as people say it: `表三!H12`.
    #[must_use]
    pub fn cell(&self, cell: CellRef) -> String {
        match self.sheet(cell.file, cell.place.sheet) {
            "" => cell.place.position.to_string(),
            sheet => format!("{sheet}!{}", cell.place.position),
        }
    }

    /// A cell with what it says.
    fn reading(&self, cell: CellRef, raw: &str) -> String {
        let raw = if raw.is_empty() { self.catalogue.word("nothing") } else { raw.to_owned() };
        self.catalogue.phrase("reading", &[("cell", self.cell(cell)), ("raw", raw)])
    }

    /// A cell of the year before, with its file.
    fn origin(&self, origin: &Origin) -> String {
        let (file, cell) = match origin {
            Origin::Cell(cell) => (self.file(cell.file).to_owned(), self.cell(*cell)),
            Origin::Published([file, sheet, cell]) if sheet.is_empty() => (file.clone(), cell.clone()),
            Origin::Published([file, sheet, cell]) => (file.clone(), format!("{sheet}!{cell}")),
        };
        self.catalogue.phrase("cell_of_file", &[("file", file), ("cell", cell)])
    }

    /// An agency's name.
    #[must_use]
    pub fn agency<'n>(&'n self, agency: &'n Agency) -> &'n str {
        match agency {
            Agency::Listed(place) => {
                self.roster.and_then(|roster| roster.agencies().get(*place)).map_or("", |agency| &agency.name)
            }
            Agency::Named(name) => name,
        }
    }

    /// An agency's id on the roster.
    #[must_use]
    pub fn agency_id(&self, agency: &Agency) -> &str {
        match agency {
            Agency::Listed(place) => {
                self.roster.and_then(|roster| roster.agencies().get(*place)).map_or("", |agency| &agency.id)
            }
            Agency::Named(_) => "",
        }
    }

    /// A table's title.
    #[must_use]
    pub fn table(&self, table: TableId) -> String {
        let table = self.book.table(table);
        self.catalogue.choose(&table.title_zh, &table.title_en).to_owned()
    }

    /// A figure's name: table, row and column.
    #[must_use]
    pub fn figure(&self, slot: SlotId) -> String {
        let slot = self.book.slot(slot);
        let table = self.table(slot.table);
        let row = self.catalogue.choose(&slot.indicator_zh, &slot.indicator_en).to_owned();
        let column = self.catalogue.choose(&slot.dimension_zh, &slot.dimension_en).to_owned();
        let key = if column.is_empty() { "in_table" } else { "in_cell" };
        self.catalogue.phrase(key, &[("table", table), ("row", row), ("column", column)])
    }

    /// A figure's name within its table: row and column.
    #[must_use]
    pub fn labels(&self, slot: SlotId) -> String {
        let slot = self.book.slot(slot);
        let row = self.catalogue.choose(&slot.indicator_zh, &slot.indicator_en);
        let column = self.catalogue.choose(&slot.dimension_zh, &slot.dimension_en);
        if column.is_empty() { row.to_owned() } else { format!("{row}·{column}") }
    }

    fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Text(text) => text.clone(),
            Arg::Slot(slot) => self.figure(*slot),
            Arg::Slots(slots) => self.slots(slots),
            Arg::Table(table) => self.table(*table),
            Arg::Amount(amount) => amount.to_string(),
            Arg::Count(count) => count.to_string(),
            Arg::Cells(cells) => self.list(cells.iter().map(|cell| self.cell(*cell)).collect()),
            Arg::Readings(cells) => self.list(cells.iter().map(|(cell, raw)| self.reading(*cell, raw)).collect()),
            Arg::Sheet(cell) => self.sheet(cell.file, cell.place.sheet).to_owned(),
            Arg::Origins(origins) => self.list(origins.iter().map(|origin| self.origin(origin)).collect()),
            Arg::Agency(agency) => self.agency(agency).to_owned(),
            Arg::Agencies(places) => {
                self.list(places.iter().map(|place| self.agency(&Agency::Listed(*place)).to_owned()).collect())
            }
            Arg::File(file) => self.file(*file).to_owned(),
            Arg::Files(files) => self.list(files.iter().map(|file| self.file(*file).to_owned()).collect()),
            Arg::Causes(causes) => self.list(
                causes
                    .iter()
                    .map(|(file, amount)| {
                        let sign = if amount.is_negative() { "" } else { "+" };
                        format!("{} {sign}{amount}", self.file(*file))
                    })
                    .collect(),
            ),
            Arg::Changes(changes) if changes.is_empty() => String::new(),
            Arg::Changes(changes) => {
                let change = |(slot, old, new): &(SlotId, Option<Amount>, Option<Amount>)| {
                    let shown = |value: Option<Amount>| {
                        value.map_or_else(|| self.catalogue.word("nothing"), |value| value.to_string())
                    };
                    let total = new.unwrap_or(Amount::ZERO) - old.unwrap_or(Amount::ZERO);
                    let sign = if total.is_negative() { "" } else { "+" };
                    let values = [
                        ("figure", self.labels(*slot)),
                        ("old", shown(*old)),
                        ("new", shown(*new)),
                        ("total", format!("{sign}{total}")),
                    ];
                    self.catalogue.phrase("change", &values)
                };
                let changes = self.list(changes.iter().map(change).collect());
                self.catalogue.phrase("changes", &[("changes", changes)])
            }
            Arg::Word(key) => self.catalogue.word(key),
            Arg::Reason(key) => self.catalogue.reason(key),
        }
    }

    /// The labels that tell figures of one table apart: rows, if they differ in rows, else columns.
    fn slots(&self, slots: &[SlotId]) -> String {
        let rows: std::collections::BTreeSet<&str> =
            slots.iter().map(|slot| self.book.slot(*slot).indicator.as_str()).collect();
        let by_row = rows.len() > 1 || slots.len() == 1;
        let labels = slots
            .iter()
            .map(|slot| {
                let slot = self.book.slot(*slot);
                if by_row {
                    self.catalogue.choose(&slot.indicator_zh, &slot.indicator_en).to_owned()
                } else {
                    self.catalogue.choose(&slot.dimension_zh, &slot.dimension_en).to_owned()
                }
            })
            .collect();
        self.list(labels)
    }

    /// A list in one line, cut where it grows too long to read.
    #[must_use]
    pub fn list(&self, items: Vec<String>) -> String {
        let separator = self.catalogue.word("and");
        let count = items.len();
        if count <= LONGEST_LIST {
            return items.join(&separator);
        }
        let shown: Vec<String> = items.into_iter().take(LONGEST_LIST).collect();
        let more = self.catalogue.phrase("more", &[("count", count.to_string())]);
        format!("{}{more}", shown.join(&separator))
    }
}
