//! facts.csv and facts.parquet: one row per number read, with its address.
//!
//! The largest files by far: rows are made in parallel, portion by portion, from parts that are escaped once per
//! return or per slot.

use super::csv_text::push_text;
use super::folder::FolderFile;
use super::{Edition, Folder, PublishError};
use crate::address::push_number;
use crate::consolidate::counts;
use crate::form::{Rulebook, TableId};
use crate::returns::{Fact, Return};
use crate::value::Amount;
use polars::prelude::*;
use rayon::prelude::*;
use std::io::Write;

const CSV_HEAD: &str = "year,agency_id,agency,form,table,indicator,dimension,value,meaning,raw,file,sheet,cell,\
                        is_formula,counted,unit,rewrites,low,high\r\n";
/// Returns whose rows are made by one task.
const TASK: usize = 32;
/// Returns whose rows are held in memory at a time.
const PORTION: usize = 256;

/// Writes both files.
///
/// # Errors
/// When one cannot be written.
pub fn write(edition: &Edition<'_>, folder: &mut Folder) -> Result<(), PublishError> {
    let returns = edition.returns();
    let slots = slot_parts(edition);
    let made = &*folder;
    let (csv, parquet) =
        rayon::join(|| write_csv(edition, &returns, &slots, made), || write_parquet(edition, &returns, made));
    folder.close("facts.csv", csv?)?;
    folder.close("facts.parquet", parquet?)
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

fn write_csv(
    edition: &Edition<'_>,
    returns: &[&Return],
    slots: &[SlotParts],
    folder: &Folder,
) -> Result<FolderFile, PublishError> {
    let name = "facts.csv";
    let mut file = folder.create(name)?;
    let failed = |folder: &Folder, error: std::io::Error| folder.failure(name, error);
    if edition.bom {
        file.write_all(b"\xEF\xBB\xBF").map_err(|error| failed(folder, error))?;
    }
    file.write_all(CSV_HEAD.as_bytes()).map_err(|error| failed(folder, error))?;
    for portion in returns.chunks(PORTION) {
        let parts: Vec<Vec<u8>> = portion.par_chunks(TASK).map(|task| rows(edition, task, slots)).collect();
        for part in parts {
            file.write_all(&part).map_err(|error| failed(folder, error))?;
        }
    }
    Ok(file)
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
    push_text(bytes, &super::summary::open_code(&open.label));
    bytes.extend_from_slice(b",,");
}

/// The value as printed; nothing where there is none.
fn push_number_of(bytes: &mut Vec<u8>, fact: &Fact) {
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

// ------------------------------------------------------------------------------------------------ parquet

fn write_parquet(edition: &Edition<'_>, returns: &[&Return], folder: &Folder) -> Result<FolderFile, PublishError> {
    let name = "facts.parquet";
    let file = folder.create(name)?;
    let failed = |folder: &Folder, error: PolarsError| folder.failure(name, error);
    let schema = frame(edition, &[]).map_err(|error| failed(folder, error))?.schema().as_ref().clone();
    // An early error leaves the file unfinished in a folder that is thrown away.
    let shared = SharedFile::new(file);
    let mut writer = ParquetWriter::new(shared.clone())
        .with_compression(ParquetCompression::Snappy)
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(true)
        .batched(&schema)
        .map_err(|error| failed(folder, error))?;
    for portion in returns.chunks(PORTION) {
        let frame = frame(edition, portion).map_err(|error| failed(folder, error))?;
        writer.write_batch(&frame).map_err(|error| failed(folder, error))?;
    }
    writer.finish().map_err(|error| failed(folder, error))?;
    drop(writer);
    shared.into_inner().ok_or_else(|| folder.failure(name, "the file is still in use"))
}

/// The parquet writer keeps its file: this handle lets it be closed and hashed afterwards.
#[derive(Clone)]
struct SharedFile(std::sync::Arc<std::sync::Mutex<FolderFile>>);

impl SharedFile {
    fn new(file: FolderFile) -> Self {
        SharedFile(std::sync::Arc::new(std::sync::Mutex::new(file)))
    }

    fn into_inner(self) -> Option<FolderFile> {
        std::sync::Arc::into_inner(self.0)?.into_inner().ok()
    }

    fn with<T>(&self, act: impl FnOnce(&mut FolderFile) -> std::io::Result<T>) -> std::io::Result<T> {
        let mut file = self.0.lock().map_err(|_| std::io::Error::other("a writer panicked"))?;
        act(&mut file)
    }
}

impl Write for SharedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.with(Write::flush)
    }
}

