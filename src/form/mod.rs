//! The rulebook: official forms as data.
//!
//! A definition file names tables, labels with their aliases, nesting, units, kinds and identities; [`Rulebook`] is
//! what the program works with. Nothing here knows a file, an agency or a figure.

/// The report years that can be: from 2008, when the 政府信息公开条例 came into force.
pub(crate) const REPORT_YEARS: std::ops::Range<u16> = 2008..2100;

pub(crate) mod crosswalk;
mod definition;
mod library;
mod lint;
mod phrases;
mod rulebook;
mod words;

pub(crate) use crosswalk::CrosswalkDefinition;
pub(crate) use definition::FormDefinition;
pub use definition::Shape;
pub use library::{Library, LibraryError};
pub(crate) use phrases::{GrammarWords, IndicatorPhrases, PhraseBook};
pub(crate) use rulebook::DefinitionError;
pub use rulebook::{Block, Form, FormId, Identity, Line, Rulebook, Slot, SlotId, Table, TableId};
pub(crate) use words::{CalendarWords, ReplyWords, Words};
