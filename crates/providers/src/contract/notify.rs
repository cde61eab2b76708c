//! What comes from a platform by itself: notifications, and the browser's return.

use std::fmt;

use guichet_domain::event::{PlatformFact, ReturnOutcome};

use super::call::{Exchange, HttpMethod, Step};
use crate::Verified;

/// The messages that a platform signs.
pub trait Notifications: Send + Sync {
    /// Names of the headers that a message is read by. [`Incoming::headers`] holds these, and no
    /// others.
    fn headers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a query or body that came to no address of ours looks like a notification of this
    /// account's. For a warning; nothing is believed.
    fn looks_like_one(&self, raw: &[u8]) -> bool;

    /// *Verify*: the raw bytes of a notification in, what the platform vouches for out.
    fn verify(&self, incoming: &Incoming<'_>) -> Result<Notified, MessageError>;

    /// Reads the browser's return. What is signed is checked; it is a hint all the same.
    fn read_return(&self, incoming: &Incoming<'_>) -> Result<Return, MessageError>;
}

/// Messages that nobody signs, about a payment that goes on: each tells to look now, and nothing
/// else. They come to an address of the payment's own, with a part that nobody can guess.
pub trait Callbacks: Send + Sync {
    /// Checks that a message is about the payment with this memo.
    ///
    /// # Errors
    /// [`MessageError::Malformed`] where it names no payment, or another one.
    fn read(&self, incoming: &Incoming<'_>, memo: Option<&str>) -> Result<Called, MessageError>;

    /// Asks the platform to send the last message about the payment with this memo again. Moves
    /// nothing.
    fn resend(&self, memo: Option<&str>, exchanges: &[Exchange]) -> Step<()>;
}

/// What a message that nobody signed is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Called {
    /// It is time to look.
    Look,
    /// The platform looks whether the address is there, before it takes a payment: it is to be told
    /// so at once.
    Probe,
}

/// A message from outside, as it arrived. Its `Debug` shows nothing of what it holds.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// HTTP method.
    pub method: HttpMethod,
    /// The raw query string, without `?`.
    pub query: &'a [u8],
    /// Of its headers those that [`Notifications::headers`] names.
    pub headers: Headers<'a>,
    /// The raw body.
    pub body: &'a [u8],
    /// The secret part of the path it came to, if there was one.
    pub secret: Option<&'a str>,
}

impl<'a> Incoming<'a> {
    /// Where the message itself stands: in the body of a POST, otherwise in the query.
    #[must_use]
    pub fn message(&self) -> &'a [u8] {
        match self.method {
            HttpMethod::Post => self.body,
            _ => self.query,
        }
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (query, body) = (self.query.len(), self.body.len());
        let headers = &self.headers;
        write!(
            f,
            "Incoming({:?}, {query} and {body} bytes, {headers:?})",
            self.method
        )
    }
}

/// Headers of a message, by name, whatever the case. `Debug` shows the names alone.
#[derive(Clone, Copy, Default)]
pub struct Headers<'a>(&'a [(&'a str, &'a [u8])]);

impl<'a> Headers<'a> {
    /// Names and values, in the order in which they arrived.
    #[must_use]
    pub const fn new(headers: &'a [(&'a str, &'a [u8])]) -> Self {
        Self(headers)
    }

    /// The value of a header that stands there once. None where it is missing, and none where it
    /// stands twice: which of the two is the platform's can't be told.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&'a [u8]> {
        let mut of_name = self
            .0
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let (_, value) = of_name.next()?;
        of_name.next().is_none().then_some(*value)
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Why a message from outside is not taken. Holds nothing of the message itself, but for what was
/// signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MessageError {
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &[(&str, &[u8])] = &[
        ("x-signature", b"S3CRET"),
        ("Authorization", b"Basic S3CRET"),
        ("X-Twice", b"1"),
        ("x-twice", b"1"),
    ];

    #[test]
    fn a_header_is_found_in_any_case_and_only_where_it_stands_once() {
        let headers = Headers::new(HEADERS);
        for name in ["X-Signature", "x-signature", "X-SIGNATURE"] {
            assert_eq!(headers.one(name), Some(&b"S3CRET"[..]), "{name}");
        }
        assert_eq!(headers.one("x-twice"), None);
        assert_eq!(headers.one("x-signatur"), None);
        assert_eq!(Headers::default().one("x-signature"), None);
    }

    #[test]
    fn a_message_that_is_printed_shows_nothing_of_what_it_holds() {
        let incoming = Incoming {
            method: HttpMethod::Post,
            query: b"S3CRET",
            headers: Headers::new(HEADERS),
            body: b"S3CRET",
            secret: Some("S3CRET"),
        };
        let shown = format!("{incoming:?}");
        assert!(!shown.contains("S3CRET"), "{shown}");
        assert!(shown.contains("Authorization"), "{shown}");
    }

    #[test]
    fn a_message_stands_in_the_body_of_a_post_and_otherwise_in_the_query() {
        let incoming = |method| Incoming {
            method,
            query: b"query",
            headers: Headers::default(),
            body: b"body",
            secret: None,
        };
        assert_eq!(incoming(HttpMethod::Post).message(), b"body");
        assert_eq!(incoming(HttpMethod::Get).message(), b"query");
    }
}
