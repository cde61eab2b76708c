//! Connections: how many there may be, for how long one may wait for its caller, and which one has
//! to go when another comes.
//!
//! `axum::serve` has no time limit on headers, none on a connection that does nothing, and no cap;
//! this serves the same router with hyper's own connections.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::Limits;
use crate::limiter::TooMany;
use crate::metrics::Metrics;
use crate::seldom::Seldom;

/// How often it is looked which connections have waited for too long.
const ROUND: Duration = Duration::from_secs(1);

/// How long nothing is accepted after accepting failed: descriptors may be free by then.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a refusal for too many requests is held back: whoever sends one request after the other
/// is slowed down by it, at no cost. His connection is the first that goes when one has to.
const PENANCE: Duration = Duration::from_secs(1);

/// Descriptors that are not connections of callers: the books, the log, calls of platforms.
const RESERVE: u64 = 128;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Its first byte.
    First,
    /// The rest of a request's headers.
    Headers,
    /// Our answer; reading the request's body has a limit of its own.
    Answer,
    /// A refusal, which is held back.
    Penance,
    /// The caller, who takes the answer.
    Taking,
    /// The next request.
    Next,
}

/// One connection, as those who watch over it see it.
struct Line {
    state: Mutex<(Phase, Instant)>,
    close: Notify,
}

impl Line {
    fn new() -> Self {
        Self {
            state: Mutex::new((Phase::First, Instant::now())),
            close: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, phase: Phase) {
        *self.state() = (phase, Instant::now());
    }

    /// Bytes came.
    fn came(&self) {
        let mut state = self.state();
        if matches!(state.0, Phase::First | Phase::Next) {
            *state = (Phase::Headers, Instant::now());
        }
    }

    /// Bytes were taken.
    fn went(&self) {
        let mut state = self.state();
        if state.0 == Phase::Taking {
            state.1 = Instant::now();
        }
    }

    /// Whether it has waited for its caller for too long.
    fn overdue(&self, limits: &Limits) -> bool {
        let (phase, since) = *self.state();
        let limit = match phase {
            Phase::Answer | Phase::Penance => return false,
            Phase::First | Phase::Headers => limits.header(),
            Phase::Taking | Phase::Next => limits.idle(),
        };
        since.elapsed() > limit
    }

    /// Who goes first where one must: who sends too much, then who never sent a request, then who
    /// does not now, each by how long that is.
    fn dispensable(&self) -> Option<(u8, Instant)> {
        let (phase, since) = *self.state();
        match phase {
            Phase::Penance => Some((0, since)),
            Phase::First | Phase::Headers => Some((1, since)),
            Phase::Next => Some((2, since)),
            Phase::Answer | Phase::Taking => None,
        }
    }
}

/// All of them.
pub(crate) struct Connections {
    limits: Limits,
    /// Most at once: as configured, or what the system's descriptors allow.
    most: usize,
    open: Mutex<HashMap<u64, Arc<Line>>>,
    left: Notify,
    metrics: Arc<Metrics>,
    refused: Seldom,
    failed: Seldom,
}

impl Connections {
    pub(crate) fn new(limits: &Limits, metrics: Arc<Metrics>) -> Self {
        Self {
            limits: limits.clone(),
            most: as_many_as_descriptors(limits),
            open: Mutex::default(),
            left: Notify::new(),
            metrics,
            refused: Seldom::default(),
            failed: Seldom::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Line>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts and serves until it is told to stop; ends when every request is answered.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        router: Router,
        stop: CancellationToken,
    ) {
        let tasks = TaskTracker::new();
        let mut number = 0;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.accept_failed(&error).await;
                    continue;
                }
            };
            tokio::select! {
                () = self.room() => {}
                () = stop.cancelled() => break,
            }
            number += 1;
            let line = Arc::new(Line::new());
            self.open().insert(number, Arc::clone(&line));
            self.metrics.connections.inc();
            let (all, router, stop) = (Arc::clone(&self), router.clone(), stop.clone());
            tasks.spawn(async move {
                all.hold(stream, peer, router, &line, stop).await;
                all.open().remove(&number);
                all.metrics.connections.dec();
                all.left.notify_one();
            });
        }
        drop(listener);
        tasks.close();
        tasks.wait().await;
    }

    /// Serves one connection until its end: its caller's, ours, or that it is told to close.
    async fn hold(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        line: &Arc<Line>,
        stop: CancellationToken,
    ) {
        // Answers are small and wait for nothing.
        let _ = stream.set_nodelay(true);
        let its_line = Arc::clone(line);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            its_line.enter(Phase::Answer);
            let line = Arc::clone(&its_line);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.clone().oneshot(request);
            async move {
                let Ok(answer) = answer.await;
                if answer.extensions().get::<TooMany>().is_some() {
                    line.enter(Phase::Penance);
                    tokio::time::sleep(PENANCE).await;
                }
                line.enter(Phase::Taking);
                Ok::<Response<_>, Infallible>(answer.map(|body| AnswerBody { body, line }))
            }
        });
        let io = Watched {
            stream,
            line: Arc::clone(line),
        };
        let mut builder = http1::Builder::new();
        builder
            .max_header_size(self.limits.header_bytes())
            .max_buf_size(self.limits.header_bytes())
            // Kept by `rounds`, which tells a request from a connection that waits for one.
            .header_read_timeout(None);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));
        tokio::select! {
            _ = connection.as_mut() => {}
            () = line.close.notified() => {}
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    _ = connection => {}
                    () = line.close.notified() => {}
                }
            }
        }
    }

    /// Waits until one more connection fits; whoever is dispensable goes.
    async fn room(&self) {
        while self.open().len() >= self.most {
            let left = self.left.notified();
            if self.dismiss() {
                self.refused.add();
                self.metrics.connections_dismissed.inc();
            }
            let _ = tokio::time::timeout(PAUSE, left).await;
        }
    }

    /// Closes the connection that is missed least, if one can go.
    fn dismiss(&self) -> bool {
        let open = self.open();
        let lines = open.values();
        let least = lines
            .filter_map(|line| Some((line.dispensable()?, line)))
            .min_by_key(|(order, _)| *order);
        let Some((_, line)) = least else {
            return false;
        };
        // It is not chosen again while it goes.
        line.enter(Phase::Answer);
        line.close.notify_one();
        true
    }

    /// Nothing can be accepted, most likely for want of descriptors: room is made, and it is tried
    /// again after a pause. Whoever hung up before he was accepted is no failure.
    async fn accept_failed(&self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            return;
        }
        self.metrics.accept_errors.inc();
        self.failed.add();
        if let Some(count) = self.failed.due() {
            tracing::error!(
                alert = "accept", error.cause = %error, count,
                "no connection can be accepted"
            );
        }
        self.dismiss();
        tokio::time::sleep(PAUSE).await;
    }

    /// Closes, round after round, what has waited for its caller for too long.
    pub(crate) async fn rounds(self: Arc<Self>) {
        let mut round = tokio::time::interval(ROUND);
        loop {
            round.tick().await;
            for line in self.open().values() {
                if line.overdue(&self.limits) {
                    self.metrics.connections_timed_out.inc();
                    line.close.notify_one();
                }
            }
            if let Some(count) = self.refused.due() {
                tracing::warn!(
                    alert = "connections",
                    count,
                    most = self.most,
                    "all connections are taken: those that did nothing were closed"
                );
            }
        }
    }
}

