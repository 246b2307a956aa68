//! A workbook that goes back is the sender's own: every part, cell, formula, merged range and format that is not in
//! question is what it was (tests/fixtures/sendback/make.py makes the workbooks).

use crate::support;
use huizong::Level;
use huizong::Position;
use huizong::parts::sendback::{Column, Mark, Notice, Obstacle, Row, SentBack, Target, send_back};
use huizong::{Limits, Workbook, read_workbook};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn read(bytes: &[u8]) -> Workbook {
    read_workbook(bytes, &Limits::default()).unwrap()
}

/// Marks the given cells of the first sheet (row and column from zero), with everything hostile that texts can hold.
fn sent_back(bytes: &[u8], cells: &[(u32, u32)]) -> SentBack {
    let text = "=1+1 <b>&amp;\"'</b>\u{7}\n第二行_x000D_";
    let mark = |(place, (row, column)): (usize, &(u32, u32))| Mark {
        sheet: 0,
        position: Position { row: *row, column: *column },
        level: if place == 0 { Level::Error } else { Level::Query },
        comment: text.to_owned(),
    };
    let marks: Vec<Mark> = cells.iter().enumerate().map(mark).collect();
    let column = |head: &str| Column { head: head.to_owned(), width: 20 };
    let row = |mark: &Mark| Row {
        level: mark.level,
        texts: vec!["错误".to_owned(), mark.position.to_string(), text.to_owned()],
        key: "F0123456789".to_owned(),
        target: Some(Target { sheet: mark.sheet, position: mark.position }),
    };
    let notice = Notice {
        sheet: "退回说明".to_owned(),
        author: "公开办".to_owned(),
        unnamed: "原表".to_owned(),
        lines: vec!["请核对".to_owned(), text.to_owned()],
        columns: vec![column("程度"), column("位置"), column("问题")],
        link_column: 1,
        replies: vec![column("改为"), column("说明")],
        key: column("编号"),
        rows: marks.iter().map(row).collect(),
    };
    send_back(bytes, &read(bytes), &marks, &notice, &Limits::default()).unwrap()
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// The elements of a name in a document, as they are written, by a key attribute.
fn elements<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let open = format!("<{name}");
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at..];
        if !rest[open.len()..].starts_with([' ', '>', '/']) {
            rest = &rest[open.len()..];
            continue;
        }
        let tag_end = rest.find('>').unwrap() + 1;
        let end = match rest[..tag_end].ends_with("/>") {
            true => tag_end,
            false => rest.find(&format!("</{name}>")).unwrap() + name.len() + 3,
        };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

fn without_style(cell: &str) -> String {
    let start = cell.find(" s=\"").map(|at| (at, at + 4 + cell[at + 4..].find('"').unwrap() + 1));
    start.map_or(cell.to_owned(), |(from, to)| format!("{}{}", &cell[..from], &cell[to..]))
}

