//! Makes texts of others safe to stand in a part: no markup, no control characters, no lengths
//! that a spreadsheet program refuses.

/// What a cell or a comment may hold, in UTF-16 units.
pub(super) const LONGEST_TEXT: usize = 32_767;
/// What the name of a sheet may hold, in UTF-16 units.
const LONGEST_NAME: usize = 31;

/// A text as the content of an element or an attribute, cut to what a cell may hold.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        units += c.len_utf16();
        if units > LONGEST_TEXT {
            break;
        }
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '_' if is_escape(rest.as_str()) => out.push_str("_x005F_"),
            // The reader of XML makes one line end of both.
            '\r' if !rest.as_str().starts_with('\n') => out.push('\n'),
            c if is_allowed(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether what follows an underscore would make spreadsheet programs read another character.
fn is_escape(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    bytes.next() == Some(b'x')
        && bytes.by_ref().take(4).filter(u8::is_ascii_hexdigit).count() == 4
        && bytes.next() == Some(b'_')
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | ' '..='\u{7E}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A name for a sheet that no other sheet has: without what names must not hold, and with a
/// number behind it if it is taken. `fallback` names what is left without a name.
pub(super) fn sheet_name(wanted: &str, fallback: &str, taken: &[String]) -> String {
    let mut name = valid_name(wanted);
    if name.is_empty() {
        name = valid_name(fallback);
    }
    if name.is_empty() {
        "Sheet".clone_into(&mut name);
    }
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let mut candidate = cut(&name, LONGEST_NAME);
    let mut number = 2_u32;
    while is_taken(&candidate) {
        let behind = number.to_string();
        candidate = cut(&name, LONGEST_NAME - behind.len()) + &behind;
        number += 1;
    }
    candidate
}

fn valid_name(text: &str) -> String {
    let kept = |c: &char| is_allowed(*c) && !matches!(c, '\t' | '\n' | '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    text.chars().filter(kept).collect::<String>().trim_matches(|c: char| c == '\'' || c.is_whitespace()).to_owned()
}

/// The beginning of a text, of at most so many UTF-16 units.
pub(super) fn cut(text: &str, units: usize) -> String {
    let mut left = units;
    text.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}

/// How many lines a text takes where `width` narrow characters stand on a line.
pub(super) fn lines(text: &str, width: u32) -> u32 {
    let wide = |c: char| if c.is_ascii() { 1_u32 } else { 2 };
    let of_line = |line: &str| line.chars().map(wide).fold(0, u32::saturating_add).div_ceil(width.max(1)).max(1);
    text.split('\n').map(of_line).fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_inert() {
        assert_eq!(escaped("a<b>&\"\u{0}\u{1b}\r\n\u{fffe}_x0041_ _x1"), "a&lt;b&gt;&amp;&quot;\n_x005F_x0041_ _x1");
        assert_eq!(escaped(&"汇".repeat(40_000)).chars().count(), LONGEST_TEXT);
    }

    #[test]
    fn names_are_valid_and_unique() {
        let taken = ["退回说明".to_owned(), "a".to_owned()];
        assert_eq!(sheet_name("退回说明", "x", &taken), "退回说明2");
        assert_eq!(sheet_name(" [A]:", "x", &taken), "A2");
        assert_eq!(sheet_name("'?'", "表", &taken), "表");
        assert_eq!(sheet_name(&"长".repeat(40), "x", &taken).chars().count(), 31);
    }

    #[test]
    fn lines_are_estimated() {
        assert_eq!(lines("", 10), 1);
        assert_eq!(lines("四个汉字\nab", 8), 2);
        assert_eq!(lines("五个汉字了", 8), 2);
    }
}
