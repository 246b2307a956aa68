//! Heads of a register's columns: each column's heads from top to bottom, the figure that they mean together, and the
//! year that they say.
//!
//! A head that is merged over several columns stands in the first of them; its text is carried to the right as long as
//! the heads above are the same. What cannot be told apart with certainty means nothing.

use super::{Guide, SheetView, text_of};
use crate::address::Position;
use crate::calendar::{self, Time};
use crate::form::SlotId;
use crate::label;
use crate::read::{Cell, Content};
use std::collections::BTreeSet;

/// Heads of more rows than this are read from below.
const DEEPEST: usize = 5;

/// What the heads over a column mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A figure, in every form that has it.
    Figure(Vec<SlotId>),
    /// Several figures, or one that another column may mean too.
    Unclear,
    /// Words that no form has.
    Unknown,
    /// Something that is no statistic: a serial number, a remark.
    NoFigure,
}

/// A column with a head of its own.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Which.
    pub column: u32,
    /// Its heads as written, from top to bottom.
    pub label: String,
    /// Its lowest own head.
    pub head: Position,
    /// The head that names a unit, or else the lowest one.
    pub unit_head: Position,
    /// The time of its figures.
    pub time: Time,
    /// What the heads mean.
    pub meaning: Meaning,
}

/// One head over a column.
struct Piece {
    text: String,
    /// The normal forms under which it may be known; none for a head that says a year or a unit only.
    names: Vec<String>,
    time: Time,
    at: Position,
}

/// What a head says of time, and its normal form without that. Labels that a form has are left whole: last year's figures
/// may be figures of this year's form.
pub(super) fn time_of_head(guide: &Guide<'_>, text: &str) -> (Time, String) {
    let key = label::key(text);
    if guide.index.knows(text) || guide.words.is_list_head(&key) {
        return (Time::Unsaid, key);
    }
    guide.words.time_of_head(text)
}

/// The year that a cell of nothing but four digits names.
pub(super) fn bare_year(cell: &Cell) -> Option<u16> {
    match &cell.content {
        Content::Number(number) => calendar::bare_year(&number.to_string()),
        Content::Text(text) => calendar::bare_year(text),
        _ => None,
    }
}

/// Whether a text is a piece of a head that the forms or the words know.
pub(super) fn is_known_piece(guide: &Guide<'_>, text: &str) -> bool {
    let (time, rest) = time_of_head(guide, text);
    let known = !guide.index.uses(text).is_empty() || !guide.index.register_head(None, text).is_empty();
    known || (time.is_said() && (rest.is_empty() || guide.index.knows(&rest)))
}

/// The columns from `from` up to `to` that have a head of their own in `rows`, but for those `taken` otherwise.
pub(super) fn columns(
    view: &SheetView<'_>,
    guide: &Guide<'_>,
    rows: &[u32],
    (from, to): (u32, u32),
    taken: &BTreeSet<u32>,
) -> Vec<Column> {
    let owners = owners(view, rows, (from, to), taken);
    let width = owners.first().map_or(0, Vec::len);
    let owner = |level: usize, place: usize| owners.get(level).and_then(|row| row.get(place)).copied().flatten();
    let number = |place: usize| u32::try_from(place).map_or(u32::MAX, |place| from + place);
    (0..width)
        .filter_map(|place| {
            let lowest = (0..rows.len()).rfind(|level| owner(*level, place) == Some(place))?;
            let mut pieces: Vec<Piece> = Vec::new();
            for (level, row) in rows.iter().enumerate() {
                let source = owner(level, place).and_then(|source| {
                    view.at(Position { row: *row, column: number(source) }).and_then(|cell| piece(guide, cell))
                });
                if let Some(piece) = source
                    && pieces.last().is_none_or(|last| last.names.is_empty() || last.names != piece.names)
                {
                    pieces.push(piece);
                }
            }
            // The first column under a head whose other columns have heads of their own: its total, or an omission?
            let shared = (place + 1..width)
                .take_while(|other| owner(lowest, *other) == Some(place))
                .any(|other| (lowest + 1..rows.len()).any(|level| owner(level, other) == Some(other)));
            let head = Position { row: rows.get(lowest).copied()?, column: number(place) };
            let unit_head = pieces.iter().rev().find(|piece| label::unit_in(&piece.text).is_some());
            let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.trim()).filter(|t| !t.is_empty()).collect();
            Some(Column {
                column: number(place),
                label: texts.join("-"),
                head,
                unit_head: unit_head.map_or(head, |piece| piece.at),
                time: pieces.iter().fold(Time::Unsaid, |time, piece| calendar::together(&time, &piece.time)),
                meaning: if shared { Meaning::Unclear } else { meaning(guide, &pieces) },
            })
        })
        .collect()
}

