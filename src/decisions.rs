//! What the office has decided about findings: decisions.csv, read, replayed, and written again as a draft.
//!
//! The program proposes; a signed row disposes. A row without a name under `who` is a draft and changes nothing.

mod proposals;
mod read;
mod replay;

pub(crate) use proposals::proposals;
pub(crate) use read::{DecisionsError, HEAD, parse};
pub(crate) use replay::{explain, replay, replies};

/// What is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The figure is replaced by another one.
    Accept,
    /// The figure is right; the finding is settled.
    Explain,
    /// The sender is asked; nothing is settled.
    Ask,
}

impl Action {
    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Accept => "accept",
            Action::Explain => "explain",
            Action::Ask => "ask",
        }
    }
}

/// A row of decisions.csv, fields as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Line in the file.
    pub line: u64,
    /// The finding's id.
    pub finding: String,
    /// What is decided.
    pub action: Action,
    /// Report year.
    pub year: u16,
    /// The agency's id on the roster.
    pub agency_id: String,
    /// The agency's name.
    pub agency: String,
    /// `indicator:dimension` of the figure; blank where the finding is about no figure.
    pub code: String,
    /// What the cell said when the decision was made: it lapses when the cell says something else.
    pub old_value: String,
    /// What the figure is to be, in the unit of facts.csv.
    pub new_value: String,
    /// Why the figure is right as it is.
    pub explanation: String,
    /// Where the cell was; for people, the decision does not hang on it.
    pub place: [String; 3],
    /// Who signed.
    pub who: String,
    /// When.
    pub when: String,
    /// Anything else.
    pub note: String,
}

impl Decision {
    /// Whether somebody stands for it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.who.trim().is_empty()
    }

    /// Who decided and when, in one text.
    #[must_use]
    pub fn by(&self) -> String {
        [self.who.trim(), self.when.trim()].join(" ").trim().to_owned()
    }

    /// Its fields, in the order of [`HEAD`].
    #[must_use]
    pub fn fields(&self) -> [String; 15] {
        let [file, sheet, cell] = self.place.clone();
        [
            self.finding.clone(),
            self.action.as_str().to_owned(),
            self.year.to_string(),
            self.agency_id.clone(),
            self.agency.clone(),
            self.code.clone(),
            self.old_value.clone(),
            self.new_value.clone(),
            self.explanation.clone(),
            file,
            sheet,
            cell,
            self.who.clone(),
            self.when.clone(),
            self.note.clone(),
        ]
    }
}
