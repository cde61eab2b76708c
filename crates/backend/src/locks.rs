//! What one at a time works on. These locks are held in the process, which is the only one that
//! serves its books.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guichet_domain::id::{OperationId, PaymentId, SessionId, Slug};

/// What one at a time works on.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Lock {
    /// A request of this scope with this `Idempotency-Key`.
    Request(String, String),
    /// Any request of this scope, whatever its key.
    Scope(String),
    /// Going on with a payment of this session: its payments are ordered one after the other.
    GoingOn(SessionId),
    /// Taking up this payment once that is due.
    TakingUp(PaymentId),
    /// Doing this operation.
    Operating(OperationId),
    /// Recording that the deadline of this payment has passed.
    Deadline(PaymentId),
    /// Sending a command to this terminal of this account.
    Terminal(Slug, Slug),
}

/// The locks that are held.
#[derive(Default)]
pub(crate) struct Locks(Mutex<HashSet<Lock>>);

impl Locks {
    /// Takes a lock; none where it is held. It is released when it is dropped.
    pub(crate) fn take(self: &Arc<Self>, lock: Lock) -> Option<Locked> {
        self.held().insert(lock.clone()).then(|| Locked {
            locks: Arc::clone(self),
            lock,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashSet<Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock that is held.
pub(crate) struct Locked {
    locks: Arc<Locks>,
    lock: Lock,
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.locks.held().remove(&self.lock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_want_the_same_one_has_it_until_it_is_dropped() {
        let locks = Arc::new(Locks::default());
        let scope = || Lock::Scope("shop/a".into());
        let held = locks.take(scope());
        assert!(held.is_some());
        assert!(locks.take(scope()).is_none());
        assert!(locks.take(Lock::Scope("shop/b".into())).is_some());
        drop(held);
        assert!(locks.take(scope()).is_some());
    }
}
