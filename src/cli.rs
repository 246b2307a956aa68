//! Commands and options; what a run came to, on the terminal.

use clap::{Args, Parser, Subcommand};
use huizong::agency::roster::RosterErrorKind;
use huizong::collate::Collation;
use huizong::finding::Finding;
use huizong::form::{Level, Library, Shape, SlotId, lint};
use huizong::message::{Catalogue, Language, Renderer};
use huizong::publish::{Edition, agency_states};
use huizong::returns::{Agency, Status};
use huizong::run::{Desk, Gathered, Progress, RunError, Silent, gather, publish_all, with_renderer};
use huizong::settings::{Partial, Settings};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// 汇总各部门的政府信息公开年度报表：读取、核对、合并，每个数都能查到出处。
#[derive(Parser)]
#[command(name = "huizong", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(
    after_help = "例：\n  huizong run                读取 data 文件夹，结果写到 output\n  huizong run 报表 -o 结果     读取“报表”文件夹，结果写到“结果”\n  huizong check 报表          只核对，不写文件\n  huizong inspect 财政局.xlsx  看程序怎样理解一个文件\n\n结束代码：0 完成；1 还有错误（check，或 run --strict）；2 用法或设置有误；3 无法完成"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 读取、核对、合并，写出全市各表
    Run {
        #[command(flatten)]
        shared: Shared,
        /// 结果文件夹 [默认：output]
        #[arg(short, long, value_name = "文件夹")]
        output: Option<PathBuf>,
    },
    /// 只读取和核对，不写文件
    Check {
        #[command(flatten)]
        shared: Shared,
    },
    /// 看程序怎样理解一个文件：找到哪些表，每个数是什么、在哪里
    Inspect {
        /// 要看的文件
        file: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    /// 表式：列出、显示、检查
    Forms {
        #[command(subcommand)]
        action: Option<FormsAction>,
        /// 自备表式定义的文件夹
        #[arg(long, value_name = "文件夹", global = true)]
        forms: Option<PathBuf>,
        /// 语言 [默认：zh]
        #[arg(long, value_enum, global = true)]
        lang: Option<Language>,
    },
}

#[derive(Subcommand)]
enum FormsAction {
    /// 列出所有表式
    List,
    /// 显示一个表式的指标和勾稽关系
    Show {
        /// 表式代码，如 gk2021
        code: String,
    },
    /// 检查表式定义
    Lint,
}

#[derive(Args)]
struct Shared {
    /// 要读取的文件或文件夹 [默认：data]
    #[arg(value_name = "输入")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// 只要这一年的报表；没有写年份的报表也算这一年
    #[arg(long, value_name = "年")]
    year: Option<u16>,
    /// 应报单位名册 [默认：输入文件夹里的 roster.csv]
    #[arg(long, value_name = "文件")]
    roster: Option<PathBuf>,
    /// 以前的结果文件夹，用来与上年比较
    #[arg(long, value_name = "文件夹")]
    previous: Option<PathBuf>,
    /// 自备表式定义的文件夹
    #[arg(long, value_name = "文件夹")]
    forms: Option<PathBuf>,
    /// 设置文件 [默认：输入文件夹里的 huizong.toml]
    #[arg(long, value_name = "文件")]
    config: Option<PathBuf>,
    /// 同时读取几个文件 [默认：与处理器核数相同]
    #[arg(short, long, value_name = "个")]
    jobs: Option<usize>,
    /// 语言 [默认：zh]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// 不显示进度和摘要
    #[arg(short, long)]
    quiet: bool,
    /// 还有错误时以代码 1 结束
    #[arg(long)]
    strict: bool,
    /// CSV 文件不加 BOM
    #[arg(long)]
    no_bom: bool,
}

