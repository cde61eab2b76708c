//! Sessions: how their secrets are recognised, and how they are closed.

use guichet_domain::id::PaymentId;

/// How a session's secret is recognised. The secret itself is not stored.
#[derive(Clone, Debug)]
pub struct SecretDigest {
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// What the secret was derived from, with the shop's key.
    pub salt: Vec<u8>,
}

/// What became of a session that was to be closed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Closed {
    /// It takes no payment from now on, or did so before.
    Done,
    /// It is paid, or another one paid its order. No effect.
    Settled,
    /// These payments may still take money. No effect.
    UnderWay(Vec<PaymentId>),
}
