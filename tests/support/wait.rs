//! Waiting for what happens elsewhere: look again until it is there, up to a deadline.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Machines under load are slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// The Unix second that it is.
pub(crate) fn unix_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a clock after 1970").as_secs()).expect("a clock before the end")
}

/// Looks until there is something to see.
pub(crate) async fn until<T, F>(what: &str, look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    match until_within(PATIENCE, look).await {
        Some(seen) => seen,
        None => panic!("waited {} s in vain for {what}", PATIENCE.as_secs()),
    }
}

/// The same with another patience; none when it ran out.
pub(crate) async fn until_within<T, F>(patience: Duration, mut look: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return Some(seen);
        }
        if start.elapsed() > patience {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
