//! What is told of a rebilling: how it is to run, and whether the platform knows.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::attention::Attention;
use crate::event::PaymentEvent;
use crate::id::PaymentId;
use crate::money::Amount;

/// On which day a rebilling is to run, and what it is to charge.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Run {
    /// The day; none: at once.
    pub due: Option<Date>,
    /// The amount; none: what its session was made with.
    pub amount: Option<Amount>,
}

/// That a payment charges anew what another one was made with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rebilling {
    /// The other one.
    pub of: PaymentId,
    /// The day on which the platform is to run it; none: at once.
    pub due: Option<Date>,
    /// What it is to charge, where that was said after its session was made.
    pub amount: Option<Amount>,
    /// Unix second of the last word on that.
    pub at: i64,
    /// The word before, where the platform is still to be told of the last one.
    pub untold_since: Option<Run>,
    /// It is not to run any more.
    pub called_off: bool,
}

/// A word on how it is to run.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Word<'a> {
    /// Unix second from which it holds: the last one does.
    at: i64,
    run: Run,
    /// The platform is still to be told.
    untold: bool,
    of: &'a PaymentId,
}

/// All that is told of it.
#[derive(Default)]
pub(super) struct Told<'a> {
    words: BTreeSet<Word<'a>>,
    /// The words that the platform could once not be told, by their second.
    failed: BTreeSet<i64>,
    called_off: bool,
}

impl<'a> Told<'a> {
    pub(super) fn add(&mut self, event: &'a PaymentEvent) {
        match event {
            PaymentEvent::Rebilling {
                of,
                due,
                at,
                amount,
                untold,
            } => {
                let (due, amount) = (*due, *amount);
                self.words.insert(Word {
                    at: *at,
                    run: Run { due, amount },
                    untold: *untold,
                    of,
                });
            }
            PaymentEvent::RebillingUntold { since } => {
                self.failed.insert(*since);
            }
            PaymentEvent::CalledOff => self.called_off = true,
            _ => {}
        }
    }

    /// The last word before that second which the platform was told.
    fn told_before(&self, second: i64) -> Option<&Word<'a>> {
        let before = self.words.iter().rev().filter(|word| word.at < second);
        before.into_iter().find(|word| !word.untold)
    }

    /// What is charged anew, if anything is.
    pub(super) fn state(&self) -> Option<Rebilling> {
        let word = self.words.last()?;
        let before = self.told_before(word.at).map(|before| before.run);
        Some(Rebilling {
            of: word.of.clone(),
            due: word.run.due,
            amount: word.run.amount,
            at: word.at,
            untold_since: before.filter(|_| word.untold),
            called_off: self.called_off,
        })
    }

    /// Whether it may charge, or has charged, as before a change that the shop was told is kept.
    /// Nobody needs to look where nothing was charged (`took`) and it is not to run any more, or
    /// where all was given back (`holds`).
    pub(super) fn attention(&self, took: bool, holds: bool) -> Option<Attention> {
        let word = self.words.last()?;
        if (self.called_off && !took) || (took && !holds) {
            return None;
        }
        let since = self.told_before(word.at).map_or(i64::MIN, |told| told.at);
        let failed = self.failed.range(since..word.at).next().is_some();
        if word.untold {
            return (failed || self.failed.contains(&word.at)).then_some(Attention::ChangeUntold);
        }
        // What is told one second after another word is that word, or takes it back.
        let before = self.words.iter().rev().find(|it| it.at == word.at - 1);
        let taken_back = before.is_some_and(|it| it.untold && it.run != word.run);
        (failed && taken_back).then_some(Attention::ChangeLost)
    }
}
