//! Which time a text speaks of.

mod span;

use crate::script::fold;
pub(crate) use span::{Found, Span, spans};

/// The report years that a text mentions, in its order, each once: 2008 (when the regulation came into force) to 2099.
///
/// `2021年度`, `二〇二一年`, `x_2021.xlsx`, and a whole year given as a period (`2021年1月1日至12月31日`); not dates
/// (`2022年1月15日`, `20220115`), document numbers (`〔2021〕30号`) or amounts (`2021件`).
pub(crate) fn years_in(text: &str) -> Vec<u16> {
    let mut years = Vec::new();
    for span in spans(&folded(text)) {
        if let Found::Year(year) = span.found
            && !years.contains(&year)
        {
            years.push(year);
        }
    }
    years
}

/// The one report year that the cell of a year column names: `2021`, `2021年度`.
#[must_use]
pub(crate) fn year_of_cell(text: &str) -> Option<u16> {
    let bare = text.trim().parse().ok().filter(|year| crate::form::REPORT_YEARS.contains(year));
    bare.or_else(|| match years_in(text).as_slice() {
        [year] => Some(*year),
        _ => None,
    })
}

/// The characters of a text, half width and simplified; as many as the text has.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}
