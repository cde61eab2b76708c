//! The connections, and how a transaction of ours begins, is tried again, and ends.
//!
//! A connection on which anything failed but a statement is thrown away: what it is in the middle
//! of, nobody knows, and the server takes back what was not committed. So is one that is not given
//! back, since whoever used it went away.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::{Executor as _, PgConnection};

use super::faults::{is_lost, is_stale, tries_again};
use crate::error::StoreError;
use crate::health::Health;

/// How long anybody waits for a connection to write by who may ask again, or to read by.
pub(super) const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a platform's word waits for one. It may come once in its life, and a notification must
/// be answered within 20 seconds.
pub(super) const WORD_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a transaction may take, with all that it waits for.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a transaction is tried that the server ended for the sake of others.
const TRIES: u32 = 10;

/// Connections of a backend that write, and that read. Beside the server's own few there is room
/// for three backends in the hundred that PostgreSQL allows where nobody says anything.
const WRITERS: u32 = 20;
const READERS: u32 = 8;

/// How a session of ours is set up, whatever the server's defaults are. A backend that is frozen or
/// cut off within a transaction loses it, and with it what others wait for, after that time.
const SETTINGS: &str = "
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '5s';
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3;
    SELECT set_config('synchronous_commit', 'on', FALSE)
        WHERE current_setting('synchronous_commit') = 'off'";

/// Where a transaction begins. It is refused by a server that can't be written.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// The same for one that reads, all of one moment, however long that takes.
const BEGIN_TO_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The connections.
#[derive(Debug)]
pub(super) struct Connections {
    writers: PgPool,
    readers: PgPool,
    health: Arc<Health>,
    pub(super) name: Name,
}

/// What this backend is called in the books: what it takes bears its name.
///
/// Once a connection that writes is lost, nobody knows what was taken by it and never begun, and
/// nobody does it before its time. So the backend goes on under another name, as if it had been
/// started anew: it is not heard of under the last one any more, and what bears that is taken up
/// soon, as of one that is dead. What it still has in hand it does as one that was only frozen.
#[derive(Debug)]
pub(super) struct Name {
    first: String,
    state: Mutex<Named>,
}

#[derive(Debug, Default)]
struct Named {
    /// How many names it had before.
    before: u32,
    /// Whether it has done anything under this one.
    used: bool,
    /// Whether it ever said that it is alive, as what serves does and a command does not.
    serves: bool,
    /// Whether it has said so under this name.
    said: bool,
}

impl Name {
    fn state(&self) -> MutexGuard<'_, Named> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a transaction begins that writes under it. Whoever serves is known by each name that it
    /// takes anything under.
    fn begin(&self) -> Cow<'static, str> {
        let mut state = self.state();
        state.used = true;
        if state.before == 0 {
            // Its connections have that one by themselves.
            return BEGIN.into();
        }
        let name = format!("{}-{}", self.first, state.before);
        let begin = format!("{BEGIN}; SET LOCAL application_name = '{name}'");
        match state.serves && !state.said {
            true => format!(
                "{begin}; INSERT INTO backends (name, since, seen_at)
                 VALUES ('{name}', now(), now()) ON CONFLICT DO NOTHING"
            )
            .into(),
            false => begin.into(),
        }
    }

    /// A connection is lost. Those that are lost with it say nothing new.
    fn change(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.used) {
            state.before += 1;
            state.said = false;
        }
    }

    /// How many names it had before this one.
    pub(super) fn before(&self) -> u32 {
        self.state().before
    }

    /// It has said that it is alive, under the one that had so many before it.
    pub(super) fn has_said(&self, before: u32) {
        let mut state = self.state();
        state.serves = true;
        state.said = state.before == before;
    }
}

/// A connection that is thrown away unless it is given back.
pub(super) struct Held(Option<PoolConnection<Postgres>>);

impl Held {
    /// Gives it back, for others to use.
    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

impl Held {
    /// The connection itself.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        let held = self.0.as_deref_mut();
        held.ok_or(StoreError::Unavailable(sqlx::Error::PoolClosed))
    }

    async fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        // Ours, with our own name in it at most.
        let statement = sqlx::AssertSqlSafe(statement);
        self.connection()?.execute(statement).await?;
        Ok(())
    }
}

impl Connections {
    pub(super) fn new(options: &PgConnectOptions, health: Arc<Health>) -> Self {
        Self {
            writers: pool(options, WRITERS, WORD_TIMEOUT),
            readers: pool(options, READERS, TURN_TIMEOUT),
            health,
            name: Name {
                first: options
                    .get_application_name()
                    .unwrap_or_default()
                    .to_owned(),
                state: Mutex::default(),
            },
        }
    }

    /// Begins a transaction, on a connection that is waited for so long: see [`turn`].
    pub(super) async fn begin(&self, patience: Duration) -> Result<Held, StoreError> {
        let begun = begin(&self.writers, Some(&self.name), patience).await;
        begun.inspect_err(|error| self.health.failed(error))
    }

