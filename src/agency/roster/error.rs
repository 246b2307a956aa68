//! What can be wrong with a roster. Data only; people read the text that is made from it elsewhere.

/// A fault of a roster, and the line of the file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("roster line {line}: {}", kind.as_str())]
pub struct RosterError {
    /// Line of the file, from 1; 0 if unknown.
    pub line: u64,
    /// The fault.
    pub kind: RosterErrorKind,
}

/// The faults that stop a roster from being used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RosterErrorKind {
    /// A required column is not in the heading.
    MissingColumn {
        /// `id` or `name`.
        column: &'static str,
    },
    /// The text cannot be read as CSV.
    NotCsv,
    /// A quotation mark that is closed only on a later line, whose agencies it swallows.
    OpenQuote,
    /// No agency at all.
    Empty,
    /// An agency without id.
    EmptyId,
    /// An agency without name.
    EmptyName,
    /// An id that cannot be the name of a folder everywhere.
    UnsafeId {
        /// The id.
        id: String,
    },
    /// An id that the outputs use otherwise.
    ReservedId {
        /// The id.
        id: String,
    },
    /// An id that an earlier line has, upper or lower case.
    DuplicateId {
        /// The id.
        id: String,
        /// The earlier line.
        first_line: u64,
    },
    /// A name or alias that means another agency already.
    DuplicateName {
        /// The name or alias as on this line.
        name: String,
        /// The line of the other agency.
        first_line: u64,
    },
    /// The agency above is not in the roster.
    UnknownParent {
        /// What the line says.
        parent: String,
    },
    /// An agency that stands above itself.
    Cycle {
        /// Its id.
        id: String,
    },
}

impl RosterErrorKind {
    /// Its tag.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::MissingColumn { .. } => "missing_column",
            Self::NotCsv => "not_csv",
            Self::OpenQuote => "open_quote",
            Self::Empty => "empty",
            Self::EmptyId => "empty_id",
            Self::EmptyName => "empty_name",
            Self::UnsafeId { .. } => "unsafe_id",
            Self::ReservedId { .. } => "reserved_id",
            Self::DuplicateId { .. } => "duplicate_id",
            Self::DuplicateName { .. } => "duplicate_name",
            Self::UnknownParent { .. } => "unknown_parent",
            Self::Cycle { .. } => "cycle",
        }
    }
}

/// What is doubtful in a roster, and the line of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterWarning {
    /// Line of the file, from 1.
    pub line: u64,
    /// The doubt.
    pub kind: RosterWarningKind,
}

/// Doubts that do not stop a roster from being used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RosterWarningKind {
    /// An 18-character id whose check character does not fit GB 32100-2015.
    CreditCodeCheck {
        /// The id.
        id: String,
        /// The check character that would fit.
        expected: char,
    },
    /// An 18-character id with a letter that GB 32100-2015 does not use (I, O, S, V, Z).
    CreditCodeLetter {
        /// The id.
        id: String,
    },
}
