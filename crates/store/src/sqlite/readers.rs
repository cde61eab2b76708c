//! Those who read: a few connections that can't write.

use std::sync::Arc;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

use crate::error::StoreError;
use crate::health::Health;

/// Hands out connections to read by.
#[derive(Debug)]
pub(super) struct Readers {
    pool: SqlitePool,
    health: Arc<Health>,
}

impl Readers {
    pub(super) fn new(pool: SqlitePool, health: Arc<Health>) -> Self {
        Self { pool, health }
    }

    /// Reads. Damage that is met is kept in mind.
    pub(super) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let read = async { work(&mut *self.pool.acquire().await?).await };
        self.health.seen(read.await)
    }

    /// The same where several statements are to tell of one moment.
    pub(super) async fn read_at_once<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let read = async { work(&mut *self.pool.begin().await?).await };
        self.health.seen(read.await)
    }

    /// Waits for what is under way and closes the file.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Reads as little as can be.
pub(super) async fn look(db: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT 1").execute(db).await?;
    Ok(())
}

/// What a function reads that takes a connection and these arguments.
macro_rules! read {
    ($store:ident, $($function:ident)::+ ($($argument:expr),*)) => {
        $store
            .readers
            .read(async |db| $($function)::+(db, $($argument),*).await)
            .await
    };
    ($store:ident, at_once $($function:ident)::+ ($($argument:expr),*)) => {
        $store
            .readers
            .read_at_once(async |db| $($function)::+(db, $($argument),*).await)
            .await
    };
}

pub(super) use read;
