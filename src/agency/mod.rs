//! Agencies: who must report, who reports in a file, and for which year.

pub mod clue;
pub mod identify;
pub mod roster;
