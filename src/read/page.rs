//! Documents as sheets: paragraphs and tables, in the order in which they are read, on one grid.
//!
//! A web page or a Word document has no cells of its own outside its tables. Here every line of text becomes a cell in
//! column A and every table the rows below it, with a blank row behind each table, so that titles stand over their
//! tables as on a worksheet. A table that only arranges others on the page is unrolled. Knows no markup: `html` and
//! `docx` feed it.

use compact_str::CompactString;

use super::gather::{Budget, Gatherer, MAX_COLUMNS, MAX_ROWS};
use super::shown::{Flow, Gap, Typed, is_blank};
use super::{Cell, Content, Limits, Refusal};

/// Tables within tables. Real pages have a dozen; every level costs one more move of its rows.
const MAX_DEPTH: usize = 64;
/// Steps over columns that cells from above reach down into, before the page counts as hostile.
const MAX_STEPS: usize = 60_000_000;

struct Value {
    content: Content,
    is_formula: bool,
}

/// A row of the page: of a table, or one line of text.
struct Row {
    cells: Vec<(u32, Value)>,
    of_table: bool,
    first: bool,
}

/// A cell of a table while it is read.
struct OpenCell {
    column: u32,
    typed: Typed,
    flow: Flow,
    /// What stood before the text in `flow`, since a table within the cell has ended.
    inner: Vec<Row>,
}

/// What a cell came to.
enum Item {
    Value(u32, Value),
    Inner(Vec<Row>),
}

/// A table while it is read.
#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    /// By column: the first row that no cell from above reaches any more.
    free_from: Vec<u32>,
    row: u32,
    column: u32,
    items: Option<Vec<Item>>,
    cell: Option<OpenCell>,
    /// Text outside the cells, such as a caption.
    loose: Flow,
}

/// A document while it is read.
pub(super) struct Page {
    rows: Vec<Row>,
    line: Flow,
    tables: Vec<Table>,
    cells_left: usize,
    text_left: usize,
    rows_left: u32,
    steps: usize,
}

