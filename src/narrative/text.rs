//! Paragraphs, sentences and folded characters of a report, with their places.

use crate::script::{fold, is_invisible};

/// Stands for what is named but not said: a title in 《》, the number of a document in 〔〕.
pub(super) const OPAQUE: char = '\u{FFFC}';
/// Titles of chapters are not longer.
const LONGEST_HEADING: usize = 40;

/// A character as it is compared, and as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Half width, simplified.
    pub folded: char,
    /// As written.
    pub written: char,
}

/// A sentence without spaces and quotation marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    /// As written.
    pub text: String,
    /// Its letters.
    pub letters: Vec<Letter>,
}

impl Sentence {
    /// The folded letters from `start` to `end`.
    pub(super) fn folded(&self, start: usize, end: usize) -> String {
        self.between(start, end).map(|letter| letter.folded).collect()
    }

    /// The same as written.
    pub(super) fn written(&self, start: usize, end: usize) -> String {
        self.between(start, end).map(|letter| letter.written).collect()
    }

    fn between(&self, start: usize, end: usize) -> impl Iterator<Item = &Letter> {
        self.letters.iter().take(end).skip(start)
    }

    /// The folded letter at a place.
    pub(super) fn at(&self, place: usize) -> Option<char> {
        self.letters.get(place).map(|letter| letter.folded)
    }
}

/// A paragraph that holds something.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    /// Its sentences, without the numbering in front of it.
    pub sentences: Vec<Sentence>,
    /// The level of its numbering, if it has any: 1 for 一、 to 5 for ①.
    pub level: Option<u8>,
    /// What it says if it is, or begins with, the title of a chapter; folded.
    pub heading: String,
    /// Whether a list goes on behind it.
    pub goes_on: bool,
}

impl Paragraph {
    /// Reads a line of text.
    pub(super) fn new(line: &str) -> Self {
        let line = line.trim();
        let letters = letters(line);
        let plain: Vec<char> = letters.iter().map(|letter| letter.folded).collect();
        let (level, body) = match numbering(&plain) {
            Some((level, length)) => (Some(level), length),
            None => (None, 0),
        };
        let heading = level.map(|_| heading(plain.get(body..).unwrap_or_default())).unwrap_or_default();
        let goes_on = plain.last().is_some_and(|last| matches!(last, ':' | ';' | ',' | '、'));
        Paragraph { sentences: sentences(line, body), level, heading, goes_on }
    }
}

/// The letters of a text: no invisible characters, no quotation marks, spaces only between digits.
fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len() / 3);
    let mut space = false;
    for written in text.chars() {
        if written.is_whitespace() || written == '\u{3000}' {
            space = true;
            continue;
        }
        if is_invisible(written) || is_quotation_mark(written) {
            continue;
        }
        let folded = fold(written);
        let digits = folded.is_ascii_digit() && letters.last().is_some_and(|last| last.folded.is_ascii_digit());
        if space && digits {
            letters.push(Letter { folded: ' ', written: ' ' });
        }
        space = false;
        letters.push(Letter { folded, written });
    }
    letters
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '\'' | '＂' | '\u{2018}'..='\u{201F}' | '「' | '」' | '『' | '』' | '*')
}

/// Cuts a line into sentences; the letters of the first begin behind `numbering` letters.
fn sentences(line: &str, numbering: usize) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut skipped = numbering;
    for text in line.split_inclusive(['。', '！', '？', '!', '?', '．']) {
        let mut letters = letters(text);
        let skip = skipped.min(letters.len());
        skipped -= skip;
        letters.drain(..skip);
        let end = letters.iter().rposition(|letter| !is_full_stop(letter.folded)).map_or(0, |last| last + 1);
        letters.truncate(end);
        if !letters.is_empty() {
            sentences.push(Sentence { text: text.trim().to_owned(), letters: masked(letters) });
        }
    }
    sentences
}

fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '!' | '?')
}

/// Titles of documents and their numbers become one letter each.
fn masked(letters: Vec<Letter>) -> Vec<Letter> {
    let mut out: Vec<Letter> = Vec::with_capacity(letters.len());
    let mut rest = letters.as_slice();
    while let [first, after @ ..] = rest {
        let close = match first.folded {
            '《' => '》',
            '〈' => '〉',
            '〔' => '〕',
            '[' => ']',
            '【' => '】',
            _ => {
                out.push(*first);
                rest = after;
                continue;
            }
        };
        let end = after.iter().position(|letter| letter.folded == close);
        let Some((_, behind)) = end.and_then(|end| after.get(end..)).and_then(<[Letter]>::split_first) else {
            out.push(*first);
            rest = after;
            continue;
        };
        out.push(Letter { folded: OPAQUE, written: first.written });
        rest = behind;
    }
    out
}

/// The level and length of a numbering at the start of a line.
fn numbering(line: &[char]) -> Option<(u8, usize)> {
    let han = |c: &&char| "一二三四五六七八九十".contains(**c);
    let digit = |c: &&char| c.is_ascii_digit();
    let mark = |at: usize| line.get(at).is_some_and(|c| matches!(c, '、' | '.' | '．' | ')' | ':'));
    let extra = |at: usize| at + line.iter().skip(at).take_while(|c| matches!(c, '、' | '.' | '．')).count();
    let first = line.first()?;
    if matches!(first, '\u{2460}'..='\u{2473}') {
        return Some((5, extra(1)));
    }
    if *first == '(' {
        let inner = line.get(1..)?;
        for (level, count) in [(2, inner.iter().take_while(han).count()), (4, inner.iter().take_while(digit).count())] {
            if (1..=3).contains(&count) && inner.get(count) == Some(&')') {
                return Some((level, extra(count + 2)));
            }
        }
        return None;
    }
    let count = line.iter().take_while(han).count();
    if (1..=3).contains(&count) && mark(count) {
        return Some((1, extra(count + 1)));
    }
    let count = line.iter().take_while(digit).count();
    // 1.5万 is an amount
    let amount = line.get(count + 1).is_some_and(char::is_ascii_digit);
    ((1..=2).contains(&count) && mark(count) && !amount).then(|| (3, extra(count + 1)))
}

/// The title with which a numbered line begins.
fn heading(body: &[char]) -> String {
    let end = body.iter().position(|c| matches!(c, '。' | ':' | ',' | ';')).unwrap_or(body.len());
    if end > LONGEST_HEADING || body.get(end).is_some_and(|c| matches!(c, ',' | ';')) {
        return String::new();
    }
    body.iter().take(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_know_their_numbering_and_sentences() {
        let paragraph = Paragraph::new("(五)、諮詢和投訴情況");
        assert_eq!((paragraph.level, paragraph.heading.as_str()), (Some(2), "咨询和投诉情况"));
        let paragraph = Paragraph::new("１．主动公开。全年 “ 发布” 信息 ５ 条（《条例》第二条）。无投诉。");
        assert_eq!((paragraph.level, paragraph.heading.as_str()), (Some(3), "主动公开"));
        let folded: Vec<String> = paragraph.sentences.iter().map(|one| one.folded(0, 99)).collect();
        assert_eq!(folded, ["主动公开", "全年发布信息5条(\u{FFFC}第二条)", "无投诉"]);
        assert_eq!(paragraph.sentences[1].text, "全年 “ 发布” 信息 ５ 条（《条例》第二条）。");
        assert_eq!(Paragraph::new("1.5万条").level, None);
        assert_eq!(Paragraph::new("3 5条").sentences[0].folded(0, 9), "3 5条");
    }
}
