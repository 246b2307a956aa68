//! How the figures of one version of the national form continue in the next.
//!
//! Every figure of both forms stands in exactly one passage: it goes on, alone or split or merged, or it ends, or it
//! begins. What cannot be compared ends and begins; nothing is said to go on that a reader of both forms would not add
//! to one series.

mod definition;
mod pattern;

pub(crate) use definition::{CrosswalkDefinition, Extent};

use super::rulebook::{DefinitionError, Form, FormId, Rulebook, SlotId};
use definition::StepDefinition;
use std::collections::BTreeMap;

/// The name under which faults of the crosswalk are reported.
const NAME: &str = "crosswalk";

/// From one version to the next.
#[derive(Debug)]
pub(crate) struct Step {
    /// The earlier form.
    pub from: FormId,
    /// The later form.
    pub to: FormId,
    /// Documents on which the step rests.
    pub source: String,
    /// Passages that the file states together, in the order of the relations.
    pub entries: Vec<Entry>,
}

/// One statement of the file: several passages where its codes have a `*`.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its codes before, as written.
    pub from: Vec<String>,
    /// Its codes after, as written.
    pub to: Vec<String>,
    /// What it comes to, figure by figure.
    pub passages: Vec<Passage>,
    /// What to know of it.
    pub note_zh: String,
    /// The same in English.
    pub note_en: String,
}

/// What becomes of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It goes on as it was.
    Same(SlotId, SlotId),
    /// It goes on under another code.
    Continues(Extent, SlotId, SlotId),
    /// Several were made of it.
    Split(SlotId, Vec<SlotId>),
    /// Several were made into one.
    Merged(Vec<SlotId>, SlotId),
    /// It is no longer asked for.
    Ends(SlotId),
    /// It was not asked for before.
    Begins(SlotId),
}

impl Passage {
    /// The figures before.
    #[must_use]
    pub(crate) fn before(&self) -> &[SlotId] {
        match self {
            Passage::Same(from, _) | Passage::Continues(_, from, _) | Passage::Split(from, _) | Passage::Ends(from) => {
                std::slice::from_ref(from)
            }
            Passage::Merged(from, _) => from,
            Passage::Begins(_) => &[],
        }
    }

    /// The figures after.
    #[must_use]
    pub(crate) fn after(&self) -> &[SlotId] {
        match self {
            Passage::Same(_, to) | Passage::Continues(_, _, to) | Passage::Merged(_, to) | Passage::Begins(to) => {
                std::slice::from_ref(to)
            }
            Passage::Split(_, to) => to,
            Passage::Ends(_) => &[],
        }
    }

    /// The stable name of the relation.
    #[must_use]
    pub(crate) fn relation(&self) -> &'static str {
        match self {
            Passage::Same(..) => "same",
            Passage::Continues(Extent::Renamed, ..) => "renamed",
            Passage::Continues(Extent::Wider, ..) => "wider",
            Passage::Continues(Extent::Narrower, ..) => "narrower",
            Passage::Split(..) => "split",
            Passage::Merged(..) => "merged",
            Passage::Ends(_) => "ends",
            Passage::Begins(_) => "begins",
        }
    }
}

/// Works out the crosswalk, with everything that is wrong with it: unknown forms and codes, figures that no passage or
/// more than one has.
#[must_use]
pub(crate) fn build(definition: &CrosswalkDefinition, book: &Rulebook) -> (Vec<Step>, Vec<DefinitionError>) {
    let mut faults = Vec::new();
    let mut steps = Vec::new();
    for step in &definition.steps {
        let mut fault = |detail: String| {
            faults.push(DefinitionError { form: format!("{NAME} {} {}", step.from, step.to), detail });
        };
        let (Some(from), Some(to)) = (book.form_by_code(&step.from), book.form_by_code(&step.to)) else {
            fault("names a form that does not exist".to_owned());
            continue;
        };
        let built = Builder { book, from, to }.step(step, &mut fault);
        for (form, side) in [(from, Passage::before as fn(&Passage) -> &[SlotId]), (to, Passage::after)] {
            let mut times: BTreeMap<SlotId, u32> =
                book.form(form).slots.clone().map(|slot| (SlotId(slot), 0)).collect();
            for slot in built.entries.iter().flat_map(|entry| &entry.passages).flat_map(side) {
                *times.entry(*slot).or_default() += 1;
            }
            for (slot, count) in times.into_iter().filter(|(_, count)| *count != 1) {
                fault(format!("{} {} stands {count} times", book.form(form).code, book.slot(slot).code));
            }
        }
        steps.push(built);
    }
    (steps, faults)
}

/// National forms that no step of the crosswalk names: their figures would begin and end with them, and be compared with no
/// other year's.
pub(crate) fn unlinked(definition: &CrosswalkDefinition, book: &Rulebook) -> Vec<DefinitionError> {
    let national = || book.forms.iter().filter(|form| form.required);
    if national().count() < 2 {
        return Vec::new();
    }
    let is_named = |code: &str| definition.steps.iter().any(|step| step.from == code || step.to == code);
    let fault = |form: &Form| DefinitionError {
        form: form.code.clone(),
        detail: format!(
            "{NAME} has no step from or to this form: say how its figures continue those of another version"
        ),
    };
    national().filter(|form| !is_named(&form.code)).map(fault).collect()
}

