//! Harmless changes of a return's layout, labels and number formats leave every fact as it was, and raise nothing.

use std::collections::BTreeMap;

use crate::common::Place;
use crate::common::grid::{Layout, YEAR, balanced, csv_text, form, library, published};
use huizong::Kind;
use huizong::{Rulebook, SlotId};
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

/// What a return is drawn on.
#[derive(Clone, Debug, Default)]
struct Paper {
    /// Labels in traditional script.
    traditional: bool,
    /// An empty row after every so many rows of figures; 0 for none.
    gaps: usize,
    /// Every table on a sheet of its own, beginning with this one.
    sheets: Option<usize>,
    /// Rows and columns of table 3 are exchanged; only on a sheet of its own.
    turned: bool,
}

type Rows = Vec<Vec<String>>;

impl Paper {
    /// The return as a file: its name and its bytes.
    fn draw(&self, text: &str) -> (&'static str, Vec<u8>) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut rows: Rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        if self.traditional {
            let script = traditional();
            let written = |cell: &String| cell.chars().map(|c| script.get(&c).copied().unwrap_or(c)).collect();
            let other = rows.iter_mut().filter(|row| row.iter().all(|cell| !cell.contains(SENDER)));
            other.for_each(|row| *row = row.iter().map(written).collect());
        }
        if let Some(gaps) = (self.gaps > 0).then_some(self.gaps) {
            let has_figures =
                |row: &Vec<String>| row.iter().filter(|cell| cell.chars().any(|c| c.is_numeric())).count() > 3;
            let mut spaced: Rows = Vec::new();
            for (number, row) in rows.iter().enumerate() {
                spaced.push(row.clone());
                let next = rows.get(number + 1).is_some_and(has_figures);
                if has_figures(row) && next && number % (gaps + 1) == 0 {
                    spaced.push(vec![String::new(); row.len()]);
                }
            }
            rows = spaced;
        }
        let Some(first) = self.sheets else {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            return ("return.csv", writer.into_inner().unwrap());
        };
        ("return.xlsx", self.workbook(rows, first))
    }

    fn workbook(&self, rows: Rows, first: usize) -> Vec<u8> {
        let is_sender = |row: &Vec<String>| row.iter().any(|cell| cell.contains(SENDER));
        let sender = rows.iter().find(|row| is_sender(row)).unwrap().clone();
        let is_title = |row: &Vec<String>| {
            row.iter().find(|cell| !cell.is_empty()).is_some_and(|cell| {
                ["公开政府信息情况", "信息公开申请情况", "行政复议、行政诉讼情况"]
                    .iter()
                    .any(|title| huizong::parts::label::key(cell).contains(&huizong::parts::label::key(title)))
            }) && row.iter().filter(|cell| !cell.is_empty()).count() == 1
        };
        let starts: Vec<usize> = (0..rows.len()).filter(|row| is_title(&rows[*row])).collect();
        assert_eq!(starts.len(), 3, "{rows:?}");
        let mut tables: Vec<Rows> = starts
            .iter()
            .enumerate()
            .map(|(place, start)| rows[*start..starts.get(place + 1).copied().unwrap_or(rows.len())].to_vec())
            .collect();
        if self.turned {
            let body = tables[1].split_off(1);
            tables[1].extend(turned(&body));
        }
        tables.rotate_left(first % 3);
        let mut book = rust_xlsxwriter::Workbook::new();
        for table in &tables {
            let sheet = book.add_worksheet();
            for (row, cells) in std::iter::once(&sender).chain(table).enumerate() {
                for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    let at = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                    match cell.parse::<u32>() {
                        Ok(number) => sheet.write_number(at.0, at.1, number).unwrap(),
                        Err(_) => sheet.write_string(at.0, at.1, cell).unwrap(),
                    };
                }
            }
        }
        book.save_to_buffer().unwrap()
    }
}

fn turned(rows: &[Vec<String>]) -> Rows {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let at = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    (0..width).map(|column| rows.iter().map(|row| at(row, column)).collect()).collect()
}

/// Simplified characters with a traditional form.
fn traditional() -> BTreeMap<char, char> {
    "开開 数數 务務 会會 业業 发發 个個 请請 关關 规規 节節 类類 属屬 让讓 统統 计計 总總 标標 项項 组組 织織 构構 机機 关關 诉訴 讼訟 维維 经經 济濟 复復 议議 过過 办辦 结結 转轉 续續 处處 罚罰 强強 许許 证證 费費 额額 单單 位位 报報 现現 废廢 布佈 对對 应應 该該 内內 没沒 无無 产產 务務 动動 电電 书書 审審 执執 询詢 给給 纸紙 纳納 补補 缴繳 络絡 据據 录錄 户戶 护護 论論 认認 访訪 诚誠 误誤 询詢 资資 质質 责責 车車 达達 选選 适適 进進 远遠 连連 释釋 钱錢 问問 闻聞 阅閱 队隊 际際 难難 页頁 题題"
        .split(' ')
        .map(|pair| (pair.chars().next().unwrap(), pair.chars().nth(1).unwrap()))
        .collect()
}

/// Turned tables are left out: with groups in every row, as columns, they are refused and not read.
fn papers() -> impl Strategy<Value = Paper> {
    (any::<bool>(), 0usize..3, prop::option::of(0usize..3)).prop_map(|(traditional, gaps, sheets)| Paper {
        traditional,
        gaps,
        sheets,
        turned: false,
    })
}

/// The facts of a layout by `indicator:dimension`, and the findings.
fn read(book: &Rulebook, numbers: &[u64], layout: &Layout, digits: Digits) -> Result<(), String> {
    read_from(book, numbers, layout, digits, &Paper::default())
}

fn read_from(book: &Rulebook, numbers: &[u64], layout: &Layout, digits: Digits, paper: &Paper) -> Result<(), String> {
    let figures = balanced(book, numbers);
    let text = csv_text(book, SENDER, layout, &|slot| written(book, slot, figures[&slot], digits));
    let place = Place::new();
    let (name, bytes) = paper.draw(&text);
    place.put(name, bytes);
    let outcome = place.run(&[]);
    let shown = || format!("{layout:?} {digits:?} {paper:?}\n{text}\n{}{}", outcome.stdout, outcome.stderr);
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

/// The same for what it is drawn on.
#[test]
fn each_paper_is_harmless() {
    let library = library();
    let numbers: Vec<u64> = (0..61).map(|n| n * n * 7 % 41).collect();
    let base = Layout { more_label_columns: 2, ..Layout::default() };
    let mut papers = vec![Paper { traditional: true, ..Paper::default() }];
    papers.extend((1..3).map(|gaps| Paper { gaps, ..Paper::default() }));
    papers.extend((0..3).map(|first| Paper { sheets: Some(first), ..Paper::default() }));
    papers.push(Paper { sheets: Some(0), turned: true, ..Paper::default() });
    let faults: Vec<String> = papers
        .iter()
        .filter_map(|paper| read_from(&library.rulebook, &numbers, &base, Digits::Plain, paper).err())
        .collect();
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
        paper in papers(),
    ) {
        let library = library();
        if let Err(fault) = read_from(&library.rulebook, &numbers, &layout, digits, &paper) {
            prop_assert!(false, "{}", fault);
        }
    }
}
