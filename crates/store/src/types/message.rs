//! Notifications that could not be taken.

use guichet_domain::id::Slug;

/// A notification that could not be taken.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Our account that it came to.
    pub account: &'a Slug,
    /// Whether the platform signed it: then money may have moved.
    pub genuine: bool,
    /// What is wrong with it.
    pub why: &'a str,
    /// The signed pairs of a genuine one and nothing beside them; all that arrived of another.
    pub content: &'a [u8],
}

/// A notification that could not be taken, as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptMessage {
    /// Its number.
    pub seq: i64,
    /// Our account that it came to.
    pub account: String,
    /// Whether the platform signed it.
    pub genuine: bool,
    /// What is wrong with it.
    pub why: String,
    /// Length of its content.
    pub bytes: u32,
    /// How often it came.
    pub times: u32,
    /// Unix second of its first arrival.
    pub first_at: i64,
    /// Unix second of its latest arrival.
    pub last_at: i64,
}
