//! Calls to the backend, and how an answer is understood.

use std::time::Duration;

use gloo_net::http::{Method, RequestBuilder};
use guichet_wire::{NextAction, ProblemCode, ShopperQuestion, StartPayment, StartedPayment};
use js_sys::JSON;
use leptos::prelude::set_timeout_with_handle;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::JsValue;
use web_sys::{AbortController, RequestCache};

use super::page::{FirstAnswer, sleep};
use crate::state::entry::Order;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A request is asked again this often while the backend is still answering it.
const AGAIN: u8 = 8;
/// The pause before that, in milliseconds.
const PAUSE: u32 = 700;

/// How a call ended.
pub(crate) enum Answer<T> {
    /// The backend did it, and said this.
    Body(T),
    /// The backend refused, with a code, and found fault with a field, if with one; or it said
    /// something that is no answer.
    Problem(Problem),
    /// No answer, or none that could be read: nobody knows what happened.
    Lost,
}

/// What is read of a problem.
#[derive(Deserialize)]
pub(crate) struct Problem {
    #[serde(default = "internal")]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) field: Option<String>,
}

fn internal() -> String {
    ProblemCode::Internal.as_str().into()
}

impl Problem {
    fn of(code: &str) -> Self {
        Self {
            code: code.into(),
            field: None,
        }
    }
}

impl<T: DeserializeOwned> Answer<T> {
    fn read(ok: bool, body: JsValue) -> Self {
        if ok {
            let unreadable = |_| Self::Problem(Problem::of("answer_unreadable"));
            from_value(body).map_or_else(unreadable, Self::Body)
        } else {
            let problem =
                from_value(body).unwrap_or_else(|_| Problem::of(ProblemCode::Internal.as_str()));
            Self::Problem(problem)
        }
    }

    /// What `element.js` heard.
    pub(crate) fn first(answer: &FirstAnswer) -> Self {
        match (answer.ok(), answer.body()) {
            (Some(ok), body) if !body.is_undefined() => Self::read(ok, body),
            _ => Self::Lost,
        }
    }
}

/// The backend, as one session talks with it.
pub(crate) struct Backend {
    base: String,
    secret: String,
    /// The platform's page speaks what the widget does, unless the shop's server said otherwise.
    language: &'static str,
}

/// What is sent with a call that may move money.
struct Sent<'a> {
    key: &'a str,
    json: &'a str,
}

impl Backend {
    pub(crate) fn new(base: String, secret: String, language: &'static str) -> Self {
        Self {
            base,
            secret,
            language,
        }
    }

    /// Asks for `session`, `status` or `cards`.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, what: &str) -> Answer<T> {
        self.call(Method::GET, what, None).await
    }

    /// Removes a saved card.
    pub(crate) async fn remove(&self, method: &str, card: &str) -> Answer<serde::de::IgnoredAny> {
        let card = js_sys::encode_uri_component(card);
        let path = ["cards/", method, "/", &String::from(card)].concat();
        self.call(Method::DELETE, &path, None).await
    }

    /// Asks for a payment to be started, or sends what was entered for it. Asks again, with the
    /// same key, while the backend is still answering.
    pub(crate) async fn send(&self, order: &Order) -> Answer<StartedPayment> {
        let (path, key, json) = match order {
            Order::Start(intent) => {
                let start = StartPayment {
                    method: intent.choice.method.clone(),
                    card: intent.choice.card.clone(),
                    save: intent.save,
                };
                ("payments".to_owned(), &intent.key, written(&start))
            }
            Order::Continue(given) => {
                let path = ["payments/", &given.payment, "/continue"].concat();
                (path, &given.key, written(&given.request))
            }
        };
        let mut left = AGAIN;
        loop {
            let sent = Sent { key, json: &json };
            let answer = self.call(Method::POST, &path, Some(sent)).await;
            match answer {
                Answer::Problem(problem) if left > 0 && in_flight(&problem) => {
                    left -= 1;
                    sleep(PAUSE).await;
                }
                // A choice among no banks is none.
                Answer::Body(started) if asks_nothing(&started) => {
                    return Answer::Problem(Problem::of("answer_unreadable"));
                }
                answer => return answer,
            }
        }
    }

    /// A call as a form. A browser sends one to another origin at once; before a request with
    /// headers of ours it asks whether it may, and the shopper waits for a round trip more.
    fn form(&self, key: &str, json: &str) -> String {
        let secret = String::from(js_sys::encode_uri_component(&self.secret));
        let parts = [
            "session=",
            &secret,
            "&idempotency_key=",
            key,
            "&request=",
            json,
        ];
        parts.concat()
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        sent: Option<Sent<'_>>,
    ) -> Answer<T> {
        match self.heard(method, path, sent).await {
            Ok(Some((ok, body))) => Answer::read(ok, body),
            Ok(None) | Err(_) => Answer::Lost,
        }
    }

    /// What the backend said, parsed: nothing where it can't be parsed and may have been anything.
    async fn heard(
        &self,
        method: Method,
        path: &str,
        sent: Option<Sent<'_>>,
    ) -> Result<Option<(bool, JsValue)>, gloo_net::Error> {
        // What the page wrote into the attribute may be no value of a header.
        if !self.secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(None);
        }
        // It fails nowhere; without it, the browser's own patience counts.
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let abort = move || {
            if let Some(controller) = controller {
                controller.abort();
            }
        };
        let timer = set_timeout_with_handle(abort, PATIENCE);
        let request = RequestBuilder::new(&[&self.base, "/checkout/v1/", path].concat())
            .method(method)
            .cache(RequestCache::NoStore)
            .abort_signal(signal.as_ref());
        let request = match sent {
            None => request
                .header("Authorization", &["Bearer ", &self.secret].concat())
                .build(),
            Some(Sent { key, json }) => request
                .header("Accept-Language", self.language)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(JsValue::from(self.form(key, json))),
        }?;
        let answer = request.send().await?;
        let text = answer.text().await?;
        if let Ok(timer) = timer {
            timer.clear();
        }
        let body = match JSON::parse(&text) {
            Ok(body) => body,
            Err(_) if !answer.ok() || answer.status() == 204 => js_sys::Object::new().into(),
            Err(_) => return Ok(None),
        };
        Ok(Some((answer.ok(), body)))
    }
}

/// The JSON of a request, as it stands in a form. What can't be written is sent as nothing, and
/// refused.
fn written(request: &impl Serialize) -> String {
    let object = request.serialize(&Serializer::json_compatible());
    let json = object.ok().and_then(|object| JSON::stringify(&object).ok());
    let json = json.and_then(|json| json.as_string()).unwrap_or_default();
    js_sys::encode_uri_component(&json).into()
}

fn in_flight(problem: &Problem) -> bool {
    ProblemCode::parse(&problem.code) == ProblemCode::IdempotencyInFlight
}

fn asks_nothing(started: &StartedPayment) -> bool {
    matches!(
        &started.next_action,
        NextAction::Ask { question: ShopperQuestion::Bank { banks } } if banks.is_empty()
    )
}
