//! What stands beside a figure changes what it means: units, remarks on labels, formulas without values.

use crate::common::grid::YEAR;
use crate::common::{Place, Row};
use crate::support;

const SENDER: &str = "甲市教育局";

/// The only amount of a fees table, and the rules of the findings on it.
fn amount(table: &str) -> (String, Vec<String>) {
    let place = Place::new();
    place.put("教育局2021.csv", format!("{SENDER}2021年政府信息公开工作年度报告统计表\n{table}"));
    place.run(&[]);
    let value = place
        .rows(YEAR, "facts.csv")
        .iter()
        .find(|row| &row["dimension"] == "amount")
        .map(|row| row["value"].to_owned());
    let about = |row: &Row| &row["dimension"] == "amount";
    let rules =
        place.rows(YEAR, "findings.csv").iter().filter(|row| about(row)).map(|row| row["rule"].to_owned()).collect();
    (value.expect("an amount"), rules)
}

#[test]
fn money_is_meant_in_the_unit_that_the_sheet_states() {
    let yuan = ("2510000".to_owned(), vec![]);
    let wan = ("2510000".to_owned(), vec![]);
    for (said, expected, table) in [
        (
            "in the printed head",
            &wan,
            "二、主动公开政府信息情况,\n信息内容,本年收费金额（单位：万元）\n行政事业性收费,251\n",
        ),
        ("in the head", &yuan, "二、主动公开政府信息情况,\n信息内容,本年收费金额（元）\n行政事业性收费,2510000\n"),
        (
            "in a line above",
            &yuan,
            "金额单位：元\n二、主动公开政府信息情况,\n信息内容,本年收费金额\n行政事业性收费,2510000\n",
        ),
        (
            "in a second head row",
            &yuan,
            "二、主动公开政府信息情况,\n信息内容,本年收费金额\n,（单位：元）\n行政事业性收费,2510000\n",
        ),
        ("on the row", &yuan, "二、主动公开政府信息情况,\n信息内容,本年收费金额\n行政事业性收费（元）,2510000\n"),
        ("behind the figure", &yuan, "二、主动公开政府信息情况,,\n信息内容,本年收费金额,\n行政事业性收费,2510000,元\n"),
        (
            "in the cell",
            &yuan,
            "二、主动公开政府信息情况,\n信息内容,本年收费金额（单位：万元）\n行政事业性收费,2510000元\n",
        ),
    ] {
        assert_eq!(amount(table), *expected, "{said}");
    }
}

#[test]
fn money_without_a_unit_is_queried_and_with_two_units_refused() {
    let head = "二、主动公开政府信息情况,\n信息内容,本年收费金额\n行政事业性收费,";
    assert_eq!(amount(&format!("{head}251\n")), ("2510000".to_owned(), vec!["value.unit_assumed".to_owned()]));
    assert_eq!(amount(&format!("{head}0\n")), ("0".to_owned(), vec![]));
    let both = "金额单位：元\n二、主动公开政府信息情况,\n信息内容,本年收费金额（单位：万元）\n行政事业性收费,251\n";
    assert_eq!(amount(both), (String::new(), vec!["value.units_differ".to_owned()]));
}

/// `indicator=value` of a list of channels.
fn channels(lines: &str) -> Vec<String> {
    let place = Place::new();
    place.put("教育局2021.csv", format!("填报单位：{SENDER},,年度：2021\n指标,单位,数量\n{lines}"));
    place.run(&[]);
    place.rows(YEAR, "facts.csv").iter().map(|row| format!("{}={}", &row["indicator"], &row["value"])).collect()
}

#[test]
fn a_remark_that_changes_the_meaning_makes_another_label() {
    let base = "微信公众号发布信息,篇,61\n投诉,件,0\n";
    for (remark, is_harmless) in [
        ("（次）", true),
        ("（本年）", true),
        ("（=1+2）", true),
        ("（上年）", false),
        ("（2020年）", false),
        ("（2020）", false),
        ("（其中：电话）", false),
        ("（重复件）", false),
    ] {
        let facts = channels(&format!("{base}信息咨询{remark},次,30\n"));
        assert_eq!(facts.contains(&"inquiries=30".to_owned()), is_harmless, "{remark}: {facts:?}");
    }
}

#[test]
fn a_scaled_unit_scales() {
    let facts = channels("微信公众号发布信息,篇,61\n投诉,件,0\n信息咨询,万次,2\n");
    assert!(facts.contains(&"inquiries=20000".to_owned()), "{facts:?}");
    assert!(facts.contains(&"wechat.posts=61".to_owned()), "{facts:?}");
}

#[test]
fn a_formula_that_was_never_computed_is_an_error_and_no_blank() {
    let place = Place::new();
    let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let rows = [
        format!(r#"<row r="1">{}</row>"#, cell("A1", "填报单位：甲市教育局 2021年度")),
        format!(r#"<row r="2">{}{}{}</row>"#, cell("A2", "指标"), cell("B2", "单位"), cell("C2", "数量")),
        format!(r#"<row r="3">{}<c r="C3"><f>SUM(D1:D9)</f></c></row>"#, cell("A3", "微信公众号发布信息")),
        format!(r#"<row r="4">{}<c r="C4" t="str"><f>IF(D1=0,"",D1)</f><v></v></c></row>"#, cell("A4", "信息咨询")),
        format!(r#"<row r="5">{}<c r="C5"><v>3</v></c></row>"#, cell("A5", "投诉")),
    ];
    place.put("教育局2021.xlsx", support::xlsx_with(&rows.concat(), &[]));
    place.run(&[]);
    let found: Vec<String> =
        place.findings(YEAR, "value.uncomputed").iter().map(|row| row["cell"].to_owned()).collect();
    assert_eq!(found, ["C3"]);
    let facts: Vec<String> =
        place.rows(YEAR, "facts.csv").iter().map(|row| row.key(&["indicator", "value", "meaning"])).collect();
    assert_eq!(facts, ["wechat.posts||text", "inquiries||blank", "complaints|3|number"]);
}

#[test]
fn an_empty_form_does_not_supersede_a_full_one() {
    let place = Place::new();
    let table = |figure: &str| {
        format!(
            "填报单位：{SENDER},,年度：2021\n指标,单位,数量\n微信公众号发布信息,篇,{figure}\n信息咨询,次,{figure}\n投诉,件,{figure}\n"
        )
    };
    place.put("教育局2021.csv", table("7")).put("教育局2021更正.csv", table(""));
    place.run(&[]);
    assert_eq!(&place.fate(YEAR, "教育局2021.csv")["status"], "counted");
    assert_eq!(&place.fate(YEAR, "教育局2021更正.csv")["status"], "superseded");
}
