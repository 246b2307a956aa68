//! Chinese numerals: `十二`, `一百零八`, `两万三千`, `二〇二一`, `廿三`, `壹佰贰拾`.

/// Numerals below ten, everyday and formal. The position in the table is not the value.
const DIGITS: [(char, i64); 27] = [
    ('〇', 0),
    ('零', 0),
    ('○', 0),
    ('一', 1),
    ('壹', 1),
    ('幺', 1),
    ('二', 2),
    ('贰', 2),
    ('两', 2),
    ('三', 3),
    ('叁', 3),
    ('叄', 3),
    ('参', 3),
    ('四', 4),
    ('肆', 4),
    ('五', 5),
    ('伍', 5),
    ('六', 6),
    ('陆', 6),
    ('七', 7),
    ('柒', 7),
    ('八', 8),
    ('捌', 8),
    ('九', 9),
    ('玖', 9),
    ('弌', 1),
    ('弍', 2),
];

/// What a numeral character stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    Digit(i64),
    /// 十, 百, 千
    Place(i64),
    /// 万, 亿
    Myriad(i64),
    /// 廿, 卅: twenty, thirty
    Tens(i64),
}

fn sign(c: char) -> Option<Sign> {
    Some(match c {
        '十' | '拾' => Sign::Place(10),
        '百' | '佰' => Sign::Place(100),
        '千' | '仟' => Sign::Place(1_000),
        '万' => Sign::Myriad(10_000),
        '亿' => Sign::Myriad(100_000_000),
        '廿' => Sign::Tens(20),
        '卅' => Sign::Tens(30),
        _ => return digit(c).map(Sign::Digit),
    })
}

/// The value of a single numeral below ten.
pub(crate) fn digit(c: char) -> Option<i64> {
    DIGITS.iter().find(|(numeral, _)| *numeral == c).map(|(_, value)| *value)
}

/// Can the character (in simplified script) be part of a numeral?
pub(crate) fn is_numeral(c: char) -> bool {
    sign(c).is_some()
}

/// A numeral that was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Numeral {
    /// Its value.
    pub value: i64,
    /// The value of one in its last place that is not zero: 10 for 三十, 10000 for 两万.
    pub step: i64,
}

/// The value of a well-formed numeral of at most sixteen characters in simplified script; `None` for anything else,
/// such as 七八 (seven or eight) or 百 (which hundreds?).
pub(crate) fn parse(text: &str) -> Option<Numeral> {
    let signs: Vec<Sign> = text.chars().take(17).map(sign).collect::<Option<_>>()?;
    if signs.is_empty() || signs.len() > 16 {
        return None;
    }
    match signs[..] {
        // alone, a circle is a tick, and 幺 a word
        [Sign::Digit(_)] if matches!(text, "○" | "幺") => return None,
        [Sign::Digit(value)] => return Some(Numeral { value, step: 1 }),
        _ if signs.iter().all(|sign| matches!(sign, Sign::Digit(_))) => return positional(&signs),
        _ => {}
    }
    let mut reader = Reader::default();
    for sign in signs {
        reader.push(sign)?;
    }
    reader.finish()
}

/// 二〇二一, 二〇, 一二三: digits in their places. Two digits without zero (七八, 三五) are a writer's estimate, not 78.
fn positional(signs: &[Sign]) -> Option<Numeral> {
    let digits: Vec<i64> =
        signs.iter().filter_map(|sign| if let Sign::Digit(d) = sign { Some(*d) } else { None }).collect();
    if digits[0] == 0 || matches!(digits[..], [_, (1..)]) {
        return None;
    }
    let value = digits.iter().fold(0_i64, |value, digit| value * 10 + digit);
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    Some(Numeral { value, step: 10_i64.pow(u32::try_from(zeros).ok()?) })
}

/// Reads a numeral with places, sign by sign.
#[derive(Default)]
struct Reader {
    /// 亿 and 万 parts that are closed.
    total: i64,
    /// The part below the next 万 or 亿.
    section: i64,
    /// A digit that waits for its place.
    digit: Option<i64>,
    /// A zero was said: a place is skipped.
    zero: bool,
    /// The lowest place and myriad used, each must be below the one before.
    place: Option<i64>,
    myriad: Option<i64>,
    step: i64,
    /// The place just used, for 一百二 = 120.
    last: Option<i64>,
}

