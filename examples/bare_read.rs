//! What reading alone costs: calamine and rayon, every cell of every sheet, nothing understood.
//!
//! `cargo run --release --example bare_read DIR` prints files and cells that hold something. The yardstick of the
//! whole run's speed in README.

#![allow(clippy::print_stdout, reason = "what it measures goes to whoever started it")]

use calamine::{Data, Reader, open_workbook_auto};
use rayon::prelude::*;
use std::path::PathBuf;

fn main() {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("cannot list {}", folder.display());
        return;
    };
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let cells: usize = files
        .par_iter()
        .filter_map(|path| open_workbook_auto(path).ok())
        .map(|mut book| {
            let sheets = book.worksheets();
            let filled = |value: &&Data| !matches!(value, Data::Empty);
            sheets.iter().map(|(_, range)| range.rows().flatten().filter(filled).count()).sum::<usize>()
        })
        .sum();
    println!("{} files, {cells} cells", files.len());
}
