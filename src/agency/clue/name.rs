//! Candidate names of agencies: what is left of a text.

use super::{ClueWords, LONGEST};
use crate::calendar::Mention;
use crate::script::fold;

/// A part of the text between separators, in characters.
type Part = (usize, usize);

/// What is left of a text when years, dates, noise and numbering are taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Residue {
    /// All of it.
    pub whole: Option<String>,
    /// Its parts in their order; each without noise at its edges, and as it stands where that differs.
    pub parts: Vec<Vec<String>>,
}

pub(super) fn residue(text: &str, words: &ClueWords) -> Residue {
    let original: Vec<char> = text.chars().take(LONGEST).collect();
    let folded: Vec<char> = original.iter().map(|c| fold(*c)).collect();
    let stem = stem_length(&folded);
    // hard cuts: years, dates, what is behind the stem
    let mut cut = vec![false; folded.len()];
    cut[stem..].fill(true);
    let noise = &words.edges;
    for Mention { start, end, .. } in words.calendar.mentions(&folded) {
        // in 2021年报 the noise word begins within the year
        let digits = folded[start..end].iter().position(|c| *c == '年').map_or(end, |at| start + at);
        let shared = digits < end && noise.iter().any(|word| folded[digits..].starts_with(word));
        cut[start..if shared { digits } else { end }].fill(true);
    }
    let parts = parts(&folded, &cut);
    let print = |part: Part| original[part.0..part.1].iter().collect::<String>();
    let named = |name: &String| name.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let bare: Vec<(Part, Part)> =
        parts.iter().filter_map(|part| strip(&folded, *part, noise).map(|bare| (bare, *part))).collect();
    let whole = bare.first().zip(bare.last()).map(|((first, _), (last, _))| {
        // as printed, brackets and all, if nothing was cut in between
        let between = (first.0, last.1);
        let whole = bare.len() == parts.iter().filter(|part| part.0 >= first.0 && part.1 <= last.1).count()
            && bare.windows(2).all(|pair| joined(&folded, &cut, pair[0].0.1, pair[1].0.0));
        let closes = folded.get(last.1).is_some_and(|c| is_closing(*c))
            && folded[first.0..last.1].iter().any(|c| is_opening(*c));
        if whole && bare.len() > 1 {
            print((between.0, between.1 + usize::from(closes)))
        } else {
            bare.iter().map(|(part, _)| print(*part)).collect::<Vec<_>>().join(" ")
        }
    });
    // a part as it stands may be the name as well: 统计局办公室 with the noise word 统计
    let variants = |(bare, untouched): &(Part, Part)| {
        let mut variants = vec![print(*bare)];
        if bare != untouched {
            variants.push(print(*untouched));
        }
        variants.retain(named);
        variants
    };
    let parts = bare.iter().map(variants).filter(|variants| !variants.is_empty()).collect();
    Residue { whole: whole.filter(named), parts }
}

/// Length of a file name without its extension: a point and one to five letters or digits, one of them a letter.
pub(super) fn stem_length(text: &[char]) -> usize {
    let Some(point) = text.iter().rposition(|c| *c == '.') else {
        return text.len();
    };
    let extension = &text[point + 1..];
    let is_extension = (1..=5).contains(&extension.len())
        && extension.iter().all(char::is_ascii_alphanumeric)
        && extension.iter().any(char::is_ascii_alphabetic);
    if is_extension { point } else { text.len() }
}

/// Is there nothing but separators between two parts?
fn joined(text: &[char], cut: &[bool], from: usize, to: usize) -> bool {
    (from..to).all(|at| !cut[at] && !text[at].is_alphanumeric())
}

/// The parts between separators and cuts. Letter-spaced words (句 容 市) are one part.
fn parts(text: &[char], cut: &[bool]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if cut[at] || !text[at].is_alphanumeric() {
            at += 1;
            continue;
        }
        let length = (at..text.len()).take_while(|i| !cut[*i] && text[*i].is_alphanumeric()).count();
        parts.push((at, at + length));
        at += length;
    }
    let mut merged: Vec<Part> = Vec::new();
    let mut run = 0;
    for (i, part) in parts.iter().enumerate() {
        let single = part.1 - part.0 == 1 && !text[part.0].is_ascii();
        let spaced = i > 0 && (parts[i - 1].1..part.0).all(|at| !cut[at] && text[at].is_whitespace());
        run = if single { if spaced { run + 1 } else { 1 } } else { 0 };
        match merged.last_mut() {
            Some(last) if run > 1 => last.1 = part.1,
            _ => merged.push(*part),
        }
    }
    merged
}

/// A part without noise words, digits and numbering at its edges; `None` if nothing is left.
///
/// The end goes first, and a word stays if only one character would be left: 统计局报表 is 统计局, not 局.
fn strip(text: &[char], part: Part, noise: &[Vec<char>]) -> Option<Part> {
    let (mut start, mut end) = part;
    loop {
        let inner = &text[start..end];
        let digits = inner.iter().take_while(|c| c.is_ascii_digit()).count();
        let last_digits = inner.iter().rev().take_while(|c| c.is_ascii_digit()).count();
        if inner.len() == digits || inner.iter().all(|c| "一二三四五六七八九十".contains(*c)) {
            return None;
        }
        let is_noise = |left: Option<&char>| noise.iter().any(|word| word.len() == 1 && word.first() == left);
        let leaves_a_name =
            |taken: usize, left: Option<&char>| taken > 0 && (inner.len() != taken + 1 || is_noise(left));
        let first = |length: &dyn Fn(&[char]) -> usize, left: Option<&char>| {
            noise.iter().map(|word| length(word)).find(|taken| leaves_a_name(*taken, left))
        };
        if digits + last_digits > 0 {
            (start, end) = (start + digits, end - last_digits);
        } else if let Some(taken) = first(&|word| if ends(inner, word) { word.len() } else { 0 }, inner.first()) {
            end -= taken;
        } else if inner.len() > 2 && inner.last() == Some(&'的') {
            end -= 1;
        } else if let Some(taken) = first(&|word| starts_spaced(inner, word).unwrap_or(0), inner.last()) {
            start += taken;
        } else {
            return Some((start, end));
        }
        while start < end && text[start].is_whitespace() {
            start += 1;
        }
        while start < end && text[end - 1].is_whitespace() {
            end -= 1;
        }
    }
}

/// How many characters the word takes at the start; letter-spaced words count.
fn starts_spaced(text: &[char], word: &[char]) -> Option<usize> {
    let mut left = word.iter();
    let mut next = left.next()?;
    for (at, c) in text.iter().enumerate() {
        if c.is_whitespace() {
            continue;
        }
        if !c.eq_ignore_ascii_case(next) {
            return None;
        }
        match left.next() {
            Some(c) => next = c,
            None => return Some(at + 1),
        }
    }
    None
}

fn ends(text: &[char], word: &[char]) -> bool {
    text.len() >= word.len() && text[text.len() - word.len()..].iter().zip(word).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn is_opening(c: char) -> bool {
    "([{【〔《".contains(c)
}

fn is_closing(c: char) -> bool {
    ")]}】〕》".contains(c)
}
