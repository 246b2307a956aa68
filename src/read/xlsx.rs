//! The hot path: xlsx in one streaming pass per sheet.
//!
//! Never through dense ranges: one stray value in the last cell of the grid would make a range
//! allocate billions of cells.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use calamine::{Reader, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::gather::{Budget, Gatherer};
use super::layout::hide_covered;
use super::legacy::{push_unless_blank, streamed, worksheets};
use super::zipped::Archive;
use super::{Content, Limits, Refusal, Sheet, damaged, repair, xlsx_layout};

/// Cells looked at, empty ones included. Several sheets may name one part, so the size of the
/// parts alone does not bound the work.
const MAX_VISITED: usize = 60_000_000;
/// Markup around the text of shared strings, at a generous estimate.
const STRING_OVERHEAD: u64 = 4;

/// Reads an xlsx workbook whose container has been guarded.
pub(super) fn read(bytes: &[u8], archive: &mut Archive<'_>, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    check_shared_strings(archive, limits)?;
    let mut sheets = read_cells(bytes, archive, limits)?;
    let mut layouts = xlsx_layout::of_workbook(archive, limits);
    for sheet in &mut sheets {
        let layout = layouts.remove(&sheet.name).unwrap_or_default();
        (sheet.merged, sheet.folded) = (layout.merged, layout.folded);
        hide_covered(sheet);
    }
    Ok(sheets)
}

fn read_cells(bytes: &[u8], archive: &mut Archive<'_>, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    match read_sheets(bytes, limits) {
        Err(Failure::Repairable) => {
            let repaired = Cow::<[u8]>::Owned(repair::repair(archive)?);
            read_sheets(&repaired, limits).map_err(|failure| match failure {
                Failure::Final(refusal) => refusal,
                Failure::Repairable => Refusal::Damaged("unknown sheet or error kind".to_owned()),
            })
        }
        Err(Failure::Final(refusal)) => Err(refusal),
        Ok(sheets) => Ok(sheets),
    }
}

enum Failure {
    /// The decoder gave up on something known and harmless; worth a second try on a mended copy.
    Repairable,
    Final(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Final(refusal)
    }
}

impl From<XlsxError> for Failure {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Final(Refusal::Encrypted),
            XlsxError::CellError(_) | XlsxError::Unrecognized { typ: "sheet:type", .. } => Self::Repairable,
            other => Self::Final(damaged(other)),
        }
    }
}

fn read_sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Failure> {
    let mut workbook = Xlsx::new(Cursor::new(bytes))?;
    let mut budget = Budget::new(limits);
    let mut visited = 0_usize;
    let mut sheets = Vec::new();
    for (name, hidden) in worksheets(workbook.sheets_metadata(), limits)? {
        let mut cells = Gatherer::new(&mut budget);
        let mut reader = workbook.worksheet_cells_reader(&name)?;
        while let Some(record) = reader.next_cell_with_formula_metadata()? {
            visited += 1;
            if visited > MAX_VISITED {
                return Err(Refusal::TooLarge("cells").into());
            }
            let is_formula = match &record.formula {
                // `<f/>` without text is a leftover of a deleted formula.
                Some(XlsxFormulaMetadata::Normal { formula }) => !formula.is_empty(),
                Some(_) => true,
                None => false,
            };
            match streamed(record.value) {
                Some(content) => {
                    push_unless_blank(&mut cells, record.pos, content, is_formula)?;
                }
                // Written by a program that does not compute: a value is missing, not blank.
                None if is_formula => {
                    cells.push(record.pos.0, record.pos.1, Content::Uncomputed, true)?;
                }
                None => {}
            }
        }
        sheets.push(Sheet { name, hidden, cells: cells.finish(), ..Sheet::default() });
    }
    Ok(sheets)
}

/// The decoder loads all shared strings before any cell, and reserves as many as the part
/// claims to hold: both are bounded here, because a failed allocation cannot be caught.
fn check_shared_strings(archive: &mut Archive<'_>, limits: &Limits) -> Result<(), Refusal> {
    let parts: Vec<usize> = (0..archive.len())
        .filter(|&index| {
            archive
                .by_index_data(index)
                .is_ok_and(|entry| entry.name_raw().to_ascii_lowercase().ends_with(b"sharedstrings.xml"))
        })
        .collect();
    parts.into_iter().try_for_each(|index| check_shared_strings_part(archive, index, limits))
}

fn check_shared_strings_part(archive: &mut Archive<'_>, index: usize, limits: &Limits) -> Result<(), Refusal> {
    let mut part = archive.by_index(index).map_err(damaged)?;
    let size = part.size();
    let text_bytes = limits.text_bytes as u64;
    if size > text_bytes.saturating_mul(STRING_OVERHEAD).max(1 << 16) {
        return Err(Refusal::TooLarge("text_bytes"));
    }
    let mut head = [0_u8; 1024];
    let mut filled = 0;
    while let Some(free) = head.get_mut(filled..).filter(|free| !free.is_empty()) {
        match part.read(free) {
            Ok(0) | Err(_) => break,
            Ok(read) => filled += read,
        }
    }
    // A shorter number than the part has bytes cannot hurt; beyond that it is no count at all.
    match unique_count(head.get(..filled).unwrap_or_default()) {
        Some(count) if count > size.max(1 << 20) => Err(Refusal::Damaged("shared string count".to_owned())),
        _ => Ok(()),
    }
}

fn unique_count(head: &[u8]) -> Option<u64> {
    let key = b"uniqueCount=";
    let at = head.windows(key.len()).position(|w| w == key)? + key.len();
    let digits = head.get(at + 1..)?.iter().take_while(|b| b.is_ascii_digit());
    Some(digits.fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0'))))
}
