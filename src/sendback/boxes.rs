//! The drawing that shows a sheet's comments: without a box in it, programs show no comment.
//!
//! It is VML, which its own makers do not always write well-formed: what is there is not read,
//! boxes are only added before its end.

use crate::address::Position;
use crate::read::{MAX_COLUMNS, MAX_ROWS};

use super::Obstacle;
use super::words::lines;

const NAMESPACES: [&str; 3] = [
    "xmlns:v=\"urn:schemas-microsoft-com:vml\"",
    "xmlns:o=\"urn:schemas-microsoft-com:office:office\"",
    "xmlns:x=\"urn:schemas-microsoft-com:office:excel\"",
];
const SHAPE_NAME: &str = "_x0000_s";
/// Numbers of shapes are given to sheets in blocks.
const BLOCK: u64 = 1024;
/// Columns that a box covers, and how many narrow characters these take at their usual width.
const BOX_COLUMNS: u32 = 3;
const BOX_WIDTH: u32 = 26;

/// The drawing with a box for every new comment. `sheet` counts from one and chooses the block of
/// numbers of a new drawing.
///
/// # Errors
/// A drawing without an end.
pub(super) fn add(text: Option<String>, sheet: usize, comments: &[(Position, &str)]) -> Result<String, Obstacle> {
    let text = text.unwrap_or_else(|| empty(sheet, comments.len()));
    let root_at = text.find("<xml");
    let end = text.rfind("</xml").filter(|end| root_at.is_some_and(|at| at < *end));
    let (head, tail) = end.and_then(|end| text.split_at_checked(end)).ok_or(Obstacle::Broken("drawing"))?;
    let root = head.get(root_at.unwrap_or(0)..).and_then(|rest| rest.split('>').next()).unwrap_or_default();
    let declared = if NAMESPACES.iter().all(|n| root.contains(n)) { String::new() } else { NAMESPACES.join(" ") };
    let mut out = String::with_capacity(text.len() + 1200 * comments.len());
    out.push_str(head);
    if !text.contains("\"_x0000_t202\"") {
        out += &format!(
            "<v:shapetype {declared} id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>"
        );
    }
    let mut number = greatest_number(&text).unwrap_or(block(sheet) * BLOCK);
    for &(position, comment) in comments {
        number = number.saturating_add(1);
        out += &shape(&declared, number, position, comment);
    }
    out.push_str(tail);
    Ok(out)
}

fn block(sheet: usize) -> u64 {
    u64::try_from(sheet).unwrap_or(1).max(1)
}

fn empty(sheet: usize, boxes: usize) -> String {
    let blocks = u64::try_from(boxes).unwrap_or(0) / BLOCK;
    let data: Vec<String> = (0..=blocks).map(|more| (block(sheet) + more).to_string()).collect();
    format!(
        "<xml {}><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{}\"/></o:shapelayout></xml>",
        NAMESPACES.join(" "),
        data.join(",")
    )
}

/// The greatest number of a shape in a drawing.
fn greatest_number(text: &str) -> Option<u64> {
    let digits = |at: usize| {
        let rest = text.get(at + SHAPE_NAME.len()..).unwrap_or_default();
        rest.get(..rest.find(|c: char| !c.is_ascii_digit())?)?.parse().ok()
    };
    text.match_indices(SHAPE_NAME).filter_map(|(at, _)| digits(at)).max()
}

fn shape(declared: &str, number: u64, Position { row, column }: Position, comment: &str) -> String {
    // To the right of the cell, or to its left at the end of the sheet.
    let right = column.saturating_add(1 + BOX_COLUMNS);
    let left = if right < MAX_COLUMNS { column + 1 } else { column.saturating_sub(1 + BOX_COLUMNS) };
    // A line is lower than a row.
    let height = (lines(comment, BOX_WIDTH).min(40) * 4).div_ceil(5) + 2;
    let top = row.min(MAX_ROWS.saturating_sub(height + 1));
    format!(
        "<v:shape {declared} id=\"{SHAPE_NAME}{number}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:144pt;height:{}pt;z-index:{};visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 2, {}, 15, {}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
        height * 15,
        number % BLOCK + 1,
        left + BOX_COLUMNS,
        top + height,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_added_behind_those_there_are() {
        let first = add(None, 2, &[(Position { row: 0, column: 0 }, "甲")]).unwrap();
        assert!(first.contains("data=\"2\"") && first.contains("id=\"_x0000_s2049\""), "{first}");
        let last = Position { row: MAX_ROWS - 1, column: MAX_COLUMNS - 1 };
        let second = add(Some(first.clone()), 2, &[(last, "乙")]).unwrap();
        assert!(second.starts_with(first.strip_suffix("</xml>").unwrap()), "{second}");
        assert!(second.contains("id=\"_x0000_s2050\"") && second.matches("<v:shapetype").count() == 1, "{second}");
    }

    #[test]
    fn what_is_not_well_formed_is_kept() {
        let text = "<xml xmlns:v='a'><v:shape><br></v:shape></xml>\n";
        let out = add(Some(text.to_owned()), 1, &[(Position { row: 1, column: 1 }, "x")]).unwrap();
        assert!(out.starts_with("<xml xmlns:v='a'><v:shape><br></v:shape><v:shapetype xmlns:v="), "{out}");
        assert!(add(Some("<xml/>".to_owned()), 1, &[]).is_err());
    }
}
