//! Formats that are markup: web pages, pages in one MIME file, XML Spreadsheet 2003, Word documents.
//!
//! The fixtures come from `tests/fixtures/read/make_markup.py`.

use crate::support::*;
use huizong::{Cell, Content, FileFormat, Refusal};

/// The cells of the first sheet of common.xlsx, and how a format shows the one text with spaces around it.
fn common(spaced: &str) -> Vec<Cell> {
    vec![
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
        cell(2, 4, text(spaced), false),
        cell(3, 0, text("合计"), false),
        cell(3, 1, Content::Number(9.5), true),
    ]
}

/// The same in HTML, which shows dates as printed and trims spaces.
fn common_of_excel_html() -> Vec<Cell> {
    let mut cells = common("\u{A0} 空格\u{A0}");
    cells[10].content = date("2024-03-15 08:30");
    cells
}

fn html(body: &str) -> Vec<(u32, u32, String)> {
    shown(&only_sheet(format!("<html><body>{body}</body></html>").as_bytes()))
}

fn expect(cells: &[(u32, u32, String)], expected: &[(u32, u32, &str)]) {
    let cells: Vec<_> = cells.iter().map(|(row, column, text)| (*row, *column, text.as_str())).collect();
    assert_eq!(cells, expected);
}

// ---- the common cells ------------------------------------------------------------------------------

#[test]
fn excel_html_gives_the_stored_values() {
    let book = read(&fixture("common-excel.html")).unwrap();
    assert_eq!(book.format, FileFormat::Html);
    assert_eq!((book.sheets.len(), book.sheets[0].name.as_str()), (1, "表一"));
    assert_eq!(book.sheets[0].cells, common_of_excel_html());
}

#[test]
fn libreoffice_html_gives_the_stored_values() {
    let cells = only_sheet(&fixture("common-lo.html"));
    let mut expected = common("空格");
    expected[5].content = Content::Number(1.0);
    expected[10].content = date("2024-03-15 08:30");
    expected.iter_mut().for_each(|cell| cell.is_formula = false);
    assert_eq!(cells, expected);
}

#[test]
fn a_workbook_in_one_mime_file_gives_its_sheets() {
    let book = read(&fixture("common.mht")).unwrap();
    assert_eq!(book.format, FileFormat::Mhtml);
    let names: Vec<_> = book.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
    assert_eq!(names, [("表一", false), ("隐藏", true)]);
    assert_eq!(book.sheets[0].cells, common_of_excel_html());
    assert_eq!(book.sheets[1].cells, [cell(2, 1, Content::Number(7.0), false)]);
}

#[test]
fn xml_spreadsheet_2003_gives_the_same_cells_as_xlsx() {
    let book = read(&fixture("common-2003.xml")).unwrap();
    assert_eq!(book.format, FileFormat::XmlSpreadsheet);
    let names: Vec<_> = book.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
    assert_eq!(names, [("表一", false), ("隐藏", true)]);
    assert_eq!(book.sheets[0].cells, common("  空格 "));
    assert_eq!(book.sheets[1].cells, [cell(2, 1, Content::Number(7.0), false)]);
}

#[test]
fn variants_of_xlsx_are_read_as_xlsx() {
    let expected = read(&fixture("common.xlsx")).unwrap();
    for name in ["common.xlsm", "common.xltx"] {
        let book = read(&fixture(name)).unwrap();
        assert_eq!(book.format, FileFormat::Xlsx, "{name}");
        assert_eq!(book.sheets[0].cells, expected.sheets[0].cells, "{name}");
        assert_eq!(book.sheets[1].cells, expected.sheets[1].cells, "{name}");
    }
}

#[test]
fn tab_separated_text_is_read_by_its_tabs() {
    let cells = shown(&only_sheet("单位\t金额\n甲局\t1,234\n乙局\t5\n".as_bytes()));
    expect(&cells, &[(0, 0, "单位"), (0, 1, "金额"), (1, 0, "甲局"), (1, 1, "1,234"), (2, 0, "乙局"), (2, 1, "5")]);
}

