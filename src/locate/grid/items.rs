//! Rows of a list: one figure each, under a path of labels. The label nearest to the figure says what it counts; labels
//! left of it, or in a row of their own above, are its groups.

use super::super::sheet::{Look, Mark, is_value, look, may_be_figure, position, raw_of, text_of};
use super::super::{Gap, Item, LabelUse, Placed, Role, SheetView};
use super::found::Found;
use super::{Band, Foreign, Scene, strays};
use crate::address::Position;
use crate::form::{Block, SlotId, Table};
use crate::label::{key, key_without_notes};
use crate::read::Cell;

/// Longer texts in a row of their own are prose, not the head of a section.
const LONGEST_SECTION: usize = 30;
/// Beyond so many empty rows another table may begin.
const LARGEST_HOLE: u32 = 1;
/// Numbers of so many digits beside a word that is no unit are telephone numbers.
const PHONE_DIGITS: usize = 7;
const MOBILE_DIGITS: usize = 11;

/// Labels around rows.
#[derive(Clone)]
struct Group<'c> {
    column: u32,
    row: u32,
    text: &'c str,
    key: String,
    /// The rows of the form that the label itself means.
    lines: Vec<u8>,
}

/// A figure of a category that the form does not have.
struct Open<'c> {
    label: String,
    section: Option<&'c str>,
    unit: String,
    position: Position,
}

struct Reader<'s, 'v, 'c> {
    scene: &'s Scene<'v, 'c>,
    band: &'s Band,
    block: &'s Block,
    /// The column of figures.
    column: u32,
    /// Groups in the row or carried down from rows above, from left to right.
    groups: Vec<Group<'c>>,
    section: Option<Group<'c>>,
    /// The last row of the form since the section began.
    since: Option<u8>,
    opens: Vec<Open<'c>>,
    /// Labels with figures that are not counted, each with the row that may be meant.
    doubtful: Vec<(u32, Position, String, Option<SlotId>)>,
    gaps: Vec<Gap>,
    /// Rows that say they are of another time than the report year.
    foreign: Vec<Foreign>,
}

/// Reads the rows below a band.
pub(super) fn read(scene: &Scene<'_, '_>, table: &Table, band: &Band, block: &Block, last: u32, found: &mut Found) {
    let Some(column) = band.heads.first().map(|head| head.column).or(band.ignored.first().copied()) else { return };
    let start = found.mark();
    let mut reader = Reader {
        scene,
        band,
        block,
        column,
        groups: Vec::new(),
        section: None,
        since: None,
        opens: Vec::new(),
        doubtful: Vec::new(),
        gaps: Vec::new(),
        foreign: Vec::new(),
    };
    let mut matched_to = band.body;
    let mut skip = None;
    let mut before = band.body;
    let mut foreign = false;
    for row in scene.view.rows_between(band.body, last) {
        let hole = row > before + LARGEST_HOLE + 1;
        before = row;
        if skip == Some(row) {
            continue;
        }
        // Words in the column of figures after a hole are the heads of something else.
        let here = scene.view.at(Position { row, column: reader.column });
        foreign |= hole && here.is_some_and(|cell| !may_be_figure(cell) && look(cell) == Look::Prose);
        let opens = reader.opens.len();
        match reader.row(row) {
            Some((line, rows)) => {
                found.add_row(scene, band, block, line, row);
                reader.since = Some(line);
                matched_to = row;
                foreign = false;
                skip = (rows > 1).then_some(row + 1);
            }
            None if foreign || !table.open_categories => {
                for open in reader.opens.drain(opens..) {
                    reader.doubtful.push((row, open.position, open.label, None));
                }
            }
            None => {}
        }
    }
    // A row of half a year beside the whole year's is as it should be; without that, it stands for nothing.
    let alone = reader.foreign.iter().filter(|row| row.part && !found.lines.contains(&(band.block, row.line)));
    let alone: Vec<Gap> = alone.map(|row| row.gap(false)).collect();
    if !found.has_lines_since(start) {
        // A list of which every row is in doubt is still a list.
        let doubted = reader.doubtful.iter().filter_map(|(_, _, _, near)| *near);
        found.lines.extend(doubted.map(|slot| (band.block, scene.guide.book.slot(slot).row)));
        found.lines.extend(reader.foreign.iter().map(|row| (band.block, row.line)));
    }
    if !found.has_lines_since(start) {
        return;
    }
    found.gaps.extend(alone);
    let matched_to = reader.finish(table, matched_to, found);
    strays::check(scene, band, matched_to, found);
}

