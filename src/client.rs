//! Calls to the backend.

use std::pin::Pin;

use gloo_net::http::{Method, RequestBuilder};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCache};

use crate::face::Intent;
use crate::page;
use crate::read;

/// After this many milliseconds without an answer, there is none.
const PATIENCE: u32 = 20_000;

/// How a call ended.
pub(crate) enum Answer {
    /// The backend did it and said so, in JSON.
    Body(JsValue),
    /// The backend refused, with this code.
    Problem(String),
    /// No answer, or none that could be read: nobody knows what happened.
    Lost,
}

impl Answer {
    /// An answer whose JSON is parsed.
    pub(crate) fn of(ok: bool, body: JsValue) -> Self {
        if ok {
            return Self::Body(body);
        }
        Self::Problem(read::problem(&body).unwrap_or_else(|| "internal".into()))
    }
}

/// A call under way.
type Pending<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// The backend, as one session's shopper.
pub(crate) struct Client {
    /// Its origin.
    pub(crate) base: String,
    /// The session's secret.
    pub(crate) secret: String,
}

impl Client {
    /// Asks for `session` or `status`.
    pub(crate) fn ask<'a>(&'a self, what: &'a str) -> Pending<'a> {
        self.call(Method::GET, what, None)
    }

    /// Asks for a payment to be started.
    pub(crate) fn start<'a>(&'a self, intent: &'a Intent) -> Pending<'a> {
        self.call(Method::POST, "payments", Some(intent))
    }

    /// Boxed, so that the state of a call stands once in the module and not in every caller.
    fn call<'a>(
        &'a self,
        method: Method,
        what: &'a str,
        intent: Option<&'a Intent>,
    ) -> Pending<'a> {
        Box::pin(async move {
            self.try_call(method, what, intent)
                .await
                .unwrap_or(Answer::Lost)
        })
    }

    async fn try_call(
        &self,
        method: Method,
        what: &str,
        intent: Option<&Intent>,
    ) -> Option<Answer> {
        let url = [&self.base, "/checkout/v1/", what].concat();
        let patience = AbortSignal::timeout_with_u32(PATIENCE);
        let mut request = RequestBuilder::new(&url)
            .method(method)
            .cache(RequestCache::NoStore)
            .abort_signal(Some(&patience))
            .header("Authorization", &["Bearer ", &self.secret].concat());
        let request = if let Some(intent) = intent {
            request = request
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", &intent.key);
            let body = js_sys::JSON::stringify(&page::object("method", &intent.method)).ok()?;
            request.body(body).ok()?
        } else {
            request.build().ok()?
        };
        let response = request.send().await.ok()?;
        let text = response.text().await.ok()?;
        let body = js_sys::JSON::parse(&text);
        if response.ok() {
            return body.ok().map(Answer::Body);
        }
        Some(Answer::of(false, body.unwrap_or_default()))
    }
}
