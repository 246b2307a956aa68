//! The styles part: what is there stays with its number; new formats come behind.

use std::collections::BTreeMap;

use crate::level::Level;

use super::Obstacle;
use super::scan::{Edits, Kind, Tag, Tags};

/// A list of the styles part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    Fonts,
    Fills,
    Borders,
    Formats,
}

impl List {
    const ALL: [Self; 4] = [Self::Fonts, Self::Fills, Self::Borders, Self::Formats];

    fn name(self) -> &'static str {
        match self {
            Self::Fonts => "fonts",
            Self::Fills => "fills",
            Self::Borders => "borders",
            Self::Formats => "cellXfs",
        }
    }

    /// The items that programs take for granted.
    fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::Fonts => &["<font/>"],
            Self::Fills => &["<fill><patternFill/></fill>", "<fill><patternFill patternType=\"gray125\"/></fill>"],
            Self::Borders => &["<border/>"],
            Self::Formats => &["<xf/>"],
        }
    }
}

/// The order that the format prescribes for what is in the part.
const ORDER: [&str; 11] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
];

/// The least that a workbook without styles needs.
const LEAST: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet></styleSheet>";

/// The styles of a workbook, and what is added to them.
pub(super) struct Styles {
    text: String,
    prefix: String,
    /// The sender's formats of cells, as written.
    formats: Vec<String>,
    counts: BTreeMap<List, u32>,
    added: BTreeMap<List, Vec<String>>,
    tinted: BTreeMap<(u32, Level), u32>,
    fills: BTreeMap<Level, u32>,
}

impl Styles {
    /// Takes apart a styles part; `namespace` is for a workbook that has none.
    ///
    /// # Errors
    /// Broken markup.
    pub(super) fn open(text: Option<String>, namespace: &str) -> Result<Self, Obstacle> {
        let text =
            text.unwrap_or_else(|| LEAST.replace("<styleSheet>", &format!("<styleSheet xmlns=\"{namespace}\">")));
        let mut counts = BTreeMap::new();
        let mut formats = Vec::new();
        let (mut list, mut format_at) = (None, 0);
        let mut prefix = String::new();
        let mut tags = Tags::new(&text);
        while let Some(tag) = tags.next()? {
            match (tag.depth, tag.kind) {
                (0, Kind::Open | Kind::Empty) => tag.prefix().clone_into(&mut prefix),
                (1, Kind::Open) => list = List::ALL.into_iter().find(|l| l.name() == tag.local()),
                (1, Kind::Close) => list = None,
                (2, kind) => {
                    let Some(list) = list else { continue };
                    if kind != Kind::Close {
                        *counts.entry(list).or_insert(0) += 1;
                        format_at = tag.span.start;
                    }
                    if list == List::Formats && kind != Kind::Open {
                        formats.push(text.get(format_at..tag.span.end).unwrap_or_default().to_owned());
                    }
                }
                _ => {}
            }
        }
        let (added, tinted, fills) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut styles = Self { text, prefix, formats, counts, added, tinted, fills };
        for list in List::ALL {
            let there = usize::try_from(styles.count(list)).unwrap_or(usize::MAX);
            for item in list.defaults().iter().skip(there) {
                styles.add(list, item);
            }
        }
        Ok(styles)
    }

    /// Adds an item, written without prefixes; its number.
    pub(super) fn add(&mut self, list: List, item: &str) -> u32 {
        let item = if self.prefix.is_empty() { item.to_owned() } else { prefixed(item, &self.prefix) };
        self.add_written(list, item)
    }

    fn add_written(&mut self, list: List, item: String) -> u32 {
        self.added.entry(list).or_default().push(item);
        let count = self.counts.entry(list).or_insert(0);
        let number = *count;
        *count += 1;
        number
    }

    /// A fill of one colour (`FFRRGGBB`); its number.
    pub(super) fn add_fill(&mut self, colour: &str) -> u32 {
        let pattern = format!(
            "<patternFill patternType=\"solid\"><fgColor rgb=\"{colour}\"/><bgColor indexed=\"64\"/></patternFill>"
        );
        self.add(List::Fills, &format!("<fill>{pattern}</fill>"))
    }

    /// The format of a cell in question: the sender's own with another fill, and nothing else changed.
    ///
    /// # Errors
    /// Broken markup.
    pub(super) fn tinted(&mut self, format: u32, level: Level) -> Result<u32, Obstacle> {
        if let Some(&known) = self.tinted.get(&(format, level)) {
            return Ok(known);
        }
        let fill = self.fill_of(level);
        let own = usize::try_from(format).ok().and_then(|place| self.formats.get(place)).cloned();
        // A number that no format has: programs show such a cell in the first one.
        let own = own.or_else(|| self.formats.first().cloned()).unwrap_or_else(|| format!("<{}xf/>", self.prefix));
        let tag = Tags::new(&own).next()?.ok_or(Obstacle::Broken("format"))?;
        let mut edits = Edits::new(&own);
        edits.set(&tag, "fillId", &fill.to_string());
        edits.set(&tag, "applyFill", "1");
        let item = edits.finish()?;
        let number = self.add_written(List::Formats, item);
        self.tinted.insert((format, level), number);
        Ok(number)
    }

