//! Units of counts and of money, and where a heading or a cell states one.
//!
//! All words of units are in this file.

use std::fmt;
use std::str::FromStr;

use crate::script::{fold, is_invisible};

/// A unit in which a number is written: a counting unit (件, 人次), money (元, 万元), or a bare scale (万, 亿).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Unit(u8);

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Pieces,
    Money,
    Scale,
}

struct Entry {
    /// The unit as it is written, in simplified script.
    word: &'static str,
    /// The unit of which it is another spelling.
    same_as: &'static str,
    what: What,
    /// How many pieces or 元 one of it is.
    scale: i64,
}

const fn entry(word: &'static str, what: What, scale: i64) -> Entry {
    Entry { word, same_as: word, what, scale }
}

const fn spelling(word: &'static str, same_as: &'static str, scale: i64) -> Entry {
    Entry { word, same_as, what: What::Money, scale }
}

const WAN: i64 = 10_000;
const YI: i64 = 100_000_000;

/// Every unit that is understood.
const UNITS: &[Entry] = &[
    entry("条", What::Pieces, 1),
    entry("件", What::Pieces, 1),
    entry("篇", What::Pieces, 1),
    entry("次", What::Pieces, 1),
    entry("人次", What::Pieces, 1),
    entry("件次", What::Pieces, 1),
    entry("场次", What::Pieces, 1),
    entry("人", What::Pieces, 1),
    entry("名", What::Pieces, 1),
    entry("个", What::Pieces, 1),
    entry("份", What::Pieces, 1),
    entry("场", What::Pieces, 1),
    entry("期", What::Pieces, 1),
    entry("项", What::Pieces, 1),
    entry("宗", What::Pieces, 1),
    entry("起", What::Pieces, 1),
    entry("例", What::Pieces, 1),
    entry("则", What::Pieces, 1),
    entry("批", What::Pieces, 1),
    entry("部", What::Pieces, 1),
    entry("家", What::Pieces, 1),
    entry("处", What::Pieces, 1),
    entry("万条", What::Pieces, WAN),
    entry("万件", What::Pieces, WAN),
    entry("万篇", What::Pieces, WAN),
    entry("万次", What::Pieces, WAN),
    entry("万人次", What::Pieces, WAN),
    entry("万人", What::Pieces, WAN),
    entry("万个", What::Pieces, WAN),
    entry("万份", What::Pieces, WAN),
    entry("万项", What::Pieces, WAN),
    entry("元", What::Money, 1),
    entry("百元", What::Money, 100),
    entry("千元", What::Money, 1_000),
    entry("万元", What::Money, WAN),
    entry("百万元", What::Money, 100 * WAN),
    entry("千万元", What::Money, 1_000 * WAN),
    entry("亿元", What::Money, YI),
    spelling("圆", "元", 1),
    spelling("元整", "元", 1),
    spelling("人民币", "元", 1),
    spelling("人民币元", "元", 1),
    spelling("元人民币", "元", 1),
    spelling("万元整", "万元", WAN),
    spelling("人民币万元", "万元", WAN),
    spelling("万元人民币", "万元", WAN),
    spelling("rmb", "元", 1),
    spelling("cny", "元", 1),
    spelling("\u{A5}", "元", 1),
    entry("百", What::Scale, 100),
    entry("千", What::Scale, 1_000),
    entry("万", What::Scale, WAN),
    entry("亿", What::Scale, YI),
];

/// Words that introduce a unit: `单位：件`.
const INTRODUCTIONS: [&str; 4] = ["计量单位", "金额单位", "计数单位", "单位"];
/// Signs and words for money that stand before a number.
const MONEY_PREFIXES: [&str; 4] = ["\u{A5}", "人民币", "rmb", "cny"];

impl Unit {
    /// 元, in which money is kept.
    pub const YUAN: Self = Self::named("元");
    /// 万元, in which most forms print money.
    pub const WAN_YUAN: Self = Self::named("万元");
    /// 件, the unit of the national tables.
    pub const PIECE: Self = Self::named("件");

    const fn named(word: &str) -> Self {
        let mut at = 0;
        while at < UNITS.len() {
            if same(UNITS[at].word, word) {
                return Self(at as u8);
            }
            at += 1;
        }
        Self(0)
    }

