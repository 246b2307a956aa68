//! Which columns, rows and cells of a grid are the report's own: small sheets as departments draw them.

use crate::common::Place;

const YEAR: u16 = 2021;
const NONE: [&str; 0] = [];

/// What became of a sheet: figures with values, and rules of findings with their cells.
struct Read {
    facts: Vec<String>,
    findings: Vec<String>,
}

/// Reads a sheet drawn with one row per line and `|` between cells, below a title that names agency and year.
fn read(drawn: &str) -> Read {
    let place = Place::new();
    let rows: Vec<Vec<&str>> = drawn.trim().lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap();
    let csv: Vec<String> = rows
        .iter()
        .map(|row| (0..width).map(|column| row.get(column).copied().unwrap_or("")).collect::<Vec<_>>().join(","))
        .collect();
    place.put("甲市教育局2021.csv", format!("甲市教育局{YEAR}年度统计表{}\n{}\n", ",".repeat(width), csv.join("\n")));
    let outcome = place.run(&[]);
    assert!(place.output().join(YEAR.to_string()).exists(), "{}{}", outcome.stdout, outcome.stderr);
    let facts = place.rows(YEAR, "facts.csv");
    let facts = facts.iter().filter(|row| !row["value"].is_empty()).map(|row| match row["dimension"].is_empty() {
        true => format!("{} {}", &row["indicator"], &row["value"]),
        false => format!("{}:{} {}", &row["indicator"], &row["dimension"], &row["value"]),
    });
    let findings = place.rows(YEAR, "findings.csv");
    let findings = findings
        .iter()
        .filter(|row| ["layout.", "value.", "who.part_year"].iter().any(|stem| row["rule"].starts_with(stem)))
        .filter(|row| !row["rule"].starts_with("layout.missing") && &row["rule"] != "value.blank_total")
        .map(|row| format!("{} {}", &row["rule"], &row["cell"]).trim().to_owned());
    Read { facts: facts.collect(), findings: findings.collect() }
}

#[track_caller]
fn reads<S: AsRef<str>>(drawn: &str, facts: &[S], findings: &[&str]) {
    let facts: Vec<&str> = facts.iter().map(AsRef::as_ref).collect();
    let found = read(drawn);
    assert_eq!(found.facts, facts, "{drawn}\n{:?}", found.findings);
    assert_eq!(found.findings, findings, "{drawn}");
}

// ------------------------------------------------------------------------------------------------ table 4

/// Table 4 with a column for labels; of each row the figures of reviews, which the two kinds of suits repeat.
fn table4(rows: &str) -> String {
    let mut drawn = "|行政复议|||||行政诉讼\n||||||未经复议直接起诉|||||复议后起诉\n".to_owned();
    for row in std::iter::once("|结果维持|结果纠正|其他结果|尚未审结|总计").chain(rows.lines()) {
        let (label, figures) = row.split_once('|').unwrap_or((row, ""));
        let repeated = figures.split('|').count() == 5;
        let figures = if repeated { [figures; 3].join("|") } else { figures.to_owned() };
        drawn.push_str(&format!("{label}|{figures}\n"));
    }
    drawn
}

fn reviewed() -> Vec<String> {
    let blocks = ["review", "suit_direct", "suit_after_review"];
    let parts = ["upheld 3", "corrected 1", "other 0", "pending 2", "total 6"];
    blocks.iter().flat_map(|block| parts.map(|part| format!("{block}:{part}"))).collect()
}

#[test]
fn the_report_years_row_of_several() {
    for rows in [
        "上年|9|9|9|9|36\n本年|3|1|0|2|6",
        "2021年|3|1|0|2|6\n2020年|9|9|9|9|36",
        "|3|1|0|2|6\n上年同期|9|9|9|9|36",
        "局机关|2|1|0|2|5\n下属|1|0|0|0|1\n合计|3|1|0|2|6",
        "|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15\n|3|1|0|2|6",
        "栏次|（1）|（2）|（3）|（4）|（5）\n|3|1|0|2|6",
        "|件|件|件|件|件\n|\n|\n|\n|\n|3|1|0|2|6\n|填报人|张三||87261234",
        "件数|3|1|0|2|6\n填报人：张三||联系电话|87261234",
        "|3|1|0|2|6\n注：本表共1张|2",
    ] {
        reads(&table4(rows), &reviewed(), &[]);
    }
}

#[test]
fn rows_that_cannot_be_told_apart_are_not_counted() {
    for rows in ["|9|9|9|9|36\n|3|1|0|2|6", "局机关|9|9|9|9|36\n教研室|3|1|0|2|6"] {
        reads(&table4(rows), &NONE, &["layout.conflict B5"]);
    }
    reads(&table4("上年|9|9|9|9|36"), &NONE, &["layout.other_year A5"]);
    reads(&table4("上半年|9|9|9|9|36"), &NONE, &["who.part_year A5"]);
}

#[test]
fn marks_for_none_are_the_answer_and_blank_is_blank() {
    reads(&table4("|/|/|/|/|/\n填报人：张三||联系电话|87261234"), &NONE, &[]);
    reads(&table4("|\n填报人|张三|||2022"), &NONE, &["value.blank_table"]);
}

