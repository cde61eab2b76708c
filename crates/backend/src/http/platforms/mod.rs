//! What comes from a platform: its notifications, and the browsers that it sends back.

pub(super) mod back;
pub(super) mod notify;

/// Most bytes of a notification, query or body.
pub(crate) const NOTIFICATION_MAX: usize = 16 * 1024;
