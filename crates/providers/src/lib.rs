//! The payment platforms, one folder each: requests, seals, notifications, queries, codes.
//!
//! Nothing here does input or output. A platform call is a value ([`contract::PlatformCall`]) that
//! the backend performs; the answer is read by a second call of the same pure function. What a
//! platform told us for certain is a [`Verified`] value, and only this crate can make one.

pub mod contract;
mod halt;
pub mod moneris;
pub mod netbanx;
mod plain;
pub mod registry;
pub mod sogenactif;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod up2pay;
mod verified;
pub mod zone;

pub use verified::Verified;
