//! Who pays, as the shop's server tells it. Kept as sent; each provider fits it to its platform.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::field::line;

/// The shopper. Every field is mandatory where 3-D Secure 2 wants it: cards are refused without.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shopper {
    /// Who this is to the shop, where it knows: only then are cards saved, and offered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ShopperId>,
    /// Given name, 1 to 100 characters, at least one letter.
    pub first_name: String,
    /// Family name, 1 to 100 characters, at least one letter.
    pub last_name: String,
    /// E-mail address.
    pub email: Email,
    /// Mobile phone.
    pub phone: Phone,
    /// Billing address.
    pub address: Address,
}

/// A billing address.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Address {
    /// Street and number, 1 to 200 characters.
    pub line1: String,
    /// More of it, at most 200 characters.
    pub line2: Option<String>,
    /// Postal code, 1 to 16 characters.
    pub postal_code: String,
    /// City, 1 to 100 characters.
    pub city: String,
    /// ISO 3166-1 alpha-2 code in upper case, such as `FR`.
    pub country: Country,
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

/// A name: one line with at least one letter or digit.
pub fn name(field: &str, value: &str, max: usize) -> Result<String, FieldError> {
    let value = line(field, value, max)?;
    if value.chars().any(char::is_alphanumeric) {
        Ok(value)
    } else {
        Err(FieldError::new(
            field,
            "must hold at least one letter or digit",
        ))
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

    fn try_from(value: String) -> Result<Self, FieldError> {
        let refuse = |detail: &str| Err(FieldError::new("shopper.email", detail));
        if !(6..=120).contains(&value.len()) {
            return refuse("must be 6 to 120 characters long");
        }
        let allowed = |b: u8| b.is_ascii_graphic() && !b"\"(),:;<>[\\]&".contains(&b);
        if !value.bytes().all(allowed) {
            return refuse("must be plain ASCII without spaces, quotes, brackets, & < or >");
        }
        match value.split_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.contains('@')
                    && domain.contains('.')
                    && !domain.starts_with('.')
                    && !domain.ends_with('.') =>
            {
                Ok(Self(value))
            }
            _ => refuse("must look like name@domain.tld"),
        }
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// A phone number in E.164 form: `+`, then 7 to 15 digits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// The number, such as `+33612345678`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = FieldError;

    fn try_from(value: String) -> Result<Self, FieldError> {
        let compact: String = value
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')'))
            .collect();
        let digits = compact.strip_prefix('+').unwrap_or_default();
        let fits = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if fits {
            Ok(Self(compact))
        } else {
            let detail = "must be in international form, + and 7 to 15 digits: +33612345678";
            Err(FieldError::new("shopper.phone", detail))
        }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// A country, by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

impl Country {
    /// Alpha-2 code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Alpha-3 code of ISO 3166-1, such as `FRA`.
    #[must_use]
    pub fn alpha3(&self) -> Option<&'static str> {
        rust_iso3166::from_alpha2(&self.0).map(|country| country.alpha3)
    }

    /// Numeric code of ISO 3166-1, such as 250 for France.
    #[must_use]
    pub fn numeric(&self) -> u16 {
        numeric(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for Country {
    type Error = FieldError;

    fn try_from(value: String) -> Result<Self, FieldError> {
        if numeric(&value).is_some() {
            Ok(Self(value))
        } else {
            let detail = "must be an ISO 3166-1 alpha-2 code in upper case, such as FR";
            Err(FieldError::new("shopper.address.country", detail))
        }
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

fn numeric(alpha2: &str) -> Option<u16> {
    rust_iso3166::from_alpha2(alpha2).and_then(|country| u16::try_from(country.numeric).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_must_look_like_one() {
        for good in ["a@b.fr", "camille.durand+x@example.co.uk"] {
            assert!(Email::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "a@b",
            "a b@c.fr",
            "é@c.fr",
            "a@b.fr\r\nX: y",
            "<a@b.fr>",
            "@b.fr",
        ] {
            assert!(Email::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(Email::try_from(format!("{}@b.fr", "a".repeat(120))).is_err());
    }

    #[test]
    fn a_phone_is_kept_without_its_spaces() {
        let phone = Phone::try_from("+33 6 12.34-56 78".to_owned()).unwrap();
        assert_eq!(phone.as_str(), "+33612345678");
        for wrong in ["0612345678", "+33", "+33 six", "+0612345678", ""] {
            assert!(Phone::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shopper_is_named_in_plain_characters() {
        assert!(ShopperId::try_from("customer-42".to_owned()).is_ok());
        for wrong in ["", "a b", "é", "a\n", &"a".repeat(65)] {
            assert!(ShopperId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_country_has_its_numeric_code() {
        assert_eq!(
            Country::try_from("FR".to_owned()).map(|c| c.numeric()),
            Ok(250)
        );
        assert_eq!(
            Country::try_from("BE".to_owned()).map(|c| c.numeric()),
            Ok(56)
        );
        assert!(Country::try_from("fr".to_owned()).is_err());
        assert!(Country::try_from("ZZ".to_owned()).is_err());
    }
}
