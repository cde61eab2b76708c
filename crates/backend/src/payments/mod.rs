//! Payments: started, gone on with, taken up once that is due, looked up, recorded. Nothing here
//! knows HTTP: requests and jobs use the same functions.

pub(crate) mod back;
mod book;
pub(crate) mod called;
pub(crate) mod calls;
pub(crate) mod cards;
pub(crate) mod compare;
pub(crate) mod due;
pub(crate) mod error;
pub(crate) mod go_on;
pub(crate) mod in_hand;
pub(crate) mod ingest;
pub(crate) mod lookup;
pub(crate) mod notified;
pub(crate) mod operations;
pub(crate) mod persist;
#[cfg(test)]
mod played;
pub(crate) mod rebill;
pub(crate) mod review;
pub(crate) mod start;
pub(crate) mod started;
pub(crate) mod terminals;
