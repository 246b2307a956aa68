//! A whole run: the stages in their order, and what they come to.

use crate::address::FileId;
use crate::agency::identify::Identifier;
use crate::agency::roster::{Roster, RosterColumns, RosterError};
use crate::collate::{Collation, EarlierFigures, collate};
use crate::consolidate::{City, Scope, consolidate};
use crate::form::{Library, LibraryError, hex};
use crate::inputs;
use crate::intake::{FileOutcome, InputFile, Intake};
use crate::locate::Guide;
use crate::message::{Catalogue, Renderer};
use crate::publish::{self, Earlier, Edition, Folder, PublishError, scope_name};
use crate::read::Limits;
use crate::returns::Agency;
use crate::settings::Settings;
use crate::unpack::unpack;
use crate::value::Amount;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why a run could not be done.
#[derive(Debug)]
pub enum RunError {
    /// An input does not exist or cannot be listed.
    InputMissing(PathBuf),
    /// The inputs hold no file.
    NoFiles,
    /// Files, but none that gives a return.
    NothingReadable(usize),
    /// The roster cannot be read.
    RosterUnreadable(PathBuf, String),
    /// The roster is wrong: file and faults.
    RosterWrong(PathBuf, Vec<RosterError>),
    /// The form definitions are wrong.
    Forms(LibraryError),
    /// Threads cannot be started.
    Jobs(String),
    /// The output cannot be written.
    Output(PublishError),
    /// The program contradicts itself.
    Internal(String),
}

impl RunError {
    /// Whether the user's command or settings are wrong, rather than the job impossible.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            RunError::InputMissing(_) | RunError::RosterUnreadable(..) | RunError::RosterWrong(..) | RunError::Forms(_)
        )
    }
}

/// Told about every file as soon as it has been read, by whatever thread read it.
pub trait Progress: Sync {
    /// So many files will be read.
    fn begin(&self, files: usize);
    /// One more has been read, with so many findings.
    fn file(&self, findings: usize);
    /// All have been read.
    fn end(&self);
}

/// No progress.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _files: usize) {}
    fn file(&self, _findings: usize) {}
    fn end(&self) {}
}

/// The forms, the roster and the sentences: what a run knows before it reads a file.
pub struct Desk {
    /// Forms.
    pub library: Library,
    /// Who must report, if known.
    pub roster: Option<Roster>,
    /// Hash of the roster.
    pub roster_hash: Option<String>,
    /// Sentences.
    pub catalogue: Catalogue,
}

impl Desk {
    /// Loads everything that the settings name.
    ///
    /// # Errors
    /// When a definition or the roster is wrong.
    pub fn open(settings: &Settings) -> Result<Self, RunError> {
        let library = Library::load(settings.forms.as_deref()).map_err(RunError::Forms)?;
        let catalogue = Catalogue::load(settings.lang).map_err(|error| RunError::Internal(error.to_string()))?;
        let (roster, roster_hash) = match &settings.roster {
            Some(path) => {
                let (roster, hash) = load_roster(path)?;
                (Some(roster), Some(hash))
            }
            None => (None, None),
        };
        Ok(Desk { library, roster, roster_hash, catalogue })
    }
}

fn load_roster(path: &Path) -> Result<(Roster, String), RunError> {
    let unreadable = |detail: String| RunError::RosterUnreadable(path.to_owned(), detail);
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = crate::read::decode_text(&bytes).ok_or_else(|| unreadable("not text".to_owned()))?;
    let roster = Roster::parse(&text, &RosterColumns::default())
        .map_err(|errors| RunError::RosterWrong(path.to_owned(), errors))?;
    Ok((roster, hex(&Sha256::digest(&bytes))))
}

/// What was read and collated, before anything is published.
pub struct Gathered {
    /// The files, in order.
    pub inputs: Vec<InputFile>,
    /// What they came to.
    pub collation: Collation,
    /// The sums of every year.
    pub cities: Vec<City>,
}

/// Reads, checks and consolidates all inputs.
///
/// # Errors
/// When there is nothing to read.
pub fn gather(settings: &Settings, desk: &Desk, progress: &dyn Progress) -> Result<Gathered, RunError> {
    let files = inputs::list(&settings.inputs, settings.roster.as_deref()).map_err(RunError::InputMissing)?;
    if files.is_empty() {
        return Err(RunError::NoFiles);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs)
        .build()
        .map_err(|error| RunError::Jobs(error.to_string()))?;
    pool.install(|| {
        let files = unpack(files, &Limits::default()).map_err(RunError::InputMissing)?;
        gather_here(settings, desk, files, progress)
    })
}

fn gather_here(
    settings: &Settings,
    desk: &Desk,
    files: Vec<InputFile>,
    progress: &dyn Progress,
) -> Result<Gathered, RunError> {
    let book = &desk.library.rulebook;
    let guide = Guide::new(book, &desk.library.words);
    let identifier = Identifier::new(desk.roster.as_ref(), &desk.library.words, &guide.words);
    let intake = Intake {
        guide: &guide,
        identifier: &identifier,
        limits: Limits::default(),
        year: settings.year,
        roster: desk.roster.as_ref(),
    };
    progress.begin(files.len());
    let outcomes: Vec<FileOutcome> = files
        .par_iter()
        .enumerate()
        .map(|(place, input)| {
            let outcome = intake.read(FileId(u32::try_from(place).unwrap_or(u32::MAX)), input);
            progress.file(outcome.findings.len());
            outcome
        })
        .collect();
    progress.end();
    let earlier = match &settings.previous {
        Some(folder) => earlier_figures(folder, desk),
        None => EarlierFigures::new(),
    };
    let collation = collate(outcomes, &files, book, desk.roster.as_ref(), identifier.clue_words(), &earlier);
    if collation.years.is_empty() {
        // The caller still wants to say what is wrong with each file.
        return Ok(Gathered { inputs: files, collation, cities: Vec::new() });
    }
    let cities = collation
        .years
        .iter()
        .map(|year| {
            let returns: Vec<_> = collation.returns(*year).collect();
            consolidate(*year, &returns, book, desk.roster.as_ref())
        })
        .collect::<Result<Vec<City>, _>>()
        .map_err(|error| RunError::Internal(error.to_string()))?;
    Ok(Gathered { inputs: files, collation, cities })
}

