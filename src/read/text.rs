//! Delimited text: which encoding, which delimiter, which cell.
//!
//! Rows are numbered as a spreadsheet program numbers them, so that a cell address in a message
//! is the one its reader sees: blank lines count, a quoted field with line breaks is one row.
//! Everything stays text; nothing is trimmed or converted.

use std::borrow::Cow;

use compact_str::CompactString;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::gather::{Budget, Gatherer};
use super::legacy::push_unless_blank;
use super::{Content, Limits, Refusal, Sheet};

/// How much of the file guesses are based on.
const SAMPLE: usize = 64 << 10;
/// Records looked at to guess the delimiter.
const SAMPLE_RECORDS: usize = 50;
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Reads text as a single sheet.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, Refusal> {
    let text = decode(bytes)?;
    let (delimiter, body) = match separator_line(&text) {
        Some(found) => found,
        None => (guess_delimiter(&text), text.as_ref()),
    };
    let mut budget = Budget::new(limits);
    let mut cells = Gatherer::new(&mut budget);
    let mut rows = Records { rest: body, delimiter };
    let mut row = 0_u32;
    let mut fields = Vec::new();
    while rows.next(&mut fields, cells.cells_left())? {
        for (column, field) in (0_u32..).zip(fields.drain(..)) {
            let content = Content::Text(CompactString::from(field));
            push_unless_blank(&mut cells, (row, column), content, false)?;
        }
        row = row.saturating_add(1);
    }
    Ok(Sheet { name: String::new(), hidden: false, cells: cells.finish(), ..Sheet::default() })
}

pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    decode_declared(bytes, None)
}

/// Decodes text that may declare its encoding, which is believed only where the bytes do not say otherwise.
pub(super) fn decode_declared<'a>(
    bytes: &'a [u8],
    declared: Option<&'static Encoding>,
) -> Result<Cow<'a, str>, Refusal> {
    let unknown = Refusal::Unsupported("unknown-binary");
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        // The mark settles the encoding, so what does not decode is damage.
        let body = bytes.get(bom..).unwrap_or_default();
        return strictly(encoding, body).ok_or_else(|| Refusal::Damaged("encoding".to_owned()));
    }
    if let Some(encoding) = guess_utf16(bytes) {
        return strictly(encoding, bytes).ok_or(unknown);
    }
    if has_control_characters(bytes) {
        return Err(unknown);
    }
    if looks_like_utf8(bytes) {
        return strictly(UTF_8, bytes).ok_or_else(|| Refusal::Damaged("encoding".to_owned()));
    }
    match declared.filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8) {
        Some(encoding) => strictly(encoding, bytes).ok_or_else(|| Refusal::Damaged("encoding".to_owned())),
        None => strictly(GB18030, bytes).ok_or(unknown),
    }
}

/// Decodes, forgiving one stray byte: a file cut inside a character is still readable.
fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors && text.matches('\u{FFFD}').count() > 1 {
        return None;
    }
    // UTF-16 escapes the byte test; the same binaries betray themselves once decoded.
    let is_binary = !encoding.is_ascii_compatible() && text.contains('\0');
    (!is_binary).then_some(text)
}

/// UTF-16 without a mark: NULs nearly all on one side (line ends and digits have them even in a
/// Chinese text), and a plausible number of them.
fn guess_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let (pairs, _) = sample.as_chunks::<2>();
    let low = pairs.iter().filter(|p| p[0] == 0).count();
    let high = pairs.iter().filter(|p| p[1] == 0).count();
    let enough = (pairs.len() / 50).max(2);
    // 一 is U+4E00: a few NULs stand on the other side.
    match (low, high) {
        (few, n) if n >= enough && few * 4 <= n => Some(UTF_16LE),
        (n, few) if n >= enough && few * 4 <= n => Some(UTF_16BE),
        _ => None,
    }
}

fn has_control_characters(bytes: &[u8]) -> bool {
    let is_control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A);
    let strange = bytes.iter().filter(|&&b| is_control(b)).count();
    bytes.contains(&0) || strange > bytes.len() / 100 + 2
}

/// Valid UTF-8, or UTF-8 with one flaw: read as GB18030 the latter would decode without
/// complaint into nonsense.
fn looks_like_utf8(bytes: &[u8]) -> bool {
    let (mut flaws, mut wide) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        wide += chunk.valid().chars().filter(|c| !c.is_ascii()).take(3).count();
        flaws += usize::from(!chunk.invalid().is_empty());
        if flaws > 1 {
            return false;
        }
    }
    flaws == 0 || wide >= 3
}

