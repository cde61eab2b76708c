//! Which face the widget shows: a total function of what the backend said and what the shopper is
//! doing. The address of the page plays no part in it.

use guichet_wire::{CheckoutSession, CheckoutStatus, ProblemCode, Status};

use super::entry::{Entry, EntryStep};
use super::face::{Choice, Face, Intent, Meaning, Outage, PressStep, Trouble, meaning};
use super::saved::Saved;

/// Everything that the widget knows.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The backend's last word, with its status kept up to date.
    pub session: Option<CheckoutSession>,
    /// What stands chosen in the list.
    pub chosen: Option<Choice>,
    /// The shopper has had a say in it.
    pub picked: bool,
    /// The shopper's saved cards.
    pub saved: Saved,
    /// The shopper wants the card to be saved that is going to be typed on the platform's page.
    pub save: bool,
    /// What the shopper is doing.
    pub step: PressStep,
    /// The shop's page was asked whether the shopper may pay, and takes its time.
    pub asking: bool,
    /// What keeps everything else from being shown.
    pub outage: Option<Outage>,
    /// What is said above the button.
    pub trouble: Option<Trouble>,
    /// The shopper asked for the list although a payment is under way.
    pub anyway: bool,
    /// A wish to pay whose outcome is not known.
    pub intent: Option<Intent>,
    /// The payment for which something is entered here.
    pub entry: Option<Box<Entry>>,
    /// Those that were left before anything was sent for them.
    pub aside: Vec<Entry>,
    /// The payment that is leaving, unless another one may be open beside it.
    pub leaving: Option<String>,
    /// Those whose form never left: they can take no money.
    pub never_left: Vec<String>,
    /// What was entered was sent, and the backend has not spoken since.
    pub doubt: bool,
    /// Counts what the backend said that was new.
    pub revision: u32,
    /// Counts what changed in the part of a face that is drawn by itself: the brands of a card that
    /// is typed, or the saved cards in the list.
    pub detail: u32,
}

/// What decides whether the face must be drawn anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    face: Face,
    revision: u32,
    confirming: bool,
    trouble: Option<Trouble>,
}

impl Model {
    /// The session's status.
    #[must_use]
    pub fn status(&self) -> Option<&CheckoutStatus> {
        self.session.as_ref().map(|session| &session.status)
    }

    /// The face to show.
    #[must_use]
    pub fn face(&self) -> Face {
        match self.outage {
            Some(Outage::Offline) => return Face::Offline,
            Some(Outage::Broken | Outage::Failing) => return Face::Broken,
            Some(Outage::Late) => return Face::Expired,
            None => {}
        }
        let Some(status) = self.status() else {
            return Face::Loading;
        };
        match status.status {
            Status::Paid => Face::Paid,
            Status::Authorised => Face::Authorised,
            // What is under way, or held, here is shown all the same.
            Status::Open | Status::Refused | Status::Cancelled | Status::Expired
                if status.paid_elsewhere =>
            {
                Face::PaidElsewhere
            }
            Status::Expired => Face::Expired,
            _ if self.step == PressStep::Leaving => Face::Leaving,
            _ if self.entry.is_some() => {
                let card = self.entry.as_deref().and_then(Entry::card);
                card.map_or(Face::Ask, |_| Face::Card)
            }
            Status::Pending if self.anyway && status.can_pay => Face::Choosing,
            Status::Pending => Face::Waiting,
            Status::Refused => Face::Refused,
            Status::Cancelled => Face::Cancelled,
            Status::Incomplete => Face::Incomplete,
            // A shop that offers nothing can only mend that itself.
            Status::Open if status.can_pay && !self.offers_any() => Face::Broken,
            Status::Open if status.can_pay => Face::Choosing,
            Status::Open if status.open_elsewhere => Face::Waiting,
            Status::Open => Face::Expired,
        }
    }

