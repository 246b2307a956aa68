//! huizong (汇总) consolidates the yearly 政府信息公开工作年度报告 returns of a city's departments.
//!
//! Data goes one way: files -> workbooks -> located tables -> returns -> collation -> city -> publication. See
//! ARCHITECTURE.md.
//!
//! The rooms of the house are private; what a caller needs is named here, so that the compiler finds what nobody uses:
//!
//! ```no_run
//! use huizong::{Desk, MainThread, Partial, Settings, Silent, gather, publish_all};
//!
//! let settings = Settings::resolve(Partial { inputs: vec!["data".into()], ..Partial::default() }, None).unwrap();
//! let desk = Desk::open(&settings).unwrap();
//! let gathered = gather(&settings, &desk, &Silent).unwrap();
//! publish_all(&settings, &desk, &gathered, &MainThread::here().unwrap()).unwrap();
//! ```

// With private rooms this finds what nobody uses.
#![warn(unreachable_pub)]

mod address;
mod agency;
mod calendar;
mod check;
pub mod cli;
mod collate;
mod consolidate;
mod decisions;
mod diagnose;
mod discover;
mod earlier;
mod finding;
mod fingerprint;
mod form;
mod frames;
mod input;
mod intake;
mod label;
mod language;
mod level;
mod locate;
mod message;
mod narrative;
mod part_sums;
mod power;
mod publish;
mod read;
mod returns;
mod run;
mod script;
mod sendback;
mod settings;
mod trouble;
mod value;

pub use address::{FileId, Place, Position};
pub use form::{
    Block, Form, FormId, Identity, Library, LibraryError, Line, Rulebook, Shape, Slot, SlotId, Table, TableId,
};
pub use frames::MainThread;
pub use language::Language;
pub use level::Level;
pub use message::{Catalogue, Renderer};
pub use read::{Cell, Content, FileFormat, Limits, Refusal, Sheet, Workbook, read_bytes, read_workbook};
pub use returns::{Fact, Proof, Return, Status};
pub use run::{Desk, Gathered, Progress, RunError, Silent, gather, publish_all};
pub use settings::{ConfigError, Partial, Settings};
pub use value::{Amount, Kind, Meaning, read_text};

/// Parts of the program that its benches, tests and examples take hold of one by one. Not for others.
#[doc(hidden)]
pub mod parts {
    pub use crate::agency::identify::Identifier;
    pub use crate::check::within_return;
    pub use crate::diagnose::{Confidence, Line as WrongLine, Move, Slip};
    pub use crate::input::InputFile;
    pub use crate::intake::Intake;
    pub use crate::locate::{Guide, locate};
    pub use crate::narrative::Phrases;
    pub use crate::publish::{Folder, Replaceable, replace};
    pub use crate::run::with_renderer;

    pub mod calendar {
        /// The whole year that a text names in figures.
        #[must_use]
        pub fn whole_year(text: &str, words: &crate::form::Library) -> Option<u16> {
            let time = crate::calendar::Calendar::new(&words.words.calendar).time_of(text);
            time.year().filter(|_| time.no_year().is_none())
        }
    }
    pub mod fingerprint {
        pub use crate::fingerprint::of_bytes;
    }
    pub mod label {
        pub use crate::label::{key, unit_in};
    }
    pub mod power {
        pub use crate::power::{Bench, Dice, Line, MISHAPS, Outcome, report, setups, tables};
    }
    pub mod sendback {
        pub use crate::sendback::{Column, Mark, Notice, Obstacle, Row, SentBack, Target, send_back};
    }
}
