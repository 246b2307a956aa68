//! The list of 2014 to 2018 (国办发〔2014〕32号): read from grids, registers and long lists, published in its own layout,
//! and never mixed with the forms that followed it.

use crate::common;
use std::collections::BTreeMap;

use crate::common::grid::{Layout, balanced, csv_text, library};
use crate::common::{Place, Row, by_key, huizong, huizong_in};
use crate::support::xlsx_with;
use huizong::{Line, Rulebook};

const FORM: &str = "tj2014";
const SENDER: &str = "甲市财政局";

/// Figures for which every identity holds, in the units that the form prints.
fn figures(book: &Rulebook) -> BTreeMap<String, u64> {
    let form = book.form(book.form_by_code(FORM).unwrap());
    let mut figures: BTreeMap<String, u64> = BTreeMap::new();
    for (number, slot) in (1..).zip(form.slots.clone()) {
        figures.insert(book.slots[usize::from(slot)].code.clone(), number);
    }
    // Inner sums first: 不同意公开 is a part of 申请答复数.
    let sums = form.identities.iter().filter(|identity| identity.shape == huizong::Shape::Total);
    let sums: Vec<_> = sums.collect();
    for identity in sums.iter().chain(&sums) {
        let sum = identity.parts.iter().map(|term| figures[&book.slot(term.slot).code]).sum();
        figures.insert(book.slot(identity.whole[0]).code.clone(), sum);
    }
    for (whole, part) in [
        ("proactive.total", "proactive.normative"),
        ("response.press_conferences", "response.press_conferences.leader"),
        ("response.interviews", "response.interviews.leader"),
    ] {
        figures.insert(whole.to_owned(), figures[part] + 1);
    }
    figures
}

fn lines(book: &Rulebook) -> &[Line] {
    let form = book.form(book.form_by_code(FORM).unwrap());
    &book.table(form.tables[0]).blocks[0].rows
}

fn unit(book: &Rulebook, code: &str) -> String {
    let slot = book.slot_by_code(book.form_by_code(FORM).unwrap(), code).unwrap();
    let slot = book.slot(slot);
    match slot.printed_unit {
        Some(unit) if unit.is_money() => unit.as_str().to_owned(),
        _ => slot.unit.clone(),
    }
}

/// The list as it is printed, headings with a dash for unit and number.
fn printed(book: &Rulebook, year: u16, figure: &dyn Fn(&str) -> String) -> String {
    let mut text = format!("政府信息公开情况统计表,,\n（{year}年度）,,\n填报单位：{SENDER},,\n统计指标,单位,统计数\n");
    let mut before: &[String] = &[];
    for line in lines(book) {
        for (depth, heading) in line.section.iter().enumerate() {
            if before.get(..=depth) != line.section.get(..=depth) {
                text.push_str(&format!("{heading},——,——\n"));
            }
        }
        before = &line.section;
        text.push_str(&format!("{},{},{}\n", line.zh, unit(book, &line.code), figure(&line.code)));
    }
    text + "单位负责人：张三,审核人：李四,填报人：王五\n联系电话：87261234,,填报日期：2019年1月15日\n"
}

/// `indicator=value` of the counted facts.
fn values(facts: Vec<Row>) -> Vec<String> {
    assert!(facts.iter().all(|row| &row["form"] == FORM && &row["counted"] == "true"));
    by_key(facts, &["indicator"]).into_iter().map(|(code, row)| format!("{code}={}", &row["value"])).collect()
}

/// The figures as facts.csv has them: money in 元.
fn expected(book: &Rulebook) -> Vec<String> {
    let scaled = |(code, value): (String, u64)| {
        let factor = if unit(book, &code) == "万元" { 10_000 } else { 1 };
        format!("{code}={}", value * factor)
    };
    figures(book).into_iter().map(scaled).collect()
}

/// Fails with what is missing and what should not be there.
#[track_caller]
fn same(found: Vec<String>, expected: Vec<String>) {
    let lacking = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    let (missing, extra) = (lacking(&expected, &found), lacking(&found, &expected));
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, extra {extra:?}");
}

