//! `huizong forms crosswalk`: how the figures of one version of the form continue in the next.

use super::{DONE, ERRORS_REMAIN, IMPOSSIBLE, USAGE, complain, out};
use crate::form::crosswalk::{Entry, Passage, Step, build};
use crate::form::{Form, Library, Slot, SlotId};
use crate::language::Language;
use crate::message::Catalogue;
use std::collections::BTreeSet;

/// Columns of the CSV: one row for each passage, codes and labels of several figures joined by " + ".
const COLUMNS: [&str; 9] =
    ["from_form", "to_form", "relation", "from", "from_label", "to", "to_label", "note", "source"];

pub(super) fn crosswalk_command(library: &Library, wanted: Option<(String, String)>, csv: bool, lang: Language) -> u8 {
    let Ok(catalogue) = Catalogue::load(lang) else { return IMPOSSIBLE };
    let book = &library.rulebook;
    let (steps, faults) = build(&library.crosswalk, book);
    let codes = |step: &Step| (book.form(step.from).code.clone(), book.form(step.to).code.clone());
    let chosen: Vec<&Step> =
        steps.iter().filter(|step| wanted.as_ref().is_none_or(|wanted| *wanted == codes(step))).collect();
    if let (Some((from, to)), true) = (wanted, chosen.is_empty()) {
        let known = steps.iter().map(codes).map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>();
        complain(lang, "crosswalk_unknown", &[("from", from), ("to", to), ("known", known.join(", "))]);
        return USAGE;
    }
    let page = Page { library, catalogue: &catalogue };
    if csv {
        page.csv(&chosen);
    } else {
        chosen.iter().for_each(|step| page.step(step));
    }
    for fault in &faults {
        out(&format!("{}: {}", fault.form, fault.detail));
    }
    if faults.is_empty() { DONE } else { ERRORS_REMAIN }
}

struct Page<'a> {
    library: &'a Library,
    catalogue: &'a Catalogue,
}

impl Page<'_> {
    fn step(&self, step: &Step) {
        let book = &self.library.rulebook;
        let (from, to) = (book.form(step.from), book.form(step.to));
        let values = [
            ("from", from.code.clone()),
            ("from_years", years(from)),
            ("to", to.code.clone()),
            ("to_years", years(to)),
            ("source", step.source.clone()),
        ];
        out(&self.catalogue.say("crosswalk_head", &values));
        let mut before = "";
        for entry in &step.entries {
            let Some(relation) = entry.passages.first().map(Passage::relation) else { continue };
            if relation != before {
                out("");
                out(&self.catalogue.word(&format!("relation_{relation}")));
                before = relation;
            }
            self.entry(entry, relation);
        }
        out("");
    }

    fn entry(&self, entry: &Entry, relation: &str) {
        let slots = |side: fn(&Passage) -> &[SlotId]| -> Vec<SlotId> {
            entry.passages.iter().flat_map(side).copied().collect()
        };
        let before = (entry.from.join(" + "), self.common_label(&slots(|passage| passage.before())));
        let after = (entry.to.join(" + "), self.common_label(&slots(|passage| passage.after())));
        // What is unchanged, ended or new has one side, or two that are alike.
        let one = [&before, &after].into_iter().find(|(codes, _)| !codes.is_empty());
        match one.filter(|_| relation == "same" || before.0.is_empty() || after.0.is_empty()) {
            Some((codes, label)) => out(&format!("  {codes:<40} {label}")),
            None => {
                out(&format!("  {} -> {}", before.0, after.0));
                out(&format!("      {} -> {}", before.1, after.1));
            }
        }
        let note = self.catalogue.choose(&entry.note_zh, &entry.note_en);
        if !note.is_empty() {
            out(&format!("      {note}"));
        }
    }

    /// What several figures have in common: indicator, dimension, or only their number.
    fn common_label(&self, slots: &[SlotId]) -> String {
        let book = &self.library.rulebook;
        let texts = |of: fn(&Slot) -> (&str, &str)| -> BTreeSet<&str> {
            slots.iter().map(|slot| of(book.slot(*slot))).map(|(zh, en)| self.catalogue.choose(zh, en)).collect()
        };
        let indicators = texts(|slot| (&slot.indicator_zh, &slot.indicator_en));
        let dimensions = texts(|slot| (&slot.dimension_zh, &slot.dimension_en));
        let count = || self.catalogue.phrase("relation_figures", &[("count", slots.len().to_string())]);
        match (indicators.first(), indicators.len(), dimensions.first(), dimensions.len()) {
            (Some(indicator), 1, Some(dimension), 1) => format!("{indicator} {dimension}").trim_end().to_owned(),
            (Some(indicator), 1, _, _) => format!("{indicator} ({})", count()),
            _ if slots.len() <= 4 => slots.iter().map(|slot| self.label(*slot)).collect::<Vec<_>>().join(" + "),
            (_, _, Some(dimension), 1) if !dimension.is_empty() => format!("{dimension} ({})", count()),
            _ => count(),
        }
    }

    fn label(&self, slot: SlotId) -> String {
        let slot = self.library.rulebook.slot(slot);
        let indicator = self.catalogue.choose(&slot.indicator_zh, &slot.indicator_en);
        let dimension = self.catalogue.choose(&slot.dimension_zh, &slot.dimension_en);
        format!("{indicator} {dimension}").trim_end().to_owned()
    }

    fn csv(&self, steps: &[&Step]) {
        let book = &self.library.rulebook;
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        let mut rows: Vec<Vec<String>> = vec![COLUMNS.map(str::to_owned).to_vec()];
        for step in steps {
            let (from, to) = (&book.form(step.from).code, &book.form(step.to).code);
            for (entry, passage) in step.entries.iter().flat_map(|e| e.passages.iter().map(move |p| (e, p))) {
                let codes =
                    |slots: &[SlotId]| slots.iter().map(|s| book.slot(*s).code.clone()).collect::<Vec<_>>().join(" + ");
                let labels = |slots: &[SlotId]| slots.iter().map(|s| self.label(*s)).collect::<Vec<_>>().join(" + ");
                rows.push(vec![
                    from.clone(),
                    to.clone(),
                    passage.relation().to_owned(),
                    codes(passage.before()),
                    labels(passage.before()),
                    codes(passage.after()),
                    labels(passage.after()),
                    self.catalogue.choose(&entry.note_zh, &entry.note_en).to_owned(),
                    step.source.clone(),
                ]);
            }
        }
        // Writing to memory does not fail.
        let written = rows.iter().try_for_each(|row| writer.write_record(row));
        if let (Ok(()), Ok(bytes)) = (written, writer.into_inner()) {
            out(String::from_utf8_lossy(&bytes).trim_end());
        }
    }
}

fn years(form: &Form) -> String {
    form.last_year.map_or_else(|| format!("{}-", form.first_year), |last| format!("{}-{last}", form.first_year))
}
