//! Registers and long lists: every figure under a head that is understood becomes a fact or a finding.

use crate::common;
use crate::common::Place;

const ROSTER: &str = "agency_id,name\njy,甲市教育局\ncz,甲市财政局\n";
const JY: &str = "甲市教育局";
const CZ: &str = "甲市财政局";

/// Cells separated by `|`, rows by line breaks; 教 and 财 alone stand for the two agencies of the roster.
fn csv(grid: &str) -> String {
    let rows: Vec<Vec<String>> = grid
        .trim_matches('\n')
        .lines()
        .map(|line| {
            let cells = line.trim().split('|').map(str::trim);
            cells
                .map(|cell| match cell {
                    "教" => JY.to_owned(),
                    "财" => CZ.to_owned(),
                    other => other.to_owned(),
                })
                .collect()
        })
        .collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).max(2);
    let line = |row: &Vec<String>| {
        let blank = std::iter::repeat_n(String::new(), width - row.len());
        row.iter().cloned().chain(blank).collect::<Vec<_>>().join(",") + "\n"
    };
    rows.iter().map(line).collect()
}

/// The figures counted in a file of this name, `agency code=value` (the year too if it is not 2021), and the rules and
/// cells of the findings.
fn read_as(name: &str, grid: &str, roster: bool) -> (Vec<String>, Vec<String>) {
    let place = Place::new();
    if roster {
        place.put("roster.csv", ROSTER);
    }
    place.put(name, csv(grid));
    let outcome = place.run(&[]);
    let (mut facts, mut findings) = (Vec::new(), Vec::new());
    for year in [2020, 2021] {
        if !place.output().join(year.to_string()).exists() {
            continue;
        }
        for row in place.rows(year, "facts.csv") {
            if row["value"].is_empty() || &row["counted"] != "true" {
                continue;
            }
            let dimension = if row["dimension"].is_empty() { String::new() } else { format!(":{}", &row["dimension"]) };
            let shown_year = if year == 2021 { String::new() } else { format!("{year} ") };
            let agency = row["agency"].replace(JY, "教").replace(CZ, "财");
            facts.push(format!("{agency} {shown_year}{}{dimension}={}", &row["indicator"], &row["value"]));
        }
        for row in place.rows(year, "findings.csv") {
            let about_absence = ["return.missing", "layout.missing_table", "value.blank_total", "value.blank_parts"];
            if !about_absence.contains(&&row["rule"]) && &row["level"] != "note" {
                findings.push(row.key(&["rule", "cell"]).replace('|', " "));
            }
        }
    }
    if facts.is_empty() && findings.is_empty() {
        findings.push(outcome.stdout + &outcome.stderr);
    }
    facts.sort();
    findings.sort();
    findings.dedup();
    (facts, findings)
}

#[track_caller]
fn check(grid: &str, facts: &str, findings: &[&str]) {
    check_as("汇总2021.csv", grid, true, facts, findings);
}

#[track_caller]
fn check_as(name: &str, grid: &str, roster: bool, facts: &str, findings: &[&str]) {
    let (found, said) = read_as(name, grid, roster);
    let mut wanted: Vec<&str> = facts.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "facts of{grid}findings: {said:#?}");
    let mut findings = findings.to_vec();
    findings.sort_unstable();
    assert_eq!(said, findings, "findings of{grid}");
}

// ------------------------------------------------------------------------------------------------ heads

#[test]
fn heads_of_several_rows_are_read_together() {
    check(
        "
        单位名称|信息咨询|||投诉|政策解读
        |电话咨询|现场咨询|网上咨询||
        教|30|10|8|3|5
        ",
        "教 inquiries.phone=30
         教 inquiries.in_person=10
         教 inquiries.online=8
         教 complaints=3
         教 interpretation.posts=5",
        &[],
    );
    check(
        "
        单位名称|政府门户网站|||投诉
        |年度报告|部门动态|合计|
        教|1|10|11|3
        ",
        "教 portal.annual_report=1
         教 portal.department_news=10
         教 portal.total=11
         教 complaints=3",
        &[],
    );
}

