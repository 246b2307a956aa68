//! A table drawn as it was understood: what every row and column means, and of every figure its cell and its value.

use crate::address::{Place, Position};
use crate::intake::{FileOutcome, Understood};
use crate::locate::{Gap, LocatedTable, Look, look, position, raw_of};
use crate::message::Renderer;
use crate::returns::{Fact, Return};
use crate::value::Meaning;
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// A sheet of notes may hold thousands of numbers: so many are named.
const MOST_IGNORED: usize = 40;

/// A table as text.
pub(super) struct Drawing {
    /// Codes of the columns, and their labels.
    heads: Vec<(String, String)>,
    rows: Vec<DrawnRow>,
}

struct DrawnRow {
    code: String,
    label: String,
    /// One for each head; blank where the table has no such figure.
    cells: Vec<String>,
}

impl Drawing {
    /// Draws the facts of one table.
    pub(super) fn of(one: &Return, facts: &[&Fact], renderer: &Renderer<'_>) -> Drawing {
        let catalogue = renderer.catalogue;
        let mut drawing = Drawing { heads: Vec::new(), rows: Vec::new() };
        for fact in facts {
            let (code, label, head) = match (fact.item.as_slot(), fact.item.as_open()) {
                (Some(slot), _) => {
                    let slot = renderer.book.slot(slot);
                    let label = catalogue.choose(&slot.indicator_zh, &slot.indicator_en);
                    let head = catalogue.choose(&slot.dimension_zh, &slot.dimension_en);
                    (slot.indicator.clone(), label.to_owned(), (slot.dimension.clone(), head.to_owned()))
                }
                (None, place) => {
                    let open = place.and_then(|place| one.open.get(place));
                    ("open".to_owned(), open.map(|open| open.label.clone()).unwrap_or_default(), Default::default())
                }
            };
            let column = match drawing.heads.iter().position(|known| known.0 == head.0) {
                Some(column) => column,
                None => {
                    drawing.heads.push(head);
                    drawing.heads.len() - 1
                }
            };
            let row = match drawing.rows.iter().position(|row| row.code == code && row.label == label) {
                Some(row) => row,
                None => {
                    drawing.rows.push(DrawnRow { code, label, cells: Vec::new() });
                    drawing.rows.len() - 1
                }
            };
            if let Some(row) = drawing.rows.get_mut(row) {
                row.cells.resize(row.cells.len().max(column + 1), String::new());
                if let Some(cell) = row.cells.get_mut(column) {
                    *cell = drawn(fact, renderer);
                }
            }
        }
        drawing
    }

    /// The lines of the drawing: codes first, cells aligned, labels last.
    pub(super) fn lines(&self) -> Vec<String> {
        let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(UnicodeWidthStr::width).max().unwrap_or(0);
        let codes = width(&mut self.rows.iter().map(|row| row.code.as_str()));
        let columns: Vec<usize> = (self.heads.iter().enumerate())
            .map(|(place, (code, label))| {
                let cells = self.rows.iter().filter_map(|row| row.cells.get(place)).map(String::as_str);
                width(&mut cells.chain([code.as_str(), label.as_str()]))
            })
            .collect();
        let line = |code: &str, cells: &mut dyn Iterator<Item = &str>, label: &str| {
            let mut text = format!("  {}", padded(code, codes));
            for width in &columns {
                text = format!("{text}  {}", padded(cells.next().unwrap_or_default(), *width));
            }
            format!("{text}  {label}").trim_end().to_owned()
        };
        let mut lines = Vec::new();
        if self.heads.iter().any(|(code, _)| !code.is_empty()) {
            lines.push(line("", &mut self.heads.iter().map(|(code, _)| code.as_str()), ""));
            lines.push(line("", &mut self.heads.iter().map(|(_, label)| label.as_str()), ""));
        }
        lines
            .extend(self.rows.iter().map(|row| line(&row.code, &mut row.cells.iter().map(String::as_str), &row.label)));
        lines
    }
}

/// The text, filled up with spaces to a width on the terminal.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// What the marks of the drawing mean.
pub(super) fn legend(renderer: &Renderer<'_>) -> String {
    renderer.catalogue.say("inspect_legend", &[])
}

/// A figure as `cell=value`.
fn drawn(fact: &Fact, renderer: &Renderer<'_>) -> String {
    let formula = if fact.is_formula { "=" } else { "" };
    let shown = match (fact.meaning, fact.value()) {
        (_, Some(value)) => format!("{formula}{value}"),
        (Meaning::Blank, _) => renderer.catalogue.choose("空", "blank").to_owned(),
        (Meaning::Dash | Meaning::NotApplicable, _) => "/".to_owned(),
        (Meaning::Approximate, _) => format!("~{}", one_line(&fact.raw())),
        _ => format!("?{}", one_line(&fact.raw())),
    };
    format!("{}={shown}", fact.place.position)
}

