//! The sample city in `data/`: the committed output is current, every planted defect is found and nothing else, and
//! the published figures follow from the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::common::{Row, differing, huizong, root, rows, tree};
use huizong::Amount;
use polars::prelude::*;
use sha2::{Digest, Sha256};

const YEARS: [u16; 2] = [2020, 2021];

fn committed(year: u16, name: &str) -> PathBuf {
    root().join("output").join(year.to_string()).join(name)
}

fn output(year: u16, name: &str) -> Vec<Row> {
    rows(&committed(year, name))
}

#[test]
fn the_committed_output_is_current() {
    let fresh = tempfile::tempdir().unwrap();
    huizong(["run", "-q", "-o", fresh.path().to_str().unwrap()]).ends_with(0);
    let stale = differing(&tree(&root().join("output")), &tree(fresh.path()));
    assert!(stale.is_empty(), "output/ is not current, re-run `cargo run --release -- run`; differing: {stale:#?}");
}

// ------------------------------------------------------------------------------------------------ planted defects

/// Identities may be broken by any of their cells.
fn is_identity(rule: &str) -> bool {
    ["R3.", "R4.", "C."].iter().any(|stem| rule.starts_with(stem))
}

/// Whether a finding says what was planted; one finding may say of several identities that one cell breaks them.
fn answers(planted: &Row, (rule, finding): &(String, Row)) -> bool {
    let same = |column: &str| planted[column] == finding[column];
    let given = |column: &str| planted[column].is_empty() || same(column);
    let by_cell = if is_identity(rule) { &[][..] } else { &["indicator", "dimension"] };
    if &planted["rule"] != rule
        || !["level", "file"].iter().chain(by_cell).all(|column| same(column))
        || !["agency_id", "table"].iter().all(|column| given(column))
    {
        return false;
    }
    let cell = &planted["cell"];
    if is_identity(&planted["rule"]) {
        let involved = format!(" {} ", &finding["cells"]);
        let with_sheet = format!("{}!{cell}", &planted["sheet"]);
        cell.is_empty() || [cell, &with_sheet].iter().any(|cell| involved.contains(&format!(" {cell} ")))
    } else {
        given("cell") && (cell.is_empty() || given("sheet"))
    }
}

#[test]
fn every_planted_defect_is_found_and_nothing_else() {
    let planted = rows(&root().join("tests/sample/planted.csv"));
    let mut overlooked = Vec::new();
    let mut invented = Vec::new();
    for year in YEARS {
        let each_rule = |row: Row| {
            let rules: Vec<String> = row["rules"].split(' ').map(str::to_owned).collect();
            rules.into_iter().map(move |rule| (rule, row.clone()))
        };
        let mut findings: Vec<(String, Row)> = output(year, "findings.csv").into_iter().flat_map(each_rule).collect();
        for defect in planted.iter().filter(|defect| defect["year"] == *year.to_string()) {
            match findings.iter().position(|finding| answers(defect, finding)) {
                Some(place) => drop(findings.swap_remove(place)),
                None => overlooked.push(defect.clone()),
            }
        }
        invented.extend(findings.into_iter().filter(|(_, finding)| &finding["level"] != "note"));
    }
    assert!(overlooked.is_empty(), "planted but not found: {overlooked:#?}");
    assert!(invented.is_empty(), "found but not planted: {invented:#?}");
}

#[test]
fn a_refused_file_is_its_senders() {
    for year in YEARS {
        let findings = output(year, "findings.csv");
        for refused in output(year, "returns.csv").iter().filter(|row| &row["status"] == "refused") {
            let about: Vec<&Row> = findings.iter().filter(|finding| finding["file"] == refused["file"]).collect();
            assert!(about.iter().any(|row| row["agency_id"] == refused["agency_id"]), "{refused:?}: {about:?}");
        }
    }
}

// ------------------------------------------------------------------------------------------------ the seed report

