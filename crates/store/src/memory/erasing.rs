//! Nothing of it outlives the process, so nothing is erased here.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};

use super::tables::Tables;
use super::{MemoryStore, not_here};
use crate::erasing::Erasing;
use crate::error::StoreError;
use crate::transaction::Personal;
use crate::types::Erased;

#[async_trait]
impl Erasing for MemoryStore {
    async fn erase_old(&self, _: &Slug, _: i64, _: u32, _: i64) -> Result<u32, StoreError> {
        not_here()
    }

    async fn forget_old(&self, _: i64, _: u32) -> Result<u32, StoreError> {
        not_here()
    }

    async fn erase_shopper(&self, _: Option<&Slug>, _: &str, _: i64) -> Result<Erased, StoreError> {
        not_here()
    }
}

#[async_trait]
impl Personal for Tables {
    async fn erasable(&mut self, _: &Slug, _: i64, _: u32) -> Result<Vec<SessionId>, StoreError> {
        not_here()
    }

    async fn sessions_of(
        &mut self,
        _: Option<&Slug>,
        _: &str,
    ) -> Result<Vec<SessionId>, StoreError> {
        not_here()
    }

    async fn forget_cards(&mut self, _: Option<&Slug>, _: &str) -> Result<u64, StoreError> {
        not_here()
    }

    async fn erase(&mut self, _: &SessionId, _: &str, _: i64) -> Result<(), StoreError> {
        not_here()
    }

    async fn skip_erasing(&mut self, _: &SessionId, _: i64) -> Result<(), StoreError> {
        not_here()
    }
}
