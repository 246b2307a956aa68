//! How figures continue from one version of the form to the next: printed as recorded, and checked against the forms.

use crate::common;
use std::collections::BTreeSet;
use std::fs;

use crate::common::{Place, Row, huizong, huizong_in, root, rows};

/// Compares with the recorded text; what is printed is a promise to scripts and readers.
#[track_caller]
fn is_recorded(name: &str, printed: &str) {
    let path = root().join("tests/snapshots").join(name);
    let recorded = fs::read_to_string(&path).unwrap();
    let differing = printed.lines().zip(recorded.lines()).find(|(printed, recorded)| printed != recorded);
    assert!(
        printed == recorded,
        "{name} is printed otherwise, first at {differing:?}; if that is meant, record it again"
    );
}

#[test]
fn it_is_printed_as_recorded() {
    let table = huizong(["forms", "crosswalk"]);
    table.ends_with(0);
    is_recorded("crosswalk.zh.txt", &table.stdout);
    let csv = huizong(["forms", "crosswalk", "--csv", "--lang", "en"]);
    csv.ends_with(0);
    is_recorded("crosswalk.en.csv", &csv.stdout);
}

#[test]
fn one_step_can_be_asked_for() {
    let all = huizong(["forms", "crosswalk", "--csv"]);
    let one = huizong(["forms", "crosswalk", "gk2019", "gk2021", "--csv"]);
    one.ends_with(0);
    let expected: Vec<&str> = all
        .stdout
        .lines()
        .filter(|line| line.starts_with("gk2019,gk2021,") || line.starts_with("from_form,"))
        .collect();
    assert_eq!(one.stdout.lines().collect::<Vec<_>>(), expected);
    huizong(["forms", "crosswalk", "gk2021", "tj2014"]).ends_with(2).complains_of(&["gk2021", "gk2019"]);
    huizong(["forms", "crosswalk", "gk2019"]).ends_with(2);
}

/// Every figure of a form stands once on its side, and what is unchanged has one code.
#[test]
fn every_figure_has_one_passage() {
    let library = common::grid::library();
    let book = &library.rulebook;
    let lines: Vec<Row> = rows(&root().join("tests/snapshots/crosswalk.en.csv"));
    for (from, to) in [("tj2014", "gk2019"), ("gk2019", "gk2021")] {
        let step: Vec<&Row> = lines.iter().filter(|row| (&row["from_form"], &row["to_form"]) == (from, to)).collect();
        for (form, side) in [(from, "from"), (to, "to")] {
            let form = book.form(book.form_by_code(form).unwrap());
            let all: BTreeSet<&str> =
                form.slots.clone().map(|slot| book.slots[usize::from(slot)].code.as_str()).collect();
            let named: Vec<&str> =
                step.iter().flat_map(|row| row[side].split(" + ")).filter(|code| !code.is_empty()).collect();
            assert_eq!(named.len(), all.len());
            assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), all);
        }
        assert!(step.iter().filter(|row| &row["relation"] == "same").all(|row| row["from"] == row["to"]));
    }
}

#[test]
fn what_is_wrong_with_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
[[step]]
from = "gk2019"
to = "gk2021"
source = "test"
same = [{ codes = ["licence:decisions", "licence:decisions", "nothing:*"] }]
ends = [{ codes = ["rules:*"] }]
[[step]]
from = "gk2019"
to = "gk1999"
source = "test"
"#;
    fs::write(folder.path().join("crosswalk.toml"), text).unwrap();
    let lint = huizong(["forms", "lint", "--forms", folder.path().to_str().unwrap()]);
    lint.ends_with(1);
    for fault in [
        "gk2019 has no nothing:*",
        "gk2019 licence:decisions stands 2 times",
        "gk2021 licence:decisions stands 2 times",
        "gk2019 granted:total stands 0 times",
        "gk2021 rules:issued stands 0 times",
        "crosswalk gk2019 gk1999: names a form that does not exist",
    ] {
        assert!(lint.stdout.contains(fault), "{fault}: {}", lint.stdout);
    }
    assert!(!lint.stdout.contains("gk2019 rules:made"), "{}", lint.stdout);
    fs::write(folder.path().join("crosswalk.toml"), "steps = 3").unwrap();
    huizong(["forms", "lint", "--forms", folder.path().to_str().unwrap()])
        .ends_with(2)
        .complains_of(&["crosswalk.toml"]);
}

/// A national form of one's own needs a step: otherwise its figures would be compared with no other year's, and nothing
/// would say so. What lint faults, a run refuses.
#[test]
fn a_national_form_without_a_step_is_faulted_and_not_used() {
    let place = Place::new();
    let own = fs::read_to_string(root().join("src/forms/gk2021.toml")).unwrap();
    let own = own.replace("code = \"gk2021\"", "code = \"gk2027\"");
    let own = own.replace("first_year = 2021", "first_year = 2027\nlast_year = 2030");
    fs::create_dir(place.path().join("forms")).unwrap();
    fs::write(place.path().join("forms/gk2027.toml"), own).unwrap();
    place.put("a.csv", "填报单位：甲市教育局,,年度：2021\n指标,单位,数量\n信息咨询,次,1\n");
    let lint = huizong_in(place.path(), ["forms", "lint", "--forms", "forms"]);
    lint.ends_with(1);
    assert!(lint.stdout.contains("gk2027: crosswalk has no step"), "{}", lint.stdout);
    place.run(&["--forms", "forms"]).ends_with(2).complains_of(&["gk2027", "forms lint"]);
    assert!(!place.output().exists());
}
