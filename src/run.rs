//! A whole run: the stages in their order, and what they come to.

use crate::address::FileId;
use crate::agency::identify::Identifier;
use crate::agency::roster::{Roster, RosterColumns, RosterError};
use crate::collate::{self, Bench, Collation, collate, standings};
use crate::consolidate::{City, consolidate};
use crate::decisions::{self, Decision, DecisionsError};
use crate::discover::{self, unpack};
use crate::earlier::{EarlierSums, published_figures};
use crate::finding::Finding;
use crate::fingerprint;
use crate::form::{Library, LibraryError};
use crate::frames::MainThread;
use crate::input::InputFile;
use crate::intake::{FileOutcome, Intake};
use crate::locate::Guide;
use crate::message::{Catalogue, Renderer};
use crate::narrative::Phrases;
use crate::publish::{self, Edition, Folder, PublishError, Replaceable};
use crate::read::Limits;
use crate::settings::Settings;
use crate::trouble::{At, Trouble};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An input does not exist or cannot be listed.
    #[error("no such input: {}", .0.display())]
    InputMissing(PathBuf),
    /// The inputs hold no file.
    #[error("the inputs hold no file")]
    NoFiles,
    /// Files, but none that gives a return.
    #[error("none of {0} files is a return")]
    NothingReadable(usize),
    /// The decisions cannot be read.
    #[error("decisions: {0}")]
    DecisionsUnreadable(#[source] At),
    /// The decisions lack a column.
    #[error("{}: no column {}", .0.display(), .1)]
    DecisionsColumn(PathBuf, &'static str),
    /// A row of the decisions is wrong: its line and the column.
    #[error("{}: line {}: {} is wrong", .0.display(), .1, .2)]
    DecisionsRow(PathBuf, u64, &'static str),
    /// The roster cannot be read.
    #[error("roster: {0}")]
    RosterUnreadable(#[source] At),
    /// The roster is wrong: file and faults.
    #[error("{}: {} faults", .0.display(), .1.len())]
    RosterWrong(PathBuf, Vec<RosterError>),
    /// The form definitions are wrong.
    #[error("forms: {0}")]
    Forms(#[from] LibraryError),
    /// The earlier output cannot be used.
    #[error("earlier output: {0}")]
    Previous(#[source] At),
    /// Threads cannot be started.
    #[error("threads: {0}")]
    Jobs(String),
    /// The output cannot be written.
    #[error("output: {0}")]
    Output(#[source] PublishError),
    /// The program contradicts itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl RunError {
    /// Whether the user's command or settings are wrong, rather than the job impossible.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            RunError::InputMissing(_)
            | RunError::DecisionsUnreadable(_)
            | RunError::DecisionsColumn(..)
            | RunError::DecisionsRow(..)
            | RunError::RosterUnreadable(_)
            | RunError::RosterWrong(..)
            | RunError::Previous(_)
            | RunError::Forms(_) => true,
            RunError::Output(at) => at.trouble.is_usage(),
            RunError::NoFiles | RunError::NothingReadable(_) | RunError::Jobs(_) | RunError::Internal(_) => false,
        }
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
    /// What the office has decided.
    pub decisions: Vec<Decision>,
    /// Hash of the decisions.
    pub decisions_hash: Option<String>,
}

impl Desk {
    /// Loads everything that the settings name.
    ///
    /// # Errors
    /// When a definition or the roster is wrong.
    pub fn open(settings: &Settings) -> Result<Self, RunError> {
        let library = Library::load(settings.forms.as_deref())?;
        if settings.forms.is_some() {
            let faults = library.faults();
            if !faults.is_empty() {
                return Err(LibraryError::Misleading(faults).into());
            }
        }
        let catalogue = Catalogue::load(settings.lang).map_err(|error| RunError::Internal(error.to_string()))?;
        let (roster, roster_hash) = match &settings.roster {
            Some(path) => {
                let (roster, hash) = load_roster(path)?;
                (Some(roster), Some(hash))
            }
            None => (None, None),
        };
        let (decisions, decisions_hash) = match &settings.decisions {
            Some(path) => {
                let wrong = |error| match error {
                    DecisionsError::Unreadable(trouble) => {
                        RunError::DecisionsUnreadable(At { path: path.clone(), trouble })
                    }
                    DecisionsError::MissingColumn(name) => RunError::DecisionsColumn(path.clone(), name),
                    DecisionsError::Row(line, name) => RunError::DecisionsRow(path.clone(), line, name),
                };
                let bytes = std::fs::read(path).map_err(|error| wrong(DecisionsError::Unreadable(error.into())))?;
                (decisions::parse(&bytes).map_err(wrong)?, Some(fingerprint::of_bytes(&bytes)))
            }
            None => (Vec::new(), None),
        };
        Ok(Desk { library, roster, roster_hash, catalogue, decisions, decisions_hash })
    }
}

fn load_roster(path: &Path) -> Result<(Roster, String), RunError> {
    let unreadable = |trouble: Trouble| RunError::RosterUnreadable(At { path: path.to_owned(), trouble });
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.into()))?;
    let text = crate::read::decode_text(&bytes).ok_or_else(|| unreadable(Trouble::NotText))?;
    let roster = Roster::parse(&text, &RosterColumns::default())
        .map_err(|errors| RunError::RosterWrong(path.to_owned(), errors))?;
    Ok((roster, fingerprint::of_bytes(&bytes)))
}

/// What was read and collated, before anything is published.
pub struct Gathered {
    /// The files, in order.
    pub inputs: Vec<InputFile>,
    /// What they came to.
    pub collation: Collation,
    /// The sums of every year that is published.
    pub cities: Vec<City>,
    /// The sums of the year before, if only one year is published.
    pub before: Option<City>,
}

impl Gathered {
    /// All findings that concern the years published, and those that concern no year.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.collation.all_findings().chain(self.cities.iter().flat_map(|city| &city.findings))
    }
}

/// Reads, checks and consolidates all inputs.
///
/// # Errors
/// When there is nothing to read.
pub fn gather(settings: &Settings, desk: &Desk, progress: &dyn Progress) -> Result<Gathered, RunError> {
    gather_deciding(settings, desk, &desk.decisions, progress)
}

/// The same with other decisions than those of the office: what would come of them.
///
/// # Errors
/// When there is nothing to read.
pub(crate) fn gather_deciding(
    settings: &Settings,
    desk: &Desk,
    decisions: &[Decision],
    progress: &dyn Progress,
) -> Result<Gathered, RunError> {
    let files = discover::list(settings).map_err(RunError::InputMissing)?;
    if files.is_empty() {
        return Err(RunError::NoFiles);
    }
    workers(settings)?.install(|| {
        let files = unpack(files, &Limits::default()).map_err(RunError::InputMissing)?;
        gather_here(settings, desk, decisions, files, progress)
    })
}

/// The run's own pool of threads.
fn workers(settings: &Settings) -> Result<rayon::ThreadPool, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.jobs).build();
    pool.map_err(|error| RunError::Jobs(error.to_string()))
}