struct Builder<'b> {
    book: &'b Rulebook,
    from: FormId,
    to: FormId,
}

impl Builder<'_> {
    fn step(&self, step: &StepDefinition, fault: &mut impl FnMut(String)) -> Step {
        let mut entries = Vec::new();
        for same in &step.same {
            for code in &same.codes {
                let passages = self
                    .passages(&[code], &[code], fault, |from, to| Some(Passage::Same(*from.first()?, *to.first()?)));
                entries.push(entry(&[code], &[code], passages, &same.note_zh, &same.note_en));
            }
        }
        for one in &step.continues {
            let passages = self.passages(&[&one.from], &[&one.to], fault, |from, to| {
                Some(Passage::Continues(one.how, *from.first()?, *to.first()?))
            });
            entries.push(entry(&[&one.from], &[&one.to], passages, &one.note_zh, &one.note_en));
        }
        for split in &step.split {
            let to: Vec<&String> = split.to.iter().collect();
            let passages =
                self.passages(&[&split.from], &to, fault, |from, to| Some(Passage::Split(*from.first()?, to)));
            entries.push(entry(&[&split.from], &to, passages, &split.note_zh, &split.note_en));
        }
        for merged in &step.merged {
            let from: Vec<&String> = merged.from.iter().collect();
            let passages =
                self.passages(&from, &[&merged.to], fault, |from, to| Some(Passage::Merged(from, *to.first()?)));
            entries.push(entry(&from, &[&merged.to], passages, &merged.note_zh, &merged.note_en));
        }
        for (lists, form, passage) in
            [(&step.ends, self.from, Passage::Ends as fn(SlotId) -> Passage), (&step.begins, self.to, Passage::Begins)]
        {
            for list in lists {
                for code in &list.codes {
                    let slots = self.matching(form, code, fault);
                    let passages = slots.into_iter().map(|(_, slot)| passage(slot)).collect();
                    let (from, to): (&[&String], &[&String]) =
                        if form == self.from { (&[code], &[]) } else { (&[], &[code]) };
                    entries.push(entry(from, to, passages, &list.note_zh, &list.note_en));
                }
            }
        }
        entries.sort_by_key(|entry| entry.passages.first().map(rank));
        Step { from: self.from, to: self.to, source: step.source.clone(), entries }
    }

    /// One passage for every text that the `*` of the first code stands for.
    fn passages(
        &self,
        from: &[&String],
        to: &[&String],
        fault: &mut impl FnMut(String),
        make: impl Fn(Vec<SlotId>, Vec<SlotId>) -> Option<Passage>,
    ) -> Vec<Passage> {
        let Some((first, others)) = from.split_first() else { return Vec::new() };
        let mut passages = Vec::new();
        for (text, slot) in self.matching(self.from, first, fault) {
            let mut named = |form: FormId, pattern: &str| {
                let code = pattern::fill(pattern, &text);
                let slot = self.book.slot_by_code(form, &code);
                if slot.is_none() {
                    fault(format!("{} has no {code}", self.book.form(form).code));
                }
                slot
            };
            let mut before = vec![slot];
            before.extend(others.iter().filter_map(|pattern| named(self.from, pattern)));
            let after = to.iter().filter_map(|pattern| named(self.to, pattern)).collect();
            passages.extend(make(before, after));
        }
        passages
    }

    /// The figures of a form that a code with or without `*` names, each with what the `*` stands for.
    fn matching(&self, form: FormId, code: &str, fault: &mut impl FnMut(String)) -> Vec<(String, SlotId)> {
        let slots = self.book.form(form).slots.clone().map(SlotId);
        let found: Vec<(String, SlotId)> =
            slots.filter_map(|slot| Some((pattern::fit(code, &self.book.slot(slot).code)?.to_owned(), slot))).collect();
        if found.is_empty() {
            fault(format!("{} has no {code}", self.book.form(form).code));
        }
        found
    }
}

fn entry(from: &[&String], to: &[&String], passages: Vec<Passage>, note_zh: &str, note_en: &str) -> Entry {
    let owned = |codes: &[&String]| codes.iter().map(|code| (*code).clone()).collect();
    Entry { from: owned(from), to: owned(to), passages, note_zh: note_zh.to_owned(), note_en: note_en.to_owned() }
}

/// The order in which relations are printed.
fn rank(passage: &Passage) -> (u8, Option<Extent>) {
    match passage {
        Passage::Same(..) => (0, None),
        Passage::Continues(extent, ..) => (1, Some(*extent)),
        Passage::Split(..) => (2, None),
        Passage::Merged(..) => (3, None),
        Passage::Ends(_) => (4, None),
        Passage::Begins(_) => (5, None),
    }
}
