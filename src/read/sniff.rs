//! Decides by content what a file is. Names and extensions are never consulted: returns
//! routinely arrive as web pages called `.xls` or workbooks called `.csv`.

use std::io::{Cursor, Read};

use super::Refusal;
use super::cfb::Compound;
use super::zipped::Archive;

/// A readable kind of file, with its container already opened.
pub(super) enum Container<'a> {
    Xlsx(Archive<'a>),
    Xlsb(Archive<'a>),
    Ods(Archive<'a>),
    Xls(Compound<'a>),
    Docx(Archive<'a>),
    Html,
    Mhtml,
    XmlSpreadsheet,
    Text,
}

const ODS_MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const ODF_MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument";
const OLE2: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// What fragments of web pages begin with.
const PAGE_ROOTS: [&[u8]; 8] = [b"head", b"body", b"div", b"center", b"style", b"script", b"meta", b"title"];

/// Leading bytes of things that are not workbooks.
const SIGNATURES: [(&[u8], &str); 17] = [
    (b"%PDF", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xFF\xD8\xFF", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"{\\rtf", "rtf"),
    (b"\x1F\x8B", "gzip"),
    (b"Rar!\x1A\x07", "rar"),
    (b"7z\xBC\xAF\x27\x1C", "7z"),
    (b"\x7FELF", "executable"),
    // BOF records of the workbook formats that predate the OLE2 container.
    (b"\x09\x00\x04\x00", "old-excel"),
    (b"\x09\x00\x06\x00", "old-excel"),
    (b"\x09\x02\x06\x00", "old-excel"),
    (b"\x09\x04\x06\x00", "old-excel"),
    (b"\x09\x08\x08\x00", "old-excel"),
];

/// The root of a document in the national fixed layout (GB/T 33190), which offices use like PDF.
const OFD_ROOT: &[u8] = b"ofd.xml";
/// So many bytes hold the first entry's name, if it is one of a document's parts.
pub(super) const ZIP_HEAD: usize = 64;
/// Where a local header has the length of its name, and the name.
const NAME_LENGTH: usize = 26;
const NAME: usize = 30;
/// What the first parts of workbooks and documents are called.
const DOCUMENT_PARTS: [&[u8]; 8] =
    [b"[content_types].xml", b"mimetype", b"_rels/", b"docprops/", b"xl/", b"word/", b"ppt/", b"customxml/"];

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(b"PK\x07\x08")
}

/// Whether a file that begins like this may be an archive of files: a zip container whose first entry is no part of a
/// workbook or document.
pub(super) fn may_be_archive(head: &[u8]) -> bool {
    let length = head.get(NAME_LENGTH..NAME).and_then(|bytes| bytes.first_chunk::<2>()).map(|b| u16::from_le_bytes(*b));
    let name = head.get(NAME..).unwrap_or_default();
    let name = normal_name(name.get(..usize::from(length.unwrap_or(0))).unwrap_or(name));
    is_zip(head) && !DOCUMENT_PARTS.iter().any(|part| name.starts_with(part))
}

/// Whether a zip container with these entries is a workbook or a document, readable or not.
pub(super) fn is_document<'n>(mut names: impl Iterator<Item = &'n [u8]>) -> bool {
    names.any(|name| {
        let name = normal_name(name);
        matches!(name.as_slice(), b"[content_types].xml" | b"mimetype" | b"workbook.xml" | OFD_ROOT)
            || name.starts_with(b"xl/")
    })
}

/// Classifies `bytes`, opening the container when it has one.
pub(super) fn sniff(bytes: &[u8]) -> Result<Container<'_>, Refusal> {
    if let Some(&(_, tag)) = SIGNATURES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Refusal::Unsupported(tag));
    }
    if is_bitmap(bytes) || is_modern_picture(bytes) {
        return Err(Refusal::Unsupported("image"));
    }
    // Two letters alone could begin a text file; a program also has its NULs.
    if bytes.starts_with(b"MZ") && bytes.iter().take(512).any(|&b| b == 0) {
        return Err(Refusal::Unsupported("executable"));
    }
    if is_zip(bytes) {
        return zip_kind(bytes);
    }
    // A cut through the signature itself still leaves most of it.
    if bytes.starts_with(OLE2) || (bytes.len() >= 4 && OLE2.starts_with(bytes)) {
        return ole_kind(bytes);
    }
    markup_kind(bytes)
}

fn zip_kind(bytes: &[u8]) -> Result<Container<'_>, Refusal> {
    let mut archive = Archive::new(Cursor::new(bytes)).map_err(|_| Refusal::Truncated)?;
    let mut workbook_xml = false;
    let (mut workbook_bin, mut word, mut powerpoint, mut content_types) = (false, false, false, false);
    let mut fixed_layout = false;
    for name in archive.file_names_raw() {
        let name = normal_name(name);
        content_types |= name == b"[content_types].xml";
        fixed_layout |= name == OFD_ROOT;
        workbook_bin |= name == b"xl/workbook.bin";
        workbook_xml |= name.starts_with(b"xl/") || name == b"workbook.xml";
        word |= name.starts_with(b"word/");
        powerpoint |= name.starts_with(b"ppt/");
    }
    if workbook_bin {
        return Ok(Container::Xlsb(archive));
    }
    if workbook_xml {
        return Ok(Container::Xlsx(archive));
    }
    if content_types && word {
        return Ok(Container::Docx(archive));
    }
    if content_types && powerpoint {
        return Err(Refusal::Unsupported("powerpoint"));
    }
    if fixed_layout {
        return Err(Refusal::Unsupported("ofd"));
    }
    let mut mimetype = Vec::new();
    if let Ok(part) = archive.by_name("mimetype") {
        // An unreadable mimetype is simply not the one looked for.
        let _ = part.take(128).read_to_end(&mut mimetype);
    }
    if mimetype.starts_with(ODS_MIMETYPE) {
        Ok(Container::Ods(archive))
    } else if mimetype.starts_with(ODF_MIMETYPE) {
        Err(Refusal::Unsupported("opendocument"))
    } else {
        Err(Refusal::Unsupported("zip"))
    }
}

