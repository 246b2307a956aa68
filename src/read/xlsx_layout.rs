//! Merged ranges, hidden rows and hidden columns of an xlsx workbook, which its decoder does not give in its one pass
//! over the cells.

use super::Limits;
use super::layout::{Folded, MOST_RANGES, Merged};
use super::xml::{Attributes, Token, Tokens};
use super::zipped::{Archive, part_text};
use memchr::memmem;
use std::collections::HashMap;
use std::io::Read;

/// What a sheet's part says besides its cells.
#[derive(Default)]
pub(super) struct Layout {
    pub merged: Vec<Merged>,
    pub folded: Folded,
}

/// The layout of every sheet, by its name. What cannot be made out has none: the decoder decides what is damaged.
pub(super) fn of_workbook(archive: &mut Archive<'_>, limits: &Limits) -> HashMap<String, Layout> {
    let mut layouts = HashMap::new();
    let mut text = |name: &str| part_text(archive, name, limits.text_bytes as u64).ok().flatten();
    let (Some(workbook), Some(relations)) = (text("xl/workbook.xml"), text("xl/_rels/workbook.xml.rels")) else {
        return layouts;
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
            layouts.insert(name, Layout { merged: ranges(&bytes), folded: folded(&bytes) });
        }
    }
    layouts
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

/// The merged ranges of a sheet. They stand behind all cells, so only what follows these is read; what is there is said by
/// elements alone, because data validations, hyperlinks and conditional formats have ranges too.
fn ranges(part: &[u8]) -> Vec<Merged> {
    const CELLS_END: &[u8] = b"sheetData>";
    if memmem::rfind(part, b"mergeCell").is_none() {
        return Vec::new();
    }
    let start = memmem::rfind(part, CELLS_END).map_or(0, |at| at + CELLS_END.len());
    let Ok(tail) = std::str::from_utf8(part.get(start..).unwrap_or_default()) else { return Vec::new() };
    let mut ranges = Vec::new();
    each(tail, "mergeCell", |attributes| {
        let area = attributes.get("ref").and_then(|area| {
            let (first, last) = area.split_once(':')?;
            Some(Merged { first: position(first)?, last: position(last)? })
        });
        ranges.extend(area.filter(|area| area.first != area.last && ranges.len() < MOST_RANGES));
    });
    ranges
}

/// The rows and columns that are not shown: marked as hidden, or of no height or width.
fn folded(part: &[u8]) -> Folded {
    const SIGNS: [&[u8]; 3] = [b"hidden=", b"ht=\"0\"", b"width=\"0\""];
    let mut folded = Folded::default();
    let mut places: Vec<usize> =
        SIGNS.iter().flat_map(|sign| memmem::find_iter(part, sign).take(MOST_RANGES)).collect();
    places.sort_unstable();
    let mut last = None;
    for place in places {
        let Some(start) = part.get(..place).and_then(|before| memchr::memrchr(b'<', before)) else { continue };
        let rest = part.get(start + 1..).unwrap_or_default();
        let tag = memchr::memchr(b'>', rest).and_then(|end| std::str::from_utf8(rest.get(..end)?).ok());
        // One tag may bear several signs.
        let Some((name, attributes)) = tag.filter(|_| last != Some(start)).and_then(|tag| tag.split_once(' ')) else {
            continue;
        };
        last = Some(start);
        let attributes = Attributes::of(attributes);
        let is = |name: &str, values: &[&str]| attributes.get(name).is_some_and(|v| values.contains(&v.as_ref()));
        let number = |name: &str| attributes.get(name).and_then(|value| value.parse::<u32>().ok()?.checked_sub(1));
        let hidden = is("hidden", &["1", "true"]);
        match name.rsplit(':').next() {
            Some("row") if hidden || is("ht", &["0"]) => {
                if let Some(row) = number("r") {
                    folded.add_rows(row, row);
                }
            }
            Some("col") if hidden || is("width", &["0"]) => {
                if let (Some(first), Some(last)) = (number("min"), number("max")) {
                    folded.add_columns(first, last);
                }
            }
            _ => {}
        }
    }
    folded
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
