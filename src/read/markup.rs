//! The tokens of an HTML document, reduced to what reading tables needs.
//!
//! The tokenizer follows the standard, so it ends wherever browsers end; only the attributes that matter are kept, so a
//! tag with a million others costs nothing.

use std::convert::Infallible;

use compact_str::CompactString;
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Error, Span, StringReader, Tokenizer};

/// The attributes that say something of a table, a cell or the document.
const ATTRIBUTES: [&str; 18] = [
    "colspan", "rowspan", "style", "hidden", "href", "type", "value", "name", "content", "checked", "x:num", "x:str",
    "x:bool", "x:err", "x:fmla", "sdval", "sdnum", "src",
];
/// No attribute that matters is longer; a picture within the page may be.
const LONGEST_ATTRIBUTE: usize = 4096;

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
pub(super) struct Tokens<'a>(Tokenizer<StringReader<'a>, CallbackEmitter<Collector, Token>>);

impl<'a> Tokens<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        let mut emitter = CallbackEmitter::new(Collector::default());
        emitter.naively_switch_states(true);
        Self(Tokenizer::new_with_emitter(document, emitter))
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let token: Result<Token, Infallible> = self.0.next()?;
        token.ok()
    }
}

#[derive(Default)]
struct Collector {
    tag: Option<Start>,
    /// Whether the attribute whose name was seen last is kept.
    wanted: bool,
}

impl Callback<Token, ()> for Collector {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Token> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Some(Start { name: word(name), attributes: Vec::new() });
                self.wanted = false;
            }
            CallbackEvent::AttributeName { name } => {
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
            CallbackEvent::CloseStartTag { .. } => return self.tag.take().map(Token::Start),
            CallbackEvent::EndTag { name } => {
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
