//! The normal form under which labels are compared. Knows characters and numbering, not one label of a form.

mod numbering;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use unicode_normalization::UnicodeNormalization;

use crate::script::{is_invisible, narrow, remnant, simplify};
use crate::value::{Unit, unit_remark};

/// The normal form of a label: half width, simplified script, lower case, no spaces, line breaks, markup remnants,
/// punctuation, quotes or brackets, and no leading numbering.
///
/// Two labels mean the same when their keys are equal. Applying it twice changes nothing more. A text of nothing but
/// numbering keeps its numeral; a text of nothing but punctuation has the empty key.
///
/// ```
/// # use huizong::parts::label::key;
/// assert_eq!(key("（三）不予公開"), key("不予公开"));
/// assert_eq!(key("3.危及“三安全一稳定”"), "危及三安全一稳定");
/// ```
pub fn key(text: &str) -> String {
    PLAIN.with(|memory| remembered(memory, text, plain_key))
}

/// Labels come again in every file: each thread remembers the keys of this many texts of each sort.
const REMEMBERED: usize = 4096;
/// Longer texts are prose that comes once.
const LONGEST_REMEMBERED: usize = 240;

type Memory = RefCell<HashMap<Box<str>, String, FixedState>>;

thread_local! {
    static PLAIN: Memory = const { RefCell::new(HashMap::with_hasher(FixedState::with_seed(0))) };
    static BARE: Memory = const { RefCell::new(HashMap::with_hasher(FixedState::with_seed(0))) };
}

fn remembered(memory: &Memory, text: &str, make: fn(&str) -> String) -> String {
    if text.len() > LONGEST_REMEMBERED {
        return make(text);
    }
    if let Some(key) = memory.borrow().get(text) {
        return key.clone();
    }
    // Made before the memory is borrowed again: one sort of key is made of the other.
    let key = make(text);
    let mut memory = memory.borrow_mut();
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(text.into(), key.clone());
    key
}

/// The text without invisible characters, and with radicals (which copies from PDF files put for 一 and the like) as the
/// characters that they look like: numbering must be seen as numbering.
fn visible(text: &str) -> Cow<'_, str> {
    let radical = |c: char| ('\u{2F00}'..='\u{2FD5}').contains(&c);
    if !text.contains(|c: char| is_invisible(c) || radical(c)) {
        return Cow::Borrowed(text);
    }
    let seen = text.chars().filter(|c| !is_invisible(*c));
    Cow::Owned(seen.flat_map(|c| if radical(c) { c.nfkc().collect() } else { vec![c] }).collect())
}

fn plain_key(text: &str) -> String {
    let text = visible(text);
    let body = numbering::strip(&text);
    let mut out = String::with_capacity(body.len());
    if !push_plain(body, &mut out) {
        out.clear();
        push_any(body, &mut out);
    }
    out
}

/// The key of a label without its remarks: `（…）`, `【…】`, `[…]` anywhere, and a unit at the end (`/万元`).
///
/// Bracketed numerals stay (第二十条第（一）项 is not 第二十条第（五）项), an unclosed bracket reaches to the end, and a
/// label that is all remark keeps it.
pub(crate) fn key_without_notes(text: &str) -> String {
    BARE.with(|memory| remembered(memory, text, bare_key))
}

fn bare_key(text: &str) -> String {
    let seen = visible(text);
    let body = without_notes(numbering::strip(&seen));
    let bare = key(unit_remark(&body).map_or(&*body, |remark| &body[..remark.start]));
    if bare.is_empty() { key(text) } else { bare }
}

/// The unit that a heading or label states: `（单位：万元）`, `单位:件`, `(万元)`, `采购总金额/万元`.
///
/// A word that merely ends like a unit (文件, 单位：局) is no remark.
pub fn unit_in(text: &str) -> Option<Unit> {
    unit_remark(text).map(|remark| remark.unit)
}

/// How many characters must be inserted, removed or replaced to turn `a` into `b`.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Appends the folded characters of a text of ASCII, ideographs and common punctuation; false if it has others.
fn push_plain(text: &str, out: &mut String) -> bool {
    let mut rest = text.chars();
    loop {
        let here = rest.as_str();
        let Some(c) = rest.next() else { return true };
        match c {
            '&' | '<' => rest = here[remnant(here).map_or(1, |(length, _)| length)..].chars(),
            '\u{3400}'..'\u{A000}' => out.push(simplify(c)),
            _ if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            '\0'..='\x7F' | '\u{A0}' | '\u{2010}'..='\u{206F}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => {}
            '\u{3007}' => out.push(c),
            '\u{FF01}'..='\u{FF5E}' => {
                let c = narrow(c);
                if c.is_ascii_alphanumeric() {
                    out.push(c.to_ascii_lowercase());
                }
            }
            _ => return false,
        }
    }
}

/// Appends the folded characters of any text, by way of NFKC until nothing changes.
fn push_any(text: &str, out: &mut String) {
    let mut text = without_markup(text);
    // Dropping characters can bring together ones that compose; two rounds settle all but contrived texts.
    for _ in 0..8 {
        let round: String = text.nfkc().filter_map(kept).collect();
        if round == *text {
            break;
        }
        text = Cow::Owned(round);
    }
    out.push_str(&text);
}

/// A character of NFKC text as it stands in a key, if it does.
fn kept(c: char) -> Option<char> {
    match c {
        // white numerals on black: numbering that NFKC leaves as it is
        '\u{2776}'..='\u{2793}' | '\u{24EA}'..='\u{24FF}' => None,
        _ if c.is_alphanumeric() => Some(simplify(c).to_ascii_lowercase()),
        _ => None,
    }
}

fn without_markup(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match remnant(rest) {
            Some((length, _)) => length,
            None => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

/// The bracket that closes `c`, for brackets that hold remarks.
fn closing(c: char) -> Option<char> {
    Some(match narrow(c) {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        '〔' => '〕',
        '{' => '}',
        _ => return None,
    })
}

/// The remarks of a label, as [`key_without_notes`] takes them away: what stands in brackets and is no numeral.
pub(crate) fn notes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = numbering::strip(text);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let Some(close) = closing(c) else {
            rest = after;
            continue;
        };
        let (note, beyond) = after.split_at(note_end(after, narrow(c), close).unwrap_or(after.len()));
        if !note.chars().all(is_numeral) {
            found.push(note);
        }
        rest = beyond.strip_prefix(|c: char| closing(c).is_none()).unwrap_or(beyond);
    }
    found
}

fn without_notes(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| closing(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if let Some(close) = closing(c) {
            let end = note_end(after, narrow(c), close);
            let (note, beyond) = after.split_at(end.unwrap_or(after.len()));
            if !note.is_empty() && note.chars().all(is_numeral) {
                out.push_str(note);
            }
            let mut beyond = beyond.chars();
            beyond.next();
            rest = beyond.as_str();
        } else {
            out.push(c);
            rest = after;
        }
    }
    Cow::Owned(out)
}

/// Where the remark that just opened closes, over nested brackets of its kind.
fn note_end(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        let c = narrow(c);
        if c == open {
            depth += 1;
        } else if c == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

fn is_numeral(c: char) -> bool {
    narrow(c).is_ascii_digit() || "一二三四五六七八九十百零〇".contains(c)
}

#[cfg(test)]
mod tests;
