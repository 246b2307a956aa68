//! The rulebook: all forms in force, with every figure's slot and every identity expanded and numbered.
//!
//! Made once from the definition files; the stages after it only look things up. It knows nothing of files or agencies.

use super::definition::{
    Axis, BlockDefinition, Each, FormDefinition, IdentityDefinition, KindName, LineDefinition, Shape, TableDefinition,
};
use crate::level::Level;
use crate::value::{Kind, Unit};
use std::collections::BTreeMap;
use std::ops::Range;

/// A form of the rulebook, by its place in [`Rulebook::forms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormId(pub u8);

/// A table of the rulebook, by its place in [`Rulebook::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u8);

/// A place for one figure on one form: form, indicator and dimension. By its place in [`Rulebook::slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u16);

/// One version of one form.
#[derive(Debug)]
pub struct Form {
    /// Stable code, such as `gk2021`.
    pub code: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Document number.
    pub source: String,
    /// Date of issue, ISO.
    pub issued_on: Option<String>,
    /// First report year.
    pub first_year: u16,
    /// Last report year, if the form has been replaced.
    pub last_year: Option<u16>,
    /// Whether every agency owes it.
    pub required: bool,
    /// English names of the groups around rows and columns, by their printed labels.
    pub groups_en: BTreeMap<String, String>,
    /// Its tables, in printed order.
    pub tables: Vec<TableId>,
    /// Its identities, in the order of the definition.
    pub identities: Vec<Identity>,
    /// Its slots: contiguous, so that a return's figures can be held in one array.
    pub slots: Range<u16>,
}

impl Form {
    /// Whether the form is in force for reports on `year`.
    #[must_use]
    pub fn in_force(&self, year: u16) -> bool {
        year >= self.first_year && self.last_year.is_none_or(|last| year <= last)
    }

    /// Where `slot` stands in an array of this form's figures.
    #[must_use]
    pub fn offset(&self, slot: SlotId) -> usize {
        usize::from(slot.0 - self.slots.start)
    }
}

/// One table of a form.
#[derive(Debug)]
pub struct Table {
    /// Place in the rulebook.
    pub id: TableId,
    /// The form it belongs to.
    pub form: FormId,
    /// Stable code, such as `table3`.
    pub code: String,
    /// Name of the published file, without extension.
    pub publish: String,
    /// Printed title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Other titles.
    pub aliases: Vec<String>,
    /// Text of the corner.
    pub corner_zh: String,
    /// English text of the corner.
    pub corner_en: String,
    /// Remark under the city's table.
    pub note_zh: String,
    /// The remark in English.
    pub note_en: String,
    /// Dimension of figures given without one.
    pub default_dimension: Option<String>,
    /// Whether unknown rows are kept under their own label.
    pub open_categories: bool,
    /// Blocks, in printed order.
    pub blocks: Vec<Block>,
    /// Sums that the form does not print.
    pub derived: Vec<Derived>,
    /// The table's slots.
    pub slots: Range<u16>,
}

/// Rows under one head.
#[derive(Debug)]
pub struct Block {
    /// Printed title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Rows; a block with one unlabelled row of figures has one row without label.
    pub rows: Vec<Line>,
    /// Columns.
    pub columns: Vec<Line>,
    /// The first slot; the others follow row by row.
    pub first: SlotId,
}

impl Block {
    /// The slot at a row and column of the block.
    #[must_use]
    pub fn slot(&self, row: usize, column: usize) -> SlotId {
        SlotId(self.first.0 + u16::try_from(row * self.columns.len() + column).unwrap_or(u16::MAX))
    }

    /// Whether the row has no label of its own.
    #[must_use]
    pub fn has_unlabelled_row(&self) -> bool {
        self.rows.len() == 1 && self.rows.iter().all(|row| row.zh.is_empty())
    }

    /// Whether the block is a plain list: one column, whose head carries no dimension.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.columns.as_slice(), [only] if only.code.is_empty())
    }
}

