//! The one writer: everything that is written to the books goes through its connection, turn by
//! turn.
//!
//! Those who wait while others write share one transaction, and so one flush to disk. Each has a
//! savepoint of its own: an error in one takes back that one alone. Each is answered after the
//! commit, and a commit that fails has failed for all of them. Nobody is waited for: who comes
//! alone is committed alone.
//!
//! A turn sees what earlier turns of the same transaction wrote, which is not on disk yet. So who
//! answers from what it read commits as well: a repeated request is answered, and another's advance
//! is seen, only once that is kept. [`Writer::write`] is the only way to a turn, and gives its
//! answer after the commit alone; only an error ends a turn without one.
//!
//! A connection on which beginning, committing or taking back failed is thrown away. SQLite may
//! have ended its transaction by itself, as it does when the disk is full, and what a connection
//! believes of itself then can't be relied on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use super::file::Identity;
use super::health::Health;
use crate::error::StoreError;

/// How long anybody waits for a turn. A notification must be answered within 20 seconds.
pub(super) const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// Most turns of one transaction, and how long it is held open for more of them.
const TURNS_MAX: usize = 128;
const TURNS_TIME: Duration = Duration::from_millis(10);

/// How many may wait for a turn at a time; more are made to wait before they are counted.
const QUEUE: usize = 1024;

/// How long a connection that is thrown away may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

type Done = oneshot::Sender<Result<(), StoreError>>;