/// Writes the outputs of every year and puts them in their place.
///
/// # Errors
/// When the output cannot be written; what was there before is kept.
pub fn publish_all(settings: &Settings, desk: &Desk, gathered: &Gathered) -> Result<Vec<PathBuf>, RunError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs)
        .build()
        .map_err(|error| RunError::Jobs(error.to_string()))?;
    pool.install(|| publish_here(settings, desk, gathered)).map_err(RunError::Output)
}

fn publish_here(settings: &Settings, desk: &Desk, gathered: &Gathered) -> Result<Vec<PathBuf>, PublishError> {
    let failed = |error: std::io::Error| PublishError { path: settings.output.clone(), detail: error.to_string() };
    std::fs::create_dir_all(&settings.output).map_err(failed)?;
    publish::recover(&settings.output)?;
    with_renderer(desk, gathered, |renderer| {
        let mut folders = Vec::new();
        let mut targets = Vec::new();
        let mut earlier: BTreeMap<u16, Earlier> = BTreeMap::new();
        for city in &gathered.cities {
            let before = city.year.saturating_sub(1);
            if let (None, Some(folder)) = (earlier.get(&before), &settings.previous)
                && let Some(sums) = earlier_sums(folder, before)
            {
                earlier.insert(before, sums);
            }
            let target = settings.output.join(city.year.to_string());
            let mut folder = Folder::begin(&target)?;
            let edition = Edition {
                year: city.year,
                city,
                collation: &gathered.collation,
                library: &desk.library,
                renderer,
                inputs: &gathered.inputs,
                earlier: earlier.get(&before),
                bom: settings.bom,
                roster_hash: desk.roster_hash.clone(),
            };
            publish::publish(&edition, &mut folder)?;
            earlier.insert(city.year, sums_of(city, renderer));
            folders.push(folder);
            targets.push(target);
        }
        publish::replace(folders)?;
        Ok(targets)
    })
}

/// Gives what knows the names of things in this run.
pub fn with_renderer<T>(desk: &Desk, gathered: &Gathered, act: impl FnOnce(&Renderer<'_>) -> T) -> T {
    let sheets: Vec<&[String]> = gathered.collation.outcomes.iter().map(|outcome| outcome.sheets.as_slice()).collect();
    act(&Renderer {
        catalogue: &desk.catalogue,
        book: &desk.library.rulebook,
        roster: desk.roster.as_ref(),
        inputs: &gathered.inputs,
        sheets: &sheets,
    })
}

fn sums_of(city: &City, renderer: &Renderer<'_>) -> Earlier {
    let mut sums = Earlier::new();
    for table in &city.tables {
        let scope: &Scope = &table.scope;
        let scope = scope_name(scope, renderer);
        for (item, sum) in &table.sums {
            if let Some(value) = sum.value {
                let code = publish::item_code(item, sum, renderer);
                sums.entry((scope.clone(), code)).or_insert(value);
            }
        }
    }
    sums
}

/// Sums of an earlier run's summary.csv.
fn earlier_sums(output: &Path, year: u16) -> Option<Earlier> {
    let rows = earlier_rows(&year_folder(output, year)?.join("summary.csv"))?;
    let mut sums = Earlier::new();
    for row in rows {
        let get = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        if let Ok(value) = get("value").parse::<Amount>() {
            let code = joined(get("indicator"), get("dimension"));
            sums.entry((get("scope").to_owned(), code)).or_insert(value);
        }
    }
    Some(sums)
}

/// Counted figures by agency of an earlier run's facts.csv, all years that are there.
fn earlier_figures(output: &Path, desk: &Desk) -> EarlierFigures {
    let mut figures = EarlierFigures::new();
    for year in 2008..2100 {
        let Some(rows) = year_folder(output, year).and_then(|folder| earlier_rows(&folder.join("facts.csv"))) else {
            continue;
        };
        for row in rows.iter().filter(|row| row.get("counted").is_some_and(|counted| counted == "true")) {
            let get = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let listed = desk
                .roster
                .as_ref()
                .and_then(|roster| roster.find_id(get("agency_id")).or_else(|| roster.find(get("agency"))));
            let agency = listed.map_or_else(|| Agency::Named(get("agency").to_owned()), Agency::Listed);
            if let Ok(value) = get("value").parse::<Amount>() {
                figures.entry((year, agency)).or_default().insert(joined(get("indicator"), get("dimension")), value);
            }
        }
    }
    figures
}

fn joined(indicator: &str, dimension: &str) -> String {
    if dimension.is_empty() { indicator.to_owned() } else { format!("{indicator}:{dimension}") }
}

/// The year's folder of an output, which may itself be a year's folder.
fn year_folder(output: &Path, year: u16) -> Option<PathBuf> {
    let name = year.to_string();
    let inner = output.join(&name);
    if inner.is_dir() {
        return Some(inner);
    }
    output.file_name().is_some_and(|own| own.to_string_lossy() == name).then(|| output.to_owned())
}

fn earlier_rows(path: &Path) -> Option<Vec<BTreeMap<String, String>>> {
    let bytes = std::fs::read(path).ok()?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    csv::Reader::from_reader(bytes).deserialize().collect::<Result<Vec<_>, _>>().ok()
}
