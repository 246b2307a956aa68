//! The roster: which agencies are expected to send a return, what else they are called, and who stands above whom.

mod error;
mod id;
mod rows;

use std::collections::{BTreeMap, HashMap};

use crate::label::{edit_distance, key};

use rows::{Row, read_rows};

pub(crate) use error::{RosterError, RosterErrorKind, RosterWarning, RosterWarningKind};

/// The headings under which the columns of a roster are known; compared as label keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterColumns {
    /// Ids, required.
    pub id: Vec<String>,
    /// Full names, required.
    pub name: Vec<String>,
    /// Other names, separated by `;` `；` `|` `、` or a line break.
    pub aliases: Vec<String>,
    /// The id or the name of the agency above.
    pub parent: Vec<String>,
    /// The group in which the agency is summed up.
    pub group: Vec<String>,
}

impl Default for RosterColumns {
    /// The headings of contract and template, in English and Chinese.
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            id: list(&["id", "agency_id", "编号", "代码", "单位代码", "机构代码", "统一社会信用代码"]),
            name: list(&["name", "agency", "名称", "单位名称", "单位", "机构名称", "单位全称", "全称"]),
            aliases: list(&["aliases", "alias", "别名", "简称", "单位简称", "曾用名"]),
            parent: list(&["parent", "parent_id", "上级", "上级单位", "上级编号", "主管部门"]),
            group: list(&["group", "分组", "类别", "组别", "单位类别"]),
        }
    }
}

/// An agency that is expected to send a return.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agency {
    /// Its id, safe as the name of a folder.
    pub id: String,
    /// Its full name, as printed.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Index of the agency above it.
    pub parent: Option<usize>,
    /// The group in which it is summed up.
    pub group: Option<String>,
    /// The line of the roster on which it starts, from 1.
    pub line: u64,
}

/// The expected agencies, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    agencies: Vec<Agency>,
    /// Keys of names and aliases, to indices.
    by_key: HashMap<String, usize>,
    /// Ids in lower case, to indices.
    by_id: HashMap<String, usize>,
    children: Vec<Vec<usize>>,
    warnings: Vec<RosterWarning>,
}

impl Roster {
    /// Reads a roster from decoded CSV text (comma or tab); all errors at once, in the order of lines.
    ///
    /// # Errors
    /// See [`RosterErrorKind`].
    pub fn parse(text: &str, columns: &RosterColumns) -> Result<Self, Vec<RosterError>> {
        let mut errors = Vec::new();
        let rows = read_rows(text, columns, &mut errors);
        let mut roster = Self::default();
        for row in &rows {
            roster.check_row(row, &mut errors);
        }
        if errors.is_empty() {
            roster.link(&rows, &mut errors);
        }
        if errors.is_empty() {
            Ok(roster)
        } else {
            errors.sort_by_key(|error| error.line);
            Err(errors)
        }
    }

    /// The agencies, in the order of the file.
    pub fn agencies(&self) -> &[Agency] {
        &self.agencies
    }