/// For every head row and column, the place of the column in which the head stands that covers it.
fn owners(
    view: &SheetView<'_>,
    rows: &[u32],
    (from, to): (u32, u32),
    taken: &BTreeSet<u32>,
) -> Vec<Vec<Option<usize>>> {
    let within = |column: u32| (from..to).contains(&column);
    let last = rows.iter().filter_map(|row| {
        view.row(*row).filter(|(cell, _)| within(cell.column) && holds(cell)).map(|(cell, _)| cell.column).max()
    });
    let width = last.max().map_or(0, |last| (last - from + 1) as usize);
    let mut owners: Vec<Vec<Option<usize>>> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut line: Vec<Option<usize>> = vec![None; width];
        let own = view.row(*row).map(|(cell, _)| cell).filter(|cell| within(cell.column) && holds(cell));
        for place in own.map(|cell| (cell.column - from) as usize) {
            if let Some(slot) = line.get_mut(place) {
                *slot = Some(place);
            }
        }
        for place in 0..width {
            if taken.contains(&(from + u32::try_from(place).unwrap_or(u32::MAX))) {
                line[place] = None;
            } else if line[place].is_none()
                && let Some(left) = place.checked_sub(1)
                && owners.iter().all(|upper| upper[place] == upper[left])
            {
                line[place] = line[left];
            }
        }
        owners.push(line);
    }
    owners
}

fn holds(cell: &Cell) -> bool {
    text_of(cell).is_some() || bare_year(cell).is_some()
}

fn piece(guide: &Guide<'_>, cell: &Cell) -> Option<Piece> {
    let at = super::position(cell);
    if let Some(year) = bare_year(cell) {
        return Some(Piece { text: year.to_string(), names: Vec::new(), time: Time::Year(year), at });
    }
    let text = text_of(cell)?;
    let (time, rest) = time_of_head(guide, text);
    if !text.chars().any(char::is_alphabetic) && !time.is_said() {
        return None;
    }
    let names = if (time.is_said() && rest.is_empty()) || guide.words.is_unit(text) {
        Vec::new()
    } else {
        let mut names = match time {
            Time::Unsaid | Time::Day(_) | Time::This => guide.index.names_of(text),
            _ => vec![label::key_without_notes(text)],
        };
        names.push(rest);
        names.retain(|name| !name.is_empty());
        names.sort();
        names.dedup();
        names
    };
    Some(Piece { text: text.to_owned(), names, time, at })
}

// ------------------------------------------------------------------------------------------------ meaning

fn meaning(guide: &Guide<'_>, pieces: &[Piece]) -> Meaning {
    let mut spoken: Vec<&Piece> = pieces.iter().filter(|piece| !piece.names.is_empty()).collect();
    if let [only] = spoken.as_slice() {
        let says = |of: &dyn Fn(&str) -> bool| only.names.iter().any(|name| of(name));
        // Of what it is the total does not stand there.
        if says(&|name| guide.words.is_total_key(name)) {
            return Meaning::Unknown;
        }
        if says(&|name| guide.words.not_categories.contains(name)) {
            return Meaning::NoFigure;
        }
    }
    // Words for a number say nothing where others stand with them.
    let wordy = spoken.iter().filter(|piece| !is_filler(guide, piece)).count();
    if wordy > 0 {
        spoken.retain(|piece| !is_filler(guide, piece));
    }
    let start = spoken.len().saturating_sub(DEEPEST);
    let spoken = spoken.split_off(start);
    if spoken.is_empty() {
        return Meaning::NoFigure;
    }
    let whole = path_meaning(guide, &spoken);
    let comments = |piece: &&&Piece| piece.names.iter().any(|name| guide.words.is_remark_head(name));
    if whole == Meaning::Unknown && spoken.last().as_ref().is_some_and(comments) {
        return Meaning::NoFigure;
    }
    match spoken.split_last() {
        // The total under a head is the head's own figure.
        Some((last, rest)) if whole == Meaning::Unknown || whole == Meaning::Unclear => {
            if !rest.is_empty()
                && last.names.iter().any(|name| guide.words.is_total_key(name))
                && let Meaning::Figure(slots) = path_meaning(guide, rest)
            {
                return Meaning::Figure(slots);
            }
            whole
        }
        _ => whole,
    }
}

