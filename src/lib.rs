//! huizong (汇总) consolidates the yearly 政府信息公开工作年度报告 returns of a city's departments.
//!
//! Data goes one way: files -> workbooks -> located tables -> returns -> collation -> city -> publication. See
//! ARCHITECTURE.md.

pub mod address;
pub mod agency;
pub mod check;
pub mod collate;
pub mod consolidate;
pub mod decisions;
pub mod diagnose;
pub mod earlier;
pub mod finding;
pub mod fingerprint;
pub mod form;
pub mod frames;
pub mod inputs;
pub mod intake;
pub mod label;
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
pub mod unpack;
pub mod value;
