//! Which form a table is on, where the heads of several fit.

use super::super::index::Role;
use super::super::{Gap, Guide, Item, LocatedTable, Placed, SheetView, prefer_form};
use super::Band;
use crate::address::Position;
use crate::form::{FormId, TableId};
use std::collections::{BTreeMap, BTreeSet};

/// A table that may be there, with the heads it rests on.
pub(crate) struct Candidate {
    /// The table.
    pub(super) located: LocatedTable,
    /// Its form.
    pub(super) form: FormId,
    /// Where its heads stand.
    pub(super) heads: Vec<Position>,
}

impl Candidate {
    /// The table.
    pub(in crate::locate) fn table(&self) -> &LocatedTable {
        &self.located
    }

    /// Moves everything that the candidate points at.
    pub(in crate::locate) fn map_positions(&mut self, to: impl Fn(Position) -> Position) {
        self.heads.iter_mut().for_each(|head| *head = to(*head));
        self.located.map_positions(to);
    }
}

/// Tables whose heads another form's table has too, with more of its row labels on the sheet: not worth reading.
pub(super) fn beaten_by_rows(
    view: &SheetView<'_>,
    guide: &Guide<'_>,
    tables: &BTreeMap<TableId, Vec<&Band>>,
) -> Vec<TableId> {
    let mut rows: BTreeMap<TableId, usize> = BTreeMap::new();
    for (_, uses) in view.labelled() {
        let mut last = None;
        for u in uses.iter().filter(|u| u.role == Role::Row) {
            if last != Some(u.table) {
                *rows.entry(u.table).or_default() += 1;
            }
            last = Some(u.table);
        }
    }
    let count = |id: &TableId| rows.get(id).copied().unwrap_or(0);
    let form = |id: &TableId| guide.book.table(*id).form;
    let share = |a: &[&Band], b: &[&Band]| {
        let heads = |bands: &[&Band]| bands.iter().flat_map(|band| &band.heads).map(|h| h.position).collect::<Vec<_>>();
        let others = heads(b);
        heads(a).iter().any(|head| others.contains(head))
    };
    tables
        .iter()
        .filter(|(id, bands)| {
            tables
                .iter()
                .any(|(rival, theirs)| form(rival) != form(id) && count(rival) > count(id) && share(bands, theirs))
        })
        .map(|(id, _)| *id)
        .collect()
}

/// Of candidates that rest on the same heads, keeps the form that explains most of them, then of the sheet. Where both
/// explain the same, the sheet's year decides; who knows each table's own year may decide again.
pub(crate) fn choose(candidates: Vec<Candidate>, guide: &Guide<'_>, years: &[Option<u16>]) -> Vec<LocatedTable> {
    let mut by_sheet: BTreeMap<(u16, FormId), usize> = BTreeMap::new();
    for candidate in &candidates {
        *by_sheet.entry((candidate.located.sheet, candidate.form)).or_default() += candidate.located.figures.len();
    }
    let rank = |candidate: &Candidate, rival: &Candidate| {
        let sheet = candidate.located.sheet;
        let year = years.get(usize::from(sheet)).copied().flatten();
        let preferred = prefer_form(guide.book, &[candidate.form, rival.form], year);
        (
            candidate.located.figures.len(),
            by_sheet.get(&(sheet, candidate.form)).copied().unwrap_or(0),
            preferred == Some(candidate.form),
        )
    };
    let beaten: Vec<bool> = candidates
        .iter()
        .map(|candidate| {
            candidates.iter().any(|rival| {
                rival.form != candidate.form
                    && rival.located.sheet == candidate.located.sheet
                    && rival.heads.iter().any(|head| candidate.heads.contains(head))
                    && rank(rival, candidate) > rank(candidate, rival)
            })
        })
        .collect();
    let mut tables: Vec<LocatedTable> = candidates
        .into_iter()
        .zip(beaten)
        .filter(|(_, beaten)| !beaten)
        .map(|(candidate, _)| candidate.located)
        .collect();
    leave_to_forms(&mut tables);
    tables.sort_by_key(|table| (table.sheet, table.first_row, table.table));
    tables
}

/// A cell that holds a form's figure is no open category of another table.
fn leave_to_forms(tables: &mut Vec<LocatedTable>) {
    if tables.len() < 2 {
        return;
    }
    let is_open = |placed: &Placed| matches!(placed.item, Item::Open { .. });
    let taken: BTreeSet<(u16, Position)> = tables
        .iter()
        .flat_map(|table| {
            let own = table.figures.iter().filter(|placed| !is_open(placed));
            own.map(|placed| (table.sheet, placed.position))
        })
        .collect();
    let rows: BTreeSet<(u16, u32, TableId)> = tables
        .iter()
        .flat_map(|table| table.figures.iter().map(|p| (table.sheet, p.position.row, table.table)))
        .collect();
    for table in tables.iter_mut().filter(|table| table.figures.iter().any(is_open)) {
        let (sheet, id) = (table.sheet, table.table);
        let before = table.figures.len();
        table.figures.retain(|placed| !is_open(placed) || !taken.contains(&(sheet, placed.position)));
        if table.figures.len() < before {
            let elsewhere = |row: u32| rows.iter().any(|(s, r, other)| (*s, *r) == (sheet, row) && *other != id);
            let is_taken = |placed: &Placed| taken.contains(&(sheet, placed.position));
            table.unsettled.retain(|open| !open.ways.iter().flatten().any(is_taken));
            table.gaps.retain(|gap| {
                !matches!(gap, Gap::UnknownRow { position, .. } | Gap::UnknownColumn { position } if elsewhere(position.row))
            });
        }
    }
    let says_something =
        |gap: &Gap| !matches!(gap, Gap::PartSums { .. } | Gap::MissingRow { .. } | Gap::MissingColumn { .. });
    tables.retain(|table| {
        !table.figures.is_empty() || !table.unsettled.is_empty() || table.gaps.iter().any(says_something)
    });
}
