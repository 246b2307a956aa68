//! Who reports, for which year: from the sheet, then the file's name, then its folder.
//!
//! Names are accepted only when they stand on the roster exactly (after normalisation). Without a roster a name is
//! accepted when a line of the sheet gives it, or when it ends like an organisation's.

use super::clue::{ClueWords, names_in, years_in};
use super::roster::Roster;
use crate::address::{Place, Position};
use crate::label;
use crate::locate::{LineHead, RowClaim, WordKeys, text_of};
use crate::read::{Cell, Sheet, Workbook};
use crate::returns::Agency;
use std::path::Path;

/// Titles stand within the first rows.
const TITLE_ROWS: u32 = 8;
/// Longer texts are prose.
const LONGEST_TITLE: usize = 60;

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

    fn inside(self) -> bool {
        self <= Source::SheetName
    }
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
    /// The cell, if it stands on a sheet.
    pub place: Option<Place>,
}

/// All claims of one sheet, or of a file's path.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    names: Vec<Claim<Name>>,
    years: Vec<Claim<u16>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Listed(usize),
    /// Certainly meant as an agency's name, but on no roster.
    Unlisted(String),
}

/// The accepted claim and one that contradicts it.
pub type Conflict<T> = (Claim<T>, Claim<T>);

/// What the claims come to.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The agency, or why there is none.
    pub agency: Result<Agency, NoAgency>,
    /// The year; none if nothing says it.
    pub year: Option<Claim<u16>>,
    /// An agency claim that contradicts the accepted one.
    pub agency_conflict: Option<Conflict<String>>,
    /// A year claim that contradicts the accepted one.
    pub year_conflict: Option<Conflict<u16>>,
}

/// Why no agency was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAgency {
    /// Nothing says who reports.
    Unnamed,
    /// The name stands on no roster.
    Unlisted {
        /// The name as written.
        name: String,
        /// Where it stands.
        place: Option<Place>,
    },
}

/// Finds claims; made once for a run.
#[derive(Debug)]
pub struct Identifier<'a> {
    roster: Option<&'a Roster>,
    clue_words: ClueWords,
    words: &'a WordKeys,
    suffixes: Vec<String>,
}

impl<'a> Identifier<'a> {
    /// Prepares the words.
    #[must_use]
    pub fn new(roster: Option<&'a Roster>, words: &crate::form::Words, keys: &'a WordKeys) -> Self {
        Identifier { roster, clue_words: ClueWords::new(words), words: keys, suffixes: words.org_suffixes.clone() }
    }

    /// The words of clues, for whoever ranks file names.
    #[must_use]
    pub fn clue_words(&self) -> &ClueWords {
        &self.clue_words
    }

    /// What the file's name and folders (below the input folder) say.
    #[must_use]
    pub fn path_claims(&self, path: &Path) -> Claims {
        let mut claims = Claims::default();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        self.claim_text(&stem, Source::FileName, None, &mut claims);
        let folders = path.parent().into_iter().flat_map(Path::components).collect::<Vec<_>>();
        for folder in folders.iter().rev() {
            let name = folder.as_os_str().to_string_lossy();
            self.claim_text(&name, Source::Folder, None, &mut claims);
        }
        claims
    }

    /// What every sheet says. `is_label` tells texts that belong to a table.
    #[must_use]
    pub fn sheet_claims(&self, workbook: &Workbook, is_label: &dyn Fn(&str) -> bool) -> Vec<Claims> {
        let lone = workbook.sheets.len() == 1;
        (0u16..)
            .zip(&workbook.sheets)
            .map(|(number, sheet)| {
                let mut claims = Claims::default();
                for cell in &sheet.cells {
                    self.claim_cell(sheet, number, cell, is_label, &mut claims);
                }
                if !lone || !claims.names.iter().any(|claim| claim.source <= Source::Title) {
                    self.claim_text(&sheet.name, Source::SheetName, None, &mut claims);
                }
                claims.drop_years_side_by_side();
                claims.names.sort_by_key(|claim| claim.source);
                claims.years.sort_by_key(|claim| claim.source);
                claims
            })
            .collect()
    }

