//! Bytes to a workbook of addressed cells, whatever the file claims to be.
//!
//! The format is told by content. Input is hostile until proven otherwise: sizes are bounded before anything is
//! unpacked, cells are streamed and empty ones never stored, and a panic of a decoding library becomes a refusal. Knows
//! no form, no label and no agency.

mod legacy;
mod sniff;
mod text;
mod xlsx;

use compact_str::CompactString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What a file turned out to be, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFormat {
    /// Excel 2007 and later, WPS.
    Xlsx,
    /// Excel 97 to 2003.
    Xls,
    /// Excel, binary.
    Xlsb,
    /// OpenDocument.
    Ods,
    /// Separated text.
    Csv,
}

/// A workbook as read: only cells that hold something.
#[derive(Debug)]
pub struct Workbook {
    /// Its format.
    pub format: FileFormat,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Debug)]
pub struct Sheet {
    /// Its name; empty for separated text.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Cells that hold something, row by row, each position once.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Row, from zero.
    pub row: u32,
    /// Column, from zero.
    pub column: u32,
    /// What it holds; for a formula, the value stored with it.
    pub content: Content,
    /// Whether it is a formula.
    pub is_formula: bool,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text.
    Text(CompactString),
    /// A finite number, as the file stores it.
    Number(f64),
    /// A date or time, as ISO text: never a figure.
    Date(CompactString),
    /// True or false.
    Bool(bool),
    /// An error value, as printed (`#REF!`).
    Error(CompactString),
}

/// Why a file could not be read. Worded elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No bytes.
    Empty,
    /// The system does not let us.
    NoPermission,
    /// Another error of the system, or not a file.
    Unreadable(String),
    /// Protected by a password.
    Encrypted,
    /// Cut off.
    Truncated,
    /// The container is sound, its content is not.
    Damaged(String),
    /// Another kind of file, by a short tag.
    Unsupported(&'static str),
    /// Over a limit, by its name.
    TooLarge(&'static str),
    /// The decoding library panicked.
    Panicked,
}

/// Bounds on hostile input.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a file.
    pub file_bytes: u64,
    /// Bytes after unpacking.
    pub inflated_bytes: u64,
    /// Cells that hold something.
    pub cells: usize,
    /// Sheets.
    pub sheets: usize,
    /// Bytes of text in all cells.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes: 64 << 20, inflated_bytes: 512 << 20, cells: 2_000_000, sheets: 200, text_bytes: 64 << 20 }
    }
}

/// Reads a file's bytes.
///
/// # Errors
/// When it is empty, too large, no regular file, or the system does not let us.
pub fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let system = |error: std::io::Error| match error.kind() {
        ErrorKind::PermissionDenied => Refusal::NoPermission,
        kind => Refusal::Unreadable(kind.to_string()),
    };
    // A pipe or device would be opened and never end.
    let meta = fs::metadata(path).map_err(system)?;
    if !meta.is_file() {
        let listable = meta.is_dir() && fs::read_dir(path).is_err();
        return Err(if listable { Refusal::NoPermission } else { Refusal::Unreadable("not a file".to_owned()) });
    }
    if meta.len() > limits.file_bytes {
        return Err(Refusal::TooLarge("file_bytes"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    // The file may grow while it is read.
    File::open(path).and_then(|file| file.take(limits.file_bytes + 1).read_to_end(&mut bytes)).map_err(system)?;
    match u64::try_from(bytes.len()) {
        Ok(0) => Err(Refusal::Empty),
        Ok(length) if length <= limits.file_bytes => Ok(bytes),
        _ => Err(Refusal::TooLarge("file_bytes")),
    }
}

/// Reads a workbook from its bytes. Never panics.
///
/// # Errors
/// When the bytes are no workbook, a broken one, a protected one, or one over the limits.
pub fn read_workbook(bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let format = sniff::sniff(bytes, limits)?;
    let read = || match format {
        FileFormat::Xlsx => xlsx::read(bytes, limits),
        FileFormat::Xls => legacy::read_xls(bytes, limits),
        FileFormat::Xlsb => legacy::read_xlsb(bytes, limits),
        FileFormat::Ods => legacy::read_ods(bytes, limits),
        FileFormat::Csv => text::read(bytes, limits),
    };
    let sheets = catch_unwind(AssertUnwindSafe(read)).map_err(|_| Refusal::Panicked)??;
    Ok(Workbook { format, sheets })
}

/// Decodes text in the encodings that Chinese offices use; none if it is no text.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> Option<String> {
    text::decode(bytes).ok().map(std::borrow::Cow::into_owned)
}

/// Keeps count of what has been read.
struct Meter<'a> {
    limits: &'a Limits,
    cells: usize,
    text: usize,
}

impl<'a> Meter<'a> {
    fn new(limits: &'a Limits) -> Self {
        Meter { limits, cells: 0, text: 0 }
    }

    fn cell(&mut self, content: &Content) -> Result<(), Refusal> {
        self.cells += 1;
        if let Content::Text(text) = content {
            self.text += text.len();
        }
        if self.cells > self.limits.cells {
            Err(Refusal::TooLarge("cells"))
        } else if self.text > self.limits.text_bytes {
            Err(Refusal::TooLarge("text_bytes"))
        } else {
            Ok(())
        }
    }
}

/// Puts cells in order, each position once: what is written last counts, as in spreadsheet programs.
fn in_order(mut cells: Vec<Cell>) -> Vec<Cell> {
    let place = |cell: &Cell| (cell.row, cell.column);
    if !cells.is_sorted_by(|a, b| place(a) < place(b)) {
        cells.sort_by_key(place);
        cells.reverse();
        cells.dedup_by_key(|cell| place(cell));
        cells.reverse();
    }
    cells
}
