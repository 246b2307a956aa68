use super::*;

mod properties;
mod refusals;

fn tags(reading: &Reading) -> Vec<&'static str> {
    reading.rewrites.iter().map(Rewrite::as_str).collect()
}

fn unit(text: &str) -> Option<Unit> {
    Some(text.parse().unwrap())
}

#[track_caller]
fn number(raw: &str, kind: Kind, printed: Option<Unit>, value: &str, rewrites: &[&str]) {
    let reading = read_text(raw, kind, printed);
    assert_eq!(reading.meaning, Meaning::Number, "{raw}: {reading:?}");
    assert_eq!(reading.value.unwrap().to_string(), value, "{raw}");
    assert_eq!(tags(&reading), rewrites, "{raw}");
    assert_eq!(reading.problem, None, "{raw}");
}

#[test]
fn counts() {
    for (raw, value, rewrites) in [
        ("0", "0", &[][..]),
        ("108", "108", &[]),
        ("3.0", "3", &[]),
        ("0.0", "0", &[]),
        ("１０８", "108", &["full_width"]),
        ("０", "0", &["full_width"]),
        ("1,234", "1234", &["thousands_mark"]),
        ("1，234", "1234", &["full_width", "thousands_mark"]),
        ("12，345", "12345", &["full_width", "thousands_mark"]),
        ("1 234", "1234", &["thousands_mark", "spaces"]),
        ("1\u{A0}234\u{A0}567", "1234567", &["thousands_mark", "spaces"]),
        ("1,234,567.0", "1234567", &["thousands_mark"]),
        ("108条", "108", &["unit"]),
        ("46 次", "46", &["unit", "spaces"]),
        ("46\n次", "46", &["unit", "spaces"]),
        ("0件", "0", &["unit"]),
        ("3個", "3", &["unit"]),
        ("1.2万人次", "12000", &["unit", "scale"]),
        ("1.2 万", "12000", &["unit", "scale", "spaces"]),
        ("3百", "300", &["unit", "scale"]),
        ("十二", "12", &["chinese_numeral"]),
        ("二十", "20", &["chinese_numeral"]),
        ("一百零八条", "108", &["unit", "chinese_numeral"]),
        ("两万三千", "23000", &["chinese_numeral"]),
        ("兩萬三千", "23000", &["chinese_numeral"]),
        ("壹拾贰", "12", &["chinese_numeral"]),
        ("零", "0", &["chinese_numeral", "zero"]),
        ("〇", "0", &["chinese_numeral", "zero"]),
        ("零件", "0", &["unit", "chinese_numeral", "zero"]),
        ("一〇八", "108", &["chinese_numeral"]),
        (" 12 ", "12", &["spaces"]),
        ("&nbsp;12", "12", &["spaces"]),
        ("12<br>", "12", &["spaces"]),
        ("12<br/>条", "12", &["unit", "spaces"]),
        ("1&nbsp;234", "1234", &["thousands_mark", "spaces"]),
        ("二〇", "20", &["chinese_numeral"]),
        ("\u{200B}12", "12", &["spaces"]),
        ("'108", "108", &["text_number"]),
        ("007", "7", &["text_number"]),
        ("+461", "461", &["sign"]),
        ("-0", "0", &[]),
    ] {
        let mut expected = rewrites.to_vec();
        expected.sort_by_key(|tag| {
            [
                "full_width",
                "thousands_mark",
                "unit",
                "scale",
                "chinese_numeral",
                "float_noise",
                "text_number",
                "sign",
                "zero",
                "spaces",
            ]
            .iter()
            .position(|t| t == tag)
        });
        number(raw, Kind::Count, None, value, &expected);
        number(raw, Kind::Count, unit("件"), value, &expected);
    }
    number("2", Kind::Count, unit("万人次"), "20000", &["scale"]);
    number("2件", Kind::Count, unit("万件"), "2", &["unit"]);
}

