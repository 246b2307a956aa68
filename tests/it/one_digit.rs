//! A single wrong digit changes exactly the published figures that rest on it, and exactly the identities that contain
//! it are reported, for the agency that made it.

use crate::common;
use std::collections::{BTreeMap, BTreeSet};

use crate::common::grid::{Figures, YEAR, balanced, form, library, plain, published};
use crate::common::{Place, Row, by_key};
use huizong::Amount;
use huizong::{Identity, Rulebook, Shape, SlotId};
use proptest::prelude::*;

/// Id, name, agency above, group.
const AGENCIES: [[&str; 4]; 4] = [
    ["a1", "甲市教育局", "", "甲组"],
    ["a2", "甲市招生办公室", "a1", "甲组"],
    ["a3", "甲市财政局", "", "乙组"],
    ["a4", "甲市水利局", "", "乙组"],
];

fn roster() -> String {
    let lines = AGENCIES.iter().map(|[id, name, parent, group]| format!("{id},{name},,{parent},{group}\n"));
    std::iter::once("id,name,aliases,parent,group\n".to_owned()).chain(lines).collect()
}

/// The scopes that an agency belongs to.
fn scopes(agency: usize) -> Vec<String> {
    let [_, _, _, group] = AGENCIES[agency];
    let node = (agency < 2).then(|| "a1".to_owned());
    ["city".to_owned(), format!("group:{group}")].into_iter().chain(node).collect()
}

/// What is published about one set of returns.
struct Published {
    summary: BTreeMap<String, Row>,
    facts: BTreeMap<String, Row>,
    findings: Vec<Row>,
    returns: BTreeMap<String, Row>,
}

fn publish(place: &Place, book: &Rulebook, returns: &[Figures]) -> Published {
    for ([id, name, ..], figures) in AGENCIES.iter().zip(returns) {
        place.put(&format!("{id}.csv"), plain(book, name, figures));
    }
    place.run(&[]).ends_with(0);
    Published {
        summary: by_key(place.rows(YEAR, "summary.csv"), &["scope", "form", "indicator", "dimension"]),
        facts: by_key(place.rows(YEAR, "facts.csv"), &["agency_id", "indicator", "dimension"]),
        findings: place.rows(YEAR, "findings.csv"),
        returns: by_key(place.rows(YEAR, "returns.csv"), &["file"]),
    }
}

/// The figures that a total is made of in the end; a figure that is no total is its own.
fn leaves(slot: SlotId, identities: &[Identity]) -> BTreeSet<SlotId> {
    match identities.iter().find(|identity| identity.shape == Shape::Total && identity.whole == [slot]) {
        Some(total) => total.parts.iter().flat_map(|term| leaves(term.slot, identities)).collect(),
        None => BTreeSet::from([slot]),
    }
}

/// `indicator|dimension` of everything that changes with a figure, and how: as stated, or as worked out from leaves.
fn dependants(book: &Rulebook, slot: SlotId) -> BTreeMap<String, &'static str> {
    let rules = book.form(form(book));
    let mut changed = BTreeMap::new();
    let name = |slot: SlotId| format!("{}|{}", book.slot(slot).indicator, book.slot(slot).dimension);
    for total in rules.slots.clone().map(SlotId) {
        if leaves(total, &rules.identities).contains(&slot) && total != slot {
            changed.insert(name(total), "from_leaves");
        }
    }
    for derived in &book.table(book.slot(slot).table).derived {
        for (dimension, _) in derived.sums.iter().filter(|(_, slots)| slots.contains(&slot)) {
            changed.insert(format!("{}|{dimension}", derived.indicator), "value");
        }
    }
    changed.insert(name(slot), "value");
    changed
}

