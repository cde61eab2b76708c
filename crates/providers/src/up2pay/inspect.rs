//! The pure part of `guichet inspect up2pay-…`: why is a call refused, why does a notification not
//! verify? Keys come in as text and never go out.

mod notification;
mod request;
mod rules;

pub use notification::{Explained, NotificationReport, notification};
pub use request::{RequestReport, Verdict, request};
pub use rules::Broken;

/// Why there is nothing to report. Holds nothing of a key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unreadable {
    /// The key file holds no key.
    #[error("the key {0}")]
    Key(String),
    /// The input is not text.
    #[error("the input is not UTF-8 text")]
    NotText,
    /// The input holds no field.
    #[error("no field found: write PBX_NAME=value pairs, joined by & or one a line")]
    NoFields,
    /// A field has no `=`.
    #[error("{0} has no =")]
    NoValue(String),
    /// A digest that is not computed here.
    #[error("PBX_HASH={0} is not computed here: SHA512, SHA384, SHA256 and SHA224 are")]
    Hash(String),
    /// The notification has no signature as its last pair.
    #[error("the last pair is no signature: base64 of 128 bytes, percent-encoded, is expected")]
    NoSignature,
}
