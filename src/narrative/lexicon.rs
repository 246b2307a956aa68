//! The words of the grammar and the phrases, prepared for looking up.

use super::text::Sentence;
use crate::calendar::Calendar;
use crate::form::{self, GrammarWords, IndicatorPhrases, PhraseBook, Rulebook, SlotId, TableId};
use crate::script::fold;
use std::collections::{BTreeSet, HashMap};

/// What words do in a clause; a word may do several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Roles(u32);

impl Roles {
    pub(super) const FILLER: Self = Self(1);
    pub(super) const TOTAL: Self = Self(1 << 1);
    pub(super) const EACH: Self = Self(1 << 2);
    pub(super) const RESPECTIVELY: Self = Self(1 << 3);
    pub(super) const OF_WHICH: Self = Self(1 << 4);
    pub(super) const NONE: Self = Self(1 << 5);
    pub(super) const SEPARATOR: Self = Self(1 << 6);
    pub(super) const CUMULATIVE: Self = Self(1 << 7);
    pub(super) const CHANGE: Self = Self(1 << 8);
    pub(super) const PLAN: Self = Self(1 << 9);
    pub(super) const STOP: Self = Self(1 << 10);
    pub(super) const TAIL: Self = Self(1 << 11);
    pub(super) const SUBJECT: Self = Self(1 << 12);
    pub(super) const ELSEWHERE: Self = Self(1 << 13);
    pub(super) const PARTLY: Self = Self(1 << 14);
    pub(super) const SCOPE: Self = Self(1 << 15);
    pub(super) const CARRIED: Self = Self(1 << 16);

    /// Whether one of these roles is among them.
    pub(super) const fn any(self, roles: Self) -> bool {
        self.0 & roles.0 != 0
    }

    /// Both.
    pub(super) const fn and(self, roles: Self) -> Self {
        Self(self.0 | roles.0)
    }
}

/// What a sentence can state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A figure of the form.
    Slot(SlotId),
    /// A category that the form does not list, under its label.
    Open {
        /// The label.
        label: String,
        /// The unit, as written or as the rulebook names it.
        unit: String,
    },
}

/// An indicator with its words in folded form.
#[derive(Debug)]
pub(super) struct Indicator {
    pub name: String,
    pub target: Target,
    pub stock: bool,
    pub units: BTreeSet<String>,
    pub between: BTreeSet<String>,
    pub verbs: BTreeSet<String>,
    pub not_after: Vec<String>,
    pub needs: Vec<String>,
    pub part_of: Option<String>,
    pub breakdown: String,
    pub only_as_part: bool,
    pub open_parts: bool,
}

impl Indicator {
    fn new(phrases: &IndicatorPhrases, target: Target, book: &PhraseBook, stock: bool) -> Self {
        let set = |list| folded_all(&IndicatorPhrases::written_out(list, book));
        Indicator {
            name: phrases.name().to_owned(),
            stock,
            target,
            units: phrases.units.iter().map(|unit| folded(unit)).collect(),
            between: set(&phrases.between).into_iter().collect(),
            verbs: set(&phrases.verbs).into_iter().collect(),
            not_after: set(&phrases.not_after),
            needs: set(&phrases.needs),
            part_of: phrases.part_of.clone(),
            breakdown: phrases.breakdown.clone(),
            only_as_part: phrases.only_as_part,
            open_parts: phrases.open_parts,
        }
    }

    /// Whether it can be meant behind these words of its clause.
    pub(super) fn may_follow(&self, lead: &str) -> bool {
        !self.not_after.iter().any(|word| lead.contains(word.as_str()))
    }

    /// Whether it is a part of what has this name.
    pub(super) fn is_part_of(&self, whole: &str) -> bool {
        self.part_of.as_deref() == Some(whole)
    }
}

/// A word that was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub roles: Roles,
    /// Indicators that it names.
    pub names: Vec<usize>,
}

