//! The whole, as a shopper meets it: a browser with real clicks on the demo shop, the
//! widget and the sandbox's pages, with backend and sandbox as processes of their own.
//!
//! - `browser` is one browser with a fresh profile, as `launch` asks its driver (`drivers`) for it;
//!   `world` adds the running stack;
//! - `engines` plays some of the tests in Firefox and WebKitGTK too;
//! - `shop` and `platform` know the pages, `site` is a page of a test's own, `line` leads to the
//!   backend and can be cut;
//! - the other files are the tests, by what they promise.
//!
//! Every test ends with [`browser::Browser::assert_clean`]: no page broke its own content security
//! policy, and no script ended in an exception.
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

mod browser;
mod drivers;
mod engine;
mod engines;
mod launch;
mod line;
mod platform;
mod shop;
mod site;
mod world;

mod accessibility;
mod amounts;
mod before_pay;
mod card_fields;
mod desk;
mod examples;
mod faces;
mod framed;
mod gallery;
mod hands;
mod honesty;
mod integrity;
mod languages;
mod markup;
mod methods;
mod moneris;
mod netbanx;
mod notifications;
mod outages;
mod pages;
mod painted;
mod plain;
mod policy;
mod questions;
mod returns;
mod saved_cards;
mod servers;
mod sign_on;
mod spoken;
mod starts;
mod trees;
mod twice;
mod wallets;