impl Options {
    fn into_partial(self, inputs: Vec<PathBuf>, output: Option<PathBuf>) -> (Partial, Option<PathBuf>) {
        let set = |flag: bool| flag.then_some(true);
        let partial = Partial {
            inputs,
            output,
            year: self.year,
            roster: self.roster,
            previous: self.previous,
            forms: self.forms,
            jobs: self.jobs,
            lang: self.lang,
            quiet: set(self.quiet),
            strict: set(self.strict),
            no_bom: set(self.no_bom),
        };
        (partial, self.config)
    }
}

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
    let code = match Cli::parse().command {
        Command::Run { shared, output } => with_settings(shared.options, shared.inputs, output, run_command),
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
    let lang = partial.lang.unwrap_or_default();
    let settings = match Settings::resolve(partial, config.as_deref()) {
        Ok(settings) => settings,
        Err(error) => {
            let values = [("path", error.path.display().to_string()), ("detail", error.detail)];
            complain(lang, "config_wrong", &values);
            return USAGE;
        }
    };
    let outcome = Desk::open(&settings).and_then(|desk| act(&settings, &desk));
    outcome.unwrap_or_else(|error| {
        report(&settings, &error);
        if error.is_usage() { USAGE } else { IMPOSSIBLE }
    })
}

fn complain(lang: Language, key: &str, values: &[(&str, String)]) {
    match Catalogue::load(lang) {
        Ok(catalogue) => eprintln!("{}", catalogue.say(key, values)),
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
        RunError::RosterUnreadable(path, detail) => {
            say("roster_unreadable", &[("path", path.display().to_string()), ("detail", detail.clone())]);
        }
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
        RunError::Forms(error) => say("forms_wrong", &[("detail", error.to_string())]),
        RunError::Jobs(detail) | RunError::Internal(detail) => say("jobs_failed", &[("detail", detail.clone())]),
        RunError::Output(error) => {
            say("output_failed", &[("path", error.path.display().to_string()), ("detail", error.detail.clone())]);
        }
    }
}

/// What is wrong with a roster, in words.
fn roster_fault(lang: Language, kind: &RosterErrorKind) -> String {
    let values: Vec<(&str, String)> = match kind {
        RosterErrorKind::MissingColumn { column } => vec![("name", (*column).to_owned())],
        RosterErrorKind::NotCsv | RosterErrorKind::EmptyId | RosterErrorKind::EmptyName => Vec::new(),
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

/// A bar on standard error: files, rate, time left, findings so far.
struct Bar {
    bar: Mutex<Option<ProgressBar>>,
    template: String,
    findings_text: String,
    findings: AtomicUsize,
}

impl Bar {
    fn new(catalogue: &Catalogue) -> Self {
        Bar {
            bar: Mutex::new(None),
            template: catalogue.say("progress", &[]),
            findings_text: catalogue.say("progress_findings", &[]),
            findings: AtomicUsize::new(0),
        }
    }

    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut bar) = self.bar.lock() {
            act(&mut bar);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, files: usize) {
        self.with(|bar| {
            let style = ProgressStyle::with_template(&self.template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let made = ProgressBar::new(files as u64).with_style(style);
            *bar = Some(made);
        });
    }

    fn file(&self, findings: usize) {
        let all = self.findings.fetch_add(findings, Ordering::Relaxed) + findings;
        self.with(|bar| {
            if let Some(bar) = bar {
                bar.inc(1);
                bar.set_message(self.findings_text.replace("{count}", &all.to_string()));
            }
        });
    }

    fn end(&self) {
        self.with(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }
}

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
        with_renderer(desk, &gathered, |renderer| print_findings(all_findings(&gathered.collation), renderer));
        return Err(RunError::NothingReadable(gathered.inputs.len()));
    }
    let folders = publish_all(settings, desk, &gathered)?;
    if !settings.quiet {
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        with_renderer(desk, &gathered, |renderer| summarise(desk, &gathered, renderer, Some(&folders)));
    }
    Ok(if settings.strict && has_errors(&gathered.collation) { ERRORS_REMAIN } else { DONE })
}

fn check_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather_visibly(settings, desk)?;
    with_renderer(desk, &gathered, |renderer| {
        print_findings(all_findings(&gathered.collation), renderer);
        if !settings.quiet {
            summarise(desk, &gathered, renderer, None);
        }
    });
    if gathered.cities.is_empty() {
        return Err(RunError::NothingReadable(gathered.inputs.len()));
    }
    Ok(if has_errors(&gathered.collation) { ERRORS_REMAIN } else { DONE })
}

