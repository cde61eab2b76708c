//! Who has had enough: buckets for each caller, session and shop.
//!
//! Who proves who he is (a shop's key, a session's secret, a notification that verifies) has a
//! bucket of his own, or none, and shares it with no stranger. Everybody else shares the bucket of
//! his address. Each kind's refusals are told of in one line a minute.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use guichet_domain::id::{SessionId, Slug};
use ipnet::IpNet;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::{Limits, Rate};
use crate::digest::Sha256;
use crate::metrics::{Bucket, Metrics};
use crate::recent::Recent;
use crate::seldom::Seldom;

/// Most callers that are told apart one by one. Above it, whole networks are.
const CALLERS_MAX: usize = 50_000;

/// Most proven names, and most secrets, that are remembered in each of two halves.
const PROVEN_MAX: usize = 20_000;

/// How often buckets that are full again are forgotten.
const ROUND: Duration = Duration::from_secs(1);

/// Too many requests, and after how long another one may be sent. An answer that carries it has no
/// line of its own in the log, and is held back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TooMany {
    pub(crate) retry_after: Duration,
}

/// One bucket for each key.
struct Buckets<K: Clone + Eq + Hash> {
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    kind: &'static str,
    refused: Seldom,
    /// Whose the last refusal was.
    last: Mutex<String>,
}

impl<K: Clone + Eq + Hash + ToString> Buckets<K> {
    fn new(kind: &'static str, rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self {
            limiter: RateLimiter::hashmap(quota),
            kind,
            refused: Seldom::default(),
            last: Mutex::default(),
        }
    }

    fn take(&self, key: &K, metrics: &Metrics) -> Result<(), TooMany> {
        self.limiter.check_key(key).map_err(|not_until| {
            self.refused.add();
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = key.to_string();
            let bucket = Bucket { bucket: self.kind };
            metrics.refused.get_or_create(&bucket).inc();
            let retry_after = not_until.wait_time_from(DefaultClock::default().now());
            TooMany { retry_after }
        })
    }

    /// Forgets the buckets that are full again, and tells of refusals when that is due.
    fn round(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        if let Some(count) = self.refused.due() {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            tracing::warn!(
                alert = "flood",
                bucket = self.kind,
                count,
                last = last.as_str(),
                "requests were refused: too many"
            );
        }
    }
}

/// A session whose secret has proven itself. Neither of the two ever changes, so that whoever asks
/// too much is refused before anything is read for him.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Known {
    pub(crate) session: SessionId,
    pub(crate) shop: Slug,
}

/// All buckets.
pub(crate) struct Limiter {
    callers: Buckets<IpNet>,
    sessions: Buckets<SessionId>,
    calls: Buckets<SessionId>,
    shops: Buckets<Slug>,
    /// Most callers that are told apart one by one.
    callers_max: usize,
    /// There are more of them.
    crowded: AtomicBool,
    /// Names that have proven themselves lately, by their hashes.
    proven: Recent<u64, ()>,
    hasher: RandomState,
    /// Secrets that have opened a session lately, by their digests.
    opened: Recent<Sha256, Known>,
    /// Held while a name is looked up for an address that has named too many.
    one_place: Semaphore,
    metrics: Arc<Metrics>,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits, metrics: Arc<Metrics>) -> Self {
        Self {
            callers: Buckets::new("caller", limits.caller),
            sessions: Buckets::new("session", limits.session),
            calls: Buckets::new("session_calls", limits.session_calls),
            shops: Buckets::new("shop", limits.shop),
            callers_max: CALLERS_MAX,
            crowded: AtomicBool::new(false),
            proven: Recent::new(PROVEN_MAX),
            hasher: RandomState::new(),
            opened: Recent::new(PROVEN_MAX),
            one_place: Semaphore::new(1),
            metrics,
        }
    }

    /// A request that proves nothing. Without an address there is no bucket.
    pub(crate) fn unproven(&self, caller: Option<IpAddr>) -> Result<(), TooMany> {
        let Some(caller) = caller else {
            return Ok(());
        };
        let network = network(caller, self.crowded.load(Ordering::Relaxed));
        self.callers.take(&network, &self.metrics)
    }

    /// A request that names something which only those know whom it concerns: free if it has
    /// proven itself before.
    pub(crate) fn named(&self, name: &[u8], caller: Option<IpAddr>) -> Result<(), TooMany> {
        if self.proven.get(&self.hasher.hash_one(name)).is_some() {
            return Ok(());
        }
        self.unproven(caller)
    }

    /// Waits for the one place that all have who name too much.
    pub(crate) async fn one_place(&self) -> Option<SemaphorePermit<'_>> {
        self.one_place.acquire().await.ok()
    }

    /// The name has proven itself.
    pub(crate) fn prove(&self, name: &[u8]) {
        self.proven.insert(self.hasher.hash_one(name), ());
    }

    /// The session that a secret with this digest has opened lately.
    pub(crate) fn known(&self, digest: &Sha256) -> Option<Known> {
        self.opened.get(digest)
    }

    /// A secret with this digest opens this session.
    pub(crate) fn remember(&self, digest: Sha256, known: Known) {
        self.opened.insert(digest, known);
    }

    /// A request with a session's secret.
    pub(crate) fn session(&self, session: &SessionId) -> Result<(), TooMany> {
        self.sessions.take(session, &self.metrics)
    }

    /// One that may call a platform.
    pub(crate) fn session_call(&self, session: &SessionId) -> Result<(), TooMany> {
        self.calls.take(session, &self.metrics)
    }

    /// A request with a shop's key.
    pub(crate) fn shop(&self, shop: &Slug) -> Result<(), TooMany> {
        self.shops.take(shop, &self.metrics)
    }

    fn round(&self) {
        self.callers.round();
        self.sessions.round();
        self.calls.round();
        self.shops.round();
        let crowded = self.callers.limiter.len() > self.callers_max;
        self.crowded.store(crowded, Ordering::Relaxed);
    }

    /// Keeps the buckets few, for ever.
    pub(crate) async fn rounds(limiter: Arc<Self>) {
        let mut round = tokio::time::interval(ROUND);
        loop {
            round.tick().await;
            limiter.round();
        }
    }
}

