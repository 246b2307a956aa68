//! return_to_sender/: for every agency with errors or queries a folder to send back: its own workbooks, marked up, and one
//! page of text to paste in a message.

use super::{Edition, Folder, PublishError};
use crate::address::{CellRef, FileId, Place};
use crate::diagnose::Confidence;
use crate::finding::{Finding, Statement};
use crate::fingerprint;
use crate::input::InputFile;
use crate::level::Level;
use crate::message::Renderer;
use crate::read::{Limits, read_workbook};
use crate::returns::{Return, Status};
use crate::sendback::{Column, Mark, Notice, Row, Target, send_back};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The folder within a year's output.
pub(super) const FOLDER: &str = "return_to_sender";
/// Larger workbooks (an earlier run's list of all facts) are not copied; the page of text names their cells.
const MOST_CELLS: usize = 200_000;
/// What a file's or folder's name may hold, in characters.
const LONGEST_NAME: usize = 60;

/// A question to the sender.
type Question<'a> = &'a Finding;

/// Writes the folder.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn write(edition: &Edition<'_>, folder: &mut Folder) -> Result<(), PublishError> {
    let mut by_agency: BTreeMap<&str, Vec<Question<'_>>> = BTreeMap::new();
    let open = edition.findings.iter().copied().filter(|finding| finding.level != Level::Note);
    // A file that is named only because it came instead of another year's has no question of its own.
    let is_asked = |question: &&Finding| {
        let outcome = question.file.and_then(|file| edition.collation.outcomes.get(file.0 as usize));
        outcome.is_some_and(|outcome| match &outcome.rejected {
            Some(why) => {
                why.status == Status::Refused
                    && outcome.claimed_year.is_none_or(|year| question.year.is_none_or(|asked| asked == year))
            }
            None => outcome.returns.is_empty() || outcome.returns.iter().any(|one| one.year == edition.year),
        })
    };
    for question in open.filter(is_asked) {
        let agency = question.agency.as_ref().map_or("", |agency| edition.renderer.agency(agency));
        by_agency.entry(agency).or_default().push(question);
    }
    let places: Vec<(String, &str, Vec<Question<'_>>)> = {
        let mut names = Names::default();
        let unknown = edition.renderer.catalogue.word("sendback_unknown_agency");
        let named = |agency: &str| if agency.is_empty() { unknown.clone() } else { agency.to_owned() };
        by_agency.into_iter().map(|(agency, asked)| (names.take(&named(agency), ""), agency, asked)).collect()
    };
    let returns = edition.returns();
    let pack =
        |(place, agency, asked): &(String, &str, Vec<Question<'_>>)| parcel(edition, &returns, place, agency, asked);
    let parcels: Vec<Vec<(String, Vec<u8>)>> = edition.workers.install(|| places.par_iter().map(pack).collect());
    for (name, bytes) in parcels.into_iter().flatten() {
        folder.write(&name, bytes)?;
    }
    Ok(())
}

