//! What the examples are made of.

use jiff::civil::{DateTime, date};

use crate::Place;
use crate::el::El;

/// What an attacker writes wherever a text can be sent from outside.
pub const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> style=\"";

/// What stands in the places of texts from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outside {
    /// What usually stands there.
    Usual,
    /// [`HOSTILE`] in all of them.
    Hostile,
}

impl Outside {
    pub(super) fn says(self, usual: &str) -> String {
        match self {
            Self::Usual => usual.to_owned(),
            Self::Hostile => HOSTILE.to_owned(),
        }
    }
}

/// A page, and what stands around it.
pub(super) struct Body {
    pub(super) name: &'static str,
    pub(super) here: Option<Place>,
    pub(super) title: String,
    pub(super) body: El,
}

/// A moment of the day of the examples.
pub(super) fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 28).at(hour, minute, 0, 0)
}

/// The examples, with what stands in the places of texts from outside.
pub(super) struct Examples(pub(super) Outside);