/// Whose bucket an address has. One household or server has a whole /64 of IPv6.
pub(crate) fn network(caller: IpAddr, crowded: bool) -> IpNet {
    let length = match (caller, crowded) {
        (IpAddr::V4(_), false) => 32,
        (IpAddr::V4(_), true) => 16,
        (IpAddr::V6(_), false) => 64,
        (IpAddr::V6(_), true) => 32,
    };
    IpNet::new(caller, length).map_or_else(|_| caller.into(), |net| net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter() -> Limiter {
        let metrics = Arc::new(Metrics::default());
        Limiter::new(&Limits::default(), metrics)
    }

    fn taken(mut take: impl FnMut() -> Result<(), TooMany>) -> usize {
        (0..10_000).take_while(|_| take().is_ok()).count()
    }

    #[test]
    fn each_caller_has_his_own_bucket_and_is_told_when_it_has_room_again() {
        let limiter = limiter();
        let caller = |text: &str| Some(text.parse().unwrap());
        assert!((400..500).contains(&taken(|| limiter.unproven(caller("192.0.2.1")))));
        let refused = limiter.unproven(caller("192.0.2.1")).unwrap_err();
        assert!(refused.retry_after <= Duration::from_millis(50));
        assert_eq!(limiter.unproven(caller("192.0.2.2")), Ok(()));
        // All of one household.
        let (one, other) = (caller("2001:db8::1"), caller("2001:db8::2"));
        assert!(taken(|| limiter.unproven(one)) >= 400);
        assert!(limiter.unproven(other).is_err());
        assert_eq!(limiter.unproven(caller("2001:db8:0:1::1")), Ok(()));
        assert_eq!(limiter.unproven(None), Ok(()));
    }

    #[test]
    fn who_has_proven_himself_does_not_suffer_from_his_neighbours() {
        let limiter = limiter();
        let caller = Some("192.0.2.1".parse().unwrap());
        limiter.prove(b"a session");
        assert!(taken(|| limiter.unproven(caller)) >= 400);
        assert_eq!(limiter.named(b"a session", caller), Ok(()));
        assert!(limiter.named(b"another", caller).is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut limiter = limiter();
        limiter.callers_max = 1_000;
        for number in 0..100_000_u32 {
            limiter.prove(&number.to_be_bytes());
            // None of them has room again while this lasts.
            let caller = Some(IpAddr::V4(number.into()));
            while number < 2_000 && limiter.unproven(caller).is_ok() {}
            if number == 2_000 {
                limiter.round();
            }
            let _ = limiter.unproven(caller);
        }
        let callers = limiter.callers.limiter.len();
        assert!((2_000..2_010).contains(&callers), "{callers}");
        assert!(limiter.proven.len() <= 2 * PROVEN_MAX);
    }

    #[test]
    fn a_bucket_that_is_full_again_is_forgotten() {
        let limiter = limiter();
        limiter
            .unproven(Some("192.0.2.1".parse().unwrap()))
            .unwrap();
        assert_eq!(limiter.callers.limiter.len(), 1);
        std::thread::sleep(Duration::from_millis(200));
        limiter.round();
        assert_eq!(limiter.callers.limiter.len(), 0);
    }
}
