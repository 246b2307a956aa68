//! Harmless changes of a return's layout, labels and number formats leave every fact as it was, and raise nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::Place;
use common::grid::{Layout, YEAR, balanced, csv_text, form, library, published};
use huizong::form::{Rulebook, SlotId};
use huizong::value::Kind;
use proptest::prelude::*;

const SENDER: &str = "甲市教育局";

/// How figures are written.
#[derive(Clone, Copy, Debug)]
enum Digits {
    Plain,
    FullWidth,
    Thousands,
    WithUnit,
    Spaced,
}

fn written(book: &Rulebook, slot: SlotId, value: u64, digits: Digits) -> String {
    let plain = value.to_string();
    match digits {
        Digits::Plain => plain,
        Digits::FullWidth => {
            plain.chars().map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap()).collect()
        }
        Digits::Thousands if plain.len() > 3 => format!("{},{}", &plain[..plain.len() - 3], &plain[plain.len() - 3..]),
        Digits::WithUnit if book.slot(slot).kind == Kind::Count => format!("{plain}{}", book.slot(slot).unit),
        Digits::Spaced => format!(" {plain}　"),
        _ => plain,
    }
}

fn layouts() -> impl Strategy<Value = Layout> {
    let place = (0usize..6, 0usize..4, any::<bool>(), any::<bool>());
    let labels = (0usize..3, any::<bool>(), 0usize..5, 0usize..5, any::<bool>(), 0usize..3);
    (place, labels).prop_map(|((top, left, titles, notes), labels)| {
        let (more_label_columns, repeated_groups, alias, numbering, variants, spacing) = labels;
        Layout { top, left, titles, notes, more_label_columns, repeated_groups, alias, numbering, variants, spacing }
    })
}

/// The facts of a layout by `indicator:dimension`, and the findings.
fn read(book: &Rulebook, numbers: &[u64], layout: &Layout, digits: Digits) -> Result<(), String> {
    let figures = balanced(book, numbers);
    let text = csv_text(book, SENDER, layout, &|slot| written(book, slot, figures[&slot], digits));
    let place = Place::new();
    place.put("return.csv", &text);
    let outcome = place.run(&[]);
    let shown = || format!("{layout:?} {digits:?}\n{text}\n{}{}", outcome.stdout, outcome.stderr);
    if outcome.code != 0 {
        return Err(format!("exit status {}: {}", outcome.code, shown()));
    }
    let facts: BTreeMap<String, String> = place
        .rows(YEAR, "facts.csv")
        .iter()
        .map(|row| (row.key(&["form", "table", "indicator", "dimension", "meaning"]), row["value"].to_owned()))
        .collect();
    let expected: BTreeMap<String, String> = figures
        .iter()
        .map(|(id, value)| {
            let slot = book.slot(*id);
            let table = &book.table(slot.table).code;
            let key =
                [&book.form(form(book)).code, table, &slot.indicator, &slot.dimension].map(String::as_str).join("|");
            (format!("{key}|number"), published(book, *id, *value))
        })
        .collect();
    let lost: Vec<_> = expected.iter().filter(|fact| facts.get(fact.0) != Some(fact.1)).collect();
    let gained: Vec<_> = facts.iter().filter(|fact| expected.get(fact.0) != Some(fact.1)).collect();
    let findings = place.rows(YEAR, "findings.csv");
    if lost.is_empty() && gained.is_empty() && findings.is_empty() {
        Ok(())
    } else {
        Err(format!("lost {lost:?}, gained {gained:?}, findings {findings:?}: {}", shown()))
    }
}

/// Every change by itself, so that a failure names its cause.
#[test]
fn each_change_alone_is_harmless() {
    let library = library();
    let book = &library.rulebook;
    let numbers: Vec<u64> = (0..61).map(|n| n * n * 7 % 41).collect();
    let base = Layout { more_label_columns: 2, ..Layout::default() };
    let mut layouts = vec![base.clone()];
    layouts.extend((1..5).map(|alias| Layout { alias, ..base.clone() }));
    layouts.extend((1..5).map(|numbering| Layout { numbering, ..base.clone() }));
    layouts.extend((1..3).map(|spacing| Layout { spacing, ..base.clone() }));
    layouts.extend((0..2).map(|more_label_columns| Layout { more_label_columns, ..base.clone() }));
    layouts.push(Layout { variants: true, ..base.clone() });
    layouts.push(Layout { repeated_groups: true, ..base.clone() });
    layouts.push(Layout { top: 5, left: 3, titles: true, notes: true, ..base.clone() });
    let mut faults: Vec<String> =
        layouts.iter().filter_map(|layout| read(book, &numbers, layout, Digits::Plain).err()).collect();
    for digits in [Digits::FullWidth, Digits::Thousands, Digits::WithUnit, Digits::Spaced] {
        let numbers: Vec<u64> = numbers.iter().map(|n| n * 97).collect();
        faults.extend(read(book, &numbers, &base, digits).err());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_figure_is_no_year() {
    let library = library();
    let faults: Vec<String> = [Digits::Plain, Digits::FullWidth, Digits::Spaced]
        .into_iter()
        .filter_map(|digits| read(&library.rulebook, &[2023, 1], &Layout::default(), digits).err())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Lists of channels: a unit that the program has never heard of is still no label.
#[test]
fn an_unknown_unit_is_no_label() {
    let place = Place::new();
    let lines = "微信公众号发布信息,则,61\n信息咨询,次,2\n投诉,件,0\n短视频,部,5\n展板,部,8\n";
    place.put("channels.csv", format!("填报单位：{SENDER},,报告年度：{YEAR}年\n指标,单位,数量\n{lines}"));
    place.run(&[]).ends_with(0);
    let facts: Vec<String> = place.rows(YEAR, "facts.csv").iter().map(|row| row.key(&["indicator", "value"])).collect();
    assert_eq!(facts, ["wechat.posts|61", "inquiries|2", "complaints|0", "open.短视频|5", "open.展板|8"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_together_are_harmless(
        // Figures that read like years are for `a_figure_is_no_year` to try.
        numbers in prop::collection::vec(0u64..2008, 30..80),
        layout in layouts(),
        digits in prop::sample::select(vec![Digits::Plain, Digits::FullWidth, Digits::Thousands, Digits::WithUnit, Digits::Spaced]),
    ) {
        let library = library();
        if let Err(fault) = read(&library.rulebook, &numbers, &layout, digits) {
            prop_assert!(false, "{}", fault);
        }
    }
}
