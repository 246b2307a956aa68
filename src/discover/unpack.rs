//! Archives among the inputs: each file inside becomes an input of its own, under the archive's name and its path inside.

use crate::input::{FACTS, MANIFEST};
use crate::input::{InputFile, Source};
use crate::read::Limits;
use crate::read::archive::{self, Found, Listed};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Opens the archives among the files. An archive stays an input itself; of an earlier run's output inside it only the
/// facts are read. The result is in order of name.
///
/// # Errors
/// The path into an archive that leads to nothing.
pub(crate) fn unpack(files: Vec<InputFile>, limits: &Limits) -> Result<Vec<InputFile>, PathBuf> {
    let opened: Vec<Vec<InputFile>> =
        files.into_par_iter().map(|file| unpack_one(file, limits)).collect::<Result<_, PathBuf>>()?;
    let mut files: Vec<InputFile> = opened.into_iter().flatten().collect();
    files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(files)
}

fn unpack_one(file: InputFile, limits: &Limits) -> Result<Vec<InputFile>, PathBuf> {
    if let Some((path, inside)) = split(&file.path) {
        let listed = archive::list(&path, limits).and_then(Result::ok).unwrap_or_default();
        let base = file.name.strip_suffix(&inside).unwrap_or_default().to_owned();
        let below = format!("{inside}/");
        let wanted = |one: &Listed| one.name == inside || one.name.starts_with(&below);
        let found: Vec<InputFile> =
            listed.into_iter().filter(wanted).map(|one| input(&path, &base, &file.outer, one)).collect();
        return if found.is_empty() { Err(file.path) } else { Ok(found) };
    }
    match archive::list(&file.path, limits) {
        None => Ok(vec![file]),
        // What cannot be opened is one file, and has one result.
        Some(Err(refusal)) => Ok(vec![InputFile { source: Source::RefusedArchive(refusal), ..file }]),
        Some(Ok(listed)) => {
            let base = format!("{}/", file.name);
            let path = file.path.clone();
            let outer = file.outer.clone();
            let inside = returns_only(listed).into_iter().map(|one| input(&path, &base, &outer, one));
            Ok(std::iter::once(InputFile { source: Source::Archive(None), ..file }).chain(inside).collect())
        }
    }
}

/// A path into an archive (`archive.zip/inside/x.xlsx`) as the archive and the path inside.
fn split(path: &Path) -> Option<(PathBuf, String)> {
    if path.exists() {
        return None;
    }
    let archive = path.ancestors().skip(1).find(|above| above.is_file())?;
    let inside = path.strip_prefix(archive).ok()?;
    Some((archive.to_owned(), joined(inside)))
}

/// The name of an input that is a path into an archive: from the archive's own name on.
#[must_use]
pub(super) fn name_inside(path: &Path) -> Option<String> {
    let (archive, inside) = split(path)?;
    Some(format!("{}/{inside}", archive.file_name()?.to_string_lossy()))
}

fn joined(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn input(path: &Path, base: &str, outer: &str, listed: Listed) -> InputFile {
    let source = match listed.found {
        Found::File(place) => Source::Entry(place),
        Found::Archive(place) => Source::Archive(Some(place)),
        Found::Refused(refusal) => Source::RefusedEntry(refusal),
    };
    InputFile { path: path.to_owned(), name: format!("{base}{}", listed.name), outer: outer.to_owned(), source }
}

/// Leaves out what an earlier run wrote beside its facts.
fn returns_only(listed: Vec<Listed>) -> Vec<Listed> {
    let names: BTreeSet<&str> = listed.iter().map(|one| one.name.as_str()).collect();
    let folders: BTreeSet<String> = names
        .iter()
        .filter_map(|name| name.strip_suffix(FACTS))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .filter(|folder| names.contains(format!("{folder}{}", MANIFEST).as_str()))
        .map(str::to_owned)
        .collect();
    let keep = |one: &Listed| {
        let in_output = |folder: &String| one.name.strip_prefix(folder.as_str()).is_some_and(|rest| rest != FACTS);
        !folders.iter().any(in_output)
    };
    let keep: Vec<bool> = listed.iter().map(keep).collect();
    listed.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(one, _)| one).collect()
}
