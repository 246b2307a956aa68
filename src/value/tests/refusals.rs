use super::super::*;
use super::unit;

#[test]
fn text_never_becomes_a_number() {
    use Problem::*;
    for (raw, problem) in [
        ("1o8", Unreadable),
        ("12?", Unreadable),
        ("12？", Unreadable),
        ("3-5", Unreadable),
        ("3~5", Unreadable),
        ("1.2.3", Unreadable),
        ("12.", Unreadable),
        (".5", Unreadable),
        ("=SUM(A1)", Unreadable),
        ("(3)", Unreadable),
        ("（3）", Unreadable),
        ("无（原因见附件）", Unreadable),
        ("零投诉", Unreadable),
        ("本年度无依申请公开案件", Unreadable),
        ("1E5", Unreadable),
        ("12\n34", Unreadable),
        ("12<br>34", Unreadable),
        ("12&nbsp;34", AmbiguousMarks),
        ("12&amp;", Unreadable),
        ("○", Unreadable),
        ("四六", Unreadable),
        ("√", Unreadable),
        ("12%", Unreadable),
        ("①", Unreadable),
        ("³", Unreadable),
        ("٣", Unreadable),
        ("2万3千", Unreadable),
        ("108条信息", Unreadable),
        ("一般", Unreadable),
        ("百", Unreadable),
        ("万", Unreadable),
        ("条", Unreadable),
        ("+", Unreadable),
        ("--3", Unreadable),
        ("+-3", Unreadable),
        ("增加3", Unreadable),
        ("持平", Unreadable),
        ("…", Unreadable),
        ("*", Unreadable),
        ("约20多", Unreadable),
        ("NaN", Unreadable),
        ("inf", Unreadable),
        ("0x10", Unreadable),
        ("2021年", Unreadable),
        ("1,23", AmbiguousMarks),
        ("1234,567", AmbiguousMarks),
        ("0,123", AmbiguousMarks),
        ("1,234 567", AmbiguousMarks),
        ("1.234,5", AmbiguousMarks),
        ("1 23", AmbiguousMarks),
        ("1、234", Unreadable),
        ("1,,234", AmbiguousMarks),
        ("3.5", NotWhole),
        ("1.23456万", NotWhole),
        ("10000000000001", TooLarge),
        ("999999999999999999999999999999", TooLarge),
        ("2000万亿", Unreadable),
        ("9亿亿", Unreadable),
        ("#REF!", ErrorCell),
        ("#N/A", ErrorCell),
        ("####", ErrorCell),
        ("2021-1-2", DateCell),
        ("2021/01/02 10:00", DateCell),
        ("2021.1.2", DateCell),
        ("2021年1月2日", DateCell),
        ("2021年1月", DateCell),
        ("1月2日", DateCell),
        ("3元", UnitMismatch(Unit::YUAN)),
        ("￥3", UnitMismatch(Unit::YUAN)),
    ] {
        let reading = read_text(raw, Kind::Count, None);
        assert_eq!((reading.meaning, reading.value, reading.problem), (Meaning::Text, None, Some(problem)), "{raw}");
    }
    for (raw, printed, problem) in [
        ("1.00001", None, TooFine),
        ("1.123456789", Some("万元"), TooFine),
        ("0.0000000000000000000000001", Some("万元"), TooFine),
        ("3件", None, UnitMismatch(Unit::PIECE)),
        ("3", Some("件"), UnitMismatch(Unit::PIECE)),
        ("￥3件", None, Unreadable),
        ("100000000", Some("亿元"), TooLarge),
    ] {
        let reading = read_text(raw, Kind::Money, printed.and_then(unit));
        assert_eq!((reading.meaning, reading.problem), (Meaning::Text, Some(problem)), "{raw}");
    }
    assert_eq!(read_text("3", Kind::Count, unit("万元")).problem, Some(UnitMismatch(Unit::WAN_YUAN)));
}
