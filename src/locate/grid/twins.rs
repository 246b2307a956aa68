//! Which of several columns with the same head is meant: the report year's, never another's.
//!
//! Columns may stand twice because two years or two agencies stand side by side, because a list runs on in a second
//! half, or because a group of columns has a sum of its own. What cannot be told apart is not counted.

use super::super::index::Role;
use super::super::sheet::text_of;
use super::heads::Hit;
use super::{Band, Foreign, HEAD_ROWS, Head, Scene, found};
use crate::address::Position;
use crate::form::Block;
use crate::label::key;

/// How far down labels are looked for that belong to a second half of a list.
const LOOK_DOWN: u32 = 50;

/// Finishes a band from the heads found for it: `first` of each column, and further ones of the same columns.
pub(super) fn settle(scene: &Scene<'_, '_>, mut band: Band, first: Vec<Hit>, rivals: &[Hit], bands: &mut Vec<Band>) {
    let Some(block) = scene.block(band.table, band.block) else { return };
    let repeated = |hit: &Hit| rivals.iter().any(|rival| rival.head.line == hit.head.line);
    let repeated_lines = first.iter().filter(|hit| repeated(hit)).count();
    let start = bands.len();
    if rivals.is_empty() {
        // A column that says it is another year's is not the form's, even if there is no other.
        let (wanted, other): (Vec<Hit>, Vec<Hit>) = first.iter().partition(|hit| hit.report_year != Some(false));
        band.ignored = other.iter().map(|hit| hit.head.column).collect();
        band.foreign = foreign(scene, &other);
        band.heads = heads(&wanted);
        bands.push(band);
    } else if repeated_lines == 1 && block.columns.len() > 2 {
        one_line(scene, block, &mut band, &first, rivals);
        bands.push(band);
    } else {
        copies(scene, block, band, first.iter().chain(rivals).copied().collect(), bands);
    }
    for band in bands.iter_mut().skip(start) {
        choose_year_below(scene, band);
    }
}

fn heads(hits: &[Hit]) -> Vec<Head> {
    hits.iter().map(|hit| hit.head).collect()
}

fn foreign(scene: &Scene<'_, '_>, hits: &[Hit]) -> Vec<Foreign> {
    hits.iter().map(|hit| scene.foreign(hit.head.position, hit.head.line)).collect()
}

fn positions(hits: &[Hit]) -> Vec<Position> {
    hits.iter().map(|hit| hit.head.position).collect()
}

/// One column of many stands twice: a group's own sum, or another year's column.
fn one_line(scene: &Scene<'_, '_>, block: &Block, band: &mut Band, first: &[Hit], rivals: &[Hit]) {
    let line = rivals.first().map_or(0, |hit| hit.head.line);
    let mut rest = heads(first);
    rest.retain(|head| head.line != line);
    let mut same: Vec<Hit> = first.iter().chain(rivals).filter(|hit| hit.head.line == line).copied().collect();
    same.sort_by_key(|hit| hit.head.column);
    let all = same.clone();
    if same.iter().any(|hit| hit.report_year == Some(true)) {
        same.retain(|hit| hit.report_year == Some(true));
    }
    same.retain(|hit| hit.report_year != Some(false));
    if same.is_empty() {
        band.foreign = foreign(scene, &all);
    }
    if let Some(definition) = block.columns.get(usize::from(line)) {
        let rank = |hit: &Hit| {
            let key = scene.view.mark_at(hit.head.position).map(|mark| mark.key.as_str()).unwrap_or_default();
            found::rank(definition, key)
        };
        let best = same.iter().map(rank).min();
        same.retain(|hit| Some(rank(hit)) == best);
    }
    let equals = heads(&same);
    // Of equals, one that closes a group is the group's sum when another one follows.
    let last = same.last().map_or(0, |hit| hit.head.column);
    same.retain(|hit| hit.head.column == last || group_beside(block, &rest, line, hit.head.column).is_none());
    if let [only] = same.as_slice() {
        rest.push(only.head);
    }
    if equals.len() > 1 {
        band.rivals = equals;
    }
    for hit in all.iter().filter(|hit| rest.iter().all(|head| head.column != hit.head.column)) {
        match group_beside(block, &rest, line, hit.head.column) {
            Some(parts) if hit.report_year.is_none() => band.part_sums.push((hit.head.column, parts)),
            _ => band.ignored.push(hit.head.column),
        }
    }
    band.labels.end = band.labels.end.min(all.first().map_or(u32::MAX, |hit| hit.head.column));
    band.heads = rest;
}

