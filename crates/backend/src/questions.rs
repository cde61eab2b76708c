//! Questions to the platforms: how many are under way, and how one is handed to who asks it.

use std::sync::Arc;

use guichet_store::OpenQuery;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many questions are under way at a time. One slow platform then holds up no other.
const ASKING_MAX: usize = 200;

/// A question that was taken from the books, with the room that it takes among those under way.
pub(crate) struct Taken {
    pub(crate) query: OpenQuery,
    _room: OwnedSemaphorePermit,
}

/// Hands questions over to the job that asks them.
pub(crate) struct Questions {
    room: Arc<Semaphore>,
    taken: UnboundedSender<Taken>,
}

impl Questions {
    /// With the questions that the job asks.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Taken>) {
        // Each one in it has room, and of that there is only so much.
        let (taken, questions) = unbounded_channel();
        let room = Arc::new(Semaphore::new(ASKING_MAX));
        (Self { room, taken }, questions)
    }

    /// Room for one more, if there is any.
    pub(crate) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Room for one more, once there is some.
    pub(crate) async fn room_to_come(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// Has a question asked that was taken from the books.
    pub(crate) fn ask(&self, query: OpenQuery, room: OwnedSemaphorePermit) {
        // It fails when the job has ended, and then the process does.
        let _ = self.taken.send(Taken { query, _room: room });
    }
}
