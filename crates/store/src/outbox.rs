//! Notices to shops' servers, from the books to their delivery.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};

use crate::error::StoreError;
use crate::types::{Endpoint, Followed, KeptNotice, OutgoingNotice, Replay, Sent};

/// What the books know of notices. They are written with the events that call for them.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes over which shops take notices, and where. One whose address is new is enabled.
    async fn set_endpoints(&self, endpoints: &[(Slug, String)], now: i64)
    -> Result<(), StoreError>;

    /// Sessions whose time has passed and of which that was not recorded yet, at most `limit`.
    /// What is paid counts for nothing here.
    async fn due_expiries(&self, now: i64, limit: u32) -> Result<Vec<SessionId>, StoreError>;

    /// Records that their time has passed, and tells the shop of those that nothing can pay.
    async fn record_expiries(&self, sessions: &[SessionId], now: i64) -> Result<(), StoreError>;

    /// Takes notices that are due, before they are sent: at most `limit`, and at most `each` of one
    /// shop are under way at a time. Each counts as a try, and is put off by
    /// [`SENDING_SECONDS`](crate::SENDING_SECONDS): until what came of it is recorded, nobody sends
    /// it again. Of one session an earlier one goes first, unless it has failed too often.
    async fn take_notices(
        &self,
        now: i64,
        limit: u32,
        each: u32,
    ) -> Result<Vec<OutgoingNotice>, StoreError>;

    /// Records what came of sending a notice, and gives what follows from it.
    async fn record_sent(
        &self,
        notice: &OutgoingNotice,
        sent: &Sent,
        now: i64,
    ) -> Result<Followed, StoreError>;

    /// Every endpoint, by shop.
    async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError>;

    /// Notices: those first that were not delivered, then the latest; at most `limit`.
    async fn notices(&self, shop: Option<&Slug>, limit: u32)
    -> Result<Vec<KeptNotice>, StoreError>;

    /// Sends notices again, whatever became of them, and gives how many.
    async fn replay_notices(&self, which: Replay<'_>, now: i64) -> Result<u64, StoreError>;

    /// Sends nothing to a shop any more, or sends again what waits. `false`: it has no endpoint.
    async fn enable_endpoint(
        &self,
        shop: &Slug,
        enabled: bool,
        now: i64,
    ) -> Result<bool, StoreError>;
}
