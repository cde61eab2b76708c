//! How long anything may wait.
//!
//! The time of a next try is set by the clock. When that was ahead for a while and was set right,
//! what was put off meanwhile would wait for the time that it was ahead by.

use crate::error::StoreError;
use crate::transaction::{Transaction, Waiting};
use crate::types::{NOTICE_WAIT_MAX, WAIT_MAX};

/// The latest times at which anything may be due, in Unix seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// A payment's deadline.
    pub(crate) deadline: i64,
    /// The next try of anything that a platform is asked or told.
    pub(crate) next_try: i64,
    /// A notice's next try.
    pub(crate) notice: i64,
}

impl Bounds {
    /// As they are now, where the longest page stays open for so many seconds.
    pub(crate) fn at(now: i64, deadline_max: i64) -> Self {
        Self {
            deadline: now + deadline_max,
            next_try: now + WAIT_MAX,
            notice: now + NOTICE_WAIT_MAX,
        }
    }
}

/// Brings nearer what waits for longer than it may. A payment that goes on may wait for its
/// deadline, however far that is.
pub(crate) async fn bound(tx: &mut dyn Transaction, bounds: &Bounds) -> Result<(), StoreError> {
    tx.bound_deadlines(bounds.deadline).await?;
    tx.bound_tries(Waiting::Questions, bounds.next_try).await?;
    tx.bound_tries(Waiting::Operations, bounds.next_try).await?;
    tx.bound_tries(Waiting::Notices, bounds.notice).await?;
    for (payment, deadline) in tx.late_payments(bounds.next_try).await? {
        tx.set_wait(&payment, deadline.max(bounds.next_try)).await?;
    }
    Ok(())
}
