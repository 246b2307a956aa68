//! What clerks really do to a return: each of these once gave a wrong figure, or lost one without a word.

use crate::common::{Place, huizong_in};

const YEAR: u16 = 2021;
const ROSTER: &str = "id,name,aliases\njy,甲市教育局,教育局\ncz,甲市财政局,财政局\nmz,甲市民政局,民政局\n";

/// The official table 2 in a file: rows below the title, cells separated by `|`.
const TABLE2: &str = "二、主动公开政府信息情况
信息内容|本年制发件数|本年废止件数|现行有效件数
规章|1|0|9
行政规范性文件|4|1|20
信息内容|本年处理决定数量
行政许可|5
信息内容|本年处理决定数量
行政处罚|7
行政强制|2
信息内容|本年收费金额（单位：万元）
行政事业性收费|3";

fn place() -> Place {
    let place = Place::new();
    place.put("roster.csv", ROSTER);
    place
}

fn csv(text: &str) -> String {
    text.lines().map(|line| line.replace('|', ",") + "\n").collect()
}

/// The counted figures `code=value` and the findings `level rule cell` of a run, but for what is missing.
fn read(place: &Place) -> (Vec<String>, Vec<String>) {
    place.run(&[]);
    if !place.output().join("2021").exists() {
        return (Vec::new(), Vec::new());
    }
    let facts = place.rows(YEAR, "facts.csv");
    let counted = facts.iter().filter(|row| &row["counted"] == "true" && !row["value"].is_empty());
    let facts = counted.map(|row| match &row["dimension"] {
        "" => format!("{} {}={}", &row["agency_id"], &row["indicator"], &row["value"]),
        dimension => format!("{} {}:{dimension}={}", &row["agency_id"], &row["indicator"], &row["value"]),
    });
    let about_absence = ["return.missing", "layout.missing_table", "value.blank_total"];
    let findings = place.rows(YEAR, "findings.csv");
    let said = findings.iter().filter(|row| !about_absence.contains(&&row["rule"]) && &row["level"] != "note");
    (facts.collect(), said.map(|row| row.key(&["level", "rule", "cell"]).replace('|', " ").trim().to_owned()).collect())
}

/// Runs on one table 2 with a line replaced.
fn table2_with(from: &str, to: &str) -> (Vec<String>, Vec<String>) {
    let place = place();
    assert!(TABLE2.contains(from));
    place.put("教育局2021.csv", csv(&TABLE2.replace(from, to)));
    read(&place)
}

fn list(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let place = place();
    place.put(name, csv(text));
    read(&place)
}

#[test]
fn a_money_sign_does_not_say_which_unit() {
    let (facts, said) = table2_with("行政事业性收费|3", "行政事业性收费|￥12.50");
    assert!(!facts.iter().any(|fact| fact.contains("fees")), "{facts:?}");
    assert_eq!(said, ["error value.units_differ B11"]);
}

#[test]
fn a_lone_stroke_is_no_one() {
    let (facts, said) = table2_with("行政强制|2", "行政强制|一");
    assert!(!facts.iter().any(|fact| fact.contains("coercion")), "{facts:?}");
    assert_eq!(said, ["error value.text B9"]);
    assert!(table2_with("行政强制|2", "行政强制|一件").0.contains(&"jy coercion:decisions=1".to_owned()));
}

#[test]
fn a_figure_without_a_label_is_named() {
    let (facts, said) = table2_with("行政许可|5", "行政许可|5\n|55");
    assert!(facts.contains(&"jy licence:decisions=5".to_owned()));
    assert_eq!(said, ["query layout.unknown_label B7"]);
}

#[test]
fn a_first_column_of_an_unknown_head_is_named() {
    let (_, said) = table2_with("本年制发件数", "本年新制发的件数");
    assert!(said.contains(&"query layout.unknown_column B3".to_owned()), "{said:?}");
}

