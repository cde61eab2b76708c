//! What the people of a shop are shown beside what its server is told.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};

use crate::error::StoreError;
use crate::types::{Arrived, KeptNotice, Taking};

/// What the desk reads. Nothing is decided by it.
#[async_trait]
pub trait Reading: Send + Sync {
    /// What was sent for a payment, word by word, oldest first, at most `limit`. What was erased is
    /// not among it.
    async fn arrived_for(
        &self,
        payment: &PaymentId,
        limit: u32,
    ) -> Result<Vec<Arrived>, StoreError>;

    /// What a shop's server is told of a session, in the order in which it became true.
    async fn notices_of(&self, session: &SessionId) -> Result<Vec<KeptNotice>, StoreError>;

    /// What moved at a shop in each hour, by where the money waits for the bank: from that Unix
    /// second on and before the other. The oldest hour first.
    async fn takings(&self, shop: &Slug, from: i64, before: i64)
    -> Result<Vec<Taking>, StoreError>;
}