    /// The fill of a level, added once.
    pub(super) fn fill_of(&mut self, level: Level) -> u32 {
        if let Some(&known) = self.fills.get(&level) {
            return known;
        }
        let fill = self.add_fill(match level {
            Level::Error => "FFFFC7CE",
            Level::Query => "FFFFEB9C",
            Level::Note => "FFDDEBF7",
        });
        self.fills.insert(level, fill);
        fill
    }

    /// The name of the font that cells have by default.
    ///
    /// # Errors
    /// Broken markup.
    pub(super) fn font_name(&self) -> Result<Option<String>, Obstacle> {
        let mut tags = Tags::new(&self.text);
        while let Some(tag) = tags.next()? {
            if tag.depth == 3 && tag.starts("name") {
                return Ok(tag.get("val").map(std::borrow::Cow::into_owned));
            }
            if tag.kind == Kind::Close && tag.local() == "font" {
                break;
            }
        }
        Ok(None)
    }

    /// The part with everything that was added.
    ///
    /// # Errors
    /// Broken markup.
    pub(super) fn finish(self) -> Result<String, Obstacle> {
        let mut edits = Edits::new(&self.text);
        let mut left = self.added.clone();
        // Where a list that is missing belongs: behind the last one that comes before it.
        let mut behind: Vec<(usize, usize)> = Vec::new();
        let mut open: Option<Tag<'_>> = None;
        let mut root = None;
        let mut tags = Tags::new(&self.text);
        while let Some(tag) = tags.next()? {
            match (tag.depth, tag.kind) {
                (0, Kind::Open | Kind::Empty) => root = Some(tag),
                (1, Kind::Open) => open = Some(tag),
                (1, Kind::Empty | Kind::Close) => {
                    let first = if tag.kind == Kind::Empty { Some(tag.clone()) } else { open.take() };
                    let Some(first) = first else { continue };
                    if let Some(order) = ORDER.iter().position(|name| *name == first.local()) {
                        behind.push((order, tag.span.end));
                    }
                    let list = List::ALL.into_iter().find(|l| l.name() == first.local());
                    if let Some((list, items)) = list.and_then(|l| Some((l, left.remove(&l)?))) {
                        if first.get("count").is_some() {
                            edits.set(&first, "count", &self.count(list).to_string());
                        }
                        edits.fill(&first, tag.span.start, &items.concat());
                    }
                }
                _ => {}
            }
        }
        let root = root.ok_or(Obstacle::Broken("empty part"))?;
        for (list, items) in left {
            let name = format!("{}{}", self.prefix, list.name());
            let order = ORDER.iter().position(|known| *known == list.name()).unwrap_or_default();
            let at = behind.iter().filter(|(other, _)| *other < order).map(|(_, end)| *end).max();
            let element = format!("<{name} count=\"{}\">{}</{name}>", self.count(list), items.concat());
            if root.kind == Kind::Empty {
                return Err(Obstacle::Broken("empty part"));
            }
            edits.insert(at.unwrap_or(root.span.end), element);
        }
        edits.finish()
    }

    fn count(&self, list: List) -> u32 {
        self.counts.get(&list).copied().unwrap_or_default()
    }
}

/// An item with a prefix at every name. Items are written in this program and hold no text.
fn prefixed(item: &str, prefix: &str) -> String {
    item.replace("</", "\u{0}").replace('<', &format!("<{prefix}")).replace('\u{0}', &format!("</{prefix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cells_own_format_is_kept_but_for_the_fill() {
        let text = r#"<styleSheet><fonts count="1"><font/></fonts><fills count="2"><fill/><fill/></fills><borders><border/></borders><cellXfs count="2"><xf/><xf numFmtId="4" fillId="0"><alignment wrapText="1"/></xf></cellXfs></styleSheet>"#;
        let mut styles = Styles::open(Some(text.to_owned()), "").unwrap();
        assert_eq!(styles.tinted(1, Level::Error).unwrap(), 2);
        assert_eq!(styles.tinted(1, Level::Error).unwrap(), 2);
        assert_eq!(styles.tinted(99, Level::Error).unwrap(), 3);
        let out = styles.finish().unwrap();
        assert!(out.contains(r#"<xf applyFill="1" numFmtId="4" fillId="2"><alignment wrapText="1"/></xf>"#), "{out}");
        assert!(out.contains(r#"<fills count="3">"#) && out.contains(r#"<cellXfs count="4">"#), "{out}");
    }

    #[test]
    fn a_workbook_without_styles_gets_them_in_order() {
        let mut styles = Styles::open(Some("<x:styleSheet><x:fills/></x:styleSheet>".to_owned()), "").unwrap();
        assert_eq!(styles.tinted(0, Level::Query).unwrap(), 1);
        let out = styles.finish().unwrap();
        let places: Vec<_> =
            ["<x:fonts ", "<x:fills>", "<x:borders ", "<x:cellXfs "].iter().map(|n| out.find(n).unwrap()).collect();
        assert!(places.is_sorted(), "{out}");
        assert!(out.contains("<x:fill><x:patternFill/></x:fill>"), "{out}");
    }
}
