//! `huizong inspect`: one file as the program understands it.

use super::{DONE, out, print_findings};
use huizong::run::{Desk, RunError, Silent, gather, with_renderer};
use huizong::settings::Settings;

pub(super) fn inspect_command(settings: &Settings, desk: &Desk) -> Result<u8, RunError> {
    let gathered = gather(settings, desk, &Silent)?;
    let book = &desk.library.rulebook;
    with_renderer(desk, &gathered, |renderer| {
        let catalogue = &desk.catalogue;
        for (input, outcome) in gathered.inputs.iter().zip(&gathered.collation.outcomes) {
            out(&catalogue.say("inspect_file", &[("file", input.name.clone())]));
            for one in &outcome.returns {
                for reading in &one.tables {
                    let facts: Vec<_> = one
                        .facts
                        .iter()
                        .filter(|fact| match (fact.item.as_slot(), fact.item.as_open()) {
                            (Some(slot), _) => book.slot(slot).table == reading.table,
                            (None, place) => place
                                .and_then(|place| one.open.get(place))
                                .is_some_and(|open| open.table == reading.table),
                        })
                        .collect();
                    let sheet = facts.first().map_or("", |fact| renderer.sheet(one.file, fact.place.sheet));
                    out("");
                    out(&catalogue.say(
                        "inspect_table",
                        &[
                            ("sheet", sheet.to_owned()),
                            ("table", renderer.table(reading.table)),
                            ("form", book.form(one.form).code.clone()),
                            ("agency", renderer.agency(&one.agency).to_owned()),
                            ("year", one.year.to_string()),
                        ],
                    ));
                    for fact in facts {
                        let (code, label) = match (fact.item.as_slot(), fact.item.as_open()) {
                            (Some(slot), _) => {
                                let slot = book.slot(slot);
                                let row = catalogue.choose(&slot.indicator_zh, &slot.indicator_en);
                                let column = catalogue.choose(&slot.dimension_zh, &slot.dimension_en);
                                (slot.code.clone(), format!("{row} {column}"))
                            }
                            (None, place) => {
                                let label = place.and_then(|place| one.open.get(place)).map(|open| open.label.clone());
                                ("open".to_owned(), label.unwrap_or_default())
                            }
                        };
                        let value = fact.value().map(|value| value.to_string()).unwrap_or_default();
                        let formula = if fact.is_formula { " =" } else { "" };
                        let rewrites = fact.rewrites.to_string();
                        let raw = match fact.odd_raw() {
                            Some(raw) => format!(" “{raw}” {rewrites}"),
                            None => String::new(),
                        };
                        out(&format!(
                            "  {:<8} {:<36} {:>10} {}{formula}{raw}  {label}",
                            fact.place.position.to_string(),
                            code,
                            value,
                            fact.meaning.as_str(),
                        ));
                    }
                }
                out(&catalogue.say(
                    "inspect_identities",
                    &[("held", one.proof().held.to_string()), ("checked", one.proof().checked.to_string())],
                ));
            }
            if outcome.returns.is_empty() {
                out(&catalogue.say("inspect_none", &[]));
            }
            print_findings(outcome.findings.iter().collect(), renderer);
        }
    });
    Ok(DONE)
}
