//! Sessions: read from an order, offered methods, told of.

pub(crate) mod offers;
pub(crate) mod order;
pub(crate) mod secret;
pub(crate) mod shopper;
pub(crate) mod views;
