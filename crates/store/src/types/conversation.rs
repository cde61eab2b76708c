//! Payments that go on after their beginning.

use serde::{Deserialize, Serialize};

use super::idempotency::Idempotency;

/// How far a payment that goes on after its beginning has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is stored and waits for nobody: the request that made it, or its repetition, goes on.
    Proceed,
    /// It waits for what the shopper gives: a token from the platform's fields, a bank, an IBAN.
    Token,
    /// Somebody is talking with the platform. Should that somebody die, it is looked up.
    Talking,
    /// It waits for the browser's return.
    Return,
    /// The browser is back: to be finalised once.
    Finalise,
    /// An answer never came: to be looked up.
    Unknown,
    /// The browser never came back in time. To be looked up, though nothing was ordered.
    Overdue,
    /// It was looked up for days, and the platform never told: a person must.
    GivenUp,
    /// Its session was closed before anything was sent for it: it can't go on.
    Closed,
    /// There is nothing more to do.
    Over,
}

/// The rest of a payment that goes on after its beginning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conversation {
    /// The secret part of the return address.
    pub nonce: String,
    /// How far it is.
    pub stage: Stage,
    /// What the provider wants back.
    pub keep: Option<String>,
    /// What the browser posted on its return.
    pub posted: Vec<(String, String)>,
    /// How often a job took it up, to be finalised or looked up.
    pub tries: u32,
}

/// A step of a conversation. It is taken only from the stage that it names, so that of several who
/// try, one succeeds.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// The stage that it must be at.
    pub from: Stage,
    /// The stage that it goes to.
    pub to: Stage,
    /// What the provider wants back from now on; none leaves it as it is.
    pub keep: Option<&'a str>,
    /// What the browser posted; none leaves it as it is.
    pub posted: Option<&'a [(String, String)]>,
    /// When a job takes it up; none: not before somebody else moves it.
    pub next_try_at: Option<i64>,
    /// A job takes it up, which counts as a try: the step is taken only if it was due by then.
    pub due: Option<i64>,
    /// A request to mark as answered with this body, in the same transaction. An earlier answer
    /// to the same request is replaced.
    pub answer: Option<(&'a Idempotency, &'a str)>,
}

impl Advance<'_> {
    /// A plain step.
    #[must_use]
    pub fn new(from: Stage, to: Stage) -> Self {
        Self {
            from,
            to,
            keep: None,
            posted: None,
            next_try_at: None,
            due: None,
            answer: None,
        }
    }
}
