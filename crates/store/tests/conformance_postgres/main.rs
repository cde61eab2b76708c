//! What every store must do, on a server of PostgreSQL's: the promises of `conformance`, and what
//! several backends on one set of books do to each other.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

#[path = "../conformance/approvals.rs"]
mod approvals;
mod backends;
mod books;
#[path = "../conformance/cards.rs"]
mod cards;
#[path = "../conformance/conversations.rs"]
mod conversations;
mod copying;
#[path = "../conformance/due.rs"]
mod due;
#[path = "../conformance/erasing.rs"]
mod erasing;
#[path = "../conformance/events.rs"]
mod events;
mod faults;
#[path = "../conformance/fixtures.rs"]
mod fixtures;
#[path = "../conformance/ledger.rs"]
mod ledger;
#[path = "../conformance/left_behind.rs"]
mod left_behind;
#[path = "../conformance/links.rs"]
mod links;
#[path = "../conformance/matters.rs"]
mod matters;
#[path = "../conformance/messages.rs"]
mod messages;
#[path = "../conformance/notices.rs"]
mod notices;
#[path = "../conformance/numbers.rs"]
mod numbers;
#[path = "../conformance/operations.rs"]
mod operations;
#[path = "../conformance/payments.rs"]
mod payments;
#[path = "../conformance/people.rs"]
mod people;
#[path = "../../../../tests/support/postgres.rs"]
mod postgres;
#[path = "../conformance/questions.rs"]
mod questions;
#[path = "../conformance/races.rs"]
mod races;
#[path = "../conformance/reading.rs"]
mod reading;
mod schema;
#[path = "../conformance/search.rs"]
mod search;
#[path = "../conformance/sessions.rs"]
mod sessions;
mod upgrade;
#[path = "../conformance/writes.rs"]
mod writes;
