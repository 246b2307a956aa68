//! A folder that appears as a whole or not at all.

use crate::form::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file or folder that could not be written.
#[derive(Debug)]
pub struct PublishError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub detail: String,
}

/// A folder in the making, beside the one it will replace.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    target: PathBuf,
    hashes: BTreeMap<String, String>,
}

/// A file of the folder that is written bit by bit, hashed on the way.
pub struct FolderFile {
    file: io::BufWriter<fs::File>,
    hash: Sha256,
}

impl Write for FolderFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PublishError + '_ {
    move |error| PublishError { path: path.to_owned(), detail: error.to_string() }
}

fn beside(target: &Path, mark: &str) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{mark}"))
}

impl Folder {
    /// Begins a folder that will become `target`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(target: &Path) -> Result<Self, PublishError> {
        let path = beside(target, "new");
        if path.exists() {
            fs::remove_dir_all(&path).map_err(failed(&path))?;
        }
        fs::create_dir_all(&path).map_err(failed(&path))?;
        Ok(Folder { path, target: target.to_owned(), hashes: BTreeMap::new() })
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), PublishError> {
        let mut file = self.create(name)?;
        file.write_all(&bytes).map_err(failed(&self.path.join(name)))?;
        self.close(name, file)
    }

    /// Begins a file that is written bit by bit.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self, name: &str) -> Result<FolderFile, PublishError> {
        let path = self.path.join(name);
        let file = fs::File::create(&path).map_err(failed(&path))?;
        Ok(FolderFile { file: io::BufWriter::with_capacity(1 << 18, file), hash: Sha256::new() })
    }

    /// Ends a file and notes its hash.
    ///
    /// # Errors
    /// When what is left cannot be written.
    pub fn close(&mut self, name: &str, mut file: FolderFile) -> Result<(), PublishError> {
        file.flush().map_err(failed(&self.path.join(name)))?;
        self.hashes.insert(name.to_owned(), hex(&file.hash.finalize()));
        Ok(())
    }

    /// An error about a file of this folder.
    #[must_use]
    pub fn failure(&self, name: &str, detail: impl ToString) -> PublishError {
        PublishError { path: self.path.join(name), detail: detail.to_string() }
    }

    /// Name and hash of every finished file.
    #[must_use]
    pub fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }
}

/// Puts finished folders in the place of the old ones. Nothing is lost when this is interrupted: see [`recover`].
///
/// # Errors
/// When a folder cannot be renamed.
pub fn replace(folders: Vec<Folder>) -> Result<(), PublishError> {
    for folder in &folders {
        let old = beside(&folder.target, "old");
        if folder.target.exists() {
            if old.exists() {
                fs::remove_dir_all(&old).map_err(failed(&old))?;
            }
            fs::rename(&folder.target, &old).map_err(failed(&folder.target))?;
        }
        fs::rename(&folder.path, &folder.target).map_err(failed(&folder.target))?;
        if old.exists() {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
    }
    Ok(())
}

/// Clears up after a run that was killed: an old folder without its successor is put back, unfinished ones go.
///
/// # Errors
/// When a folder cannot be renamed or removed.
pub fn recover(output: &Path) -> Result<(), PublishError> {
    let Ok(entries) = fs::read_dir(output) else { return Ok(()) };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let inner = |mark: &str| {
            let year = name.strip_prefix('.')?.strip_suffix(mark)?;
            (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())).then(|| year.to_owned())
        };
        let path = output.join(&name);
        if let Some(year) = inner(".old") {
            let target = output.join(year);
            if target.exists() {
                fs::remove_dir_all(&path).map_err(failed(&path))?;
            } else {
                fs::rename(&path, &target).map_err(failed(&path))?;
            }
        } else if inner(".new").is_some() {
            fs::remove_dir_all(&path).map_err(failed(&path))?;
        }
    }
    Ok(())
}
