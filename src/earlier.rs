//! What an earlier run published: the city's sums, and every agency's counted figures.

use crate::agency::roster::Roster;
use crate::consolidate::City;
use crate::consolidate::{item_code, scope_name};
use crate::form::Rulebook;
use crate::message::Renderer;
use crate::returns::Agency;
use crate::returns::{Before, Origin};
use crate::trouble::{At, Trouble};
use crate::value::Amount;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Figures of an earlier year by agency and code, for comparison across years.
pub(crate) type EarlierFigures = BTreeMap<(u16, Agency), HashMap<String, Before>>;

/// The city's sums of one year, for comparison with the next: by scope, kind of form and code. The official forms of
/// different years share their codes where the meaning is the same; a form that was not in force says nothing.
#[derive(Debug, Default)]
pub(crate) struct EarlierSums {
    sums: BTreeMap<(String, bool, String), Amount>,
}

impl EarlierSums {
    /// All sums: scope, whether the form is the official one, code, value.
    pub(crate) fn sums(&self) -> impl Iterator<Item = ((&str, bool, &str), Amount)> + Clone {
        self.sums.iter().map(|((scope, required, code), sum)| ((scope.as_str(), *required, code.as_str()), *sum))
    }

    /// The sums of a city of this run.
    #[must_use]
    pub(crate) fn of(city: &City, renderer: &Renderer<'_>) -> Self {
        let mut sums = BTreeMap::new();
        for table in &city.tables {
            let form = renderer.book.form(table.form);
            if !form.in_force(city.year) {
                continue;
            }
            for (item, sum) in &table.sums {
                if let Some(value) = sum.value {
                    let code = item_code(item, sum, renderer);
                    sums.insert((scope_name(&table.scope, renderer), form.required, code), value);
                }
            }
        }
        EarlierSums { sums }
    }

    /// The sums that an earlier run published for a year, if it did.
    #[must_use]
    pub(crate) fn published(output: &Path, year: u16, book: &Rulebook) -> Option<Self> {
        let mut sums = BTreeMap::new();
        for row in rows(&year_folder(output, year)?.join("summary.csv")).ok()? {
            let get = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let form = book.form_by_code(get("form")).map(|form| book.form(form)).filter(|form| form.in_force(year));
            if let (Some(form), Ok(value)) = (form, get("value").parse::<Amount>()) {
                let code = joined(get("indicator"), get("dimension"));
                sums.insert((get("scope").to_owned(), form.required, code), value);
            }
        }
        Some(EarlierSums { sums })
    }
}

/// Counted figures by agency of an earlier run's facts.csv, all years that are there. A dash says that there was none.
///
/// # Errors
/// When the folder is no output of an earlier run, or a file in it is damaged.
pub(crate) fn published_figures(output: &Path, roster: Option<&Roster>) -> Result<EarlierFigures, At> {
    let mut figures = EarlierFigures::new();
    let mut any = false;
    for year in crate::form::REPORT_YEARS {
        let Some(folder) = year_folder(output, year) else { continue };
        any = true;
        let read = |name: &str| rows(&folder.join(name));
        read("summary.csv")?;
        let rows = read("facts.csv")?;
        for row in rows.iter().filter(|row| row.get("counted").is_some_and(|counted| counted == "true")) {
            let get = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let listed =
                roster.and_then(|roster| roster.find_id(get("agency_id")).or_else(|| roster.find(get("agency"))));
            let agency = listed.map_or_else(|| Agency::Named(get("agency").to_owned()), Agency::Listed);
            let value = match get("meaning") {
                "dash" => Some(Amount::ZERO),
                _ => get("value").parse::<Amount>().ok(),
            };
            if let Some(value) = value {
                let address = [get("file"), get("sheet"), get("cell")].map(str::to_owned);
                figures.entry((year, agency)).or_default().insert(
                    joined(get("indicator"), get("dimension")),
                    Before { value, origin: Origin::Published(address) },
                );
            }
        }
    }
    match any {
        true => Ok(figures),
        false => Err(At { path: output.to_owned(), trouble: Trouble::NoOutput }),
    }
}

fn joined(indicator: &str, dimension: &str) -> String {
    if dimension.is_empty() { indicator.to_owned() } else { format!("{indicator}:{dimension}") }
}

/// The year's folder of an output, which may itself be a year's folder.
fn year_folder(output: &Path, year: u16) -> Option<PathBuf> {
    let name = year.to_string();
    let inner = output.join(&name);
    if inner.is_dir() {
        return Some(inner);
    }
    output.file_name().is_some_and(|own| own.to_string_lossy() == name).then(|| output.to_owned())
}

fn rows(path: &Path) -> Result<Vec<HashMap<String, String>>, At> {
    let at = |trouble| At { path: path.to_owned(), trouble };
    let bytes = std::fs::read(path).map_err(|error| at(error.into()))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let rows = csv::Reader::from_reader(bytes).deserialize().collect::<Result<Vec<_>, _>>();
    rows.map_err(|error| at(Trouble::Other(error.to_string())))
}