/// What the words of the grammar do in a sentence.
fn roles(grammar: &GrammarWords) -> [(&[String], Roles); 16] {
    [
        (&grammar.filler, Roles::FILLER),
        (&grammar.total, Roles::TOTAL),
        (&grammar.each, Roles::EACH),
        (&grammar.respectively, Roles::RESPECTIVELY),
        (&grammar.of_which, Roles::OF_WHICH),
        (&grammar.none, Roles::NONE),
        (&grammar.separators, Roles::SEPARATOR),
        (&grammar.change, Roles::CHANGE),
        (&grammar.plan, Roles::PLAN),
        (&grammar.stop, Roles::STOP),
        (&grammar.scope, Roles::SCOPE),
        (&grammar.carried, Roles::CARRIED),
        (&grammar.tail, Roles::TAIL),
        (&grammar.subject, Roles::SUBJECT),
        (&grammar.elsewhere, Roles::ELSEWHERE),
        (&grammar.partly, Roles::PARTLY),
    ]
}

/// All words, by their first letter, longest first.
type Words<T> = HashMap<char, Vec<(Vec<char>, T)>>;

/// The phrases of narrative reports, ready for use: made once for a run.
#[derive(Debug)]
pub struct Phrases {
    pub(super) indicators: Vec<Indicator>,
    words: Words<Word>,
    units: Words<()>,
    not_units: Words<()>,
    about_before: Words<()>,
    about_after: Words<()>,
    not_before_number: Vec<String>,
    pub(super) skipped_headings: Vec<String>,
    pub(super) report_words: Vec<String>,
    pub(super) rest_labels: Vec<String>,
    pub(super) longest_label: usize,
    /// The table to which categories belong that it does not list.
    pub(super) table: Option<TableId>,
    sheet: String,
    same_as: Vec<(Target, Vec<String>)>,
    /// Which time words and dates speak of.
    pub(super) calendar: Calendar,
}

impl Phrases {
    /// Prepares the phrases; those that name a figure which the form lacks (a form of the user's own) are left out.
    #[must_use]
    pub fn new(book: &PhraseBook, rules: &Rulebook, general: &form::Words) -> Self {
        let form = rules.form_by_code(&book.form);
        let mut indicators = Vec::new();
        let mut same_as = Vec::new();
        let mut words: HashMap<String, Word> = HashMap::new();
        let mut units = BTreeSet::new();
        let mut plain = Vec::new();
        for one in &book.indicators {
            let slot = one.code.as_ref().and_then(|code| rules.slot_by_code(form?, code));
            let target = match (slot, &one.label) {
                (Some(slot), _) => Target::Slot(slot),
                (None, Some(label)) => {
                    Target::Open { label: label.clone(), unit: one.units.first().cloned().unwrap_or_default() }
                }
                (None, None) => continue,
            };
            let number = indicators.len();
            for phrase in &one.phrases {
                let names = &mut words.entry(folded(phrase)).or_default().names;
                if !names.contains(&number) {
                    names.push(number);
                }
            }
            let indicator = Indicator::new(one, target.clone(), book, slot.is_some_and(|slot| rules.slot(slot).stock));
            units.extend(indicator.units.iter().cloned());
            plain.extend(indicator.between.iter().chain(&indicator.verbs).cloned());
            same_as.push((target, one.same_as.clone()));
            indicators.push(indicator);
        }
        for word in plain {
            words.entry(word).or_default();
        }
        let grammar = &book.words;
        for (list, role) in roles(grammar) {
            for word in list {
                let word = words.entry(folded(word)).or_default();
                word.roles = word.roles.and(role);
            }
        }
        let plain_words = |list: &[String]| by_first_letter(list.iter().map(|word| (folded(word), ())));
        Phrases {
            indicators,
            words: by_first_letter(words),
            units: by_first_letter(units.into_iter().map(|unit| (unit, ()))),
            not_units: plain_words(&grammar.not_units),
            about_before: plain_words(&grammar.about_before),
            about_after: plain_words(&grammar.about_after),
            not_before_number: folded_all(&grammar.not_before_number),
            skipped_headings: folded_all(&book.skipped_headings),
            report_words: folded_all(&book.report_words),
            rest_labels: folded_all(&book.rest_labels),
            longest_label: book.longest_label,
            table: form.and_then(|form| {
                rules.form(form).tables.iter().copied().find(|table| rules.table(*table).open_categories)
            }),
            sheet: book.sheet.clone(),
            same_as,
            calendar: Calendar::new(&general.calendar),
        }
    }

