//! Which cell is wrong: one wrong cell is always found, and nothing wrong is ever called certain.

use std::collections::BTreeSet;

use huizong::Amount;
use huizong::parts::power::{Bench, Dice, MISHAPS, Outcome, report, tables};
use huizong::parts::{Confidence, Move, Slip, WrongLine as Line};
use huizong::{Library, Rulebook, SlotId, TableId};

fn table(book: &Rulebook, form: &str, code: &str) -> TableId {
    let form = book.form(book.form_by_code(form).unwrap());
    form.tables.iter().copied().find(|id| book.table(*id).code == code).unwrap()
}

#[test]
fn one_wrong_typed_cell_is_always_located() {
    let library = Library::load(None).unwrap();
    for form in ["gk2019", "gk2021"] {
        let id = table(&library.rulebook, form, "table3");
        let bench = Bench::new(&library.rulebook, id);
        let mut dice = Dice::new(3);
        for _ in 0..6 {
            let clean = bench.clean(&mut dice);
            assert_eq!(clean.len(), if form == "gk2021" { 175 } else { 161 });
            assert_eq!(bench.diagnosis(&clean, false), None);
            for (slot, right) in &clean {
                let wrong = right.unwrap() + 1 + i64::try_from(dice.below(900)).unwrap();
                let mut spoilt = clean.clone();
                spoilt.insert(*slot, Some(wrong));
                let code = &library.rulebook.slot(*slot).code;
                let diagnosis = bench.diagnosis(&spoilt, false).unwrap_or_else(|| panic!("{code}: nothing found"));
                let [cause] = &diagnosis.causes[..] else { panic!("{code}: {diagnosis:?}") };
                let [explanation] = &cause.explanations[..] else { panic!("{code}: {cause:?}") };
                let [correction] = &explanation.corrections[..] else { panic!("{code}: {cause:?}") };
                assert_eq!((correction.slot, correction.to.units()), (*slot, *right), "{code}");
                assert!(matches!(cause.confidence, Confidence::Certain | Confidence::Likely), "{code}: {cause:?}");
            }
        }
    }
}

#[test]
fn what_is_certain_is_right() {
    let library = Library::load(None).unwrap();
    let bench = Bench::new(&library.rulebook, table(&library.rulebook, "gk2021", "table3"));
    let mut dice = Dice::new(11);
    let mut two = (0, 0);
    for slip in MISHAPS {
        for formulas in [false, true] {
            for count in 1..=if slip.is_single() { 3 } else { 1 } {
                for _ in 0..12 {
                    let Some(outcome) = bench.trial(slip, count, formulas, &mut dice) else { continue };
                    assert_ne!(outcome, Outcome::WrongButCertain, "{slip:?} {count} {formulas}");
                    if count == 2 && !formulas {
                        two.0 += usize::from(outcome == Outcome::Unique);
                        two.1 += 1;
                    }
                }
            }
        }
    }
    assert!(two.0 * 100 >= two.1 * 97, "{two:?}");
}

#[test]
fn nothing_wrong_is_called_certain_in_any_table() {
    let library = Library::load(None).unwrap();
    let small: Vec<TableId> =
        tables(&library.rulebook).filter(|table| library.rulebook.table(*table).code != "table3").collect();
    for line in report(&library.rulebook, &small, 40) {
        assert_eq!(line.count(Outcome::WrongButCertain), 0, "{line:?}");
    }
}

#[test]
fn where_totals_are_formulas_only_the_column_is_certain() {
    let library = Library::load(None).unwrap();
    let book = &library.rulebook;
    let bench = Bench::new(book, table(book, "gk2021", "table3"));
    let clean = bench.clean(&mut Dice::new(4));
    let code = |slot: &SlotId| book.slot(*slot).code.clone();
    let mut spoilt = clean.clone();
    for (slot, value) in &mut spoilt {
        // The cell, the row's total, the column's total, and the total of totals.
        let follows = ["granted:business", "granted:total", "processed_total:business", "processed_total:total"];
        if follows.contains(&code(slot).as_str()) {
            *value = value.map(|value| value + 413);
        }
    }
    let diagnosis = bench.diagnosis(&spoilt, true).unwrap();
    let [cause] = &diagnosis.causes[..] else { panic!("{diagnosis:?}") };
    assert_eq!(cause.swallowed, Some(Line::Column));
    let columns: BTreeSet<u8> = cause
        .explanations
        .iter()
        .flat_map(|way| &way.corrections)
        .map(|correction| book.slot(correction.slot).column)
        .collect();
    assert_eq!(columns.len(), 1, "{columns:?}");
}

#[test]
fn an_unreadable_cell_is_worked_out() {
    let library = Library::load(None).unwrap();
    let bench = Bench::new(&library.rulebook, table(&library.rulebook, "gk2021", "table3"));
    let clean = bench.clean(&mut Dice::new(5));
    let (slot, right) = clean.iter().nth(40).unwrap();
    let mut spoilt = clean.clone();
    spoilt.insert(*slot, None);
    let diagnosis = bench.diagnosis(&spoilt, false).unwrap();
    assert!(diagnosis.causes.is_empty());
    assert_eq!(diagnosis.deduced[0].to, Amount::from_units(right.unwrap()));
    assert_eq!(diagnosis.deduced[0].slip, Slip::Unreadable);
}

#[test]
fn a_shifted_run_is_one_movement() {
    let library = Library::load(None).unwrap();
    let bench = Bench::new(&library.rulebook, table(&library.rulebook, "gk2021", "table3"));
    let mut dice = Dice::new(8);
    let mut moved = 0;
    for _ in 0..40 {
        let clean = bench.clean(&mut dice);
        // A column's middle moves down by one into an empty place.
        let column: Vec<_> = clean.keys().copied().filter(|slot| library.rulebook.slot(*slot).column == 1).collect();
        let run = &column[4..10];
        if clean[&run[5]] != Some(0) || run.iter().filter(|slot| clean[slot] != Some(0)).count() < 4 {
            continue;
        }
        let mut spoilt = clean.clone();
        for pair in run.windows(2) {
            spoilt.insert(pair[1], clean[&pair[0]]);
        }
        spoilt.insert(run[0], Some(0));
        let diagnosis = bench.diagnosis(&spoilt, false).unwrap();
        let [cause] = &diagnosis.causes[..] else { panic!("{diagnosis:?}") };
        assert!(cause.explanations.iter().any(|way| way.moved == Some(Move::Down)), "{cause:?}");
        moved += 1;
    }
    assert!(moved > 0);
}
