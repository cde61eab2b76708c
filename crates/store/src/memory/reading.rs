//! Nobody sits at a desk of a simulation.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};

use super::{MemoryStore, not_here};
use crate::error::StoreError;
use crate::reading::Reading;
use crate::types::{Arrived, KeptNotice, Taking};

#[async_trait]
impl Reading for MemoryStore {
    async fn arrived_for(&self, _: &PaymentId, _: u32) -> Result<Vec<Arrived>, StoreError> {
        not_here()
    }

    async fn notices_of(&self, _: &SessionId) -> Result<Vec<KeptNotice>, StoreError> {
        not_here()
    }

    async fn takings(&self, _: &Slug, _: i64, _: i64) -> Result<Vec<Taking>, StoreError> {
        not_here()
    }
}
