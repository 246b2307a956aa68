//! Which files a run reads: inputs walked and put in order, so that nothing depends on how a folder is listed.

use crate::intake::InputFile;
use crate::settings::{CONFIG_NAME, ROSTER_NAME};
use crate::unpack;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Deeper folders than this are not walked: links may go round in circles.
const DEEPEST: usize = 32;

/// The files by which a year's output of this program is known.
pub(crate) const FACTS: &str = "facts.csv";
pub(crate) const MANIFEST: &str = "manifest.json";

/// Lists all files of the inputs, sorted by name. Archives are not opened here.
///
/// The roster and the settings are not returns and are left out; of an earlier run's output only the facts are read.
///
/// # Errors
/// The path that does not exist or cannot be listed.
pub fn list(inputs: &[PathBuf], roster: Option<&Path>) -> Result<Vec<InputFile>, PathBuf> {
    let mut files = BTreeSet::new();
    let several = inputs.len() > 1;
    for input in inputs {
        let Ok(meta) = std::fs::metadata(input) else {
            files.insert((unpack::name_inside(input).ok_or_else(|| input.clone())?, input.clone()));
            continue;
        };
        let base = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if meta.is_dir() {
            // With several inputs, names below each start with the folder's own.
            let prefix = if several { format!("{base}/") } else { String::new() };
            walk(input, &prefix, 0, &mut files)?;
        } else {
            files.insert((base, input.clone()));
        }
    }
    let roster = roster.and_then(|path| path.canonicalize().ok());
    Ok(files
        .into_iter()
        .filter(|(_, path)| roster.is_none() || path.canonicalize().ok() != roster)
        .map(|(name, path)| InputFile::new(path, name))
        .collect())
}

fn walk(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeSet<(String, PathBuf)>) -> Result<(), PathBuf> {
    if depth > DEEPEST {
        return Ok(());
    }
    if is_output(folder) {
        files.insert((format!("{prefix}{FACTS}"), folder.join(FACTS)));
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(|_| folder.to_owned())?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let is_folder = std::fs::metadata(&path).is_ok_and(|meta| meta.is_dir());
        if is_folder {
            // A folder that cannot be opened is reported like a file that cannot.
            if !name.starts_with('.') && walk(&path, &format!("{prefix}{name}/"), depth + 1, files).is_err() {
                files.insert((format!("{prefix}{name}"), path));
            }
        } else if depth > 0 || !prefix.is_empty() || (name != ROSTER_NAME && name != CONFIG_NAME) {
            files.insert((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}

/// Whether the folder is a year's output of this program.
fn is_output(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file() && folder.join(FACTS).is_file()
}
