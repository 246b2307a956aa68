//! What single texts say about sender and year: titles, lines such as 填报单位, names of sheets, files and folders.

use super::fields::{Fields, fields, without_remark};
use super::{Claim, Claims, Identifier, Name, SheetKind, Source, Strength};
use crate::address::{Place, Position};
use crate::agency::clue::{Residue, residue_of};
use crate::calendar::Time;
use crate::label;
use crate::locate::{LineHead, text_of};
use crate::read::{Cell, Content, Sheet, Workbook};
use crate::script::fold;
use std::path::Path;

/// Whatever stands within the first rows may be a title; further down only what stands nearly alone in its row.
const TITLE_ROWS: u32 = 8;
/// Rows of a title below the first rows have at most this many cells.
const TITLE_CELLS: usize = 3;
/// Longer texts are prose.
const LONGEST_TITLE: usize = 60;
/// Several fields in one cell may be longer.
const LONGEST_LINE: usize = 160;
/// A sheet that claims more than this is no return, or hostile.
const MOST_CLAIMS: usize = 400;

/// A name found in a text.
struct Sender {
    name: Name,
    text: String,
    /// Whether the name is all that the text names.
    exact: bool,
}

impl Identifier<'_> {
    /// What the file's name and folders (below the input folder) say; and, for want of anything else, the input folder's
    /// own name, `outer`, which contradicts nothing.
    #[must_use]
    pub fn path_claims(&self, path: &Path, outer: &str) -> Claims {
        let mut claims = Claims::default();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        self.claim_label(&stem, Source::FileName, &mut claims);
        let folders = path.parent().into_iter().flat_map(Path::components).collect::<Vec<_>>();
        for folder in folders.iter().rev() {
            self.claim_label(&folder.as_os_str().to_string_lossy(), Source::Folder, &mut claims);
        }
        let mut last = Claims::default();
        self.claim_label(outer, Source::Folder, &mut last);
        (claims.last_name, claims.last_time) = (last.names.into_iter().next(), last.times.into_iter().next());
        claims
    }

    /// What every sheet says. `is_label` tells texts that belong to a table.
    #[must_use]
    pub fn sheet_claims(&self, workbook: &Workbook, is_label: &dyn Fn(&str) -> bool) -> Vec<Claims> {
        let lone = workbook.sheets.len() == 1;
        (0u16..).zip(&workbook.sheets).map(|(number, sheet)| self.claims_of(sheet, number, lone, is_label)).collect()
    }

    fn claims_of(&self, sheet: &Sheet, number: u16, lone: bool, is_label: &dyn Fn(&str) -> bool) -> Claims {
        let mut claims = Claims { hidden: sheet.hidden, kind: self.kind_of(&sheet.name), ..Claims::default() };
        for row in sheet.cells.chunk_by(|a, b| a.row == b.row) {
            self.claim_row(row, number, is_label, &mut claims);
            if claims.names.len() + claims.times.len() > MOST_CLAIMS {
                break;
            }
        }
        claims.drop_times_side_by_side();
        // The only sheet's name is often left over from a template.
        let mut of_name = Claims::default();
        self.claim_label(&sheet.name, Source::SheetName, &mut of_name);
        if !lone || claims.names.is_empty() {
            claims.names_of_sheet = of_name.names;
        }
        claims.times_of_sheet = of_name.times;
        claims
    }

    fn kind_of(&self, sheet_name: &str) -> SheetKind {
        let name = label::key(sheet_name);
        let has = |words: &[String]| words.iter().any(|word| name.contains(word.as_str()));
        match () {
            () if has(&self.vocabulary.examples) => SheetKind::Example,
            () if has(&self.vocabulary.other_year_sheets) => SheetKind::OtherYear,
            () if self.calendar.time_of(sheet_name) == Time::Else => SheetKind::OtherYear,
            () if has(&self.vocabulary.sum_sheets) => SheetKind::Sum,
            () => SheetKind::Plain,
        }
    }

    fn claim_row(&self, row: &[Cell], sheet: u16, is_label: &dyn Fn(&str) -> bool, claims: &mut Claims) {
        let high = row.first().is_some_and(|cell| cell.row < TITLE_ROWS);
        let worded = |cell: &Cell| text_of(cell).is_some_and(|text| text.chars().any(char::is_alphabetic));
        let alone = high || row.len() <= TITLE_CELLS && row.iter().all(worded);
        for (at, cell) in row.iter().enumerate() {
            let Some(text) = text_of(cell) else { continue };
            // Every line of a table is a label: the cheap tests come first.
            let length = text.chars().take(LONGEST_LINE + 1).count();
            let parted = text.contains([':', '：']);
            if !(alone || parted || length <= 8) || length > if parted { LONGEST_LINE } else { LONGEST_TITLE } {
                continue;
            }
            let place = Some(Place { sheet, position: Position { row: cell.row, column: cell.column } });
            let parts = fields(text);
            let is_line = self.claim_lines(&parts, row, at, place, is_label, claims);
            if is_line || !alone || !worded(cell) || is_label(text) {
                continue;
            }
            let title = self.title_of(&parts);
            if !title.is_empty() {
                let heads =
                    || row.iter().enumerate().any(|(other, cell)| other != at && self.heads_column(cell, is_label));
                self.claim_title(title, high, &heads, place, claims);
            }
        }
    }

    /// Whether a cell heads a column: what stands beside it heads another one, and is no title.
    fn heads_column(&self, cell: &Cell, is_label: &dyn Fn(&str) -> bool) -> bool {
        text_of(cell)
            .is_some_and(|text| self.words.is_head(text) || is_label(text) || self.calendar.time_of(text).is_said())
    }

    /// 填报单位：某局, or with the name in the next cell; whether the cell is such a line.
    fn claim_lines(
        &self,
        parts: &Fields<'_>,
        row: &[Cell],
        at: usize,
        place: Option<Place>,
        is_label: &dyn Fn(&str) -> bool,
        claims: &mut Claims,
    ) -> bool {
        let right = || row.get(at + 1).and_then(text_of).map(str::trim).filter(|text| !self.words.is_head(text));
        let right_year = || row.get(at + 1).map(written).unwrap_or_default();
        let mut is_line = false;
        for (head, value) in &parts.fields {
            match self.words.line(head) {
                Some(LineHead::Agency) => {
                    let value = if value.is_empty() { right().unwrap_or_default() } else { value };
                    self.claim_line(value, place, is_label, claims);
                }
                Some(LineHead::Year) if value.is_empty() => self.claim_year_line(&right_year(), place, claims),
                Some(LineHead::Year) => self.claim_year_line(value, place, claims),
                // 单位：某局, but also 单位：件
                None if self.may_name_agency(head) && self.sender_in(value).is_some_and(|s| s.is_listed()) => {
                    self.claim_line(value, place, is_label, claims);
                }
                None => continue,
            }
            is_line = true;
        }
        if !parts.fields.is_empty() {
            return is_line;
        }
        // Without a colon: the head alone, or a space behind it.
        let (head, value) = match self.words.line(without_remark(parts.title)) {
            Some(line) => (Some(line), None),
            None => match parts.title.split_once(char::is_whitespace) {
                Some((head, value)) => (self.words.line(head), Some(value.trim())),
                None => (None, None),
            },
        };
        match (head, value) {
            (Some(LineHead::Agency), Some(value)) => self.claim_line(value, place, is_label, claims),
            (Some(LineHead::Year), Some(value)) => self.claim_year_line(value, place, claims),
            (Some(LineHead::Agency), None) => {
                // In the head of a register the next cell is another head.
                if let Some(name) = right().filter(|name| row.len() <= 4 || self.is_organisation(name)) {
                    self.claim_line(name, place, is_label, claims);
                }
            }
            (Some(LineHead::Year), None) => self.claim_year_line(&right_year(), place, claims),
            (None, _) => return false,
        }
        true
    }

    /// Whether the head of a line is some word for an agency, and not for one that receives or made the form.
    fn may_name_agency(&self, head: &str) -> bool {
        let words = &self.vocabulary;
        let head: String = head.chars().map(fold).collect();
        words.agency_line_ends.iter().any(|end| head.ends_with(end.as_str()))
            && !words.no_title_starts.iter().any(|start| head.starts_with(start.as_str()))
    }

    fn claim_line(&self, value: &str, place: Option<Place>, is_label: &dyn Fn(&str) -> bool, claims: &mut Claims) {
        let value = value.split(['\t', '\u{3000}', '\n']).next().unwrap_or_default();
        let value = value.split("  ").next().unwrap_or_default().trim();
        if value.is_empty() || is_label(value) || self.words.is_head(value) || self.is_generic(value) {
            return;
        }
        let sender = match self.listed(value) {
            Some(agency) => Some((Name::Listed(agency), value.to_owned())),
            None => match self.sender_in(value) {
                Some(sender) if sender.is_listed() => Some((sender.name, sender.text)),
                Some(_) => Some((Name::Unlisted(value.to_owned()), value.to_owned())),
                None => residue_of(value, &self.clue_words)
                    .whole
                    .map(|_| (Name::Unlisted(value.to_owned()), value.to_owned())),
            },
        };
        if let Some((name, text)) = sender {
            let strength = Strength::Report;
            claims.names.push(Claim { value: name, text, source: Source::Line, strength, place });
        }
        if let Some(time) = self.claimed_time(value) {
            let strength = Strength::Bare;
            claims.times.push(Claim { value: time, text: value.to_owned(), source: Source::Title, strength, place });
        }
    }

    /// What may be the sender's title in a text with fields: `附件2：某局统计表` names what stands behind the colon.
    fn title_of<'t>(&self, parts: &Fields<'t>) -> &'t str {
        match (parts.title, parts.fields.first()) {
            ("", Some((head, value))) => {
                let word: String =
                    head.chars().filter(|c| !c.is_numeric() && !"一二三四五六七八九十".contains(*c)).collect();
                if self.vocabulary.annex_words.contains(&word) { value } else { "" }
            }
            (title, _) => title,
        }
    }

    /// `heads` tells whether the text heads a column among others.
    fn claim_title(&self, text: &str, high: bool, heads: &dyn Fn() -> bool, place: Option<Place>, claims: &mut Claims) {
        let plain: String = text.chars().map(fold).collect();
        let body = plain.trim().trim_end_matches([')', '.', '。', ' ']);
        if self.vocabulary.no_title_starts.iter().any(|word| body.starts_with(word.as_str()))
            || [Some(body), body.rsplit_once('(').map(|(before, _)| before.trim())]
                .into_iter()
                .flatten()
                .any(|body| self.vocabulary.no_title_ends.iter().any(|word| body.ends_with(word.as_str())))
        {
            return;
        }
        if high && self.vocabulary.examples.iter().any(|word| label::key(body) == *word) {
            claims.kind = SheetKind::Example;
        }
        let time = self.claimed_time(text);
        let reports = self.vocabulary.report_words.iter().any(|word| plain.contains(word.as_str()));
        let sender = self.sender_in(text);
        let nothing_else = || residue_of(text, &self.clue_words).whole.is_none();
        if let Some(value) = &time {
            let strength = match &sender {
                _ if reports => Strength::Report,
                Some(sender) if sender.exact => Strength::Report,
                None if nothing_else() => Strength::Bare,
                _ => Strength::Prose,
            };
            // Prose may speak of any part of the year, and a column of one beside others.
            let is_part = value.no_year().is_some();
            let said =
                if is_part { strength > Strength::Prose && !heads() } else { high || strength > Strength::Prose };
            if said {
                let (value, text) = (value.clone(), text.to_owned());
                claims.times.push(Claim { value, text, source: Source::Title, strength, place });
            }
        }
        if let Some(sender) = sender {
            let strength = match () {
                () if reports || time.is_some() => Strength::Report,
                () if sender.exact => Strength::Bare,
                () => Strength::Prose,
            };
            if high || strength == Strength::Report || strength == Strength::Bare && sender.is_listed() {
                let (value, text) = (sender.name, sender.text);
                claims.names.push(Claim { value, text, source: Source::Title, strength, place });
            }
        }
    }

    /// What the name of a sheet, file or folder says.
    fn claim_label(&self, text: &str, source: Source, claims: &mut Claims) {
        if let Some(value) = self.claimed_time(text) {
            let strength = Strength::Bare;
            claims.times.push(Claim { value, text: text.to_owned(), source, strength, place: None });
        }
        // Folders group agencies: what looks like an organisation there need not be the sender.
        let sender = self.sender_in(text).filter(|sender| match source {
            Source::Folder => sender.is_listed(),
            Source::SheetName => sender.is_listed() || self.roster.is_some(),
            _ => true,
        });
        if let Some(Sender { name: value, text, exact }) = sender {
            let strength = if exact { Strength::Bare } else { Strength::Prose };
            claims.names.push(Claim { value, text, source, strength, place: None });
        }
    }

    /// The time that a text names and that its figures may be of: a year or what is none. Days say when something was
    /// written; this year and last year, in words, do not say which years they are.
    fn claimed_time(&self, text: &str) -> Option<Time> {
        Some(self.calendar.time_of(text)).filter(|time| time.year().is_some() || time.no_year().is_some())
    }

    /// What a line or cell of a report year says.
    pub(super) fn time_of_cell(&self, text: &str) -> Time {
        self.calendar.time_of_cell(text)
    }

    fn claim_year_line(&self, text: &str, place: Option<Place>, claims: &mut Claims) {
        let value = self.time_of_cell(text);
        if value.year().is_some() || value.no_year().is_some() {
            let (source, strength) = (Source::Line, Strength::Report);
            claims.times.push(Claim { value, text: text.to_owned(), source, strength, place });
        }
    }

    /// Who is named in a text. A part of the text counts only if no other part names an organisation: in
    /// `某局 某中心` the centre reports, and if it is not listed, nobody listed does.
    fn sender_in(&self, text: &str) -> Option<Sender> {
        let Residue { whole, parts } = residue_of(text, &self.clue_words);
        let whole = whole?;
        if let Some(agency) = self.listed(&whole) {
            return Some(Sender { name: Name::Listed(agency), text: whole, exact: true });
        }
        let unlisted =
            |name: String| Some(Sender { exact: name == whole, name: Name::Unlisted(name.clone()), text: name });
        let listed: Vec<(usize, usize, &String)> = (0..)
            .zip(&parts)
            .filter_map(|(at, part)| part.iter().find_map(|name| self.listed(name).map(|agency| (at, agency, name))))
            .collect();
        if listed.is_empty() {
            // Only what looks like an organisation is taken for one that the roster lacks.
            let organisation =
                std::iter::once(&whole).chain(parts.iter().flatten()).find(|name| self.is_organisation(name));
            return organisation.cloned().and_then(unlisted);
        }
        // Of a parent and its office, the office.
        let lowest = listed.iter().find(|(_, agency, _)| {
            listed.iter().all(|(_, other, _)| other == agency || self.is_above(*other, *agency))
        });
        let Some((place, agency, name)) = lowest else { return unlisted(whole.clone()) };
        let stranger = (0..).zip(&parts).any(|(at, part): (usize, _)| {
            let government = || {
                let ends = |name: &String| self.vocabulary.governments.iter().any(|end| name.ends_with(end.as_str()));
                at < *place && part.iter().any(ends)
            };
            !listed.iter().any(|(other, ..)| *other == at)
                && part.iter().any(|name| self.is_organisation(name))
                && !government()
        });
        if stranger {
            return unlisted(whole.clone());
        }
        Some(Sender { name: Name::Listed(*agency), text: (*name).clone(), exact: parts.len() == listed.len() })
    }

    /// Whether a text reads like the name of an organisation, or is a listed one.
    fn is_organisation(&self, name: &str) -> bool {
        let words = &self.vocabulary;
        let plain: String = name.chars().map(fold).filter(|c| !c.is_whitespace()).collect();
        (words.org_suffixes.iter().any(|suffix| plain.ends_with(suffix.as_str()))
            && label::key(name).chars().count() >= 3
            && !words.generic_names.contains(&plain))
            || self.listed(name).is_some()
    }

    /// Whether a text names only a kind of organisation, or an office within any.
    fn is_generic(&self, name: &str) -> bool {
        self.vocabulary.generic_names.iter().any(|generic| generic == name)
    }

    /// Whether one agency stands above another on the roster.
    pub(super) fn is_above(&self, upper: usize, lower: usize) -> bool {
        let agencies = self.roster.map(|roster| roster.agencies()).unwrap_or_default();
        let parent = |at: &usize| agencies.get(*at).and_then(|agency| agency.parent);
        std::iter::successors(parent(&lower), parent).any(|above| above == upper)
    }
}

impl Claims {
    /// Different times in one row of a sheet head columns; none of them is the report's.
    fn drop_times_side_by_side(&mut self) {
        let row = |claim: &Claim<Time>| {
            let place = claim.place.filter(|_| claim.source == Source::Title)?;
            Some((place.sheet, place.position.row))
        };
        let titles: Vec<_> = self.times.iter().filter_map(|claim| Some((row(claim)?, claim.value.clone()))).collect();
        let contradicted = |claim: &Claim<Time>| {
            row(claim).is_some_and(|own| titles.iter().any(|(row, time)| *row == own && *time != claim.value))
        };
        self.times.retain(|claim| !contradicted(claim));
    }
}

impl Sender {
    fn is_listed(&self) -> bool {
        matches!(self.name, Name::Listed(_))
    }
}

/// What a cell beside 年度 says: text, or the year as a number or a date.
fn written(cell: &Cell) -> String {
    match &cell.content {
        Content::Number(number) => format!("{number}"),
        Content::Date(date) => date.to_string(),
        _ => text_of(cell).map(|text| text.trim().to_owned()).unwrap_or_default(),
    }
}
