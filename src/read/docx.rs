//! Word documents: their paragraphs and tables as one sheet (see `page`).
//!
//! What stands in the document once all revisions are accepted: insertions count, deletions do not. Headers, footers
//! and comments are other parts, and footnotes too.

use std::borrow::Cow;

use super::gather::Budget;
use super::page::Page;
use super::shown::Typed;
use super::xml::{Attributes, Token, Tokens};
use super::zipped::{Archive, part_text};
use super::{Limits, Refusal, Sheet};

/// The part that holds the text, where no relationship says otherwise.
const MAIN_PART: &str = "word/document.xml";
/// Namespaces of word processing, of the transitional and the strict standard.
const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];
/// Subtrees that are deleted, or moved elsewhere, or say again what stands beside them.
const SKIPPED: [&str; 6] = ["del", "moveFrom", "sectPr", "tblPrEx", "pPrChange", "mc:Fallback"];

/// Reads a docx whose container has been guarded.
pub(super) fn read(archive: &mut Archive<'_>, limits: &Limits) -> Result<Sheet, Refusal> {
    let relations = part_text(archive, "_rels/.rels", limits.inflated_bytes)?;
    let main = relations.as_deref().and_then(main_part).unwrap_or_else(|| MAIN_PART.to_owned());
    let document = part_text(archive, &main, limits.inflated_bytes)?
        .ok_or_else(|| Refusal::Damaged("no document part".to_owned()))?;
    let mut reader = Reader {
        tokens: Tokens::new(&document),
        prefix: String::new(),
        page: Page::new(limits),
        rows: Vec::new(),
        field: false,
    };
    reader.document()?;
    Ok(Sheet {
        name: String::new(),
        hidden: false,
        cells: reader.page.finish(&mut Budget::new(limits))?,
        ..Sheet::default()
    })
}

