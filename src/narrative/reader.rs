//! Follows a report from paragraph to paragraph: under which title, in which year, within which list of parts.

use super::clause::{Clause, Figure};
use super::lexicon::{Indicator, Phrases, Roles, Target};
use super::text::{Paragraph, Sentence};
use super::token::{Timely, Token, What, tokens};
use super::{Address, Stated};

/// A figure before it is compared with others of its kind.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The indicator; none for an item of a list that the rulebook does not know.
    pub indicator: Option<usize>,
    /// The figure.
    pub stated: Stated,
}

/// A whole with the parts that are listed behind it.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// The whole, by its place among the claims.
    pub whole: usize,
    /// Its parts, by their places among the claims.
    pub parts: Vec<usize>,
    /// Items that are no known part of it were passed over.
    pub gaps: bool,
    /// It ends with an item for the rest, so that it is meant to be complete.
    pub complete: bool,
    /// Several figures stand before the list: it may break down any of them.
    pub several: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub claims: Vec<Claim>,
    pub lists: Vec<List>,
}

/// A longer sentence is no sentence.
const LONGEST_SENTENCE: usize = 2000;

pub(super) struct Reader<'p> {
    phrases: &'p Phrases,
    year: u16,
    /// Titles above the paragraph, with their levels.
    headings: Vec<(u8, String)>,
    /// The time of which the paragraph spoke last.
    when: Option<Timely>,
    list: Option<List>,
    /// Whether the sentence of the list is still being read.
    in_list: bool,
    /// The sentence before went on into the next paragraph.
    goes_on: bool,
    /// The last claim, with its sentence and how many figures that sentence states.
    last: Option<(usize, Address, usize)>,
    out: Claims,
}

/// A sentence that is being read.
struct Scene<'a> {
    sentence: &'a Sentence,
    address: Address,
    folded: String,
}

impl<'p> Reader<'p> {
    pub(super) fn new(phrases: &'p Phrases, year: u16) -> Self {
        Reader {
            phrases,
            year,
            headings: Vec::new(),
            when: None,
            list: None,
            in_list: false,
            goes_on: false,
            last: None,
            out: Claims::default(),
        }
    }

    pub(super) fn finish(mut self) -> Claims {
        self.end_list();
        self.out
    }

    pub(super) fn paragraph(&mut self, number: u32, line: &str) {
        let paragraph = Paragraph::new(line);
        if !self.goes_on {
            self.end_list();
            self.when = None;
        }
        if let Some(level) = paragraph.level {
            self.headings.retain(|(above, _)| *above < level);
            self.headings.push((level, paragraph.heading.clone()));
        }
        let skipped = |(_, heading): &(u8, String)| {
            self.phrases.skipped_headings.iter().any(|word| heading.contains(word.as_str()))
        };
        if !self.headings.iter().any(skipped) {
            for (place, sentence) in (1..).zip(&paragraph.sentences) {
                if sentence.letters.len() > LONGEST_SENTENCE {
                    continue;
                }
                self.sentence(sentence, Address { paragraph: number, sentence: place });
            }
        }
        self.goes_on = paragraph.goes_on;
    }

    fn sentence(&mut self, sentence: &Sentence, address: Address) {
        if !self.goes_on {
            self.in_list = false;
        }
        // Only what the sentence itself says of this year frees a running total.
        if self.when == Some(Timely::All) {
            self.when = None;
        }
        let tokens = tokens(sentence, self.phrases, self.year);
        let scene = Scene { sentence, address, folded: sentence.folded(0, sentence.letters.len()) };
        let mut outside: Vec<Option<Timely>> = Vec::new();
        let segments = segments(&tokens);
        for (at, segment) in (0..).zip(&segments) {
            let rest = segments.get(at + 1..).unwrap_or_default();
            match segment.first().map(|token| &token.what) {
                Some(What::Mark('(')) => outside.push(self.when),
                Some(What::Mark(')')) => self.when = outside.pop().unwrap_or(self.when),
                Some(What::Mark(_)) | None => {}
                Some(_) if withdrawn(rest) => self.follow_time(segment),
                Some(_) => self.segment(segment, is_struck_out(rest), &scene),
            }
            self.goes_on = false;
        }
    }

    fn segment(&mut self, segment: &[Token], struck_out: bool, scene: &Scene<'_>) {
        let begins_list = segment.first().is_some_and(|token| token.is(Roles::OF_WHICH));
        if begins_list {
            self.begin_list(scene);
        }
        let pieces = pieces(segment);
        for (place, piece) in (0..).zip(&pieces) {
            let clause = Clause { tokens: piece, sentence: scene.sentence, phrases: self.phrases };
            let figures = if struck_out { clause.struck_out() } else { clause.figures() };
            // 5件A和B: the number may be of both
            let shared = pieces.get(place + 1).is_some_and(|next| !states(next) && names(next));
            let mut taken = false;
            for figure in figures.into_iter().filter(|_| !shared) {
                taken |= self.figure(figure, piece, scene);
            }
            if !taken && self.in_list {
                self.unknown_item(&clause, scene);
            }
            self.follow_time(piece);
        }
    }

