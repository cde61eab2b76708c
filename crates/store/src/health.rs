//! Whether the books are whole and can be written, as far as is known.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::StoreError;

/// How often it is said again that nothing can be written.
const REMINDER: Duration = Duration::from_secs(60);

/// For how long a write shows that the next one will do.
const FRESH: Duration = Duration::from_secs(1);

/// What became of the last writes.
#[derive(Debug, Default)]
pub(crate) struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What was met of damage.
    damaged: Option<String>,
    wrote: Option<Instant>,
    failing: Option<Failing>,
}

#[derive(Debug)]
struct Failing {
    since: Instant,
    said: Instant,
    failures: u64,
}

impl Health {
    /// A transaction is on disk.
    pub(crate) fn wrote(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wrote = Some(Instant::now());
        if let Some(failing) = state.failing.take() {
            let seconds = failing.since.elapsed().as_secs();
            let failures = failing.failures;
            tracing::warn!(seconds, failures, "the books can be written again");
        }
    }

    /// A transaction could not be begun, or not be committed.
    pub(crate) fn failed(&self, error: &StoreError) {
        if let StoreError::Damaged(what) = error {
            self.met_damage(what);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        state.wrote = None;
        let say = |failures: u64| {
            tracing::error!(
                alert = "store", error.cause = %error, failures,
                "the books can't be written: no payment can be taken or confirmed until they can"
            );
        };
        match &mut state.failing {
            Some(failing) => {
                failing.failures += 1;
                if failing.said.elapsed() >= REMINDER {
                    failing.said = now;
                    say(failing.failures);
                }
            }
            None => {
                say(1);
                state.failing = Some(Failing {
                    since: now,
                    said: now,
                    failures: 1,
                });
            }
        }
    }

    /// Keeps damage in mind that was met by what came of this.
    pub(crate) fn seen<T>(&self, came: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError::Damaged(what)) = &came {
            self.met_damage(what);
        }
        came
    }

    /// A statement met damage. It is said once: it does not go away while the file is in use.
    fn met_damage(&self, what: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.damaged.is_some() {
            return;
        }
        state.damaged = Some(what.to_owned());
        tracing::error!(
            alert = "store",
            error.cause = what,
            "the books are damaged: stop this process, keep the file, and restore the last backup"
        );
    }

    /// An error once damage was met, whatever can still be read and written.
    pub(crate) fn refuse_damaged(&self) -> Result<(), StoreError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.damaged {
            Some(what) => Err(StoreError::Damaged(what.clone())),
            None => Ok(()),
        }
    }

    /// Whether something was written a moment ago, and nothing has failed since.
    pub(crate) fn is_fresh(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wrote.is_some_and(|wrote| wrote.elapsed() < FRESH)
    }
}
