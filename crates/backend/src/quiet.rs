//! What anybody outside can cause is told of once a minute, with the count, and kept a few times.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use guichet_domain::id::Slug;

use crate::seldom::Seldom;

/// Most refused notifications of one account that are kept in a minute.
const KEPT_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// What was said and kept lately. A key is one of ours, or an account's: nothing of a message, so
/// that there are few.
pub(crate) struct Quiet {
    lines: Mutex<HashMap<String, Seldom>>,
    kept: DefaultKeyedRateLimiter<Slug>,
}

impl Default for Quiet {
    fn default() -> Self {
        Self {
            lines: Mutex::default(),
            kept: RateLimiter::keyed(Quota::per_minute(KEPT_A_MINUTE)),
        }
    }
}

impl Quiet {
    /// Whether the line may be written now, and how many like it were not since the last.
    pub(crate) fn permit(&self, key: &str) -> Option<u64> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(key.to_owned()).or_default();
        line.add();
        line.due().map(|count| count - 1)
    }

    /// Whether one more refused notification of an account may be kept.
    pub(crate) fn may_keep(&self, account: &Slug) -> bool {
        self.kept.check_key(account).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_and_each_account_keeps_a_few() {
        let quiet = Quiet::default();
        assert_eq!([0; 3].map(|_| quiet.permit("a")), [Some(0), None, None]);
        assert_eq!(quiet.permit("b"), Some(0));
        for name in ["main", "other"] {
            let account = Slug::try_from(name.to_owned()).unwrap();
            let kept = (0..1000).filter(|_| quiet.may_keep(&account)).count();
            assert!((20..40).contains(&kept), "{kept}");
        }
    }
}
