//! The workbook that goes back to its sender: the sender's own, with the cells in question coloured
//! and commented, and one sheet in front that says what is wrong and leaves room for the reply.
//!
//! A workbook of the xlsx family is changed in its package, tag by tag (`scan`), so that
//! everything else stays byte for byte what the sender made: layout, formulas, pictures, macros,
//! and what this program has never heard of. Of all other formats a workbook is made anew from
//! the cells that were read. No text becomes a formula or markup, and nothing depends on a clock.

mod book;
mod boxes;
mod cells;
mod comments;
mod notice;
mod package;
mod place;
mod rebuild;
mod relations;
mod scan;
mod styles;
mod words;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::address::Position;
use crate::level::Level;
use crate::read::{FileFormat, Limits, Refusal, Workbook, read_workbook};

use book::{Book, SheetPart, unselected};
use cells::Survey;
use package::Package;
use relations::Relations;
use styles::Styles;

pub use notice::{Column, Notice, Row, Target};

/// A cell in question.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The sheet, by its place in [`Workbook::sheets`].
    pub sheet: usize,
    /// The cell.
    pub position: Position,
    /// How grave it is; the gravest mark of a cell gives the colour.
    pub level: Level,
    /// What the comment says; if blank, the cell is only coloured.
    pub comment: String,
}

/// A workbook ready to go back.
#[derive(Debug)]
pub struct SentBack {
    /// The workbook.
    pub bytes: Vec<u8>,
    /// The extension its name needs: `xlsx`, `xlsm`, `xltx`, `xltm` or `xlam`.
    pub extension: &'static str,
    /// Why it is not the sender's own, if it is not.
    pub made_anew: Option<Obstacle>,
    /// The marks, by their places, that no cell of the workbook can show: sentences of a text,
    /// sheets that are not there. The notice still lists them.
    pub unplaced: Vec<usize>,
}

/// Why the sender's own workbook cannot be marked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// It is of a format that is only read.
    #[error("a format that is only read")]
    Format(FileFormat),
    /// It is signed; any change would break the signature.
    #[error("signed")]
    Signed,
    /// It cannot be opened.
    #[error("cannot be opened: {0}")]
    Unread(Refusal),
    /// A part is not what it should be; a short ASCII detail.
    #[error("a part is broken: {0}")]
    Broken(&'static str),
    /// The marked workbook would not read like the original.
    #[error("would not read like the original")]
    Changed,
}

/// Marks the sender's own workbook or, where that is not possible, one made anew from its cells.
/// The former is read again before it is handed out, and holds exactly the cells that were read.
///
/// # Errors
/// Neither is possible: the cells do not fit a workbook.
pub fn send_back(
    original: &[u8],
    read: &Workbook,
    marks: &[Mark],
    notice: &Notice,
    limits: &Limits,
) -> Result<SentBack, Obstacle> {
    match guarded(|| mark_up(original, read, marks, notice, limits)) {
        Ok(done) => Ok(done),
        Err(obstacle) => {
            let anew = guarded(|| rebuild::rebuild(read, marks, notice, limits))?;
            Ok(SentBack { made_anew: Some(obstacle), ..anew })
        }
    }
}

/// Runs something that deals with what others wrote; a panic of a library is an obstacle.
fn guarded(work: impl FnOnce() -> Result<SentBack, Obstacle>) -> Result<SentBack, Obstacle> {
    // Nothing mutable outlives the closure, so no broken state can be observed after a panic.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Obstacle::Unread(Refusal::Panicked)))
}

/// Marks the sender's own workbook, which must be of the xlsx family. The result is read again
/// and compared with `read`: whatever went wrong, no value goes back changed.
///
/// # Errors
/// See [`Obstacle`]; nothing is marked then.
pub(crate) fn mark_up(
    original: &[u8],
    read: &Workbook,
    marks: &[Mark],
    notice: &Notice,
    limits: &Limits,
) -> Result<SentBack, Obstacle> {
    if read.format != FileFormat::Xlsx {
        return Err(Obstacle::Format(read.format));
    }
    let names: Vec<&str> = read.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let done = mark_package(original, &names, marks, notice, limits)?;
    let again = read_workbook(&done.bytes, limits).map_err(Obstacle::Unread)?;
    let theirs = again.sheets.iter().skip(1);
    let is_same = again.sheets.len() == read.sheets.len() + 1
        && theirs
            .zip(&read.sheets)
            .all(|(new, old)| (&new.name, new.hidden, &new.cells) == (&old.name, old.hidden, &old.cells));
    if is_same { Ok(done) } else { Err(Obstacle::Changed) }
}

