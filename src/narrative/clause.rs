//! What one clause states: a phrase with its number, in the few forms that are wholly understood.
//!
//! Four forms are read: 微信公众号发布信息61篇 (phrase, number), 共有46次信息咨询 (number, phrase), 无行政复议案件 (none, phrase)
//! and 电话、现场咨询分别为3次、5次 (phrases, numbers). Every word between phrase and number must be known, and nothing in
//! the clause may speak of another year, a change, a plan or somebody else.

use super::lexicon::{Indicator, Phrases, Roles};
use super::quantity::Quantity;
use super::text::Sentence;
use super::token::{Timely, Token, What};
use crate::value::{Amount, Meaning, Reading, Rewrite, Rewrites};

/// A figure of a clause.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    /// The indicators that its phrase may mean.
    pub names: Vec<usize>,
    /// What it says.
    pub reading: Reading,
    /// Its unit, if a number has one.
    pub unit: Option<String>,
    /// Its letters, from phrase to number.
    pub span: (usize, usize),
    /// Where its number stands, for finding the time of which it speaks.
    pub at: usize,
    /// Whether a word says that it may be a sum over years.
    pub cumulative: bool,
    /// Whether its phrase begins its clause.
    pub leads: bool,
}

impl Figure {
    /// Whether it states that there was nothing, which holds of every part as well.
    pub(super) fn is_nothing(&self) -> bool {
        self.reading.meaning == Meaning::Dash || self.reading.value == Some(Amount::ZERO)
    }
}

/// One clause in its sentence.
#[derive(Clone, Copy)]
pub(super) struct Clause<'a> {
    pub tokens: &'a [Token],
    pub sentence: &'a Sentence,
    pub phrases: &'a Phrases,
}

/// Words between a phrase and its number that any indicator may have.
const BETWEEN: Roles = Roles::FILLER.and(Roles::TOTAL).and(Roles::EACH).and(Roles::CUMULATIVE);
/// Words that forbid what stands behind them.
const FORBIDDEN: Roles = Roles::STOP.and(Roles::PLAN).and(Roles::CHANGE).and(Roles::CARRIED);

/// The phrases found beside a number or a word for none.
struct Named {
    /// The indicators of each phrase.
    phrases: Vec<Vec<usize>>,
    /// The tokens that they cover.
    first: usize,
    last: usize,
    roles: Roles,
}

