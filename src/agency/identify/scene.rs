//! Weighs the claims of a workbook for each of its tables.
//!
//! A table belongs to whom the nearest title or line above it names, on its own sheet. Only where the sheet is silent do
//! other sheets speak, and only with one voice; then the file's name and its folders. Two claims of one kind that differ
//! are a conflict and never settled silently.

use super::{Claim, Claims, Conflict, Doubt, Identifier, Identity, Name, NoAgency, SheetKind, Source, Strength};
use crate::calendar::Time;
use crate::locate::RowClaim;
use crate::returns::Agency;

/// The rows that a table covers on its sheet, from its head to its last figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rows {
    /// First row of the head.
    pub first: u32,
    /// Row of the last figure.
    pub last: u32,
    /// Column of the first figure.
    pub column: u32,
}

/// Two are several: nobody needs to know all agencies of a long register.
const MOST_VOICES: usize = 64;
/// Where a sheet's own title stands, before its tables are known.
const TOP: Rows = Rows { first: 9, last: 9, column: 0 };
/// Below everything.
const BOTTOM: Rows = Rows { first: u32::MAX, last: u32::MAX, column: 0 };

/// What other sheets say about a sheet that is silent.
#[derive(Debug)]
enum Lent<T> {
    Nothing,
    One(Claim<T>),
    Several,
}

/// A workbook's claims with the places of its tables.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    identifier: &'a Identifier<'a>,
    sheets: &'a [Claims],
    path: &'a Claims,
    /// Of every sheet, the rows of its tables from top to bottom.
    tables: Vec<Vec<Rows>>,
    /// What the workbook's tables themselves say, with their sheets.
    names: Vec<(usize, Claim<Name>)>,
    years: Vec<(usize, Claim<u16>)>,
}

impl<'a> Scene<'a> {
    /// Makes the scene. `tables` gives the sheet and rows of every table, with what its own rows say.
    #[must_use]
    pub(crate) fn new(
        identifier: &'a Identifier<'a>,
        sheets: &'a [Claims],
        path: &'a Claims,
        tables: &[(usize, Rows, &RowClaim)],
    ) -> Self {
        let mut by_sheet = vec![Vec::new(); sheets.len()];
        for (sheet, rows, _) in tables {
            if let Some(list) = by_sheet.get_mut(*sheet) {
                list.push(*rows);
            }
        }
        for list in &mut by_sheet {
            list.sort_unstable();
            // Rows of one register share its head: together they are one table.
            list.dedup_by(|later, first| {
                let same = later.first == first.first;
                if same {
                    first.last = first.last.max(later.last);
                }
                same
            });
        }
        let mut scene = Scene { identifier, sheets, path, tables: by_sheet, names: Vec::new(), years: Vec::new() };
        let mut names: Vec<(usize, Claim<Name>)> = Vec::new();
        let mut years: Vec<(usize, Claim<u16>)> = Vec::new();
        for (sheet, rows, claim) in tables {
            let row_name = identifier.row_name(claim).ok().flatten();
            let name = row_name.or_else(|| scene.own_names(*sheet, *rows).into_iter().next().cloned());
            if let Some(name) = name
                && names.len() < MOST_VOICES
                && !names.iter().any(|(at, known)| (*at, &known.value) == (*sheet, &name.value))
            {
                names.push((*sheet, name));
            }
            let year = identifier.row_year(claim).or_else(|| scene.own_years(*sheet, *rows).into_iter().next());
            if let Some(year) = year
                && years.len() < MOST_VOICES
                && !years.iter().any(|(at, known)| (*at, known.value) == (*sheet, year.value))
            {
                years.push((*sheet, year));
            }
        }
        (scene.names, scene.years) = (names, years);
        scene
    }

    /// The year that each sheet claims as a whole, for choosing between forms before the tables are known.
    #[must_use]
    pub(crate) fn sheet_years(&self) -> Vec<Option<u16>> {
        (0..self.sheets.len())
            .map(|sheet| {
                let rows = if self.own_years(sheet, TOP).is_empty() { BOTTOM } else { TOP };
                self.identify(&RowClaim::default(), sheet, rows).year.map(|claim| claim.value)
            })
            .collect()
    }

