//! Amounts: integers of minor units, with their currency.

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// Most that one payment may be, in minor units: ten digits, what `PBX_TOTAL` can carry.
pub const AMOUNT_MAX: u64 = 9_999_999_999;

/// An amount in minor units (cents for EUR), from 1 to [`AMOUNT_MAX`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Amount(u64);

impl Amount {
    /// The number of minor units.
    #[must_use]
    pub fn minor(self) -> u64 {
        self.0
    }

    /// Takes a number of minor units, naming the field in the error.
    pub fn parse(field: &str, minor: u64) -> Result<Self, FieldError> {
        if (1..=AMOUNT_MAX).contains(&minor) {
            Ok(Self(minor))
        } else {
            let detail = format!(
                "is {minor}; must be an integer of minor units (cents) from 1 to {AMOUNT_MAX}"
            );
            Err(FieldError::new(field, detail))
        }
    }
}

impl TryFrom<u64> for Amount {
    type Error = FieldError;

    fn try_from(minor: u64) -> Result<Self, FieldError> {
        Self::parse("amount", minor)
    }
}

impl From<Amount> for u64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// A currency, by its ISO 4217 alphabetic code.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(usize);

/// Alphabetic code, numeric code and exponent of the currencies that a platform of ours takes.
const CURRENCIES: [(&str, u16, u8); 6] = [
    ("EUR", 978, 2),
    ("CAD", 124, 2),
    ("CHF", 756, 2),
    ("GBP", 826, 2),
    ("USD", 840, 2),
    ("XPF", 953, 0),
];

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(0);

    /// Every currency that a platform of ours takes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CURRENCIES.len()).map(Self)
    }

    /// Alphabetic code, such as `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        CURRENCIES[self.0].0
    }

    /// Numeric code, such as 978.
    #[must_use]
    pub fn numeric(self) -> u16 {
        CURRENCIES[self.0].1
    }

    /// Decimal digits of the minor unit, such as 2.
    #[must_use]
    pub fn exponent(self) -> u8 {
        CURRENCIES[self.0].2
    }
}

impl TryFrom<String> for Currency {
    type Error = FieldError;

    fn try_from(code: String) -> Result<Self, FieldError> {
        CURRENCIES
            .iter()
            .position(|(alpha, ..)| *alpha == code)
            .map(Self)
            .ok_or_else(|| {
                let known: Vec<_> = CURRENCIES.iter().map(|(alpha, ..)| *alpha).collect();
                let detail = format!(
                    "is not a currency taken here; send one of {}",
                    known.join(", ")
                );
                FieldError::new("currency", detail)
            })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_eleven_digits_are_no_amount() {
        assert!(Amount::try_from(0).is_err());
        assert!(Amount::try_from(AMOUNT_MAX + 1).is_err());
        assert_eq!(Amount::try_from(1).map(Amount::minor), Ok(1));
    }

    #[test]
    fn the_euro_is_978() {
        assert_eq!(Currency::try_from("EUR".to_owned()), Ok(Currency::EUR));
        assert_eq!(
            (Currency::EUR.numeric(), Currency::EUR.exponent()),
            (978, 2)
        );
        assert!(Currency::try_from("eur".to_owned()).is_err());
    }
}
