//! What came of erasing.

use guichet_domain::id::SessionId;

/// What came of erasing what is known of a shopper.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Erased {
    /// Sessions of which it was erased.
    pub sessions: u32,
    /// Saved cards of which what their first payments left was forgotten.
    pub cards: u64,
    /// Sessions of which it was left: money may still move.
    pub left: Vec<SessionId>,
}