    /// Weighs the claims for figures of one sheet.
    #[must_use]
    pub fn identify(&self, row: &RowClaim, sheet: usize, sheets: &[Claims], path: &Claims) -> Identity {
        let mut names: Vec<Claim<Name>> = self.row_name(row).into_iter().collect();
        let mut years: Vec<Claim<u16>> = row
            .year
            .iter()
            .filter_map(|text| {
                let year = text.trim().parse().ok().or_else(|| years_in(text).first().copied())?;
                Some(Claim { value: year, text: text.clone(), source: Source::Row, place: None })
            })
            .collect();
        let own = sheets.get(sheet).into_iter();
        let others = sheets.iter().enumerate().filter(|(number, _)| *number != sheet).map(|(_, claims)| claims);
        for claims in own.chain(others) {
            if names.is_empty() {
                names.extend(claims.names.iter().cloned());
            }
            if years.is_empty() {
                years.extend(claims.years.iter().cloned());
            }
        }
        names.extend(path.names.iter().cloned());
        years.extend(path.years.iter().cloned());
        let (agency, agency_conflict) = self.weigh_names(&names);
        let year = years.first().cloned();
        // A register or a long list may hold several years: its file's name need not name this one.
        let year_conflict = year.as_ref().filter(|year| year.source != Source::Row).and_then(|accepted| {
            let other = years.iter().find(|other| other.value != accepted.value)?;
            let confirmed = years.iter().any(|same| same.value == accepted.value && same.source == other.source);
            (!confirmed).then(|| (accepted.clone(), other.clone()))
        });
        Identity { agency, year, agency_conflict, year_conflict }
    }

    /// The year that each sheet claims, for choosing between forms.
    #[must_use]
    pub fn sheet_years(&self, sheets: &[Claims], path: &Claims) -> Vec<Option<u16>> {
        (0..sheets.len())
            .map(|sheet| self.identify(&RowClaim::default(), sheet, sheets, path).year.map(|y| y.value))
            .collect()
    }

    fn row_name(&self, row: &RowClaim) -> Option<Claim<Name>> {
        let by_id = row.agency_id.as_ref().and_then(|id| {
            let place = self.roster?.find_id(id)?;
            Some(Claim { value: Name::Listed(place), text: id.clone(), source: Source::Row, place: None })
        });
        by_id.or_else(|| {
            let text = row.agency.as_ref().or(row.agency_id.as_ref())?;
            let value = self.listed(text).map_or_else(|| Name::Unlisted(text.clone()), Name::Listed);
            Some(Claim { value, text: text.clone(), source: Source::Row, place: None })
        })
    }

    fn weigh_names(&self, names: &[Claim<Name>]) -> (Result<Agency, NoAgency>, Option<Conflict<String>>) {
        let spoken = |claim: &Claim<Name>| Claim {
            value: claim.text.clone(),
            text: claim.text.clone(),
            source: claim.source,
            place: claim.place,
        };
        let Some(accepted) = names.first() else { return (Err(NoAgency::Unnamed), None) };
        let conflict = names
            .iter()
            .find(|other| {
                // One claim that names two agencies (a parent and its bureau) contradicts nothing.
                other.value != accepted.value
                    && matches!(other.value, Name::Listed(_))
                    && !names.iter().any(|same| same.value == accepted.value && same.source == other.source)
            })
            .map(|other| (spoken(accepted), spoken(other)));
        match (&accepted.value, self.roster) {
            (Name::Listed(place), _) => (Ok(Agency::Listed(*place)), conflict),
            (Name::Unlisted(name), None) => (Ok(Agency::Named(name.clone())), None),
            (Name::Unlisted(name), Some(_)) => {
                (Err(NoAgency::Unlisted { name: name.clone(), place: accepted.place }), None)
            }
        }
    }

    fn listed(&self, name: &str) -> Option<usize> {
        self.roster.and_then(|roster| roster.find(name))
    }

