//! Every refusal, and the hostile files that `read` exists to survive.

use std::fs;

use crate::support::*;
use huizong::{Content, Limits, Refusal, read_bytes, read_workbook};

// ---- xlsx: odd and hostile sheets ------------------------------------------------------------------

#[test]
fn xlsx_cells_come_sorted_unique_and_finite() {
    let bytes = xlsx_with(
        r#"<row r="2"><c r="B2"><v>3</v></c><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>
           <row r="1"><c r="A1"><v>1e999</v></c><c r="B1" t="str"><v></v></c>
           <c r="C1" t="str"><f>""</f><v></v></c><c r="D1" t="inlineStr"><is><t xml:space="preserve"> </t></is></c></row>"#,
        &[],
    );
    assert_eq!(
        only_sheet(&bytes),
        [
            cell(0, 0, error("#NUM!"), false),
            cell(0, 2, text(""), true),
            cell(0, 3, text(" "), false),
            cell(1, 0, Content::Number(2.0), false),
            cell(1, 1, Content::Number(3.0), false),
        ]
    );
}

#[test]
fn shared_formulas_are_flagged() {
    let bytes = xlsx_with(
        r#"<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f><v>1</v></c><c r="B1"><f t="shared" si="0"/><v>2</v></c><c r="C1"><f/><v>3</v></c></row>"#,
        &[],
    );
    let flags: Vec<_> = only_sheet(&bytes).iter().map(|c| c.is_formula).collect();
    assert_eq!(flags, [true, true, false]);
}

