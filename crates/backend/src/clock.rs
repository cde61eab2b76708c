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

/// For how long a platform is asked about a payment, in seconds from its making: three days.
const ASK_FOR: i64 = 3 * 24 * 3600;

/// The same where the platform waits for another's word itself: 30 days, and a day to hear of it
/// (Sips release notes 22.4: looked at daily for up to 30 days).
const ASK_FOR_WORD: i64 = 31 * 24 * 3600;

/// Seconds between two questions about what takes longer than three days.
const SELDOM: i64 = 3600;

/// When to ask a platform again that was asked so many times: after 1, 2, 4… seconds, at most 10
/// minutes.
pub(crate) fn ask_again_at(tries: u32) -> i64 {
    unix_now() + (1_i64 << tries.min(9)).min(600)
}

/// Whether a payment made then was asked about for long enough.
pub(crate) fn asked_for_long_enough(created_at: i64) -> bool {
    unix_now() > created_at + ASK_FOR
}

/// When to ask again about a payment made then, whose platform waits for another's word itself;
/// never, once it was asked for long enough.
pub(crate) fn ask_for_word_at(created_at: i64, tries: u32) -> Option<i64> {
    let now = unix_now();
    let soon = ask_again_at(tries);
    let next = if now > created_at + ASK_FOR {
        now + SELDOM
    } else {
        soon
    };
    (now <= created_at + ASK_FOR_WORD).then_some(next)
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system's random source fails"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_anothers_word_is_asked_for_thirty_days() {
        let day = 24 * 3600;
        let now = unix_now();
        assert!(asked_for_long_enough(now - 3 * day - 1));
        let next = |days: i64| ask_for_word_at(now - days * day, 20).map(|at| at - now);
        assert!(next(1).is_some_and(|wait| (512..=522).contains(&wait)));
        for days in [4, 29, 30] {
            assert!(
                next(days).is_some_and(|wait| (3600..=3610).contains(&wait)),
                "{days}"
            );
        }
        assert_eq!(next(32), None);
    }
}
