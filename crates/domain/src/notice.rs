//! Notices: what a shop's server is told by itself, each once.
//!
//! Which ones a book calls for is a function of what is recorded in it ([`due`]), as the state is.
//! Of one session, kind and [`Subject`] there is one notice: events that come in another order, or
//! again, tell the shop nothing twice.

use guichet_wire::Status;
use serde::{Deserialize, Serialize};

use crate::id::{OperationId, PaymentId, SessionId};
use crate::method::Method;
use crate::money::{Amount, Currency};
use crate::operation::{OperationEvent, OperationKind, Progress};
use crate::payment::{Attention, Money};
use crate::session::{Attempt, Session, overview_once};

/// What a notice tells.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum NoticeKind {
    /// The total is taken: the shop delivers.
    SessionPaid,
    /// The total is reserved: the shop captures later.
    SessionAuthorised,
    /// Time is over and a part only was taken. A late part may still pay the rest.
    SessionIncomplete,
    /// Time is over, the order is unpaid, and nothing may take money that is known of.
    SessionExpired,
    /// A payment took the total although the order was paid by another: refund it.
    SessionSurplus,
    /// A person should look at a payment.
    SessionAttention,
    /// What was reserved is taken.
    PaymentCaptured,
    /// What was reserved, or not remitted yet, is let go.
    PaymentCancelled,
    /// Money was given back.
    PaymentRefunded,
    /// What is reserved was to be taken, and was not.
    PaymentCaptureFailed,
    /// Money was to be let go, and was not.
    PaymentCancelFailed,
    /// Money was to be given back, and was not.
    PaymentRefundFailed,
    /// What had expired is reserved anew.
    PaymentDuplicated,
    /// What had expired was to be reserved anew, and was not.
    PaymentDuplicateFailed,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::SessionPaid,
        Self::SessionAuthorised,
        Self::SessionIncomplete,
        Self::SessionExpired,
        Self::SessionSurplus,
        Self::SessionAttention,
        Self::PaymentCaptured,
        Self::PaymentCancelled,
        Self::PaymentRefunded,
        Self::PaymentCaptureFailed,
        Self::PaymentCancelFailed,
        Self::PaymentRefundFailed,
        Self::PaymentDuplicated,
        Self::PaymentDuplicateFailed,
    ];

    /// Its name in a message.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionPaid => "session.paid",
            Self::SessionAuthorised => "session.authorised",
            Self::SessionIncomplete => "session.incomplete",
            Self::SessionExpired => "session.expired",
            Self::SessionSurplus => "session.surplus",
            Self::SessionAttention => "session.attention",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentCancelled => "payment.cancelled",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentCaptureFailed => "payment.capture_failed",
            Self::PaymentCancelFailed => "payment.cancel_failed",
            Self::PaymentRefundFailed => "payment.refund_failed",
            Self::PaymentDuplicated => "payment.duplicated",
            Self::PaymentDuplicateFailed => "payment.duplicate_failed",
        }
    }

    /// What it tells, for whoever reads of it.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::SessionPaid => "The total is taken: deliver, once.",
            Self::SessionAuthorised => "The total is reserved: capture it later.",
            Self::SessionIncomplete => {
                "Time is over and a part only was taken. A late part may still pay the rest."
            }
            Self::SessionExpired => {
                "Time is over, the order is unpaid, and no known payment may still take money."
            }
            Self::SessionSurplus => "A payment took the total of a paid order: refund it.",
            Self::SessionAttention => "A person should look at a payment.",
            Self::PaymentCaptured => "What was reserved is taken.",
            Self::PaymentCancelled => "What was reserved, or not remitted yet, is let go.",
            Self::PaymentRefunded => "Money was given back.",
            Self::PaymentCaptureFailed => "What is reserved was to be taken, and was not.",
            Self::PaymentCancelFailed => "Money was to be let go, and was not.",
            Self::PaymentRefundFailed => "Money was to be given back, and was not.",
            Self::PaymentDuplicated => "What had expired is reserved anew.",
            Self::PaymentDuplicateFailed => {
                "What had expired was to be reserved anew, and was not."
            }
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What it tells.
    pub kind: NoticeKind,
    /// The rest of what it tells.
    pub content: NoticeContent,
}

/// What tells a notice from the others of its session and kind.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Subject<'a> {
    /// The payment that it is about, if it is about one.
    pub payment: Option<&'a PaymentId>,
    /// Why a person should look at it.
    pub attention: Option<Attention>,
    /// What the shop had done.
    pub operation: Option<&'a OperationId>,
}

impl Notice {
    /// What tells it from the others of its session and kind.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            payment: self.content.payment.as_ref().map(|payment| &payment.id),
            attention: self.content.attention,
            operation: self.content.operation.as_ref().map(|done| &done.id),
        }
    }
}

