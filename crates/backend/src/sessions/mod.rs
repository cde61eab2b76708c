//! Sessions: made from an order, offered methods, told of, found and closed. Nothing here knows
//! HTTP.

pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod offers;
pub(crate) mod order;
pub(crate) mod secret;
pub(crate) mod shopper;
pub(crate) mod views;
