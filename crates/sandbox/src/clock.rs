//! The sandbox's one clock.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Now.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the clock of this program"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// An instant as the platform's clocks on the wall show it.
pub(crate) fn in_paris(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC))
}

/// Seconds since 1970.
pub(crate) fn seconds() -> u64 {
    u64::try_from(now().as_second()).unwrap_or(0)
}
