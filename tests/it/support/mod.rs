//! What the tests of `read` share: fixtures, short names, and hand-made containers.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use huizong::{Cell, Content, Limits, Refusal, Workbook, read_workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub fn fixture_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/read").join(name)
}

pub fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixture_path(name)).unwrap()
}

pub fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
    read_workbook(bytes, &Limits::default())
}

pub fn refusal(bytes: &[u8]) -> Refusal {
    read(bytes).expect_err("should be refused")
}

pub fn only_sheet(bytes: &[u8]) -> Vec<Cell> {
    let mut book = read(bytes).unwrap();
    assert_eq!(book.sheets.len(), 1);
    book.sheets.remove(0).cells
}

pub fn at(cells: &[Cell], row: u32, column: u32) -> Option<&Cell> {
    cells.iter().find(|c| (c.row, c.column) == (row, column))
}

pub fn text(s: &str) -> Content {
    Content::Text(s.into())
}

pub fn date(s: &str) -> Content {
    Content::Date(s.into())
}

pub fn error(s: &str) -> Content {
    Content::Error(s.into())
}

pub fn cell(row: u32, column: u32, content: Content, is_formula: bool) -> Cell {
    Cell { row, column, content, is_formula }
}

/// A zip of the given parts.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub const ROOT_RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
pub const RELS: &str =
    r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
pub const STYLES: &str = r#"<styleSheet><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>"#;

/// A minimal xlsx around one sheet's rows.
pub fn xlsx_with(rows: &str, extra: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", ROOT_RELS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    for part in extra {
        parts.retain(|(name, _)| name != &part.0);
        parts.push(*part);
    }
    zip(&parts)
}

pub fn ods_with(tables: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    ods_of(&content)
}

pub fn ods_of(content: &str) -> Vec<u8> {
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
    ])
}

/// Runs `work` and fails if it takes suspiciously long even for an unoptimised build.
pub fn quickly<T>(seconds: u64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(seconds), "took {:?}", start.elapsed());
    result
}

/// A workbook of one sheet as XML Spreadsheet 2003.
pub fn xml_2003(rows: &str) -> Vec<u8> {
    format!("<?xml version='1.0' encoding='UTF-8'?><ss:Workbook xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'><ss:Worksheet ss:Name='S'><ss:Table>{rows}</ss:Table></ss:Worksheet></ss:Workbook>").into_bytes()
}

/// Cells as places and texts.
pub fn shown(cells: &[Cell]) -> Vec<(u32, u32, String)> {
    let print = |content: &Content| match content {
        Content::Text(text) | Content::Date(text) | Content::Error(text) => text.to_string(),
        Content::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    cells.iter().map(|c| (c.row, c.column, print(&c.content))).collect()
}
