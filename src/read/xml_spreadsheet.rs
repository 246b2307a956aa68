//! XML Spreadsheet 2003: what Excel calls "XML 表格 2003", and what many web systems write under the name of a workbook.

use compact_str::CompactString;

use super::gather::{Budget, Gatherer, number};
use super::html;
use super::layout::Folded;
use super::legacy::push_unless_blank;
use super::xml::{Attributes, Token, Tokens};
use super::{Content, Limits, Refusal, Sheet};

/// Subtrees whose text is not the cell's.
const FOREIGN: [&str; 3] = ["Comment", "PhoneticText", "NamedCell"];

/// Reads a workbook of one XML document.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let document = html::decode(bytes, None)?;
    let mut reader = Reader { tokens: Tokens::new(&document), budget: Budget::new(limits) };
    reader.workbook(limits).map_err(|refusal| match refusal {
        // Nothing stands behind the last end tag of a whole document.
        Refusal::Damaged(_) if !document.trim_end().ends_with("Workbook>") => Refusal::Truncated,
        other => other,
    })
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    budget: Budget,
}

/// Names are compared without their prefix: writers differ in which namespace is the unnamed one.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn get<'a>(attributes: Attributes<'a>, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    attributes.iter().find(|(key, _)| local(key) == name).map(|(_, value)| value)
}

fn count(attributes: Attributes<'_>, name: &str) -> Option<u32> {
    get(attributes, name).and_then(|value| value.trim().parse().ok())
}