/// A row or column with its labels.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Code on this axis.
    pub code: String,
    /// Printed label; empty for the only row of a block without row labels.
    pub zh: String,
    /// English label.
    pub en: String,
    /// Other labels.
    pub aliases: Vec<String>,
    /// Groups around it, outermost first.
    pub under: Vec<String>,
    /// The groups' normal forms.
    pub under_keys: Vec<String>,
    /// Headings printed above it, outermost first.
    pub section: Vec<String>,
}

/// A place for one figure.
#[derive(Debug)]
pub struct Slot {
    /// Form.
    pub form: FormId,
    /// Table.
    pub table: TableId,
    /// Block within the table.
    pub block: u8,
    /// Row within the block.
    pub row: u8,
    /// Column within the block.
    pub column: u8,
    /// Indicator code.
    pub indicator: String,
    /// Dimension code; empty where there is none.
    pub dimension: String,
    /// `indicator:dimension`, or the indicator alone.
    pub code: String,
    /// Label of the indicator in Chinese.
    pub indicator_zh: String,
    /// Label of the indicator in English.
    pub indicator_en: String,
    /// Label of the dimension in Chinese.
    pub dimension_zh: String,
    /// Label of the dimension in English.
    pub dimension_en: String,
    /// What values it takes.
    pub kind: Kind,
    /// Unit in which figures are kept and published: money in 元.
    pub unit: String,
    /// Unit that the form prints for a figure without unit of its own.
    pub printed_unit: Option<Unit>,
    /// A state at the year's end rather than a flow in the year.
    pub stock: bool,
}

impl Slot {
    /// The kind as the codebook prints it, such as `count/flow`.
    #[must_use]
    pub fn kind_name(&self) -> String {
        let kind = match self.kind {
            Kind::Count => "count",
            Kind::Money => "money",
            Kind::Change => "change",
        };
        format!("{kind}/{}", if self.stock { "stock" } else { "flow" })
    }
}

/// A relation between the figures of one return.
#[derive(Debug)]
pub struct Identity {
    /// The rule's name, as findings cite it: `R3.row.granted`.
    pub rule: String,
    /// The table.
    pub table: TableId,
    /// What kind of relation it is.
    pub shape: Shape,
    /// How grave a breach is.
    pub level: Level,
    /// Left side: the sum of these.
    pub whole: Vec<SlotId>,
    /// Right side: these, with their signs.
    pub parts: Vec<Term>,
    /// Last year's codes added to the right side.
    pub previous: Vec<SlotId>,
}

/// A signed figure of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it is subtracted.
    pub negative: bool,
    /// The figure.
    pub slot: SlotId,
}

/// A sum that the form does not print.
#[derive(Debug)]
pub struct Derived {
    /// Indicator code.
    pub indicator: String,
    /// Label in Chinese.
    pub zh: String,
    /// Label in English.
    pub en: String,
    /// For every dimension, the slots that are summed.
    pub sums: Vec<(String, Vec<SlotId>)>,
}

/// All forms.
#[derive(Debug)]
pub struct Rulebook {
    /// Forms, by code.
    pub forms: Vec<Form>,
    /// Tables of all forms.
    pub tables: Vec<Table>,
    /// Slots of all tables.
    pub slots: Vec<Slot>,
    by_code: BTreeMap<(FormId, String), SlotId>,
}

/// What is wrong with a definition: which file or form, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{form}: {detail}")]
pub struct DefinitionError {
    /// File name or form code.
    pub form: String,
    /// What is wrong, in English technical terms (for authors of forms).
    pub detail: String,
}

impl Rulebook {
    /// Works out the rulebook from definitions; they are taken in the order of their codes.
    ///
    /// # Errors
    /// When an identity names a code that its table does not have, a unit is unknown or there are too many forms.
    pub fn build(mut definitions: Vec<FormDefinition>) -> Result<Self, DefinitionError> {
        definitions.sort_by(|a, b| a.code.cmp(&b.code));
        let mut book = Rulebook { forms: Vec::new(), tables: Vec::new(), slots: Vec::new(), by_code: BTreeMap::new() };
        for definition in &definitions {
            book.add(definition)?;
        }
        Ok(book)
    }

