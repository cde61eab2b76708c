//! *Terminals*: devices on the shop's counter, which take a payment of [`MethodKind::Terminal`].
//!
//! [`MethodKind::Terminal`]: guichet_wire::MethodKind::Terminal

use guichet_domain::id::Slug;
use jiff::Timestamp;

use super::call::{Exchange, Step};

/// The terminals of an account. Each takes one payment at a time.
pub trait Terminals: Send + Sync {
    /// All of them, in the order of the configuration.
    fn terminals(&self) -> Vec<Terminal>;

    /// Asks a terminal what it is, which moves nothing: whether it answers, or why not, in words.
    /// `key` was never used before.
    fn look(
        &self,
        terminal: &Slug,
        key: &str,
        now: Timestamp,
        exchanges: &[Exchange],
    ) -> Step<Result<(), String>>;

    /// Has a terminal give up the command of that reference, or says why it can't, in words.
    /// It takes none up that a card was presented for. What became of it is told where its payment
    /// is looked up.
    fn call_off(
        &self,
        terminal: &Slug,
        reference: &str,
        now: Timestamp,
        exchanges: &[Exchange],
    ) -> Step<Result<(), String>>;
}

/// A terminal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Terminal {
    /// By this name a session names it.
    pub name: Slug,
    /// The till that it belongs to, as the people there call it.
    pub till: String,
    /// How a command comes to it.
    pub reached: Reached,
}

/// How a command comes to a terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reached {
    /// By the platform's own servers.
    Cloud,
    /// By the shop's network.
    Network,
}