#[test]
fn everything_that_is_not_in_question_stays_as_it_was() {
    for name in ["sendback/rich.xlsx", "sendback/rich-lo.xlsx", "read/return.xlsx", "folded/folded.xlsx"] {
        let original = fixture(name);
        let before = read(&original);
        let marked: Vec<(u32, u32)> =
            before.sheets[0].cells.iter().skip(9).step_by(7).take(4).map(|c| (c.row, c.column)).collect();
        let done = sent_back(&original, &marked);
        assert_eq!(done.made_anew, None, "{name}");
        assert!(done.unplaced.is_empty(), "{name}");

        // The same cells with the same values and formulas, behind the notice.
        let after = read(&done.bytes);
        assert_eq!(after.sheets.len(), before.sheets.len() + 1, "{name}");
        for (new, old) in after.sheets.iter().skip(1).zip(&before.sheets) {
            assert_eq!(
                (&new.name, &new.cells, &new.merged, &new.folded),
                (&old.name, &old.cells, &old.merged, &old.folded),
                "{name}"
            );
        }
        let notice = &after.sheets[0];
        assert_eq!(notice.name, "退回说明");
        assert!(notice.cells.iter().all(|cell| !cell.is_formula));

        // Part by part: only what has to know of the marks is touched.
        let (old, new) = (parts(&original), parts(&done.bytes));
        let must_change = |part: &str| {
            ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"].contains(&part)
                || ["xl/worksheets/", "xl/comments", "xl/drawings/vml", "xl/drawings/comment", "docProps/app.xml"]
                    .iter()
                    .any(|stem| part.starts_with(stem))
        };
        for (part, content) in &old {
            let same = new.get(part).unwrap_or_else(|| panic!("{name}: {part} is gone"));
            assert!(same == content || must_change(part), "{name}: {part} has changed");
        }
        let (mut changed_sheets, mut cells_changed) = (0, BTreeSet::new());
        for (part, content) in old.iter().filter(|(part, _)| part.starts_with("xl/worksheets/sheet")) {
            let (old, new) = (String::from_utf8_lossy(content), String::from_utf8_lossy(&new[part]));
            changed_sheets += usize::from(elements(&old, "c") != elements(&new, "c"));
            for kept in [
                "mergeCell",
                "col",
                "f",
                "dataValidation",
                "conditionalFormatting",
                "pageSetup",
                "pageMargins",
                "printOptions",
                "drawing",
            ] {
                assert_eq!(elements(&old, kept), elements(&new, kept), "{name}: {part}: {kept}");
            }
            for (old, new) in elements(&old, "c").into_iter().zip(elements(&new, "c")) {
                assert_eq!(without_style(old), without_style(new), "{name}: {part}");
                if old != new {
                    cells_changed.insert(old.split('"').nth(1).unwrap().to_owned());
                }
            }
        }
        assert_eq!((changed_sheets, cells_changed.len()), (1, marked.len()), "{name}: {cells_changed:?}");

        // The formats that were there keep their numbers.
        let formats = |parts: &BTreeMap<String, Vec<u8>>| {
            let text = String::from_utf8_lossy(&parts["xl/styles.xml"]).into_owned();
            let list = elements(&text, "cellXfs")[0].to_owned();
            elements(&list, "xf").into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let (old, new) = (formats(&old), formats(&new));
        assert!(new.len() > old.len() && new.starts_with(&old), "{name}");
    }
}

#[test]
fn the_same_workbook_goes_back_with_the_same_bytes() {
    let original = fixture("sendback/rich.xlsx");
    assert_eq!(sent_back(&original, &[(3, 2)]).bytes, sent_back(&original, &[(3, 2)]).bytes);
}

#[test]
fn what_cannot_be_written_is_made_anew_with_the_same_cells() {
    for name in ["folded/folded.xls", "folded/folded.ods", "folded/folded.xml", "read/small.xlsb"] {
        let original = fixture(name);
        let before = read(&original);
        let done = sent_back(&original, &[(3, 1)]);
        assert!(matches!(done.made_anew, Some(Obstacle::Format(_))), "{name}: {:?}", done.made_anew);
        assert_eq!(done.extension, "xlsx");
        let after = read(&done.bytes);
        for (new, old) in after.sheets.iter().skip(1).zip(&before.sheets) {
            let shown = |cells: &[huizong::Cell]| support::shown(cells);
            assert_eq!(shown(&new.cells), shown(&old.cells), "{name}");
        }
    }
}

#[test]
fn a_broken_package_is_no_reason_to_fail() {
    // Cut off in the middle, a byte wrong here and there: the workbook is marked, made anew or refused, never a panic.
    let original = fixture("sendback/rich.xlsx");
    let whole = read(&original);
    for at in (0..original.len()).step_by(original.len() / 40) {
        let mut bytes = original.clone();
        bytes[at] ^= 0x55;
        let notice_only = Notice {
            sheet: String::new(),
            author: String::new(),
            unnamed: String::new(),
            lines: Vec::new(),
            columns: Vec::new(),
            link_column: 0,
            replies: Vec::new(),
            key: Column { head: String::new(), width: 1 },
            rows: Vec::new(),
        };
        if let Ok(done) = send_back(&bytes, &whole, &[], &notice_only, &Limits::default()) {
            assert_eq!(read(&done.bytes).sheets.len(), whole.sheets.len() + 1);
        }
    }
}
