//! Merged ranges of an xlsx workbook, which its decoder gives only for a second pass over every cell.
//!
//! A range is one cell to whoever looks at it: what lies in the cells that it covers cannot be seen.

use super::Limits;
use super::xml::{Attributes, Token, Tokens};
use super::zipped::{Archive, part_text};
use std::collections::HashMap;
use std::io::Read;

/// A merged range: its first and its last cell, zero-based rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The cell that is seen.
    pub first: (u32, u32),
    /// The opposite corner.
    pub last: (u32, u32),
}

impl Merged {
    /// Whether a cell lies in the range.
    #[must_use]
    pub fn contains(&self, (row, column): (u32, u32)) -> bool {
        (self.first.0..=self.last.0).contains(&row) && (self.first.1..=self.last.1).contains(&column)
    }
}

/// More ranges than this are no form.
const MOST: usize = 20_000;

/// The merged ranges of every sheet, by its name. What cannot be made out has none: the decoder decides what is damaged.
pub(super) fn of_workbook(archive: &mut Archive<'_>, limits: &Limits) -> HashMap<String, Vec<Merged>> {
    let mut merged = HashMap::new();
    let mut text = |name: &str| part_text(archive, name, limits.text_bytes as u64).ok().flatten();
    let (Some(workbook), Some(relations)) = (text("xl/workbook.xml"), text("xl/_rels/workbook.xml.rels")) else {
        return merged;
    };
    let mut targets: HashMap<String, String> = HashMap::new();
    each(&relations, "Relationship", |attributes| {
        if let (Some(id), Some(target)) = (attributes.get("Id"), attributes.get("Target")) {
            let target = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id.into_owned(), target);
        }
    });
    let mut sheets: Vec<(String, String)> = Vec::new();
    each(&workbook, "sheet", |attributes| {
        let id = attributes.iter().find(|(name, _)| *name == "id" || name.ends_with(":id")).map(|(_, id)| id);
        if let (Some(name), Some(id)) = (attributes.get("name"), id)
            && let Some(target) = targets.get(id.as_ref())
        {
            sheets.push((name.into_owned(), target.clone()));
        }
    });
    for (name, part) in sheets {
        let Ok(mut part) = archive.by_name(&part) else { continue };
        let mut bytes = Vec::with_capacity(usize::try_from(part.size()).unwrap_or(0).min(1 << 20));
        if part.by_ref().take(limits.inflated_bytes).read_to_end(&mut bytes).is_ok() {
            merged.insert(name, ranges(&bytes));
        }
    }
    merged
}

/// Calls `act` with the attributes of every element of a local name.
fn each(document: &str, local: &str, mut act: impl FnMut(Attributes<'_>)) {
    let mut tokens = Tokens::new(document);
    while let Ok(Some(token)) = tokens.next() {
        if let Token::Start { name, attributes, .. } = token
            && name.rsplit(':').next() == Some(local)
        {
            act(attributes);
        }
    }
}

/// The ranges of a sheet. They stand behind all cells, so the part is searched from its end.
fn ranges(part: &[u8]) -> Vec<Merged> {
    const LIST: &[u8] = b"mergeCells";
    const ENDS: [&[u8]; 1] = [b"</sheetData>"];
    let cells_end = ENDS.iter().find_map(|end| part.windows(end.len()).rposition(|window| window == *end)).unwrap_or(0);
    let tail = part.get(cells_end..).unwrap_or_default();
    let Some(start) = tail.windows(LIST.len()).position(|window| window == LIST) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(tail.get(start..).unwrap_or_default()) else { return Vec::new() };
    let refs = text.split("ref=").skip(1).take(MOST);
    refs.filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (first, last) = rest.get(1..)?.split_once(quote)?.0.split_once(':')?;
        Some(Merged { first: position(first)?, last: position(last)? })
    })
    .filter(|merged| merged.first != merged.last)
    .collect()
}

/// `B5` as row and column from zero.
fn position(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_start_matches('$');
    let end = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, row) = text.split_at(end);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((row.trim_start_matches('$').parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}
