//! The year's sums beside those of the year before: two frames, joined on scope, kind of form and code.

use crate::earlier::EarlierSums;
use crate::frames::MainThread;
use crate::value::Amount;
use polars::prelude::*;

/// What a published sum is compared by.
pub(super) struct Published {
    /// Its scope as printed.
    pub scope: String,
    /// Whether its form is the official one that everybody owes.
    pub required: bool,
    /// `indicator:dimension`.
    pub code: String,
    /// The sum; none if nobody stated a number.
    pub value: Option<Amount>,
}

/// A sum of the year before, and by how much this year's differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// The earlier sum.
    pub previous: Option<Amount>,
    /// This year's less the earlier one; none unless there are both.
    pub change: Option<Amount>,
}

const KEYS: [&str; 3] = ["scope", "required", "code"];

/// Every sum beside its predecessor, in the order of the sums.
///
/// # Errors
/// When polars fails, which a sound program does not cause.
pub(super) fn compare(sums: &[Published], earlier: &EarlierSums, _here: &MainThread) -> PolarsResult<Vec<Compared>> {
    let now = frame("value", sums.iter().map(|sum| (sum.scope.as_str(), sum.required, sum.code.as_str(), sum.value)))?;
    let before = earlier.sums().map(|((scope, required, code), value)| (scope, required, code, Some(value)));
    let before = frame("previous", before)?;
    let how = JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) };
    let joined = now.join(&before, KEYS, KEYS, how, None)?;
    let change = (joined.column("value")? - joined.column("previous")?)?;
    let (previous, change) = (joined.column("previous")?.decimal()?, change.decimal()?);
    let amount = |value: Option<i128>| value.map(Amount::from_ten_thousandths);
    let rows = previous.physical().iter().zip(change.physical().iter());
    Ok(rows.map(|(previous, change)| Compared { previous: amount(previous), change: amount(change) }).collect())
}

fn frame<'a>(
    name: &str,
    sums: impl Iterator<Item = (&'a str, bool, &'a str, Option<Amount>)> + Clone,
) -> PolarsResult<DataFrame> {
    let values = sums.clone().map(|(.., value)| value.map(Amount::ten_thousandths));
    let values =
        Int128Chunked::from_iter_options(name.into(), values).into_decimal(Amount::DIGITS, Amount::DECIMALS)?;
    DataFrame::new_infer_height(vec![
        StringChunked::from_iter_values("scope".into(), sums.clone().map(|(scope, ..)| scope)).into_column(),
        Column::new("required".into(), sums.clone().map(|(_, required, ..)| required).collect::<Vec<bool>>()),
        StringChunked::from_iter_values("code".into(), sums.map(|(_, _, code, _)| code)).into_column(),
        values.into_series().into_column(),
    ])
}
