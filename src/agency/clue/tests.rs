use proptest::prelude::*;
use std::sync::LazyLock;

use super::*;
use crate::calendar::Calendar;
use crate::form::{CalendarWords, Library};

static CALENDAR_WORDS: LazyLock<CalendarWords> =
    LazyLock::new(|| Library::load(None).unwrap_or_else(|error| panic!("{error}")).words.calendar);

fn words() -> ClueWords {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let given = Words {
        agency_lines: list(&["填报单位", "单位名称", "报送单位", "填表单位", "部门"]),
        year_lines: list(&["年度", "报告年度", "统计年度", "年份"]),
        noise: list(&[
            "政府信息公开工作年度报告",
            "政府信息公开情况统计表",
            "政府信息公开",
            "政务公开情况统计表",
            "政务公开",
            "年度报告",
            "年报",
            "报表",
            "统计表",
            "情况",
            "关于",
            "报送",
            "附件",
            "表",
            "统计",
            "盖章",
            "的函",
        ]),
        revision: list(&["更正", "修订", "重报", "补报", "定稿", "最终版", "最终"]),
        copy: list(&["副本", "复制", "copy"]),
        ..Words::default()
    };
    ClueWords::new(&given, Calendar::new(&CALENDAR_WORDS))
}

/// Candidates for a name: the whole residue, then its parts, longest first.
fn names_in(text: &str, words: &ClueWords) -> Vec<String> {
    let Residue { whole, parts } = residue_of(text, words);
    let nth = |n: usize| parts.iter().filter_map(move |variants| variants.get(n).cloned());
    let mut pieces: Vec<String> = nth(0).chain(nth(1)).collect();
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.chars().count()));
    let mut seen = Vec::new();
    for name in whole.into_iter().chain(pieces) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

#[test]
fn the_first_name_is_the_agency() {
    for (text, expected) in [
        ("句容市财政局2021年政府信息公开工作年度报告统计表", "句容市财政局"),
        ("03-教育局-2021(定稿).xlsx", "教育局"),
        ("附件2：2021年度市发改委政务公开情况统计表", "市发改委"),
        ("（市卫健委）2021年报表", "市卫健委"),
        ("填报单位（盖章）：句容市财政局", "句容市财政局"),
        ("填报单位: 句容市财政局  填报日期：2022年1月5日", "句容市财政局  填报日期"),
        ("03教育局.xls", "教育局"),
        ("教育局1.xls", "教育局"),
        ("3.教育局.csv", "教育局"),
        ("句 容 市 财 政 局", "句 容 市 财 政 局"),
        ("句容市財政局2021年度政府信息公開情況統計表", "句容市財政局"),
        ("２０２１年句容市统计局年报", "句容市统计局"),
        ("句容市统计局.et", "句容市统计局"),
        ("2021年政府信息公开年报_句容市-财政局_最终版.xlsx", "句容市-财政局"),
        ("句容市发展和改革委员会（粮食局）2021年报.xlsx", "句容市发展和改革委员会（粮食局）"),
        ("句容市教育局关于报送2021年政府信息公开的函", "句容市教育局"),
        ("21年财政局.xls", "财政局"),
        ("jyj_2021.xlsx", "jyj"),
        ("宝华镇2021年1月1日至12月31日", "宝华镇"),
    ] {
        assert_eq!(
            names_in(text, &words()).first().map(String::as_str),
            Some(expected),
            "{text}: {:?}",
            names_in(text, &words())
        );
    }
}

#[test]
fn parts_follow_longest_first() {
    assert_eq!(names_in("财政局、国资委2021", &words()), ["财政局、国资委", "财政局", "国资委"]);
    assert_eq!(names_in("2021年句容市财政局 张三.xlsx", &words()), ["句容市财政局 张三", "句容市财政局", "张三"]);
    assert_eq!(names_in("统计局2021", &words()), ["统计局"]);
    assert_eq!(names_in("2021年统计局报表", &words()), ["统计局", "统计局报表"]);
    for text in ["2021年度政府信息公开情况统计表", "20220115.xlsx", "", "附件1", "一、", "———", ".xlsx", "2021"]
    {
        assert_eq!(names_in(text, &words()), Vec::<String>::new(), "{text}");
    }
    assert!(!names_in("句容市财政局办公室", &words()).iter().any(|name| name == "句容市财政局"));
}

