//! How long something is kept.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

/// The most months.
const MOST: u32 = 120;

/// So many months: 1 to 120.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "u32")]
pub(crate) struct Months(u32);

impl Default for Months {
    /// Thirteen: as long as a debit can be disputed (directive 2015/2366, article 71).
    fn default() -> Self {
        Self(13)
    }
}

impl TryFrom<u32> for Months {
    type Error = String;

    fn try_from(months: u32) -> Result<Self, String> {
        if (1..=MOST).contains(&months) {
            Ok(Self(months))
        } else {
            Err(format!("must be 1 to {MOST} months"))
        }
    }
}

impl Months {
    /// The Unix second that is so long ago.
    pub(crate) fn before(self, now: Timestamp) -> i64 {
        let months = i64::from(self.0);
        let then = now.to_zoned(TimeZone::UTC).checked_sub(months.months());
        then.map_or(i64::MIN, |then| then.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_months_are_by_the_calendar_and_a_time_that_is_none_is_refused() {
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().unwrap();
        let then: Timestamp = "2025-02-28T12:00:00Z".parse().unwrap();
        assert_eq!(Months::default().before(now), then.as_second());
        assert!(Months::try_from(0).is_err() && Months::try_from(121).is_err());
        assert!(Months::try_from(1).is_ok() && Months::try_from(120).is_ok());
    }
}
