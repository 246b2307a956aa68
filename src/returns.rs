//! A return as read: one agency's figures for one year on one form, every figure with its place.

use crate::address::{CellRef, FileId, Place};
use crate::form::{FormId, SlotId, TableId};
use crate::value::{Amount, Meaning, Rewrite, Rewrites};

/// Items from here on are open categories of the return that holds them.
const OPEN: u16 = 0x8000;

/// What a fact counts: a slot of the form, or one of the return's open categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemCode(u16);

impl ItemCode {
    /// A figure of the form.
    #[must_use]
    pub fn slot(slot: SlotId) -> Self {
        ItemCode(slot.0)
    }

    /// The n-th open category of the return; none when there are too many.
    #[must_use]
    pub fn open(place: usize) -> Option<Self> {
        u16::try_from(place).ok().filter(|place| *place < OPEN).map(|place| ItemCode(OPEN | place))
    }

    /// The slot, unless it is an open category.
    #[must_use]
    pub fn as_slot(self) -> Option<SlotId> {
        (self.0 < OPEN).then_some(SlotId(self.0))
    }

    /// The place of the open category within its return.
    #[must_use]
    pub fn as_open(self) -> Option<usize> {
        (self.0 >= OPEN).then_some(usize::from(self.0 & !OPEN))
    }
}

/// One number read, or what stands where a number should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it counts.
    pub item: ItemCode,
    /// What the cell means.
    pub meaning: Meaning,
    /// Whether the value was a formula's.
    pub is_formula: bool,
    /// What was rewritten on the way from the raw text to the value.
    pub rewrites: Rewrites,
    /// Where it stands.
    pub place: Place,
    /// The value in ten-thousandths of the slot's unit; only a number has one.
    value: i64,
    /// What most facts do not need.
    odd: Option<Box<Odd>>,
}

/// What a fact needs when it is not simply a number as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Odd {
    /// What the cell says.
    raw: Box<str>,
    /// Bounds of an approximate figure.
    bounds: Option<(Amount, Amount)>,
}

impl Fact {
    /// Makes a fact from what was read.
    #[must_use]
    pub fn new(item: ItemCode, place: Place, is_formula: bool, raw: &str, reading: &crate::value::Reading) -> Self {
        let value = reading.value.and_then(|value| i64::try_from(value.ten_thousandths()).ok());
        let meaning = match (reading.meaning, value) {
            (Meaning::Number, None) => Meaning::Text,
            (meaning, _) => meaning,
        };
        let printed = value.map(|value| Amount::from_ten_thousandths(i128::from(value)).to_string());
        Fact {
            item,
            meaning,
            is_formula,
            rewrites: reading.rewrites,
            place,
            value: value.unwrap_or(0),
            odd: (printed.as_deref() != Some(raw) && !raw.is_empty())
                .then(|| Box::new(Odd { raw: raw.into(), bounds: reading.low.zip(reading.high) })),
        }
    }

    /// A whole number that reads as it is printed: by far the most frequent fact.
    #[must_use]
    pub fn whole(item: ItemCode, place: Place, is_formula: bool, value: i64, rewrites: Rewrites) -> Self {
        let value = value.saturating_mul(10_000);
        Fact { item, meaning: Meaning::Number, is_formula, rewrites, place, value, odd: None }
    }

    /// The value, if the cell holds a number.
    #[must_use]
    pub fn value(&self) -> Option<Amount> {
        (self.meaning == Meaning::Number).then(|| Amount::from_ten_thousandths(i128::from(self.value)))
    }

    /// The value in ten-thousandths, if the cell holds a number.
    #[must_use]
    pub fn ten_thousandths(&self) -> Option<i64> {
        (self.meaning == Meaning::Number).then_some(self.value)
    }

    /// Raw text, if it is not simply the value as printed.
    #[must_use]
    pub fn odd_raw(&self) -> Option<&str> {
        self.odd.as_deref().map(|odd| &*odd.raw)
    }

