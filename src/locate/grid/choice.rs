//! Which form a table is on, where the heads of several fit.

use super::super::index::Role;
use super::super::{Guide, LocatedTable, SheetView, prefer_form};
use super::Band;
use crate::address::Position;
use crate::form::{FormId, TableId};
use std::collections::BTreeMap;

/// A table that may be there, with the heads it rests on.
pub struct Candidate {
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
pub fn choose(candidates: Vec<Candidate>, guide: &Guide<'_>, years: &[Option<u16>]) -> Vec<LocatedTable> {
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
    tables.sort_by_key(|table| (table.sheet, table.first_row, table.table));
    tables
}
