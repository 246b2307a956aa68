use proptest::prelude::*;

use super::*;

#[test]
fn numbering_is_seen_through_invisible_characters_and_radicals() {
    for text in ["（七\u{200B}）总计", "（七）\u{AD}总计", "\u{FEFF}（七）总计", "\u{2F00}、总计", "一\u{200B}、总计"]
    {
        assert_eq!(key(text), "总计", "{text:?}");
        assert_eq!(key_without_notes(text), "总计", "{text:?}");
    }
}

#[test]
fn spellings_of_one_label_share_a_key() {
    for (text, expected) in [
        ("总计", "总计"),
        ("總 計", "总计"),
        ("总　计", "总计"),
        ("总\u{A0}\r\n计\u{200B}", "总计"),
        ("总&nbsp;计", "总计"),
        ("商业<br>企业", "商业企业"),
        ("商业<BR />企业", "商业企业"),
        ("（七）总计", "总计"),
        ("(七) 总计", "总计"),
        ("㈦总计", "总计"),
        ("三、（一）予以公开", "予以公开"),
        ("三 、 ( 一 ) 予以公开", "予以公开"),
        ("①、属于国家秘密", "属于国家秘密"),
        ("①属于国家秘密", "属于国家秘密"),
        ("❶属于国家秘密", "属于国家秘密"),
        ("⒈属于国家秘密", "属于国家秘密"),
        ("⑴属于国家秘密", "属于国家秘密"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("1．属于国家秘密", "属于国家秘密"),
        ("１．属于国家秘密", "属于国家秘密"),
        ("1、属于国家秘密", "属于国家秘密"),
        ("1）属于国家秘密", "属于国家秘密"),
        ("（1）属于国家秘密", "属于国家秘密"),
        ("1 属于国家秘密", "属于国家秘密"),
        ("1\t属于国家秘密", "属于国家秘密"),
        ("1.1 属于国家秘密", "属于国家秘密"),
        ("&nbsp;&nbsp;1.属于国家秘密", "属于国家秘密"),
        ("二十一、附件", "附件"),
        ("一 主动公开", "主动公开"),
        ("1 项目数量", "项目数量"),
        ("3.危及“三安全一稳定”", "危及三安全一稳定"),
        ("3.危及\"三安全一稳定\"", "危及三安全一稳定"),
        ("3、危及「三安全一穩定」", "危及三安全一稳定"),
        ("其它", "其他"),
        ("其他(ABC)", "其他abc"),
        ("行政複議", "行政复议"),
        ("答覆", "答复"),
        ("1.申请人无正当理由逾期不补正、行政机关不再处理", "申请人无正当理由逾期不补正行政机关不再处理"),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
}

#[test]
fn words_that_only_look_like_numbering_stay() {
    for (text, expected) in [
        ("三安全一稳定", "三安全一稳定"),
        ("12345热线", "12345热线"),
        ("12345 热线", "12345热线"),
        ("第一项", "第一项"),
        ("第二十条第（一）项", "第二十条第一项"),
        ("一是加强领导", "一是加强领导"),
        ("1.5万元以下", "15万元以下"),
        ("8:30", "830"),
        ("2021 年度", "2021年度"),
        ("2021年度", "2021年度"),
        ("（2021）年度", "2021年度"),
        ("3 月", "3月"),
        ("3 月份", "3月份"),
        ("2 人次", "2人次"),
        ("三 明 市 财 政 局", "三明市财政局"),
        ("二 〇 二 一 年", "二〇二一年"),
        ("十堰市", "十堰市"),
        ("A.甲", "a甲"),
        ("本年增/减", "本年增减"),
        // nothing but numbering
        ("（一）", "一"),
        ("①", "1"),
        ("1.", "1"),
        ("一、", "一"),
        ("", ""),
        ("——", ""),
        ("“”", ""),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
}

#[test]
fn notes_are_told() {
    for (text, expected) in [
        ("信息咨询（上年）", &["上年"][..]),
        ("数量（2020年）（件）", &["2020年", "件"]),
        ("部分公开(区分处理的（只计）这一情形)", &["区分处理的（只计）这一情形"]),
        ("第二十条第（一）项", &[]),
        ("（三）不予公开", &[]),
        ("信息咨询（其中：电话", &["其中：电话"]),
        ("总计", &[]),
    ] {
        assert_eq!(notes(text), expected, "{text}");
    }
}

#[test]
fn notes_are_left_out() {
    for (text, expected) in [
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "部分公开"),
        ("部分公开(区分处理的（只计）这一情形)", "部分公开"),
        ("本年收费金额（单位：万元）", "本年收费金额"),
        ("本年收费金额（单位：万元", "本年收费金额"),
        ("采购总金额/万元", "采购总金额"),
        ("采购总金额（万元）", "采购总金额"),
        ("收费金额【万元】", "收费金额"),
        ("第二十条第（一）项", "第二十条第一项"),
        ("主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "主动公开政府信息数"),
        ("（本列数据的勾稽关系）", "本列数据的勾稽关系"),
        ("新收[件]数", "新收数"),
        ("文件", "文件"),
        ("总计", "总计"),
        ("", ""),
    ] {
        assert_eq!(key_without_notes(text), expected, "{text}");
    }
}

#[test]
fn units_are_found() {
    for (text, expected) in [
        ("本年收费金额（单位：万元）", Some("万元")),
        ("单位:件", Some("件")),
        ("单位：件、次", None),
        ("（单位：万元，保留两位小数）", Some("万元")),
        ("计量单位：人次", Some("人次")),
        ("（單位：萬元）", Some("万元")),
        ("(万元)", Some("万元")),
        ("［条］", Some("条")),
        ("采购总金额/万元", Some("万元")),
        ("采购总金额，万元", Some("万元")),
        ("采购总金额（ 元 ）", Some("元")),
        ("单位 亿元", Some("亿元")),
        ("宣传册（份）", Some("份")),
        ("金额（人民币万元）", Some("万元")),
        ("万元", Some("万元")),
        ("规范性文件", None),
        ("填报单位：句容市财政局", None),
        ("单位：财政局", None),
        ("其他（个人）", None),
        ("公开（件）情况", Some("件")),
        ("第（一）项", None),
        ("", None),
    ] {
        assert_eq!(unit_in(text).map(Unit::as_str), expected, "{text}");
    }
}

#[test]
fn distances() {
    for (a, b, d) in [
        ("", "", 0),
        ("财政局", "财政局", 0),
        ("财政局", "财证局", 1),
        ("财政局", "市财政局", 1),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
    ] {
        assert_eq!(edit_distance(a, b), d);
        assert_eq!(edit_distance(b, a), d);
    }
}

/// Texts of the characters that labels, numbering and their damage are made of.
fn labelish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "一", "三", "十", "1", "2", "20", "、", ".", "．", "（", "）", "(", ")", " ", "\u{3000}", "\n", "①", "❶", "❿",
        "㈠", "⒈", "㊀", "“", "”", "&nbsp;", "&amp;", "nbsp;", "<br>", "<", ">", "&", "总", "計", "它", "A", "ｂ", "Å",
        "e", "\u{301}", "\u{200B}", "①", "ﬁ", "：", ":", "月", "公开", "单位", "万元", "/", "[", "⓪", "½", "ｶﾞ",
        "\u{F900}", "각",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn key_is_idempotent(text in any::<String>()) {
        let once = key(&text);
        prop_assert_eq!(key(&once), once);
    }

    #[test]
    fn key_is_idempotent_on_labels(text in labelish()) {
        let once = key(&text);
        prop_assert_eq!(key(&once), once);
    }

    #[test]
    fn key_without_notes_is_a_fixed_point_of_key(text in labelish()) {
        let once = key_without_notes(&text);
        prop_assert_eq!(key(&once), once);
        let _ = unit_in(&text);
    }

    #[test]
    fn distance_is_bounded(a in "[甲乙丙]{0,6}", b in "[甲乙丙]{0,6}") {
        let d = edit_distance(&a, &b);
        prop_assert_eq!(d == 0, a == b);
        prop_assert!(d <= a.chars().count().max(b.chars().count()));
    }
}
