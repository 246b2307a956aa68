//! What a file is, by its first bytes and, for containers, by what they hold.

use super::{FileFormat, Limits, Refusal};
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Deflate cannot unpack to more than this many times its size.
const LARGEST_RATIO: u64 = 1032;
/// How OLE2 compound files begin.
const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// How much of a text is looked at.
const HEAD: usize = 4096;

const MAGIC: [(&[u8], &str); 14] = [
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xFF\xD8\xFF", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"{\\rtf", "rtf"),
    (b"\x1F\x8B", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xBC\xAF", "7z"),
    (b"\x7FELF", "program"),
    (b"MZ", "program"),
    (b"\x09\x08\x10\0\0\x06\x05\0", "old-excel"),
    (b"\x09\0\x04\0", "old-excel"),
];

/// Tells the format.
///
/// # Errors
/// When the bytes are no workbook or one that cannot be opened.
pub fn sniff(bytes: &[u8], limits: &Limits) -> Result<FileFormat, Refusal> {
    if bytes.starts_with(b"PK") {
        return sniff_zip(bytes, limits);
    }
    if bytes.starts_with(OLE2) {
        return sniff_ole2(bytes);
    }
    for (magic, tag) in MAGIC {
        // "BM" and "MZ" also begin texts: the binary ones hold control characters.
        if bytes.starts_with(magic) && (magic.len() > 2 || has_controls(bytes)) {
            return Err(Refusal::Unsupported(tag));
        }
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let lower = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if ["<!doctype html", "<html", "<table", "<meta", "<head", "<body", "<style"].iter().any(|tag| lower.starts_with(tag)) {
        return Err(Refusal::Unsupported("html"));
    }
    if lower.starts_with("<?xml") {
        return Err(Refusal::Unsupported(if lower.contains("<html") { "html" } else { "xml" }));
    }
    Ok(FileFormat::Csv)
}

fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().take(HEAD).any(|byte| *byte < 9)
}

fn sniff_zip(bytes: &[u8], limits: &Limits) -> Result<FileFormat, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Truncated)?;
    let has = |archive: &ZipArchive<Cursor<&[u8]>>, name: &str| names(archive).any(|known| known.eq_ignore_ascii_case(name));
    let begins = |archive: &ZipArchive<Cursor<&[u8]>>, start: &str| names(archive).any(|known| known.starts_with(start));
    let format = if has(&archive, "xl/workbook.bin") {
        FileFormat::Xlsb
    } else if begins(&archive, "xl/") {
        FileFormat::Xlsx
    } else if begins(&archive, "word/") {
        return Err(Refusal::Unsupported("word"));
    } else if begins(&archive, "ppt/") {
        return Err(Refusal::Unsupported("powerpoint"));
    } else if has(&archive, "content.xml") && has(&archive, "mimetype") {
        let kind = small_entry(&mut archive, "mimetype");
        if !kind.contains("spreadsheet") {
            return Err(Refusal::Unsupported("word"));
        }
        if small_entry(&mut archive, "META-INF/manifest.xml").contains("encryption-data") {
            return Err(Refusal::Encrypted);
        }
        FileFormat::Ods
    } else {
        return Err(Refusal::Unsupported("zip"));
    };
    check_sizes(&mut archive, bytes.len(), limits)?;
    Ok(format)
}

fn small_entry(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> String {
    let mut text = Vec::new();
    if let Ok(entry) = archive.by_name(name) {
        // What cannot be read says nothing.
        let _ = entry.take(1 << 16).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Refuses what would unpack beyond the limit: by the sizes it declares, and where these could lie, by unpacking.
fn check_sizes(archive: &mut ZipArchive<Cursor<&[u8]>>, length: usize, limits: &Limits) -> Result<(), Refusal> {
    let too_large = Refusal::TooLarge("inflated_bytes");
    let mut declared: u64 = 0;
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(|_| Refusal::Truncated)?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        declared = declared.saturating_add(entry.size());
    }
    if declared > limits.inflated_bytes {
        return Err(too_large);
    }
    let reachable = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(LARGEST_RATIO);
    if reachable <= limits.inflated_bytes {
        return Ok(());
    }
    let mut unpacked: u64 = 0;
    for place in 0..archive.len() {
        let entry = match archive.by_index(place) {
            Ok(entry) => entry,
            Err(ZipError::UnsupportedArchive(_)) => return Err(Refusal::Damaged("compression".to_owned())),
            Err(_) => return Err(Refusal::Truncated),
        };
        let left = limits.inflated_bytes - unpacked;
        unpacked += std::io::copy(&mut entry.take(left + 1), &mut std::io::sink())
            .map_err(|error| Refusal::Damaged(error.kind().to_string()))?;
        if unpacked > limits.inflated_bytes {
            return Err(too_large);
        }
    }
    Ok(())
}

fn sniff_ole2(bytes: &[u8]) -> Result<FileFormat, Refusal> {
    if bytes.len() < 1536 {
        return Err(Refusal::Truncated);
    }
    // Stream names stand in the directory in UTF-16; reading it whole is the decoder's work.
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if names("EncryptedPackage") {
        Err(Refusal::Encrypted)
    } else if names("Workbook\0") || names("Book\0") {
        Ok(FileFormat::Xls)
    } else if names("WordDocument") {
        Err(Refusal::Unsupported("word"))
    } else if names("PowerPoint Document") {
        Err(Refusal::Unsupported("powerpoint"))
    } else {
        // The directory itself may be what is missing.
        Err(Refusal::Truncated)
    }
}

/// Names of all entries, as far as they can be read.
fn names<'a>(archive: &'a ZipArchive<Cursor<&[u8]>>) -> impl Iterator<Item = String> + 'a {
    archive.file_names().flatten().map(|name| name.to_string())
}