impl<'a> Reader<'a> {
    /// The next token inside an element that is still open.
    fn inside(&mut self) -> Result<Token<'a>, Refusal> {
        self.tokens.next()?.ok_or_else(|| Refusal::Damaged("workbook ends early".to_owned()))
    }

    fn workbook(&mut self, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
        let mut sheets: Vec<Sheet> = Vec::new();
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.next()? {
            match token {
                Token::Start { name, attributes, closed } if local(name) == "Worksheet" && depth == 1 => {
                    if sheets.len() >= limits.sheets {
                        return Err(Refusal::TooLarge("sheets"));
                    }
                    let name = get(attributes, "Name").unwrap_or_default().into_owned();
                    if sheets.iter().any(|sheet| sheet.name == name) {
                        return Err(Refusal::Damaged("duplicate sheet name".to_owned()));
                    }
                    let mut sheet = Sheet { name, hidden: false, cells: Vec::new(), ..Sheet::default() };
                    if !closed {
                        self.worksheet(&mut sheet)?;
                    }
                    sheets.push(sheet);
                }
                Token::Start { closed, .. } => depth += usize::from(!closed),
                Token::End(_) => depth = depth.saturating_sub(1),
                Token::Text(_) => {}
            }
        }
        if depth > 0 {
            return Err(Refusal::Damaged("workbook ends early".to_owned()));
        }
        Ok(sheets)
    }

    fn worksheet(&mut self, sheet: &mut Sheet) -> Result<(), Refusal> {
        let mut in_visible = false;
        let mut has_table = false;
        loop {
            match self.inside()? {
                Token::Start { name, closed: false, .. } if local(name) == "Table" => {
                    // A second one would take the place of the first.
                    if has_table {
                        return Err(Refusal::Damaged("tags out of place".to_owned()));
                    }
                    has_table = true;
                    (sheet.cells, sheet.folded) = self.table()?;
                }
                Token::Start { name, closed, .. } => in_visible = local(name) == "Visible" && !closed,
                Token::Text(text) => sheet.hidden |= in_visible && text.contains("Hidden"),
                Token::End(name) if local(name) == "Worksheet" => return Ok(()),
                Token::End(_) => in_visible = false,
            }
        }
    }

    fn table(&mut self) -> Result<(Vec<super::Cell>, Folded), Refusal> {
        let mut budget = self.budget.take();
        let mut cells = Gatherer::new(&mut budget);
        let (mut row, mut column) = (0_u32, 0_u32);
        let mut folded = Folded::default();
        let is_folded = |attributes| get(attributes, "Hidden").is_some_and(|hidden| hidden == "1");
        loop {
            match self.inside()? {
                Token::Start { name, attributes, .. } if local(name) == "Column" => {
                    column = count(attributes, "Index").map_or(column, |index| index.saturating_sub(1));
                    let last = column.saturating_add(count(attributes, "Span").unwrap_or(0));
                    if is_folded(attributes) {
                        folded.add_columns(column, last);
                    }
                    column = last.saturating_add(1);
                }
                Token::Start { name, attributes, closed } if local(name) == "Row" => {
                    row = count(attributes, "Index").map_or(row, |index| index.saturating_sub(1));
                    let last = row.saturating_add(count(attributes, "Span").unwrap_or(0));
                    if is_folded(attributes) {
                        folded.add_rows(row, last);
                    }
                    if !closed {
                        self.row(row, &mut cells)?;
                    }
                    row = last.saturating_add(1);
                }
                Token::End(name) if local(name) == "Table" => break,
                token => whole(&token)?,
            }
        }
        let cells = cells.finish();
        self.budget = budget;
        Ok((cells, folded))
    }

    fn row(&mut self, row: u32, cells: &mut Gatherer<'_>) -> Result<(), Refusal> {
        let mut column = 0_u32;
        loop {
            match self.inside()? {
                Token::Start { name, attributes, closed } if local(name) == "Cell" => {
                    column = count(attributes, "Index").map_or(column, |index| index.saturating_sub(1));
                    let is_formula = get(attributes, "Formula").is_some_and(|formula| !formula.is_empty());
                    let content = if closed { None } else { self.cell(cells)? };
                    match content {
                        Some(content) => push_unless_blank(cells, (row, column), content, is_formula)?,
                        None if is_formula => cells.push(row, column, Content::Uncomputed, true)?,
                        None => {}
                    }
                    column = column.saturating_add(1).saturating_add(count(attributes, "MergeAcross").unwrap_or(0));
                }
                Token::End(name) if local(name) == "Row" => return Ok(()),
                token => whole(&token)?,
            }
        }
    }

    /// The content of the cell just opened, up to and including its end tag.
    fn cell(&mut self, cells: &Gatherer<'_>) -> Result<Option<Content>, Refusal> {
        let mut content = None;
        loop {
            match self.inside()? {
                Token::Start { name, closed: false, .. } if FOREIGN.contains(&local(name)) => self.skip()?,
                Token::Start { name, attributes, closed } if local(name) == "Data" => {
                    let kind = get(attributes, "Type").unwrap_or_default();
                    let text = if closed { String::new() } else { self.data(cells)? };
                    content = Some(content_of(&kind, text));
                }
                Token::End(name) if local(name) == "Cell" => return Ok(content),
                token => whole(&token)?,
            }
        }
    }

    /// The text of the data just opened: plain, or with the markup of its look.
    fn data(&mut self, cells: &Gatherer<'_>) -> Result<String, Refusal> {
        let mut text = String::new();
        let mut depth = 1_usize;
        while depth > 0 {
            match self.inside()? {
                Token::Text(piece) => text.push_str(&piece),
                Token::Start { closed: false, .. } => depth += 1,
                Token::End(_) => depth -= 1,
                Token::Start { .. } => {}
            }
            if text.len() > cells.text_left() {
                return Err(Refusal::TooLarge("text_bytes"));
            }
        }
        Ok(text)
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

/// Refuses a part of a table in a place where another is still open: a tag between them is missing, and with it a figure
/// may be.
fn whole(token: &Token<'_>) -> Result<(), Refusal> {
    match token {
        Token::Start { name, .. } | Token::End(name) => match local(name) {
            "Worksheet" | "Table" | "Row" | "Cell" | "Data" => Err(Refusal::Damaged("tags out of place".to_owned())),
            _ => Ok(()),
        },
        Token::Text(_) => Ok(()),
    }
}

fn content_of(kind: &str, text: String) -> Content {
    let bare = text.trim();
    match kind {
        "Number" => match bare.parse() {
            Ok(value) => number(value),
            Err(_) => Content::Text(CompactString::from(text)),
        },
        "DateTime" => Content::Date(date(bare)),
        "Boolean" => match bare {
            "1" | "true" => Content::Bool(true),
            "0" | "false" => Content::Bool(false),
            _ => Content::Text(CompactString::from(text)),
        },
        "Error" => Content::Error(CompactString::from(bare)),
        _ => Content::Text(CompactString::from(text)),
    }
}

/// `2024-03-15T00:00:00.000` as other formats give it: without a midnight or an empty day.
fn date(text: &str) -> CompactString {
    let whole = text.strip_suffix(".000").unwrap_or(text);
    let whole = whole.strip_suffix("T00:00:00").unwrap_or(whole);
    CompactString::from(whole.strip_prefix("1899-12-31T").unwrap_or(whole))
}