    /// Takes a figure if it is the report year's and its phrase means one thing here.
    fn figure(&mut self, figure: Figure, piece: &[Token], scene: &Scene<'_>) -> bool {
        let Some((number, one)) = self.meant(&figure) else { return false };
        let before = piece.get(..figure.at.min(piece.len())).unwrap_or_default();
        let own = before.iter().rev().find_map(Token::when);
        let when = own.or(self.when);
        let timely = match when {
            None | Some(Timely::All) => true,
            Some(Timely::Stocks) => one.stock,
            Some(Timely::Nothing) => false,
        };
        if !timely || figure.cumulative && when != Some(Timely::All) {
            return false;
        }
        let spoken_of = |word: &String| {
            scene.folded.contains(word.as_str()) || self.headings.iter().any(|(_, title)| title.contains(word.as_str()))
        };
        if !figure.is_nothing() && !one.needs.is_empty() && !one.needs.iter().any(spoken_of) {
            return false;
        }
        let (target, is_part) = (one.target.clone(), self.is_part(one));
        let rest = is_part && self.is_rest(&scene.sentence.folded(figure.span.0, figure.span.1));
        let place = self.claim(Some(number), target, &figure, scene);
        if let Some(list) = self.list.as_mut().filter(|_| is_part) {
            list.parts.push(place);
            list.complete |= rest;
        } else if self.in_list
            && let Some(list) = &mut self.list
        {
            list.gaps = true;
        }
        true
    }

    /// The one indicator that a figure's phrase means here.
    fn meant(&self, figure: &Figure) -> Option<(usize, &'p Indicator)> {
        let phrases = self.phrases;
        let candidates = || figure.names.iter().filter_map(|at| Some((*at, phrases.indicators.get(*at)?)));
        let part: Vec<_> = candidates().filter(|(_, one)| self.is_part(one) && figure.leads).collect();
        let free: Vec<_> = candidates().filter(|(_, one)| !one.only_as_part).collect();
        // Within the parts of an open whole nothing else is meant.
        let open = self.in_list && self.whole().is_some_and(|whole| whole.open_parts);
        match (part.as_slice(), free.as_slice()) {
            ([one], _) => Some(*one),
            ([], [one]) if !open => Some(*one),
            _ => None,
        }
    }

    fn whole(&self) -> Option<&'p Indicator> {
        let claim = self.out.claims.get(self.list.as_ref()?.whole)?;
        self.phrases.indicators.get(claim.indicator?)
    }

    fn is_part(&self, one: &Indicator) -> bool {
        self.whole().is_some_and(|whole| one.is_part_of(&whole.name))
    }

    fn is_rest(&self, label: &str) -> bool {
        self.phrases.rest_labels.iter().any(|word| label.starts_with(word.as_str()))
    }

    /// An item of a list that the rulebook does not know: a part under its own label, if the whole is open.
    fn unknown_item(&mut self, clause: &Clause<'_>, scene: &Scene<'_>) {
        let Some(whole) = self.whole() else { return };
        if !clause.tokens.iter().any(|token| token.quantity().is_some()) {
            return;
        }
        let item = clause.unknown_item().filter(|(_, figure)| {
            whole.open_parts && figure.unit.as_ref().is_some_and(|unit| whole.units.contains(unit))
        });
        let Some((label, figure)) = item else {
            if let Some(list) = &mut self.list {
                list.gaps = true;
            }
            return;
        };
        let rest = self.is_rest(&scene.sentence.folded(figure.span.0, figure.span.1));
        let target = Target::Open { label, unit: figure.unit.clone().unwrap_or_default() };
        let place = self.claim(None, target, &figure, scene);
        if let Some(list) = &mut self.list {
            list.parts.push(place);
            list.complete |= rest;
        }
    }

    fn claim(&mut self, indicator: Option<usize>, target: Target, figure: &Figure, scene: &Scene<'_>) -> usize {
        let place = self.out.claims.len();
        self.out.claims.push(Claim {
            indicator,
            stated: Stated {
                target,
                reading: figure.reading,
                raw: scene.sentence.written(figure.span.0, figure.span.1),
                sentence: scene.sentence.text.clone(),
                address: scene.address,
            },
        });
        let before = self.last.filter(|(_, address, _)| *address == scene.address).map_or(0, |(_, _, count)| count);
        self.last = Some((place, scene.address, before + 1));
        place
    }

    // -------------------------------------------------------------------------------------------- lists and time

    /// A list breaks down the figure just before it: in this sentence or the one before.
    fn begin_list(&mut self, scene: &Scene<'_>) {
        self.end_list();
        let Some((whole, address, count)) = self.last else { return };
        let near = address == scene.address
            || address.paragraph == scene.address.paragraph && address.sentence + 1 == scene.address.sentence
            || address.paragraph + 1 == scene.address.paragraph && scene.address.sentence == 1;
        if near {
            self.list = Some(List { whole, parts: Vec::new(), gaps: false, complete: false, several: count > 1 });
            self.in_list = true;
        }
    }

    fn end_list(&mut self) {
        self.out.lists.extend(self.list.take());
        self.in_list = false;
    }

    /// The time of which the text goes on to speak. What a figure is compared with does not count.
    fn follow_time(&mut self, piece: &[Token]) {
        let compared = piece.iter().position(|token| token.is(Roles::CHANGE)).unwrap_or(piece.len());
        let said = piece.iter().take(compared).rev().find_map(Token::when);
        self.when = said.or(self.when);
    }
}

