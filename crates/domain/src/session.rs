//! A session: one checkout of one order, fixed once by the shop's server.

use std::collections::{BTreeMap, BTreeSet};

use guichet_wire::Status;
use serde::{Deserialize, Serialize};

use crate::id::{PaymentId, SessionId, Slug};
use crate::language::{self, Language};
use crate::method::Method;
use crate::money::{Amount, Currency};
use crate::payment::{Attention, Money, PaymentState};
use crate::shopper::Shopper;
use crate::stage::Stage;

/// Most payments that one session may have.
pub const PAYMENTS_MAX: usize = 20;

/// When the shop takes the money.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// With the payment.
    #[default]
    Automatic,
    /// Later, by a call of the shop. The payment is `authorised` until then.
    Manual,
}

/// One checkout of one order. Nothing in it changes after it was made, but which payment settled
/// it, and `expires_at` when the shop closes it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Session {
    /// Public id.
    pub id: SessionId,
    /// The shop that made it.
    pub shop: Slug,
    /// The shop's own order reference, of any length.
    pub reference: String,
    /// Total to pay.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// Who pays.
    pub shopper: Shopper,
    /// Number of items in the basket, at least 1.
    pub items: u32,
    /// Language for the shopper, if the shop named one. Otherwise the page and the shop decide.
    #[serde(default, deserialize_with = "language::stored")]
    pub locale: Option<Language>,
    /// Methods to offer, in order; none means all that the shop has.
    pub methods: Option<Vec<Method>>,
    /// Part of the amount that meal vouchers may pay.
    pub voucher_eligible_amount: Option<u64>,
    /// When the money is taken.
    pub capture: Capture,
    /// The terminal that takes it, where one does: only the shop's server names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Slug>,
    /// Where the browser goes after the platform's page.
    pub return_url: String,
    /// Unix second from which no new payment may be started.
    pub expires_at: i64,
    /// Unix second of its making.
    pub created_at: i64,
    /// Whatever the shop wants back: never read here.
    pub metadata: BTreeMap<String, String>,
    /// Whether another session with the same reference is another order. Otherwise one payment of
    /// one of them pays the order, and every other one that is paid is a surplus.
    #[serde(default)]
    pub references_repeat: bool,
    /// The session in whose place it was made, because that one had expired unpaid.
    #[serde(default)]
    pub replaces: Option<SessionId>,
    /// The payment that settled it: recorded once, with the fact that settled it.
    pub settled_by: Option<PaymentId>,
    /// The other session in which its order was paid first. Told with the whole book alone.
    #[serde(default)]
    pub paid_in: Option<SessionId>,
}

impl Session {
    /// Whether its order is paid, or reserved, here or in another session.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled_by.is_some() || self.paid_in.is_some()
    }

    /// Takes over which session of its order was settled before all others, if any was. That one
    /// paid the order: the others were paid elsewhere, but for one that is settled itself.
    pub fn know_order(&mut self, first_settled: Option<SessionId>) {
        self.paid_in = first_settled.filter(|first| self.settled_by.is_none() && *first != self.id);
    }
}

/// One payment of a session with its state, as [`overview`] takes it.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The payment's id.
    pub id: &'a PaymentId,
    /// Its state.
    pub state: &'a PaymentState,
    /// How far it has come, where it goes on after its beginning. Such a payment is one try: once
    /// refused, there is no page on which the shopper could try again, unless it still waits for
    /// the browser's return from one.
    pub stage: Option<Stage>,
}

