//! OpenDocument spreadsheets, read sparsely.
//!
//! Not through calamine: its ods reader expands every repeated cell and row into dense memory
//! (up to a hundred million cells, twice), builds as many spaces as `text:c` claims, reports
//! error values as text, and loops for ever where `content.xml` ends inside a table. A scan
//! that rules all this out has to follow the same markup as a reader, so this is the reader.

use std::collections::HashSet;

use compact_str::CompactString;

use super::gather::{Budget, Gatherer, number};
use super::layout::{MOST_RANGES, Merged};
use super::legacy::push_unless_blank;
use super::xml::{Attributes, Token, Tokens};
use super::zipped::{Archive, part_text};
use super::{Content, Limits, Refusal, Sheet};

/// Subtrees whose text or tables do not belong to the sheet's cells.
const FOREIGN: [&str; 7] = [
    "table:shapes",
    "table:tracked-changes",
    "table:dde-links",
    "office:annotation",
    "office:forms",
    "draw:frame",
    "draw:custom-shape",
];

/// Reads an ods workbook whose container has been guarded.
pub(super) fn read(archive: &mut Archive<'_>, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let manifest = part_text(archive, "META-INF/manifest.xml", limits.inflated_bytes)?;
    if manifest.is_some_and(|m| m.contains("encryption-data")) {
        return Err(Refusal::Encrypted);
    }
    let content = part_text(archive, "content.xml", limits.inflated_bytes)?
        .ok_or_else(|| Refusal::Damaged("no content.xml".to_owned()))?;
    let mut reader =
        Reader { tokens: Tokens::new(&content), budget: Budget::new(limits), hidden_styles: HashSet::new() };
    reader.document(limits)
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    budget: Budget,
    hidden_styles: HashSet<String>,
}

/// One cell of the row being read, before rows are repeated.
struct RowCell {
    /// Whether a merged cell lies over it.
    covered: bool,
    column: u32,
    repeat: u32,
    content: Content,
    is_formula: bool,
}

/// A row with how often it stands.
struct Run {
    first: u32,
    repeat: u32,
    cells: Vec<RowCell>,
}

impl Run {
    /// How many cells it comes to; none if that cannot be counted.
    fn area(&self) -> Option<usize> {
        let width: u64 = self.cells.iter().map(|cell| u64::from(cell.repeat)).sum();
        usize::try_from(width.saturating_mul(u64::from(self.repeat))).ok()
    }

    /// Writes every cell out as often as it stands; numbers that lie under others are noted as covered.
    fn expand(&self, gathered: &mut Gatherer<'_>, covered: &mut Vec<(u32, u32)>) -> Result<(), Refusal> {
        let places = |cell: &RowCell| cell.column..cell.column.saturating_add(cell.repeat);
        for row in self.first..self.first.saturating_add(self.repeat) {
            for (cell, column) in self.cells.iter().flat_map(|cell| places(cell).map(move |column| (cell, column))) {
                if !cell.covered {
                    push_unless_blank(gathered, (row, column), cell.content.clone(), cell.is_formula)?;
                } else if matches!(cell.content, Content::Number(_)) {
                    covered.push((row, column));
                }
            }
        }
        Ok(())
    }
}

