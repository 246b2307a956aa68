//! Zip archives as input: every file inside is an input of its own, and nothing in an archive is taken on trust.

use crate::common;
use crate::common::grid::{Layout, YEAR, balanced, csv_text, library};
use crate::common::{Place, huizong_in};
use crate::support;
use crate::support::zip;
use encoding_rs::GB18030;

const UTF8: u16 = 1 << 11;
const ENCRYPTED: u16 = 1;

/// A return of `sender` as a CSV file.
fn returned(sender: &str) -> Vec<u8> {
    let library = library();
    let figures = balanced(&library.rulebook, &[2, 7, 1, 8]);
    csv_text(&library.rulebook, sender, &Layout::default(), &|slot| figures[&slot].to_string()).into_bytes()
}

/// The same without the line that names the sender: only the path can.
fn anonymous() -> Vec<u8> {
    let text = String::from_utf8(returned("某局")).unwrap();
    text.lines().filter(|line| !line.contains("某局")).map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A zip of stored entries as written by hand: names in any bytes, any flags.
fn raw_zip(entries: &[(&[u8], u16, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, flags, data) in entries {
        let at = u32::try_from(bytes.len()).unwrap();
        let size = u32::try_from(data.len()).unwrap();
        let mut common = Vec::new();
        for half in [20, *flags, 0, 0, 0x21] {
            common.extend(half.to_le_bytes());
        }
        for word in [crc32(data), size, size] {
            common.extend(word.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(*name);
        bytes.extend(*data);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(*name);
    }
    let (count, start) = (u16::try_from(entries.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
    let length = u32::try_from(directory.len()).unwrap();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// Name, status and reason of every input.
fn fates(place: &Place) -> Vec<String> {
    place.rows(YEAR, "returns.csv").iter().map(|row| row.key(&["file", "agency", "status", "reason"])).collect()
}

#[track_caller]
fn fate(place: &Place, file: &str, status: &str, reason: &str) {
    let row = place.fate(YEAR, file);
    assert!(&row["status"] == status && row["reason"].contains(reason), "{}", row.key(&["file", "status", "reason"]));
}

#[test]
fn every_file_inside_is_an_input_of_its_own() {
    let place = Place::new();
    let inner = zip(&[("教育.csv", &returned("甲市教育局"))]);
    place.put(
        "各局/报表.zip",
        zip(&[
            ("2021/财政局.csv", &returned("甲市财政局")),
            ("2021/里面.zip", &inner),
            ("2021/说明.txt", "请查收。".as_bytes()),
            ("__MACOSX/2021/._财政局.csv", b"\0\x05\x16\x07"),
            ("2021/.DS_Store", b"Bud1"),
        ]),
    );
    place.put("卫健委.csv", returned("甲市卫健委"));
    place.run(&[]).ends_with(0);
    let agencies = |file: &str| place.fate(YEAR, file)["agency"].to_owned();
    assert_eq!(agencies("各局/报表.zip/2021/财政局.csv"), "甲市财政局");
    assert_eq!(agencies("各局/报表.zip/2021/里面.zip/教育.csv"), "甲市教育局");
    fate(&place, "各局/报表.zip", "not_a_return", "压缩包");
    fate(&place, "各局/报表.zip/2021/里面.zip", "not_a_return", "压缩包");
    fate(&place, "各局/报表.zip/__MACOSX/2021/._财政局.csv", "not_a_return", "系统文件");
    fate(&place, "各局/报表.zip/2021/.DS_Store", "not_a_return", "系统文件");
    // The path inside is a part of every figure's address, and the archive has a hash of its own.
    let facts = place.rows(YEAR, "facts.csv");
    assert!(facts.iter().any(|row| &row["file"] == "各局/报表.zip/2021/里面.zip/教育.csv" && &row["cell"] == "C6"));
    let manifest = std::fs::read_to_string(place.output().join("2021/manifest.json")).unwrap();
    let hash = |file: &str| place.fate(YEAR, file)["sha256"].to_owned();
    for file in ["各局/报表.zip", "各局/报表.zip/2021/里面.zip", "各局/报表.zip/2021/财政局.csv"] {
        assert_eq!(hash(file).len(), 64, "{file}");
        assert!(manifest.contains(&format!("\"{file}\": \"{}\"", hash(file))), "{file}");
    }
    // The archive alone as input, and one file of it.
    let alone = huizong_in(place.path(), ["check", "in/各局/报表.zip"]);
    assert!(!alone.stdout.contains("卫健委"), "{}", alone.stdout);
    let one = huizong_in(place.path(), ["inspect", "in/各局/报表.zip/2021/里面.zip/教育.csv"]);
    one.ends_with(0);
    assert!(one.stdout.contains("甲市教育局") && !one.stdout.contains("财政局"), "{}", one.stdout);
    huizong_in(place.path(), ["inspect", "in/各局/报表.zip/2021/没有.csv"]).ends_with(2).complains_of(&["没有.csv"]);
}

#[test]
fn names_of_old_archives_are_gbk() {
    let place = Place::new();
    place.put("roster.csv", "id,name\na,甲市榎木局\nb,甲市水利局\nc,甲市林业局\nd,甲市民政局\n");
    let gbk = |text: &str| GB18030.encode(text).0.into_owned();
    let data = anonymous();
    place.put("旧.zip", raw_zip(&[(&gbk("2021年\\甲市榎木局.csv"), 0, &data), (b"2021/readme.md", 0, b"x")]));
    // A Mac writes UTF-8 without saying so; the archive's name stands for its sender.
    place.put("苹果.zip", raw_zip(&[("2021年/甲市水利局.csv".as_bytes(), 0, &data)]));
    place.put("新.zip", raw_zip(&[("2021年/甲市林业局.csv".as_bytes(), UTF8, &data)]));
    place.put("2021年/甲市民政局.zip", raw_zip(&[("附件1.csv".as_bytes(), UTF8, &data)]));
    place.run(&[]).ends_with(0);
    let counted: Vec<String> = fates(&place).into_iter().filter(|line| line.contains("|counted|")).collect();
    assert_eq!(
        counted,
        [
            "2021年/甲市民政局.zip/附件1.csv|甲市民政局|counted|计入",
            "新.zip/2021年/甲市林业局.csv|甲市林业局|counted|计入",
            "旧.zip/2021年/甲市榎木局.csv|甲市榎木局|counted|计入",
            "苹果.zip/2021年/甲市水利局.csv|甲市水利局|counted|计入",
        ]
    );
}

#[test]
fn what_is_not_opened_is_told_in_words() {
    let place = Place::new();
    let data = returned("甲市财政局");
    place.put("财政局.csv", &data);
    place.put("空.zip", zip(&[]));
    place.put("只有文件夹.zip", raw_zip(&[("里面/".as_bytes(), UTF8, b"")]));
    let encrypted = raw_zip(&[("甲市教育局.csv".as_bytes(), UTF8 | ENCRYPTED, b"0123456789abcdef")]);
    place.put("密码.zip", encrypted);
    let whole = zip(&[("甲市水利局.csv", &data)]);
    place.put("半个.zip", &whole[..whole.len() / 2]);
    let deepest = zip(&[("a.csv", &data)]);
    place.put("三层.zip", zip(&[("二.zip", &zip(&[("三.zip", &deepest)]))]));
    place.put("同名.zip", raw_zip(&[(b"a.csv", 0, b"1"), (b"a.csv", 0, b"2")]));
    place.put("旧.rar", b"Rar!\x1A\x07\x01\0");
    place.put("旧.7z", b"7z\xBC\xAF\x27\x1C\0\x04");
    // A stored entry whose bytes are not what the directory says.
    let mut broken = raw_zip(&[(b"a.csv", 0, &data)]);
    broken[60] ^= 0xFF;
    place.put("坏.zip", broken);
    place.run(&[]).ends_with(0);
    for (file, reason) in [
        ("空.zip", "没有文件"),
        ("只有文件夹.zip", "没有文件"),
        ("密码.zip/甲市教育局.csv", "压缩包设了密码"),
        ("半个.zip", "不完整"),
        ("三层.zip/二.zip/三.zip", "最多两层"),
        ("同名.zip", "同名"),
        ("旧.rar", "解压后"),
        ("旧.7z", "解压后"),
        ("坏.zip/a.csv", "损坏"),
    ] {
        fate(&place, file, "refused", reason);
    }
    assert!(fates(&place).iter().all(|line| !line.contains("三.zip/")));
}

#[test]
fn no_path_leads_out_of_an_archive() {
    let place = Place::new();
    let data = returned("甲市财政局");
    let names: [&[u8]; 5] = [b"../a.csv", b"/etc/a.csv", b"C:\\a.csv", b"b/../../a.csv", b"\\\\server\\a.csv"];
    let entries: Vec<(&[u8], u16, &[u8])> = names.iter().map(|name| (*name, 0, data.as_slice())).collect();
    place.put("路径.zip", raw_zip(&entries));
    place.put("好.csv", &data);
    place.run(&[]).ends_with(0);
    let bad: Vec<String> = fates(&place).into_iter().filter(|line| line.starts_with("路径.zip/")).collect();
    assert_eq!(bad.len(), names.len(), "{bad:?}");
    for line in &bad {
        assert!(line.contains("|refused|") && line.contains("路径不正常"), "{line}");
        let path = line.split('|').next().unwrap();
        assert!(!path.contains("..") && !path.contains("//") && !path.contains('\\') && !path.contains(':'), "{line}");
    }
}

#[test]
fn bombs_are_not_inflated() {
    let place = Place::new();
    let zeros = vec![b'0'; 30 << 20];
    place.put("炸弹.zip", zip(&[("a.csv", &zeros), ("b.csv", &returned("甲市财政局"))]));
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.csv")).collect();
    let many: Vec<(&[u8], u16, &[u8])> = names.iter().map(|name| (name.as_bytes(), 0, &b""[..])).collect();
    place.put("太多.zip", raw_zip(&many));
    place.run(&[]).ends_with(0);
    fate(&place, "炸弹.zip/a.csv", "refused", "安全限度");
    fate(&place, "炸弹.zip/b.csv", "counted", "");
    fate(&place, "太多.zip", "refused", "安全限度");
}

/// An output folder that was packed is what it was: only its facts are read.
#[test]
fn a_packed_output_is_an_input_of_the_next_level() {
    let lower = Place::new();
    lower.put("财政局.csv", returned("甲市财政局"));
    lower.run(&[]).ends_with(0);
    let files = common::tree(&lower.output());
    let parts: Vec<(String, &[u8])> =
        files.iter().map(|(name, bytes)| (format!("out/{name}"), bytes.as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let upper = Place::new();
    upper.put("甲市.zip", zip(&parts));
    upper.run(&[]).ends_with(0);
    let names: Vec<String> = upper.rows(YEAR, "returns.csv").iter().map(|row| row["file"].to_owned()).collect();
    assert_eq!(names, ["甲市.zip", "甲市.zip/out/2021/facts.csv"]);
    assert_eq!(upper.rows(YEAR, "facts.csv").len(), lower.rows(YEAR, "facts.csv").len());
}

/// A workbook is a zip container and stays a workbook, under any name.
#[test]
fn workbooks_are_not_walked() {
    let place = Place::new();
    place.put("甲市财政局.zip", std::fs::read(support::fixture_path("return.xlsx")).unwrap());
    place.put(
        "b.zip",
        zip(&[("内/return.xlsx", &support::fixture("return.xlsx")), ("c.ods", &support::fixture("common.ods"))]),
    );
    place.put("甲市卫健委.csv", returned("甲市卫健委"));
    place.run(&["--year", "2021"]).ends_with(0);
    let names: Vec<String> = place.rows(YEAR, "returns.csv").iter().map(|row| row["file"].to_owned()).collect();
    assert_eq!(names, ["b.zip", "b.zip/c.ods", "b.zip/内/return.xlsx", "甲市卫健委.csv", "甲市财政局.zip"]);
    fate(&place, "甲市财政局.zip", "not_a_return", "没有找到");
}

/// The order of entries, and the number of threads, change nothing.
#[test]
fn the_output_does_not_depend_on_the_order_of_entries() {
    let data: Vec<(String, Vec<u8>)> = ["甲", "乙", "丙", "丁"]
        .iter()
        .map(|name| (format!("{name}市财政局.csv"), returned(&format!("{name}市财政局"))))
        .collect();
    let facts = |order: &[usize], jobs: &str| {
        let place = Place::new();
        let parts: Vec<(&str, &[u8])> = order.iter().map(|at| (data[*at].0.as_str(), data[*at].1.as_slice())).collect();
        place.put("a.zip", zip(&parts));
        place.run(&["-j", jobs]).ends_with(0);
        std::fs::read(place.output().join("2021/facts.csv")).unwrap()
    };
    assert!(facts(&[0, 1, 2, 3], "1") == facts(&[3, 1, 0, 2], "4"));
}
