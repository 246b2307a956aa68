//! The sentences, the forms and the source text agree: no key without a sentence, no label of a form in Rust code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::grid::{form, library};
use crate::common::{huizong, root};
use huizong::Shape;

/// Section and key to sentence.
fn catalogue(language: &str) -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(root().join(format!("src/messages/{language}.toml"))).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let sections = table.iter().map(|(section, entries)| (section, entries.as_table().unwrap()));
    sections
        .flat_map(|(section, entries)| {
            entries.iter().map(move |(key, text)| ((section.clone(), key.clone()), text.as_str().unwrap().to_owned()))
        })
        .collect()
}

/// The names in braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|after| after.split_once('}')).map(|(name, _)| name).collect()
}

/// Ideographs; full-width punctuation is no word.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

#[test]
fn both_catalogues_say_the_same_things() {
    let (zh, en) = (catalogue("zh"), catalogue("en"));
    assert_eq!(zh.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, sentence) in &zh {
        assert_eq!(placeholders(sentence), placeholders(&en[key]), "{key:?}");
        assert!(!sentence.is_empty() && !en[key].is_empty(), "{key:?} says nothing");
    }
}

#[test]
fn the_english_catalogue_is_in_english() {
    let chinese: Vec<_> = catalogue("en").into_iter().filter(|(_, text)| text.chars().any(is_cjk)).collect();
    assert!(chinese.is_empty(), "{} sentences, the first: {:?}", chinese.len(), chinese.first());
}

#[test]
fn the_chinese_catalogue_is_in_chinese() {
    let foreign: Vec<_> = catalogue("zh")
        .into_iter()
        // Sentences of names and figures alone have no language.
        .filter(|(_, text)| {
            let bare =
                placeholders(text).iter().fold(text.clone(), |text, name| text.replace(&format!("{{{name}}}"), ""));
            bare.chars().any(char::is_alphabetic) && !bare.chars().any(is_cjk)
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}

// ------------------------------------------------------------------------------------------------ source text

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    files.sort();
    files
}

/// The source with comments gone, up to its tests, and its string literals: where each starts, and what it says.
fn literals(source: &str) -> (String, Vec<(usize, String)>) {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let chars: Vec<char> = source.chars().collect();
    let (mut code, mut found, mut at) = (String::new(), Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        if c == '/' && next == '/' {
            at += chars[at..].iter().take_while(|c| **c != '\n').count();
        } else if c == 'r' && (next == '"' || next == '#') && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let text: String = chars[at + 2 + hashes..].iter().collect();
            let text = text.split(&end).next().unwrap_or_default();
            found.push((code.len(), text.to_owned()));
            at += 2 + hashes + text.chars().count() + end.len();
            code.push_str("\"\"");
        } else if c == '"' {
            let mut text = String::new();
            at += 1;
            while let Some(&c) = chars.get(at).filter(|c| **c != '"') {
                text.push(c);
                at += 1;
                if c == '\\' {
                    text.extend(chars.get(at));
                    at += 1;
                }
            }
            at += 1;
            found.push((code.len(), text.clone()));
            code.push_str(&format!("\"{text}\""));
        } else if c == '\'' && (next == '\\' || chars.get(at + 2) == Some(&'\'')) {
            let length = 2 + chars[at + 2..].iter().take_while(|c| **c != '\'').count();
            found.push((code.len(), chars[at + 1..at + length].iter().collect()));
            at += length + 1;
        } else {
            code.push(c);
            at += 1;
        }
    }
    (code, found)
}

/// What stands between the bracket that opens at the end of `before` and the one that closes it.
fn bracketed(after: &str) -> &str {
    let mut depth = 1;
    let mut quoted = false;
    for (at, c) in after.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &after[..at];
        }
    }
    after
}