    /// The form with this code.
    #[must_use]
    pub fn form_by_code(&self, code: &str) -> Option<FormId> {
        let place = self.forms.iter().position(|form| form.code == code)?;
        u8::try_from(place).ok().map(FormId)
    }

    /// The form.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "ids are made by this rulebook only")]
    pub fn form(&self, id: FormId) -> &Form {
        &self.forms[usize::from(id.0)]
    }

    /// The table.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "ids are made by this rulebook only")]
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[usize::from(id.0)]
    }

    /// The slot.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "ids are made by this rulebook only")]
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[usize::from(id.0)]
    }

    /// The slot of a form with this `indicator:dimension` code.
    #[must_use]
    pub fn slot_by_code(&self, form: FormId, code: &str) -> Option<SlotId> {
        self.by_code.get(&(form, code.to_owned())).copied()
    }

    /// All forms with their ids.
    pub fn forms_with_ids(&self) -> impl Iterator<Item = (FormId, &Form)> {
        (0u8..).map(FormId).zip(&self.forms)
    }

    /// All slots of a table with their ids.
    pub fn slots_of(&self, table: &Table) -> impl Iterator<Item = (SlotId, &Slot)> {
        table.slots.clone().map(|id| (SlotId(id), self.slot(SlotId(id))))
    }

    /// The form that agencies owe for a report year.
    #[must_use]
    pub fn required_form(&self, year: u16) -> Option<FormId> {
        self.forms_with_ids().find(|(_, form)| form.required && form.in_force(year)).map(|(id, _)| id)
    }

    fn add(&mut self, definition: &FormDefinition) -> Result<(), DefinitionError> {
        let wrong = |detail: String| DefinitionError { form: definition.code.clone(), detail };
        let form = FormId(u8::try_from(self.forms.len()).map_err(|_| wrong("too many forms".to_owned()))?);
        let start = self.next_slot();
        let mut tables = Vec::new();
        let mut identities = Vec::new();
        for table in &definition.tables {
            let id = TableId(u8::try_from(self.tables.len()).map_err(|_| wrong("too many tables".to_owned()))?);
            tables.push(id);
            let built = self.add_table(form, id, table).map_err(wrong)?;
            self.tables.push(built);
            for identity in &table.identities {
                identities.extend(self.expand(form, id, identity).map_err(wrong)?);
            }
            let derived = table
                .derived
                .iter()
                .map(|derived| {
                    let sums = self
                        .dimensions(id)
                        .into_iter()
                        .map(|dimension| {
                            let mut slots = Vec::new();
                            for part in &derived.parts {
                                slots.extend(self.matching(id, part, &dimension, Each::Dimension)?);
                            }
                            Ok((dimension, slots))
                        })
                        .collect::<Result<Vec<_>, String>>()?;
                    Ok(Derived {
                        indicator: derived.code.clone(),
                        zh: derived.zh.clone(),
                        en: derived.en.clone(),
                        sums,
                    })
                })
                .collect::<Result<Vec<_>, String>>()
                .map_err(wrong)?;
            if let Some(last) = self.tables.last_mut() {
                last.derived = derived;
            }
        }
        self.forms.push(Form {
            code: definition.code.clone(),
            title_zh: definition.title_zh.clone(),
            title_en: definition.title_en.clone(),
            source: definition.source.clone(),
            issued_on: definition.issued_on.clone(),
            first_year: definition.first_year,
            last_year: definition.last_year,
            required: definition.required,
            groups_en: definition.groups_en.clone(),
            tables,
            identities,
            slots: start..self.next_slot(),
        });
        Ok(())
    }

    fn next_slot(&self) -> u16 {
        u16::try_from(self.slots.len()).unwrap_or(u16::MAX)
    }

    fn add_table(&mut self, form: FormId, id: TableId, definition: &TableDefinition) -> Result<Table, String> {
        let start = self.next_slot();
        let mut blocks = Vec::new();
        for (place, block) in definition.blocks.iter().enumerate() {
            let place = u8::try_from(place).map_err(|_| "too many blocks".to_owned())?;
            blocks.push(self.add_block(form, id, place, block)?);
        }
        Ok(Table {
            id,
            form,
            code: definition.code.clone(),
            publish: definition.publish.clone(),
            title_zh: definition.title_zh.clone(),
            title_en: definition.title_en.clone(),
            aliases: definition.aliases.clone(),
            corner_zh: definition.corner_zh.clone(),
            corner_en: definition.corner_en.clone(),
            note_zh: definition.note_zh.clone(),
            note_en: definition.note_en.clone(),
            default_dimension: definition.default_dimension.clone(),
            open_categories: definition.open_categories,
            blocks,
            derived: Vec::new(),
            slots: start..self.next_slot(),
        })
    }

    fn add_block(&mut self, form: FormId, table: TableId, place: u8, block: &BlockDefinition) -> Result<Block, String> {
        let first = SlotId(self.next_slot());
        let unlabelled = [LineDefinition {
            code: String::new(),
            indicator: None,
            zh: String::new(),
            en: String::new(),
            aliases: Vec::new(),
            under: Vec::new(),
            section: Vec::new(),
            kind: None,
            unit: None,
            stock: false,
        }];
        let rows: &[LineDefinition] = if block.rows.is_empty() { &unlabelled } else { &block.rows };
        for (r, row) in rows.iter().enumerate() {
            for (c, column) in block.columns.iter().enumerate() {
                let slot = new_slot(form, table, [place, small(r)?, small(c)?], block.indicator_on, row, column)?;
                if self.slots.len() >= usize::from(u16::MAX) {
                    return Err("too many figures".to_owned());
                }
                let id = SlotId(self.next_slot());
                if self.by_code.insert((form, slot.code.clone()), id).is_some() {
                    return Err(format!("code {} stands twice", slot.code));
                }
                self.slots.push(slot);
            }
        }
        let line = |line: &LineDefinition| Line {
            code: line.code.clone(),
            zh: line.zh.clone(),
            en: line.en.clone(),
            aliases: line.aliases.clone(),
            under: line.under.clone(),
            under_keys: line.under.iter().map(|group| crate::label::key(group)).collect(),
            section: line.section.clone(),
        };
        Ok(Block {
            title_zh: block.title_zh.clone(),
            title_en: block.title_en.clone(),
            rows: rows.iter().map(line).collect(),
            columns: block.columns.iter().map(line).collect(),
            first,
        })
    }

    fn dimensions(&self, table: TableId) -> Vec<String> {
        self.distinct(table, |slot| &slot.dimension)
    }

    fn distinct(&self, table: TableId, of: impl Fn(&Slot) -> &String) -> Vec<String> {
        let mut seen = Vec::new();
        for (_, slot) in self.slots_of(self.table(table)) {
            if !seen.contains(of(slot)) {
                seen.push(of(slot).clone());
            }
        }
        seen
    }

    /// One identity for every indicator or dimension that has all the codes it names.
    fn expand(&self, form: FormId, table: TableId, definition: &IdentityDefinition) -> Result<Vec<Identity>, String> {
        let _ = form;
        let subjects = match definition.each {
            Each::Indicator => self.distinct(table, |slot| &slot.indicator),
            Each::Dimension => self.dimensions(table),
        };
        let mut identities = Vec::new();
        for subject in subjects {
            let side = |codes: &[String]| -> Result<Vec<Term>, String> {
                let mut terms = Vec::new();
                for code in codes {
                    let (negative, code) = code.strip_prefix('-').map_or((false, code.as_str()), |rest| (true, rest));
                    let slots = self.matching(table, code, &subject, definition.each)?;
                    terms.extend(slots.into_iter().map(|slot| Term { negative, slot }));
                }
                Ok(terms)
            };
            let plain = |terms: Vec<Term>| terms.into_iter().map(|term| term.slot).collect::<Vec<_>>();
            let whole = plain(side(&definition.whole)?);
            let parts = side(&definition.parts)?;
            let previous = plain(side(&definition.previous)?);
            // Blocks of one table differ in their columns: an identity applies where its codes exist.
            if whole.len() < definition.whole.len()
                || parts.len() < definition.parts.len()
                || previous.len() < definition.previous.len()
            {
                continue;
            }
            let rule =
                if subject.is_empty() { definition.rule.clone() } else { format!("{}.{subject}", definition.rule) };
            let (shape, level) = (definition.shape, definition.level);
            identities.push(Identity { rule, table, shape, level, whole, parts, previous });
        }
        if identities.is_empty() {
            return Err(format!("identity {} names codes that no row or column has", definition.rule));
        }
        Ok(identities)
    }

    fn matching(&self, table: TableId, code: &str, subject: &str, each: Each) -> Result<Vec<SlotId>, String> {
        let prefix = code.strip_suffix('*');
        let mut found = Vec::new();
        let mut known = false;
        for (id, slot) in self.slots_of(self.table(table)) {
            let (mine, other) = match each {
                Each::Indicator => (&slot.dimension, &slot.indicator),
                Each::Dimension => (&slot.indicator, &slot.dimension),
            };
            if prefix.map_or(mine == code, |prefix| mine.starts_with(prefix)) {
                known = true;
                if other == subject {
                    found.push(id);
                }
            }
        }
        if known { Ok(found) } else { Err(format!("no figure has the code {code}")) }
    }
}

