//! Deeds that wait for a second person.

use super::deed::{Deed, Second, WrittenDeed};

/// What of a deed waits for a second person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Asking {
    /// How much can't be taken later, as the asker was told, in minor units.
    pub gives_up: u64,
    /// How many instructions the payment had when they looked.
    pub seen: u64,
    /// Unix second from which nobody can approve it.
    pub expires_at: i64,
}

/// A deed that was asked for, and what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// What was asked for, by whom, and why nothing came of it, if that is so.
    pub asked: WrittenDeed,
    /// What of it waits.
    pub asking: Asking,
}

impl Approval {
    /// Whether it waits for somebody.
    #[must_use]
    pub fn waits(&self, now: i64) -> bool {
        let decided = self.asked.second.is_some() || self.asked.undone.is_some();
        !decided && now < self.asking.expires_at
    }
}

/// What became of a second person's decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decided {
    /// It is decided so, now or by the same form before: what was asked for may be done.
    So,
    /// Somebody else decided before.
    By(Second),
    /// It waits for nobody: it was never asked for, its time is over, or something else was asked
    /// for in its place.
    Gone,
    /// Nobody approves what they asked for themselves.
    Own,
    /// The same form was sent before, and this is why nothing was done.
    Undone(String),
    /// The form was used for something else.
    Stale,
}

impl Decided {
    /// Why nothing was done, as the books keep it; none if something was, or if nothing was tried.
    pub(crate) fn why_not(&self) -> Option<String> {
        match self {
            Self::So | Self::Undone(_) | Self::Stale => None,
            Self::By(second) => {
                let what = if second.approved {
                    "approved"
                } else {
                    "declined"
                };
                Some(format!("{} {what} it before", second.person))
            }
            Self::Gone => Some("it waited for nobody any more".into()),
            Self::Own => Some("nobody approves what they asked for themselves".into()),
        }
    }

    /// The same form again, of which this is why nothing was done: it is told what it was told.
    pub(crate) fn again(found: Option<Approval>, why: String) -> Self {
        let second = found.and_then(|found| found.asked.second);
        let by = second.map(Self::By);
        by.filter(|by| by.why_not().as_ref() == Some(&why))
            .unwrap_or(Self::Undone(why))
    }

    /// What follows of how the asked deed stands, for a deed of somebody's. None: it is decided.
    pub(crate) fn of(found: Option<&Approval>, deed: &Deed, approve: bool) -> Option<Self> {
        let Some(found) = found else {
            return Some(Self::Gone);
        };
        if let Some(second) = &found.asked.second {
            return Some(Self::By(second.clone()));
        }
        if approve && found.asked.deed.person == deed.person {
            return Some(Self::Own);
        }
        (!found.waits(deed.happened_at)).then_some(Self::Gone)
    }
}
