//! Who reports, for which year: from the sheet, then the file's name, then its folder.
//!
//! Names are accepted only when they stand on the roster exactly (after normalisation). Without a roster a name is
//! accepted when a line of the sheet gives it, or when it ends like an organisation's.
//!
//! `claims` finds what single texts say; `scene` decides what that means for one table of the workbook.

mod claims;
mod fields;
mod scene;

use super::clue::ClueWords;
use super::roster::Roster;
use crate::address::Place;
use crate::calendar::{Calendar, Time};
use crate::form::Words;
use crate::locate::{RowClaim, WordKeys};
use crate::returns::Agency;

pub(crate) use scene::{Rows, Scene};

/// Where a claim stands, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A row of a register or long list.
    Row,
    /// A line such as 填报单位.
    Line,
    /// A title.
    Title,
    /// The sheet's name.
    SheetName,
    /// The file's name.
    FileName,
    /// A folder's name.
    Folder,
}

impl Source {
    /// Key of its name in the message catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Source::Row => "source_row",
            Source::Line => "source_line",
            Source::Title => "source_title",
            Source::SheetName => "source_sheet_name",
            Source::FileName => "source_file_name",
            Source::Folder => "source_folder",
        }
    }

    fn in_cell(self) -> bool {
        self <= Source::Title
    }
}

/// How much a text reads like a return's title, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The claim is only a part of what the text says.
    Prose,
    /// The text says nothing else.
    Bare,
    /// The text speaks of a report as well.
    Report,
}

/// One place that says who or when.
#[derive(Clone, Debug)]
pub struct Claim<T> {
    /// What it says.
    pub value: T,
    /// The text that says it.
    pub text: String,
    /// Where it stands.
    pub source: Source,
    /// How much the text reads like a title.
    pub strength: Strength,
    /// The cell, if it stands on a sheet.
    pub place: Option<Place>,
}

impl Claim<Time> {
    /// The year that it names, if it does. A month is as likely when something was written, which names no report year.
    fn year(&self) -> Option<Claim<u16>> {
        let Claim { value, text, source, strength, place } = self;
        let value = value.year().filter(|_| !self.is_month())?;
        Some(Claim { value, text: text.clone(), source: *source, strength: *strength, place: *place })
    }

    /// Whether it names a single month.
    fn is_month(&self) -> bool {
        matches!(&self.value, Time::Part(part) if part.month)
    }

    /// Whether it speaks of a whole year.
    fn is_whole_year(&self) -> bool {
        self.value.year().is_some() && self.value.no_year().is_none()
    }
}

impl<T> Claim<T> {
    fn row(&self) -> u32 {
        self.place.map_or(0, |place| place.position.row)
    }

    fn column(&self) -> u32 {
        self.place.map_or(0, |place| place.position.column)
    }
}

/// What a sheet's name says about its figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SheetKind {
    /// Nothing: 表三, Sheet1.
    #[default]
    Plain,
    /// They are sums over several agencies: 汇总.
    Sum,
    /// They are another year's: 上年数.
    OtherYear,
    /// They show how to fill the form in: 填写示例.
    Example,
}

/// All claims of one sheet, or of a file's path.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Names in cells, row by row; or in the path, nearest first.
    names: Vec<Claim<Name>>,
    /// Years, parts of them and the like: see [`Time`].
    times: Vec<Claim<Time>>,
    names_of_sheet: Vec<Claim<Name>>,
    times_of_sheet: Vec<Claim<Time>>,
    /// Of a path: what the input folder's own name says.
    last_name: Option<Claim<Name>>,
    last_time: Option<Claim<Time>>,
    kind: SheetKind,
    hidden: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Listed(usize),
    /// Certainly meant as an agency's name, but on no roster.
    Unlisted(String),
}

/// The accepted claim and one that contradicts it.
pub(crate) type Conflict<T> = (Claim<T>, Claim<T>);

/// What the claims come to.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The agency, or why there is none.
    pub agency: Result<Agency, NoAgency>,
    /// The year; none if nothing says it.
    pub year: Option<Claim<u16>>,
    /// Whether both the sheet's cells and its name say this year.
    pub year_twice: bool,
    /// An agency claim that contradicts the accepted one.
    pub agency_conflict: Option<Conflict<String>>,
    /// A year claim that contradicts the accepted one.
    pub year_conflict: Option<Conflict<u16>>,
    /// Why the sheet's figures may not be this agency's or this year's.
    pub doubts: Vec<Doubt>,
}

