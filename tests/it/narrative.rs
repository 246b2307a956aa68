//! Narrative reports in a whole run: who and when, what is counted, what is only compared.

use crate::common;
use crate::common::{Place, Row};
use std::io::{Cursor, Write};

const SEED: &str = include_str!("../../src/narrative/tests/jurong-statistics-bureau-2020.txt");
const ROSTER: &str = "id,name,aliases\njr-tjj,句容市统计局,统计局\njr-czj,句容市财政局,财政局\n";
const REPORT: &str = "句容市财政局2020年政府信息公开工作年度报告\n一、总体情况\n全年微信公众号发布信息61篇，政务微博发布信息30多条。\n\
    （一）依申请公开。收到政府信息公开申请5件，其中网络申请3件、信函申请3件。\n2021年1月20日\n";

fn place() -> Place {
    let place = Place::new();
    place.put("roster.csv", ROSTER);
    place
}

/// A Word document of these lines.
fn docx(text: &str) -> Vec<u8> {
    let lines: String = text.lines().map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>")).collect();
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!(r#"<w:document xmlns:w="{space}"><w:body>{lines}</w:body></w:document>"#);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [("[Content_Types].xml", "<Types/>"), ("word/document.xml", &document)] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(part.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// `indicator=value` of a file's facts, or its meaning where it has no value; in brackets if it is not counted.
fn facts(place: &Place, file: &str) -> Vec<String> {
    let shown = |row: &Row| {
        let value = if row["value"].is_empty() { &row["meaning"] } else { &row["value"] };
        let text = format!("{}={value}", &row["indicator"]);
        if &row["counted"] == "true" { text } else { format!("({text})") }
    };
    place.rows(2020, "facts.csv").iter().filter(|row| &row["file"] == file).map(shown).collect()
}

#[test]
fn the_seed_report_is_a_return() {
    let place = place();
    place.put("报送/tjj.txt", SEED);
    place.run(&[]).ends_with(0);
    let fate = place.fate(2020, "报送/tjj.txt");
    assert_eq!(
        fate.key(&["agency_id", "year", "form", "status", "identities_checked", "identities_held"]),
        "jr-tjj|2020|channels|counted|1|1"
    );
    assert!(fate["reason"].contains("文字报告"), "{}", &fate["reason"]);
    let facts = place.rows(2020, "facts.csv");
    let wechat = facts.iter().find(|row| &row["indicator"] == "wechat.posts").unwrap();
    assert_eq!(
        wechat.key(&["value", "meaning", "sheet", "cell", "counted", "raw"]),
        "61|number|正文|第17段第1句|true|微信公眾號發布信息61篇"
    );
    let adopted = facts.iter().find(|row| &row["indicator"] == "adopted.province").unwrap();
    assert_eq!(adopted.key(&["value", "meaning", "low", "high"]), "|approximate|21|29");
    assert_eq!(facts.len(), 20);
    // An agency that only tells a story still owes its tables.
    assert_eq!(&place.rows(2020, "roster.csv")[0]["state"], "missing");
}

#[test]
fn a_title_a_path_or_a_signature_says_whose_report_it_is() {
    let body = REPORT.split_once('\n').unwrap().1;
    for (file, bytes) in [
        ("年报.txt", REPORT.as_bytes().to_vec()),
        ("财政局/2020.txt", body.as_bytes().to_vec()),
        ("2020年度.txt", format!("{body}句容市财政局\n").into_bytes()),
        ("报告.html", format!("<html><body><h1>{}</h1></body></html>", REPORT.replace('\n', "</h1><p>")).into_bytes()),
        ("报告.docx", docx(REPORT)),
    ] {
        let place = place();
        place.put(file, bytes);
        place.run(&[]).ends_with(0);
        assert_eq!(place.fate(2020, file).key(&["agency_id", "status"]), "jr-czj|counted", "{file}");
        assert!(facts(&place, file).contains(&"wechat.posts=61".to_owned()), "{file}");
    }
}

#[test]
fn reports_in_gb18030_are_read() {
    let place = place();
    let (bytes, ..) = encoding_rs::GB18030.encode(REPORT);
    place.put("年报.txt", bytes);
    place.run(&[]).ends_with(0);
    assert_eq!(place.fate(2020, "年报.txt")["status"].to_owned(), "counted");
}

#[test]
fn lists_that_do_not_add_up_and_inexact_figures_are_queried() {
    let place = place();
    place.put("年报.txt", REPORT);
    place.run(&[]).ends_with(0);
    let sums = place.findings(2020, "narrative.part_sum");
    assert_eq!(sums.len(), 1);
    assert_eq!(sums[0].key(&["level", "found", "expected", "difference", "cell"]), "query|5|6|-1|第4段第2句");
    assert!(sums[0]["message"].contains("网络申请3件"), "{}", &sums[0]["message"]);
    let inexact = place.findings(2020, "value.approximate");
    assert_eq!(inexact.len(), 1);
    assert_eq!(inexact[0].key(&["indicator", "found"]), "weibo.posts|政务微博发布信息30多条");
}

#[test]
fn a_return_is_counted_and_the_report_only_compared() {
    let place = place();
    place.put("年报.txt", REPORT);
    place.put("渠道.csv", "填报单位：句容市财政局,,年度：2020\n指标,单位,数量\n微信公众号发布信息,篇,60\n政务微博发布信息,条,35\n投诉,件,0\n");
    place.run(&[]).ends_with(0);
    assert_eq!(
        facts(&place, "年报.txt")[..3],
        ["(wechat.posts=61)", "(weibo.posts=approximate)", "(request.received=5)"]
    );
    assert!(facts(&place, "渠道.csv").contains(&"wechat.posts=60".to_owned()));
    let fate = place.fate(2020, "年报.txt");
    assert_eq!(&fate["status"], "superseded");
    assert!(fate["reason"].contains("比对"));
    // 35 is 30多.
    let differences = place.findings(2020, "narrative.difference");
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(
        differences[0].key(&["level", "indicator", "found", "expected", "difference", "file"]),
        "query|wechat.posts|微信公众号发布信息61篇|60|1|年报.txt"
    );
    for quoted in ["61篇", "“60”", "渠道.csv", "第3段第1句"] {
        assert!(differences[0]["message"].contains(quoted), "{}", &differences[0]["message"]);
    }
    assert!(place.findings(2020, "return.superseded").is_empty());
}

#[test]
fn requests_are_compared_with_the_national_table() {
    // 工信局.csv says 3 in table 3 and nothing else that reports say.
    for (told, differences) in [(5, 1), (3, 0)] {
        let place = Place::new();
        place.put("roster.csv", "id,name,aliases\njr-gxj,句容市工业和信息化局,工信局\n");
        place.put("工信局.csv", std::fs::read(common::root().join("data/2020/工信局.csv")).unwrap());
        let report = format!("句容市工业和信息化局2020年政府信息公开工作年度报告\n收到政府信息公开申请{told}件。\n");
        place.put("工信局.txt", report);
        place.run(&[]).ends_with(0);
        let found = place.findings(2020, "narrative.difference");
        assert_eq!(found.len(), differences, "{found:?}");
        for one in &found {
            assert_eq!(one.key(&["indicator", "dimension", "expected", "difference"]), "new_received|total|3|2");
        }
        // No return has the report's table, so that its figure stands there.
        assert_eq!(&place.fate(2020, "工信局.txt")["status"], "counted");
    }
}

#[test]
fn sentences_beside_a_table_belong_to_its_sender() {
    let place = place();
    let page = "<html><body><p>句容市财政局2020年度政府信息公开统计表</p><p>全年组织政务公开培训3次。</p>\
        <table><tr><td>指标</td><td>单位</td><td>数量</td></tr><tr><td>微信公众号发布信息</td><td>篇</td><td>61</td></tr>\
        <tr><td>投诉</td><td>件</td><td>0</td></tr><tr><td>培训</td><td>次</td><td>2</td></tr></table>\
        <p>微信公众号发布信息61篇。</p></body></html>";
    place.put("表.html", page);
    place.run(&[]).ends_with(0);
    let facts = facts(&place, "表.html");
    assert!(facts.contains(&"trainings=2".to_owned()) && facts.contains(&"(trainings=3)".to_owned()), "{facts:?}");
    let differences = place.findings(2020, "narrative.difference");
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].key(&["indicator", "found"]), "trainings|政务公开培训3次");
}

