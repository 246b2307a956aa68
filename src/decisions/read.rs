//! decisions.csv as a person may have saved it: any encoding, columns in any order, further columns.

use super::{Action, Decision};
use crate::trouble::Trouble;

/// The columns, in the order in which they are written.
pub(crate) const HEAD: [&str; 15] = [
    "finding",
    "action",
    "year",
    "agency_id",
    "agency",
    "code",
    "old_value",
    "new_value",
    "explanation",
    "file",
    "sheet",
    "cell",
    "who",
    "when",
    "note",
];

/// Why the decisions cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecisionsError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Trouble),
    /// A column is not there.
    #[error("no column {0}")]
    MissingColumn(&'static str),
    /// A row is wrong: its line and the column.
    #[error("line {0}: {1} is wrong")]
    Row(u64, &'static str),
}

/// Reads the rows of a decisions file. Rows without an id and an action are empty and left out.
///
/// # Errors
/// When it is no such file, or a row says something that is no decision: what was signed must not be half read.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<Decision>, DecisionsError> {
    let text = crate::read::decode_text(bytes).ok_or(DecisionsError::Unreadable(Trouble::NotText))?;
    // Lines are counted by their line feeds.
    let text = text.replace("\r\n", "\n");
    let first = text.lines().next().unwrap_or_default();
    // Spreadsheet programs of some places save with semicolons or tabs.
    let delimiter =
        [b',', b';', b'\t'].into_iter().max_by_key(|byte| first.bytes().filter(|b| b == byte).count()).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let wrong = |error: csv::Error| DecisionsError::Unreadable(Trouble::Other(error.to_string()));
    let heads = reader.headers().map_err(wrong)?.clone();
    let column = |name: &str| heads.iter().position(|head| head.trim().trim_start_matches('\u{FEFF}') == name);
    if let Some(missing) = HEAD.iter().find(|name| column(name).is_none()) {
        return Err(DecisionsError::MissingColumn(missing));
    }
    let mut decisions = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let line = record.position().map_or(0, csv::Position::line);
        let get = |name: &str| {
            let field = column(name).and_then(|place| record.get(place)).unwrap_or_default().trim();
            // What was guarded against becoming a formula is itself again.
            field.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(field).to_owned()
        };
        if get("finding").is_empty() && get("action").is_empty() {
            continue;
        }
        let action = match get("action").to_lowercase().as_str() {
            "accept" => Action::Accept,
            "explain" => Action::Explain,
            "ask" => Action::Ask,
            _ => return Err(DecisionsError::Row(line, "action")),
        };
        let year = get("year").parse().map_err(|_| DecisionsError::Row(line, "year"))?;
        let decision = Decision {
            line,
            finding: get("finding"),
            action,
            year,
            agency_id: get("agency_id"),
            agency: get("agency"),
            code: get("code"),
            old_value: get("old_value"),
            new_value: get("new_value"),
            explanation: get("explanation"),
            place: [get("file"), get("sheet"), get("cell")],
            who: get("who"),
            when: get("when"),
            note: get("note"),
        };
        let lacking = match decision.action {
            Action::Accept if decision.new_value.is_empty() => Some("new_value"),
            Action::Accept if decision.code.is_empty() => Some("code"),
            Action::Explain if decision.explanation.is_empty() => Some("explanation"),
            _ if decision.finding.is_empty() => Some("finding"),
            _ => None,
        };
        if let Some(lacking) = lacking.filter(|_| decision.is_signed()) {
            return Err(DecisionsError::Row(line, lacking));
        }
        decisions.push(decision);
    }
    Ok(decisions)
}

#[cfg(test)]
mod tests {
    use super::{Action, DecisionsError, HEAD, parse};

    fn file(rows: &str) -> Vec<u8> {
        format!("\u{FEFF}{}\r\n{rows}", HEAD.join(",")).into_bytes()
    }

    #[test]
    fn rows_are_read() {
        let rows = "F1234567890,Accept,2021,a,甲,granted:total,'-5,7,,f,s,H12,张三,1月20日,\r\n,,,,,,,,,,,,,,\r\n";
        let read = parse(&file(rows)).unwrap();
        let [one] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!(
            (one.action, one.year, one.old_value.as_str(), one.by().as_str()),
            (Action::Accept, 2021, "-5", "张三 1月20日")
        );
        assert_eq!(parse(&encoding_rs::GB18030.encode(&String::from_utf8(file(rows)).unwrap()).0).unwrap(), read);
    }

    #[test]
    fn what_is_no_decision_is_refused() {
        for (row, column) in [
            ("F1,maybe,2021,,,,,,,,,,,,", "action"),
            ("F1,ask,last,,,,,,,,,,,,", "year"),
            ("F1,accept,2021,,,x,1,,,,,,张,,", "new_value"),
            ("F1,explain,2021,,,x,1,,,,,,张,,", "explanation"),
        ] {
            let found = parse(&file(row));
            assert!(matches!(found, Err(DecisionsError::Row(2, name)) if name == column), "{row}: {found:?}");
        }
        assert!(matches!(parse(b"finding,action\r\n"), Err(DecisionsError::MissingColumn("year"))));
        // What nobody signed is a draft.
        assert_eq!(parse(&file("F1,accept,2021,,,x,1,,,,,,,,")).unwrap().len(), 1);
    }
}
