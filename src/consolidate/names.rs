//! What published figures are called: codes, labels and scopes, wherever they are printed.

use super::{CityItem, Scope, Sum};
use crate::form::TableId;
use crate::message::Renderer;
use crate::returns::Agency;

/// How a scope is written in the outputs.
#[must_use]
pub(crate) fn scope_name(scope: &Scope, renderer: &Renderer<'_>) -> String {
    match scope {
        Scope::City => "city".to_owned(),
        Scope::Node(place) => renderer.agency_id(&Agency::Listed(*place)).to_owned(),
        Scope::Group(name) => format!("group:{name}"),
    }
}

/// What a published figure is called.
pub(crate) struct ItemNames {
    /// Table.
    pub table: TableId,
    /// Indicator code.
    pub indicator: String,
    /// Its label.
    pub indicator_label: String,
    /// Dimension code.
    pub dimension: String,
    /// Its label.
    pub dimension_label: String,
    /// Unit in which it is published.
    pub unit: String,
    /// Whether it is a sum that the form does not print.
    pub derived: bool,
}

impl ItemNames {
    /// `indicator:dimension`, or the indicator alone.
    #[must_use]
    pub(crate) fn code(&self) -> String {
        if self.dimension.is_empty() {
            self.indicator.clone()
        } else {
            format!("{}:{}", self.indicator, self.dimension)
        }
    }
}

/// The names of a published figure.
pub(crate) fn names(item: &CityItem, sum: &Sum, renderer: &Renderer<'_>) -> ItemNames {
    let book = renderer.book;
    match item {
        CityItem::Slot(slot) => {
            let slot = book.slot(*slot);
            ItemNames {
                table: slot.table,
                indicator: slot.indicator.clone(),
                indicator_label: renderer.catalogue.choose(&slot.indicator_zh, &slot.indicator_en).to_owned(),
                dimension: slot.dimension.clone(),
                dimension_label: renderer.catalogue.choose(&slot.dimension_zh, &slot.dimension_en).to_owned(),
                unit: slot.unit.clone(),
                derived: false,
            }
        }
        CityItem::Derived(table, which, dimension) => {
            let derived = book.table(*table).derived.get(*which);
            let parts = derived.and_then(|derived| derived.sums.get(*dimension));
            let first = parts.and_then(|(_, slots)| slots.first()).map(|slot| book.slot(*slot));
            let label = |zh: fn(&crate::form::Slot) -> &String| first.map(|slot| zh(slot).clone()).unwrap_or_default();
            ItemNames {
                table: *table,
                indicator: derived.map(|derived| derived.indicator.clone()).unwrap_or_default(),
                indicator_label: derived
                    .map(|derived| renderer.catalogue.choose(&derived.zh, &derived.en).to_owned())
                    .unwrap_or_default(),
                dimension: parts.map(|(dimension, _)| dimension.clone()).unwrap_or_default(),
                dimension_label: match renderer.catalogue.language() {
                    crate::language::Language::Zh => label(|slot| &slot.dimension_zh),
                    crate::language::Language::En => label(|slot| &slot.dimension_en),
                },
                unit: label(|slot| &slot.unit),
                derived: true,
            }
        }
        CityItem::Open(table, label) => ItemNames {
            table: *table,
            indicator: open_code(label),
            indicator_label: label.clone(),
            dimension: String::new(),
            dimension_label: String::new(),
            unit: sum.unit.clone(),
            derived: false,
        },
    }
}

/// The code of a published figure.
#[must_use]
pub(crate) fn item_code(item: &CityItem, sum: &Sum, renderer: &Renderer<'_>) -> String {
    names(item, sum, renderer).code()
}

/// The code of an open category: its own label, marked as such.
#[must_use]
pub(crate) fn open_code(label: &str) -> String {
    format!("open.{}", crate::label::key(label))
}