impl Attempt<'_> {
    /// Paid although another payment settled the session, or its order.
    #[must_use]
    pub fn is_surplus(&self, session: &Session) -> bool {
        self.state.money.is_settled() && session.settled_by.as_ref() != Some(self.id)
    }

    /// Whether it may still take money: starting another one warns first.
    #[must_use]
    pub fn may_be_open(&self) -> bool {
        let over = self.is_single() && self.state.money == Money::Refused;
        self.is_unresolved() || (!self.is_dormant() && !over && self.state.may_be_open())
    }

    /// Whether nothing was sent that could take money: it is as good as not begun.
    fn is_dormant(&self) -> bool {
        self.stage.is_some_and(Stage::is_dormant)
    }

    /// Whether it is one try, which a refusal ends.
    fn is_single(&self) -> bool {
        self.stage.is_some_and(|stage| stage != Stage::Return)
    }

    /// No fact has ended it, and it may have taken money.
    fn is_unresolved(&self) -> bool {
        self.stage.is_some_and(Stage::is_unresolved)
            && matches!(self.state.money, Money::Pending | Money::Expired)
    }

    /// What an operator should look at, given what else happened in the session.
    #[must_use]
    pub fn attention(&self, session: &Session) -> BTreeSet<Attention> {
        let mut attention = self.state.attention.clone();
        if self.is_unresolved() && self.state.deadline_passed {
            attention.insert(Attention::StillPending);
        }
        // What was given back, or let go, need not be looked at any more.
        let holds = self.state.balance().held() > 0;
        if self.is_surplus(session) && holds {
            attention.insert(Attention::Surplus);
        }
        if session.is_settled() && self.state.holds_a_part() && holds {
            attention.insert(Attention::PartHeld);
        }
        attention
    }

    /// Where this payment stands in its session. Once another payment has settled the session, a
    /// payment that holds a part and whose shopper has left its page is incomplete.
    #[must_use]
    pub fn status(&self, session: &Session) -> Status {
        if self.is_unresolved() {
            return Status::Pending;
        }
        let shown = self.state.shown();
        if shown == Status::Pending && session.is_settled() && self.state.holds_a_part() {
            return Status::Incomplete;
        }
        shown
    }
}

/// A session as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Overview {
    /// The session's status.
    pub status: Status,
    /// Position, in the attempts given, of the payment that `status` speaks of.
    pub speaks_of: Option<usize>,
    /// Whether a new payment may be started.
    pub can_pay: bool,
    /// Whether a payment may still be open on a platform's page.
    pub open_elsewhere: bool,
    /// Whether it has expired, its order is unpaid, and nothing of it may still take money.
    pub dead: bool,
}

