//! Merged cells of a workbook: what they cover is not read, and a figure merged over several places is none of them.

use crate::common::Place;
use crate::support;

/// A sheet with a table 2 of which the given cells hold figures or texts, and the given ranges are merged.
fn workbook(cells: &[(&str, &str)], merged: &[&str]) -> Vec<u8> {
    let texts = [
        ("A1", "甲市教育局2021年度政府信息公开统计表"),
        ("A2", "二、主动公开政府信息情况"),
        ("A3", "信息内容"),
        ("B3", "本年制发件数"),
        ("C3", "本年废止件数"),
        ("D3", "现行有效件数"),
        ("A4", "规章"),
        ("A5", "行政规范性文件"),
    ];
    let mut all: Vec<(&str, String)> = texts.iter().map(|(at, text)| (*at, inline(at, text))).collect();
    all.extend(cells.iter().map(|(at, value)| match value.parse::<f64>() {
        Ok(_) => (*at, format!(r#"<c r="{at}"><v>{value}</v></c>"#)),
        Err(_) => (*at, inline(at, value)),
    }));
    all.sort_by_key(|(at, _)| (at[1..].parse::<u32>().unwrap(), at.as_bytes()[0]));
    let rows: String = (1..=5)
        .map(|row| {
            let own = all.iter().filter(|(at, _)| at[1..] == row.to_string()).map(|(_, cell)| cell.as_str());
            format!(r#"<row r="{row}">{}</row>"#, own.collect::<String>())
        })
        .collect();
    let ranges: String = merged.iter().map(|range| format!(r#"<mergeCell ref="{range}"/>"#)).collect();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData><mergeCells>{ranges}</mergeCells></worksheet>");
    support::xlsx_with("", &[("xl/worksheets/sheet1.xml", sheet.as_bytes())])
}

fn inline(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// Counted `code=value`, and `rule cell` of the findings on cells.
fn read(bytes: Vec<u8>) -> (Vec<String>, Vec<String>) {
    let place = Place::new();
    place.put("教育局2021.xlsx", bytes);
    place.run(&[]).ends_with(0);
    let facts = place.rows(2021, "facts.csv");
    let facts = facts.iter().filter(|row| !row["value"].is_empty());
    let said = place.rows(2021, "findings.csv");
    let said = said.iter().filter(|row| ["value.", "file."].iter().any(|stem| row["rule"].starts_with(stem)));
    (
        facts.map(|row| format!("{}:{}={}", &row["indicator"], &row["dimension"], &row["value"])).collect(),
        said.map(|row| format!("{} {}", &row["rule"], &row["cell"])).collect(),
    )
}

const SECOND: [(&str, &str); 3] = [("B5", "4"), ("C5", "5"), ("D5", "6")];
const SECOND_READ: [&str; 3] = ["normative:issued=4", "normative:repealed=5", "normative:in_force=6"];

#[test]
fn what_a_merged_cell_covers_is_not_read() {
    let cells = [&[("B4", "无"), ("C4", "777"), ("D4", "888")][..], &SECOND].concat();
    let (facts, said) = read(workbook(&cells, &["A1:D1", "B4:D4"]));
    assert_eq!(facts, SECOND_READ);
    assert_eq!(said, ["file.covered_cells C4"]);
}

#[test]
fn a_figure_merged_over_several_places_is_none_of_them() {
    let cells = [&[("B4", "7")][..], &SECOND].concat();
    let (facts, said) = read(workbook(&cells, &["B4:D4"]));
    assert_eq!(facts, SECOND_READ);
    assert_eq!(said, ["value.merged B4"]);
}

#[test]
fn a_figure_merged_with_empty_places_beside_the_table_is_read() {
    let cells = [&[("B4", "1"), ("C4", "2"), ("D4", "3")][..], &SECOND].concat();
    let (facts, said) = read(workbook(&cells, &["D4:F4", "A2:D2"]));
    assert_eq!(facts.len(), 6);
    assert!(said.is_empty(), "{said:?}");
}

/// One sheet in four formats: a hidden row, a hidden column, and a number under merged cells (tests/fixtures/folded).
#[test]
fn hidden_rows_and_columns_are_read_and_said() {
    let expected = ["rules:issued=1", "rules:repealed=2", "rules:in_force=3", "normative:in_force=6"];
    for (name, covered) in [("folded.xlsx", true), ("folded.xls", true), ("folded.ods", true), ("folded.xml", false)] {
        let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/folded").join(name);
        let (facts, mut said) = read(std::fs::read(fixture).unwrap());
        assert_eq!(facts, expected, "{name}");
        said.sort();
        let rules = ["file.covered_cells C5", "file.hidden_cells B4"];
        assert_eq!(said, rules[usize::from(!covered)..], "{name}");
    }
}