#[test]
fn the_printed_list_is_read_whole() {
    let library = library();
    let book = &library.rulebook;
    let figures = figures(book);
    let place = Place::new();
    place.put("2018.csv", printed(book, 2018, &|code| figures[code].to_string()));
    place.run(&[]).ends_with(0);
    same(values(place.rows(2018, "facts.csv")), expected(book));
    assert_eq!(place.rows(2018, "findings.csv"), Vec::new());
    let fate = place.fate(2018, "2018.csv");
    assert_eq!((&fate["identities_checked"], &fate["identities_held"]), ("10", "10"));
    let table = std::fs::read_to_string(place.output().join("2018/disclosure_statistics.csv")).unwrap();
    let labels: Vec<&str> = table.lines().map(|line| line.split(',').next().unwrap()).collect();
    let at = |label: &str| labels.iter().position(|other| *other == label).unwrap_or_else(|| panic!("{label}"));
    assert!(at("一、主动公开情况") < at("（二）通过不同渠道和方式公开政府信息的情况"));
    assert!(at("（二）通过不同渠道和方式公开政府信息的情况") < at("1.政府公报公开政府信息数"));
    assert!(table.contains("七、依申请公开信息收取的费用,万元,"), "{table}");
    // The published list is a return of the next level.
    let place_above = Place::new();
    let facts = std::fs::read(place.output().join("2018/facts.csv")).unwrap();
    place_above.put("2018/facts.csv", facts);
    place_above.run(&[]).ends_with(0);
    same(values(place_above.rows(2018, "facts.csv")), expected(book));
}

#[test]
fn rows_of_one_label_belong_to_what_stands_above_them() {
    let library = library();
    let book = &library.rulebook;
    let figures = figures(book);
    // Short labels as cities print them: 其中 twice, and the results of reviews and lawsuits alike.
    let text = printed(book, 2017, &|code| figures[code].to_string())
        .replace("其中：主要负责同志参加新闻发布会次数", "其中：主要负责同志参加次数")
        .replace("其中：主要负责同志参加政府网站在线访谈次数", "其中：主要负责同志参加次数")
        .replace("三、依申请公开情况", "三、依申请公开政府信息办理情况");
    let place = Place::new();
    place.put("2017.csv", &text);
    // Without 行政诉讼数量 nothing says whose the second group is but its own first row.
    let headless: String =
        text.lines().filter(|line| !line.starts_with("五、")).map(|line| format!("{line}\n")).collect();
    place.put("另/2016.csv", headless.replace("2017", "2016"));
    place.run(&[]).ends_with(0);
    same(values(place.rows(2017, "facts.csv")), expected(book));
    assert_eq!(place.rows(2017, "findings.csv"), Vec::new());
    let mut without = expected(book);
    without.retain(|line| !line.starts_with("suit.total="));
    same(values(place.rows(2016, "facts.csv")), without);
    assert_eq!(place.findings(2016, "layout.missing_row").len(), 1);
}

#[test]
fn a_group_beside_its_rows_and_numbers_in_another_column() {
    let library = library();
    let book = &library.rulebook;
    let figures = figures(book);
    let mut sheet = String::from(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>甲市财政局2015年政府信息公开情况统计表</t></is></c></row>\
         <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>指标名称</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>计量单位</t></is></c>\
         <c r=\"D2\" t=\"inlineStr\"><is><t>代码</t></is></c><c r=\"E2\" t=\"inlineStr\"><is><t>统计数</t></is></c></row>",
    );
    let mut group: Option<&str> = None;
    for (row, line) in (3..).zip(lines(book)) {
        let parent = line.under.last().or(line.section.first()).map(String::as_str);
        let shown = parent.filter(|_| parent != group).unwrap_or_default();
        group = parent;
        let text =
            |column: &str, text: &str| format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let number = figures[&line.code];
        // Rows of no group begin in the first column.
        let own = if parent.is_some() { "B" } else { "A" };
        sheet.push_str(&format!(
            "<row r=\"{row}\">{}{}{}{}<c r=\"E{row}\"><v>{number}</v></c></row>",
            if shown.is_empty() { String::new() } else { text("A", shown) },
            text(own, &line.zh),
            text("C", &unit(book, &line.code)),
            text("D", &format!("{:02}", row - 2)),
        ));
    }
    let place = Place::new();
    place.put("return.xlsx", xlsx_with(&sheet, &[]));
    place.run(&[]).ends_with(0);
    same(values(place.rows(2015, "facts.csv")), expected(book));
    assert_eq!(place.rows(2015, "findings.csv"), Vec::new());
}

