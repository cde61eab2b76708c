//! What this process remembers of what people asked at the desk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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
