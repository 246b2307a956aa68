//! A survey of an xls stream's records, taken before the decoder sees them.
//!
//! The decoder allocates what the records claim (a rectangle per sheet, all at once), and a
//! failed allocation ends the process instead of unwinding.

use super::Refusal;
use super::cfb::{u16_at, u32_at};
use super::layout::Folded;
use std::collections::HashMap;

const MAX_ROWS: u32 = 65_536;
const MAX_COLUMNS: u16 = 256;

/// What walking the records found out.
pub(super) struct Survey {
    /// The stream carries an encryption record.
    pub(super) encrypted: bool,
    /// Cells holding something, in all sheets.
    pub(super) cells: usize,
    /// The area of the largest rectangle the decoder would allocate densely.
    pub(super) largest_area: u64,
    /// Where each sheet of the workbook begins in the stream, in the workbook's order.
    pub(super) sheets: Vec<u32>,
    /// Hidden rows and columns, by where their sheet begins.
    pub(super) folded: HashMap<u32, Folded>,
}

/// Walks the records: cheap, and sees every number the decoder would turn into an allocation.
pub(super) fn survey(stream: &[u8]) -> Result<Survey, Refusal> {
    let mut survey = Survey { encrypted: false, cells: 0, largest_area: 0, sheets: Vec::new(), folded: HashMap::new() };
    let mut area = Area::default();
    let mut depth = 0_u32;
    let mut in_globals = true;
    let mut rest = stream;
    let mut begin = 0_u32;
    while let [t0, t1, l0, l1, tail @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*l0, *l1]));
        // Padding after the last record reads as empty records of no type, which is harmless.
        let Some((data, next)) = tail.split_at_checked(length) else { break };
        let at = stream.len() - rest.len();
        rest = next;
        match u16::from_le_bytes([*t0, *t1]) {
            0x002F if in_globals => survey.encrypted = true,
            // The beginning of a sheet opens a new rectangle; that of a chart inside it does not.
            0x0809 => {
                depth += 1;
                if depth == 1 {
                    begin = u32::try_from(at).unwrap_or(u32::MAX);
                    survey.largest_area = survey.largest_area.max(area.size());
                    area = Area::default();
                }
            }
            0x000A => {
                in_globals = false;
                depth = depth.saturating_sub(1);
            }
            0x0085 if in_globals => survey.sheets.push(u32_at(data, 0).unwrap_or(u32::MAX)),
            0x007D if u16_at(data, 8).is_ok_and(|options| options & 1 != 0) => {
                let (first, last) = (u16_at(data, 0)?, u16_at(data, 2)?);
                survey.folded.entry(begin).or_default().add_columns(first.into(), last.into());
            }
            0x0208 if u16_at(data, 12).is_ok_and(|options| options & 0x20 != 0) => {
                let row = u16_at(data, 0)?.into();
                survey.folded.entry(begin).or_default().add_rows(row, row);
            }
            0x0200 => check_dimensions(data)?,
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x0006 => {
                survey.cells += 1;
                area.include(u16_at(data, 0)?, u16_at(data, 2)?)?;
            }
            // Several numbers side by side in one record.
            0x00BD => {
                let (row, first) = (u16_at(data, 0)?, u16_at(data, 2)?);
                let last = u16_at(data, data.len().saturating_sub(2))?;
                survey.cells += usize::from(last.saturating_sub(first)) + 1;
                area.include(row, first)?;
                area.include(row, last)?;
            }
            _ => {}
        }
    }
    survey.largest_area = survey.largest_area.max(area.size());
    Ok(survey)
}

/// The decoder reserves the declared rectangle at once, so an absurd one must not get there.
fn check_dimensions(data: &[u8]) -> Result<(), Refusal> {
    let (first, rows, columns) = match data.len() {
        10 => (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?), u16_at(data, 6)?),
        14.. => (u32_at(data, 0)?, u32_at(data, 4)?, u16_at(data, 10)?),
        _ => return Ok(()),
    };
    if first > rows || rows > MAX_ROWS || columns > MAX_COLUMNS {
        return Err(Refusal::Damaged("xls dimensions".to_owned()));
    }
    Ok(())
}

#[derive(Default)]
struct Area {
    bounds: Option<(u16, u16, u16, u16)>,
}

impl Area {
    fn include(&mut self, row: u16, column: u16) -> Result<(), Refusal> {
        if column >= MAX_COLUMNS {
            return Err(Refusal::Damaged("cell position".to_owned()));
        }
        let (top, bottom, left, right) = self.bounds.unwrap_or((row, row, column, column));
        self.bounds = Some((top.min(row), bottom.max(row), left.min(column), right.max(column)));
        Ok(())
    }

    fn size(&self) -> u64 {
        self.bounds
            .map_or(0, |(top, bottom, left, right)| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1))
    }
}
