//! What there may be nothing to report of.

/// What some editors put in front of a text.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

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
    /// The notification has no signature.
    #[error(
        "no pair is a signature: base64 of 128 bytes, percent-encoded, is expected. Was it lost, \
         or cut, on its way? A query that a proxy drops leaves nothing behind the ?"
    )]
    NoSignature,
    /// The notification is longer than any.
    #[error("it is longer than 16 KiB: no notification is, and the backend refuses it")]
    TooLong,
}
