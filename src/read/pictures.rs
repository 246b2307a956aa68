//! Whether a file holds pictures: a table in a picture is no table, and its sender should know why.

use super::sniff::{self, Container};
use super::zipped::Archive;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the parts of documents and workbooks that hold pictures end with.
const PICTURES: [&[u8]; 9] = [b".png", b".jpg", b".jpeg", b".gif", b".bmp", b".tif", b".tiff", b".emf", b".wmf"];
/// How pictures begin that an old workbook holds.
const BEGINNINGS: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF\xE0", b"\xFF\xD8\xFF\xE1"];
/// How a page shows a picture.
const IMAGE_TAG: &[u8] = b"<img";

/// Whether the file has pictures in it, as far as can be told without reading them.
#[must_use]
pub(crate) fn has_pictures(bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| match sniff::sniff(bytes) {
        Ok(
            Container::Xlsx(archive) | Container::Xlsb(archive) | Container::Ods(archive) | Container::Docx(archive),
        ) => in_parts(&archive),
        Ok(Container::Xls(_)) => BEGINNINGS.iter().any(|start| holds(bytes, start)),
        Ok(Container::Html | Container::Mhtml) => holds(&bytes.to_ascii_lowercase(), IMAGE_TAG),
        Ok(Container::XmlSpreadsheet | Container::Text) | Err(_) => false,
    }))
    .unwrap_or(false)
}

fn in_parts(archive: &Archive<'_>) -> bool {
    archive.file_names_raw().any(|name| {
        let name = name.to_ascii_lowercase();
        // What a file shows in a folder's window is no part of its content.
        !holds(&name, b"thumbnail") && PICTURES.iter().any(|end| name.ends_with(end))
    })
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
