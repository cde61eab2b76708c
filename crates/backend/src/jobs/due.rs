//! The loop that does what is due.

use std::sync::Arc;
use std::time::Duration;

use guichet_store::StoreError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::app::App;
use crate::queue::{Piece, Queue, Room};

/// How often the books are looked through for what is due.
const TICK: Duration = Duration::from_secs(1);

/// A kind of work that becomes due.
pub(crate) trait Job: Send + Sync + 'static {
    /// A piece of it.
    type Work: Send + 'static;

    /// What is told in the log when a piece can't be done.
    const FAILED: &'static str;

    /// Most pieces that are taken at once.
    const BATCH: usize;

    /// How much of it is under way.
    fn queue(app: &App) -> &Queue<Self::Work>;

    /// Takes what is due, at most so much: nobody else does it meanwhile.
    fn take(
        app: &Arc<App>,
        most: u32,
    ) -> impl Future<Output = Result<Vec<Self::Work>, StoreError>> + Send;

    /// Does a piece of it.
    fn perform(
        app: &Arc<App>,
        work: &Self::Work,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Whether more is known to be due than there was room for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum More {
    Known,
    Unknown,
}

/// Does what is due of a kind, and what is `handed` over, for ever: side by side, so that a piece
/// that fails or takes long holds up no other.
pub(crate) async fn run<J: Job>(app: Arc<App>, mut handed: UnboundedReceiver<Piece<J::Work>>) {
    let mut under_way = JoinSet::new();
    loop {
        let started = start_due::<J>(&app, &mut under_way).await;
        let more = started.unwrap_or_else(|error| {
            tracing::error!(error.cause = %error, "what is due could not be read");
            More::Unknown
        });
        next_look::<J>(&app, &mut handed, &mut under_way, more).await;
    }
}

/// Waits until the books are to be looked through again: when a tick has passed, when somebody says
/// that something may be due, and, where more is known to be, when there is room for it. What is
/// handed over meanwhile is started.
async fn next_look<J: Job>(
    app: &Arc<App>,
    handed: &mut UnboundedReceiver<Piece<J::Work>>,
    under_way: &mut JoinSet<bool>,
    mut more: More,
) {
    let tick = tokio::time::sleep(TICK);
    tokio::pin!(tick);
    loop {
        tokio::select! {
            Some(taken) = handed.recv() => start::<J>(app, under_way, taken.work, taken.room),
            Some(done) = under_way.join_next() => match done {
                Ok(true) if more == More::Known => return,
                Ok(true) => {}
                // What failed is due again at once: it waits like all others.
                Ok(false) | Err(_) => more = More::Unknown,
            },
            () = J::queue(app).woken() => return,
            () = &mut tick => return,
        }
    }
}

/// Starts what is due, as much of it as there is room for.
async fn start_due<J: Job>(
    app: &Arc<App>,
    under_way: &mut JoinSet<bool>,
) -> Result<More, StoreError> {
    loop {
        let room: Vec<_> = std::iter::from_fn(|| J::queue(app).room())
            .take(J::BATCH)
            .collect();
        if room.is_empty() {
            return Ok(More::Known);
        }
        let most = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let taken = J::take(app, most).await?;
        let all = taken.len() < room.len();
        for (work, room) in taken.into_iter().zip(room) {
            start::<J>(app, under_way, work, room);
        }
        if all {
            return Ok(More::Unknown);
        }
    }
}

/// `true` comes of it if it could be done.
fn start<J: Job>(app: &Arc<App>, under_way: &mut JoinSet<bool>, work: J::Work, room: Room) {
    let app = Arc::clone(app);
    under_way.spawn(async move {
        let _room = room;
        match J::perform(&app, &work).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(error.cause = format_args!("{error:#}"), "{}", J::FAILED);
                false
            }
        }
    });
}