    /// What the cell says.
    #[must_use]
    pub fn raw(&self) -> String {
        match (self.odd_raw(), self.value()) {
            (Some(raw), _) => raw.to_owned(),
            (None, Some(value)) => value.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Bounds of an approximate figure.
    #[must_use]
    pub fn bounds(&self) -> Option<(Amount, Amount)> {
        self.odd.as_deref().and_then(|odd| odd.bounds)
    }

    /// Puts the value that the office decided in the place of what was read; what the cell says is kept. False if the
    /// value is too large to be held.
    #[must_use]
    pub fn decide(&mut self, value: Amount) -> bool {
        let Ok(ten_thousandths) = i64::try_from(value.ten_thousandths()) else { return false };
        self.odd = Some(Box::new(Odd { raw: self.raw().into(), bounds: None }));
        self.meaning = Meaning::Number;
        self.value = ten_thousandths;
        self.rewrites.add(Rewrite::Decided);
        true
    }

    /// Takes the value away: two cells claim this figure and differ.
    pub fn void(&mut self) {
        self.odd = Some(Box::new(Odd { raw: self.raw().into(), bounds: None }));
        self.meaning = Meaning::Text;
        self.value = 0;
    }
}

/// The agency that a return belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agency {
    /// An agency of the roster, by its place there.
    Listed(usize),
    /// A name that stands on no roster.
    Named(String),
}

/// A table of a return.
#[derive(Clone, Debug)]
pub struct TableReading {
    /// The table.
    pub table: TableId,
    /// Whether its figures are counted in the consolidation.
    pub counted: bool,
    /// What its own identities say of the reading.
    pub proof: Proof,
}

impl TableReading {
    /// A table whose identities have not been evaluated yet.
    #[must_use]
    pub fn new(table: TableId) -> Self {
        TableReading { table, counted: true, proof: Proof::default() }
    }
}

/// How many identities could be evaluated, and how many of them hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Identities that could be evaluated.
    pub checked: u32,
    /// Identities that hold.
    pub held: u32,
}

impl Proof {
    /// Identities that do not hold.
    #[must_use]
    pub fn broken(self) -> u32 {
        self.checked - self.held
    }

    /// Counts one that could be evaluated.
    pub fn count(&mut self, holds: bool) {
        self.checked += 1;
        self.held += u32::from(holds);
    }
}

impl std::ops::Add for Proof {
    type Output = Proof;

    fn add(self, other: Proof) -> Proof {
        Proof { checked: self.checked + other.checked, held: self.held + other.held }
    }
}

/// A category that the form does not list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenCategory {
    /// The table in which it stands.
    pub table: TableId,
    /// Its label as written.
    pub label: String,
    /// The unit beside it, as written.
    pub unit: String,
}

/// One agency's figures for one year on one form, from one file.
#[derive(Clone, Debug)]
pub struct Return {
    /// The file.
    pub file: FileId,
    /// Who.
    pub agency: Agency,
    /// When: the report year.
    pub year: u16,
    /// Whether another source of the year (file or folder name) contradicts it.
    pub year_disputed: bool,
    /// On which form.
    pub form: FormId,
    /// Tables that it has.
    pub tables: Vec<TableReading>,
    /// Its facts, in the order of their items.
    pub facts: Vec<Fact>,
    /// Its open categories.
    pub open: Vec<OpenCategory>,
    /// What became of it.
    pub status: Status,
}

impl Return {
    /// The fact at a slot.
    #[must_use]
    pub fn fact(&self, slot: SlotId) -> Option<&Fact> {
        let item = ItemCode::slot(slot);
        let place = self.facts.binary_search_by_key(&item, |fact| fact.item).ok()?;
        self.facts.get(place)
    }

    /// What its identities say of it, over all its tables.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.tables.iter().fold(Proof::default(), |sum, table| sum + table.proof)
    }

    /// Whether its figures were read from sentences: they are counted only where no return says them.
    #[must_use]
    pub fn is_narrative(&self) -> bool {
        self.facts.first().is_some_and(|fact| fact.place.position.sentence().is_some())
    }

    /// How many numbers were read.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.facts.iter().filter(|fact| fact.meaning == Meaning::Number).count()
    }
}

/// What became of a file or return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its figures are in the consolidation.
    Counted,
    /// Another return of the same agency and year is counted instead.
    Superseded,
    /// Byte for byte the same as another file.
    Duplicate,
    /// The file holds no return.
    NotAReturn,
    /// The file or return could not be accepted.
    Refused,
    /// Of a year that this run does not publish: counted nowhere, and what the year after is compared with.
    OtherYear,
}

impl Status {
    /// The name used in returns.csv.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Counted => "counted",
            Status::Superseded => "superseded",
            Status::Duplicate => "duplicate",
            Status::NotAReturn => "not_a_return",
            Status::Refused => "refused",
            Status::OtherYear => "other_year",
        }
    }
}

/// What a fact states: a number, or nothing where a dash stands. A blank states nothing at all.
#[must_use]
pub(crate) fn stated(fact: &Fact) -> Option<Amount> {
    match fact.meaning {
        Meaning::Dash => Some(Amount::ZERO),
        _ => fact.value(),
    }
}

/// Where a figure of the year before was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file of this run.
    Cell(CellRef),
    /// In an earlier run: file, sheet and cell as its facts.csv gives them.
    Published([String; 3]),
}

/// A figure of the year before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    /// Its value.
    pub value: Amount,
    /// Where it was read.
    pub origin: Origin,
}