impl Reader {
    fn push(&mut self, sign: Sign) -> Option<()> {
        match sign {
            Sign::Digit(0) => {
                let first = self.total == 0 && self.section == 0;
                if self.zero || self.digit.is_some() || first {
                    return None;
                }
                self.zero = true;
                self.last = None;
            }
            Sign::Digit(value) => {
                if self.digit.is_some() {
                    return None;
                }
                self.digit = Some(value);
            }
            Sign::Place(place) => {
                // 十 may stand for 一十 (十二, 一百十二); 百 and 千 may not
                let value = self.digit.take().or((place == 10).then_some(1))?;
                if self.place.is_some_and(|above| place >= above) {
                    return None;
                }
                self.close(value * place, place);
                self.place = Some(place);
                self.last = Some(place);
            }
            Sign::Tens(value) => {
                if self.digit.is_some() || self.place.is_some_and(|above| above <= 10) {
                    return None;
                }
                self.close(value, 10);
                self.place = Some(10);
                self.last = None;
            }
            Sign::Myriad(scale) => {
                let value = self.section + self.digit.take().unwrap_or(0);
                if value == 0 || self.myriad.is_some_and(|above| scale >= above) {
                    return None;
                }
                self.total = self.total.checked_add(value.checked_mul(scale)?)?;
                self.section = 0;
                self.zero = false;
                self.place = None;
                self.myriad = Some(scale);
                self.step = scale;
                self.last = Some(scale);
            }
        }
        Some(())
    }

    fn close(&mut self, value: i64, step: i64) {
        self.section += value;
        self.zero = false;
        self.step = step;
    }

    fn finish(mut self) -> Option<Numeral> {
        if let Some(digit) = self.digit {
            // 一百二 is 120, 两万三 is 23000; 一百零二 is 102
            let one = match self.last {
                Some(place) if place > 10 && !self.zero => place / 10,
                _ => 1,
            };
            self.close(digit * one, one);
        }
        if self.zero {
            return None;
        }
        Some(Numeral { value: self.total.checked_add(self.section)?, step: self.step })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numerals() {
        for (text, value, step) in [
            ("零", 0, 1),
            ("〇", 0, 1),
            ("七", 7, 1),
            ("十", 10, 10),
            ("十二", 12, 1),
            ("二十", 20, 10),
            ("廿", 20, 10),
            ("廿三", 23, 1),
            ("卅", 30, 10),
            ("一百", 100, 100),
            ("一百零八", 108, 1),
            ("一百〇八", 108, 1),
            ("一百一十", 110, 10),
            ("一百一", 110, 10),
            ("一百十二", 112, 1),
            ("一百零十", 110, 10),
            ("两千零五十", 2_050, 10),
            ("两万三千", 23_000, 1_000),
            ("两万三", 23_000, 1_000),
            ("十二万", 120_000, 10_000),
            ("一亿零三万", 100_030_000, 10_000),
            ("二〇二一", 2_021, 1),
            ("一二三", 123, 1),
            ("二〇", 20, 10),
            ("壹佰贰拾叁", 123, 1),
            ("三百万", 3_000_000, 10_000),
        ] {
            assert_eq!(parse(text), Some(Numeral { value, step }), "{text}");
        }
    }

    #[test]
    fn ill_formed_numerals() {
        for text in [
            "",
            "百",
            "千",
            "万",
            "亿",
            "七八",
            "三五",
            "四六",
            "○",
            "幺",
            "十十",
            "十百",
            "一百二百",
            "一百百",
            "零零",
            "零一",
            "一零百",
            "二三十",
            "一百零",
            "一万亿",
            "万一",
            "廿十",
            "十廿",
            "二廿",
            "一千零",
            "三甲",
            "1",
            "一1",
            "一二三四五六七八九一二三四五六七八",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// The plain spelling of a number below 100000.
    fn spell(mut n: i64) -> String {
        const NAMES: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
        if n == 0 {
            return "零".into();
        }
        let (mut out, mut gap) = (String::new(), false);
        for (place, name) in [(10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let digit = usize::try_from(n / place).unwrap();
            n %= place;
            if digit == 0 {
                gap = !out.is_empty();
                continue;
            }
            if std::mem::take(&mut gap) {
                out.push('零');
            }
            out.push(NAMES[digit]);
            out.push_str(name);
        }
        out
    }

    #[test]
    fn every_number_below_100000_is_read_back() {
        for n in 0..100_000 {
            let text = spell(n);
            assert_eq!(parse(&text).map(|numeral| numeral.value), Some(n), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[〇零一二两三九十百千万亿廿壹拾]{0,18}") {
            if let Some(numeral) = parse(&text) {
                prop_assert!(numeral.value >= 0 && numeral.step >= 1);
            }
        }
    }
}