/// Why the figures of a sheet may not be this agency's or this year's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The workbook hides the sheet.
    Hidden,
    /// The sheet's name speaks of sums, though the sheet or the file names one agency.
    Sum,
    /// The sheet's name speaks of another year, and so does nothing on the sheet.
    OtherYear,
    /// As before, and nothing says which year: the figures must not be counted.
    OtherYearUnsaid,
    /// The row names a year that is none: the figures must not be counted.
    RowYear,
    /// Something says that they are of a part of the year, of several years or a running total: they must not be counted.
    PartYear {
        /// The words, as written.
        said: String,
        /// Where they stand.
        source: Source,
        /// The cell, if it is one.
        place: Option<Place>,
    },
    /// A folder's name says so, and the sheet names a whole year.
    FolderOfPart {
        /// The words, as written.
        said: String,
    },
    /// They are an example: they must not be counted.
    Example,
}

impl Doubt {
    /// Whether the figures must not be counted.
    #[must_use]
    pub fn forbids(&self) -> bool {
        matches!(self, Doubt::OtherYearUnsaid | Doubt::RowYear | Doubt::PartYear { .. } | Doubt::Example)
    }
}

/// Why no agency was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAgency {
    /// Nothing says who reports.
    Unnamed,
    /// Nothing on the sheet says it, and other sheets name several agencies, or the sheet holds sums.
    NotOnSheet,
    /// The name stands on no roster.
    Unlisted {
        /// The name as written.
        name: String,
        /// Where it stands.
        place: Option<Place>,
    },
    /// The id belongs to another agency than the name.
    Contradicted {
        /// The id as written.
        id: String,
        /// The name as written.
        name: String,
    },
}

/// Finds claims; made once for a run.
#[derive(Debug)]
pub struct Identifier<'a> {
    roster: Option<&'a Roster>,
    clue_words: ClueWords,
    calendar: Calendar,
    words: &'a WordKeys,
    vocabulary: Words,
}

impl<'a> Identifier<'a> {
    /// Prepares the words.
    #[must_use]
    pub fn new(roster: Option<&'a Roster>, words: &Words, keys: &'a WordKeys) -> Self {
        let names = roster.into_iter().flat_map(Roster::names);
        let calendar = Calendar::new(&words.calendar).sparing(names);
        let clue_words = ClueWords::new(words, calendar.clone());
        Identifier { roster, clue_words, calendar, words: keys, vocabulary: words.clone() }
    }

    /// The words of clues, for whoever ranks file names.
    #[must_use]
    pub fn clue_words(&self) -> &ClueWords {
        &self.clue_words
    }

    fn listed(&self, name: &str) -> Option<usize> {
        self.roster.and_then(|roster| roster.find(name))
    }

    /// Who is named in a row of a register. An id and a name that disagree name nobody.
    fn row_name(&self, row: &RowClaim) -> Result<Option<Claim<Name>>, NoAgency> {
        let claim = |value, text: &String| Claim {
            value,
            text: text.clone(),
            source: Source::Row,
            strength: Strength::Bare,
            place: None,
        };
        let by_id = row.agency_id.as_ref().zip(self.roster).and_then(|(id, roster)| Some((roster.find_id(id)?, id)));
        let by_name = row.agency.as_ref().map(|name| {
            let value = self.listed(name).map_or_else(|| Name::Unlisted(name.clone()), Name::Listed);
            claim(value, name)
        });
        match (by_id, by_name) {
            (Some((agency, id)), Some(name)) if name.value != Name::Listed(agency) => {
                Err(NoAgency::Contradicted { id: id.clone(), name: name.text })
            }
            (_, Some(name)) => Ok(Some(name)),
            (Some((agency, id)), None) => Ok(Some(claim(Name::Listed(agency), id))),
            (None, None) => Ok(row.agency_id.as_ref().map(|id| claim(Name::Unlisted(id.clone()), id))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
