//! The stages of a payment that goes on after its beginning, and what each of them means.
//!
//! The books keep a stage as a word and compare it; what follows from one is decided here. A stage
//! is left for another by compare-and-set, so that of several who try, one succeeds.

use guichet_wire::MethodKind;

/// How long a payment is left alone that somebody talks with the platform about, in seconds: longer
/// than that takes.
pub const TALKING_SECONDS: i64 = 120;

/// How far a payment that goes on after its beginning has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// It is stored and waits for nobody: the request that made it, or its repetition, goes on.
    Proceed,
    /// It waits for what the shopper gives: a token from the platform's fields, a bank, an IBAN.
    Token,
    /// Somebody is talking with the platform. When nothing more is heard of that, it is looked up.
    Talking,
    /// It waits for the browser's return.
    Return,
    /// The browser is back: to be finalised once.
    Finalise,
    /// An answer never came: to be looked up.
    Unknown,
    /// The browser never came back in time. To be looked up, though nothing was ordered.
    Overdue,
    /// It was looked up for days, and the platform never told: a person must.
    GivenUp,
    /// Its session was closed before anything was sent for it: it can't go on.
    Closed,
    /// There is nothing more to do.
    Over,
}

/// A stage, and when a job takes up a payment that is left at it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entered {
    /// The stage.
    pub stage: Stage,
    /// Unix second from which a job takes it up; none: not before somebody else moves it.
    pub next_try_at: Option<i64>,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 10] = [
        Self::Proceed,
        Self::Token,
        Self::Talking,
        Self::Return,
        Self::Finalise,
        Self::Unknown,
        Self::Overdue,
        Self::GivenUp,
        Self::Closed,
        Self::Over,
    ];

    /// The word that stands for it in the books.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proceed => "proceed",
            Self::Token => "token",
            Self::Talking => "talking",
            Self::Return => "return",
            Self::Finalise => "finalise",
            Self::Unknown => "unknown",
            Self::Overdue => "overdue",
            Self::GivenUp => "given_up",
            Self::Closed => "closed",
            Self::Over => "over",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// Whether nothing was sent yet that could take money: the payment is as good as not begun.
    #[must_use]
    pub const fn is_dormant(self) -> bool {
        matches!(self, Self::Proceed | Self::Token | Self::Closed)
    }

    /// Whether something was sent that may have taken money, and its outcome is not known yet.
    #[must_use]
    pub const fn is_unresolved(self) -> bool {
        matches!(
            self,
            Self::Talking | Self::Finalise | Self::Unknown | Self::GivenUp
        )
    }

    /// Whether it waits for the browser, or for the request that made it. The deadline ends that.
    #[must_use]
    pub const fn waits_for_browser(self) -> bool {
        matches!(self, Self::Proceed | Self::Token | Self::Return)
    }

    /// Whether a shopper waits for the job that takes it up: it comes before all others.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Finalise)
    }

    /// The stage to which closing its session leads. What was sent goes on all the same.
    #[must_use]
    pub const fn once_closed(self) -> Self {
        match self {
            Self::Proceed | Self::Token => Self::Closed,
            stage => stage,
        }
    }

    /// The stage to which the passing of its deadline leads: nobody is waited for any more.
    /// `ordered_last`: nothing is taken before it is finalised.
    #[must_use]
    pub const fn past_deadline(self, ordered_last: bool) -> Self {
        match self {
            Self::Proceed | Self::Token => Self::Over,
            // What is ordered last has taken nothing; what the shopper did elsewhere may have.
            Self::Return if ordered_last => Self::Overdue,
            Self::Return => Self::Unknown,
            stage => stage,
        }
    }

    /// The stage at which a job leaves it while it talks with the platform. Whoever only asks sends
    /// nothing that could take money, and stays where it is.
    #[must_use]
    pub const fn taken_up(self) -> Self {
        match self {
            Self::Finalise => Self::Talking,
            // Whoever talked was not heard of again.
            Self::Talking => Self::Unknown,
            stage => stage,
        }
    }

    /// Where a payment stands that is moved to this stage now, and when a job takes it up. Past its
    /// deadline it leads on to where that ends.
    #[must_use]
    pub fn entered(self, ordered_last: bool, deadline_at: i64, now: i64) -> Entered {
        let (stage, next_try_at) = if self.waits_for_browser() && now >= deadline_at {
            let stage = self.past_deadline(ordered_last);
            (stage, (stage != Self::Over).then_some(now))
        } else {
            let next_try_at = match self {
                Self::Proceed | Self::Token | Self::Return => Some(deadline_at),
                Self::Finalise => Some(now),
                Self::Unknown | Self::Overdue => Some(now + 1),
                Self::Talking => Some(now + TALKING_SECONDS),
                Self::Closed | Self::Over | Self::GivenUp => None,
            };
            (self, next_try_at)
        };
        Entered { stage, next_try_at }
    }
}

