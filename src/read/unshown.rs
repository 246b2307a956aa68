//! Where a part of a page that is not shown ends, in markup that need not close its tags.

use compact_str::CompactString;

/// A subtree that is not shown.
pub(super) struct Unshown {
    name: CompactString,
    depth: u32,
    /// Tables open within.
    tables: u32,
    /// Whether a table began within.
    pub(super) saw_table: bool,
    /// Whether it began within a table, whose next cell or row ends it if nothing else does.
    in_table: bool,
}

/// How a tag stands to what is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Extent {
    /// It belongs to it.
    Within,
    /// It ends it, and belongs to it.
    Last,
    /// It ends it by standing behind it.
    Before,
}

/// Whether the tag is one of the parts that a table is made of.
pub(super) fn is_part(name: &str) -> bool {
    matches!(name, "td" | "th" | "tr" | "thead" | "tbody" | "tfoot")
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

fn is_group(name: &str) -> bool {
    is_part(name) && name != "tr" && !is_cell(name)
}

impl Unshown {
    /// What begins with the start tag `name`.
    pub(super) fn new(name: &CompactString, in_table: bool) -> Self {
        let is_table = name == "table";
        Self { name: name.clone(), depth: 1, tables: u32::from(is_table), saw_table: is_table, in_table }
    }

    /// A start tag.
    pub(super) fn start(&mut self, name: &str, is_block: bool) -> Extent {
        let own = self.name.as_str();
        let ends = match own {
            "tr" => is_part(name) && !is_cell(name),
            "p" => name == "table" || is_block || (self.in_table && is_part(name)),
            _ if is_cell(own) => is_part(name),
            _ if is_group(own) => is_group(name),
            _ => self.in_table && is_part(name),
        };
        if ends && self.tables == 0 {
            return Extent::Before;
        }
        if name == "table" {
            self.tables += 1;
            self.saw_table = true;
        }
        if name == own {
            self.depth += 1;
        }
        Extent::Within
    }

    /// An end tag.
    pub(super) fn end(&mut self, name: &str) -> Extent {
        let own = self.name.as_str();
        if self.tables == 0 && self.in_table && name != own && (is_part(name) || name == "table") {
            // Within a row that is not shown its cells end; everywhere else the table around it goes on.
            let within = match own {
                "tr" => is_cell(name),
                _ => is_group(own) && !is_group(name) && name != "table",
            };
            return if within { Extent::Within } else { Extent::Before };
        }
        if name == own && (self.tables == 0 || !is_part(own)) {
            self.depth = self.depth.saturating_sub(1);
        }
        if name == "table" {
            self.tables = self.tables.saturating_sub(1);
        }
        if self.depth == 0 { Extent::Last } else { Extent::Within }
    }
}
