//! xlsx through calamine: one pass over each sheet, value and formula together, empty cells never stored.

use super::{Cell, Content, Limits, Meter, Refusal, Sheet, in_order};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use compact_str::{CompactString, ToCompactString, format_compact};
use std::io::Cursor;

/// Sheets of an ordinary return have about this many cells.
const USUAL_CELLS: usize = 320;

/// Reads all worksheets.
///
/// # Errors
/// When the workbook is broken, protected or over the limits.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let sheets: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    if sheets.len() > limits.sheets {
        return Err(Refusal::TooLarge("sheets"));
    }
    let mut meter = Meter::new(limits);
    sheets
        .into_iter()
        .map(|(name, hidden)| {
            let mut reader = match book.worksheet_cells_reader(&name) {
                Ok(reader) => reader,
                // Chart sheets are sometimes listed as worksheets.
                Err(XlsxError::NotAWorksheet(_)) => return Ok(Sheet { name, hidden, cells: Vec::new() }),
                Err(error) => return Err(refusal(&error)),
            };
            let mut cells = Vec::with_capacity(USUAL_CELLS);
            while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|error| refusal(&error))? {
                let is_formula = record.formula.is_some();
                let Some(content) = content(record.value, is_formula) else { continue };
                meter.cell(&content)?;
                cells.push(Cell { row: record.pos.0, column: record.pos.1, content, is_formula });
            }
            Ok(Sheet { name, hidden, cells: in_order(cells) })
        })
        .collect()
}

fn content(value: DataRef<'_>, is_formula: bool) -> Option<Content> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::SharedString("") if !is_formula => return None,
        DataRef::String(text) if text.is_empty() && !is_formula => return None,
        DataRef::SharedString(text) => Content::Text(CompactString::new(text)),
        DataRef::String(text) => Content::Text(text.into()),
        #[allow(clippy::cast_precision_loss, reason = "spreadsheets store doubles")]
        DataRef::Int(number) => Content::Number(number as f64),
        DataRef::Float(number) => self::number(number),
        DataRef::Bool(truth) => Content::Bool(truth),
        DataRef::DateTime(date) => Content::Date(iso(&date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Date(text.into()),
        DataRef::Error(error) => Content::Error(error.to_compact_string()),
    })
}

/// A number that a spreadsheet can hold; others are errors.
pub fn number(number: f64) -> Content {
    if number.is_finite() { Content::Number(number) } else { Content::Error(CompactString::const_new("#NUM!")) }
}

/// A date as ISO text, or a duration as its serial number.
pub fn iso(date: &ExcelDateTime) -> CompactString {
    if date.is_datetime() {
        let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
        if (hour, minute, second) == (0, 0, 0) {
            format_compact!("{year:04}-{month:02}-{day:02}")
        } else {
            format_compact!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
        }
    } else {
        format_compact!("{}", date.as_f64())
    }
}

fn refusal(error: &XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Encrypted,
        XlsxError::Zip(_) => Refusal::Truncated,
        other => Refusal::Damaged(other.to_string().chars().filter(char::is_ascii).take(80).collect()),
    }
}
