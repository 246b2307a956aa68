//! Reading proved by identities: where labels leave more than one way to read a table, the figures decide, or nobody.

use crate::common::grid::{self, Layout, YEAR};
use crate::common::{Place, Row};
use huizong::SlotId;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A sheet of cells.
type Cells = Vec<Vec<String>>;

/// A return of which all identities hold, as cells, and what must be read of it.
fn sheet(numbers: &[u64]) -> (Cells, BTreeMap<String, String>) {
    let library = grid::library();
    let book = &library.rulebook;
    let figures = grid::balanced(book, numbers);
    let text = grid::csv_text(book, "甲市教育局", &Layout::default(), &|slot: SlotId| figures[&slot].to_string());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let cells = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    (cells, read(text.into_bytes()).facts)
}

/// What the program makes of a file.
struct Reading {
    /// Values by code, of what is counted.
    facts: BTreeMap<String, String>,
    findings: Vec<Row>,
    fate: Row,
}

impl Reading {
    fn of_rule(&self, rule: &str) -> Vec<String> {
        let own = self.findings.iter().filter(|row| &row["rule"] == rule);
        own.map(|row| format!("{} {}", &row["level"], &row["cell"])).collect()
    }
}

fn read(csv: Vec<u8>) -> Reading {
    let place = Place::new();
    place.put("甲市教育局2021.csv", csv);
    place.run(&[]).ends_with(0);
    let facts = place.rows(YEAR, "facts.csv").into_iter().filter(|row| !row["value"].is_empty());
    Reading {
        facts: facts
            .map(|row| (format!("{}:{}", &row["indicator"], &row["dimension"]), row["value"].to_owned()))
            .collect(),
        findings: place.rows(YEAR, "findings.csv"),
        fate: place.fate(YEAR, "甲市教育局2021.csv"),
    }
}

fn read_cells(cells: &Cells) -> Reading {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in cells {
        let padding = vec![String::new(); usize::from(row.len() < 2) * 2];
        writer.write_record(row.iter().chain(&padding)).unwrap();
    }
    read(writer.into_inner().unwrap())
}

/// The cell that holds a text, from `row` on.
fn find(cells: &Cells, from: usize, text: &str) -> (usize, usize) {
    let mut places = cells.iter().enumerate().skip(from);
    places.find_map(|(row, line)| Some((row, line.iter().position(|cell| cell.contains(text))?))).unwrap()
}

/// Where table 3 begins.
fn table3(cells: &Cells) -> usize {
    find(cells, 0, "收到和处理政府信息公开申请情况").0
}

/// Where the other column of totals stands: before all figures, beside the right one.
#[derive(Clone, Copy)]
enum Where {
    First,
    Before,
    After,
}

const NUMBERS: [u64; 11] = [3, 0, 12, 7, 1, 25, 0, 4, 9, 2, 16];

/// Puts another column with the head of the total into table 3, holding other figures.
fn with_two_totals(mut cells: Cells, place: Where) -> Cells {
    let start = table3(&cells);
    let (head, column) = find(&cells, start, "总计");
    let end = cells.iter().skip(start + 1).position(|row| row.iter().any(|c| c.contains("行政复议"))).unwrap() + start;
    for (number, row) in cells.iter_mut().enumerate().take(end).skip(start) {
        let other = match number {
            n if n == head => "总计".to_owned(),
            _ => {
                row.get(column).and_then(|c| c.parse::<u64>().ok()).map(|n| (n * 2 + 1).to_string()).unwrap_or_default()
            }
        };
        let at = match place {
            Where::First => 1,
            Where::Before => column,
            Where::After => column + 1,
        };
        if row.len() > column {
            row.insert(at, other);
        }
    }
    cells
}

#[test]
fn of_two_columns_with_one_head_the_identities_choose() {
    let (cells, expected) = sheet(&NUMBERS);
    // A sum beside the group of organisations is taken for the group's, so that only the identities can tell them apart.
    for (place, said) in [(Where::First, 1), (Where::Before, 0), (Where::After, 1)] {
        let found = read_cells(&with_two_totals(cells.clone(), place));
        assert_eq!(found.facts, expected);
        let proved = found.of_rule("layout.proved");
        assert_eq!(proved.len(), said);
        assert!(proved.iter().all(|finding| finding.starts_with("note")));
        assert_eq!(found.of_rule("layout.conflict"), Vec::<String>::new());
        let fate = &found.fate;
        assert_eq!((&fate["tables"], &fate["proof"]), ("table2+table3+table4", "0/0+39/39+3/3"));
    }
}