impl<'a> Reader<'a> {
    /// The next token inside an element that is still open.
    fn inside(&mut self) -> Result<Token<'a>, Refusal> {
        self.tokens.next()?.ok_or_else(|| Refusal::Damaged("ods content ends early".to_owned()))
    }

    fn document(&mut self, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
        let mut sheets: Vec<Sheet> = Vec::new();
        let mut style = String::new();
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.next()? {
            match token {
                Token::Start { name, attributes, closed } => {
                    match name {
                        "style:style" => {
                            style = attributes.get("style:name").unwrap_or_default().into_owned();
                        }
                        "style:table-properties" if attributes.get("table:display").as_deref() == Some("false") => {
                            self.hidden_styles.insert(style.clone());
                        }
                        "table:table" if !closed => {
                            if sheets.len() >= limits.sheets {
                                return Err(Refusal::TooLarge("sheets"));
                            }
                            let sheet = self.sheet(attributes)?;
                            if sheets.iter().any(|s| s.name == sheet.name) {
                                return Err(Refusal::Damaged("duplicate sheet name".to_owned()));
                            }
                            sheets.push(sheet);
                            continue;
                        }
                        _ if !closed && FOREIGN.contains(&name) => {
                            self.skip()?;
                            continue;
                        }
                        _ => {}
                    }
                    depth += usize::from(!closed);
                }
                Token::End(_) => depth = depth.saturating_sub(1),
                Token::Text(_) => {}
            }
        }
        if depth > 0 {
            return Err(Refusal::Damaged("ods content ends early".to_owned()));
        }
        Ok(sheets)
    }

    fn sheet(&mut self, table: Attributes<'a>) -> Result<Sheet, Refusal> {
        let name = table.get("table:name").unwrap_or_default().into_owned();
        let hidden = table.get("table:style-name").is_some_and(|style| self.hidden_styles.contains(style.as_ref()));
        let mut sheet = Sheet { name, hidden, ..Sheet::default() };
        let mut runs: Vec<Run> = Vec::new();
        let (mut row, mut column) = (0_u32, 0_u32);
        let mut left = self.budget.cells_left();
        loop {
            match self.inside()? {
                Token::Start { name: "table:table-column", attributes, .. } => {
                    let repeat = repeat_of(attributes, "table:number-columns-repeated");
                    if is_folded(attributes) {
                        sheet.folded.add_columns(column, column.saturating_add(repeat - 1));
                    }
                    column = column.saturating_add(repeat);
                }
                Token::Start { name: "table:table-row", attributes, closed } => {
                    let repeat = repeat_of(attributes, "table:number-rows-repeated");
                    if is_folded(attributes) {
                        sheet.folded.add_rows(row, row.saturating_add(repeat - 1));
                    }
                    let cells = if closed { Vec::new() } else { self.row(row, &mut sheet.merged)? };
                    let run = Run { first: row, repeat, cells };
                    // Refused before anything is expanded.
                    left = run.area().and_then(|area| left.checked_sub(area)).ok_or(Refusal::TooLarge("cells"))?;
                    runs.extend((!run.cells.is_empty()).then_some(run));
                    row = row.saturating_add(repeat);
                }
                Token::Start { name, closed: false, .. } if FOREIGN.contains(&name) => {
                    self.skip()?;
                }
                Token::End("table:table") => break,
                _ => {}
            }
        }
        let mut gathered = Gatherer::new(&mut self.budget);
        runs.iter().try_for_each(|run| run.expand(&mut gathered, &mut sheet.covered))?;
        sheet.cells = gathered.finish();
        Ok(sheet)
    }

    fn row(&mut self, row: u32, merged: &mut Vec<Merged>) -> Result<Vec<RowCell>, Refusal> {
        let mut cells = Vec::new();
        let mut column = 0_u32;
        loop {
            match self.inside()? {
                Token::Start { name: name @ ("table:table-cell" | "table:covered-table-cell"), attributes, closed } => {
                    let repeat = repeat_of(attributes, "table:number-columns-repeated");
                    let text = if closed { String::new() } else { self.cell_text()? };
                    let is_formula = attributes.get("table:formula").is_some();
                    let spans = |name| repeat_of(attributes, name).saturating_sub(1);
                    let last = (
                        row.saturating_add(spans("table:number-rows-spanned")),
                        column.saturating_add(spans("table:number-columns-spanned")),
                    );
                    if last != (row, column) && merged.len() < MOST_RANGES {
                        merged.push(Merged { first: (row, column), last });
                    }
                    let covered = name == "table:covered-table-cell";
                    if let Some(content) = content_of(attributes, text, is_formula) {
                        cells.push(RowCell { covered, column, repeat, content, is_formula });
                    }
                    column = column.saturating_add(repeat);
                }
                Token::End("table:table-row") => return Ok(cells),
                _ => {}
            }
        }
    }

    /// The visible text of the cell just opened, up to and including its end tag.
    fn cell_text(&mut self) -> Result<String, Refusal> {
        let mut text = String::new();
        let mut paragraphs = 0_u32;
        let mut in_paragraph = false;
        loop {
            if text.len() > self.budget.text_left() {
                return Err(Refusal::TooLarge("text_bytes"));
            }
            match self.inside()? {
                Token::Start { name, attributes, closed } => match name {
                    "text:p" | "text:h" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        in_paragraph = !closed;
                    }
                    "text:s" => {
                        // No cell holds more than 32767 characters, whatever the count claims.
                        let spaces = repeat_of(attributes, "text:c").min(32_767);
                        text.extend(std::iter::repeat_n(' ', spaces as usize));
                    }
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    _ if !closed && (FOREIGN.contains(&name) || name == "table:table") => {
                        self.skip()?;
                    }
                    _ => {}
                },
                Token::Text(piece) if in_paragraph => text.push_str(&piece),
                Token::End("text:p" | "text:h") => in_paragraph = false,
                Token::End("table:table-cell" | "table:covered-table-cell") => return Ok(text),
                _ => {}
            }
        }
    }

    /// Passes over the subtree of the element just opened.
    fn skip(&mut self) -> Result<(), Refusal> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.inside()? {
                Token::Start { closed: false, .. } => depth += 1,
                Token::End(_) => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether rows or columns are hidden, by hand or by a filter.
fn is_folded(attributes: Attributes<'_>) -> bool {
    matches!(attributes.get("table:visibility").as_deref(), Some("collapse" | "filter"))
}

fn repeat_of(attributes: Attributes<'_>, name: &str) -> u32 {
    // Zero repeats is as invalid as an unreadable count; the element itself is there once.
    attributes.get(name).and_then(|v| v.parse().ok()).unwrap_or(1).max(1)
}

fn content_of(attributes: Attributes<'_>, text: String, is_formula: bool) -> Option<Content> {
    let mut kind = CompactString::default();
    let (mut value, mut date, mut boolean, mut string) = (None, None, None, None);
    let mut is_error = false;
    for (key, attribute) in attributes.iter() {
        match key {
            "office:value-type" => kind = CompactString::from(attribute),
            "calcext:value-type" => is_error = attribute == "error",
            "office:value" => value = attribute.parse::<f64>().ok(),
            "office:date-value" | "office:time-value" => date = Some(CompactString::from(attribute)),
            "office:boolean-value" => boolean = Some(attribute == "true"),
            "office:string-value" => string = Some(CompactString::from(attribute)),
            _ => {}
        }
    }
    // Older writers give a failed formula the type of its last value and only print the error.
    if is_error || (is_formula && prints_error(&text)) {
        return Some(Content::Error(CompactString::from(text)));
    }
    let typed = match kind.as_str() {
        "float" | "percentage" | "currency" => value.map(number),
        "date" | "time" => date.map(Content::Date),
        "boolean" => boolean.map(Content::Bool),
        _ => None,
    };
    let text = || string.filter(|s| !s.is_empty()).unwrap_or_else(|| CompactString::from(text));
    let content = typed.unwrap_or_else(|| Content::Text(text()));
    let blank = matches!(&content, Content::Text(t) if t.is_empty());
    (!blank || is_formula).then_some(content)
}

/// Whether the shown text is an error value's print.
pub(super) fn prints_error(text: &str) -> bool {
    text == "#N/A"
        || (text.starts_with('#') && text.ends_with(['!', '?']))
        || text.strip_prefix("Err:").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}
