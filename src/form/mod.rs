//! The rulebook: official forms as data.
//!
//! A definition file names tables, labels with their aliases, nesting, units, kinds and identities; [`Rulebook`] is
//! what the program works with. Nothing here knows a file, an agency or a figure.

/// The report years that can be: from 2008, when the 政府信息公开条例 came into force.
pub const REPORT_YEARS: std::ops::Range<u16> = 2008..2100;

pub mod crosswalk;
mod definition;
mod library;
mod lint;
mod phrases;
mod rulebook;
mod words;

pub use crosswalk::CrosswalkDefinition;
pub use definition::{Axis, Each, FormDefinition, Shape};
pub use library::{Library, LibraryError};
pub use lint::lint;
pub use phrases::{GrammarWords, IndicatorPhrases, PhraseBook};
pub use rulebook::{
    Block, DefinitionError, Derived, Form, FormId, Identity, Line, Rulebook, Slot, SlotId, Table, TableId, Term,
};
pub use words::{ReplyWords, Words};
