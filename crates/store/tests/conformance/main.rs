//! What every store must do, on a file of SQLite's. `conformance_postgres` runs the same on a
//! server.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

mod approvals;
mod books;
mod cards;
mod conversations;
#[path = "../../../../tests/support/disk.rs"]
mod disk;
mod due;
mod erasing;
mod erasing_many;
mod events;
mod faults;
mod fixtures;
mod ledger;
mod left_behind;
mod links;
mod matters;
mod messages;
mod notices;
mod numbers;
mod operations;
mod payments;
mod people;
mod questions;
mod races;
mod reading;
mod search;
mod sessions;
#[path = "../../../../tests/support/skipped.rs"]
mod skipped;
#[allow(dead_code, reason = "what takes its time runs elsewhere")]
#[path = "../../../../tests/support/torture.rs"]
mod torture;
mod upgrade;
mod writes;
