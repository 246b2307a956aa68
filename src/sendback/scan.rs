//! Finds the tags of a part by their place in its text, and changes the text only there.
//!
//! A part that is parsed and written anew loses what its reader does not know: foreign
//! namespaces, the order of attributes, white space. Here everything that is not changed on
//! purpose stays as it was, byte for byte. (`read::xml` reads; it does not know places.)

use std::borrow::Cow;
use std::ops::Range;

use crate::read::unescape;

use super::Obstacle;

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<a>`
    Open,
    /// `<a/>`
    Empty,
    /// `</a>`
    Close,
}

/// A tag and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Tag<'a> {
    pub(super) kind: Kind,
    /// The name as written, prefix included.
    pub(super) name: &'a str,
    /// From `<` to behind `>`.
    pub(super) span: Range<usize>,
    /// How many elements surround the element.
    pub(super) depth: usize,
    attributes: &'a str,
}

/// An attribute as written.
struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
    /// The value between its quotes.
    span: Range<usize>,
}

impl<'a> Tag<'a> {
    /// The name without its prefix.
    pub(super) fn local(&self) -> &'a str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// The prefix with its colon, or "": what an element beside this one is written with.
    pub(super) fn prefix(&self) -> &'a str {
        self.name.strip_suffix(self.local()).unwrap_or_default()
    }

    /// Whether it starts an element of this name, whatever the prefix.
    pub(super) fn starts(&self, local: &str) -> bool {
        self.kind != Kind::Close && self.local() == local
    }

    /// An attribute without prefix.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|a| a.name == name).map(|a| unescape(a.value))
    }

    /// An attribute in another namespace, whatever prefix stands for that (`r:id`).
    pub(super) fn get_prefixed(&self, local: &str) -> Option<Cow<'a, str>> {
        let is_it = |a: &Attribute<'_>| a.name.split_once(':').is_some_and(|(_, name)| name == local);
        self.attributes().find(is_it).map(|a| unescape(a.value))
    }

    /// Whether an attribute, such as a declaration of a namespace, has exactly this value.
    pub(super) fn mentions(&self, value: &str) -> bool {
        self.attributes().any(|a| a.value == value)
    }

    /// Where the name ends and attributes may begin.
    fn name_end(&self) -> usize {
        self.span.start + 1 + self.name.len()
    }

    fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> {
        let (all, base) = (self.attributes, self.name_end());
        let mut rest = all;
        std::iter::from_fn(move || {
            let (name, tail) = rest.split_once('=')?;
            let tail = tail.trim_start();
            let quote = tail.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let value_at = base + all.len() - tail.len() + 1;
            let (value, tail) = tail.get(1..)?.split_once(quote)?;
            rest = tail;
            Some(Attribute { name: name.trim(), value, span: value_at..value_at + value.len() })
        })
    }
}

/// The tags of a text, in order. Comments, instructions and character data are passed over.
pub(super) struct Tags<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Tags<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The next tag; none at the end.
    ///
    /// # Errors
    /// Markup that breaks off, and document types: these could define entities, and no
    /// spreadsheet program writes them.
    pub(super) fn next(&mut self) -> Result<Option<Tag<'a>>, Obstacle> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(ahead) = rest.find('<') else { return Ok(None) };
            let start = self.at + ahead;
            let markup = rest.get(ahead..).unwrap_or_default();
            let skipped = if markup.starts_with("<!--") {
                "-->"
            } else if markup.starts_with("<![CDATA[") {
                "]]>"
            } else if markup.starts_with("<?") {
                "?>"
            } else if markup.starts_with("<!") {
                return Err(Obstacle::Broken("document type"));
            } else {
                return self.tag(start, markup).map(Some);
            };
            self.at = start + markup.find(skipped).ok_or(BROKEN)? + skipped.len();
        }
    }

    fn tag(&mut self, start: usize, markup: &'a str) -> Result<Tag<'a>, Obstacle> {
        let end = tag_end(markup).ok_or(BROKEN)?;
        self.at = start + end + 1;
        let span = start..self.at;
        let inner = markup.get(1..end).unwrap_or_default();
        let (kind, inner) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(name), _) => (Kind::Close, name),
            (None, Some(inner)) => (Kind::Empty, inner),
            (None, None) => (Kind::Open, inner),
        };
        let name_end = inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(name_end);
        if name.is_empty() {
            return Err(BROKEN);
        }
        if kind == Kind::Close {
            self.depth = self.depth.saturating_sub(1);
        }
        let depth = self.depth;
        if kind == Kind::Open {
            self.depth += 1;
        }
        Ok(Tag { kind, name, span, depth, attributes })
    }
}

const BROKEN: Obstacle = Obstacle::Broken("markup");

/// Where the `>` of the tag at the beginning of `markup` stands; attribute values may hold others.
fn tag_end(markup: &str) -> Option<usize> {
    let mut quote = None;
    markup.bytes().position(|b| {
        match quote {
            Some(open) if b == open => quote = None,
            None if matches!(b, b'"' | b'\'') => quote = Some(b),
            None if b == b'>' => return true,
            _ => {}
        }
        false
    })
}

/// Changes to a text, each at its own place, made all at once.
pub(super) struct Edits<'a> {
    text: &'a str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, changes: Vec::new() }
    }

    /// Puts `new` before what stands at `at`; what is put there later comes behind.
    pub(super) fn insert(&mut self, at: usize, new: String) {
        self.changes.push((at..at, new));
    }

    /// Puts `new` where `old` stands.
    pub(super) fn replace(&mut self, old: Range<usize>, new: String) {
        self.changes.push((old, new));
    }

    /// Gives an attribute without prefix another value. `value` needs no escapes.
    pub(super) fn set(&mut self, tag: &Tag<'_>, name: &str, value: &str) {
        match tag.attributes().find(|a| a.name == name) {
            Some(attribute) => self.replace(attribute.span, value.to_owned()),
            None => self.insert(tag.name_end(), format!(" {name}=\"{value}\"")),
        }
    }

    /// Puts `children` into an element: before its end at `close`, or by opening it if it is empty.
    pub(super) fn fill(&mut self, tag: &Tag<'_>, close: usize, children: &str) {
        if tag.kind == Kind::Empty {
            let slash = tag.span.end.saturating_sub(2);
            self.replace(slash..tag.span.end, format!(">{children}</{}>", tag.name));
        } else {
            self.insert(close, children.to_owned());
        }
    }

    /// The changed text.
    ///
    /// # Errors
    /// Changes that overlap: only a part that names one thing twice can cause them.
    pub(super) fn finish(mut self) -> Result<String, Obstacle> {
        // Stable: what was inserted first at a place stands first.
        self.changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out =
            String::with_capacity(self.text.len() + self.changes.iter().map(|(_, new)| new.len()).sum::<usize>());
        let mut at = 0;
        for (range, new) in &self.changes {
            out.push_str(self.text.get(at..range.start).ok_or(BROKEN)?);
            out.push_str(new);
            at = range.end;
        }
        out.push_str(self.text.get(at..).ok_or(BROKEN)?);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Tag<'_>> {
        let mut tags = Tags::new(text);
        std::iter::from_fn(|| tags.next().unwrap()).collect()
    }

    #[test]
    fn tags_know_their_places() {
        let text = "<?xml version='1.0'?><x:a b = '1>2' r:id=\"q&amp;\"><!-- <no> --><c/>text</x:a >";
        let tags = all(text);
        let shown: Vec<_> = tags.iter().map(|t| (t.kind, t.local(), t.depth)).collect();
        assert_eq!(shown[1], (Kind::Empty, "c", 1));
        assert_eq!((shown[0], shown[2].0), ((Kind::Open, "a", 0), Kind::Close));
        assert_eq!((tags[0].prefix(), tags[0].get("b").as_deref()), ("x:", Some("1>2")));
        assert_eq!(tags[0].get_prefixed("id").as_deref(), Some("q&"));
        assert_eq!(&text[tags[1].span.clone()], "<c/>");
    }

    #[test]
    fn edits_leave_the_rest_alone() {
        let text = "<a b='1' ><c n=\"2\" /></a>";
        let tags = all(text);
        let mut edits = Edits::new(text);
        edits.fill(&tags[1], 0, "<d/>");
        edits.set(&tags[0], "b", "7");
        edits.set(&tags[1], "m", "8");
        assert_eq!(edits.finish().unwrap(), "<a b='7' ><c m=\"8\" n=\"2\" ><d/></c></a>");
    }

    #[test]
    fn broken_markup_is_an_error() {
        for text in ["<a", "<!-- ", "<!DOCTYPE a>", "<a b='>", "<>", "< />"] {
            assert!(Tags::new(text).next().is_err(), "{text}");
        }
    }
}
