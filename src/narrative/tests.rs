use super::*;
use crate::form::Library;
use crate::value::Meaning;

const SENTENCES: &str = include_str!("tests/sentences.tsv");
const SEED: &str = include_str!("tests/jurong-statistics-bureau-2020.txt");

/// Reads a report on `year`.
fn read(text: &str, phrases: &Phrases, year: u16) -> Narrative {
    read_lines(text.lines(), phrases, year)
}

struct Desk {
    library: Library,
    phrases: Phrases,
}

fn desk() -> Desk {
    let library = Library::load(None).unwrap_or_else(|error| panic!("{error}"));
    let phrases = Phrases::new(&library.phrases, &library.rulebook, &library.words);
    Desk { library, phrases }
}

impl Desk {
    /// `code=value`, `code~raw` for an inexact figure, `code-` for one that is struck out.
    fn shown(&self, stated: &Stated) -> String {
        let name = match &stated.target {
            Target::Slot(slot) => self.library.rulebook.slot(*slot).code.clone(),
            Target::Open { label, .. } => label.clone(),
        };
        match (stated.reading.meaning, stated.reading.value) {
            (Meaning::Number, Some(value)) => format!("{name}={value}"),
            (Meaning::Dash, _) => format!("{name}-"),
            _ => {
                let bound = |bound: Option<Amount>| bound.map(|bound| bound.to_string()).unwrap_or_default();
                format!("{name}~{}..{}", bound(stated.reading.low), bound(stated.reading.high))
            }
        }
    }

    fn all(&self, text: &str) -> Vec<String> {
        let narrative = read(text, &self.phrases, 2020);
        let mut shown: Vec<String> = narrative.stated.iter().map(|stated| self.shown(stated)).collect();
        shown.extend(narrative.conflicts.iter().map(|(one, _)| format!("!{}", self.shown(one))));
        shown.extend(narrative.breaches.iter().map(|one| format!("?{}/{}", one.found, one.expected)));
        shown
    }
}

/// Each line: a text (`|` ends a paragraph), and what it states.
#[test]
fn sentences_state_exactly_this() {
    let desk = desk();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in SENTENCES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, wanted) = line.split_once('\t').unwrap_or((line, ""));
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let found = desk.all(&text.replace('|', "\n"));
        if found != wanted {
            wrong.push(format!("{text}\n   wanted {wanted:?}\n   found  {found:?}"));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{} of {seen} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen >= 80, "{seen}");
}

#[test]
fn the_seed_report_states_these_figures_and_no_others() {
    let desk = desk();
    assert_eq!(
        desk.all(SEED),
        [
            "news.analyses~41..49",
            "news.work~71..79",
            "adopted.province~21..29",
            "adopted.prefecture~61..69",
            "adopted.own_site~91..99",
            "adopted.city_portal~71..79",
            "instructions=3",
            "portal.total=108",
            "portal.annual_report=1",
            "portal.department_news=73",
            "portal.analysis=16",
            "portal.bulletin=1",
            "portal.special_report=12",
            "portal.other=5",
            "wechat.posts=61",
            "request.received=0",
            "review.total=0",
            "suit.total=0",
            "inquiries=46",
            "complaints=0",
        ]
    );
    let narrative = read(SEED, &desk.phrases, 2020);
    assert_eq!((narrative.lists_checked, narrative.lists_held), (1, 1));
    let wechat = narrative.stated.iter().find(|one| one.raw.contains("61")).unwrap();
    assert_eq!((wechat.address.paragraph, wechat.address.sentence), (17, 1));
    assert!(wechat.sentence.contains("全年統計微信公眾號發布信息61篇"));
}

/// The same report says nothing about another year.
#[test]
fn a_report_of_another_year_states_nothing_dated() {
    let desk = desk();
    let narrative = read(SEED, &desk.phrases, 2021);
    let dated = narrative.stated.iter().any(|one| one.raw.contains("108") || one.raw.contains("40"));
    assert!(!dated);
}

/// Long texts of nothing but grammar are read in a moment.
#[test]
fn hostile_texts_take_no_time() {
    let desk = desk();
    for part in [
        "无，",
        "其中微信公众号、",
        "微信公众号",
        "政府门户网站发布信息1条，其中甲乙1条，丙2条（",
        "分别为1条、",
        "《",
        "一二三",
        "1,",
        "2020年和",
    ] {
        let sentence = part.repeat(1900 / part.chars().count());
        let text = format!("{sentence}。").repeat((1 << 19) / sentence.len());
        let start = std::time::Instant::now();
        let _ = read(&text, &desk.phrases, 2020);
        assert!(start.elapsed().as_secs() < 20, "{part}: {:?}", start.elapsed());
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    static DESK: std::sync::LazyLock<Desk> = std::sync::LazyLock::new(desk);

    proptest! {
        /// Whatever stands there is read without a panic, and what is stated is quoted from the text.
        #[test]
        fn any_text_is_read(text in "(微信公众号|发布信息|其中|无|零|行政复议|、|，|：|分别为|各|共|[0-9０-９]{1,4}|[一二十百万]|篇|件|次|（|）|《|年|月|至|-|约|多|\\n|。| ){0,40}") {
            let plain: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            for stated in read(&text, &DESK.phrases, 2020).stated {
                let quoted: String = stated.sentence.chars().filter(|c| c.is_alphanumeric()).collect();
                prop_assert!(plain.contains(&quoted));
            }
        }
    }
}
