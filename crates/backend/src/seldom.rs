//! What happens often and is told of seldom.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines of the log on the same.
const MINUTE: Duration = Duration::from_secs(60);

/// Counts, and says once a minute that the count is due.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<(u64, Option<Instant>)>);

impl Seldom {
    /// It happened.
    pub(crate) fn add(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
    }

    /// How often it has happened since this was last due: at the first time, then once a minute.
    pub(crate) fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = held.1.is_some_and(|told| now.duration_since(told) < MINUTE);
        if held.0 == 0 || told {
            return None;
        }
        held.1 = Some(now);
        Some(std::mem::take(&mut held.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_one_line_and_every_count_is_told() {
        let (seldom, start) = (Seldom::default(), Instant::now());
        assert_eq!(seldom.due_at(start), None);
        seldom.add();
        assert_eq!(seldom.due_at(start), Some(1));
        for _ in 0..1000 {
            seldom.add();
            assert_eq!(seldom.due_at(start + Duration::from_secs(59)), None);
        }
        assert_eq!(seldom.due_at(start + MINUTE), Some(1000));
        assert_eq!(seldom.due_at(start + 2 * MINUTE), None);
    }
}
