//! What the running backend and sandbox promise, without a browser. Each test's name is a promise.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in tests, a panic is how a failure is told"
)]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod backends;
mod books;
mod cash;
mod checkout;
mod deployment;
mod edge;
mod identities;
mod ledger;
mod lists;
mod markup;
mod moneris;
mod moneris_cards;
mod money;
mod netbanx;
mod netbanx_cards;
mod nothing_lost;
mod notifications;
mod office;
mod openapi;
mod operations;
mod orders;
mod pay;
mod rebillings;
mod saved_cards;
mod secrets;
mod sessions;
mod shopper;
mod sogenactif;
mod torture;
mod unknown;
mod webhooks;