fn all_findings(collation: &Collation) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> =
        collation.outcomes.iter().flat_map(|outcome| &outcome.findings).chain(&collation.findings).collect();
    findings.sort_by_key(|finding| (finding.level, finding.year, finding.file, finding.place));
    findings
}

fn has_errors(collation: &Collation) -> bool {
    all_findings(collation).iter().any(|finding| finding.level == Level::Error)
}

/// Writes a line to standard output; a closed pipe is no reason to complain.
fn out(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn print_findings(findings: Vec<&Finding>, renderer: &Renderer<'_>) {
    for finding in findings {
        let level = renderer.catalogue.word(finding.level.as_str());
        let file = finding.file.map(|file| renderer.file(file)).unwrap_or_default();
        out(&format!("[{level}] {} {file} {}", finding.rule, renderer.message(finding)));
    }
}

/// Received, counted, missing, refused, findings by level, and where to look first.
fn summarise(desk: &Desk, gathered: &Gathered, renderer: &Renderer<'_>, folders: Option<&[String]>) {
    let catalogue = &desk.catalogue;
    for (place, city) in gathered.cities.iter().enumerate() {
        let edition = Edition {
            year: city.year,
            city,
            collation: &gathered.collation,
            library: &desk.library,
            renderer,
            inputs: &gathered.inputs,
            earlier: None,
            bom: false,
            roster_hash: None,
        };
        let forms: Vec<&str> = desk
            .library
            .rulebook
            .required_form(city.year)
            .map(|form| desk.library.rulebook.form(form).source.as_str())
            .into_iter()
            .collect();
        out(&catalogue.say("summary_head", &[("year", city.year.to_string()), ("form", forms.join(" "))]));
        let mut counts = std::collections::BTreeMap::<Status, usize>::new();
        let mut files = 0;
        for outcome in &gathered.collation.outcomes {
            let mine: Vec<Status> =
                outcome.returns.iter().filter(|one| one.year == city.year).map(|one| one.status).collect();
            if let Some(best) = mine.iter().min() {
                files += 1;
                *counts.entry(*best).or_default() += 1;
            } else if outcome.returns.is_empty() && outcome.claimed_year.is_none_or(|year| year == city.year) {
                files += 1;
                let status = outcome.rejected.as_ref().map_or(Status::NotAReturn, |rejection| rejection.status);
                *counts.entry(status).or_default() += 1;
            }
        }
        let count = |status: Status| counts.get(&status).copied().unwrap_or(0).to_string();
        out(&format!(
            "  {}",
            catalogue.say(
                "summary_received",
                &[
                    ("files", files.to_string()),
                    ("counted", count(Status::Counted)),
                    ("superseded", count(Status::Superseded)),
                    ("duplicate", count(Status::Duplicate)),
                    ("not_a_return", count(Status::NotAReturn)),
                    ("refused", count(Status::Refused)),
                ],
            )
        ));
        out(&format!("  {}", roster_line(desk, &edition)));
        let findings = edition.findings();
        let of = |level: Level| findings.iter().filter(|(_, finding)| finding.level == level).count().to_string();
        out(&format!(
            "  {}",
            catalogue.say(
                "summary_findings",
                &[("errors", of(Level::Error)), ("queries", of(Level::Query)), ("notes", of(Level::Note))],
            )
        ));
        let first: Vec<&Finding> = findings
            .iter()
            .map(|(_, finding)| *finding)
            .filter(|finding| finding.level != Level::Note && finding.rule != "return.missing")
            .take(3)
            .collect();
        if first.is_empty() {
            out(&format!("  {}", catalogue.say("summary_clean", &[])));
        } else {
            out(&format!("  {}", catalogue.say("summary_first", &[])));
            for finding in first {
                let file = finding.file.map(|file| renderer.file(file)).unwrap_or_default();
                out(&format!("    · {file}  {}", renderer.message(finding)));
            }
        }
        if let Some(folder) = folders.and_then(|folders| folders.get(place)) {
            out(&format!("  {}", catalogue.say("summary_written", &[("folder", folder.clone())])));
        }
    }
}

fn roster_line(desk: &Desk, edition: &Edition<'_>) -> String {
    let states = agency_states(edition);
    let reported = states.values().filter(|(state, _)| *state == "counted").count();
    let catalogue = &desk.catalogue;
    let Some(roster) = &desk.roster else {
        return catalogue.say("summary_no_roster", &[("reported", reported.to_string())]);
    };
    let missing: Vec<String> = roster
        .agencies()
        .iter()
        .enumerate()
        .filter(|(place, _)| states.get(&Agency::Listed(*place)).is_none_or(|(state, _)| *state != "counted"))
        .map(|(_, agency)| agency.name.clone())
        .collect();
    let count = missing.len();
    let missing = if missing.is_empty() { catalogue.word("none") } else { edition.renderer.list(missing) };
    catalogue.say(
        "summary_roster",
        &[
            ("expected", roster.agencies().len().to_string()),
            ("reported", reported.to_string()),
            ("missing_count", count.to_string()),
            ("missing", missing),
        ],
    )
}

// ------------------------------------------------------------------------------------------------ inspect

fn inspect_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather(settings, desk, &Silent)?;
    let book = &desk.library.rulebook;
    with_renderer(desk, &gathered, |renderer| {
        let catalogue = &desk.catalogue;
        for (input, outcome) in gathered.inputs.iter().zip(&gathered.collation.outcomes) {
            out(&catalogue.say("inspect_file", &[("file", input.name.clone())]));
            for one in &outcome.returns {
                for reading in &one.tables {
                    let facts: Vec<_> = one
                        .facts
                        .iter()
                        .filter(|fact| match (fact.item.as_slot(), fact.item.as_open()) {
                            (Some(slot), _) => book.slot(slot).table == reading.table,
                            (None, place) => place
                                .and_then(|place| one.open.get(place))
                                .is_some_and(|open| open.table == reading.table),
                        })
                        .collect();
                    let sheet = facts.first().map_or("", |fact| renderer.sheet(one.file, fact.place.sheet));
                    out("");
                    out(&catalogue.say(
                        "inspect_table",
                        &[
                            ("sheet", sheet.to_owned()),
                            ("table", renderer.table(reading.table)),
                            ("form", book.form(one.form).code.clone()),
                            ("agency", renderer.agency(&one.agency).to_owned()),
                            ("year", one.year.to_string()),
                        ],
                    ));
                    for fact in facts {
                        let (code, label) = match (fact.item.as_slot(), fact.item.as_open()) {
                            (Some(slot), _) => {
                                let slot = book.slot(slot);
                                let row = catalogue.choose(&slot.indicator_zh, &slot.indicator_en);
                                let column = catalogue.choose(&slot.dimension_zh, &slot.dimension_en);
                                (slot.code.clone(), format!("{row} {column}"))
                            }
                            (None, place) => {
                                let label = place.and_then(|place| one.open.get(place)).map(|open| open.label.clone());
                                ("open".to_owned(), label.unwrap_or_default())
                            }
                        };
                        let value = fact.value().map(|value| value.to_string()).unwrap_or_default();
                        let formula = if fact.is_formula { " =" } else { "" };
                        let rewrites = fact.rewrites.to_string();
                        let raw = match fact.odd_raw() {
                            Some(raw) => format!(" “{raw}” {rewrites}"),
                            None => String::new(),
                        };
                        out(&format!(
                            "  {:<8} {:<36} {:>10} {}{formula}{raw}  {label}",
                            fact.place.position.to_string(),
                            code,
                            value,
                            fact.meaning.as_str(),
                        ));
                    }
                }
                out(&catalogue.say(
                    "inspect_identities",
                    &[("held", one.identities_held.to_string()), ("checked", one.identities_checked.to_string())],
                ));
            }
            if outcome.returns.is_empty() {
                out(&catalogue.say("inspect_none", &[]));
            }
            print_findings(outcome.findings.iter().collect(), renderer);
        }
    });
    Ok(DONE)
}

