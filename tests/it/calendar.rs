//! Every line of `tests/calendar.tsv` in files, once for each sort of text that may speak of time: heads of grids, lists and
//! registers, labels, year cells, lines, titles, names of sheets, files and folders, and sentences. All give one answer.

use crate::common::grid::library;
use crate::common::{Place, Row, root};
use huizong::parts::calendar::whole_year;
use std::collections::BTreeMap;

/// A line of the table.
struct Line {
    text: String,
    year: u16,
    period: String,
}

fn lines() -> Vec<Line> {
    let table = std::fs::read_to_string(root().join("tests/calendar.tsv")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let line = |line: &str| {
        let [text, year, period] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        Line { text: text.to_owned(), year: year.parse().unwrap(), period: period.to_owned() }
    };
    lines.map(line).collect()
}

/// What became of a line's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Counted for the report year.
    Counted,
    /// Refused as no whole year, in words that quote the text.
    Part,
    /// Not counted for the report year.
    Not,
}

/// The figures that every door shows: counted on a year's whole, not on a day.
const FLOWS: &str = "微信公众号发布信息,61\n信息咨询,46\n投诉,0\n";

/// A file with a line's text at one sort of place.
type Door = fn(&str, &Line) -> Option<(String, Vec<u8>)>;

fn list(agency: &str, year: u16, head: &str, rows: &str) -> Option<(String, Vec<u8>)> {
    Some((format!("{agency}.csv"), format!("填报单位：{agency},年度：{year}\n{head}\n{rows}").into_bytes()))
}

/// Text that a CSV cell holds as it is.
fn cell(text: &str) -> String {
    format!("\"{text}\"")
}

fn list_head(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    list(agency, line.year, &format!("指标,{}", cell(&line.text)), FLOWS)
}

fn noted_head(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    list(agency, line.year, &format!("指标,{}", cell(&format!("数量（{}）", line.text))), FLOWS)
}

fn label(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let rows: Vec<String> = FLOWS
        .lines()
        .map(|row| {
            let (label, value) = row.split_once(',').unwrap();
            format!("{},{value}", cell(&format!("{}{label}", line.text)))
        })
        .collect();
    list(agency, line.year, "指标,数量", &rows.join("\n"))
}

fn register_head(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let text = cell(&line.text);
    let table = format!(",,{text},{text}\n单位名称,年度,微信公众号发布信息,信息咨询\n{agency},{},61,46\n", line.year);
    Some((format!("{agency}.csv"), table.into_bytes()))
}

fn long_head(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let (year, text) = (line.year, cell(&line.text));
    let table = format!("单位名称,年度,指标,{text}\n{agency},{year},信息咨询,46\n{agency},{year},投诉,0\n");
    Some((format!("{agency}.csv"), table.into_bytes()))
}

fn long_label(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let label = cell(&format!("{}信息咨询", line.text));
    let table = format!("单位名称,年度,指标,数值\n{agency},{},{label},46\n", line.year);
    Some((format!("{agency}.csv"), table.into_bytes()))
}

fn year_cell(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let table = format!("单位名称,年度,微信公众号发布信息,信息咨询\n{agency},{},61,46\n", cell(&line.text));
    Some((format!("{agency}.csv"), table.into_bytes()))
}

fn year_line(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let table = format!("填报单位：{agency}\n报告期：,{}\n指标,数量\n{FLOWS}", cell(&line.text));
    Some((format!("{agency}{}.csv", line.year), table.into_bytes()))
}

fn title(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let table =
        format!("{}\n填报单位：{agency}\n指标,数量\n{FLOWS}", cell(&format!("{}政府信息公开统计表", line.text)));
    Some((format!("{agency}{}.csv", line.year), table.into_bytes()))
}

/// The sheet says nothing of its own year; the folder above all files does.
fn silent(agency: &str) -> Vec<u8> {
    format!("填报单位：{agency}\n指标,数量\n{FLOWS}").into_bytes()
}

fn may_be_name(text: &str) -> bool {
    !text.contains(['/', ':', '[', ']', '*', '?', '\\'])
}

fn file_name(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    may_be_name(&line.text).then(|| (format!("{}年/{agency}{}.csv", line.year, line.text), silent(agency)))
}

fn folder_name(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    may_be_name(&line.text).then(|| (format!("{}年/{agency}/{}/统计表.csv", line.year, line.text), silent(agency)))
}

fn sheet_name(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    if !may_be_name(&line.text) || line.text.chars().count() > 31 {
        return None;
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name(&line.text).ok()?;
    for (row, text) in (0..).zip(String::from_utf8(silent(agency)).unwrap().lines()) {
        for (column, text) in (0..).zip(text.split(',')) {
            match text.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, text).unwrap(),
            };
        }
    }
    Some((format!("{}年/{agency}.xlsx", line.year), book.save_to_buffer().unwrap()))
}

fn sentence(agency: &str, line: &Line) -> Option<(String, Vec<u8>)> {
    let text = format!(
        "{agency}{}年政府信息公开工作年度报告\n一、总体情况\n{}微信公众号发布信息61篇。\n",
        line.year, line.text
    );
    Some((format!("{agency}.txt"), text.into_bytes()))
}

