//! Returns with the truth (`tests/cases`): every figure counted is true, and what is not counted is said. Its README says
//! how to add one; no code is needed.

use crate::common::{Row, huizong_in, root, rows};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What speaks of the folder rather than of a figure, and may always speak.
const ALWAYS: [&str; 3] = ["return.missing", "return.superseded", "file.skipped"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Read,
    Either,
    Refuse,
}

#[derive(Debug, Deserialize)]
struct Case {
    mode: Mode,
    #[serde(default)]
    allow: BTreeSet<String>,
    #[serde(default)]
    must: BTreeSet<String>,
    #[serde(default)]
    args: Vec<String>,
}

fn value(text: &str) -> Option<huizong::Amount> {
    text.parse().ok()
}

/// What is wrong with a case, if anything.
fn fault(folder: &Path) -> Vec<String> {
    let case: Case = serde_json::from_slice(&fs::read(folder.join("case.json")).unwrap()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    let mut args = vec!["run".to_owned(), "in".to_owned(), "-q".to_owned(), "-o".to_owned()];
    args.push(out.display().to_string());
    args.extend(case.args.iter().cloned());
    let outcome = huizong_in(folder, &args);
    if !matches!(outcome.code, 0 | 3) {
        return vec![format!("ended with {}: {}", outcome.code, outcome.stderr)];
    }
    let mut years: Vec<PathBuf> = fs::read_dir(&out).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    years.sort();
    let all = |name: &str| years.iter().flat_map(|year| rows(&year.join(name))).collect::<Vec<Row>>();
    let key = |row: &Row| row.key(&["year", "agency", "indicator", "dimension"]);
    let truth: BTreeMap<String, _> =
        rows(&folder.join("truth.csv")).iter().map(|row| (key(row), value(&row["value"]))).collect();
    let counted = all("facts.csv").into_iter().filter(|row| &row["counted"] == "true" && !row["value"].is_empty());
    let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in counted {
        found.entry(key(&row)).or_default().push(row);
    }
    let findings = all("findings.csv");
    let loud: Vec<&Row> =
        findings.iter().filter(|row| &row["level"] != "note" && !ALWAYS.contains(&&row["rule"])).collect();

    let mut faults = Vec::new();
    for (key, rows) in &found {
        let right = matches!((rows.as_slice(), truth.get(key)), ([row], Some(true_value)) if value(&row["value"]) == *true_value);
        if !right {
            let said: Vec<String> = rows.iter().map(|row| row.key(&["value", "cell"])).collect();
            faults.push(format!("{key}: counted {said:?}, true {:?}", truth.get(key)));
        }
    }
    let missing: Vec<&String> = truth.keys().filter(|key| !found.contains_key(*key)).collect();
    let is_refused = || all("returns.csv").iter().any(|row| &row["status"] == "refused");
    let said = !loud.is_empty() || outcome.code == 3 || is_refused();
    match case.mode {
        Mode::Read => faults.extend(missing.iter().map(|key| format!("{key}: not read"))),
        Mode::Refuse if !found.is_empty() => faults.push("figures were counted".to_owned()),
        Mode::Either | Mode::Refuse if !missing.is_empty() && !said => {
            faults.push(format!("lost without a word: {missing:?}"));
        }
        Mode::Either | Mode::Refuse => {}
    }
    if missing.is_empty() {
        let needless = loud.iter().filter(|row| !case.allow.contains(&row["rule"]));
        faults.extend(needless.map(|row| format!("needless {}", row.key(&["level", "rule", "cell", "message"]))));
    }
    if !case.must.is_empty() && !findings.iter().any(|row| case.must.contains(&row["rule"])) && outcome.code != 3 {
        faults.push(format!("none of {:?} speaks", case.must));
    }
    faults
}

#[test]
fn every_figure_counted_is_true_and_what_is_not_counted_is_said() {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.json").is_file())
        .collect();
    cases.sort();
    assert!(cases.len() >= 10, "only {} cases found", cases.len());
    let faults: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let faults = fault(case);
            let name = case.file_name().unwrap().to_string_lossy();
            (!faults.is_empty()).then(|| format!("{name}\n    {}", faults.join("\n    ")))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
