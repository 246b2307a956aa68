//! Files that are no good return end with one status and a plain reason while the batch goes on; wrong usage and
//! impossible jobs end with their own exit status; text from a file never comes alive as a formula.

use crate::support;
use std::fs;

use crate::common::grid::{Figures, YEAR, balanced, library, plain};
use crate::common::{Place, differing, huizong_in, root, tree};

const ROSTER: &str = "id,name,aliases,parent,group\njy,甲市教育局,教育局,,\ncz,甲市财政局,财政局,,\n";

/// A sound return of a sender; `seed` varies its figures.
fn sound(sender: &str, seed: u64) -> String {
    let library = library();
    let figures: Figures = balanced(&library.rulebook, &[seed, 3, 0, 1, 5]);
    plain(&library.rulebook, sender, &figures)
}

/// A place with a roster and one sound return.
fn place() -> Place {
    let place = Place::new();
    place.put("roster.csv", ROSTER).put("教育局2021.csv", sound("甲市教育局", 2));
    place
}

/// Runs with one more file and gives its status and reason; the sound return must still be counted.
fn fate_of(name: &str, bytes: impl AsRef<[u8]>) -> (String, String) {
    let place = place();
    place.put(name, bytes);
    place.run(&[]).ends_with(0);
    assert_eq!(&place.fate(YEAR, "教育局2021.csv")["status"], "counted");
    let fate = place.fate(YEAR, name);
    (fate["status"].to_owned(), fate["reason"].to_owned())
}

#[track_caller]
fn assert_fate(name: &str, bytes: impl AsRef<[u8]>, status: &str, word: &str) {
    let fate = fate_of(name, bytes);
    assert_eq!(fate.0, status, "{name}: {fate:?}");
    assert!(fate.1.contains(word), "{name}: {fate:?}");
}

// ------------------------------------------------------------------------------------------------ unusable files

#[test]
fn unusable_files_are_refused_with_a_plain_reason() {
    let workbook = support::xlsx_with(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#, &[]);
    let locked = fs::read(root().join("data/2021/镇街道/天王镇2021年统计表.xlsx")).unwrap();
    assert_fate("财政局.xlsx", b"", "refused", "空");
    assert_fate("财政局.xlsx", &workbook[..workbook.len() / 2], "refused", "不完整");
    assert_fate("财政局.xlsx", locked, "refused", "密码");
    assert_fate("财政局.xls", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01", "refused", "图片");
    assert_fate("财政局.xlsx", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n", "refused", "PDF");
    assert_fate("财政局.csv", b"\x00\x01\x02\x03\xff\xfe\xfd\x80\x81".repeat(50), "refused", "");
}

/// What the sender must do differs, and so do the words.
#[test]
fn pictures_blank_files_and_passwords_are_told_apart() {
    let fixture = |name: &str| fs::read(support::fixture_path(name)).unwrap();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let picture = [("xl/media/image1.png", &png[..])];
    let docx = |body: &str| {
        let name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        let document = format!("<w:document xmlns:w=\"{name}\"><w:body>{body}</w:body></w:document>");
        support::zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", document.as_bytes()),
            ("word/media/image1.jpeg", b"\xFF\xD8\xFF\xE0"),
        ])
    };
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
    let ofd = support::zip(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Document.xml", b"<x/>")]);
    assert_fate("财政局.xlsx", support::xlsx_with("", &picture), "refused", "只有图片");
    assert_fate("财政局.docx", docx("<w:p><w:r><w:drawing/></w:r></w:p>"), "refused", "只有图片");
    assert_fate("财政局.html", "<html><body><img src='a.png'></body></html>", "refused", "只有图片");
    let words = "<w:p><w:r><w:t>统计表见下图</w:t></w:r></w:p>";
    assert_fate("财政局.docx", docx(words), "not_a_return", "截图");
    assert_fate("财政局.xlsx", support::xlsx_with("", &[]), "not_a_return", "什么也没有填");
    assert_fate("财政局.csv", ",,\n,,\n", "not_a_return", "什么也没有填");
    assert_fate("财政局.xlsx", heic, "refused", "其实是图片");
    assert_fate("财政局.xls", webp, "refused", "其实是图片");
    assert_fate("财政局.xlsx", ofd, "refused", "OFD");
    for name in ["encrypted.xlsx", "encrypted.xls", "encrypted.ods"] {
        assert_fate("财政局.et", fixture(name), "refused", "密码");
    }
    let whole = fixture("common.xls");
    assert_fate("财政局.et", &whole[..whole.len() / 2], "refused", "不完整");
}

#[test]
fn the_content_decides_and_not_the_extension() {
    assert_fate("财政局.xlsx", sound("甲市财政局", 7), "counted", "");
    assert_fate("财政局.docx", sound("甲市财政局", 7), "counted", "");
}

#[test]
fn what_is_no_return_is_named_but_not_counted() {
    assert_fate("通讯录.csv", "姓名,电话\n张三,87260000\n李四,87260001\n", "not_a_return", "没有找到");
    assert_fate("~$财政局.xlsx", sound("甲市财政局", 7), "not_a_return", "临时文件");
    assert_fate("说明.md", "# 说明\n", "not_a_return", "说明文件");
}

#[test]
#[cfg(unix)]
fn a_file_without_permission_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let path = place.input().join("财政局.csv");
    place.put("财政局.csv", sound("甲市财政局", 7));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        return; // root reads everything
    }
    place.run(&[]).ends_with(0);
    let fate = place.fate(YEAR, "财政局.csv");
    assert_eq!(&fate["status"], "refused");
    assert!(fate["reason"].contains("权限"));
}