#[test]
fn a_word_document_gives_paragraphs_and_tables_in_order() {
    let book = read(&fixture("report.docx")).unwrap();
    assert_eq!(book.format, FileFormat::Docx);
    let cells = &book.sheets[0].cells;
    assert!(at(cells, 4, 2).unwrap().is_formula);
    assert!(!at(cells, 4, 1).unwrap().is_formula);
    expect(
        &shown(cells),
        &[
            (0, 0, "甲市教育局2021年报告"),
            (1, 0, "填报单位：甲市教育局"),
            (2, 0, "项目"),
            (2, 1, "金额"),
            (3, 1, "上年"),
            (3, 2, "本年"),
            (4, 0, "收入\n（万元）"),
            (4, 1, "12.5"),
            (4, 2, "13"),
            (5, 1, "支出"),
            (5, 2, "9"),
            (7, 0, "说明"),
            (8, 0, "外"),
            (9, 0, "内"),
            (9, 1, "7[2]"),
        ],
    );
}

// ---- pages -----------------------------------------------------------------------------------------

#[test]
fn a_page_is_read_in_the_order_in_which_it_is_seen() {
    let page = r##"<title> 甲市财政局
        2021年报告 </title><script>if (a<b) "<table>"</script><style>td{}</style>
        <ul><li><a href="/">首页</a></li><li><a href="/x">公开</a> | <a href="/y">办事</a></li></ul>
        <h1><a href="#">政府信息公开年报</a></h1>
        <p>填报单位：甲市<b>财政</b>局<br>单位：&nbsp;万元&amp;件</p>
        <table><caption>表一</caption><thead><tr><th rowspan=2>项目<th colspan="2">数&#37327;</tr><tr><td>a<td>b</tr></thead>
        <tbody><tr><td>一<td> 1 <td>&nbsp;<tr style="DISPLAY: none"><td>x<td>9</tr><tr><td><p>二</p><p>三</p></td><td>2</td></tbody></table>
        <table><tr><td>另</td></tr></table><p>注</p><div hidden>藏<table><tr><td>8</table></div>"##;
    let sheet = &read(format!("<html>{page}</html>").as_bytes()).unwrap().sheets[0];
    assert_eq!(sheet.name, "甲市财政局 2021年报告");
    expect(
        &shown(&sheet.cells),
        &[
            (0, 0, "政府信息公开年报"),
            (1, 0, "填报单位：甲市财政局"),
            (2, 0, "单位：\u{A0}万元&件"),
            (3, 0, "表一"),
            (4, 0, "项目"),
            (4, 1, "数量"),
            (5, 1, "a"),
            (5, 2, "b"),
            (6, 0, "一"),
            (6, 1, "1"),
            (7, 0, "二\n三"),
            (7, 1, "2"),
            (9, 0, "另"),
            (11, 0, "注"),
        ],
    );
}

#[test]
fn a_table_that_arranges_others_is_unrolled() {
    let page = "<table><tr><td><p>甲局</p><p>报告</p></td></tr><tr><td>导航</td><td>\
        <table><tr><td>项</td><td>数</td></tr><tr><td>一</td><td><table><tr><td>5</td></tr></table></td></tr></table>\
        尾<table><tr><td></td></tr></table></td></tr><tr><td>版权</td><td>所有</td></tr></table>";
    expect(
        &html(page),
        &[
            (0, 0, "甲局\n报告"),
            (2, 0, "导航"),
            (3, 0, "项"),
            (3, 1, "数"),
            (4, 0, "一"),
            (4, 1, "5"),
            (6, 0, "尾"),
            (7, 0, "版权"),
            (7, 1, "所有"),
        ],
    );
}

#[test]
fn merged_cells_keep_every_other_cell_in_its_place() {
    let page = "<table><tr><td rowspan=2 colspan=2>A</td><td>B</td><td rowspan=0>C</td></tr><tr><td>D</td><td>E</td></tr>\
        <tr></tr><tr><td>F</td><td colspan=2>G</td><td>H</td></tr><tbody><tr><td>1<td>2<td>3<td>4</tbody></table>";
    expect(
        &html(page),
        &[
            (0, 0, "A"),
            (0, 2, "B"),
            (0, 3, "C"),
            (1, 2, "D"),
            (1, 4, "E"),
            (3, 0, "F"),
            (3, 1, "G"),
            (3, 4, "H"),
            (4, 0, "1"),
            (4, 1, "2"),
            (4, 2, "3"),
            (4, 3, "4"),
        ],
    );
}

