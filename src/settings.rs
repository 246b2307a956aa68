//! Settings of a run: the command line over `huizong.toml` over the defaults.

use crate::language::Language;
use crate::trouble::{At, Trouble};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where inputs are looked for when none are named.
pub(crate) const DEFAULT_INPUT: &str = "data";
/// Where outputs go when nothing is said.
pub(crate) const DEFAULT_OUTPUT: &str = "output";
/// Name of the settings file in an input folder.
pub(crate) const CONFIG_NAME: &str = "huizong.toml";
/// Name of the decisions in an input folder.
pub(crate) const DECISIONS_NAME: &str = "decisions.csv";
/// Name of the roster in an input folder.
pub(crate) const ROSTER_NAME: &str = "roster.csv";

/// Settings as a file or the command line gives them: everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// Files and folders to read.
    #[serde(default)]
    pub inputs: Vec<PathBuf>,
    /// Folder for the results.
    pub output: Option<PathBuf>,
    /// The only report year wanted.
    pub year: Option<u16>,
    /// The roster.
    pub roster: Option<PathBuf>,
    /// An earlier output folder, for comparison.
    pub previous: Option<PathBuf>,
    /// What the office has decided.
    pub decisions: Option<PathBuf>,
    /// A folder with the user's own forms.
    pub forms: Option<PathBuf>,
    /// Threads.
    pub jobs: Option<usize>,
    /// Language of messages.
    pub lang: Option<Language>,
    /// No progress and no summary.
    pub quiet: Option<bool>,
    /// Exit status 1 when errors remain.
    pub strict: Option<bool>,
    /// CSV files without byte order mark.
    pub no_bom: Option<bool>,
}

/// Settings of a run, complete.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Files and folders to read.
    pub inputs: Vec<PathBuf>,
    /// Folder for the results.
    pub output: PathBuf,
    /// The only report year wanted.
    pub year: Option<u16>,
    /// The roster, if there is one.
    pub roster: Option<PathBuf>,
    /// Whether the roster was found in a folder above the inputs.
    pub roster_is_above: bool,
    /// An earlier output folder.
    pub previous: Option<PathBuf>,
    /// What the office has decided, if it has.
    pub decisions: Option<PathBuf>,
    /// The user's own forms.
    pub forms: Option<PathBuf>,
    /// Threads; 0 for as many as the machine has.
    pub jobs: usize,
    /// Language of messages.
    pub lang: Language,
    /// No progress and no summary.
    pub quiet: bool,
    /// Exit status 1 when errors remain.
    pub strict: bool,
    /// Whether CSV files begin with a byte order mark.
    pub bom: bool,
}

/// A settings file that cannot be used, and the language that it asks for as far as that can be told.
#[derive(Debug, thiserror::Error)]
#[error("settings: {at}")]
pub struct ConfigError {
    /// What is wrong with it.
    #[source]
    pub at: At,
    /// The language of the complaint.
    pub lang: Option<Language>,
}

/// Folders above the input in which a roster is looked for.
const ROSTER_LEVELS: usize = 3;

impl Settings {
    /// Completes the command line from the settings file (`config`, or `huizong.toml` in an input folder).
    ///
    /// # Errors
    /// When the settings file cannot be read or understood.
    pub fn resolve(line: Partial, config: Option<&Path>) -> Result<Self, ConfigError> {
        let inputs = if line.inputs.is_empty() { vec![PathBuf::from(DEFAULT_INPUT)] } else { line.inputs.clone() };
        let found = config
            .map(Path::to_owned)
            .or_else(|| inputs.iter().map(|input| input.join(CONFIG_NAME)).find(|path| path.is_file()));
        let file = match &found {
            Some(path) => read_config(path)?,
            None => Partial::default(),
        };
        // Paths in a settings file are meant from where the file lies.
        let base = found.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let from_file = |path: Option<PathBuf>| path.map(|path| base.join(path));
        let inputs = if line.inputs.is_empty() && !file.inputs.is_empty() {
            file.inputs.iter().map(|input| base.join(input)).collect()
        } else {
            inputs
        };
        let named = line
            .roster
            .or_else(|| from_file(file.roster))
            .or_else(|| inputs.iter().map(|input| input.join(ROSTER_NAME)).find(|path| path.is_file()));
        let roster_is_above = named.is_none();
        let roster = named.or_else(|| inputs.iter().find_map(|input| roster_above(input)));
        let decisions = line
            .decisions
            .or_else(|| from_file(file.decisions))
            .or_else(|| inputs.iter().map(|input| input.join(DECISIONS_NAME)).find(|path| path.is_file()));
        Ok(Settings {
            decisions,
            inputs,
            output: line.output.or_else(|| from_file(file.output)).unwrap_or_else(|| PathBuf::from(DEFAULT_OUTPUT)),
            year: line.year.or(file.year),
            roster_is_above: roster_is_above && roster.is_some(),
            roster,
            previous: line.previous.or_else(|| from_file(file.previous)),
            forms: line.forms.or_else(|| from_file(file.forms)),
            jobs: line.jobs.or(file.jobs).unwrap_or(0).min(most_jobs()),
            lang: line.lang.or(file.lang).unwrap_or_default(),
            quiet: line.quiet.or(file.quiet).unwrap_or(false),
            strict: line.strict.or(file.strict).unwrap_or(false),
            bom: !line.no_bom.or(file.no_bom).unwrap_or(false),
        })
    }
}

/// More threads than this for every processor only cost memory.
fn most_jobs() -> usize {
    const PER_PROCESSOR: usize = 4;
    std::thread::available_parallelism().map_or(1, usize::from) * PER_PROCESSOR
}

/// The nearest roster in the folders above an input: who checks one folder of a city still has the city's roster.
fn roster_above(input: &Path) -> Option<PathBuf> {
    let real = input.canonicalize().ok()?;
    let above = real.ancestors().skip(1).take(ROSTER_LEVELS);
    above.map(|folder| folder.join(ROSTER_NAME)).find(|path| path.is_file())
}

fn read_config(path: &Path) -> Result<Partial, ConfigError> {
    let wrong = |trouble: Trouble, lang| ConfigError { at: At { path: path.to_owned(), trouble }, lang };
    let bytes = std::fs::read(path).map_err(|error| wrong(error.into(), None))?;
    // Notepad writes a byte order mark, or GBK.
    let text = crate::read::decode_text(&bytes).ok_or_else(|| wrong(Trouble::NotText, None))?;
    toml::from_str(&text).map_err(|error| wrong(Trouble::toml(&text, &error), language_in(&text)))
}

/// The language that a settings file with faults elsewhere asks for.
fn language_in(text: &str) -> Option<Language> {
    #[derive(Deserialize)]
    struct Only {
        lang: Language,
    }
    text.lines().find_map(|line| toml::from_str::<Only>(line).ok()).map(|only| only.lang)
}
