//! The sandbox: plays the payment platforms, and serves the demo shop.
//!
//! It knows neither the providers nor the backend: its signatures, its reading of the platform's
//! manual and its books are its own, so that a test through it never checks a function against
//! itself. Nothing here is for production: keys are test keys and no money moves.
//!
//! - the up2pay module plays Up2pay e-Transactions (payment pages, notifications, PPPS);
//! - the sogenactif module plays Sogenactif (Office, hosted fields, the bank's page);
//! - the netbanx module plays NETBANX (hosted API and page, callbacks);
//! - the moneris module plays Moneris Go (cloud, terminals, receipts, post-backs);
//! - the shop module is a small merchant's server that uses the backend with its secret key.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "a test may panic"
    )
)]

mod accounts;
mod app;
mod clock;
mod ids;
mod moneris;
mod netbanx;
mod pairs;
mod run;
mod seal;
mod settings;
mod shop;
mod sogenactif;
mod up2pay;
mod web;

pub use accounts::{Account, SealKey, built_in_accounts};
pub use run::{Running, StartError, start};
pub use seal::{KeyError, hmac_sha512_hex};
pub use settings::{Cli, SecretKey, Settings, SettingsError};
pub use sogenactif::{TestCardRule, test_card_rules};
pub use up2pay::numbers::{TestNumber, test_numbers};
