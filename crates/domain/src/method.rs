//! Methods, by code, and what a provider says of each.

use guichet_wire::MethodKind;
use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::money::{Amount, Currency};

/// A method's code, such as `card` or `apetiz`: `[a-z0-9_]`, 1 to 40 characters.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Method(String);

impl Method {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the holiday voucher, Chèque-Vacances Connect. Where the shopper chose on the
    /// platform's page, only the method that was learnt from there tells.
    pub(crate) fn is_holiday_voucher(&self) -> bool {
        self.0 == "cvconnect"
    }
}

impl TryFrom<String> for Method {
    type Error = FieldError;

    fn try_from(value: String) -> Result<Self, FieldError> {
        let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if (1..=40).contains(&value.len()) && value.bytes().all(fits) {
            Ok(Self(value))
        } else {
            Err(FieldError::new(
                "method",
                "is not the code of a method, such as card",
            ))
        }
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.0
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider says of one method.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MethodDescription {
    /// The method's code.
    pub method: Method,
    /// Kind of instrument.
    pub kind: MethodKind,
    /// Currencies that it takes.
    pub currencies: Vec<Currency>,
    /// Least amount, where the platform or the brand sets one.
    pub minimum: Option<Amount>,
    /// Greatest amount, where there is one.
    pub maximum: Option<Amount>,
    /// Whether the shop may authorise now and capture later.
    pub manual_capture: bool,
    /// Whether the platform's fields are shown in the shop's page.
    pub embedded: bool,
    /// What cards that the platform keeps for a shopper have to do with it.
    pub saved_cards: SavedCards,
}

/// What saved cards have to do with a method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SavedCards {
    /// Nothing.
    None,
    /// They can pay, beside a card that is given anew and may be saved.
    Pay,
    /// They alone can pay.
    PayAlone,
    /// The card that pays may be saved, and pays by another method then.
    Come,
}

impl SavedCards {
    /// Whether saved cards can pay.
    #[must_use]
    pub const fn pay(self) -> bool {
        matches!(self, Self::Pay | Self::PayAlone)
    }

    /// Whether the card that pays may be saved.
    #[must_use]
    pub const fn come(self) -> bool {
        matches!(self, Self::Pay | Self::Come)
    }
}
