//! What a run may touch: it replaces what it wrote itself, and nothing else.

use crate::common;
use crate::common::{Place, huizong_in};
use std::fs;

const YEAR: u16 = 2021;

fn list(agency: &str, figure: u32) -> String {
    format!("填报单位：{agency},,年度：2021\n指标,单位,数量\n信息咨询,次,{figure}\n投诉,件,0\n")
}

fn place() -> Place {
    let place = Place::new();
    place.put("roster.csv", "id,name\njy,甲市教育局\ncz,甲市财政局\n");
    place.put("教育局2021.csv", list("甲市教育局", 48));
    place
}

#[test]
fn a_folder_with_the_departments_files_is_never_replaced() {
    let place = place();
    place.put("2021/财政局.csv", list("甲市财政局", 7));
    // The results of 2021 would take the place of the folder with the returns of 2021.
    let outcome = huizong_in(place.path(), ["run", "in", "-o", "in"]);
    outcome.ends_with(2).complains_of(&["财政局.csv", "-o"]);
    assert!(place.input().join("2021/财政局.csv").exists());
}

#[test]
fn a_folder_of_a_strangers_files_is_never_replaced() {
    let place = place();
    place.put("../out/2021/小王的笔记.txt", "重要");
    place.run(&[]).ends_with(3).complains_of(&["小王的笔记.txt"]);
    place.run(&[]).ends_with(3);
    assert_eq!(fs::read_to_string(place.output().join("2021/小王的笔记.txt")).unwrap(), "重要");
    assert_eq!(fs::read_dir(place.output()).unwrap().count(), 1, "nothing is left beside it");
    fs::remove_dir_all(place.output().join("2021")).unwrap();
    place.run(&[]).ends_with(0);
    // What is put beside our own files later is not lost either.
    place.put("../out/2021/批注.xlsx", "重要");
    place.run(&[]).ends_with(3).complains_of(&["批注.xlsx"]);
    assert!(place.output().join("2021/批注.xlsx").exists() && place.output().join("2021/summary.csv").exists());
}

/// A signature in the draft of decisions, an answer in a workbook to send back, a note in a list: a run that would put its
/// own in their place stops, says what to do, and goes on when they have been moved.
#[test]
fn what_somebody_typed_into_the_results_is_never_overwritten() {
    for name in ["decisions.csv", "findings.csv", "return_to_sender/甲市教育局/退回说明.txt"] {
        let place = place();
        place.put("教育局2021.csv", list("甲市教育局", 48).replace("投诉,件,0", "投诉,件,若干"));
        place.run(&[]).ends_with(0);
        let path = place.output().join("2021").join(name);
        let typed = fs::read_to_string(&path).unwrap() + "王主任已阅";
        fs::write(&path, &typed).unwrap();
        let manifest = fs::read(place.output().join("2021/manifest.json")).unwrap();
        place.run(&[]).ends_with(3).complains_of(&[name, "移到来件文件夹"]);
        place.run(&["--lang", "en"]).ends_with(3).complains_of(&[name, "input folder"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), typed);
        assert_eq!(fs::read(place.output().join("2021/manifest.json")).unwrap(), manifest, "nothing was replaced");
        fs::rename(&path, place.path().join("kept")).unwrap();
        place.run(&[]).ends_with(0);
        assert!(fs::read_to_string(&path).unwrap() != typed);
    }
}

/// A file that is saved while a run writes is noticed before anything is replaced.
#[test]
fn a_folder_that_changes_while_a_run_writes_is_not_replaced() {
    use huizong::parts::{Folder, Replaceable, replace};
    let place = place();
    place.run(&[]).ends_with(0);
    let target = place.output().join("2021");
    let folder = Folder::begin(Replaceable::new(&target, std::iter::empty()).unwrap()).unwrap();
    fs::write(target.join("decisions.csv"), "signed").unwrap();
    replace(vec![folder]).unwrap_err();
    assert_eq!(fs::read_to_string(target.join("decisions.csv")).unwrap(), "signed");
    let folder = Folder::begin(Replaceable::new(&place.output().join("2022"), std::iter::empty()).unwrap()).unwrap();
    replace(vec![folder]).unwrap();
    assert!(place.output().join("2022").is_dir());
}

#[test]
fn the_own_output_is_no_input() {
    let place = place();
    for _ in 0..2 {
        huizong_in(&place.input(), ["run", ".", "-o", "结果", "-q"]).ends_with(0);
    }
    let facts = common::rows(&place.input().join("结果/2021/facts.csv"));
    assert_eq!(facts.len(), 2, "{facts:?}");
}