/// Whether nothing is taken before a payment of that kind is finalised, unless the platform's own
/// page takes it.
#[must_use]
pub const fn is_ordered_last(kind: MethodKind) -> bool {
    matches!(kind, MethodKind::Card | MethodKind::DirectDebit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [MethodKind; 8] = [
        MethodKind::Card,
        MethodKind::MealVoucher,
        MethodKind::HolidayVoucher,
        MethodKind::Choice,
        MethodKind::Wallet,
        MethodKind::CreditTransfer,
        MethodKind::DirectDebit,
        MethodKind::Terminal,
    ];

    #[test]
    fn a_stage_is_read_back_from_its_word_and_no_other_word_is_one() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
        for wrong in ["", "Over", "over ", "begun"] {
            assert_eq!(Stage::parse(wrong), None, "{wrong}");
        }
    }

    /// What each stage means: nothing was sent, money may be moving, the browser is waited for.
    #[test]
    fn every_stage_means_one_thing() {
        let meaning = |stage: Stage| {
            (
                stage.is_dormant(),
                stage.is_unresolved(),
                stage.waits_for_browser(),
                stage.is_urgent(),
            )
        };
        for (stage, meant) in [
            (Stage::Proceed, (true, false, true, false)),
            (Stage::Token, (true, false, true, false)),
            (Stage::Talking, (false, true, false, false)),
            (Stage::Return, (false, false, true, false)),
            (Stage::Finalise, (false, true, false, true)),
            (Stage::Unknown, (false, true, false, false)),
            (Stage::Overdue, (false, false, false, false)),
            (Stage::GivenUp, (false, true, false, false)),
            (Stage::Closed, (true, false, false, false)),
            (Stage::Over, (false, false, false, false)),
        ] {
            assert_eq!(meaning(stage), meant, "{stage:?}");
        }
    }

    #[test]
    fn closing_a_session_stops_what_was_not_sent_and_nothing_else() {
        for stage in Stage::ALL {
            let stopped = stage.once_closed() != stage;
            let unsent = matches!(stage, Stage::Proceed | Stage::Token);
            assert_eq!(stopped, unsent, "{stage:?}");
            assert!(!stopped || stage.once_closed() == Stage::Closed);
        }
    }

    #[test]
    fn the_deadline_ends_every_wait_for_the_browser() {
        for kind in KINDS {
            for stage in Stage::ALL {
                let to = stage.past_deadline(is_ordered_last(kind));
                assert!(!to.waits_for_browser(), "{stage:?} {kind:?}");
                assert_eq!(to != stage, stage.waits_for_browser(), "{stage:?} {kind:?}");
            }
        }
    }

    #[test]
    fn past_its_deadline_what_may_have_paid_elsewhere_is_unresolved() {
        for kind in KINDS {
            let to = Stage::Return.past_deadline(is_ordered_last(kind));
            let last = matches!(kind, MethodKind::Card | MethodKind::DirectDebit);
            assert_eq!(to.is_unresolved(), !last, "{kind:?}");
            let due = Stage::Return.entered(is_ordered_last(kind), 1500, 1500);
            assert_eq!((due.stage, due.next_try_at), (to, Some(1500)), "{kind:?}");
        }
        for stage in [Stage::Proceed, Stage::Token] {
            let due = stage.entered(false, 1500, 1600);
            assert_eq!((due.stage, due.next_try_at), (Stage::Over, None));
        }
    }

    #[test]
    fn every_stage_is_due_to_a_job_or_to_nobody() {
        for (stage, then) in [
            (Stage::Proceed, Some(1500)),
            (Stage::Token, Some(1500)),
            (Stage::Talking, Some(1120)),
            (Stage::Return, Some(1500)),
            (Stage::Finalise, Some(1000)),
            (Stage::Unknown, Some(1001)),
            (Stage::Overdue, Some(1001)),
            (Stage::GivenUp, None),
            (Stage::Closed, None),
            (Stage::Over, None),
        ] {
            let due = stage.entered(false, 1500, 1000);
            assert_eq!((due.stage, due.next_try_at), (stage, then));
            // The deadline moves what waits for the browser, and nothing else.
            if !stage.waits_for_browser() {
                let late = stage.entered(false, 900, 1000);
                assert_eq!((late.stage, late.next_try_at), (stage, then));
            }
        }
    }

    #[test]
    fn whoever_finalises_talks_and_whoever_was_not_heard_of_is_looked_up() {
        for stage in Stage::ALL {
            let expected = match stage {
                Stage::Finalise => Stage::Talking,
                Stage::Talking => Stage::Unknown,
                same => same,
            };
            assert_eq!(stage.taken_up(), expected);
        }
    }
}
