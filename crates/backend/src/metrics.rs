//! What is counted, for whoever watches over the backend. Given out at an address of its own
//! (`metrics_listen`), which is none of the public's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use guichet_domain::id::Slug;
use guichet_store::{Figures, Store, StoreError};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::clock;

/// The media type of OpenMetrics, as the specification gives it.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Every number.
#[derive(Default)]
pub(crate) struct Metrics {
    registry: Registry,
    /// Connections that are open.
    pub(crate) connections: Gauge,
    /// Connections that were closed to make room for others.
    pub(crate) connections_dismissed: Counter,
    /// Connections whose callers took too long.
    pub(crate) connections_timed_out: Counter,
    /// Failures to accept a connection.
    pub(crate) accept_errors: Counter,
    /// Requests that were refused because there were too many.
    pub(crate) refused: Family<Bucket, Counter>,
    /// Calls of platforms.
    pub(crate) calls: Calls,
    /// What the books tell when they are asked.
    books: Books,
}

/// What is counted of calls of platforms.
#[derive(Clone)]
pub(crate) struct Calls {
    made: Family<Call, Counter>,
    seconds: Family<Host, Histogram, fn() -> Histogram>,
}

impl Default for Calls {
    fn default() -> Self {
        // A question is answered within a second, what moves money may take 25.
        let new = || Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0]);
        Self {
            made: Family::default(),
            seconds: Family::new_with_constructor(new),
        }
    }
}

impl Calls {
    /// Counts a call of a host that took so long, and what came of it in a word.
    pub(crate) fn count(&self, host: &str, outcome: &'static str, took: Duration) {
        let host = host.to_owned();
        self.made
            .get_or_create(&Call {
                host: host.clone(),
                outcome,
            })
            .inc();
        let seconds = self.seconds.get_or_create(&Host { host });
        seconds.observe(took.as_secs_f64());
    }
}

/// A platform's host.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Host {
    host: String,
}

/// What came of a call.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Call {
    host: String,
    outcome: &'static str,
}

/// What the books tell.
#[derive(Default)]
struct Books {
    readable: Gauge,
    payments: Family<Payments, Gauge>,
    due: Family<Queue, Gauge>,
    due_seconds: Family<Queue, Gauge>,
    question_seconds: Gauge,
    notice_seconds: Gauge,
}

/// Payments of one shop, method and outcome.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Payments {
    shop: String,
    method: String,
    outcome: String,
}

/// A kind of work that becomes due.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Queue {
    queue: &'static str,
}

impl Books {
    fn register(&self, registry: &mut Registry) {
        let help = "Whether the books could be read just now: 1 or 0";
        registry.register("books_readable", help, self.readable.clone());
        let help = "Payments started within the last day";
        registry.register("payments_last_day", help, self.payments.clone());
        let help = "What is due and not taken yet";
        registry.register("due", help, self.due.clone());
        let help = "For how long the longest of it has been due";
        registry.register("due_oldest_seconds", help, self.due_seconds.clone());
        let help = "Age of the oldest claim that our own account has not answered for";
        let seconds = self.question_seconds.clone();
        registry.register("question_oldest_seconds", help, seconds);
        let help = "Age of the oldest webhook that its shop has not taken";
        registry.register("webhook_oldest_seconds", help, self.notice_seconds.clone());
    }

    /// What can't be read is not told: an old number would look like a good one.
    fn set(&self, figures: Result<Figures, StoreError>) {
        self.payments.clear();
        self.due.clear();
        self.due_seconds.clear();
        self.readable.set(i64::from(figures.is_ok()));
        let figures = figures.unwrap_or_default();
        for of in figures.payments {
            let payments = Payments {
                shop: of.shop,
                method: of.method,
                outcome: of.outcome,
            };
            self.payments.get_or_create(&payments).set(of.count);
        }
        for of in figures.due {
            let queue = Queue { queue: of.queue };
            self.due.get_or_create(&queue).set(of.count);
            self.due_seconds.get_or_create(&queue).set(of.oldest);
        }
        self.question_seconds.set(figures.oldest_question);
        self.notice_seconds.set(figures.oldest_notice);
    }
}

/// Which kind of bucket was empty.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) bucket: &'static str,
}

impl Metrics {
    pub(crate) fn new(log_lost: Counter) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("guichet"),
            ..Self::default()
        };
        let registry = &mut metrics.registry;
        let help = "Lines of the log that could not be written";
        registry.register("log_lines_lost", help, log_lost);
        let help = "Connections that are open";
        registry.register("connections", help, metrics.connections.clone());
        let help = "Connections that did nothing and were closed to make room";
        let dismissed = metrics.connections_dismissed.clone();
        registry.register("connections_dismissed", help, dismissed);
        let help = "Connections whose callers took too long";
        let timed_out = metrics.connections_timed_out.clone();
        registry.register("connections_timed_out", help, timed_out);
        let help = "Failures to accept a connection";
        registry.register("accept_errors", help, metrics.accept_errors.clone());
        let help = "Requests that were refused because there were too many";
        registry.register("requests_refused", help, metrics.refused.clone());
        let help = "Calls of platforms, by what came of them";
        registry.register("platform_calls", help, metrics.calls.made.clone());
        let help = "Seconds that calls of platforms took";
        let seconds = metrics.calls.seconds.clone();
        registry.register("platform_call_seconds", help, seconds);
        metrics.books.register(registry);
        metrics
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Answers `GET /metrics` at an address, for as long as it is polled. The books of these shops are
/// asked anew each time.
pub(crate) async fn serve(
    metrics: Arc<Metrics>,
    listener: TcpListener,
    store: Arc<dyn Store>,
    shops: Vec<Slug>,
) {
    let text = move || {
        let (metrics, store, shops) = (Arc::clone(&metrics), Arc::clone(&store), shops.clone());
        async move {
            let shops: Vec<&Slug> = shops.iter().collect();
            let figures = store.figures(&shops, clock::unix_now()).await;
            if let Err(error) = &figures {
                tracing::error!(error.cause = %error, "the metrics of the books can't be read");
            }
            metrics.books.set(figures);
            ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.text())
        }
    };
    let router = Router::new().route("/metrics", get(text));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(error.cause = %error, "the metrics are no longer given out");
    }
}

/// Listens where the configuration says.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}: set metrics_listen to another address")
    })
}
