//! Money, sessions, payments, parts and the state machine.
//!
//! Everything here is pure: no clock, no randomness, no input or output. A payment's state is a
//! function of the *set* of its recorded events ([`payment::fold`]): their order and their number
//! change nothing, and a paid payment is never unpaid.

pub mod attention;
pub mod country;
pub mod desk;
pub mod event;
pub mod field;
pub mod gate;
pub mod iban;
pub mod id;
pub mod language;
pub mod law;
pub mod ledger;
pub mod method;
pub mod money;
pub mod notice;
mod operable;
pub mod operation;
pub mod payment;
pub mod phone;
pub mod session;
pub mod shopper;
pub mod stage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use field::FieldError;
pub use guichet_wire::{MethodKind, PartKind, PartStatus, Refusal, Status};