impl Page {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            rows: Vec::new(),
            line: Flow::default(),
            tables: Vec::new(),
            cells_left: limits.cells,
            text_left: limits.text_bytes,
            rows_left: MAX_ROWS,
            steps: 0,
        }
    }

    /// Whether a table is open.
    pub(super) fn in_table(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Whether the innermost table has an open cell.
    pub(super) fn in_cell(&self) -> bool {
        self.tables.last().is_some_and(|table| table.cell.is_some())
    }

    fn flow(&mut self) -> &mut Flow {
        match self.tables.last_mut() {
            Some(table) => match &mut table.cell {
                Some(cell) => &mut cell.flow,
                None => &mut table.loose,
            },
            None => &mut self.line,
        }
    }

    fn count_text(&mut self, text: &str) -> Result<(), Refusal> {
        self.text_left = self.text_left.checked_sub(text.len()).ok_or(Refusal::TooLarge("text_bytes"))?;
        Ok(())
    }

    /// Adds text, white space collapsed. `spoken` is false within a link: a line of nothing but links is navigation.
    pub(super) fn text(&mut self, text: &str, spoken: bool) -> Result<(), Refusal> {
        self.count_text(text)?;
        let flow = self.flow();
        flow.spoken |= spoken && text.chars().any(char::is_alphanumeric);
        flow.collapsed(text);
        Ok(())
    }

    /// Adds text as it is.
    pub(super) fn literal(&mut self, text: &str) -> Result<(), Refusal> {
        self.count_text(text)?;
        let flow = self.flow();
        flow.spoken = true;
        flow.literal(text);
        Ok(())
    }

    /// Whether the text so far ends with a digit, with nothing between it and what comes next.
    pub(super) fn ends_with_digit(&mut self) -> bool {
        let flow = self.flow();
        flow.gap == Gap::None && flow.text.chars().next_back().is_some_and(char::is_numeric)
    }

    /// Says that the open cell's value comes from a formula.
    pub(super) fn mark_formula(&mut self) {
        if let Some(cell) = self.tables.last_mut().and_then(|table| table.cell.as_mut()) {
            cell.typed.is_formula = true;
        }
    }

    /// Ends a line: within a cell a line break, outside a row.
    pub(super) fn line_break(&mut self) -> Result<(), Refusal> {
        if self.in_cell() {
            self.flow().gap = Gap::Break;
            return Ok(());
        }
        let flow = std::mem::take(self.flow());
        if !flow.spoken || is_blank(&flow.text) {
            return Ok(());
        }
        let row = self.text_row(&flow.text)?;
        match self.tables.last_mut() {
            Some(table) => table.rows.push(row),
            None => self.rows.push(row),
        }
        Ok(())
    }

    fn count_cell(&mut self) -> Result<(), Refusal> {
        self.cells_left = self.cells_left.checked_sub(1).ok_or(Refusal::TooLarge("cells"))?;
        Ok(())
    }

    fn text_row(&mut self, text: &str) -> Result<Row, Refusal> {
        self.count_cell()?;
        let value = Value { content: Content::Text(CompactString::from(text)), is_formula: false };
        Ok(Row { cells: vec![(0, value)], of_table: false, first: false })
    }

    /// Opens a table, within the open cell if there is one.
    pub(super) fn open_table(&mut self) -> Result<(), Refusal> {
        if self.in_table() && !self.in_cell() {
            // As browsers do: a table between the cells of another ends it.
            self.close_table()?;
        }
        if self.tables.len() >= MAX_DEPTH {
            return Err(Refusal::Damaged("tables nested too deep".to_owned()));
        }
        self.line_break()?;
        self.tables.push(Table::default());
        Ok(())
    }

    /// Closes the innermost table and hands its rows to the cell around it, or to the page.
    pub(super) fn close_table(&mut self) -> Result<(), Refusal> {
        self.close_row()?;
        self.line_break()?;
        let Some(mut table) = self.tables.pop() else { return Ok(()) };
        if let Some(first) = table.rows.first_mut() {
            first.first = first.of_table;
        }
        if !self.in_table() {
            self.rows.append(&mut table.rows);
            return Ok(());
        }
        // An empty table within a cell only makes room.
        if table.rows.iter().all(|row| row.cells.is_empty()) {
            return Ok(());
        }
        let before = std::mem::take(self.flow()).text;
        let mut lines = Vec::new();
        for line in before.lines().filter(|line| !is_blank(line)) {
            lines.push(self.text_row(line)?);
        }
        if let Some(cell) = self.tables.last_mut().and_then(|outer| outer.cell.as_mut()) {
            cell.inner.append(&mut lines);
            if cell.inner.is_empty() {
                cell.inner = table.rows;
            } else {
                cell.inner.append(&mut table.rows);
            }
        }
        Ok(())
    }

    /// Opens a row of the innermost table.
    pub(super) fn open_row(&mut self) -> Result<(), Refusal> {
        self.close_row()?;
        self.line_break()?;
        if let Some(table) = self.tables.last_mut() {
            self.rows_left = self.rows_left.checked_sub(1).ok_or(Refusal::TooLarge("cells"))?;
            table.items = Some(Vec::new());
            table.column = 0;
        }
        Ok(())
    }

    /// Closes the open row of the innermost table, if there is one.
    pub(super) fn close_row(&mut self) -> Result<(), Refusal> {
        self.close_cell()?;
        let Some(table) = self.tables.last_mut() else { return Ok(()) };
        let Some(items) = table.items.take() else { return Ok(()) };
        table.row = table.row.saturating_add(1);
        if !items.iter().any(|item| matches!(item, Item::Inner(_))) {
            let value = |item| if let Item::Value(column, value) = item { Some((column, value)) } else { None };
            let cells = items.into_iter().filter_map(value).collect();
            table.rows.push(Row { cells, of_table: true, first: false });
            return Ok(());
        }
        // The row arranges tables: what its cells hold comes one below the other.
        for item in items {
            match item {
                Item::Inner(mut rows) => {
                    if let Some(table) = self.tables.last_mut() {
                        table.rows.append(&mut rows);
                    }
                }
                Item::Value(_, Value { content: Content::Text(text), .. }) => {
                    for line in text.lines().filter(|line| !is_blank(line)) {
                        let row = self.text_row(line)?;
                        if let Some(table) = self.tables.last_mut() {
                            table.rows.push(row);
                        }
                    }
                }
                Item::Value(_, value) => {
                    if let Some(table) = self.tables.last_mut() {
                        table.rows.push(Row { cells: vec![(0, value)], of_table: false, first: false });
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends a group of rows, beyond which no cell reaches down.
    pub(super) fn close_row_group(&mut self) -> Result<(), Refusal> {
        self.close_row()?;
        if let Some(table) = self.tables.last_mut() {
            table.free_from.clear();
        }
        Ok(())
    }

    /// Passes over columns of the open row.
    pub(super) fn skip_columns(&mut self, count: u32) {
        if let Some(table) = self.tables.last_mut() {
            table.column = table.column.saturating_add(count.min(MAX_COLUMNS));
        }
    }

    /// Opens a cell over `columns` columns that reaches `rows` rows down; 0 means to the end of its group.
    pub(super) fn open_cell(&mut self, columns: u32, rows: u32, typed: Typed) -> Result<(), Refusal> {
        self.close_cell()?;
        if self.tables.last().is_some_and(|table| table.items.is_none()) {
            self.open_row()?;
        }
        let Some(table) = self.tables.last_mut() else { return Ok(()) };
        while table.free_from.get(table.column as usize).is_some_and(|free| *free > table.row) {
            table.column += 1;
            self.steps += 1;
        }
        let column = table.column;
        let end = column.saturating_add(columns.clamp(1, MAX_COLUMNS));
        if rows != 1 {
            let free = if rows == 0 { u32::MAX } else { table.row.saturating_add(rows) };
            let reached = end.min(MAX_COLUMNS) as usize;
            if table.free_from.len() < reached {
                table.free_from.resize(reached, 0);
            }
            for spanned in table.free_from.iter_mut().take(reached).skip(column as usize) {
                *spanned = free;
                self.steps += 1;
            }
        }
        if self.steps > MAX_STEPS {
            return Err(Refusal::TooLarge("cells"));
        }
        table.column = end;
        table.cell = Some(OpenCell { column, typed, flow: Flow::default(), inner: Vec::new() });
        Ok(())
    }

    /// Closes the open cell of the innermost table, if there is one.
    pub(super) fn close_cell(&mut self) -> Result<(), Refusal> {
        let Some(cell) = self.tables.last_mut().and_then(|table| table.cell.take()) else { return Ok(()) };
        let OpenCell { column, typed, flow, mut inner } = cell;
        let item = if inner.is_empty() {
            let Some(content) = typed.content(&flow.text) else { return Ok(()) };
            self.count_cell()?;
            Item::Value(column, Value { content, is_formula: typed.is_formula })
        } else {
            for line in flow.text.lines().filter(|line| !is_blank(line)) {
                inner.push(self.text_row(line)?);
            }
            // A table of one cell within a cell is a frame around its text.
            match inner.iter().map(|row| row.cells.len()).sum() {
                0 => return Ok(()),
                1 => match inner.into_iter().flat_map(|row| row.cells).next() {
                    Some((_, value)) => Item::Value(column, value),
                    None => return Ok(()),
                },
                _ => Item::Inner(inner),
            }
        };
        if let Some(items) = self.tables.last_mut().and_then(|table| table.items.as_mut()) {
            items.push(item);
        }
        Ok(())
    }

    /// The cells of the sheet.
    pub(super) fn finish(mut self, budget: &mut Budget) -> Result<Vec<Cell>, Refusal> {
        while self.in_table() {
            self.close_table()?;
        }
        self.line_break()?;
        let mut cells = Gatherer::new(budget);
        let mut number = 0_u32;
        let mut after_table = false;
        for row in self.rows {
            if after_table && (row.first || !row.of_table) {
                number += 1;
            }
            after_table = row.of_table;
            for (column, value) in row.cells {
                cells.push(number, column, value.content, value.is_formula)?;
            }
            number += 1;
        }
        Ok(cells.finish())
    }
}