/// The facts of some returns as a frame, without a copy of the texts that repeat.
fn frame(edition: &Edition<'_>, returns: &[&Return]) -> PolarsResult<DataFrame> {
    let renderer = edition.renderer;
    let book = renderer.book;
    let open_codes: Vec<Vec<String>> = returns
        .iter()
        .map(|one| one.open.iter().map(|open| super::summary::open_code(&open.label)).collect())
        .collect();
    let rows: Vec<Row<'_>> = returns
        .iter()
        .zip(&open_codes)
        .flat_map(|(one, codes)| one.facts.iter().map(move |fact| Row::new(one, fact, codes, book)))
        .collect();
    let written = |name: &str, write: &dyn Fn(&Row<'_>, &mut Vec<u8>)| -> Column {
        let mut builder = StringChunkedBuilder::new(name.into(), rows.len());
        let mut buffer = Vec::with_capacity(32);
        for row in &rows {
            buffer.clear();
            write(row, &mut buffer);
            builder.append_value(std::str::from_utf8(&buffer).unwrap_or_default());
        }
        builder.finish().into_column()
    };
    let years: Vec<i32> = rows.iter().map(|row| i32::from(row.one.year)).collect();
    let values = rows.iter().map(|row| row.fact.ten_thousandths().map(i128::from));
    let values = Int128Chunked::from_iter_options("value".into(), values).into_decimal(38, 4)?;
    let bound = |name: &str, side: &dyn Fn((Amount, Amount)) -> Amount| -> PolarsResult<Column> {
        let bounds = rows.iter().map(|row| row.fact.bounds().map(|bounds| side(bounds).ten_thousandths()));
        Ok(Int128Chunked::from_iter_options(name.into(), bounds).into_decimal(38, 4)?.into_series().into_column())
    };
    let flags = |name: &str, flag: &dyn Fn(&Row<'_>) -> bool| {
        Column::new(name.into(), rows.iter().map(flag).collect::<Vec<bool>>())
    };
    DataFrame::new_infer_height(vec![
        Column::new("year".into(), years),
        texts("agency_id", &rows, |row| renderer.agency_id(&row.one.agency)),
        texts("agency", &rows, |row| renderer.agency(&row.one.agency)),
        texts("form", &rows, |row| &book.form(row.one.form).code),
        texts("table", &rows, |row| row.table.map_or("", |table| &book.table(table).code)),
        texts("indicator", &rows, |row| row.indicator),
        texts("dimension", &rows, |row| row.dimension),
        values.into_series().into_column(),
        texts("meaning", &rows, |row| row.fact.meaning.as_str()),
        written("raw", &|row, buffer| match row.fact.odd_raw() {
            Some(raw) => buffer.extend_from_slice(raw.as_bytes()),
            None => push_number_of(buffer, row.fact),
        }),
        texts("file", &rows, |row| renderer.file(row.one.file)),
        texts("sheet", &rows, |row| renderer.sheet(row.one.file, row.fact.place.sheet)),
        written("cell", &|row, buffer| row.fact.place.position.push_to(buffer)),
        flags("is_formula", &|row| row.fact.is_formula),
        flags("counted", &|row| row.table.is_some_and(|table| counts(row.one, table))),
        texts("unit", &rows, |row| row.unit),
        written("rewrites", &|row, buffer| {
            if !row.fact.rewrites.is_empty() {
                buffer.extend_from_slice(row.fact.rewrites.to_string().as_bytes());
            }
        }),
        bound("low", &|(low, _)| low)?,
        bound("high", &|(_, high)| high)?,
    ])
}

fn texts<'x>(name: &str, rows: &'x [Row<'x>], text: impl Fn(&'x Row<'x>) -> &'x str) -> Column {
    StringChunked::from_iter_values(name.into(), rows.iter().map(text)).into_column()
}

/// A fact with the names of what it counts.
struct Row<'a> {
    one: &'a Return,
    fact: &'a Fact,
    table: Option<TableId>,
    indicator: &'a str,
    dimension: &'a str,
    unit: &'a str,
}

impl<'a> Row<'a> {
    fn new(one: &'a Return, fact: &'a Fact, open_codes: &'a [String], book: &'a Rulebook) -> Self {
        let place = fact.item.as_open();
        match fact.item.as_slot().map(|slot| book.slot(slot)) {
            Some(slot) => Row {
                one,
                fact,
                table: Some(slot.table),
                indicator: &slot.indicator,
                dimension: &slot.dimension,
                unit: &slot.unit,
            },
            None => Row {
                one,
                fact,
                table: place.and_then(|place| one.open.get(place)).map(|open| open.table),
                indicator: place.and_then(|place| open_codes.get(place)).map_or("", String::as_str),
                dimension: "",
                unit: place.and_then(|place| one.open.get(place)).map_or("", |open| &open.unit),
            },
        }
    }
}
