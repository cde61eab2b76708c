//! Whoever asks: the address, and whose bucket a request is counted against.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use guichet_store::StoreError;
use ipnet::IpNet;

use super::problem::ApiError;
use crate::app::App;

/// Whoever asks, as far as that is known before anything is proven.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) headers: HeaderMap,
    /// The address. A proxy's word on it counts only where the proxy is trusted.
    pub(crate) client: Option<IpAddr>,
    /// Whose bucket what it can't prove is counted against: the address, or the proxy that does not
    /// tell it.
    pub(crate) bucket: Option<IpAddr>,
    /// What became of the bucket of the address.
    pub(crate) counted: Counted,
}

/// Whether a request needs to be counted against its caller's address no more: it was, or it has
/// proven whose it is. Shared by all who hold a request.
#[derive(Clone, Default)]
pub(crate) struct Counted(Arc<AtomicBool>);

impl Counted {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Caller {
    /// Looks up what only those can name whom it concerns. A caller whose address has named too
    /// many that are not there waits for the one place that all like him have, and is refused if
    /// this one is not there either: whoever shares an address with a flood is served all the same.
    pub(crate) async fn look_up<T>(
        &self,
        app: &App,
        name: &[u8],
        look: impl Future<Output = Result<Option<T>, StoreError>>,
    ) -> Result<Option<T>, ApiError> {
        self.counted.set();
        let refused = app.limiter.named(name, self.bucket).err();
        let _place = match refused {
            Some(_) => app.limiter.one_place().await,
            None => None,
        };
        let found = look.await?;
        match (&found, refused) {
            (Some(_), _) => app.limiter.prove(name),
            (None, Some(refused)) => return Err(refused.into()),
            (None, None) => {}
        }
        Ok(found)
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let counted = parts.extensions.get_or_insert_default::<Counted>().clone();
        Ok(Self {
            headers: parts.headers.clone(),
            client: client_of(app, &parts.extensions, &parts.headers),
            bucket: bucket_of(app, &parts.extensions, &parts.headers),
            counted,
        })
    }
}

/// The address of whoever sent a request, where it is known.
fn client_of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
    client(peer.ip(), headers, &app.config.trusted_proxies)
}

/// Whose bucket a request is counted against.
pub(crate) fn bucket_of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
    client_of(app, extensions, headers).or(Some(peer.ip().to_canonical()))
}

/// The last address on the way here that is no trusted proxy's. Unknown if what a trusted
/// proxy says of it can't be read.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_ours = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut last = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let lines: Vec<_> = forwarded.map(|value| value.to_str().ok()).collect();
    let hops = lines.into_iter().rev().flat_map(|line| {
        let hops = line.unwrap_or("?").rsplit(',');
        hops.map(|hop| hop.trim().parse::<IpAddr>())
    });
    for hop in hops {
        if !is_ours(last) {
            break;
        }
        last = hop.ok()?.to_canonical();
    }
    // The address of a trusted proxy is no shopper's.
    Some(last).filter(|last| !is_ours(*last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_on_the_clients_address() {
        let nets = ["10.0.0.0/8", "::1/128"].map(|net| net.parse().unwrap());
        let seen = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            client(peer.parse().unwrap(), &headers, &nets).map(|address| address.to_string())
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), known("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), known("198.51.100.1"));
        assert_eq!(
            seen("::ffff:10.0.0.1", &["::ffff:198.51.100.1"]),
            known("198.51.100.1")
        );
        // What the client itself wrote stands on the left.
        let forged = ["203.0.113.7, 198.51.100.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &forged), known("198.51.100.1"));
        assert_eq!(
            seen("::1", &["198.51.100.1, 10.9.9.9"]),
            known("198.51.100.1")
        );
        assert_eq!(seen("10.0.0.1", &["unknown"]), None);
        assert_eq!(seen("10.0.0.1", &[]), None);
    }
}
