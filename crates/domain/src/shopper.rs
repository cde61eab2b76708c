//! Who pays, as the shop's server tells it. It comes in through one gate; each provider fits it to
//! its platform.

use std::borrow::Cow;

use idna::AsciiDenyList;
use serde::{Deserialize, Serialize};

use crate::FieldError;
pub use crate::country::Country;
use crate::field::Faults;
use crate::gate;
pub use crate::phone::Phone;

/// The shopper. A shop gives what it knows: what an account demands is the account's own affair.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shopper {
    /// Who this is to the shop, where it knows: only then are cards saved, and offered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ShopperId>,
    /// Given name, 1 to 100 characters, at least one letter or digit. A company has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name or a company's, 1 to 100 characters, at least one letter or digit. Who has but
    /// one name may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Mobile phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Billing address.
    #[serde(default)]
    pub address: Address,
}

/// A billing address, or what is known of it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Address {
    /// Street and number, 1 to 200 characters, at least one letter or digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// More of it, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Postal code, 1 to 16 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// City, 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
}

/// What an account may demand to know of the shopper.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Datum {
    /// A name: first, last or both.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// Street, city, country, and a postal code where the country has them.
    Address,
}

impl Datum {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Email, Self::Phone, Self::Address];

    /// The fields of a session that hold it.
    #[must_use]
    pub const fn fields(self) -> &'static str {
        match self {
            Self::Name => "shopper.name: first, last or both",
            Self::Email => "shopper.email",
            Self::Phone => "shopper.phone",
            Self::Address => {
                "shopper.address: line1, city, country, and postal_code where the country has them"
            }
        }
    }

    /// Its name in a configuration and in what is said of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
        }
    }
}

/// What the shop's server sends of a shopper: texts, as people typed them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// `shopper.id`.
    pub id: Option<&'a str>,
    /// `shopper.name.first`.
    pub first_name: Option<&'a str>,
    /// `shopper.name.last`.
    pub last_name: Option<&'a str>,
    /// `shopper.email`.
    pub email: Option<&'a str>,
    /// `shopper.phone`.
    pub phone: Option<&'a str>,
    /// `shopper.address.line1`.
    pub line1: Option<&'a str>,
    /// `shopper.address.line2`.
    pub line2: Option<&'a str>,
    /// `shopper.address.postal_code`.
    pub postal_code: Option<&'a str>,
    /// `shopper.address.city`.
    pub city: Option<&'a str>,
    /// `shopper.address.country`.
    pub country: Option<&'a str>,
}

impl Shopper {
    /// Reads what was typed. What is empty is not there; a text that is too long is cut.
    ///
    /// # Errors
    /// Every field that can't be read, in one list.
    pub fn read(typed: &Typed<'_>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let id = typed.id.map(|id| ShopperId::try_from(id.to_owned()));
        let country = filled(typed.country).map(|code| Country::try_from(code.to_owned()));
        let country = faults.keep_given(country);
        let email = filled(typed.email).map(|text| Email::try_from(text.to_owned()));
        let phone = filled(typed.phone).map(|text| Phone::parse(text, country.as_ref()));
        let shopper = Self {
            id: faults.keep_given(id),
            first_name: name(typed.first_name, 100),
            last_name: name(typed.last_name, 100),
            email: faults.keep_given(email),
            phone: faults.keep_given(phone),
            address: Address {
                line1: name(typed.line1, 200),
                line2: name(typed.line2, 200),
                postal_code: name(typed.postal_code, 16),
                city: name(typed.city, 100),
                country,
            },
        };
        faults.finish(Some(shopper))
    }

    /// The fields that `datum` still wants: nothing when it is known.
    #[must_use]
    pub fn lacks(&self, datum: Datum) -> Vec<&'static str> {
        let address = &self.address;
        let needs_code = address
            .country
            .as_ref()
            .is_none_or(Country::has_postal_codes);
        let wanted: &[(&'static str, bool)] = match datum {
            Datum::Name => &[(
                "shopper.name",
                self.first_name.is_some() || self.last_name.is_some(),
            )],
            Datum::Email => &[("shopper.email", self.email.is_some())],
            Datum::Phone => &[("shopper.phone", self.phone.is_some())],
            Datum::Address => &[
                ("shopper.address.line1", address.line1.is_some()),
                (
                    "shopper.address.postal_code",
                    address.postal_code.is_some() || !needs_code,
                ),
                ("shopper.address.city", address.city.is_some()),
                ("shopper.address.country", address.country.is_some()),
            ],
        };
        let missing = wanted.iter().filter(|(_, there)| !there);
        missing.map(|(field, _)| *field).collect()
    }
}

/// What is there: a form that was not filled in sends empty fields.
fn filled(typed: Option<&str>) -> Option<&str> {
    typed.filter(|text| gate::text(text, 1).is_some())
}

