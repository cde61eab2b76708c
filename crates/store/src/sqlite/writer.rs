//! The one writer: everything that is written to the books goes through its connection, turn by
//! turn.
//!
//! Those who wait while others write share one transaction, and so one flush to disk. Each has a
//! savepoint of its own: an error in one takes back that one alone. Each is answered after the
//! commit, and a commit that fails has failed for all of them. Nobody is waited for: who comes
//! alone is committed alone.
//!
//! Who is waited for goes first: a request's turn comes before a job's, though a job's comes after
//! [`REQUESTS_IN_A_ROW`] requests at the latest. So while a platform sends much at once it is
//! answered, and what that leads to is done behind it.
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
use crate::error::StoreError;
use crate::health::Health;

/// How long anybody waits for a turn who may ask again.
pub(super) const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a platform's word waits for one. It may come once in its life, and a notification must
/// be answered within 20 seconds.
const WORD_TIMEOUT: Duration = Duration::from_secs(15);

/// Most turns of one transaction, and how long it is held open for more of them.
const TURNS_MAX: usize = 128;
const TURNS_TIME: Duration = Duration::from_millis(10);

/// How many requests may go before a job that waits.
const REQUESTS_IN_A_ROW: usize = 4;

/// How many may wait for a turn at a time; more are made to wait before they are counted.
const QUEUE: usize = 1024;

/// How long a connection that is thrown away may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

type Done = oneshot::Sender<Result<(), StoreError>>;

/// A turn that is asked for.
type Wanted = oneshot::Sender<Result<Turn, StoreError>>;

enum Request {
    Turn(Wanted),
    Close(oneshot::Sender<()>),
}

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
    jobs: mpsc::Sender<Wanted>,
    health: Arc<Health>,
}

/// Those who wait for a turn.
struct Waiting {
    requests: mpsc::Receiver<Request>,
    jobs: mpsc::Receiver<Wanted>,
    /// How many requests were taken since the last job.
    in_a_row: usize,
}

impl Waiting {
    /// Who is next, once there is anybody; none when the store is gone.
    async fn next(&mut self) -> Option<Request> {
        if let Some(next) = self.try_next() {
            return Some(next);
        }
        self.in_a_row = 0;
        tokio::select! {
            biased;
            request = self.requests.recv() => request,
            Some(job) = self.jobs.recv() => Some(Request::Turn(job)),
        }
    }

