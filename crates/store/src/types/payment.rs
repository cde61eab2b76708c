//! Payments as they were made.

use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::payment::Terms;
use guichet_domain::session::{Capture, Session};
use serde::{Deserialize, Serialize};

use super::idempotency::Kept;

/// A payment as it was made.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Payment {
    /// Public id.
    pub id: PaymentId,
    /// The session that it pays.
    pub session: SessionId,
    /// The provider's name.
    pub provider: String,
    /// Our account there.
    pub account: Slug,
    /// The method chosen.
    pub method: Method,
    /// Its kind, as it was when the payment was made.
    pub kind: guichet_domain::MethodKind,
    /// Our reference at the platform, unique within the account.
    pub reference: String,
    /// Unix second of its making.
    pub created_at: i64,
    /// Unix second at which its page is over for sure.
    pub deadline_at: i64,
}

impl Payment {
    /// What its state depends on.
    #[must_use]
    pub fn terms(&self, session: &Session) -> Terms {
        Terms {
            method: self.method.clone(),
            kind: self.kind,
            total: session.amount,
            manual_capture: session.capture == Capture::Manual,
            voucher_eligible: session.voucher_eligible_amount,
        }
    }
}

/// What became of a new payment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AddedPayment {
    /// Stored, or recalled: see [`Kept`].
    Kept(Kept),
    /// The session, or another one of its order, is settled.
    Settled,
    /// The session has expired.
    Expired,
    /// The session has as many payments as it may have.
    TooMany,
}
