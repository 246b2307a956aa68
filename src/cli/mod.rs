//! Arguments in; progress, findings and summary out; the exit status.

mod arguments;
mod crosswalk;
mod drawing;
mod forms;
mod inspect;
mod power;
mod progress;
mod summary;
mod what_if;

use crate::agency::roster::{RosterErrorKind, RosterWarningKind};
use crate::finding::Finding;
use crate::form::LibraryError;
use crate::frames::MainThread;
use crate::language::Language;
use crate::level::Level;
use crate::message::{Catalogue, Renderer};
use crate::run::{Desk, Gathered, RunError, Silent, gather, publish_all, with_renderer};
use crate::settings::Settings;
use crate::trouble::At;
use arguments::{Command, Options};
use forms::forms_command;
use inspect::inspect_command;
use progress::Bar;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use summary::summarise;
use what_if::what_if;

/// The job was done.
const DONE: u8 = 0;
/// Errors remain.
const ERRORS_REMAIN: u8 = 1;
/// Wrong usage or configuration.
const USAGE: u8 = 2;
/// The job could not be done.
const IMPOSSIBLE: u8 = 3;

/// Runs the program.
pub fn run() -> ExitCode {
    // A decoder's panic is caught and becomes a refusal; its trace would only frighten the clerk.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = match arguments::parse(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err((text, is_error)) => {
            if is_error {
                eprintln!("{}", text.trim_end());
            } else {
                out(text.trim_end());
            }
            return ExitCode::from(if is_error { USAGE } else { DONE });
        }
    };
    let code = match cli.command {
        Command::Run { shared, output, what_if: true } => {
            with_settings(shared.options, shared.inputs, output, what_if_command)
        }
        Command::Run { shared, output, what_if: false } => {
            with_settings(shared.options, shared.inputs, output, run_command)
        }
        Command::Check { shared } => with_settings(shared.options, shared.inputs, None, check_command),
        Command::Inspect { file, options } => with_settings(options, vec![file], None, inspect_command),
        Command::Forms { action, forms, lang } => forms_command(action, forms, lang.unwrap_or_default()),
    };
    ExitCode::from(code)
}

fn with_settings(
    options: Options,
    inputs: Vec<PathBuf>,
    output: Option<PathBuf>,
    act: fn(&Settings, &Desk) -> Result<u8, RunError>,
) -> u8 {
    let (partial, config) = options.into_partial(inputs, output);
    let partial_lang = partial.lang;
    let settings = match Settings::resolve(partial, config.as_deref()) {
        Ok(settings) => settings,
        Err(error) => {
            complain_at(partial_lang.or(error.lang).unwrap_or_default(), "config_wrong", &error.at);
            return USAGE;
        }
    };
    let outcome = Desk::open(&settings).and_then(|desk| {
        remark_on_roster(&settings, &desk);
        act(&settings, &desk)
    });
    outcome.unwrap_or_else(|error| {
        report(&settings, &error);
        if error.is_usage() { USAGE } else { IMPOSSIBLE }
    })
}

fn complain(lang: Language, key: &str, values: &[(&str, String)]) {
    match Catalogue::load(lang) {
        Ok(catalogue) => eprintln!("{}", printable(&catalogue.say(key, values))),
        Err(error) => eprintln!("{key}: {error}"),
    }
}

/// Complains of a file or folder, with what is wrong in words.
fn complain_at(lang: Language, key: &str, at: &At) {
    match Catalogue::load(lang) {
        Ok(catalogue) => {
            let values = [("path", at.path.display().to_string()), ("detail", at.trouble.say(&catalogue))];
            eprintln!("{}", printable(&catalogue.say(key, &values)));
        }
        Err(error) => eprintln!("{key}: {error}"),
    }
}

fn report(settings: &Settings, error: &RunError) {
    let inputs = settings.inputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let say = |key: &str, values: &[(&str, String)]| complain(settings.lang, key, values);
    match error {
        RunError::InputMissing(path) => say("input_missing", &[("path", path.display().to_string())]),
        RunError::NoFiles => say("no_files", &[("inputs", inputs)]),
        RunError::NothingReadable(files) => {
            say("nothing_readable", &[("inputs", inputs), ("files", files.to_string())]);
        }
        RunError::DecisionsUnreadable(at) => complain_at(settings.lang, "decisions_unreadable", at),
        RunError::DecisionsColumn(path, name) => {
            say("decisions_column", &[("path", path.display().to_string()), ("name", (*name).to_owned())]);
        }
        RunError::DecisionsRow(path, line, name) => say(
            "decisions_row",
            &[("path", path.display().to_string()), ("line", line.to_string()), ("name", (*name).to_owned())],
        ),
        RunError::RosterUnreadable(at) => complain_at(settings.lang, "roster_unreadable", at),
        RunError::Previous(at) => complain_at(settings.lang, "previous_unusable", at),
        RunError::RosterWrong(path, errors) => {
            for error in errors {
                say(
                    "roster_wrong",
                    &[
                        ("path", path.display().to_string()),
                        ("line", error.line.to_string()),
                        ("detail", roster_fault(settings.lang, &error.kind)),
                    ],
                );
            }
        }
        RunError::Forms(LibraryError::Misleading(faults)) => {
            say("forms_misleading", &[("count", faults.len().to_string())]);
            for fault in faults {
                say("forms_wrong", &[("detail", fault.to_string())]);
            }
        }
        RunError::Forms(error) => say("forms_wrong", &[("detail", error.to_string())]),
        RunError::Jobs(detail) | RunError::Internal(detail) => say("jobs_failed", &[("detail", detail.clone())]),
        RunError::Output(at) => complain_at(settings.lang, "output_failed", at),
    }
}

