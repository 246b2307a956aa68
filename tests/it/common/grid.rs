//! Returns made for tests: figures that satisfy every identity, and the official grid around them, in many layouts.

use std::collections::BTreeMap;

use huizong::{Block, FormId, Library, Line, Rulebook, SlotId, Table};

/// The form that generated returns use.
pub const FORM: &str = "gk2021";
/// Their report year.
pub const YEAR: u16 = 2021;

/// The rulebook with the embedded forms.
pub fn library() -> Library {
    Library::load(None).expect("the embedded forms are sound")
}

/// The generated form's id.
pub fn form(book: &Rulebook) -> FormId {
    book.form_by_code(FORM).expect("known form")
}

/// The figures of a return as its sender would print them (money in the printed unit).
pub type Figures = BTreeMap<SlotId, u64>;

/// Figures for which all identities hold; `numbers` are used in turn for what is free to choose.
pub fn balanced(book: &Rulebook, numbers: &[u64]) -> Figures {
    let id = form(book);
    let mut numbers = numbers.iter().copied().cycle();
    let mut next = || numbers.next().expect("some numbers");
    let mut figures = Figures::new();
    for table in book.form(id).tables.iter().map(|id| book.table(*id)) {
        let slots: Vec<(SlotId, &str, &str)> =
            book.slots_of(table).map(|(id, slot)| (id, slot.indicator.as_str(), slot.dimension.as_str())).collect();
        let at = |indicator: &str, dimension: &str| {
            slots.iter().find(|(_, i, d)| (*i, *d) == (indicator, dimension)).map(|(slot, ..)| *slot).expect("a figure")
        };
        let flows = ["new_received", "carried_in", "processed_total", "carried_out"];
        for (slot, ..) in slots.iter().filter(|(_, i, d)| *d != "total" && !flows.contains(i)) {
            figures.insert(*slot, next());
        }
        if table.code == "table3" {
            let applicants = slots.iter().filter(|(_, i, d)| *i == "granted" && *d != "total");
            for (_, _, applicant) in applicants {
                let results = slots.iter().filter(|(_, i, d)| d == applicant && !flows.contains(i));
                let processed = results.filter_map(|(slot, ..)| figures.get(slot)).sum::<u64>();
                let out = next();
                let carried_in = next() % (processed + out + 1);
                let flow = [processed + out - carried_in, carried_in, processed, out];
                figures.extend(flows.iter().zip(flow).map(|(row, value)| (at(row, applicant), value)));
            }
        }
        for (slot, row, _) in slots.iter().filter(|(_, _, d)| *d == "total") {
            let parts = slots.iter().filter(|(_, i, d)| i == row && *d != "total");
            let total = parts.map(|(slot, ..)| figures[slot]).sum();
            figures.insert(*slot, total);
        }
    }
    assert_eq!(figures.len(), book.form(id).slots.len());
    figures
}

/// How a grid is drawn.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Empty rows above everything.
    pub top: usize,
    /// Empty columns left of everything.
    pub left: usize,
    /// Titles above the line that names the sender.
    pub titles: bool,
    /// Notes, with digits in them, below everything.
    pub notes: bool,
    /// Columns for the labels of rows beyond the first.
    pub more_label_columns: usize,
    /// Group labels stand in every row and column instead of merged cells.
    pub repeated_groups: bool,
    /// Which alias a line uses; 0 for the printed label.
    pub alias: usize,
    /// How numbering is written; 0 as printed.
    pub numbering: usize,
    /// 其它 for 其他, straight quotes.
    pub variants: bool,
    /// Line break (1) or spaces (2) within labels.
    pub spacing: usize,
}

impl Layout {
    fn text(&self, printed: &str) -> String {
        let mut text = renumbered(printed, self.numbering);
        if self.variants {
            text = text.replace("其他", "其它").replace(['“', '”'], "\"");
        }
        let middle = text.char_indices().nth(text.chars().count().div_ceil(2).max(1)).map(|(at, _)| at);
        match (self.spacing, middle) {
            (1, Some(at)) => text.insert(at, '\n'),
            (2, Some(at)) => text = format!(" {}　{}  ", &text[..at], &text[at..]),
            _ => {}
        }
        text
    }

    fn label(&self, line: &Line) -> String {
        let known: Vec<&String> = std::iter::once(&line.zh).chain(&line.aliases).collect();
        let label = known[self.alias % known.len()];
        // An amount whose head does not say its unit is queried, and rightly so.
        match huizong::parts::label::unit_in(&line.zh).filter(|unit| unit.is_money()) {
            Some(unit) if huizong::parts::label::unit_in(label).is_none() => self.text(&format!("{label}（{unit}）")),
            _ => self.text(label),
        }
    }
}