#[test]
fn figures_that_markup_joins_do_not_become_another_figure() {
    let page = "<table><tr><td>12<sup>1</sup></td><td><s>12</s>15</td><td><del>12</del>16</td>\
        <td><input type=hidden value=3><input value=17></td><td>m<sup>2</sup></td><td>18<ruby></ruby></td></tr></table>";
    expect(&html(page), &[(0, 0, "12[1]"), (0, 1, "~12~15"), (0, 2, "16"), (0, 3, "17"), (0, 4, "m2"), (0, 5, "18")]);
}

#[test]
fn a_stored_number_shown_as_a_date_is_a_date() {
    let excel = |value: &str, shown: &str| {
        let page = format!(
            "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td x:num='{value}'>{shown}</table></html>"
        );
        only_sheet(page.as_bytes()).remove(0).content
    };
    for shown in ["2024年3月", "2024/3/15", "15-Mar-24", "Dec-24", "8:30", "2024.3.15", "3月15日"] {
        assert_eq!(excel("45366", shown), date(shown));
    }
    for shown in ["45,366", "45366.00", "￥45,366", "4.5E+04", "45366人", "####", "(45,366)", "4.5万", "-45366"] {
        assert_eq!(excel("45366", shown), Content::Number(45_366.0), "{shown}");
    }
    assert_eq!(excel("0.5", "1/2"), Content::Number(0.5));
    assert_eq!(excel("0", "#REF!"), error("#REF!"));
}

#[test]
fn pages_come_in_every_encoding() {
    let page = |charset: &str| {
        format!(
            "<html><head><meta http-equiv='Content-Type' content='text/html; charset={charset}'></head><body><table><tr><td>单位</td><td>１２</td></tr></table></body></html>"
        )
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let cases = [
        page("utf-8").into_bytes(),
        page("gb2312").into_bytes(),
        gb(&page("gb2312")),
        gb(&page("GBK")),
        gb(&page("utf-8")),
        gb("<table><tr><td>单位</td><td>１２</td></tr></table>"),
        encoding_rs::BIG5.encode(&page("big5").replace("单", "單")).0.into_owned(),
        [b"\xEF\xBB\xBF", page("gbk").as_bytes()].concat(),
        [b"\xFF\xFE".to_vec(), utf16(&page("unicode"))].concat(),
        utf16(&page("utf-16")),
    ];
    for bytes in cases {
        let cells = shown(&only_sheet(&bytes));
        assert_eq!((cells[0].2.replace('單', "单").as_str(), cells[1].2.as_str()), ("单位", "１２"));
    }
}

#[test]
fn tables_that_begin_otherwise_are_tables() {
    for head in
        ["", "报表\r\n", "<style>a{}</style>", "<?xml version='1.0'?><html>", "<!-- x --><div>", "\u{FEFF}\r\n "]
    {
        let bytes = format!("{head}<table border=1><tr><td>甲</td><td>5</td></tr></table>");
        let book = read(bytes.as_bytes()).unwrap();
        assert_eq!(book.format, FileFormat::Html, "{head}");
        assert_eq!(book.sheets[0].cells.last().unwrap().content, text("5"), "{head}");
    }
}

#[test]
fn a_page_cut_within_a_table_is_truncated() {
    let whole = "<html><body><p>甲</p><table><tr><td>1</td></tr><tr><td>2</td></tr></table></body></html>";
    let open = whole.find("<table").unwrap()..whole.find("</table>").unwrap();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let cut = read(&whole.as_bytes()[..end]);
        if open.contains(&(end.saturating_sub(7))) {
            assert_eq!(cut.err(), Some(Refusal::Truncated), "{}", &whole[..end]);
        } else if let Ok(book) = cut {
            let cells = book.sheets[0].cells.len();
            assert!(if end > open.end { cells == 3 } else { cells <= 1 }, "{}", &whole[..end]);
        }
    }
    // Sloppy, but whole.
    assert_eq!(only_sheet(b"<html><table><tr><td>1<tr><td>2</html>").len(), 2);
    for swallowed in ["<!-- ", "<script>", "<style>", "<div style='display:none'>", "<textarea>", "<select>"] {
        let page = format!("<html><p>a</p>{swallowed}<table><tr><td>1</td></tr></table></html>");
        assert_eq!(refusal(page.as_bytes()), Refusal::Truncated, "{swallowed}");
    }
    let frames = b"<html><frameset><frame src='a.files/sheet001.htm'></frameset></html>";
    assert_eq!(refusal(frames), Refusal::Unsupported("html"));
}

// ---- XML Spreadsheet, Word and MIME by hand ----------------------------------------------------------