/// Some writers use backslashes or capitals in part names; decoders accept both.
fn normal_name(name: &[u8]) -> Vec<u8> {
    name.iter().map(|&b| if b == b'\\' { b'/' } else { b.to_ascii_lowercase() }).collect()
}

fn ole_kind(bytes: &[u8]) -> Result<Container<'_>, Refusal> {
    let compound = Compound::open(bytes)?;
    if compound.has("EncryptedPackage") {
        return Err(Refusal::Encrypted);
    }
    if compound.has("Workbook") || compound.has("Book") {
        return Ok(Container::Xls(compound));
    }
    if compound.has("WordDocument") {
        return Err(Refusal::Unsupported("word"));
    }
    if compound.has("PowerPoint Document") {
        return Err(Refusal::Unsupported("powerpoint"));
    }
    Err(Refusal::Unsupported("ole"))
}

/// WebP, and what phones store (HEIC, AVIF).
fn is_modern_picture(bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12).unwrap_or_default();
    (bytes.starts_with(b"RIFF") && brand == b"WEBP")
        || (bytes.get(4..8) == Some(b"ftyp")
            && matches!(brand, b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"avif"))
}

fn is_bitmap(bytes: &[u8]) -> bool {
    // "BM" alone could begin a text file; the reserved field of a bitmap is zero.
    bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0, 0, 0, 0])
}

/// What the head of the file reads like; text if it is no markup.
fn markup_kind<'a>(bytes: &[u8]) -> Result<Container<'a>, Refusal> {
    let head: Vec<u8> = bytes
        .iter()
        .take(8192)
        // Dropping NULs lets one ASCII test serve UTF-16 files too.
        .filter(|&&b| b != 0)
        .map(u8::to_ascii_lowercase)
        .skip_while(|b| b.is_ascii_whitespace() || matches!(b, 0xEF | 0xBB | 0xBF | 0xFF | 0xFE))
        .collect();
    let holds = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
    if is_mime(&head, &holds) {
        return Ok(Container::Mhtml);
    }
    if !head.starts_with(b"<") {
        // Some systems write a title or blank-looking characters before the table.
        let is_table = holds(b"<table") && holds(b"<tr") && holds(b"<td");
        return Ok(if is_table { Container::Html } else { Container::Text });
    }
    match root_element(&head) {
        b"workbook" if holds(b"urn:schemas-microsoft-com:office:spreadsheet") => Ok(Container::XmlSpreadsheet),
        b"worddocument" | b"package" => Err(Refusal::Unsupported("word")),
        _ if holds(b"<html") || head.starts_with(b"<!doctype html") || head.starts_with(b"<table") => {
            Ok(Container::Html)
        }
        _ if head.starts_with(b"<?xml") => Err(Refusal::Unsupported("xml")),
        // A fragment such as `<style>...</style><table ...>`, or a comment longer than what is looked at.
        b"" if head.starts_with(b"<!--") => Ok(Container::Html),
        root if PAGE_ROOTS.contains(&root) || holds(b"<table") || holds(b"<meta") => Ok(Container::Html),
        _ => Ok(Container::Text),
    }
}

/// Whether the file begins with the headers of a web page saved as a single file.
fn is_mime(head: &[u8], holds: &impl Fn(&[u8]) -> bool) -> bool {
    let first = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let name = first.split(|&b| b == b':').next().unwrap_or_default();
    let is_header = name.len() < first.len() && name.iter().all(|b| b.is_ascii_lowercase() || *b == b'-');
    let versioned = head.starts_with(b"mime-version:") || holds(b"\nmime-version:");
    is_header && (versioned || holds(b"content-type: multipart/related")) && holds(b"content-type:")
}

/// The local name of the first element, behind declarations and comments; "" if there is none.
fn root_element(head: &[u8]) -> &[u8] {
    let mut rest = head;
    loop {
        let Some(at) = rest.iter().position(|&b| b == b'<') else { return b"" };
        rest = rest.get(at + 1..).unwrap_or_default();
        let skip: &[u8] = match rest {
            [b'?', ..] => b"?>",
            [b'!', b'-', b'-', ..] => b"-->",
            [b'!', ..] => b">",
            _ => break,
        };
        let Some(end) = rest.windows(skip.len()).position(|w| w == skip) else { return b"" };
        rest = rest.get(end + skip.len()..).unwrap_or_default();
    }
    let name = rest.split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).next().unwrap_or_default();
    name.rsplit(|&b| b == b':').next().unwrap_or_default()
}
