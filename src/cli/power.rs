//! `huizong forms power`: how well the identities find and name wrong cells, as a report in Markdown.

use super::{DONE, IMPOSSIBLE, out};
use crate::form::{Rulebook, TableId};
use crate::language::Language;
use crate::message::Catalogue;
use crate::power::{Line, Outcome, report, tables};

/// Outcomes in the order of the report's columns: what is wanted first.
const COLUMNS: [Outcome; 8] = [
    Outcome::Unique,
    Outcome::AmongThree,
    Outcome::AmongMany,
    Outcome::Part,
    Outcome::TooMany,
    Outcome::Unnoticed,
    Outcome::Wrong,
    Outcome::WrongButCertain,
];

pub(super) fn power_command(book: &Rulebook, code: Option<&str>, trials: usize, lang: Language) -> u8 {
    let Ok(catalogue) = Catalogue::load(lang) else { return IMPOSSIBLE };
    let is_wanted = |table: &TableId| code.is_none_or(|code| book.form(book.table(*table).form).code == code);
    let tables: Vec<TableId> = tables(book).filter(is_wanted).collect();
    let lines = report(book, &tables, trials);
    let page = Page { book, catalogue: &catalogue };
    out(&catalogue.say("power_head", &[("trials", trials.to_string())]));
    page.overview(&lines);
    for table in tables {
        page.table(table, &lines);
    }
    DONE
}

struct Page<'a> {
    book: &'a Rulebook,
    catalogue: &'a Catalogue,
}

impl Page<'_> {
    /// One line for every table, kind of total and number of wrong cells.
    fn overview(&self, lines: &[Line]) {
        self.head(&["power_table", "power_totals", "power_cells"]);
        let mut sums: Vec<Line> = Vec::new();
        for line in lines {
            let is_same = |sum: &Line| self.group(sum) == self.group(line);
            match sums.iter().position(is_same) {
                Some(place) => {
                    let sum = sums.remove(place).and(line);
                    sums.insert(place, sum);
                }
                None => sums.push(line.clone()),
            }
        }
        sums.sort_by_key(|sum| (sum.setup.table, sum.setup.formulas, !sum.setup.mishap.is_single(), sum.setup.cells));
        for sum in &sums {
            self.row(&self.group(sum), sum);
        }
    }

    fn group(&self, line: &Line) -> [String; 3] {
        let setup = line.setup;
        let cells = if setup.mishap.is_single() { setup.cells.to_string() } else { self.catalogue.word("power_moved") };
        [self.title(setup.table), self.totals(setup.formulas), cells]
    }

    fn table(&self, table: TableId, lines: &[Line]) {
        out(&format!("\n### {}\n", self.title(table)));
        self.head(&["power_mishap", "power_totals", "power_cells"]);
        for line in lines.iter().filter(|line| line.setup.table == table) {
            let setup = line.setup;
            let name = self.catalogue.word(setup.mishap.key());
            self.row(&[name, self.totals(setup.formulas), setup.cells.to_string()], line);
        }
    }

    fn title(&self, table: TableId) -> String {
        let table = self.book.table(table);
        format!("{} {}", self.book.form(table.form).code, table.code)
    }

    fn totals(&self, formulas: bool) -> String {
        self.catalogue.word(if formulas { "power_formula" } else { "power_typed" })
    }

    fn head(&self, names: &[&str]) {
        let keys = names.iter().copied().chain(["power_trials", "power_detected"]);
        let outcomes = COLUMNS.iter().map(|outcome| outcome.key());
        let cells: Vec<String> = keys.chain(outcomes).map(|key| self.catalogue.word(key)).collect();
        out(&format!("| {} |", cells.join(" | ")));
        let rules: Vec<&str> =
            cells.iter().enumerate().map(|(at, _)| if at < names.len() { "---" } else { "---:" }).collect();
        out(&format!("|{}|", rules.join("|")));
    }

    fn row(&self, names: &[String; 3], line: &Line) {
        let shares = [line.detected()].into_iter().chain(COLUMNS.map(|outcome| line.count(outcome)));
        let shares = shares.map(|count| share(count, line.trials()));
        let cells: Vec<String> = names.iter().cloned().chain([line.trials().to_string()]).chain(shares).collect();
        out(&format!("| {} |", cells.join(" | ")));
    }
}

/// Per cent with one decimal, rounded down, so that 100 % means all; nothing where there is none.
fn share(count: usize, all: usize) -> String {
    if count == 0 {
        return "-".to_owned();
    }
    let thousandths = (count * 1000) / all.max(1);
    // What happened at all is not rounded away.
    let thousandths = thousandths.max(1);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}
