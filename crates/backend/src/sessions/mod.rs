//! Sessions: made, offered methods, found and closed. Nothing here knows HTTP or JSON.

pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod folded;
pub(crate) mod offers;
pub(crate) mod secret;