/// The keys among the literals of a piece of code: plain words, without dots.
fn keys(code: &str) -> Vec<String> {
    code.split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_sentence_that_the_program_asks_for_exists() {
    let zh = catalogue("zh");
    let mut missing = Vec::new();
    let mut asked = 0;
    for (path, source) in sources() {
        let (code, _) = literals(&source);
        let mut ask = |sections: &[&str], key: String| {
            asked += 1;
            let known = |section: &&str| zh.contains_key(&((*section).to_owned(), key.clone()));
            if !sections.iter().any(known) {
                missing.push(format!("{}: {key} in {sections:?}", path.display()));
            }
        };
        for after in code.split("Finding::new(").skip(1) {
            keys(bracketed(after)).into_iter().for_each(|key| ask(&["findings"], key));
        }
        // Where the key is chosen before the finding is made.
        for mark in ["let message = ", ".message = "] {
            for after in code.split(mark).skip(1) {
                let statement = after.split(';').next().unwrap_or_default();
                keys(statement).into_iter().for_each(|key| ask(&["findings"], key));
            }
        }
        for level in ["(Level::Error, ", "(Level::Query, ", "(Level::Note, "] {
            for after in code.split(level).skip(1).filter(|after| after.starts_with('"')) {
                keys(bracketed(after)).into_iter().for_each(|key| ask(&["findings"], key));
            }
        }
        for (call, sections) in [
            (".say(", &["ui"][..]),
            ("say(", &["ui"]),
            (".word(", &["words"]),
            (".phrase(", &["words", "reasons"]),
            (".reason(", &["reasons"]),
            ("complain(lang, ", &["ui"]),
        ] {
            for after in code.split(call).skip(1).filter(|after| after.trim_start().starts_with('"')) {
                let key = after.split('"').nth(1).unwrap_or_default();
                ask(sections, key.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(asked > 60, "only {asked} keys found in the source: does this test still read it?");
}

#[test]
fn every_sentence_is_used() {
    let said: BTreeSet<String> =
        sources().iter().flat_map(|(_, source)| literals(source).1).map(|(_, text)| text).collect();
    // Reasons of refused returns are made from the names of rules.
    let rule = |key: &str| said.contains(&key.replacen('_', ".", 1));
    // Faults of the roster and relations of the crosswalk are named by their tags.
    let fault = |key: &str| {
        let tag = ["roster_", "relation_"].iter().find_map(|front| key.strip_prefix(front));
        tag.is_some_and(|tag| said.contains(tag))
    };
    // Help texts are named after the commands and options, which are fields and variants.
    let arguments = fs::read_to_string(root().join("src/cli/arguments.rs")).unwrap().to_lowercase();
    let argument = |key: &str| {
        let name = ["command_", "arg_", "value_"].iter().find_map(|front| key.strip_prefix(front));
        name.is_some_and(|name| arguments.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name))
    };
    let unused: Vec<_> = catalogue("zh")
        .into_keys()
        .filter(|(section, key)| !(said.contains(key) || rule(key) || fault(key) || section == "help" && argument(key)))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn no_label_of_a_form_stands_in_the_code_that_reads_and_sums() {
    let guarded = [
        "src/locate",
        "src/check.rs",
        "src/collate.rs",
        "src/consolidate.rs",
        "src/intake.rs",
        "src/intake/prose.rs",
        "src/narrative/clause.rs",
        "src/narrative/compare.rs",
        "src/narrative/lexicon.rs",
        "src/narrative/reader.rs",
        "src/narrative/settle.rs",
        "src/narrative/token.rs",
    ];
    let mut seen = 0;
    for (path, source) in sources() {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        if guarded.iter().any(|guarded| name.starts_with(guarded)) {
            seen += 1;
            let chinese: Vec<_> =
                literals(&source).1.into_iter().filter(|(_, text)| text.chars().any(is_cjk)).collect();
            assert!(chinese.is_empty(), "{name}: {chinese:?}");
        }
    }
    assert!(seen >= guarded.len());
}

// ------------------------------------------------------------------------------------------------ forms

#[test]
fn the_forms_are_sound_and_listed() {
    let lint = huizong(["forms", "lint"]);
    lint.ends_with(0);
    assert!(lint.stdout.contains("没有问题"), "{}", lint.stdout);
    let list = huizong(["forms", "list"]);
    list.ends_with(0);
    let codes: Vec<&str> = list.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for code in ["gk2019", "gk2021", "tj2014", "channels"] {
        assert!(codes.contains(&code), "{codes:?}");
        let show = huizong(["forms", "show", code]);
        show.ends_with(0);
        assert!(show.stdout.lines().count() > 20, "{}", show.stdout);
    }
    huizong(["forms", "show", "gk1999"]).ends_with(2).complains_of(&["gk1999", "gk2021"]);
}

#[test]
fn the_identities_are_those_of_the_official_form() {
    let library = library();
    let book = &library.rulebook;
    let rules = &book.form(form(book)).identities;
    let count = |stem: &str, carry: bool| {
        rules.iter().filter(|rule| rule.rule.starts_with(stem) && (rule.shape == Shape::Carry) == carry).count()
    };
    assert_eq!([count("R3.row.", false), count("R3.sum.", false), count("R3.flow.", false)], [25, 7, 7]);
    assert_eq!([count("R3.", false), count("R4.", false), count("R3.carry.", true)], [39, 3, 7]);
    let older = book.form(book.form_by_code("gk2019").unwrap());
    assert_eq!(older.identities.iter().filter(|rule| rule.rule.starts_with("R3.row.")).count(), 23);
}