// ------------------------------------------------------------------------------------------------ forms

fn forms_command(action: Option<FormsAction>, forms: Option<PathBuf>, lang: Language) -> u8 {
    let library = match Library::load(forms.as_deref()) {
        Ok(library) => library,
        Err(error) => {
            complain(lang, "forms_wrong", &[("detail", error.to_string())]);
            return USAGE;
        }
    };
    let book = &library.rulebook;
    let title = |form: &huizong::form::Form| match lang {
        Language::Zh => form.title_zh.clone(),
        Language::En => form.title_en.clone(),
    };
    match action.unwrap_or(FormsAction::List) {
        FormsAction::List => {
            for form in &book.forms {
                let years = match form.last_year {
                    Some(last) => format!("{}-{last}", form.first_year),
                    None => format!("{}-", form.first_year),
                };
                let (figures, identities) = (form.slots.len(), form.identities.len());
                out(&format!(
                    "{:<10} {years:<10} {figures:>4} {identities:>4}  {}  {}",
                    form.code,
                    title(form),
                    form.source
                ));
            }
            DONE
        }
        FormsAction::Show { code } => {
            let Some(form) = book.form_by_code(&code).map(|id| book.form(id)) else {
                let known = book.forms.iter().map(|form| form.code.clone()).collect::<Vec<_>>().join(" ");
                complain(lang, "unknown_form", &[("code", code), ("known", known)]);
                return USAGE;
            };
            out(&format!("{}  {}", title(form), form.source));
            for slot in form.slots.clone().map(|id| book.slot(SlotId(id))) {
                let (row, column) = match lang {
                    Language::Zh => (&slot.indicator_zh, &slot.dimension_zh),
                    Language::En => (&slot.indicator_en, &slot.dimension_en),
                };
                let table = &book.table(slot.table).code;
                let kind = slot.kind_name();
                out(&format!("{table:<8} {:<40} {kind:<12} {:<4} {row} {column}", slot.code, slot.unit));
            }
            for identity in &form.identities {
                let codes = |slots: &[SlotId]| {
                    slots.iter().map(|slot| book.slot(*slot).code.clone()).collect::<Vec<_>>().join(" + ")
                };
                let mut right = String::new();
                for term in &identity.parts {
                    let sign = match (term.negative, right.is_empty()) {
                        (true, _) => " - ",
                        (false, false) => " + ",
                        (false, true) => "",
                    };
                    right.push_str(sign);
                    right.push_str(&book.slot(term.slot).code);
                }
                if !identity.previous.is_empty() {
                    right = format!("[{}] {right}", codes(&identity.previous));
                }
                let relation = if identity.shape == Shape::AtMost { "<=" } else { "=" };
                let level = identity.level.as_str();
                out(&format!("{:<32} {level:<6} {} {relation} {right}", identity.rule, codes(&identity.whole)));
            }
            DONE
        }
        FormsAction::Lint => {
            let faults = lint(book);
            for fault in &faults {
                out(&format!("{}: {}", fault.form, fault.detail));
            }
            if faults.is_empty() {
                let values = [
                    ("forms", book.forms.len().to_string()),
                    ("figures", book.slots.len().to_string()),
                    ("identities", book.forms.iter().map(|form| form.identities.len()).sum::<usize>().to_string()),
                ];
                if let Ok(catalogue) = Catalogue::load(lang) {
                    out(&catalogue.say("forms_clean", &values));
                }
                DONE
            } else {
                ERRORS_REMAIN
            }
        }
    }
}
