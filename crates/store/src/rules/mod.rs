//! What follows from what, within one writing transaction: written once, for every database.

pub(crate) mod erasing;
pub(crate) mod handled;
pub(crate) mod ledger;
pub(crate) mod matters;
pub(crate) mod messages;
pub(crate) mod notices;
pub(crate) mod operations;
pub(crate) mod payments;
pub(crate) mod questions;
pub(crate) mod record;
pub(crate) mod sessions;
pub(crate) mod waits;
