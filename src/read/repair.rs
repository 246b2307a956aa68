//! Mends two harmless things in an xlsx that make its decoder give up on the whole workbook:
//! a macro sheet among the sheets, and error values newer than the decoder.

use std::io::{Cursor, Read, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::zipped::Archive;
use super::{Refusal, damaged};

/// Error values the decoder does not know. They all mean that there is no value.
const NEWER_ERRORS: [&str; 12] = [
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#PYTHON!",
    "#TIMEOUT!",
    "#GETTING_DATA",
    "#DATA!",
];

/// A copy of the container in which macro sheets are declared as sheets to be skipped, and newer
/// error values as `#VALUE!`.
pub(super) fn repair(archive: &mut Archive<'_>) -> Result<Vec<u8>, Refusal> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(damaged)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let lower = name.to_ascii_lowercase();
        let is_rels = lower.ends_with("workbook.xml.rels");
        let is_sheet = lower.contains("worksheets") && lower.ends_with(".xml");
        if !is_rels && !is_sheet {
            let raw = archive.by_index_raw(index).map_err(damaged)?;
            writer.raw_copy_file(raw).map_err(damaged)?;
            continue;
        }
        let mut text = Vec::new();
        archive.by_index(index).map_err(damaged)?.read_to_end(&mut text).map_err(damaged)?;
        let mut text = String::from_utf8(text).map_err(damaged)?;
        if is_rels {
            text = text
                .replace("relationships/xlMacrosheet\"", "relationships/chartsheet\"")
                .replace("relationships/xlIntlMacrosheet\"", "relationships/chartsheet\"");
        } else {
            for error in NEWER_ERRORS {
                text = text.replace(&format!("<v>{error}</v>"), "<v>#VALUE!</v>");
            }
        }
        writer.start_file(name, SimpleFileOptions::default()).map_err(damaged)?;
        writer.write_all(text.as_bytes()).map_err(damaged)?;
    }
    Ok(writer.finish().map_err(damaged)?.into_inner())
}
