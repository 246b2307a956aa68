//! Workbooks of several sheets, as little of them as matters.

use super::*;
use crate::agency::roster::RosterColumns;
use crate::form::Library;
use crate::read::{Cell, Content, Sheet, Workbook};

const TABLE: Rows = Rows { first: 3, last: 9, column: 0 };

/// Who and when for a table on every sheet, given as name and title: `id year doubt`.
fn read(file: &str, sheets: &[(&str, &str)]) -> Vec<String> {
    let library = Library::load(None).unwrap();
    let text = "id,name,aliases,parent\njy,甲市教育局,教育局,\ncz,甲市财政局,财政局,\n";
    let roster = Roster::parse(text, &RosterColumns::default()).unwrap();
    let keys = WordKeys::new(&library.words);
    let identifier = Identifier::new(Some(&roster), &library.words, &keys);
    let sheet = |(name, title): &(&str, &str)| Sheet {
        name: (*name).to_owned(),
        hidden: name.starts_with("隐藏"),
        cells: vec![Cell { row: 0, column: 0, content: Content::Text((*title).into()), is_formula: false }],
        ..Sheet::default()
    };
    let workbook = Workbook { format: crate::read::FileFormat::Xlsx, sheets: sheets.iter().map(sheet).collect() };
    let claims = identifier.sheet_claims(&workbook, &|_| false);
    let path = identifier.path_claims(std::path::Path::new(file), "");
    let row = RowClaim::default();
    let tables: Vec<_> = (0..sheets.len()).map(|sheet| (sheet, TABLE, &row)).collect();
    let scene = Scene::new(&identifier, &claims, &path, &tables);
    let shown = |identity: Identity| {
        let agency = match identity.agency {
            Ok(Agency::Listed(place)) => roster.agencies()[place].id.clone(),
            other => format!("{other:?}").split([' ', '(']).nth(1).unwrap_or_default().replace(')', ""),
        };
        let year = identity.year.map_or(0, |year| year.value);
        let doubts: String = identity.doubts.iter().map(|doubt| format!(" {doubt:?}")).collect();
        format!("{agency} {year}{doubts}")
    };
    (0..sheets.len()).map(|sheet| shown(scene.identify(&row, sheet, TABLE))).collect()
}

#[test]
fn a_silent_sheet_borrows_only_from_one_voice() {
    assert_eq!(read("附件.xlsx", &[("表二", "教育局2021年统计表"), ("表三", "统计表")]), ["jy 2021", "jy 2021"]);
    let two = [("教育局", "2021年"), ("财政局", "2021年"), ("Sheet3", "统计表")];
    assert_eq!(read("教育局2021.xlsx", &two), ["jy 2021", "cz 2021", "NotOnSheet 2021"]);
    assert_eq!(read("教育局2021.xlsx", &[("教育局", ""), ("财证局", "")])[1], "Unlisted 2021");
}

#[test]
fn sums_and_other_years_are_not_counted_silently() {
    assert_eq!(read("2021.xlsx", &[("教育局", ""), ("汇总", "统计表")]), ["jy 2021", "NotOnSheet 2021 Sum"]);
    assert_eq!(read("教育局2021.xlsx", &[("本年", ""), ("上年数", "")])[1], "jy 2021 OtherYearUnsaid");
    assert_eq!(read("教育局2021.xlsx", &[("本年", "2021年"), ("上年", "2020年")]), ["jy 2021", "jy 2020"]);
    assert_eq!(read("教育局2021.xlsx", &[("表", ""), ("隐藏", "")])[1], "jy 2021 Hidden");
}

#[test]
fn each_sheet_has_its_own_year() {
    assert_eq!(read("教育局2021.xlsx", &[("2020年", ""), ("2021年", "")]), ["jy 2020", "jy 2021"]);
}
