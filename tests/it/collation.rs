//! Returns side by side: copies, resubmissions, years, and what an earlier run published.

use crate::common;
use crate::common::Place;
use crate::common::grid::{balanced, library, plain};

const YEAR: u16 = 2021;
const ROSTER: &str = "agency_id,name\njy,甲市教育局\ncz,甲市财政局\n";

/// Table 2 of a return: issued, repealed and valid rules and normative documents.
fn table2(agency: &str, year: u16, figures: [&str; 6]) -> String {
    let [a, b, c, d, e, f] = figures;
    format!(
        "{agency} {year}年度政府信息公开工作年度报告,,,\n二、主动公开政府信息情况,,,\n信息内容,本年制发件数,本年废止件数,现行有效件数\n\
         规章,{a},{b},{c}\n行政规范性文件,{d},{e},{f}\n"
    )
}

/// A list of channels.
fn channels(agency: &str, year: u16, lines: &[(&str, &str)]) -> String {
    let lines: String = lines.iter().map(|(label, figure)| format!("{label},次,{figure}\n")).collect();
    format!("填报单位：{agency},,年度：{year}\n指标,单位,数量\n{lines}")
}

fn with_roster() -> Place {
    let place = Place::new();
    place.put("roster.csv", ROSTER);
    place
}

/// `code=value` of the counted figures.
fn counted(place: &Place, year: u16) -> Vec<String> {
    let facts = place.rows(year, "facts.csv");
    let counted = facts.iter().filter(|row| &row["counted"] == "true" && !row["value"].is_empty());
    let code = |row: &common::Row| match &row["dimension"] {
        "" => row["indicator"].to_owned(),
        dimension => format!("{}:{dimension}", &row["indicator"]),
    };
    counted.map(|row| format!("{}={}", code(row), &row["value"])).collect()
}

fn messages(place: &Place, year: u16, rule: &str) -> Vec<String> {
    place.findings(year, rule).iter().map(|row| format!("{}: {}", &row["level"], &row["message"])).collect()
}

// ------------------------------------------------------------------------------------------------ copies

#[test]
fn a_copied_register_is_a_duplicate_for_every_agency_in_it() {
    let place = with_roster();
    let register = "单位名称,信息咨询,投诉\n甲市教育局,48,3\n甲市财政局,12,1\n";
    place.put("汇总2021.csv", register).put("汇总2021副本.csv", register);
    place.run(&[]);
    let statuses: Vec<String> =
        place.rows(YEAR, "returns.csv").iter().map(|row| format!("{} {}", &row["agency_id"], &row["status"])).collect();
    assert_eq!(statuses.iter().filter(|status| status.ends_with("duplicate")).count(), 2, "{statuses:?}");
    assert!(place.findings(YEAR, "return.same_bytes").is_empty());
    assert_eq!(counted(&place, YEAR).len(), 4);
}

// ------------------------------------------------------------------------------------------------ resubmissions

#[test]
fn only_what_two_returns_both_have_is_compared() {
    let place = with_roster();
    place.put("教育局2021.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    place.put("教育局2021更正.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "7"]));
    place.run(&[]);
    let [said] = &messages(&place, YEAR, "return.superseded")[..] else { panic!("one finding") };
    assert!(said.starts_with("query") && said.contains("有 1 个数不同") && !said.contains("没有计入"), "{said}");
    assert!(counted(&place, YEAR).contains(&"normative:in_force=7".to_owned()));
}

