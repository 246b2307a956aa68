//! The same return in every format: the facts, the agency and the year are the same.

use crate::common;
use crate::common::Place;
use crate::common::grid::{Layout, YEAR, balanced, csv_text, library};
use crate::support::{xlsx_with, zip};

const SENDER: &str = "甲市教育局";

type Rows = Vec<Vec<String>>;

/// A return with titles and notes, row by row.
fn rows() -> Rows {
    let library = library();
    let figures = balanced(&library.rulebook, &(0..61).map(|n| n * n * 7 % 1041).collect::<Vec<u64>>());
    let layout = Layout { more_label_columns: 2, titles: true, notes: true, ..Layout::default() };
    let csv = csv_text(&library.rulebook, SENDER, &layout, &|slot| figures[&slot].to_string());
    let mut rows: Rows = Vec::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    for record in reader.records() {
        let mut row: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        while row.last().is_some_and(String::is_empty) {
            row.pop();
        }
        rows.push(row);
    }
    rows
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

// ---- how the formats write rows ----------------------------------------------------------------------

fn xlsx(rows: &Rows) -> Vec<u8> {
    let mut sheet = String::new();
    for (r, row) in (1..).zip(rows) {
        sheet.push_str(&format!("<row r=\"{r}\">"));
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = format!("{}{r}", char::from(b'A' + u8::try_from(c).unwrap()));
            sheet.push_str(&match is_number(text) {
                true => format!("<c r=\"{place}\"><v>{text}</v></c>"),
                false => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text)),
            });
        }
        sheet.push_str("</row>");
    }
    xlsx_with(&sheet, &[])
}

/// A record of a binary workbook: type and length in seven bits a byte.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for mut number in [usize::from(kind), data.len()] {
        loop {
            let more = number > 0x7F;
            bytes.push(u8::try_from(number & 0x7F).unwrap() | if more { 0x80 } else { 0 });
            number >>= 7;
            if !more {
                break;
            }
        }
    }
    bytes.extend(data);
    bytes
}

fn xlsb(rows: &Rows) -> Vec<u8> {
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let wide = |text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        word(units.len()).into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>()
    };
    let width = rows.iter().map(Vec::len).max().unwrap();
    let size: Vec<u8> = [0, rows.len() - 1, 0, width - 1].into_iter().flat_map(word).collect();
    let mut sheet = [record(0x81, b""), record(0x94, &size), record(0x91, b"")].concat();
    for (r, row) in rows.iter().enumerate() {
        sheet.extend(record(0, &[&word(r)[..], &[0; 13]].concat()));
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = [word(c), word(0)].concat();
            sheet.extend(match is_number(text) {
                true => record(5, &[place, text.parse::<f64>().unwrap().to_le_bytes().to_vec()].concat()),
                false => record(6, &[place, wide(text)].concat()),
            });
        }
    }
    sheet.extend([record(0x92, b""), record(0x82, b"")].concat());
    let named = [word(0).to_vec(), word(1).to_vec(), wide("rId1"), wide("表一")].concat();
    let workbook = [record(0x83, b""), record(0x8F, b""), record(0x9C, &named), record(0x90, b""), record(0x84, b"")];
    let relations =
        "<Relationships><Relationship Id=\"rId1\" Type=\"t\" Target=\"worksheets/sheet1.bin\"/></Relationships>";
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/workbook.bin", &workbook.concat()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

fn tsv(rows: &Rows) -> String {
    rows.iter().map(|row| row.join("\t") + "\r\n").collect()
}

/// A row of a table; empty cells behind a label of a head are merged with it.
fn html_row(row: &[String], stored: bool) -> String {
    let is_head = !row.iter().any(|text| is_number(text));
    let mut html = String::from("<tr>");
    let mut c = 0;
    while c < row.len() {
        let span = 1 + row[c + 1..].iter().take_while(|text| is_head && text.is_empty()).count();
        let number = if stored && is_number(&row[c]) { " x:num" } else { "" };
        html.push_str(&format!("<td colspan={span}{number}>{}</td>\r\n", escaped(&row[c])));
        c += span;
    }
    html + "</tr>\n"
}

