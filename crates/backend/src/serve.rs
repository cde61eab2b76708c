//! `guichet serve`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use guichet_store::sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::config::Config;
use crate::platform::Platform;
use crate::{conversations, http, jobs};

/// Runs until SIGINT or SIGTERM, then finishes what is under way.
pub(crate) async fn run(config: &Path) -> anyhow::Result<()> {
    let config = Config::read(config)?;
    let store = Arc::new(open_store(&config).await?);
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("can't listen on {listen}: set listen in the configuration"))?;
    let local = listener.local_addr()?;
    tracing::info!(%local, environment = ?config.environment, "listening");
    let app = Arc::new(App::new(config, store.clone(), Platform::new()?));
    let jobs = [
        tokio::spawn(jobs::deadlines(Arc::clone(&app))),
        tokio::spawn(jobs::queries(Arc::clone(&app))),
        tokio::spawn(conversations::run(Arc::clone(&app))),
    ];
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    axum::serve(listener, http::router(app))
        .with_graceful_shutdown(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            tracing::info!("stopping");
        })
        .await?;
    for job in jobs {
        job.abort();
        let _ = job.await;
    }
    store.close().await;
    Ok(())
}

/// Opens the books.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(&config.database)
        .await
        .with_context(|| format!("the books at {}", config.database.display()))
}
