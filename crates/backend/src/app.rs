//! What every request and job shares.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use guichet_store::Store;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::platform::Platform;
use crate::questions::Questions;
use crate::quiet::Quiet;

/// The running backend.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) platform: Platform,
    pub(crate) limiter: Arc<Limiter>,
    /// Wakes the job that looks for questions that are due.
    pub(crate) wake_queries: Notify,
    /// Questions to the platforms.
    pub(crate) questions: Questions,
    /// Wakes the job that goes on with payments.
    pub(crate) wake_conversations: Notify,
    /// What goes on though nobody waits for it any more.
    pub(crate) tasks: TaskTracker,
    /// What was logged lately, of what anybody can cause.
    pub(crate) quiet: Quiet,
    in_flight: Mutex<HashSet<String>>,
}

impl App {
    pub(crate) fn new(
        config: Config,
        store: Arc<dyn Store>,
        platform: Platform,
        questions: Questions,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            limiter: Arc::new(Limiter::new(&config.limits, metrics)),
            config,
            store,
            platform,
            wake_queries: Notify::new(),
            questions,
            wake_conversations: Notify::new(),
            tasks: TaskTracker::new(),
            quiet: Quiet::default(),
            in_flight: Mutex::new(HashSet::new()),
        }
    }

    /// Marks a request as being worked on; none if it is already. Released when dropped.
    pub(crate) fn enter(self: &Arc<Self>, key: String) -> Option<InFlight> {
        let mut keys = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| InFlight {
            app: Arc::clone(self),
            key,
        })
    }
}

/// A request that is being worked on.
pub(crate) struct InFlight {
    app: Arc<App>,
    key: String,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut keys = self
            .app
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        keys.remove(&self.key);
    }
}
