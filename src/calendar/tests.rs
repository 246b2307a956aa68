use super::*;
use crate::form::Library;
use proptest::prelude::*;
use std::sync::LazyLock;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let library = Library::load(None).unwrap_or_else(|error| panic!("{error}"));
    Calendar::new(&library.words.calendar)
});

/// How `tests/calendar.tsv` writes a period.
fn written(period: &Period) -> &'static str {
    match period {
        Period::Unsaid => "unsaid",
        Period::Report => "report",
        Period::Other => "other",
        Period::Part(_) => "part",
        Period::YearEnd => "year_end",
        Period::Day => "day",
        Period::Running(_) => "running",
        Period::Several(_) => "several",
    }
}

#[test]
fn every_line_of_the_table_is_what_it_says() {
    let table = include_str!("../../tests/calendar.tsv");
    let mut faults = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [text, year, period] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let time = CALENDAR.time_of(text);
        let found = time.seen_from(year.parse().unwrap());
        if written(&found) != period {
            faults.push(format!("{text} in {year}: {found:?}, not {period}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The years that a text names as whole years.
fn years_in(text: &str) -> Vec<u16> {
    let folded: Vec<char> = text.chars().map(fold).collect();
    let mentions = CALENDAR.mentions(&folded);
    let mut years: Vec<u16> =
        mentions.iter().filter_map(|m| if let Time::Year(y) = m.time { Some(y) } else { None }).collect();
    years.dedup();
    years
}

#[test]
fn years_among_dates_numbers_and_amounts() {
    for (text, expected) in [
        ("2021年政府信息公开", &[2021][..]),
        ("二○二一年", &[2021]),
        ("二O二一年", &[2021]),
        ("x_2021.xlsx", &[2021]),
        ("03-教育局-2021(定稿).xlsx", &[2021]),
        ("2021财政局.xls", &[2021]),
        ("2021_03_财政局.xls", &[2021]),
        ("（2021）", &[2021]),
        ("jyj2021.csv", &[2021]),
        ("2021年度（填报日期：2022年1月15日）", &[2021]),
        ("2021年年报20220115.xlsx", &[2021]),
        ("国办公开办函〔2021〕30号 2023年", &[2023]),
        ("2022 年 1 月 15 日", &[]),
        ("二〇二二年一月十五日", &[]),
        ("2022/1/15 10:30", &[]),
        ("20220115093000", &[]),
        ("2022_01_15", &[]),
        ("15.1.2022", &[]),
        ("[2021]30号", &[]),
        ("（2021）第30号", &[]),
        ("2021件", &[]),
        ("共2021 条", &[]),
        ("1,2021", &[]),
        ("12.2021", &[]),
        ("第2021号", &[]),
        ("12345", &[]),
        ("0511-87262021", &[]),
        ("第194901号国家粮食储备局", &[]),
        ("2007年", &[]),
        ("2100年", &[]),
        ("二〇二一", &[]),
        ("", &[]),
    ] {
        assert_eq!(years_in(text), expected, "{text}");
    }
}

#[test]
fn what_is_left_is_the_rest_as_written() {
    for (text, rest) in [
        ("2021年微信公众号發布信息", "微信公众号發布信息"),
        ("上半年信息咨询", "信息咨询"),
        ("信息咨询（2021年1-6月）", "信息咨询（）"),
        ("本年数", ""),
        ("2021年度数", ""),
        ("信息咨询", "信息咨询"),
    ] {
        assert_eq!(CALENDAR.says(text).rest, rest, "{text}");
    }
}

#[test]
fn a_known_name_speaks_of_no_time() {
    let calendar = CALENDAR.clone().sparing(["202101项目部", "甲市教育局"].into_iter());
    assert_eq!(calendar.time_of("202101项目部2021年统计表"), Time::Year(2021));
    assert_eq!(calendar.time_of("202101项目部统计表"), Time::Unsaid);
    assert_eq!(calendar.time_of("甲市教育局2021年统计表"), Time::Year(2021));
}

#[test]
fn the_cell_of_a_year_may_be_a_number_or_a_date() {
    for (text, expected) in [
        ("2021", Time::Year(2021)),
        (" 2021 ", Time::Year(2021)),
        ("2021-12-31", Time::Year(2021)),
        ("2021-01-01 00:00:00", Time::Year(2021)),
        ("2022-01-15", Time::Day(Some(2022))),
        ("21年", Time::Year(2021)),
        ("二〇二一年度", Time::Year(2021)),
        ("2021年1月1日至2021年12月31日", Time::Year(2021)),
        ("见封面", Time::Unsaid),
    ] {
        assert_eq!(CALENDAR.time_of_cell(text), expected, "{text}");
    }
    for text in ["2021年上半年", "2021年1-6月", "2021年第一季度", "上半年", "2021Q3", "2020-2021年"] {
        assert!(CALENDAR.time_of_cell(text).no_year().is_some(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_scanned_to_its_end(text in "(20[0-9]{2}|[0-9]{1,8}|年|月|日|度|至|-|、|截至|累计|上半年|第|季度|底|本年|〔|〕|号|二〇二一| |局|\\n){0,24}") {
        let chars: Vec<char> = text.chars().map(fold).collect();
        let mentions = CALENDAR.mentions(&chars);
        prop_assert!(mentions.iter().all(|mention| mention.start < mention.end && mention.end <= chars.len()));
        prop_assert!(mentions.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let said = CALENDAR.says(&text);
        prop_assert!(said.rest.chars().count() <= text.chars().count());
    }

    /// Script, width and spaces between year and word do not matter.
    #[test]
    fn the_way_of_writing_does_not_matter(year in 2008_u16..2099, space in 0_usize..2) {
        let wide: String = year.to_string().chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        let gap = " ".repeat(space);
        for text in [format!("{year}{gap}年度"), format!("{wide}{gap}年"), format!("{year}年1—12月"), format!("{year}年1月1日{gap}至{gap}12月31日")] {
            prop_assert_eq!(CALENDAR.time_of(&text), Time::Year(year));
        }
    }
}
