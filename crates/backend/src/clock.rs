//! The one clock and the one random source.

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Now, in Unix seconds.
pub(crate) fn unix_now() -> i64 {
    now().as_second()
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system's random source fails"))?;
    Ok(bytes)
}
