//! Adding up: every counted fact once, by bucket and item, in whole ten-thousandths of 128 bits, so that no order and no
//! number of threads can matter.
//!
//! This runs on the workers of our pool and is plain arithmetic on purpose. A library with a pool of its own (polars) must
//! not be called from here: the worker that waits for it steals the next portion and nests, and its stack ends (see
//! `frames`).

use crate::form::{FormId, Rulebook, TableId};
use crate::label;
use crate::returns::{Fact, Return};
use crate::value::Meaning;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Returns that one task adds up before it merges with others.
const PORTION: usize = 256;

/// Agencies that belong to the same scopes: their figures are added up together before the scopes' are.
pub(super) type Bucket = usize;

/// Open categories of a year by table and normal form of the label.
pub(super) type OpenItems = BTreeMap<(TableId, String), u32>;

/// What was added up under one item.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub sum: i128,
    pub numbers: usize,
    pub approximate: usize,
    /// Approximate figures that allow no bounds.
    pub unbounded: usize,
    pub unreadable: usize,
    pub low: i128,
    pub high: i128,
}

impl Cell {
    fn count(&mut self, fact: &Fact) {
        let value = fact.ten_thousandths().map(i128::from);
        let bounds = fact.bounds().map(|(low, high)| (low.ten_thousandths(), high.ten_thousandths()));
        let (low, high) = bounds.unwrap_or((value.unwrap_or(0), value.unwrap_or(0)));
        let approximate = fact.meaning == Meaning::Approximate;
        self.sum += value.unwrap_or(0);
        self.numbers += usize::from(value.is_some());
        self.approximate += usize::from(approximate);
        self.unbounded += usize::from(approximate && bounds.is_none());
        self.unreadable += usize::from(fact.meaning == Meaning::Text);
        self.low += low;
        self.high += high;
    }

    pub(super) fn add(&mut self, more: &Cell) {
        self.sum += more.sum;
        self.numbers += more.numbers;
        self.approximate += more.approximate;
        self.unbounded += more.unbounded;
        self.unreadable += more.unreadable;
        self.low += more.low;
        self.high += more.high;
    }
}

/// The figures of one form within one bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// By the offset of the slot within the form.
    pub slots: Vec<Cell>,
    /// Open categories that somebody has, by their number.
    pub open: BTreeMap<u32, Cell>,
    /// Returns that are counted, by table.
    pub returns: BTreeMap<TableId, usize>,
}

impl Part {
    pub(super) fn add(&mut self, more: &Part) {
        if self.slots.len() < more.slots.len() {
            self.slots.resize(more.slots.len(), Cell::default());
        }
        self.slots.iter_mut().zip(&more.slots).for_each(|(cell, more)| cell.add(more));
        for (item, cell) in &more.open {
            self.open.entry(*item).or_default().add(cell);
        }
        for (table, count) in &more.returns {
            *self.returns.entry(*table).or_default() += count;
        }
    }
}

/// All sums of a year, before they are put together by scope.
pub(super) type Tally = BTreeMap<(Bucket, FormId), Part>;

/// Adds up the counted figures of returns, each with its bucket.
pub(super) fn add_up(members: &[(&Return, Bucket)], open: &OpenItems, book: &Rulebook) -> Tally {
    members
        .par_chunks(PORTION)
        .fold(Tally::new, |mut tally, portion| {
            for (one, bucket) in portion {
                let part = tally.entry((*bucket, one.form)).or_default();
                part.slots.resize(book.form(one.form).slots.len(), Cell::default());
                count(one, part, open, book);
            }
            tally
        })
        .reduce(Tally::new, |mut tally, more| {
            for (place, part) in more {
                tally.entry(place).or_default().add(&part);
            }
            tally
        })
}

fn count(one: &Return, part: &mut Part, open: &OpenItems, book: &Rulebook) {
    let form = book.form(one.form);
    let is_counted = |table: TableId| one.tables.iter().any(|reading| reading.counted && reading.table == table);
    for reading in one.tables.iter().filter(|reading| reading.counted) {
        *part.returns.entry(reading.table).or_default() += 1;
    }
    let categories: Vec<Option<u32>> = one
        .open
        .iter()
        .map(|own| open.get(&(own.table, label::key(&own.label))).copied().filter(|_| is_counted(own.table)))
        .collect();
    for fact in &one.facts {
        if let Some(slot) = fact.item.as_slot().filter(|slot| is_counted(book.slot(*slot).table)) {
            if let Some(cell) = part.slots.get_mut(form.offset(slot)) {
                cell.count(fact);
            }
        } else if let Some(item) = fact.item.as_open().and_then(|place| categories.get(place).copied().flatten()) {
            part.open.entry(item).or_default().count(fact);
        }
    }
}