/// All files of one agency.
fn parcel(
    edition: &Edition<'_>,
    returns: &[&Return],
    place: &str,
    agency: &str,
    asked: &[Question<'_>],
) -> Vec<(String, Vec<u8>)> {
    let renderer = edition.renderer;
    let mut by_file: BTreeMap<FileId, Vec<Question<'_>>> = BTreeMap::new();
    for question in asked {
        by_file.entry(question.file.unwrap_or(FileId(u32::MAX))).or_default().push(question);
    }
    let mut names = Names::default();
    let mut files = Vec::new();
    for (file, asked) in by_file {
        let Some(input) = edition.inputs.get(file.0 as usize) else { continue };
        let hash = edition.collation.outcomes.get(file.0 as usize).map_or("", |outcome| &outcome.sha256);
        let own: Vec<&Return> = returns.iter().filter(|one| one.file == file).copied().collect();
        if let Some((bytes, extension)) = marked_workbook(edition, &own, input, hash, agency, &asked) {
            let name = names.take(stem(&input.name), &format!(".{extension}"));
            files.push((format!("{FOLDER}/{place}/{name}"), bytes));
        }
    }
    let page = names.take(&renderer.catalogue.word("sendback_sheet"), ".txt");
    files.push((format!("{FOLDER}/{place}/{page}"), text_page(edition, agency, asked)));
    files
}

// ------------------------------------------------------------------------------------------------ the workbook

/// The sender's workbook with its cells marked; none where there is no workbook to be had.
fn marked_workbook(
    edition: &Edition<'_>,
    returns: &[&Return],
    input: &InputFile,
    hash: &str,
    agency: &str,
    asked: &[Question<'_>],
) -> Option<(Vec<u8>, &'static str)> {
    let limits = Limits::default();
    let bytes = input.bytes(&limits).ok()?;
    // Whatever has happened to the file since it was read, its cells are not the ones that were checked.
    if fingerprint::of_bytes(&bytes) != hash {
        return None;
    }
    let workbook = read_workbook(&bytes, &limits).ok()?;
    let cells: usize = workbook.sheets.iter().map(|sheet| sheet.cells.len()).sum();
    if cells == 0 || cells > MOST_CELLS {
        return None;
    }
    let renderer = edition.renderer;
    let marks: Vec<Mark> = asked.iter().flat_map(|finding| marks(finding, returns, renderer)).collect();
    let notice = notice(edition, agency, asked, returns);
    let done = send_back(&bytes, &workbook, &marks, &notice, &limits).ok()?;
    Some((done.bytes, done.extension))
}

/// The cells that a finding puts in question: its own, and those that are probably wrong.
fn marks(finding: &Finding, returns: &[&Return], renderer: &Renderer<'_>) -> Vec<Mark> {
    let mark = |place: Place, comment: String| Mark {
        sheet: usize::from(place.sheet),
        position: place.position,
        level: finding.level,
        comment,
    };
    let own = finding.place.filter(|place| place.position.sentence().is_none());
    let mut marks: Vec<Mark> = Vec::new();
    let suspects = suspects(finding, returns);
    for (place, to) in &suspects {
        let to = renderer.catalogue.phrase("sendback_comment_suspect", &[("to", to.clone())]);
        marks.push(mark(*place, to));
    }
    if let Some(place) = own {
        let message = [renderer.message(finding), renderer.diagnosis(finding)].join("\n");
        marks.push(mark(place, message.trim().to_owned()));
    }
    marks
}

/// The cells that are wrong for sure or very likely, with what they should say.
fn suspects(finding: &Finding, returns: &[&Return]) -> Vec<(Place, String)> {
    let Some(Statement::Cause(cause)) = finding.statement.as_deref() else { return Vec::new() };
    if matches!(cause.confidence, Confidence::OneOf(_)) {
        return Vec::new();
    }
    let corrections = cause.explanations.first().map(|way| way.corrections.as_slice()).unwrap_or_default();
    let fact = |slot| {
        let own = returns.iter().filter(|one| Some(&one.agency) == finding.agency.as_ref());
        own.filter_map(|one| one.fact(slot)).next()
    };
    corrections.iter().filter_map(|one| Some((fact(one.slot)?.place, one.to.to_string()))).collect()
}

/// The sheet in front.
fn notice(edition: &Edition<'_>, agency: &str, asked: &[Question<'_>], returns: &[&Return]) -> Notice {
    let catalogue = edition.renderer.catalogue;
    let column = |key: &str, width: u8| Column { head: catalogue.word(key), width };
    let words = &edition.library.words.replies;
    let head = |texts: &[String], width: u8| {
        let text = catalogue.choose(texts.first().map_or("", String::as_str), texts.get(1).map_or("", String::as_str));
        Column { head: text.to_owned(), width }
    };
    let rows = asked.iter().map(|finding| Row {
        level: finding.level,
        texts: vec![
            catalogue.word(finding.level.as_str()),
            at(finding, edition.renderer),
            edition.renderer.message(finding),
            proposal(finding, returns, edition.renderer),
        ],
        key: finding.id.clone(),
        target: finding
            .place
            .filter(|place| place.position.sentence().is_none())
            .map(|place| Target { sheet: usize::from(place.sheet), position: place.position }),
    });
    let values = [("agency", agency.to_owned()), ("year", edition.year.to_string())];
    Notice {
        sheet: catalogue.word("sendback_sheet"),
        author: catalogue.word("sendback_author"),
        unnamed: catalogue.word("sendback_unnamed_sheet"),
        lines: vec![catalogue.say("sendback_title", &values), catalogue.say("sendback_how", &values)],
        columns: vec![
            column("sendback_level", 8),
            column("sendback_where", 14),
            column("sendback_what", 56),
            column("sendback_proposal", 26),
        ],
        link_column: 1,
        replies: vec![head(&words.change, 14), head(&words.explain, 30)],
        key: head(&words.key, 14),
        rows: rows.collect(),
    }
}

/// Where a finding is, in a few characters.
fn at(finding: &Finding, renderer: &Renderer<'_>) -> String {
    match (finding.file, finding.place) {
        (Some(file), Some(place)) => renderer.cell(CellRef { file, place }),
        _ => String::new(),
    }
}

/// What the cell probably should say; the whole diagnosis where it is not one cell.
fn proposal(finding: &Finding, returns: &[&Return], renderer: &Renderer<'_>) -> String {
    let diagnosis = renderer.diagnosis(finding);
    let cells: Vec<String> = suspects(finding, returns)
        .into_iter()
        .filter_map(|(place, to)| Some(format!("{} → {to}", renderer.cell(CellRef { file: finding.file?, place }))))
        .collect();
    [diagnosis, cells.join("\n")].join("\n").trim().to_owned()
}

// ------------------------------------------------------------------------------------------------ the page

/// The page of text: greeting, numbered points, what to do.
fn text_page(edition: &Edition<'_>, agency: &str, asked: &[Question<'_>]) -> Vec<u8> {
    let (renderer, catalogue) = (edition.renderer, edition.renderer.catalogue);
    let count = |level: Level| asked.iter().filter(|finding| finding.level == level).count().to_string();
    let values = [
        ("agency", agency.to_owned()),
        ("year", edition.year.to_string()),
        ("errors", count(Level::Error)),
        ("queries", count(Level::Query)),
    ];
    let mut lines = vec![catalogue.say("sendback_greeting", &values), String::new()];
    let mut file = None;
    for (number, finding) in asked.iter().enumerate() {
        if file != Some(finding.file) {
            file = Some(finding.file);
            let name = finding.file.map(|file| renderer.file(file).to_owned()).unwrap_or_default();
            lines.push(catalogue.say("sendback_file", &[("file", name)]));
        }
        let level = catalogue.word(finding.level.as_str());
        let text = [renderer.message(finding), renderer.diagnosis(finding)].join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(format!("{}. [{level}] {} {text}", number + 1, at(finding, renderer)));
    }
    lines.push(String::new());
    lines.push(catalogue.say("sendback_closing", &values));
    let text: String = lines.iter().map(|line| printable(line) + "\r\n").collect();
    [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat()
}

/// The line without control characters: a cell's text must not make lines of its own.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

// ------------------------------------------------------------------------------------------------ names

/// The last part of a path without its extension.
fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// Names that every system takes, each once.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    fn take(&mut self, wanted: &str, extension: &str) -> String {
        let safe = safe_name(wanted);
        let mut name = format!("{safe}{extension}");
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{safe}-{number}{extension}");
            number += 1;
        }
        name
    }
}

