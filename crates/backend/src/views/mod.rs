//! The books in the words of the interfaces: shapes that are sent as JSON, and nothing else.

pub(crate) mod checkout;
pub(crate) mod operations;
pub(crate) mod shop;