fn is_filler(guide: &Guide<'_>, piece: &Piece) -> bool {
    piece.names.iter().any(|name| guide.words.value.contains(name))
}

/// All heads together; else without those that add nothing to what the lowest one says.
fn path_meaning(guide: &Guide<'_>, path: &[&Piece]) -> Meaning {
    let upper = path.len().saturating_sub(1);
    let mut unclear = false;
    let mut choices: Vec<u32> = (0..1_u32 << upper).collect();
    choices.sort_by_key(|dropped| dropped.count_ones());
    for count in 0..=upper {
        let mut found: Vec<Vec<SlotId>> = Vec::new();
        for dropped in choices.iter().filter(|dropped| dropped.count_ones() as usize == count) {
            let is_dropped = |place: &usize| dropped >> place & 1 == 1;
            let kept: Vec<&Piece> = (0..path.len()).filter(|p| !is_dropped(p)).map(|p| path[p]).collect();
            let slots = joined(guide, &kept);
            match codes(guide, &slots).len() {
                0 => {}
                1 if (0..path.len()).filter(is_dropped).all(|p| may_be_dropped(guide, path[p], &slots)) => {
                    found.push(slots);
                }
                1 => {}
                _ => unclear = true,
            }
        }
        let all: Vec<SlotId> = found.iter().flatten().copied().collect();
        match codes(guide, &all).len() {
            0 if unclear && count == 0 => return Meaning::Unclear,
            0 => {}
            1 => {
                let mut slots = all;
                slots.sort_unstable();
                slots.dedup();
                return Meaning::Figure(slots);
            }
            _ => return Meaning::Unclear,
        }
    }
    if unclear { Meaning::Unclear } else { Meaning::Unknown }
}

fn codes<'g>(guide: &'g Guide<'_>, slots: &[SlotId]) -> BTreeSet<&'g str> {
    slots.iter().map(|slot| guide.book.slot(*slot).code.as_str()).collect()
}

fn joined(guide: &Guide<'_>, path: &[&Piece]) -> Vec<SlotId> {
    let mut keys = vec![String::new()];
    for piece in path {
        keys = keys.iter().flat_map(|key| piece.names.iter().map(move |name| format!("{key}{name}"))).collect();
    }
    keys.iter().map(|key| guide.index.head(key)).find(|slots| !slots.is_empty()).unwrap_or_default().to_vec()
}

/// Whether an upper head merely says where the figures belong: a table's title, a group of theirs, the figure that
/// they are parts of, or words of the sender's own. Under a category of its own, a list of open categories may have
/// words that the form has elsewhere.
fn may_be_dropped(guide: &Guide<'_>, piece: &Piece, slots: &[SlotId]) -> bool {
    if guide.is_table_title(&piece.text) {
        return true;
    }
    let own = |name: &String| guide.index.head(name);
    let figures: Vec<SlotId> = piece.names.iter().flat_map(own).copied().collect();
    let known = !figures.is_empty() || !guide.index.uses(&piece.text).is_empty();
    slots.iter().all(|id| {
        let slot = guide.book.slot(*id);
        let table = guide.book.table(slot.table);
        let Some(block) = table.blocks.get(usize::from(slot.block)) else { return false };
        let lines = [block.rows.get(usize::from(slot.row)), block.columns.get(usize::from(slot.column))];
        let groups = || lines.into_iter().flatten().flat_map(|line| &line.under_keys);
        let whole = |figure: &SlotId| {
            let part = slot.code.strip_prefix(guide.book.slot(*figure).code.as_str());
            part.is_some_and(|part| part.starts_with('.'))
        };
        groups().any(|group| piece.names.contains(group))
            || figures.iter().any(whole)
            || !(known || (table.open_categories && groups().next().is_some()))
    })
}
