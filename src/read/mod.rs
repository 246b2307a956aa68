//! Turns the bytes of one file into sheets of typed cells.
//!
//! The only module that knows file formats, and the only one that faces bytes nobody vouched
//! for: it decides by content what a file is, bounds what reading it may cost, and contains the
//! decoders. It must not know what the cells mean (no forms, no agencies, no figures parsed out
//! of text) and words no messages: a file that cannot be read comes back as a typed [`Refusal`].

pub(crate) mod archive;
mod biff;
mod cfb;
mod date;
mod docx;
mod gather;
mod html;
mod layout;
mod legacy;
mod markup;
mod mhtml;
mod ods;
mod page;
mod pictures;
mod repair;
mod shown;
mod sniff;
mod text;
mod unshown;
mod xlsx;
mod xlsx_layout;
mod xml;
mod xml_spreadsheet;
mod zipped;

use std::fs;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use compact_str::CompactString;

pub(crate) use layout::{Folded, Merged};
pub(crate) use pictures::has_pictures;

pub(crate) use gather::{MAX_COLUMNS, MAX_ROWS};
use sniff::Container;
pub(crate) use xml::unescape;
pub(crate) use zipped::{Archive, guard};

/// What a file turned out to be, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFormat {
    /// Office Open XML workbook (also macro-enabled and template variants).
    Xlsx,
    /// BIFF workbook inside an OLE2 compound file.
    Xls,
    /// Office Open XML workbook with binary parts.
    Xlsb,
    /// OpenDocument spreadsheet.
    Ods,
    /// Delimited text in any supported encoding.
    Csv,
    /// A web page, or tables that a web system exports under the name of a workbook.
    Html,
    /// A web page or workbook saved as a single MIME file.
    Mhtml,
    /// XML Spreadsheet 2003.
    XmlSpreadsheet,
    /// Office Open XML text document.
    Docx,
}

/// A workbook as read: only cells that hold something.
#[derive(Debug)]
pub struct Workbook {
    /// What the file turned out to be.
    pub format: FileFormat,
    /// Worksheets in workbook order; chart, dialog and macro sheets are left out.
    pub sheets: Vec<Sheet>,
}

/// One worksheet.
#[derive(Default, Debug)]
pub struct Sheet {
    /// The sheet's name; the title of a web page; "" for csv and Word.
    pub name: String,
    /// Whether the workbook hides this sheet ("very hidden" included).
    pub hidden: bool,
    /// Non-empty cells in row-major order, each position once; of a merged range only the one that is seen.
    pub cells: Vec<Cell>,
    /// Merged ranges, as far as the format's reader gives them.
    pub merged: Vec<Merged>,
    /// Hidden rows and columns, as far as the format's reader gives them; their cells are cells like any other.
    pub folded: Folded,
    /// Numbers in cells that a merged range covers: nobody sees them, and they are no cells here.
    pub covered: Vec<(u32, u32)>,
}

/// One cell that holds something.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Zero-based row.
    pub row: u32,
    /// Zero-based column.
    pub column: u32,
    /// The stored value; for a formula the value the writing program cached.
    pub content: Content,
    /// Whether the value comes from a formula.
    pub is_formula: bool,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Text, exactly as stored (nothing trimmed).
    Text(CompactString),
    /// A formula whose value the writing program never computed.
    Uncomputed,
    /// A number as the file stores it (finite).
    Number(f64),
    /// A date or time cell, as ISO text: never a figure.
    Date(CompactString),
    /// A boolean.
    Bool(bool),
    /// `#REF!`, `#DIV/0!` ... as printed.
    Error(CompactString),
}

/// Why a file could not be read: typed here, worded elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Zero bytes.
    #[error("no bytes")]
    Empty,
    /// The operating system denied access.
    #[error("permission denied")]
    NoPermission,
    /// Another I/O error, or something that is not a regular file; a short ASCII detail.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Password-protected OOXML, xls with FILEPASS, encrypted ods.
    #[error("password-protected")]
    Encrypted,
    /// Looks like a workbook but is cut off, or its container is damaged.
    #[error("cut off")]
    Truncated,
    /// The container is fine, the content is not; a short ASCII detail.
    #[error("damaged: {0}")]
    Damaged(String),
    /// Recognised as something else (short stable ASCII tag): pdf, ofd, image, word (old or flat),
    /// powerpoint, opendocument, html (a mere frame), xml, rtf, zip, gzip, rar, 7z, executable, old-excel, ole,
    /// unknown-binary.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// Exceeds the named limit: file_bytes, inflated_bytes, cells, sheets, text_bytes, archive_entries, archive_bytes,
    /// archive_ratio.
    #[error("exceeds the limit of {0}")]
    TooLarge(&'static str),
    /// An archive, or an entry of one, that is not opened.
    #[error("archive: {0}")]
    Archive(ArchiveFault),
    /// The decoding library panicked (caught).
    #[error("the decoder failed")]
    Panicked,
}