/// What a web system exports: one table, saved as `.xls`.
fn html_export(rows: &Rows, head: &str, stored: bool) -> String {
    let body: String = rows.iter().map(|row| html_row(row, stored)).collect();
    format!("<html {head}><body><table border=1>{body}</table></body></html>")
}

/// Lines and tables, as a report has them: a line is a row of one cell, or one that names the sender.
fn blocks(rows: &Rows) -> Vec<(bool, Rows)> {
    let mut blocks: Vec<(bool, Rows)> = Vec::new();
    for (r, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
        let alone = row.len() == 1 && !rows.get(r + 1).is_some_and(|next| next.first().is_some_and(String::is_empty));
        let is_line = alone || row[0].starts_with("填报");
        match blocks.last_mut() {
            Some((of_lines, rows)) if *of_lines == is_line && !is_line => rows.push(row.clone()),
            _ => blocks.push((is_line, vec![row.clone()])),
        }
    }
    blocks
}

/// A report on an agency's site: paragraphs and tables within tables for layout, a menu above.
fn html_page(rows: &Rows) -> String {
    let mut body = String::new();
    for (is_line, rows) in blocks(rows) {
        let html = match is_line {
            true => rows[0].iter().filter(|text| !text.is_empty()).map(|text| format!("<p>{text}</p>")).collect(),
            false => format!("<table>{}</table>", rows.iter().map(|row| html_row(row, false)).collect::<String>()),
        };
        body.push_str(&html);
    }
    let menu: String = (0..20).map(|n| format!("<li><a href='/{n}'>乙市财政局2019年</a></li>")).collect();
    format!(
        "<!DOCTYPE html><html><head><title>政府信息公开</title></head><body><ul>{menu}</ul><table><tr><td><a href='/'>首页</a></td></tr>\
         <tr><td><table><tr><td></td><td>{body}</td></tr></table></td></tr></table></body></html>"
    )
}

fn xml_spreadsheet(rows: &Rows) -> String {
    let mut table = String::new();
    for (r, row) in (1..).zip(rows).filter(|(_, row)| !row.is_empty()) {
        table.push_str(&format!("<Row ss:Index=\"{r}\">"));
        for (c, text) in (1..).zip(row).filter(|(_, text)| !text.is_empty()) {
            let kind = if is_number(text) { "Number" } else { "String" };
            table.push_str(&format!(
                "<Cell ss:Index=\"{c}\"><Data ss:Type=\"{kind}\">{}</Data></Cell>",
                escaped(text).replace('\n', "&#10;")
            ));
        }
        table.push_str("</Row>");
    }
    let name = "urn:schemas-microsoft-com:office:spreadsheet";
    format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"{name}\" xmlns:ss=\"{name}\"><Worksheet ss:Name=\"S\"><Table>{table}</Table></Worksheet></Workbook>"
    )
}

fn mhtml(page: &str) -> Vec<u8> {
    let mut file = String::from(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"----=_Part\"\r\n\r\n------=_Part\r\nContent-Location: file:///C:/a.htm\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n",
    );
    let mut length = 0;
    for byte in page.bytes() {
        let coded = match byte {
            b'\n' | b'\r' | b' '..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        length = if byte == b'\n' { 0 } else { length + coded.len() };
        if length > 72 {
            file.push_str("=\r\n");
            length = coded.len();
        }
        file.push_str(&coded);
    }
    file.push_str("\r\n------=_Part--\r\n");
    file.into_bytes()
}

fn docx(rows: &Rows) -> Vec<u8> {
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", escaped(text));
    let mut body = String::new();
    for (is_line, rows) in blocks(rows) {
        if is_line {
            body.extend(rows[0].iter().filter(|text| !text.is_empty()).map(|text| paragraph(text)));
            continue;
        }
        body.push_str("<w:tbl>");
        for row in rows {
            let cells = row.iter().map(|text| format!("<w:tc><w:tcPr/>{}</w:tc>", paragraph(text)));
            body.push_str(&format!("<w:tr>{}</w:tr>", cells.collect::<String>()));
        }
        body.push_str("</w:tbl>");
    }
    let name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!("<w:document xmlns:w=\"{name}\"><w:body>{body}</w:body></w:document>");
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())])
}