/// A text with at least one letter or digit. A sign alone, such as the `-` that shops put where a
/// last name must stand, says nothing.
fn name(typed: Option<&str>, max: usize) -> Option<String> {
    gate::text(typed?, max).filter(|text| text.chars().any(char::is_alphanumeric))
}

/// The shop's own name of a shopper who has logged in: 1 to 64 ASCII characters without spaces. The
/// same for every order of this shopper, and nobody else's.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShopperId(String);

impl ShopperId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ShopperId {
    type Error = FieldError;

    fn try_from(value: String) -> Result<Self, FieldError> {
        if (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(value))
        } else {
            let detail = "must be 1 to 64 ASCII characters without spaces, such as customer-42";
            Err(FieldError::new("shopper.id", detail))
        }
    }
}

impl From<ShopperId> for String {
    fn from(id: ShopperId) -> Self {
        id.0
    }
}

/// An e-mail address of 6 to 120 ASCII characters (the limits of `PBX_PORTEUR`).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = FieldError;

    /// Takes a domain in any script: it is kept as DNS knows it, in Punycode.
    fn try_from(value: String) -> Result<Self, FieldError> {
        let refuse = |problem: &str, remedy: &str| {
            Err(FieldError::with_remedy("shopper.email", problem, remedy))
        };
        let value = gate::text(&value, 1000).unwrap_or_default();
        let Some((local, domain)) = value.split_once('@') else {
            return refuse("holds no @", "send it as name@domain.tld");
        };
        let Some(domain) = ascii_domain(domain) else {
            return refuse("has no domain after the @", "send it as name@domain.tld");
        };
        let allowed = |b: u8| b.is_ascii_graphic() && !b"@\"(),:;<>[\\]".contains(&b);
        if local.is_empty() || !local.bytes().all(allowed) {
            return refuse(
                "holds before the @ what is no plain ASCII, or a space, quote or bracket, or \
                 nothing",
                "ask for another address: platforms take plain ones only",
            );
        }
        // Some platforms seal `name=value&name=value`: an address that holds both signs could be
        // taken apart into fields of its own under the same seal.
        if local.contains('&') && local.contains('=') {
            return refuse(
                "holds & and = before the @",
                "ask for another address: a platform could not tell it from fields of its own",
            );
        }
        let address = format!("{local}@{domain}");
        if (6..=120).contains(&address.len()) {
            return Ok(Self(address));
        }
        let problem = format!("is {} characters long", address.len());
        refuse(&problem, "send 6 to 120 characters")
    }
}

