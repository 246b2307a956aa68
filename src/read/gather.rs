//! Collects cells under the limits and hands them over sorted and unique.
//!
//! Every format ends here, so the promises made about a sheet's cells are kept in one place.

use compact_str::CompactString;

use super::{Cell, Content, Limits, Refusal};

/// The grid of the largest spreadsheet format; a position beyond it is damage.
pub(crate) const MAX_ROWS: u32 = 1_048_576;
pub(crate) const MAX_COLUMNS: u32 = 16_384;

/// What is left of the workbook's limits, shared by all its sheets.
pub(super) struct Budget {
    cells: usize,
    text_bytes: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { cells: limits.cells, text_bytes: limits.text_bytes }
    }

    /// All that is left, for as long as a sheet is read by something else that owns this.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self { cells: 0, text_bytes: 0 })
    }

    pub(super) fn cells_left(&self) -> usize {
        self.cells
    }

    pub(super) fn text_left(&self) -> usize {
        self.text_bytes
    }
}

/// The cells of one sheet while it is read.
pub(super) struct Gatherer<'b> {
    budget: &'b mut Budget,
    cells: Vec<Cell>,
    in_order: bool,
}

impl<'b> Gatherer<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        Self { budget, cells: Vec::new(), in_order: true }
    }

    pub(super) fn cells_left(&self) -> usize {
        self.budget.cells_left()
    }

    pub(super) fn text_left(&self) -> usize {
        self.budget.text_left()
    }

    pub(super) fn push(&mut self, row: u32, column: u32, content: Content, is_formula: bool) -> Result<(), Refusal> {
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(Refusal::Damaged("cell position".to_owned()));
        }
        self.budget.cells = self.budget.cells.checked_sub(1).ok_or(Refusal::TooLarge("cells"))?;
        if let Content::Text(text) | Content::Date(text) | Content::Error(text) = &content {
            self.budget.text_bytes =
                self.budget.text_bytes.checked_sub(text.len()).ok_or(Refusal::TooLarge("text_bytes"))?;
        }
        if let Some(last) = self.cells.last()
            && (last.row, last.column) >= (row, column)
        {
            self.in_order = false;
        }
        self.cells.push(Cell { row, column, content, is_formula });
        Ok(())
    }

    /// The cells in row-major order, each position once.
    pub(super) fn finish(self) -> Vec<Cell> {
        let mut cells = self.cells;
        if !self.in_order {
            // A stable sort keeps writing order among duplicates, so the last of a run is the
            // one a spreadsheet program would end up showing.
            cells.sort_by_key(|c| (c.row, c.column));
            cells.reverse();
            cells.dedup_by_key(|c| (c.row, c.column));
            cells.reverse();
        }
        cells
    }
}

/// A number as content: what is not finite is an error, never a figure.
pub(super) fn number(value: f64) -> Content {
    if value.is_finite() { Content::Number(value) } else { Content::Error(CompactString::const_new("#NUM!")) }
}