// ------------------------------------------------------------------------------------------------ lists

#[test]
fn the_report_years_column_of_a_list() {
    let facts = ["wechat.posts 61", "inquiries 46", "complaints 0"];
    let rows = "微信公众号发布信息|篇|68|61\n信息咨询|次|53|46\n投诉|件|7|0";
    for heads in [
        "指标|单位|数量（上年）|数量（本年）",
        "指标|单位|2020年|2021年",
        "指标|单位|2020年数|本年数",
        "指标|单位|上年数|数量",
        "指标|单位|数量\n||上年|本年",
        "指标|单位|去年完成|本年完成",
    ] {
        reads(&format!("{heads}\n{rows}"), &facts, &[]);
    }
    reads(&format!("指标|单位|数量|数量\n{rows}"), &NONE, &["layout.conflict C2"]);
    for heads in ["指标|单位|教育局|财政局", "指标|单位|教育局|合计"] {
        reads(&format!("{heads}\n{rows}"), &NONE, &["layout.conflict C3"]);
    }
    let other = ["layout.other_year C2", "layout.other_year D2"];
    reads(&format!("指标|单位|2019年|2020年\n{rows}"), &NONE, &other);
}

#[test]
fn a_list_in_two_halves_is_one_list_and_two_lists_are_none() {
    for heads in ["指标|数量|指标|数量\n", ""] {
        let halves = "政策解读|4|信息咨询|46\n微信公众号发布信息|61|投诉|0\n政务微博发布信息|5|会议|2";
        let facts = [
            "wechat.posts 61",
            "weibo.posts 5",
            "interpretation.posts 4",
            "inquiries 46",
            "complaints 0",
            "meetings 2",
        ];
        reads(&format!("{heads}{halves}"), &facts, &[]);
        let twice = "政策解读|4|政策解读|7\n微信公众号发布信息|61|微信公众号发布信息|\n投诉|0|投诉|5";
        assert_eq!(read(&format!("{heads}{twice}")).facts, NONE);
    }
}

#[test]
fn the_label_nearest_to_the_figure_says_what_it_counts() {
    let facts = ["wechat.posts 61", "inquiries.phone 30", "complaints 4"];
    let drawn = "类别|指标|单位|数量\n微信公众号|粉丝数|人|5000\n|发布信息|篇|61\n信息咨询|电话咨询|人次|30\n投诉|已办结|件|3\n|投诉件数|件|4\n会议|参会人数|人|9";
    reads(drawn, &facts, &["layout.unknown_label B3", "layout.unknown_label B6", "layout.unknown_label B8"]);
}

#[test]
fn a_section_ends_the_group_before_it() {
    let facts = ["portal.annual_report 1", "portal.department_news 73", "inquiries 4"];
    let rows = "二、微信公众号\n其他信息|条|5\n统计分析|篇|16\n三、咨询投诉\n信息咨询|条|4";
    let drawn = format!("指标|单位|数量\n一、政府门户网站\n年度报告|条|1\n部门动态|条|73\n{rows}");
    reads(&drawn, &facts, &["layout.unknown_label A7", "layout.unknown_label A8"]);
    let beside = "渠道|指标|单位|数量\n政府门户网站|年度报告|条|1\n|部门动态|条|73\n微博|其他信息|条|5\n|统计分析|篇|16\n咨询|信息咨询|次|4";
    reads(beside, &facts, &["layout.unknown_label B5", "layout.unknown_label B6"]);
    // A numbered list with a blank is no list of sections.
    let flat = "指标|数量\n一、微信公众号发布信息\n二、信息咨询|4\n三、投诉|0\n四、抖音发布|7";
    reads(flat, &["inquiries 4", "complaints 0", "open.抖音发布 7"], &[]);
}

#[test]
fn no_category_vanishes_and_no_telephone_becomes_one() {
    let base = "指标|单位|数量\n信息咨询|次|46\n投诉|件|0\n会议|次|2\n";
    let facts = ["inquiries 46", "complaints 0", "meetings 2"];
    let with = |more: &str| format!("{base}{more}");
    let more = [&facts[..], &["open.抖音号发布 33"]].concat();
    reads(&with("\n\n\n四、新媒体\n\n抖音号发布|条|33"), &more, &[]);
    for footer in [
        "填报人：张三||0511-87261234",
        "填表人|张三|87261234",
        "分管领导|李四|13812345678",
        "总计（1+2+3）||48",
        "合计||48",
    ] {
        reads(&with(footer), &facts, &[]);
    }
    for odd in ["微信公众号发布信息61篇", "王五|科员|13812345678", "||7\n培训|次|"] {
        reads(
            &with(odd),
            &facts,
            &["layout.unknown_label"]
                .map(|_| if odd.starts_with('|') { "layout.unknown_label C6" } else { "layout.unknown_label A6" }),
        );
    }
    reads(&with("培训|次|1|234"), &facts, &["layout.split_figure D6"]);
}

