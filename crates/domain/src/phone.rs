//! Phone numbers, as people write them and as platforms take them.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::country::Country;
use crate::gate;

/// A phone number in E.164 form: `+`, then 7 to 15 digits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// France and its overseas departments: the platforms' own examples write national numbers with
/// their leading 0.
const LEADING_ZERO: [u16; 5] = [33, 262, 590, 594, 596];

/// Whose national numbers a shop in France is given where the address says nothing else.
const HOME: &str = "FR";

impl Phone {
    /// The number, such as `+33612345678`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads what a shopper typed, with spaces, dots and dashes of every kind. A number without
    /// `+` or `00` is one of `country` if there is such a number, and else a French one.
    ///
    /// # Errors
    /// When it is a number of neither, or no number at all.
    pub fn parse(typed: &str, country: Option<&Country>) -> Result<Self, FieldError> {
        let digits = digits(typed)?;
        if digits.starts_with('+') {
            let read = phonenumber::parse(None, &digits);
            return match read.ok().and_then(|number| e164(&number)) {
                Some(phone) => Ok(phone),
                None => Err(refused(
                    "begins with the calling code of no country, or is cut off",
                )),
            };
        }
        let of = |code: &str| {
            let region: phonenumber::country::Id = code.parse().ok()?;
            let number = phonenumber::parse(Some(region), &digits).ok()?;
            number.is_valid().then(|| e164(&number)).flatten()
        };
        let country = country.map_or(HOME, Country::as_str);
        of(country).or_else(|| of(HOME)).ok_or_else(|| {
            refused(&format!(
                "is neither an international number nor one of {country}"
            ))
        })
    }

    /// Calling code and national number: `33` and `0612345678`. None for a number that no country
    /// has.
    #[must_use]
    pub fn split(&self) -> Option<(u16, String)> {
        let number = phonenumber::parse(None, &self.0).ok()?;
        let (code, national) = (number.code().value(), number.national().to_string());
        let zero = if LEADING_ZERO.contains(&code) {
            "0"
        } else {
            ""
        };
        Some((code, format!("{zero}{national}")))
    }
}

/// As E.164 writes it. What reads as another number the second time is none: of its zeros, some
/// were taken for the one that is dialled in front.
fn e164(number: &phonenumber::PhoneNumber) -> Option<Phone> {
    let written = |number: &phonenumber::PhoneNumber| {
        format!("+{}{}", number.code().value(), number.national())
    };
    let phone = Some(Phone(written(number))).filter(Phone::fits)?;
    let again = phonenumber::parse(None, &phone.0).ok()?;
    (written(&again) == phone.0).then_some(phone)
}

impl Phone {
    fn fits(&self) -> bool {
        let digits = self.0.strip_prefix('+').unwrap_or_default();
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    }
}

/// The digits of any script, after a `+` if there is a `+` or `00`.
fn digits(typed: &str) -> Result<String, FieldError> {
    let line = gate::text(typed, 64).unwrap_or_default();
    let line = line.strip_prefix("tel:").unwrap_or(&line);
    let mut digits = String::new();
    for c in line.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
            c if c.is_numeric() => digits.push_str(deunicode::deunicode_char(c).unwrap_or("?")),
            c if c.is_alphabetic() => return Err(refused("holds letters")),
            _ => {}
        }
    }
    let international = digits.strip_prefix("00").map(|rest| format!("+{rest}"));
    let digits = international.unwrap_or(digits);
    let count = digits.trim_start_matches('+').len();
    if digits
        .trim_start_matches('+')
        .bytes()
        .all(|b| b.is_ascii_digit())
        && count <= 17
    {
        return Ok(digits);
    }
    Err(refused("is longer than a phone number"))
}

fn refused(problem: &str) -> FieldError {
    let remedy = "send it in international form, such as +33612345678, or leave it out";
    FieldError::with_remedy("shopper.phone", problem, remedy)
}

impl TryFrom<String> for Phone {
    type Error = FieldError;

    /// Takes the E.164 form that a phone is kept in.
    fn try_from(value: String) -> Result<Self, FieldError> {
        Some(Self(value))
            .filter(Self::fits)
            .ok_or_else(|| refused("is not in E.164 form"))
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str, country: &str) -> Option<String> {
        let country = Country::try_from(country.to_owned()).ok();
        let phone = Phone::parse(typed, country.as_ref()).ok()?;
        Some(phone.as_str().to_owned())
    }

