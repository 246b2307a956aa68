//! `run --what-if`: the city's figures before and after all certain proposals. Nothing is written.

use super::out;
use crate::consolidate::item_code;
use crate::consolidate::{City, Scope};
use crate::decisions::proposals;
use crate::level::Level;
use crate::message::Renderer;
use crate::run::{Desk, Gathered, RunError, Silent, gather_deciding, with_renderer};
use crate::settings::Settings;
use crate::value::Amount;
use std::collections::BTreeMap;

/// Figures of a city by code.
type Figures = BTreeMap<(usize, String), Amount>;

pub(super) fn what_if(settings: &Settings, desk: &Desk, before: &Gathered) -> Result<(), RunError> {
    let proposed = proposals(&before.collation, &desk.library.rulebook, desk.roster.as_ref());
    let decisions = [desk.decisions.clone(), proposed.clone()].concat();
    let after = gather_deciding(settings, desk, &decisions, &Silent)?;
    let catalogue = &desk.catalogue;
    with_renderer(desk, before, |renderer| {
        for city in &before.cities {
            let mine = proposed.iter().filter(|one| one.year == city.year).count();
            let head = [("year", city.year.to_string()), ("count", mine.to_string())];
            out(&catalogue.say("what_if_head", &head));
            let errors = |gathered: &Gathered| {
                let of_year = gathered.collation.findings(city.year);
                of_year.filter(|finding| finding.level == Level::Error).count().to_string()
            };
            out(&catalogue.say("what_if_errors", &[("before", errors(before)), ("after", errors(&after))]));
            let new = after.cities.iter().find(|other| other.year == city.year);
            let (old, new) = (figures(city, renderer), new.map(|city| figures(city, renderer)).unwrap_or_default());
            let changed: Vec<(&String, Option<&Amount>, Option<&Amount>)> = old
                .keys()
                .chain(new.keys().filter(|key| !old.contains_key(key)))
                .map(|key| (&key.1, old.get(key), new.get(key)))
                .filter(|(_, old, new)| old != new)
                .collect();
            let shown = |amount: Option<&Amount>| amount.map_or_else(|| "-".to_owned(), ToString::to_string);
            for (code, old, new) in &changed {
                let difference = *new.unwrap_or(&Amount::ZERO) - *old.unwrap_or(&Amount::ZERO);
                let sign = if difference.is_negative() { "" } else { "+" };
                out(&format!("  {code:<44} {:>10} → {:>10}  ({sign}{difference})", shown(*old), shown(*new)));
            }
            if changed.is_empty() {
                out(&catalogue.say("what_if_same", &[]));
            }
        }
    });
    Ok(())
}

/// The published figures of the whole city, in the order of the forms.
fn figures(city: &City, renderer: &Renderer<'_>) -> Figures {
    let of_city = city.tables.iter().filter(|table| table.scope == Scope::City);
    let mut figures = Figures::new();
    for table in of_city {
        for (place, (item, sum)) in table.sums.iter().enumerate() {
            let Some(value) = sum.value else { continue };
            figures.insert(
                (place, format!("{} {}", renderer.book.form(table.form).code, item_code(item, sum, renderer))),
                value,
            );
        }
    }
    figures
}