fn with_digit(number: u64, place: usize, digit: u64) -> u64 {
    let digits = number.to_string().len();
    let unit = 10u64.pow(u32::try_from(place % digits).unwrap());
    let old = number / unit % 10;
    number - old * unit + (old + digit) % 10 * unit
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_digit_changes_exactly_what_rests_on_it(
        numbers in prop::collection::vec(0u64..60, 40..90),
        agency in 0..AGENCIES.len(),
        which in 0usize..10_000,
        at in 0usize..4,
        digit in 1u64..10,
    ) {
        let library = library();
        let book = &library.rulebook;
        let mut returns: Vec<Figures> = (0..AGENCIES.len()).map(|turn| balanced(book, &numbers[turn * 7..])).collect();
        let place = Place::new();
        place.put("roster.csv", roster());
        let before = publish(&place, book, &returns);
        let spurious: Vec<_> = before.findings.iter().collect();
        prop_assert!(spurious.is_empty(), "{:?}", spurious);

        let rules = book.form(form(book));
        let slot = SlotId(rules.slots.start + u16::try_from(which % rules.slots.len()).unwrap());
        let old = returns[agency][&slot];
        let new = with_digit(old, at, digit);
        returns[agency].insert(slot, new);
        let after = publish(&place, book, &returns);
        let [id, ..] = AGENCIES[agency];
        let file = format!("{id}.csv");
        let key = format!("{id}|{}|{}", book.slot(slot).indicator, book.slot(slot).dimension);

        // facts.csv: this number alone.
        let changed = before.facts.iter().filter(|(key, row)| after.facts[*key] != **row);
        prop_assert_eq!(changed.map(|(key, _)| key).collect::<Vec<_>>(), vec![&key]);
        let fact = &after.facts[&key];
        prop_assert_eq!(&fact["value"], published(book, slot, new));

        // summary.csv: what rests on it, by the same difference, in the agency's scopes.
        let expected: BTreeMap<String, &str> = scopes(agency)
            .iter()
            .flat_map(|scope| dependants(book, slot).into_iter().map(move |(name, column)| {
                (format!("{scope}|{}|{name}", common::grid::FORM), column)
            }))
            .collect();
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let difference = amount(&published(book, slot, new)) - amount(&published(book, slot, old));
        prop_assert_eq!(before.summary.keys().collect::<Vec<_>>(), after.summary.keys().collect::<Vec<_>>());
        for (key, row) in &before.summary {
            let columns: Vec<String> = row.differing(&after.summary[key]).into_iter().collect();
            let wanted: Vec<&str> = expected.get(key).copied().into_iter().collect();
            prop_assert_eq!(&columns, &wanted, "{}", key);
            for column in &columns {
                prop_assert_eq!(amount(&after.summary[key][column]) - amount(&row[column]), difference, "{}", key);
            }
        }

        // findings.csv: the identities that contain it, for this agency and file.
        let contains = |identity: &&Identity| {
            identity.shape != Shape::Carry
                && (identity.whole.contains(&slot) || identity.parts.iter().any(|term| term.slot == slot))
        };
        let mut broken: Vec<String> = rules.identities.iter().filter(contains).map(|rule| rule.rule.clone()).collect();
        broken.sort();
        let (notes, findings): (Vec<&Row>, Vec<&Row>) = after.findings.iter().partition(|row| &row["level"] == "note");
        let mut raised: Vec<String> =
            findings.iter().flat_map(|row| row["rules"].split(' ').map(str::to_owned)).collect();
        prop_assert!(findings.len() < 2, "one cause, one finding: {:?}", findings);
        raised.sort();
        prop_assert_eq!(&raised, &broken);
        for row in &findings {
            prop_assert_eq!((&row["agency_id"], &row["file"]), (id, file.as_str()));
            let cells: Vec<&str> = row["cells"].split(' ').collect();
            prop_assert!(cells.contains(&&fact["cell"]), "{:?} lacks {}", cells, &fact["cell"]);
            let size = amount(&row["difference"]);
            prop_assert!(size == difference || size == Amount::ZERO - difference, "{:?}", row);
            // Where it is sure which cell is wrong, it is this one, and what it should say is what it said.
            let old_value = published(book, slot, old);
            if !row["confidence"].starts_with("one_of") {
                prop_assert_eq!((&row["cell"], &row["expected"]), (&fact["cell"], old_value.as_str()));
            }
        }
        prop_assert!(notes.iter().all(|row| &row["rule"] == "route.difference"), "{:?}", notes);

        // returns.csv: only this file's hash and held identities.
        for (other, row) in &before.returns {
            let columns = row.differing(&after.returns[other]);
            let wanted: &[&str] = match (*other == file, broken.is_empty()) {
                (true, false) => &["identities_held", "proof", "sha256"],
                (true, true) => &["sha256"],
                (false, _) => &[],
            };
            prop_assert_eq!(columns.iter().map(String::as_str).collect::<Vec<_>>(), wanted, "{}", other);
        }
    }
}