/// What a line must come to at a door: the one table of how texts of each sort use the one answer.
fn expected(door: &str, line: &Line, named: Option<u16>) -> Option<Fate> {
    let of_figures = matches!(
        door,
        "list head" | "noted head" | "label" | "register head" | "long head" | "long label" | "sentence"
    );
    Some(match line.period.as_str() {
        // A year cell must name its year: 本年 is none.
        "report" | "year_end" if door == "year cell" && named.is_none() => Fate::Not,
        "report" => Fate::Counted,
        // (A lone sheet's name is queried: it is often left over from a template.)
        // Years in words (上年) mean a year only beside another: as a title or a name of files they say nothing.
        "other" if !of_figures && named.is_none() && door != "year cell" => return None,
        "other" => Fate::Not,
        "part" | "several" | "running" if door == "sentence" => Fate::Not,
        "part" | "several" | "running" => Fate::Part,
        // These are flows; a whole return up to the year's end is the year's.
        "year_end" if of_figures => Fate::Not,
        "year_end" => Fate::Counted,
        // A day is when something was written down: beside figures it says nothing, in sentences it is part of a year.
        "day" if door == "year cell" || door == "sentence" && line.text.contains('日') => Fate::Not,
        "day" if matches!(door, "list head" | "noted head" | "register head") || !of_figures => Fate::Counted,
        // Words that are no time are words of other meanings where labels stand.
        "day" | "unsaid" if of_figures || door == "year cell" => return None,
        "unsaid" => Fate::Counted,
        other => panic!("{other}"),
    })
}

/// Lines whose text means something else at a door than a time.
fn is_ambiguous(door: &str, line: &Line) -> bool {
    let text = line.text.as_str();
    // What is no word before a label, and more than a time in a head.
    let odd = text.ends_with('数') || text.contains('填') || text.contains('号') || text.contains(" 2022");
    let before_label = matches!(door, "label" | "long label" | "long head" | "sentence");
    // 报告年度 and 报告期 head the line or column of the year.
    let heads_years = ["报告期", "报告年度"].contains(&text) && door != "sentence";
    // A single month in a title or a name is when it was written, where something else says the year.
    let month = line.period == "part" && (text.ends_with('月') || text.ends_with("月份"));
    let month = month && !text.contains(['-', '—', '至', '前', '本', '当', '上']);
    let names = matches!(door, "file name" | "folder name" | "sheet name" | "year line" | "title");
    odd && before_label || heads_years || month && names
}

fn agency(number: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    format!("甲市{}{}局", letter(number / 26), letter(number))
}

fn fate(agency: &str, year: u16, facts: &[Row], findings: &[Row]) -> (Fate, String) {
    let counted = facts
        .iter()
        .any(|row| &row["agency"] == agency && &row["counted"] == "true" && row["year"] == *year.to_string());
    let said = findings
        .iter()
        .find(|row| &row["rule"] == "who.part_year" && (&row["agency"] == agency || row["file"].contains(agency)));
    match (counted, said) {
        (true, None) => (Fate::Counted, String::new()),
        (true, Some(_)) => (Fate::Counted, "counted, and who.part_year speaks".to_owned()),
        (false, Some(row)) if row["message"].contains(&row["found"]) && !row["found"].is_empty() => {
            (Fate::Part, String::new())
        }
        (false, Some(row)) => (Fate::Part, format!("does not quote: {}", &row["message"])),
        (false, None) => (Fate::Not, String::new()),
    }
}

#[test]
fn every_sort_of_text_gives_the_same_answer() {
    let lines = lines();
    assert!(lines.len() >= 150, "{} lines", lines.len());
    let library = library();
    let doors: [(&str, Door); 13] = [
        ("list head", list_head),
        ("noted head", noted_head),
        ("label", label),
        ("register head", register_head),
        ("long head", long_head),
        ("long label", long_label),
        ("year cell", year_cell),
        ("year line", year_line),
        ("title", title),
        ("file name", file_name),
        ("folder name", folder_name),
        ("sheet name", sheet_name),
        ("sentence", sentence),
    ];
    let mut faults = Vec::new();
    let mut tried = BTreeMap::new();
    for (door, file) in doors {
        let place = Place::new();
        let names: Vec<String> = (0..lines.len()).map(|number| format!("a{number},{}", agency(number))).collect();
        place.put("roster.csv", format!("id,name\n{}\n", names.join("\n")));
        // So that every year has results, whatever becomes of the others.
        for year in [2008, 2020, 2021, 2022] {
            place.put(&format!("甲市zz局{year}.csv"), format!("填报单位：甲市zz局,年度：{year}\n指标,数量\n{FLOWS}"));
        }
        for (number, line) in lines.iter().enumerate() {
            if let Some((name, bytes)) = file(&agency(number), line) {
                place.put(&name, bytes);
            }
        }
        place.put("roster.csv", format!("id,name\nzz,甲市zz局\n{}\n", names.join("\n")));
        place.run(&[]).ends_with(0);
        let all = |name: &str| -> Vec<Row> {
            let years = std::fs::read_dir(place.output()).unwrap().map(|entry| entry.unwrap().path());
            years.filter(|path| path.is_dir()).flat_map(|path| crate::common::rows(&path.join(name))).collect()
        };
        let (facts, findings) = (all("facts.csv"), all("findings.csv"));
        for (number, line) in lines.iter().enumerate() {
            if file(&agency(number), line).is_none() || is_ambiguous(door, line) {
                continue;
            }
            let Some(expected) = expected(door, line, whole_year(&line.text, &library)) else { continue };
            *tried.entry(door).or_insert(0_usize) += 1;
            let (found, doubt) = fate(&agency(number), line.year, &facts, &findings);
            if found != expected || !doubt.is_empty() {
                faults.push(format!("{door}: {} ({}) is {found:?}, not {expected:?} {doubt}", line.text, line.period));
            }
        }
    }
    println!("{tried:?}");
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
