//! Payments that go on after their beginning.

use guichet_domain::stage::Stage;

use super::idempotency::Idempotency;

/// The rest of a payment that goes on after its beginning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conversation {
    /// The ending of the return address, which is a secret.
    pub ending: String,
    /// How far it is.
    pub stage: Stage,
    /// What the provider wants to be handed; opaque.
    pub memo: Option<String>,
    /// What the browser posted on its return.
    pub posted: Vec<(String, String)>,
    /// How often a job took it up, to be finalised or looked up.
    pub tries: u32,
}

/// A payment's way from one stage to the next. It succeeds only from the stage that it names, so
/// that of several who try, one succeeds.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// The stage that it must be at.
    pub from: Stage,
    /// The stage that it goes to.
    pub to: Stage,
    /// What the provider wants to be handed from now on; none leaves it as it is.
    pub memo: Option<&'a str>,
    /// What the browser posted; none leaves it as it is.
    pub posted: Option<&'a [(String, String)]>,
    /// When a job takes it up; none: not before somebody else moves it.
    pub next_try_at: Option<i64>,
    /// A job takes it up, which counts as a try: it succeeds only if it was due by then.
    pub due: Option<i64>,
    /// What the request is answered that causes it, kept in the same transaction.
    pub answer: Option<Answer<'a>>,
    /// It is going to be ordered: what of its session must not be so, or it does not succeed.
    pub beside: Option<Beside>,
}

/// What must not stand beside a payment that is going to be ordered, as it is when the books say
/// that somebody talks with the platform about it. None of this can change in between: of two who
/// order payments of one session at once, one succeeds, in whatever process they are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Beside {
    /// Somebody talks about another payment of the session. That he died is known once the payment
    /// is looked up.
    pub not_talking: bool,
    /// The session is settled, or its order is.
    pub not_settled: bool,
    /// Another payment of the session may still take money.
    pub not_open: bool,
}

/// What a request is answered. An earlier answer to the same request is replaced.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The request.
    pub mark: &'a Idempotency,
    /// What it is answered.
    pub body: &'a str,
    /// Unix second of the answer.
    pub at: i64,
}

impl Advance<'_> {
    /// From one stage to another, and nothing else.
    #[must_use]
    pub fn new(from: Stage, to: Stage) -> Self {
        Self {
            from,
            to,
            memo: None,
            posted: None,
            next_try_at: None,
            due: None,
            answer: None,
            beside: None,
        }
    }
}
