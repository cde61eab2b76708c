//! Amounts, moments and ages as the reader's language writes them.

use guichet_domain::money::Currency;
use jiff::civil::{Date, DateTime};

use crate::el::{El, el};
use crate::words::{Lang, fill};

/// An amount of minor units, which may be below zero.
#[must_use]
pub fn amount(lang: Lang, minor: i64, currency: Currency) -> String {
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    let figure = figure(lang, minor.unsigned_abs(), currency);
    let euro = currency == Currency::EUR;
    let name = if euro { "€" } else { currency.code() };
    match (lang, euro) {
        (Lang::En, true) => format!("{sign}{name}{figure}"),
        (Lang::En, false) => format!("{sign}{name}\u{a0}{figure}"),
        (Lang::Fr, _) => format!("{sign}{figure}\u{a0}{name}"),
    }
}

/// An amount of minor units without its currency, as it is typed.
#[must_use]
pub fn figure(lang: Lang, minor: u64, currency: Currency) -> String {
    let exponent = usize::from(currency.exponent());
    let digits = format!("{:0width$}", minor, width = exponent + 1);
    let (whole, rest) = digits.split_at(digits.len() - exponent);
    let (group, mark) = match lang {
        Lang::En => (",", "."),
        Lang::Fr => ("\u{202f}", ","),
    };
    let mut figure = grouped(whole, group);
    if !rest.is_empty() {
        figure.push_str(mark);
        figure.push_str(rest);
    }
    figure
}

/// The same of what is never below zero.
#[must_use]
pub fn sum(lang: Lang, minor: u64, currency: Currency) -> String {
    amount(lang, i64::try_from(minor).unwrap_or(i64::MAX), currency)
}

/// A whole number.
#[must_use]
pub fn number(lang: Lang, number: u64) -> String {
    let group = match lang {
        Lang::En => ",",
        Lang::Fr => "\u{202f}",
    };
    grouped(&number.to_string(), group)
}

fn grouped(digits: &str, mark: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push_str(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// A day.
#[must_use]
pub fn day(lang: Lang, day: Date) -> String {
    let month = usize::try_from(day.month()).unwrap_or(1);
    let months = lang.words().show.months;
    let month = months.get(month - 1).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

/// A moment, as a text.
#[must_use]
pub fn moment_text(lang: Lang, at: DateTime) -> String {
    let (date, time) = (day(lang, at.date()), at.time());
    format!("{date}, {:02}:{:02}", time.hour(), time.minute())
}

/// A moment, with the machine's form of it.
#[must_use]
pub fn moment(lang: Lang, at: DateTime) -> El {
    el("time")
        .attr("datetime", at.to_string())
        .text(moment_text(lang, at))
}

/// How long it lasts, in the largest unit of which there are two or more.
#[must_use]
pub fn age(lang: Lang, seconds: i64) -> String {
    let words = &lang.words().show;
    let seconds = seconds.max(0);
    let (count, text) = match seconds {
        0..120 => (seconds, words.seconds),
        120..7_200 => (seconds / 60, words.minutes),
        7_200..172_800 => (seconds / 3_600, words.hours),
        _ => (seconds / 86_400, words.days),
    };
    fill(text, &[("count", &count.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_its_language_does() {
        let cad = Currency::try_from("CAD".to_owned()).unwrap();
        let xpf = Currency::try_from("XPF".to_owned()).unwrap();
        for (lang, minor, currency, told) in [
            (Lang::En, 1_250, Currency::EUR, "€12.50"),
            (Lang::Fr, 1_250, Currency::EUR, "12,50\u{a0}€"),
            (Lang::En, 123_456_789, Currency::EUR, "€1,234,567.89"),
            (
                Lang::Fr,
                123_456_789,
                Currency::EUR,
                "1\u{202f}234\u{202f}567,89\u{a0}€",
            ),
            (Lang::En, -5, Currency::EUR, "\u{2212}€0.05"),
            (Lang::Fr, 0, Currency::EUR, "0,00\u{a0}€"),
            (Lang::En, 100, cad, "CAD\u{a0}1.00"),
            (Lang::Fr, 1_000, xpf, "1\u{202f}000\u{a0}XPF"),
        ] {
            assert_eq!(amount(lang, minor, currency), told);
        }
    }

    #[test]
    fn an_age_is_told_in_the_unit_that_people_count_in() {
        for (seconds, told) in [
            (-3, "0 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_200, "2 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(age(Lang::En, seconds), told);
        }
    }

    #[test]
    fn a_moment_is_told_in_words_and_for_machines() {
        let at: DateTime = "2026-02-01T07:05:09".parse().unwrap();
        assert_eq!(moment_text(Lang::En, at), "1 Feb 2026, 07:05");
        assert_eq!(moment_text(Lang::Fr, at), "1 févr. 2026, 07:05");
        let html = moment(Lang::Fr, at).html();
        assert!(html.contains("datetime=\"2026-02-01T07:05:09\""), "{html}");
    }
}