/// The columns of the group that a column closes or opens, if it stands beside one to which it does not belong.
fn group_beside(block: &Block, heads: &[Head], line: u8, column: u32) -> Option<Vec<u8>> {
    let groups = |line: u8| block.columns.get(usize::from(line)).map(|line| &line.under_keys);
    let own = groups(line)?;
    let before = heads.iter().filter(|head| head.column < column).max_by_key(|head| head.column);
    let after = heads.iter().filter(|head| head.column > column).min_by_key(|head| head.column);
    let group = [before, after]
        .into_iter()
        .flatten()
        .filter_map(|head| groups(head.line))
        .find(|group| group.len() > own.len() && group.starts_with(own))?;
    Some((0u8..).take(block.columns.len()).filter(|line| groups(*line) == Some(group)).collect())
}

/// Whole sets of heads stand side by side.
fn copies(scene: &Scene<'_, '_>, block: &Block, mut band: Band, mut hits: Vec<Hit>, bands: &mut Vec<Band>) {
    hits.sort_by_key(|hit| hit.head.column);
    let mut copies: Vec<Vec<Hit>> = Vec::new();
    for hit in &hits {
        let earlier = copies.iter().filter(|copy| copy.iter().any(|other| other.head.line == hit.head.line)).count();
        match copies.get_mut(earlier) {
            Some(copy) => copy.push(*hit),
            None => copies.push(vec![*hit]),
        }
    }
    let spans: Vec<(u32, u32)> =
        copies.iter().filter_map(|copy| Some((copy.first()?.head.column, copy.last()?.head.column))).collect();
    let apart = spans.windows(2).all(|pair| matches!(pair, [(_, end), (start, _)] if end < start));
    // Whether each set after the first has labels of its own before it.
    let with_labels: Vec<bool> = spans
        .windows(2)
        .map(|pair| match pair {
            [(_, end), (start, _)] if apart => has_labels(scene, &band, *end + 1, *start),
            _ => false,
        })
        .collect();
    let own_labels =
        |place: usize| place.checked_sub(1).and_then(|before| with_labels.get(before)).copied().unwrap_or(false);
    let leftmost = spans.first().map_or(0, |(start, _)| *start);
    let labels = |place: usize| match place.checked_sub(1).and_then(|before| spans.get(before)) {
        Some((_, end)) if own_labels(place) => *end + 1..spans.get(place).map_or(0, |(start, _)| *start),
        _ => 0..leftmost,
    };
    let years = years_of(scene, &band, &copies, &spans, apart);
    let chosen = the_report_years(&years);
    let others = |place: usize| {
        let other = copies.iter().enumerate().filter(move |(other, _)| *other != place);
        other.flat_map(|(_, copy)| copy.iter().map(|hit| hit.head.column)).collect::<Vec<u32>>()
    };
    if let Some(place) = chosen {
        band.ignored = others(place);
        band.labels = labels(place);
        band.heads = copies.get(place).map(|copy| heads(copy)).unwrap_or_default();
        bands.push(band);
    } else if block.is_list() && (1..copies.len()).all(own_labels) {
        for (place, copy) in copies.iter().enumerate() {
            bands.push(Band {
                heads: heads(copy),
                labels: labels(place),
                ignored: others(place),
                beside_others: true,
                first_row: band.first_row,
                body: band.body,
                ..Band::new(band.table, band.block)
            });
        }
    } else {
        band.ignored = others(0);
        match years.iter().all(|year| *year == Some(false)) {
            true => band.foreign = foreign(scene, &hits),
            false => band.twins = positions(&hits),
        }
        band.labels = labels(0);
        band.heads = copies.first().map(|copy| heads(copy)).unwrap_or_default();
        bands.push(band);
    }
}

/// Whether row labels of the block stand in these columns, below the heads.
fn has_labels(scene: &Scene<'_, '_>, band: &Band, first: u32, end: u32) -> bool {
    let mine = |u: &super::super::LabelUse| (u.table, u.block, u.role) == (band.table, band.block, Role::Row);
    scene
        .view
        .rows_between(band.body, band.body + LOOK_DOWN)
        .any(|row| scene.view.row(row).any(|(cell, uses)| (first..end).contains(&cell.column) && uses.iter().any(mine)))
}

