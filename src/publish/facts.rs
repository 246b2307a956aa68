//! facts.csv: one row per number read, with its address.
//!
//! By far the largest file: rows are made in parallel, portion by portion, from parts that are escaped once per return or
//! per slot.

use super::csv_text::push_text;
use super::folder::FolderFile;
use super::{Edition, Folder, PublishError};
use crate::address::push_number;
use crate::consolidate::counts;
use crate::form::Rulebook;
use crate::returns::{Fact, Return};
use rayon::prelude::*;
use std::io::Write;

/// The file's name.
pub(super) const NAME: &str = "facts.csv";

const CSV_HEAD: &str = "year,agency_id,agency,form,table,indicator,dimension,value,meaning,raw,file,sheet,cell,\
                        is_formula,counted,unit,rewrites,low,high\r\n";
/// Returns whose rows are made by one task.
const TASK: usize = 32;
/// Returns whose rows are held in memory at a time.
const PORTION: usize = 256;

/// Writes the file as far as it is to be written; the caller closes it. Uses the workers of the pool that it is called on.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(edition: &Edition<'_>, returns: &[&Return], folder: &Folder) -> Result<FolderFile, PublishError> {
    let mut file = folder.create(NAME)?;
    let slots = slot_parts(edition);
    let failed = |error: std::io::Error| folder.failure(NAME, error);
    if edition.bom {
        file.write_all(b"\xEF\xBB\xBF").map_err(failed)?;
    }
    file.write_all(CSV_HEAD.as_bytes()).map_err(failed)?;
    for portion in returns.chunks(PORTION) {
        let parts: Vec<Vec<u8>> = portion.par_chunks(TASK).map(|task| rows(edition, task, &slots)).collect();
        for part in parts {
            file.write_all(&part).map_err(failed)?;
        }
    }
    Ok(file)
}

/// What every row of a slot says, escaped once.
struct SlotParts {
    /// `table,indicator,dimension,`
    codes: Vec<u8>,
    /// `unit,`
    unit: Vec<u8>,
}

fn slot_parts(edition: &Edition<'_>) -> Vec<SlotParts> {
    let book = edition.renderer.book;
    let fields = |texts: &[&str]| {
        let mut part = Vec::new();
        for text in texts {
            push_text(&mut part, text);
            part.push(b',');
        }
        part
    };
    book.slots
        .iter()
        .map(|slot| SlotParts {
            codes: fields(&[&book.table(slot.table).code, &slot.indicator, &slot.dimension]),
            unit: fields(&[&slot.unit]),
        })
        .collect()
}

fn rows(edition: &Edition<'_>, returns: &[&Return], slots: &[SlotParts]) -> Vec<u8> {
    let renderer = edition.renderer;
    let mut bytes = Vec::with_capacity(returns.iter().map(|one| one.facts.len()).sum::<usize>() * 176);
    for one in returns {
        let mut front = Vec::new();
        push_number(&mut front, u64::from(one.year));
        front.push(b',');
        for text in [renderer.agency_id(&one.agency), renderer.agency(&one.agency), &renderer.book.form(one.form).code]
        {
            push_text(&mut front, text);
            front.push(b',');
        }
        let mut sheet_part: (Option<u16>, Vec<u8>) = (None, Vec::new());
        for fact in &one.facts {
            bytes.extend_from_slice(&front);
            let parts = fact.item.as_slot().and_then(|slot| slots.get(usize::from(slot.0)));
            let open = fact.item.as_open().and_then(|place| one.open.get(place));
            match parts {
                Some(parts) => bytes.extend_from_slice(&parts.codes),
                None => push_open(&mut bytes, open, renderer),
            }
            push_value(&mut bytes, fact);
            if sheet_part.0 != Some(fact.place.sheet) {
                let mut part = Vec::new();
                push_text(&mut part, renderer.file(one.file));
                part.push(b',');
                push_text(&mut part, renderer.sheet(one.file, fact.place.sheet));
                part.push(b',');
                sheet_part = (Some(fact.place.sheet), part);
            }
            bytes.extend_from_slice(&sheet_part.1);
            fact.place.position.push_to(&mut bytes);
            bytes.extend_from_slice(if fact.is_formula { b",true," } else { b",false," });
            bytes.extend_from_slice(if is_counted(one, fact, renderer.book) { b"true," } else { b"false," });
            match parts {
                Some(parts) => bytes.extend_from_slice(&parts.unit),
                None => {
                    push_text(&mut bytes, open.map_or("", |open| &open.unit));
                    bytes.push(b',');
                }
            }
            if !fact.rewrites.is_empty() {
                push_text(&mut bytes, &fact.rewrites.to_string());
            }
            match fact.bounds() {
                Some((low, high)) => bytes.extend_from_slice(format!(",{low},{high}\r\n").as_bytes()),
                None => bytes.extend_from_slice(b",,\r\n"),
            }
        }
    }
    bytes
}

fn push_open(
    bytes: &mut Vec<u8>,
    open: Option<&crate::returns::OpenCategory>,
    renderer: &crate::message::Renderer<'_>,
) {
    let Some(open) = open else {
        bytes.extend_from_slice(b",,,");
        return;
    };
    push_text(bytes, &renderer.book.table(open.table).code);
    bytes.push(b',');
    push_text(bytes, &crate::consolidate::open_code(&open.label));
    bytes.extend_from_slice(b",,");
}

/// The value as printed; nothing where there is none.
pub(super) fn push_number_of(bytes: &mut Vec<u8>, fact: &Fact) {
    match fact.ten_thousandths() {
        Some(value) if value >= 0 && value % 10_000 == 0 => push_number(bytes, value.unsigned_abs() / 10_000),
        _ => {
            if let Some(value) = fact.value() {
                bytes.extend_from_slice(value.to_string().as_bytes());
            }
        }
    }
}

/// `value,meaning,raw,`
fn push_value(bytes: &mut Vec<u8>, fact: &Fact) {
    let start = bytes.len();
    push_number_of(bytes, fact);
    let end = bytes.len();
    bytes.push(b',');
    bytes.extend_from_slice(fact.meaning.as_str().as_bytes());
    bytes.push(b',');
    match fact.odd_raw() {
        Some(raw) => push_text(bytes, raw),
        None => bytes.extend_from_within(start..end),
    }
    bytes.push(b',');
}

fn is_counted(one: &Return, fact: &Fact, book: &Rulebook) -> bool {
    let table = match (fact.item.as_slot(), fact.item.as_open()) {
        (Some(slot), _) => Some(book.slot(slot).table),
        (None, place) => place.and_then(|place| one.open.get(place)).map(|open| open.table),
    };
    table.is_some_and(|table| counts(one, table))
}