/// Marks a package whose sheets are known by `names`.
fn mark_package(
    original: &[u8],
    names: &[&str],
    marks: &[Mark],
    notice: &Notice,
    limits: &Limits,
) -> Result<SentBack, Obstacle> {
    let mut package = Package::open(original, limits)?;
    let mut book = Book::open(&mut package)?;
    let styles_part = book.relations.by_kind("styles").map(|r| r.part.clone());
    let text = styles_part.as_ref().map_or(Ok(None), |part| package.text(part))?;
    let mut styles = Styles::open(text, book.dialect.main())?;

    let (by_sheet, unplaced) = sorted(marks, names, &book);
    for (place, sheet) in book.sheets.iter().enumerate() {
        let Some(text) = package.text(&sheet.part)? else { continue };
        let text = match unselected(&text)? {
            Some(text) => {
                package.put(&sheet.part, text.clone());
                text
            }
            None => text,
        };
        if let Some(marks) = by_sheet.get(sheet.name.as_str()) {
            let job = Job { number: place + 1, sheet, author: &notice.author, dialect: book.dialect };
            job.mark(&mut package, &mut styles, &text, marks)?;
        }
    }

    let known: Vec<Option<&str>> =
        names.iter().map(|name| book.sheets.iter().any(|s| s.name == *name).then_some(*name)).collect();
    let text = notice::sheet(notice, &mut styles, book.dialect, &known)?;
    let part = package.free_name("xl/worksheets/sheet", ".xml");
    package.put(&part, text);
    relations::set_type(&mut package, &part, &spreadsheet_type("worksheet"))?;
    let styles_part = match styles_part {
        Some(part) => part,
        None => {
            let part = package.free_name("xl/styles", ".xml");
            book.relations.add(book.dialect, "styles", &part)?;
            relations::set_type(&mut package, &part, &spreadsheet_type("styles"))?;
            part
        }
    };
    package.put(&styles_part, styles.finish()?);
    let extension = book.extension(&mut package)?;
    let name = words::sheet_name(&notice.sheet, &notice.unnamed, &book.names());
    book.save_with_first(&mut package, &name, &part)?;
    Ok(SentBack { bytes: package.finish()?, extension, made_anew: None, unplaced })
}

fn spreadsheet_type(kind: &str) -> String {
    format!("application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml")
}

/// The marks by sheet, and the places of those that no cell can show.
fn sorted<'m, 'n>(marks: &'m [Mark], names: &[&'n str], book: &Book) -> (BTreeMap<&'n str, Vec<&'m Mark>>, Vec<usize>) {
    let mut by_sheet: BTreeMap<&str, Vec<&Mark>> = BTreeMap::new();
    let mut unplaced = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        let is_there = |name: &&&str| book.sheets.iter().any(|s| s.is_worksheet && s.name == **name);
        match names.get(mark.sheet).filter(is_there) {
            Some(name) if place::is_on_grid(mark.position) => by_sheet.entry(name).or_default().push(mark),
            _ => unplaced.push(place),
        }
    }
    (by_sheet, unplaced)
}

/// The marking of one sheet.
struct Job<'a> {
    /// The place of the sheet in the workbook, from one.
    number: usize,
    sheet: &'a SheetPart,
    author: &'a str,
    dialect: relations::Dialect,
}

impl Job<'_> {
    fn mark(
        &self,
        package: &mut Package<'_>,
        styles: &mut Styles,
        text: &str,
        marks: &[&Mark],
    ) -> Result<(), Obstacle> {
        let survey = Survey::of(text)?;
        let mut levels: BTreeMap<Position, Level> = BTreeMap::new();
        let mut comments: BTreeMap<Position, String> = BTreeMap::new();
        for mark in marks {
            let position = survey.shown(mark.position);
            let level = levels.entry(position).or_insert(mark.level);
            // The gravest level is the first.
            *level = mark.level.min(*level);
            if !mark.comment.trim().is_empty() {
                let comment = comments.entry(position).or_default();
                if !comment.is_empty() {
                    comment.push('\n');
                }
                comment.push_str(&mark.comment);
            }
        }
        let drawing = if comments.is_empty() { None } else { self.comment(package, &survey, &comments)? };
        let drawing = drawing.as_deref().map(|id| (id, self.dialect));
        let marked = cells::mark(text, &survey, &levels, styles, drawing)?;
        package.put(&self.sheet.part, marked);
        Ok(())
    }

    /// Adds comments; the relation to their drawing if the sheet does not refer to it yet.
    fn comment(
        &self,
        package: &mut Package<'_>,
        survey: &Survey,
        comments: &BTreeMap<Position, String>,
    ) -> Result<Option<String>, Obstacle> {
        let mut relations = Relations::of(package, &self.sheet.part)?;
        let list_part = match relations.by_kind("comments") {
            Some(relation) => relation.part.clone(),
            None => {
                let part = package.free_name("xl/comments", ".xml");
                relations.add(self.dialect, "comments", &part)?;
                relations::set_type(package, &part, &spreadsheet_type("comments"))?;
                part
            }
        };
        let (list, new) = comments::add(package.text(&list_part)?, self.dialect, self.author, comments)?;
        package.put(&list_part, list);

        let drawing = survey.drawing.as_ref().and_then(|id| relations.by_id(id)).map(|r| r.part.clone());
        let (drawing_part, new_id) = match drawing {
            Some(part) => (part, None),
            // A reference that leads nowhere; a second one would make the sheet unreadable.
            None if survey.drawing.is_some() => return Err(Obstacle::Broken("drawing of comments")),
            None => {
                let part = package.free_name("xl/drawings/vmlDrawing", ".vml");
                let id = relations.add(self.dialect, "vmlDrawing", &part)?;
                relations::set_type(package, &part, "application/vnd.openxmlformats-officedocument.vmlDrawing")?;
                (part, Some(id))
            }
        };
        let texts = |position: &Position| comments.get(position).map(|text| (*position, text.as_str()));
        let boxes: Vec<(Position, &str)> = new.iter().filter_map(texts).collect();
        if !boxes.is_empty() {
            let drawing = boxes::add(package.text(&drawing_part)?, self.number, &boxes)?;
            package.put(&drawing_part, drawing);
        }
        relations.save(package);
        Ok(new_id)
    }
}
