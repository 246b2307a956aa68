//! The part of one sheet: other styles at the cells in question, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Position;
use crate::level::Level;

use super::Obstacle;
use super::place::{self, Area};
use super::relations::Dialect;
use super::scan::{Edits, Kind, Tag, Tags};
use super::styles::Styles;

/// Merged areas looked at; more are no sheet that a person made.
const MOST_AREAS: usize = 65_536;

/// What stands in a sheet, by the order that the format prescribes, up to the drawing of its comments.
const BEFORE_COMMENTS: [&str; 29] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "drawing",
];

/// What has to be known of a sheet before it is changed.
pub(super) struct Survey {
    /// Its merged areas.
    areas: Vec<Area>,
    /// Styles of whole columns: first, last, style.
    columns: Vec<(u32, u32, u32)>,
    /// The relation to the drawing of the comments that it has.
    pub(super) drawing: Option<String>,
    /// Where the reference to such a drawing belongs.
    drawing_at: usize,
    prefix: String,
}

impl Survey {
    /// Looks at a sheet.
    ///
    /// # Errors
    /// Broken markup, or no sheet.
    pub(super) fn of(text: &str) -> Result<Self, Obstacle> {
        let mut survey =
            Self { areas: Vec::new(), columns: Vec::new(), drawing: None, drawing_at: 0, prefix: String::new() };
        let mut tags = Tags::new(text);
        while let Some(tag) = tags.next()? {
            match (tag.depth, tag.kind) {
                (0, Kind::Open) => {
                    tag.prefix().clone_into(&mut survey.prefix);
                    survey.drawing_at = tag.span.end;
                }
                (1, Kind::Empty | Kind::Close) if BEFORE_COMMENTS.contains(&tag.local()) => {
                    survey.drawing_at = tag.span.end;
                }
                (1, Kind::Open | Kind::Empty) if tag.local() == "legacyDrawing" => {
                    survey.drawing = tag.get_prefixed("id").map(std::borrow::Cow::into_owned);
                }
                (2, Kind::Open | Kind::Empty) if tag.local() == "mergeCell" && survey.areas.len() < MOST_AREAS => {
                    survey.areas.extend(tag.get("ref").and_then(|area| Area::read(&area)));
                }
                (2, Kind::Open | Kind::Empty) if tag.local() == "col" => {
                    let number = |name| tag.get(name).and_then(|n| n.trim().parse::<u32>().ok());
                    if let (Some(first), Some(last), Some(style)) = (number("min"), number("max"), number("style")) {
                        survey.columns.push((first, last, style));
                    }
                }
                _ => {}
            }
        }
        if survey.drawing_at == 0 {
            return Err(Obstacle::Broken("no sheet"));
        }
        Ok(survey)
    }

    /// The cell that a person sees at a position: of a merged area its first.
    pub(super) fn shown(&self, position: Position) -> Position {
        self.areas.iter().find(|area| area.contains(position)).map_or(position, Area::first)
    }

    fn style_of_column(&self, column: u32) -> Option<u32> {
        let number = column + 1;
        self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&number)).map(|(_, _, style)| *style)
    }
}