#[test]
fn texts_that_state_nothing_or_name_nobody_are_no_returns() {
    let place = place();
    place.put("渠道.csv", "填报单位：句容市财政局,,年度：2020\n指标,单位,数量\n微信公众号发布信息,篇,60\n投诉,件,0\n");
    place.put(
        "通知.txt",
        "关于报送2020年政府信息公开年报的通知\n各单位微信公众号发布信息不少于60篇，政务公开培训每年至少2次。\n",
    );
    place.put("说明.txt", "微信公众号发布信息61篇。\n");
    place.put("某报告.txt", "2020年政府信息公开工作年度报告\n微信公众号发布信息61篇。\n");
    place.run(&[]).ends_with(0);
    for file in ["通知.txt", "说明.txt"] {
        assert_eq!(&place.fate(2020, file)["status"], "not_a_return", "{file}");
    }
    let fate = place.fate(2020, "某报告.txt");
    assert_eq!(fate.key(&["status", "reason"]), "refused|看不出填报单位。");
}

#[test]
fn phrases_can_be_ones_own_and_are_checked() {
    let place = place();
    place.put(
        "年报.txt",
        "句容市财政局2020年政府信息公开工作年度报告\n全年视频号推出短片61个。微信公众号发布信息5篇。\n",
    );
    let phrases = std::fs::read_to_string(common::root().join("src/forms/phrases.toml")).unwrap();
    let own =
        "[[indicator]]\nlabel = \"视频号\"\nunits = [\"个\"]\nphrases = [\"视频号\"]\nbetween = [\"推出\", \"短片\"]\n";
    place.put("../forms/phrases.toml", format!("{phrases}\n{own}"));
    place.run(&["--forms", "forms"]).ends_with(0);
    let rows = place.rows(2020, "facts.csv");
    let video = rows.iter().find(|row| row["indicator"].contains("视频号")).expect("an open category");
    assert_eq!(video.key(&["value", "unit", "counted"]), "61|个|true");
    let wrong = phrases.replace("code = \"wechat.posts\"", "code = \"wechat.post\"");
    place.put("../forms/phrases.toml", wrong);
    place.run(&["--forms", "forms"]).ends_with(2).complains_of(&["phrases.toml", "wechat.post"]);
}
