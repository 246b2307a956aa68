//! Files as they arrive, with what the program must make of each. `tests/corpus/README.md` says how to add one; no code
//! is needed.

use std::fs;
use std::path::{Path, PathBuf};

use huizong::Renderer;
use huizong::Rulebook;
use huizong::parts::with_renderer;
use huizong::{Desk, Gathered, RunError, Silent, gather};
use huizong::{Partial, Settings};

const EXPECTED: &str = ".facts.tsv";

/// A case: what arrives, and what must come of it.
struct Case {
    name: String,
    input: PathBuf,
    expected: PathBuf,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut cases: Vec<Case> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|input| {
            let name = input.file_name()?.to_string_lossy().into_owned();
            let tool = [EXPECTED, ".md", ".py"].iter().any(|end| name.ends_with(end));
            let stem = name.split('.').next()?.to_owned();
            (!tool).then(|| Case { expected: folder.join(format!("{stem}{EXPECTED}")), name, input })
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// What the program makes of an input, line by line in the order of the expected files.
fn lines_of(input: &Path) -> Vec<String> {
    let line = Partial { inputs: vec![input.to_owned()], jobs: Some(1), ..Partial::default() };
    let settings = Settings::resolve(line, None).unwrap();
    let desk = Desk::open(&settings).unwrap_or_else(|_| panic!("{}: the roster is wrong", input.display()));
    let gathered = match gather(&settings, &desk, &Silent) {
        Ok(gathered) => gathered,
        Err(RunError::NoFiles) => return Vec::new(),
        Err(error) => panic!("{}: {error:?}", input.display()),
    };
    let whole_folder = input.is_dir();
    with_renderer(&desk, &gathered, |renderer| describe(&gathered, renderer, &desk.library.rulebook, whole_folder))
}

fn describe(gathered: &Gathered, renderer: &Renderer<'_>, book: &Rulebook, with_files: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut findings: Vec<&str> = gathered.collation.findings.iter().map(|finding| finding.rule.as_str()).collect();
    for (input, outcome) in gathered.inputs.iter().zip(&gathered.collation.outcomes) {
        findings.extend(outcome.findings.iter().map(|finding| finding.rule.as_str()));
        let file = if with_files { format!("{}|", input.name) } else { String::new() };
        if let Some(rejection) = &outcome.rejected {
            lines.push(format!("file\t{file}\t{}\t{}", rejection.status.as_str(), rejection.reason));
        }
        for one in &outcome.returns {
            let (agency, form) = (renderer.agency(&one.agency), &book.form(one.form).code);
            lines.push(format!("return\t{file}\t{agency}\t{}\t{form}\t{}", one.year, one.status.as_str()));
            let mut blank = 0;
            for fact in &one.facts {
                if fact.meaning.as_str() == "blank" {
                    blank += 1;
                    continue;
                }
                let code = match (fact.item.as_slot(), fact.item.as_open().and_then(|place| one.open.get(place))) {
                    (Some(slot), _) => book.slot(slot).code.clone(),
                    (None, open) => format!("open.{}", open.map(|open| open.label.as_str()).unwrap_or_default()),
                };
                let value = fact.value().map(|value| value.to_string()).unwrap_or_default();
                let several = outcome.sheets.len() > 1;
                let sheet =
                    if several { format!("{}!", renderer.sheet(one.file, fact.place.sheet)) } else { String::new() };
                let cell = format!("{file}{sheet}{}", fact.place.position);
                lines.push(format!("fact\t{code}\t{value}\t{}\t{cell}", fact.meaning.as_str()));
            }
            if blank > 0 {
                lines.push(format!("blank\t{file}\t{form}\t{blank}"));
            }
        }
    }
    findings.sort_unstable();
    for rules in findings.chunk_by(|a, b| a == b) {
        lines.push(format!("finding\t{}\t{}", rules[0], rules.len()));
    }
    lines
}

/// The lines that only one side has.
fn lacking(of: &[String], other: &[String], mark: char) -> String {
    let mut rest: Vec<&String> = other.iter().collect();
    of.iter()
        .filter(|line| match rest.iter().position(|known| known == line) {
            Some(at) => {
                rest.remove(at);
                false
            }
            None => true,
        })
        .map(|line| format!("    {mark} {line}\n"))
        .collect()
}

/// What is wrong with a case, if anything.
fn fault(case: &Case) -> Option<String> {
    let Ok(text) = fs::read_to_string(&case.expected) else {
        return Some(format!("    {} is missing\n", case.expected.display()));
    };
    let comment = text.lines().next().unwrap_or_default();
    if !comment.starts_with("# ") {
        return Some("    the first line must say what the case shows: # ...\n".to_owned());
    }
    let expected: Vec<String> =
        text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned).collect();
    let found = lines_of(&case.input);
    let diff = lacking(&expected, &found, '-') + &lacking(&found, &expected, '+');
    (!diff.is_empty()).then(|| format!("    {comment}\n{diff}"))
}

#[test]
fn every_case_is_read_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases found", cases.len());
    let faults: Vec<String> =
        cases.iter().filter_map(|case| fault(case).map(|fault| format!("{}\n{fault}", case.name))).collect();
    assert!(faults.is_empty(), "expected (-) and found (+) differ:\n\n{}", faults.join("\n"));
}
