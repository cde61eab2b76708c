//! Links to a session.

use guichet_domain::id::SessionId;

/// A link that a shop sends.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// SHA-256 of the token in its address.
    pub digest: &'a [u8],
    /// The session that it opens.
    pub session: &'a SessionId,
    /// Unix second from which it opens nothing.
    pub expires_at: i64,
    /// Unix second of its making.
    pub now: i64,
}

/// What a link that a shop has sent is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkState {
    /// It opens its session.
    Good,
    /// It was used, or is too old.
    Over,
}
