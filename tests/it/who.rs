//! Who reports, and for which year: a return credited to the wrong agency or year is the worst that can happen, so a
//! doubt is refused or said, and what is written clearly is understood.

use std::collections::BTreeSet;

use crate::common::Place;
use crate::common::grid::{balanced, library, plain};

const ROSTER: &str = "id,name,aliases,parent,group\nzf,甲市人民政府办公室,市政府办,,\njy,甲市教育局,教育局,,\n\
                      cz,甲市财政局,财政局,,\nwj,甲市卫生健康委员会,卫健委,,\njk,甲市疾病预防控制中心,疾控中心,wj,\n";

/// A return without any line that says who or when, under the given titles.
fn under(titles: &str, seed: u64) -> String {
    let library = library();
    let figures = balanced(&library.rulebook, &[seed, 3, 0, 1, 5]);
    let text = plain(&library.rulebook, "x", &figures);
    let (_, tables) = text.split_once('\n').unwrap();
    format!("{titles}\n{tables}")
}

/// The agencies and years that figures were counted for, and the rules about identity that spoke.
fn credited(name: &str, text: &str) -> (String, String) {
    let place = Place::new();
    // Another return, so that there is a run to look at.
    let other = under("填报单位：市政府办,2021年", 9);
    place.put("roster.csv", ROSTER).put("0.csv", other).put(name, text);
    place.run(&[]).ends_with(0);
    let (mut who, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for year in [2020, 2021, 2022] {
        if place.output().join(year.to_string()).exists() {
            let facts = place.rows(year, "facts.csv").into_iter().filter(|fact| &fact["file"] == name);
            who.extend(facts.map(|fact| fact.key(&["agency_id", "year"])));
            let said = place.rows(year, "findings.csv").into_iter();
            rules.extend(said.map(|row| row["rule"].to_owned()).filter(|rule| rule.starts_with("who.")));
        }
    }
    let join = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(" ");
    (join(who), join(rules))
}

#[track_caller]
fn assert_credited(name: &str, titles: &str, who: &str, rules: &str) {
    assert_eq!(credited(name, &under(titles, 2)), (who.to_owned(), rules.to_owned()), "{name}: {titles}");
}

#[test]
fn whoever_issues_or_receives_the_form_is_not_the_sender() {
    for first in
        ["甲市人民政府办公室关于报送2021年统计表的通知", "报送：甲市人民政府办公室", "抄送：财政局", "市政府办制"]
    {
        assert_credited("附件2.csv", &format!("{first}\n甲市教育局2021年政府信息公开统计表"), "jy|2021", "");
    }
}

#[test]
fn two_titles_are_a_conflict_and_the_report_s_title_counts() {
    assert_credited("附件2.csv", "附件2,,市政府办\n甲市教育局2021年统计表", "jy|2021", "who.conflict");
    // A letterhead may name the office above.
    assert_credited("附件2.csv", "甲市卫生健康委员会\n甲市疾病预防控制中心2021年统计表", "jk|2021", "");
}

#[test]
fn an_office_that_is_not_listed_is_not_its_parent() {
    for title in [
        "甲市财政局 国库支付中心2021年统计表",
        "甲市财政局（国库支付中心）2021年统计表",
        "甲市财政局\n国库支付中心2021年统计表",
    ] {
        assert_credited("附件2.csv", title, "", "who.unknown_agency");
    }
    for file in ["财政局-国库支付中心2021.csv", "财政局、教育局2021.csv"] {
        assert_credited(file, "政府信息公开统计表", "", "who.unknown_agency");
    }
    assert_credited("附件2.csv", "甲市人民政府 教育局2021年统计表", "jy|2021", "");
    assert_credited("教育局（财政局代报）2021.csv", "政府信息公开统计表", "jy|2021", "");
}

#[test]
fn the_form_s_version_and_a_remark_are_no_report_year() {
    assert_credited("附件2.csv", "政府信息公开统计表（2021年版）\n甲市教育局2022年度", "jy|2022", "");
    assert_credited("附件2.csv", "参考：2020年数据见附件\n甲市教育局2021年统计表", "jy|2021", "");
}

#[test]
fn a_line_may_hold_more_than_the_name() {
    for line in [
        "填报单位：甲市教育局（盖章）",
        "填报单位（盖章）：甲市教育局",
        "填报单位：甲市教育局 填报日期：2022年1月5日",
        "填报单位：甲市教育局 单位：件",
        "填报单位：教育局2021年",
        "填报单位：甲市教育局；填报人：张三",
        "报告单位：甲市教育局",
        "填报单位,甲市教育局",
    ] {
        assert_credited("附件2.csv", &format!("2021年统计表\n{line}"), "jy|2021", "");
    }
}

#[test]
fn tables_under_one_another_belong_to_the_title_above_them() {
    let two = |a: &str, b: &str| format!("{}\n{}", under(a, 2), under(b, 7));
    let agencies = two("甲市教育局2021年统计表", "填报单位：甲市财政局");
    assert_eq!(credited("附件2.csv", &agencies), ("cz|2021 jy|2021".to_owned(), String::new()));
    let stranger = two("甲市教育局2021年统计表", "甲市水利局2021年统计表");
    assert_eq!(credited("附件2.csv", &stranger), ("jy|2021".to_owned(), "who.unknown_agency".to_owned()));
    // Below its table stands a line only where nothing stands above it.
    let below = format!("{}\n填报单位：甲市教育局\n", under("2021年统计表", 2));
    assert_eq!(credited("附件2.csv", &below), ("jy|2021".to_owned(), String::new()));
}

#[test]
fn an_id_and_a_name_that_disagree_name_nobody() {
    let register = "2021年汇总表\n单位编号,单位名称,信息咨询,投诉\njy,甲市财政局,48,3\nwj,甲市卫生健康委员会,5,1\n";
    assert_eq!(credited("汇总2021.csv", register), ("wj|2021".to_owned(), "who.conflict".to_owned()));
}

#[test]
fn a_run_for_one_year_says_nothing_of_other_years_files() {
    let place = Place::new();
    place.put("教育局2021.csv", under("甲市教育局2021年统计表", 2)).put("财政局2020.csv", "");
    place.check(&["--year", "2021"]).ends_with(0);
    place.check(&[]).ends_with(1);
}
