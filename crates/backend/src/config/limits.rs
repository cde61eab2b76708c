//! `[limits]`: how much of the backend one caller can have.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;

/// The limits. Each is far above what a shop with its shoppers needs, also where hundreds of them
/// share one address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Most connections at once.
    connections: NonZeroU32,
    /// Most bytes of a request's first line and headers.
    header_bytes: HeaderBytes,
    /// Seconds that the headers may take from their first byte, and a new connection until then.
    header_seconds: NonZeroU32,
    /// Seconds that a request's body may take.
    body_seconds: NonZeroU32,
    /// Seconds that a connection may wait for its next request.
    idle_seconds: NonZeroU32,
    /// Requests of one caller that prove nothing: a wrong key or secret, a notification that does
    /// not verify, an unknown path, and the first request with each session's secret.
    pub(crate) caller: Rate,
    /// Requests with one session's secret.
    pub(crate) session: Rate,
    /// Those among them that may call a platform: cards, the start of a payment and its going on.
    pub(crate) session_calls: Rate,
    /// Requests with one shop's key.
    pub(crate) shop: Rate,
    /// Calls of platforms at once.
    platform_calls: NonZeroU32,
}

/// So many a second, and so many at once after a pause.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    pub(crate) per_second: NonZeroU32,
    pub(crate) burst: NonZeroU32,
}

/// At least what a notification's query needs, and as much again for headers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
struct HeaderBytes(u32);

impl TryFrom<u32> for HeaderBytes {
    type Error = String;

    fn try_from(bytes: u32) -> Result<Self, String> {
        let known = 20 * 1024..=256 * 1024;
        if known.contains(&bytes) {
            return Ok(Self(bytes));
        }
        let (least, most) = (known.start(), known.end());
        Err(format!(
            "must be {least} to {most}: a notification may come as a query of 16,384 bytes"
        ))
    }
}

impl Default for Limits {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let rate = |per_second, burst| Rate {
            per_second: number(per_second),
            burst: number(burst),
        };
        Self {
            connections: number(1000),
            header_bytes: HeaderBytes(32 * 1024),
            header_seconds: number(10),
            body_seconds: number(10),
            idle_seconds: number(75),
            caller: rate(20, 400),
            session: rate(50, 500),
            session_calls: rate(1, 40),
            shop: rate(200, 1000),
            platform_calls: number(128),
        }
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn seconds(number: NonZeroU32) -> Duration {
    Duration::from_secs(number.get().into())
}

impl Limits {
    pub(crate) fn connections(&self) -> usize {
        size(self.connections.get())
    }

    pub(crate) fn header_bytes(&self) -> usize {
        size(self.header_bytes.0)
    }

    pub(crate) fn header(&self) -> Duration {
        seconds(self.header_seconds)
    }

    pub(crate) fn body(&self) -> Duration {
        seconds(self.body_seconds)
    }

    pub(crate) fn idle(&self) -> Duration {
        seconds(self.idle_seconds)
    }

    pub(crate) fn platform_calls(&self) -> usize {
        size(self.platform_calls.get())
    }
}
