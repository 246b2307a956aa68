//! The answers in a workbook that was sent back: its sheet with the questions is no table, but the sender may have written
//! beside each question what the figure should be, or why it is right.

use crate::address::{Place, Position};
use crate::form::ReplyWords;
use crate::label;
use crate::locate::{raw_of, text_of};
use crate::read::{Cell, Sheet, Workbook};

/// Beginning and length of a finding's id.
const ID: (char, usize) = ('F', 11);

/// A sender's answer to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The finding's id.
    pub finding: String,
    /// What the cell should say, as written; blank if nothing is to be changed.
    pub change: String,
    /// Why the cell is right, as written; blank if nothing is explained.
    pub explanation: String,
    /// Where the answer stands.
    pub place: Place,
}

/// What a workbook that came back holds besides the sender's own sheets.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Whether it has a sheet of questions at all.
    pub is_returned: bool,
    /// The answers.
    pub replies: Vec<Reply>,
}

/// Takes the sheets of questions out of a workbook: they stay in their places, empty, so that no other sheet moves.
pub(super) fn take_out(workbook: &mut Workbook, words: &ReplyWords) -> Answers {
    let mut answers = Answers::default();
    for (number, sheet) in (0u16..).zip(&mut workbook.sheets) {
        if let Some(replies) = replies_of(sheet, number, words) {
            answers.is_returned = true;
            answers.replies.extend(replies);
            sheet.cells.clear();
            sheet.covered.clear();
        }
    }
    answers
}

/// The answers on a sheet; none if it is no sheet of questions.
fn replies_of(sheet: &Sheet, number: u16, words: &ReplyWords) -> Option<Vec<Reply>> {
    let head = |names: &[String]| {
        let keys: Vec<String> = names.iter().map(|name| label::key(name)).collect();
        sheet.cells.iter().filter(move |cell| text_of(cell).is_some_and(|text| keys.contains(&label::key(text))))
    };
    let (key, change, explain) = head(&words.key).find_map(|key| {
        let beside = |names: &[String]| head(names).find(|cell| cell.row == key.row).map(|cell| cell.column);
        Some((key, beside(&words.change)?, beside(&words.explain)?))
    })?;
    let at = |row: u32, column: u32| sheet.cells.iter().find(|cell| (cell.row, cell.column) == (row, column));
    let text = |cell: Option<&Cell>| cell.map(|cell| raw_of(cell).trim().to_owned()).unwrap_or_default();
    let below = sheet.cells.iter().filter(|cell| cell.column == key.column && cell.row > key.row);
    let replies = below.filter_map(|cell| {
        let finding = text_of(cell).map(str::trim).filter(|text| is_id(text))?.to_owned();
        let (change, explanation) = (text(at(cell.row, change)), text(at(cell.row, explain)));
        let place = Place { sheet: number, position: Position { row: cell.row, column: cell.column } };
        (!change.is_empty() || !explanation.is_empty()).then_some(Reply { finding, change, explanation, place })
    });
    Some(replies.collect())
}

/// Whether a text is a finding's id.
#[must_use]
pub(super) fn is_id(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some(ID.0) && text.len() == ID.1 && chars.all(|c| c.is_ascii_hexdigit())
}