    /// Ends a transaction in which this was done: commits it, or takes back all of it. None where
    /// the server ended it for the sake of others, and it is to be tried again.
    pub(super) async fn end<T>(
        &self,
        mut held: Held,
        worked: Result<T, StoreError>,
        tries: &mut u32,
    ) -> Option<Result<T, StoreError>> {
        match worked {
            Ok(answer) => {
                let committed = within(held.run("COMMIT")).await;
                if let Err(error) = committed {
                    self.name.change();
                    self.health.failed(&error);
                    return Some(Err(error));
                }
                held.give_back();
                self.health.wrote();
                Some(Ok(answer))
            }
            Err(error) if is_lost(&error) => {
                self.name.change();
                self.health.failed(&error);
                Some(Err(error))
            }
            Err(error) => {
                if within(held.run("ROLLBACK")).await.is_ok() {
                    held.give_back();
                }
                *tries += 1;
                if *tries < TRIES && tries_again(&error) {
                    // The other one goes on meanwhile.
                    tokio::time::sleep(Duration::from_millis(u64::from(*tries) * 5)).await;
                    return None;
                }
                Some(self.health.seen(Err(error)))
            }
        }
    }

    /// A connection to read by: see [`read`].
    pub(super) async fn reader(&self) -> Result<Held, StoreError> {
        Ok(Held(Some(self.readers.acquire().await?)))
    }

    /// What was read by it. None where the connection turned out to be lost, as each that was there
    /// is when the server starts anew: it is to be tried again.
    pub(super) fn was_read<T>(
        &self,
        held: Held,
        read: Result<T, StoreError>,
        tries: &mut u32,
    ) -> Option<Result<T, StoreError>> {
        let lost = read.as_ref().err().is_some_and(is_lost);
        if !lost {
            held.give_back();
            return Some(self.health.seen(read));
        }
        *tries += 1;
        (*tries > READERS).then_some(read)
    }

    /// The same where several statements are to tell of one moment.
    pub(super) async fn read_at_once<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut held = begin(&self.readers, None, TURN_TIMEOUT).await?;
        held.run("SET LOCAL statement_timeout = 0").await?;
        let read = work(held.connection()?).await;
        // It wrote nothing.
        if within(held.run("ROLLBACK")).await.is_ok() {
            held.give_back();
        }
        self.health.seen(read)
    }

    /// Waits for what is under way and closes them.
    pub(super) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

fn pool(options: &PgConnectOptions, most: u32, patience: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(patience)
        // Whoever begins on one that is lost takes another.
        .test_before_acquire(false)
        .after_connect(|db, _| Box::pin(async { db.execute(SETTINGS).await.map(drop) }))
        .connect_lazy_with(options.clone())
}

/// Begins a transaction on the first connection that is not lost: one that writes under a name, or
/// one that only reads.
async fn begin(
    pool: &PgPool,
    writes: Option<&Name>,
    patience: Duration,
) -> Result<Held, StoreError> {
    let mut tries = 0;
    loop {
        let connection = tokio::time::timeout(patience, pool.acquire()).await;
        let late = |_| Err(sqlx::Error::PoolTimedOut);
        let mut held = Held(Some(connection.unwrap_or_else(late)?));
        let how = writes.map_or(BEGIN_TO_READ.into(), Name::begin);
        match within(held.run(&how)).await {
            Ok(()) => return Ok(held),
            // Of a server that was the primary once there may be as many as of one that is gone.
            Err(error) if (is_lost(&error) || is_stale(&error)) && tries < WRITERS => {
                tries += 1;
                if let Some(name) = writes {
                    name.change();
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Gives up what takes too long: the connection is to be thrown away then.
pub(super) async fn within<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(TRANSACTION_TIMEOUT, work)
        .await
        .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// Writes what says nothing new, to see whether anything can be written: it takes a number of the
/// transactions', which is written with the commit.
pub(super) async fn try_out(db: &mut PgConnection) -> Result<(), StoreError> {
    db.execute("SELECT pg_current_xact_id()").await?;
    Ok(())
}

/// What a function does in a transaction that takes the connection and these arguments; once more
/// where the server ended it for the sake of others. The answer is given once all is committed;
/// where it is an error, nothing is written. A `word` of a platform's waits longer for a
/// connection.
macro_rules! turn {
    ($store:ident, $($function:ident)::+ ($($argument:expr),*)) => {
        turn!($store, connections::TURN_TIMEOUT, $($function)::+ ($($argument),*))
    };
    ($store:ident, word $($function:ident)::+ ($($argument:expr),*)) => {
        turn!($store, connections::WORD_TIMEOUT, $($function)::+ ($($argument),*))
    };
    ($store:ident, $patience:expr, $($function:ident)::+ ($($argument:expr),*)) => {{
        let mut tries = 0;
        loop {
            let mut held = match $store.connections.begin($patience).await {
                Ok(held) => held,
                Err(error) => break Err(error),
            };
            let worked = match held.connection() {
                Ok(db) => connections::within($($function)::+(db, $($argument),*)).await,
                Err(error) => Err(error),
            };
            if let Some(done) = $store.connections.end(held, worked, &mut tries).await {
                break done;
            }
        }
    }};
}

/// What a function reads that takes a connection and these arguments; once more where the
/// connection turns out to be lost.
macro_rules! read {
    ($store:ident, $($function:ident)::+ ($($argument:expr),*)) => {{
        let mut tries = 0;
        loop {
            let mut held = match $store.connections.reader().await {
                Ok(held) => held,
                Err(error) => break Err(error),
            };
            let read = match held.connection() {
                Ok(db) => connections::within($($function)::+(db, $($argument),*)).await,
                Err(error) => Err(error),
            };
            if let Some(read) = $store.connections.was_read(held, read, &mut tries) {
                break read;
            }
        }
    }};
    ($store:ident, at_once $($function:ident)::+ ($($argument:expr),*)) => {
        $store
            .connections
            .read_at_once(async |db| $($function)::+(db, $($argument),*).await)
            .await
    };
}

pub(super) use {read, turn};
