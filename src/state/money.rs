//! Amounts as a reader of each locale expects them: one table, so that the server and the widget
//! write the same in every browser.
//!
//! Source: Unicode CLDR 48.2.0, `numbers.json` and `currencies.json` of `cldr-numbers-full`: the
//! standard currency pattern with its form beside letters, the group and decimal marks (those for
//! currencies, where there are any), the fewest digits before the first group mark, the standard
//! signs. What is not from there: how many decimal digits there are, which is the currency's minor
//! unit (ISO 4217), and Portuguese without a region, which CLDR takes for that of Brazil and the
//! texts here for that of Portugal.

/// How amounts are written by readers of one locale.
#[derive(Debug)]
pub struct Notation {
    /// Language, and region where it matters.
    tag: &'static str,
    /// Between thousands.
    group: char,
    /// Digits before a group mark stands between the first and the others: of four digits none is
    /// parted where there are to be two.
    first: usize,
    /// Between units and minor units.
    point: char,
    place: Place,
    /// The signs of [`CODES`].
    signs: &'static [&'static str; 6],
}

/// Where a currency's sign stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// `€1.00`; a sign that ends with a letter is followed by a no-break space.
    Before,
    /// `€ 1.00`.
    BeforeAndSpace,
    /// `1.00 €`.
    Behind,
}

use Place::{Before, BeforeAndSpace, Behind};

/// The currencies that have signs here: those that a platform takes. Any other keeps its code.
const CODES: [&str; 6] = ["EUR", "CAD", "CHF", "GBP", "USD", "XPF"];

const USUAL: [&str; 6] = ["€", "CA$", "CHF", "£", "US$", "CFPF"];
const CANADIAN: [&str; 6] = ["€", "$", "CHF", "£", "US$", "CFPF"];
const DUTCH: [&str; 6] = ["€", "C$", "CHF", "£", "US$", "XPF"];
const FRENCH: [&str; 6] = ["€", "$CA", "CHF", "£GB", "$US", "FCFP"];
const FRENCH_CANADIAN: [&str; 6] = ["€", "$", "CHF", "£", "$\u{a0}US", "XPF"];
const GERMAN: [&str; 6] = ["€", "CA$", "CHF", "£", "$", "CFPF"];
const ITALIAN: [&str; 6] = ["€", "CA$", "CHF", "£", "USD", "CFPF"];
const SPANISH: [&str; 6] = ["€", "CAD", "CHF", "GBP", "US$", "CFPF"];
const SWEDISH: [&str; 6] = ["€", "CA$", "CHF", "GBP", "US$", "CFPF"];
const SWISS: [&str; 6] = ["EUR", "CA$", "CHF", "£", "$", "CFPF"];

/// English comes first, for tags of a language that is not here. `001` are all regions that are not
/// named.
static NOTATIONS: [Notation; 18] = [
    row("en", ',', 1, '.', Before, &GERMAN),
    row("en-001", ',', 1, '.', Before, &USUAL),
    row("en-CA", ',', 1, '.', Before, &CANADIAN),
    row("de", '.', 1, ',', Behind, &GERMAN),
    row("de-AT", '.', 1, ',', BeforeAndSpace, &GERMAN),
    row("de-CH", '\'', 1, '.', BeforeAndSpace, &SWISS),
    row("de-LI", '\'', 1, '.', BeforeAndSpace, &SWISS),
    row("es", '.', 2, ',', Behind, &SPANISH),
    row("fr", '\u{202f}', 1, ',', Behind, &FRENCH),
    row("fr-CA", '\u{a0}', 1, ',', Behind, &FRENCH_CANADIAN),
    row("fr-CH", '\'', 1, '.', Behind, &FRENCH),
    row("fr-LU", '.', 1, ',', Behind, &FRENCH),
    row("it", '.', 2, ',', Behind, &ITALIAN),
    row("it-CH", '\'', 2, '.', BeforeAndSpace, &ITALIAN),
    row("nl", '.', 1, ',', BeforeAndSpace, &DUTCH),
    row("pt", '\u{a0}', 2, ',', Behind, &USUAL),
    row("pt-BR", '.', 1, ',', BeforeAndSpace, &USUAL),
    row("sv", '\u{a0}', 1, ',', Behind, &SWEDISH),
];

const fn row(
    tag: &'static str,
    group: char,
    first: usize,
    point: char,
    place: Place,
    signs: &'static [&'static str; 6],
) -> Notation {
    Notation {
        tag,
        group,
        first,
        point,
        place,
        signs,
    }
}

impl Notation {
    /// The notation of a tag, as BCP 47 or a POSIX locale has it. A region that is not in the table
    /// is written as its language is.
    #[must_use]
    pub fn of(tag: &str) -> &'static Self {
        let name = tag.trim().split(['.', '@']).next().unwrap_or_default();
        let mut parts = name.split(['-', '_']).take_while(|part| part.len() != 1);
        let language = parts.next().unwrap_or_default();
        let is_region = |part: &str| match part.len() {
            2 => part.bytes().all(|byte| byte.is_ascii_alphabetic()),
            3 => part.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        // English without a region is that of the United States.
        let region = parts.find(|part| is_region(part));
        let region = region.filter(|region| !region.eq_ignore_ascii_case("US"));
        let wanted = [region, region.and(Some("001")), Some("")];
        let find = |region: &str| {
            NOTATIONS.iter().find(|notation| {
                let (of, at) = notation.tag.split_once('-').unwrap_or((notation.tag, ""));
                of.eq_ignore_ascii_case(language) && at.eq_ignore_ascii_case(region)
            })
        };
        let mut found = wanted.into_iter().flatten().filter_map(find);
        found.next().unwrap_or(&NOTATIONS[0])
    }

    /// Writes an amount of minor units: `1 234,56 €` in French, `€1,234.56` in English. `exponent`
    /// is the number of decimal digits of the minor unit.
    #[must_use]
    pub fn format(&self, amount: u64, currency: &str, exponent: u8) -> String {
        let number = digits(amount, usize::from(exponent), Some(self));
        let index = CODES.iter().position(|code| *code == currency);
        let sign = index.map_or(currency, |index| self.signs[index]);
        let ends_with_letter = sign.ends_with(|last: char| last.is_ascii_alphabetic());
        let (before, between, behind) = match self.place {
            Before if !ends_with_letter => (sign, "", &*number),
            Before | BeforeAndSpace => (sign, "\u{a0}", &*number),
            Behind => (&*number, "\u{a0}", sign),
        };
        [before, between, behind].concat()
    }
}

/// Writes a whole number. Not `to_string`: the standard library's formatting would come with it.
#[must_use]
pub fn plain(number: u64) -> String {
    digits(number, 0, None)
}

fn digits(amount: u64, exponent: usize, notation: Option<&Notation>) -> String {
    // The last digit comes first.
    let mut figures = Vec::new();
    let mut rest = amount;
    while rest > 0 || figures.len() <= exponent {
        let digit = u32::try_from(rest % 10).unwrap_or_default();
        figures.push(char::from_digit(digit, 10).unwrap_or('0'));
        rest /= 10;
    }
    let units = figures.len() - exponent;
    let mut out = String::new();
    for (place, figure) in figures.into_iter().enumerate().rev() {
        out.push(figure);
        let Some(notation) = notation else {
            continue;
        };
        if place == exponent && exponent > 0 {
            out.push(notation.point);
        }
        let parted = units >= 3 + notation.first;
        if parted && place > exponent && (place - exponent).is_multiple_of(3) {
            out.push(notation.group);
        }
    }
    out
}

#[cfg(test)]
#[path = "money_tests.rs"]
mod tests;
