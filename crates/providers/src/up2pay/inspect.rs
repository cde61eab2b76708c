//! The pure part of `guichet inspect up2pay-…`: why is a call refused, why does a notification not
//! verify? Keys come in as text and never go out.

mod field;
mod notification;
mod request;
mod rules;
mod unreadable;

pub use notification::{Explained, NotificationReport, notification};
pub use request::{RequestReport, Verdict, request};
pub use rules::Broken;
pub use unreadable::Unreadable;
