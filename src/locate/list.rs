//! Layouts without a grid: where on a sheet registers and long lists stand, and what is common to both.

use super::heads::time_of_head;
use super::{Guide, LocatedTable, Placed, Record, RowClaim, SheetView, long, prefer_form, register, text_of};
use crate::address::Position;
use crate::form::{FormId, SlotId, TableId};
use crate::label;
use crate::read::{Cell, Content};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names of agencies are shorter than this.
const LONGEST_NAME: usize = 40;

/// Figures of a list that were left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The sheet.
    pub sheet: u16,
    /// The head, the label or the figure itself.
    pub position: Position,
    /// The label as written.
    pub label: String,
    /// Why.
    pub fault: Fault,
}

/// Why figures of a list were left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No form knows the head of the column; with the figure that may be meant.
    UnknownHead(Option<SlotId>),
    /// The head may mean several figures, or several columns may stand under it.
    UnclearHead,
    /// The column has no head.
    NoHead,
    /// The figures are not the report year's, and the report year's are not there.
    OtherYear,
    /// The figures of the column are not those of one whole year, and those are not there.
    PartYearColumn,
    /// The figure of the row is not that of one whole year, and that is not there.
    PartYearRow,
    /// It is not certain to which agency or year the row belongs.
    Unnamed,
    /// No form knows the indicator; with the figure that may be meant.
    UnknownIndicator(Option<SlotId>),
    /// The indicator does not have this dimension.
    UnknownDimension,
    /// It is not certain which figure the row holds: the indicator or the dimension is blank.
    UnclearRow,
    /// The row is longer than its head: a thousands mark has probably split a figure.
    SplitRow,
    /// The row that adds up the agencies says another number than they do.
    TotalDiffers {
        /// What the row says.
        stated: u64,
        /// What the agencies' rows add up to.
        sum: u64,
    },
}

/// Rows that belong to one register or long list.
#[derive(Clone, Debug)]
pub(super) struct Area {
    /// First row of its head.
    pub first: u32,
    /// Its last row.
    pub last: u32,
    /// What it holds.
    pub records: Vec<Record>,
}

/// The lists of a sheet.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// First and last rows, from top to bottom.
    pub areas: Vec<(u32, u32)>,
    /// What they hold.
    pub records: Vec<Record>,
}

/// Finds the lists of a sheet. `year` is the report year that the sheet claims.
pub(super) fn lists(view: &SheetView<'_>, guide: &Guide<'_>, sheet: u16, year: Option<u16>) -> Lists {
    let mut lists = Lists::default();
    let mut next = 0;
    for row in view.row_numbers() {
        if row < next || !view.marked_row(row).any(|(_, mark)| guide.words.is_list_head(&mark.key)) {
            continue;
        }
        let scene = Scene { view, guide, sheet, year, free: next };
        if let Some(area) = long::read(&scene, row).or_else(|| register::read(&scene, row)) {
            next = area.last + 1;
            lists.areas.push((area.first, area.last));
            lists.records.extend(area.records);
        }
    }
    lists
}

/// What a list is read from.
pub(super) struct Scene<'s, 'g> {
    pub view: &'s SheetView<'s>,
    pub guide: &'s Guide<'g>,
    pub sheet: u16,
    /// The report year that the sheet claims.
    pub year: Option<u16>,
    /// The rows from here on belong to no list yet.
    pub free: u32,
}

impl Scene<'_, '_> {
    /// What a cell says, as text: codes, names and years, never figures.
    pub(super) fn written(&self, row: u32, column: u32) -> Option<String> {
        let text = self.view.at(Position { row, column }).map(|cell: &Cell| match &cell.content {
            Content::Text(text) | Content::Date(text) | Content::Error(text) => text.trim().to_owned(),
            Content::Number(number) => format!("{number}"),
            Content::Bool(truth) => truth.to_string(),
            Content::Uncomputed => String::new(),
        });
        text.filter(|text| !text.is_empty())
    }

    /// Whether a text may name an agency: words that are no label, no unit, no head and no year.
    pub(super) fn may_name_agency(&self, text: &str) -> bool {
        let key = label::key(text);
        let words = &self.guide.words;
        text.chars().any(char::is_alphabetic)
            && text.chars().count() <= LONGEST_NAME
            && !words.is_unit_key(&key)
            && !words.is_list_head(&key)
            && !words.not_categories.contains(&key)
            && self.guide.index.uses(text).is_empty()
            && !self.guide.is_table_title(text)
            && !time_of_head(self.guide, text).1.is_empty()
    }

    /// Whether a text is long enough for an agency's name, and is not one of the words that name none.
    pub(super) fn may_be_long_name(&self, text: &str) -> bool {
        text.chars().count() > 1 && !self.guide.words.not_categories.contains(&label::key(text))
    }

    /// Whether the row begins with the title of a table.
    pub(super) fn has_title(&self, row: u32) -> bool {
        self.first_text(row, u32::MAX).is_some_and(|text| self.guide.is_table_title(text))
    }

    /// How many of the row's cells are labels of a form, or heads of a list.
    pub(super) fn labels(&self, row: u32) -> usize {
        let known = self.view.marked_row(row).filter(|(cell, mark)| {
            !is_blank(cell) && (!mark.uses.is_empty() || self.guide.words.is_list_head(&mark.key))
        });
        known.count()
    }

    /// The first word of a row, up to a column.
    pub(super) fn first_text(&self, row: u32, to: u32) -> Option<&str> {
        self.view.row(row).map(|(cell, _)| cell).take_while(|cell| cell.column < to).find_map(text_of)
    }

