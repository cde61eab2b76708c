//! What a shop has done with a payment's money: planned, asked for, sent, looked up.
//!
//! An *instruction* is what was asked for at once, an *operation* what is done of it to one part.
//! Whoever sends one says so first; one of which nothing more is heard is looked up before it is
//! sent again.

pub(crate) mod ask;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod left_out;
mod paid;
pub(crate) mod perform;
pub(crate) mod plan;
pub(crate) mod settle;
