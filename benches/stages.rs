//! What the stages of one file cost: `cargo bench`. Whole runs are compared by `bench/compare.py`.

use divan::{Bencher, black_box};
use huizong::FileId;
use huizong::Library;
use huizong::parts::Identifier;
use huizong::parts::InputFile;
use huizong::parts::Intake;
use huizong::parts::Phrases;
use huizong::parts::{Guide, locate};
use huizong::{Limits, read_workbook};
use std::path::PathBuf;

/// Returns of the sample, by layout.
const FILES: [&str; 3] =
    ["2021/财政局2021年政府信息公开统计表.xlsx", "2021/行政审批局2021年.xls", "2021/工信局2021.csv"];

fn main() {
    divan::main();
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

#[divan::bench(args = FILES)]
fn read(bencher: Bencher<'_, '_>, name: &str) {
    let bytes = std::fs::read(path(name)).unwrap_or_default();
    bencher.bench(|| read_workbook(black_box(&bytes), &Limits::default()));
}

#[divan::bench(args = FILES)]
fn find_tables(bencher: Bencher<'_, '_>, name: &str) {
    let Ok(library) = Library::load(None) else { return };
    let guide = Guide::new(&library.rulebook, &library.words);
    let bytes = std::fs::read(path(name)).unwrap_or_default();
    let Ok(workbook) = read_workbook(&bytes, &Limits::default()) else { return };
    let years = vec![Some(2021); workbook.sheets.len()];
    bencher.bench(|| locate(black_box(&workbook), &guide, &years));
}

#[divan::bench(args = FILES)]
fn whole_file(bencher: Bencher<'_, '_>, name: &str) {
    let Ok(library) = Library::load(None) else { return };
    let guide = Guide::new(&library.rulebook, &library.words);
    let identifier = Identifier::new(None, &library.words, &guide.words);
    let limits = Limits::default();
    let phrases = Phrases::new(&library.phrases, &library.rulebook, &library.words);
    let intake = Intake {
        guide: &guide,
        identifier: &identifier,
        phrases: &phrases,
        limits,
        year: None,
        roster: None,
        reply_words: &library.words.replies,
    };
    let input = InputFile::new(path(name), name.to_owned(), String::new());
    bencher.bench(|| intake.read(FileId(0), black_box(&input)));
}
