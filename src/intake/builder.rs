//! Collects the figures of one return from the tables that belong to it.

/// Collects the figures of one return from the tables that belong to it.
use super::Understood;
use super::settle;
use super::units::{Stated, StatedUnits};
use crate::address::{CellRef, FileId, Place};
use crate::finding::{Arg, Finding, Subject};
use crate::form::{FormId, Rulebook, TableId};
use crate::label;
use crate::level::Level;
use crate::locate::{Gap, Guide, Item, LocatedTable, Otherwise, Placed};
use crate::part_sums::PartSums;
use crate::read::{self, Content, Merged};
use crate::returns::{Agency, Fact, ItemCode, OpenCategory, Proof, Return, Status, TableReading};
use crate::value::{self, Amount, Kind, Meaning, Problem, Reading, Rewrites};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) struct Builder<'a> {
    result: Return,
    open_places: HashMap<(TableId, String), ItemCode>,
    findings: Vec<Finding>,
    gaps: Vec<(TableId, u16, &'a Gap)>,
    part_sums: Vec<PartSums>,
    questions: Vec<Question<'a>>,
}

/// Cells of a table that can be read in several ways.
struct Question<'a> {
    table: TableId,
    sheet: u16,
    ways: Vec<settle::Way>,
    otherwise: &'a Otherwise,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, agency: Agency, year: u16, form: FormId, year_disputed: bool) -> Self {
        let result = Return {
            file,
            agency,
            year,
            year_disputed,
            form,
            tables: Vec::new(),
            facts: Vec::with_capacity(224),
            open: Vec::new(),
            status: Status::Counted,
        };
        Builder {
            result,
            open_places: HashMap::new(),
            findings: Vec::new(),
            gaps: Vec::new(),
            part_sums: Vec::new(),
            questions: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        located: &'a LocatedTable,
        understood: &Understood,
        units: &[StatedUnits],
        guide: &Guide<'_>,
    ) {
        if !self.result.tables.iter().any(|table| table.table == located.table) {
            self.result.tables.push(TableReading::new(located.table));
        }
        let number = usize::from(located.sheet);
        let (Some(sheet), Some(units)) = (understood.workbook.sheets.get(number), units.get(number)) else { return };
        self.add_figures(located, &located.figures, sheet, units, guide);
        self.add_unsettled(located, sheet, units, guide);
        self.note_covered(number, sheet);
        self.note_hidden(located, sheet);
        self.part_sums.extend(located.gaps.iter().filter_map(|gap| PartSums::read(gap, located, sheet)));
        self.gaps.extend(located.gaps.iter().map(|gap| (located.table, located.sheet, gap)));
    }

    /// Reads what the labels leave open in all its ways, to be decided when everything else is known.
    fn add_unsettled(
        &mut self,
        located: &'a LocatedTable,
        sheet: &read::Sheet,
        units: &StatedUnits,
        guide: &Guide<'_>,
    ) {
        for open in &located.unsettled {
            let ways = open.ways.iter().map(|way| {
                let facts = std::mem::take(&mut self.result.facts);
                let findings = std::mem::take(&mut self.findings);
                self.add_figures(located, way, sheet, units, guide);
                settle::Way {
                    facts: std::mem::replace(&mut self.result.facts, facts),
                    findings: std::mem::replace(&mut self.findings, findings),
                }
            });
            let ways = ways.collect();
            let (table, sheet) = (located.table, located.sheet);
            self.questions.push(Question { table, sheet, ways, otherwise: &open.otherwise });
        }
    }

    /// Settles what the labels leave open by the identities; what they do not prove is not counted.
    fn settle(&mut self, book: &Rulebook) {
        for question in std::mem::take(&mut self.questions) {
            let Question { table, sheet, ways, otherwise } = question;
            match settle::choose(&ways, &self.result, table, book) {
                settle::Answer::Same => {
                    self.result.facts.extend(ways.into_iter().next().into_iter().flat_map(|w| w.facts))
                }
                settle::Answer::Proved { way, proof } => {
                    let several = ways.len() > 1;
                    let Some(chosen) = ways.into_iter().nth(way) else { continue };
                    if !matches!(otherwise, Otherwise::Read(likeliest) if *likeliest == way) {
                        self.findings.push(self.proved(&chosen, proof, table, several));
                    }
                    self.read_way(chosen);
                }
                settle::Answer::Open => match otherwise {
                    Otherwise::Say(gap) => self.gaps.push((table, sheet, gap)),
                    Otherwise::ReadAll => ways.into_iter().for_each(|way| self.read_way(way)),
                    Otherwise::Read(way) => ways.into_iter().nth(*way).into_iter().for_each(|way| self.read_way(way)),
                },
            }
            self.merge_facts();
        }
    }

    fn read_way(&mut self, way: settle::Way) {
        // What is read as a figure is no sum of others.
        let places: HashSet<Place> = way.facts.iter().map(|fact| fact.place).collect();
        self.part_sums.iter_mut().for_each(|sums| sums.leave_out(&places));
        self.findings.extend(way.findings);
        self.result.facts.extend(way.facts);
    }

    /// Says which of several cells were read because the identities prove them.
    fn proved(&self, way: &settle::Way, proof: Proof, table: TableId, several: bool) -> Finding {
        // Labels that fit exactly leave only the choice; a label that does not is the sender's to put right.
        let (level, message) = if several { (Level::Note, "proved_among") } else { (Level::Query, "proved_alone") };
        let place = way.facts.iter().map(|fact| fact.place).min();
        let figure = way.facts.iter().find_map(|fact| fact.item.as_slot()).map_or(Arg::Table(table), Arg::Slot);
        Finding::new(level, "layout.proved", message)
            .in_file(self.result.file)
            .of(&self.result.agency, self.result.year)
            .at(place)
            .about(Subject::Table(table))
            .with("figure", figure)
            .with("held", Arg::Count(proof.held as usize))
            .with("checked", Arg::Count(proof.checked as usize))
    }

    fn add_figures(
        &mut self,
        located: &LocatedTable,
        figures: &[Placed],
        sheet: &read::Sheet,
        units: &StatedUnits,
        guide: &Guide<'_>,
    ) {
        let mut cells = sheet.cells.as_slice();
        let mut last = crate::address::Position { row: 0, column: 0 };
        for placed in figures {
            // Figures mostly come in the order of the sheet: search on from the last one.
            if placed.position < last {
                cells = sheet.cells.as_slice();
            }
            last = placed.position;
            let at = cells.partition_point(|cell| (cell.row, cell.column) < (last.row, last.column));
            cells = cells.get(at..).unwrap_or_default();
            let cell = cells.first().filter(|cell| (cell.row, cell.column) == (last.row, last.column));
            // A figure that is merged over the places of several is none of them.
            let covers = |area: &&Merged| area.first == (last.row, last.column);
            let spread = sheet.merged.iter().filter(covers).any(|area| {
                let inside = |other: &&Placed| area.contains((other.position.row, other.position.column));
                located.figures.iter().filter(inside).count() > 1
            });
            self.add_figure(located, placed, cell, spread, units, guide);
        }
    }

    fn add_figure(
        &mut self,
        located: &LocatedTable,
        placed: &Placed,
        cell: Option<&read::Cell>,
        spread: bool,
        units: &StatedUnits,
        guide: &Guide<'_>,
    ) {
        let place = Place { sheet: located.sheet, position: placed.position };
        let (item, kind, printed) = match &placed.item {
            Item::Slot(slot) => {
                let data = guide.book.slot(*slot);
                (ItemCode::slot(*slot), data.kind, data.printed_unit.filter(|_| data.kind == Kind::Money))
            }
            Item::Open { label, unit } => {
                let Some(item) = self.open_item(located.table, label, unit) else { return };
                (item, Kind::Count, None)
            }
        };
        let stated = units.about(placed.position, located.first_row, kind);
        let unit = match stated {
            Stated::Unit(unit) => Some(unit),
            Stated::Nothing | Stated::Contradictory => printed,
        };
        let is_formula = cell.is_some_and(|cell| cell.is_formula);
        let fact = match cell.map(|cell| &cell.content) {
            Some(Content::Number(number)) if stated == Stated::Nothing && !spread && is_small_whole(*number, kind) =>
            {
                #[allow(clippy::cast_possible_truncation, reason = "checked to be a small whole number")]
                Fact::whole(item, place, is_formula, *number as i64, Rewrites::default())
            }
            content => {
                let (raw, mut reading) = read_content(content, kind, unit);
                if spread && reading.value.is_some() {
                    reading = Reading::text(Problem::Merged);
                }
                // Nothing is nothing in every unit, and the cell's own unit beats all others.
                if reading.unit.is_none() && reading.value.is_some_and(|value| value != Amount::ZERO) {
                    if stated == Stated::Contradictory {
                        reading = Reading::text(Problem::UnitsDiffer);
                    } else if kind == Kind::Money && unit.is_none() {
                        reading = Reading::text(Problem::NoUnit);
                    } else if let (Kind::Money, Stated::Nothing, Some(unit)) = (kind, stated, unit) {
                        let rule = (Level::Query, "value.unit_assumed", "value_unit_assumed");
                        let finding = self.about_figure(rule, &raw, place, &placed.item, located.table);
                        self.findings.push(finding.with("unit", Arg::Text(unit.as_str().to_owned())));
                    }
                }
                self.report(&reading, &raw, place, &placed.item, located.table);
                Fact::new(item, place, is_formula, &raw, &reading)
            }
        };
        self.result.facts.push(fact);
    }

    /// Says that figures stand in hidden rows or columns: they are read, but whoever checked the sheet did not see them.
    fn note_hidden(&mut self, located: &LocatedTable, sheet: &read::Sheet) {
        if sheet.folded.is_empty() {
            return;
        }
        let place = |placed: &Placed| Place { sheet: located.sheet, position: placed.position };
        let hidden: Vec<&Placed> = located
            .figures
            .iter()
            .filter(|placed| sheet.folded.hides(placed.position.row, placed.position.column))
            .collect();
        let Some(first) = hidden.iter().map(|placed| place(placed)).min() else { return };
        let stated = |fact: &Fact| fact.place.sheet == located.sheet && fact.value().is_some_and(|v| v != Amount::ZERO);
        let places: HashSet<Place> = hidden.iter().map(|placed| place(placed)).collect();
        let count = self.result.facts.iter().filter(|fact| stated(fact) && places.contains(&fact.place)).count();
        let level = if count > 0 { Level::Query } else { Level::Note };
        self.findings.push(
            Finding::new(level, "file.hidden_cells", "hidden_cells")
                .in_file(self.result.file)
                .of(&self.result.agency, self.result.year)
                .at(Some(first))
                .about(Subject::Table(located.table))
                .with("table", Arg::Table(located.table))
                .with("cells", Arg::Count(places.len()))
                .with("count", Arg::Count(count)),
        );
    }

    /// Says once per sheet that numbers lie under merged ranges.
    fn note_covered(&mut self, number: usize, sheet: &read::Sheet) {
        let Some((row, column)) = sheet.covered.first().copied() else { return };
        let place = Place {
            sheet: u16::try_from(number).unwrap_or(u16::MAX),
            position: crate::address::Position { row, column },
        };
        let rule = "file.covered_cells";
        if !self.findings.iter().any(|finding| finding.rule == rule && finding.place == Some(place)) {
            self.findings.push(
                Finding::new(Level::Query, rule, "covered_cells")
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .at(Some(place))
                    .with("count", Arg::Count(sheet.covered.len())),
            );
        }
    }

    /// The item of an open category: one that stands twice, on two sheets, is one.
    fn open_item(&mut self, table: TableId, label: &str, unit: &str) -> Option<ItemCode> {
        let open = &mut self.result.open;
        let place = match self.open_places.entry((table, label::key(label))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let item = ItemCode::open(open.len())?;
                open.push(OpenCategory { table, label: label.trim().to_owned(), unit: unit.to_owned() });
                *new.insert(item)
            }
        };
        Some(place)
    }

    /// Puts the facts in order, each figure once: where two cells claim one and differ, neither is believed.
    fn merge_facts(&mut self) {
        let mut facts = std::mem::take(&mut self.result.facts);
        facts.sort_by_key(|fact| fact.item);
        if facts.is_sorted_by(|a, b| a.item < b.item) {
            self.result.facts = facts;
            return;
        }
        self.compare_sheets(&facts);
        let mut merged: Vec<Fact> = Vec::with_capacity(facts.len());
        for fact in facts {
            match merged.last_mut().filter(|earlier| earlier.item == fact.item) {
                None => merged.push(fact),
                Some(earlier) if earlier.meaning == Meaning::Blank => *earlier = fact,
                Some(earlier) if fact.meaning == Meaning::Blank || earlier.value() == fact.value() => {}
                Some(earlier) => {
                    let finding = self.result.conflict(earlier, &fact);
                    earlier.void();
                    self.findings.push(finding);
                }
            }
        }
        self.result.facts = merged;
    }

    /// Two sheets with the same figures may be one table twice, or two parts of an agency that happen to agree.
    fn compare_sheets(&mut self, facts: &[Fact]) {
        let mut twice: BTreeMap<(u16, u16), (usize, Place)> = BTreeMap::new();
        for pair in facts.windows(2) {
            let [first, second] = pair else { continue };
            let sheets = (first.place.sheet, second.place.sheet);
            let stated = |fact: &Fact| fact.value().is_some_and(|value| value != Amount::ZERO);
            if first.item == second.item && sheets.0 != sheets.1 && stated(first) && first.value() == second.value() {
                twice.entry(sheets).or_insert((0, second.place)).0 += 1;
            }
        }
        for ((first, _), (count, place)) in twice {
            let first = CellRef { file: self.result.file, place: Place { sheet: first, ..place } };
            self.findings.push(
                Finding::new(Level::Query, "layout.twice", "layout_twice")
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .at(Some(place))
                    .with("count", Arg::Count(count))
                    .with("first", Arg::Sheet(first)),
            );
        }
    }

    fn report(&mut self, reading: &Reading, raw: &str, place: Place, item: &Item, table: TableId) {
        let (level, rule, message) = match (&reading.problem, reading.meaning) {
            (None, Meaning::Approximate) => (Level::Query, "value.approximate", "value_approximate"),
            (None, _) => return,
            (Some(problem), _) => match problem {
                Problem::Unreadable | Problem::AmbiguousMarks => (Level::Error, "value.text", "value_text"),
                Problem::NotWhole => (Level::Error, "value.fraction", "value_fraction"),
                Problem::Negative => (Level::Error, "value.negative", "value_negative"),
                Problem::TooLarge => (Level::Error, "value.too_large", "value_too_large"),
                Problem::TooFine => (Level::Error, "value.too_fine", "value_too_fine"),
                Problem::ErrorCell => (Level::Error, "value.error_cell", "value_error_cell"),
                Problem::DateCell => (Level::Error, "value.date", "value_date"),
                Problem::UnitMismatch(_) => (Level::Error, "value.unit", "value_unit"),
                Problem::NoUnit => (Level::Error, "value.no_unit", "value_no_unit"),
                Problem::UnitsDiffer => (Level::Error, "value.units_differ", "value_units_differ"),
                Problem::Merged => (Level::Error, "value.merged", "value_merged"),
                Problem::Uncomputed => (Level::Error, "value.uncomputed", "value_uncomputed"),
            },
        };
        let finding = self.about_figure((level, rule, message), raw, place, item, table);
        self.findings.push(finding);
    }

    /// A finding on what stands in a figure's cell.
    fn about_figure(
        &self,
        (level, rule, message): (Level, &'static str, &'static str),
        raw: &str,
        place: Place,
        item: &Item,
        table: TableId,
    ) -> Finding {
        let finding = Finding::new(level, rule, message)
            .in_file(self.result.file)
            .of(&self.result.agency, self.result.year)
            .at(Some(place))
            .values(raw, "")
            .with("raw", Arg::Text(raw.to_owned()));
        match item {
            Item::Slot(slot) => finding.about(Subject::Slot(*slot)).with("figure", Arg::Slot(*slot)),
            Item::Open { label, .. } => {
                finding.about(Subject::Open(table, label.clone())).with("figure", Arg::Text(label.clone()))
            }
        }
    }

    pub(super) fn finish(mut self, book: &Rulebook) -> (Return, Vec<Finding>) {
        self.merge_facts();
        self.settle(book);
        self.result.facts.shrink_to_fit();
        let gaps = std::mem::take(&mut self.gaps);
        for (table, sheet, gap) in gaps {
            let base = |rule: &str, message| {
                Finding::new(Level::Query, rule, message)
                    .in_file(self.result.file)
                    .of(&self.result.agency, self.result.year)
                    .about(Subject::Table(table))
                    .with("table", Arg::Table(table))
            };
            let at = |position| Some(Place { sheet, position });
            let finding = match gap {
                // Another sheet of the same return may hold what this one lacks.
                Gap::MissingRow { slot } | Gap::MissingColumn { slot } if self.result.fact(*slot).is_some() => continue,
                Gap::MissingRow { slot } => base("layout.missing_row", "missing_row")
                    .about(Subject::Row(*slot))
                    .with("figure", Arg::Slots(vec![*slot])),
                Gap::MissingColumn { slot } => base("layout.missing_column", "missing_column")
                    .about(Subject::Column(*slot))
                    .with("figure", Arg::Slot(*slot)),
                Gap::UnknownRow { position, label, near } => {
                    let message = if near.is_some() { "unknown_label_near" } else { "unknown_label" };
                    base("layout.unknown_label", message)
                        .at(at(*position))
                        .values(label, "")
                        .with("label", Arg::Text(label.clone()))
                        .with("near", Arg::Slots(near.iter().copied().collect()))
                }
                Gap::UnknownColumn { position } => base("layout.unknown_column", "unknown_column").at(at(*position)),
                Gap::OtherTime { position, said, part, column } => {
                    let (level, rule, message) = match (part, column) {
                        (true, true) => (Level::Error, "who.part_year", "part_year_column"),
                        (true, false) => (Level::Error, "who.part_year", "part_year_label"),
                        (false, _) => (Level::Error, "layout.other_year", "other_year_head"),
                    };
                    let finding = Finding { level, ..base(rule, message) }.at(at(*position)).values(said, "");
                    finding.with("said", Arg::Text(said.clone())).with("label", Arg::Text(said.clone()))
                }
                Gap::FigureInLabel { position, label } => base("layout.unknown_label", "figure_in_label")
                    .at(at(*position))
                    .values(label, "")
                    .with("label", Arg::Text(label.clone())),
                Gap::TwinColumns { positions } => Finding {
                    level: Level::Error,
                    ..base("layout.conflict", "twin_columns")
                        .at(positions.first().copied().and_then(at))
                        .with("cells", cells(self.result.file, sheet, positions))
                },
                Gap::TwinRows { positions, labels } => Finding {
                    level: Level::Error,
                    ..base("layout.conflict", if labels.is_empty() { "twin_rows" } else { "twin_rows_named" })
                        .at(positions.first().copied().and_then(at))
                        .values(labels.join("; "), "")
                        .with("labels", Arg::Text(labels.join("; ")))
                        .with("cells", cells(self.result.file, sheet, positions))
                },
                Gap::SplitFigure { position } => {
                    Finding { level: Level::Error, ..base("layout.split_figure", "split_figure").at(at(*position)) }
                }
                // Compared with what they add up, which takes their cells.
                Gap::PartSums { .. } => continue,
            };
            self.findings.push(finding);
        }
        for sums in &self.part_sums {
            self.findings.extend(sums.check(&self.result));
        }
        (self.result, self.findings)
    }
}

