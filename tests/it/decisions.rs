//! From a finding to the sender, back with an answer, to a signed decision and the corrected total.

use crate::common;
use crate::common::grid::{self, Figures, Layout, YEAR};
use crate::common::{Outcome, Place, Row};
use crate::support;
use huizong::{Rulebook, SlotId};
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::PathBuf;

const SENDER: &str = "甲市教育局";
const FILE: &str = "教育局2021.xlsx";

/// A return as a workbook of one sheet.
fn workbook(book: &Rulebook, figures: &Figures) -> Vec<u8> {
    let text = grid::csv_text(book, SENDER, &Layout::default(), &|slot: SlotId| figures[&slot].to_string());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = String::new();
    for (row, record) in (1..).zip(reader.records()) {
        write!(rows, "<row r=\"{row}\">").unwrap();
        for (column, field) in ('A'..).zip(record.unwrap().iter()).filter(|(_, field)| !field.is_empty()) {
            match field.parse::<u64>() {
                Ok(number) => write!(rows, "<c r=\"{column}{row}\"><v>{number}</v></c>").unwrap(),
                Err(_) => {
                    write!(rows, "<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{field}</t></is></c>").unwrap();
                }
            }
        }
        rows.push_str("</row>");
    }
    support::xlsx_with(&rows, &[])
}

/// The place with a return in which 予以公开 of natural persons has a zero too many, and what is published of it.
fn spoilt() -> (Place, u64) {
    let library = grid::library();
    let book = &library.rulebook;
    let mut figures = grid::balanced(book, &[5, 0, 11, 3, 8, 2, 0, 4, 9, 1]);
    let slot = book.slot_by_code(grid::form(book), "granted:natural_person").unwrap();
    let right = figures[&slot];
    figures.insert(slot, right * 10);
    let place = Place::new();
    place.put(FILE, workbook(book, &figures));
    place.run(&[]).ends_with(0);
    (place, right)
}

fn city(place: &Place) -> String {
    let rows = place.rows(YEAR, "summary.csv");
    let own = rows.iter().find(|row| row.key(&["scope", "indicator", "dimension"]) == "city|granted|natural_person");
    own.unwrap()["value"].to_owned()
}

fn only_finding(place: &Place) -> Row {
    let findings = place.rows(YEAR, "findings.csv");
    let open: Vec<&Row> = findings.iter().filter(|row| &row["level"] != "note").collect();
    let [only] = open.as_slice() else { panic!("{open:?}") };
    (*only).clone()
}

fn returned(place: &Place) -> PathBuf {
    place.output().join(format!("{YEAR}/return_to_sender/{SENDER}/{FILE}"))
}

/// The workbook that went back, with an answer in the columns for it.
fn answered(place: &Place, id: &str, change: &str, explanation: &str) -> Vec<u8> {
    let bytes = std::fs::read(returned(place)).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if let Ok(mut text) = String::from_utf8(content.clone())
            && let Some(at) = text.find(&format!(">{id}<"))
        {
            let start = text[..at].rfind("<row ").unwrap();
            for (column, answer) in [('E', change), ('F', explanation)].iter().filter(|(_, answer)| !answer.is_empty())
            {
                let cell = start + text[start..].find(&format!("<c r=\"{column}")).unwrap();
                let end = cell + text[cell..].find("/>").unwrap();
                let filled = format!(" t=\"inlineStr\"><is><t>{answer}</t></is></c>");
                text.replace_range(end..end + 2, &filled);
            }
            content = text.into_bytes();
        }
        parts.push((part.name().unwrap().into_owned(), content));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    support::zip(&parts)
}

/// Signs the draft rows for a finding and puts them into the input folder.
fn sign(place: &Place, id: &str, change: impl Fn(&str, &str) -> String) {
    let rows = place.rows(YEAR, "decisions.csv");
    let head =
        "finding,action,year,agency_id,agency,code,old_value,new_value,explanation,file,sheet,cell,who,when,note";
    let columns: Vec<&str> = head.split(',').collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for row in rows.iter().filter(|row| &row["finding"] == id) {
        writer.write_record(columns.iter().map(|column| change(column, &row[column]))).unwrap();
    }
    place.put("decisions.csv", writer.into_inner().unwrap());
}