fn gather_here(
    settings: &Settings,
    desk: &Desk,
    decisions: &[Decision],
    files: Vec<InputFile>,
    progress: &dyn Progress,
) -> Result<Gathered, RunError> {
    with_intake(settings, desk, |intake| gather_with(intake, settings, desk, decisions, files, progress))
}

/// Gives what reads files.
pub(crate) fn with_intake<T>(settings: &Settings, desk: &Desk, act: impl FnOnce(&Intake<'_>) -> T) -> T {
    let book = &desk.library.rulebook;
    let guide = Guide::new(book, &desk.library.words);
    let identifier = Identifier::new(desk.roster.as_ref(), &desk.library.words, &guide.words);
    let phrases = Phrases::new(&desk.library.phrases, book, &desk.library.words);
    act(&Intake {
        guide: &guide,
        identifier: &identifier,
        phrases: &phrases,
        limits: Limits::default(),
        year: settings.year,
        roster: desk.roster.as_ref(),
        reply_words: &desk.library.words.replies,
    })
}

fn gather_with(
    intake: &Intake<'_>,
    settings: &Settings,
    desk: &Desk,
    decided: &[Decision],
    files: Vec<InputFile>,
    progress: &dyn Progress,
) -> Result<Gathered, RunError> {
    let book = &desk.library.rulebook;
    progress.begin(files.len());
    let mut outcomes: Vec<FileOutcome> = files
        .par_iter()
        .enumerate()
        .map(|(place, input)| {
            let outcome = intake.read(FileId(u32::try_from(place).unwrap_or(u32::MAX)), input);
            progress.file(outcome.findings.len());
            outcome
        })
        .collect();
    progress.end();
    let roster = desk.roster.as_ref();
    let earlier = settings.previous.as_ref().map(|folder| published_figures(folder, roster));
    let earlier = earlier.transpose().map_err(RunError::Previous)?.unwrap_or_default();
    let words = intake.identifier.clue_words();
    let bench = Bench { inputs: &files, book, roster, words, earlier: &earlier, only: settings.year };
    let replayed = decisions::replay(&mut outcomes, decided, book, roster);
    let mut collation = collate(outcomes, &bench);
    collation.findings.extend(replayed);
    collation.findings.extend(collate::differences(&collation, book, intake.phrases));
    if collation.years.is_empty() {
        // The caller still wants to say what is wrong with each file.
        return Ok(Gathered { inputs: files, collation, cities: Vec::new(), before: None });
    }
    let city = |year: u16| {
        let returns: Vec<_> = collation.returns(year).collect();
        consolidate(year, &returns, book, roster)
    };
    let mut cities: Vec<City> = collation.years.iter().map(|year| city(*year)).collect();
    // A year that is not published may still be what the next one is compared with.
    let before = match settings.year.map(|year| year.saturating_sub(1)) {
        Some(before) if !cities.is_empty() && collation.returns(before).next().is_some() => Some(city(before)),
        _ => None,
    };
    settle_findings(&mut collation, &mut cities, &files, desk, decided);
    Ok(Gathered { inputs: files, collation, cities, before })
}

/// Gives every finding its id, and settles what the office has explained.
fn settle_findings(
    collation: &mut Collation,
    cities: &mut [City],
    inputs: &[InputFile],
    desk: &Desk,
    decided: &[Decision],
) {
    let sheets: Vec<Vec<String>> = collation.outcomes.iter().map(|outcome| outcome.sheets.clone()).collect();
    let sheets: Vec<&[String]> = sheets.iter().map(Vec::as_slice).collect();
    let renderer = Renderer {
        catalogue: &desk.catalogue,
        book: &desk.library.rulebook,
        roster: desk.roster.as_ref(),
        inputs,
        sheets: &sheets,
    };
    let of_cities = cities.iter_mut().flat_map(|city| &mut city.findings);
    let mut findings: Vec<&mut Finding> = collation.findings_mut().chain(of_cities).collect();
    publish::identify(&mut findings, &renderer);
    let asked: BTreeSet<String> = findings.iter().map(|finding| finding.id.clone()).collect();
    let mut said = decisions::explain(findings.into_iter(), decided, desk.roster.as_ref());
    said.extend(decisions::replies(&collation.outcomes, &asked));
    collation.findings.extend(said);
    let mut new: Vec<&mut Finding> = collation.findings_mut().collect();
    publish::identify(&mut new, &renderer);
}

/// Writes the outputs of every year and puts them in their place.
///
/// # Errors
/// When the output cannot be written; what was there before is kept.
pub fn publish_all(
    settings: &Settings,
    desk: &Desk,
    gathered: &Gathered,
    here: &MainThread,
) -> Result<Vec<PathBuf>, RunError> {
    publish_here(settings, desk, gathered, &workers(settings)?, here).map_err(RunError::Output)
}

fn publish_here(
    settings: &Settings,
    desk: &Desk,
    gathered: &Gathered,
    workers: &rayon::ThreadPool,
    here: &MainThread,
) -> Result<Vec<PathBuf>, PublishError> {
    let _lock = publish::claim(&settings.output)?;
    let mut places = Vec::new();
    for city in &gathered.cities {
        let inputs = gathered.inputs.iter().map(|input| &input.path).chain(&settings.roster);
        let target = settings.output.join(city.year.to_string());
        places.push(Replaceable::new(&target, inputs.map(PathBuf::as_path))?);
    }
    with_renderer(desk, gathered, |renderer| {
        let mut folders = Vec::new();
        let mut targets = Vec::new();
        let in_run = |year: u16| {
            let city = gathered.cities.iter().chain(&gathered.before).find(|city| city.year == year)?;
            Some(EarlierSums::of(city, renderer))
        };
        for (city, place) in gathered.cities.iter().zip(places) {
            // What was published and named as such beats what this run makes of last year's files.
            let before = city.year.saturating_sub(1);
            let published = settings.previous.as_ref();
            let published = published.and_then(|folder| EarlierSums::published(folder, before, &desk.library.rulebook));
            let earlier = published.or_else(|| in_run(before));
            targets.push(place.path().to_owned());
            let mut folder = Folder::begin(place)?;
            let edition = Edition {
                year: city.year,
                city,
                collation: &gathered.collation,
                library: &desk.library,
                renderer,
                inputs: &gathered.inputs,
                earlier: earlier.as_ref(),
                bom: settings.bom,
                roster_hash: desk.roster_hash.clone(),
                findings: &publish::findings_of(&gathered.collation, city),
                decisions: &desk.decisions,
                decisions_hash: desk.decisions_hash.clone(),
                standings: &standings(&gathered.collation, city.year, &desk.library.rulebook),
                workers,
            };
            publish::publish(&edition, &mut folder, here)?;
            folders.push(folder);
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