// ---- what the program makes of them ------------------------------------------------------------------

/// What `inspect` draws of a file: figures with and without their places, and the other lines without names and areas of
/// sheets.
struct Inspected {
    placed: Vec<String>,
    facts: Vec<String>,
    said: Vec<String>,
}

fn inspected(name: &str, bytes: &[u8]) -> Inspected {
    let place = Place::new();
    place.put(name, bytes);
    let outcome = common::huizong_in(place.path(), ["inspect".to_owned(), format!("in/{name}")]);
    outcome.ends_with(0);
    let (mut placed, mut facts, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for line in outcome.stdout.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if !line.starts_with("  ") {
            let rest = line.split_once('：').map_or(line, |(_, rest)| rest);
            said.push(rest.replace(name, ""));
            continue;
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        placed.push(fields.join(" "));
        let without_place = |field: &&str| field.split_once('=').map_or(*field, |(_, value)| value).to_owned();
        // What was rewritten names its cell first.
        let named = usize::from(fields[0].contains('：'));
        facts.push(fields.iter().skip(named).map(without_place).collect::<Vec<_>>().join(" "));
    }
    facts.sort();
    Inspected { placed, facts, said }
}

#[test]
fn a_return_says_the_same_in_every_format() {
    let rows = rows();
    let excel = "xmlns:x=\"urn:schemas-microsoft-com:office:excel\"";
    let gb = |text: String| encoding_rs::GB18030.encode(&text).0.into_owned();
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{FEFF}{}", tsv(&rows)).encode_utf16().flat_map(bytes).collect()
    };
    let expected = inspected("return.xlsx", &xlsx(&rows));
    assert!(expected.facts.len() > 40, "{:?}", expected.said);
    assert!(expected.said.iter().any(|line| line.contains(SENDER) && line.contains(&YEAR.to_string())));
    let sheets = [
        // WPS writes what Excel writes under a name of its own.
        ("return.et", xlsx(&rows)),
        ("return.csv", xlsx(&rows)),
        ("return.xlsm", xlsx(&rows)),
        ("return.xlsb", xlsb(&rows)),
        ("utf8.tsv", tsv(&rows).into_bytes()),
        ("gbk.tsv", gb(tsv(&rows))),
        ("little.tsv", utf16(u16::to_le_bytes)),
        ("big.txt", utf16(u16::to_be_bytes)),
        ("export.xls", gb(html_export(&rows, "", false))),
        ("stored.xls", html_export(&rows, excel, true).into_bytes()),
        ("single.mht", mhtml(&html_export(&rows, excel, true))),
        ("2003.xls", xml_spreadsheet(&rows).into_bytes()),
    ];
    for (name, bytes) in &sheets {
        let got = inspected(name, bytes);
        assert_eq!(got.placed, expected.placed, "{name}");
        assert_eq!(got.said, expected.said, "{name}");
    }
    // A page has rows of its own between the tables.
    let pages = [
        ("page.html", html_page(&rows).into_bytes()),
        ("page.mht", mhtml(&html_page(&rows))),
        ("report.docx", docx(&rows)),
    ];
    for (name, bytes) in &pages {
        let got = inspected(name, bytes);
        assert_eq!(got.facts, expected.facts, "{name}");
        assert_eq!(got.said, expected.said, "{name}");
    }
}

/// WPS's own workbooks are the old format of Excel under another name.
#[test]
fn an_old_workbook_of_wps_is_an_old_workbook_of_excel() {
    let bytes = std::fs::read(common::root().join("data/2021/03-教育局.xls")).unwrap();
    let (xls, et) = (inspected("教育局2021.xls", &bytes), inspected("教育局2021.et", &bytes));
    assert!(xls.facts.len() > 40, "{:?}", xls.said);
    assert_eq!((xls.placed, xls.facts), (et.placed, et.facts));
}
