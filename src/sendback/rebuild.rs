//! A workbook made anew from the cells that were read, for formats that cannot be written.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook as Writer, Worksheet, XlsxError};

use crate::read::{Cell, Content, Limits, MAX_COLUMNS, MAX_ROWS, Sheet, Workbook};

use super::words::{LONGEST_TEXT, cut, lines, sheet_name};
use super::{Mark, Notice, Obstacle, SentBack, mark_package};

/// The widest that a column is made, in narrow characters.
const WIDEST: u32 = 40;
/// Columns whose widths are fitted.
const FITTED: usize = 256;

/// Makes a workbook of the same cells at the same places, and marks that. Formulas become the
/// values they came to.
///
/// # Errors
/// Cells that do not fit a workbook.
pub(super) fn rebuild(read: &Workbook, marks: &[Mark], notice: &Notice, limits: &Limits) -> Result<SentBack, Obstacle> {
    let mut names: Vec<String> = Vec::new();
    for sheet in &read.sheets {
        names.push(sheet_name(&sheet.name, &notice.unnamed, &names));
    }
    let bytes = write(read, &names).map_err(|_| Obstacle::Broken("new workbook"))?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    mark_package(&bytes, &names, marks, notice, limits)
}

fn write(read: &Workbook, names: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut writer = Writer::new();
    // Without a date of its own, the writer takes the clock's.
    let date = ExcelDateTime::from_ymd(2000, 1, 1)?;
    writer.set_properties(&DocProperties::new().set_creation_datetime(&date));
    let formats = Formats {
        date: Format::new().set_num_format("yyyy-mm-dd"),
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    for (sheet, name) in read.sheets.iter().zip(names) {
        let worksheet = writer.add_worksheet().set_name(name)?;
        if sheet.hidden {
            worksheet.set_hidden(true);
        }
        fill(worksheet, sheet, &formats)?;
    }
    writer.save_to_buffer()
}

struct Formats {
    date: Format,
    time: Format,
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    let mut widths: Vec<u32> = Vec::new();
    for cell in sheet.cells.iter().filter(|cell| cell.row < MAX_ROWS && cell.column < MAX_COLUMNS) {
        let Ok(column) = u16::try_from(cell.column) else { continue };
        put(worksheet, cell, column, formats)?;
        let place = usize::from(column);
        if place < FITTED {
            if widths.len() <= place {
                widths.resize(place + 1, 0);
            }
            if let Some(width) = widths.get_mut(place) {
                *width = width_of(&cell.content).max(*width);
            }
        }
    }
    for (column, width) in (0_u16..).zip(widths).filter(|(_, width)| *width > 8) {
        worksheet.set_column_width(column, width.min(WIDEST) + 2)?;
    }
    Ok(())
}

fn put(worksheet: &mut Worksheet, cell: &Cell, column: u16, formats: &Formats) -> Result<(), XlsxError> {
    let row = cell.row;
    match &cell.content {
        // As a string: a text that begins with an equals sign stays one.
        Content::Text(text) | Content::Error(text) => worksheet.write_string(row, column, cut(text, LONGEST_TEXT))?,
        Content::Number(number) => worksheet.write_number(row, column, *number)?,
        Content::Bool(value) => worksheet.write_boolean(row, column, *value)?,
        Content::Date(text) => {
            let format = if text.contains('T') { &formats.time } else { &formats.date };
            match ExcelDateTime::parse_from_str(text) {
                Ok(date) if is_plain(text) => worksheet.write_datetime_with_format(row, column, &date, format)?,
                // Durations, and dates before 1900.
                _ => worksheet.write_string(row, column, cut(text, LONGEST_TEXT))?,
            }
        }
        Content::Uncomputed => worksheet,
    };
    Ok(())
}

/// Whether it is a date like `2024-03-15` or `2024-03-15T08:30:00`, which the writer reads as people do.
fn is_plain(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    matches!(shape.as_str(), "0000-00-00" | "0000-00-00T00:00:00")
}

fn width_of(content: &Content) -> u32 {
    match content {
        // Lines of one character are as many as the text is wide.
        Content::Text(text) => text.split('\n').map(|line| lines(line, 1)).max().unwrap_or(0),
        Content::Number(number) => u32::try_from(number.to_string().len()).unwrap_or(0).min(20),
        Content::Date(text) | Content::Error(text) => u32::try_from(text.len()).unwrap_or(0),
        Content::Bool(_) | Content::Uncomputed => 0,
    }
}
