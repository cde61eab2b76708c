//! The one clock and the one random source.

use std::time::{Instant, SystemTime};

#[cfg(test)]
use crate::seam;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub(crate) fn now() -> jiff::Timestamp {
    #[cfg(test)]
    if let Some(now) = seam::now() {
        return now;
    }
    jiff::Timestamp::now()
}

/// Now, in Unix seconds.
pub(crate) fn unix_now() -> i64 {
    now().as_second()
}

/// A moment, from which time passes also while the process is frozen, and while its machine is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    here: Instant,
    wall: SystemTime,
    /// By the clock of a simulation, if there is one.
    #[cfg(test)]
    simulated: Option<jiff::Timestamp>,
}

impl Since {
    pub(crate) fn now() -> Self {
        Self {
            here: Instant::now(),
            wall: SystemTime::now(),
            #[cfg(test)]
            simulated: seam::now(),
        }
    }

    /// How many seconds have passed: the more of what both clocks tell.
    pub(crate) fn seconds(self) -> i64 {
        #[cfg(test)]
        if let (Some(then), Some(now)) = (self.simulated, seam::now()) {
            return now.as_second() - then.as_second();
        }
        let wall = self.wall.elapsed().unwrap_or_default();
        let passed = self.here.elapsed().max(wall).as_secs();
        i64::try_from(passed).unwrap_or(i64::MAX)
    }
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
    unix_now() + pause(tries)
}

/// Whether a payment made then was asked about for long enough.
pub(crate) fn asked_for_long_enough(created_at: i64) -> bool {
    is_long_enough(unix_now() - created_at)
}

/// When to ask again about a payment made then, whose platform waits for another's word itself;
/// never, once it was asked for long enough.
pub(crate) fn ask_for_word_at(created_at: i64, tries: u32) -> Option<i64> {
    let now = unix_now();
    pause_for_word(now - created_at, tries).map(|pause| now + pause)
}

/// Seconds until the next question, after so many.
fn pause(tries: u32) -> i64 {
    (1_i64 << tries.min(10)).min(600)
}

/// Whether what is so many seconds old was asked about for long enough.
fn is_long_enough(age: i64) -> bool {
    age > ASK_FOR
}

/// The same where another's word is waited for.
fn pause_for_word(age: i64, tries: u32) -> Option<i64> {
    let pause = if is_long_enough(age) {
        SELDOM
    } else {
        pause(tries)
    };
    (age <= ASK_FOR_WORD).then_some(pause)
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    #[cfg(test)]
    if let Some(bytes) = seam::random() {
        return Ok(bytes);
    }
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system's random source fails"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When what ends so is asked about, in seconds from its beginning, until nobody asks any more.
    fn schedule(next: impl Fn(i64, u32) -> Option<i64>) -> Vec<i64> {
        let (mut age, mut asked) = (0, Vec::new());
        while let Some(pause) = next(age, u32::try_from(asked.len()).unwrap()) {
            age += pause;
            asked.push(age);
        }
        asked
    }

    #[test]
    fn what_is_open_is_asked_about_soon_then_seldom_and_for_as_long_as_its_platform_takes() {
        const DAY: i64 = 24 * 3600;
        let usual = schedule(|age, tries| (!is_long_enough(age)).then(|| pause(tries)));
        let word = schedule(pause_for_word);
        // How often by then, and the longest that nobody asks until then.
        for (asked, until, times, longest) in [
            (&usual, 8, 3..=3, 4),
            (&usual, 60, 5..=5, 16),
            (&usual, 600, 9..=9, 256),
            (&usual, 3 * DAY, 400..=460, 600),
            (&word, 60, 5..=5, 16),
            (&word, 3 * DAY, 400..=460, 600),
            (&word, 30 * DAY, 1040..=1120, 3600),
            (&word, 99 * DAY, 1060..=1140, 3600),
        ] {
            let by_then: Vec<_> = asked.iter().filter(|at| **at <= until).collect();
            assert!(times.contains(&by_then.len()), "{until}: {}", by_then.len());
            let gaps = by_then.windows(2).map(|two| two[1] - two[0]);
            assert!(gaps.max().unwrap() <= longest, "{until}");
        }
        for (asked, last) in [(&usual, 3 * DAY), (&word, 31 * DAY)] {
            let ended = *asked.last().unwrap();
            assert!((last..last + 2 * 3600).contains(&ended), "{ended}");
            let never_sooner = asked.windows(3).all(|w| w[2] - w[1] >= w[1] - w[0]);
            assert!(never_sooner, "the pauses grow");
        }
    }

    #[test]
    fn no_count_of_tries_is_too_great() {
        assert_eq!(pause(u32::MAX), 600);
        assert_eq!(pause_for_word(i64::MAX, u32::MAX), None);
    }
}