/// A domain of at least two labels, as DNS knows it.
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3).ok()?;
    let labels = ascii.split('.');
    let full = labels.clone().count() > 1 && labels.clone().all(|label| !label.is_empty());
    full.then_some(ascii)
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email(typed: &str) -> Option<String> {
        Email::try_from(typed.to_owned()).ok().map(String::from)
    }

    #[test]
    fn an_email_is_taken_as_people_write_it() {
        for (typed, kept) in [
            ("a@b.fr", "a@b.fr"),
            (
                "camille.durand+x@example.co.uk",
                "camille.durand+x@example.co.uk",
            ),
            (" camille@example.com\r\n", "camille@example.com"),
            ("ca\u{200b}mille@example.com\u{feff}", "camille@example.com"),
            ("jeanne&marc@example.com", "jeanne&marc@example.com"),
            ("info@crème-brûlée.fr", "info@xn--crme-brle-13ar8s.fr"),
            ("info@Straße.example", "info@xn--strae-oqa.example"),
            ("Camille@EXAMPLE.com", "Camille@example.com"),
        ] {
            assert_eq!(email(typed).as_deref(), Some(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_no_email_is_refused_with_a_remedy() {
        for wrong in [
            "camille.example.com",
            "a@b",
            "a b@c.fr",
            "é@c.fr",
            "a@b@c.fr",
            "a@b..fr",
            "a@b.fr.",
            "a@b.fr\r\nBcc: x@y.fr",
            "<a@b.fr>",
            "@b.fr",
            "x&PBX_TOTAL=100@b.fr",
            &format!("{}@b.fr", "a".repeat(120)),
        ] {
            let error = Email::try_from(wrong.to_owned()).unwrap_err();
            assert_eq!(error.field, "shopper.email", "{wrong}");
            assert!(error.remedy.is_some(), "{wrong}");
        }
    }

    fn typed() -> Typed<'static> {
        Typed {
            first_name: Some("Camille"),
            last_name: Some("Durand"),
            email: Some("camille@example.com"),
            phone: Some("06 12 34 56 78"),
            line1: Some("12 rue des Lilas"),
            postal_code: Some("75011"),
            city: Some("Paris"),
            country: Some("fr"),
            ..Typed::default()
        }
    }

    fn lacks(typed: &Typed<'_>) -> Vec<&'static str> {
        let shopper = Shopper::read(typed).unwrap();
        Datum::ALL
            .iter()
            .flat_map(|datum| shopper.lacks(*datum))
            .collect()
    }

    #[test]
    fn a_shop_gives_what_it_knows() {
        assert_eq!(lacks(&typed()), [""; 0]);
        let nothing = Shopper::read(&Typed::default()).unwrap();
        assert_eq!(nothing, Shopper::default());
        let ticket = Typed {
            email: Some("a@b.fr"),
            first_name: Some(" "),
            country: Some(""),
            ..Typed::default()
        };
        assert_eq!(
            lacks(&ticket),
            [
                "shopper.name",
                "shopper.phone",
                "shopper.address.line1",
                "shopper.address.postal_code",
                "shopper.address.city",
                "shopper.address.country"
            ]
        );
    }

    #[test]
    fn one_name_is_a_name_and_a_sign_is_none() {
        for (first, last, kept) in [
            (None, Some("ACME SARL"), (None, Some("ACME SARL"))),
            (Some("Suharto"), Some("-"), (Some("Suharto"), None)),
            (Some("Suharto"), Some(""), (Some("Suharto"), None)),
            (Some("Anne\u{ad}\tMarie "), None, (Some("Anne Marie"), None)),
        ] {
            let typed = Typed {
                first_name: first,
                last_name: last,
                ..typed()
            };
            let shopper = Shopper::read(&typed).unwrap();
            assert_eq!(
                (shopper.first_name.as_deref(), shopper.last_name.as_deref()),
                kept
            );
            assert_eq!(lacks(&typed), [""; 0]);
        }
        let nobody = Typed {
            first_name: Some("-"),
            last_name: Some("."),
            ..typed()
        };
        assert_eq!(lacks(&nobody), ["shopper.name"]);
    }

    #[test]
    fn a_postal_code_is_missed_only_where_there_are_some() {
        let with = |country| Typed {
            postal_code: None,
            country: Some(country),
            ..typed()
        };
        assert_eq!(lacks(&with("HK")), [""; 0]);
        assert_eq!(lacks(&with("FR")), ["shopper.address.postal_code"]);
    }

    #[test]
    fn two_hundred_and_one_characters_are_cut() {
        let long = "é".repeat(201);
        let typed = Typed {
            first_name: Some(&long),
            line1: Some(&long),
            postal_code: Some(&long),
            ..typed()
        };
        let shopper = Shopper::read(&typed).unwrap();
        let length = |text: Option<String>| text.unwrap().chars().count();
        assert_eq!(length(shopper.first_name), 100);
        assert_eq!(length(shopper.address.line1), 200);
        assert_eq!(length(shopper.address.postal_code), 16);
    }

    #[test]
    fn every_field_that_can_not_be_read_is_named_at_once() {
        let wrong = Typed {
            id: Some("é"),
            email: Some("nobody"),
            phone: Some("six"),
            country: Some("France"),
            ..typed()
        };
        let errors = Shopper::read(&wrong).unwrap_err();
        let mut fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "shopper.address.country",
                "shopper.email",
                "shopper.id",
                "shopper.phone"
            ]
        );
    }

    #[test]
    fn what_was_stored_when_every_field_was_mandatory_is_read() {
        let stored = r#"{"first_name":"Léa","last_name":"Roux","email":"lea@example.com",
            "phone":"+999123456789","address":{"line1":"1 rue Haute","line2":null,
            "postal_code":"75001","city":"Paris","country":"FR"}}"#;
        let shopper: Shopper = serde_json::from_str(stored).unwrap();
        assert_eq!(shopper.lacks(Datum::Address), [""; 0]);
        assert_eq!(shopper.phone.unwrap().as_str(), "+999123456789");
    }

    proptest! {
        #[test]
        fn twice_is_once(
            text in prop_oneof![any::<String>(), "[a-z&.é]{1,9}@[a-zé.-]{1,12}\\.(fr|рф)"],
            first: Option<String>,
        ) {
            let wild = Typed {
                first_name: first.as_deref(),
                last_name: Some(&text),
                email: Some(&text),
                line1: Some(&text),
                postal_code: Some(&text),
                ..typed()
            };
            if let Ok(once) = Shopper::read(&wild) {
                let again = Typed {
                    first_name: once.first_name.as_deref(),
                    last_name: once.last_name.as_deref(),
                    email: once.email.as_ref().map(Email::as_str),
                    line1: once.address.line1.as_deref(),
                    postal_code: once.address.postal_code.as_deref(),
                    ..typed()
                };
                prop_assert_eq!(Shopper::read(&again).unwrap(), once);
            }
        }
    }

    #[test]
    fn a_shopper_is_named_in_plain_characters() {
        assert!(ShopperId::try_from("customer-42".to_owned()).is_ok());
        for wrong in ["", "a b", "é", "a\n", &"a".repeat(65)] {
            assert!(ShopperId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