#[test]
fn empty_styled_cells_cost_nothing() {
    let styled = (2..2_000).map(|row| format!("<row r=\"{row}\">{}</row>", "<c s=\"0\"/>".repeat(100)));
    let rows: String = styled.collect();
    let bytes = support::xlsx_with(&rows, &[]);
    support::quickly(20, || assert_fate("财政局.xlsx", bytes, "not_a_return", "什么也没有填"));
}

// ------------------------------------------------------------------------------------------------ who and when

#[test]
fn two_years_in_one_folder_become_two_years() {
    let place = place();
    place.put("教育局2022.csv", sound("甲市教育局", 4).replace("2021年", "2022年"));
    place.run(&[]).ends_with(0);
    for (year, file) in [(2021, "教育局2021.csv"), (2022, "教育局2022.csv")] {
        assert_eq!(&place.fate(year, file)["status"], "counted");
        assert!(place.rows(year, "facts.csv").iter().all(|fact| fact["year"] == *year.to_string()));
    }
    assert_eq!(fs::read_dir(place.output()).unwrap().count(), 2);
}

#[test]
fn a_second_return_of_an_agency_is_a_duplicate_or_superseded() {
    assert_fate("教育局2021_副本.csv", sound("甲市教育局", 2), "duplicate", "教育局2021.csv");
    let place = place();
    place.put("教育局2021（更正）.csv", sound("甲市教育局", 9)).run(&[]).ends_with(0);
    assert_eq!(&place.fate(YEAR, "教育局2021（更正）.csv")["status"], "counted");
    let fate = place.fate(YEAR, "教育局2021.csv");
    assert_eq!(&fate["status"], "superseded");
    assert!(fate["reason"].contains("更正"));
    assert_eq!(place.findings(YEAR, "return.superseded").len(), 1);
}

#[test]
fn an_unknown_agency_is_refused_and_the_near_one_suggested() {
    let place = place();
    place.put("年报.csv", sound("甲市财证局", 7)).run(&[]).ends_with(0);
    assert_eq!(&place.fate(YEAR, "年报.csv")["status"], "refused");
    let findings = place.findings(YEAR, "who.unknown_agency");
    assert_eq!(findings.len(), 1);
    assert!(findings[0]["message"].contains("甲市财政局") && findings[0]["message"].contains("甲市财证局"));
    assert!(place.rows(YEAR, "facts.csv").iter().all(|fact| &fact["agency_id"] == "jy"));
}

// ------------------------------------------------------------------------------------------------ exit status

#[test]
fn a_job_that_cannot_be_done_ends_with_3() {
    let empty = Place::new();
    empty.run(&[]).ends_with(3).complains_of(&["没有文件"]);
    let useless = Place::new();
    useless.put("通讯录.csv", "姓名,电话\n张三,1\n").run(&[]).ends_with(3).complains_of(&["没有一份"]);
    useless.check(&[]).ends_with(3);
    for place in [empty, useless] {
        assert!(!place.output().exists());
    }
}

#[test]
fn wrong_usage_and_settings_end_with_2() {
    let place = place();
    huizong_in(place.path(), ["run", "nowhere"]).ends_with(2).complains_of(&["nowhere"]);
    huizong_in(place.path(), ["run", "in", "--no-such-option"]).ends_with(2);
    huizong_in(place.path(), ["run", "in", "--roster", "nowhere.csv"]).ends_with(2).complains_of(&["nowhere.csv"]);
    huizong_in(place.path(), ["run", "in", "--config", "nowhere.toml"]).ends_with(2).complains_of(&["nowhere.toml"]);
    huizong_in(place.path(), ["run", "in", "--forms", "nowhere"]).ends_with(2).complains_of(&["nowhere"]);
    place.put("huizong.toml", "no_such_setting = 1\n").run(&[]).ends_with(2).complains_of(&["huizong.toml"]);
    place.put("huizong.toml", "jobs = \n").run(&[]).ends_with(2).complains_of(&["huizong.toml"]);
    fs::remove_file(place.input().join("huizong.toml")).unwrap();
    let twice = format!("{ROSTER}jy,甲市水利局,,,\n");
    place.put("roster.csv", twice).run(&[]).ends_with(2).complains_of(&["roster.csv", "4"]);
    assert!(!place.output().exists());
}

