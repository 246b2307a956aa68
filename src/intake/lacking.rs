//! Why a file that could be read gives no return: told apart, because its sender must do different things.

use super::FileOutcome;
use crate::address::FileId;
use crate::level::Level;
use crate::read::{Workbook, has_pictures};
use crate::returns::Status;

/// The reason of a file in which no table was found.
pub(super) const NO_TABLE: &str = "no_table";
/// The rule of that finding.
pub(super) const NOT_A_RETURN: &str = "file.not_a_return";

impl FileOutcome {
    /// Says more of a file that was given up for want of a table: that it is blank, or that its tables are pictures.
    pub(super) fn explain_lack(&mut self, id: FileId, workbook: &Workbook, bytes: &[u8]) {
        if self.rejected.as_ref().is_none_or(|rejection| rejection.reason != NO_TABLE) {
            return;
        }
        let blank = workbook.sheets.iter().all(|sheet| sheet.cells.is_empty());
        let (status, reason, level, rule) = match (blank, has_pictures(bytes)) {
            (true, true) => (Status::Refused, "only_pictures", Level::Error, "file.refused"),
            (true, false) => (Status::NotAReturn, "blank_file", Level::Query, NOT_A_RETURN),
            (false, true) => (Status::NotAReturn, "no_table_but_pictures", Level::Query, NOT_A_RETURN),
            (false, false) => return,
        };
        self.findings.retain(|finding| finding.rule != NOT_A_RETURN);
        self.reject(id, status, reason, level, rule);
    }
}
