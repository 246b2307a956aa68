//! Figures of registers and long lists that were left out: findings, whether or not the rest gives a return.

use super::Intake;
use crate::address::{FileId, Place};
use crate::agency::identify::Identity;
use crate::finding::{Arg, Finding};
use crate::level::Level;
use crate::locate::{Fault, Record, RowClaim, Stray};

impl Intake<'_> {
    /// What was left out of a list's rows. Columns concern all agencies: what is said of them names none.
    pub(super) fn stray_findings(&self, record: &Record, identity: &Identity, id: FileId) -> Vec<Finding> {
        let year = identity.year.as_ref().map(|claim| claim.value).or(self.year);
        let agency = identity.agency.as_ref().ok().filter(|_| record.claim != RowClaim::default());
        let finding = |stray| Finding { year, agency: agency.cloned(), ..finding(stray, id) };
        record.strays.iter().map(finding).collect()
    }
}

fn finding(stray: &Stray, id: FileId) -> Finding {
    let (level, rule, message, near) = match stray.fault {
        Fault::UnknownHead(None) => (Level::Query, "layout.unknown_column", "unknown_head", None),
        Fault::UnknownHead(near) => (Level::Query, "layout.unknown_column", "unknown_head_near", near),
        Fault::NoHead => (Level::Query, "layout.unknown_column", "no_head", None),
        Fault::UnclearHead => (Level::Error, "layout.unclear_column", "unclear_head", None),
        Fault::OtherYear => (Level::Query, "layout.other_year", "other_year_head", None),
        Fault::PartYearColumn => (Level::Error, "who.part_year", "part_year_column", None),
        Fault::PartYearRow => (Level::Error, "who.part_year", "part_year_label", None),
        Fault::Unnamed => (Level::Error, "layout.unnamed_row", "unnamed_row", None),
        Fault::UnknownIndicator(None) => (Level::Query, "layout.unknown_label", "unknown_indicator", None),
        Fault::UnknownIndicator(near) => (Level::Query, "layout.unknown_label", "unknown_indicator_near", near),
        Fault::UnknownDimension => (Level::Query, "layout.unknown_label", "unknown_dimension", None),
        Fault::TotalDiffers { .. } => (Level::Query, "layout.total_row", "total_row", None),
        Fault::SplitRow => (Level::Error, "layout.split_figure", "split_row", None),
        Fault::UnclearRow => (Level::Error, "layout.unclear_row", "unclear_row", None),
    };
    let finding =
        Finding::new(level, rule, message).in_file(id).at(Some(Place { sheet: stray.sheet, position: stray.position }));
    let finding = match stray.fault {
        Fault::TotalDiffers { stated, sum } => finding
            .values(stated, sum)
            .with("found", Arg::Text(stated.to_string()))
            .with("expected", Arg::Text(sum.to_string())),
        _ => finding.values(&stray.label, ""),
    };
    let finding = finding.with("said", Arg::Text(stray.label.clone()));
    finding.with("label", Arg::Text(stray.label.clone())).with("near", Arg::Slots(near.into_iter().collect()))
}
