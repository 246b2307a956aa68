//! A folder that appears as a whole or not at all, and never at the cost of somebody else's files.

use crate::fingerprint::{self, Hashed};
use crate::trouble::{At, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file or folder that could not be written.
pub(crate) type PublishError = At;

/// The list of what a published folder holds.
const MANIFEST: &str = "manifest.json";
/// The file that one run at a time holds.
const LOCK: &str = ".huizong.lock";

/// A folder in the making, beside the one it will replace. Gone again unless it is put in its place.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    target: Replaceable,
    hashes: BTreeMap<String, String>,
}

/// A file of the folder that is written bit by bit, hashed on the way.
pub(super) type FolderFile = Hashed<io::BufWriter<fs::File>>;

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
    pub fn begin(target: Replaceable) -> Result<Self, PublishError> {
        let path = beside(&target.path, "new");
        fs::create_dir(&path).map_err(failed(&path))?;
        Ok(Folder { path, target, hashes: BTreeMap::new() })
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
        Ok(Hashed::new(io::BufWriter::with_capacity(1 << 18, file)))
    }

    /// Ends a file and notes its hash.
    ///
    /// # Errors
    /// When what is left cannot be written.
    pub fn close(&mut self, name: &str, file: FolderFile) -> Result<(), PublishError> {
        let hash = file.finish().map_err(failed(&self.path.join(name)))?;
        self.hashes.insert(name.to_owned(), hash);
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
/// When somebody has changed a folder since it was looked at, or one cannot be renamed; the old one is put back.
pub fn replace(folders: Vec<Folder>) -> Result<(), PublishError> {
    folders.iter().try_for_each(|folder| folder.target.is_untouched())?;
    for folder in &folders {
        let target = &folder.target.path;
        let old = beside(target, "old");
        let had = target.exists();
        if had {
            fs::rename(target, &old).map_err(failed(target))?;
        }
        if let Err(error) = fs::rename(&folder.path, target) {
            if had {
                let _ = fs::rename(&old, target);
            }
            return Err(failed(target)(error));
        }
        if had {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
    }
    Ok(())
}

/// The output while one run writes into it.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    // Released when it is closed, even by a run that is killed.
    _file: fs::File,
}

/// Claims an output for this run and clears up after one that was killed: an old folder without its successor is put
/// back, unfinished ones go.
///
/// # Errors
/// When another run is writing there, or a folder cannot be made, renamed or removed.
pub(crate) fn claim(output: &Path) -> Result<Lock, PublishError> {
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

/// A year's folder that may be replaced, and what its files looked like when that was found.
#[derive(Debug)]
pub struct Replaceable {
    path: PathBuf,
    seen: BTreeMap<String, Look>,
}

/// Length and time of a file: enough to notice that somebody saves it while a run is writing.
type Look = (u64, Option<SystemTime>);

impl Replaceable {
    /// Makes sure that a year's folder may be replaced: it holds no input of the run, nothing but what an earlier run wrote,
    /// and that as it was written. A signature or an answer that somebody typed there is not to be lost.
    ///
    /// # Errors
    /// When it holds anything else.
    pub fn new<'p>(target: &Path, inputs: impl Iterator<Item = &'p Path>) -> Result<Self, PublishError> {
        let mut replaceable = Replaceable { path: target.to_owned(), seen: BTreeMap::new() };
        let Ok(real) = target.canonicalize() else { return Ok(replaceable) };
        let refused = |trouble| Err(At { path: target.to_owned(), trouble });
        let inside = |input: &Path| input.canonicalize().is_ok_and(|input| input.starts_with(&real));
        for input in inputs {
            if inside(input) {
                return refused(Trouble::HoldsInput(input.display().to_string()));
            }
        }
        let strangers = strangers(target)?;
        if !strangers.is_empty() {
            return refused(Trouble::Strangers(strangers));
        }
        replaceable.seen = looks(target)?;
        let changed = changed(target)?;
        if changed.is_empty() { Ok(replaceable) } else { refused(Trouble::Changed(changed)) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_untouched(&self) -> Result<(), PublishError> {
        let now = if self.path.exists() { looks(&self.path)? } else { BTreeMap::new() };
        let names = now.iter().filter(|(name, look)| self.seen.get(*name) != Some(look)).map(|(name, _)| name.clone());
        let changed: Vec<String> = names.collect();
        match changed.is_empty() {
            true => Ok(()),
            false => Err(At { path: self.path.clone(), trouble: Trouble::Changed(changed) }),
        }
    }
}

fn looks(folder: &Path) -> Result<BTreeMap<String, Look>, PublishError> {
    let mut files = BTreeSet::new();
    walk(folder, "", &mut files)?;
    let look = |name: &String| {
        let meta = fs::metadata(folder.join(name)).ok();
        meta.map_or((0, None), |meta| (meta.len(), meta.modified().ok()))
    };
    Ok(files.into_iter().map(|name| (name.clone(), look(&name))).collect())
}

/// What a folder's manifest says of its files: name and hash. None if it is not ours.
fn listed(folder: &Path) -> Option<BTreeMap<String, String>> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        program: String,
        outputs: BTreeMap<String, String>,
    }
    let manifest: Manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()?;
    (manifest.program == env!("CARGO_PKG_NAME")).then_some(manifest.outputs)
}

/// Our own files that are no longer what a run wrote.
fn changed(folder: &Path) -> Result<Vec<String>, PublishError> {
    let Some(outputs) = listed(folder) else { return Ok(Vec::new()) };
    let mut changed = Vec::new();
    for (name, hash) in outputs {
        let path = folder.join(&name);
        // What somebody moved away is not lost.
        if path.is_file() && fingerprint::of_file(&path).map_err(failed(&path))? != hash {
            changed.push(name);
        }
    }
    Ok(changed)
}

/// Files in a folder that are not on its manifest; all of them, if it has none.
fn strangers(folder: &Path) -> Result<Vec<String>, PublishError> {
    if !folder.is_dir() {
        return Ok(vec![folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()]);
    }
    let mut files = BTreeSet::new();
    walk(folder, "", &mut files)?;
    let outputs = listed(folder);
    let known = |name: &String| outputs.as_ref().is_some_and(|outputs| name == MANIFEST || outputs.contains_key(name));
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