/// For each set of heads, whether it says that it is the report year's: in its heads, under them or above them.
fn years_of(
    scene: &Scene<'_, '_>,
    band: &Band,
    copies: &[Vec<Hit>],
    spans: &[(u32, u32)],
    apart: bool,
) -> Vec<Option<bool>> {
    let said = |answers: &mut dyn Iterator<Item = bool>| answers.reduce(|a, b| a && b);
    let by_heads: Vec<Option<bool>> = copies
        .iter()
        .map(|copy| {
            said(&mut copy.iter().filter_map(|hit| hit.report_year)).or_else(|| {
                said(&mut copy.iter().filter_map(|hit| {
                    let mark = scene.view.mark_at(Position { row: band.body, column: hit.head.column })?;
                    scene.report_year(mark, false).filter(|_| mark.only_time)
                }))
            })
        })
        .collect();
    if by_heads.iter().any(Option::is_some) || !apart {
        return by_heads;
    }
    // Titles above tell years apart only if nothing else differs: two agencies' titles may name two years.
    let mut names: Vec<String> = Vec::new();
    let mut above = Vec::new();
    let mut from = 0;
    for (_, end) in spans {
        let title = (1..=HEAD_ROWS + 1).filter_map(|up| band.first_row.checked_sub(up)).find_map(|row| {
            scene.view.marked_row(row).find_map(|(cell, mark)| {
                let titled = mark.time.is_said() && (from..=*end).contains(&cell.column);
                let name = scene.guide.words.calendar.says(text_of(cell).filter(|_| titled)?).rest;
                Some((scene.report_year(mark, false), key(&name)))
            })
        });
        from = end + 1;
        let (answer, name) = title.unwrap_or_default();
        above.push(answer);
        names.push(name);
    }
    match names.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) {
        true => above,
        false => vec![None; copies.len()],
    }
}

/// The one place that says it is the report year's, or the only one that does not say it is another's.
pub(super) fn the_report_years(years: &[Option<bool>]) -> Option<usize> {
    let only = |wanted: Option<bool>| {
        let mut places = years.iter().enumerate().filter(|(_, year)| **year == wanted).map(|(place, _)| place);
        places.next().filter(|_| places.next().is_none())
    };
    match years.contains(&Some(true)) {
        true => only(Some(true)),
        false => only(None),
    }
}

/// Where years stand under the heads, moves each head to the report year's column.
fn choose_year_below(scene: &Scene<'_, '_>, band: &mut Band) {
    let years: Vec<(u32, Option<bool>)> = scene
        .view
        .marked_row(band.body)
        .filter(|(_, mark)| mark.only_time)
        .map(|(cell, mark)| (cell.column, scene.report_year(mark, false)))
        .collect();
    if years.is_empty() || !band.heads.iter().all(|head| years.iter().any(|(column, _)| *column == head.column)) {
        return;
    }
    let mut unclear = Vec::new();
    let mut foreign = Vec::new();
    for head in &mut band.heads {
        // A head reaches over the empty cells to its right.
        let next = scene.view.row(head.position.row).map(|(cell, _)| cell.column).find(|column| *column > head.column);
        let below = |column: u32| column >= head.column && next.is_none_or(|next| column < next);
        let mine: Vec<(u32, Option<bool>)> = years.iter().filter(|(column, _)| below(*column)).copied().collect();
        let answers: Vec<Option<bool>> = mine.iter().map(|(_, answer)| *answer).collect();
        let wanted = the_report_years(&answers).and_then(|place| mine.get(place)).map(|(column, _)| *column);
        match wanted {
            Some(column) => {
                band.ignored.extend(mine.iter().map(|(other, _)| *other).filter(|other| *other != column));
                head.column = column;
            }
            None if answers.iter().all(|answer| *answer == Some(false)) => {
                let below = mine.first().map_or(head.column, |(column, _)| *column);
                foreign.push(scene.foreign(Position { row: band.body, column: below }, head.line));
            }
            None => unclear.push(head.position),
        }
    }
    band.twins.extend(unclear);
    band.heads.retain(|head| foreign.iter().all(|foreign| foreign.line != head.line));
    band.foreign.extend(foreign);
    band.body += 1;
}
