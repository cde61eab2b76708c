//! A whole checkout on this machine: `guichet serve` and `guichet-sandbox`, each its own process on
//! free ports, with a shop's server, a widget without a face and a shopper who drives the
//! platform's pages over HTTP.
//!
//! - [`Stack`] starts and ends the processes, and holds every answer that was seen;
//! - `shop`, `checkout`, `pages` and `control` are what each party does; `sogenactif`,
//!   `netbanx` and `moneris` are all of them for these platforms;
//! - `receiver` is a shop's server that is told of things by itself;
//! - `books` moves the backend's clock forward by writing into its books: no test waits for a
//!   deadline.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "shared by two test targets, where a panic is how a failure is told"
)]

mod books;
mod checkout;
mod control;
mod disk;
mod http;
mod moneris;
mod netbanx;
mod operations;
mod options;
pub(crate) mod own_server;
mod pages;
mod ports;
pub(crate) mod postgres;
mod process;
mod proxy;
mod receiver;
mod shop;
mod skipped;
mod sogenactif;
mod stack;
mod torture;
mod wait;

#[allow(unused_imports, reason = "each target uses some of it")]
pub(crate) use self::{
    checkout::{Checkout, Started},
    disk::Disk,
    http::{Answer, Seen, fresh_key},
    moneris::{COUNTER, GARDEN, TERRACE},
    netbanx::{Hosted, NETBANX_CARD},
    options::{
        DEMO_HMAC_KEY, DEMO_SHOP_KEY, DEMO_SITE, LogTo, NETBANX_PASSWORD, NO_LIMITS, NOTIFY_SECRET,
        OTHER_HMAC_KEY, OTHER_SHOP_KEY, OTHER_SITE, SOGENACTIF_KEY, StackOptions,
    },
    pages::{CARD, CARD_AT_ONCE, VOUCHER},
    ports::free_port,
    process::{Program, binary, command},
    proxy::Proxy,
    receiver::{Answering, NEXT_WEBHOOK_SECRET, Received, Receiver, WEBHOOK_SECRET},
    skipped::skipped,
    sogenactif::{Asked, Bank, CHALLENGED, Fields, Held, IBAN, Line, SMOOTH, WayBack},
    stack::Stack,
    torture::{rounds, seconds},
    wait::{unix_now, until, until_within},
};
