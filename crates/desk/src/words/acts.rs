//! The words of what is done with a payment.

use guichet_domain::desk::Act;

/// Where something stands that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is going to be sent, or is being sent.
    Pending,
    /// It was sent and not answered.
    Unknown,
    /// The platform's word does not decide.
    Undecided,
    /// Some was done.
    PartlyDone,
    /// It was done.
    Done,
    /// It was not, and will not be.
    Refused,
}

/// What is done with a payment.
#[derive(Debug)]
pub struct ActWords {
    /// What an act does.
    pub meaning: fn(Act) -> &'static str,
    /// The field of the amount.
    pub amount: &'static str,
    /// That at most `{sum}` can be written there.
    pub most: &'static str,
    /// What was written there is no amount.
    pub no_amount: &'static str,
    /// Draws the page again for that amount.
    pub show: &'static str,
    /// Another amount was written than what would have been done.
    pub changed: &'static str,
    /// The heading of what will be done.
    pub will: &'static str,
    /// `{sum}` can't be taken later.
    pub gives_up: &'static str,
    /// The heading of what is left out.
    pub left_out: &'static str,
    /// The column of why.
    pub why: &'static str,
    /// It can't be done.
    pub impossible: &'static str,
    /// The field of the reason.
    pub reason: &'static str,
    /// The same field, of what was done about something.
    pub note: &'static str,
    /// Where it must be given.
    pub reason_hint: &'static str,
    /// Where it need not be.
    pub reason_free: &'static str,
    /// What stands there is no reason.
    pub no_reason: &'static str,
    /// The button, with `{sum}` where money moves.
    pub confirm: fn(Act) -> &'static str,
    /// Leads back to where the act was chosen.
    pub back: fn(Act) -> &'static str,
    /// What became of it.
    pub outcome: fn(Outcome) -> &'static str,
    /// What that means.
    pub outcome_meaning: fn(Outcome) -> &'static str,
    /// Looks again.
    pub again: &'static str,
    /// Part by part what became of it.
    pub parts: &'static str,
    /// What is said where one person alone may not do it.
    pub second: SecondWords,
    /// Nothing was done.
    pub undone: &'static str,
    /// Somebody else was first.
    pub meanwhile: &'static str,
    /// More than the day leaves, of which `{sum}` is left.
    pub too_much: &'static str,
    /// The form is no longer good.
    pub stale: &'static str,
    /// The platform can't be asked now.
    pub not_asked: &'static str,
    /// One of the order's payments may still take money.
    pub under_way: &'static str,
    /// The order is paid.
    pub paid: &'static str,
}

/// What one person asks for and another one approves.
#[derive(Debug)]
pub struct SecondWords {
    /// A second person has to approve it.
    pub needed: &'static str,
    /// The button that asks for `{sum}`.
    pub ask: &'static str,
    /// The heading of what waits.
    pub waits: &'static str,
    /// What that means.
    pub waits_meaning: &'static str,
    /// The column of who asked.
    pub asked_by: &'static str,
    /// When they did.
    pub asked_at: &'static str,
    /// Until when it may be approved.
    pub until: &'static str,
    /// It waits, and the reader asked for it.
    pub own: &'static str,
    /// `{person}` approved it, at `{moment}`.
    pub approved: &'static str,
    /// `{person}` declined it, at `{moment}`.
    pub declined: &'static str,
    /// Nobody approved it in time.
    pub lapsed: &'static str,
    /// It waits for nobody.
    pub gone: &'static str,
    /// Nobody approves what they asked for themselves.
    pub own_refused: &'static str,
    /// Leads to what is to be approved.
    pub look: &'static str,
}
