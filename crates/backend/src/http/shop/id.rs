//! The session that a path names.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use guichet_domain::id::SessionId;

use crate::http::answers::session_unknown;
use crate::http::problem::ApiError;

/// A session's id in the path.
pub(super) struct InPath(pub(super) SessionId);

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.ok().and_then(|Path(id)| SessionId::try_from(id).ok());
        id.map(Self)
            .ok_or_else(|| session_unknown("a session's id begins with cs_"))
    }
}
