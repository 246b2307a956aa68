//! Commands and options. Their help texts stand in the message catalogue, under the names used here.

use crate::language::Language;
use crate::message::Catalogue;
use crate::settings::Partial;
use clap::builder::{PossibleValue, Styles};
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

// Not derived, so that the language itself knows nothing of command lines.
impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Language::Zh, Language::En]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Language::Zh => "zh",
            Language::En => "en",
        }))
    }
}

#[derive(Parser)]
#[command(arg_required_else_help = true)]
#[command(
    name = "huizong",
    version,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    Run {
        #[command(flatten)]
        shared: Shared,
        #[arg(short, long)]
        output: Option<PathBuf>,
        #[arg(long)]
        what_if: bool,
    },
    Check {
        #[command(flatten)]
        shared: Shared,
    },
    Inspect {
        file: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    Forms {
        #[command(subcommand)]
        action: Option<FormsAction>,
        #[arg(long, global = true)]
        forms: Option<PathBuf>,
        #[arg(long, value_enum, global = true)]
        lang: Option<Language>,
    },
}

#[derive(Subcommand)]
pub(super) enum FormsAction {
    List,
    Show {
        code: String,
    },
    Lint,
    Crosswalk {
        #[arg(requires = "to")]
        from: Option<String>,
        to: Option<String>,
        #[arg(long)]
        csv: bool,
    },
    Power {
        code: Option<String>,
        #[arg(long, default_value_t = 100, hide_default_value = true)]
        trials: usize,
    },
}

#[derive(Args)]
pub(super) struct Shared {
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub options: Options,
}

#[derive(Args)]
pub(super) struct Options {
    #[arg(long)]
    year: Option<u16>,
    #[arg(long)]
    roster: Option<PathBuf>,
    #[arg(long)]
    previous: Option<PathBuf>,
    #[arg(long)]
    decisions: Option<PathBuf>,
    #[arg(long)]
    forms: Option<PathBuf>,
    #[arg(long)]
    config: Option<PathBuf>,
    #[arg(short, long)]
    jobs: Option<usize>,
    #[arg(long, value_enum)]
    lang: Option<Language>,
    // A flag that the settings file sets can be taken back: --strict=false.
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    quiet: Option<bool>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strict: Option<bool>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    no_bom: Option<bool>,
}

impl Options {
    pub(super) fn into_partial(self, inputs: Vec<PathBuf>, output: Option<PathBuf>) -> (Partial, Option<PathBuf>) {
        let partial = Partial {
            inputs,
            output,
            year: self.year,
            roster: self.roster,
            previous: self.previous,
            decisions: self.decisions,
            forms: self.forms,
            jobs: self.jobs,
            lang: self.lang,
            quiet: self.quiet,
            strict: self.strict,
            no_bom: self.no_bom,
        };
        (partial, self.config)
    }
}

/// The command line, or what to say instead and the exit status that goes with it.
pub(super) fn parse(line: Vec<OsString>) -> Result<Cli, (String, bool)> {
    let catalogue = Catalogue::load(language_of(&line)).map_err(|error| (error.to_string(), true))?;
    let parsed = localised(Cli::command(), &catalogue)
        .try_get_matches_from(line)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    // The one word that clap does not let be translated.
    let help =
        |error: &clap::Error| error.to_string().replace("[OPTIONS]", &format!("[{}]", catalogue.help("options")));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => (help(&error), false),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (help(&error), true),
        _ => (explain(&error, &catalogue), true),
    })
}

/// The language wanted, known before the line is parsed: help and complaints are in it, too.
fn language_of(line: &[OsString]) -> Language {
    let english = line.iter().enumerate().any(|(place, word)| {
        word == "--lang=en" || (word == "--lang" && line.get(place + 1).is_some_and(|value| value == "en"))
    });
    if english { Language::En } else { Language::Zh }
}