#[test]
fn the_seed_report_is_read_as_it_was_published() {
    let facts: BTreeMap<String, Row> = output(2020, "facts.csv")
        .into_iter()
        .filter(|row| &row["agency_id"] == "jr-tjj" && &row["form"] == "channels")
        .map(|row| (row["indicator"].to_owned(), row))
        .collect();
    let exact = [
        ("portal.total", "108"),
        ("portal.annual_report", "1"),
        ("portal.department_news", "73"),
        ("portal.analysis", "16"),
        ("portal.bulletin", "1"),
        ("portal.special_report", "12"),
        ("portal.other", "5"),
        ("wechat.posts", "61"),
        ("inquiries", "46"),
        ("complaints", "0"),
        ("request.received", "0"),
        ("review.total", "0"),
        ("suit.total", "0"),
    ];
    for (indicator, value) in exact {
        let fact = &facts[indicator];
        assert_eq!((&fact["value"], &fact["meaning"], &fact["counted"]), (value, "number", "true"), "{fact:?}");
    }
    for (indicator, low) in
        [("adopted.province", 20), ("adopted.prefecture", 60), ("adopted.own_site", 90), ("adopted.city_portal", 70)]
    {
        let fact = &facts[indicator];
        assert_eq!((&fact["value"], &fact["meaning"], &fact["counted"]), ("", "approximate", "true"), "{fact:?}");
        assert!(fact["raw"].contains(&low.to_string()), "{fact:?}");
        let bounds: Vec<u32> = ["low", "high"].iter().map(|bound| fact[*bound].parse().unwrap()).collect();
        assert!(low <= bounds[0] && bounds[0] < bounds[1] && bounds[1] < low + 10, "{fact:?}");
    }
    for fact in facts.values() {
        assert!(fact["file"].ends_with("句容市統計局2020年信息公開情況統計表.xlsx"), "{fact:?}");
        assert!(!fact["sheet"].is_empty() && !fact["cell"].is_empty(), "{fact:?}");
    }
}

// ------------------------------------------------------------------------------------------------ figures

const FIGURE: [&str; 3] = ["form", "indicator", "dimension"];

fn amount(text: &str) -> Amount {
    text.parse().unwrap_or_else(|_| panic!("no amount: {text}"))
}

fn sum<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<Amount> {
    rows.filter(|row| !row["value"].is_empty())
        .map(|row| amount(&row["value"]))
        .fold(None, |sum, value| Some(sum.unwrap_or(Amount::ZERO) + value))
}

fn shown(sum: Option<Amount>) -> String {
    sum.map(|sum| sum.to_string()).unwrap_or_default()
}

#[test]
fn the_city_is_the_sum_of_the_counted_facts() {
    for year in YEARS {
        let facts = output(year, "facts.csv");
        let mut by_figure: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for fact in facts.iter().filter(|fact| &fact["counted"] == "true") {
            assert_eq!(fact["value"].is_empty(), &fact["meaning"] != "number", "{fact:?}");
            by_figure.entry(fact.key(&FIGURE)).or_default().push(fact);
        }
        let mut published = BTreeSet::new();
        let summary = output(year, "summary.csv");
        for row in summary.iter().filter(|row| &row["scope"] == "city" && &row["derived"] == "false") {
            let key = row.key(&FIGURE);
            let facts = by_figure.get(&key).cloned().unwrap_or_default();
            assert_eq!(&row["value"], shown(sum(facts.iter().copied())), "{year} {key}");
            let meaning = |wanted: &str| facts.iter().filter(|fact| &fact["meaning"] == wanted).count();
            let count = |column: &str| row[column].parse::<usize>().unwrap();
            assert_eq!(count("approximate"), meaning("approximate"), "{year} {key}");
            assert_eq!(count("unreadable"), meaning("text"), "{year} {key}");
            assert_eq!(
                count("blanks") + meaning("number") + count("approximate") + count("unreadable"),
                count("returns_counted"),
                "{year} {key}"
            );
            assert!(published.insert(key.clone()), "{year} {key} is published twice");
        }
        let forgotten: Vec<&String> = by_figure.keys().filter(|key| !published.contains(*key)).collect();
        assert!(forgotten.is_empty(), "{year}: counted but not published: {forgotten:?}");
    }
}

