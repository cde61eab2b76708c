//! Calls to the backend.

use std::pin::Pin;

use gloo_net::http::{Method, RequestBuilder};
use js_sys::{JSON, JsString, Object, encode_uri_component};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCache};

use crate::entry::Order;
use crate::face::Choice;
use crate::page;
use crate::read;

/// After this many milliseconds without an answer, there is none.
const PATIENCE: u32 = 20_000;
/// A request is asked again this often while the backend is still answering it.
const AGAIN: u8 = 8;

/// Done, and nothing to say.
const NO_CONTENT: u16 = 204;

/// How a call ended.
pub(crate) enum Answer {
    /// The backend did it and said so, in JSON if there is something to say.
    Body(JsValue),
    /// The backend refused, with this code, and found fault with this field, if with one.
    Problem(String, Option<String>),
    /// No answer, or none that could be read: nobody knows what happened.
    Lost,
}

impl Answer {
    /// An answer whose JSON is parsed.
    pub(crate) fn of(ok: bool, body: JsValue) -> Self {
        if ok {
            return Self::Body(body);
        }
        let (code, field) = read::problem(&body).unwrap_or_else(|| ("internal".into(), None));
        Self::Problem(code, field)
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

/// The path of a saved card.
pub(crate) fn card_path(card: &Choice) -> String {
    let name = encode_uri_component(card.card.as_deref().unwrap_or_default());
    ["cards/", &card.method, "/", &String::from(name)].concat()
}

impl Client {
    /// Asks for `session`, `status` or `cards`.
    pub(crate) fn ask<'a>(&'a self, what: &'a str) -> Pending<'a> {
        self.call(Method::GET, what, None)
    }

    /// Removes the saved card of this path.
    pub(crate) fn remove<'a>(&'a self, path: &'a str) -> Pending<'a> {
        self.call(Method::DELETE, path, None)
    }

    /// Asks for a payment to be started, or sends what was entered for it.
    pub(crate) fn send<'a>(&'a self, order: &'a Order) -> Pending<'a> {
        let (what, key, body) = match order {
            Order::Start(intent) => {
                let body = page::object(&[("method", &intent.choice.method)]);
                if let Some(card) = &intent.choice.card {
                    page::set(&body, "card", &card.into());
                }
                ("payments".into(), &intent.key, body)
            }
            Order::Continue(given) => {
                let what = ["payments/", &given.payment, "/continue"].concat();
                let request = &given.request;
                let body = page::object(&[]);
                for (name, text) in [
                    ("token", &request.token),
                    ("brand", &request.brand),
                    ("bank", &request.bank),
                    ("iban", &request.iban),
                ] {
                    if let Some(text) = text {
                        page::set(&body, name, &text.into());
                    }
                }
                if request.save {
                    page::set(&body, "save", &true.into());
                }
                (what, &given.key, body)
            }
        };
        self.insist(what, key, body)
    }

    /// Asks again, with the same key, while the backend is still answering.
    fn insist<'a>(&'a self, what: String, key: &'a str, body: Object) -> Pending<'a> {
        Box::pin(async move {
            let body = JSON::stringify(&body).unwrap_or_default();
            let mut left = AGAIN;
            loop {
                let answer = self.call(Method::POST, &what, Some((key, &body))).await;
                let again = |code: &String| code == "idempotency_in_flight";
                if left == 0 || !matches!(&answer, Answer::Problem(code, _) if again(code)) {
                    return answer;
                }
                left -= 1;
                page::sleep(700).await;
            }
        })
    }

    /// Boxed, so that the state of a call stands once in the module and not in every caller.
    fn call<'a>(
        &'a self,
        method: Method,
        what: &'a str,
        order: Option<(&'a str, &'a JsString)>,
    ) -> Pending<'a> {
        Box::pin(async move {
            self.try_call(method, what, order)
                .await
                .unwrap_or(Answer::Lost)
        })
    }

    async fn try_call(
        &self,
        method: Method,
        what: &str,
        order: Option<(&str, &JsString)>,
    ) -> Option<Answer> {
        let url = [&self.base, "/checkout/v1/", what].concat();
        let patience = AbortSignal::timeout_with_u32(PATIENCE);
        let mut request = RequestBuilder::new(&url)
            .method(method)
            .cache(RequestCache::NoStore)
            .abort_signal(Some(&patience))
            .header("Authorization", &["Bearer ", &self.secret].concat());
        let request = if let Some((key, body)) = order {
            request = request
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key);
            request.body(body).ok()?
        } else {
            request.build().ok()?
        };
        let response = request.send().await.ok()?;
        let text = response.text().await.ok()?;
        let body = JSON::parse(&text);
        if response.status() == NO_CONTENT {
            return Some(Answer::Body(JsValue::UNDEFINED));
        }
        if response.ok() {
            return body.ok().map(Answer::Body);
        }
        Some(Answer::of(false, body.unwrap_or_default()))
    }
}
