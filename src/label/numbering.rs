//! Numbering in front of a label: `（一）`, `一、`, `1.`, `①`. A numeral is numbering only with its mark.

use crate::script::{narrow, remnant, simplify};

/// Numerals that number chapters and items.
const HAN: &str = "一二三四五六七八九十百零〇两";
/// Words that make "numeral, space, word" an amount or a date and not a numbered item.
const MEASURES: &str = "月日号年季度条件篇次人个份家天周时元万亿多余至到级";
/// Separators that end a numbering.
const MARKS: &str = "、.:)．：）";

/// `text` without its leading numbering, without the spaces, quotes and bullets before and around it.
/// If nothing but numbering is there, it is kept.
pub(super) fn strip(text: &str) -> &str {
    let mut rest = text;
    while let Some(shorter) = strip_once(rest) {
        if !shorter.chars().any(char::is_alphanumeric) {
            break;
        }
        rest = shorter;
    }
    rest
}

fn strip_once(text: &str) -> Option<&str> {
    let text = skip_decoration(text);
    let first = text.chars().next()?;
    if is_enclosed_number(first) {
        let rest = &text[first.len_utf8()..];
        return Some(skip_one_of(rest, MARKS));
    }
    if let Some(inner) = skip_open_bracket(text) {
        let inner = inner.trim_start();
        let (length, after) = numeral(inner)?;
        let fits = if starts_with_digit(inner) { length <= 2 } else { length <= 3 };
        let rest = skip_close_bracket(after.trim_start())?;
        return fits.then_some(skip_one_of(rest, "、.．"));
    }
    let (length, after) = numeral(text)?;
    let arabic = starts_with_digit(text);
    let marked = after.trim_start();
    let mark = marked.chars().next()?;
    if length <= 3 && MARKS.contains(mark) {
        let rest = &marked[mark.len_utf8()..];
        // 1.5 and 8:30 are amounts; 2、 3) are numbering whatever follows
        let amount = arabic && matches!(narrow(mark), '.' | ':') && starts_with_digit(rest);
        return if amount { strip_nested(after, length) } else { Some(rest) };
    }
    let spaced = after.len() > marked.len() && length <= 2;
    (spaced && is_item_text(marked, arabic)).then_some(marked)
}

/// `1.2 text`, `1.2.3、text`: nested numbering counts only if a mark or space ends it.
fn strip_nested(after_first: &str, length: usize) -> Option<&str> {
    let mut rest = after_first;
    while let Some(inner) = rest.strip_prefix(['.', '．']) {
        let Some((more, next)) = numeral(inner).filter(|_| starts_with_digit(inner)) else {
            return (length <= 2).then_some(inner);
        };
        if more > 2 {
            return None;
        }
        rest = next;
    }
    let mark = rest.chars().next()?;
    if matches!(mark, '、' | ')' | '）') {
        return Some(&rest[mark.len_utf8()..]);
    }
    let text = rest.trim_start();
    (text.len() < rest.len() && length <= 2 && is_item_text(text, true)).then_some(text)
}

/// Is this the text of an item, after "numeral, space"?
fn is_item_text(text: &str, arabic: bool) -> bool {
    let mut chars = text.chars().map(simplify);
    let (Some(first), second) = (chars.next(), chars.next()) else {
        return false;
    };
    if !first.is_alphabetic() || first.is_ascii() || HAN.contains(first) {
        return false;
    }
    if arabic {
        // "3 月", "3 月份", "2 人次" are amounts; "1 人员", "1 项目数" are items
        let ends = second.is_none_or(|c| !c.is_alphanumeric() || "份度次底初以及内外多余级工元".contains(c));
        return !(MEASURES.contains(first) && ends);
    }
    // letter-spaced words: "三 明 市 财 政 局"
    second.is_some_and(|c| !c.is_whitespace())
}

/// The numeral at the start of `text`: its length in characters, and what follows.
fn numeral(text: &str) -> Option<(usize, &str)> {
    let arabic = starts_with_digit(text);
    let belongs = |c: &char| {
        if arabic { narrow(*c).is_ascii_digit() } else { HAN.contains(simplify(*c)) }
    };
    let (count, bytes) = text.chars().take_while(belongs).fold((0, 0), |(n, b), c| (n + 1, b + c.len_utf8()));
    (count > 0).then(|| (count, &text[bytes..]))
}

fn starts_with_digit(text: &str) -> bool {
    text.chars().next().is_some_and(|c| narrow(c).is_ascii_digit())
}

/// ① ⑴ ⒈ ❶ ㈠ ㊀ and their like.
pub(super) fn is_enclosed_number(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{249B}' | '\u{24EA}'..='\u{24FF}' | '\u{2776}'..='\u{2793}'
        | '\u{3220}'..='\u{3229}' | '\u{3280}'..='\u{3289}' | '\u{3251}'..='\u{325F}' | '\u{32B1}'..='\u{32BF}')
}

fn skip_one_of<'a>(text: &'a str, marks: &str) -> &'a str {
    text.trim_start().strip_prefix(|c| marks.contains(c)).unwrap_or(text)
}

fn skip_open_bracket(text: &str) -> Option<&str> {
    text.strip_prefix(['(', '（', '[', '［', '【', '〔', '﹙'])
}

fn skip_close_bracket(text: &str) -> Option<&str> {
    text.strip_prefix([')', '）', ']', '］', '】', '〕', '﹚'])
}

/// Skips spaces, quotes, bullets and markup before a numbering; brackets stay.
fn skip_decoration(text: &str) -> &str {
    let mut rest = text;
    loop {
        let Some(c) = rest.chars().next() else {
            return rest;
        };
        let length = match remnant(rest) {
            Some((length, _)) => length,
            None if c.is_alphanumeric() || is_enclosed_number(c) => return rest,
            None if skip_open_bracket(rest).is_some() => return rest,
            None => c.len_utf8(),
        };
        rest = &rest[length..];
    }
}
