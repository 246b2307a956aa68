//! Characters that people write in several ways: traditional and simplified script, full and half width.
//!
//! The folds are meant for *comparing* texts, one character at a time and without context, so that the same
//! character always folds alike. What is shown to people is never folded.

use std::sync::LazyLock;

/// First ideograph of the table (CJK extension A).
const FIRST: u32 = 0x3400;
/// One past the last ideograph of the table (end of the CJK unified block).
const END: u32 = 0xA000;

/// Folds that the OpenCC table lacks or leaves to the context: variant forms, and pairs that returns mix freely.
const EXTRA: &[(char, char)] = &[
    ('覆', '复'), // 答覆, 覆議
    ('它', '他'), // 其它 and 其他
    ('著', '着'),
    ('谘', '咨'),
    ('馀', '余'),
    ('锺', '钟'),
    ('衞', '卫'),
    ('戸', '户'),
    ('敍', '叙'),
    ('鄕', '乡'),
    ('靑', '青'),
    ('淸', '清'),
    ('槪', '概'),
    ('査', '查'),
    ('彊', '强'),
    ('穏', '稳'),
    ('呉', '吴'),
    ('歩', '步'),
    ('毎', '每'),
    ('黒', '黑'),
    ('徳', '德'),
    ('単', '单'),
];

/// `TABLE[c - FIRST]` is the folded character, all of them in the same 16-bit plane.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table: Vec<u16> = (FIRST..END).filter_map(|c| u16::try_from(c).ok()).collect();
    let single = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    let pairs = hanconv::RawDictionary::TSCharacters
        .iter()
        .filter_map(|(from, to)| Some((single(from)?, single(to)?)))
        .chain(EXTRA.iter().copied());
    for (from, to) in pairs {
        if let (Some(at), Some(_), Ok(to)) = (place(from), place(to), u16::try_from(u32::from(to))) {
            table[at] = to;
        }
    }
    // Follow chains, so that folding twice changes nothing more.
    for at in 0..table.len() {
        for _ in 0..4 {
            let target = table[usize::from(table[at]) - FIRST as usize];
            if target == table[at] {
                break;
            }
            table[at] = target;
        }
    }
    table
});

/// Index of an ideograph in the table.
fn place(c: char) -> Option<usize> {
    let c = u32::from(c);
    (FIRST..END).contains(&c).then(|| (c - FIRST) as usize)
}

/// The simplified form of an ideograph; any other character unchanged.
#[inline]
pub(crate) fn simplify(c: char) -> char {
    match place(c) {
        Some(at) => char::from_u32(u32::from(TABLE[at])).unwrap_or(c),
        None => c,
    }
}

/// The half-width form of a full-width ASCII character or space; any other character unchanged.
#[inline]
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{FFE5}' => '\u{A5}',
        _ => c,
    }
}

/// A character as texts are compared: half width, simplified. Case is kept.
#[inline]
pub(crate) fn fold(c: char) -> char {
    simplify(narrow(c))
}

/// Characters without width that editors and web pages leave behind.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}' | '\u{180E}')
}

/// Entities that web pages leave in cells, and what they stand for.
const ENTITIES: [(&str, char); 14] = [
    ("&amp;nbsp;", '\u{A0}'),
    ("&nbsp;", '\u{A0}'),
    ("&#160;", '\u{A0}'),
    ("&ensp;", ' '),
    ("&emsp;", ' '),
    ("&thinsp;", '\u{2009}'),
    ("&quot;", '"'),
    ("&ldquo;", '“'),
    ("&rdquo;", '”'),
    ("&lsquo;", '‘'),
    ("&rsquo;", '’'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&amp;", '&'),
];

/// The markup remnant that `text` starts with, if any: its length in bytes, and the character that it stands for;
/// a tag (`<br/>`, `</p>`) stands for a line break.
pub(crate) fn remnant(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'&') => ENTITIES.iter().find_map(|(entity, meant)| {
            let start = bytes.get(..entity.len())?;
            start.eq_ignore_ascii_case(entity.as_bytes()).then_some((entity.len(), *meant))
        }),
        Some(b'<') if bytes.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/') => {
            let end = bytes.iter().take(120).position(|b| *b == b'>')?;
            let plain = bytes[1..end].iter().all(|b| b.is_ascii() && *b != b'<');
            plain.then_some((end + 1, '\n'))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(text: &str) -> String {
        text.chars().map(simplify).collect()
    }

    #[test]
    fn traditional_text_becomes_simplified() {
        for (from, to) in [
            ("總計 行政複議 行政訴訟", "总计 行政复议 行政诉讼"),
            ("乾幹干 徵征 裡裏里", "干干干 征征 里里里"),
            ("政府信息公開工作年度報告", "政府信息公开工作年度报告"),
            ("結轉下年度繼續辦理", "结转下年度继续办理"),
            ("諮詢 答覆 於 羣衆 衞生 滙總", "咨询 答复 于 群众 卫生 汇总"),
            ("句容市統計局 財政局 發展和改革委員會", "句容市统计局 财政局 发展和改革委员会"),
            ("其它", "其他"),
            ("ABC 12", "ABC 12"),
        ] {
            assert_eq!(simple(from), to);
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for c in (0..0x11000).filter_map(char::from_u32) {
            assert_eq!(fold(fold(c)), fold(c), "{c}");
        }
    }

    #[test]
    fn remnants() {
        for (text, length) in [
            ("&nbsp;x", 6),
            ("&NBSP;", 6),
            ("<br>", 4),
            ("<BR />x", 6),
            ("</br>", 5),
            ("&x", 0),
            ("<3", 0),
            ("<", 0),
            ("< br>", 0),
            ("", 0),
            ("<总>", 0),
            ("<b", 0),
            ("&amp;nbsp;", 10),
        ] {
            assert_eq!(remnant(text).map_or(0, |(length, _)| length), length, "{text}");
        }
    }
}