/// What a notice tells beside its kind: names, states and amounts, and nothing of the shopper.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NoticeContent {
    /// The session.
    pub session: SessionId,
    /// The shop's order reference.
    pub reference: String,
    /// Where the session stood.
    pub status: Status,
    /// Total of the order, in minor units.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// The payment that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payment: Option<NoticePayment>,
    /// Why a person should look at it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attention: Option<Attention>,
    /// What the shop had done, and what became of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<NoticeOperation>,
}

/// An operation in a notice.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NoticeOperation {
    /// Public id.
    pub id: OperationId,
    /// How much of the payment it is about, in minor units.
    pub amount: Amount,
}

/// A payment in a notice.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NoticePayment {
    /// Public id.
    pub id: PaymentId,
    /// The method chosen.
    pub method: Method,
    /// Where it stood.
    pub status: Status,
    /// Sum of the parts that count, in minor units.
    pub accepted: u64,
}

/// Everything that the shop should have been told of a session by now. `expired` tells whether it
/// is recorded that the session's time has passed. Each attempt comes with its payment's method.
#[must_use]
pub fn due(session: &Session, attempts: &[(Method, Attempt<'_>)], expired: bool) -> Vec<Notice> {
    let plain: Vec<_> = attempts
        .iter()
        .map(|(_, attempt)| attempt.clone())
        .collect();
    let whole = overview_once(session, &plain, expired);
    let content = NoticeContent {
        session: session.id.clone(),
        reference: session.reference.clone(),
        status: whole.status,
        amount: session.amount,
        currency: session.currency,
        payment: None,
        attention: None,
        operation: None,
    };
    let mut notices = Vec::new();
    for (method, attempt) in attempts {
        let of_payment = NoticeContent {
            payment: Some(NoticePayment {
                id: attempt.id.clone(),
                method: method.clone(),
                status: attempt.status(session),
                accepted: attempt.state.accepted,
            }),
            ..content.clone()
        };
        of_attempt(session, attempt, &of_payment, &mut notices);
    }
    if whole.dead {
        notices.push(Notice {
            kind: NoticeKind::SessionExpired,
            content,
        });
    }
    notices
}

fn of_attempt(
    session: &Session,
    attempt: &Attempt<'_>,
    content: &NoticeContent,
    notices: &mut Vec<Notice>,
) {
    for operation in &attempt.state.operations {
        if let Some(kind) = of_operation(&operation.event) {
            let content = NoticeContent {
                operation: Some(NoticeOperation {
                    id: operation.event.operation.clone(),
                    amount: operation.event.amount,
                }),
                ..content.clone()
            };
            notices.push(Notice { kind, content });
        }
    }
    let mut add = |kind, attention| {
        let content = NoticeContent {
            attention,
            ..content.clone()
        };
        notices.push(Notice { kind, content });
    };
    let money = attempt.state.money;
    if session.settled_by.as_ref() == Some(attempt.id) {
        match money {
            Money::Paid => add(NoticeKind::SessionPaid, None),
            Money::Authorised => add(NoticeKind::SessionAuthorised, None),
            _ => {}
        }
    }
    if money == Money::Incomplete {
        add(NoticeKind::SessionIncomplete, None);
    }
    for attention in attempt.attention(session) {
        match attention {
            Attention::Surplus => add(NoticeKind::SessionSurplus, Some(attention)),
            // Told as incomplete already.
            Attention::PartHeld if money == Money::Incomplete => {}
            _ => add(NoticeKind::SessionAttention, Some(attention)),
        }
    }
}

/// What is told of an operation that is over.
fn of_operation(event: &OperationEvent) -> Option<NoticeKind> {
    match (event.kind, &event.progress) {
        (OperationKind::Capture, Progress::Done { .. }) => Some(NoticeKind::PaymentCaptured),
        (OperationKind::Cancel, Progress::Done { .. }) => Some(NoticeKind::PaymentCancelled),
        (OperationKind::Refund, Progress::Done { .. }) => Some(NoticeKind::PaymentRefunded),
        (OperationKind::Capture, Progress::Refused { .. }) => {
            Some(NoticeKind::PaymentCaptureFailed)
        }
        (OperationKind::Cancel, Progress::Refused { .. }) => Some(NoticeKind::PaymentCancelFailed),
        (OperationKind::Refund, Progress::Refused { .. }) => Some(NoticeKind::PaymentRefundFailed),
        (OperationKind::Duplicate, Progress::Done { .. }) => Some(NoticeKind::PaymentDuplicated),
        (OperationKind::Duplicate, Progress::Refused { .. }) => {
            Some(NoticeKind::PaymentDuplicateFailed)
        }
        (_, Progress::Asked | Progress::Unknown | Progress::Undecided { .. }) => None,
    }
}

#[cfg(test)]
mod tests;