#[test]
fn part_of_a_year_is_no_year() {
    for (file, title) in [
        ("教育局2021.csv", "甲市教育局2021年上半年政府信息公开统计表"),
        ("教育局2021.csv", "甲市教育局2021年第四季度政府信息公开统计表"),
        ("教育局2021年三季度.csv", "政府信息公开统计表"),
    ] {
        let place = place();
        place.put("财政局2021.csv", csv(TABLE2)).put(file, csv(&format!("{title}\n{TABLE2}")));
        let (facts, said) = read(&place);
        assert!(facts.iter().all(|fact| fact.starts_with("cz ")), "{facts:?}");
        assert!(said.iter().any(|said| said.starts_with("error who.part_year")), "{said:?}");
    }
}

#[test]
fn years_in_numerals_are_years() {
    for year in ["二〇二一", "二○二一", "二零二一", "二0二一"] {
        let (facts, _) = list("教育局.csv", &format!("甲市教育局{year}年度政府信息公开统计表\n{TABLE2}"));
        assert!(!facts.is_empty(), "{year}");
    }
}

#[test]
fn another_chapter_ends_the_table() {
    let (facts, said) =
        table2_with("行政事业性收费|3", "行政事业性收费|3\n\n五、经费情况\n信息内容|本年处理决定数量\n其他|77");
    assert!(facts.contains(&"jy fees:amount=30000".to_owned()) && !facts.iter().any(|f| f.contains("77")), "{facts:?}");
    assert!(said.is_empty() || said.iter().all(|said| said.contains("layout.")), "{said:?}");
}

#[test]
fn a_column_of_totals_is_named() {
    let text = "单位名称|予以公开|部分公开|总计\n教育局|3|1|4";
    let (_, said) = list("汇总2021.csv", text);
    assert!(said.contains(&"query layout.unknown_column D1".to_owned()), "{said:?}");
}

#[test]
fn rows_without_a_figure_are_no_reports() {
    let place = place();
    place.put("汇总2021.csv", "单位名称,信息咨询,投诉\n教育局,5,1\n财政局,,\n民政局,未报,\n");
    let (facts, _) = read(&place);
    assert_eq!(facts, ["jy inquiries=5", "jy complaints=1"]);
    let summary = place.rows(YEAR, "summary.csv");
    let inquiries = summary.iter().find(|row| &row["indicator"] == "inquiries" && &row["scope"] == "city").unwrap();
    assert_eq!(&inquiries["returns_counted"], "1");
}

#[test]
fn a_row_longer_than_its_head_is_refused_and_the_others_kept() {
    let (facts, said) = list("汇总2021.csv", "单位名称|信息咨询|投诉\n教育局|1|048|3\n财政局|12|1");
    assert_eq!(facts, ["cz inquiries=12", "cz complaints=1"]);
    assert_eq!(said, ["error layout.split_figure D2"]);
}

#[test]
fn numbers_of_columns_and_exported_texts_are_read_through() {
    let (facts, said) = list("汇总2021.csv", "单位名称|信息咨询|投诉\n1|2|3\n教育局|=\"48\"|3");
    assert_eq!(facts, ["jy inquiries=48", "jy complaints=3"]);
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn comments_beside_the_figures_need_no_finding() {
    let (facts, said) = list("汇总2021.csv", "单位名称|信息咨询|排名|投诉\n教育局|48|1|3\n财政局|12|2|1");
    assert_eq!(facts.len(), 4);
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn an_unknown_row_does_not_make_the_others_wrong() {
    // What is not there may be what is lacking in the total.
    let place = place();
    place.put(
        "汇总2021.csv",
        csv("单位名称|指标|对象|数值\n教育局|（一）予以公开|自然人|2\n教育局|（一）予以公开|总计|3"),
    );
    place.run(&[]).ends_with(0);
    let said = place.rows(YEAR, "findings.csv");
    assert!(said.iter().all(|row| !row["rule"].starts_with("R3.")), "{said:?}");
}

#[test]
fn results_on_the_same_roster_are_no_input() {
    let place = place();
    place.put("教育局2021.csv", csv(TABLE2));
    huizong_in(&place.input(), ["run", ".", "-q"]).ends_with(0);
    place.put("教育局2021.csv", csv(&TABLE2.replace("行政许可|5", "行政许可|500")));
    let (facts, _) = read(&place);
    assert!(facts.contains(&"jy licence:decisions=500".to_owned()));
    assert_eq!(&place.fate(YEAR, "output/2021/facts.csv")["status"], "not_a_return");
    assert!(place.findings(YEAR, "return.superseded").is_empty());
}