enum Request {
    Turn(oneshot::Sender<Result<Turn, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Request>,
}

/// The connection, for as long as this is held. Dropped without a commit, all that was written
/// through it is taken back.
struct Turn {
    db: OwnedMutexGuard<SqliteConnection>,
    /// Where to say that it is to be committed; dropped, it is taken back.
    verdict: oneshot::Sender<Done>,
}

impl Turn {
    /// Ends the turn and waits until what was written is on disk.
    async fn commit(self) -> Result<(), StoreError> {
        let (done, on_disk) = oneshot::channel();
        drop(self.db);
        // Neither fails while the writer runs.
        self.verdict.send(done).map_err(|_| closed())?;
        on_disk.await.map_err(|_| closed())?
    }
}

impl Writer {
    /// Starts it, with a connection that is open already.
    pub(super) fn start(
        db: SqliteConnection,
        options: SqliteConnectOptions,
        file: Identity,
        health: Arc<Health>,
    ) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE);
        let work = Work {
            db: Some(Arc::new(Mutex::new(db))),
            options,
            file,
            health,
            changes: None,
        };
        tokio::spawn(work.run(requests));
        Self { queue }
    }

    /// Does this work in a turn. Its answer is given once all is on disk that it wrote, and that it
    /// may have read; where it gives an error, what it wrote is taken back.
    pub(super) async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut turn = self.begin().await?;
        let answer = work(&mut turn.db).await?;
        turn.commit().await?;
        Ok(answer)
    }

    /// Waits for a turn.
    async fn begin(&self) -> Result<Turn, StoreError> {
        let (turn, handed) = oneshot::channel();
        let wait = async {
            let asked = self.queue.send(Request::Turn(turn)).await;
            asked.map_err(|_| closed())?;
            handed.await.map_err(|_| closed())?
        };
        tokio::time::timeout(TURN_TIMEOUT, wait)
            .await
            .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))
    }

    /// Finishes what was asked for and closes the connection.
    pub(super) async fn close(&self) {
        let (close, closed) = oneshot::channel();
        if self.queue.send(Request::Close(close)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable(sqlx::Error::PoolClosed)
}

/// What the writer's task holds.
struct Work {
    db: Option<Arc<Mutex<SqliteConnection>>>,
    options: SqliteConnectOptions,
    file: Identity,
    health: Arc<Health>,
    /// How many rows this connection has changed by its last commit, as far as is known.
    changes: Option<i64>,
}

impl Work {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut close = None;
        while close.is_none()
            && let Some(request) = requests.recv().await
        {
            close = match request {
                Request::Turn(turn) => self.transaction(turn, &mut requests).await,
                Request::Close(close) => Some(close),
            };
        }
        self.throw_away().await;
        if let Some(close) = close {
            // Whoever asked may have gone.
            let _ = close.send(());
        }
    }

    /// One transaction: this turn, and those that are asked for meanwhile. Gives back a request to
    /// close that came up.
    async fn transaction(
        &mut self,
        first: oneshot::Sender<Result<Turn, StoreError>>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Option<oneshot::Sender<()>> {
        if let Err(error) = self.begin().await {
            self.throw_away().await;
            self.health.failed(&error);
            // Whoever asked may have gone.
            let _ = first.send(Err(error));
            return None;
        }
        let mut kept = Vec::new();
        let (outcome, close) = self.turns(first, requests, &mut kept).await;
        let committed = match outcome {
            Ok(()) if kept.is_empty() => self.run_sql("ROLLBACK").await,
            Ok(()) => self.commit().await,
            Err(error) => Err(error),
        };
        if let Err(error) = &committed {
            self.throw_away().await;
            self.health.failed(error);
        }
        for done in kept {
            let outcome = match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::NotWritten(error.to_string())),
            };
            // Whoever asked may have gone: it is done all the same.
            let _ = done.send(outcome);
        }
        close
    }

    /// Hands the connection over to one after the other, while somebody waits for it.
    async fn turns(
        &mut self,
        first: oneshot::Sender<Result<Turn, StoreError>>,
        requests: &mut mpsc::Receiver<Request>,
        kept: &mut Vec<Done>,
    ) -> (Result<(), StoreError>, Option<oneshot::Sender<()>>) {
        let begun = Instant::now();
        let mut turn = first;
        loop {
            if let Err(error) = self.hand_over(turn, kept).await {
                return (Err(error), None);
            }
            if kept.len() >= TURNS_MAX || begun.elapsed() >= TURNS_TIME {
                return (Ok(()), None);
            }
            turn = match requests.try_recv() {
                Ok(Request::Turn(turn)) => turn,
                Ok(Request::Close(close)) => return (Ok(()), Some(close)),
                Err(_) => return (Ok(()), None),
            };
        }
    }

    /// One turn, within a savepoint of its own.
    async fn hand_over(
        &mut self,
        turn: oneshot::Sender<Result<Turn, StoreError>>,
        kept: &mut Vec<Done>,
    ) -> Result<(), StoreError> {
        let Some(db) = self.db.clone() else {
            return Err(closed());
        };
        if turn.is_closed() {
            // It has waited for too long.
            return Ok(());
        }
        if !kept.is_empty() {
            self.run_sql("RELEASE turn; SAVEPOINT turn").await?;
        }
        let (told, verdict) = oneshot::channel();
        let db = db.lock_owned().await;
        if turn.send(Ok(Turn { db, verdict: told })).is_err() {
            return Ok(());
        }
        match verdict.await {
            Ok(done) => kept.push(done),
            Err(_) => self.run_sql("ROLLBACK TO turn").await?,
        }
        Ok(())
    }

    /// Begins a transaction, on a new connection where the last one was thrown away.
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.file.check()?;
        if self.db.is_none() {
            let db = self.options.connect().await?;
            // The file may have been replaced in between.
            self.file.check()?;
            self.db = Some(Arc::new(Mutex::new(db)));
            self.changes = Some(0);
        }
        self.run_sql("BEGIN IMMEDIATE; SAVEPOINT turn").await
    }

    /// Commits. Turns that only read succeed on a full disk too, and show nothing of it.
    async fn commit(&mut self) -> Result<(), StoreError> {
        let db = self.db.as_ref().ok_or_else(closed)?;
        let mut db = db.lock().await;
        let changes: i64 = sqlx::query_scalar("COMMIT; SELECT total_changes()")
            .fetch_one(&mut *db)
            .await?;
        if self.changes.is_some_and(|before| before != changes) {
            self.health.wrote();
        }
        self.changes = Some(changes);
        Ok(())
    }

    async fn run_sql(&mut self, statements: &'static str) -> Result<(), StoreError> {
        let db = self.db.as_ref().ok_or_else(closed)?;
        let mut db = db.lock().await;
        sqlx::query(statements).execute(&mut *db).await?;
        Ok(())
    }

    async fn throw_away(&mut self) {
        let db = self.db.take().and_then(Arc::into_inner);
        if let Some(db) = db {
            // Closed now, so that it gives back its locks. What fails here fails with the thread
            // that held it.
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, db.into_inner().close()).await;
        }
    }
}
