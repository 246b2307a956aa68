//! facts.parquet: the rows of facts.csv as a typed table, for data frames and query engines.

use super::facts::push_number_of;
use super::folder::FolderFile;
use super::{Edition, Folder, PublishError};
use crate::consolidate::counts;
use crate::form::{Rulebook, TableId};
use crate::frames::MainThread;
use crate::returns::{Fact, Return};
use crate::value::Amount;
use polars::prelude::*;
use std::io::Write;

/// The file's name.
pub(super) const NAME: &str = "facts.parquet";
/// Returns whose rows are one row group.
const PORTION: usize = 256;

/// Writes the file as far as it is to be written; the caller closes it.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(
    edition: &Edition<'_>,
    returns: &[&Return],
    folder: &Folder,
    _here: &MainThread,
) -> Result<FolderFile, PublishError> {
    let file = folder.create(NAME)?;
    let failed = |error: PolarsError| folder.failure(NAME, error);
    let schema = frame(edition, &[]).map_err(failed)?.schema().as_ref().clone();
    // An early error leaves the file unfinished in a folder that is thrown away.
    let shared = SharedFile::new(file);
    let mut writer = ParquetWriter::new(shared.clone())
        .with_compression(ParquetCompression::Snappy)
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(true)
        .batched(&schema)
        .map_err(failed)?;
    for portion in returns.chunks(PORTION) {
        let frame = frame(edition, portion).map_err(failed)?;
        writer.write_batch(&frame).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    drop(writer);
    shared.into_inner().ok_or_else(|| folder.failure(NAME, "the file is still in use"))
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
        .map(|one| one.open.iter().map(|open| crate::consolidate::open_code(&open.label)).collect())
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
    let values =
        Int128Chunked::from_iter_options("value".into(), values).into_decimal(Amount::DIGITS, Amount::DECIMALS)?;
    let bound = |name: &str, side: &dyn Fn((Amount, Amount)) -> Amount| -> PolarsResult<Column> {
        let bounds = rows.iter().map(|row| row.fact.bounds().map(|bounds| side(bounds).ten_thousandths()));
        Ok(Int128Chunked::from_iter_options(name.into(), bounds)
            .into_decimal(Amount::DIGITS, Amount::DECIMALS)?
            .into_series()
            .into_column())
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
