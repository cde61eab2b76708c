//! What is counted, for whoever watches over the backend. Given out at an address of its own
//! (`metrics_listen`), which is none of the public's.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

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
        metrics
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Answers `GET /metrics` at an address, for as long as it is polled.
pub(crate) async fn serve(metrics: Arc<Metrics>, listener: TcpListener) {
    let text = move || {
        let text = metrics.text();
        async move { ([(header::CONTENT_TYPE, OPEN_METRICS)], text) }
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