impl Clause<'_> {
    /// Everything that the clause states.
    pub(super) fn figures(&self) -> Vec<Figure> {
        if let Some(figures) = self.respectively() {
            return figures;
        }
        let mut quantities = (0..).zip(self.tokens).filter(|(_, token)| token.quantity().is_some());
        match (quantities.next(), quantities.next()) {
            (Some((at, token)), None) => match token.quantity() {
                Some(quantity) => self.counted(at, quantity),
                None => Vec::new(),
            },
            (None, _) => self.nothing(),
            _ => Vec::new(),
        }
    }

    /// The figures of a clause with one number.
    fn counted(&self, at: usize, quantity: &Quantity) -> Vec<Figure> {
        let one = quantity.reading.value == Some(Amount::from_units(1));
        if one && at > 0 && self.token(at - 1).is_some_and(|token| token.is(Roles::NONE)) {
            // 无一件投诉
            return self.nothing();
        }
        let before = self.named_before(at).filter(|named| self.may_lead(named) && self.may_end(at, quantity, named));
        let behind = self.named_behind(at).filter(|named| self.may_precede(at, named));
        let named = match (before, behind) {
            (Some(named), None) | (None, Some(named)) => named,
            _ => return Vec::new(),
        };
        let bare_zero = quantity.unit.is_none();
        if bare_zero && quantity.reading.value != Some(Amount::ZERO) {
            return Vec::new();
        }
        let zero = quantity.reading.value == Some(Amount::ZERO);
        // The sum over several is none of theirs.
        if named.phrases.len() > 1 && !zero && !named.roles.any(Roles::EACH) {
            return Vec::new();
        }
        self.made(&named, &quantity.reading, quantity.unit.clone(), at, at)
    }

    /// 无A、B案件; 未收到A: whatever follows the word for none must be known up to the end.
    fn nothing(&self) -> Vec<Figure> {
        let none = |token: &Token| token.is(Roles::NONE);
        let Some(at) = self.tokens.iter().position(none) else { return Vec::new() };
        if self.tokens.iter().skip(at + 1).any(none) || self.forbidden(0, at) {
            return Vec::new();
        }
        let mut from = at + 1;
        from += usize::from(self.token(from).is_some_and(|token| token.quantity().is_some()));
        let Some(named) = self.named_behind(from.saturating_sub(1)) else { return Vec::new() };
        let lead = Named { first: at, last: at, roles: named.roles, phrases: named.phrases.clone() };
        if self.narrowed(&lead) {
            return Vec::new();
        }
        self.made(&named, &zero(), None, at, at)
    }

    /// 依申请公开情况：无
    pub(super) fn struck_out(&self) -> Vec<Figure> {
        let Some(named) = self.named_before(self.tokens.len()).filter(|named| self.may_lead(named)) else {
            return Vec::new();
        };
        let dash = Reading { meaning: Meaning::Dash, value: None, ..zero() };
        self.made(&named, &dash, None, self.tokens.len(), named.last)
    }

    /// A、B分别为3次、5次
    fn respectively(&self) -> Option<Vec<Figure>> {
        let at = self.tokens.iter().position(|token| token.is(Roles::RESPECTIVELY))?;
        let named = self.named_before(at).filter(|named| self.may_lead(named));
        let Some(named) = named else { return Some(Vec::new()) };
        let mut numbers = Vec::new();
        for (place, token) in (0..).zip(self.tokens).skip(at + 1) {
            match &token.what {
                What::Quantity(quantity) => numbers.push((place, quantity)),
                _ if token.is(BETWEEN.and(Roles::SEPARATOR).and(Roles::TAIL)) => {}
                _ => return Some(Vec::new()),
            }
        }
        let unit = numbers.last().and_then(|(_, quantity)| quantity.unit.clone());
        if numbers.len() != named.phrases.len() || numbers.len() < 2 || unit.is_none() {
            return Some(Vec::new());
        }
        let figures = named.phrases.iter().zip(numbers).flat_map(|(names, (place, quantity))| {
            let named = Named { phrases: vec![names.clone()], ..named };
            let unit = quantity.unit.clone().or_else(|| unit.clone());
            self.made(&named, &quantity.reading, unit, place, place)
        });
        Some(figures.collect())
    }

    /// The label and number of an item of a list that the rulebook does not know: 通知公告12条.
    pub(super) fn unknown_item(&self) -> Option<(String, Figure)> {
        let mut quantities = (0..).zip(self.tokens).filter_map(|(at, token)| Some((at, token.quantity()?)));
        let (at, quantity) = quantities.next().filter(|_| quantities.next().is_none())?;
        let quantity_token = self.token(at)?;
        let first = self.tokens.iter().position(|token| !token.is(Roles::OF_WHICH) && !token.is_mark(":,"))?;
        let from = self.token(first)?.start;
        let known = at + 1 == self.tokens.len() && at > first && !self.forbidden(first, at);
        let timeless = self.tokens.iter().all(|token| token.when().is_none());
        let label = self.sentence.folded(from, quantity_token.start);
        let plain = label.chars().all(char::is_alphabetic) && label.chars().count() <= self.phrases.longest_label;
        if !(known && timeless && plain && quantity.unit.is_some()) {
            return None;
        }
        let figure = Figure {
            names: Vec::new(),
            reading: quantity.reading,
            unit: quantity.unit.clone(),
            span: (from, quantity_token.end),
            at,
            cumulative: false,
            leads: true,
        };
        Some((self.sentence.written(from, quantity_token.start), figure))
    }

    // -------------------------------------------------------------------------------------------- phrases

    /// The phrases before a place, over words that may stand between.
    fn named_before(&self, at: usize) -> Option<Named> {
        let mut roles = Roles::default();
        let mut words = Vec::new();
        let mut place = at;
        let last = loop {
            place = place.checked_sub(1)?;
            let token = self.token(place)?;
            if !token.names().is_empty() && !self.fitting(place, &words).is_empty() {
                break place;
            }
            match &token.what {
                What::Word { roles: own, .. } => {
                    if !own.any(BETWEEN) {
                        words.push(token);
                    }
                    roles = roles.and(*own);
                }
                What::Time(Timely::All) => {}
                What::Mark(':') => {}
                _ => return None,
            }
        };
        let mut named = Named { phrases: Vec::new(), first: last, last, roles };
        named.phrases.push(self.fitting(last, &words));
        // A、B and C before the number
        let mut place = last;
        while let Some((phrase, names)) = self.coordinated(place) {
            named.phrases.insert(0, names);
            named.first = phrase;
            place = phrase;
        }
        Some(named)
    }

    /// The phrase that a separator joins to the one at this place from the left.
    fn coordinated(&self, at: usize) -> Option<(usize, Vec<usize>)> {
        let mut place = at.checked_sub(1)?;
        if !self.token(place)?.is(Roles::SEPARATOR) {
            return None;
        }
        loop {
            place = place.checked_sub(1)?;
            let token = self.token(place)?;
            if !token.names().is_empty() {
                return Some((place, token.names().to_vec()));
            }
            if !token.is(Roles::FILLER.and(Roles::TAIL)) {
                return None;
            }
        }
    }

    /// The phrases behind a place, up to the end of the clause.
    fn named_behind(&self, at: usize) -> Option<Named> {
        let mut named: Option<Named> = None;
        let mut lead: Vec<&Token> = Vec::new();
        let mut joined = true;
        for (place, token) in (0..).zip(self.tokens).skip(at + 1) {
            if !token.names().is_empty() {
                let names = self.verbed(token.names(), &lead);
                if !joined || names.is_empty() {
                    return None;
                }
                lead.clear();
                joined = false;
                match &mut named {
                    None => {
                        named =
                            Some(Named { phrases: vec![names], first: place, last: place, roles: Roles::default() });
                    }
                    Some(named) => {
                        named.phrases.push(names);
                        named.last = place;
                    }
                }
            } else if token.is(Roles::SEPARATOR) && named.is_some() {
                joined = true;
            } else if token.may_lead() && (joined || self.closes(token, named.as_ref())) {
                lead.push(token);
            } else {
                return None;
            }
        }
        named.filter(|_| !joined)
    }

    /// Whether the word may end a clause behind the last phrase.
    fn closes(&self, token: &Token, named: Option<&Named>) -> bool {
        let between =
            |number: &usize| self.indicator(*number).is_some_and(|one| one.between.contains(&self.text(token)));
        token.is(Roles::TAIL.and(Roles::FILLER))
            || named.and_then(|named| named.phrases.last()).is_some_and(|names| names.iter().any(between))
    }

    /// The indicators that may have all of these words before their phrase.
    fn verbed(&self, names: &[usize], lead: &[&Token]) -> Vec<usize> {
        let may = |number: &usize| {
            let Some(one) = self.indicator(*number) else { return false };
            lead.iter().all(|token| {
                let text = self.text(token);
                one.verbs.contains(&text)
                    || one.between.contains(&text)
                    || token.is(Roles::FILLER)
                    || token.when() == Some(Timely::All)
            })
        };
        names.iter().copied().filter(may).collect()
    }

    /// The indicators of the phrase at a place that may have all of these words between it and their number.
    fn fitting(&self, place: usize, words: &[&Token]) -> Vec<usize> {
        let Some(token) = self.token(place) else { return Vec::new() };
        let lead = self.lead(token.start);
        let fits = |number: &usize| {
            let Some(one) = self.indicator(*number) else { return false };
            one.may_follow(&lead)
                && words.iter().all(|token| {
                    let this_year = token.when() == Some(Timely::All);
                    this_year || one.between.contains(&self.text(token))
                })
        };
        token.names().iter().copied().filter(fits).collect()
    }

    /// What stands in the clause before a letter.
    fn lead(&self, start: usize) -> String {
        self.sentence.folded(self.tokens.first().map_or(0, |token| token.start), start)
    }

    // -------------------------------------------------------------------------------------------- surroundings

    /// Whether what stands before the phrases lets them be the subject of the clause.
    fn may_lead(&self, named: &Named) -> bool {
        if self.forbidden(0, named.first) || self.narrowed(named) {
            return false;
        }
        // 微博、微信…61条: the number may be of both
        let joined = named.first > 0 && self.token(named.first - 1).is_some_and(|token| token.is(Roles::SEPARATOR));
        !joined || named.first == 1
    }

    /// Whether another phrase stands before: 微信公众号发布政策解读5篇 counts a part of the 解读 only.
    fn narrowed(&self, named: &Named) -> bool {
        self.names_other(self.tokens.get(..named.first).unwrap_or_default(), named)
    }

    /// Whether one of these tokens names something else.
    fn names_other(&self, tokens: &[Token], named: &Named) -> bool {
        let own = |name: &usize| named.phrases.iter().flatten().any(|own| own == name);
        tokens.iter().any(|token| !token.names().is_empty() && !token.names().iter().any(own))
    }

    /// Whether the clause may go on behind its number.
    fn may_end(&self, at: usize, quantity: &Quantity, named: &Named) -> bool {
        let behind = self.tokens.get(at + 1..).unwrap_or_default();
        // 对信息61篇进行自查; 5件均未…
        if self.names_other(behind, named) || behind.iter().any(|token| token.is(Roles::STOP.and(Roles::PLAN))) {
            return false;
        }
        let Some(next) = self.token(at + 1) else { return true };
        // Numerals stand in words as well, so that what follows must be known: 一次性.
        let known = next.is(Roles::TAIL.and(Roles::FILLER).and(Roles::CHANGE).and(Roles::SEPARATOR).and(Roles::TOTAL));
        !quantity.in_numerals || known
    }

    /// Whether a number may stand here with its phrase behind it.
    fn may_precede(&self, at: usize, named: &Named) -> bool {
        if self.forbidden(0, at) || self.narrowed(named) || named.phrases.len() > 1 {
            return false;
        }
        let mut place = at;
        while let Some(before) = place.checked_sub(1) {
            let Some(token) = self.token(before) else { return false };
            match &token.what {
                What::Word { roles, .. } => {
                    if roles.any(Roles::SUBJECT) || token.when().is_some() || roles.any(Roles::OF_WHICH) {
                        return true;
                    }
                    let verb = named.phrases.iter().flatten().any(|number| {
                        self.indicator(*number).is_some_and(|one| {
                            let text = self.text(token);
                            one.verbs.contains(&text) || one.verbs.is_empty() && one.between.contains(&text)
                        })
                    });
                    if verb {
                        return true;
                    }
                    if !roles.any(BETWEEN) {
                        return false;
                    }
                    place = before;
                }
                What::Time(_) | What::Mark(_) => return true,
                What::Quantity(_) | What::Unknown => return false,
            }
        }
        true
    }

    /// Whether a word between two places forbids what follows it.
    fn forbidden(&self, from: usize, to: usize) -> bool {
        self.tokens.get(from..to).is_none_or(|tokens| tokens.iter().any(|token| token.is(FORBIDDEN)))
    }

    /// The figures of the phrases that pass their own conditions.
    fn made(&self, named: &Named, reading: &Reading, unit: Option<String>, at: usize, last: usize) -> Vec<Figure> {
        let (Some(first), Some(end)) = (self.token(named.first.min(at)), self.token(last.max(named.last))) else {
            return Vec::new();
        };
        let span = (first.start, end.end);
        let lead = self.lead(first.start);
        let cumulative = self.tokens.iter().take(last + 1).any(|token| token.is(Roles::CUMULATIVE));
        let leads = self.tokens.iter().take(named.first).all(|token| token.is(Roles::OF_WHICH) || token.is_mark(":,"));
        let figures = named.phrases.iter().map(|names| {
            let fits = |number: &usize| {
                let Some(one) = self.indicator(*number) else { return false };
                let unit_fits = unit.as_ref().is_none_or(|unit| one.units.contains(unit));
                // behind its number or a word for none, the verb has been looked at
                unit_fits && one.may_follow(&lead) && (named.first > at || self.has_verb(named.first, one))
            };
            Figure {
                names: names.iter().copied().filter(fits).collect(),
                reading: *reading,
                unit: unit.clone(),
                span,
                at,
                cumulative,
                leads,
            }
        });
        figures.filter(|figure| !figure.names.is_empty()).collect()
    }

    /// Whether one of the indicator's verbs, or nothing, stands before the phrase.
    fn has_verb(&self, first: usize, one: &Indicator) -> bool {
        if one.verbs.is_empty() {
            return true;
        }
        let mut place = first;
        while let Some(before) = place.checked_sub(1) {
            let Some(token) = self.token(before) else { return false };
            let text = self.text(token);
            let stops = token.is(Roles::SUBJECT.and(Roles::OF_WHICH)) || token.when().is_some();
            if one.verbs.contains(&text) || stops || matches!(token.what, What::Mark(_)) {
                return true;
            }
            if !token.is(BETWEEN.and(Roles::SEPARATOR)) {
                return false;
            }
            place = before;
        }
        true
    }

    fn indicator(&self, number: usize) -> Option<&Indicator> {
        self.phrases.indicators.get(number)
    }

    fn token(&self, place: usize) -> Option<&Token> {
        self.tokens.get(place)
    }

    fn text(&self, token: &Token) -> String {
        self.sentence.folded(token.start, token.end)
    }
}

/// An explicit nothing.
fn zero() -> Reading {
    Reading {
        meaning: Meaning::Number,
        value: Some(Amount::ZERO),
        low: None,
        high: None,
        rewrites: Rewrites::from_iter([Rewrite::Zero]),
        unit: None,
        problem: None,
    }
}