/// A label under its group's.
fn path(group: &str, label: &str) -> String {
    format!("{}-{}", group.trim(), label.trim())
}

impl<'v, 'c> Reader<'_, 'v, 'c> {
    /// Hands over the open categories, and what is in doubt; gives the last row that belongs to the list.
    fn finish(self, table: &Table, mut matched_to: u32, found: &mut Found) -> u32 {
        let Reader { opens, doubtful, gaps, .. } = self;
        let repeated = |label: &str| {
            let label = key(label);
            opens.iter().filter(|open| key(&open.label) == label).count() > 1
        };
        for open in &opens {
            matched_to = matched_to.max(open.position.row);
            let label = match open.section.filter(|_| repeated(&open.label)) {
                Some(section) => path(section, &open.label),
                None => open.label.clone(),
            };
            let item = Item::Open { label, unit: open.unit.clone() };
            found.figures.push(Placed { item, position: open.position, head: None });
        }
        found.gaps.extend(gaps);
        // Unknown rows go on as long as they follow each other.
        let mut reach = matched_to;
        for (row, position, label, near) in doubtful {
            if table.open_categories || row <= reach + LARGEST_HOLE + 1 {
                found.gaps.push(Gap::UnknownRow { position, label, near });
                reach = reach.max(row);
            }
        }
        matched_to
    }

    /// Reads a row: the row of the form that it is, and over how many rows its label runs.
    fn row(&mut self, row: u32) -> Option<(u8, u32)> {
        let words = &self.scene.guide.words;
        let labels = self.labels(row);
        let value = self.scene.view.at(Position { row, column: self.column });
        let has_figure = value.is_some_and(|cell| look(cell) == Look::Figure || may_be_figure(cell));
        let is_footer = |text: &str, mark: &Mark<'_>| mark.uses.is_empty() && words.is_footer(text, &mark.key);
        if labels.iter().any(|(_, text, mark)| is_footer(text, mark) || words.is_total(text, &mark.key)) {
            return None;
        }
        let Some(((cell, text, mark), outer)) = labels.split_last() else {
            if let Some(cell) = value.filter(|cell| look(cell) == Look::Figure) {
                // A figure without any label is not to vanish.
                let raw = raw_of(cell);
                self.doubtful.push((row, position(cell), raw, None));
            }
            return None;
        };
        self.groups.retain(|group| group.column < cell.column);
        for (cell, text, mark) in outer {
            let group = self.group(cell, text, mark);
            self.groups.retain(|group| group.column < cell.column);
            self.groups.push(group);
        }
        let own = self.lines(mark.uses);
        let is_stock = |line: &u8| self.scene.guide.book.slot(self.block.slot(usize::from(*line), 0)).stock;
        let report_year = self.scene.report_year(mark, own.iter().any(|_| true) && own.iter().all(is_stock));
        if report_year == Some(false) {
            if has_figure {
                // What it would be: its own label's row, or its group's.
                let group = self.groups.last().or(self.section.as_ref()).map(|group| group.lines.clone());
                let lines = if own.is_empty() { group.unwrap_or_default() } else { own };
                self.foreign.extend(lines.first().map(|line| self.scene.foreign(position(cell), *line)));
            }
            return None;
        }
        if mark.only_time && report_year == Some(true) {
            // This year's of several rows: the group beside it is the label.
            let group = self.groups.pop()?;
            let line = group.lines.first().copied().filter(|_| group.lines.len() == 1);
            self.groups.push(group);
            return line.map(|line| (line, 1));
        }
        if value.is_none_or(|cell| look(cell) == Look::Prose && !may_be_figure(cell))
            && outer.is_empty()
            && self.is_section(row, text, mark)
        {
            self.section = Some(self.group(cell, text, mark));
            self.since = None;
            self.groups.clear();
            return None;
        }
        let group = self.groups.last().or(self.section.as_ref()).cloned();
        let lines = self.within_since(self.lines(mark.uses));
        if let [line] = lines.as_slice() {
            let line = *line;
            let Some(group) = group.filter(|group| self.contradicts(group, line)) else { return Some((line, 1)) };
            if let Some(joint) = self.joint(group.text, text) {
                return Some((joint, 1));
            }
            if has_figure {
                let near = self.block.slot(usize::from(line), 0);
                self.doubtful.push((row, position(cell), path(group.text, text), Some(near)));
            }
            return None;
        }
        if let Some(line) = group.as_ref().and_then(|group| self.joint(group.text, text)) {
            return Some((line, 1));
        }
        if let Some(line) = self.with_below(row, cell, text) {
            return Some((line, 2));
        }
        if !has_figure {
            if value.is_none() && is_label_with_figure(text, &|unit| words.is_unit(unit)) {
                self.gaps.push(Gap::FigureInLabel { position: position(cell), label: text.trim().to_owned() });
            }
            return None;
        }
        self.open(row, cell, text, value?);
        None
    }

    /// Keeps a figure of a category that the form does not have, if it can be one.
    fn open(&mut self, row: u32, cell: &Cell, text: &str, value: &Cell) {
        let unit = self.unit_beside(row);
        let beside = self.groups.last().cloned();
        let label = beside.as_ref().map_or_else(|| text.trim().to_owned(), |group| path(group.text, text));
        // A known label left of an unknown one in the same row, or one with a remark that may make it another: which of
        // them the figure belongs to is open.
        let line_beside = beside.filter(|group| group.row == row).map(|group| group.lines);
        let line_within = || self.lines(self.scene.guide.index.uses_of_key(&key_without_notes(text)).unwrap_or(&[]));
        let known = match line_beside.unwrap_or_else(line_within).as_slice() {
            [line] => Some(self.block.slot(usize::from(*line), 0)),
            _ => None,
        };
        if known.is_some() || self.is_phone(value, &unit) {
            self.doubtful.push((row, position(cell), label, known));
            return;
        }
        let section = self.section.as_ref().map(|section| section.text);
        self.opens.push(Open { label, section, unit, position: position(value) });
    }

    /// The labels of a row left of its figure: no units, remarks or numbering.
    fn labels(&self, row: u32) -> Vec<(&'c Cell, &'c str, &'v Mark<'c>)> {
        let words = &self.scene.guide.words;
        let view: &'v SheetView<'c> = self.scene.view;
        view.marked_row(row)
            .filter(|(cell, mark)| mark.names_something && self.band.labels.contains(&cell.column))
            .filter(|(cell, _)| self.band.units != Some(cell.column) && !is_value(cell))
            .filter(|(_, mark)| !mark.uses.is_empty() || !words.is_remark(&mark.key))
            .filter(|(cell, mark)| !mark.uses.is_empty() || !self.is_remark_column(cell.column))
            .filter_map(|(cell, mark)| text_of(cell).map(|text| (cell, text, mark)))
            .collect()
    }

    fn is_remark_column(&self, column: u32) -> bool {
        let band = self.band;
        let over = self.scene.view.mark_at(Position { row: band.first_row, column });
        band.body > band.first_row && over.is_some_and(|mark| self.scene.guide.words.is_remark_head(&mark.key))
    }

    fn lines(&self, uses: &[LabelUse]) -> Vec<u8> {
        let mine = (self.band.table, self.band.block, Role::Row);
        uses.iter().filter(|u| (u.table, u.block, u.role) == mine).map(|u| u.line).collect()
    }

    /// Of several rows of one label, the one whose group the rows above belong to: its parent or a sibling came last.
    fn within_since(&self, lines: Vec<u8>) -> Vec<u8> {
        let row = |line: u8| self.block.rows.get(usize::from(line));
        let Some(since) = self.since.and_then(row).filter(|_| lines.len() > 1) else { return lines };
        let names: Vec<String> = std::iter::once(&since.zh).chain(&since.aliases).map(|name| key(name)).collect();
        let follows = |line: &u8| {
            let under = row(*line).map(|line| line.under_keys.as_slice()).unwrap_or_default();
            under.last().is_some_and(|parent| names.contains(parent) || since.under_keys.as_slice() == under)
        };
        let fitting: Vec<u8> = lines.iter().copied().filter(follows).collect();
        if fitting.len() == 1 { fitting } else { lines }
    }

    fn group(&self, cell: &Cell, text: &'c str, mark: &Mark<'_>) -> Group<'c> {
        Group { column: cell.column, row: cell.row, text, key: mark.key.clone(), lines: self.lines(mark.uses) }
    }

    fn joint(&self, first: &str, second: &str) -> Option<u8> {
        match self.lines(self.scene.guide.index.joint_uses(&[first, second])).as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// The row of the form whose label runs on in the cell below, which has no figure of its own.
    fn with_below(&self, row: u32, cell: &Cell, text: &str) -> Option<u8> {
        let below = self.scene.view.at(Position { row: row + 1, column: cell.column }).and_then(text_of)?;
        let figure = self.scene.view.at(Position { row: row + 1, column: self.column });
        self.joint(text, below).filter(|_| figure.is_none_or(|cell| look(cell) == Look::Prose))
    }

    /// Whether a label without a figure heads the rows below it. One that the form knows does so only if the row below
    /// differs from it, by its unit or its numbering; else its figure is merely blank.
    fn is_section(&self, row: u32, text: &str, mark: &Mark<'_>) -> bool {
        let words = &self.scene.guide.words;
        let too_long = text.chars().count() > LONGEST_SECTION;
        if too_long || !self.unit_beside(row).is_empty() || is_label_with_figure(text, &|unit| words.is_unit(unit)) {
            return false;
        }
        let is_known = mark.uses.iter().any(|u| (u.table, u.role) == (self.band.table, Role::Row));
        let next = || {
            let next = self.scene.view.rows_between(row + 1, u32::MAX).next()?;
            Some((next, self.labels(next).first().map(|(_, text, _)| *text)?))
        };
        !is_known
            || next().is_some_and(|(next, below)| {
                !self.unit_beside(next).is_empty() || (is_chapter(text) && !is_chapter(below))
            })
    }

    /// Whether a label in this group cannot be the form's row: it belongs to another group, or the group is another
    /// row's label.
    fn contradicts(&self, group: &Group<'_>, line: u8) -> bool {
        let family = |line: u8| {
            let code = self.block.rows.get(usize::from(line)).map(|line| line.code.as_str()).unwrap_or_default();
            code.split('.').next().unwrap_or_default()
        };
        let own = self.block.rows.get(usize::from(line)).map(|line| line.under_keys.as_slice()).unwrap_or_default();
        let related = group.lines.iter().any(|other| family(*other) == family(line));
        if own.contains(&group.key) || related {
            return false;
        }
        // A section that the form does not know holds whole families: the first row says which.
        let continues = || self.groups.is_empty() && self.since.is_some_and(|since| family(since) == family(line));
        !group.lines.is_empty() || (!own.is_empty() && !continues())
    }

    /// The unit written between a row's label and its figure.
    fn unit_beside(&self, row: u32) -> String {
        let words = &self.scene.guide.words;
        let text = match self.band.units {
            Some(column) => self.scene.view.at(Position { row, column }).and_then(text_of),
            None => {
                let before = self.scene.view.row(row).filter(|(cell, _)| self.band.labels.contains(&cell.column));
                before.filter_map(|(cell, _)| text_of(cell)).rfind(|text| words.is_unit(text))
            }
        };
        text.map(|text| text.trim().to_owned()).unwrap_or_default()
    }

    /// Whether a number is a telephone number rather than a count.
    fn is_phone(&self, value: &Cell, unit: &str) -> bool {
        let digits = raw_of(value).chars().filter(char::is_ascii_digit).collect::<String>();
        let odd_unit = !unit.is_empty() && !self.scene.guide.words.is_unit(unit);
        (digits.len() == MOBILE_DIGITS && digits.starts_with('1')) || (digits.len() >= PHONE_DIGITS && odd_unit)
    }
}

/// A label, a number and a unit in one text.
fn is_label_with_figure(text: &str, is_unit: &dyn Fn(&str) -> bool) -> bool {
    let text = text.trim();
    let Some(at) = text.find(is_digit) else { return false };
    let (label, rest) = text.split_at(at);
    let unit = rest.trim_start_matches(is_digit).trim();
    !label.trim().is_empty() && label.chars().all(|c| c.is_alphanumeric() || c.is_whitespace()) && is_unit(unit)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Whether the text is numbered in Chinese numerals, as chapters are.
pub(super) fn is_chapter(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['(', '（']);
    text.chars().next().is_some_and(crate::value::is_han_numeral)
}