/// The text as a name of a file: nothing that leads elsewhere, nothing that a system forbids.
fn safe_name(text: &str) -> String {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let is_harmful = |c: char| c.is_control() || "\\/:*?\"<>|".contains(c) || is_invisible(c);
    let kept: String = text.chars().map(|c| if is_harmful(c) { '_' } else { c }).take(LONGEST_NAME).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let device = kept.split('.').next().unwrap_or_default().to_lowercase();
    let is_device = DEVICES.iter().any(|name| {
        device.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.chars().all(|c| c.is_ascii_digit()))
    });
    if kept.is_empty() || is_device { format!("_{kept}") } else { kept.to_owned() }
}

/// Characters that turn the direction of writing or are not seen at all: they make names look like others.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::{Names, safe_name};

    #[test]
    fn names_are_safe() {
        for (text, safe) in [
            ("甲市教育局", "甲市教育局"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a/b\\c:d", "a_b_c_d"),
            ("  . ", "_"),
            ("CON", "_CON"),
            ("com1.x", "_com1.x"),
            ("局\u{202E}xslx", "局_xslx"),
        ] {
            assert_eq!(safe_name(text), safe);
        }
        assert!(safe_name(&"长".repeat(300)).chars().count() <= 60);
    }

    #[test]
    fn names_are_taken_once_whatever_their_case() {
        let mut names = Names::default();
        assert_eq!(names.take("A", ".txt"), "A.txt");
        assert_eq!(names.take("a", ".txt"), "a-2.txt");
        assert_eq!(names.take("A", ".csv"), "A.csv");
    }
}
