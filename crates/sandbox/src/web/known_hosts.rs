//! Only requests that name a host of this sandbox are answered.
//!
//! A page of any site can have its own name resolve to 127.0.0.1 and then read and press everything
//! here as if it were of the same site; it can't change the name that the browser sends.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Names that always mean this machine.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The names under which a listener answers, whatever the port.
pub(crate) struct KnownHosts(Vec<String>);

impl KnownHosts {
    /// The machine's own names, the address that is listened on, and those of `--host`.
    pub(crate) fn new(listen: SocketAddr, more: &[String]) -> Self {
        let own = match listen {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let names = LOOPBACK.iter().map(|name| (*name).to_owned());
        let more = more.iter().map(|name| name.to_ascii_lowercase());
        Self(names.chain([own]).chain(more).collect())
    }

    fn knows(&self, request: &Request) -> bool {
        let mut hosts = request.headers().get_all(HOST).iter();
        let named = match (request.uri().authority(), hosts.next(), hosts.next()) {
            // HTTP/2 names the host in its address.
            (Some(authority), None, None) if request.version() >= Version::HTTP_2 => {
                Some(authority.clone())
            }
            (_, Some(host), None) => host
                .to_str()
                .ok()
                .and_then(|text| text.parse::<Authority>().ok()),
            _ => None,
        };
        named.is_some_and(|authority| {
            let host = authority.host().to_ascii_lowercase();
            self.0.contains(&host)
        })
    }
}

/// Answers a request that names another host with 421, and does nothing.
pub(crate) async fn only_known(
    State(known): State<Arc<KnownHosts>>,
    request: Request,
    next: Next,
) -> Response {
    if known.knows(&request) {
        return next.run(request).await;
    }
    let text = format!(
        "this sandbox answers {} only; --host NAME adds a name\n",
        known.0.join(", ")
    );
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}
