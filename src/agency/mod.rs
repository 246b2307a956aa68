//! Agencies: who must report, who reports in a file, and for which year.

pub(crate) mod clue;
pub(crate) mod identify;
pub(crate) mod roster;
