//! How long an attack goes on: a moment beside all other tests, for hours by `cargo xtask torture`,
//! which sets this variable.

/// Rounds of an attack that is made in rounds: `GUICHET_TORTURE_ROUNDS`, or as many as is usual.
pub(crate) fn rounds(usual: u32) -> u32 {
    number("GUICHET_TORTURE_ROUNDS").unwrap_or(usual)
}

fn number(name: &str) -> Option<u32> {
    let value = std::env::var(name).ok()?;
    let number = value.parse().ok().filter(|number| *number > 0);
    Some(number.unwrap_or_else(|| panic!("{name} must be a number above 0: {value:?}")))
}