    fn entry(self) -> &'static Entry {
        &UNITS[usize::from(self.0)]
    }

    /// The unit as it is written.
    pub fn as_str(self) -> &'static str {
        self.entry().word
    }

    /// Is it money?
    pub fn is_money(self) -> bool {
        self.entry().what == What::Money
    }

    /// Is it a counting unit?
    pub fn is_counting(self) -> bool {
        self.entry().what == What::Pieces
    }

    /// Is it a bare 万, 亿 or the like, which fits both?
    pub fn is_scale(self) -> bool {
        self.entry().what == What::Scale
    }

    /// How many pieces or 元 one of it is: 10000 for 万元, 1 for 件.
    pub fn scale(self) -> i64 {
        self.entry().scale
    }

    /// The unit of which `text` is exactly the name, in any script and width.
    fn of(text: &str) -> Option<Self> {
        let wanted =
            || text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).map(|c| fold(c).to_ascii_lowercase());
        // the longest unit has 5 characters
        if wanted().nth(5).is_some() {
            return None;
        }
        let entry = UNITS.iter().find(|entry| wanted().eq(entry.word.chars()))?;
        Some(Self::named(entry.same_as))
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAUnit;

impl fmt::Display for NotAUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a unit")
    }
}

impl std::error::Error for NotAUnit {}

impl FromStr for Unit {
    type Err = NotAUnit;

    fn from_str(text: &str) -> Result<Self, NotAUnit> {
        Self::of(text).ok_or(NotAUnit)
    }
}

/// Removes a sign or word for money from the front of folded, lower-case cell text.
pub(super) fn skip_money_prefix(text: &str) -> Option<&str> {
    MONEY_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).map(str::trim_start)
}

/// A unit stated in a heading, and where in the text its remark starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UnitRemark {
    /// The unit.
    pub unit: Unit,
    /// Byte at which the remark, with its bracket or mark, starts.
    pub start: usize,
}

/// The unit remark of a heading: bracketed (`（单位：万元）`, `(件)`), introduced (`单位:件`), behind a mark at the end
/// (`/万元`), or the whole text (`万元`).
pub(crate) fn unit_remark(text: &str) -> Option<UnitRemark> {
    const OPEN: [char; 8] = ['(', '（', '[', '［', '【', '〔', '{', '｛'];
    const CLOSE: [char; 8] = [')', '）', ']', '］', '】', '〕', '}', '｝'];
    const MARKS: [char; 6] = ['/', '／', ',', '，', ':', '：'];
    // a longer text is prose
    if text.len() > 600 {
        return None;
    }
    for (start, open) in text.char_indices().filter(|(_, c)| OPEN.contains(c)) {
        let inner = &text[start + open.len_utf8()..];
        let inner = inner.find(CLOSE).map_or(inner, |end| &inner[..end]);
        let stated = introduced(inner).map_or(inner, |(unit, _)| unit);
        if let Some(unit) = Unit::of(stated).filter(|unit| !unit.is_scale()) {
            return Some(UnitRemark { unit, start });
        }
    }
    if let Some((stated, start)) = introduced(text)
        && let Some(unit) = Unit::of(stated)
    {
        return Some(UnitRemark { unit, start });
    }
    // behind a mark at the end, or the whole text
    let (start, tail) =
        text.rmatch_indices(MARKS).next().map_or((0, text), |(at, mark)| (at, &text[at + mark.len()..]));
    let unit = Unit::of(tail).filter(|unit| !unit.is_scale())?;
    Some(UnitRemark { unit, start })
}

/// What follows 单位 and a mark or space, and where 单位 starts.
fn introduced(text: &str) -> Option<(&str, usize)> {
    for word in INTRODUCTIONS.iter() {
        let length = word.chars().count();
        for (start, _) in text.char_indices() {
            if !text[start..].chars().take(length).map(fold).eq(word.chars()) {
                continue;
            }
            let after: usize = text[start..].chars().take(length).map(char::len_utf8).sum();
            let after = &text[start + after..];
            let stated = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：'));
            let unit = stated.split([',', '，', ';', '；']).next().unwrap_or(stated);
            return (stated.len() < after.len()).then_some((unit, start));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_what_they_are_called() {
        assert_eq!((Unit::YUAN.as_str(), Unit::WAN_YUAN.as_str(), Unit::PIECE.as_str()), ("元", "万元", "件"));
        for (text, name, scale, money) in [
            ("萬元", "万元", 10_000, true),
            ("人 次", "人次", 1, false),
            ("元整", "元", 1, true),
            ("億元", "亿元", 100_000_000, true),
            ("RMB", "元", 1, true),
            ("￥", "元", 1, true),
        ] {
            let unit: Unit = text.parse().unwrap();
            assert_eq!((unit.as_str(), unit.scale(), unit.is_money()), (name, scale, money));
            assert_eq!(unit.is_counting(), !money);
        }
        for text in ["", "个人", "文件", "局", "元元", "万万元"] {
            assert_eq!(text.parse::<Unit>(), Err(NotAUnit));
        }
        for entry in UNITS {
            assert!(entry.word.chars().count() <= 5);
            assert_eq!(Unit::named(entry.same_as).scale(), entry.scale);
            assert_eq!(entry.word.parse::<Unit>().unwrap().as_str(), entry.same_as);
        }
    }
}