/// Why an archive or an entry of one is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// It needs a password.
    #[error("password-protected")]
    Encrypted,
    /// It holds no file.
    #[error("empty")]
    Empty,
    /// It is an archive in an archive in an archive.
    #[error("nested too deep")]
    Nested,
    /// Two of its files have one name.
    #[error("two files of one name")]
    Duplicates,
    /// Its path leads out of the archive, or it is a link.
    #[error("a path that leads out of it")]
    Path,
    /// It is compressed in a way that is not read.
    #[error("unknown compression")]
    Method,
}

/// What reading one file may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes of a zip container's parts once inflated.
    pub inflated_bytes: u64,
    /// Non-empty cells in the whole workbook.
    pub cells: usize,
    /// Sheets in the workbook.
    pub sheets: usize,
    /// Bytes of cell text in the whole workbook.
    pub text_bytes: usize,
    /// Entries of an archive, those of archives inside included.
    pub archive_entries: usize,
    /// Bytes of an archive's files once inflated, those of archives inside included.
    pub archive_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            inflated_bytes: 512 << 20,
            cells: 2_000_000,
            sheets: 200,
            text_bytes: 64 << 20,
            archive_entries: 10_000,
            archive_bytes: 4 << 30,
        }
    }
}

/// Reads a regular file, refusing anything larger than `limits.file_bytes` before reading it.
pub fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    // Metadata first: merely opening a FIFO would block for ever.
    let metadata = fs::metadata(path).map_err(|e| io_refusal(&e))?;
    if !metadata.is_file() {
        return Err(Refusal::Unreadable("not-a-regular-file".to_owned()));
    }
    if metadata.len() > limits.file_bytes {
        return Err(Refusal::TooLarge("file_bytes"));
    }
    let file = fs::File::open(path).map_err(|e| io_refusal(&e))?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // Bounded again: the file may be growing while it is read.
    let bound = limits.file_bytes.saturating_add(1);
    file.take(bound).read_to_end(&mut bytes).map_err(|e| io_refusal(&e))?;
    match bytes.len() {
        0 => Err(Refusal::Empty),
        n if n as u64 > limits.file_bytes => Err(Refusal::TooLarge("file_bytes")),
        _ => Ok(bytes),
    }
}

/// Reads a workbook of any supported format from its bytes. Never panics.
pub fn read_workbook(bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Refusal::TooLarge("file_bytes"));
    }
    // Nothing mutable outlives the closure, so no broken state can be observed after a panic.
    catch_unwind(AssertUnwindSafe(|| decode(bytes, limits))).unwrap_or(Err(Refusal::Panicked))
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    let (format, sheets) = match sniff::sniff(bytes)? {
        Container::Xlsx(mut archive) => {
            zipped::guard(&archive, limits)?;
            (FileFormat::Xlsx, xlsx::read(bytes, &mut archive, limits)?)
        }
        Container::Xlsb(archive) => {
            zipped::guard(&archive, limits)?;
            (FileFormat::Xlsb, legacy::read_xlsb(bytes, limits)?)
        }
        Container::Ods(mut archive) => {
            zipped::guard(&archive, limits)?;
            (FileFormat::Ods, ods::read(&mut archive, limits)?)
        }
        Container::Xls(compound) => (FileFormat::Xls, legacy::read_xls(bytes, &compound, limits)?),
        Container::Docx(mut archive) => {
            zipped::guard(&archive, limits)?;
            (FileFormat::Docx, vec![docx::read(&mut archive, limits)?])
        }
        Container::Html => (FileFormat::Html, vec![html::read(bytes, limits)?]),
        Container::Mhtml => (FileFormat::Mhtml, mhtml::read(bytes, limits)?),
        Container::XmlSpreadsheet => (FileFormat::XmlSpreadsheet, xml_spreadsheet::read(bytes, limits)?),
        Container::Text => (FileFormat::Csv, vec![text::read(bytes, limits)?]),
    };
    Ok(Workbook { format, sheets })
}

fn io_refusal(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Refusal::NoPermission,
        kind => Refusal::Unreadable(ascii_detail(kind)),
    }
}

/// A decoder's own words, cut to something short and printable that can stand in a log line.
fn ascii_detail(error: impl std::fmt::Display) -> String {
    error
        .to_string()
        .chars()
        .map(|c| if c.is_ascii_graphic() { c } else { ' ' })
        .take(80)
        .collect::<String>()
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// `Damaged` with a decoder's error as detail.
fn damaged(error: impl std::fmt::Display) -> Refusal {
    Refusal::Damaged(ascii_detail(error))
}

/// Decodes text in the encodings that Chinese offices use; none if it is no text.
#[must_use]
pub(crate) fn decode_text(bytes: &[u8]) -> Option<String> {
    text::decode(bytes).ok().map(std::borrow::Cow::into_owned)
}