/// Where the package says its main part is.
fn main_part(relations: &str) -> Option<String> {
    let mut tokens = Tokens::new(relations);
    while let Ok(Some(token)) = tokens.next() {
        if let Token::Start { name: "Relationship", attributes, .. } = token
            && attributes.get("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
        {
            return attributes.get("Target").map(|target| target.trim_start_matches('/').to_owned());
        }
    }
    None
}

/// A row while it is read. It is opened only with its first cell, when its properties are known.
#[derive(Default)]
struct OpenRow {
    is_open: bool,
    before: u32,
    deleted: bool,
}

/// A cell's properties.
#[derive(Default)]
struct CellProperties {
    columns: u32,
    /// Part of the cell above it.
    continues: bool,
    deleted: bool,
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    /// What stands before the names of word processing, with its colon.
    prefix: String,
    page: Page,
    rows: Vec<OpenRow>,
    /// Within the instruction of a field.
    field: bool,
}

/// A run's look, as far as it says how its text is meant.
#[derive(Default)]
struct Look {
    hidden: bool,
    struck: bool,
    raised: bool,
}

impl<'a> Reader<'a> {
    /// The next token inside an element that is still open.
    fn inside(&mut self) -> Result<Token<'a>, Refusal> {
        self.tokens.next()?.ok_or_else(|| Refusal::Damaged("document ends early".to_owned()))
    }

    /// The name without the prefix of word processing; other names keep theirs.
    fn local<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.prefix.as_str()).unwrap_or(name)
    }

    fn get(&self, attributes: Attributes<'a>, name: &str) -> Option<Cow<'a, str>> {
        attributes.iter().find(|(key, _)| self.local(key) == name).map(|(_, value)| value)
    }

    /// Whether a property that is there is switched on.
    fn is_on(&self, attributes: Attributes<'a>) -> bool {
        !matches!(self.get(attributes, "val").as_deref(), Some("0" | "false" | "off" | "none"))
    }

    fn document(&mut self) -> Result<(), Refusal> {
        let mut depth = 0_usize;
        let mut begun = false;
        let mut look = Look::default();
        while let Some(token) = self.tokens.next()? {
            match token {
                Token::Start { name, attributes, closed } => {
                    if !begun {
                        begun = true;
                        self.prefix = prefix(name, attributes)?;
                    }
                    let name = self.local(name);
                    if !closed && SKIPPED.contains(&name) {
                        self.skip()?;
                        continue;
                    }
                    match name {
                        "rPr" if !closed => {
                            look = self.look()?;
                            continue;
                        }
                        "tc" if !closed => {
                            if self.cell()? {
                                depth += 1;
                            }
                            continue;
                        }
                        "trPr" if !closed => {
                            self.row_properties()?;
                            continue;
                        }
                        "t" | "m:t" if !closed => {
                            self.text(&look)?;
                            continue;
                        }
                        "instrText" if !closed => {
                            self.instruction()?;
                            continue;
                        }
                        "r" => look = Look::default(),
                        _ => self.start(name, attributes, closed)?,
                    }
                    depth += usize::from(!closed);
                }
                Token::End(name) => {
                    depth = depth.saturating_sub(1);
                    self.end(name)?;
                }
                Token::Text(_) => {}
            }
        }
        if !begun || depth > 0 || self.page.in_table() {
            return Err(Refusal::Damaged("document ends early".to_owned()));
        }
        Ok(())
    }

    fn start(&mut self, name: &str, attributes: Attributes<'a>, closed: bool) -> Result<(), Refusal> {
        match name {
            "p" => self.page.line_break()?,
            "br" | "cr" => self.page.line_break()?,
            "tab" | "ptab" => self.page.literal("\t")?,
            "noBreakHyphen" => self.page.literal("-")?,
            "fldSimple" => {
                let formula = self.get(attributes, "instr").is_some_and(|code| code.trim_start().starts_with('='));
                if formula {
                    self.page.mark_formula();
                }
            }
            "tbl" if !closed => {
                self.page.open_table()?;
                self.rows.push(OpenRow::default());
            }
            "tr" => self.replace_row(OpenRow::default()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        match self.local(name) {
            "p" => self.page.line_break()?,
            "tc" => self.page.close_cell()?,
            "tr" => {
                let row = self.rows.last();
                if row.is_some_and(|row| !row.is_open && !row.deleted) {
                    self.page.open_row()?;
                }
                self.page.close_row()?;
                self.replace_row(OpenRow::default());
            }
            "tbl" => {
                self.page.close_table()?;
                self.rows.pop();
            }
            "r" => self.field = false,
            _ => {}
        }
        Ok(())
    }

    fn replace_row(&mut self, row: OpenRow) {
        if let Some(open) = self.rows.last_mut() {
            *open = row;
        }
    }

    /// A row's properties, up to their end.
    fn row_properties(&mut self) -> Result<(), Refusal> {
        let mut row = OpenRow::default();
        let mut depth = 1_usize;
        while depth > 0 {
            match self.inside()? {
                Token::Start { name, attributes, closed } => {
                    depth += usize::from(!closed);
                    match self.local(name) {
                        "trPrChange" if !closed => {
                            self.skip()?;
                            depth -= 1;
                        }
                        "gridBefore" => {
                            row.before = self.get(attributes, "val").and_then(|v| v.parse().ok()).unwrap_or(0);
                        }
                        "del" => row.deleted = true,
                        _ => {}
                    }
                }
                Token::End(_) => depth -= 1,
                Token::Text(_) => {}
            }
        }
        self.replace_row(row);
        Ok(())
    }

    /// Opens the cell whose start tag was just read; false if it was passed over to its end.
    fn cell(&mut self) -> Result<bool, Refusal> {
        let mut properties = CellProperties { columns: 1, ..CellProperties::default() };
        // The properties come first, and at least a paragraph follows.
        let mut in_properties = false;
        loop {
            let mut ahead = self.tokens.clone();
            let token = ahead.next()?.ok_or_else(|| Refusal::Damaged("document ends early".to_owned()))?;
            match token {
                Token::Start { name, attributes, closed } => match self.local(name) {
                    "tcPr" => in_properties = !closed,
                    _ if !in_properties => break,
                    // What they were before a revision.
                    "tcPrChange" if !closed => {
                        self.tokens = ahead;
                        self.skip()?;
                        continue;
                    }
                    other => self.property(other, attributes, &mut properties),
                },
                Token::End(name) if in_properties => in_properties = self.local(name) != "tcPr",
                Token::End(_) => break,
                Token::Text(_) => {}
            }
            self.tokens = ahead;
        }
        self.open_cell(&properties)
    }

    fn property(&self, name: &str, attributes: Attributes<'a>, properties: &mut CellProperties) {
        match name {
            "gridSpan" => {
                let columns = self.get(attributes, "val").and_then(|v| v.parse().ok());
                properties.columns = columns.unwrap_or(1);
            }
            "vMerge" => properties.continues = self.get(attributes, "val").as_deref() != Some("restart"),
            "cellDel" => properties.deleted = true,
            _ => {}
        }
    }

    fn open_cell(&mut self, properties: &CellProperties) -> Result<bool, Refusal> {
        let (mut before, mut must_open, mut deleted) = (0, false, properties.deleted);
        if let Some(row) = self.rows.last_mut() {
            deleted |= row.deleted;
            must_open = !row.is_open && !row.deleted;
            row.is_open |= must_open;
            before = row.before;
        }
        if must_open {
            self.page.open_row()?;
            self.page.skip_columns(before);
        }
        if !deleted {
            self.page.open_cell(properties.columns, 1, Typed::default())?;
        }
        if deleted || properties.continues {
            self.skip()?;
            self.page.close_cell()?;
            return Ok(false);
        }
        Ok(true)
    }

    /// A run's look, up to the end of its properties.
    fn look(&mut self) -> Result<Look, Refusal> {
        let mut look = Look::default();
        let mut depth = 1_usize;
        while depth > 0 {
            match self.inside()? {
                Token::Start { name, attributes, closed } => {
                    depth += usize::from(!closed);
                    match self.local(name) {
                        // The look before a revision.
                        "rPrChange" if !closed => {
                            self.skip()?;
                            depth -= 1;
                        }
                        "vanish" => look.hidden = self.is_on(attributes),
                        "strike" | "dstrike" => look.struck = self.is_on(attributes),
                        "vertAlign" => look.raised = self.get(attributes, "val").as_deref() == Some("superscript"),
                        _ => {}
                    }
                }
                Token::End(_) => depth -= 1,
                Token::Text(_) => {}
            }
        }
        Ok(look)
    }

    fn text(&mut self, look: &Look) -> Result<(), Refusal> {
        loop {
            match self.inside()? {
                Token::Text(text) if look.hidden || text.is_empty() => {}
                // A crossed-out figure beside its correction, or a raised note behind one, would join it to another.
                Token::Text(text) if look.struck => self.page.literal(&format!("~{text}~"))?,
                Token::Text(text)
                    if look.raised && text.starts_with(char::is_numeric) && self.page.ends_with_digit() =>
                {
                    self.page.literal(&format!("[{text}]"))?;
                }
                Token::Text(text) => self.page.literal(&text)?,
                Token::End(_) => return Ok(()),
                Token::Start { closed: false, .. } => self.skip()?,
                Token::Start { .. } => {}
            }
        }
    }

    /// The instruction of a field: a formula begins with `=`.
    fn instruction(&mut self) -> Result<(), Refusal> {
        loop {
            match self.inside()? {
                Token::Text(code) => {
                    if !self.field && code.trim_start().starts_with('=') {
                        self.page.mark_formula();
                    }
                    self.field = true;
                }
                Token::End(_) => return Ok(()),
                Token::Start { closed: false, .. } => self.skip()?,
                Token::Start { .. } => {}
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

/// The prefix under which the document's root knows the names of word processing, with its colon.
fn prefix(root: &str, attributes: Attributes<'_>) -> Result<String, Refusal> {
    let declared = attributes.iter().find(|(_, value)| NAMESPACES.contains(&value.as_ref()));
    match declared {
        Some((key, _)) => Ok(key.strip_prefix("xmlns:").map(|prefix| format!("{prefix}:")).unwrap_or_default()),
        None => match root.split_once(':') {
            Some((prefix, "document")) => Ok(format!("{prefix}:")),
            _ => Err(Refusal::Damaged("no word processing document".to_owned())),
        },
    }
}
