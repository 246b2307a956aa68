//! Every format gives its cells: values, formulas, dates, errors, encodings, row numbers.

use crate::support::*;
use huizong::{Content, FileFormat, Refusal, Sheet, Workbook};

// ---- the same cells from every format --------------------------------------------------------------

fn check_common(format: FileFormat, mut book: Workbook) {
    // LibreOffice exports a boolean as the formula TRUE(), in ods even with the value 1.
    for cell in book.sheets[0].cells.iter_mut().filter(|c| (c.row, c.column) == (1, 3)) {
        *cell = self::cell(1, 3, Content::Bool(true), false);
    }
    assert_eq!(book.format, format);
    let names: Vec<_> = book.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
    assert_eq!(names, [("表一", false), ("隐藏", true)]);
    let expected = [
        cell(0, 0, text("单位"), false),
        cell(0, 1, text("金额"), false),
        cell(1, 0, text("甲局"), false),
        cell(1, 1, Content::Number(12.5), false),
        cell(1, 2, date("2024-03-15"), false),
        cell(1, 3, Content::Bool(true), false),
        cell(1, 4, text("二行\n文字"), false),
        cell(1, 5, text("甲乙"), true),
        cell(2, 0, text("乙局"), false),
        cell(2, 1, Content::Number(-3.0), false),
        cell(2, 2, date("2024-03-15T08:30:00"), false),
        cell(2, 3, error("#DIV/0!"), true),
        cell(2, 4, text("  空格 "), false),
        cell(3, 0, text("合计"), false),
        cell(3, 1, Content::Number(9.5), true),
    ];
    assert_eq!(book.sheets[0].cells, expected, "{format:?}");
    assert_eq!(book.sheets[1].cells, [cell(2, 1, Content::Number(7.0), false)]);
}

#[test]
fn xlsx_xls_and_ods_give_the_same_cells() {
    check_common(FileFormat::Xlsx, read(&fixture("common.xlsx")).unwrap());
    check_common(FileFormat::Xls, read(&fixture("common.xls")).unwrap());
    check_common(FileFormat::Ods, read(&fixture("common.ods")).unwrap());
}

#[test]
fn xlsb_gives_cells_and_keeps_formula_errors() {
    let book = read(&fixture("small.xlsb")).unwrap();
    assert_eq!(book.format, FileFormat::Xlsb);
    assert!(book.sheets[0].hidden);
    assert_eq!(
        book.sheets[0].cells,
        [
            cell(0, 0, text("单位"), false),
            cell(0, 1, Content::Number(12.5), false),
            cell(1, 0, Content::Number(25.0), true),
            cell(1, 1, error("#ERROR!"), true),
        ]
    );
}

#[test]
fn xlwt_workbooks_read_to_the_last_row() {
    let book = read(&fixture("xlwt.xls")).unwrap();
    let cells = &book.sheets[0].cells;
    assert_eq!(at(cells, 65_535, 3).unwrap().content, text("末行"));
    assert!(at(cells, 2, 1).unwrap().is_formula);
    assert!(book.sheets[1].hidden);
}

#[test]
fn a_stray_cell_in_the_last_corner_of_an_xls_is_refused_not_allocated() {
    assert_eq!(refusal(&fixture("stray-corner.xls")), Refusal::TooLarge("cells"));
}

#[test]
fn a_compound_file_without_a_directory_tree_is_still_read() {
    let mut bytes = fixture("xlwt.xls");
    let name: Vec<u8> = "Root Entry".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = bytes.windows(name.len()).position(|w| w == name).unwrap();
    bytes[root + 76..root + 80].copy_from_slice(&[0xFF; 4]);
    assert_eq!(read(&bytes).unwrap().sheets.len(), 2);
}

#[test]
fn xls_dimensions_that_no_sheet_has_are_refused_not_reserved() {
    let good = fixture("common.xls");
    let header = [0x00, 0x02, 0x0E, 0x00];
    let place = good.windows(4).position(|w| w == header).unwrap() + 4;
    for (offset, value) in [(0, u32::MAX), (4, u32::MAX), (8, 0xFFFF_0000)] {
        let mut bad = good.clone();
        bad[place + offset..place + offset + 4].copy_from_slice(&value.to_le_bytes());
        assert_eq!(refusal(&bad), Refusal::Damaged("xls dimensions".into()));
    }
}

#[test]
fn formulas_without_computed_values_say_so() {
    let book = read(&fixture("uncomputed.xlsx")).unwrap();
    assert_eq!(at(&book.sheets[0].cells, 3, 1), Some(&cell(3, 1, Content::Uncomputed, true)));
}

#[test]
fn epoch_1904_durations_times_and_number_formats() {
    let cells = only_sheet(&fixture("epoch1904.xlsx"));
    let contents: Vec<_> = cells.into_iter().map(|c| c.content).collect();
    assert_eq!(
        contents,
        [date("2024-03-15"), date("PT30H5M0S"), date("08:30:00"), Content::Number(12.5), Content::Number(3.0)]
    );
}

