//! Figures beside a table's known columns: what they are tells whether the known ones can be trusted.

use super::super::Gap;
use super::super::sheet::{Look, look, position, text_of};
use super::found::Found;
use super::{Band, HEAD_ROWS, Scene};
use crate::address::Position;
use crate::read::{Cell, Content};

/// Looks for figures right of the first known column, in the band's rows, under no known head.
pub(super) fn check(scene: &Scene<'_, '_>, band: &Band, last: u32, found: &mut Found) {
    let left = band.left();
    let end = band.heads.iter().map(|head| head.column).max().unwrap_or(0);
    let mut understood: Vec<(u32, bool)> = Vec::new();
    let mut strays: Vec<Position> = Vec::new();
    let mut split_rows = Vec::new();
    for row in scene.view.rows_between(band.body, last) {
        // Between its label and the first known column a row may have a column whose head is not known.
        let label =
            scene.view.row(row).map(|(cell, _)| cell).find(|cell| text_of(cell).is_some()).map(|cell| cell.column);
        let after_label = |cell: &Cell| {
            cell.column > left
                || (label.is_some_and(|label| cell.column > label)
                    && heads_over(scene, band, cell.column).next().is_some())
        };
        for (cell, _) in scene.view.row(row).filter(|(cell, _)| after_label(cell)) {
            let known = band.heads.iter().any(|head| head.column == cell.column)
                || band.units == Some(cell.column)
                || band.ignored.contains(&cell.column)
                || band.part_sums.iter().any(|(column, _)| *column == cell.column);
            if known || look(cell) != Look::Figure {
                continue;
            }
            let fine = match understood.iter().find(|(column, _)| *column == cell.column) {
                Some((_, fine)) => *fine,
                None => {
                    let fine = is_understood(scene, band, cell.column);
                    understood.push((cell.column, fine));
                    fine
                }
            };
            if fine {
                continue;
            }
            if cell.column == end + 1 && is_rest_of_figure(scene, band, cell) && !is_column(scene, band, last, end + 1)
            {
                split_rows.push(row);
                found.gaps.push(Gap::SplitFigure { position: position(cell) });
            } else if strays.iter().all(|stray| stray.column != cell.column) {
                strays.push(position(cell));
            }
        }
    }
    if !split_rows.is_empty() {
        let of_band = |placed: &Position| band.heads.iter().any(|head| head.column == placed.column);
        found.figures.retain(|placed| !(of_band(&placed.position) && split_rows.contains(&placed.position.row)));
    }
    if let Some(first) = strays.first() {
        found.gaps.push(Gap::UnknownColumn { position: *first });
    }
    if let [only] = strays.as_slice()
        && heads_over(scene, band, only.column).next().is_none()
    {
        found.bare.push((band.block, *only));
    }
}

/// Whether most rows of the band have a figure in the column: it is one of its own, if without a head.
fn is_column(scene: &Scene<'_, '_>, band: &Band, last: u32, column: u32) -> bool {
    let is_figure =
        |row: u32, column: u32| scene.view.at(Position { row, column }).is_some_and(|c| look(c) == Look::Figure);
    let rows: Vec<u32> = scene
        .view
        .rows_between(band.body, last)
        .filter(|row| band.heads.iter().any(|head| is_figure(*row, head.column)))
        .collect();
    rows.iter().filter(|row| is_figure(**row, column)).count() * 2 > rows.len()
}

/// Whether a column's head says that its figures are not wanted: a comment, a unit, another year.
fn is_understood(scene: &Scene<'_, '_>, band: &Band, column: u32) -> bool {
    let words = &scene.guide.words;
    heads_over(scene, band, column)
        .any(|head| head.other_year || words.is_remark_head(head.key) || words.is_footer(head.text, head.key))
}

/// A text over a column.
pub(super) struct Over<'s> {
    pub text: &'s str,
    pub key: &'s str,
    pub other_year: bool,
    pub position: Position,
}

/// The texts over a column, from above.
pub(super) fn heads_over<'s>(scene: &'s Scene<'_, '_>, band: &Band, column: u32) -> impl Iterator<Item = Over<'s>> {
    let first = band.first_row.saturating_sub(HEAD_ROWS);
    scene.view.rows_between(first, band.body.saturating_sub(1)).filter_map(move |row| {
        let (cell, mark) = scene.view.marked_row(row).find(|(cell, _)| cell.column == column)?;
        let other_year = scene.report_year(mark, false) == Some(false);
        Some(Over { text: text_of(cell)?, key: &mark.key, other_year, position: position(cell) })
    })
}

/// Whether the cell is what a thousands mark cut off the figure before it (`1,234` unquoted in a CSV file).
fn is_rest_of_figure(scene: &Scene<'_, '_>, band: &Band, cell: &Cell) -> bool {
    let three_digits = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = matches!(&cell.content, Content::Text(text) if three_digits(text.trim()));
    let before = cell.column.checked_sub(1).and_then(|column| scene.view.at(Position { row: cell.row, column }));
    let start = before.is_some_and(|before| match &before.content {
        Content::Text(text) => {
            let text = text.trim();
            (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
        }
        _ => false,
    });
    rest && start && heads_over(scene, band, cell.column).next().is_none()
}