    #[test]
    fn a_phone_is_read_as_people_write_it() {
        for typed in [
            "+33612345678",
            "+33 6 12.34-56 78",
            "+33 (0)6 12 34 56 78",
            "+330612345678",
            "0033 6 12 34 56 78",
            "06 12 34 56 78",
            "06\u{a0}12\u{202f}34\u{2009}56\u{3000}78",
            "06\u{2011}12\u{2013}34\u{2212}56\u{2014}78",
            "\u{202a}+33\u{200b}612345678\u{202c}",
            "＋33 ６１２３４５６７８",
            "٠٦١٢٣٤٥٦٧٨",
            "tel:+33-6-12-34-56-78",
            "06/12/34/56/78\r\n",
        ] {
            assert_eq!(
                read(typed, "FR").as_deref(),
                Some("+33612345678"),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_national_number_is_one_of_the_addresss_country_and_else_french() {
        for (typed, country, number) in [
            ("0470 12 34 56", "BE", "+32470123456"),
            ("0692 12 34 56", "RE", "+262692123456"),
            ("0612345678", "RE", "+33612345678"),
            ("0612345678", "BE", "+33612345678"),
            ("0612345678", "", "+33612345678"),
            ("079 123 45 67", "CH", "+41791234567"),
            ("(212) 555-2368", "US", "+12125552368"),
            ("011 33 6 12 34 56 78", "US", "+33612345678"),
            ("06 1234 5678", "IT", "+390612345678"),
            ("0044 7400 123456", "FR", "+447400123456"),
            ("043 201 234", "XK", "+38343201234"),
        ] {
            assert_eq!(
                read(typed, country).as_deref(),
                Some(number),
                "{typed} {country}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_a_remedy() {
        for typed in [
            "",
            "06 12",
            "+33",
            "+33 six",
            "+999 123 456 789",
            "call me",
            "+310000001",
            "1".repeat(40).as_str(),
        ] {
            let error = Phone::parse(typed, None).unwrap_err();
            assert_eq!(error.field, "shopper.phone", "{typed}");
            assert!(error.remedy.unwrap().contains("+33612345678"), "{typed}");
        }
    }

    #[test]
    fn a_phone_is_split_after_its_calling_code() {
        for (number, code, national) in [
            ("+33612345675", 33, "0612345675"),
            ("+330612345675", 33, "0612345675"),
            ("+262692123456", 262, "0692123456"),
            ("+32470123456", 32, "470123456"),
            ("+352621123456", 352, "621123456"),
            ("+14165550123", 1, "4165550123"),
            ("+79161234567", 7, "9161234567"),
            ("+989121234567", 98, "9121234567"),
            ("+447700900123", 44, "7700900123"),
            ("+377612345678", 377, "612345678"),
            ("+390612345678", 39, "0612345678"),
        ] {
            let phone = Phone::try_from(number.to_owned()).unwrap();
            assert_eq!(phone.split(), Some((code, national.to_owned())), "{number}");
        }
        let nowhere = Phone::try_from("+999123456789".to_owned()).unwrap();
        assert_eq!(nowhere.split(), None);
    }

    proptest! {
        #[test]
        fn twice_is_once_and_nothing_panics(
            typed in prop_oneof!["[+0]?[0-9 ().-]{0,20}", any::<String>(), "\\+[1-9][0-9]{6,14}"],
            country in prop::sample::select(vec!["FR", "BE", "US", "IT", "RE", "XK", "AQ"]),
        ) {
            let country = Country::try_from(country.to_owned()).unwrap();
            if let Ok(phone) = Phone::parse(&typed, Some(&country)) {
                prop_assert!(phone.fits());
                let again = Phone::parse(phone.as_str(), Some(&country)).ok();
                prop_assert_eq!(again.as_ref(), Some(&phone));
                let (code, national) = phone.split().unwrap();
                prop_assert!((1..=999).contains(&code));
                prop_assert!((4..=15).contains(&national.len()), "{national}");
            }
        }
    }
}
