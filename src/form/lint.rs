//! Faults of a rulebook that can be built but would mislead: for authors of forms.

use super::rulebook::{Block, DefinitionError, Form, Line, Rulebook, Table};
use crate::label;
use std::collections::BTreeMap;

/// All faults, in the order of the forms.
#[must_use]
pub(crate) fn lint(book: &Rulebook) -> Vec<DefinitionError> {
    let mut faults = Vec::new();
    for form in &book.forms {
        let mut fault = |detail: String| faults.push(DefinitionError { form: form.code.clone(), detail });
        if form.last_year.is_some_and(|last| last < form.first_year) {
            fault("the last year lies before the first".to_owned());
        }
        for other in book.forms.iter().filter(|other| other.code != form.code && other.required && form.required) {
            let starts_inside =
                form.first_year >= other.first_year && other.last_year.is_none_or(|last| form.first_year <= last);
            if starts_inside {
                fault(format!("is required in the same years as {}", other.code));
            }
        }
        if !is_code(&form.code) {
            fault("the code is not lower-case ASCII".to_owned());
        }
        for table in form.tables.iter().map(|id| book.table(*id)) {
            lint_table(book, table, &mut fault);
        }
        for identity in &form.identities {
            if identity.whole.iter().any(|slot| identity.parts.iter().any(|term| term.slot == *slot)) {
                fault(format!("{} has a figure on both sides", identity.rule));
            }
        }
        let mut rules: Vec<&str> = form.identities.iter().map(|identity| identity.rule.as_str()).collect();
        rules.sort_unstable();
        for pair in rules.windows(2) {
            if let [one, other] = pair
                && one == other
            {
                fault(format!("rule {one} stands twice"));
            }
        }
    }
    faults
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A name under which a table would be published outside its folder, or that some system cannot have.
pub(super) fn unsafe_name(book: &Rulebook) -> Option<DefinitionError> {
    let table = book.tables.iter().find(|table| !is_code(&table.publish))?;
    let detail = format!("{}: publish is not a plain file name", table.code);
    Some(DefinitionError { form: book.form(table.form).code.clone(), detail })
}

fn lint_table(book: &Rulebook, table: &Table, fault: &mut impl FnMut(String)) {
    if !is_code(&table.publish) {
        fault(format!("{}: publish is not a plain file name", table.code));
    }
    if let Some(dimension) = &table.default_dimension
        && book.slots_of(table).all(|(_, slot)| slot.dimension != *dimension)
    {
        fault(format!("{}: no column has the default dimension {dimension}", table.code));
    }
    for block in &table.blocks {
        lint_lines(table, &block.columns, fault);
        if !block.has_unlabelled_row() {
            lint_lines(table, &block.rows, fault);
        }
        lint_english(book.form(table.form), table, block, fault);
    }
    for (_, slot) in book.slots_of(table) {
        for code in [&slot.indicator, &slot.dimension] {
            let good = code.split('.').all(is_code) || code.is_empty();
            if !good {
                fault(format!("{}: the code {code} is not dotted snake_case", table.code));
            }
        }
    }
}

/// Two lines with the same label can only be told apart by different groups.
fn lint_lines(table: &Table, lines: &[Line], fault: &mut impl FnMut(String)) {
    let mut seen: BTreeMap<(String, Option<&String>), &Line> = BTreeMap::new();
    for line in lines {
        for text in std::iter::once(&line.zh).chain(&line.aliases) {
            let key = label::key(text);
            if key.is_empty() {
                fault(format!("{}: the label {text} is empty after normalisation", table.code));
            } else if let Some(other) = seen.insert((key, line.under.last()), line)
                && !std::ptr::eq(other, line)
            {
                fault(format!("{}: {} and {} share the label {text}", table.code, other.zh, line.zh));
            }
        }
    }
}

fn lint_english(form: &Form, table: &Table, block: &Block, fault: &mut impl FnMut(String)) {
    for line in block.rows.iter().chain(&block.columns) {
        for group in line.under.iter().filter(|group| !form.groups_en.contains_key(*group)) {
            fault(format!("{}: the group {group} has no name in groups_en", table.code));
        }
        if line.en.is_empty() != line.zh.is_empty() {
            fault(format!("{}: {} lacks a label in one language", table.code, line.zh));
        }
    }
}