/// Text that does not break the drawing.
fn one_line(text: &str) -> String {
    let whole: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if whole.chars().count() > 20 { whole.chars().take(20).chain(['…']).collect() } else { whole }
}

/// Says what was made of a cell that does not simply hold its value.
pub(super) fn rewritten(fact: &Fact, renderer: &Renderer<'_>) -> Option<String> {
    let (raw, value) = (fact.odd_raw()?, fact.value()?);
    let values = [
        ("cell", fact.place.position.to_string()),
        ("raw", one_line(raw)),
        ("value", value.to_string()),
        ("how", fact.rewrites.to_string()),
    ];
    (!fact.rewrites.is_empty()).then(|| format!("  {}", renderer.catalogue.say("inspect_rewritten", &values)))
}

// ------------------------------------------------------------------------------------------------ what was left out

/// The numbers of the workbook that are no figure of the return, with the reason.
pub(super) fn ignored(understood: &Understood, outcome: &FileOutcome, renderer: &Renderer<'_>) -> Vec<String> {
    let used: BTreeSet<Place> =
        outcome.returns.iter().flat_map(|one| one.facts.iter().map(|fact| fact.place)).collect();
    let named: BTreeMap<Place, &str> =
        outcome.findings.iter().filter_map(|finding| Some((finding.place?, finding.rule.as_str()))).collect();
    let mut lines = Vec::new();
    for (number, sheet) in (0u16..).zip(&understood.workbook.sheets) {
        let tables: Vec<&LocatedTable> = understood
            .records
            .iter()
            .flat_map(|(record, _)| &record.tables)
            .filter(|table| table.sheet == number)
            .collect();
        let place = |position: Position| Place { sheet: number, position };
        let numbers = sheet.cells.iter().filter(|cell| look(cell) == Look::Figure);
        let mut left: Vec<(Position, String, String)> = numbers
            .filter(|cell| !used.contains(&place(position(cell))))
            .map(|cell| {
                let at = position(cell);
                let why = match named.get(&place(at)) {
                    Some(rule) => renderer.catalogue.say("ignored_named", &[("rule", (*rule).to_owned())]),
                    None => renderer.catalogue.say(reason(at, &tables), &[]),
                };
                (at, one_line(&raw_of(cell)), why)
            })
            .collect();
        let covered = sheet.covered.iter().map(|(row, column)| {
            let at = Position { row: *row, column: *column };
            (at, String::new(), renderer.catalogue.say("ignored_covered", &[]))
        });
        left.extend(covered);
        if left.is_empty() {
            continue;
        }
        left.sort();
        lines.push(String::new());
        lines.push(renderer.catalogue.say("inspect_ignored", &[("sheet", sheet.name.clone())]));
        lines.extend(left.iter().take(MOST_IGNORED).map(|(at, raw, why)| format!("  {at}  {raw}  {why}")));
        if let Some(more) = left.len().checked_sub(MOST_IGNORED).filter(|more| *more > 0) {
            let more = renderer.catalogue.say("inspect_ignored_more", &[("count", more.to_string())]);
            lines.push(format!("  {more}"));
        }
    }
    lines
}

/// Why a number that nothing else names is no figure: a key of the message catalogue.
fn reason(at: Position, tables: &[&LocatedTable]) -> &'static str {
    let is_sum = |table: &&LocatedTable| {
        table.gaps.iter().any(|gap| match gap {
            Gap::PartSums { sums, .. } => sums.iter().any(|(position, _)| *position == at),
            _ => false,
        })
    };
    if tables.iter().any(is_sum) {
        return "ignored_sum";
    }
    let rows = |table: &LocatedTable| table.figures.iter().map(|placed| placed.position.row).max().unwrap_or(0);
    let around: Vec<&&LocatedTable> =
        tables.iter().filter(|table| (table.first_row..=rows(table)).contains(&at.row)).collect();
    if around.iter().any(|table| table.ignored.contains(&at.column)) {
        "ignored_column"
    } else if !around.is_empty() {
        "ignored_beside"
    } else if tables.iter().any(|table| table.first_row > at.row) {
        "ignored_above"
    } else if tables.is_empty() {
        "ignored_outside"
    } else {
        "ignored_below"
    }
}
