//! Numbers of versions in folded stems of file names.

use crate::value::{numeral_digit, parse_han_numeral};

/// The number of a version at the end of a stem, or said as such: `v2`, `(2)`, `_2`, `第二版`, `2稿`; 0 if none.
pub(super) fn version(text: &[char]) -> u32 {
    let mut best = 0;
    for (at, c) in text.iter().enumerate() {
        if matches!(c, '版' | '稿' | '次') {
            let start = text[..at]
                .iter()
                .rposition(|c| !c.is_ascii_digit() && numeral_digit(*c).is_none() && *c != '十')
                .map_or(0, |at| at + 1);
            let ordinal = start > 0 && text[start - 1] == '第';
            let number: String = text[start..at].iter().collect();
            let value =
                number.parse().ok().or_else(|| parse_han_numeral(&number).and_then(|n| u32::try_from(n.value).ok()));
            if let Some(value) = value.filter(|n| *n < 100 && (ordinal || *c != '次')) {
                best = best.max(value);
            }
        }
        let letter_before = at > 0 && text[at - 1].is_ascii_alphabetic();
        let digits = text[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        if *c == 'v' && !letter_before && (1..=2).contains(&digits) {
            best = best.max(number(&text[at + 1..at + 1 + digits]));
        }
    }
    best.max(trailing_number(text))
}

/// `x(2)`, `x_2`, `x-2`, `x 2`: a number of one or two digits, not padded, behind a mark at the end.
fn trailing_number(text: &[char]) -> u32 {
    let end = text.iter().rposition(|c| *c != ' ').map_or(0, |at| at + 1);
    let bracketed = text[..end].ends_with(&[')']);
    let text = &text[..end - usize::from(bracketed)];
    let digits = text.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let start = text.len() - digits;
    let mark = start.checked_sub(1).and_then(|at| text.get(at).copied());
    let marked = if bracketed { mark == Some('(') } else { mark.is_some_and(|c| "_- ".contains(c)) };
    // there must be something of which it is the second
    let named = text[..start].iter().any(|c| c.is_alphabetic());
    if (1..=2).contains(&digits) && text[start] != '0' && marked && named { number(&text[start..]) } else { 0 }
}

fn number(digits: &[char]) -> u32 {
    digits.iter().fold(0, |n, c| n * 10 + c.to_digit(10).unwrap_or(0))
}
