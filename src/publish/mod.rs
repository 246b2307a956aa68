//! The files of one report year: made beside the old ones, then put in their place as a whole.
//!
//! Each file has a module that knows its columns; this one knows which files there are and how a folder is replaced.

mod comparison;
mod csv_text;
mod decisions;
mod facts;
mod findings;
mod folder;
mod lists;
mod manifest;
mod parquet;
mod return_to_sender;
mod summary;
mod tables;

pub(crate) use findings::{findings_of, identify};
pub use folder::{Folder, Replaceable, replace};
pub(crate) use folder::{PublishError, claim};

use crate::collate::Collation;
use crate::collate::Standings;
use crate::consolidate::City;
use crate::decisions::Decision;
use crate::earlier::EarlierSums;
use crate::finding::Finding;
use crate::form::Library;
use crate::frames::MainThread;
use crate::input::InputFile;
use crate::message::Renderer;
use crate::returns::Return;

/// Everything that a year's files are made from.
pub(crate) struct Edition<'a> {
    /// Report year.
    pub year: u16,
    /// The year's sums.
    pub city: &'a City,
    /// All returns and findings of the run.
    pub collation: &'a Collation,
    /// The forms.
    pub library: &'a Library,
    /// Names and sentences.
    pub renderer: &'a Renderer<'a>,
    /// The files read.
    pub inputs: &'a [InputFile],
    /// Last year's published sums, if there are any.
    pub earlier: Option<&'a EarlierSums>,
    /// Whether CSV files begin with a byte order mark.
    pub bom: bool,
    /// Hash of the roster in use.
    pub roster_hash: Option<String>,
    /// The year's findings, gravest first.
    pub findings: &'a [&'a Finding],
    /// What the office has decided.
    pub decisions: &'a [Decision],
    /// Hash of the decisions in use.
    pub decisions_hash: Option<String>,
    /// How the agencies stand.
    pub standings: &'a Standings,
    /// The run's workers.
    pub workers: &'a rayon::ThreadPool,
}

impl Edition<'_> {
    /// The year's returns, in the order of the inputs.
    pub(crate) fn returns(&self) -> Vec<&Return> {
        self.collation.returns(self.year).collect()
    }
}

/// Writes all files of a year into `folder`.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn publish(edition: &Edition<'_>, folder: &mut Folder, here: &MainThread) -> Result<(), PublishError> {
    folder.write(summary::SUMMARY, summary::summary(edition, here)?)?;
    for (name, bytes) in tables::official_tables(edition) {
        folder.write(&name, bytes)?;
    }
    folder.write("by_agency.csv", summary::by_agency(edition))?;
    folder.write("codebook.csv", summary::codebook(edition))?;
    folder.write("findings.csv", findings::findings(edition))?;
    folder.write("decisions.csv", decisions::decisions(edition))?;
    folder.write("returns.csv", lists::returns(edition))?;
    folder.write("roster.csv", lists::roster(edition))?;
    write_facts(edition, folder, here)?;
    return_to_sender::write(edition, folder)?;
    let manifest = manifest::manifest(edition, folder);
    folder.write("manifest.json", manifest)?;
    Ok(())
}

/// Both files of all facts, side by side: the workers make the rows of one while polars packs the other.
fn write_facts(edition: &Edition<'_>, folder: &mut Folder, here: &MainThread) -> Result<(), PublishError> {
    let returns = edition.returns();
    let made = &*folder;
    let (csv, parquet) = std::thread::scope(|scope| {
        let csv = scope.spawn(|| edition.workers.install(|| facts::write(edition, &returns, made)));
        let parquet = parquet::write(edition, &returns, made, here);
        (csv.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), parquet)
    });
    folder.close(facts::NAME, csv?)?;
    folder.close(parquet::NAME, parquet?)
}
