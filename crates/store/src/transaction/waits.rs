//! What waits for a time.

use async_trait::async_trait;
use guichet_domain::id::PaymentId;

use crate::error::StoreError;

/// What is tried again at a time of its own, whatever its payment's deadline.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Waiting {
    /// Questions to the platforms.
    Questions,
    /// What is done with money.
    Operations,
    /// Notices to shops' servers.
    Notices,
}

/// What waits for a time.
#[async_trait]
pub(crate) trait Waits: Send {
    /// Brings deadlines that did not pass yet nearer, to `latest`.
    async fn bound_deadlines(&mut self, latest: i64) -> Result<(), StoreError>;

    /// Brings next tries nearer, to `latest`.
    async fn bound_tries(&mut self, of: Waiting, latest: i64) -> Result<(), StoreError>;

    /// The payments that go on and wait until after `then` and after their deadline, and that
    /// deadline.
    async fn late_payments(&mut self, then: i64) -> Result<Vec<(PaymentId, i64)>, StoreError>;

    /// Writes until when a payment that goes on waits.
    async fn set_wait(&mut self, payment: &PaymentId, until: i64) -> Result<(), StoreError>;
}
