//! The vocabulary of readings.

use std::fmt;
use std::str::FromStr;

use super::{Amount, Unit};

/// What a cell means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Meaning {
    /// An exact number.
    Number,
    /// Nothing, or nothing but space.
    Blank,
    /// A mark or word for nothing: `/`, `—`, `无`.
    Dash,
    /// Said not to apply: `不适用`, `N/A`.
    NotApplicable,
    /// An inexact number: `20多`.
    Approximate,
    /// Anything else: unreadable, a finding.
    Text,
}

impl Meaning {
    const ALL: [Self; 6] = [Self::Number, Self::Blank, Self::Dash, Self::NotApplicable, Self::Approximate, Self::Text];

    /// Its name in the output files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Blank => "blank",
            Self::Dash => "dash",
            Self::NotApplicable => "not_applicable",
            Self::Approximate => "approximate",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not the name of a meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownMeaning;

impl fmt::Display for UnknownMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a meaning")
    }
}

impl std::error::Error for UnknownMeaning {}

impl FromStr for Meaning {
    type Err = UnknownMeaning;

    fn from_str(text: &str) -> Result<Self, UnknownMeaning> {
        Self::ALL.into_iter().find(|meaning| meaning.as_str() == text).ok_or(UnknownMeaning)
    }
}

/// What kind of number a cell should hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A whole number of pieces, not below zero.
    Count,
    /// An amount of money, kept in 元, not below zero.
    Money,
    /// A signed whole number: `+461`, `减少3`.
    Change,
}

/// A step between what was written and its value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Rewrite {
    /// Full-width digits or marks: `１２`.
    FullWidth,
    /// Thousands marks removed: `1,234`.
    ThousandsMark,
    /// A unit removed from the cell: `108条`.
    Unit,
    /// Multiplied by the scale of a unit, in the cell or the heading: 万元 to 元, 万.
    Scale,
    /// Chinese numerals: `十二`.
    ChineseNumeral,
    /// More digits than a float holds, rounded to 15.
    FloatNoise,
    /// Marked as text, or with leading zeros: `'108`, `007`.
    TextNumber,
    /// A plus, or a sign in words: `+461`, `增加461`.
    Sign,
    /// The word for zero: `零`.
    Zero,
    /// Spaces, invisible characters or markup in or around the number.
    Spaces,
    /// Replaced by a decision of the office.
    Decided,
}

impl Rewrite {
    const ALL: [Self; 11] = [
        Self::FullWidth,
        Self::ThousandsMark,
        Self::Unit,
        Self::Scale,
        Self::ChineseNumeral,
        Self::FloatNoise,
        Self::TextNumber,
        Self::Sign,
        Self::Zero,
        Self::Spaces,
        Self::Decided,
    ];

    /// Its tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullWidth => "full_width",
            Self::ThousandsMark => "thousands_mark",
            Self::Unit => "unit",
            Self::Scale => "scale",
            Self::ChineseNumeral => "chinese_numeral",
            Self::FloatNoise => "float_noise",
            Self::TextNumber => "text_number",
            Self::Sign => "sign",
            Self::Zero => "zero",
            Self::Spaces => "spaces",
            Self::Decided => "decided",
        }
    }
}

/// The set of steps between what was written and its value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Rewrites(u16);

impl Rewrites {
    /// No step: the value is what was written.
    pub const NONE: Self = Self(0);

    /// Adds a step.
    pub fn add(&mut self, rewrite: Rewrite) {
        self.0 |= 1 << rewrite as u8;
    }

    /// Was this step taken?
    pub const fn contains(self, rewrite: Rewrite) -> bool {
        self.0 & (1 << rewrite as u8) != 0
    }

    /// Was no step taken?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The steps, in the order of [`Rewrite`].
    pub fn iter(self) -> impl Iterator<Item = Rewrite> {
        Rewrite::ALL.into_iter().filter(move |rewrite| self.contains(*rewrite))
    }
}

impl std::fmt::Display for Rewrites {
    /// The steps' tags, separated by `+`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, rewrite) in self.iter().enumerate() {
            if place > 0 {
                f.write_str("+")?;
            }
            f.write_str(rewrite.as_str())?;
        }
        Ok(())
    }
}

impl FromIterator<Rewrite> for Rewrites {
    fn from_iter<I: IntoIterator<Item = Rewrite>>(rewrites: I) -> Self {
        let mut set = Self::NONE;
        rewrites.into_iter().for_each(|rewrite| set.add(rewrite));
        set
    }
}

/// Why a cell is not the number that it should be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Problem {
    /// Not a number, nor a mark for nothing.
    Unreadable,
    /// A fraction where pieces are counted.
    NotWhole,
    /// Below zero where that cannot be.
    Negative,
    /// Above ten million million.
    TooLarge,
    /// Finer than a ten-thousandth of a 元.
    TooFine,
    /// An error value of the spreadsheet: `#REF!`.
    ErrorCell,
    /// A date.
    DateCell,
    /// A unit, in the cell or the heading, that does not fit what is asked.
    UnitMismatch(Unit),
    /// Thousands marks in the wrong places, or of two sorts: `1,23`.
    AmbiguousMarks,
    /// An amount of money of which nothing says the unit.
    NoUnit,
    /// An amount beside which different units are written.
    UnitsDiffer,
    /// A formula whose value was never computed.
    Uncomputed,
    /// One figure in a merged range that stands for several.
    Merged,
}

impl Problem {
    /// Its tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotWhole => "not_whole",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
            Self::TooFine => "too_fine",
            Self::ErrorCell => "error_cell",
            Self::DateCell => "date_cell",
            Self::UnitMismatch(_) => "unit_mismatch",
            Self::AmbiguousMarks => "ambiguous_marks",
            Self::NoUnit => "no_unit",
            Self::UnitsDiffer => "units_differ",
            Self::Merged => "merged",
            Self::Uncomputed => "uncomputed",
        }
    }
}

/// How a cell was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// What the cell means.
    pub meaning: Meaning,
    /// The exact value, of a number only; money in 元.
    pub value: Option<Amount>,
    /// The lowest value that an inexact number allows, if it says so.
    pub low: Option<Amount>,
    /// The highest value that an inexact number allows, if it says so.
    pub high: Option<Amount>,
    /// The steps from what was written to the value.
    pub rewrites: Rewrites,
    /// The unit written in the cell, if any.
    pub unit: Option<Unit>,
    /// What is wrong, if anything.
    pub problem: Option<Problem>,
}

impl Reading {
    const NOTHING: Self = Self {
        meaning: Meaning::Blank,
        value: None,
        low: None,
        high: None,
        rewrites: Rewrites::NONE,
        unit: None,
        problem: None,
    };

    pub(super) const fn of(meaning: Meaning) -> Self {
        Self { meaning, ..Self::NOTHING }
    }

    /// What stands there cannot be read, for a reason.
    pub const fn text(problem: Problem) -> Self {
        Self { meaning: Meaning::Text, problem: Some(problem), ..Self::NOTHING }
    }

    pub(super) const fn number(value: Amount, rewrites: Rewrites, unit: Option<Unit>) -> Self {
        Self { meaning: Meaning::Number, value: Some(value), rewrites, unit, ..Self::NOTHING }
    }

    /// Notes a number below zero where that cannot be.
    pub(super) fn signed_for(self, kind: Kind) -> Self {
        if kind != Kind::Change && self.value.is_some_and(Amount::is_negative) {
            return Self::text(Problem::Negative);
        }
        self
    }
}
