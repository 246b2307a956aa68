//! All labels of the rulebook under their normal form, and what each may stand for.

use super::words::WordSet;
use crate::form::{Line, Rulebook, SlotId, Table, TableId, Words};
use crate::label;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// A remark this long or longer may be a part of a printed one.
const LEAST_PART: usize = 3;

/// What stands between the pieces of a head that names its path in one cell.
const PIECE_MARKS: [char; 11] = ['-', '—', '－', '/', '／', ':', '：', '|', '>', '\n', '_'];

/// What a label may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The label of a row.
    Row,
    /// The head of a column.
    Column,
    /// A group around rows or columns.
    Group,
}

/// One use of a label in the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelUse {
    /// The table.
    pub table: TableId,
    /// The block within the table.
    pub block: u8,
    /// Row, column or group.
    pub role: Role,
    /// The row or column within the block (0 for groups).
    pub line: u8,
}

/// The labels of the rulebook, ready for look-up.
#[derive(Debug)]
pub struct LabelIndex {
    uses: HashMap<String, Vec<LabelUse>, FixedState>,
    /// Heads of a register's columns: one label that means indicator and dimension.
    heads: HashMap<String, Vec<SlotId>>,
    /// Pairs of row label and column label, as a long list gives them.
    pairs: HashMap<(String, String), Vec<SlotId>>,
    /// `indicator:dimension` codes.
    codes: HashMap<String, Vec<SlotId>>,
    /// Remarks that printed labels have.
    printed_notes: Vec<String>,
    /// Remarks that do not change what a label means.
    harmless_notes: WordSet,
}

impl LabelIndex {
    /// Collects the labels of all forms.
    #[must_use]
    pub fn new(book: &Rulebook, words: &Words) -> Self {
        let mut index = LabelIndex {
            uses: HashMap::with_hasher(FixedState::with_seed(0)),
            heads: HashMap::new(),
            pairs: HashMap::new(),
            codes: HashMap::new(),
            printed_notes: Vec::new(),
            harmless_notes: words.harmless_notes.iter().chain(&words.unit_words).map(|note| label::key(note)).collect(),
        };
        for table in &book.tables {
            index.add_table(book, table);
        }
        index.printed_notes.sort_unstable();
        index.printed_notes.dedup();
        #[allow(clippy::iter_over_hash_type, reason = "each list is put in order by itself")]
        for uses in index.uses.values_mut() {
            uses.sort_unstable();
            uses.dedup();
        }
        for slots in index.heads.values_mut().chain(index.codes.values_mut()).chain(index.pairs.values_mut()) {
            slots.sort_unstable();
            slots.dedup();
        }
        index
    }

    /// What the text may be as a label; harmless remarks in brackets are ignored if that is what it takes.
    #[must_use]
    pub fn uses(&self, text: &str) -> &[LabelUse] {
        self.uses_of(text, &label::key(text))
    }

    /// The same, for a text whose normal form is known.
    #[must_use]
    pub fn uses_of(&self, text: &str, key: &str) -> &[LabelUse] {
        self.uses_of_key(key)
            .or_else(|| self.uses_of_key(&label::key_without_notes(text)).filter(|_| self.only_harmless_notes(text)))
            .unwrap_or(&[])
    }

    fn only_harmless_notes(&self, text: &str) -> bool {
        label::notes(text).into_iter().all(|note| self.is_harmless(note))
    }

    /// Whether a remark in brackets leaves a label's meaning as it is. `（件）` and a printed remark do; `（上年）`,
    /// `（其中：电话）` and whatever else the program does not know may turn it into another figure's label.
    pub(super) fn is_harmless(&self, note: &str) -> bool {
        let key = label::key(note);
        let words = key.chars().any(|c| !c.is_ascii_digit());
        let year = key.len() == 4 && !words;
        (!words && !year)
            || label::unit_in(note).is_some()
            || self.harmless_notes.contains(&key)
            || (key.chars().count() >= LEAST_PART && self.printed_notes.iter().any(|known| known.contains(&key)))
    }

