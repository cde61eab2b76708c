//! Which line of the bank's statement is which remittance.
//!
//! A remittance is what moved in one transit on one day. It is known by what the shop says stands
//! in the bank's line (`remittances`), since amounts alone fit too often by chance; where the shop
//! says nothing, only the exact amount counts. What fits two ways is matched in none.

use std::collections::{BTreeMap, BTreeSet};

use guichet_domain::ledger::Transit;
use guichet_store::LedgerEntry;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::fec::day;
use super::statement::{BankLine, Statement};

/// Days after which a remittance that has not come is late.
const LATE_DAYS: i32 = 3;

/// Most that is kept of a remittance, in percent: an issuer's commission reaches 5.
const KEPT_MAX: i64 = 6;

/// What moved in one transit on one day.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Remittance {
    pub(crate) day: Date,
    pub(crate) transit: Transit,
    /// Cents: taken, less what was given back.
    pub(crate) cents: i64,
    /// How many entries it is made of.
    pub(crate) entries: u32,
}

/// What became of a remittance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// It came, by this line.
    Matched(BankLine),
    /// Several lines fit it, or a line fits several.
    Ambiguous,
    /// It is not due yet by the statement's last day.
    Waiting,
    /// It has not come.
    Late,
    /// It has not come in all the days in which it may.
    Missing,
}

/// What matching came to.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) remittances: Vec<(Remittance, Found)>,
    /// Lines that are remittances by their text, and are none of the ledger.
    pub(crate) unknown: Vec<BankLine>,
}

/// The remittances that entries make.
pub(crate) fn remittances(entries: &[LedgerEntry]) -> anyhow::Result<Vec<Remittance>> {
    let mut sums: BTreeMap<(Date, &Transit), (i64, u32)> = BTreeMap::new();
    for entry in entries {
        let movement = &entry.movement;
        let key = (day(movement.at)?, &movement.transit);
        let sum = sums.entry(key).or_default();
        sum.0 += movement.minor;
        sum.1 += 1;
    }
    let made = sums.into_iter().filter(|(_, (cents, _))| *cents != 0);
    let made = made.map(|((day, transit), (cents, entries))| Remittance {
        day,
        transit: transit.clone(),
        cents,
        entries,
    });
    Ok(made.collect())
}

/// Matches them with a statement. `texts` says by transit or means what stands in the bank's line;
/// `days` how long a remittance may take.
pub(crate) fn matched(
    remittances: Vec<Remittance>,
    statement: &Statement,
    texts: &BTreeMap<String, String>,
    days: i32,
) -> Matched {
    let Some((first, last)) = statement.days else {
        return Matched {
            remittances: Vec::new(),
            unknown: Vec::new(),
        };
    };
    let text_of = |transit: &Transit| {
        let text = texts.get(&transit.to_string());
        let text = text.or_else(|| texts.get(transit.means.as_str()));
        text.map(|text| text.to_uppercase())
    };
    let known: BTreeSet<String> = texts.values().map(|text| text.to_uppercase()).collect();
    let of_any = |line: &BankLine| known.iter().any(|text| line.label.contains(text));
    let fits = |remittance: &Remittance, line: &BankLine| {
        let until = remittance.day.saturating_add(days.days());
        if !(remittance.day..=until).contains(&line.booked) {
            return false;
        }
        match text_of(&remittance.transit) {
            Some(text) => line.label.contains(&text) && may_be(remittance.cents, line.cents),
            None => !of_any(line) && line.cents == remittance.cents,
        }
    };
    let places = |remittance: &Remittance| {
        let lines = statement.lines.iter().enumerate();
        let fitting = lines.filter(|(_, line)| fits(remittance, line));
        whole_first(remittance.cents, fitting.collect())
    };
    let candidates: Vec<Vec<usize>> = remittances.iter().map(places).collect();
    let wanted = |place: usize| {
        candidates
            .iter()
            .filter(|lines| lines.contains(&place))
            .count()
    };
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut told = Vec::new();
    for (remittance, lines) in remittances.into_iter().zip(&candidates) {
        let found = match lines.as_slice() {
            [] if remittance.day < first => continue,
            [] if remittance.day.saturating_add(days.days()) <= last => Found::Missing,
            [] if remittance.day.saturating_add(LATE_DAYS.days()) <= last => Found::Late,
            [] => Found::Waiting,
            [place] if wanted(*place) == 1 => Found::Matched(statement.lines[*place].clone()),
            _ => Found::Ambiguous,
        };
        taken.extend(lines);
        told.push((remittance, found));
    }
    let lines = statement.lines.iter().enumerate();
    let unknown = lines.filter(|(place, line)| !taken.contains(place) && of_any(line));
    Matched {
        remittances: told,
        unknown: unknown.map(|(_, line)| line.clone()).collect(),
    }
}

/// Where the lines stand that fit. What came whole is it, whatever else came of which something may
/// have been kept.
fn whole_first(cents: i64, fitting: Vec<(usize, &BankLine)>) -> Vec<usize> {
    let whole = fitting.iter().filter(|(_, line)| line.cents == cents);
    let whole: Vec<usize> = whole.map(|(place, _)| *place).collect();
    if whole.is_empty() {
        fitting.iter().map(|(place, _)| *place).collect()
    } else {
        whole
    }
}

/// Whether so much may have come of a remittance: all, or all but what was kept for it.
fn may_be(remitted: i64, came: i64) -> bool {
    let kept = remitted - came;
    (0..=remitted.abs() * KEPT_MAX / 100).contains(&kept)
}

#[cfg(test)]
mod tests;