/// The tokens between marks, with the marks that matter. A colon before a number joins, and 其中 always parts.
fn segments(tokens: &[Token]) -> Vec<&[Token]> {
    let mut segments = Vec::new();
    let mut from = 0;
    for (at, token) in (0..).zip(tokens) {
        let list = token.is(Roles::OF_WHICH) && at > from;
        let mark = matches!(token.what, What::Mark(_));
        if !(list || mark) {
            continue;
        }
        let next = tokens.get(at + 1);
        let colon = token.is_mark(":");
        let behind_list = at > 0 && tokens.get(at - 1).is_some_and(|before| before.is(Roles::OF_WHICH));
        let before_number = next.is_some_and(|next| next.quantity().is_some());
        if colon && at > from && (behind_list || before_number) {
            continue;
        }
        segments.extend(tokens.get(from..at).filter(|segment| !segment.is_empty()));
        if mark {
            segments.extend(tokens.get(at..=at));
        }
        from = if mark { at + 1 } else { at };
    }
    segments.extend(tokens.get(from..).filter(|segment| !segment.is_empty()));
    segments
}

/// 依申请公开情况：无
fn is_struck_out(rest: &[&[Token]]) -> bool {
    matches!(rest, [[colon], [none], ..] if colon.is_mark(":") && none.is(Roles::NONE))
}

/// Whether what follows says that the figures count something else: 含上年结转2件; 其中上年结转2件;
/// 均为2019年案件.
fn withdrawn(rest: &[&[Token]]) -> bool {
    let mut following = rest.iter().filter(|segment| !matches!(segment, [mark] if matches!(mark.what, What::Mark(_))));
    let of_other_year = |segment: &&[Token]| {
        let other = segment.iter().any(|token| token.when() == Some(Timely::Nothing));
        other && !segment.iter().any(|token| token.quantity().is_some() || token.is(Roles::CHANGE))
    };
    let with_carried = |segment: &&[Token]| {
        segment.first().is_some_and(|first| first.is(Roles::OF_WHICH))
            && segment.iter().any(|token| token.is(Roles::CARRIED))
    };
    let with_scope = |segment: &&[Token]| segment.first().is_some_and(|first| first.is(Roles::SCOPE));
    following.next().is_some_and(|next| with_scope(next) || with_carried(next) || of_other_year(next))
        || following.any(|later| later.first().is_some_and(|first| first.is(Roles::EACH)) && of_other_year(later))
}

/// The statements of a segment: a separator behind a statement begins another one.
fn pieces(segment: &[Token]) -> Vec<&[Token]> {
    if segment.iter().any(|token| token.is(Roles::RESPECTIVELY)) {
        return vec![segment];
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, token) in (0..).zip(segment) {
        let piece = segment.get(from..at).unwrap_or_default();
        let counted = piece.iter().any(|token| token.quantity().is_some());
        // 零投诉、零复议
        let again = segment.get(at + 1).is_some_and(|next| next.is(Roles::NONE));
        if token.is(Roles::SEPARATOR) && (counted || again && piece.iter().any(|token| token.is(Roles::NONE))) {
            pieces.extend(segment.get(from..at));
            from = at + 1;
        }
    }
    pieces.extend(segment.get(from..));
    pieces
}

/// Whether a piece has a number of its own, or a word for none.
fn states(piece: &[Token]) -> bool {
    piece.iter().any(|token| token.quantity().is_some() || token.is(Roles::NONE))
}

fn names(piece: &[Token]) -> bool {
    piece.iter().any(|token| !token.names().is_empty())
}