    /// Rows on which a sheet's table must be cut in two: what stands there names another agency or year than what
    /// stands above the table.
    #[must_use]
    pub(crate) fn cuts(&self, sheet: usize, rows: Rows) -> Vec<u32> {
        let Some(claims) = self.sheets.get(sheet) else { return Vec::new() };
        let inside = |row: u32| rows.first < row && row <= rows.last;
        let mut cuts = Vec::new();
        let mut name = self.own_names(sheet, rows).first().map(|claim| &claim.value);
        for claim in claims.names.iter().filter(|claim| inside(claim.row()) && claim.strength == Strength::Report) {
            if name.is_some_and(|name| *name != claim.value) {
                cuts.push(claim.row());
            }
            name = Some(&claim.value);
        }
        let mut time = self.own_times(sheet, rows).first().map(|claim| &claim.value);
        for claim in claims.times.iter().filter(|claim| inside(claim.row()) && claim.strength > Strength::Prose) {
            if time.is_some_and(|time| *time != claim.value) {
                cuts.push(claim.row());
            }
            time = Some(&claim.value);
        }
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// Who reports in a table, and for which year.
    #[must_use]
    pub(crate) fn identify(&self, row: &RowClaim, sheet: usize, rows: Rows) -> Identity {
        let (agency, agency_conflict) = match self.identifier.row_name(row) {
            Err(contradicted) => (Err(contradicted), None),
            Ok(row_name) => self.weigh_names(row_name, sheet, rows),
        };
        let own_years = self.own_years(sheet, rows);
        let row_year = self.identifier.row_year(row);
        let by_row = row_year.is_some();
        let explicit = by_row || !own_years.is_empty();
        let lent = if explicit { Lent::Nothing } else { self.lent_year() };
        // A row that names a year that cannot be is not given another.
        let unreadable = row.year.is_some() && !by_row;
        let of_path: Vec<Claim<u16>> = self.path.times.iter().filter_map(Claim::year).collect();
        let year = row_year.or_else(|| own_years.first().cloned()).or_else(|| match &lent {
            Lent::One(claim) => Some(claim.clone()),
            Lent::Nothing | Lent::Several => {
                of_path.first().cloned().or_else(|| self.path.last_time.as_ref().and_then(Claim::year))
            }
        });
        // A register or a long list may hold several years: its file's name need not name this one.
        let year_conflict = year.as_ref().filter(|_| !by_row).and_then(|accepted| {
            let known = |value: u16| self.years.iter().any(|(_, other)| other.value == value);
            let path = of_path.iter().filter(|claim| {
                let confirmed = |same: &Claim<u16>| same.source == claim.source && same.value == accepted.value;
                // The file's name may speak of another sheet.
                !known(claim.value) && !of_path.iter().any(confirmed)
            });
            let lent = self.years.iter().map(|(_, claim)| claim).filter(|_| matches!(lent, Lent::Several));
            let loud = own_years.iter().filter(|claim| claim.strength > Strength::Prose);
            let other = loud.chain(path).chain(lent).find(|other| other.value != accepted.value)?;
            Some((accepted.clone(), other.clone()))
        });
        let year_twice = year.as_ref().is_some_and(|year| {
            let says = |in_cell: bool| {
                own_years.iter().any(|claim| claim.value == year.value && claim.source.in_cell() == in_cell)
            };
            says(true) && says(false)
        });
        let mut doubts = self.doubts(row, sheet, year.as_ref().map(|year| year.value).filter(|_| explicit));
        doubts.extend(self.part_year(row, sheet, rows, matches!(lent, Lent::One(_))));
        if unreadable {
            doubts.push(Doubt::RowYear);
        }
        Identity { agency, year, year_twice, agency_conflict, year_conflict, doubts }
    }

    fn doubts(&self, row: &RowClaim, sheet: usize, own_year: Option<u16>) -> Vec<Doubt> {
        let Some(claims) = self.sheets.get(sheet) else { return Vec::new() };
        let alone = self.tables.iter().filter(|tables| !tables.is_empty()).count() < 2;
        let mut doubts = Vec::new();
        if claims.hidden {
            doubts.push(Doubt::Hidden);
        }
        match claims.kind {
            SheetKind::Sum if !alone && row.agency.is_none() && row.agency_id.is_none() => doubts.push(Doubt::Sum),
            SheetKind::OtherYear if row.year.is_none() => {
                let elsewhere = self.years.iter().filter(|(at, _)| *at != sheet).map(|(_, claim)| claim);
                let of_path: Vec<Claim<u16>> = self.path.times.iter().filter_map(Claim::year).collect();
                let mut elsewhere = elsewhere.chain(&of_path);
                match own_year {
                    None if alone => doubts.push(Doubt::OtherYear),
                    None => doubts.push(Doubt::OtherYearUnsaid),
                    Some(year) if elsewhere.any(|claim| claim.value == year) => doubts.push(Doubt::OtherYear),
                    Some(_) => {}
                }
            }
            SheetKind::Example => doubts.push(Doubt::Example),
            SheetKind::Plain | SheetKind::Sum | SheetKind::OtherYear => {}
        }
        doubts
    }

    /// What says that a table's figures are not those of a whole year: its own row, a title or line near it, the sheet's,
    /// the file's or a folder's name. A single month is when something was written, if a whole year is named as well.
    fn part_year(&self, row: &RowClaim, sheet: usize, rows: Rows, lent: bool) -> Option<Doubt> {
        if let Some(text) = &row.year {
            // A list's rows name their years themselves.
            self.identifier.time_of_cell(text).no_year()?;
            return Some(Doubt::PartYear { said: text.clone(), source: Source::Row, place: None });
        }
        let own = self.own_times(sheet, rows);
        let whole = |claims: &[&Claim<Time>]| claims.iter().any(|claim| claim.is_whole_year());
        let path: Vec<&Claim<Time>> = self.path.times.iter().chain(&self.path.last_time).collect();
        let named = whole(&own) || whole(&path) || lent;
        let in_cells = own.iter().any(|claim| claim.source.in_cell() && claim.is_whole_year());
        let mut parts = own.iter().chain(&path).filter(|claim| {
            let month = claim.is_month() && claim.strength != Strength::Report;
            claim.value.no_year().is_some() && !(month && named)
        });
        let part = parts.next()?;
        let said = part.value.no_year()?.to_owned();
        Some(match part.source {
            Source::Folder if in_cells => Doubt::FolderOfPart { said },
            source => Doubt::PartYear { said, source, place: part.place },
        })
    }

    fn weigh_names(
        &self,
        row_name: Option<Claim<Name>>,
        sheet: usize,
        rows: Rows,
    ) -> (Result<Agency, NoAgency>, Option<Conflict<String>>) {
        let own = if row_name.is_some() { Vec::new() } else { self.own_names(sheet, rows) };
        let mut accepted = row_name.or_else(|| own.first().copied().cloned());
        if accepted.is_none() {
            accepted = match self.lent_name() {
                // Whose sums these are is not for another sheet to say.
                Lent::One(_) if self.sheets.get(sheet).is_some_and(|claims| claims.kind == SheetKind::Sum) => {
                    return (Err(NoAgency::NotOnSheet), None);
                }
                Lent::One(claim) => Some(claim),
                Lent::Several => return (Err(NoAgency::NotOnSheet), None),
                Lent::Nothing => self.path.names.first().or(self.path.last_name.as_ref()).cloned(),
            };
        }
        let Some(accepted) = accepted else { return (Err(NoAgency::Unnamed), None) };
        let below = self.footers(sheet, rows);
        let path = self.path.names.iter().filter(|claim| {
            let confirmed = |same: &Claim<Name>| same.source == claim.source && same.value == accepted.value;
            // The file's name may speak of another table.
            let known = self.names.iter().any(|(_, other)| other.value == claim.value);
            !known && !self.path.names.iter().any(confirmed)
        });
        let conflict = own
            .iter()
            .copied()
            .chain(below)
            .chain(path)
            .find(|other| self.contradicts(other, &accepted))
            .map(|other| (spoken(&accepted), spoken(other)));
        match (&accepted.value, self.identifier.roster) {
            (Name::Listed(place), _) => (Ok(Agency::Listed(*place)), conflict),
            (Name::Unlisted(name), None) => (Ok(Agency::Named(name.clone())), None),
            (Name::Unlisted(name), Some(_)) => {
                (Err(NoAgency::Unlisted { name: name.clone(), place: accepted.place }), None)
            }
        }
    }

    fn contradicts(&self, other: &Claim<Name>, accepted: &Claim<Name>) -> bool {
        match (&other.value, &accepted.value) {
            (Name::Listed(other_agency), Name::Listed(agency)) => {
                // A letterhead or a folder may name the office above.
                let letterhead = other.source >= Source::Title && self.identifier.is_above(*other_agency, *agency);
                other_agency != agency && !letterhead
            }
            // A stranger's name counts only in a title that speaks of a report.
            (Name::Unlisted(_), Name::Listed(_)) => {
                other.source.in_cell() && other.strength == Strength::Report && accepted.source != Source::Row
            }
            (_, Name::Unlisted(_)) => false,
        }
    }

    // -------------------------------------------------------------------------------------------- own and lent

    /// Names on the sheet that speak of this table, best first: cells, then the sheet's name, then prose.
    fn own_names(&self, sheet: usize, rows: Rows) -> Vec<&Claim<Name>> {
        let Some(claims) = self.sheets.get(sheet) else { return Vec::new() };
        own(&claims.names, &claims.names_of_sheet, self.tables_of(sheet), rows)
    }

    fn own_times(&self, sheet: usize, rows: Rows) -> Vec<&Claim<Time>> {
        let Some(claims) = self.sheets.get(sheet) else { return Vec::new() };
        own(&claims.times, &claims.times_of_sheet, self.tables_of(sheet), rows)
    }

    fn own_years(&self, sheet: usize, rows: Rows) -> Vec<Claim<u16>> {
        self.own_times(sheet, rows).into_iter().filter_map(Claim::year).collect()
    }

    fn tables_of(&self, sheet: usize) -> &[Rows] {
        self.tables.get(sheet).map_or(&[], Vec::as_slice)
    }

    /// Lines below the sheet's last table, if this is it.
    fn footers(&self, sheet: usize, rows: Rows) -> impl Iterator<Item = &Claim<Name>> {
        let last = self.tables_of(sheet).iter().all(|other| other.first <= rows.last);
        let claims = self.sheets.get(sheet).map_or(&[][..], |claims| &claims.names);
        claims.iter().filter(move |claim| last && claim.source == Source::Line && claim.row() > rows.last)
    }

    fn lent_name(&self) -> Lent<Name> {
        let tables = one_voice(self.names.iter().map(|(_, claim)| claim));
        if !matches!(tables, Lent::Nothing) {
            return tables;
        }
        // Sheets without tables: a cover.
        let said = || self.outside(|claims| &claims.names);
        match one_voice(said().filter(|claim| claim.strength == Strength::Report)) {
            Lent::Nothing => match one_voice(said().filter(|claim| matches!(claim.value, Name::Listed(_)))) {
                Lent::Several => Lent::Nothing,
                lent => lent,
            },
            lent => lent,
        }
    }

    fn lent_year(&self) -> Lent<u16> {
        let tables = one_voice(self.years.iter().map(|(_, claim)| claim));
        if !matches!(tables, Lent::Nothing) {
            return tables;
        }
        let loud = self.outside(|claims| &claims.times).filter(|claim| claim.strength > Strength::Prose);
        let years: Vec<Claim<u16>> = loud.filter_map(Claim::year).collect();
        match one_voice(years.iter()) {
            Lent::Several => Lent::Nothing,
            lent => lent,
        }
    }

    /// Claims of all sheets that do not stand within a table.
    fn outside<'s, T: 's>(&'s self, of: fn(&Claims) -> &Vec<Claim<T>>) -> impl Iterator<Item = &'s Claim<T>> {
        self.sheets
            .iter()
            .zip(&self.tables)
            .flat_map(move |(claims, tables)| of(claims).iter().filter(move |claim| !within(tables, claim.row())))
    }
}

impl Identifier<'_> {
    /// What a row says of its year.
    fn row_year(&self, row: &RowClaim) -> Option<Claim<u16>> {
        let text = row.year.as_ref()?;
        let value = self.time_of_cell(text).year()?;
        Some(Claim { value, text: text.clone(), source: Source::Row, strength: Strength::Bare, place: None })
    }
}

fn spoken(claim: &Claim<Name>) -> Claim<String> {
    let Claim { text, source, strength, place, .. } = claim;
    Claim { value: text.clone(), text: text.clone(), source: *source, strength: *strength, place: *place }
}

fn within(tables: &[Rows], row: u32) -> bool {
    tables.iter().any(|table| (table.first..=table.last).contains(&row))
}

fn one_voice<'s, T: PartialEq + Clone + 's>(claims: impl Iterator<Item = &'s Claim<T>>) -> Lent<T> {
    let mut lent: Option<&Claim<T>> = None;
    for claim in claims {
        match lent {
            None => lent = Some(claim),
            Some(first) if first.value == claim.value => {}
            Some(_) => return Lent::Several,
        }
    }
    lent.cloned().map_or(Lent::Nothing, Lent::One)
}

/// Claims in cells and of the sheet's name that speak of a table, best first.
fn own<'c, T>(cells: &'c [Claim<T>], of_sheet: &'c [Claim<T>], tables: &[Rows], rows: Rows) -> Vec<&'c Claim<T>> {
    let zone = zone(cells, tables, rows);
    let (loud, prose): (Vec<_>, Vec<_>) = zone.into_iter().partition(|claim| claim.strength > Strength::Prose);
    loud.into_iter().chain(of_sheet).chain(prose).collect()
}

/// The claims in the stretch of rows nearest above a table that has any, up to the table before it: lines before titles,
/// reports' titles before others, then the nearest. On a sheet that names its tables below them, the lines below.
fn zone<'c, T>(claims: &'c [Claim<T>], tables: &[Rows], rows: Rows) -> Vec<&'c Claim<T>> {
    let outside = || claims.iter().filter(|claim| !within(tables, claim.row()));
    let top = tables.iter().map(|table| table.first).min().unwrap_or(rows.first);
    let below = || -> Vec<&'c Claim<T>> {
        let next = tables.iter().map(|table| table.first).filter(|first| *first > rows.last).min().unwrap_or(u32::MAX);
        outside()
            .filter(|claim| claim.source == Source::Line && claim.row() > rows.last && claim.row() < next)
            .collect()
    };
    if !outside().any(|claim| claim.row() < top) {
        let footers = below();
        if !footers.is_empty() {
            return footers;
        }
    }
    let Some(nearest) = outside().map(Claim::row).filter(|row| *row < rows.first).max() else { return Vec::new() };
    let floor = tables.iter().map(|table| table.last).filter(|last| *last < nearest).max();
    let mut zone: Vec<&Claim<T>> =
        outside().filter(|claim| claim.row() <= nearest && floor.is_none_or(|floor| claim.row() > floor)).collect();
    zone.sort_by_key(|claim| {
        let from = rows.column.checked_sub(claim.column()).unwrap_or(u32::MAX);
        (claim.source, std::cmp::Reverse(claim.strength), std::cmp::Reverse(claim.row()), from)
    });
    zone
}
