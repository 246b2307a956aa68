//! Where definitions come from: those embedded in the program, and the user's own folder (`--forms DIR`).

use super::crosswalk;
use super::lint::{lint, unsafe_name};
use super::{CrosswalkDefinition, DefinitionError, FormDefinition, PhraseBook, Rulebook, Words};
use crate::fingerprint;
use std::path::{Path, PathBuf};

/// Definition files embedded in the program.
const EMBEDDED: [(&str, &str); 4] = [
    ("channels.toml", include_str!("../forms/channels.toml")),
    ("gk2019.toml", include_str!("../forms/gk2019.toml")),
    ("gk2021.toml", include_str!("../forms/gk2021.toml")),
    ("tj2014.toml", include_str!("../forms/tj2014.toml")),
];
const WORDS: &str = include_str!("../forms/words.toml");
const CROSSWALK: &str = include_str!("../forms/crosswalk.toml");
/// The file that is no form: how versions continue each other.
const CROSSWALK_NAME: &str = "crosswalk.toml";
/// How narrative reports speak: the embedded file, or one of the same name in the user's folder.
const PHRASES: (&str, &str) = ("phrases.toml", include_str!("../forms/phrases.toml"));

/// The definitions in use, with what is needed to prove later which ones they were.
#[derive(Debug)]
pub struct Library {
    /// The forms.
    pub rulebook: Rulebook,
    /// Words of returns that belong to no form.
    pub words: Words,
    /// How the versions of the national form continue each other, as written.
    pub crosswalk: CrosswalkDefinition,
    /// Phrases of narrative reports.
    pub phrases: PhraseBook,
    /// Name and SHA-256 of every definition, for the manifest.
    pub hashes: Vec<(String, String)>,
}

/// Why the definitions could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder or a file in it cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// A file is not a definition.
    #[error("{0}: {1}")]
    Syntax(String, #[source] Box<toml::de::Error>),
    /// A definition contradicts itself.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// Definitions that can be read and would mislead: `huizong forms lint` lists the same.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Misleading(Vec<DefinitionError>),
}

impl Library {
    /// Loads the embedded definitions and those of `folder`; a definition there replaces an embedded one of the
    /// same code; a crosswalk and phrases there replace the embedded ones.
    ///
    /// # Errors
    /// When the folder cannot be read or a definition is wrong.
    pub fn load(folder: Option<&Path>) -> Result<Self, LibraryError> {
        let mut sources: Vec<(String, String)> =
            EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        if let Some(folder) = folder {
            sources.extend(own_definitions(folder)?);
        }
        let own_phrases = sources.iter().position(|(name, _)| name == PHRASES.0).map(|at| sources.remove(at).1);
        let mut definitions: Vec<(FormDefinition, String, String)> = Vec::new();
        let mut crosswalk = CROSSWALK.to_owned();
        for (name, text) in sources {
            if name == CROSSWALK_NAME {
                crosswalk = text;
                continue;
            }
            let definition: FormDefinition =
                toml::from_str(&text).map_err(|error| LibraryError::Syntax(name.clone(), Box::new(error)))?;
            definitions.retain(|(earlier, _, _)| earlier.code != definition.code);
            let hash = fingerprint::of_bytes(text);
            definitions.push((definition, name, hash));
        }
        let mut hashes: Vec<(String, String)> =
            definitions.iter().map(|(_, name, hash)| (name.clone(), hash.clone())).collect();
        hashes.push(("words.toml".to_owned(), fingerprint::of_bytes(WORDS)));
        let phrase_text = own_phrases.as_deref().unwrap_or(PHRASES.1);
        hashes.push((CROSSWALK_NAME.to_owned(), fingerprint::of_bytes(&crosswalk)));
        hashes.push((PHRASES.0.to_owned(), fingerprint::of_bytes(phrase_text)));
        hashes.sort();
        let rulebook = Rulebook::build(definitions.into_iter().map(|(definition, _, _)| definition).collect())
            .map_err(LibraryError::Definition)?;
        if let Some(error) = unsafe_name(&rulebook) {
            return Err(LibraryError::Definition(error));
        }
        let syntax = |name: &str, error| LibraryError::Syntax(name.to_owned(), Box::new(error));
        let words = toml::from_str(WORDS).map_err(|error| syntax("words.toml", error))?;
        let crosswalk = toml::from_str(&crosswalk).map_err(|error| syntax(CROSSWALK_NAME, error))?;
        let phrases: PhraseBook = toml::from_str(phrase_text).map_err(|error| syntax(PHRASES.0, error))?;
        // A form of the user's own may lack figures that the embedded phrases name: those are then not looked for.
        if folder.is_none() || own_phrases.is_some() {
            phrases.check(&rulebook).map_err(LibraryError::Definition)?;
        }
        Ok(Library { rulebook, words, crosswalk, phrases, hashes })
    }

    /// What would mislead whoever uses these forms: faults of the forms, of the crosswalk between them, and national forms
    /// that the crosswalk does not know.
    #[must_use]
    pub(crate) fn faults(&self) -> Vec<DefinitionError> {
        let mut faults = lint(&self.rulebook);
        faults.extend(crosswalk::build(&self.crosswalk, &self.rulebook).1);
        faults.extend(crosswalk::unlinked(&self.crosswalk, &self.rulebook));
        faults
    }
}

fn own_definitions(folder: &Path) -> Result<Vec<(String, String)>, LibraryError> {
    let unreadable = |error| LibraryError::Unreadable(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).map_err(|error| LibraryError::Unreadable(path.clone(), error))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((name, text))
        })
        .collect()
}