/// Raises the system's limit on descriptors where it may be, and keeps within it where not.
fn as_many_as_descriptors(limits: &Limits) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = limits.connections();
    let others = RESERVE + limits.platform_calls() as u64;
    let wanted = (most as u64).saturating_add(others);
    let now = getrlimit(Resource::Nofile);
    if now.current.is_none_or(|current| current >= wanted) {
        return most;
    }
    let raised = now.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let limit = Rlimit {
        current: Some(raised),
        maximum: now.maximum,
    };
    let have = match setrlimit(Resource::Nofile, limit) {
        Ok(()) => raised,
        Err(_) => now.current.unwrap_or(raised),
    };
    if have >= wanted {
        return most;
    }
    let fit = usize::try_from(have.saturating_sub(others)).unwrap_or(most);
    let fit = fit.clamp(1, most);
    tracing::warn!(
        descriptors = have,
        connections = fit,
        "the system allows fewer connections than limits.connections: raise its limit (LimitNOFILE)"
    );
    fit
}

/// A connection's bytes, which tell the line that they move.
struct Watched {
    stream: TcpStream,
    line: Arc<Line>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.line.came();
        }
        polled
    }
}

impl Watched {
    fn went(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(polled, Poll::Ready(Ok(count)) if count > 0) {
            self.line.went();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.went(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.went(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// An answer's body. Once it was taken the connection waits for the next request.
struct AnswerBody {
    body: Body,
    line: Arc<Line>,
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.line.enter(Phase::Next);
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(phase: Phase, seconds: u64) -> Line {
        let line = Line::new();
        let since = Instant::now().checked_sub(Duration::from_secs(seconds));
        *line.state() = (phase, since.unwrap());
        line
    }

    #[test]
    fn who_never_sent_a_request_goes_before_who_waits_and_nobody_who_is_served() {
        let order = |phase, seconds| line(phase, seconds).dispensable();
        assert!(order(Phase::Penance, 0) < order(Phase::First, 60));
        assert!(order(Phase::First, 1) < order(Phase::Next, 60));
        assert!(order(Phase::Headers, 5) < order(Phase::First, 1));
        assert!(order(Phase::Next, 60) < order(Phase::Next, 1));
        assert_eq!(order(Phase::Answer, 60), None);
        assert_eq!(order(Phase::Taking, 60), None);
    }

    #[test]
    fn each_wait_has_its_limit_and_bytes_that_trickle_in_prolong_none() {
        let limits = Limits::default();
        let overdue = |line: &Line| line.overdue(&limits);
        assert!(!overdue(&line(Phase::First, 9)) && overdue(&line(Phase::First, 11)));
        assert!(!overdue(&line(Phase::Headers, 9)) && overdue(&line(Phase::Headers, 11)));
        assert!(!overdue(&line(Phase::Next, 70)) && overdue(&line(Phase::Next, 80)));
        assert!(!overdue(&line(Phase::Answer, 1000)));
        let slow = line(Phase::Headers, 11);
        slow.came();
        assert!(overdue(&slow));
        // Who takes an answer bit by bit does take it.
        let taking = line(Phase::Taking, 80);
        assert!(overdue(&taking));
        taking.went();
        assert!(!overdue(&taking));
    }
}