#[test]
fn figures_that_only_the_beaten_return_has_are_named() {
    let place = with_roster();
    place.put("教育局2021.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    place.put("教育局2021更正.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", ""]));
    place.run(&[]);
    let [said] = &messages(&place, YEAR, "return.superseded")[..] else { panic!("one finding") };
    assert!(said.starts_with("error") && said.contains("其中 1 个数只有它填了"), "{said}");
}

#[test]
fn halves_of_a_table_are_an_error_and_not_silently_one_of_them() {
    let place = with_roster();
    place.put("教育局2021上.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "", "", ""]));
    place.put("教育局2021下.csv", table2("甲市教育局", YEAR, ["", "", "", "4", "5", "6"]));
    place.run(&[]);
    let [said] = &messages(&place, YEAR, "return.superseded")[..] else { panic!("one finding") };
    assert!(said.starts_with("error") && said.contains("3 个数只有它填了"), "{said}");
}

#[test]
fn a_form_of_zeros_does_not_beat_a_filled_one_by_its_name() {
    let place = with_roster();
    place.put("教育局2021.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    place.put("教育局2021空表.csv", table2("甲市教育局", YEAR, ["0", "0", "0", "0", "0", "0"]));
    place.run(&[]);
    assert_eq!(&place.fate(YEAR, "教育局2021.csv")["status"], "counted");
}

#[test]
fn what_is_wrong_in_a_replaced_return_is_no_error_any_more() {
    let place = with_roster();
    place.put("教育局2021.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "六六"]));
    place.put("教育局2021更正.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    place.run(&[]);
    assert!(messages(&place, YEAR, "value.text").iter().all(|said| said.starts_with("note")));
    assert_eq!(messages(&place, YEAR, "value.text").len(), 1);
}

#[test]
fn without_a_roster_spellings_of_one_name_are_one_agency() {
    let place = Place::new();
    place.put("a2021.csv", channels("甲市教育局", YEAR, &[("信息咨询", "48")]));
    place.put("b2021.csv", channels("甲市 教育局", YEAR, &[("信息咨询", "50")]));
    place.run(&[]);
    assert_eq!(counted(&place, YEAR).len(), 1);
    assert_eq!(place.findings(YEAR, "return.superseded").len(), 1);
}

#[test]
fn an_open_category_on_two_sheets_is_counted_once() {
    let place = Place::new();
    let list = channels("甲市教育局", YEAR, &[("信息咨询", "48"), ("投诉", "3"), ("抖音号发布", "33")]);
    place.put("教育局2021.csv", format!("{list}\n\n{list}"));
    place.run(&[]);
    let open: Vec<String> = counted(&place, YEAR).into_iter().filter(|fact| fact.starts_with("open.")).collect();
    assert_eq!(open, ["open.抖音号发布=33"]);
}

// ------------------------------------------------------------------------------------------------ forms and years

#[test]
fn an_agency_with_the_wrong_form_is_returned_and_not_called_missing_too() {
    let place = with_roster();
    // The 2019 form has columns that the later ones lack.
    let old = "甲市教育局 2021年度政府信息公开工作年度报告,,,\n二、主动公开政府信息情况,,,\n\
               信息内容,本年新制作数量,本年新公开数量,对外公开总数量\n规章,1,2,3\n规范性文件,4,5,6\n";
    place.put("教育局2021.csv", old).put("财政局2021.csv", table2("甲市财政局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    let outcome = place.check(&[]);
    place.run(&[]);
    assert_eq!(messages(&place, YEAR, "form.year").len(), 1);
    assert!(place.findings(YEAR, "return.missing").is_empty());
    let states: Vec<String> =
        place.rows(YEAR, "roster.csv").iter().map(|row| format!("{}={}", &row["agency_id"], &row["state"])).collect();
    assert_eq!(states, ["jy=returned", "cz=counted"]);
    let table = std::fs::read_to_string(place.output().join("2021/table2_disclosure.csv")).unwrap();
    assert!(table.contains("应报 2 个单位，实报 1 个。缺报：甲市教育局"), "{table}");
    assert!(outcome.stdout.contains("已报 1 个") && outcome.stdout.contains("须重报 1 个"), "{}", outcome.stdout);
}

#[test]
fn a_row_whose_year_is_none_is_refused() {
    let place = with_roster();
    place.put("汇总2021.csv", "单位名称,年度,信息咨询,投诉\n甲市教育局,2021,48,3\n甲市财政局,202,12,1\n");
    place.run(&[]);
    assert_eq!(counted(&place, YEAR).len(), 2);
    let said = messages(&place, YEAR, "who.no_year");
    assert!(said.len() == 1 && said[0].starts_with("error") && said[0].contains("“202”"), "{said:?}");
}

#[test]
fn a_year_without_a_form_says_so() {
    let place = with_roster();
    place.put("教育局2009.csv", table2("甲市教育局", 2009, ["1", "2", "3", "4", "5", "6"]));
    place.run(&[]);
    let said = messages(&place, 2009, "form.year");
    assert!(said.len() == 1 && said[0].contains("没有这一年的正式表式"), "{said:?}");
}

#[test]
fn a_refused_file_of_a_year_without_returns_is_still_listed() {
    let place = with_roster();
    place.put("教育局2021.csv", table2("甲市教育局", YEAR, ["1", "2", "3", "4", "5", "6"]));
    place.put("财政局2019.xlsx", b"PK\x03\x04 broken");
    place.run(&[]);
    assert_eq!(&place.fate(YEAR, "财政局2019.xlsx")["status"], "refused");
    assert_eq!(place.findings(YEAR, "file.refused").len(), 1);
}

#[test]
fn a_run_for_one_year_still_compares_with_the_year_before() {
    let place = with_roster();
    place.put("2020/教育局2020.csv", channels("甲市教育局", 2020, &[("信息咨询", "40"), ("投诉", "x")]));
    place.put("2021/教育局2021.csv", channels("甲市教育局", YEAR, &[("信息咨询", "48"), ("投诉", "3")]));
    place.run(&["--year", "2021"]).ends_with(0);
    assert!(!place.output().join("2020").exists());
    let summary = place.rows(YEAR, "summary.csv");
    let row = summary.iter().find(|row| &row["indicator"] == "inquiries" && &row["scope"] == "city").unwrap();
    assert_eq!([&row["value"], &row["previous"], &row["change"]], ["48", "40", "8"]);
    // The bad figure of 2020 is nobody's error in a run for 2021.
    assert!(place.findings(YEAR, "value.text").is_empty());
}

// ------------------------------------------------------------------------------------------------ an earlier run

#[test]
fn what_was_published_beats_what_this_run_makes_of_last_years_files() {
    let before = with_roster();
    before.put("教育局2020.csv", channels("甲市教育局", 2020, &[("信息咨询", "40"), ("投诉", "1")]));
    before.run(&[]);
    let place = with_roster();
    place.put("教育局2020.csv", channels("甲市教育局", 2020, &[("信息咨询", "41"), ("投诉", "1")]));
    place.put("教育局2021.csv", channels("甲市教育局", YEAR, &[("信息咨询", "48"), ("投诉", "3")]));
    place.run(&["--previous", before.output().to_str().unwrap()]).ends_with(0);
    let summary = place.rows(YEAR, "summary.csv");
    let row = summary.iter().find(|row| &row["indicator"] == "inquiries" && &row["scope"] == "city").unwrap();
    assert_eq!(&row["previous"], "40");
}

/// With --year the files of other years are not lost: each has its row and its reason, the agency whose only file it is
/// hears of it, and last year's figures go on being compared.
#[test]
fn files_of_other_years_keep_their_rows() {
    let library = library();
    let book = &library.rulebook;
    let of_year = |year: u16, seed: u64| {
        plain(book, "甲市教育局", &balanced(book, &[seed, 3, 0, 1, 5])).replace("2021", &year.to_string())
    };
    let place = Place::new();
    place.put("roster.csv", "id,name\njy,甲市教育局\ncz,甲市财政局\nmz,甲市民政局\n");
    place.put("教育局2021.csv", of_year(2021, 1)).put("教育局2022.csv", of_year(2022, 2));
    place.put("民政局2022.csv", of_year(2022, 3).replace("教育局", "民政局"));
    place.put("甲市财政局2022.pdf", b"%PDF-1.7 x");
    place.run(&["--year", "2021"]).ends_with(0);
    for (file, agency, year, status) in [
        ("教育局2021.csv", "甲市教育局", "2021", "counted"),
        ("教育局2022.csv", "甲市教育局", "2022", "other_year"),
        ("民政局2022.csv", "甲市民政局", "2022", "other_year"),
        ("甲市财政局2022.pdf", "甲市财政局", "2022", "refused"),
    ] {
        let row = place.fate(2021, file);
        assert_eq!((&row["agency"], &row["year"], &row["status"]), (agency, year, status), "{file}");
        assert!(status == "counted" || row["reason"].chars().count() > 4, "{row:?}");
    }
    let missing = place.findings(2021, "return.missing");
    let named: Vec<(&str, &str)> = missing.iter().map(|row| (&row["agency"], &row["file"])).collect();
    assert_eq!(named, [("甲市财政局", "甲市财政局2022.pdf"), ("甲市民政局", "民政局2022.csv")]);
    assert!(missing.iter().all(|row| row["message"].contains(&row["file"])), "{missing:?}");
    assert!(place.rows(2021, "facts.csv").iter().all(|row| &row["year"] == "2021"));
    // Nobody is asked about a year that is not published.
    assert!(!place.output().join("2021/return_to_sender").exists());
    // Without --year each file stands in its own year's list alone.
    let outcome = place.run(&[]);
    outcome.ends_with(0);
    assert_eq!(&place.fate(2022, "民政局2022.csv")["status"], "counted");
    assert!(place.rows(2021, "returns.csv").iter().all(|row| &row["year"] == "2021"));
}
