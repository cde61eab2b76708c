//! `guichet-sandbox`: the platforms' half and the demo shop, in one process.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use guichet_sandbox::{Cli, Settings, start};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match serve(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(cli: Cli) -> anyhow::Result<()> {
    let running = start(Settings::from_cli(cli)?).await?;
    tracing::info!("platforms on {}", running.platform_origin());
    tracing::info!("control page {}/sandbox", running.platform_origin());
    tracing::info!("demo shop on {}", running.shop_origin());
    tracing::info!("public key in {}", running.public_key_file().display());
    wait_for_stop().await?;
    tracing::info!("stopping");
    if tokio::time::timeout(Duration::from_secs(5), running.stop())
        .await
        .is_err()
    {
        tracing::warn!("open connections were cut after 5 seconds");
    }
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn wait_for_stop() -> std::io::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = term.recv() => Ok(()),
    }
}
