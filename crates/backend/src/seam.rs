//! Where a simulation takes the place of the world: the clock, the random source, the platforms and
//! the shops' servers. Of tests alone, and of the thread that turned it on.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use guichet_providers::contract::{CallAnswer, CallError, PlatformCall};
use reqwest::StatusCode;

/// What is outside.
pub(crate) trait Outside {
    /// A platform's answer to a call, at this Unix second.
    fn call(&mut self, now: i64, call: &PlatformCall) -> Result<CallAnswer, CallError>;

    /// A shop's server's answer to a message.
    fn tell(&mut self, body: &[u8]) -> Result<StatusCode, &'static str>;
}

struct Seam {
    /// Unix seconds.
    now: i64,
    /// How often something was drawn at random.
    drawn: u64,
    /// Whether something has stopped at a step since that was asked last.
    stopped: bool,
    outside: Box<dyn Outside>,
}

thread_local! {
    static SEAM: RefCell<Option<Seam>> = const { RefCell::new(None) };
}

fn with<T>(work: impl FnOnce(&mut Seam) -> T) -> Option<T> {
    SEAM.with_borrow_mut(|seam| seam.as_mut().map(work))
}

/// Turns it on in this thread. What is drawn at random follows from how often something was drawn.
pub(crate) fn enter(now: i64, outside: Box<dyn Outside>) {
    let seam = Seam {
        now,
        drawn: 0,
        stopped: false,
        outside,
    };
    SEAM.set(Some(seam));
}

/// Turns it off.
pub(crate) fn leave() {
    SEAM.set(None);
}

pub(crate) fn now() -> Option<jiff::Timestamp> {
    let now = with(|seam| seam.now)?;
    jiff::Timestamp::from_second(now).ok()
}

/// Moves the clock on by so many seconds.
pub(crate) fn pass(seconds: i64) {
    with(|seam| seam.now += seconds);
}

pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let drawn = with(|seam| {
        seam.drawn += 1;
        seam.drawn
    })?;
    let mut dice = Dice(drawn);
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        let drawn = dice.next().to_le_bytes();
        chunk.copy_from_slice(&drawn[..chunk.len()]);
    }
    Some(bytes)
}

/// A place at which something else may happen, or the process may end: whoever comes here goes on
/// once it is polled again.
pub(crate) async fn step() {
    let mut stopped = false;
    poll_fn(|_| {
        if stopped || with(|seam| seam.stopped = true).is_none() {
            return Poll::Ready(());
        }
        stopped = true;
        Poll::Pending
    })
    .await;
}

/// A piece of work that goes on from step to step. Dropped, it ends where it is, as when the
/// process is killed.
pub(crate) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The piece of work that this does.
pub(crate) fn work<T>(work: impl Future<Output = T> + Send + 'static) -> Work<T> {
    // The runtime must stop nothing that is not at a step: it may hold the books.
    Box::pin(tokio::task::unconstrained(work))
}

/// Goes on with it to its next step. What it came to, if that was the last one.
pub(crate) async fn go_on<T>(work: &mut Work<T>) -> Option<T> {
    has_stopped();
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(came) => Poll::Ready(Some(came)),
        Poll::Pending if has_stopped() => Poll::Ready(None),
        // It waits for the books.
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Does a piece of work to its end.
pub(crate) async fn done<T>(piece: impl Future<Output = T> + Send + 'static) -> T {
    let mut piece = work(piece);
    loop {
        if let Some(came) = go_on(&mut piece).await {
            return came;
        }
    }
}

/// Whether something has stopped at a step since that was asked last.
fn has_stopped() -> bool {
    with(|seam| std::mem::take(&mut seam.stopped)).unwrap_or_default()
}

pub(crate) async fn call(call: &PlatformCall) -> Option<Result<CallAnswer, CallError>> {
    step().await;
    let answer = with(|seam| seam.outside.call(seam.now, call))?;
    step().await;
    Some(answer)
}

pub(crate) async fn tell(body: &[u8]) -> Option<Result<StatusCode, &'static str>> {
    step().await;
    let answer = with(|seam| seam.outside.tell(body))?;
    step().await;
    Some(answer)
}

/// Numbers that follow from the first one alone (SplitMix64, as Steele, Lea and Flood describe it).
#[derive(Clone, Debug, Default)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of so many: 0, 1, 2…
    pub(crate) fn one_of(&mut self, many: usize) -> usize {
        let many = many.max(1) as u64;
        usize::try_from(self.next() % many).unwrap_or_default()
    }

    /// Happens so often in a hundred.
    pub(crate) fn percent(&mut self, often: u64) -> bool {
        self.next() % 100 < often
    }

    /// From the first to the last.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = u64::try_from(last - first).unwrap_or_default() + 1;
        first + i64::try_from(self.next() % span).unwrap_or_default()
    }
}
