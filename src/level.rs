//! How grave something is: said by the rules of a form, carried by every finding.

use serde::Deserialize;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Must be corrected.
    #[default]
    Error,
    /// Must be corrected or explained.
    Query,
    /// For information.
    Note,
}

impl Level {
    /// The name used in findings.csv.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Query => "query",
            Level::Note => "note",
        }
    }
}
