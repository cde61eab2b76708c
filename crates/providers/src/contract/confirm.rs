//! *Query*: what our own account says of a claim.

use guichet_domain::event::{Part, PlatformFact};
use guichet_domain::money::Amount;

use super::call::{Exchange, Step};
use crate::Verified;

/// Our own account's word on what a signed message claims: the signature is every merchant's.
pub trait Confirmation: Send + Sync {
    /// Names the counter that [`Query::sequence`] is drawn from: accounts that share a number space
    /// at the platform share it (`up2pay/` and the site at Up2pay). It starts anew each
    /// [day](super::Provider::day).
    fn sequence_scope(&self) -> String;

    /// *Query*: asks the platform, with our own account and key, about a transaction that a signed
    /// message claims to be ours.
    fn query(&self, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered>;
}

/// A question to the platform about one transaction.
#[derive(Debug)]
pub struct Query<'a> {
    /// Our reference at the platform.
    pub reference: &'a str,
    /// What a signed message claims.
    pub claim: &'a Part,
    /// The total of the payment.
    pub total: Amount,
    /// A number that this account has not used today; each step of a query is given a new one.
    pub sequence: u32,
    /// The time of asking.
    pub now: jiff::Timestamp,
}

/// The platform's answer to a query.
#[expect(
    clippy::large_enum_variant,
    reason = "one is made and read at a time, never stored"
)]
#[derive(Clone, Debug)]
pub enum Answered {
    /// Our account knows the transaction, and amount and reference agree.
    Agreed(Verified<PlatformFact>),
    /// Our account does not know it, or knows it otherwise: what differs, for the operator.
    Disagreed(String),
}
