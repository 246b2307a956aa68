//! Separated text in the encodings that Chinese offices use. Rows are numbered as a spreadsheet program numbers them.

use super::{Cell, Content, Limits, Meter, Refusal, Sheet};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Separators, in the order in which they win a tie.
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];
/// Lines by which the separator is guessed.
const SAMPLE: usize = 40;

/// Reads the text as one sheet.
///
/// # Errors
/// When it is no text or over the limits.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let text = decode(bytes)?;
    let separator = separator(&text);
    let mut meter = Meter::new(limits);
    let mut cells = Vec::new();
    for (row, start) in (0u32..).zip(row_starts(&text)) {
        let (from, to) = start;
        let line = text.get(from..to).unwrap_or_default();
        for (column, field) in (0u32..).zip(fields(line, separator)) {
            if !field.is_empty() {
                let content = Content::Text(field.as_ref().into());
                meter.cell(&content)?;
                cells.push(Cell { row, column, content, is_formula: false });
            }
        }
    }
    Ok(vec![Sheet { name: String::new(), hidden: false, cells }])
}

/// Decodes by byte order mark, else as UTF-8, else as GB18030.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    let binary = Refusal::Unsupported("unknown-binary");
    let decoded = |(text, _, broken): (Cow<'_, str>, _, bool)| (!broken).then(|| text.into_owned());
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Ok(String::from_utf8_lossy(rest));
    }
    if bytes.starts_with(b"\xFF\xFE") {
        return decoded(UTF_16LE.decode(bytes)).map(Cow::Owned).ok_or(binary);
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return decoded(UTF_16BE.decode(bytes)).map(Cow::Owned).ok_or(binary);
    }
    if bytes.contains(&0) {
        // Without a mark, UTF-16 shows by the zero halves of its separators and line ends.
        for encoding in [UTF_16LE, UTF_16BE] {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            if !broken && bytes.len() % 2 == 0 && text.contains([',', '\t', '\n']) && is_text(&text) {
                return Ok(Cow::Owned(text.into_owned()));
            }
        }
        return Err(binary);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return if is_text(text) { Ok(Cow::Borrowed(text)) } else { Err(binary) };
    }
    match decoded(GB18030.decode(bytes)) {
        Some(text) if is_text(&text) => Ok(Cow::Owned(text)),
        _ => Err(binary),
    }
}

/// Whether the text holds no more control characters than a slip explains.
fn is_text(text: &str) -> bool {
    let controls = text.chars().take(4096).filter(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}')).count();
    controls * 100 <= text.chars().take(4096).count()
}

/// The separator that cuts the first lines into the most columns, most evenly.
fn separator(text: &str) -> char {
    let lines: Vec<&str> =
        row_starts(text).take(SAMPLE).filter_map(|(from, to)| text.get(from..to)).filter(|line| !line.trim().is_empty()).collect();
    let mut best = (0, ',');
    for separator in SEPARATORS {
        let counts: Vec<usize> = lines.iter().map(|line| fields(line, separator).count()).collect();
        let cut = counts.iter().filter(|count| **count > 1).count();
        let even = counts.iter().filter(|count| Some(**count) == counts.iter().max().copied() && **count > 1).count();
        if cut + even > best.0 {
            best = (cut + even, separator);
        }
    }
    best.1
}

/// Where each row begins and ends: line ends within quotes do not end it, and empty lines are rows too.
fn row_starts(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done || at >= bytes.len() {
            return None;
        }
        let from = at;
        let mut quoted = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => {
                    let to = at;
                    at += 1;
                    return Some((from, to));
                }
                b'\r' if !quoted => {
                    let to = at;
                    at += if bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
                    return Some((from, to));
                }
                _ => {}
            }
            at += 1;
        }
        done = true;
        Some((from, at))
    })
}

/// The fields of one row, unquoted.
fn fields(line: &str, separator: char) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        if let Some(inner) = text.strip_prefix('"') {
            let mut value = String::new();
            let mut left = inner;
            loop {
                match left.split_once('"') {
                    Some((part, after)) => {
                        value.push_str(part);
                        if let Some(again) = after.strip_prefix('"') {
                            value.push('"');
                            left = again;
                        } else {
                            // Anything between the closing quote and the separator belongs to the field.
                            let (tail, next) = after.split_once(separator).map_or((after, None), |(t, n)| (t, Some(n)));
                            value.push_str(tail);
                            rest = next;
                            return Some(Cow::Owned(value));
                        }
                    }
                    None => {
                        value.push_str(left);
                        rest = None;
                        return Some(Cow::Owned(value));
                    }
                }
            }
        }
        match text.split_once(separator) {
            Some((field, next)) => {
                rest = Some(next);
                Some(Cow::Borrowed(field))
            }
            None => {
                rest = None;
                Some(Cow::Borrowed(text))
            }
        }
    })
}