#[test]
fn money_is_kept_in_yuan() {
    for (raw, printed, value, rewrites) in [
        ("251000元", None, "251000", &["unit"][..]),
        ("251000元", Some("万元"), "251000", &["unit"]),
        ("25.1", Some("万元"), "251000", &["scale"]),
        ("25.1万元", Some("元"), "251000", &["unit", "scale"]),
        ("2.5万", Some("万元"), "25000", &["unit", "scale"]),
        ("0.00000001", Some("亿元"), "1", &["scale"]),
        ("1,234.56", None, "1234.56", &["thousands_mark"]),
        ("￥1,234.56", None, "1234.56", &["full_width", "thousands_mark", "unit"]),
        ("¥2.5万", None, "25000", &["unit", "scale"]),
        ("人民币3元整", None, "3", &["unit"]),
        ("三百万元", None, "3000000", &["unit", "chinese_numeral"]),
        ("1.00010", None, "1.0001", &[]),
        ("0", Some("万元"), "0", &["scale"]),
    ] {
        number(raw, Kind::Money, printed.and_then(unit), value, rewrites);
    }
}

#[test]
fn changes_are_signed() {
    for (raw, value, rewrites) in [
        ("+461", "461", &["sign"][..]),
        ("＋461", "461", &["full_width", "sign"]),
        ("-3", "-3", &[]),
        ("－3", "-3", &["full_width"]),
        ("\u{2212}3", "-3", &[]),
        ("- 3", "-3", &["spaces"]),
        ("增加461", "461", &["sign"]),
        ("增461", "461", &["sign"]),
        ("减少3", "-3", &["sign"]),
        ("減3件", "-3", &["unit", "sign"]),
        ("下降十二", "-12", &["chinese_numeral", "sign"]),
        ("0", "0", &[]),
    ] {
        number(raw, Kind::Change, None, value, rewrites);
    }
    let negative = read_text("-3", Kind::Count, None);
    assert_eq!((negative.meaning, negative.value, negative.problem), (Meaning::Text, None, Some(Problem::Negative)));
    assert_eq!(read_text("-0.5", Kind::Money, None).problem, Some(Problem::Negative));
}

#[test]
fn nothing_is_not_zero() {
    for (raw, meaning) in [
        ("", Meaning::Blank),
        ("  \u{3000}\n", Meaning::Blank),
        ("&nbsp;", Meaning::Blank),
        ("<br>&nbsp;\u{FEFF}", Meaning::Blank),
        ("/", Meaning::Dash),
        ("／", Meaning::Dash),
        ("-", Meaning::Dash),
        ("--", Meaning::Dash),
        ("－", Meaning::Dash),
        ("—", Meaning::Dash),
        ("——", Meaning::Dash),
        (" — — ", Meaning::Dash),
        ("\\", Meaning::Dash),
        ("无", Meaning::Dash),
        ("無", Meaning::Dash),
        ("没有", Meaning::Dash),
        ("无。", Meaning::Dash),
        ("N/A", Meaning::NotApplicable),
        ("ｎ／ａ", Meaning::NotApplicable),
        ("不适用", Meaning::NotApplicable),
        ("不適用", Meaning::NotApplicable),
        ("不涉及", Meaning::NotApplicable),
    ] {
        for kind in [Kind::Count, Kind::Money, Kind::Change] {
            let reading = read_text(raw, kind, None);
            assert_eq!((reading.meaning, reading.value, reading.problem), (meaning, None, None), "{raw}");
        }
    }
}