/// Puts the catalogue's texts to a command, its options and its subcommands.
fn localised(command: clap::Command, catalogue: &Catalogue) -> clap::Command {
    let name = command.get_name().to_owned();
    let is_program = name == "huizong";
    let title = |key: &str| catalogue.help(key);
    let mut command = command
        .about(title(&format!("command_{name}")))
        .styles(Styles::plain())
        .help_template(title(if is_program { "template_program" } else { "template" }))
        .subcommand_help_heading(title("commands"))
        .subcommand_value_name(title("command"))
        .disable_help_flag(true)
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help));
    if is_program {
        command = command.arg(Arg::new("version").short('V').long("version").action(ArgAction::Version));
        command = command.after_help(title("examples"));
    }
    command
        .mut_args(|arg| {
            let id = arg.get_id().to_string();
            let takes_value = arg.get_action().takes_values();
            let heading = if arg.is_positional() { "arguments" } else { "options" };
            let arg = arg.help(title(&format!("arg_{id}"))).help_heading(title(heading));
            if !takes_value {
                return arg;
            }
            arg.value_name(title(&format!("value_{id}"))).hide_possible_values(true)
        })
        .mut_subcommands(|inner| localised(inner, catalogue))
}

/// What is wrong with a command line, in words.
fn explain(error: &clap::Error, catalogue: &Catalogue) -> String {
    let of = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let value = of(ContextKind::InvalidValue);
    let (key, argument) = match error.kind() {
        ErrorKind::UnknownArgument => ("usage_unknown_argument", of(ContextKind::InvalidArg)),
        ErrorKind::InvalidSubcommand => ("usage_unknown_command", of(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => ("usage_no_value", of(ContextKind::InvalidArg)),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => ("usage_wrong_value", of(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => ("usage_missing", of(ContextKind::InvalidArg)),
        ErrorKind::ArgumentConflict => ("usage_twice", of(ContextKind::InvalidArg)),
        _ => ("usage_other", error.to_string()),
    };
    catalogue.say(key, &[("argument", argument), ("value", value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> (String, bool) {
        parse(words.iter().map(OsString::from).collect()).err().unwrap_or_default()
    }

    /// Every command and option, with the texts that it lacks.
    fn unnamed(command: &clap::Command) -> Vec<String> {
        let mut lacking = Vec::new();
        for text in [command.get_about()].into_iter().chain(command.get_arguments().map(Arg::get_help)) {
            let text = text.map(ToString::to_string).unwrap_or_default();
            if text.is_empty() || text.starts_with("arg_") || text.starts_with("command_") {
                lacking.push(format!("{}: {text}", command.get_name()));
            }
        }
        lacking.extend(command.get_subcommands().flat_map(unnamed));
        lacking
    }

    #[test]
    fn everything_is_explained_in_both_languages() {
        for language in [Language::Zh, Language::En] {
            let catalogue = Catalogue::load(language).unwrap();
            assert_eq!(unnamed(&localised(Cli::command(), &catalogue)), Vec::<String>::new());
        }
        localised(Cli::command(), &Catalogue::load(Language::Zh).unwrap()).debug_assert();
    }

    #[test]
    fn wrong_usage_is_explained() {
        for (line, expected) in [
            (&["huizong", "run", "--yaer", "2021"][..], "“--yaer”"),
            (&["huizong", "rum"], "“rum”"),
            (&["huizong", "run", "--year", "二〇二一"], "“二〇二一”"),
            (&["huizong", "run", "--year"], "--year"),
            (&["huizong", "inspect"], "文件"),
            (&["huizong", "run", "--year", "2020", "--year", "2021"], "--year"),
        ] {
            let (text, is_error) = said(line);
            assert!(is_error && text.contains(expected), "{line:?}: {text}");
            assert!(!text.contains("error:"), "{text}");
        }
        let (help, is_error) = said(&["huizong", "run", "--help"]);
        assert!(!is_error && help.contains("用法") && !help.contains("Usage"), "{help}");
        let (help, _) = said(&["huizong", "run", "--help", "--lang", "en"]);
        assert!(help.contains("Usage") && !help.contains("用法"), "{help}");
    }
}
