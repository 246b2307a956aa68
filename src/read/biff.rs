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
#[derive(Default)]
pub(super) struct Survey {
    /// The stream carries an encryption record.
    pub(super) encrypted: bool,
    /// Cells holding something, in all sheets.
    pub(super) cells: usize,
    /// The area of the rectangles that the decoder would allocate densely: the largest, and all together.
    pub(super) largest_area: u64,
    pub(super) whole_area: u64,
    /// Where each sheet of the workbook begins in the stream, in the workbook's order.
    pub(super) sheets: Vec<u32>,
    /// Hidden rows and columns, by where their sheet begins.
    pub(super) folded: HashMap<u32, Folded>,
}

/// The records from some place of a stream on.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [t0, t1, l0, l1, tail @ ..] = self.rest else { return None };
        let length = usize::from(u16::from_le_bytes([*l0, *l1]));
        // Where a record is cut off the decoder stops too.
        let (data, next) = tail.split_at_checked(length)?;
        self.rest = next;
        Some((u16::from_le_bytes([*t0, *t1]), data))
    }
}

const FILE_PASS: u16 = 0x002F;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const SHEET: u16 = 0x0085;

/// Walks the records as the decoder will: those of the workbook up to their end, and then those of every sheet from the
/// place that the workbook names, whatever lies between. It sees every number that the decoder turns into an allocation.
pub(super) fn survey(stream: &[u8]) -> Result<Survey, Refusal> {
    let mut survey = Survey::default();
    for (kind, data) in (Records { rest: stream }) {
        match kind {
            FILE_PASS => survey.encrypted = true,
            SHEET => survey.sheets.push(u32_at(data, 0)?),
            END => break,
            _ => {}
        }
    }
    // Sheets lie one behind the other. Were they to overlap, a small file could be read over and over.
    let mut begins = survey.sheets.clone();
    begins.sort_unstable();
    let mut free = 0;
    for begin in begins {
        let start = usize::try_from(begin).unwrap_or(usize::MAX);
        let records = stream.get(start..).ok_or(Refusal::Truncated)?;
        if start < free {
            return Err(Refusal::Damaged("xls sheets overlap".to_owned()));
        }
        free = start + survey.sheet(begin, records)?;
    }
    Ok(survey)
}

impl Survey {
    /// Walks one sheet from where it begins; gives the length of what was walked.
    fn sheet(&mut self, begin: u32, stream: &[u8]) -> Result<usize, Refusal> {
        let mut records = Records { rest: stream };
        let mut area = Area::default();
        let mut begun = false;
        // Charts inside the sheet have records of their own, which are none of its.
        let mut nested = 0_u32;
        for (kind, data) in records.by_ref() {
            match kind {
                BEGIN if begun => nested += 1,
                BEGIN => begun = true,
                END if nested > 0 => nested -= 1,
                END => break,
                _ if nested == 0 => self.record(begin, kind, data, &mut area)?,
                _ => {}
            }
        }
        self.largest_area = self.largest_area.max(area.size());
        self.whole_area += area.size();
        Ok(stream.len() - records.rest.len())
    }

    fn record(&mut self, begin: u32, kind: u16, data: &[u8], area: &mut Area) -> Result<(), Refusal> {
        match kind {
            0x007D if u16_at(data, 8).is_ok_and(|options| options & 1 != 0) => {
                let (first, last) = (u16_at(data, 0)?, u16_at(data, 2)?);
                self.folded.entry(begin).or_default().add_columns(first.into(), last.into());
            }
            0x0208 if u16_at(data, 12).is_ok_and(|options| options & 0x20 != 0) => {
                let row = u16_at(data, 0)?.into();
                self.folded.entry(begin).or_default().add_rows(row, row);
            }
            0x0200 => check_dimensions(data)?,
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x0006 => {
                self.cells += 1;
                area.include(u16_at(data, 0)?, u16_at(data, 2)?)?;
            }
            // Several numbers side by side in one record.
            0x00BD => {
                let (row, first) = (u16_at(data, 0)?, u16_at(data, 2)?);
                let last = u16_at(data, data.len().saturating_sub(2))?;
                self.cells += usize::from(last.saturating_sub(first)) + 1;
                area.include(row, first)?;
                area.include(row, last)?;
            }
            _ => {}
        }
        Ok(())
    }
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
