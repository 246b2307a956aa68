//! Findings: what is wrong, as data. Words are made only when a finding is shown (see `message`).

use crate::address::{CellRef, FileId, Place};
use crate::diagnose::{Cause, Correction};
use crate::form::{SlotId, TableId};
use crate::level::Level;
use crate::returns::Agency;
use crate::returns::Origin;
use crate::value::Amount;

/// What a finding is about, within the forms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A figure of a form.
    Slot(SlotId),
    /// A whole row, by its first figure.
    Row(SlotId),
    /// A whole column, by its first figure.
    Column(SlotId),
    /// A whole table.
    Table(TableId),
    /// An open category of a table, under its own label.
    Open(TableId, String),
}

/// Something that a message names; turned into words in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Text from a file, or a number already exact.
    Text(String),
    /// A figure's labels.
    Slot(SlotId),
    /// Several figures' row or column labels.
    Slots(Vec<SlotId>),
    /// A table's title.
    Table(TableId),
    /// An amount.
    Amount(Amount),
    /// A count of things.
    Count(usize),
    /// Cells of one file.
    Cells(Vec<CellRef>),
    /// Cells of one file with what they say.
    Readings(Vec<(CellRef, String)>),
    /// The sheet of a cell.
    Sheet(CellRef),
    /// Cells of the year before.
    Origins(Vec<Origin>),
    /// An agency.
    Agency(Agency),
    /// Several agencies of the roster.
    Agencies(Vec<usize>),
    /// A file.
    File(FileId),
    /// Several files.
    Files(Vec<FileId>),
    /// Figures that were replaced: what the earlier return says, and what the later one says.
    Changes(Vec<(SlotId, Option<Amount>, Option<Amount>)>),
    /// Files with the amount that each contributes.
    Causes(Vec<(FileId, Amount)>),
    /// A word of the message catalogue, by its key.
    Word(&'static str),
    /// A detail of a reason, by its key in the catalogue.
    Reason(String),
}

/// What can be said of the cause of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Cells whose correction mends what is broken.
    Cause(Cause),
    /// The value that the identities force on a cell that cannot be read.
    Deduced(Correction),
    /// More errors than can be told apart.
    TooMany,
}

/// A decision of the office that settles a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Why it is right as it is.
    pub explanation: String,
    /// Who decided, and when, as the decisions say it.
    pub by: String,
}

/// A doubt or an error, with everything needed to say it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How grave.
    pub level: Level,
    /// The rule that raised it, such as `R3.row.granted` or `value.text`.
    pub rule: String,
    /// Further rules that are broken for the same cause, and are not said again.
    pub also: Vec<String>,
    /// Stable over re-runs, so that an answer stays attached to its question; given when everything is known.
    pub id: String,
    /// What the office has decided about it, as a sentence's key with what it names.
    pub decided: Option<Box<Decided>>,
    /// The report year; none where it is not known.
    pub year: Option<u16>,
    /// The agency; none where it is not known.
    pub agency: Option<Agency>,
    /// What it is about.
    pub subject: Option<Subject>,
    /// The file; none for what concerns no file.
    pub file: Option<FileId>,
    /// The cell within the file.
    pub place: Option<Place>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// By how much the two differ.
    pub difference: Option<Amount>,
    /// What can be said of its cause.
    pub statement: Option<Box<Statement>>,
    /// How far a published figure may be off because of it; none where that is not known.
    pub effect: Option<Amount>,
    /// Key of the sentence in the message catalogue.
    pub message: &'static str,
    /// What the sentence names.
    pub args: Vec<(&'static str, Arg)>,
}

impl Finding {
    /// A finding about nothing yet.
    #[must_use]
    pub fn new(level: Level, rule: impl Into<String>, message: &'static str) -> Self {
        Finding {
            level,
            rule: rule.into(),
            also: Vec::new(),
            id: String::new(),
            decided: None,
            year: None,
            agency: None,
            subject: None,
            file: None,
            place: None,
            found: String::new(),
            expected: String::new(),
            difference: None,
            statement: None,
            effect: None,
            message,
            args: Vec::new(),
        }
    }

    /// Says in which file.
    #[must_use]
    pub fn in_file(mut self, file: FileId) -> Self {
        self.file = Some(file);
        self
    }

    /// Says in which cell.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Says of which agency and year.
    #[must_use]
    pub fn of(mut self, agency: &Agency, year: u16) -> Self {
        self.agency = Some(agency.clone());
        self.year = Some(year);
        self
    }

    /// Says about which figure or table.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Says what was found and what was expected.
    #[must_use]
    pub fn values(mut self, found: impl ToString, expected: impl ToString) -> Self {
        self.found = found.to_string();
        self.expected = expected.to_string();
        self
    }

    /// Names something in the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, arg: Arg) -> Self {
        self.args.push((name, arg));
        self
    }
}
