//! Sends messages to shops' servers. Nothing of an answer but its status is read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use guichet_store::{OutgoingNotice, Sent};
use ipnet::IpNet;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use url::{Host, Url};

use super::{message, schedule};
use crate::clock;
use crate::config::Webhook;
use crate::egress::{Forbidden, Guard, Guarded};
#[cfg(test)]
use crate::seam;

/// How long a shop's server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Makes the calls.
#[derive(Clone)]
pub(crate) struct Sender {
    /// To addresses of https.
    encrypted: Way,
    /// To addresses of http, which the configuration allows for development.
    plain: Way,
}

#[derive(Clone)]
struct Way {
    client: Client,
    guard: Arc<Guard>,
}

impl Way {
    fn new(networks: &[IpNet], only: bool) -> anyhow::Result<Self> {
        let guard = Arc::new(Guard::new(networks, only));
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guarded(Arc::clone(&guard))))
            .https_only(!only)
            .timeout(TIMEOUT)
            .user_agent(concat!("guichet/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, guard })
    }
}

impl Sender {
    /// `networks` are those that messages may go to though they are not public.
    pub(crate) fn new(networks: &[IpNet]) -> anyhow::Result<Self> {
        Ok(Self {
            encrypted: Way::new(networks, false)?,
            plain: Way::new(networks, true)?,
        })
    }

    /// Sends a notice, signed anew for this moment.
    pub(crate) async fn send(
        &self,
        webhook: &Webhook,
        notice: &OutgoingNotice,
    ) -> anyhow::Result<Sent> {
        let body = message::body(notice)?;
        let now = clock::unix_now();
        let signature = message::signatures(&webhook.secrets, &notice.id, now, &body);
        let answered = self.post(&webhook.url, notice, now, &signature, body).await;
        let why = match answered {
            Ok(status) if status.is_success() => return Ok(Sent::Delivered),
            Ok(StatusCode::GONE) => return Ok(Sent::Gone),
            Ok(status) if status.is_redirection() => {
                format!("{} (redirects are not followed)", status.as_u16())
            }
            Ok(status) => status.as_u16().to_string(),
            Err(why) => why.to_owned(),
        };
        let next_try_at = schedule::next_try_at(notice, clock::unix_now());
        Ok(Sent::Failed { why, next_try_at })
    }

    /// The answer's status, or why there is none.
    async fn post(
        &self,
        url: &Url,
        notice: &OutgoingNotice,
        timestamp: i64,
        signature: &str,
        body: Vec<u8>,
    ) -> Result<StatusCode, &'static str> {
        #[cfg(test)]
        if let Some(answer) = seam::tell(&body).await {
            return answer;
        }
        const FORBIDDEN: &str = "not sent: the address is private, see webhook_networks";
        let way = match url.scheme() {
            "https" => &self.encrypted,
            _ => &self.plain,
        };
        // An address that is no name is never resolved, so that nobody else would look at it.
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::from(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::from(ip)),
            _ => None,
        };
        if literal.is_some_and(|ip| !way.guard.lets_to(ip)) {
            return Err(FORBIDDEN);
        }
        let request = way
            .client
            .post(url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(body);
        match request.send().await {
            Ok(answer) => Ok(answer.status()),
            Err(error) if is_forbidden(&error) => Err(FORBIDDEN),
            Err(error) if error.is_timeout() => Err("no answer within 10 seconds"),
            Err(error) if error.is_connect() => Err("can't be reached"),
            Err(_) => Err("the connection broke off"),
        }
    }
}

fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
