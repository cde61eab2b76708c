//! What every account at a platform has, and which capabilities it may have besides.

use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::shopper::Datum;
use serde::Deserialize;

use super::begin::{Begin, Begun};
use super::call::{Exchange, Step};
use super::confirm::{Answered, Query};
use super::continuing::Continue;
use super::notify::{Incoming, Notified, Refusal, Return};
use super::vault::Vault;

/// Which world the backend runs in. Keys and hosts of different worlds never mix.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Our own sandbox, on loopback addresses.
    Sandbox,
    /// The platforms' test hosts.
    Test,
    /// Real money.
    Production,
}

/// What is wrong with an account's configuration. Names the key, never shows a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("account {account}: {key}: {detail}")]
pub struct ConfigError {
    /// The account.
    pub account: String,
    /// The key of its table.
    pub key: String,
    /// What is wrong and what to write.
    pub detail: String,
}

/// One account at one platform. Every function is pure: what it needs of clock, randomness and
/// network, it is given.
pub trait Provider: Send + Sync {
    /// The platform's name, as in `/notify/{provider}/{account}`.
    fn name(&self) -> &'static str;

    /// The account's name in the configuration.
    fn account(&self) -> &Slug;

    /// *Describe*: the methods that this provider knows.
    fn methods(&self) -> Vec<MethodDescription>;

    /// What is allowed in the account's table, and that the operator should know at start: which
    /// key, and what to do.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// What a payment by that method can't do without. A session that lacks some of it is not
    /// offered the method.
    fn demands(&self, method: &Method) -> Vec<Demand>;

    /// Seconds from the making of a payment until it is clear that its page is over.
    fn deadline_seconds(&self) -> i64;

    /// Names the counter that [`Query::sequence`] is drawn from: accounts that share a number space
    /// at the platform share it (`up2pay/` and the site at Up2pay). It starts anew each day in
    /// Paris.
    fn sequence_scope(&self) -> String;

    /// Names the counter that [`Seed::number`] is drawn from, where references are made of numbers.
    /// It starts anew each day in Paris. Accounts that share a number space share it.
    fn reference_scope(&self) -> Option<String> {
        None
    }

    /// Our reference of a new payment, unique within the account for ever; in the platform's own
    /// format where the platform takes one.
    fn new_reference(&self, seed: &Seed) -> String;

    /// Whether this account's notifications come as POST; the other method is answered 405.
    fn notification_by_post(&self) -> bool;

    /// Whether a query or body that came to no address of ours looks like a notification of this
    /// account's. For a warning; nothing is believed.
    fn looks_like_notification(&self, _raw: &[u8]) -> bool {
        false
    }

    /// *Begin*: a session and a method in; out comes what the browser does next, or a call to make
    /// first. `exchanges` are the calls made so far for this payment, with their answers.
    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun>;

    /// *Verify*: the raw bytes of a notification in, what the platform vouches for out.
    fn verify(&self, incoming: &Incoming<'_>) -> Result<Notified, Refusal>;

    /// Reads the browser's return. What is signed is checked; it is a hint all the same.
    fn read_return(&self, incoming: &Incoming<'_>) -> Result<Return, Refusal>;

    /// *Query*: asks the platform, with our own account and key, about a transaction that a signed
    /// message claims to be ours.
    fn query(&self, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered>;

    /// *Continue*, where a payment takes more than its beginning and the platform's notification.
    fn continuing(&self) -> Option<&dyn Continue>;

    /// *Vault*, where the platform keeps cards for shoppers.
    fn vault(&self) -> Option<&dyn Vault> {
        None
    }
}

/// Something that an account wants to know of the shopper.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Demand {
    /// What.
    pub datum: Datum,
    /// What becomes of a payment without it, as a clause: `the platform opens no page without it`.
    pub because: &'static str,
    /// What the account's table has to say for it not to be demanded; none where the platform does.
    pub unless: Option<&'static str>,
}

/// What a new payment's reference is made of.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Drawn anew for every payment.
    pub random: [u8; 16],
    /// The day in Paris.
    pub day: jiff::civil::Date,
    /// The next number of [`Provider::reference_scope`] on that day, from 1; 0 where there is no
    /// such scope.
    pub number: u32,
}
