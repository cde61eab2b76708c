//! What this process remembers of what people asked at the desk.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use guichet_desk::kit::Tone;

use crate::holds::Place;

/// What a terminal told, and the Unix second of that.
type Told = (i64, Result<(), String>);

/// How each terminal was when a person asked it last, by what this process knows.
#[derive(Default)]
pub(crate) struct Asked(Mutex<HashMap<Place, Told>>);

impl Asked {
    pub(super) fn of(&self, place: &Place) -> Option<Told> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(place).cloned()
    }

    pub(super) fn keep(&self, place: Place, at: i64, told: Result<(), String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(place, (at, told));
    }
}

/// What was found out about the installation when a person asked last.
#[derive(Default)]
pub(crate) struct Checks(Mutex<Check>);

/// How far that is.
#[derive(Clone, Default)]
pub(super) struct Check {
    /// It is being found out.
    pub(super) runs: bool,
    /// The Unix second of the last time, and how what stands.
    pub(super) found: Option<(i64, Vec<(Tone, String)>)>,
}

impl Checks {
    fn now(&self) -> MutexGuard<'_, Check> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn last(&self) -> Check {
        self.now().clone()
    }

    /// `false` where it is being found out already.
    pub(super) fn begin(&self) -> bool {
        !std::mem::replace(&mut self.now().runs, true)
    }

    pub(super) fn end(&self, at: i64, found: Vec<(Tone, String)>) {
        *self.now() = Check {
            runs: false,
            found: Some((at, found)),
        };
    }
}
