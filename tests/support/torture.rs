//! How long an attack goes on: a moment beside all other tests, for hours by `cargo xtask torture`,
//! which sets these variables.

use std::time::Duration;

/// Rounds of an attack that is made in rounds: `GUICHET_TORTURE_ROUNDS`, or as many as is usual.
pub(crate) fn rounds(usual: u32) -> u32 {
    number("GUICHET_TORTURE_ROUNDS").unwrap_or(usual)
}

/// The time of an attack that goes on all the time: `GUICHET_TORTURE_SECONDS`, or the usual one.
pub(crate) fn seconds(usual: u32) -> Duration {
    Duration::from_secs(number("GUICHET_TORTURE_SECONDS").unwrap_or(usual).into())
}

fn number(name: &str) -> Option<u32> {
    let value = std::env::var(name).ok()?;
    let number = value.parse().ok().filter(|number| *number > 0);
    Some(number.unwrap_or_else(|| panic!("{name} must be a number above 0: {value:?}")))
}