/// Puts a session's payments together. `attempts` are in the order in which they were made.
#[must_use]
pub fn overview(session: &Session, attempts: &[Attempt<'_>], now: i64) -> Overview {
    overview_once(session, attempts, now >= session.expires_at)
}

/// The same for a session that has `expired` or has not.
#[must_use]
pub fn overview_once(session: &Session, attempts: &[Attempt<'_>], expired: bool) -> Overview {
    let settled_by = |attempt: &Attempt<'_>| match &session.settled_by {
        Some(id) => attempt.id == id,
        // Paid here though the order was paid elsewhere before.
        None => attempt.state.money.is_settled(),
    };
    let settled = attempts.iter().position(settled_by);
    let speaks_of = settled.or_else(|| attempts.iter().rposition(|attempt| !attempt.is_dormant()));
    let status = match speaks_of {
        Some(index) => match attempts[index].status(session) {
            Status::Expired if !expired => Status::Open,
            Status::Refused | Status::Cancelled if expired => Status::Expired,
            status => status,
        },
        None if expired => Status::Expired,
        None => Status::Open,
    };
    let open_elsewhere = settled.is_none() && attempts.iter().any(Attempt::may_be_open);
    let settled = settled.is_some() || session.is_settled();
    Overview {
        status,
        speaks_of,
        can_pay: !settled && !expired && attempts.len() < PAYMENTS_MAX,
        open_elsewhere,
        dead: expired && !settled && !open_elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use guichet_wire::{MethodKind, PartKind, PartStatus};

    use super::*;
    use crate::event::PaymentEvent;
    use crate::payment::fold;
    use crate::testing::{part, session, terms};

    #[test]
    fn an_order_was_paid_elsewhere_only_where_its_session_is_not_settled_itself() {
        let first = SessionId::from_random([2; 16]);
        let mut here = session();
        here.know_order(Some(first.clone()));
        assert_eq!(
            (here.paid_in.as_ref(), here.is_settled()),
            (Some(&first), true)
        );
        here.know_order(None);
        assert_eq!((here.paid_in.as_ref(), here.is_settled()), (None, false));
        here.know_order(Some(here.id.clone()));
        assert_eq!(here.paid_in, None, "it is the first itself");
        here.settled_by = Some(PaymentId::from_random([1; 16]));
        here.know_order(Some(first));
        assert_eq!(here.paid_in, None, "a surplus, and not paid elsewhere");
    }

    fn by_card(status: PartStatus) -> PaymentEvent {
        PaymentEvent::Part(part("1", PartKind::Card, 1500, status))
    }

    fn state(events: &[PaymentEvent]) -> PaymentState {
        let terms = terms("card", MethodKind::Card, 1500);
        fold(&terms, events)
    }

    fn seen(states: &[(&PaymentState, bool)], now: i64) -> Overview {
        let ids: Vec<_> = (1_u8..)
            .take(states.len())
            .map(|n| PaymentId::from_random([n; 16]))
            .collect();
        let attempts: Vec<_> = ids
            .iter()
            .zip(states)
            .map(|(id, (state, dormant))| Attempt {
                id,
                state,
                stage: dormant.then_some(Stage::Token),
            })
            .collect();
        overview(&session(), &attempts, now)
    }

    #[test]
    fn a_payment_on_the_platforms_page_may_be_open_and_warns() {
        let fresh = state(&[]);
        let seen = seen(&[(&fresh, false)], 1100);
        assert_eq!(
            (seen.status, seen.open_elsewhere, seen.can_pay),
            (Status::Pending, true, true)
        );
    }

    #[test]
    fn fields_that_wait_to_be_filled_are_as_good_as_not_begun() {
        let fresh = state(&[]);
        let seen = seen(&[(&fresh, true)], 1100);
        assert_eq!(
            (seen.status, seen.open_elsewhere, seen.can_pay),
            (Status::Open, false, true)
        );
    }

    #[test]
    fn a_refusal_ends_a_payment_that_is_one_try_and_leaves_a_platforms_page_open() {
        let refused = state(&[by_card(PartStatus::Refused)]);
        let id = PaymentId::from_random([1; 16]);
        for (stage, open) in [
            (Some(Stage::Over), false),
            (Some(Stage::Return), true),
            (None, true),
        ] {
            let attempt = Attempt {
                id: &id,
                state: &refused,
                stage,
            };
            let seen = overview(&session(), &[attempt], 1100);
            assert_eq!((seen.status, seen.open_elsewhere), (Status::Refused, open));
        }
    }

    #[test]
    fn what_may_have_taken_money_is_pending_however_late_it_is() {
        let late = state(&[PaymentEvent::DeadlinePassed]);
        let id = PaymentId::from_random([1; 16]);
        let attempt = |unresolved| Attempt {
            id: &id,
            state: &late,
            stage: Some(if unresolved {
                Stage::Unknown
            } else {
                Stage::Over
            }),
        };
        let seen = |unresolved| {
            let seen = overview(&session(), &[attempt(unresolved)], 1100);
            (seen.status, seen.open_elsewhere)
        };
        assert_eq!(seen(true), (Status::Pending, true));
        assert_eq!(seen(false), (Status::Open, false));
        let attention = attempt(true).attention(&session());
        assert!(attention.contains(&Attention::StillPending));
        assert!(attempt(false).attention(&session()).is_empty());
    }

    #[test]
    fn an_order_that_was_paid_in_another_session_is_not_paid_again_and_a_surplus_is_told() {
        let elsewhere = Session {
            paid_in: Some(SessionId::from_random([9; 16])),
            ..session()
        };
        let unpaid = overview(&elsewhere, &[], 1100);
        assert_eq!((unpaid.status, unpaid.can_pay), (Status::Open, false));
        assert!(!overview(&elsewhere, &[], 2000).dead);

        let (paid, fresh) = (state(&[by_card(PartStatus::Accepted)]), state(&[]));
        let ids = [1, 2].map(|n| PaymentId::from_random([n; 16]));
        let attempts = [(&ids[0], &paid), (&ids[1], &fresh)].map(|(id, state)| Attempt {
            id,
            state,
            stage: None,
        });
        // Who paid is never called unpaid, whatever was begun after it.
        let seen = overview(&elsewhere, &attempts, 1100);
        assert_eq!((seen.status, seen.speaks_of), (Status::Paid, Some(0)));
        assert!(attempts[0].is_surplus(&elsewhere));
        assert!(
            attempts[0]
                .attention(&elsewhere)
                .contains(&Attention::Surplus)
        );
    }

    #[test]
    fn a_session_is_dead_once_it_has_expired_and_nothing_of_it_may_take_money() {
        let (fresh, late) = (state(&[]), state(&[PaymentEvent::DeadlinePassed]));
        assert!(!seen(&[], 1999).dead);
        assert!(seen(&[], 2000).dead);
        assert!(seen(&[(&late, false)], 2000).dead);
        assert!(seen(&[(&fresh, true)], 2000).dead);
        assert!(!seen(&[(&fresh, false)], 2000).dead);
    }

    #[test]
    fn an_expired_session_takes_no_payment_and_still_tells_of_the_one_under_way() {
        let fresh = state(&[]);
        assert_eq!(seen(&[], 2000).status, Status::Expired);
        let seen = seen(&[(&fresh, false)], 2000);
        assert_eq!((seen.status, seen.can_pay), (Status::Pending, false));
    }
}