fn small(place: usize) -> Result<u8, String> {
    u8::try_from(place).map_err(|_| "a block has more than 256 rows or columns".to_owned())
}

fn new_slot(
    form: FormId,
    table: TableId,
    [block, row_place, column_place]: [u8; 3],
    indicator_on: Axis,
    row: &LineDefinition,
    column: &LineDefinition,
) -> Result<Slot, String> {
    let kind = match column.kind.or(row.kind).unwrap_or(KindName::Count) {
        KindName::Count => Kind::Count,
        KindName::Money => Kind::Money,
        KindName::Change => Kind::Change,
    };
    let printed = column.unit.as_ref().or(row.unit.as_ref());
    let printed_unit = match printed {
        Some(text) => Some(text.parse::<Unit>().map_err(|_| format!("unknown unit {text}"))?),
        None => None,
    };
    let unit = match (kind, printed) {
        (Kind::Money, _) => Unit::YUAN.as_str().to_owned(),
        (_, Some(text)) => text.clone(),
        (_, None) => Unit::PIECE.as_str().to_owned(),
    };
    let (indicator, dimension) = match indicator_on {
        Axis::Rows => (row.code.clone(), column.code.clone()),
        Axis::Columns => (column.indicator.clone().unwrap_or_default(), column.code.clone()),
    };
    if indicator.is_empty() {
        return Err(format!("a figure under {} has no indicator", column.zh));
    }
    let code = if dimension.is_empty() { indicator.clone() } else { format!("{indicator}:{dimension}") };
    let path = |under: &[String], own: &str| {
        under.iter().map(String::as_str).chain(std::iter::once(own)).collect::<Vec<_>>().join(" ")
    };
    let (indicator_zh, indicator_en) = match indicator_on {
        Axis::Rows => (row.zh.clone(), row.en.clone()),
        Axis::Columns => (path(&column.under, "").trim_end().to_owned(), indicator.replace('_', " ")),
    };
    Ok(Slot {
        form,
        table,
        block,
        row: row_place,
        column: column_place,
        indicator,
        code,
        indicator_zh,
        indicator_en,
        dimension_zh: if dimension.is_empty() { String::new() } else { column.zh.clone() },
        dimension_en: if dimension.is_empty() { String::new() } else { column.en.clone() },
        dimension,
        kind,
        unit,
        printed_unit,
        stock: column.stock || row.stock,
    })
}
