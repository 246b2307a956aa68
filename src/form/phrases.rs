//! How narrative reports say their figures (`src/forms/phrases.toml`): the file's shape, and its faults.

use super::rulebook::{DefinitionError, Rulebook};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The phrases of narrative reports, as their author writes them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhraseBook {
    /// Code of the form whose figures the phrases name.
    pub form: String,
    /// The name under which a report's text is cited as if it were a sheet.
    pub sheet: String,
    /// A text is a report only if it has one of these.
    pub report_words: Vec<String>,
    /// Words in the titles of chapters whose figures are not the year's.
    pub skipped_headings: Vec<String>,
    /// Beginnings of the item that closes a complete list.
    pub rest_labels: Vec<String>,
    /// Longer unknown items of a list are not kept.
    pub longest_label: usize,
    /// Words of the grammar.
    pub words: GrammarWords,
    /// Lists of words that several indicators share, cited as `@name`.
    pub sets: BTreeMap<String, Vec<String>>,
    /// What can be stated.
    #[serde(rename = "indicator")]
    pub indicators: Vec<IndicatorPhrases>,
}

/// Words that join phrases and numbers, by what they do; their meaning is told in the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file explains each list beside its words")]
pub struct GrammarWords {
    pub filler: Vec<String>,
    pub total: Vec<String>,
    pub each: Vec<String>,
    pub respectively: Vec<String>,
    pub of_which: Vec<String>,
    pub none: Vec<String>,
    pub separators: Vec<String>,
    pub change: Vec<String>,
    pub plan: Vec<String>,
    pub stop: Vec<String>,
    pub scope: Vec<String>,
    pub carried: Vec<String>,
    pub tail: Vec<String>,
    pub subject: Vec<String>,
    pub elsewhere: Vec<String>,
    pub partly: Vec<String>,
    pub about_before: Vec<String>,
    pub about_after: Vec<String>,
    pub not_before_number: Vec<String>,
    pub not_units: Vec<String>,
}

/// One thing that reports state, and how they say it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorPhrases {
    /// Code of the form's figure; none for a category that the form does not list.
    #[serde(default)]
    pub code: Option<String>,
    /// Label of such a category.
    #[serde(default)]
    pub label: Option<String>,
    /// Units in which it is counted; the first is the unit of a category.
    pub units: Vec<String>,
    /// Words that name it.
    pub phrases: Vec<String>,
    /// Words that may stand between phrase and number, beside the fillers.
    #[serde(default)]
    pub between: Vec<String>,
    /// If there are any: one of these must stand before the phrase, unless it begins its clause.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// Words that must not stand before the phrase in its clause.
    #[serde(default)]
    pub not_after: Vec<String>,
    /// Words of which one must stand in the sentence or in the titles above, unless the number is zero.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Code or label of what it is a part of.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Which of several ways to break that down it belongs to; only parts of one way add up.
    #[serde(default)]
    pub breakdown: String,
    /// Whether it is meant only in a list of the parts of that.
    #[serde(default)]
    pub only_as_part: bool,
    /// Whether unknown parts of it are kept under their own label.
    #[serde(default)]
    pub open_parts: bool,
    /// Codes of the required form which, added up, say the same.
    #[serde(default)]
    pub same_as: Vec<String>,
}

impl IndicatorPhrases {
    /// Its code or label.
    #[must_use]
    pub fn name(&self) -> &str {
        self.code.as_deref().or(self.label.as_deref()).unwrap_or_default()
    }

    /// The words of a list with its sets written out.
    #[must_use]
    pub fn written_out<'b>(list: &'b [String], book: &'b PhraseBook) -> Vec<&'b str> {
        list.iter()
            .flat_map(|word| match word.strip_prefix('@') {
                Some(set) => book.sets.get(set).map(Vec::as_slice).unwrap_or_default(),
                None => std::slice::from_ref(word),
            })
            .map(String::as_str)
            .collect()
    }
}

impl PhraseBook {
    /// Whether the phrases fit the forms.
    ///
    /// # Errors
    /// When a form, code, set or part is named that does not exist, or something has no name, phrase or unit.
    pub fn check(&self, book: &Rulebook) -> Result<(), DefinitionError> {
        let fault = |detail: String| Err(DefinitionError { form: "phrases.toml".to_owned(), detail });
        let Some(form) = book.form_by_code(&self.form) else { return fault(format!("no form {}", self.form)) };
        if !book.form(form).tables.iter().any(|table| book.table(*table).open_categories) {
            return fault(format!("{} has no table with open categories", self.form));
        }
        for one in &self.indicators {
            let name = one.name();
            if one.code.is_some() == one.label.is_some() || name.is_empty() {
                return fault(format!("{name}: either a code or a label"));
            }
            if one.code.as_ref().is_some_and(|code| book.slot_by_code(form, code).is_none()) {
                return fault(format!("{} has no figure {name}", self.form));
            }
            if one.phrases.is_empty() || one.units.is_empty() {
                return fault(format!("{name} has no phrase or no unit"));
            }
            if one.only_as_part && one.part_of.is_none() {
                return fault(format!("{name} is a part of nothing"));
            }
            if let Some(whole) = &one.part_of
                && !self.indicators.iter().any(|other| other.name() == whole)
            {
                return fault(format!("{name} is a part of {whole}, which does not exist"));
            }
            let known = |code: &String| book.forms_with_ids().any(|(id, _)| book.slot_by_code(id, code).is_some());
            if let Some(code) = one.same_as.iter().find(|code| !known(code)) {
                return fault(format!("{name} is the same as {code}, which no form has"));
            }
            let cited = [&one.between, &one.verbs, &one.not_after];
            let unknown = cited
                .into_iter()
                .flatten()
                .filter_map(|word| word.strip_prefix('@'))
                .find(|set| !self.sets.contains_key(*set));
            if let Some(set) = unknown {
                return fault(format!("{name} cites the set {set}, which does not exist"));
            }
        }
        Ok(())
    }
}