#[test]
fn the_last_cell_of_the_grid_is_cheap() {
    let bytes = xlsx_with(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, &[]);
    let cells = quickly(2, || only_sheet(&bytes));
    assert_eq!(cells, [cell(1_048_575, 16_383, Content::Number(1.0), false)]);
    let beyond = xlsx_with(r#"<row r="1048577"><c r="A1048577"><v>1</v></c></row>"#, &[]);
    assert!(matches!(refusal(&beyond), Refusal::Damaged(_)));
}

#[test]
fn a_million_empty_styled_cells_are_quick() {
    let mut rows = String::new();
    for row in 1..=10_000 {
        rows.push_str(&format!("<row r=\"{row}\">"));
        rows.push_str(&"<c s=\"0\"/>".repeat(100));
        rows.push_str("</row>");
    }
    rows.push_str(r#"<row r="10001"><c r="A10001"><v>1</v></c></row>"#);
    let bytes = xlsx_with(&rows, &[]);
    assert_eq!(quickly(20, || only_sheet(&bytes)).len(), 1);
}

#[test]
fn a_claimed_number_of_shared_strings_is_not_believed() {
    let strings = r#"<sst uniqueCount="99999999999999"><si><t>a</t></si></sst>"#;
    let bytes = xlsx_with("", &[("xl/sharedStrings.xml", strings.as_bytes())]);
    assert_eq!(refusal(&bytes), Refusal::Damaged("shared string count".into()));
}

#[test]
fn limits_are_named() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>abcdef</t></is></c><c r="B1"><v>1</v></c></row>"#;
    let bytes = xlsx_with(rows, &[]);
    let limits = Limits::default;
    let with = |limits: &Limits| read_workbook(&bytes, limits).expect_err("limit");
    assert_eq!(with(&Limits { cells: 1, ..limits() }), Refusal::TooLarge("cells"));
    assert_eq!(with(&Limits { sheets: 0, ..limits() }), Refusal::TooLarge("sheets"));
    assert_eq!(with(&Limits { text_bytes: 5, ..limits() }), Refusal::TooLarge("text_bytes"));
    assert_eq!(with(&Limits { file_bytes: 9, ..limits() }), Refusal::TooLarge("file_bytes"));
    assert_eq!(with(&Limits { inflated_bytes: 9, ..limits() }), Refusal::TooLarge("inflated_bytes"));
    let xls = fixture("common.xls");
    let refused = read_workbook(&xls, &Limits { cells: 3, ..limits() }).expect_err("limit");
    assert_eq!(refused, Refusal::TooLarge("cells"));
    let refused = read_workbook(b"a,b,c", &Limits { cells: 2, ..limits() }).expect_err("limit");
    assert_eq!(refused, Refusal::TooLarge("cells"));
}

#[test]
fn zip_bombs_are_refused_honest_or_lying() {
    let mut bomb = xlsx_with("", &[("xl/sharedStrings.xml", &vec![b' '; 4 << 20])]);
    let limits = Limits { inflated_bytes: 1 << 20, ..Limits::default() };
    let refused = |bytes: &[u8]| read_workbook(bytes, &limits).expect_err("bomb");
    assert_eq!(refused(&bomb), Refusal::TooLarge("inflated_bytes"));
    // The same with headers claiming ten bytes.
    let size = (4_u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4).filter(|&i| bomb[i..i + 4] == size).collect();
    assert!(!places.is_empty());
    for place in places {
        bomb[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    // Either way is fine, as long as it never inflates in full.
    let lying = quickly(2, || refused(&bomb));
    assert!(matches!(lying, Refusal::Damaged(_) | Refusal::TooLarge("inflated_bytes")), "{lying:?}");
}

#[test]
fn broken_sheet_xml_in_a_good_container_is_damage() {
    for sheet in ["<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1", "<worksheet><shee", ""] {
        let bytes = xlsx_with("", &[("xl/worksheets/sheet1.xml", sheet.as_bytes())]);
        match refusal(&bytes) {
            Refusal::Damaged(detail) => assert!(detail.is_ascii() && detail.len() <= 80),
            other => panic!("{other:?}"),
        }
    }
    let no_sheet = zip(&[
        ("_rels/.rels", ROOT_RELS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
    ]);
    assert!(matches!(refusal(&no_sheet), Refusal::Damaged(_)));
}

#[test]
fn namesakes_among_sheets_are_refused() {
    let workbook = r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/><sheet name="S" sheetId="2" r:id="rId1"/></sheets></workbook>"#;
    let bytes = xlsx_with("", &[("xl/workbook.xml", workbook.as_bytes())]);
    assert_eq!(refusal(&bytes), Refusal::Damaged("duplicate sheet name".into()));
}

// ---- ods -------------------------------------------------------------------------------------------

const ONE: &str = r#"<table:table-cell office:value-type="float" office:value="1"/>"#;

#[test]
fn ods_repeats_of_nothing_are_free_and_repeats_of_content_are_cells() {
    let bytes = ods_with(&format!(
        r#"<table:table table:name="S"><table:table-row table:number-rows-repeated="3"><table:table-cell table:style-name="x" table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="5"/>{ONE}</table:table-row>
        <table:table-row table:number-rows-repeated="1048571"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"#
    ));
    let five = Content::Number(5.0);
    let mut expected = Vec::new();
    for row in [3, 4] {
        expected.push(cell(row, 2, five.clone(), false));
        expected.push(cell(row, 3, five.clone(), false));
        expected.push(cell(row, 4, Content::Number(1.0), false));
    }
    assert_eq!(quickly(2, || only_sheet(&bytes)), expected);
}

#[test]
fn ods_content_repeated_a_million_times_is_refused_before_it_is_expanded() {
    let bytes = ods_with(
        r#"<table:table table:name="S"><table:table-row table:number-rows-repeated="4294967295"><table:table-cell table:number-columns-repeated="4294967295" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#,
    );
    assert_eq!(quickly(2, || refusal(&bytes)), Refusal::TooLarge("cells"));
}

#[test]
fn ods_that_ends_early_is_damage_and_not_an_endless_loop() {
    for cut in [
        "<office:document-content><table:table table:name=\"S\"><table:table-row>",
        "<office:document-content><table:table table:name=\"S\"><table:table-row><table:table-cell office:value-type=\"string\"><office:annotation>",
        "<office:document-content>",
        "<office:document-content><table:table table:na",
    ] {
        assert!(matches!(quickly(2, || refusal(&ods_of(cut))), Refusal::Damaged(_)), "{cut}");
    }
}

#[test]
fn ods_text_keeps_spaces_lines_and_entities_but_no_comments() {
    let bytes = ods_with(
        r#"<table:table table:name="A&amp;B"><table:shapes><draw:frame><text:p>no</text:p></draw:frame></table:shapes><table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>no</text:p></office:annotation><text:p>a<text:s text:c="2"/>&lt;b&gt;<text:line-break/>c</text:p><text:p><text:span>d</text:span></text:p></table:table-cell><table:covered-table-cell/><table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row></table:table>"#,
    );
    let book = read(&bytes).unwrap();
    assert_eq!(book.sheets[0].name, "A&B");
    assert_eq!(book.sheets[0].cells, [cell(0, 0, text("a  <b>\nc\nd"), false), cell(0, 2, error("#DIV/0!"), true)]);
}

// ---- refusals --------------------------------------------------------------------------------------

#[test]
fn files_that_cannot_be_opened() {
    let limits = Limits::default();
    let dir = std::env::temp_dir().join(format!("huizong-read-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let empty = dir.join("empty.xlsx");
    fs::write(&empty, b"").unwrap();
    assert_eq!(read_bytes(&empty, &limits), Err(Refusal::Empty));
    assert_eq!(read(b"").err(), Some(Refusal::Empty));
    assert!(matches!(read_bytes(&dir, &limits), Err(Refusal::Unreadable(_))));
    assert!(matches!(read_bytes(&dir.join("none"), &limits), Err(Refusal::Unreadable(_))));
    let small = Limits { file_bytes: 10, ..limits };
    assert_eq!(read_bytes(&fixture_path("common.xlsx"), &small), Err(Refusal::TooLarge("file_bytes")));
    assert_eq!(read_bytes(&fixture_path("common.xls"), &limits).unwrap(), fixture("common.xls"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let fifo = dir.join("fifo");
        if std::process::Command::new("mkfifo").arg(&fifo).status().is_ok_and(|s| s.success()) {
            let got = quickly(2, || read_bytes(&fifo, &limits));
            assert_eq!(got, Err(Refusal::Unreadable("not-a-regular-file".into())));
        }
        let locked = dir.join("locked.xlsx");
        fs::write(&locked, b"x").unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
        // The superuser may read anything, so there is nothing to test as root.
        if fs::File::open(&locked).is_err() {
            assert_eq!(read_bytes(&locked, &limits), Err(Refusal::NoPermission));
        }
    }
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn encrypted_workbooks() {
    for name in ["encrypted.xlsx", "encrypted.xls", "encrypted.ods"] {
        assert_eq!(refusal(&fixture(name)), Refusal::Encrypted, "{name}");
    }
}

#[test]
fn truncated_containers() {
    for name in ["common.xlsx", "common.xls", "common.ods"] {
        let bytes = fixture(name);
        assert_eq!(refusal(&bytes[..bytes.len() / 2]), Refusal::Truncated, "{name}");
    }
    assert_eq!(refusal(b"PK\x03\x04"), Refusal::Truncated);
    assert_eq!(refusal(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1short"), Refusal::Truncated);
}

#[test]
fn things_that_are_not_workbooks() {
    let pptx = zip(&[("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")]);
    let odt = zip(&[("mimetype", b"application/vnd.oasis.opendocument.text")]);
    let plain = zip(&[("a.txt", b"a")]);
    // A compound file holding a document: an xls whose stream is called otherwise.
    let mut doc = fixture("xlwt.xls");
    let utf16 = |s: &str| s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let place = doc.windows(16).position(|w| w == utf16("Workbook")).unwrap();
    doc[place..place + 24].copy_from_slice(&utf16("WordDocument"));
    let noise: Vec<u8> = (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: [(&[u8], &str); 20] = [
        (b"<?xml version='1.0'?><w:wordDocument xmlns:w='x'><html/>", "word"),
        (&doc, "word"),
        (&pptx, "powerpoint"),
        (&odt, "opendocument"),
        (&plain, "zip"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "zip"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image"),
        (b"\xFF\xD8\xFF\xE0", "image"),
        (b"GIF89a", "image"),
        (b"BM\x10\0\0\0\0\0\0\0", "image"),
        (b"{\\rtf1", "rtf"),
        (b"<?xml version='1.0'?><Workbook>", "xml"),
        (b"\x1F\x8B\x08", "gzip"),
        (b"Rar!\x1A\x07\x00", "rar"),
        (b"7z\xBC\xAF\x27\x1C", "7z"),
        (b"\x7FELF", "executable"),
        (b"MZ\x90\0\x03", "executable"),
        (b"\x09\x08\x08\x00\x00\x05", "old-excel"),
        (&noise, "unknown-binary"),
    ];
    for (bytes, tag) in cases {
        assert_eq!(refusal(bytes), Refusal::Unsupported(tag));
    }
}

// ---- nothing panics, everything returns ------------------------------------------------------------

fn survives(bytes: &[u8]) {
    if let Err(Refusal::Damaged(detail) | Refusal::Unreadable(detail)) = read(bytes) {
        assert!(detail.is_ascii());
    }
}

#[test]
fn truncation_anywhere_always_returns() {
    let markup = ["common-excel.html", "common-lo.html", "common.mht", "common-2003.xml", "report.docx"];
    let binary = ["common.xlsx", "common.xls", "common.ods", "xlwt.xls", "small.xlsb", "return.xlsx"];
    for name in binary.into_iter().chain(markup) {
        let bytes = fixture(name);
        for end in (0..bytes.len()).step_by(97) {
            let cut = &bytes[..end];
            quickly(5, || survives(cut));
        }
    }
}

#[test]
fn corruption_anywhere_always_returns() {
    std::panic::set_hook(Box::new(|_| {}));
    let markup = ["common-excel.html", "common.mht", "common-2003.xml", "report.docx"];
    for name in ["common.xlsx", "common.xls", "common.ods", "xlwt.xls", "small.xlsb"].into_iter().chain(markup) {
        let good = fixture(name);
        for place in (0..good.len()).step_by(61) {
            for value in [0x00, 0xFF, good[place] ^ 0x41] {
                let mut bad = good.clone();
                bad[place] = value;
                quickly(5, || survives(&bad));
            }
        }
    }
    let _ = std::panic::take_hook();
}

#[test]
fn markup_damage_inside_good_containers_always_returns() {
    let rows =
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a&amp;b</t></is></c><c r="B1" s="0"><f>A1</f><v>1</v></c></row>"#;
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let content = r#"<office:document-content><table:table table:name="S"><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><text:p>a<text:s text:c="3"/>&#x4e00;</text:p></table:table-cell></table:table-row></table:table></office:document-content>"#;
    std::panic::set_hook(Box::new(|_| {}));
    for end in 0..sheet.len() {
        let cut = &sheet.as_bytes()[..end];
        quickly(5, || survives(&xlsx_with("", &[("xl/worksheets/sheet1.xml", cut)])));
    }
    for end in 0..content.len() {
        quickly(5, || survives(&ods_of(&content[..end])));
        let without = format!("{}{}", &content[..end], &content[end + 1..]);
        quickly(5, || survives(&ods_of(&without)));
    }
    let _ = std::panic::take_hook();
}

// ---- xls: records that the decoder finds by their offset ---------------------------------------------

/// One record's length was changed, so that a walk through the stream misses the sheet that the decoder goes to: it would
/// ask for 85 GB, and a failed allocation ends the process.
#[test]
fn a_sheet_that_only_its_offset_finds_is_surveyed() {
    let bytes = fixture("record-length-changed.xls");
    assert!(matches!(quickly(5, || refusal(&bytes)), Refusal::Damaged(_) | Refusal::TooLarge(_)));
}

/// Several sheets that begin at one place would be read once each.
#[test]
fn sheets_that_overlap_are_refused() {
    let mut bytes = fixture("common.xls");
    // Records that name a sheet: 12 bytes, of which the first four are its offset.
    let named = |window: &[u8]| window == [0x85, 0, 12, 0];
    let offsets: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, window)| named(window)).map(|(at, _)| at + 4).collect();
    let [first, second] = offsets[..] else { panic!("{offsets:?}") };
    bytes.copy_within(first..first + 4, second);
    assert_eq!(refusal(&bytes), Refusal::Damaged("xls sheets overlap".to_owned()));
}