/// Spreadsheet programs obey a first line `sep=;` and do not show it.
fn separator_line(text: &str) -> Option<(u8, &str)> {
    let rest = text.strip_prefix("sep=")?;
    let delimiter = *rest.as_bytes().first().filter(|b| b.is_ascii())?;
    let rest = rest.get(1..)?;
    let body = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n']))?;
    Some((delimiter, body))
}

/// The delimiter that splits the most sample records into the same number of fields; a comma
/// when nothing does.
fn guess_delimiter(text: &str) -> u8 {
    let end = text.floor_char_boundary(SAMPLE);
    let sample = text.get(..end).unwrap_or(text);
    let mut best = (0, b',');
    for delimiter in DELIMITERS {
        let mut records = Records { rest: sample, delimiter };
        let mut fields = Vec::new();
        let mut widths = Vec::new();
        while widths.len() < SAMPLE_RECORDS && matches!(records.next(&mut fields, SAMPLE), Ok(true)) {
            widths.push(fields.len());
            fields.clear();
        }
        // Titles and notes above a table have no delimiters, so only records that split vote.
        let agreeing = widths
            .iter()
            .filter(|w| **w > 1)
            .map(|w| (widths.iter().filter(|v| *v == w).count(), *w))
            .max()
            .map_or(0, |(count, width)| count * 1000 + width.min(999));
        if agreeing > best.0 {
            best = (agreeing, delimiter);
        }
    }
    best.1
}

/// Records of delimited text, blank lines included.
struct Records<'a> {
    rest: &'a str,
    delimiter: u8,
}

impl<'a> Records<'a> {
    /// Reads one record into `fields`; false at the end of the text.
    fn next(&mut self, fields: &mut Vec<Cow<'a, str>>, limit: usize) -> Result<bool, Refusal> {
        // Old programs end a text file with a control-Z, which is not a row.
        if self.rest.is_empty() || self.rest == "\u{1A}" {
            return Ok(false);
        }
        loop {
            let (field, end) = self.field()?;
            // Blank fields cost memory too while a record is held together.
            if fields.len() > limit.saturating_add(SAMPLE) {
                return Err(Refusal::TooLarge("cells"));
            }
            fields.push(field);
            if end {
                return Ok(true);
            }
        }
    }

    /// One field, and whether it ends its record.
    ///
    /// A quote that is never closed, or closed by the next cell's opening quote rows below, has swallowed figures: the
    /// file is damaged.
    fn field(&mut self) -> Result<(Cow<'a, str>, bool), Refusal> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let (plain, end) = self.until_separator();
            return Ok((Cow::Borrowed(plain), end));
        };
        let mut value = Cow::Borrowed("");
        let mut rest = quoted;
        loop {
            let (piece, tail) = rest.split_once('"').ok_or_else(|| Refusal::Damaged("unclosed quote".to_owned()))?;
            append(&mut value, piece);
            match tail.strip_prefix('"') {
                Some(tail) => {
                    append(&mut value, "\"");
                    rest = tail;
                }
                None => {
                    self.rest = tail;
                    break;
                }
            }
        }
        // Whatever stands between the closing quote and the separator belongs to the field.
        let (tail, end) = self.until_separator();
        if !tail.trim().is_empty() && value.contains('\n') {
            return Err(Refusal::Damaged("text behind a quote".to_owned()));
        }
        append(&mut value, tail);
        Ok((value, end))
    }

    fn until_separator(&mut self) -> (&'a str, bool) {
        let is_end = |b: u8| b == self.delimiter || b == b'\n' || b == b'\r';
        let Some(at) = self.rest.bytes().position(is_end) else {
            return (std::mem::take(&mut self.rest), true);
        };
        // Separators are ASCII, so both sides are whole characters.
        let (field, tail) = self.rest.split_at(at);
        let is_delimiter = tail.as_bytes().first() == Some(&self.delimiter);
        self.rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
        (field, !is_delimiter)
    }
}

fn append<'a>(value: &mut Cow<'a, str>, piece: &'a str) {
    if value.is_empty() {
        *value = Cow::Borrowed(piece);
    } else {
        value.to_mut().push_str(piece);
    }
}
