//! A call that may move money, in either of two ways: with headers and a JSON body, or as a form.
//!
//! A browser sends a form to another origin at once; before a request with headers of ours it asks
//! whether it may, which costs a round trip. What the headers say stands in fields then, and is
//! proven and refused alike. Another site can't send one for its visitor: it does not know the
//! session's secret, and its origin is not of the shop.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use guichet_store::Idempotency;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::app::App;
use crate::digest::keyed;
use crate::http::auth::{Opened, OpenedForCall, secret_of, widgets_secret};
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::http::request::{idempotency, marked, no_key};

const FORM: &str = "application/x-www-form-urlencoded";

/// The form by which a page sends such a call.
#[derive(Serialize, ToSchema)]
pub(super) struct CallForm {
    /// The session's secret.
    session: String,
    /// What the header `Idempotency-Key` would say.
    idempotency_key: String,
    /// The JSON that would be the body.
    request: String,
}

/// A call whose page is proven.
pub(super) struct Call {
    pub(super) opened: Opened,
    /// The JSON of what is asked.
    pub(super) body: Bytes,
    secret: String,
    /// The key, where it came in a form.
    key: Option<String>,
}

impl Call {
    /// Reads one. Where the secret stands in a header, it is proven before the body comes.
    pub(super) async fn read(
        app: &Arc<App>,
        caller: Caller,
        body: RawBody,
    ) -> Result<Self, ApiError> {
        if !is_form(&caller.headers) {
            let secret = widgets_secret(&caller.headers)?.to_owned();
            let OpenedForCall(opened) = OpenedForCall::by(app, caller, &secret).await?;
            let body = body.read(app).await?;
            return Ok(Self {
                opened,
                body,
                secret,
                key: None,
            });
        }
        let form = body.read(app).await?;
        let given = field(&form, "session")?;
        let secret = secret_of(
            given.as_deref(),
            "send the session's secret as session=css_…",
        )?;
        let OpenedForCall(opened) = OpenedForCall::by(app, caller, secret).await?;
        let Some(key) = field(&form, "idempotency_key")? else {
            return no_key("send idempotency_key: one per intent, kept when you retry");
        };
        let Some(request) = field(&form, "request")? else {
            return Err(ApiError::field(
                "request",
                "is missing: send the JSON as request=",
            ));
        };
        Ok(Self {
            opened,
            body: request.into(),
            secret: secret.to_owned(),
            key: Some(key),
        })
    }

    /// Its mark. The same call is the same, whichever way it comes.
    pub(super) fn mark(&self, scope: String) -> Result<Idempotency, ApiError> {
        match &self.key {
            Some(key) => marked(key, scope, &self.body),
            None => idempotency(&self.opened.caller.headers, scope, &self.body),
        }
    }

    /// The mark of a call that may hold an IBAN. Its digest is keyed with the secret, of which the
    /// books have only a digest: whoever reads the books can't find an IBAN by trying.
    pub(super) fn hidden_mark(&self, scope: String) -> Result<Idempotency, ApiError> {
        let fingerprint = keyed(self.secret.as_bytes(), &self.body);
        let mark = self.mark(scope)?;
        Ok(Idempotency {
            fingerprint,
            ..mark
        })
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE);
    let named = named.and_then(|value| value.to_str().ok()?.split(';').next());
    named.is_some_and(|named| named.trim().eq_ignore_ascii_case(FORM))
}

/// A field of a form, which is there once at most.
fn field(form: &[u8], name: &str) -> Result<Option<String>, ApiError> {
    let mut found = form_urlencoded::parse(form).filter(|(given, _)| given == name);
    let value = found.next().map(|(_, value)| value.into_owned());
    match found.next() {
        Some(_) => Err(ApiError::field(name, "is there twice: send it once")),
        None => Ok(value),
    }
}