    /// What several texts, read together as one label, may be.
    #[must_use]
    pub fn joint_uses(&self, texts: &[&str]) -> &[LabelUse] {
        let joint: String = texts.iter().map(|text| label::key(text)).collect();
        self.uses_of_key(&joint).unwrap_or(&[])
    }

    /// The figures that a register's column head may mean; `above` is the head over it, if any.
    #[must_use]
    pub fn register_head(&self, above: Option<&str>, text: &str) -> &[SlotId] {
        let own = pieces_key(text);
        if let Some(above) = above {
            let above = pieces_key(above);
            if let Some(slots) = self.heads.get(&format!("{above}{own}")) {
                return slots;
            }
        }
        self.codes
            .get(text.trim())
            .or_else(|| self.heads.get(&own))
            .or_else(|| self.heads.get(&label::key_without_notes(text)).filter(|_| self.only_harmless_notes(text)))
            .or_else(|| self.heads.get(&self.bare_pieces_key(text)?))
            .map_or(&[], Vec::as_slice)
    }

    /// The normal form of a head that names its path in one cell, without its remarks; none if they are not harmless.
    fn bare_pieces_key(&self, text: &str) -> Option<String> {
        self.only_harmless_notes(text).then(|| text.split(PIECE_MARKS).map(label::key_without_notes).collect())
    }

    /// The figures that heads of this joint normal form (or this code) may mean.
    #[must_use]
    pub fn head(&self, key: &str) -> &[SlotId] {
        self.codes.get(key).or_else(|| self.heads.get(key)).map_or(&[], Vec::as_slice)
    }

