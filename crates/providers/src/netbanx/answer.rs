//! The platform's answers, as far as they are read. Shapes: OMNI, recorded answers; SDK (PHP,
//! `transaction.php`, `card.php`). Whatever else an order holds, links with the key among it, goes
//! no further than here.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

/// An order's id: opaque, 18 letters and digits in samples (OMNI, DOC). What an address could be
/// bent with is no id.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Text", into = "String")]
pub(super) struct OrderId(String);

impl OrderId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let whole = (1..=64).contains(&text.len()) && text.bytes().all(fits);
        whole.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Text> for OrderId {
    type Error = &'static str;

    fn try_from(text: Text) -> Result<Self, Self::Error> {
        Self::parse(&text.0).ok_or("is no order's id")
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.0
    }
}

/// What comes as text here and as a number or a truth value there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Text(pub(super) String);

impl Text {
    /// An amount of minor units: digits alone, so that `1.00` is none.
    pub(super) fn minor(&self) -> Option<u64> {
        let digits = !self.0.is_empty() && self.0.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| self.0.parse().ok()).flatten()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text, E> {
                // With its point: 301.0 is no amount.
                Ok(Text(format!("{number:?}")))
            }

            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Text, E> {
                Ok(Text(truth.to_string()))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

/// What pays with a card, together with its profile. Its `Debug` shows nothing
/// of it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The profile that an order was made with.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfProfile {
    pub(super) id: OrderId,
    #[serde(default)]
    pub(super) payment_token: Option<Token>,
}

/// An order. Without a transaction, nobody has paid yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) id: OrderId,
    #[serde(default)]
    pub(super) merchant_ref_num: Option<Text>,
    #[serde(default)]
    pub(super) currency_code: Option<String>,
    #[serde(default)]
    pub(super) total_amount: Option<Text>,
    #[serde(default)]
    pub(super) link: Option<Vec<Link>>,
    #[serde(default)]
    pub(super) transaction: Option<Transaction>,
    #[serde(default)]
    pub(super) profile: Option<OfProfile>,
    #[serde(default)]
    pub(super) associated_transactions: Option<Vec<Moved>>,
}

impl Order {
    /// What was done with its money later: beside its transaction or within it (SDK, OMNI).
    pub(super) fn moves(&self) -> impl Iterator<Item = &Moved> {
        let within = self.transaction.as_ref();
        let within = within.and_then(|transaction| transaction.associated_transactions.as_ref());
        let beside = self.associated_transactions.as_ref();
        beside.into_iter().chain(within).flatten()
    }
}

/// A link of an order. Its `Debug` shows the rel alone: an address may carry the key.
#[derive(Clone, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub(super) rel: String,
    #[serde(default)]
    pub(super) uri: String,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.rel)
    }
}

/// What became of an order's money.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Transaction {
    pub(super) status: Option<String>,
    pub(super) auth_type: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) currency_code: Option<String>,
    pub(super) confirmation_number: Option<Text>,
    pub(super) error_code: Option<Text>,
    pub(super) settled: Option<Text>,
    pub(super) reversed: Option<Text>,
    pub(super) associated_transactions: Option<Vec<Moved>>,
    pub(super) card: Option<Card>,
}

impl Transaction {
    pub(super) fn is_settled(&self) -> bool {
        self.settled.as_ref().is_some_and(|flag| flag.0 == "true")
    }

    pub(super) fn is_reversed(&self) -> bool {
        self.reversed.as_ref().is_some_and(|flag| flag.0 == "true")
    }
}

/// A settlement or a refund: as the answer to its call, or listed with an order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Moved {
    pub(super) id: Option<Text>,
    pub(super) auth_type: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) confirmation_number: Option<Text>,
    pub(super) merchant_ref_num: Option<Text>,
    pub(super) status: Option<String>,
}

impl Moved {
    /// Whether it is a `settlement`, or a `refund`; OMNI takes `settle` for the first, too.
    pub(super) fn is(&self, kind: &str) -> bool {
        let own = self.auth_type.as_deref();
        own == Some(kind) || (kind == "settlement" && own == Some("settle"))
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status.as_deref() == Some("cancelled")
    }

    pub(super) fn amount_is(&self, minor: u64) -> bool {
        self.amount.as_ref().and_then(Text::minor) == Some(minor)
    }

    /// What later calls name it by.
    pub(super) fn name(&self) -> Option<String> {
        let id = self.id.as_ref().or(self.confirmation_number.as_ref())?;
        OrderId::parse(&id.0).map(String::from)
    }
}

/// The card that paid, as far as it is told of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Card {
    pub(super) brand: Option<String>,
}

/// A page of the report.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Report {
    pub(super) records: Vec<Order>,
}

/// What the platform says of a request that it refuses, or of a payment.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refused {
    pub(super) error: ErrorBody,
}

/// Why. The platform's own words are not kept: they may repeat what was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorBody {
    pub(super) code: Option<Text>,
}
