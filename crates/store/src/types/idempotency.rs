//! Requests that may come again.

/// Marks one request, so that a repeated one has no second effect.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Who sent it and to which path: keys of different callers never meet.
    pub scope: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// A digest of the body.
    pub fingerprint: Vec<u8>,
}

/// What became of a request that carries an [`Idempotency`] mark.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It took effect now.
    New,
    /// It had taken effect before; this is what was answered then.
    Replayed(String),
    /// The same key came before with another body. No effect.
    OtherBody,
}
