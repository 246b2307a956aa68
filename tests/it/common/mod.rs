//! What the integration tests share: running the program in a place of its own, and reading what it wrote.

pub mod grid;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::ops::Index;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_huizong");

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Fails unless the program ended with `code`.
    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error names all of `parts`, and no panic.
    #[track_caller]
    pub fn complains_of(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no “{part}” in: {}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// Runs the program in `folder`.
pub fn huizong_in<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Outcome {
    let output = Command::new(PROGRAM).args(args).current_dir(folder).output().expect("the program starts");
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs the program in the repository.
pub fn huizong<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Outcome {
    huizong_in(&root(), args)
}

/// An input folder and an output folder that vanish after the test.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Place { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(place.input()).unwrap();
        place
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn input(&self) -> PathBuf {
        self.path().join("in")
    }

    pub fn output(&self) -> PathBuf {
        self.path().join("out")
    }

    /// Writes an input file, with the folders it needs.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.input().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub fn run(&self, more: &[&str]) -> Outcome {
        huizong_in(self.path(), ["run", "in", "-o", "out", "-q"].iter().chain(more))
    }

    pub fn check(&self, more: &[&str]) -> Outcome {
        huizong_in(self.path(), ["check", "in"].iter().chain(more))
    }

    /// A CSV file of a year's output.
    #[track_caller]
    pub fn rows(&self, year: u16, name: &str) -> Vec<Row> {
        rows(&self.output().join(year.to_string()).join(name))
    }

    /// The only line of returns.csv about a file.
    #[track_caller]
    pub fn fate(&self, year: u16, file: &str) -> Row {
        let mut fates: Vec<Row> =
            self.rows(year, "returns.csv").into_iter().filter(|row| &row["file"] == file).collect();
        assert_eq!(fates.len(), 1, "{file} has one status: {fates:?}");
        fates.remove(0)
    }

    /// Findings of a rule.
    #[track_caller]
    pub fn findings(&self, year: u16, rule: &str) -> Vec<Row> {
        self.rows(year, "findings.csv").into_iter().filter(|row| &row["rule"] == rule).collect()
    }
}

/// A line of a CSV file, by column name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(BTreeMap<String, String>);

impl Index<&str> for Row {
    type Output = str;

    fn index(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column} in {:?}", self.0.keys()))
    }
}

impl Row {
    /// The named columns' values, joined.
    pub fn key(&self, columns: &[&str]) -> String {
        columns.iter().map(|column| &self[column]).collect::<Vec<_>>().join("|")
    }

    /// The columns whose values differ.
    pub fn differing(&self, other: &Row) -> BTreeSet<String> {
        assert_eq!(self.0.keys().collect::<Vec<_>>(), other.0.keys().collect::<Vec<_>>());
        self.0.iter().filter(|(column, value)| other.0[*column] != **value).map(|(column, _)| column.clone()).collect()
    }
}

/// Reads a CSV file with a head.
#[track_caller]
pub fn rows(path: &Path) -> Vec<Row> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|row| Row(row.unwrap())).collect()
}

/// Rows by the joined values of some columns, which tell them apart.
#[track_caller]
pub fn by_key(rows: Vec<Row>, columns: &[&str]) -> BTreeMap<String, Row> {
    let mut map = BTreeMap::new();
    for row in rows {
        let key = row.key(columns);
        assert!(map.insert(key.clone(), row).is_none(), "{key} stands twice");
    }
    map
}

/// All files below a folder: path below it, with `/`, and bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(folder, "", &mut files);
    files
}

/// Names of files that are missing in one tree or differ.
pub fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
