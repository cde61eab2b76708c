//! The log. Lines are put into a queue and written by a thread of their own, so that a log which
//! can't be written (a full disk, a reader that is gone or stands still) holds up no request: what
//! does not fit is dropped and counted, and one line tells the count once writing works again.
//!
//! `tracing-appender` is not used: it counts what its queue refuses and not what the disk refuses,
//! and at its end prints to the standard output, which waits where the log waits.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::clock;

/// Most bytes that wait to be written: some 20,000 lines.
const QUEUE_MAX: usize = 4 * 1024 * 1024;

/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// How often it is tried to tell of lost lines while there are no others.
const TELL_AGAIN: Duration = Duration::from_secs(1);

/// How long to wait where the log is a pipe that somebody has made non-blocking.
const FULL_PIPE: Duration = Duration::from_millis(10);

enum Message {
    Line(Vec<u8>),
    /// Answered when everything before it was written.
    Flush(SyncSender<()>),
}

/// Where lines are put.
#[derive(Clone)]
pub(crate) struct Log {
    queue: Sender<Message>,
    /// Bytes that wait.
    waiting: Arc<AtomicUsize>,
    lost: Counter,
}

impl Log {
    /// Starts the thread that writes to `out`.
    fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = channel();
        let log = Self {
            queue,
            waiting: Arc::default(),
            lost: Counter::default(),
        };
        let mut writer = Writer {
            out,
            waiting: Arc::clone(&log.waiting),
            lost: log.lost.clone(),
            told: 0,
            torn: false,
        };
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || writer.run(&lines))?;
        Ok(log)
    }

    /// The log on the standard error, for everything that this program logs from now on.
    pub(crate) fn start() -> io::Result<Self> {
        // A copy of the descriptor: who waits for the lock on `stderr()` would wait for the reader.
        let log = Self::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))?;
        let filter =
            EnvFilter::try_from_env("GUICHET_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(log.clone())
            .with_target(false)
            .log_internal_errors(false)
            .init();
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let said = panic.payload_as_str().unwrap_or("a panic without words");
            tracing::error!(alert = "panic", place, "{said}");
        }));
        Ok(log)
    }

    /// Lines that were never written.
    pub(crate) fn lost(&self) -> Counter {
        self.lost.clone()
    }

    /// Adds a line.
    fn put(&self, line: &[u8]) {
        let waiting = self.waiting.fetch_add(line.len(), Ordering::Relaxed);
        let fits = waiting.saturating_add(line.len()) <= QUEUE_MAX;
        if !fits || self.queue.send(Message::Line(line.to_owned())).is_err() {
            self.waiting.fetch_sub(line.len(), Ordering::Relaxed);
            self.lost.inc();
        }
    }

    /// Waits until what was logged is written, for a moment at most. The last words come last.
    pub(crate) fn finish(self, last_words: Option<&str>) {
        if let Some(words) = last_words {
            self.put(format!("{words}\n").as_bytes());
        }
        let (done, written) = sync_channel(1);
        if self.queue.send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Log;

    fn make_writer(&'a self) -> &'a Log {
        self
    }
}

impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread's half.
struct Writer<W> {
    out: W,
    waiting: Arc<AtomicUsize>,
    lost: Counter,
    /// Lost lines that were told of.
    told: u64,
    /// The last line was not written to its end.
    torn: bool,
}

impl<W: Write> Writer<W> {
    fn run(&mut self, lines: &Receiver<Message>) {
        loop {
            match lines.recv_timeout(TELL_AGAIN) {
                Ok(Message::Line(line)) => {
                    if self.write(&line).is_err() {
                        self.lost.inc();
                    }
                    self.waiting.fetch_sub(line.len(), Ordering::Relaxed);
                }
                Ok(Message::Flush(done)) => {
                    let _ = done.try_send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // While lines wait, more may be lost: all are told of in one line.
            if self.waiting.load(Ordering::Relaxed) == 0 {
                self.tell_lost();
            }
        }
    }

    fn tell_lost(&mut self) {
        let lost = self.lost.get();
        if lost == self.told {
            return;
        }
        let (now, lines) = (clock::now(), lost.saturating_sub(self.told));
        let line =
            format!("{now:.6} ERROR lines of the log were lost alert=\"log\" lines={lines}\n");
        if self.write(line.as_bytes()).is_ok() {
            self.told = lost;
        }
    }

    /// Writes a line, after an end for the one before it where that is torn.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.write_all(b"\n")?;
        }
        self.write_all(line)
    }

    fn write_all(&mut self, mut rest: &[u8]) -> io::Result<()> {
        let length = rest.len();
        while !rest.is_empty() {
            match self.out.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    std::thread::sleep(FULL_PIPE);
                }
                Err(error) => {
                    self.torn |= rest.len() < length;
                    return Err(error);
                }
            }
        }
        self.torn = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