    /// What the face is drawn from. One on which the shopper is typing is drawn once: the focus,
    /// and what was typed, would be lost.
    #[must_use]
    pub fn drawing(&self) -> Drawing {
        let face = self.face();
        let still = face.is_entry();
        Drawing {
            face,
            revision: if still { 0 } else { self.revision },
            confirming: self.step == PressStep::Confirming,
            trouble: self.trouble,
        }
    }

    /// Whether methods can be chosen now.
    #[must_use]
    pub fn can_choose(&self) -> bool {
        let can_pay = self.status().is_some_and(|status| status.can_pay);
        can_pay && self.face().lists_methods() && self.offers_any()
    }

    fn offers_any(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            let mut offers = session.methods.iter();
            offers.any(|offer| offer.unavailable.is_none())
        })
    }

    /// Whether to warn that a payment may be open on a platform's page.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.can_choose() && self.is_open_elsewhere()
    }

    /// Whether the backend should be asked again without the shopper doing anything.
    #[must_use]
    pub fn polls(&self) -> bool {
        self.step == PressStep::Rest && (self.face() == Face::Waiting || self.warns())
    }

    /// Whether this is offered and can be chosen.
    #[must_use]
    pub fn offers(&self, choice: &Choice) -> bool {
        let offered = self.session.as_ref().is_some_and(|session| {
            let mut offers = session.methods.iter();
            offers.any(|offer| offer.method == choice.method && offer.unavailable.is_none())
        });
        offered && (choice.card.is_none() || self.has_card(choice))
    }
    /// Whether a payment may be open on a platform's page. One that was left before anything was
    /// sent for it, or whose form never left, is pending for the backend, and can take no money.
    pub(crate) fn is_open_elsewhere(&self) -> bool {
        let harmless = |id: &str| {
            let mut left = self.aside.iter();
            left.any(|entry| entry.payment == id && !entry.elsewhere)
                || self.never_left.iter().any(|payment| payment == id)
        };
        let open = self.status().is_some_and(|status| {
            let spoken_of = status.payment.as_ref();
            status.open_elsewhere && !spoken_of.is_some_and(|payment| harmless(&payment.id))
        });
        open || self.doubt
    }

    /// Whether the answer to what was entered is waited for.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        let mut entry = self.entry.iter();
        self.face().is_entry() && entry.any(|entry| entry.step == EntryStep::Checking)
    }

    /// Whether the platform's fields are asked for a token: nothing was sent yet.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        let unread = |entry: &Entry| entry.card().is_some() && entry.given.is_none();
        self.is_checking() && self.entry.as_deref().is_some_and(unread)
    }

    /// Whether an answer is waited for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.asking || self.step == PressStep::Starting || self.is_checking() || self.is_removing()
    }

    /// Whether a request to start a payment, or to go on with one, is still wanted.
    #[must_use]
    pub fn awaits(&self) -> bool {
        self.is_checking() || (self.step == PressStep::Starting && self.can_choose())
    }

    /// Asking for the session or its status was refused with this problem.
    pub fn refused(&mut self, code: &str) {
        self.outage = Some(match ProblemCode::parse(code) {
            ProblemCode::SessionExpired => Outage::Late,
            _ => match meaning(code) {
                Meaning::Outage(outage) => outage,
                _ => Outage::Failing,
            },
        });
    }

    /// Takes a session as the backend described it.
    pub fn take(&mut self, session: CheckoutSession) {
        self.outage = None;
        self.doubt = false;
        if self.session.as_ref() != Some(&session) {
            self.revision += 1;
        }
        self.session = Some(session);
        self.settle_choice();
    }

    /// Takes a newer status.
    pub fn take_status(&mut self, status: CheckoutStatus) {
        self.outage = None;
        self.doubt = false;
        if let Some(session) = &mut self.session
            && session.status != status
        {
            session.status = status;
            self.revision += 1;
        }
        if !self.can_choose() && self.step == PressStep::Confirming {
            self.step = PressStep::Rest;
        }
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
