//! The binary workbook formats, xls and xlsb, through calamine.

use std::io::Cursor;

use calamine::{Data, DataRef, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, XlsbError};
use compact_str::{CompactString, ToCompactString};

use super::biff;
use super::cfb::Compound;
use super::gather::{Budget, Gatherer, number};
use super::layout::{Merged, hide_covered};
use super::{Content, Limits, Refusal, Sheet, damaged, date};

/// The largest rectangle the xls decoder may allocate densely (it does so for values and for
/// formulas, and once more when handing them over).
const MAX_DENSE_AREA: u64 = 6_000_000;
/// So many rectangles of that size may be in memory together: the decoder keeps all sheets.
const DENSE_SHEETS: u64 = 2;

/// The worksheets of a workbook as (name, hidden), in order.
pub(super) fn worksheets(sheets: &[calamine::Sheet], limits: &Limits) -> Result<Vec<(String, bool)>, Refusal> {
    if sheets.len() > limits.sheets {
        return Err(Refusal::TooLarge("sheets"));
    }
    let mut names: Vec<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    // Sheets are fetched by name: of two namesakes one would be read twice, the other never.
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Refusal::Damaged("duplicate sheet name".to_owned()));
    }
    Ok(sheets
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet)
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect())
}

/// Reads an xls workbook whose compound file has been opened.
pub(super) fn read_xls(bytes: &[u8], compound: &Compound<'_>, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let name = if compound.has("Workbook") { "Workbook" } else { "Book" };
    let mut survey = biff::survey(&compound.stream(name)?)?;
    if survey.encrypted {
        return Err(Refusal::Encrypted);
    }
    if survey.cells > limits.cells
        || survey.largest_area > MAX_DENSE_AREA
        || survey.whole_area > MAX_DENSE_AREA * DENSE_SHEETS
    {
        return Err(Refusal::TooLarge("cells"));
    }
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Refusal::Encrypted,
        other => damaged(other),
    })?;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    let order: Vec<String> = workbook.sheets_metadata().iter().map(|sheet| sheet.name.clone()).collect();
    for (name, hidden) in worksheets(workbook.sheets_metadata(), limits)? {
        let values = workbook.worksheet_range(&name).map_err(damaged)?;
        let formulas = workbook.worksheet_formula(&name).map_err(damaged)?;
        let mut cells = Gatherer::new(&mut budget);
        let formulas = positions(&formulas);
        merge(values_of(&values), formulas, &mut cells)?;
        let merged = workbook.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let merged = merged.into_iter().map(|range| Merged { first: range.start, last: range.end }).collect();
        let begin = order.iter().position(|other| *other == name).and_then(|place| survey.sheets.get(place));
        let folded = begin.and_then(|begin| survey.folded.remove(begin)).unwrap_or_default();
        let mut sheet = Sheet { name, hidden, cells: cells.finish(), merged, folded, ..Sheet::default() };
        hide_covered(&mut sheet);
        sheets.push(sheet);
    }
    Ok(sheets)
}

type Position = (u32, u32);

fn positions(formulas: &Range<String>) -> impl Iterator<Item = Position> {
    let (top, left) = formulas.start().unwrap_or((0, 0));
    formulas
        .used_cells()
        .filter(|(_, _, formula)| !formula.is_empty())
        .map(move |(row, column, _)| (top + row as u32, left + column as u32))
}

fn values_of(values: &Range<Data>) -> impl Iterator<Item = (Position, Content)> {
    let (top, left) = values.start().unwrap_or((0, 0));
    values.used_cells().filter_map(move |(row, column, value)| {
        let content = match value {
            Data::Int(i) => Content::Number(*i as f64),
            Data::Float(f) => number(*f),
            Data::String(s) => Content::Text(CompactString::from(s.as_str())),
            Data::Bool(b) => Content::Bool(*b),
            Data::DateTime(d) => Content::Date(date::iso(d)),
            Data::DateTimeIso(s) | Data::DurationIso(s) => Content::Date(CompactString::from(s.as_str())),
            Data::Error(e) => Content::Error(e.to_compact_string()),
            Data::Empty => return None,
        };
        Some(((top + row as u32, left + column as u32), content))
    })
}

