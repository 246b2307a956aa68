//! The sheet in front: what is wrong, where, and room for the reply.

use crate::address::Position;
use crate::level::Level;

use super::Obstacle;
use super::place;
use super::relations::Dialect;
use super::styles::{List, Styles};
use super::words::{escaped, lines};

/// What the sheet in front says. Every word comes from the caller.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The name of the sheet; a number is put behind it if a sheet of the sender's has it.
    pub sheet: String,
    /// Who signs the comments.
    pub author: String,
    /// The name for sheets that have none (csv), where the workbook has to be made anew.
    pub unnamed: String,
    /// Lines above the table; the first is its title.
    pub lines: Vec<String>,
    /// The columns that say something.
    pub columns: Vec<Column>,
    /// Which of `columns` leads to the cells in question.
    pub link_column: usize,
    /// The columns for the reply, left blank.
    pub replies: Vec<Column>,
    /// The last column, which tells to what a reply belongs.
    pub key: Column,
    /// What is wrong, one row each.
    pub rows: Vec<Row>,
}

/// A column of the notice.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its width, in narrow characters.
    pub width: u8,
}

/// A row of the notice.
#[derive(Clone, Debug)]
pub struct Row {
    /// How grave it is; colours the first cell like the cell in question.
    pub level: Level,
    /// One text for each of `columns`; missing ones stay blank, those too many are left out.
    pub texts: Vec<String>,
    /// What the reply belongs to.
    pub key: String,
    /// The cell in question.
    pub target: Option<Target>,
}

/// A cell of the sender's workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The sheet, by its place in [`crate::read::Workbook::sheets`].
    pub sheet: usize,
    /// The cell.
    pub position: Position,
}

/// Formats of the notice's cells.
struct Formats {
    title: u32,
    line: u32,
    head: u32,
    text: u32,
    first: [u32; 3],
    link: u32,
    reply: u32,
    key: u32,
}

impl Formats {
    fn new(styles: &mut Styles) -> Result<Self, Obstacle> {
        let name = styles.font_name()?.unwrap_or_else(|| "SimSun".to_owned());
        let mut font = |properties: &str, size: u32, colour: &str| {
            let font =
                format!("<font>{properties}<sz val=\"{size}\"/>{colour}<name val=\"{}\"/></font>", escaped(&name));
            styles.add(List::Fonts, &font)
        };
        let (plain, bold, large) = (font("", 11, ""), font("<b/>", 11, ""), font("<b/>", 14, ""));
        let link = font("<u/>", 11, "<color rgb=\"FF0563C1\"/>");
        let grey = font("", 9, "<color rgb=\"FF808080\"/>");
        let sides: String = ["left", "right", "top", "bottom"]
            .map(|side| format!("<{side} style=\"thin\"><color rgb=\"FF7F7F7F\"/></{side}>"))
            .concat();
        let border = styles.add(List::Borders, &format!("<border>{sides}<diagonal/></border>"));
        let (head, reply) = (styles.add_fill("FFD9D9D9"), styles.add_fill("FFE2EFDA"));
        let levels = [Level::Error, Level::Query, Level::Note].map(|level| styles.fill_of(level));
        // Text (49) stays text even when a person edits the cell; only replies may be numbers.
        let mut format = |number: u32, font: u32, fill: u32, border: u32, horizontal: &str| {
            styles.add(
                List::Formats,
                &format!(
                    "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\" applyProtection=\"1\"><alignment horizontal=\"{horizontal}\" vertical=\"center\" wrapText=\"1\"/><protection locked=\"0\"/></xf>"
                ),
            )
        };
        Ok(Self {
            title: format(49, large, 0, 0, "left"),
            line: format(49, plain, 0, 0, "left"),
            head: format(49, bold, head, border, "center"),
            text: format(49, plain, 0, border, "left"),
            first: levels.map(|fill| format(49, plain, fill, border, "left")),
            link: format(49, link, 0, border, "left"),
            reply: format(0, plain, reply, border, "left"),
            key: format(49, grey, 0, border, "left"),
        })
    }

    fn first(&self, level: Level) -> u32 {
        let [error, query, note] = self.first;
        match level {
            Level::Error => error,
            Level::Query => query,
            Level::Note => note,
        }
    }
}

/// Height of a line of text, in points.
const LINE_HEIGHT: u32 = 16;
/// The greatest height of a row, in points.
const GREATEST_HEIGHT: u32 = 400;

