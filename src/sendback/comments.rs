//! The comments of a sheet: the sender's own stay, ours are added, in one and the same list.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Position;
use crate::read::unescape;

use super::Obstacle;
use super::place;
use super::relations::Dialect;
use super::scan::{Edits, Kind, Tag, Tags};
use super::words::escaped;

/// The comments part with `comments` added, and the cells that had none before.
///
/// A cell can have one comment only, so what we say about a cell with a comment of the sender's
/// comes behind the sender's words.
///
/// # Errors
/// Broken markup, and a part that is no list of comments.
pub(super) fn add(
    text: Option<String>,
    dialect: Dialect,
    author: &str,
    comments: &BTreeMap<Position, String>,
) -> Result<(String, Vec<Position>), Obstacle> {
    let text = text.unwrap_or_else(|| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{}\"><authors/><commentList/></comments>",
            dialect.main()
        )
    });
    let mut list = List { comments, edits: Edits::new(&text), authors: Vec::new(), answered: BTreeSet::new() };
    let mut tags = Tags::new(&text);
    let mut open: Option<Tag<'_>> = None;
    let (mut author_id, mut is_written) = (None, false);
    while let Some(tag) = tags.next()? {
        match (tag.depth, tag.kind, tag.local()) {
            (1, Kind::Open, _) => open = Some(tag),
            (1, Kind::Empty | Kind::Close, "authors") => {
                let first = open.take().unwrap_or_else(|| tag.clone());
                author_id = Some(list.author(&first, tag.span.start, author));
            }
            (2, Kind::Open, "author") => {
                let end = text.get(tag.span.end..).and_then(|rest| rest.find('<')).unwrap_or(0);
                let name = text.get(tag.span.end..tag.span.end + end).unwrap_or_default();
                list.authors.push(unescape(name).into_owned());
            }
            (2, Kind::Empty, "author") => list.authors.push(String::new()),
            (2, Kind::Open, "comment") => list.comment(&tag, &mut tags)?,
            (1, Kind::Empty | Kind::Close, "commentList") if !is_written => {
                let first = open.take().unwrap_or_else(|| tag.clone());
                let author = author_id.ok_or(Obstacle::Broken("no authors"))?;
                list.rest(&first, tag.span.start, author);
                is_written = true;
            }
            _ => {}
        }
    }
    if !is_written {
        return Err(Obstacle::Broken("no comments"));
    }
    let new = comments.keys().filter(|position| !list.answered.contains(position)).copied().collect();
    Ok((list.edits.finish()?, new))
}

struct List<'a> {
    comments: &'a BTreeMap<Position, String>,
    edits: Edits<'a>,
    authors: Vec<String>,
    /// Cells with a comment of the sender's behind which ours stands.
    answered: BTreeSet<Position>,
}

impl<'a> List<'a> {
    /// The number of our author, who may be there from an earlier time.
    fn author(&mut self, authors: &Tag<'_>, close: usize, author: &str) -> usize {
        self.authors.iter().position(|known| known == author).unwrap_or_else(|| {
            let prefix = authors.prefix();
            self.edits.fill(authors, close, &format!("<{prefix}author>{}</{prefix}author>", escaped(author)));
            self.authors.len()
        })
    }

    /// Passes a comment of the sender's; `tags` stands behind its start and is left at its text's end.
    fn comment(&mut self, comment: &Tag<'a>, tags: &mut Tags<'a>) -> Result<(), Obstacle> {
        let position = comment.get("ref").and_then(|place| place::cell(place.trim()));
        let Some((position, ours)) = position.and_then(|p| Some((p, self.comments.get(&p)?))) else { return Ok(()) };
        if !self.answered.insert(position) {
            return Ok(());
        }
        let run = |prefix: &str| {
            format!("<{prefix}r><{prefix}t xml:space=\"preserve\">\n{}</{prefix}t></{prefix}r>", escaped(ours))
        };
        let mut at = 0;
        let mut plain = 0;
        while let Some(tag) = tags.next()? {
            match (tag.depth, tag.kind, tag.local()) {
                (3, Kind::Open, "text") => at = tag.span.end,
                (3, Kind::Empty, "text") => {
                    self.edits.fill(&tag, 0, &run(tag.prefix()));
                    break;
                }
                (3, Kind::Close, "text") => {
                    self.edits.insert(at, run(tag.prefix()));
                    break;
                }
                // Plain text has to become the first of several runs.
                (4, Kind::Open, "t") => plain = tag.span.start,
                (4, Kind::Close, "t") => {
                    self.edits.insert(plain, format!("<{}r>", tag.prefix()));
                    self.edits.insert(tag.span.end, format!("</{}r>", tag.prefix()));
                    at = tag.span.end;
                }
                (4, Kind::Close | Kind::Empty, "r") => at = tag.span.end,
                (2, Kind::Close, _) => return Err(Obstacle::Broken("comment without text")),
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds the comments of cells that had none.
    fn rest(&mut self, list: &Tag<'_>, close: usize, author: usize) {
        let prefix = list.prefix();
        let mut new = String::new();
        for (position, comment) in self.comments.iter().filter(|(p, _)| !self.answered.contains(p)) {
            new += &format!(
                "<{prefix}comment ref=\"{position}\" authorId=\"{author}\"><{prefix}text><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}text></{prefix}comment>",
                escaped(comment)
            );
        }
        self.edits.fill(list, close, &new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(cells: &[(&str, &str)]) -> BTreeMap<Position, String> {
        cells.iter().map(|(cell, text)| (place::cell(cell).unwrap(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_senders_comment_stays_and_is_answered() {
        let text = "<comments><authors><author>甲&amp;乙</author></authors><commentList><comment ref=\"B2\" authorId=\"0\"><text><t>原话</t></text></comment><comment ref=\"C3\" authorId=\"0\"><text><r><rPr><b/></rPr><t>粗</t></r><phoneticPr fontId=\"1\"/></text></comment></commentList></comments>";
        let (out, new) = add(
            Some(text.to_owned()),
            Dialect::Transitional,
            "审核",
            &ours(&[("B2", "合计不等"), ("C3", "<过大>"), ("D4", "缺")]),
        )
        .unwrap();
        assert_eq!(new, [place::cell("D4").unwrap()]);
        assert_eq!(
            out,
            "<comments><authors><author>甲&amp;乙</author><author>审核</author></authors><commentList><comment ref=\"B2\" authorId=\"0\"><text><r><t>原话</t></r><r><t xml:space=\"preserve\">\n合计不等</t></r></text></comment><comment ref=\"C3\" authorId=\"0\"><text><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space=\"preserve\">\n&lt;过大&gt;</t></r><phoneticPr fontId=\"1\"/></text></comment><comment ref=\"D4\" authorId=\"1\"><text><t xml:space=\"preserve\">缺</t></text></comment></commentList></comments>"
        );
        // Another time, the same author is one author.
        let (again, _) = add(Some(out), Dialect::Transitional, "审核", &ours(&[("E5", "x")])).unwrap();
        assert_eq!(again.matches("<author>").count(), 2);
    }

    #[test]
    fn a_part_that_is_no_list_is_refused() {
        for text in ["<comments/>", "<comments><commentList/></comments>", "<comments><authors/></comments>"] {
            assert!(add(Some(text.to_owned()), Dialect::Transitional, "a", &ours(&[("A1", "x")])).is_err(), "{text}");
        }
    }
}
