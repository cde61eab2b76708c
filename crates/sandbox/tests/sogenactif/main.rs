//! Sogenactif as the sandbox plays it: Office, hosted fields, the shopper's pages, faults.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod client;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod flows;
mod hosted;
mod methods;
mod seals;
mod states;
