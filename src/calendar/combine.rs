//! What several mentions of time come to in one text.

use super::Time;
use super::scan::Mention;
use std::collections::BTreeSet;

/// The rules, in this order: several years are several years; a month or a day of another year than the one that is named
/// is when the text was written; a part of a year restricts the year; a running total of a named year is that year's; a
/// year in figures says more than one in words.
pub(super) fn combine(mentions: &[Mention]) -> Time {
    let times = || mentions.iter().map(|mention| &mention.time);
    let years_of = |wanted: &dyn Fn(&Mention) -> bool| -> BTreeSet<u16> {
        let named = mentions.iter().filter(|mention| wanted(mention)).map(|mention| &mention.time);
        named.filter_map(|time| if let Time::Year(year) = time { Some(*year) } else { None }).collect()
    };
    let mut years = years_of(&|_| true);
    if years.len() > 1 {
        // 2022年填报 is when it was written, if another year is named.
        let reported = years_of(&|mention| !mention.of_writing);
        years = if reported.is_empty() { years } else { reported };
    }
    let this = times().any(|time| *time == Time::This);
    if let Some(several) = times().find(|time| matches!(time, Time::Several(_))) {
        return several.clone();
    }
    if years.len() > 1 {
        let named: Vec<String> = years.iter().map(ToString::to_string).collect();
        return Time::Several(named.join("、"));
    }
    let year = years.first().copied();
    let writing = |time: &Time| match time {
        Time::Part(part) if part.month => year.is_some() && part.year != year,
        _ => false,
    };
    if let Some(Time::Part(part)) = times().find(|time| matches!(time, Time::Part(_)) && !writing(time)) {
        let mut part = part.clone();
        part.year = part.year.or(year);
        return Time::Part(part);
    }
    // 本年累计 is this year's; 截至目前 ends when it was written, whatever begins it.
    let is_total = |mention: &&Mention| mention.is_total;
    let running = mentions.iter().find(|mention| matches!(mention.time, Time::Running(_)) && !is_total(mention));
    if let Some(running) = running {
        return running.time.clone();
    }
    if let Some(Time::YearEnd(end)) = times().find(|time| matches!(time, Time::YearEnd(_))) {
        return Time::YearEnd(end.or(year));
    }
    if let Some(year) = year {
        return Time::Year(year);
    }
    let elsewhere = times().any(|time| *time == Time::Else);
    match (this, elsewhere) {
        (_, true) => return Time::Else,
        (true, false) => return Time::This,
        (false, false) => {}
    }
    let last =
        times().find(|time| matches!(time, Time::Running(_))).or_else(|| times().find(|time| **time != Time::Unsaid));
    last.cloned().unwrap_or_default()
}
