//! What needs a person, and who looks after it.

use async_trait::async_trait;
use guichet_domain::attention::Matter;

use crate::error::StoreError;
use crate::types::{KeptMatter, LookedAfter};

/// What needs a person, and who looks after it.
#[async_trait]
pub(crate) trait Matters: Send {
    /// What somebody did about it. Who decides by it comes after who does so already.
    async fn looked_after(&mut self, matter: &Matter) -> Result<LookedAfter, StoreError>;

    /// What somebody did about a payment, whatever for.
    async fn of_payment(&mut self, subject: &str) -> Result<Vec<KeptMatter>, StoreError>;

    /// Writes that in place of it.
    async fn look_after(&mut self, matter: &Matter, by: &LookedAfter) -> Result<(), StoreError>;

    /// Forgets what somebody did about it: it is no matter any more.
    async fn forget(&mut self, subject: &str, cause: &str) -> Result<(), StoreError>;

    /// How often a message came that needs a person; none if it does not.
    async fn times(&mut self, matter: &Matter) -> Result<Option<u32>, StoreError>;
}
