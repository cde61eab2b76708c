//! What all listeners of the sandbox share.

pub(crate) mod known_hosts;
