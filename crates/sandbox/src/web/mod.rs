//! What the listeners and the pages of both platforms share.

pub(crate) mod control;
pub(crate) mod cut;
pub(crate) mod known_hosts;
pub(crate) mod policy;
pub(crate) mod views;
