//! Erasing what is known of shoppers. What moved, the ledger and the orders' references stay.

use async_trait::async_trait;
use guichet_domain::id::Slug;

use crate::error::StoreError;
use crate::types::Erased;

/// What is erased of a session: the shopper, the shop's own metadata, the reasons of operations,
/// what platforms and browsers sent word by word, and what a payment that goes on was handed.
#[async_trait]
pub trait Erasing: Send + Sync {
    /// Erases what is known of the shoppers of sessions that nothing has happened to since that
    /// Unix second, the oldest first, at most `limit`. How many there were.
    async fn erase_old(
        &self,
        shop: &Slug,
        before: i64,
        limit: u32,
        now: i64,
    ) -> Result<u32, StoreError>;

    /// Forgets what belongs to no session, from before that Unix second, at most `limit` of each:
    /// what messages that fit nothing, or could not be taken, were word by word; and what requests
    /// were answered. How many there were.
    async fn forget_old(&self, before: i64, limit: u32) -> Result<u32, StoreError>;

    /// Erases what is known of one shopper, by the shop's own name of them or by their e-mail
    /// address, at one shop or at all. Left as it is where money may still move.
    async fn erase_shopper(
        &self,
        shop: Option<&Slug>,
        shopper: &str,
        now: i64,
    ) -> Result<Erased, StoreError>;
}
