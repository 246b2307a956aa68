//! From the text of a roster to its rows; nothing is checked here but the heading.

use super::{RosterColumns, RosterError, RosterErrorKind};
use crate::label::key;

/// The fields of one line.
pub(super) struct Row {
    pub line: u64,
    pub id: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub parent: String,
    pub group: String,
}

/// Reads the lines below the heading; blank ones are left out.
pub(super) fn read_rows(text: &str, columns: &RosterColumns, errors: &mut Vec<RosterError>) -> Vec<Row> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = if heading.contains('\t') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut places: Option<[Option<usize>; 5]> = None;
    let mut lines = Lines { text, at: 0, line: 1 };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.push(RosterError { line, kind: RosterErrorKind::NotCsv });
                return rows;
            }
        };
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, |position| lines.line_of(position.byte()));
        let Some(places) = places else {
            places = Some(find_columns(&record, columns));
            let found = places.unwrap_or_default();
            for (place, column) in [(found[0], "id"), (found[1], "name")] {
                if place.is_none() {
                    errors.push(RosterError { line, kind: RosterErrorKind::MissingColumn { column } });
                }
            }
            if !errors.is_empty() {
                return rows;
            }
            continue;
        };
        // Aliases may stand under one another; lines with their own separators are other agencies'.
        let swallows =
            |field: &str| field.split_once('\n').is_some_and(|(_, rest)| rest.contains(char::from(delimiter)));
        if record.iter().any(swallows) {
            errors.push(RosterError { line, kind: RosterErrorKind::OpenQuote });
            continue;
        }
        let [id, name, aliases, parent, group] =
            places.map(|place| place.and_then(|at| record.get(at)).unwrap_or_default().trim());
        let aliases =
            aliases.split([';', '；', '|', '｜', '、', '\n']).map(str::trim).filter(|alias| !alias.is_empty());
        rows.push(Row {
            line,
            id: id.to_owned(),
            name: name.to_owned(),
            aliases: aliases.map(str::to_owned).collect(),
            parent: parent.to_owned(),
            group: group.to_owned(),
        });
    }
    if places.is_none() {
        errors.push(RosterError { line: 1, kind: RosterErrorKind::MissingColumn { column: "id" } });
    } else if rows.is_empty() && errors.is_empty() {
        errors.push(RosterError { line: 1, kind: RosterErrorKind::Empty });
    }
    rows
}

/// Counts lines as an editor does; the CSV reader leaves out blank ones.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first text at or after a byte, which must not go back.
    fn line_of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let left = self.text.as_bytes().get(self.at..).unwrap_or_default();
        for b in left {
            if self.at >= byte && !matches!(b, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*b == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn find_columns(heading: &csv::StringRecord, columns: &RosterColumns) -> [Option<usize>; 5] {
    let heading: Vec<String> = heading.iter().map(key).collect();
    [&columns.id, &columns.name, &columns.aliases, &columns.parent, &columns.group]
        .map(|words| words.iter().find_map(|word| heading.iter().position(|field| *field == key(word))))
}