    /// The table whose figures are stated; none if the form has none with open categories.
    #[must_use]
    pub fn table(&self) -> Option<TableId> {
        self.table
    }

    /// The name under which a text is cited as if it were a sheet.
    #[must_use]
    pub fn sheet(&self) -> &str {
        &self.sheet
    }

    /// Codes of other forms that, added up, say the same.
    pub fn same_as<'p>(&'p self, target: &'p Target) -> impl Iterator<Item = &'p [String]> {
        let equal = move |one: &&(Target, Vec<String>)| match (&one.0, target) {
            (Target::Slot(one), Target::Slot(other)) => one == other,
            (Target::Open { label: one, .. }, Target::Open { label: other, .. }) => one == other,
            _ => false,
        };
        self.same_as.iter().filter(equal).map(|(_, codes)| codes.as_slice()).filter(|codes| !codes.is_empty())
    }

    /// The longest word or phrase at a place, and its length.
    pub(super) fn word(&self, sentence: &Sentence, at: usize) -> Option<(usize, &Word)> {
        longest(&self.words, sentence, at)
    }

    pub(super) fn unit(&self, sentence: &Sentence, at: usize) -> Option<usize> {
        let (length, ()) = longest(&self.units, sentence, at)?;
        longest(&self.not_units, sentence, at).is_none().then_some(length)
    }

    pub(super) fn about_before(&self, sentence: &Sentence, at: usize) -> Option<usize> {
        longest(&self.about_before, sentence, at).map(|(length, ())| length)
    }

    pub(super) fn about_after(&self, sentence: &Sentence, at: usize) -> Option<usize> {
        longest(&self.about_after, sentence, at).map(|(length, ())| length)
    }

    /// Whether a numeral at this place is part of a word that began before it.
    pub(super) fn joined_to_word(&self, sentence: &Sentence, at: usize) -> bool {
        let before = sentence.folded(at.saturating_sub(4), at);
        self.not_before_number.iter().any(|word| before.ends_with(word.as_str()))
    }
}

fn longest<'w, T>(words: &'w Words<T>, sentence: &Sentence, at: usize) -> Option<(usize, &'w T)> {
    let rest = sentence.letters.get(at..)?;
    let found = words.get(&rest.first()?.folded)?.iter().find(|(word, _)| {
        rest.len() >= word.len() && word.iter().zip(rest).all(|(letter, there)| *letter == there.folded)
    });
    found.map(|(word, what)| (word.len(), what))
}

fn by_first_letter<T>(words: impl IntoIterator<Item = (String, T)>) -> Words<T> {
    let mut by_first: Words<T> = HashMap::new();
    for (word, what) in words {
        let letters: Vec<char> = word.chars().collect();
        if let Some(first) = letters.first() {
            by_first.entry(*first).or_default().push((letters, what));
        }
    }
    #[allow(clippy::iter_over_hash_type, reason = "each list is put in order by itself")]
    for list in by_first.values_mut() {
        list.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }
    by_first
}

fn folded(word: &str) -> String {
    word.chars().map(fold).filter(|c| !c.is_whitespace()).collect()
}

fn folded_all<T: AsRef<str>>(words: &[T]) -> Vec<String> {
    words.iter().map(|word| folded(word.as_ref())).collect()
}
