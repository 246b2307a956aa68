//! xls, xlsb and ods through calamine: rarer, so a pass for values and one for formulas.

use super::{Cell, Content, Limits, Meter, Refusal, Sheet, in_order, xlsx};
use calamine::{Data, Ods, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb};
use compact_str::ToCompactString;
use quick_ods::check_repeats;
use std::collections::HashSet;
use std::io::{Cursor, Read, Seek};

/// Reads an Excel 97 to 2003 workbook.
///
/// # Errors
/// When it is broken, protected or over the limits.
pub fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Refusal::Encrypted,
        XlsError::Cfb(_) | XlsError::Io(_) => Refusal::Truncated,
        other => damaged(&other),
    })?;
    read(&mut book, limits)
}

/// Reads a binary Excel workbook.
///
/// # Errors
/// When it is broken, protected or over the limits.
pub fn read_xlsb(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    read(&mut book, limits)
}

/// Reads an OpenDocument spreadsheet.
///
/// # Errors
/// When it is broken, protected or over the limits.
pub fn read_ods(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    check_repeats(bytes, limits)?;
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    read(&mut book, limits)
}

fn damaged(error: &impl std::fmt::Display) -> Refusal {
    Refusal::Damaged(error.to_string().chars().filter(char::is_ascii).take(80).collect())
}

fn read<RS: Read + Seek, R: Reader<RS>>(book: &mut R, limits: &Limits) -> Result<Vec<Sheet>, Refusal>
where
    R::Error: std::fmt::Display,
{
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
            let values = book.worksheet_range(&name).map_err(|error| damaged(&error))?;
            let formulas = book.worksheet_formula(&name).map_err(|error| damaged(&error))?;
            Ok(Sheet { cells: cells(&values, &formulas, &mut meter)?, name, hidden })
        })
        .collect()
}

fn cells(values: &Range<Data>, formulas: &Range<String>, meter: &mut Meter<'_>) -> Result<Vec<Cell>, Refusal> {
    let place = |start: Option<(u32, u32)>, row: usize, column: usize| {
        let (first_row, first_column) = start.unwrap_or((0, 0));
        let far = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        (first_row.saturating_add(far(row)), first_column.saturating_add(far(column)))
    };
    let with_formula: HashSet<(u32, u32)> = formulas
        .used_cells()
        .filter(|(_, _, formula)| !formula.is_empty())
        .map(|(row, column, _)| place(formulas.start(), row, column))
        .collect();
    let mut cells = Vec::new();
    for (row, column, value) in values.used_cells() {
        let (row, column) = place(values.start(), row, column);
        let is_formula = with_formula.contains(&(row, column));
        let content = match value {
            Data::Empty => continue,
            Data::String(text) if text.is_empty() && !is_formula => continue,
            Data::String(text) => Content::Text(text.as_str().into()),
            #[allow(clippy::cast_precision_loss, reason = "spreadsheets store doubles")]
            Data::Int(number) => Content::Number(*number as f64),
            Data::Float(number) => xlsx::number(*number),
            Data::Bool(truth) => Content::Bool(*truth),
            Data::DateTime(date) => Content::Date(xlsx::iso(date)),
            Data::DateTimeIso(text) | Data::DurationIso(text) => Content::Date(text.as_str().into()),
            Data::Error(error) => Content::Error(error.to_compact_string()),
        };
        meter.cell(&content)?;
        cells.push(Cell { row, column, content, is_formula });
    }
    Ok(in_order(cells))
}

/// What calamine does not bound: an OpenDocument cell or row that repeats a million times.
mod quick_ods {
    use super::{Limits, Refusal};
    use std::io::{Cursor, Read};

    /// A repeated row or column within these bounds is an ordinary sheet's empty rest.
    const ROWS: u64 = 1_048_576;
    const COLUMNS: u64 = 16_384;

    /// Refuses sheets whose filled cells repeat beyond the limit of cells.
    ///
    /// # Errors
    /// When they do.
    pub fn check_repeats(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Truncated)?;
        let mut text = Vec::new();
        archive
            .by_name("content.xml")
            .map_err(|_| Refusal::Truncated)?
            .take(limits.inflated_bytes)
            .read_to_end(&mut text)
            .map_err(|_| Refusal::Truncated)?;
        let text = String::from_utf8_lossy(&text);
        let mut filled: u64 = 0;
        for row in text.split("<table:table-row").skip(1) {
            let row = row.split("</table:table-row>").next().unwrap_or(row);
            let head = row.split('>').next().unwrap_or_default();
            let rows = repeats(head, "table:number-rows-repeated").min(ROWS);
            let mut cells: u64 = 0;
            for cell in row.split("<table:table-cell").skip(1) {
                let (head, rest) = cell.split_once('>').unwrap_or((cell, ""));
                let empty = head.ends_with('/') || !rest.trim_start().starts_with("<text:p");
                if !empty || head.contains("office:value") {
                    cells += repeats(head, "table:number-columns-repeated").min(COLUMNS);
                }
            }
            filled = filled.saturating_add(rows.saturating_mul(cells));
            if filled > u64::try_from(limits.cells).unwrap_or(u64::MAX) {
                return Err(Refusal::TooLarge("cells"));
            }
        }
        Ok(())
    }

    fn repeats(head: &str, name: &str) -> u64 {
        head.split_once(name)
            .and_then(|(_, rest)| rest.split('"').nth(1))
            .and_then(|number| number.parse().ok())
            .unwrap_or(1)
    }
}