#[test]
fn xml_spreadsheet_positions_and_formulas() {
    let rows = "<ss:Row ss:Span='1'/><ss:Row><ss:Cell ss:MergeAcross='2' ss:MergeDown='1'><ss:Data ss:Type='String'>A</ss:Data></ss:Cell><ss:Cell ss:Formula='=1'/></ss:Row>\
        <ss:Row><ss:Cell ss:Index='4'><ss:Data ss:Type='Number'>1e999</ss:Data></ss:Cell></ss:Row>\
        <ss:Row ss:Index='9'><ss:Cell><ss:Data ss:Type='Number'>x</ss:Data></ss:Cell><ss:Cell><ss:Data ss:Type='DateTime'>1899-12-31T08:30:00.000</ss:Data></ss:Cell></ss:Row>";
    assert_eq!(
        only_sheet(&xml_2003(rows)),
        [
            cell(2, 0, text("A"), false),
            cell(2, 3, Content::Uncomputed, true),
            cell(3, 3, error("#NUM!"), false),
            cell(8, 0, text("x"), false),
            cell(8, 1, date("08:30:00"), false),
        ]
    );
    let gb =
        String::from_utf8(xml_2003("<ss:Row><ss:Cell><ss:Data ss:Type='String'>单位</ss:Data></ss:Cell></ss:Row>"))
            .unwrap();
    let bytes = encoding_rs::GB18030.encode(&gb.replace("UTF-8", "gb2312")).0.into_owned();
    assert_eq!(only_sheet(&bytes), [cell(0, 0, text("单位"), false)]);
}

#[test]
fn xml_spreadsheet_cut_anywhere_is_refused() {
    let whole = fixture("common-2003.xml");
    let trimmed = whole.trim_ascii_end().len();
    for end in 600..trimmed {
        assert_eq!(read(&whole[..end]).err(), Some(Refusal::Truncated), "{end}");
    }
}

#[test]
fn a_word_document_cut_anywhere_is_refused() {
    let part =
        |document: &str| zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())]);
    let whole = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:tbl><w:tr><w:tc><w:tcPr><w:tcPrChange><w:tcPr><w:vMerge/></w:tcPr></w:tcPrChange></w:tcPr><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
    assert_eq!(only_sheet(&part(whole)), [cell(0, 0, text("1"), false)]);
    for end in 0..whole.len() {
        assert!(matches!(refusal(&part(&whole[..end])), Refusal::Damaged(_)), "{end}");
    }
}

fn mime(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut file = "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"--B--\"\r\n\r\n".to_owned();
    for (location, body) in parts {
        let coded = body.replace('=', "=3D");
        file.push_str(&format!("----B--\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: {location}\r\n\r\n{coded}\r\n"));
    }
    file.push_str("----B----\r\n");
    file.into_bytes()
}

#[test]
fn a_page_saved_by_a_browser_gives_its_frames() {
    let bytes = mime(&[
        ("https://x.gov.cn/a.html", "<html><title>甲局</title><p>正文</p></html>"),
        ("cid:frame-1@mhtml.blink", "<html><table><tr><td colspan=2>表</td><td>5</td></tr></table></html>"),
        ("cid:frame-2@mhtml.blink", "<html></html>"),
    ]);
    let book = read(&bytes).unwrap();
    assert_eq!(book.sheets.len(), 2, "{book:?}");
    assert_eq!(book.sheets[0].name, "甲局");
    expect(&shown(&book.sheets[1].cells), &[(0, 0, "表"), (0, 2, "5")]);
    for end in bytes.len() / 3..bytes.len() - 4 {
        assert!(matches!(refusal(&bytes[..end]), Refusal::Truncated | Refusal::Damaged(_)), "{end}");
    }
}

#[test]
fn a_listed_sheet_without_its_part_is_damage() {
    let list = "<html><!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>表一</x:Name><x:WorksheetSource HRef=\"a.files/sheet001.htm\"/></x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]--></html>";
    let sheet = "<html><table><tr><td>1</td></tr></table></html>";
    let book = read(&mime(&[("file:///C:/a.htm", list), ("file:///C:/a.files/sheet001.htm", sheet)])).unwrap();
    assert_eq!(book.sheets[0].name, "表一");
    assert_eq!(book.sheets[0].cells.len(), 1);
    assert!(matches!(refusal(&mime(&[("file:///C:/a.htm", list)])), Refusal::Damaged(_)));
}
