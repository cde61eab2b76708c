//! Notices as messages to shops' servers: how one is written, signed and sent.

pub(crate) mod message;
pub(crate) mod schedule;
pub(crate) mod sender;
#[cfg(test)]
mod testing;
