//! Sums that a sheet prints and the form does not have: a group's row with figures, a subtotal. They are no item's
//! figures; they are compared with the items that they add up, so that none gets lost in them.

use crate::address::{Place, Position};
use crate::finding::{Arg, Finding, Subject};
use crate::form::{SlotId, TableId};
use crate::level::Level;
use crate::locate::{Gap, LocatedTable};
use crate::read::{Content, Sheet};
use crate::returns::Return;
use crate::value::{self, Amount, Kind, Meaning};
use std::collections::HashSet;

/// The sums of one row.
#[derive(Debug)]
pub(crate) struct PartSums {
    table: TableId,
    label: String,
    place: Place,
    sums: Vec<(Place, Amount, Vec<SlotId>)>,
}

impl PartSums {
    /// Reads the sums that a gap names; cells that hold no number say nothing.
    #[must_use]
    pub(crate) fn read(gap: &Gap, located: &LocatedTable, sheet: &Sheet) -> Option<Self> {
        let Gap::PartSums { position, label, sums } = gap else { return None };
        let at = |position: Position| Place { sheet: located.sheet, position };
        let sums: Vec<(Place, Amount, Vec<SlotId>)> = sums
            .iter()
            .filter_map(|(position, parts)| Some((at(*position), amount(sheet, *position)?, parts.clone())))
            .collect();
        (!sums.is_empty()).then(|| PartSums { table: located.table, label: label.clone(), place: at(*position), sums })
    }

    /// Forgets sums that have turned out to be figures of the form.
    pub(crate) fn leave_out(&mut self, figures: &HashSet<Place>) {
        self.sums.retain(|(place, ..)| !figures.contains(place));
    }

    /// What is wrong with them in a return whose facts are complete and in order.
    #[must_use]
    pub(crate) fn check(&self, result: &Return) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut without_parts = None;
        for (place, printed, parts) in &self.sums {
            let facts: Vec<_> = parts.iter().filter_map(|slot| result.fact(*slot)).collect();
            if facts.iter().any(|fact| matches!(fact.meaning, Meaning::Text | Meaning::Approximate)) {
                continue;
            }
            if facts.iter().all(|fact| fact.meaning == Meaning::Blank) {
                if *printed != Amount::ZERO && without_parts.is_none() {
                    without_parts = Some(*printed);
                }
                continue;
            }
            let sum = facts.iter().filter_map(|fact| fact.value()).fold(Amount::ZERO, |sum, value| sum + value);
            if sum != *printed {
                let finding = self.finding(Level::Query, "part_sum", result, *place).values(printed, sum);
                findings.push(Finding {
                    difference: Some(*printed - sum),
                    ..finding
                        .with("parts", Arg::Slots(parts.clone()))
                        .with("found", Arg::Amount(*printed))
                        .with("expected", Arg::Amount(sum))
                });
            }
        }
        if let Some(printed) = without_parts {
            let label = self.label.clone();
            let finding = self.finding(Level::Error, "part_sum_alone", result, self.place).values(printed, "");
            findings.push(finding.with("label", Arg::Text(label)).with("found", Arg::Amount(printed)));
        }
        findings
    }

    fn finding(&self, level: Level, message: &'static str, result: &Return, place: Place) -> Finding {
        Finding::new(level, "layout.part_sum", message)
            .in_file(result.file)
            .of(&result.agency, result.year)
            .at(Some(place))
            .about(Subject::Table(self.table))
            .with("table", Arg::Table(self.table))
    }
}

/// The number in a cell, if it is one.
fn amount(sheet: &Sheet, position: Position) -> Option<Amount> {
    let wanted = (position.row, position.column);
    let place = sheet.cells.binary_search_by_key(&wanted, |cell| (cell.row, cell.column)).ok()?;
    match &sheet.cells.get(place)?.content {
        Content::Number(number) => value::read_number(*number, Kind::Count, None).value,
        Content::Text(text) => value::read_text(text, Kind::Count, None).value,
        Content::Date(_) | Content::Error(_) | Content::Bool(_) | Content::Uncomputed => None,
    }
}
