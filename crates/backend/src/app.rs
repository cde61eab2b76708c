//! What every request and job shares.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::PaymentId;
use guichet_providers::Verified;
use guichet_store::{Recorded, Source, Store, StoreError};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::config::Config;
use crate::jobs::Questions;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::platform::Platform;
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

    /// The one way in for what moves money. It takes what a platform vouched for, and nothing else;
    /// when it returns, the fact is on disk.
    pub(crate) async fn ingest(
        &self,
        fact: &Verified<PlatformFact>,
        source: Source,
        raw: Option<&[u8]>,
    ) -> Result<Recorded, StoreError> {
        let now = clock::unix_now();
        // Where there is room, what is claimed is asked about at once.
        let (recorded, query) = match self.questions.room() {
            Some(room) => {
                let (recorded, query) = self.store.record_claim(fact, source, raw, now).await?;
                (recorded, query.map(|query| (query, room)))
            }
            None => (self.store.record_fact(fact, source, raw, now).await?, None),
        };
        self.tell(&recorded, fact, source);
        match query {
            Some((query, room)) => self.questions.ask(query, room),
            // It may be asked about later, or again.
            None => self.wake_queries.notify_one(),
        }
        Ok(recorded)
    }

    /// Takes our own account's word on a claim, which ends the question about it.
    pub(crate) async fn ingest_answer(
        &self,
        fact: &Verified<PlatformFact>,
        event_seq: i64,
    ) -> Result<(), StoreError> {
        let now = clock::unix_now();
        let recorded = self.store.record_answer(fact, event_seq, now).await?;
        self.tell(&recorded, fact, Source::Query);
        Ok(())
    }

    /// Logs what became of a fact.
    fn tell(&self, recorded: &Recorded, fact: &PlatformFact, source: Source) {
        match recorded {
            Recorded::New(payment) => {
                tracing::info!(%payment, source = ?source, "a platform's fact was recorded");
            }
            Recorded::Conflict(payment) => {
                tracing::error!(
                    alert = "conflict", %payment, identity = %fact.identity,
                    "one transaction was told of twice with different contents"
                );
            }
            Recorded::Duplicate => {}
            Recorded::Unmatched => {
                tracing::error!(
                    alert = "unmatched", account = %fact.account, reference = %fact.reference,
                    "a genuine message fits no payment of ours: money may have moved"
                );
            }
        }
    }

    /// Records a hint of the browser or the passing of time: neither moves money.
    pub(crate) async fn hint(
        &self,
        payment: &PaymentId,
        hint: &PaymentEvent,
        source: Source,
    ) -> Result<Recorded, StoreError> {
        self.store
            .record_hint(payment, hint, source, clock::unix_now())
            .await
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
