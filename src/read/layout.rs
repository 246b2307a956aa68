//! What a sheet shows of its cells: merged ranges, hidden rows and columns.

use super::{Content, Sheet};

/// More merged ranges than this are no form.
pub(super) const MOST_RANGES: usize = 20_000;

/// A merged range: its first and its last cell, zero-based rows and columns.
///
/// A range is one cell to whoever looks at it: what lies in the cells that it covers cannot be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The cell that is seen.
    pub first: (u32, u32),
    /// The opposite corner.
    pub last: (u32, u32),
}

impl Merged {
    /// Whether a cell lies in the range.
    #[must_use]
    pub fn contains(&self, (row, column): (u32, u32)) -> bool {
        (self.first.0..=self.last.0).contains(&row) && (self.first.1..=self.last.1).contains(&column)
    }
}

/// Hidden rows and columns: they are read like any other, but nobody who looks at the sheet sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    rows: Vec<(u32, u32)>,
    columns: Vec<(u32, u32)>,
}

impl Folded {
    /// Adds rows, from the first to the last.
    pub(super) fn add_rows(&mut self, first: u32, last: u32) {
        add(&mut self.rows, first, last);
    }

    /// Adds columns, from the first to the last.
    pub(super) fn add_columns(&mut self, first: u32, last: u32) {
        add(&mut self.columns, first, last);
    }

    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.columns.is_empty()
    }

    /// Whether a cell cannot be seen.
    #[must_use]
    pub fn hides(&self, row: u32, column: u32) -> bool {
        let within = |spans: &[(u32, u32)], line| spans.iter().any(|(first, last)| (*first..=*last).contains(&line));
        within(&self.rows, row) || within(&self.columns, column)
    }
}

fn add(spans: &mut Vec<(u32, u32)>, first: u32, last: u32) {
    // More spans than this are no form; the work for each cell is bounded.
    const MOST: usize = 4_000;
    let room = spans.len() < MOST;
    match spans.last_mut() {
        Some((_, end)) if *end != u32::MAX && *end + 1 == first => *end = last.max(first),
        _ if room && first <= last => spans.push((first, last)),
        _ => {}
    }
}

/// Takes away what lies under the sheet's merged ranges.
pub(super) fn hide_covered(sheet: &mut Sheet) {
    // No form has so many of both; a hostile sheet must not cost more than its cells.
    const MOST_LOOKS: usize = 20_000_000;
    if sheet.merged.is_empty() || sheet.merged.len().saturating_mul(sheet.cells.len()) > MOST_LOOKS {
        return;
    }
    let Sheet { cells, merged, covered, .. } = sheet;
    cells.retain(|cell| {
        let at = (cell.row, cell.column);
        let seen = merged.iter().all(|merged| merged.first == at || !merged.contains(at));
        if !seen && matches!(cell.content, Content::Number(_)) {
            covered.push(at);
        }
        seen
    });
}
