//! A folder that appears as a whole or not at all, and never at the cost of somebody else's files.

use crate::form::hex;
use crate::trouble::{At, Trouble};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file or folder that could not be written.
pub type PublishError = At;

/// The list of what a published folder holds.
const MANIFEST: &str = "manifest.json";
/// The file that one run at a time holds.
const LOCK: &str = ".huizong.lock";

/// A folder in the making, beside the one it will replace. Gone again unless it is put in its place.
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
    move |error| At { path: path.to_owned(), trouble: error.into() }
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
        fs::create_dir(&path).map_err(failed(&path))?;
        Ok(Folder { path, target: target.to_owned(), hashes: BTreeMap::new() })
    }

    /// Writes a whole file; its name may lead into a folder below.
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
        if let Some(parent) = path.parent().filter(|parent| *parent != self.path) {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
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
        At { path: self.path.join(name), trouble: Trouble::Other(detail.to_string()) }
    }

    /// Name and hash of every finished file.
    #[must_use]
    pub fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // After it has been put in its place there is nothing here any more.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Puts finished folders in the place of the old ones. Nothing is lost when this is interrupted: see [`recover`].
///
/// # Errors
/// When a folder cannot be renamed; the old one is put back.
pub fn replace(folders: Vec<Folder>) -> Result<(), PublishError> {
    for folder in &folders {
        let old = beside(&folder.target, "old");
        let had = folder.target.exists();
        if had {
            fs::rename(&folder.target, &old).map_err(failed(&folder.target))?;
        }
        if let Err(error) = fs::rename(&folder.path, &folder.target) {
            if had {
                let _ = fs::rename(&old, &folder.target);
            }
            return Err(failed(&folder.target)(error));
        }
        if had {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
    }
    Ok(())
}

/// The output while one run writes into it.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    // Released when it is closed, even by a run that is killed.
    _file: fs::File,
}

/// Claims an output for this run and clears up after one that was killed: an old folder without its successor is put
/// back, unfinished ones go.
///
/// # Errors
/// When another run is writing there, or a folder cannot be made, renamed or removed.
pub fn claim(output: &Path) -> Result<Lock, PublishError> {
    fs::create_dir_all(output).map_err(failed(output))?;
    let path = output.join(LOCK);
    let file = fs::File::create(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(At { path: output.to_owned(), trouble: Trouble::Busy }),
        // Some network drives know no locks.
        Err(fs::TryLockError::Error(_)) => {}
    }
    let lock = Lock { path, _file: file };
    recover(output)?;
    Ok(lock)
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn recover(output: &Path) -> Result<(), PublishError> {
    let mut names: Vec<String> = fs::read_dir(output)
        .map_err(failed(output))?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
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
                remove_own(&path)?;
            } else {
                fs::rename(&path, &target).map_err(failed(&path))?;
            }
        } else if inner(".new").is_some() {
            fs::remove_dir_all(&path).map_err(failed(&path))?;
        }
    }
    Ok(())
}

fn remove_own(path: &Path) -> Result<(), PublishError> {
    let strangers = strangers(path)?;
    if !strangers.is_empty() {
        return Err(At { path: path.to_owned(), trouble: Trouble::Strangers(strangers) });
    }
    fs::remove_dir_all(path).map_err(failed(path))
}

/// Makes sure that a year's folder may be replaced: it holds no input of the run, and nothing but what an earlier run
/// wrote.
///
/// # Errors
/// When it holds anything else.
pub fn may_replace<'p>(target: &Path, inputs: impl Iterator<Item = &'p Path>) -> Result<(), PublishError> {
    let Ok(real) = target.canonicalize() else { return Ok(()) };
    let inside = |input: &Path| input.canonicalize().is_ok_and(|input| input.starts_with(&real));
    for input in inputs {
        if inside(input) {
            let trouble = Trouble::HoldsInput(input.display().to_string());
            return Err(At { path: target.to_owned(), trouble });
        }
    }
    let strangers = strangers(target)?;
    if strangers.is_empty() {
        return Ok(());
    }
    Err(At { path: target.to_owned(), trouble: Trouble::Strangers(strangers) })
}

/// Files in a folder that are not on its manifest; all of them, if it has none.
fn strangers(folder: &Path) -> Result<Vec<String>, PublishError> {
    if !folder.is_dir() {
        return Ok(vec![folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()]);
    }
    let mut files = BTreeSet::new();
    walk(folder, "", &mut files)?;
    let manifest = fs::read(folder.join(MANIFEST)).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
    let is_own = manifest.get("program").and_then(serde_json::Value::as_str) == Some(env!("CARGO_PKG_NAME"));
    let outputs = manifest.get("outputs").and_then(serde_json::Value::as_object).filter(|_| is_own);
    let known = |name: &String| outputs.is_some_and(|outputs| name == MANIFEST || outputs.contains_key(name));
    Ok(files.into_iter().filter(|name| !known(name)).collect())
}

fn walk(folder: &Path, prefix: &str, files: &mut BTreeSet<String>) -> Result<(), PublishError> {
    for entry in fs::read_dir(folder).map_err(failed(folder))?.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name);
        }
    }
    Ok(())
}
