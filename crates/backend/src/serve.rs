//! `guichet serve`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use guichet_domain::id::Slug;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::app::App;
use crate::books::{books, open_store};
use crate::config::Config;
use crate::connections::Connections;
use crate::http::assets::Assets;
use crate::jobs::conversations::Conversations;
use crate::jobs::deadlines::Deadlines;
use crate::jobs::due;
use crate::jobs::erasing;
use crate::jobs::expiries::Expiries;
use crate::jobs::left_behind;
use crate::jobs::notices::Notices;
use crate::jobs::operations::Operations;
use crate::jobs::questions::Questions;
use crate::jobs::reports;
use crate::limiter::Limiter;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::platform::Platform;
use crate::webhooks::sender::Sender;
use crate::{clock, http, metrics};

/// How long requests may go on after the stop was asked for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs until SIGINT or SIGTERM, then finishes what is under way. Refused while another process
/// serves the same books.
pub(crate) async fn run(config: &Path, log: &Log) -> anyhow::Result<()> {
    let (config, accounts) = Config::read(config)?;
    let assets = Assets::open(&config.assets)?;
    let _lock = config.database.lock().with_context(|| books(&config))?;
    warn(&accounts);
    let store = open_store(&config).await?;
    // Before anything is written into a file that is damaged, or beside what is missing.
    store.check().await.with_context(|| books(&config))?;
    store
        .begin_serving()
        .await
        .with_context(|| books(&config))?;
    // Before anybody can tell that it serves: whoever stops it from then on is heard.
    let signals = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("can't listen on {listen}: set listen in the configuration"))?;
    let local = listener.local_addr()?;
    tracing::info!(%local, environment = ?config.environment, "listening");
    let mut jobs = JoinSet::new();
    let metrics = Arc::new(Metrics::new(log.lost()));
    if let Some(address) = config.metrics_listen {
        let listener = metrics::listen(address).await?;
        let shops = config.shops.iter().map(|shop| shop.id.clone());
        let (metrics, store) = (Arc::clone(&metrics), store.clone());
        jobs.spawn(metrics::serve(metrics, listener, store, shops.collect()));
    }
    let connections = Arc::new(Connections::new(&config.limits, Arc::clone(&metrics)));
    let now = clock::unix_now();
    store.set_endpoints(&endpoints(&config), now).await?;
    see_keys(&*store, &config, now).await?;
    let platform = Platform::new(config.limits.platform_calls())?.counted(&metrics.calls);
    let sender = Sender::new(&config.webhook_networks)?;
    let (app, handed) = App::new(config, accounts, store.clone(), platform, sender, metrics);
    jobs.spawn(Arc::clone(&connections).rounds());
    jobs.spawn(Limiter::rounds(Arc::clone(&app.limiter)));
    tell_of_gone_accounts(&app).await?;
    left_behind::take_over(&app).await?;
    jobs.spawn(left_behind::rounds(Arc::clone(&app)));
    let (deadlines, questions) = (handed.deadlines, handed.questions);
    jobs.spawn(due::run::<Deadlines>(Arc::clone(&app), deadlines));
    jobs.spawn(due::run::<Questions>(Arc::clone(&app), questions));
    jobs.spawn(due::run::<Conversations>(
        Arc::clone(&app),
        handed.conversations,
    ));
    jobs.spawn(due::run::<Expiries>(Arc::clone(&app), handed.expiries));
    jobs.spawn(due::run::<Notices>(Arc::clone(&app), handed.notices));
    jobs.spawn(due::run::<Operations>(Arc::clone(&app), handed.operations));
    jobs.spawn(erasing::rounds(Arc::clone(&app)));
    jobs.spawn(reports::run(Arc::clone(&app)));
    let stop = CancellationToken::new();
    let tasks = app.tasks.clone();
    let server = tokio::spawn(connections.serve(listener, http::router(app, assets), stop.clone()));
    let outcome = until_stopped(&mut jobs, signals).await;
    tracing::info!("stopping");
    stop.cancel();
    // What is under way is finished, but nobody who holds a connection open holds up the stop.
    let _ = tokio::time::timeout(PATIENCE, server).await;
    tasks.close();
    let _ = tokio::time::timeout(PATIENCE, tasks.wait()).await;
    jobs.shutdown().await;
    store.close().await;
    outcome
}

/// Where shops take notices.
pub(crate) fn endpoints(config: &Config) -> Vec<(Slug, String)> {
    let shops = config.shops.iter().filter_map(|shop| {
        let webhook = shop.webhook.as_ref()?;
        Some((shop.id.clone(), webhook.url.to_string()))
    });
    shops.collect()
}

/// Ends at SIGINT or SIGTERM; or, as a failure, when a job does, so that whoever watches over the
/// process starts it anew.
async fn until_stopped(
    jobs: &mut JoinSet<()>,
    [mut interrupt, mut terminate]: [Signal; 2],
) -> anyhow::Result<()> {
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = jobs.join_next() => bail!("a job of the backend ended; see the log"),
    }
}

/// Tells the operator what is configured and should be changed.
fn warn(accounts: &Accounts) {
    for account in accounts.iter() {
        for warning in account.warnings() {
            tracing::warn!(account = %account.account(), "{warning}");
        }
    }
}

/// Keeps since when each key of the configuration is in use.
async fn see_keys(
    store: &dyn guichet_store::Store,
    config: &Config,
    now: i64,
) -> anyhow::Result<()> {
    let Some(people) = store.desk_people() else {
        return Ok(());
    };
    let keys = config.keys.iter();
    let keys = keys.map(|key| (key.place.as_str(), key.mark.as_str()));
    Ok(people.see_keys(&keys.collect::<Vec<_>>(), now).await?)
}

/// Tells once of open payments of accounts that are no longer in the configuration: nobody can ask
/// their platform any more, and money may have moved.
async fn tell_of_gone_accounts(app: &App) -> anyhow::Result<()> {
    for open in app.store.open_accounts().await? {
        if app.accounts.find(&open.provider, &open.account).is_none() {
            tracing::error!(
                alert = "account_gone",
                provider = open.provider,
                account = open.account,
                payments = open.payments,
                "an account with open payments is not in the configuration: put it back until they \
                 are settled, since nobody else can ask what became of them"
            );
        }
    }
    Ok(())
}