#[test]
fn inexact_numbers_keep_their_bounds() {
    for (raw, kind, low, high) in [
        ("20多", Kind::Count, Some("21"), Some("29")),
        ("20多篇", Kind::Count, Some("21"), Some("29")),
        ("20篇多", Kind::Count, Some("21"), Some("29")),
        ("20余篇", Kind::Count, Some("21"), Some("29")),
        ("20餘篇", Kind::Count, Some("21"), Some("29")),
        ("２０多", Kind::Count, Some("21"), Some("29")),
        ("三十多", Kind::Count, Some("31"), Some("39")),
        ("十几", Kind::Count, Some("11"), Some("19")),
        ("100多", Kind::Count, Some("101"), Some("199")),
        ("1200余", Kind::Count, Some("1201"), Some("1299")),
        ("25多", Kind::Count, None, None),
        ("20多万人次", Kind::Count, Some("200001"), Some("299999")),
        ("20万多", Kind::Count, Some("200001"), Some("209999")),
        ("1.2万余", Kind::Count, Some("12001"), Some("12999")),
        ("20多万元", Kind::Money, Some("200000"), Some("300000")),
        ("约30", Kind::Count, None, None),
        ("約30件", Kind::Count, None, None),
        ("近百", Kind::Count, None, None),
        ("近100件", Kind::Count, None, None),
        ("百余件", Kind::Count, None, None),
        ("50左右", Kind::Count, None, None),
        ("50篇左右", Kind::Count, None, None),
        ("100以上", Kind::Count, Some("100"), None),
        ("100件以上", Kind::Count, Some("100"), None),
        ("100以下", Kind::Count, None, Some("100")),
        ("超过100", Kind::Count, Some("101"), None),
        ("不足100", Kind::Count, None, Some("99")),
        (">100", Kind::Count, Some("101"), None),
        ("≥100", Kind::Count, Some("100"), None),
        ("100+", Kind::Count, Some("100"), None),
        ("几十", Kind::Count, None, None),
        ("数十篇", Kind::Count, None, None),
        ("七八篇", Kind::Count, Some("7"), Some("8")),
        ("三五个", Kind::Count, Some("3"), Some("5")),
        ("&lt;3", Kind::Count, None, Some("2")),
        ("<3", Kind::Count, None, Some("2")),
    ] {
        let reading = read_text(raw, kind, None);
        assert_eq!((reading.meaning, reading.value), (Meaning::Approximate, None), "{raw}: {reading:?}");
        assert_eq!(
            (reading.low.map(|v| v.to_string()).as_deref(), reading.high.map(|v| v.to_string()).as_deref()),
            (low, high),
            "{raw}"
        );
    }
}

#[test]
fn number_cells() {
    for (x, kind, printed, value, rewrites) in [
        (12.0, Kind::Count, None, Ok("12"), &[][..]),
        (-0.0, Kind::Count, None, Ok("0"), &[]),
        (1e13, Kind::Count, None, Ok("10000000000000"), &[]),
        (12.0, Kind::Count, Some("件"), Ok("12"), &[]),
        (1.2, Kind::Count, Some("万人次"), Ok("12000"), &["scale"]),
        (-3.0, Kind::Change, None, Ok("-3"), &[]),
        (25.1, Kind::Money, Some("万元"), Ok("251000"), &["scale"]),
        (0.1 + 0.2, Kind::Money, None, Ok("0.3"), &["float_noise"]),
        (2.9999999999999996, Kind::Count, None, Ok("3"), &["float_noise"]),
        (1234.5, Kind::Money, None, Ok("1234.5"), &[]),
        (3.5, Kind::Count, None, Err(Problem::NotWhole), &[]),
        (0.00001, Kind::Money, None, Err(Problem::TooFine), &[]),
        (1e-300, Kind::Money, None, Err(Problem::TooFine), &[]),
        (1e14, Kind::Count, None, Err(Problem::TooLarge), &[]),
        (1e300, Kind::Money, Some("亿元"), Err(Problem::TooLarge), &[]),
        (f64::NAN, Kind::Count, None, Err(Problem::ErrorCell), &[]),
        (f64::INFINITY, Kind::Count, None, Err(Problem::ErrorCell), &[]),
        (3.0, Kind::Count, Some("元"), Err(Problem::UnitMismatch(Unit::YUAN)), &[]),
    ] {
        let reading = read_number(x, kind, printed.and_then(unit));
        match value {
            Ok(value) => assert_eq!(
                (reading.value.map(|v| v.to_string()).as_deref(), reading.problem),
                (Some(value), None),
                "{x}"
            ),
            Err(problem) => assert_eq!(
                (reading.meaning, reading.value, reading.problem),
                (Meaning::Text, None, Some(problem)),
                "{x}"
            ),
        }
        assert_eq!(tags(&reading), rewrites, "{x}");
    }
    assert_eq!(read_number(-3.0, Kind::Count, None).problem, Some(Problem::Negative));
    for (x, raw) in [
        (12.0, "12"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        (-3.0, "-3"),
        (-0.0, "0"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (0.1 + 0.2, "0.30000000000000004"),
    ] {
        assert_eq!(raw_of_number(x), raw);
    }
}

#[test]
fn names_are_stable() {
    for meaning in ["number", "blank", "dash", "not_applicable", "approximate", "text"] {
        assert_eq!(meaning.parse::<Meaning>().unwrap().as_str(), meaning);
    }
    assert!("Number".parse::<Meaning>().is_err());
}
