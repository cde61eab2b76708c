//! Lines to devices on the shop's own network: each is opened by a call, kept from call to call,
//! and read all the while.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use guichet_providers::contract::{CallAnswer, CallError, Frames, Heard, How, Line, frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a device may take to accept a connection, and to take a message. With the time in
/// which a call listens it is less than what the longest call may take.
const CONNECT: Duration = Duration::from_secs(3);
const WRITE: Duration = Duration::from_secs(5);

/// How long a line is read: longer than anybody stands at a counter.
const READ_MAX: Duration = Duration::from_secs(1200);

/// How long what a line told is kept for a call that never comes.
const KEPT: Duration = Duration::from_secs(3600);

/// Most lines at once: more than a shop has terminals.
const LINES_MAX: usize = 256;

/// A device, and the line's key.
type Name = (SocketAddr, String);

/// The lines of this process.
#[derive(Default)]
pub(super) struct Lines(Mutex<HashMap<Name, Arc<Open>>>);

/// A line.
struct Open {
    since: Instant,
    told: watch::Sender<Told>,
    write: tokio::sync::Mutex<OwnedWriteHalf>,
}

/// What came over a line.
#[derive(Default)]
struct Told {
    /// The last frame, until a call is answered with it.
    frame: Option<Vec<u8>>,
    /// Nothing more comes.
    ended: bool,
}

impl Open {
    /// Whether no call will be answered with anything of it any more.
    fn is_spent(&self) -> bool {
        let told = self.told.borrow();
        told.ended && told.frame.is_none()
    }
}

impl Lines {
    fn all(&self) -> MutexGuard<'_, HashMap<Name, Arc<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call over a line, and listens for `listens`.
    pub(super) async fn call(
        &self,
        line: &Line,
        body: &[u8],
        listens: Duration,
    ) -> Result<CallAnswer, CallError> {
        let name = (line.to.socket(), line.key.clone());
        let found = self.all().get(&name).cloned();
        let open = match (line.how, found) {
            (How::Open, Some(open)) if !open.is_spent() => open,
            (How::Open, _) => self.open(line, &name, body).await?,
            (How::Add, Some(open)) if !open.told.borrow().ended => {
                return add(&open, body).await.map(|()| answer(Vec::new()));
            }
            (How::Listen, Some(open)) => open,
            (How::Add | How::Listen, _) => return Err(CallError::NotSent),
        };
        let mut told = open.told.subscribe();
        let something = told.wait_for(|told| told.frame.is_some() || told.ended);
        // Silence is an answer, too.
        let _ = timeout(listens, something).await.map(|heard| heard.is_ok());
        let (mut heard, mut ended) = (None, false);
        open.told.send_if_modified(|told| {
            (heard, ended) = (told.frame.take(), told.ended);
            false
        });
        let last = |heard: &Vec<u8>| (line.hears)(heard, &line.key) == Heard::Last;
        if ended && heard.as_ref().is_none_or(last) {
            self.all().remove(&name);
        }
        match heard {
            Some(frame) => Ok(answer(frame)),
            None if ended => Err(CallError::NoAnswer),
            None => Ok(answer(Vec::new())),
        }
    }

    async fn open(&self, line: &Line, name: &Name, body: &[u8]) -> Result<Arc<Open>, CallError> {
        let framed = frame(body).ok_or(CallError::NotSent)?;
        if self.all().len() >= LINES_MAX {
            return Err(CallError::NotSent);
        }
        let connected = timeout(CONNECT, TcpStream::connect(name.0)).await;
        let Ok(Ok(stream)) = connected else {
            return Err(CallError::NotSent);
        };
        let (read, write) = stream.into_split();
        let open = Arc::new(Open {
            since: Instant::now(),
            told: watch::Sender::new(Told::default()),
            write: tokio::sync::Mutex::new(write),
        });
        write_to(&open, &framed).await?;
        {
            let mut all = self.all();
            all.retain(|_, own| !own.is_spent() && own.since.elapsed() < READ_MAX + KEPT);
            all.insert(name.clone(), Arc::clone(&open));
        }
        tokio::spawn(hear(Arc::clone(&open), read, line.clone()));
        Ok(open)
    }
}

/// The frame that a call is answered with, or an empty one.
fn answer(body: Vec<u8>) -> CallAnswer {
    CallAnswer { status: 200, body }
}

async fn add(open: &Open, body: &[u8]) -> Result<(), CallError> {
    let framed = frame(body).ok_or(CallError::NotSent)?;
    write_to(open, &framed).await
}

/// What is half sent may have been understood.
async fn write_to(open: &Open, framed: &[u8]) -> Result<(), CallError> {
    let write = async { open.write.lock().await.write_all(framed).await };
    match timeout(WRITE, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(CallError::NoAnswer),
    }
}

/// Reads a line to its last frame, or until it breaks.
async fn hear(open: Arc<Open>, mut read: OwnedReadHalf, line: Line) {
    let mut frames = Frames::default();
    let mut bytes = [0; 4096];
    let all = async {
        while let Ok(count @ 1..) = read.read(&mut bytes).await {
            frames.push(bytes.get(..count).unwrap_or_default());
            while let Some(frame) = frames.next_frame() {
                let heard = (line.hears)(&frame, &line.key);
                if heard == Heard::Beside {
                    continue;
                }
                open.told.send_modify(|told| {
                    told.frame = Some(frame);
                    told.ended = heard == Heard::Last;
                });
                if heard == Heard::Last {
                    return;
                }
            }
        }
    };
    let _ = timeout(READ_MAX, all).await;
    open.told.send_modify(|told| told.ended = true);
    let _ = open.write.lock().await.shutdown().await;
}

#[cfg(test)]
mod tests;
