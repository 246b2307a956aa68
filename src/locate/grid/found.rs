//! What was found under the bands of one table, and what is missing.

use super::super::{Gap, Guide, Item, LocatedTable, Placed};
use super::choice::Candidate;
use super::unsettled;
use super::{Band, Scene};
use crate::address::Position;
use crate::form::{Block, Line, SlotId, Table, TableId};
use crate::label;

/// The figures of one table while it is read.
#[derive(Default)]
pub(super) struct Found {
    pub figures: Vec<Placed>,
    /// Block and row of the form.
    pub lines: Vec<(u8, u8)>,
    /// Labels with figures that the form does not know.
    pub unknown: Vec<(Position, String)>,
    pub gaps: Vec<Gap>,
    /// Columns of figures without any head, with their first figure: block and place.
    pub bare: Vec<(u8, Position)>,
}

/// How far a table had been read.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    figures: usize,
    lines: usize,
    unknown: usize,
}

impl Found {
    /// Places the figures of a row of the form.
    pub(super) fn add_row(&mut self, scene: &Scene<'_, '_>, band: &Band, block: &Block, line: u8, row: u32) {
        self.lines.push((band.block, line));
        for head in &band.heads {
            let slot = block.slot(usize::from(line), usize::from(head.line));
            let position = Position { row, column: head.column };
            let over = scene.view.at(head.position).filter(|_| head.position.row < row).map(|_| head.position);
            self.figures.push(Placed { item: Item::Slot(slot), position, head: over });
        }
        for (column, parts) in &band.part_sums {
            let parts = parts.iter().map(|part| block.slot(usize::from(line), usize::from(*part))).collect();
            self.gaps.push(Gap::PartSums {
                position: Position { row, column: *column },
                label: String::new(),
                sums: vec![(Position { row, column: *column }, parts)],
            });
        }
    }

    /// How far the table has been read.
    pub(super) fn mark(&self) -> Mark {
        Mark { figures: self.figures.len(), lines: self.lines.len(), unknown: self.unknown.len() }
    }

    /// Whether rows of the form have been found since `mark`.
    pub(super) fn has_lines_since(&self, mark: Mark) -> bool {
        self.lines.len() > mark.lines
    }

    /// Takes back what was read since `mark`, and says why. The rows stay known.
    pub(super) fn refuse(&mut self, mark: Mark, why: Option<Gap>) {
        if self.has_lines_since(mark) {
            self.figures.truncate(mark.figures);
            self.unknown.truncate(mark.unknown);
            self.gaps.retain(|gap| !matches!(gap, Gap::PartSums { .. } | Gap::UnknownColumn { .. }));
            self.gaps.extend(why);
        }
    }

    /// Takes back lists that stand side by side and repeat each other's rows: they are two agencies' or two years'.
    pub(super) fn refuse_repeated_lists(&mut self, bands: &[&Band]) {
        let beside: Vec<&&Band> = bands.iter().filter(|band| band.beside_others && band.twins.is_empty()).collect();
        let mut sorted = self.lines.clone();
        sorted.sort_unstable();
        let repeated = sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        if beside.len() > 1 && repeated {
            let columns: Vec<u32> = beside.iter().flat_map(|band| band.heads.iter().map(|head| head.column)).collect();
            self.figures.retain(|placed| !columns.contains(&placed.position.column));
            let positions = beside.iter().flat_map(|band| band.heads.iter().map(|head| head.position)).collect();
            self.gaps.push(Gap::TwinColumns { positions });
        }
    }

    /// The table, if anything of it was found.
    pub(super) fn into_candidate(
        mut self,
        scene: &Scene<'_, '_>,
        id: TableId,
        bands: &[&Band],
        sheet: u16,
    ) -> Option<Candidate> {
        let table = scene.guide.book.table(id);
        let used: Vec<&&Band> =
            bands.iter().filter(|band| self.lines.iter().any(|(block, _)| *block == band.block)).collect();
        let first_row = used.iter().map(|band| band.first_row).min()?;
        let heads: Vec<Position> = used.iter().flat_map(|band| band.heads.iter().map(|head| head.position)).collect();
        let missing = missing_lines(table, &self.lines, &used);
        let missing_rows: Vec<SlotId> = missing
            .iter()
            .filter_map(|gap| match gap {
                Gap::MissingRow { slot } => Some(*slot),
                _ => None,
            })
            .collect();
        // Blocks that share their heads see the same rows.
        self.unknown.sort();
        self.unknown.dedup();
        for (at_label, text) in std::mem::take(&mut self.unknown) {
            let near = nearest(scene.guide, &missing_rows, &text);
            self.gaps.push(Gap::UnknownRow { position: at_label, label: text, near });
        }
        // A list of open categories is not expected to be complete.
        if !table.open_categories {
            self.gaps.extend(missing);
        }
        let unsettled = unsettled::of(scene, table, &used, &mut self);
        let mut ignored: Vec<u32> =
            used.iter().flat_map(|band| band.ignored.iter().copied().chain(band.units)).collect();
        ignored.sort_unstable();
        ignored.dedup();
        let located = LocatedTable {
            figures: self.figures,
            gaps: self.gaps,
            unsettled,
            ignored,
            ..LocatedTable::new(table.id, sheet, first_row)
        };
        Some(Candidate { located, form: table.form, heads })
    }
}

fn missing_lines(table: &Table, lines: &[(u8, u8)], used: &[&&Band]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (place, block) in (0u8..).zip(&table.blocks) {
        for row in (0u8..).take(block.rows.len()) {
            if !lines.contains(&(place, row)) {
                gaps.push(Gap::MissingRow { slot: block.slot(usize::from(row), 0) });
            }
        }
        let mut bands = used.iter().filter(|band| band.block == place).peekable();
        if bands.peek().is_some() {
            // A column of another time stands there, and is spoken of.
            let mut present: Vec<u8> = Vec::new();
            for band in bands {
                present.extend(band.heads.iter().map(|head| head.line));
                present.extend(band.foreign.iter().map(|foreign| foreign.line));
            }
            for column in (0u8..).take(block.columns.len()) {
                if !present.contains(&column) {
                    gaps.push(Gap::MissingColumn { slot: block.slot(0, usize::from(column)) });
                }
            }
        }
    }
    gaps
}

/// The missing row whose label is nearest to an unknown one, if it is near at all.
fn nearest(guide: &Guide<'_>, missing: &[SlotId], text: &str) -> Option<SlotId> {
    let unknown = label::key_without_notes(text);
    let reach = (unknown.chars().count() / 3).max(1);
    missing
        .iter()
        .map(|slot| {
            let label = label::key_without_notes(&guide.book.slot(*slot).indicator_zh);
            (label::edit_distance(&unknown, &label), *slot)
        })
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, slot)| slot)
}

/// Which name of a line a label uses: 0 for the printed one, then the others in their order.
pub(super) fn rank(line: &Line, key: &str) -> usize {
    std::iter::once(&line.zh)
        .chain(&line.aliases)
        .position(|name| label::key(name) == key || label::key_without_notes(name) == key)
        .unwrap_or(usize::MAX)
}