/// The sheet as a part. `names` are those of the sender's sheets, by their places.
///
/// # Errors
/// Broken markup in the styles.
pub(super) fn sheet(
    notice: &Notice,
    styles: &mut Styles,
    dialect: Dialect,
    names: &[Option<&str>],
) -> Result<String, Obstacle> {
    let formats = Formats::new(styles)?;
    let columns: Vec<&Column> = notice.columns.iter().chain(&notice.replies).chain([&notice.key]).collect();
    let width: u32 = columns.iter().map(|c| u32::from(c.width)).sum();
    let mut rows = Rows { text: String::new(), count: 0 };
    let mut merged = String::new();
    for (place, line) in notice.lines.iter().enumerate() {
        let format = if place == 0 { formats.title } else { formats.line };
        // Programs do not fit the height of rows to merged cells.
        let height = (lines(line, width) * LINE_HEIGHT).clamp(LINE_HEIGHT + 4, GREATEST_HEIGHT);
        rows.open(&format!(" ht=\"{height}\" customHeight=\"1\""));
        rows.cell(0, format, line);
        rows.close();
        let last = Position { row: rows.count - 1, column: number(columns.len().saturating_sub(1)) };
        if columns.len() > 1 {
            merged += &format!("<mergeCell ref=\"A{}:{last}\"/>", rows.count);
        }
    }
    rows.open("");
    for (column, head) in columns.iter().enumerate() {
        rows.cell(column, formats.head, &head.head);
    }
    rows.close();
    let head_row = rows.count;
    let mut links = String::new();
    for row in &notice.rows {
        links += &table_row(&mut rows, notice, row, &formats, names);
    }
    let wrapped =
        |name: &str, items: String| if items.is_empty() { items } else { format!("<{name}>{items}</{name}>") };
    let widths: String = columns
        .iter()
        .enumerate()
        .map(|(at, c)| format!("<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"/>", at + 1, c.width))
        .collect();
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{}\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView showGridLines=\"0\" tabSelected=\"1\" workbookViewId=\"0\"><pane ySplit=\"{head_row}\" topLeftCell=\"A{below}\" activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\" activeCell=\"A{below}\" sqref=\"A{below}\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>{}<sheetData>{}</sheetData>{}{}<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>",
        dialect.main(),
        wrapped("cols", widths),
        rows.text,
        wrapped("mergeCells", merged),
        wrapped("hyperlinks", links),
        below = head_row + 1,
    ))
}

/// Writes a row of the table; its link, if its target is a cell of the workbook.
fn table_row(rows: &mut Rows, notice: &Notice, row: &Row, formats: &Formats, names: &[Option<&str>]) -> String {
    let texts = notice.columns.iter().enumerate().map(|(at, column)| (at, column, row.texts.get(at)));
    let tallest = texts.clone().map(|(_, c, text)| text.map_or(1, |text| lines(text, u32::from(c.width)))).max();
    let height = (tallest.unwrap_or(1) * LINE_HEIGHT + 8).min(GREATEST_HEIGHT);
    // Not fixed: the row grows with the reply.
    rows.open(&format!(" ht=\"{height}\""));
    let target = row.target.filter(|target| place::is_on_grid(target.position));
    let target = target.and_then(|t| Some(((*names.get(t.sheet)?)?, t.position)));
    let mut link = String::new();
    for (at, _, text) in texts {
        let text = text.map_or("", String::as_str);
        let format = match at {
            at if at == notice.link_column && target.is_some() => formats.link,
            0 => formats.first(row.level),
            _ => formats.text,
        };
        rows.cell(at, format, text);
        if let Some((sheet, position)) = target.filter(|_| at == notice.link_column) {
            let place = Position { row: rows.count - 1, column: number(at) };
            let sheet = escaped(&sheet.replace('\'', "''"));
            link =
                format!("<hyperlink ref=\"{place}\" location=\"'{sheet}'!{position}\" display=\"{}\"/>", escaped(text));
        }
    }
    let replies = notice.columns.len();
    for at in 0..notice.replies.len() {
        rows.cell(replies + at, formats.reply, "");
    }
    rows.cell(replies + notice.replies.len(), formats.key, &row.key);
    rows.close();
    link
}

/// Rows while they are written.
struct Rows {
    text: String,
    count: u32,
}

impl Rows {
    fn open(&mut self, attributes: &str) {
        self.count += 1;
        self.text += &format!("<row r=\"{}\"{attributes}>", self.count);
    }

    /// A cell of text, or one that holds nothing. Never a formula.
    fn cell(&mut self, column: usize, format: u32, text: &str) {
        let place = Position { row: self.count.saturating_sub(1), column: number(column) };
        let text = escaped(text);
        self.text += &if text.is_empty() {
            format!("<c r=\"{place}\" s=\"{format}\"/>")
        } else {
            format!("<c r=\"{place}\" s=\"{format}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
        };
    }

    fn close(&mut self) {
        self.text += "</row>";
    }
}

fn number(column: usize) -> u32 {
    u32::try_from(column).unwrap_or(u32::MAX)
}