// ------------------------------------------------------------------------------------------------ table 3

const APPLICANTS: &str = "自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计";
const RESULTS: [&str; 7] = [
    "（三）不予公开",
    "1.属于国家秘密",
    "2.其他法律行政法规禁止公开",
    "（四）无法提供",
    "1.本机关不掌握相关政府信息",
    "2.没有现成信息需要另行制作",
    "（七）总计",
];

/// The value of a figure in facts printed as `indicator:dimension value`.
fn value<'a>(read: &'a Read, code: &str) -> Option<&'a str> {
    read.facts.iter().find_map(|fact| fact.strip_prefix(code)?.strip_prefix(' '))
}

/// Rows of table 3, each with one figure for natural persons and the total.
fn table3(rows: &[(&str, Option<u32>)]) -> String {
    let row = |(label, figure): &(&str, Option<u32>)| {
        let figure = figure.map(|figure| format!("{figure}|0|0|0|0|0|{figure}")).unwrap_or_default();
        format!("{label}|{figure}\n")
    };
    format!("项目|{APPLICANTS}\n{}", rows.iter().map(row).collect::<String>())
}

#[test]
fn a_groups_figures_are_no_items() {
    let figures = [Some(5), Some(2), Some(3), None, Some(4), Some(1), Some(10)];
    let rows: Vec<(&str, Option<u32>)> = RESULTS.into_iter().zip(figures).collect();
    let right = read(&table3(&rows));
    assert_eq!(right.findings, NONE);
    assert_eq!(value(&right, "denied.state_secret:natural_person"), Some("2"));
    assert_eq!(value(&right, "processed_total:total"), Some("10"));

    let mut wrong = rows.clone();
    wrong[0].1 = Some(6);
    assert_eq!(read(&table3(&wrong)).findings, ["layout.part_sum B3", "layout.part_sum H3"]);

    let mut alone = rows.clone();
    (alone[1].1, alone[2].1) = (None, None);
    let alone = read(&table3(&alone));
    assert_eq!(alone.findings, ["layout.part_sum A3"]);
    assert_eq!(value(&alone, "denied.state_secret:natural_person"), None);
}

#[test]
fn a_subtotal_is_not_the_total() {
    let mut rows: Vec<(&str, Option<u32>)> =
        RESULTS.into_iter().zip([None, Some(2), Some(3), None, Some(4), Some(1), Some(10)]).collect();
    rows.insert(3, ("小计", Some(5)));
    let read = read(&table3(&rows));
    assert_eq!(read.findings, NONE);
    assert_eq!(value(&read, "processed_total:natural_person"), Some("10"));
}

#[test]
fn a_column_that_sums_up_a_group_is_not_the_total() {
    let heads = APPLICANTS.replace("|总计", "|小计|总计");
    for (part, findings) in [("7", &NONE[..]), ("8", &["layout.part_sum H3"])] {
        let read = read(&format!("项目|{heads}\n（一）予以公开|1|2|1|1|1|2|{part}|8\n（二）部分公开|0|0|0|0|0|0|0|0"));
        assert_eq!(read.findings, findings);
        assert_eq!(value(&read, "granted:total"), Some("8"));
    }
}

#[test]
fn a_merged_group_does_not_claim_the_row_after_it() {
    let drawn = format!(
        "项目||{APPLICANTS}\n（四）无法提供|1.本机关不掌握相关政府信息|4|0|0|0|0|0|4\n|2.没有现成信息需要另行制作|1|0|0|0|0|0|1\n|（七）总计|5|0|0|0|0|0|5"
    );
    let read = read(&drawn);
    assert_eq!((read.findings.as_slice(), value(&read, "processed_total:total")), (&[][..], Some("5")));
}

#[test]
fn notes_and_numbers_around_a_table_are_none_of_its_rows() {
    let rows =
        "栏次|1|2|3|4|5|6|7\n（一）予以公开|1|0|0|0|0|0|1\n上年同期|9|9|9|9|9|9|54\n（二）部分公开|2|0|0|0|0|0|2";
    for footer in
        ["填报人：张三|||联系电话：0511-87261234||填报日期：2022年1月15日", "填报人：|张三|87261234", "注：含2件"]
    {
        assert_eq!(read(&format!("项目|{APPLICANTS}\n{rows}\n{footer}")).findings, NONE);
    }
}

#[test]
fn tables_side_by_side() {
    let heads = format!("项目|{APPLICANTS}||项目|{APPLICANTS}");
    let rows = "（一）予以公开|9|0|0|0|0|0|9||（一）予以公开|1|0|0|0|0|0|1\n（二）部分公开|9|0|0|0|0|0|9||（二）部分公开|2|0|0|0|0|0|2";
    let years = read(&format!("2020年||||||||||2021年\n{heads}\n{rows}"));
    assert_eq!((years.findings.as_slice(), value(&years, "granted:total")), (&[][..], Some("1")));
    let same = read(&format!("{heads}\n{rows}"));
    assert_eq!((same.facts.len(), same.findings.as_slice()), (0, &["layout.conflict B2".to_owned()][..]));
}
