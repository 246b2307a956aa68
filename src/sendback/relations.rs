//! Which parts belong to a part, and of what type parts are.

use super::Obstacle;
use super::package::Package;
use super::scan::{Edits, Kind, Tags};
use super::words::escaped;

/// The two dialects of the format differ in their namespaces only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Transitional,
    Strict,
}

impl Dialect {
    /// The namespace of workbooks and sheets.
    pub(super) fn main(self) -> &'static str {
        match self {
            Self::Transitional => "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            Self::Strict => "http://purl.oclc.org/ooxml/spreadsheetml/main",
        }
    }

    /// The namespace of references to relations, and where the names of their kinds begin.
    pub(super) fn relations(self) -> &'static str {
        match self {
            Self::Transitional => "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            Self::Strict => "http://purl.oclc.org/ooxml/officeDocument/relationships",
        }
    }
}

/// One part that belongs to another.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its kind: `worksheet`, `comments`.
    pub(super) kind: String,
    /// The part, from the root of the package.
    pub(super) part: String,
}

/// The relations of one part.
pub(super) struct Relations {
    /// The part that holds them.
    path: String,
    text: String,
    items: Vec<Relation>,
    is_changed: bool,
}

const EMPTY: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>"
);

impl Relations {
    /// The relations of `part` ("" for those of the package itself); none if nothing says any.
    ///
    /// # Errors
    /// As [`Package::text`], and broken markup.
    pub(super) fn of(package: &mut Package<'_>, part: &str) -> Result<Self, Obstacle> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let path = resolve(folder, &format!("_rels/{file}.rels"));
        let text = package.text(&path)?.unwrap_or_else(|| EMPTY.to_owned());
        let mut items = Vec::new();
        let mut tags = Tags::new(&text);
        while let Some(tag) = tags.next()? {
            if !tag.starts("Relationship") {
                continue;
            }
            let is_outside = tag.get("TargetMode").is_some_and(|mode| mode == "External");
            if let (Some(id), Some(kind), Some(target), false) =
                (tag.get("Id"), tag.get("Type"), tag.get("Target"), is_outside)
            {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                items.push(Relation { id: id.into_owned(), kind, part: resolve(folder, &target) });
            } else if let Some(id) = tag.get("Id") {
                // Without a part, but its id is taken.
                items.push(Relation { id: id.into_owned(), kind: String::new(), part: String::new() });
            }
        }
        Ok(Self { path, text, items, is_changed: false })
    }

    /// The relation of this id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Relation> {
        self.items.iter().find(|r| r.id == id)
    }

    /// The first relation of a kind.
    pub(super) fn by_kind(&self, kind: &str) -> Option<&Relation> {
        self.items.iter().find(|r| r.kind == kind)
    }

    /// Adds a relation to `part`; its new id.
    ///
    /// # Errors
    /// Relations without an element around them.
    pub(super) fn add(&mut self, dialect: Dialect, kind: &str, part: &str) -> Result<String, Obstacle> {
        let is_taken = |id: &str| self.items.iter().any(|r| r.id.eq_ignore_ascii_case(id));
        let mut number = self.items.len() + 1;
        while is_taken(&format!("rId{number}")) {
            number += 1;
        }
        let id = format!("rId{number}");
        let (prefix, base) = (root_prefix(&self.text)?, dialect.relations());
        let new = format!("<{prefix}Relationship Id=\"{id}\" Type=\"{base}/{kind}\" Target=\"/{}\"/>", escaped(part));
        self.text = append_to_root(&self.text, &new)?;
        self.items.push(Relation { id: id.clone(), kind: kind.to_owned(), part: part.to_owned() });
        self.is_changed = true;
        Ok(id)
    }

    /// Writes them down if there is anything new.
    pub(super) fn save(self, package: &mut Package<'_>) {
        if self.is_changed {
            package.put(&self.path, self.text);
        }
    }
}

const TYPES: &str = "[Content_Types].xml";

/// Of what type a part is, if that is said of it alone.
///
/// # Errors
/// A package without types of parts.
pub(super) fn type_of(package: &mut Package<'_>, part: &str) -> Result<Option<String>, Obstacle> {
    let text = package.required(TYPES)?;
    let mut tags = Tags::new(&text);
    while let Some(tag) = tags.next()? {
        if tag.starts("Override") && tag.get("PartName").is_some_and(|name| names(&name, part)) {
            return Ok(tag.get("ContentType").map(std::borrow::Cow::into_owned));
        }
    }
    Ok(None)
}

fn names(name: &str, part: &str) -> bool {
    name.trim_start_matches('/').eq_ignore_ascii_case(part)
}

/// Says of what type a part is.
///
/// # Errors
/// A package without types of parts.
pub(super) fn set_type(package: &mut Package<'_>, part: &str, content_type: &str) -> Result<(), Obstacle> {
    let text = package.required(TYPES)?;
    let mut tags = Tags::new(&text);
    while let Some(tag) = tags.next()? {
        // A leftover of a part that is gone: two types for one name make a package unreadable.
        if tag.starts("Override") && tag.get("PartName").is_some_and(|name| names(&name, part)) {
            let mut edits = Edits::new(&text);
            edits.set(&tag, "ContentType", content_type);
            let changed = edits.finish()?;
            package.put(TYPES, changed);
            return Ok(());
        }
    }
    let prefix = root_prefix(&text)?;
    let new = format!("<{prefix}Override PartName=\"/{}\" ContentType=\"{content_type}\"/>", escaped(part));
    let changed = append_to_root(&text, &new)?;
    package.put(TYPES, changed);
    Ok(())
}

fn root_prefix(text: &str) -> Result<String, Obstacle> {
    let root = Tags::new(text).next()?.ok_or(Obstacle::Broken("empty part"))?;
    Ok(root.prefix().to_owned())
}

/// The text with `children` at the end of its outermost element.
fn append_to_root(text: &str, children: &str) -> Result<String, Obstacle> {
    let mut tags = Tags::new(text);
    let root = tags.next()?.ok_or(Obstacle::Broken("empty part"))?;
    let mut close = root.span.end;
    while let Some(tag) = tags.next()? {
        if tag.kind == Kind::Close && tag.depth == 0 {
            close = tag.span.start;
            break;
        }
    }
    let mut edits = Edits::new(text);
    edits.fill(&root, close, children);
    edits.finish()
}

/// A target as written in `folder`, from the root of the package.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_from_their_folder() {
        assert_eq!(resolve("xl/worksheets", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(resolve("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("", "xl\\workbook.xml"), "xl/workbook.xml");
        assert_eq!(resolve("xl", "../../../a.xml"), "a.xml");
    }

    #[test]
    fn children_go_to_the_end_of_the_root() {
        assert_eq!(append_to_root("<a><b></b></a>\n", "<c/>").unwrap(), "<a><b></b><c/></a>\n");
        assert_eq!(append_to_root("<a x=''/>", "<c/>").unwrap(), "<a x=''><c/></a>");
    }
}