    /// Who is next of those who wait already.
    fn try_next(&mut self) -> Option<Request> {
        if self.in_a_row >= REQUESTS_IN_A_ROW {
            self.in_a_row = 0;
            if let Ok(job) = self.jobs.try_recv() {
                return Some(Request::Turn(job));
            }
        }
        if let Ok(request) = self.requests.try_recv() {
            self.in_a_row += 1;
            return Some(request);
        }
        self.in_a_row = 0;
        self.jobs.try_recv().ok().map(Request::Turn)
    }
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
        let (requests, requested) = mpsc::channel(QUEUE);
        let (jobs, wanted) = mpsc::channel(QUEUE);
        let waiting = Waiting {
            requests: requested,
            jobs: wanted,
            in_a_row: 0,
        };
        let work = Work {
            db: Some(Arc::new(Mutex::new(db))),
            options,
            file,
            health: Arc::clone(&health),
            changes: None,
        };
        tokio::spawn(work.run(waiting));
        Self {
            requests,
            jobs,
            health,
        }
    }

    /// Does this work in a turn. Its answer is given once all is on disk that it wrote, and that it
    /// may have read; where it gives an error, what it wrote is taken back.
    pub(super) async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write_within(TURN_TIMEOUT, work).await
    }

    /// The same for a platform's word, which waits longer: it may not be told again.
    pub(super) async fn write_word<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write_within(WORD_TIMEOUT, work).await
    }

    async fn write_within<T>(
        &self,
        patience: Duration,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let wrote = in_a_turn(patience, work, async |turn| {
            let asked = self.requests.send(Request::Turn(turn)).await;
            asked.map_err(|_| closed())
        });
        self.health.seen(wrote.await)
    }

    /// The same as [`Self::write`] for a job, whose answer no caller waits for.
    pub(super) async fn write_behind<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let wrote = in_a_turn(TURN_TIMEOUT, work, async |turn| {
            self.jobs.send(turn).await.map_err(|_| closed())
        });
        self.health.seen(wrote.await)
    }

    /// Writes what says nothing new and counts as no change, to see whether anything can be.
    pub(super) async fn try_out(&self) -> Result<(), StoreError> {
        let write = sqlx::query("PRAGMA user_version = 0");
        self.write(async |tx| Ok(write.execute(tx).await.map(drop)?))
            .await
    }

    /// Finishes what was asked for and closes the connection.
    pub(super) async fn close(&self) {
        let (close, closed) = oneshot::channel();
        if self.requests.send(Request::Close(close)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// What a function does in a turn that takes the connection and these arguments; a rule takes the
/// transaction.
macro_rules! turn {
    ($store:ident, rules::$module:ident::$rule:ident ($($argument:expr),*)) => {
        turn!($store, gathered(async |tx| rules::$module::$rule(tx, $($argument),*).await))
    };
    ($store:ident, $($function:ident)::+ ($($argument:expr),*)) => {
        $store
            .writer
            .write(async |tx| $($function)::+(tx, $($argument),*).await)
            .await
    };
}

/// The same for a job.
macro_rules! turn_behind {
    ($store:ident, rules::$module:ident::$rule:ident ($($argument:expr),*)) => {
        turn_behind!($store, gathered(async |tx| rules::$module::$rule(tx, $($argument),*).await))
    };
    ($store:ident, $($function:ident)::+ ($($argument:expr),*)) => {
        $store
            .writer
            .write_behind(async |tx| $($function)::+(tx, $($argument),*).await)
            .await
    };
}

pub(super) use {turn, turn_behind};

async fn in_a_turn<T>(
    patience: Duration,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ask: impl AsyncFnOnce(Wanted) -> Result<(), StoreError>,
) -> Result<T, StoreError> {
    let (turn, handed) = oneshot::channel();
    let wait = async {
        ask(turn).await?;
        handed.await.map_err(|_| closed())?
    };
    let mut turn = tokio::time::timeout(patience, wait)
        .await
        .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))?;
    let answer = work(&mut turn.db).await?;
    turn.commit().await?;
    Ok(answer)
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
    async fn run(mut self, mut waiting: Waiting) {
        let mut close = None;
        while close.is_none()
            && let Some(request) = waiting.next().await
        {
            close = match request {
                Request::Turn(turn) => self.transaction(turn, &mut waiting).await,
                Request::Close(close) => Some(close),
            };
        }
        while let Ok(job) = waiting.jobs.try_recv() {
            // Whoever asks to close once more is answered by its end.
            drop(self.transaction(job, &mut waiting).await);
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
        first: Wanted,
        waiting: &mut Waiting,
    ) -> Option<oneshot::Sender<()>> {
        if let Err(error) = self.begin().await {
            self.throw_away().await;
            self.health.failed(&error);
            // Whoever asked may have gone.
            let _ = first.send(Err(error));
            return None;
        }
        let mut kept = Vec::new();
        let (outcome, close) = self.turns(first, waiting, &mut kept).await;
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
        first: Wanted,
        waiting: &mut Waiting,
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
            turn = match waiting.try_next() {
                Some(Request::Turn(turn)) => turn,
                Some(Request::Close(close)) => return (Ok(()), Some(close)),
                None => return (Ok(()), None),
            };
        }
    }

    /// One turn, within a savepoint of its own.
    async fn hand_over(&mut self, turn: Wanted, kept: &mut Vec<Done>) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each turn that is asked for says who it is when it is refused.
    fn who(receiver: &mut oneshot::Receiver<Result<Turn, StoreError>>) -> bool {
        matches!(receiver.try_recv(), Ok(Err(_)))
    }

    #[test]
    fn a_request_goes_before_a_job_and_a_job_after_four_requests_at_the_latest() {
        let (requests, requested) = mpsc::channel(QUEUE);
        let (jobs, wanted) = mpsc::channel(QUEUE);
        let mut waiting = Waiting {
            requests: requested,
            jobs: wanted,
            in_a_row: 0,
        };
        let mut asked = Vec::new();
        for name in ["job 1", "job 2"] {
            let (turn, handed) = oneshot::channel();
            jobs.try_send(turn).unwrap();
            asked.push((name, handed));
        }
        for name in ["a", "b", "c", "d", "e", "f"] {
            let (turn, handed) = oneshot::channel();
            assert!(requests.try_send(Request::Turn(turn)).is_ok());
            asked.push((name, handed));
        }
        let mut order = Vec::new();
        while let Some(Request::Turn(turn)) = waiting.try_next() {
            assert!(turn.send(Err(closed())).is_ok());
            let next = asked
                .iter_mut()
                .find_map(|(name, handed)| who(handed).then_some(*name));
            order.extend(next);
        }
        assert_eq!(order, ["a", "b", "c", "d", "job 1", "e", "f", "job 2"]);
    }

    #[tokio::test]
    async fn a_platforms_word_outlasts_a_disk_at_which_others_give_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        let store = super::super::SqliteStore::open(&path).await.unwrap();
        let (begun, began) = oneshot::channel();
        let (free, freed) = oneshot::channel();
        let slow = store.writer.write(async |_| {
            begun.send(()).unwrap();
            freed.await.unwrap();
            Ok(())
        });
        let others = async {
            began.await.unwrap();
            let word = store.writer.write_word(async |_| Ok("kept"));
            let other = async {
                let other = store.writer.write(async |_| Ok("kept")).await;
                free.send(()).unwrap();
                other
            };
            tokio::join!(word, other)
        };
        let (slow, (word, other)) = tokio::join!(slow, others);
        slow.unwrap();
        assert!(
            matches!(other, Err(StoreError::Unavailable(_))),
            "{other:?}"
        );
        assert_eq!(word.unwrap(), "kept");
    }
}
