//! Work of one kind: how much of it is under way, and how one piece is handed to the job that does
//! it.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Room for one piece of work among those under way.
pub(crate) struct Room(
    #[expect(dead_code, reason = "held until the work is done")] OwnedSemaphorePermit,
);

/// A piece of work, with its room.
pub(crate) struct Piece<T> {
    pub(crate) work: T,
    pub(crate) room: Room,
}

/// Work of one kind.
pub(crate) struct Queue<T> {
    room: Arc<Semaphore>,
    wake: Notify,
    handed: UnboundedSender<Piece<T>>,
}

impl<T> Queue<T> {
    /// At most so many are under way at a time: one slow platform then holds up no other. Given
    /// with it is what is handed over.
    pub(crate) fn new(most: usize) -> (Self, UnboundedReceiver<Piece<T>>) {
        // Each one in it has room, and of that there is only so much.
        let (handed, taken) = unbounded_channel();
        let queue = Self {
            room: Arc::new(Semaphore::new(most)),
            wake: Notify::new(),
            handed,
        };
        (queue, taken)
    }

    /// Room for one more, if there is any.
    pub(crate) fn room(&self) -> Option<Room> {
        Arc::clone(&self.room).try_acquire_owned().ok().map(Room)
    }

    /// Has a piece of work done that was taken already.
    pub(crate) fn hand_over(&self, work: T, room: Room) {
        // It fails when the job has ended, and then the process does.
        let _ = self.handed.send(Piece { work, room });
    }

    /// Something may be due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Ends once something may be due.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}
