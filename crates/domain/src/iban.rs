//! International Bank Account Numbers (ISO 13616), as far as a SEPA direct debit needs them.
//!
//! Which countries have which form is `iban_validate`'s, made of SWIFT's registry. Which of them
//! can be debited, and the check digits that a country puts into its own numbers, stand here: no
//! library that was looked at has the list of today.

use std::fmt;

use guichet_wire::ProblemCode;
use iban::{IbanLike as _, ParseBaseIbanError, ParseIbanError};

use crate::FieldError;

/// An account that is in SEPA, its check digits verified: those of the IBAN, and those of the
/// country where they are computed without a list of banks. Passed on to the platform and never
/// stored: its `Debug` shows nothing.
#[derive(Clone, Eq, PartialEq)]
pub struct Iban {
    iban: iban::Iban,
    scope: Scope,
}

impl Iban {
    /// Without spaces, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.iban.electronic_str()
    }

    /// What a debit of it takes.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Its country, as a person reads it.
    #[must_use]
    pub fn country(&self) -> String {
        country(self.iban.country_code())
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iban(…)")
    }
}

/// What a direct debit takes beside the IBAN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Nothing: the account is in the European Economic Area.
    Eea,
    /// The bank's BIC and the payer's address: it is in SEPA, and outside the area.
    Beyond,
}

/// A country whose accounts are in SEPA: how its IBANs begin, how long they are, what a debit
/// takes.
struct Country(&'static str, usize, Scope);

/// European Payments Council, EPC409-09, version 8.0 of 24 December 2025: the list of SEPA scheme
/// countries. Guernsey, Jersey and the Isle of Man have `GB` accounts; French overseas departments,
/// Saint-Barthélemy, Saint-Martin and Saint-Pierre-et-Miquelon `FR` ones. New Caledonia, French
/// Polynesia, Wallis and Futuna have `FR` accounts too and are outside: nothing in the number tells
/// them, and the platform refuses them. Kosovo (`XK`) is no member. Lengths: SWIFT's registry.
const COUNTRIES: [Country; 42] = [
    Country("AD", 24, Scope::Beyond),
    Country("AL", 28, Scope::Beyond),
    Country("AT", 20, Scope::Eea),
    Country("BE", 16, Scope::Eea),
    Country("BG", 22, Scope::Eea),
    Country("CH", 21, Scope::Beyond),
    Country("CY", 28, Scope::Eea),
    Country("CZ", 24, Scope::Eea),
    Country("DE", 22, Scope::Eea),
    Country("DK", 18, Scope::Eea),
    Country("EE", 20, Scope::Eea),
    Country("ES", 24, Scope::Eea),
    Country("FI", 18, Scope::Eea),
    Country("FR", 27, Scope::Eea),
    Country("GB", 22, Scope::Beyond),
    Country("GI", 23, Scope::Beyond),
    Country("GR", 27, Scope::Eea),
    Country("HR", 21, Scope::Eea),
    Country("HU", 28, Scope::Eea),
    Country("IE", 22, Scope::Eea),
    Country("IS", 26, Scope::Eea),
    Country("IT", 27, Scope::Eea),
    Country("LI", 21, Scope::Eea),
    Country("LT", 20, Scope::Eea),
    Country("LU", 20, Scope::Eea),
    Country("LV", 21, Scope::Eea),
    Country("MC", 27, Scope::Beyond),
    Country("MD", 24, Scope::Beyond),
    Country("ME", 22, Scope::Beyond),
    Country("MK", 19, Scope::Beyond),
    Country("MT", 31, Scope::Eea),
    Country("NL", 18, Scope::Eea),
    Country("NO", 15, Scope::Eea),
    Country("PL", 28, Scope::Eea),
    Country("PT", 25, Scope::Eea),
    Country("RO", 24, Scope::Eea),
    Country("RS", 22, Scope::Beyond),
    Country("SE", 24, Scope::Eea),
    Country("SI", 19, Scope::Eea),
    Country("SK", 24, Scope::Eea),
    Country("SM", 27, Scope::Beyond),
    Country("VA", 22, Scope::Beyond),
];

/// Most characters that are looked at: the longest IBAN has 34, and people write more around it.
const READ_MAX: usize = 200;

impl TryFrom<&str> for Iban {
    type Error = FieldError;

    /// Takes it as people write and copy it. What is refused says what is in the way.
    fn try_from(value: &str) -> Result<Self, FieldError> {
        let compact = compact(value);
        let Country(code, length, scope) = known_country(&compact)?;
        if let Some((at, odd)) = odd_character(&compact) {
            let detail =
                format!("holds {odd:?} as its character {at}: an IBAN has letters and digits only");
            return Err(wrong(detail).coded(ProblemCode::IbanCharacters));
        }
        let given = compact.chars().count();
        if given != *length {
            let name = country(code);
            let detail = format!("has {given} characters; an IBAN of {name} has {length}");
            return Err(wrong(detail).coded(ProblemCode::IbanLength));
        }
        let iban = compact.parse::<iban::Iban>().map_err(|error| {
            wrong(match error {
                ParseIbanError::InvalidBaseIban {
                    source: ParseBaseIbanError::InvalidChecksum,
                } => "has a mistyped character: its check digits do not fit the others".to_owned(),
                _ => format!(
                    "has a letter where IBANs of {} have a digit, or a digit for a letter",
                    country(code)
                ),
            })
        })?;
        if !national_digits_fit(code, iban.bban()) {
            let detail = format!(
                "has a mistyped character: the check digits that {} puts into its account numbers \
                 do not fit",
                country(code)
            );
            return Err(wrong(detail));
        }
        Ok(Self {
            iban,
            scope: *scope,
        })
    }
}

fn wrong(detail: impl Into<String>) -> FieldError {
    FieldError::new("iban", detail)
}

/// Without what people write around it: spaces, hyphens, dots, what can't be seen, and the word.
/// Letters in upper case, and those of East Asian width as the others.
fn compact(value: &str) -> String {
    let kept = value.chars().filter(|c| !is_filling(*c)).map(narrow);
    let text: String = kept
        .take(READ_MAX)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    // No country's code is IB.
    let bare = text.strip_prefix("IBAN").unwrap_or(&text);
    bare.trim_start_matches(':').to_owned()
}

/// Spaces, hyphens and dashes, dots, and characters that format and can't be seen.
fn is_filling(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '\u{b7}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2010}'..='\u{2015}' | '\u{2024}' | '\u{2027}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2212}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe58}'
                | '\u{fe63}' | '\u{feff}' | '\u{ff0d}' | '\u{ff0e}'
        )
}