#[test]
fn a_total_without_a_head_is_read_if_it_is_proved() {
    let (mut cells, expected) = sheet(&NUMBERS);
    let (row, column) = find(&cells, table3(&cells), "总计");
    cells[row][column].clear();
    let found = read_cells(&cells);
    assert_eq!(found.facts, expected);
    assert!(found.of_rule("layout.proved")[0].starts_with("query"));
    assert_eq!(found.of_rule("layout.missing_column"), Vec::<String>::new());

    // With figures that do not add up it is not read.
    let start = table3(&cells);
    for line in cells.iter_mut().skip(start) {
        if let Some(number) = line.get(column).and_then(|cell| cell.parse::<u64>().ok()) {
            line[column] = (number + 1).to_string();
        }
    }
    let found = read_cells(&cells);
    assert_eq!(found.of_rule("layout.proved"), Vec::<String>::new());
    assert_eq!(found.of_rule("layout.unknown_column").len(), 1);
    assert!(!found.facts.contains_key("granted:total"));
}

#[test]
fn a_misspelt_row_is_read_if_it_is_proved() {
    let (cells, expected) = sheet(&NUMBERS);
    let (row, column) = find(&cells, table3(&cells), "（一）予以公开");
    let mut misspelt = cells.clone();
    misspelt[row][column] = "（一）予与公开".to_owned();
    let found = read_cells(&misspelt);
    assert_eq!(found.facts, expected);
    assert!(found.of_rule("layout.proved")[0].starts_with("query"));

    // The same label over figures that break the sums.
    let mut wrong = misspelt;
    for cell in wrong[row].iter_mut().filter(|cell| cell.parse::<u64>().is_ok()) {
        *cell = (cell.parse::<u64>().unwrap() + 5).to_string();
    }
    let found = read_cells(&wrong);
    assert_eq!(found.of_rule("layout.proved"), Vec::<String>::new());
    assert_eq!(found.of_rule("layout.unknown_label").len(), 1);
    assert!(!found.facts.contains_key("granted:total"));
}

#[test]
fn of_two_rows_with_one_label_the_identities_choose() {
    let (cells, expected) = sheet(&NUMBERS);
    let (row, _) = find(&cells, table3(&cells), "（一）予以公开");
    let mut twice = cells.clone();
    let mut other = cells[row].clone();
    for cell in other.iter_mut().filter(|cell| cell.parse::<u64>().is_ok()) {
        *cell = (cell.parse::<u64>().unwrap() * 3 + 2).to_string();
    }
    twice.insert(row + 1, other.clone());
    let found = read_cells(&twice);
    assert_eq!(found.facts, expected);
    assert!(found.of_rule("layout.proved")[0].starts_with("note"));

    // Neither adds up: neither is believed.
    twice[row] = other.iter().map(|c| c.parse::<u64>().map_or(c.clone(), |n| (n + 1).to_string())).collect();
    let found = read_cells(&twice);
    assert_eq!(found.of_rule("layout.proved"), Vec::<String>::new());
    assert!(!found.of_rule("layout.conflict").is_empty());
    assert!(!found.facts.contains_key("granted:total"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the figures: a doubtful column or row is read right or not at all.
    #[test]
    fn nothing_is_read_wrong(numbers in prop::collection::vec(0_u64..40, 24), which in 0_usize..4) {
        let (cells, expected) = sheet(&numbers);
        let (row, column) = find(&cells, table3(&cells), "（一）予以公开");
        let (head, total) = find(&cells, table3(&cells), "总计");
        let mut cells = cells;
        match which {
            0 => cells = with_two_totals(cells, Where::First),
            1 => cells[head][total].clear(),
            2 => cells[row][column] = "（一）予与公开".to_owned(),
            _ => {
                let other = cells[row].iter().map(|c| c.parse::<u64>().map_or(c.clone(), |n| (n + 1).to_string()));
                let other = other.collect();
                cells.insert(row, other);
            }
        }
        for (code, value) in read_cells(&cells).facts {
            prop_assert_eq!(expected.get(&code), Some(&value), "{}", code);
        }
    }
}