#[test]
fn chart_sheets_are_left_out() {
    let book = read(&fixture("chartsheet.xlsx")).unwrap();
    assert_eq!(book.sheets.len(), 1);
}

#[test]
fn macro_sheets_are_left_out_instead_of_refusing_the_workbook() {
    let workbook = r#"<workbook xmlns:r="r"><sheets><sheet name="M" sheetId="2" r:id="rId2"/><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let rels = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>"#;
    let bytes = xlsx_with(
        r#"<row r="1"><c r="A1"><v>1</v></c></row>"#,
        &[("xl/workbook.xml", workbook.as_bytes()), ("xl/_rels/workbook.xml.rels", rels.as_bytes())],
    );
    assert_eq!(only_sheet(&bytes), [cell(0, 0, Content::Number(1.0), false)]);
}

#[test]
fn errors_newer_than_the_decoder_stay_errors() {
    let bytes =
        xlsx_with(r##"<row r="1"><c r="A1" t="e"><f>A2:A3</f><v>#SPILL!</v></c><c r="B1"><v>2</v></c></row>"##, &[]);
    assert_eq!(only_sheet(&bytes), [cell(0, 0, error("#VALUE!"), true), cell(0, 1, Content::Number(2.0), false)]);
}

// ---- text ------------------------------------------------------------------------------------------

const CSV: &str = "单位,金额\r\n甲局,12.5\r\n";

fn check_csv(bytes: &[u8]) {
    let book = read(bytes).unwrap();
    assert_eq!(book.format, FileFormat::Csv);
    let Sheet { name, hidden, cells, .. } = &book.sheets[0];
    assert_eq!((name.as_str(), *hidden), ("", false));
    let got: Vec<_> = cells.iter().map(|c| c.content.clone()).collect();
    assert_eq!(got, [text("单位"), text("金额"), text("甲局"), text("12.5")]);
}

#[test]
fn csv_in_every_encoding() {
    let utf16 = |le: bool| -> Vec<u8> {
        CSV.encode_utf16().flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    check_csv(CSV.as_bytes());
    check_csv(&[b"\xEF\xBB\xBF", CSV.as_bytes()].concat());
    check_csv(&encoding_rs::GB18030.encode(CSV).0);
    check_csv(&utf16(true));
    check_csv(&utf16(false));
    check_csv(&[b"\xFF\xFE".to_vec(), utf16(true)].concat());
    check_csv(&[b"\xFE\xFF".to_vec(), utf16(false)].concat());
}

#[test]
fn csv_forgives_one_stray_byte_and_no_more() {
    let cut = &CSV.repeat(3).into_bytes()[..CSV.len() * 2 + 4];
    let cells = only_sheet(cut);
    assert_eq!(cells.last().unwrap().content, text("单\u{FFFD}"));
    let bad = [b"\xEF\xBB\xBF".as_slice(), b"a,\xFF\xFF,\xFF,b"].concat();
    assert_eq!(refusal(&bad), Refusal::Damaged("encoding".into()));
}

#[test]
fn csv_rows_are_numbered_as_a_spreadsheet_shows_them() {
    let cells = only_sheet("标题\n\n\"a\nb\",1\n,\"x \"\"y\"\"\"\r\n\r\nlast,2,3".as_bytes());
    assert_eq!(
        cells,
        [
            cell(0, 0, text("标题"), false),
            cell(2, 0, text("a\nb"), false),
            cell(2, 1, text("1"), false),
            cell(3, 1, text("x \"y\""), false),
            cell(5, 0, text("last"), false),
            cell(5, 1, text("2"), false),
            cell(5, 2, text("3"), false),
        ]
    );
}

#[test]
fn csv_delimiters_are_guessed_outside_quotes() {
    for delimiter in [",", ";", "\t", "|"] {
        let body = "标题\n\"a,;b\tc|\"@1\nb@2\nc@3\n".replace('@', delimiter);
        let cells = only_sheet(body.as_bytes());
        assert_eq!(at(&cells, 1, 0).unwrap().content, text("a,;b\tc|"), "{delimiter:?}");
        assert_eq!(at(&cells, 3, 1).unwrap().content, text("3"), "{delimiter:?}");
    }
    let cells = only_sheet(b"sep=;\r\na,1;b\r\n");
    assert_eq!(cells, [cell(0, 0, text("a,1"), false), cell(0, 1, text("b"), false)]);
}

#[test]
fn csv_odds_and_ends() {
    assert_eq!(only_sheet("一段文字。\n又一段。".as_bytes()).len(), 2);
    // A quote that swallows rows is damage, not a long text.
    assert_eq!(refusal(b"a,\"b\nc,1\nd,2\n"), Refusal::Damaged("unclosed quote".into()));
    assert_eq!(refusal(b"a,\"b\nc,1\nd,\"x\",2\n"), Refusal::Damaged("text behind a quote".into()));
    assert_eq!(only_sheet(b"a,b\r\n\x1A").len(), 2);
    assert_eq!(only_sheet(b" 1 , x")[0].content, text(" 1 "));
    assert!(only_sheet(b"\n\n").is_empty());
    assert!(only_sheet(b"\xEF\xBB\xBF").is_empty());
}
