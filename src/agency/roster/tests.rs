use proptest::prelude::*;

use super::*;

const CITY: &str = "\u{FEFF}编号,单位名称,简称,上级,分组\r\n\
    321183,句容市人民政府,句容市政府,,\r\n\
    \r\n\
    01,句容市财政局,市财政局；财政局,321183,政府部门\r\n\
    ,,,,\r\n\
    02,句容市教育局,教育局|市教育局,句容市人民政府,政府部门\r\n\
    03,句容市发展和改革委员会,市发改委、发改委,321183,政府部门\r\n\
    04,句容市宝华镇人民政府,宝华镇,321183,乡镇街道\r\n\
    05,句容市统计局,\"市统计局;\n统计局\",01,政府部门\r\n";

fn parse(text: &str) -> Result<Roster, Vec<RosterError>> {
    Roster::parse(text, &RosterColumns::default())
}

fn ids(roster: &Roster, found: &[usize]) -> Vec<String> {
    found.iter().map(|at| roster.agencies()[*at].id.clone()).collect()
}

#[test]
fn a_roster_is_read() {
    let roster = parse(CITY).unwrap();
    assert_eq!(roster.agencies().len(), 6);
    assert_eq!(roster.agencies()[1].aliases, ["市财政局", "财政局"]);
    assert_eq!(roster.agencies()[1].line, 4);
    assert_eq!(roster.warnings(), []);
    for (name, id) in [
        ("句容市财政局", "01"),
        ("句容市財政局", "01"),
        (" 财 政 局 ", "01"),
        ("发改委", "03"),
        ("統計局", "05"),
        ("句容市人民政府", "321183"),
    ] {
        assert_eq!(roster.find(name).map(|at| roster.agencies()[at].id.as_str()), Some(id), "{name}");
    }
    for name in ["", "政局", "句容市", "市财政局办公室"] {
        assert_eq!(roster.find(name), None, "{name}");
    }
    assert_eq!(ids(&roster, roster.children(0)), ["01", "02", "03", "04"]);
    assert_eq!(ids(&roster, &roster.descendants(0)), ["01", "02", "03", "04", "05"]);
    assert!(roster.children(99).is_empty());
    assert_eq!(roster.groups().keys().copied().collect::<Vec<_>>(), ["乡镇街道", "政府部门"]);
    assert_eq!(roster.find_id("04"), Some(4));
}

#[test]
fn english_headings_in_any_order_and_tabs() {
    let roster = parse("Name\tID\n甲局\t1\n乙局\t2\n").unwrap();
    assert_eq!(roster.agencies()[1].id, "2");
    assert_eq!(roster.agencies()[1].group, None);
}

#[test]
fn near_names_are_suggested() {
    let roster = parse(CITY).unwrap();
    for (name, expected) in [
        ("句容市财证局", &["01"][..]),
        ("句容财政局", &["01"]),
        ("句容市财政局办公室", &["01"]),
        ("宝华镇政府", &["04"]),
        ("句容发展改革委员会", &["03"]),
        ("镇江市公安局", &[]),
        ("局", &[]),
        ("", &[]),
    ] {
        assert_eq!(ids(&roster, &roster.suggest(name)), expected, "{name}");
    }
    assert!(roster.suggest("市教政局").len() <= 3);
}

#[test]
fn faults_are_named_with_their_lines() {
    for (text, expected) in [
        ("", &[(1, "missing_column")][..]),
        ("a,b\n1,2", &[(1, "missing_column"), (1, "missing_column")]),
        ("id\n1", &[(1, "missing_column")]),
        ("id,name\n1,甲局\n1,乙局", &[(3, "duplicate_id")]),
        ("id,name\na,甲局\nA,乙局", &[(3, "duplicate_id")]),
        ("id,name\n1,甲局\n2,甲 局", &[(3, "duplicate_name")]),
        ("id,name,aliases\n1,甲局,乙\n2,乙局,丙;乙", &[(3, "duplicate_name")]),
        ("id,name,aliases\n1,甲局,甲局;甲", &[]),
        ("id,name\n,甲局\n\n2,", &[(2, "empty_id"), (4, "empty_name")]),
        ("id,name\n../x,甲局\n.h,乙局\na/b,丙局", &[(2, "unsafe_id"), (3, "unsafe_id"), (4, "unsafe_id")]),
        ("id,name\ncity,甲局", &[(2, "reserved_id")]),
        ("id,name,parent\n1,甲局,9", &[(2, "unknown_parent")]),
        ("id,name,parent\n1,甲局,1", &[(2, "cycle")]),
        ("id,name,parent\n1,甲局,2\n2,乙局,1\n3,丙局,1", &[(2, "cycle"), (3, "cycle")]),
    ] {
        let found: Vec<(u64, &str)> = match parse(text) {
            Ok(_) => vec![],
            Err(errors) => errors.iter().map(|error| (error.line, error.kind.as_str())).collect(),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn doubtful_codes_are_warned_of() {
    let roster = parse("id,name\n12100000400000624E,甲局\n321183,乙局").unwrap();
    assert_eq!(roster.warnings().iter().map(|warning| warning.line).collect::<Vec<_>>(), [2]);
}

proptest! {
    #[test]
    fn any_text_is_a_roster_or_faulty(text in any::<String>(), rows in "(id|name|甲|1|2|,|\"|\n|\t|;){0,40}") {
        let _ = parse(&text);
        let _ = parse(&format!("id,name,aliases,parent\n{rows}"));
    }

    #[test]
    fn a_suggestion_is_never_an_exact_name(name in "[句容市财政教育局委]{0,8}") {
        let roster = parse(CITY).unwrap();
        prop_assert!(roster.suggest(&name).len() <= 3);
        if let Some(found) = roster.find(&name) {
            prop_assert_eq!(roster.suggest(&name)[0], found);
        }
    }
}
