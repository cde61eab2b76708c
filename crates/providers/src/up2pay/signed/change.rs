//! What becomes of a message on its way, and what it is called.

use super::spelling::{contains, lower_hex, percent_for_spaces, upper_hex};

/// Something that became of a message on its way, and did not hurt what was signed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in super::super) enum Change {
    /// The pairs stand in another order.
    Sorted,
    /// The whole, or a pair of it, stands there twice.
    Doubled,
    /// `%` was escaped once more.
    EscapedTwice,
    /// What the platform writes as itself is percent-encoded.
    Escaped,
    /// What the platform percent-encodes stands there as itself.
    Decoded,
    /// `%3A` for `%3a`.
    UpperHex,
    /// `%3a` for `%3A`.
    LowerHex,
    /// `+`, or a space, for `%20`.
    Spaces,
    /// Pairs follow that are not signed.
    Appended,
    /// An `&` too many.
    Ampersand,
    /// `&amp;` for `&`.
    HtmlEscaped,
    /// The `+` of the signature became spaces.
    SignatureSpaces,
}

impl Change {
    /// Its name, what was seen, and what does so.
    #[must_use]
    pub(in super::super) const fn describe(self) -> &'static str {
        match self {
            Self::Sorted => {
                "sorted: the pairs stand in another order than they were signed in (HAProxy and \
                 Varnish can sort a query)"
            }
            Self::Doubled => {
                "doubled: the query, or a pair of it, stands there twice (nginx adds the query to \
                 a rewrite by itself: leave out ?$args)"
            }
            Self::EscapedTwice => {
                "escaped twice: each % was percent-encoded once more (Apache's [P,B]: leave out B)"
            }
            Self::Escaped => {
                "escaped anew: characters were percent-encoded anew that the platform writes as \
                 themselves"
            }
            Self::Decoded => {
                "decoded: characters that the platform percent-encodes stand there as themselves \
                 (lighttpd's url-normalize options)"
            }
            Self::UpperHex => {
                "hex in upper case: the platform signed the escapes in lower case (lighttpd's \
                 url-normalize)"
            }
            Self::LowerHex => "hex in lower case: the platform signed the escapes in upper case",
            Self::Spaces => {
                "+ for a space: spaces are written as + or as themselves, the platform signs %20"
            }
            Self::Appended => "appended: pairs follow that are not signed; they are not read",
            Self::Ampersand => {
                "trailing &: there is an & too many at the end, at the beginning or within"
            }
            Self::HtmlEscaped => "HTML: & was written as &amp;",
            Self::SignatureSpaces => {
                "the signature was decoded once too often: its + became spaces"
            }
        }
    }
}

/// What became of one value.
pub(super) fn change(raw: &[u8], signed: &[u8]) -> Option<Change> {
    let escapes = |value: &[u8]| value.iter().filter(|b| **b == b'%').count();
    if raw == signed {
        None
    } else if lower_hex(raw) == signed {
        Some(Change::UpperHex)
    } else if upper_hex(raw) == signed {
        Some(Change::LowerHex)
    } else if percent_for_spaces(raw) == signed {
        Some(Change::Spaces)
    } else if contains(raw, b"%25") {
        Some(Change::EscapedTwice)
    } else if escapes(raw) < escapes(signed) {
        Some(Change::Decoded)
    } else {
        Some(Change::Escaped)
    }
}