    /// Whether the row has the same words in the same columns as one of the head rows, and nothing else.
    pub(super) fn repeats(&self, row: u32, heads: &[u32]) -> bool {
        let texts = || self.view.marked_row(row).filter(|(cell, _)| !is_blank(cell));
        heads.iter().any(|head| {
            texts().next().is_some()
                && texts().all(|(cell, mark)| {
                    self.view.marked_row(*head).any(|(other, known)| {
                        other.column == cell.column && known.key == mark.key && !mark.key.is_empty()
                    })
                })
        })
    }

    /// Whether the cell holds anything but spaces.
    pub(super) fn holds(&self, row: u32, column: u32) -> bool {
        self.view.at(Position { row, column }).is_some_and(|cell| !is_blank(cell))
    }

    /// Whether the cell holds a number, as number or as text, with or without its unit.
    pub(super) fn is_number(&self, row: u32, column: u32) -> bool {
        self.view.at(Position { row, column }).is_some_and(|cell| self.cell_is_number(cell))
    }

    pub(super) fn cell_is_number(&self, cell: &Cell) -> bool {
        let marks = |c: char| c.is_numeric() || c.is_whitespace() || ".,，．+-－−%％".contains(c);
        match &cell.content {
            Content::Number(_) => true,
            Content::Text(text) => {
                let text = text.trim();
                let unit = text.trim_start_matches(marks);
                text.chars().any(char::is_numeric)
                    && text.starts_with(marks)
                    && (unit.is_empty() || self.guide.words.is_unit(unit))
            }
            Content::Error(_) | Content::Date(_) | Content::Bool(_) | Content::Uncomputed => false,
        }
    }

    /// The whole number that a cell holds, if it plainly holds one.
    pub(super) fn whole_number(&self, row: u32, column: u32) -> Option<u64> {
        self.written(row, column)?.replace([',', '，'], "").parse().ok()
    }

    pub(super) fn stray(&self, row: u32, column: u32, label: impl Into<String>, fault: Fault) -> Stray {
        Stray { sheet: self.sheet, position: Position { row, column }, label: label.into(), fault }
    }

    /// The year that a row says, else the sheet's.
    pub(super) fn year_of(&self, claim: &RowClaim) -> Option<u16> {
        claim.year.as_deref().and_then(|text| self.guide.words.calendar.time_of_cell(text).year()).or(self.year)
    }

    /// The form's figure among those that a label may mean: of the form that the row names, else of the one in force.
    pub(super) fn pick(&self, slots: &[SlotId], form: &str, year: Option<u16>) -> Option<SlotId> {
        let book = self.guide.book;
        let codes: BTreeSet<&str> = slots.iter().map(|slot| book.slot(*slot).code.as_str()).collect();
        if codes.len() != 1 {
            return None;
        }
        let named = book.form_by_code(form.trim());
        let forms: Vec<FormId> = slots.iter().map(|slot| book.slot(*slot).form).collect();
        let form = named.filter(|form| forms.contains(form)).or_else(|| prefer_form(book, &forms, year))?;
        slots.iter().copied().find(|slot| book.slot(*slot).form == form)
    }
}

/// Whether the cell holds nothing but spaces.
pub(super) fn is_blank(cell: &Cell) -> bool {
    matches!(&cell.content, Content::Text(text) if text.trim().is_empty())
}

/// What the rows of a list come to, by agency and year, in the order in which these first appear.
#[derive(Default)]
pub(super) struct Sheaf {
    places: HashMap<RowClaim, usize, FixedState>,
    bundles: Vec<Bundle>,
    /// What concerns the list as a whole.
    loose: Vec<Stray>,
}

struct Bundle {
    claim: RowClaim,
    tables: BTreeMap<TableId, Vec<Placed>>,
    strays: Vec<Stray>,
    bare: bool,
}

impl Sheaf {
    /// Puts a figure to its agency and year; `held` says whether its row holds anything.
    pub(super) fn place(&mut self, claim: &RowClaim, table: TableId, placed: Placed, held: bool) {
        let bundle = self.bundle(claim);
        bundle.bare &= !held;
        bundle.tables.entry(table).or_default().push(placed);
    }

    /// Puts what was left out to its agency and year, or to the whole list.
    pub(super) fn leave(&mut self, claim: Option<&RowClaim>, stray: Stray) {
        match claim {
            Some(claim) => {
                let bundle = self.bundle(claim);
                bundle.bare = false;
                bundle.strays.push(stray);
            }
            None => self.loose.push(stray),
        }
    }

    fn bundle(&mut self, claim: &RowClaim) -> &mut Bundle {
        let place = match self.places.get(claim) {
            Some(place) => *place,
            None => {
                self.places.insert(claim.clone(), self.bundles.len());
                let (tables, strays) = (BTreeMap::new(), Vec::new());
                self.bundles.push(Bundle { claim: claim.clone(), tables, strays, bare: true });
                self.bundles.len() - 1
            }
        };
        &mut self.bundles[place]
    }

    /// Whether no row was understood.
    pub(super) fn is_empty(&self) -> bool {
        self.bundles.is_empty() && self.loose.is_empty()
    }

    /// The records; `head` is the list's first row.
    pub(super) fn records(self, sheet: u16, head: u32) -> Vec<Record> {
        let located = |(table, figures)| LocatedTable { figures, ..LocatedTable::new(table, sheet, head) };
        let loose = Record { strays: self.loose, ..Record::default() };
        let bundles = self.bundles.into_iter().map(|bundle| Record {
            claim: bundle.claim,
            tables: bundle.tables.into_iter().map(located).collect(),
            strays: bundle.strays,
            bare: bundle.bare,
        });
        let loose = std::iter::once(loose).filter(|loose| !loose.strays.is_empty());
        loose.chain(bundles).collect()
    }
}
