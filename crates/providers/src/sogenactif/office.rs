//! The methods of the connector Office: one table of all of them, and their typed messages.
//!
//! Names and versions: Sogenactif documentation, connector Office, release 24.2, list of methods
//! (confidence A for all of them). Paths and fields: see each row's source. Marks: A read on a page
//! of the Sogenactif documentation; B on a page of a sister platform (Sips, Mercanet, Sherlock's);
//! C in public code; D derived.

pub mod cash;
pub mod checkout;
pub mod diagnostic;
mod info;
pub mod mandate;
pub mod parts;
mod table;
pub mod token;
pub mod wallet;

pub use info::{
    Confidence, DEFAULT_VERSION, ENVELOPE, Effect, MethodInfo, OfficeRequest, OneOf, RequestError,
    TransactionRule,
};
pub(super) use info::{fields_of, read_as};
pub use table::METHODS;

#[cfg(test)]
mod tests;
