//! What every provider offers the backend, as pure functions.

mod begin;
mod call;
mod confirm;
mod continuing;
mod notify;
mod provider;
mod vault;

pub use begin::{Addresses, Begin, Begun, By, Next};
pub use call::{CallAnswer, CallError, CallMethod, Exchange, Failure, PlatformCall, Step};
pub use confirm::{Answered, Query};
pub use continuing::{Continue, Finalise, Given, LookUp, LookedUp, Proceed, Proceeded};
pub use notify::{Incoming, Notified, Refusal, Return, SignedBytes};
pub use provider::{ConfigError, Demand, Environment, Provider, Seed};
pub use vault::{First, KeptCard, Owner, Save, Vault};
