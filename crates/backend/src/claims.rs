//! Who works on what: one at a time. Held in the process, which is the only one that serves its
//! books.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guichet_domain::id::{PaymentId, SessionId};

/// What one at a time works on.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Claim {
    /// A request of this scope with this `Idempotency-Key`.
    Request(String, String),
    /// Any request of this scope, whatever its key.
    Scope(String),
    /// Going on with a payment of this session: its payments are ordered one after the other.
    GoingOn(SessionId),
    /// Taking up this payment once that is due.
    TakingUp(PaymentId),
    /// Recording that the deadline of this payment has passed.
    Deadline(PaymentId),
}

/// What is being worked on.
#[derive(Default)]
pub(crate) struct Claims(Mutex<HashSet<Claim>>);

impl Claims {
    /// Takes a claim; none if somebody holds it. It is released when it is dropped.
    pub(crate) fn take(self: &Arc<Self>, claim: Claim) -> Option<Claimed> {
        self.held().insert(claim.clone()).then(|| Claimed {
            claims: Arc::clone(self),
            claim,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashSet<Claim>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A claim that is held.
pub(crate) struct Claimed {
    claims: Arc<Claims>,
    claim: Claim,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.claims.held().remove(&self.claim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_claim_the_same_one_has_it_until_it_is_dropped() {
        let claims = Arc::new(Claims::default());
        let scope = || Claim::Scope("shop/a".into());
        let held = claims.take(scope());
        assert!(held.is_some());
        assert!(claims.take(scope()).is_none());
        assert!(claims.take(Claim::Scope("shop/b".into())).is_some());
        drop(held);
        assert!(claims.take(scope()).is_some());
    }
}
