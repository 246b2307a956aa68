//! The tokens of an HTML document, reduced to what reading tables needs.
//!
//! The tokenizer follows the standard, so it ends wherever browsers end; only the attributes that matter are kept, so a
//! tag with a million others costs nothing.

use std::cell::Cell;
use std::rc::Rc;

use compact_str::CompactString;
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Error, Readable, Reader, Span, StringReader, Tokenizer};

use super::Refusal;

/// The attributes that say something of a table, a cell or the document.
const ATTRIBUTES: [&str; 18] = [
    "colspan", "rowspan", "style", "hidden", "href", "type", "value", "name", "content", "checked", "x:num", "x:str",
    "x:bool", "x:err", "x:fmla", "sdval", "sdnum", "src",
];
/// No attribute that matters is longer; a picture within the page may be.
const LONGEST_ATTRIBUTE: usize = 4096;
/// No tag of a real page has more attributes. The tokenizer goes one call deeper with each of them, up to the end of the
/// stack.
const MOST_ATTRIBUTES: u32 = 256;

/// One token.
pub(super) enum Token {
    Start(Start),
    End(CompactString),
    Text(String),
    /// The document ends within a tag or comment.
    Cut,
}

/// A start tag.
pub(super) struct Start {
    /// In lower case.
    pub(super) name: CompactString,
    attributes: Vec<(&'static str, String)>,
}

impl Start {
    /// An attribute's value; "" for one without.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// An attribute's value as a number of columns or rows; 1 if there is none.
    pub(super) fn span(&self, name: &str) -> u32 {
        let digits = self.get(name).unwrap_or_default().trim();
        let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        // More digits than fit are as many columns as there are.
        if digits.len() > 9 { u32::MAX } else { digits.parse().unwrap_or(1) }
    }
}

/// The tokens of a document.
pub(super) struct Tokens<'a>(Tokenizer<Guarded<'a>, CallbackEmitter<Collector, Token>>);

impl<'a> Tokens<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        let attributes = Rc::new(Cell::new(0));
        let collector = Collector { attributes: Rc::clone(&attributes), ..Collector::default() };
        let mut emitter = CallbackEmitter::new(collector);
        emitter.naively_switch_states(true);
        Self(Tokenizer::new_with_emitter(Guarded { text: document.to_reader(), attributes }, emitter))
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let token = self.0.next()?;
        Some(token.map_err(|TooManyAttributes| Refusal::Damaged("attributes of a tag".to_owned())))
    }
}

/// The text, until a tag has more attributes than can be.
struct Guarded<'a> {
    text: StringReader<'a>,
    /// Attributes of the tag that is being read.
    attributes: Rc<Cell<u32>>,
}

#[derive(Debug)]
struct TooManyAttributes;

impl std::fmt::Display for TooManyAttributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a tag has too many attributes")
    }
}

impl std::error::Error for TooManyAttributes {}

impl Guarded<'_> {
    fn guard(&self) -> Result<(), TooManyAttributes> {
        if self.attributes.get() > MOST_ATTRIBUTES { Err(TooManyAttributes) } else { Ok(()) }
    }
}

impl Reader for Guarded<'_> {
    type Error = TooManyAttributes;

    fn read_byte(&mut self) -> Result<Option<u8>, Self::Error> {
        self.guard()?;
        Ok(self.text.read_byte().unwrap_or_default())
    }

    fn read_until<'b>(&'b mut self, needle: &[u8], char_buf: &'b mut [u8; 4]) -> Result<Option<&'b [u8]>, Self::Error> {
        self.guard()?;
        Ok(self.text.read_until(needle, char_buf).unwrap_or_default())
    }

    fn try_read_string(&mut self, text: &[u8], case_sensitive: bool) -> Result<bool, Self::Error> {
        self.guard()?;
        Ok(self.text.try_read_string(text, case_sensitive).unwrap_or_default())
    }
}

#[derive(Default)]
struct Collector {
    tag: Option<Start>,
    /// How many attributes it has so far.
    attributes: Rc<Cell<u32>>,
    /// Whether the attribute whose name was seen last is kept.
    wanted: bool,
}

impl Callback<Token, ()> for Collector {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Token> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Some(Start { name: word(name), attributes: Vec::new() });
                self.attributes.set(0);
                self.wanted = false;
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes.set(self.attributes.get() + 1);
                let known = ATTRIBUTES.iter().find(|known| known.as_bytes() == name);
                self.wanted = false;
                if let (Some(tag), Some(known)) = (&mut self.tag, known)
                    // The first of two attributes with one name holds.
                    && tag.get(known).is_none()
                {
                    tag.attributes.push((known, String::new()));
                    self.wanted = true;
                }
            }
            CallbackEvent::AttributeValue { value } => {
                let last = self.tag.as_mut().and_then(|tag| tag.attributes.last_mut());
                if let Some((_, text)) = last.filter(|_| self.wanted) {
                    let value = value.get(..LONGEST_ATTRIBUTE).unwrap_or(value);
                    *text = String::from_utf8_lossy(value).into_owned();
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                self.attributes.set(0);
                return self.tag.take().map(Token::Start);
            }
            CallbackEvent::EndTag { name } => {
                self.attributes.set(0);
                self.tag = None;
                return Some(Token::End(word(name)));
            }
            CallbackEvent::String { value } => return Some(Token::Text(String::from_utf8_lossy(value).into_owned())),
            CallbackEvent::Error(
                Error::EofInTag | Error::EofInComment | Error::EofBeforeTagName | Error::EofInCdata,
            ) => return Some(Token::Cut),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    }
}

fn word(name: &[u8]) -> CompactString {
    // Names longer than any real one need not be kept apart.
    CompactString::from_utf8_lossy(name.get(..32).unwrap_or(name))
}
