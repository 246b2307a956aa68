//! A file that a run reads: its name as printed, and where its bytes are.

use crate::fingerprint;
use crate::read::archive::{EntryPlace, read_entry};
use crate::read::{Limits, Refusal, read_bytes};
use std::path::PathBuf;

/// The files by which a year's output of this program is known.
pub(crate) const FACTS: &str = "facts.csv";
/// The list of what a published folder holds.
pub(crate) const MANIFEST: &str = "manifest.json";

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its path, for opening it; of a file in an archive, the archive's.
    pub path: PathBuf,
    /// Its path below the input folder, as outputs print it: with `/` on every system, through archives too.
    pub name: String,
    /// Name of the input folder itself, which may say the year where nothing else does.
    pub outer: String,
    /// Where its bytes are.
    pub source: Source,
}

/// Where an input's bytes are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// In the file itself.
    #[default]
    File,
    /// In an archive.
    Entry(EntryPlace),
    /// Nowhere to be read: an archive whose files are inputs of their own. None for one that is a file itself.
    Archive(Option<EntryPlace>),
    /// In an archive that is not opened.
    RefusedArchive(Refusal),
    /// Not to be read: results of an earlier run on the same agencies.
    OwnResults,
    /// In an archive, and not read for what that says of it.
    RefusedEntry(Refusal),
}

impl InputFile {
    /// A file of its own.
    #[must_use]
    pub fn new(path: PathBuf, name: String, outer: String) -> Self {
        InputFile { path, name, outer, source: Source::File }
    }

    /// Its bytes.
    ///
    /// # Errors
    /// When they cannot be read, or are not to be.
    pub fn bytes(&self, limits: &Limits) -> Result<Vec<u8>, Refusal> {
        match &self.source {
            Source::File => read_bytes(&self.path, limits),
            Source::Entry(place) | Source::Archive(Some(place)) => read_entry(&self.path, *place, limits),
            Source::Archive(None) | Source::OwnResults => Err(Refusal::Unsupported("zip")),
            Source::RefusedArchive(refusal) | Source::RefusedEntry(refusal) => Err(refusal.clone()),
        }
    }

    /// The hash of an archive, which may be larger than a file that is read as a whole; none where nothing can be read.
    pub fn hash(&self, limits: &Limits) -> Option<String> {
        match &self.source {
            Source::File | Source::Entry(_) | Source::RefusedEntry(_) | Source::OwnResults => None,
            Source::Archive(Some(place)) => read_entry(&self.path, *place, limits).ok().map(fingerprint::of_bytes),
            Source::Archive(None) | Source::RefusedArchive(_) => fingerprint::of_file(&self.path).ok(),
        }
    }
}

/// The name with archives as the folders that they stand for: 教育局.zip names the same sender as 教育局.
pub(crate) fn as_folders(name: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    let last = parts.len().saturating_sub(1);
    for part in parts.iter_mut().take(last) {
        let stem = part.len().checked_sub(".zip".len()).and_then(|at| part.split_at_checked(at));
        if let Some((stem, _)) = stem.filter(|(_, end)| end.eq_ignore_ascii_case(".zip")) {
            *part = stem;
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::as_folders;

    #[test]
    fn archives_name_senders_as_folders_do() {
        assert_eq!(as_folders("2021/教育局.ZIP/a.zip/b.xlsx"), "2021/教育局/a/b.xlsx");
        assert_eq!(as_folders("教育局.zip"), "教育局.zip");
        assert_eq!(as_folders("局.z/b.csv"), "局.z/b.csv");
    }
}
