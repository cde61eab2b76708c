//! A request's body: read once it is known who may send one, and for so long.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::app::App;

/// Most bytes that a JSON request may have.
pub(crate) const JSON_MAX: usize = 64 * 1024;

/// A body of at most as many bytes as the route allows, whatever its type. It is not read before
/// somebody asks for it: who may send one is known by then.
pub(crate) struct RawBody(Request);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unread {
    TooLarge,
    TooSlow,
    Broken,
}

impl Unread {
    /// The status that tells it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

impl RawBody {
    /// The body of a request that came another way than to its route.
    pub(crate) fn of(request: Request) -> Self {
        Self(request)
    }

    /// Reads it to its end, for as long as a body may take.
    pub(crate) async fn read(self, app: &App) -> Result<Bytes, Unread> {
        let read = Bytes::from_request(self.0, &());
        match tokio::time::timeout(app.config.limits.body(), read).await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Unread::TooLarge)
            }
            Ok(Err(_)) => Err(Unread::Broken),
            Err(_) => Err(Unread::TooSlow),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request))
    }
}