#[test]
fn registers_and_long_lists() {
    let library = library();
    let book = &library.rulebook;
    let figures = figures(book);
    let path = |line: &Line| {
        let parent = line.under.last().map(|parent| format!("{parent}-")).unwrap_or_default();
        format!("{parent}{}（{}）", line.zh, unit(book, &line.code))
    };
    let heads: String = lines(book).iter().map(|line| format!(",{}", path(line))).collect();
    let numbers: String = lines(book).iter().map(|line| format!(",{}", figures[&line.code])).collect();
    let mut long = String::from("填报单位,年度,指标名称,单位,统计数\n");
    let mut codes = String::from("填报单位,年度,指标,统计数,单位\n");
    for line in lines(book) {
        let unit = unit(book, &line.code);
        let label = line.under.last().map(|parent| format!("{parent}-")).unwrap_or_default() + &line.zh;
        long.push_str(&format!("{SENDER},2018,{label},{unit},{}\n", figures[&line.code]));
        codes.push_str(&format!("{SENDER},2018,{},{},{unit}\n", line.code, figures[&line.code]));
    }
    for text in [format!("单位名称,年度{heads}\n{SENDER},2018{numbers}\n"), long, codes] {
        let place = Place::new();
        place.put("list.csv", &text);
        place.run(&[]).ends_with(0);
        same(values(place.rows(2018, "facts.csv")), expected(book));
        assert_eq!(place.rows(2018, "findings.csv"), Vec::new(), "{text}");
    }
}

#[test]
fn a_part_larger_than_its_whole_and_wrong_sums() {
    let library = library();
    let book = &library.rulebook;
    let figures = figures(book);
    let place = Place::new();
    place.put(
        "2018.csv",
        printed(book, 2018, &|code| match code {
            "proactive.normative" => "9999".to_owned(),
            "answer.denied" => (figures[code] + 1).to_string(),
            _ => figures[code].to_string(),
        }),
    );
    place.run(&[]).ends_with(0);
    let rules: Vec<String> = place.rows(2018, "findings.csv").iter().map(|row| row.key(&["level", "rules"])).collect();
    assert_eq!(rules, ["error|T.answered T.denied", "query|T.normative", "note|route.difference"]);
}

/// What two forms of one year both ask for, asked for in a list that has figures of both, is nobody's.
#[test]
fn a_list_of_two_forms_must_say_which() {
    let place = Place::new();
    let head = "填报单位,年度,指标,统计数";
    let rows = ["proactive.total,10", "portal.total,8", "complaints,3"];
    let text: String = rows.iter().map(|row| format!("{SENDER},2018,{row}\n")).collect();
    place.put("list.csv", format!("{head}\n{text}"));
    place.run(&[]).ends_with(0);
    let codes: Vec<String> = place.rows(2018, "facts.csv").iter().map(|row| row["indicator"].to_owned()).collect();
    assert!(!codes.contains(&"complaints".to_owned()), "{codes:?}");
    assert_eq!(place.findings(2018, "layout.unclear_row").len(), 1);
    let place = Place::new();
    let text: String = rows.iter().map(|row| format!("{SENDER},2018,tj2014,{row}\n")).collect();
    place.put(
        "list.csv",
        format!("填报单位,年度,表式,指标,统计数\n{}", text.replace("tj2014,portal", "channels,portal")),
    );
    place.run(&[]).ends_with(0);
    let complaints: Vec<Row> =
        place.rows(2018, "facts.csv").into_iter().filter(|row| &row["indicator"] == "complaints").collect();
    assert_eq!(complaints.iter().map(|row| row.key(&["form", "value"])).collect::<Vec<_>>(), ["tj2014|3"]);
}

