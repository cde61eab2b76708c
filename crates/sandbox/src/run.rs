//! Binds the listeners and runs them.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::{App, Origins};
use crate::seal::{KeyError, PUBLIC_KEY_FILE, load_or_create};
use crate::settings::Settings;
use crate::{shop, sogenactif, up2pay};

/// Why the sandbox can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The signing key can't be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A port can't be listened on.
    #[error("port {port} ({address}) can't be used: {source}; move it with {flag} HOST:PORT")]
    Listen {
        /// The port.
        port: u16,
        /// The whole address.
        address: SocketAddr,
        /// The option that moves it.
        flag: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The client of outgoing calls can't be made.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A sandbox that runs.
pub struct Running {
    app: Arc<App>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// `http://127.0.0.1:PORT` of the platforms, main host.
    #[must_use]
    pub fn platform_origin(&self) -> &str {
        &self.app.platform_origin
    }

    /// `http://localhost:PORT` of the platforms, backup host.
    #[must_use]
    pub fn backup_origin(&self) -> &str {
        &self.app.backup_origin
    }

    /// The demo shop's origin.
    #[must_use]
    pub fn shop_origin(&self) -> &str {
        &self.app.shop_origin
    }

    /// The file of the key that verifies notifications.
    #[must_use]
    pub fn public_key_file(&self) -> PathBuf {
        self.app.settings.data_dir.join(PUBLIC_KEY_FILE)
    }

    /// Stops listening, and waits for the requests under way.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

async fn listen(address: SocketAddr, flag: &'static str) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Listen {
        port: address.port(),
        address,
        flag,
        source,
    };
    TcpListener::bind(address).await.map_err(failed)
}

/// `localhost` may mean `::1` first: the same port there, when it is free.
async fn listen_v6(listener: &TcpListener) -> Option<TcpListener> {
    let address = listener.local_addr().ok()?;
    if !address.is_ipv4() || !address.ip().is_loopback() {
        return None;
    }
    TcpListener::bind((IpAddr::from(Ipv6Addr::LOCALHOST), address.port()))
        .await
        .ok()
}

fn port_of(listener: &TcpListener, wanted: SocketAddr) -> u16 {
    listener.local_addr().unwrap_or(wanted).port()
}

/// Writes the keys, binds both listeners and starts to serve.
///
/// # Errors
/// When the keys can't be written or a port is in use.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let signer = load_or_create(&settings.data_dir)?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()?;
    let platform = listen(settings.platform_listen, "--platform-listen").await?;
    let shop_listener = listen(settings.shop_listen, "--shop-listen").await?;
    let platform_port = port_of(&platform, settings.platform_listen);
    let shop_port = port_of(&shop_listener, settings.shop_listen);
    let origins = Origins {
        platform: format!("http://127.0.0.1:{platform_port}"),
        backup: format!("http://localhost:{platform_port}"),
        shop: format!("http://127.0.0.1:{shop_port}"),
    };
    let platform_v6 = listen_v6(&platform).await;
    let app = Arc::new(App::new(settings, signer, http, origins));
    let (stop, stopped) = watch::channel(false);
    let pages = up2pay::router(Arc::clone(&app)).merge(sogenactif::router(Arc::clone(&app)));
    let mut tasks = vec![
        serve(platform, pages.clone(), stopped.clone()),
        serve(
            shop_listener,
            shop::router(Arc::clone(&app)),
            stopped.clone(),
        ),
    ];
    if let Some(listener) = platform_v6 {
        tasks.push(serve(listener, pages, stopped));
    }
    Ok(Running { app, stop, tasks })
}

fn serve(listener: TcpListener, router: Router, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let mut stopped = stopped;
    tokio::spawn(async move {
        let signal = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, router)
            .with_graceful_shutdown(signal)
            .await
        {
            tracing::error!("listener ended: {error}");
        }
    })
}
