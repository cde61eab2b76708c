//! Binds the listeners and runs them.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::{App, Origins};
use crate::seal::{KeyError, PUBLIC_KEY_FILE, load_or_create};
use crate::settings::Settings;
use crate::web::known_hosts::{KnownHosts, only_known};
use crate::{moneris, netbanx, shop, sogenactif, up2pay};

/// Why the sandbox can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The signing key can't be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Other machines could reach the sandbox, and nobody allowed it.
    #[error(
        "{flag} {address} can be reached by other machines, and whoever reaches the sandbox signs \
         payments with the test keys; listen on 127.0.0.1, or add --allow-remote"
    )]
    Remote {
        /// The address.
        address: SocketAddr,
        /// The option that names it.
        flag: &'static str,
    },
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

const PLATFORM_FLAG: &str = "--platform-listen";
const SHOP_FLAG: &str = "--shop-listen";
const TERMINAL_FLAG: &str = "--terminal-listen";

/// Refuses an address that other machines reach.
fn stays_here(address: SocketAddr, flag: &'static str) -> Result<(), StartError> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(StartError::Remote { address, flag })
}

/// A listener's routes, for requests that name a known host.
fn guarded(routes: Router, known: KnownHosts) -> Router {
    routes.layer(from_fn_with_state(Arc::new(known), only_known))
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
    let (platform_listen, shop_listen) = (settings.platform_listen, settings.shop_listen);
    let terminal_listen = settings.terminal_listen;
    if !settings.allow_remote {
        stays_here(platform_listen, PLATFORM_FLAG)?;
        stays_here(shop_listen, SHOP_FLAG)?;
        if let Some(address) = terminal_listen {
            stays_here(address, TERMINAL_FLAG)?;
        }
    }
    let signer = load_or_create(&settings.data_dir)?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()?;
    let platform = listen(platform_listen, PLATFORM_FLAG).await?;
    let shop_listener = listen(shop_listen, SHOP_FLAG).await?;
    let terminal = match terminal_listen {
        Some(address) => Some(listen(address, TERMINAL_FLAG).await?),
        None => None,
    };
    let platform_port = port_of(&platform, platform_listen);
    let shop_port = port_of(&shop_listener, shop_listen);
    let origins = Origins {
        platform: format!("http://127.0.0.1:{platform_port}"),
        backup: format!("http://localhost:{platform_port}"),
        shop: format!("http://127.0.0.1:{shop_port}"),
    };
    let platform_v6 = listen_v6(&platform).await;
    let known = |listen| KnownHosts::new(listen, &settings.hosts);
    let (known_platform, known_shop) = (known(platform_listen), known(shop_listen));
    let app = Arc::new(App::new(settings, signer, http, origins));
    let (stop, stopped) = watch::channel(false);
    let pages = up2pay::router(Arc::clone(&app))
        .merge(sogenactif::router(Arc::clone(&app)))
        .merge(netbanx::router(Arc::clone(&app)))
        .merge(moneris::router(Arc::clone(&app)));
    let pages = guarded(pages, known_platform);
    let mut tasks = vec![
        serve(platform, pages.clone(), stopped.clone()),
        serve(
            shop_listener,
            guarded(shop::router(Arc::clone(&app)), known_shop),
            stopped.clone(),
        ),
    ];
    if let Some(listener) = terminal {
        let line = moneris::direct::serve(listener, Arc::clone(&app), stopped.clone());
        tasks.push(tokio::spawn(line));
    }
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
