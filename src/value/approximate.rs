//! Inexact numbers: `20多`, `约30`, `100以上`, `十几`. All words for "about" are in this file.

use super::figure::{self, Decimal};
use super::{Amount, Kind, Meaning, Problem, Reading, Rewrites, Unit, numeral};

/// What a word for "about" says of the true value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// Above or below: 约, 左右, 近.
    Around,
    /// More, but not as much as the next round number: 20多 is 21 to 29.
    Odd,
    /// At least so much: 以上, 至少.
    AtLeast,
    /// At most so much: 以下, 最多.
    AtMost,
    /// More: 超过.
    Above,
    /// Less: 不足.
    Below,
}

/// Words before the number, longest first where one begins another.
const BEFORE: [(&str, About); 29] = [
    ("大约", About::Around),
    ("大概", About::Around),
    ("约为", About::Around),
    ("约", About::Around),
    ("将近", About::Around),
    ("接近", About::Around),
    ("近", About::Around),
    ("\u{2248}", About::Around),
    ("~", About::Around),
    ("不少于", About::AtLeast),
    ("不低于", About::AtLeast),
    ("至少", About::AtLeast),
    ("\u{2265}", About::AtLeast),
    (">=", About::AtLeast),
    ("不超过", About::AtMost),
    ("不多于", About::AtMost),
    ("最多", About::AtMost),
    ("至多", About::AtMost),
    ("\u{2264}", About::AtMost),
    ("<=", About::AtMost),
    ("超过", About::Above),
    ("超", About::Above),
    ("逾", About::Above),
    ("多于", About::Above),
    (">", About::Above),
    ("不足", About::Below),
    ("不到", About::Below),
    ("少于", About::Below),
    ("<", About::Below),
];

/// Words behind the number or behind its unit.
const AFTER: [(&str, About); 12] = [
    ("多", About::Odd),
    ("余", About::Odd),
    ("几", About::Odd),
    ("来", About::Around),
    ("左右", About::Around),
    ("上下", About::Around),
    ("以上", About::AtLeast),
    ("及以上", About::AtLeast),
    ("以下", About::AtMost),
    ("以内", About::AtMost),
    ("+", About::AtLeast),
    ("许", About::Around),
];

/// Words that stand for a number nobody counted.
const VAGUE: [&str; 14] =
    ["几", "数", "若干", "几十", "数十", "几百", "数百", "几千", "数千", "上百", "上千", "成百上千", "许多", "很多"];

/// Takes a word for "about" from the start.
pub(super) fn before(text: &str) -> Option<(About, &str)> {
    BEFORE.iter().find_map(|(word, about)| Some((*about, text.strip_prefix(word)?.trim_start())))
}

/// Takes a word for "about" from the start of what follows the number.
pub(super) fn after(text: &str) -> Option<(About, &str)> {
    AFTER.iter().find_map(|(word, about)| Some((*about, text.strip_prefix(word)?.trim_start())))
}

/// `几十篇`, `近百件`, `若干`: inexact without bounds. `text` is folded.
pub(super) fn is_vague(text: &str) -> bool {
    let unit_follows = |rest: &str| rest.is_empty() || rest.parse::<Unit>().is_ok();
    if VAGUE.iter().any(|word| text.strip_prefix(word).is_some_and(unit_follows)) {
        return true;
    }
    // 近百, 近千, 超百, 百余, 千余: hundreds without a digit
    let about = before(text);
    let rest = about.map_or(text, |(_, rest)| rest);
    let Some(rest) = rest.strip_prefix(['百', '千', '万']) else {
        return false;
    };
    let odd = after(rest).filter(|(about, _)| *about == About::Odd);
    (about.is_some() || odd.is_some()) && unit_follows(odd.map_or(rest, |(_, rest)| rest))
}

/// 七八: two neighbouring numerals, and 三五 by custom: from the one to the other.
pub(super) fn either(text: &str) -> Option<(i64, i64)> {
    let mut chars = text.chars();
    let (low, high) = (numeral::digit(chars.next()?)?, numeral::digit(chars.next()?)?);
    let neighbours = low > 0 && high == low + 1 || (low, high) == (3, 5);
    (neighbours && chars.next().is_none()).then_some((low, high))
}

/// An inexact reading of a decimal. `late` says that the word stood behind the scale (20万多, not 20多万).
///
/// Bounds are inclusive. Pieces are whole, so 20多 is 21 to 29 and 超过20 starts at 21; money is not, so 20多元 is 20 to
/// 30 and 超过20元 starts at 20. 多 and 余 reach up to the next one in the last place that is not zero
/// (100多 to 199). Below zero there are no bounds.
pub(super) fn settle(
    decimal: Decimal,
    about: About,
    late: bool,
    kind: Kind,
    cell: Option<Unit>,
    printed: Option<Unit>,
) -> Reading {
    let scaled = figure::scale(kind, cell, printed).and_then(|scale| Ok((decimal.amount(scale)?, scale)));
    let (amount, scale) = match scaled {
        Ok(found) => found,
        Err(Problem::TooFine) if kind != Kind::Money => return Reading::text(Problem::NotWhole),
        Err(problem) => return Reading::text(problem),
    };
    let piece = if kind == Kind::Money { Amount::ZERO } else { Amount::from_units(1) };
    let (low, high) = match about {
        About::Around => (None, None),
        About::AtLeast => (Some(amount), None),
        About::AtMost => (None, Some(amount)),
        About::Above => (Some(amount + piece), None),
        About::Below => (None, Some(amount - piece)),
        About::Odd => {
            let step = decimal.step().amount(scale).ok();
            // 20万多 stays below 21万
            let step = if late && scale > 1 { step.map(|step| step.min(Amount::from_units(scale))) } else { step };
            (Some(amount + piece), step.map(|step| amount + step - piece))
        }
    };
    let bounds = match (low, high) {
        _ if amount.is_negative() => (None, None),
        (Some(low), Some(high)) if low > high => (None, None),
        bounds => bounds,
    };
    Reading { unit: cell, ..bounded(bounds.0, bounds.1) }
}

/// An inexact reading with bounds.
pub(super) fn bounded(low: Option<Amount>, high: Option<Amount>) -> Reading {
    Reading { low, high, rewrites: Rewrites::NONE, ..Reading::of(Meaning::Approximate) }
}
