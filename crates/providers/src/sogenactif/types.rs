//! Values of the platform's fields, checked once.
//!
//! Formats: Sogenactif documentation, data dictionary of the connector Office (confidence A for
//! `merchantId`, amounts and `cardNumber`; B for the transaction's two identities: Sips
//! documentation, migration pages).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is not what its field takes: says what it takes, and nothing of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct NotThat(&'static str);

macro_rules! text_types {
    ($($(#[$meta:meta])* $name:ident: $check:path, $takes:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The value as it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotThat;

            fn try_from(text: String) -> Result<Self, NotThat> {
                if $check(&text) { Ok(Self(text)) } else { Err(NotThat($takes)) }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )*};
}

macro_rules! shown {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

macro_rules! hidden {
    ($($name:ident)*) => {$(
        /// Shows nothing of it.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

/// Shops of the public simulation: their keys stand in public code.
pub(super) const PUBLIC_MERCHANTS: [&str; 3] =
    ["002001000000001", "002001000000002", "002001000000003"];

text_types! {
    /// `merchantId`: the shop's 15 digits.
    MerchantId: is_merchant, "must be the 15 digits of the shop";
    /// `transactionReference`: 1 to 35 letters and digits, unique for the life of the shop, also
    /// after a failure.
    TransactionReference: is_reference, "must be 1 to 35 letters and digits";
    /// `s10TransactionId`: 6 digits, unique within a day.
    S10Id: is_s10_id, "must be 6 digits";
    /// `s10TransactionIdDate`: YYYYMMDD.
    S10Date: is_date, "must be a date, YYYYMMDD";
    /// An amount in the smallest unit, as text: 10.50 EUR is `1050`.
    Money: is_amount, "must be 1 to 12 digits: the amount in the smallest unit (cents)";
    /// `currencyCode`: ISO 4217, three digits with their leading zeros.
    CurrencyCode: is_currency, "must be 3 digits, such as 978 for EUR";
    /// `orderChannel`, such as `INTERNET`, `INAPP`, `MOTO` or `MAIL_ORDER`.
    OrderChannel: is_word, "must be a word in capitals, such as INTERNET";
    /// `captureMode`: `AUTHOR_CAPTURE`, `IMMEDIATE` or `VALIDATION`.
    CaptureMode: is_capture_mode, "must be AUTHOR_CAPTURE, IMMEDIATE or VALIDATION";
    /// `paymentToken`: what the hosted fields made of a card. Opaque.
    PaymentToken: is_payment_token,
        "must be a token of the hosted fields: a card's number is never taken here";
    /// A token in the place of a card's number (`panType` TOKEN_PAN): the `tokenPan` of an earlier
    /// answer. There is no type for a number.
    TokenPan: is_token,
        "must be a token (tokenPan of an earlier answer): a card's number is never taken here";
    /// A token, or the issuer's digits at the beginning of a card's number (IIN, 6 to 11).
    TokenOrIin: is_token_or_iin,
        "must be a token or an IIN of 6 to 11 digits: a card's number is never taken here";
    /// `panType`: the only value that fits what stands in the number's place.
    PanType: is_token_pan, "must be TOKEN_PAN: nothing but a token is taken";
    /// `merchantWalletId`: the shop's own name of a wallet.
    WalletId: is_wallet, "must be 1 to 21 letters and digits";
    /// `iban`: the account to debit.
    AccountNumber: is_filled, "must not be empty";
    /// An address that the platform sends the browser to, or back to.
    WebAddress: is_web_address, "must be an http or https address";
    /// Any text that is not empty.
    Filled: is_filled, "must not be empty";
}

shown! {
    MerchantId TransactionReference S10Id S10Date Money CurrencyCode OrderChannel CaptureMode
    PanType WebAddress Filled
}
hidden! { AccountNumber PaymentToken TokenPan TokenOrIin WalletId }

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_merchant(text: &str) -> bool {
    text.len() == 15 && digits(text)
}

fn is_reference(text: &str) -> bool {
    (1..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_s10_id(text: &str) -> bool {
    text.len() == 6 && digits(text)
}

fn is_date(text: &str) -> bool {
    let part = |range| {
        text.get(range)
            .and_then(|digits: &str| digits.parse::<u8>().ok())
    };
    let month = part(4..6).is_some_and(|month| (1..=12).contains(&month));
    let day = part(6..8).is_some_and(|day| (1..=31).contains(&day));
    text.len() == 8 && digits(text) && month && day
}

fn is_amount(text: &str) -> bool {
    (1..=12).contains(&text.len()) && digits(text)
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && digits(text)
}

fn is_word(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(fits)
}

fn is_capture_mode(text: &str) -> bool {
    matches!(text, "AUTHOR_CAPTURE" | "IMMEDIATE" | "VALIDATION")
}

/// Whether it may be a card's number, however it is grouped. No check digit is asked for: the
/// simulation's cards have none.
pub(super) fn is_like_card_number(text: &str) -> bool {
    let count = text.bytes().filter(u8::is_ascii_digit).count();
    let grouped = text
        .chars()
        .all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
    grouped && (12..=19).contains(&count)
}

fn is_payment_token(text: &str) -> bool {
    let printable = text.bytes().all(|b| b.is_ascii_graphic());
    (1..=4096).contains(&text.len()) && printable && !is_like_card_number(text)
}

fn is_token(text: &str) -> bool {
    let printable = text.bytes().all(|b| b.is_ascii_graphic());
    (1..=128).contains(&text.len()) && printable && !digits(text) && !is_like_card_number(text)
}

fn is_token_or_iin(text: &str) -> bool {
    is_token(text) || ((6..=11).contains(&text.len()) && digits(text))
}

fn is_token_pan(text: &str) -> bool {
    text == "TOKEN_PAN"
}

fn is_wallet(text: &str) -> bool {
    (1..=21).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_web_address(text: &str) -> bool {
    text.len() <= 512
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_filled(text: &str) -> bool {
    !text.is_empty()
}

/// The version of a key: 1, 2, and so on with each renewal.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct KeyVersion(u16);

impl KeyVersion {
    /// Reads `keyVersion`, from 1.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = !text.starts_with('0') && digits(text);
        text.parse().ok().filter(|_| plain).map(Self)
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `s10TransactionReference`: a shop that came from the platform's first version. At creation the
/// platform fills in the date; later operations need both.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct S10 {
    /// Number of the transaction within its day.
    pub s10_transaction_id: S10Id,
    /// The day.
    pub s10_transaction_id_date: Option<S10Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_type_takes_a_card_number() {
        for number in [
            "5017679110380400",
            "5017 6791 1038 0400",
            "5017-6791-1038-0400",
            "374500261001009",
            "4100000000000005",
            "6759239000000400000",
        ] {
            assert!(
                PaymentToken::try_from(number.to_owned()).is_err(),
                "{number}"
            );
            assert!(TokenPan::try_from(number.to_owned()).is_err(), "{number}");
            assert!(TokenOrIin::try_from(number.to_owned()).is_err(), "{number}");
        }
        assert!(TokenPan::try_from("490700wTjS9D5677".to_owned()).is_ok());
        assert!(TokenOrIin::try_from("501767".to_owned()).is_ok());
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = PaymentToken::try_from("tok_1".to_owned()).unwrap();
        assert_eq!(format!("{token:?}"), "PaymentToken");
    }

    #[test]
    fn values_of_another_shape_are_refused() {
        assert!(MerchantId::try_from("2001000000001".to_owned()).is_err());
        assert!(TransactionReference::try_from("a-b".to_owned()).is_err());
        assert!(TransactionReference::try_from("a".repeat(36)).is_err());
        assert!(S10Date::try_from("20261301".to_owned()).is_err());
        assert!(Money::try_from("10.50".to_owned()).is_err());
        assert!(Money::try_from("-1".to_owned()).is_err());
        assert!(CurrencyCode::try_from("EUR".to_owned()).is_err());
        for wrong in ["", "0", "01", "-1", "+1", "1 ", "65536"] {
            assert!(KeyVersion::parse(wrong).is_none(), "{wrong}");
        }
        assert!(KeyVersion::parse("2") > KeyVersion::parse("1"));
    }
}
