//! What every provider offers the backend, as pure functions.
//!
//! [`Provider`] is what each of them has. What a platform may lack is a capability, a trait of its
//! own that the provider hands out or does not: [`Notifications`], [`Confirmation`],
//! [`Continuing`], [`Callbacks`], [`Operations`], [`Rebilling`], [`Report`], [`Terminals`],
//! [`Vault`].

mod begin;
mod call;
mod confirm;
mod continuing;
mod line;
mod notify;
mod operations;
mod policy;
mod probe;
mod provider;
mod rebill;
mod report;
mod silent;
mod terminals;
mod vault;

pub use begin::{Addresses, Begin, Begun, By, Context, Next};
pub use call::{
    Body, CallAnswer, CallError, Exchange, Failure, Header, HeaderValue, HttpMethod, PlatformCall,
    Step,
};
pub use confirm::{Answered, Confirmation, Query};
pub use continuing::{Continuing, Finalise, Given, LookUp, LookedUp, Proceed, Proceeded};
pub use line::{Frames, Heard, How, Line, PrivateAddress, frame};
pub use notify::{
    Callbacks, Called, Headers, Incoming, MessageError, Notifications, Notified, Return,
    SignedBytes,
};
pub use operations::{
    Allowed, Consulted, Later, Objection, Operated, Operation, OperationDone, Operations, Paid,
    Taken,
};
pub use policy::PageSources;
pub use probe::{DatedRule, Probe};
pub use provider::{ConfigError, Demand, Environment, Provider, Seed};
pub use rebill::{Again, Amended, Amendment, Rebilling};
pub use report::{Report, ReportLine, ReportPage, Standing};
pub use silent::{CardForm, CardForms};
pub use terminals::{Reached, Terminal, Terminals};
pub use vault::{First, Owner, Save, StillToAdd, Vault, VaultCard};
