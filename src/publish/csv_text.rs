//! CSV as spreadsheets want it: UTF-8 with BOM, CRLF, quoted where needed, and no text that comes alive as a formula.

/// The byte order mark that makes spreadsheet programs read UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A CSV file in the making.
#[derive(Debug)]
pub(super) struct CsvText {
    bytes: Vec<u8>,
    at_start: bool,
}

impl CsvText {
    /// An empty file, with a byte order mark if wanted.
    #[must_use]
    pub(super) fn new(bom: bool) -> Self {
        CsvText { bytes: if bom { BOM.to_vec() } else { Vec::new() }, at_start: true }
    }

    /// Adds a field; text that a spreadsheet would take for a formula is made harmless.
    pub(super) fn field(&mut self, text: &str) -> &mut Self {
        if !self.at_start {
            self.bytes.push(b',');
        }
        self.at_start = false;
        push_text(&mut self.bytes, text);
        self
    }

    /// Adds several fields.
    pub(super) fn fields<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) -> &mut Self {
        for text in texts {
            self.field(text.as_ref());
        }
        self
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(b"\r\n");
        self.at_start = true;
        self
    }

    /// Adds a whole row.
    pub(super) fn row<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) {
        self.fields(texts).end();
    }

    /// The file's bytes.
    #[must_use]
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Appends a field's text, quoted where needed and safe to open in a spreadsheet.
pub(super) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    let guard = comes_alive(text);
    let quote = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    if quote {
        bytes.push(b'"');
    }
    if guard {
        bytes.push(b'\'');
    }
    if quote && text.contains('"') {
        bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    } else {
        bytes.extend_from_slice(text.as_bytes());
    }
    if quote {
        bytes.push(b'"');
    }
}

/// Whether a spreadsheet would take the text for a formula: it starts like one and is no plain number or dash.
fn comes_alive(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    // Excel also takes the full-width signs.
    if !matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') {
        return false;
    }
    let rest = text.trim_start_matches(['+', '-', '－']);
    let plain = rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !(plain && matches!(first, '+' | '-' | '－'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut bytes = Vec::new();
        push_text(&mut bytes, text);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn text_stays_text() {
        for (text, expected) in [
            ("12", "12"),
            ("-3", "-3"),
            ("+461", "+461"),
            ("-", "-"),
            ("——", "——"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
        ] {
            assert_eq!(written(text), expected);
        }
    }
}
