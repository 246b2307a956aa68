//! The same input gives the same bytes, and a run that is killed or cannot write leaves the previous output intact.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{PROGRAM, Place, differing, huizong, root, tree};

type Tree = BTreeMap<String, Vec<u8>>;

fn run(input: &Path, output: &Path, more: &[&str]) {
    let args = ["run", "-q", input.to_str().unwrap(), "-o", output.to_str().unwrap()];
    huizong(args.iter().chain(more)).ends_with(0);
}

fn data() -> std::path::PathBuf {
    root().join("data")
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = Place::new();
    let outputs: Vec<Tree> = ["1", "2", "7"]
        .iter()
        .map(|jobs| {
            run(&data(), &place.output().join(jobs), &["--jobs", jobs]);
            tree(&place.output().join(jobs))
        })
        .collect();
    for other in &outputs[1..] {
        assert_eq!(differing(&outputs[0], other), [""; 0]);
    }
}

#[test]
fn where_the_files_lie_and_when_they_were_made_changes_nothing() {
    let place = Place::new();
    run(&data(), &place.output().join("one"), &[]);
    for (name, bytes) in tree(&data()).iter().rev() {
        place.put(name, bytes);
    }
    run(&place.input(), &place.output().join("other"), &[]);
    assert_eq!(differing(&tree(&place.output().join("one")), &tree(&place.output().join("other"))), [""; 0]);
}

#[test]
fn the_locale_and_the_clock_change_nothing() {
    let place = Place::new();
    run(&data(), &place.output().join("one"), &[]);
    let other = place.output().join("other");
    let status = Command::new(PROGRAM)
        .args(["run", "-q", data().to_str().unwrap(), "-o", other.to_str().unwrap()])
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("TZ", "Pacific/Kiritimati")
        .status();
    assert!(status.unwrap().success());
    assert_eq!(differing(&tree(&place.output().join("one")), &tree(&other)), [""; 0]);
}

// ------------------------------------------------------------------------------------------------ interrupted runs

/// The two output trees between which an interrupted run may leave the year 2020 and 2021.
fn old_and_new(place: &Place) -> (Tree, Tree) {
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    run(&data(), &old, &["--no-bom"]);
    run(&data(), &new, &[]);
    (tree(&old), tree(&new))
}

fn of_year(tree: &Tree, prefix: &str) -> Tree {
    tree.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(prefix)?.to_owned(), bytes.clone()))).collect()
}

#[test]
fn a_killed_run_leaves_the_previous_output_intact() {
    let place = Place::new();
    let (old, new) = old_and_new(&place);
    let started = Instant::now();
    run(&data(), &place.output(), &[]);
    let whole = started.elapsed();
    for step in 0..6 {
        fs::remove_dir_all(place.output()).unwrap();
        for (name, bytes) in &old {
            let path = place.output().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let mut child = Command::new(PROGRAM)
            .args(["run", "-q", data().to_str().unwrap(), "-o", place.output().to_str().unwrap()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Later steps fall into the writing of the output.
        std::thread::sleep(whole.mul_f64(0.5 + 0.1 * f64::from(step)).max(Duration::from_millis(5)));
        child.kill().unwrap();
        child.wait().unwrap();
        let left = tree(&place.output());
        for year in ["2020/", "2021/"] {
            let now = of_year(&left, year);
            let aside = of_year(&left, &format!(".{}.old/", &year[..4]));
            let whole = [of_year(&old, year), of_year(&new, year)];
            assert!(whole.contains(&now) || (now.is_empty() && aside == whole[0]), "step {step}: {year} is damaged");
        }
    }
    run(&data(), &place.output(), &[]);
    assert_eq!(differing(&tree(&place.output()), &new), [""; 0]);
}

#[test]
fn leftovers_of_a_killed_run_are_cleared_up() {
    let place = Place::new();
    run(&data(), &place.output(), &[]);
    let good = tree(&place.output());
    let out = |name: &str| place.output().join(name);
    fs::rename(out("2020"), out(".2020.old")).unwrap();
    fs::create_dir(out(".2020.new")).unwrap();
    fs::write(out(".2020.new").join("facts.csv"), "half of it").unwrap();
    fs::create_dir(out(".2021.old")).unwrap();
    fs::create_dir(out(".2019.new")).unwrap();
    run(&data(), &place.output(), &[]);
    assert_eq!(differing(&tree(&place.output()), &good), [""; 0]);
    let mut names: Vec<String> =
        fs::read_dir(place.output()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["2020", "2021"]);
}

#[test]
fn a_year_that_was_set_aside_comes_back_even_if_nothing_new_arrives_for_it() {
    let place = Place::new();
    run(&data(), &place.output(), &[]);
    let good = tree(&place.output());
    fs::rename(place.output().join("2020"), place.output().join(".2020.old")).unwrap();
    run(&data(), &place.output(), &["--year", "2021"]);
    assert_eq!(of_year(&tree(&place.output()), "2020/"), of_year(&good, "2020/"));
}

#[test]
fn what_others_keep_beside_the_years_is_left_alone() {
    let place = Place::new();
    let mine = place.output().join("notes");
    fs::create_dir_all(&mine).unwrap();
    fs::write(mine.join("mine.txt"), "mine").unwrap();
    fs::write(place.output().join(".hidden.new"), "mine too").unwrap();
    run(&data(), &place.output(), &[]);
    let left = tree(&place.output());
    assert_eq!((&left["notes/mine.txt"][..], &left[".hidden.new"][..]), (&b"mine"[..], &b"mine too"[..]));
}

#[test]
fn an_output_that_cannot_be_written_is_said() {
    let place = Place::new();
    let file = place.path().join("in the way");
    fs::write(&file, "mine").unwrap();
    for output in [file.clone(), file.join("below")] {
        let outcome = huizong(["run", "-q", "data", "-o", output.to_str().unwrap()]);
        outcome.ends_with(3).complains_of(&["in the way", "结果没有写进"]);
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn inputs_are_never_changed() {
    let place = Place::new();
    for (name, bytes) in tree(&data()) {
        place.put(&name, bytes);
    }
    let before = tree(&place.input());
    place.run(&[]).ends_with(0);
    place.check(&[]).ends_with(1);
    assert_eq!(differing(&before, &tree(&place.input())), [""; 0]);
}
