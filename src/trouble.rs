//! What stands in the way of a file or folder: as data, so that it can be said in the user's language.

use crate::message::Catalogue;
use std::io;
use std::path::PathBuf;

/// Why a file or folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no text.
    #[error("no text")]
    NotText,
    /// It is not written as it must be: the line, and the parser's own words.
    #[error("line {line}: {detail}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// In English.
        detail: String,
    },
    /// It holds these inputs of the run, which would be lost.
    #[error("holds an input of the run: {0}")]
    HoldsInput(String),
    /// It holds these files that this program did not write.
    #[error("holds files that huizong did not write: {}", .0.join(", "))]
    Strangers(Vec<String>),
    /// It holds these files of ours that somebody has changed since.
    #[error("holds files that were changed since they were written: {}", .0.join(", "))]
    Changed(Vec<String>),
    /// Another run is writing there.
    #[error("another run is writing there")]
    Busy,
    /// It is no output of an earlier run.
    #[error("no output of an earlier run")]
    NoOutput,
    /// Something else, in technical words.
    #[error("{0}")]
    Other(String),
}

impl Trouble {
    /// What is wrong in a TOML text.
    #[must_use]
    pub fn toml(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        Trouble::Syntax { line: before.matches('\n').count() + 1, detail: error.message().replace('\n', "; ") }
    }

    /// Whether the user's command is wrong, rather than the job impossible.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Trouble::HoldsInput(_))
    }

    /// What it is, in the catalogue's language.
    #[must_use]
    pub fn say(&self, catalogue: &Catalogue) -> String {
        let phrase = |key: &str, value: &str| catalogue.phrase(key, &[("detail", value.to_owned())]);
        match self {
            Trouble::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => catalogue.word("trouble_not_found"),
                io::ErrorKind::PermissionDenied => catalogue.word("trouble_permission"),
                io::ErrorKind::StorageFull => catalogue.word("trouble_full"),
                io::ErrorKind::IsADirectory => catalogue.word("trouble_folder"),
                io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => catalogue.word("trouble_no_folder"),
                io::ErrorKind::ReadOnlyFilesystem => catalogue.word("trouble_read_only"),
                io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => catalogue.word("trouble_open"),
                io::ErrorKind::InvalidFilename => catalogue.word("trouble_name"),
                _ => phrase("trouble_other", &error.to_string()),
            },
            Trouble::NotText => catalogue.word("trouble_not_text"),
            Trouble::Syntax { line, detail } => {
                catalogue.phrase("trouble_syntax", &[("line", line.to_string()), ("detail", detail.clone())])
            }
            Trouble::HoldsInput(input) => phrase("trouble_holds_input", input),
            Trouble::Strangers(files) => phrase("trouble_strangers", &shortened(files, catalogue)),
            Trouble::Changed(files) => phrase("trouble_changed", &shortened(files, catalogue)),
            Trouble::Busy => catalogue.word("trouble_busy"),
            Trouble::NoOutput => catalogue.word("trouble_no_output"),
            Trouble::Other(detail) => phrase("trouble_other", detail),
        }
    }
}

/// The first few of several files.
fn shortened(files: &[String], catalogue: &Catalogue) -> String {
    const SHOWN: usize = 3;
    let mut shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(&catalogue.word("and"));
    if files.len() > SHOWN {
        shown.push_str(&catalogue.phrase("more", &[("count", files.len().to_string())]));
    }
    shown
}

/// A trouble with its file or folder.
#[derive(Debug, thiserror::Error)]
#[error("{}: {trouble}", path.display())]
pub struct At {
    /// Where.
    pub path: PathBuf,
    /// What.
    #[source]
    pub trouble: Trouble,
}