#[test]
fn revisions() {
    let words = words();
    for (name, rank) in [
        ("教育局2021.xlsx", 0),
        ("教育局2021v2.xlsx", 2),
        ("教育局2021 V3.0.xlsx", 3),
        ("教育局2021(2).xlsx", 2),
        ("教育局2021（2）.xlsx", 2),
        ("教育局2021 (1).xlsx", 1),
        ("教育局2021_2.xlsx", 2),
        ("教育局第二版.xlsx", 2),
        ("教育局第2稿.xlsx", 2),
        ("教育局2021更正.xlsx", 100),
        ("教育局2021(更正2).xlsx", 100),
        ("教育局2021更正v2.xlsx", 102),
        ("教育局2021定稿.xlsx", 100),
        ("教育局2021 修訂.xlsx", 100),
        ("教育局2021 - 副本.xlsx", 0),
        ("教育局2021 - 副本 (2).xlsx", 0),
        ("教育局2021更正 - 副本 (3).xlsx", 100),
        ("副本教育局2021_2.xlsx", 2),
        ("教育局_2021.xlsx", 0),
        ("教育局_2022-1-15.xlsx", 0),
        ("教育局_20220115.xlsx", 0),
        ("教育局-03.xlsx", 0),
        ("03-教育局.xlsx", 0),
        ("附件2.xlsx", 0),
        ("2.xlsx", 0),
        ("", 0),
    ] {
        assert_eq!(revision_rank(name, &words), rank, "{name}");
    }
}

fn clueish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "2021",
        "20",
        "1",
        "12",
        "年",
        "月",
        "日",
        "二〇二一",
        "〔",
        "〕",
        "(",
        ")",
        "-",
        ".",
        "_",
        " ",
        "号",
        "第",
        "版",
        "v2",
        "副本",
        "更正",
        "财政局",
        "市",
        "统计",
        "报表",
        ".xlsx",
        "至",
        "一",
        "、",
        "：",
        "𠀀",
        "度",
    ]);
    prop::collection::vec(pieces, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), clue in clueish()) {
        for text in [text, clue] {
            for name in names_in(&text, &words()) {
                prop_assert!(!name.is_empty());
            }
            let _ = revision_rank(&text, &words());
        }
    }

    #[test]
    fn a_year_and_a_name_are_found_in_any_usual_file_name(year in 2008_u16..=2099, before in any::<bool>(), mark in "[-_ ]?", number in "(0[1-9]-)?", tail in "(\\.xlsx|\\.et|\\.csv|)") {
        let name = if before { format!("{number}{year}{mark}句容市财政局{tail}") } else { format!("{number}句容市财政局{mark}{year}{tail}") };
        prop_assert_eq!(Calendar::new(&CALENDAR_WORDS).time_of(&name).year(), Some(year));
        let names = names_in(&name, &words());
        prop_assert_eq!(names.first().map(String::as_str), Some("句容市财政局"));
    }
}

#[test]
fn a_noise_word_may_begin_within_the_year() {
    let words = words();
    assert_eq!(names_in("句容市财政局2021年报", &words), ["句容市财政局"]);
    assert_eq!(names_in("句容市财政局2021年度报告", &words), ["句容市财政局"]);
    assert_eq!(names_in("2021年句容市财政局", &words), ["句容市财政局"]);
}

#[test]
fn hostile_texts_take_no_time() {
    let words = words();
    for piece in ["(", "（单位：", "表", "定稿", "一", "2021年", "1.", "副本", "<b", "&nbsp;", "(1)", " ", "2021 "]
    {
        let text = piece.repeat(20_000);
        let start = std::time::Instant::now();
        let _ = (names_in(&text, &words), revision_rank(&text, &words));
        let _ = (crate::label::key(&text), crate::label::key_without_notes(&text), crate::label::unit_in(&text));
        let _ = crate::value::read_text(&text, crate::value::Kind::Count, None);
        assert!(start.elapsed().as_secs() < 2, "{piece}");
    }
}
