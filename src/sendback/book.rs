//! The workbook part: which sheets there are, and one more in front of them.

use super::Obstacle;
use super::package::Package;
use super::relations::{Dialect, Relations, type_of};
use super::scan::{Edits, Kind, Tag, Tags};
use super::words::escaped;

/// The workbook part and its relations.
pub(super) struct Book {
    path: String,
    text: String,
    pub(super) dialect: Dialect,
    pub(super) relations: Relations,
    pub(super) sheets: Vec<SheetPart>,
    ids: Vec<u32>,
}

/// A sheet of the workbook, of whatever kind.
#[derive(Clone, Debug)]
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) part: String,
    /// Whether it has cells.
    pub(super) is_worksheet: bool,
}

impl Book {
    /// Finds the workbook in a package.
    ///
    /// # Errors
    /// A package without workbook or sheets, signed packages, broken markup.
    pub(super) fn open(package: &mut Package<'_>) -> Result<Self, Obstacle> {
        let root = Relations::of(package, "")?;
        // `digital-signature/origin`, wherever the signatures themselves stand.
        if root.by_kind("origin").is_some() {
            return Err(Obstacle::Signed);
        }
        let path = root.by_kind("officeDocument").map_or_else(|| "xl/workbook.xml".to_owned(), |r| r.part.clone());
        let text = package.required(&path)?;
        let relations = Relations::of(package, &path)?;
        let mut book = Self {
            path,
            text: String::new(),
            dialect: Dialect::Transitional,
            relations,
            sheets: Vec::new(),
            ids: Vec::new(),
        };
        let mut tags = Tags::new(&text);
        while let Some(tag) = tags.next()? {
            if tag.depth == 0 && tag.mentions(Dialect::Strict.main()) {
                book.dialect = Dialect::Strict;
            }
            if tag.depth == 2 && tag.starts("sheet") {
                book.take_sheet(&tag);
            }
        }
        book.text = text;
        Ok(book)
    }

    fn take_sheet(&mut self, tag: &Tag<'_>) {
        if let Some(id) = tag.get("sheetId").and_then(|id| id.trim().parse().ok()) {
            self.ids.push(id);
        }
        let relation = tag.get_prefixed("id").and_then(|id| self.relations.by_id(&id));
        if let (Some(name), Some(relation)) = (tag.get("name"), relation) {
            self.sheets.push(SheetPart {
                name: name.into_owned(),
                part: relation.part.clone(),
                is_worksheet: relation.kind == "worksheet",
            });
        }
    }

    /// The names of all sheets.
    pub(super) fn names(&self) -> Vec<String> {
        self.sheets.iter().map(|s| s.name.clone()).collect()
    }

    /// The extension that the workbook's type asks for.
    ///
    /// # Errors
    /// A package without types of parts.
    pub(super) fn extension(&self, package: &mut Package<'_>) -> Result<&'static str, Obstacle> {
        let kind = type_of(package, &self.path)?.unwrap_or_default();
        Ok(match (kind.contains("macroEnabled"), kind.contains(".template"), kind.contains(".addin")) {
            (true, true, _) => "xltm",
            (true, _, true) => "xlam",
            (true, false, false) => "xlsm",
            (false, true, _) => "xltx",
            (false, false, _) => "xlsx",
        })
    }

    /// Puts a sheet before all others and opens the workbook there, then writes the part down.
    ///
    /// # Errors
    /// A workbook without sheets.
    pub(super) fn save_with_first(mut self, package: &mut Package<'_>, name: &str, part: &str) -> Result<(), Obstacle> {
        let relation = self.relations.add(self.dialect, "worksheet", part)?;
        let text = std::mem::take(&mut self.text);
        let mut edits = Edits::new(&text);
        let (mut has_views, mut is_placed) = (false, false);
        let mut tags = Tags::new(&text);
        while let Some(tag) = tags.next()? {
            if tag.kind == Kind::Close {
                continue;
            }
            match (tag.depth, tag.local()) {
                (2, "workbookView") => {
                    has_views = true;
                    edits.set(&tag, "firstSheet", "0");
                    edits.set(&tag, "activeTab", "0");
                }
                (1, "sheets") if !is_placed && tag.kind == Kind::Open => {
                    is_placed = true;
                    let prefix = tag.prefix();
                    if !has_views {
                        let view = format!("<{prefix}bookViews><{prefix}workbookView/></{prefix}bookViews>");
                        edits.insert(tag.span.start, view);
                    }
                    edits.insert(tag.span.end, self.entry(prefix, name, &relation));
                }
                // Names of one sheet say which by its place among the sheets.
                (2, "definedName") => {
                    if let Some(place) = tag.get("localSheetId").and_then(|place| place.trim().parse::<u32>().ok()) {
                        edits.set(&tag, "localSheetId", &place.saturating_add(1).to_string());
                    }
                }
                _ => {}
            }
        }
        if !is_placed {
            return Err(Obstacle::Broken("no sheets"));
        }
        package.put(&self.path, edits.finish()?);
        self.relations.save(package);
        Ok(())
    }

    fn entry(&self, prefix: &str, name: &str, relation: &str) -> String {
        format!(
            "<{prefix}sheet name=\"{}\" sheetId=\"{}\" r:id=\"{relation}\" xmlns:r=\"{}\"/>",
            escaped(name),
            self.free_id(),
            self.dialect.relations()
        )
    }

    /// An id that no sheet has: one more than the greatest, within what programs accept.
    fn free_id(&self) -> u32 {
        const GREATEST: u32 = 65_534;
        let next = self.ids.iter().max().map_or(1, |id| id.saturating_add(1));
        if next <= GREATEST {
            return next;
        }
        (1..=GREATEST).find(|id| !self.ids.contains(id)).unwrap_or(GREATEST)
    }
}

/// The text of a sheet without its being selected: two selected sheets would be edited together.
/// None if it is not.
///
/// # Errors
/// Broken markup.
pub(super) fn unselected(text: &str) -> Result<Option<String>, Obstacle> {
    let mut edits = Edits::new(text);
    let mut is_selected = false;
    let mut tags = Tags::new(text);
    while let Some(tag) = tags.next()? {
        if tag.starts("sheetData") {
            break;
        }
        if tag.starts("sheetView") && tag.get("tabSelected").is_some_and(|on| !matches!(on.trim(), "0" | "false")) {
            edits.set(&tag, "tabSelected", "0");
            is_selected = true;
        }
    }
    if is_selected { edits.finish().map(Some) } else { Ok(None) }
}