/// `Ａ` is `A`.
fn narrow(c: char) -> char {
    match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// The first character that no IBAN has, and its place from 1.
fn odd_character(compact: &str) -> Option<(usize, char)> {
    let mut places = (1..).zip(compact.chars());
    places.find(|(_, c)| !c.is_ascii_alphanumeric())
}

fn known_country(compact: &str) -> Result<&'static Country, FieldError> {
    if compact.is_empty() {
        return Err(wrong("is empty: write the IBAN of the account to debit"));
    }
    let code = compact.get(..2).unwrap_or_default();
    if !(code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())) {
        let detail = "must begin with the two letters of its country, such as FR";
        return Err(wrong(detail).coded(ProblemCode::IbanCharacters));
    }
    let found = COUNTRIES.iter().find(|Country(known, ..)| *known == code);
    found.ok_or_else(|| {
        let detail = format!(
            "is of an account in {}, which is not in SEPA: such an account can't be debited",
            country(code)
        );
        wrong(detail).coded(ProblemCode::IbanCountry)
    })
}

/// A country by its code, with its name where it has one.
fn country(code: &str) -> String {
    let found = rust_iso3166::from_alpha2(code);
    found.map_or_else(
        || code.to_owned(),
        |country| format!("{code} ({})", country.name),
    )
}

/// Whether the check digits fit that a country puts into its own numbers, where they are computed
/// without a list of banks. `bban` is what follows the IBAN's own check digits.
fn national_digits_fit(code: &str, bban: &str) -> bool {
    let fits = match code {
        "FR" | "MC" => french(bban),
        "BE" => belgian(bban),
        "ES" => spanish(bban),
        "IT" | "SM" => italian(bban),
        // The whole leaves 1 (ISO 7064, MOD 97-10).
        "PT" => remainder(bban).map(|rest| rest == 1),
        _ => Some(true),
    };
    fits == Some(true)
}

/// The rest of a number of any length by 97. None if it is no number.
fn remainder(digits: &str) -> Option<u32> {
    let step = |rest: u32, c: char| Some((rest * 10 + c.to_digit(10)?) % 97);
    digits.chars().try_fold(0, step)
}

/// France and Monaco, the key of the RIB: 97 − (89·bank + 15·branch + 3·account) mod 97. Letters of
/// the account count 1 to 9 from A and from J, and 2 to 9 from S.
fn french(bban: &str) -> Option<bool> {
    let plain = |c: char| match c {
        'A'..='I' => Some(u32::from(c) - u32::from('A') + 1),
        'J'..='R' => Some(u32::from(c) - u32::from('J') + 1),
        'S'..='Z' => Some(u32::from(c) - u32::from('S') + 2),
        digit => digit.to_digit(10),
    };
    let account = bban.get(10..21)?.chars();
    let account: Option<String> = account.map(|c| char::from_digit(plain(c)?, 10)).collect();
    let sum = 89 * remainder(bban.get(..5)?)?
        + 15 * remainder(bban.get(5..10)?)?
        + 3 * remainder(&account?)?;
    Some(bban.get(21..)?.parse() == Ok(97 - sum % 97))
}

/// Belgium: the last two digits are the rest of the first ten by 97, and 97 for none.
fn belgian(bban: &str) -> Option<bool> {
    let rest = match remainder(bban.get(..10)?)? {
        0 => 97,
        rest => rest,
    };
    Some(bban.get(10..)?.parse() == Ok(rest))
}

/// Spain: one digit for bank and branch, one for the account, each 11 less the weighted sum's rest
/// by 11; 10 is written 1, and 11 is written 0.
fn spanish(bban: &str) -> Option<bool> {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let check = |digits: &str| {
        let mut sum = 0;
        for (digit, weight) in digits.chars().zip(WEIGHTS) {
            sum += digit.to_digit(10)? * weight;
        }
        Some(match 11 - sum % 11 {
            10 => 1,
            11 => 0,
            digit => digit,
        })
    };
    let bank = check(&format!("00{}", bban.get(..8)?))?;
    let account = check(bban.get(10..)?)?;
    Some(bban.get(8..10)? == format!("{bank}{account}"))
}

/// Italy and San Marino, the CIN: a letter before bank, branch and account. The sum of all that
/// follows, in which odd places count by a table of their own, names it by its rest by 26.
fn italian(bban: &str) -> Option<bool> {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let mut sum = 0;
    for (place, c) in bban.get(1..)?.chars().enumerate() {
        let value = match c {
            'A'..='Z' => u32::from(c) - u32::from('A'),
            digit => digit.to_digit(10)?,
        };
        sum += match place % 2 {
            0 => *ODD.get(usize::try_from(value).ok()?)?,
            _ => value,
        };
    }
    let letter = char::from_u32(u32::from('A') + sum % 26)?;
    Some(bban.starts_with(letter))
}

#[cfg(test)]
mod tests;
