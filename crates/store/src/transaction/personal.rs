//! What is known of shoppers.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};

use crate::error::StoreError;

/// What is known of shoppers.
#[async_trait]
pub(crate) trait Personal: Send {
    /// Sessions of a shop that ended before that Unix second, of which nothing was recorded since,
    /// and that are not erased; the oldest first, at most so many.
    async fn erasable(
        &mut self,
        shop: &Slug,
        before: i64,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Sessions that are not erased of a shopper, by the shop's own name of them or by their e-mail
    /// address.
    async fn sessions_of(
        &mut self,
        shop: Option<&Slug>,
        shopper: &str,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Forgets what saved cards' first payments left, and gives of how many cards.
    async fn forget_cards(&mut self, shop: Option<&Slug>, shopper: &str)
    -> Result<u64, StoreError>;

    /// Puts this in a session's place, and erases what its payments have word by word.
    async fn erase(&mut self, session: &SessionId, body: &str, now: i64) -> Result<(), StoreError>;

    /// Leaves a session as it is for good.
    async fn skip_erasing(&mut self, session: &SessionId, now: i64) -> Result<(), StoreError>;
}