    /// Whether the whole text, with its remarks, is a label, a head or a code.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        self.uses.contains_key(&label::key(text))
            || self.codes.contains_key(text.trim())
            || self.heads.contains_key(&pieces_key(text))
    }

    /// The normal forms under which a head may be known.
    #[must_use]
    pub fn names_of(&self, text: &str) -> Vec<String> {
        let code = self.codes.contains_key(text.trim()).then(|| text.trim().to_owned());
        let names = code.into_iter().chain([pieces_key(text), label::key_without_notes(text)]);
        names.chain(self.bare_pieces_key(text)).collect()
    }

    /// The figure whose label is nearest to an unknown one, if it is near at all.
    #[must_use]
    pub fn nearest(&self, book: &Rulebook, text: &str) -> Option<SlotId> {
        let unknown = label::key_without_notes(text);
        let length = unknown.chars().count();
        let reach = length / 3;
        let near = |key: &&String| reach > 0 && key.chars().count().abs_diff(length) <= reach;
        let one = |slots: &[SlotId]| {
            let first = slots.first().copied()?;
            slots.iter().all(|slot| book.slot(*slot).code == book.slot(first).code).then_some(first)
        };
        self.heads
            .iter()
            .filter(|(key, _)| near(key))
            .filter_map(|(key, slots)| Some((label::edit_distance(&unknown, key), one(slots)?)))
            .filter(|(distance, _)| (1..=reach).contains(distance))
            .min()
            .map(|(_, slot)| slot)
    }

    /// The figures that an indicator (code or label) and a dimension (code, label or nothing) of a long list may mean.
    #[must_use]
    pub fn long_entry(&self, indicator: &str, dimension: &str) -> &[SlotId] {
        let (indicator, dimension) = (indicator.trim(), dimension.trim());
        let code = if dimension.is_empty() { indicator.to_owned() } else { format!("{indicator}:{dimension}") };
        let pair = |indicator: String| self.pairs.get(&(indicator, self.label_of(dimension)));
        self.codes
            .get(&code)
            .or_else(|| pair(self.label_of(indicator)))
            .or_else(|| pair(label::key_without_notes(indicator)).filter(|_| self.only_harmless_notes(indicator)))
            .or_else(|| pair(self.bare_pieces_key(indicator)?))
            .map_or(&[], Vec::as_slice)
    }

    /// A code stays as it is; a label is normalised.
    fn label_of(&self, text: &str) -> String {
        if text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.')) {
            text.to_owned()
        } else {
            pieces_key(text)
        }
    }

    /// What the normal form may be as a label, exactly.
    pub(super) fn uses_of_key(&self, key: &str) -> Option<&[LabelUse]> {
        self.uses.get(key).map(Vec::as_slice)
    }

    fn add_table(&mut self, book: &Rulebook, table: &Table) {
        for (block_place, block) in (0u8..).zip(&table.blocks) {
            for (role, lines) in [(Role::Row, &block.rows), (Role::Column, &block.columns)] {
                for (line_place, line) in (0u8..).zip(lines) {
                    let line_use = LabelUse { table: table.id, block: block_place, role, line: line_place };
                    for key in keys(line) {
                        self.uses.entry(key).or_default().push(line_use);
                    }
                    for text in std::iter::once(&line.zh).chain(&line.aliases) {
                        self.printed_notes.extend(label::notes(text).into_iter().map(label::key));
                    }
                    for group in &line.under {
                        let group_use = LabelUse { role: Role::Group, line: 0, ..line_use };
                        self.uses.entry(label::key(group)).or_default().push(group_use);
                    }
                }
            }
        }
        for (id, slot) in book.slots_of(table) {
            self.codes.entry(slot.code.clone()).or_default().push(id);
            let Some(block) = table.blocks.get(usize::from(slot.block)) else { continue };
            let (Some(row), Some(column)) =
                (block.rows.get(usize::from(slot.row)), block.columns.get(usize::from(slot.column)))
            else {
                continue;
            };
            let group_keys = column.under.last().filter(|_| block.has_unlabelled_row()).map(|group| label::key(group));
            let row_keys: Vec<String> =
                keys(row).into_iter().chain(group_keys).chain(std::iter::once(slot.indicator.clone())).collect();
            let column_keys: Vec<String> =
                keys(column).into_iter().chain(std::iter::once(slot.dimension.clone())).collect();
            let alone = block.is_list() || table.default_dimension.as_ref() == Some(&slot.dimension);
            if block.has_unlabelled_row() {
                for column_key in &column_keys {
                    self.heads.entry(column_key.clone()).or_default().push(id);
                }
            }
            for row_key in &row_keys {
                if alone {
                    self.heads.entry(row_key.clone()).or_default().push(id);
                }
                if alone {
                    self.pairs.entry((row_key.clone(), String::new())).or_default().push(id);
                }
                for column_key in &column_keys {
                    self.pairs.entry((row_key.clone(), column_key.clone())).or_default().push(id);
                    self.heads.entry(format!("{row_key}{column_key}")).or_default().push(id);
                    self.heads.entry(format!("{column_key}{row_key}")).or_default().push(id);
                }
            }
        }
        // A lone dimension such as 总计 never names a figure by itself, unless the block has no row labels.
        self.heads.remove("");
    }
}

/// The normal forms under which a row or column may arrive: each label, with and without its groups.
fn keys(line: &Line) -> Vec<String> {
    let mut keys = Vec::new();
    for text in std::iter::once(&line.zh).chain(&line.aliases) {
        for own in [label::key(text), label::key_without_notes(text)] {
            let mut path = own.clone();
            keys.push(own.clone());
            for group in line.under.iter().rev() {
                let group = label::key(group);
                keys.push(format!("{group}{own}"));
                path.insert_str(0, &group);
                keys.push(path.clone());
            }
        }
    }
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    keys
}

/// Normalises a head that names its path in one cell (予以公开-自然人): numbering counts at the start of every piece.
fn pieces_key(text: &str) -> String {
    text.split(PIECE_MARKS).map(label::key).collect()
}
