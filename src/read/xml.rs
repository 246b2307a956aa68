//! A small pull tokenizer for the XML read without calamine (see `ods`, `docx`, `xml_spreadsheet`).
//!
//! It borrows from the text, allocates only to unescape, and always ends: every step consumes
//! input or reports the end.

use std::borrow::Cow;

use super::Refusal;

const LONGEST_ENTITY: usize = 16;

/// One piece of markup. Names are qualified names as written.
pub(super) enum Token<'a> {
    /// A start tag; `closed` when it is its own end (`<a/>`).
    Start { name: &'a str, attributes: Attributes<'a>, closed: bool },
    /// An end tag.
    End(&'a str),
    /// Character data, unescaped.
    Text(Cow<'a, str>),
}

/// The attributes of a start tag, not yet taken apart.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// What stands behind the name in a start tag.
    pub(super) fn of(text: &'a str) -> Self {
        Attributes(text)
    }

    /// All attributes in order, values unescaped.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (name, tail) = rest.split_once('=')?;
            let tail = tail.trim_start();
            let quote = tail.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, tail) = tail.get(1..)?.split_once(quote)?;
            rest = tail;
            Some((name.trim(), unescape(value)))
        })
    }

    /// One attribute's value.
    pub(super) fn get(self, name: &str) -> Option<Cow<'a, str>> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// Tokens of a document.
#[derive(Clone)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        Self { rest: document }
    }

    /// The next token; `None` at the end of the document, an error where markup breaks off.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, Refusal> {
        loop {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let Some(markup) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Ok(Some(Token::Text(unescape(text))));
            };
            if let Some(comment) = markup.strip_prefix("!--") {
                self.rest = after(comment, "-->")?.1;
            } else if let Some(data) = markup.strip_prefix("![CDATA[") {
                let (text, rest) = after(data, "]]>")?;
                self.rest = rest;
                return Ok(Some(Token::Text(Cow::Borrowed(text))));
            } else if let Some(instruction) = markup.strip_prefix('?') {
                self.rest = after(instruction, "?>")?.1;
            } else if let Some(tag) = markup.strip_prefix('/') {
                let (name, rest) = after(tag, ">")?;
                self.rest = rest;
                return Ok(Some(Token::End(name.trim_end())));
            } else if markup.starts_with('!') {
                // Document types can define entities; no spreadsheet writes one.
                return Err(broken());
            } else {
                return self.start_tag(markup).map(Some);
            }
        }
    }

    fn start_tag(&mut self, markup: &'a str) -> Result<Token<'a>, Refusal> {
        let mut quote = None;
        // Attribute values may contain `>`.
        let end = markup
            .bytes()
            .position(|b| {
                match quote {
                    Some(open) if b == open => quote = None,
                    None if matches!(b, b'"' | b'\'') => quote = Some(b),
                    None if b == b'>' => return true,
                    _ => {}
                }
                false
            })
            .ok_or_else(broken)?;
        let (tag, rest) = markup.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let end = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(end);
        Ok(Token::Start { name, attributes: Attributes(attributes), closed })
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str), Refusal> {
    text.split_once(mark).ok_or_else(broken)
}

fn broken() -> Refusal {
    Refusal::Damaged("xml markup".to_owned())
}

/// A text with its references resolved; what is none is kept as written.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        out.push_str(before);
        // No reference is longer; to look further would take ages over a text of bare ampersands.
        let near = tail.get(..tail.floor_char_boundary(LONGEST_ENTITY)).unwrap_or(tail);
        let known = near.split_once(';').and_then(|(name, _)| Some((entity(name)?, tail.get(name.len() + 1..)?)));
        match known {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            // A bare ampersand is kept as written.
            None => {
                out.push('&');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
