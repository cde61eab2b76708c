//! What happens without a request: one loop ([`due`]), and the kinds of work that it does.

pub(crate) mod conversations;
pub(crate) mod deadlines;
pub(crate) mod due;
pub(crate) mod erasing;
pub(crate) mod expiries;
pub(crate) mod left_behind;
pub(crate) mod notices;
pub(crate) mod operations;
pub(crate) mod questions;
pub(crate) mod reports;
