//! huizong (汇总) consolidates the yearly 政府信息公开工作年度报告 returns of a city's departments.
//!
//! Data goes one way: files -> workbooks -> located tables -> returns -> collation -> city -> publication. See
//! ARCHITECTURE.md.

pub mod address;
pub mod agency;
pub mod calendar;
pub mod check;
pub mod cli;
pub mod collate;
pub mod consolidate;
pub mod decisions;
pub mod diagnose;
pub mod discover;
pub mod earlier;
pub mod finding;
pub mod fingerprint;
pub mod form;
pub mod frames;
pub mod input;
pub mod intake;
pub mod label;
pub mod language;
pub mod level;
pub mod locate;
pub mod message;
pub mod narrative;
pub mod part_sums;
pub mod power;
pub mod publish;
pub mod read;
pub mod returns;
pub mod run;
pub mod script;
pub mod sendback;
pub mod settings;
pub mod trouble;
pub mod value;