#[test]
fn the_groups_add_up_to_the_city() {
    let roster = rows(&root().join("data/roster.csv"));
    assert!(roster.iter().all(|agency| !agency["group"].is_empty()), "every agency has a group");
    for year in YEARS {
        let summary = output(year, "summary.csv");
        let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in summary.iter().filter(|row| row["scope"].starts_with("group:")) {
            groups.entry(row.key(&FIGURE)).or_default().push(row);
        }
        for city in summary.iter().filter(|row| &row["scope"] == "city") {
            let key = city.key(&FIGURE);
            let parts = groups.get(&key).cloned().unwrap_or_default();
            assert_eq!(&city["value"], shown(sum(parts.iter().copied())), "{year} {key}");
            // A group in which nobody has an open category has no line for it; sums that the form does not print have
            // no cells of their own to count.
            if city["indicator"].starts_with("open.") || &city["derived"] == "true" {
                continue;
            }
            for column in ["returns_counted", "returns_expected", "blanks", "approximate", "unreadable"] {
                let added: usize = parts.iter().map(|row| row[column].parse::<usize>().unwrap()).sum();
                assert_eq!(city[column], *added.to_string(), "{year} {key} {column}");
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------ files

#[test]
fn every_file_has_a_status_and_every_return_exactly_one() {
    let mut files: BTreeSet<String> = tree(&root().join("data")).into_keys().collect();
    files.remove("roster.csv");
    let mut seen = BTreeSet::new();
    for year in YEARS {
        let mut returns = BTreeSet::new();
        let mut outright: BTreeMap<String, bool> = BTreeMap::new();
        for row in output(year, "returns.csv") {
            let key = row.key(&["file", "agency_id", "agency", "year", "form"]);
            assert!(returns.insert(key.clone()), "{key} stands twice in {year}");
            let status = &row["status"];
            assert!(["counted", "superseded", "duplicate", "not_a_return", "refused"].contains(&status), "{row:?}");
            assert!(!row["reason"].is_empty(), "{row:?}");
            let rejected = ["not_a_return", "refused"].contains(&status);
            assert_eq!(row["form"].is_empty(), rejected, "{row:?}");
            let before = outright.insert(row["file"].to_owned(), rejected);
            assert!(before.is_none_or(|before| !before && !rejected), "rejected and more: {row:?}");
            seen.insert(row["file"].to_owned());
        }
    }
    assert_eq!(seen, files);
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_manifest_vouches_for_inputs_and_outputs() {
    for year in YEARS {
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(committed(year, "manifest.json")).unwrap()).unwrap();
        let hashes = |part: &str| -> BTreeMap<String, String> {
            let entries = manifest[part].as_object().unwrap().iter();
            entries.map(|(name, hash)| (name.clone(), hash.as_str().unwrap().to_owned())).collect()
        };
        let mut written = tree(&committed(year, ""));
        written.remove("manifest.json");
        assert_eq!(hashes("outputs"), written.into_iter().map(|(name, bytes)| (name, sha256(&bytes))).collect());
        let mut read = tree(&root().join("data"));
        let roster = read.remove("roster.csv").unwrap();
        assert_eq!(manifest["roster"], sha256(&roster));
        let inputs = hashes("inputs");
        assert_eq!(inputs.keys().collect::<Vec<_>>(), read.keys().collect::<Vec<_>>());
        // Files that were not opened have no hash.
        for (name, hash) in inputs.iter().filter(|(_, hash)| !hash.is_empty()) {
            assert_eq!(*hash, sha256(&read[name]), "{name}");
        }
    }
}

#[test]
fn the_parquet_file_says_what_the_csv_file_says() {
    const TEXTS: [&str; 10] =
        ["agency_id", "agency", "form", "table", "indicator", "dimension", "meaning", "raw", "file", "sheet"];
    for year in YEARS {
        let facts = output(year, "facts.csv");
        let frame = ParquetReader::new(fs::File::open(committed(year, "facts.parquet")).unwrap()).finish().unwrap();
        assert_eq!(frame.height(), facts.len());
        for name in TEXTS.into_iter().chain(["cell"]) {
            let column = frame.column(name).unwrap().str().unwrap();
            for (place, fact) in facts.iter().enumerate() {
                assert_eq!(column.get(place).unwrap(), unguarded(&fact[name]), "{name} of row {place}");
            }
        }
        for name in ["is_formula", "counted"] {
            let column = frame.column(name).unwrap().bool().unwrap();
            for (place, fact) in facts.iter().enumerate() {
                assert_eq!(column.get(place).unwrap().to_string(), fact[name], "{name} of row {place}");
            }
        }
        let years = frame.column("year").unwrap().i32().unwrap();
        let values = frame.column("value").unwrap().decimal().unwrap();
        assert_eq!(values.scale(), 4);
        for (place, fact) in facts.iter().enumerate() {
            assert_eq!(years.get(place).unwrap().to_string(), fact["year"]);
            let value = values.physical().get(place).map(Amount::from_ten_thousandths);
            assert_eq!(shown(value), fact["value"], "row {place}: {fact:?}");
        }
    }
}

/// A text without the mark that keeps a spreadsheet from taking it for a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])).unwrap_or(text)
}
