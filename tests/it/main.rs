//! The integration tests, in one binary: each module is one question put to the program.

// The lints guard the program; a test is meant to stop where it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
mod support;

mod archives;
mod bad_input;
mod calendar;
mod cases;
mod clerks;
mod collation;
mod corpus;
mod crosswalk;
mod decisions;
mod determinism;
mod diagnosis;
mod grid;
mod house;
mod layout;
mod lists;
mod merged;
mod messages;
mod narrative;
mod older_forms;
mod one_digit;
mod proof;
mod publishing;
mod read;
mod read_formats;
mod read_hostile;
mod read_markup;
mod read_markup_hostile;
mod remarks;
mod sample;
mod scale;
mod sendback;
mod who;