/// Joins the values with the positions of formulas, both in row-major order. A formula without
/// a value was never computed and is kept as empty text.
fn merge(
    values: impl Iterator<Item = (Position, Content)>,
    formulas: impl Iterator<Item = Position>,
    cells: &mut Gatherer<'_>,
) -> Result<(), Refusal> {
    let mut formulas = formulas.peekable();
    for (position, content) in values {
        while let Some(orphan) = formulas.next_if(|f| *f < position) {
            cells.push(orphan.0, orphan.1, Content::Uncomputed, true)?;
        }
        let is_formula = formulas.next_if_eq(&position).is_some();
        push_unless_blank(cells, position, content, is_formula)?;
    }
    for orphan in formulas {
        cells.push(orphan.0, orphan.1, Content::Uncomputed, true)?;
    }
    Ok(())
}

/// Stores a cell unless it is an empty string nobody computed.
pub(super) fn push_unless_blank(
    cells: &mut Gatherer<'_>,
    (row, column): Position,
    content: Content,
    is_formula: bool,
) -> Result<(), Refusal> {
    if !is_formula && matches!(&content, Content::Text(t) if t.is_empty()) {
        return Ok(());
    }
    cells.push(row, column, content, is_formula)
}

/// Content of a streamed cell; `None` when it holds nothing.
pub(super) fn streamed(value: DataRef<'_>) -> Option<Content> {
    Some(match value {
        DataRef::Int(i) => Content::Number(i as f64),
        DataRef::Float(f) => number(f),
        DataRef::SharedString(s) => Content::Text(CompactString::from(s)),
        DataRef::String(s) => Content::Text(CompactString::from(s)),
        DataRef::Bool(b) => Content::Bool(b),
        DataRef::DateTime(d) => Content::Date(date::iso(&d)),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Content::Date(CompactString::from(s)),
        DataRef::Error(e) => Content::Error(e.to_compact_string()),
        DataRef::Empty => return None,
    })
}

/// Reads an xlsb workbook whose container has been guarded.
pub(super) fn read_xlsb(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(xlsb_refusal)?;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    for (name, hidden) in worksheets(workbook.sheets_metadata(), limits)? {
        let mut computed = Vec::new();
        let mut formulas = workbook.worksheet_cells_reader(&name).map_err(xlsb_refusal)?;
        while let Some(cell) = formulas.next_formula().map_err(xlsb_refusal)? {
            computed.push(cell.get_position());
            if computed.len() > limits.cells {
                return Err(Refusal::TooLarge("cells"));
            }
        }
        drop(formulas);
        computed.sort_unstable();
        computed.dedup();
        let mut seen = vec![false; computed.len()];
        let mut cells = Gatherer::new(&mut budget);
        let mut reader = workbook.worksheet_cells_reader(&name).map_err(xlsb_refusal)?;
        while let Some(cell) = reader.next_cell().map_err(xlsb_refusal)? {
            let position = cell.get_position();
            let formula = computed.binary_search(&position).ok();
            if let Some(flag) = formula.and_then(|i| seen.get_mut(i)) {
                *flag = true;
            }
            if let Some(content) = streamed(cell.get_value().clone()) {
                push_unless_blank(&mut cells, position, content, formula.is_some())?;
            }
        }
        // The decoder yields no value for a formula that came out as an error, and only for
        // those: losing them would turn an error into a blank.
        for (&(row, column), _) in computed.iter().zip(&seen).filter(|(_, seen)| !**seen) {
            cells.push(row, column, Content::Error(CompactString::const_new("#ERROR!")), true)?;
        }
        sheets.push(Sheet { name, hidden, cells: cells.finish(), ..Sheet::default() });
    }
    Ok(sheets)
}

fn xlsb_refusal(error: XlsbError) -> Refusal {
    match error {
        XlsbError::Password => Refusal::Encrypted,
        other => damaged(other),
    }
}