/// The label with its numbering in another style.
fn renumbered(label: &str, style: usize) -> String {
    const HAN: &str = "一二三四五六七八九十";
    let nth = |text: &str| {
        let first = text.chars().next()?;
        HAN.chars().position(|c| c == first).or_else(|| first.to_digit(10).map(|n| n as usize - 1))
    };
    let enclosed = |from: char, n: usize| char::from_u32(from as u32 + n as u32).expect("an enclosed number");
    let rest = |text: &str, chars: usize| text.chars().skip(chars).collect::<String>();
    let bracketed = label.strip_prefix('（').and_then(|inner| nth(inner).filter(|_| rest(inner, 1).starts_with('）')));
    let numbered = nth(label).filter(|_| rest(label, 1).starts_with(['、', '.']));
    match (bracketed, numbered) {
        (Some(n), _) => {
            let body = rest(label, 3);
            let han = HAN.chars().nth(n).expect("up to ten");
            [
                label.to_owned(),
                format!("({han}){body}"),
                format!("{}{body}", enclosed('㈠', n)),
                format!("{han}、{body}"),
            ]
            .get(style)
            .cloned()
            .unwrap_or(body)
        }
        (_, Some(n)) => {
            let (own, body) = (rest(label, 0).chars().next().expect("not empty"), rest(label, 2));
            [
                label.to_owned(),
                format!("{own}．{body}"),
                format!("{}{body}", enclosed('①', n)),
                format!("({own}) {body}"),
            ]
            .get(style)
            .cloned()
            .unwrap_or(body)
        }
        _ => label.to_owned(),
    }
}

/// A return as a CSV file: every table of the form, one under the other.
pub fn csv_text(book: &Rulebook, sender: &str, layout: &Layout, figure: &dyn Fn(SlotId) -> String) -> String {
    let mut rows: Vec<Vec<String>> = vec![Vec::new(); layout.top];
    let line = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
    if layout.titles {
        rows.push(line(&["附件1"]));
        rows.push(line(&["政府信息公开工作年度报告统计表"]));
    }
    rows.push(vec![format!("填报单位：{sender}"), String::new(), String::new(), format!("报告年度：{YEAR}年")]);
    for table in book.form(form(book)).tables.iter().map(|id| book.table(*id)) {
        rows.push(Vec::new());
        rows.push(line(&[&table.title_zh]));
        for block in &table.blocks {
            if !block.title_zh.is_empty() {
                rows.push(line(&[&block.title_zh]));
            }
            draw(table, block, layout, figure, &mut rows);
        }
    }
    if layout.notes {
        rows.push(Vec::new());
        rows.push(line(&["注：本表共3张，2022年1月20日前报送。"]));
        rows.push(line(&["填报人：张三", "", "联系电话：0511-87260000"]));
    }
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        // A row of no fields cannot be written: an empty row has one empty field and a comma.
        let indent = vec![String::new(); layout.left];
        let padding = vec![String::new(); usize::from(row.len() + layout.left < 2) * 2];
        writer.write_record(indent.into_iter().chain(row).chain(padding)).expect("memory");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("UTF-8")
}

fn draw(table: &Table, block: &Block, layout: &Layout, figure: &dyn Fn(SlotId) -> String, rows: &mut Vec<Vec<String>>) {
    let depth = block.rows.iter().map(|row| row.under.len() + 1).max().unwrap_or(1);
    let labels = if block.has_unlabelled_row() { 0 } else { depth.min(1 + layout.more_label_columns) };
    let levels = block.columns.iter().map(|column| column.under.len() + 1).max().unwrap_or(1);
    for level in 0..levels {
        let mut cells = vec![String::new(); labels];
        if let Some(corner) = cells.first_mut().filter(|_| level == 0) {
            *corner = layout.text(&table.corner_zh);
        }
        let mut before: Option<&[String]> = None;
        for column in &block.columns {
            let path = column.under.get(..=level);
            cells.push(match column.under.get(level) {
                Some(group) if layout.repeated_groups || before != path => layout.text(group),
                None if level == column.under.len() => layout.label(column),
                _ => String::new(),
            });
            before = path;
        }
        rows.push(cells);
    }
    // Groups for which there is no column of labels stand in a row of their own.
    let outside = depth.saturating_sub(labels);
    let mut before: &[String] = &[];
    for (r, row) in block.rows.iter().enumerate() {
        let mut cells = vec![String::new(); labels];
        for (level, group) in row.under.iter().enumerate() {
            let new = before.get(..=level) != row.under.get(..=level);
            if level < outside {
                if new {
                    rows.push(vec![layout.text(group)]);
                }
            } else if new || layout.repeated_groups {
                cells[level - outside] = layout.text(group);
            }
        }
        before = &row.under;
        if let Some(cell) = cells.get_mut(row.under.len().saturating_sub(outside)) {
            *cell = layout.label(row);
        }
        cells.extend((0..block.columns.len()).map(|c| figure(block.slot(r, c))));
        rows.push(cells);
    }
}

/// A return in the plainest layout.
pub fn plain(book: &Rulebook, sender: &str, figures: &Figures) -> String {
    csv_text(book, sender, &Layout { more_label_columns: 2, ..Layout::default() }, &|slot| figures[&slot].to_string())
}

/// The figure as it is published: money in 元, whatever the form prints.
pub fn published(book: &Rulebook, slot: SlotId, printed: u64) -> String {
    let scale = book.slot(slot).printed_unit.map_or(1, |unit| u64::try_from(unit.scale()).expect("a power of ten"));
    (printed * scale).to_string()
}