fn cells(file: FileId, sheet: u16, positions: &[crate::address::Position]) -> Arg {
    let cell = |position: &crate::address::Position| CellRef { file, place: Place { sheet, position: *position } };
    Arg::Cells(positions.iter().map(cell).collect())
}

impl Return {
    /// Two cells claim one figure and differ.
    fn conflict(&self, earlier: &Fact, fact: &Fact) -> Finding {
        let first = CellRef { file: self.file, place: earlier.place };
        let finding = Finding::new(Level::Error, "layout.conflict", "layout_conflict")
            .in_file(self.file)
            .of(&self.agency, self.year)
            .at(Some(fact.place))
            .values(fact.raw(), earlier.raw())
            .with("first", Arg::Cells(vec![first]))
            .with("raw", Arg::Text(fact.raw()))
            .with("first_raw", Arg::Text(earlier.raw()));
        match (fact.item.as_slot(), fact.item.as_open().and_then(|place| self.open.get(place))) {
            (Some(slot), _) => finding.about(Subject::Slot(slot)).with("figure", Arg::Slot(slot)),
            (None, Some(open)) => finding.with("figure", Arg::Text(open.label.clone())),
            (None, None) => finding,
        }
    }
}

/// Whole, not negative and far from any limit: read without further ado.
fn is_small_whole(number: f64, kind: Kind) -> bool {
    kind == Kind::Count && (0.0..1e9).contains(&number) && number.fract() == 0.0
}

/// Reads what a cell holds.
fn read_content(content: Option<&Content>, kind: Kind, unit: Option<value::Unit>) -> (String, Reading) {
    match content {
        None => (String::new(), value::read_text("", kind, unit)),
        Some(Content::Text(text)) => (text.trim().to_owned(), value::read_text(text, kind, unit)),
        Some(Content::Number(number)) => {
            (value::raw_of_number(*number).to_string(), value::read_number(*number, kind, unit))
        }
        Some(Content::Date(text)) => (text.to_string(), Reading::text(Problem::DateCell)),
        Some(Content::Error(text)) => (text.to_string(), Reading::text(Problem::ErrorCell)),
        Some(Content::Uncomputed) => (String::new(), Reading::text(Problem::Uncomputed)),
        Some(Content::Bool(truth)) => (truth.to_string(), Reading::text(Problem::Unreadable)),
    }
}
