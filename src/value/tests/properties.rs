use proptest::prelude::*;

use super::super::*;
use super::unit;

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Count, Kind::Money, Kind::Change])
}

fn cellish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "1", "20", "000", "234", ",", "，", ".", "-", "+", "约", "多", "万", "元", "件", "亿", "百", "零", "〇", "一",
        "两", "几", " ", "\n", "'", "￥", "增", "减", "/", "#", "年", "月", "e", "(", "&nbsp;", "<br>", "无", "整",
        "\u{A0}", "近", "以上",
    ]);
    prop::collection::vec(pieces, 0..10).prop_map(|parts| parts.concat())
}

fn holds(reading: &Reading) -> bool {
    (reading.meaning == Meaning::Number) == reading.value.is_some()
        && (reading.meaning == Meaning::Text) == (reading.problem.is_some() && reading.value.is_none())
        && (reading.meaning == Meaning::Approximate || (reading.low.is_none() && reading.high.is_none()))
}

proptest! {
    #[test]
    fn any_text_is_read(raw in any::<String>(), kind in any_kind()) {
        prop_assert!(holds(&read_text(&raw, kind, None)));
    }

    #[test]
    fn any_cell_is_read(raw in cellish(), kind in any_kind(), printed in prop::option::of(prop::sample::select(vec!["万元", "元", "件", "亿元"]))) {
        prop_assert!(holds(&read_text(&raw, kind, printed.and_then(unit))));
    }

    #[test]
    fn without_digit_or_numeral_there_is_no_number(raw in any::<String>(), kind in any_kind()) {
        let digits = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || is_han_numeral(crate::script::simplify(c));
        let raw: String = raw.chars().filter(|c| !digits(*c)).collect();
        prop_assert_ne!(read_text(&raw, kind, None).meaning, Meaning::Number);
    }

    #[test]
    fn letters_among_digits_are_never_a_number(a in "[0-9]{0,4}", letter in "[a-zA-Z?!]", b in "[0-9]{0,4}") {
        prop_assert_eq!(read_text(&format!("{a}{letter}{b}"), Kind::Count, None).meaning, Meaning::Text);
    }

    #[test]
    fn a_number_reads_alike_as_cell_and_as_text(units in -1_000_000_000_i64..1_000_000_000, kind in any_kind()) {
        let from_number = read_number(units as f64, kind, None);
        prop_assert_eq!(from_number, read_text(&raw_of_number(units as f64), kind, None));
        let possible = units >= 0 || kind == Kind::Change;
        prop_assert_eq!(from_number.value, possible.then(|| Amount::from_units(units)));
    }

    #[test]
    fn any_float_is_read(x in any::<f64>(), kind in any_kind()) {
        prop_assert!(holds(&read_number(x, kind, unit("万元").filter(|_| kind == Kind::Money))));
    }

    #[test]
    fn decimals_are_exact(parts in 0_i64..1_000_000_000_000) {
        let amount = Amount::from_ten_thousandths(i128::from(parts));
        prop_assert_eq!(read_text(&amount.to_string(), Kind::Money, None).value, Some(amount));
        prop_assert_eq!(read_number(amount.to_string().parse().unwrap(), Kind::Money, None).value, Some(amount));
    }
}
