//! Web pages: tables that web systems export under the name of a workbook, workbooks saved as a web page, and reports
//! as agencies publish them. A page is one sheet (see `page`), called by the page's title, because the title often
//! holds who and when.

use std::borrow::Cow;

use compact_str::CompactString;
use encoding_rs::Encoding;

use super::gather::Budget;
use super::markup::{Start, Token, Tokens};
use super::page::Page;
use super::shown::Typed;
use super::unshown::{Extent, Unshown, is_part};
use super::{Limits, Refusal, Sheet, text, xml};

/// Where a document declares its encoding, if it does.
const HEAD: usize = 8192;
/// A title is one line of text, however long a page claims it to be.
const LONGEST_NAME: usize = 120;
/// What marks a page as a workbook's: there a hidden row is still a row.
const SPREADSHEET: &str = "urn:schemas-microsoft-com:office:excel";

/// Tags around which text breaks into lines.
const BLOCKS: [&str; 36] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "form",
    "fieldset",
    "legend",
    "center",
    "blockquote",
    "pre",
    "address",
    "hr",
    "figure",
    "figcaption",
    "details",
    "summary",
    "body",
    "dir",
    "menu",
];
/// Elements whose text the tokenizer takes as it is; shown is only that of `textarea`.
const RAW: [&str; 9] = ["script", "style", "title", "textarea", "iframe", "xmp", "noembed", "noframe", "noscript"];
/// Elements that show nothing of a report: data for programs, choices not taken, drawings, deletions.
const UNSHOWN: [&str; 13] = [
    "xml", "select", "datalist", "template", "svg", "math", "del", "noframes", "audio", "video", "canvas", "button",
    "object",
];
/// Elements that never have content.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "wbr"];

/// A page as read.
pub(super) struct Read {
    /// The page as a sheet.
    pub(super) sheet: Sheet,
    /// Whether the page only says which other files to show.
    pub(super) is_frame: bool,
}

/// Reads a page from a file of its own.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, Refusal> {
    let document = decode(bytes, None)?;
    let mut read = page(&document, limits, &mut Budget::new(limits))?;
    if read.is_frame && read.sheet.cells.is_empty() {
        return Err(Refusal::Unsupported("html"));
    }
    if let [only] = worksheets(&document).as_slice() {
        read.sheet.name.clone_from(&only.name);
    }
    Ok(read.sheet)
}

/// Decodes a page: a mark or the bytes themselves settle the encoding before `declared` or the page's own word do,
/// because pages are often converted without their declaration.
pub(super) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Result<Cow<'a, str>, Refusal> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let own = || label_after(head, b"charset=").or_else(|| label_after(head, b"encoding="));
    let encoding = declared.map(str::to_owned).or_else(own).and_then(|label| Encoding::for_label(label.as_bytes()));
    text::decode_declared(bytes, encoding)
}

fn label_after(head: &[u8], key: &[u8]) -> Option<String> {
    let at = head.windows(key.len()).position(|w| w.eq_ignore_ascii_case(key))? + key.len();
    let rest = head.get(at..)?.iter().skip_while(|b| matches!(b, b'"' | b'\'' | b' '));
    let label: Vec<u8> =
        rest.take(40).copied().take_while(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(b)).collect();
    String::from_utf8(label).ok().filter(|label| !label.is_empty())
}

/// Reads a decoded page.
pub(super) fn page(document: &str, limits: &Limits, budget: &mut Budget) -> Result<Read, Refusal> {
    let mut reader = Reader::new(document, limits);
    for token in Tokens::new(document) {
        match token? {
            Token::Start(tag) => reader.start(&tag)?,
            Token::End(name) => reader.end(&name)?,
            Token::Text(text) => reader.text(&text)?,
            Token::Cut => reader.cut = true,
        }
    }
    reader.finish(budget)
}

struct Reader {
    page: Page,
    unshown: Option<Unshown>,
    raw: Option<CompactString>,
    is_workbook: bool,
    is_frame: bool,
    in_link: bool,
    in_heading: bool,
    struck: u32,
    raised: u32,
    title: String,
    article_title: Option<String>,
    ended: bool,
    cut: bool,
}