    /// All names and aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.agencies.iter().flat_map(|agency| std::iter::once(&agency.name).chain(&agency.aliases)).map(String::as_str)
    }

    /// What is doubtful but no error.
    pub fn warnings(&self) -> &[RosterWarning] {
        &self.warnings
    }

    /// The agency of exactly this name or alias, in any script, width and spacing.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_key.get(&key(name)).copied()
    }

    /// The agency of this id, in upper or lower case.
    pub fn find_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_lowercase()).copied()
    }

    /// At most three agencies that may be meant by a name that is not in the roster, best first.
    ///
    /// Near are: one character of difference (two from eight characters on), or one name within the other where the
    /// inner has three characters or more. A suggestion is for people; it never decides.
    pub fn suggest(&self, name: &str) -> Vec<usize> {
        let wanted = key(name);
        let mut best: BTreeMap<usize, usize> = BTreeMap::new();
        #[allow(clippy::iter_over_hash_type, reason = "the least distance of each agency is the same in every order")]
        for (known, agency) in &self.by_key {
            if let Some(distance) = near(&wanted, known) {
                let least = best.entry(*agency).or_insert(distance);
                *least = distance.min(*least);
            }
        }
        let mut ranked: Vec<(usize, usize)> = best.into_iter().map(|(agency, distance)| (distance, agency)).collect();
        ranked.sort_unstable();
        ranked.into_iter().take(3).map(|(_, agency)| agency).collect()
    }

    /// The agencies directly below, in the order of the file.
    pub fn children(&self, agency: usize) -> &[usize] {
        self.children.get(agency).map_or(&[], Vec::as_slice)
    }

    /// All agencies below, not the agency itself, in the order of the file.
    pub fn descendants(&self, agency: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = self.children(agency).to_vec();
        while let Some(next) = open.pop() {
            found.push(next);
            open.extend_from_slice(self.children(next));
        }
        found.sort_unstable();
        found
    }

    /// The groups with their agencies, sorted by name.
    pub fn groups(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, agency) in self.agencies.iter().enumerate() {
            if let Some(group) = &agency.group {
                groups.entry(group).or_default().push(at);
            }
        }
        groups
    }

    /// Adds the agency of a row; a faulty one too, so that one fault does not cause another.
    fn check_row(&mut self, row: &Row, errors: &mut Vec<RosterError>) {
        let mut fault = |kind| errors.push(RosterError { line: row.line, kind });
        let at = self.agencies.len();
        if row.id.is_empty() {
            fault(RosterErrorKind::EmptyId);
        } else if !id::is_safe(&row.id) {
            fault(RosterErrorKind::UnsafeId { id: row.id.clone() });
        } else if id::is_reserved(&row.id) {
            fault(RosterErrorKind::ReservedId { id: row.id.clone() });
        } else if let Some(first) = self.by_id.get(&row.id.to_lowercase()) {
            let first_line = self.agencies.get(*first).map_or(0, |agency| agency.line);
            fault(RosterErrorKind::DuplicateId { id: row.id.clone(), first_line });
        } else {
            self.by_id.insert(row.id.to_lowercase(), at);
        }
        if let Some(kind) = id::doubt(&row.id) {
            self.warnings.push(RosterWarning { line: row.line, kind });
        }
        if key(&row.name).is_empty() {
            fault(RosterErrorKind::EmptyName);
        }
        for name in std::iter::once(&row.name).chain(&row.aliases) {
            let name_key = key(name);
            match self.by_key.get(&name_key) {
                _ if name_key.is_empty() => {}
                Some(first) if *first != at => {
                    let first_line = self.agencies.get(*first).map_or(0, |agency| agency.line);
                    fault(RosterErrorKind::DuplicateName { name: name.clone(), first_line });
                }
                _ => {
                    self.by_key.insert(name_key, at);
                }
            }
        }
        self.agencies.push(Agency {
            id: row.id.clone(),
            name: row.name.clone(),
            aliases: row.aliases.clone(),
            parent: None,
            group: Some(row.group.clone()).filter(|group| !group.is_empty()),
            line: row.line,
        });
    }

    /// Resolves the parents, by id or by name.
    fn link(&mut self, rows: &[Row], errors: &mut Vec<RosterError>) {
        self.children = vec![Vec::new(); self.agencies.len()];
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.parent.is_empty()) {
            let Some(parent) = self.by_id.get(&row.parent.to_lowercase()).copied().or_else(|| self.find(&row.parent))
            else {
                errors.push(RosterError {
                    line: row.line,
                    kind: RosterErrorKind::UnknownParent { parent: row.parent.clone() },
                });
                continue;
            };
            self.agencies[at].parent = Some(parent);
            self.children[parent].push(at);
        }
        self.find_cycles(errors);
    }

    /// Walks up from every agency, each way once; who is met twice on one walk stands in a cycle.
    fn find_cycles(&self, errors: &mut Vec<RosterError>) {
        let mut walk_of = vec![None; self.agencies.len()];
        for start in 0..self.agencies.len() {
            let mut path = Vec::new();
            let mut at = Some(start);
            while let Some(here) = at.filter(|here| walk_of[*here].is_none()) {
                walk_of[here] = Some(start);
                path.push(here);
                at = self.agencies[here].parent;
            }
            let met = at.filter(|here| walk_of[*here] == Some(start));
            let cycle = path.iter().skip_while(|here| Some(**here) != met);
            errors.extend(cycle.map(|here| RosterError {
                line: self.agencies[*here].line,
                kind: RosterErrorKind::Cycle { id: self.agencies[*here].id.clone() },
            }));
        }
    }
}

/// How far a known name is from the wanted one, if it is near; names within names come after misspellings.
fn near(wanted: &str, known: &str) -> Option<usize> {
    let (a, b) = (wanted.chars().count(), known.chars().count());
    let (short, difference) = (a.min(b), a.abs_diff(b));
    if short < 2 {
        return None;
    }
    // names of six or seven characters (a place, two characters, "bureau") all lie within two of each other
    let limit = if short >= 8 { 2 } else { 1 };
    if difference <= limit && a.max(b) >= 3 {
        let distance = edit_distance(wanted, known);
        if distance <= limit {
            return Some(distance);
        }
    }
    let within = short >= 3 && (wanted.contains(known) || known.contains(wanted));
    within.then_some(10 + difference)
}

#[cfg(test)]
mod tests;