    fn claim_cell(
        &self,
        sheet: &Sheet,
        number: u16,
        cell: &Cell,
        is_label: &dyn Fn(&str) -> bool,
        claims: &mut Claims,
    ) {
        let Some(text) = text_of(cell) else { return };
        // Every line of a table is a label: the cheap tests come first.
        let title = cell.row < TITLE_ROWS;
        let line = text.contains([':', '：']) || text.chars().count() <= 8;
        if !(title || line) || text.chars().count() > LONGEST_TITLE {
            return;
        }
        let place = Some(Place { sheet: number, position: Position { row: cell.row, column: cell.column } });
        // 填报单位：句容市财政局, or without the colon
        let spaced = || text.trim().split_once(char::is_whitespace).filter(|(head, _)| self.words.line(head).is_some());
        let parted = text.split_once([':', '：']).or_else(spaced);
        let (head, rest) = parted.map_or((text, ""), |(head, rest)| (head, rest.trim()));
        let right = || {
            sheet
                .cells
                .iter()
                .find(|other| other.row == cell.row && other.column > cell.column)
                .and_then(text_of)
                .map(str::trim)
        };
        let line = self.words.line(head);
        if line == Some(LineHead::Agency) {
            let first_line = if rest.is_empty() { right().unwrap_or_default() } else { rest };
            let name = first_line.split(['\t', '\u{3000}', '\n']).next().unwrap_or_default();
            let name = name.split("  ").next().unwrap_or_default().trim();
            if !name.is_empty() && !is_label(name) {
                let value = self.listed(name).map_or_else(|| Name::Unlisted(name.to_owned()), Name::Listed);
                claims.names.push(Claim { value, text: name.to_owned(), source: Source::Line, place });
            }
        } else if line == Some(LineHead::Year) {
            let year = if rest.is_empty() { right().unwrap_or_default() } else { rest };
            let parsed = year.parse().ok().filter(|year| (2008..2100).contains(year));
            if let Some(value) = parsed.or_else(|| years_in(year).first().copied()) {
                claims.years.push(Claim { value, text: year.to_owned(), source: Source::Line, place });
            }
        } else if title && text.chars().any(char::is_alphabetic) && !is_label(text) {
            // Words, not a figure: 2023 in a table is a count.
            self.claim_text(text, Source::Title, place, claims);
        }
    }

    fn claim_text(&self, text: &str, source: Source, place: Option<Place>, claims: &mut Claims) {
        let years = years_in(text);
        // A title that names two years (the year reported on and the year of writing) says neither.
        if let [year] = years.as_slice() {
            claims.years.push(Claim { value: *year, text: text.to_owned(), source, place });
        }
        let names = names_in(text, &self.clue_words);
        let listed = names.iter().find_map(|name| self.listed(name).map(|agency| (agency, name)));
        if let Some((agency, name)) = listed {
            claims.names.push(Claim { value: Name::Listed(agency), text: name.clone(), source, place });
        } else if source == Source::Title || source == Source::FileName {
            // Only what looks like an organisation is taken for one that the roster lacks.
            let organisation = names.into_iter().find(|name| {
                label::key(name).chars().count() >= 3
                    && self.suffixes.iter().any(|suffix| name.ends_with(suffix.as_str()))
            });
            if let Some(name) = organisation {
                claims.names.push(Claim { value: Name::Unlisted(name.clone()), text: name, source, place });
            }
        }
    }
}

impl Claims {
    /// Different years in one row of a sheet head columns; none of them is the report's.
    fn drop_years_side_by_side(&mut self) {
        let row = |claim: &Claim<u16>| {
            let place = claim.place.filter(|_| claim.source == Source::Title)?;
            Some((place.sheet, place.position.row))
        };
        let titles: Vec<_> = self.years.iter().filter_map(|claim| Some((row(claim)?, claim.value))).collect();
        let contradicted = |claim: &Claim<u16>| {
            row(claim).is_some_and(|own| titles.iter().any(|(row, year)| *row == own && *year != claim.value))
        };
        self.years.retain(|claim| !contradicted(claim));
    }
}

impl<T> Claim<T> {
    /// Whether the claim stands in the workbook itself.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.source.inside()
    }
}
