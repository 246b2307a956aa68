//! How long it takes to say which cells of a return are wrong: `cargo run --release --example diagnosing`.

#![allow(clippy::print_stdout, reason = "a measuring program for developers")]

use huizong::parts::power::{Bench, Dice, setups, tables};
use huizong::{Library, LibraryError};
use std::time::{Duration, Instant};

fn main() -> Result<(), LibraryError> {
    let library = Library::load(None)?;
    let book = &library.rulebook;
    println!("microseconds: clean median, broken median, 99 of 100, worst");
    for table in tables(book) {
        let bench = Bench::new(book, table);
        let mut dice = Dice::new(1);
        let mut clean_times = Vec::new();
        let mut broken_times = Vec::new();
        for setup in setups(table).filter(|setup| setup.cells == 1 || !setup.formulas) {
            for _ in 0..20 {
                let clean = bench.clean(&mut dice);
                let Some(spoilt) = bench.spoilt(&clean, setup.mishap, setup.cells, setup.formulas, &mut dice) else {
                    continue;
                };
                let time = |values| {
                    let start = Instant::now();
                    let _ = std::hint::black_box(bench.diagnosis(values, setup.formulas));
                    start.elapsed()
                };
                clean_times.push(time(&clean));
                broken_times.push(time(&spoilt));
            }
        }
        let at = |times: &mut Vec<Duration>, share: usize| {
            times.sort_unstable();
            let place = (times.len() * share / 100).min(times.len().saturating_sub(1));
            times.get(place).map_or(0, Duration::as_micros)
        };
        let shares = [50, 99, 100].map(|share| at(&mut broken_times, share));
        let code = &book.table(table).code;
        println!("{} {code}: {}, {shares:?}", book.form(book.table(table).form).code, at(&mut clean_times, 50));
    }
    Ok(())
}
