//! `huizong forms`: the rulebook listed, shown and checked.

use super::arguments::FormsAction;
use super::crosswalk::crosswalk_command;
use super::power::power_command;
use super::{DONE, ERRORS_REMAIN, USAGE, complain, out};
use crate::form::{Form, Library, Rulebook, Shape, SlotId};
use crate::language::Language;
use crate::message::Catalogue;
use std::path::PathBuf;

pub(super) fn forms_command(action: Option<FormsAction>, forms: Option<PathBuf>, lang: Language) -> u8 {
    let library = match Library::load(forms.as_deref()) {
        Ok(library) => library,
        Err(error) => {
            complain(lang, "forms_wrong", &[("detail", error.to_string())]);
            return USAGE;
        }
    };
    let book = &library.rulebook;
    match action.unwrap_or(FormsAction::List) {
        FormsAction::List => list(book, lang),
        FormsAction::Show { code } => match book.form_by_code(&code).map(|id| book.form(id)) {
            Some(form) => show(form, book, lang),
            None => unknown_form(code, book, lang),
        },
        FormsAction::Lint => check(&library, lang),
        FormsAction::Crosswalk { from, to, csv } => crosswalk_command(&library, from.zip(to), csv, lang),
        FormsAction::Power { code: Some(code), .. } if book.form_by_code(&code).is_none() => {
            unknown_form(code, book, lang)
        }
        FormsAction::Power { code, trials } => power_command(book, code.as_deref(), trials, lang),
    }
}

fn title(form: &Form, lang: Language) -> &str {
    match lang {
        Language::Zh => &form.title_zh,
        Language::En => &form.title_en,
    }
}

/// A line for every form: years, figures, identities, title, document.
fn list(book: &Rulebook, lang: Language) -> u8 {
    for form in &book.forms {
        let years = match form.last_year {
            Some(last) => format!("{}-{last}", form.first_year),
            None => format!("{}-", form.first_year),
        };
        let (figures, identities) = (form.slots.len(), form.identities.len());
        let (code, title, source) = (&form.code, title(form, lang), &form.source);
        out(&format!("{code:<10} {years:<10} {figures:>4} {identities:>4}  {title}  {source}"));
    }
    DONE
}

/// All figures of a form, and all its identities.
fn show(form: &Form, book: &Rulebook, lang: Language) -> u8 {
    out(&format!("{}  {}", title(form, lang), form.source));
    for slot in form.slots.clone().map(|id| book.slot(SlotId(id))) {
        let (row, column) = match lang {
            Language::Zh => (&slot.indicator_zh, &slot.dimension_zh),
            Language::En => (&slot.indicator_en, &slot.dimension_en),
        };
        let table = &book.table(slot.table).code;
        let kind = slot.kind_name();
        out(&format!("{table:<8} {:<40} {kind:<12} {:<4} {row} {column}", slot.code, slot.unit));
    }
    for identity in &form.identities {
        let codes =
            |slots: &[SlotId]| slots.iter().map(|slot| book.slot(*slot).code.clone()).collect::<Vec<_>>().join(" + ");
        let mut right = String::new();
        for term in &identity.parts {
            right.push_str(match (term.negative, right.is_empty()) {
                (true, _) => " - ",
                (false, false) => " + ",
                (false, true) => "",
            });
            right.push_str(&book.slot(term.slot).code);
        }
        if !identity.previous.is_empty() {
            right = format!("[{}] {right}", codes(&identity.previous));
        }
        let relation = if identity.shape == Shape::AtMost { "<=" } else { "=" };
        let level = identity.level.as_str();
        out(&format!("{:<32} {level:<6} {} {relation} {right}", identity.rule, codes(&identity.whole)));
    }
    DONE
}

/// The faults of the forms, or that there are none.
fn check(library: &Library, lang: Language) -> u8 {
    let book = &library.rulebook;
    let faults = library.faults();
    for fault in &faults {
        out(&format!("{}: {}", fault.form, fault.detail));
    }
    if !faults.is_empty() {
        return ERRORS_REMAIN;
    }
    let identities: usize = book.forms.iter().map(|form| form.identities.len()).sum();
    let values = [
        ("forms", book.forms.len().to_string()),
        ("figures", book.slots.len().to_string()),
        ("identities", identities.to_string()),
    ];
    if let Ok(catalogue) = Catalogue::load(lang) {
        out(&catalogue.say("forms_clean", &values));
    }
    DONE
}

fn unknown_form(code: String, book: &Rulebook, lang: Language) -> u8 {
    let known = book.forms.iter().map(|form| form.code.clone()).collect::<Vec<_>>().join(" ");
    complain(lang, "unknown_form", &[("code", code), ("known", known)]);
    USAGE
}