fn run(place: &Place) -> Outcome {
    let outcome = place.run(&[]);
    outcome.ends_with(0);
    outcome
}

fn rules(place: &Place) -> Vec<String> {
    place.rows(YEAR, "findings.csv").iter().map(|row| row.key(&["level", "rule"])).collect()
}

#[test]
fn an_answer_becomes_a_decision_and_the_decision_a_figure() {
    let (place, right) = spoilt();
    let wrong = (right * 10).to_string();
    let finding = only_finding(&place);
    assert_eq!(
        (&finding["found"], &finding["expected"], &finding["confidence"]),
        (wrong.as_str(), right.to_string().as_str(), "certain")
    );
    assert_eq!(city(&place), wrong);

    // The sender answers; nothing changes before the office has signed.
    let id = &finding["id"];
    place.put("答复.xlsx", answered(&place, id, &right.to_string(), ""));
    run(&place);
    assert_eq!(city(&place), wrong);
    assert_eq!(&only_finding(&place)["id"], id, "the question keeps its id");
    let draft = &place.rows(YEAR, "decisions.csv")[0];
    assert_eq!(
        draft.key(&["finding", "action", "old_value", "new_value", "who"]),
        format!("{id}|accept|{wrong}|{right}|")
    );

    sign(&place, id, |column, value| if column == "who" { "张三".to_owned() } else { value.to_owned() });
    run(&place);
    assert_eq!(city(&place), right.to_string());
    let fact = place
        .rows(YEAR, "facts.csv")
        .into_iter()
        .find(|row| row.key(&["indicator", "dimension", "counted"]) == "granted|natural_person|true");
    assert_eq!(fact.unwrap().key(&["value", "raw", "rewrites"]), format!("{right}|{wrong}|decided"));
    assert!(rules(&place).iter().all(|rule| rule.starts_with("note")), "{:?}", rules(&place));
    assert!(rules(&place).contains(&"note|decision.accepted".to_owned()));
    // The next draft keeps what was signed.
    assert_eq!(&place.rows(YEAR, "decisions.csv")[0]["who"], "张三");
}

#[test]
fn an_explanation_settles_a_finding_and_changes_no_figure() {
    let (place, right) = spoilt();
    let id = only_finding(&place)["id"].to_owned();
    place.put("答复.xlsx", answered(&place, &id, "", "已核对，确实如此"));
    run(&place);
    assert_eq!(&place.rows(YEAR, "decisions.csv")[0]["action"], "explain");
    sign(&place, &id, |column, value| if column == "who" { "张三".to_owned() } else { value.to_owned() });
    run(&place);
    assert_eq!(city(&place), (right * 10).to_string());
    let settled = place.rows(YEAR, "findings.csv").into_iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(&settled["level"], "note");
    assert!(settled["decided"].contains("已核对，确实如此") && settled["decided"].contains("张三"));
    place.run(&["--strict"]).ends_with(0);
}

