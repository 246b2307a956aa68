//! Which files a run reads: inputs walked and put in order, so that nothing depends on how a folder is listed.

mod unpack;

pub(crate) use unpack::unpack;

use crate::fingerprint;
use crate::input::{InputFile, Source};
use crate::settings::{CONFIG_NAME, ROSTER_NAME, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Deeper folders than this are not walked.
const DEEPEST: usize = 32;

use crate::input::{FACTS, MANIFEST};

/// Lists all files of the inputs, sorted by name. Archives are not opened here.
///
/// The roster and the settings are not returns and are left out; of an earlier run's output only the facts are read, and
/// the run's own output is not walked at all.
///
/// # Errors
/// The path that does not exist or cannot be listed.
pub(crate) fn list(settings: &Settings) -> Result<Vec<InputFile>, PathBuf> {
    let roster = settings.roster.as_ref().and_then(|path| std::fs::read(path).ok());
    let mut walk = Walk {
        own: settings.output.canonicalize().ok(),
        walked: BTreeSet::new(),
        roster: roster.map(fingerprint::of_bytes),
        own_results: Vec::new(),
        files: BTreeSet::new(),
    };
    let (inside, inputs): (Vec<&PathBuf>, Vec<&PathBuf>) =
        settings.inputs.iter().partition(|input| unpack::name_inside(input).is_some());
    for input in inside {
        let name = unpack::name_inside(input).unwrap_or_default();
        walk.files.insert((name, input.clone(), String::new()));
    }
    for (input, name) in named(&inputs)? {
        let meta = std::fs::metadata(&input).map_err(|_| input.clone())?;
        if !meta.is_dir() {
            let (base, folder) = (base_name(&input), input.canonicalize().ok());
            let folder = folder.as_deref().and_then(Path::parent).map(base_name).unwrap_or_default();
            let name = if settings.inputs.len() > 1 { name } else { base };
            walk.files.insert((name, input.clone(), folder));
            continue;
        }
        // With several inputs, names below each start with the folder's own.
        let prefix = if settings.inputs.len() > 1 { format!("{name}/") } else { String::new() };
        let outer = input.canonicalize().map(|path| base_name(&path)).unwrap_or_default();
        walk.folder(&input, &prefix, &outer, 0)?;
    }
    let roster = settings.roster.as_ref().and_then(|path| path.canonicalize().ok());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let decisions = settings.decisions.as_ref().and_then(|path| path.canonicalize().ok());
    let is_roster = |path: &Path| {
        let real = path.canonicalize().ok();
        real.is_some() && (real == roster || real == decisions)
    };
    let listed = walk.files.into_iter().filter(|(_, path, _)| !is_roster(path)).map(|(name, path, outer)| {
        // Names that cannot be told apart in print are numbered.
        let time = times.entry(name.clone()).or_default();
        *time += 1;
        let name = if *time > 1 { format!("{name}~{time}") } else { name };
        InputFile::new(path, name, outer)
    });
    let mut files: Vec<InputFile> = listed.chain(walk.own_results).collect();
    files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(files)
}

/// Every input once, with as much of its path as tells it from the others.
fn named(inputs: &[&PathBuf]) -> Result<Vec<(PathBuf, String)>, PathBuf> {
    let mut paths: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for input in inputs {
        paths.entry(input.canonicalize().map_err(|_| (*input).clone())?).or_insert(input);
    }
    let parts = |path: &Path| -> Vec<String> {
        let normal = path.components().filter(|part| matches!(part, Component::Normal(_)));
        normal.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let all: Vec<Vec<String>> = paths.keys().map(|path| parts(path)).collect();
    let name = |parts: &[String]| {
        let tail = |count: usize| parts.get(parts.len().saturating_sub(count)..).unwrap_or_default();
        let is_alone = |count: usize| {
            all.iter().filter(|other| other.get(other.len().saturating_sub(count)..) == Some(tail(count))).count() < 2
        };
        let count = (1..parts.len()).find(|count| is_alone(*count)).unwrap_or(parts.len());
        tail(count).join("/")
    };
    Ok(paths.values().zip(&all).map(|(path, parts)| ((*path).clone(), name(parts))).collect())
}

fn base_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

struct Walk {
    /// The run's own output.
    own: Option<PathBuf>,
    /// Folders that have been walked: links may lead to one twice, or round in circles.
    walked: BTreeSet<PathBuf>,
    /// Hash of the roster.
    roster: Option<String>,
    /// Earlier results of this run's own level.
    own_results: Vec<InputFile>,
    /// Name, path and name of the folder that was given as input.
    files: BTreeSet<(String, PathBuf, String)>,
}

impl Walk {
    /// Whether the results in a folder are of the agencies of this run's own roster: made from these very inputs, not by
    /// an office below.
    fn is_of_this_level(&self, folder: &Path) -> bool {
        let manifest = std::fs::read(folder.join(MANIFEST)).unwrap_or_default();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
        let roster = manifest.get("roster").and_then(serde_json::Value::as_str);
        roster.is_some() && roster == self.roster.as_deref()
    }

    fn folder(&mut self, folder: &Path, prefix: &str, outer: &str, depth: usize) -> Result<(), PathBuf> {
        let real = folder.canonicalize().map_err(|_| folder.to_owned())?;
        let is_own = depth > 0 && self.own.as_ref() == Some(&real);
        if depth > DEEPEST || is_own || !self.walked.insert(real) {
            return Ok(());
        }
        if is_output(folder) && depth > 0 && self.is_of_this_level(folder) {
            let name = format!("{prefix}{FACTS}");
            let file = InputFile::new(folder.join(FACTS), name, outer.to_owned());
            self.own_results.push(InputFile { source: Source::OwnResults, ..file });
            return Ok(());
        }
        if is_output(folder) {
            self.files.insert((format!("{prefix}{FACTS}"), folder.join(FACTS), outer.to_owned()));
            return Ok(());
        }
        let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(|_| folder.to_owned())?.flatten().collect();
        // Of two links to one folder the first by name is walked.
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            let is_folder = std::fs::metadata(&path).is_ok_and(|meta| meta.is_dir());
            if is_folder {
                // A folder that cannot be opened is reported like a file that cannot.
                if !name.starts_with('.') && self.folder(&path, &format!("{prefix}{name}/"), outer, depth + 1).is_err()
                {
                    self.files.insert((format!("{prefix}{name}"), path, outer.to_owned()));
                }
            } else if depth > 0 || !prefix.is_empty() || (name != ROSTER_NAME && name != CONFIG_NAME) {
                self.files.insert((format!("{prefix}{name}"), path, outer.to_owned()));
            }
        }
        Ok(())
    }
}

/// Whether the folder is a year's output of this program.
fn is_output(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file() && folder.join(FACTS).is_file()
}
