//! What comes from a platform by itself: notifications, and the browser's return.

use std::fmt;

use guichet_domain::event::{PlatformFact, ReturnOutcome};

use crate::Verified;

/// A message from outside, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// `true` for POST, `false` for GET.
    pub post: bool,
    /// The raw query string, without `?`.
    pub query: &'a [u8],
    /// The raw body.
    pub body: &'a [u8],
    /// The secret part of the path it came to, if there was one.
    pub secret: Option<&'a str>,
}

/// Why a message from outside is refused. Holds nothing of the message itself.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The secret part of the path is wrong.
    #[error("no such address")]
    WrongSecret,
    /// GET where POST is expected, or the other way round.
    #[error("wrong HTTP method for this account")]
    WrongMethod,
    /// It can't be read, or lacks what it must hold.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The platform signed it, and yet it can't be read: money may have moved.
    #[error("genuine, but {why}")]
    Unreadable {
        /// What can't be read.
        why: String,
        /// What was signed, with the signature, and nothing beside it.
        signed: SignedBytes,
    },
    /// The signature does not verify with any key of the account.
    #[error("the signature does not verify")]
    BadSignature,
}

/// The signed part of a message, raw. Its `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub struct SignedBytes(Vec<u8>);

impl SignedBytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes: pairs and signature, joined by `&`.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedBytes({} bytes)", self.0.len())
    }
}

/// A notification that the platform vouched for.
#[derive(Debug)]
pub struct Notified {
    /// What it tells.
    pub fact: Verified<PlatformFact>,
    /// What was signed, with the signature: nothing else of what arrived is kept.
    pub signed: SignedBytes,
    /// What became of the message on its way, in words. Nothing of it touched what was signed.
    pub changes: Vec<&'static str>,
}

/// What the browser brought back.
#[derive(Clone, Debug)]
pub struct Return {
    /// Our reference, as it was signed.
    pub reference: String,
    /// What the signed code says; the address it came to may say otherwise.
    pub outcome: ReturnOutcome,
    /// The transaction that it speaks of, if it names one. It never counts by itself.
    pub part: Option<Verified<PlatformFact>>,
}