/// Codes that two forms of the year have, and nothing else: neither form is taken.
#[test]
fn figures_of_two_forms_alone_are_nobodys() {
    for (text, rule) in [
        (format!("填报单位,年度,指标,统计数\n{SENDER},2018,complaints,3\n"), "layout.unclear_row"),
        (format!("单位名称,年度,request.received,complaints\n{SENDER},2018,5,1\n"), "layout.unclear_column"),
    ] {
        let place = Place::new();
        place.put("list.csv", &text);
        let said = place.check(&[]).stdout;
        assert!(said.contains(rule), "{text}{said}");
        place.run(&[]);
        assert!(!place.output().join("2018/facts.csv").exists() || place.rows(2018, "facts.csv").is_empty());
        // In another year only one form has them.
        place.put("list.csv", text.replace("2018", "2021"));
        place.run(&[]).ends_with(0);
        assert!(!place.rows(2021, "facts.csv").is_empty());
        assert_eq!(place.findings(2021, rule), Vec::new());
    }
}

/// Rows that the form does not know are named to the last, even where none of them is known.
#[test]
fn no_row_of_a_list_vanishes() {
    let place = Place::new();
    let unknown: String =
        (1..=6).map(|n| format!("自设指标{},件,{n}\n", "甲乙丙丁戊己".chars().nth(n - 1).unwrap())).collect();
    place.put(
        "2018.csv",
        format!("{SENDER}2018年政府信息公开情况统计表,,\n统计指标,单位,统计数\n收到申请数,件,10\n{unknown}"),
    );
    place.run(&[]).ends_with(0);
    assert_eq!(place.findings(2018, "layout.unknown_label").len(), 6);
}

#[test]
fn versions_stand_side_by_side_and_are_never_merged() {
    let library = library();
    let book = &library.rulebook;
    let older = figures(book);
    let latest = csv_text(book, SENDER, &Layout::default(), &{
        let figures = balanced(book, &[3, 1, 4]);
        move |slot| figures[&slot].to_string()
    });
    let place = Place::new();
    place.put("2018/财政.csv", printed(book, 2018, &|code| older[code].to_string()));
    place.put("2021/财政.csv", &latest);
    // Figures of table 4 are alike on both forms: the year decides.
    place.put("2020/财政.csv", table4(2020));
    // An agency that still uses the old list in 2020.
    place.put("2020/教育.csv", printed(book, 2020, &|code| older[code].to_string()).replace(SENDER, "甲市教育局"));
    place.run(&[]).ends_with(0);
    let forms = |year: u16| {
        let mut forms: Vec<String> = place.rows(year, "summary.csv").iter().map(|row| row["form"].to_owned()).collect();
        forms.sort();
        forms.dedup();
        forms
    };
    assert_eq!([forms(2018), forms(2021)], [vec![FORM.to_owned()], vec!["gk2021".to_owned()]]);
    assert_eq!(forms(2020), ["gk2019", FORM]);
    let wrong = place.findings(2020, "form.year");
    assert_eq!(wrong.iter().map(|row| &row["agency"]).collect::<Vec<_>>(), ["甲市教育局"]);
    let sections = std::fs::read_to_string(place.output().join("2020/disclosure_statistics.csv")).unwrap();
    assert!(sections.contains("没有与本年的表合并"), "{sections}");
    assert!(!place.output().join("2021/disclosure_statistics.csv").exists());
}

fn table4(year: u16) -> String {
    let parts = "结果维持,结果纠正,其他结果,尚未审结,总计";
    format!(
        "填报单位：{SENDER},,,,,报告年度：{year}年\n四、政府信息公开行政复议、行政诉讼情况\n行政复议,,,,,行政诉讼\n\
         ,,,,,未经复议直接起诉,,,,,复议后起诉\n{parts},{parts},{parts}\n1,0,0,0,1,0,2,0,0,2,0,0,0,0,0\n"
    )
}

#[test]
fn it_is_listed_and_shown() {
    let list = huizong(["forms", "list"]);
    list.ends_with(0);
    assert!(list.stdout.contains("tj2014     2014-2018    58   10"), "{}", list.stdout);
    let show = huizong_in(&common::root(), ["forms", "show", FORM, "--lang", "en"]);
    show.ends_with(0);
    assert!(show.stdout.contains("request.received = request.in_person + request.fax"), "{}", show.stdout);
}