/// Says what the user should know of the roster before it is used.
fn remark_on_roster(settings: &Settings, desk: &Desk) {
    let (Some(path), Some(roster)) = (&settings.roster, &desk.roster) else { return };
    let path = path.display().to_string();
    if settings.roster_is_above && !settings.quiet {
        complain(settings.lang, "roster_above", &[("path", path.clone())]);
    }
    for warning in roster.warnings() {
        let (key, values) = match &warning.kind {
            RosterWarningKind::CreditCodeCheck { id, expected } => {
                ("roster_credit_code_check", vec![("name", id.clone()), ("expected", expected.to_string())])
            }
            RosterWarningKind::CreditCodeLetter { id } => ("roster_credit_code_letter", vec![("name", id.clone())]),
        };
        let detail = desk.catalogue.phrase(key, &values);
        let line = warning.line.to_string();
        complain(settings.lang, "roster_doubt", &[("path", path.clone()), ("line", line), ("detail", detail)]);
    }
}

/// What is wrong with a roster, in words.
fn roster_fault(lang: Language, kind: &RosterErrorKind) -> String {
    let values: Vec<(&str, String)> = match kind {
        RosterErrorKind::MissingColumn { column } => vec![("name", (*column).to_owned())],
        RosterErrorKind::NotCsv
        | RosterErrorKind::OpenQuote
        | RosterErrorKind::Empty
        | RosterErrorKind::EmptyId
        | RosterErrorKind::EmptyName => Vec::new(),
        RosterErrorKind::UnsafeId { id } | RosterErrorKind::ReservedId { id } | RosterErrorKind::Cycle { id } => {
            vec![("name", id.clone())]
        }
        RosterErrorKind::DuplicateId { id: name, first_line } | RosterErrorKind::DuplicateName { name, first_line } => {
            vec![("name", name.clone()), ("first_line", first_line.to_string())]
        }
        RosterErrorKind::UnknownParent { parent } => vec![("name", parent.clone())],
    };
    match Catalogue::load(lang) {
        Ok(catalogue) => catalogue.phrase(&format!("roster_{}", kind.as_str()), &values),
        Err(_) => kind.as_str().to_owned(),
    }
}

// ------------------------------------------------------------------------------------------------ run, check

fn gather_visibly(settings: &Settings, desk: &Desk) -> Result<Gathered, RunError> {
    if !settings.quiet && std::io::stderr().is_terminal() {
        gather(settings, desk, &Bar::new(&desk.catalogue))
    } else {
        gather(settings, desk, &Silent)
    }
}

fn run_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather_visibly(settings, desk)?;
    if gathered.cities.is_empty() {
        with_renderer(desk, &gathered, |renderer| print_findings(sorted(&gathered), renderer));
        return Err(RunError::NothingReadable(gathered.inputs.len()));
    }
    let folders = publish_all(settings, desk, &gathered, &main_thread()?)?;
    if !settings.quiet {
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        with_renderer(desk, &gathered, |renderer| summarise(desk, &gathered, renderer, Some(&folders)));
    }
    Ok(if settings.strict && has_errors(&gathered) { ERRORS_REMAIN } else { DONE })
}

/// The permission to make frames.
fn main_thread() -> Result<MainThread, RunError> {
    MainThread::here().ok_or_else(|| RunError::Internal("published on a worker".to_owned()))
}

fn what_if_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather_visibly(settings, desk)?;
    if gathered.cities.is_empty() {
        return Err(RunError::NothingReadable(gathered.inputs.len()));
    }
    what_if(settings, desk, &gathered)?;
    Ok(DONE)
}

fn check_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather_visibly(settings, desk)?;
    with_renderer(desk, &gathered, |renderer| {
        print_findings(sorted(&gathered), renderer);
        if !settings.quiet {
            summarise(desk, &gathered, renderer, None);
        }
    });
    if gathered.cities.is_empty() {
        return Err(RunError::NothingReadable(gathered.inputs.len()));
    }
    Ok(if has_errors(&gathered) { ERRORS_REMAIN } else { DONE })
}

/// All findings, gravest first.
fn sorted(gathered: &Gathered) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = gathered.findings().collect();
    findings.sort_by_key(|finding| (finding.level, finding.year, finding.file, finding.place));
    findings
}

fn has_errors(gathered: &Gathered) -> bool {
    gathered.findings().any(|finding| finding.level == Level::Error)
}

/// Writes a line to standard output; a closed pipe is no reason to complain.
fn out(line: &str) {
    let _ = writeln!(std::io::stdout(), "{}", printable(line));
}

/// The line without control characters: a cell's text must not drive the terminal.
fn printable(line: &str) -> std::borrow::Cow<'_, str> {
    let is_harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !line.contains(is_harmful) {
        return line.into();
    }
    line.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect::<String>().into()
}

fn print_findings(findings: Vec<&Finding>, renderer: &Renderer<'_>) {
    for finding in findings {
        let level = renderer.catalogue.word(finding.level.as_str());
        let file = finding.file.map(|file| renderer.file(file)).unwrap_or_default();
        out(&format!("[{level}] {} {file} {}", finding.rule, renderer.message(finding)));
    }
}