#[test]
fn the_head_over_the_agencies_may_stand_in_any_row_of_the_head() {
    let facts = "教 rules:issued=1
         教 rules:repealed=2
         教 rules:in_force=3
         教 normative:issued=4
         教 normative:repealed=5
         教 normative:in_force=6";
    let below = "|本年制发件数|本年废止件数|现行有效件数|本年制发件数|本年废止件数|现行有效件数";
    let figures = "教|1|2|3|4|5|6";
    check(&format!("单位名称|规章|||行政规范性文件\n{below}\n{figures}"), facts, &[]);
    check(&format!("|规章|||行政规范性文件\n单位名称{below}\n{figures}"), facts, &[]);
    check(
        &format!("单位名称|规章|规章|规章|行政规范性文件|行政规范性文件|行政规范性文件\n单位名称{below}\n{figures}"),
        facts,
        &[],
    );
}

#[test]
fn the_official_head_of_table_4_may_head_a_register() {
    let parts = "结果维持|结果纠正|其他结果|尚未审结|总计";
    let grid = format!(
        "
        2021年行政复议诉讼汇总表
        单位名称|行政复议|||||行政诉讼
        ||||||未经复议直接起诉|||||复议后起诉
        |{parts}|{parts}|{parts}
        教|1|2|2|6|11|3|5|5|4|17|1|3|7|7|18
        财|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0
        "
    );
    let (facts, findings) = read_as("汇总2021.csv", &grid, true);
    assert_eq!(facts.len(), 30, "{facts:?}");
    for fact in ["review:total=11", "suit_direct:upheld=3", "suit_direct:total=17", "suit_after_review:pending=7"] {
        assert!(facts.contains(&format!("教 {fact}")), "{fact}: {facts:?}");
    }
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn rows_of_units_and_of_columns_numbers_are_part_of_the_head() {
    let facts = "教 inquiries=48\n教 complaints=3";
    check("单位名称|信息咨询|投诉\n|次|件\n教|48|3", facts, &[]);
    check("单位名称|信息咨询|投诉\n|1|2\n教|48|3", facts, &[]);
    check("单位名称|信息咨询|投诉\n甲|1|2\n教|48|3", facts, &[]);
    check("序号|单位名称|信息咨询（次）|投诉（件）\n1|教|48|3", facts, &[]);
}

#[test]
fn a_head_that_may_mean_two_columns_means_none() {
    check("单位名称|信息咨询||投诉\n教|40|48|3", "教 complaints=3", &["layout.unclear_column B1"]);
    check(
        "单位名称|信息咨询|信息咨询|投诉\n教|40|48|3\n财|10||1",
        "教 complaints=3\n财 complaints=1",
        &["layout.unclear_column B1", "layout.unclear_column C1"],
    );
    // Is the first column the total, or one more part?
    check(
        "单位名称|信息咨询||投诉\n||电话咨询|\n教|40|30|3",
        "教 inquiries.phone=30\n教 complaints=3",
        &["layout.unclear_column B1"],
    );
}

#[test]
fn a_label_under_another_category_is_not_the_forms() {
    // The form has both labels, but under the portal.
    check(
        "单位名称|微信公众号||投诉\n|统计分析|其他信息|\n教|4|5|3",
        "教 complaints=3",
        &["layout.unknown_column B2", "layout.unknown_column C2"],
    );
    check(
        "单位名称|抖音号||投诉\n|统计分析|其他信息|\n教|4|5|3",
        "教 complaints=3",
        &["layout.unknown_column B2", "layout.unknown_column C2"],
    );
    // A subtotal of some applicants is not the total.
    let grid = "单位名称|本年新收政府信息公开申请数量|||\n||法人或其他组织||总计\n|自然人|商业企业|小计|\n教|3|2|2|5";
    check(
        grid,
        "教 new_received:natural_person=3\n教 new_received:business=2\n教 new_received:total=5",
        &["layout.unclear_column D3"],
    );
}

#[test]
fn unknown_and_misspelt_heads_are_named() {
    let grid = "单位名称|信息咨洵|投诉|短视频|备注\n教|48|3|9|1";
    check(grid, "教 complaints=3", &["layout.unknown_column B1", "layout.unknown_column D1"]);
    let place = Place::new();
    place.put("roster.csv", ROSTER).put("汇总2021.csv", csv(grid));
    place.run(&[]);
    let messages: Vec<String> =
        place.findings(2021, "layout.unknown_column").iter().map(|row| row["message"].to_owned()).collect();
    assert!(messages[0].contains("信息咨洵") && messages[0].contains("是不是“信息咨询”"), "{messages:?}");
}

// ------------------------------------------------------------------------------------------------ years

#[test]
fn last_years_figures_are_not_this_years() {
    let facts = "教 inquiries=48\n教 complaints=3\n财 complaints=1";
    let rows = "教|40|48|2|3\n财|10||0|1";
    for head in [
        "单位名称|信息咨询||投诉|\n|上年|本年|上年|本年",
        "|信息咨询||投诉|\n单位名称|上年|本年|上年|本年",
        "单位名称|信息咨询（上年）|信息咨询（本年）|投诉（上年）|投诉（本年）",
        "单位名称|信息咨询（2020年）|信息咨询2021|2020年投诉|2021年度投诉",
        "单位名称|信息咨询||投诉|\n|2020|2021|2020|2021",
        "单位名称|信息咨询||投诉|\n|2020年|2021年|2020年|2021年",
        "单位名称|信息咨询||投诉|\n|去年同期|本年累计|上年数|本年数",
        "单位名称|上年信息咨询|信息咨询|去年投诉|投诉",
    ] {
        check(&format!("{head}\n{rows}"), facts, &[]);
    }
    let above = "|2020年||2021年|\n单位名称|信息咨询|投诉|信息咨询|投诉\n教|40|2|48|3\n财|10|0||1";
    check(above, facts, &[]);
}

#[test]
fn without_this_years_figures_last_years_are_named() {
    check("单位名称|信息咨询（上年）|投诉\n教|40|3", "教 complaints=3", &["layout.other_year B1"]);
    check("单位名称|信息咨询（2020年）|投诉\n教|40|3", "教 complaints=3", &["layout.other_year B1"]);
    // Figures of last year that belong to this year's form are no such thing.
    check("单位名称|上年结转政府信息公开申请数量|投诉\n教|4|3", "教 carried_in:total=4\n教 complaints=3", &[]);
}

// ------------------------------------------------------------------------------------------------ rows

#[test]
fn rows_that_name_no_agency_are_no_agencies() {
    let grid = |extra: &str| format!("2021年汇总表\n单位名称|信息咨询|投诉\n教|48|3\n财|12|1\n{extra}");
    let facts = "教 inquiries=48\n教 complaints=3\n财 inquiries=12\n财 complaints=1";
    for name in
        ["合计", "全市合计", "合计：", "总计（2个单位）", "小计", "镇街道合计", "共2个单位", "共两个单位", "全市"]
    {
        for roster in [true, false] {
            check_as("汇总2021.csv", &grid(&format!("{name}|60|4")), roster, facts, &[]);
        }
    }
    check(&grid("平均|30|2"), facts, &[]);
    for row in ["注：1.本表不含镇街道。", "填报人：张三||2022年1月5日", "填报人|张三|87260000", "一、镇街道"]
    {
        for roster in [true, false] {
            check_as("汇总2021.csv", &grid(row), roster, facts, &[]);
        }
    }
    check(&grid("单位名称|信息咨询|投诉"), facts, &[]);
    check("序号|单位名称|信息咨询|投诉\n1|教|48|3\n合计||48|3", "教 inquiries=48\n教 complaints=3", &[]);
    check("单位名称|信息咨询|投诉\n一、市政府部门\n教|48|3", "教 inquiries=48\n教 complaints=3", &[]);
}

#[test]
fn a_total_row_that_is_wrong_is_named() {
    check(
        "单位名称|信息咨询|投诉\n教|48|3\n财|12|1\n合计|61|4",
        "教 inquiries=48\n教 complaints=3\n财 inquiries=12\n财 complaints=1",
        &["layout.total_row B4"],
    );
}

#[test]
fn a_blank_name_is_filled_only_where_the_years_tell_the_rows_apart() {
    check(
        "单位名称|年度|信息咨询|投诉\n教|2020|40|2\n|2021|48|3\n财|2021|12|1",
        "教 2020 inquiries=40
         教 2020 complaints=2
         教 inquiries=48
         教 complaints=3
         财 inquiries=12
         财 complaints=1",
        &[],
    );
    check(
        "单位名称|信息咨询|投诉\n教|48|\n||3\n财|12|1",
        "教 inquiries=48\n财 inquiries=12\n财 complaints=1",
        &["layout.unnamed_row A3"],
    );
    check(
        "单位名称|年度|信息咨询|投诉\n教|2021|48|3\n|2021|12|1",
        "教 inquiries=48\n教 complaints=3",
        &["layout.unnamed_row A3"],
    );
    check(
        "单位名称|年度|信息咨询|投诉\n教|2020|48|3\n财|2021|12|1\n财||5|5",
        "教 2020 inquiries=48\n教 2020 complaints=3\n财 inquiries=12\n财 complaints=1",
        &["layout.unnamed_row A4"],
    );
    check("单位名称|信息咨询|投诉\n|7|7\n教|48|3", "教 inquiries=48\n教 complaints=3", &["layout.unnamed_row A2"]);
}

// ------------------------------------------------------------------------------------------------ several on one sheet

#[test]
fn a_sheet_may_hold_several_lists_and_tables() {
    check("单位名称|信息咨询|单位名称|信息咨询\n教|48|财|12", "教 inquiries=48\n财 inquiries=12", &[]);
    check(
        "单位名称|信息咨询|投诉\n教|48|3\n\n单位名称|政策解读|会议\n教|7|8",
        "教 inquiries=48\n教 complaints=3\n教 interpretation.posts=7\n教 meetings=8",
        &[],
    );
    let table = "信息内容|本年制发件数|本年废止件数|现行有效件数\n规章|1|2|3\n行政规范性文件|4|5|6";
    let figures = "教 rules:issued=1
         教 rules:repealed=2
         教 rules:in_force=3
         教 normative:issued=4
         教 normative:repealed=5
         教 normative:in_force=6";
    let register = "单位名称|信息咨询|投诉\n教|48|3";
    let both = format!("教 inquiries=48\n教 complaints=3\n{figures}");
    // The other rows of the official table.
    let missing = ["layout.missing_row "];
    for title in ["二、主动公开政府信息情况", "第二十条第（一）项", "说明如下"] {
        check_as("甲市教育局2021.csv", &format!("{register}\n\n{title}\n{table}"), true, &both, &missing);
    }
    check_as("甲市教育局2021.csv", &format!("{table}\n\n{register}"), true, &both, &missing);
    // 单位 over a unit of measure heads no agencies.
    check_as(
        "甲市教育局2021.csv",
        &format!("单位|行政复议|行政诉讼\n件|3|4\n二、主动公开政府信息情况\n{table}"),
        true,
        figures,
        &missing,
    );
}

#[test]
fn remarks_beside_the_figures_end_no_list() {
    let facts = "教 inquiries=48\n教 complaints=3\n财 inquiries=12\n财 complaints=1";
    // A remark that reads like a label, a unit's blank row, a sender's line between the rows.
    check("单位名称|信息咨询|投诉|备注\n教|48|3|其他\n甲市水利局|||会议\n财|12|1|投诉", facts, &[]);
    check("单位名称|信息咨询|投诉\n教|48|3\n\n财|12|1\n填报单位（盖章）：教||2022年1月", facts, &[]);
    check(
        "单位名称|指标|对象|数值|备注\n教|信息咨询||48|数据\n教|投诉||3|其他\n财|信息咨询||12|\n\n财|投诉||1|",
        facts,
        &[],
    );
}

#[test]
fn words_where_a_number_belongs_are_named() {
    check("单位名称|信息咨询|投诉\n教|若干|3", "教 complaints=3", &["value.approximate B2"]);
    check("单位名称|指标|数值\n教|信息咨询|若干\n教|投诉|3", "教 complaints=3", &["value.approximate C2"]);
}

#[test]
fn a_head_may_stand_far_down() {
    let grid = format!("{}单位名称|信息咨询|投诉\n教|48|3", "说明\n".repeat(20));
    check(&grid, "教 inquiries=48\n教 complaints=3", &[]);
}

// ------------------------------------------------------------------------------------------------ long lists

#[test]
fn merged_cells_of_a_long_list_are_filled_where_this_is_certain() {
    let facts = "教 new_received:natural_person=1
         教 new_received:business=2
         财 new_received:natural_person=3
         财 new_received:business=4";
    let label = "本年新收政府信息公开申请数量";
    check(
        &format!(
            "单位名称|年度|指标|对象|数值\n教|2021|{label}|自然人|1\n||{label}|商业企业|2\n财|2021|{label}|自然人|3\n|||商业企业|4"
        ),
        facts,
        &[],
    );
    // The second list of blanks says everything twice: whose is it?
    check(
        &format!(
            "单位名称|年度|指标|对象|数值\n教|2021|{label}|自然人|1\n||{label}|商业企业|2\n||{label}|自然人|3\n||{label}|商业企业|4"
        ),
        "教 new_received:natural_person=1\n教 new_received:business=2",
        &["layout.unnamed_row A4", "layout.unnamed_row A5"],
    );
    check(
        &format!("单位名称|指标|对象|数值\n教|{label}|自然人|1\n教||自然人|2"),
        "教 new_received:natural_person=1",
        &["layout.unnamed_row A3"],
    );
    check("单位名称|指标|数值\n教|信息咨询|1\n教||2", "教 inquiries=1", &["layout.unclear_row C3"]);
}

#[test]
fn a_blank_dimension_is_the_total_only_where_nothing_else_is_named() {
    let (received, carried) = ("本年新收政府信息公开申请数量", "上年结转政府信息公开申请数量");
    check(
        &format!("单位名称|指标|对象|数值\n教|{received}|自然人|1\n教|{carried}||2"),
        "教 new_received:natural_person=1",
        &["layout.unclear_row B3"],
    );
    check(
        &format!("单位名称|指标|对象|数值\n教|{received}||1\n教|{carried}|总计|2"),
        "教 new_received:total=1\n教 carried_in:total=2",
        &[],
    );
}

#[test]
fn what_a_long_list_says_in_unknown_words_is_named() {
    let label = "本年新收政府信息公开申请数量";
    check(
        &format!("单位名称|年度|指标|对象|数值\n教|2021|未知指标|总计|5\n财|2021|{label}|总计|6"),
        "财 new_received:total=6",
        &["layout.unknown_label C2"],
    );
    check(
        &format!("单位名称|指标|对象|数值\n教|{label}|港澳台同胞|5\n教|{label}|总计|6"),
        "教 new_received:total=6",
        &["layout.unknown_label C2"],
    );
    check(
        "单位名称|指标|计量单位|数值\n教|信息咨询|次|5\n教|抖音号发布|条|33\n教|政策解独|篇|2",
        "教 inquiries=5\n教 open.抖音号发布=33",
        &["layout.unknown_label B4"],
    );
}

#[test]
fn the_report_years_figures_of_a_long_list_are_read() {
    check("单位名称|年度|指标|本年数\n教|2021|信息咨询|5", "教 inquiries=5", &[]);
    check("单位名称|指标|上年数|本年数\n教|信息咨询|3|5", "教 inquiries=5", &[]);
    check("单位名称|指标|2020年|2021年\n教|信息咨询|3|5", "教 inquiries=5", &[]);
    check("单位名称|指标|数值\n教|信息咨询（2020年）|3\n教|投诉|5", "教 complaints=5", &["layout.other_year B2"]);
    let (facts, said) = read_as("汇总2021.csv", "单位名称|指标|数值|数量\n教|信息咨询|3|4", true);
    assert!(facts.is_empty() && said[0].contains("layout.unclear_column"), "{facts:?} {said:?}");
}

#[test]
fn totals_in_a_long_list_are_no_agency() {
    for roster in [true, false] {
        check_as(
            "汇总2021.csv",
            "单位名称|指标|数值\n教|信息咨询|5\n财|信息咨询|6\n合计|信息咨询|11",
            roster,
            "教 inquiries=5\n财 inquiries=6",
            &[],
        );
    }
}

/// What is published is itself a long list.
#[test]
fn the_facts_of_the_sample_can_be_read_back() {
    let facts = |rows: Vec<common::Row>| -> Vec<String> {
        let counted = rows.into_iter().filter(|row| &row["counted"] == "true" && !row["value"].is_empty());
        let mut facts: Vec<String> =
            counted.map(|row| row.key(&["agency_id", "form", "indicator", "dimension", "value"])).collect();
        facts.sort();
        facts
    };
    let published = common::root().join("output/2021/facts.csv");
    let place = Place::new();
    place.put("roster.csv", std::fs::read(common::root().join("data/roster.csv")).unwrap());
    place.put("facts.csv", std::fs::read(&published).unwrap());
    place.run(&[]);
    let (before, after) = (facts(common::rows(&published)), facts(place.rows(2021, "facts.csv")));
    let lost: Vec<_> = before.iter().filter(|fact| after.binary_search(fact).is_err()).take(5).collect();
    assert!(before.len() > 5000 && before.len() == after.len() && lost.is_empty(), "{}: {lost:?}", after.len());
}

/// Time grows with the rows, not with their square.
#[test]
fn many_agencies_are_no_burden() {
    let rows: String = (0..8_000).map(|n| format!("单位{n}局|2021|信息咨询|1\n")).collect();
    let place = Place::new();
    place.put("汇总2021.csv", csv(&format!("单位名称|年度|指标|数值\n{rows}")));
    let start = std::time::Instant::now();
    place.run(&[]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