/// Colours cells, and refers to the drawing of the comments if there was none.
///
/// # Errors
/// Broken markup.
pub(super) fn mark(
    text: &str,
    survey: &Survey,
    levels: &BTreeMap<Position, Level>,
    styles: &mut Styles,
    new_drawing: Option<(&str, Dialect)>,
) -> Result<String, Obstacle> {
    let (missing, rows) = missing(text, levels)?;
    let mut marker = Marker { survey, levels, missing, rows, styles, edits: Edits::new(text), waiting: Vec::new() };
    let mut counter = Counter::default();
    let mut tags = Tags::new(text);
    let (mut data, mut data_end): (Option<Tag<'_>>, usize) = (None, 0);
    while let Some(tag) = tags.next()? {
        match (tag.depth, tag.local(), tag.kind) {
            (1, "sheetData", Kind::Close) => {
                data_end = tag.span.start;
                break;
            }
            (1, "sheetData", _) => {
                let is_empty = tag.kind == Kind::Empty;
                data = Some(tag);
                if is_empty {
                    break;
                }
            }
            (2, "row", Kind::Close) => marker.place_cells(u32::MAX, tag.span.start),
            (2, "row", _) if data.is_some() => {
                let number = counter.row(&tag);
                marker.start_row(tag, number)?;
            }
            (3, "c", Kind::Open | Kind::Empty) if data.is_some() => {
                let position = counter.cell(&tag);
                marker.cell(&tag, position)?;
            }
            _ => {}
        }
    }
    let data = data.ok_or(Obstacle::Broken("no cells"))?;
    marker.finish(&data, data_end, new_drawing)
}

/// Cells to be made, by row: column and level, in order.
type Missing = BTreeMap<u32, Vec<(u32, Level)>>;

/// The marked cells that the sheet does not hold, and which of their rows it does hold.
fn missing(text: &str, levels: &BTreeMap<Position, Level>) -> Result<(Missing, BTreeSet<u32>), Obstacle> {
    let marked: BTreeSet<u32> = levels.keys().map(|position| position.row).collect();
    let (mut there, mut rows) = (BTreeSet::new(), BTreeSet::new());
    let mut counter = Counter::default();
    let mut tags = Tags::new(text);
    while let Some(tag) = tags.next()? {
        if tag.depth == 2 && tag.starts("row") {
            rows.extend(marked.get(&counter.row(&tag)));
        } else if tag.depth == 3 && tag.starts("c") {
            let position = counter.cell(&tag);
            if levels.contains_key(&position) {
                there.insert(position);
            }
        }
    }
    let mut missing = Missing::new();
    for (position, level) in levels.iter().filter(|(position, _)| !there.contains(position)) {
        missing.entry(position.row).or_default().push((position.column, *level));
    }
    Ok((missing, rows))
}

/// Where rows and cells are that do not say it: behind the last one.
#[derive(Default)]
struct Counter {
    next_row: u32,
    next_column: u32,
}

impl Counter {
    fn row(&mut self, tag: &Tag<'_>) -> u32 {
        let said = tag.get("r").and_then(|r| r.trim().parse::<u32>().ok()?.checked_sub(1));
        let row = said.unwrap_or(self.next_row);
        self.next_row = row.saturating_add(1);
        self.next_column = 0;
        row
    }

    fn cell(&mut self, tag: &Tag<'_>) -> Position {
        let said = tag.get("r").and_then(|r| place::cell(r.trim()));
        let row = self.next_row.saturating_sub(1);
        let position = said.unwrap_or(Position { row, column: self.next_column });
        self.next_column = position.column.saturating_add(1);
        position
    }
}

/// A sheet while it is changed.
struct Marker<'a, 's> {
    survey: &'a Survey,
    levels: &'a BTreeMap<Position, Level>,
    /// Cells still to be made.
    missing: Missing,
    /// The rows of those that the sheet holds.
    rows: BTreeSet<u32>,
    styles: &'s mut Styles,
    edits: Edits<'a>,
    /// The made cells of the row that is being passed which are still to be put, by column.
    waiting: Vec<(u32, String)>,
}

impl<'a> Marker<'a, '_> {
    fn start_row(&mut self, tag: Tag<'a>, row: u32) -> Result<(), Obstacle> {
        self.make_rows(row, tag.span.start)?;
        let wanted = self.missing.remove(&row).unwrap_or_default();
        let own_style = tag
            .get("s")
            .filter(|_| tag.get("customFormat").is_some_and(|on| matches!(on.trim(), "1" | "true")))
            .and_then(|s| s.trim().parse().ok());
        let cells = self.make_cells(row, &wanted, own_style)?;
        self.widen(&tag, &wanted);
        if tag.kind == Kind::Empty {
            if !cells.is_empty() {
                let cells: String = cells.into_iter().map(|(_, cell)| cell).collect();
                self.edits.fill(&tag, 0, &cells);
            }
        } else {
            self.waiting = cells;
        }
        Ok(())
    }

    /// Makes the rows before `row` that the sheet does not hold.
    fn make_rows(&mut self, row: u32, at: usize) -> Result<(), Obstacle> {
        // A row that comes later although its number is lower gets its cells there.
        let before: Vec<u32> =
            self.missing.range(..row).map(|(row, _)| *row).filter(|row| !self.rows.contains(row)).collect();
        for row in before {
            let new = self.make_row(row)?;
            self.edits.insert(at, new);
        }
        Ok(())
    }

    fn make_row(&mut self, row: u32) -> Result<String, Obstacle> {
        let wanted = self.missing.remove(&row).unwrap_or_default();
        let cells: String = self.make_cells(row, &wanted, None)?.into_iter().map(|(_, cell)| cell).collect();
        let prefix = &self.survey.prefix;
        Ok(format!("<{prefix}row r=\"{}\">{cells}</{prefix}row>", row + 1))
    }

    /// Cells that hold nothing, in the format that the sheet shows at their places, by column.
    fn make_cells(
        &mut self,
        row: u32,
        wanted: &[(u32, Level)],
        row_style: Option<u32>,
    ) -> Result<Vec<(u32, String)>, Obstacle> {
        let mut cells = Vec::with_capacity(wanted.len());
        for &(column, level) in wanted {
            let own = row_style.or_else(|| self.survey.style_of_column(column)).unwrap_or(0);
            let style = self.styles.tinted(own, level)?;
            let prefix = &self.survey.prefix;
            let place = Position { row, column };
            cells.push((column, format!("<{prefix}c r=\"{place}\" s=\"{style}\"/>")));
        }
        Ok(cells)
    }

    /// Keeps a row's statement of its columns true.
    fn widen(&mut self, tag: &Tag<'_>, wanted: &[(u32, Level)]) {
        let Some(spans) = tag.get("spans") else { return };
        let mut ends = spans.trim().split(':').map(|n| n.parse::<u32>());
        let (Some(Ok(first)), Some(Ok(last)), None) = (ends.next(), ends.next(), ends.next()) else { return };
        let columns = || wanted.iter().map(|(column, _)| column + 1);
        let wider = (columns().chain([first]).min().unwrap_or(first), columns().chain([last]).max().unwrap_or(last));
        if wider != (first, last) {
            self.edits.set(tag, "spans", &format!("{}:{}", wider.0, wider.1));
        }
    }

    fn cell(&mut self, tag: &Tag<'a>, position: Position) -> Result<(), Obstacle> {
        self.place_cells(position.column, tag.span.start);
        if let Some(&level) = self.levels.get(&position) {
            let own = tag.get("s").and_then(|s| s.trim().parse().ok()).unwrap_or(0);
            let style = self.styles.tinted(own, level)?;
            self.edits.set(tag, "s", &style.to_string());
        }
        Ok(())
    }

    /// Puts the cells of this row that come before `column`.
    fn place_cells(&mut self, column: u32, at: usize) {
        let behind = self.waiting.iter().position(|(other, _)| *other >= column).unwrap_or(self.waiting.len());
        for (_, cell) in self.waiting.drain(..behind) {
            self.edits.insert(at, cell);
        }
    }

    fn finish(
        mut self,
        data: &Tag<'_>,
        data_end: usize,
        new_drawing: Option<(&str, Dialect)>,
    ) -> Result<String, Obstacle> {
        let mut rows = String::new();
        while let Some((&row, _)) = self.missing.first_key_value() {
            rows += &self.make_row(row)?;
        }
        if !rows.is_empty() {
            self.edits.fill(data, data_end, &rows);
        }
        if let Some((id, dialect)) = new_drawing {
            let namespace = dialect.relations();
            let prefix = &self.survey.prefix;
            let reference = format!("<{prefix}legacyDrawing r:id=\"{id}\" xmlns:r=\"{namespace}\"/>");
            self.edits.insert(self.survey.drawing_at, reference);
        }
        self.edits.finish()
    }
}