#[test]
fn an_output_in_use_is_left_to_the_other_run() {
    let place = place();
    fs::create_dir_all(place.output()).unwrap();
    let lock = fs::File::create(place.output().join(".huizong.lock")).unwrap();
    lock.try_lock().unwrap();
    place.run(&[]).ends_with(3).complains_of(&["另一个 huizong"]);
    drop(lock);
    place.run(&[]).ends_with(0);
    assert!(!place.output().join(".huizong.lock").exists());
}

#[test]
fn earlier_results_that_are_none_are_said() {
    let place = place();
    for previous in ["nowhere", "in"] {
        place.run(&["--previous", previous]).ends_with(2).complains_of(&[previous, "--previous"]);
    }
    place.put("../old/2020/summary.csv", "year\n").put("../old/2020/facts.csv", b"a,b\n1,2,3\n");
    place.run(&["--previous", "old"]).ends_with(2).complains_of(&["facts.csv"]);
    assert!(!place.output().exists());
}

#[test]
fn folders_that_lead_into_each_other_are_walked_once() {
    let place = place();
    fs::create_dir(place.input().join("a")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", place.input().join("a/back")).unwrap();
    place.run(&[]).ends_with(0);
    assert_eq!(place.rows(YEAR, "returns.csv").len(), 1);
}

#[test]
fn files_of_one_name_are_told_apart() {
    let place = place();
    place.put("../a/年报/x.csv", list("甲市教育局", 1)).put("../b/年报/x.csv", list("甲市财政局", 2));
    for inputs in [["a/年报", "b/年报"], ["b/年报", "a/年报"]] {
        let line = ["run", inputs[0], inputs[1], "--roster", "in/roster.csv", "-o", "out", "-q"];
        huizong_in(place.path(), line).ends_with(0);
        let files: Vec<String> = place.rows(YEAR, "returns.csv").iter().map(|row| row["file"].to_owned()).collect();
        assert_eq!(files, ["a/年报/x.csv", "b/年报/x.csv"]);
    }
}

#[test]
fn a_subfolder_has_the_citys_roster_and_its_own_name_for_a_year() {
    let place = place();
    place.put("2021/镇/财政局.csv", "填报单位：甲市财政局,,\n指标,单位,数量\n信息咨询,次,7\n投诉,件,0\n");
    huizong_in(place.path(), ["check", "in/2021/镇"]).ends_with(3);
    let outcome = huizong_in(place.path(), ["run", "in/2021", "-o", "out"]);
    outcome.ends_with(0).complains_of(&["上层文件夹", "roster.csv"]);
    assert_eq!(&place.fate(YEAR, "镇/财政局.csv")["agency_id"], "cz");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let place = place();
    place.put(
        "财政局2021.csv",
        "填报单位：甲市财政局,,年度：2021\n指标,单位,数量\n信息咨询,次,\u{1b}[31m红\n投诉,件,0\n",
    );
    let outcome = place.check(&[]);
    assert!(outcome.stdout.contains('红') && !outcome.stdout.contains('\u{1b}'), "{:?}", outcome.stdout);
}

#[test]
fn complaints_are_in_the_language_that_is_asked_for() {
    let place = place();
    place.put("huizong.toml", "lang = \"en\"\nyear = \"zwei\"\n");
    place.run(&[]).ends_with(2).complains_of(&["line 2"]);
    place.put("huizong.toml", "year = \"zwei\"\n");
    place.run(&[]).ends_with(2).complains_of(&["第 1 行"]);
    place.put("huizong.toml", "strict = true\n");
    place.run(&[]).ends_with(1);
    place.run(&["--strict=false"]).ends_with(0);
}

#[test]
fn a_roster_that_swallows_lines_is_refused() {
    let place = place();
    place.put("roster.csv", "id,name,aliases\njy,甲市教育局,\"教育局\ncz,甲市财政局,财政局\n\"\n");
    place.run(&[]).ends_with(2).complains_of(&["第 2 行", "引号"]);
    place.put("roster.csv", "id,name\n");
    place.run(&[]).ends_with(2).complains_of(&["一个单位也没有"]);
}

#[test]
fn an_empty_file_has_a_hash_too() {
    let place = place();
    place.put("财政局2021.xlsx", "");
    place.run(&["-j", "100000"]).ends_with(0);
    let hash = &place.fate(YEAR, "财政局2021.xlsx")["sha256"];
    assert_eq!(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_form_cannot_publish_outside_the_results() {
    let place = place();
    let form = fs::read_to_string(common::root().join("src/forms/channels.toml")).unwrap();
    let wild = form.replace("publish = \"channels_inquiries\"", "publish = \"../../x\"");
    assert_ne!(form, wild);
    place.put("../forms/wild.toml", wild);
    place.run(&["--forms", "forms"]).ends_with(2).complains_of(&["publish"]);
    assert!(!place.output().exists());
}