#[test]
fn decisions_lapse_loudly_and_drafts_change_nothing() {
    let (place, right) = spoilt();
    let wrong = (right * 10).to_string();
    let id = only_finding(&place)["id"].to_owned();
    let with = |changes: &[(&'static str, &str)]| {
        let changes: Vec<(&str, String)> =
            changes.iter().map(|(column, value)| (*column, (*value).to_owned())).collect();
        move |column: &str, value: &str| {
            changes.iter().find(|(name, _)| *name == column).map_or(value.to_owned(), |(_, value)| value.clone())
        }
    };
    let new = right.to_string();
    for (changes, rule) in [
        (vec![("action", "accept"), ("new_value", new.as_str())], "query|decision.unsigned"),
        (
            vec![("action", "accept"), ("new_value", &new), ("who", "张三"), ("old_value", "999")],
            "error|decision.lapsed",
        ),
        (vec![("action", "accept"), ("new_value", "若干"), ("who", "张三")], "error|decision.unclear"),
        (
            vec![("action", "explain"), ("explanation", "属实"), ("who", "张三"), ("old_value", "999")],
            "error|decision.lapsed",
        ),
        (
            vec![("action", "accept"), ("new_value", &wrong), ("who", "张三"), ("old_value", "999")],
            "note|decision.moot",
        ),
    ] {
        sign(&place, &id, with(&changes));
        run(&place);
        assert!(rules(&place).contains(&rule.to_owned()), "{rule}: {:?}", rules(&place));
        assert_eq!(city(&place), wrong, "{rule}");
        std::fs::remove_file(place.input().join("decisions.csv")).unwrap();
        run(&place);
    }
    // Two decisions on one cell: the second one is an error, not a choice.
    sign(&place, &id, with(&[("action", "accept"), ("new_value", &new), ("who", "张三")]));
    let twice = std::fs::read_to_string(place.input().join("decisions.csv")).unwrap();
    let other = twice.lines().nth(1).unwrap().replace(&format!(",{new},"), ",77,");
    place.put("decisions.csv", format!("{twice}{other}\n"));
    run(&place);
    assert!(rules(&place).contains(&"error|decision.lapsed".to_owned()), "{:?}", rules(&place));
    assert_eq!(city(&place), new);
    // What is no decisions file stops the run before anything is written.
    place.put("decisions.csv", "finding,action\nF1,accept\n");
    place.run(&[]).ends_with(2).complains_of(&["decisions.csv", "year"]);
    sign(&place, &id, with(&[("action", "maybe")]));
    place.run(&[]).ends_with(2).complains_of(&["decisions.csv", "action"]);
}

#[test]
fn answers_that_say_two_things_are_asked_again() {
    let (place, right) = spoilt();
    let id = only_finding(&place)["id"].to_owned();
    place.put("答复.xlsx", answered(&place, &id, &right.to_string(), "没有错"));
    run(&place);
    assert!(rules(&place).contains(&"query|reply.both".to_owned()), "{:?}", rules(&place));
    let decisions = place.rows(YEAR, "decisions.csv");
    assert!(decisions.iter().all(|row| &row["action"] == "ask"), "{decisions:?}");
}

#[test]
fn a_trial_shows_what_the_certain_corrections_would_do_and_writes_nothing() {
    let (place, right) = spoilt();
    let before = common::tree(&place.output());
    let outcome = place.run(&["--what-if"]);
    outcome.ends_with(0);
    let line = outcome.stdout.lines().find(|line| line.contains("granted:natural_person")).unwrap();
    let numbers: Vec<&str> = line.split_whitespace().skip(2).collect();
    assert_eq!(numbers, [&(right * 10).to_string(), "→", &right.to_string(), &format!("(-{})", right * 9)]);
    assert_eq!(common::tree(&place.output()), before);
}

/// Names of files and folders come from senders: none leads out of the folder.
#[test]
fn nothing_is_written_outside_the_folder() {
    let place = Place::new();
    let text = "填报单位：..\\..\\坏/局,,报告年度：2021年\n二、主动公开政府信息情况,,\n信息内容,本年制发件数,本年废止件数,现行有效件数\n规章,x,2,3\n";
    place.put("a b.csv", text);
    place.run(&[]).ends_with(0);
    let names: Vec<String> = common::tree(&place.output()).into_keys().collect();
    assert!(names.iter().any(|name| name.contains("return_to_sender")), "{names:?}");
    assert!(names.iter().all(|name| name.split('/').all(|part| part != "..")), "{names:?}");
}

#[test]
fn a_resubmission_says_what_it_changed_and_what_that_does_to_the_city() {
    let (place, right) = spoilt();
    let library = grid::library();
    let figures = grid::balanced(&library.rulebook, &[5, 0, 11, 3, 8, 2, 0, 4, 9, 1]);
    place.put("教育局2021（更正）.xlsx", workbook(&library.rulebook, &figures));
    run(&place);
    assert_eq!(city(&place), right.to_string());
    let findings = place.findings(YEAR, "return.superseded");
    let [said] = findings.as_slice() else { panic!("{findings:?}") };
    let change = format!("（一）予以公开·自然人 {}→{right}，全市 -{}", right * 10, right * 9);
    assert!(said["message"].contains(&change), "{}", &said["message"]);
    assert_eq!(said["effect"], (right * 9).to_string());
}