#[test]
fn a_wrong_roster_is_explained_in_words() {
    let place = place();
    place.put("roster.csv", format!("{ROSTER}jy,甲市水利局,,,\n"));
    let outcome = place.run(&[]);
    outcome.ends_with(2).complains_of(&["jy"]);
    assert!(!outcome.stderr.contains('_'), "{}", outcome.stderr);
}

#[test]
fn the_settings_file_is_used_and_the_command_line_wins() {
    let place = place();
    place.put("huizong.toml", "no_bom = true\nstrict = true\nyear = 2021\n");
    // 财政局 is missing: an error.
    place.run(&[]).ends_with(1);
    let bytes = fs::read(place.output().join("2021/summary.csv")).unwrap();
    assert!(bytes.starts_with(b"year,"));
    place.run(&["--year", "2022"]).ends_with(3);
}

#[test]
fn errors_that_remain_end_check_and_strict_runs_with_1() {
    let place = place();
    let before = tree(place.path());
    place.check(&[]).ends_with(1);
    assert_eq!(differing(&before, &tree(place.path())), [""; 0], "check writes nothing");
    place.run(&["--strict"]).ends_with(1);
    place.run(&[]).ends_with(0);
    place.put("财政局2021.csv", sound("甲市财政局", 7));
    let clean = place.check(&[]);
    clean.ends_with(0);
    assert!(clean.stderr.is_empty(), "{}", clean.stderr);
    place.run(&["--strict"]).ends_with(0);
    assert_eq!(place.rows(YEAR, "findings.csv"), []);
}

#[test]
fn messages_come_in_the_language_that_was_asked_for() {
    let place = place();
    let english = place.check(&["--lang", "en"]);
    english.ends_with(1);
    assert!(english.stdout.contains("error"), "{}", english.stdout);
    assert!(place.check(&[]).stdout.contains("错误"));
}

// ------------------------------------------------------------------------------------------------ live text

const ATTACKS: [&str; 5] = ["=cmd|' /C calc'!A0", "+cmd|x", "-1+cmd|x", "@SUM(1+1)", "＝HYPERLINK(\"x\",\"y\")"];

fn comes_alive(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && !field.trim_start_matches(['-', '+', '－']).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[test]
fn text_from_a_file_never_becomes_a_formula() {
    for attack in ATTACKS {
        let place = Place::new();
        let quoted = attack.replace('"', "\"\"");
        // As agency, as label of an open category with its unit, as figure, as file and sheet name.
        place
            .put("one.csv", sound("甲市教育局", 2).replace("填报单位：甲市教育局", &format!("\"填报单位：{quoted}\"")));
        place.put("two.csv", sound("甲市水利局", 2).replacen("行政处罚,", &format!("行政处罚,\"{quoted}\","), 1));
        let channels = format!(
            "填报单位：甲市财政局,,,报告年度：2021年\n指标,单位,数量\n微信公众号发布信息,篇,1\n信息咨询,次,2\n投诉,件,0\n\
             \"{quoted}\",\"{quoted}\",7\n"
        );
        let name = format!("{}.csv", attack.replace(['/', '|', '"', '\''], "_"));
        place.put(&name, channels);
        let sheet = format!("<sheet name=\"{}\"", attack.replace('\'', "").replace('"', "&quot;"));
        let workbook = support::WORKBOOK.replace("<sheet name=\"S\"", &sheet);
        let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
        let rows = ["填报单位：甲市民政局", "年度：2021年", "微信公众号发布信息", "信息咨询", "投诉"]
            .iter()
            .zip(1..)
            .map(|(text, row)| {
                format!("<row r=\"{row}\">{}<c r=\"B{row}\"><v>3</v></c></row>", cell(&format!("A{row}"), text))
            });
        let rows: String = rows.collect();
        place.put("book.xlsx", support::xlsx_with(&rows, &[("xl/workbook.xml", workbook.as_bytes())]));
        place.run(&[]).ends_with(0);
        let mut reached = Vec::new();
        for (file, bytes) in tree(&place.output()).into_iter().filter(|(name, _)| name.ends_with(".csv")) {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
            for record in reader.records().map(Result::unwrap) {
                let live: Vec<&str> = record.iter().filter(|field| comes_alive(field)).collect();
                assert!(live.is_empty(), "{file}: {live:?}");
                reached.extend(record.iter().filter(|field| field.starts_with('\'')).map(str::to_owned));
            }
        }
        // The attack got as far as it could: the test would notice if it were let through.
        assert!(reached.len() >= 4, "{attack} reaches only {reached:?}");
    }
}