impl Reader {
    fn new(document: &str, limits: &Limits) -> Self {
        let head = document.get(..document.floor_char_boundary(HEAD)).unwrap_or(document);
        Self {
            page: Page::new(limits),
            unshown: None,
            raw: None,
            is_workbook: head.contains(SPREADSHEET),
            is_frame: false,
            in_link: false,
            in_heading: false,
            struck: 0,
            raised: 0,
            title: String::new(),
            article_title: None,
            ended: false,
            cut: false,
        }
    }

    fn start(&mut self, tag: &Start) -> Result<(), Refusal> {
        let name = tag.name.as_str();
        match self.unshown.as_mut().map(|unshown| unshown.start(name, BLOCKS.contains(&name))) {
            Some(Extent::Within) => return Ok(()),
            Some(Extent::Last | Extent::Before) => self.unshown = None,
            None => {}
        }
        if RAW.contains(&name) {
            self.raw = Some(tag.name.clone());
            return Ok(());
        }
        let is_part = is_part(name);
        // In a workbook hiding is the sender's view; the rows are read as from any other workbook.
        let hidden = is_hidden(tag) && !(self.is_workbook && is_part);
        if (hidden || UNSHOWN.contains(&name)) && !VOID.contains(&name) && (!is_part || self.page.in_table()) {
            if is_part {
                self.leave_part(name)?;
            }
            self.unshown = Some(Unshown::new(&tag.name, self.page.in_table()));
            return Ok(());
        }
        match name {
            // Parts of no table are lines of text.
            _ if is_part && !self.page.in_table() => self.page.line_break()?,
            "table" => {
                self.in_link = false;
                self.page.open_table()?;
            }
            "tr" => self.page.open_row()?,
            "td" | "th" => {
                self.in_link = false;
                self.page.open_cell(tag.span("colspan"), tag.span("rowspan"), typed(tag))?;
            }
            "thead" | "tbody" | "tfoot" => self.page.close_row_group()?,
            "caption" => self.page.close_row()?,
            "br" => self.page.line_break()?,
            "a" => self.in_link = tag.get("href").is_some_and(|target| !target.is_empty()),
            "s" | "strike" => self.struck += 1,
            "sup" => self.raised += 1,
            "input" => self.input(tag)?,
            "frameset" | "frame" => self.is_frame = true,
            "meta" if tag.get("name").is_some_and(|name| name.eq_ignore_ascii_case("ArticleTitle")) => {
                self.article_title = tag.get("content").map(str::to_owned);
            }
            _ if BLOCKS.contains(&name) => {
                self.page.line_break()?;
                self.in_link = false;
                self.in_heading = is_heading(name);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a row or cell that is not shown ends by beginning.
    fn leave_part(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "td" | "th" => self.page.close_cell(),
            "tr" => self.page.close_row(),
            _ => self.page.close_row_group(),
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        if self.raw.as_deref() == Some(name) {
            self.raw = None;
            return Ok(());
        }
        if let Some(unshown) = &mut self.unshown {
            self.ended |= matches!(name, "body" | "html");
            match unshown.end(name) {
                Extent::Within => return Ok(()),
                Extent::Last => {
                    self.unshown = None;
                    return Ok(());
                }
                Extent::Before => self.unshown = None,
            }
        }
        match name {
            "table" => self.page.close_table()?,
            "tr" => self.page.close_row()?,
            "td" | "th" => self.page.close_cell()?,
            "thead" | "tbody" | "tfoot" => self.page.close_row_group()?,
            "caption" => self.page.line_break()?,
            "a" => self.in_link = false,
            "s" | "strike" => self.struck = self.struck.saturating_sub(1),
            "sup" => self.raised = self.raised.saturating_sub(1),
            "html" => self.ended = true,
            _ if BLOCKS.contains(&name) => {
                self.ended |= name == "body";
                self.page.line_break()?;
                self.in_link = false;
                self.in_heading &= !is_heading(name);
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        match self.raw.as_deref() {
            Some("title") if self.unshown.is_none() && self.title.is_empty() => {
                self.title.push_str(text);
                return Ok(());
            }
            Some("textarea") | None if self.unshown.is_none() => {}
            _ => return Ok(()),
        }
        let spoken = !self.in_link || self.in_heading;
        let is_blank = text.trim().is_empty();
        // A crossed-out figure beside its correction, or a raised note behind one, would join it to another number.
        let raised = self.raised > 0 && text.trim_start().starts_with(char::is_numeric) && self.page.ends_with_digit();
        if self.struck > 0 && !is_blank {
            self.page.text(&format!("~{text}~"), spoken)
        } else if raised {
            self.page.text(&format!("[{text}]"), spoken)
        } else {
            self.page.text(text, spoken)
        }
    }

    /// A field of a form shows its value.
    fn input(&mut self, tag: &Start) -> Result<(), Refusal> {
        let kind = tag.get("type").unwrap_or("text").to_ascii_lowercase();
        match tag.get("value").filter(|_| matches!(kind.as_str(), "text" | "number" | "tel" | "")) {
            Some(value) if self.page.in_cell() => self.page.text(value, true),
            _ => Ok(()),
        }
    }

    fn finish(self, budget: &mut Budget) -> Result<Read, Refusal> {
        // What is not shown and never ends may have swallowed the tables, and so may a comment or a script.
        let swallowed = self.unshown.as_ref().is_some_and(|unshown| unshown.saw_table);
        let open = self.page.in_table() || self.unshown.is_some() || self.raw.is_some() || self.cut;
        if swallowed || (open && !self.ended) {
            return Err(Refusal::Truncated);
        }
        let title = self.article_title.unwrap_or(self.title);
        let name = if self.is_workbook { String::new() } else { one_line(&title) };
        let sheet = Sheet { name, hidden: false, cells: self.page.finish(budget)?, ..Sheet::default() };
        Ok(Read { sheet, is_frame: self.is_frame })
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_NAME).collect()
}

fn is_heading(name: &str) -> bool {
    matches!(name.as_bytes(), [b'h', b'1'..=b'6'])
}

fn is_hidden(tag: &Start) -> bool {
    let styled = tag.get("style").is_some_and(|style| {
        let bare: String = style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        bare.contains("display:none")
    });
    styled || tag.get("hidden").is_some()
}

/// What a spreadsheet program wrote of a cell's value: Excel and WPS in `x:num` and its like, LibreOffice in `sdval`.
fn typed(tag: &Start) -> Typed {
    let stored = tag.get("x:num").or_else(|| tag.get("sdval")).and_then(|value| value.trim().parse::<f64>().ok());
    Typed {
        number: stored,
        shows_number: tag.get("x:num") == Some(""),
        boolean: tag.get("x:bool").and_then(|value| match value.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }),
        error: tag.get("x:err").is_some(),
        is_formula: tag.get("x:fmla").is_some_and(|formula| !formula.is_empty()),
    }
}

/// A worksheet as a workbook saved as web pages lists it.
pub(super) struct Worksheet {
    /// Its name.
    pub(super) name: String,
    /// The page that holds it; "" for the page itself.
    pub(super) source: String,
    /// Whether the workbook hides it.
    pub(super) hidden: bool,
}

/// The worksheets that the page's workbook part lists; charts are left out.
pub(super) fn worksheets(document: &str) -> Vec<Worksheet> {
    let list = document.split_once("<x:ExcelWorksheets>").and_then(|(_, rest)| rest.split_once("</x:ExcelWorksheets>"));
    let mut sheets: Vec<Worksheet> = Vec::new();
    let mut tokens = xml::Tokens::new(list.map_or("", |(list, _)| list));
    let mut element = "";
    while let Ok(Some(token)) = tokens.next() {
        match token {
            xml::Token::Start { name, attributes, .. } => {
                element = name;
                match name {
                    "x:ExcelWorksheet" => {
                        sheets.push(Worksheet { name: String::new(), source: String::new(), hidden: false });
                    }
                    "x:WorksheetSource" => {
                        if let (Some(sheet), Some(source)) = (sheets.last_mut(), attributes.get("HRef")) {
                            sheet.source = source.into_owned();
                        }
                    }
                    _ => {}
                }
            }
            xml::Token::Text(text) => match (element, sheets.last_mut()) {
                ("x:Name", Some(sheet)) if sheet.name.is_empty() => sheet.name = one_line(&text),
                ("x:Visible", Some(sheet)) => sheet.hidden |= text.contains("Hidden"),
                ("x:WorksheetType", Some(_)) if text.trim() != "Worksheet" => {
                    sheets.pop();
                }
                _ => {}
            },
            xml::Token::End(_) => element = "",
        }
    }
    sheets
}
