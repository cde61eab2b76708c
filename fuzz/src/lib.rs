//! What comes from outside, thrown at seals and parsers.
//!
//! A target is a function that takes any bytes and panics when a promise is broken. Three things
//! call it: the fuzzer (`cargo xtask fuzz`, or `cargo fuzz run`), which is guided by coverage; the
//! programs in `fuzz_targets`, which replay files; and the test `corpus`, which replays the seeds
//! and variations of them with every run of the tests.
//!
//! Where a target knows better than "it does not panic", it computes the right answer by code of
//! its own: other parsers, other implementations of the digests.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a target tells a finding, and that its own fixture is wrong"
)]

mod config;
mod domain;
mod fixture;
mod inspect;
mod moneris;
mod netbanx;
mod sogenactif;
mod up2pay;

pub use config::config_table;
pub use domain::{domain_events, domain_values};
pub use inspect::inspect;
pub use moneris::{moneris_answer, moneris_frame, moneris_gateway, moneris_post_back};
pub use netbanx::{netbanx_callback, netbanx_order, netbanx_rebilling, netbanx_vault};
pub use sogenactif::{sogenactif_answer, sogenactif_json, sogenactif_request, sogenactif_talk};
pub use up2pay::{up2pay_begin, up2pay_notification, up2pay_query, up2pay_signed};

/// A target's function.
pub type Target = fn(&[u8]);

/// Every target, by the name of its program and of its folder of seeds.
pub const TARGETS: [(&str, Target); 20] = [
    ("config_table", config_table),
    ("domain_events", domain_events),
    ("domain_values", domain_values),
    ("inspect", inspect),
    ("moneris_answer", moneris_answer),
    ("moneris_frame", moneris_frame),
    ("moneris_gateway", moneris_gateway),
    ("moneris_post_back", moneris_post_back),
    ("netbanx_callback", netbanx_callback),
    ("netbanx_order", netbanx_order),
    ("netbanx_rebilling", netbanx_rebilling),
    ("netbanx_vault", netbanx_vault),
    ("sogenactif_answer", sogenactif_answer),
    ("sogenactif_json", sogenactif_json),
    ("sogenactif_request", sogenactif_request),
    ("sogenactif_talk", sogenactif_talk),
    ("up2pay_begin", up2pay_begin),
    ("up2pay_notification", up2pay_notification),
    ("up2pay_query", up2pay_query),
    ("up2pay_signed", up2pay_signed),
];

/// Runs a target on the files that the command line names. What they broke is the panic.
///
/// # Errors
/// A file that can't be read.
pub fn replay(target: Target) -> std::io::Result<()> {
    for file in std::env::args_os().skip(1) {
        target(&std::fs::read(file)?);
    }
    Ok(())
}
