//! `POST /pay`: what the shopper pressed, on a page of ours or on the list in the shop's page
//! before the widget was there.
//!
//! The session's secret in the body proves who asks, as the widget's bearer does: no other site
//! knows it, so none can have a browser send this form for a session that is not its own.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::{Book, Idempotency};
use guichet_widget::render::page::Shown;
use guichet_wire::{ContinuePayment, NextAction, ProblemCode, StartPayment};

use super::addresses::address;
use super::answers::{problem, see_other};
use super::cookie;
use super::form::{Pressed, answer_mark, start_mark};
use super::page::{Seen, is_under_way, leading};
use crate::app::App;
use crate::clock;
use crate::http::assets::Assets;
use crate::http::auth::{Opened, Surface};
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::given::given;
use crate::http::problem::ApiError;
use crate::http::request::{asked_for, to_the_end};
use crate::payments::error::PaymentError;
use crate::payments::go_on::Received;
use crate::payments::start::{Choice, Who};
use crate::payments::started::{Earlier, Started};
use crate::payments::{go_on, start};
use crate::sessions::folded::Folded;
use crate::sessions::offers::offers;

/// What the form says where the browser runs scripts, and the shop's page shows what comes of it.
const SHOP: &str = "shop";

/// How often, and with which pause, the answer is looked for that the same press is being given.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Takes a press, and sends the browser to the page that shows what came of it.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Extension(assets): Extension<Assets>,
    caller: Caller,
    body: RawBody,
) -> Response {
    let headers = caller.headers.clone();
    match taken(&app, &assets, caller, body).await {
        Ok(response) => response,
        Err(error) => problem(&app, &assets, &headers, error).await,
    }
}

async fn taken(
    app: &Arc<App>,
    assets: &Assets,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(app).await?;
    let pressed = Pressed::parse(&body);
    let secret = pressed.session.trim().to_owned();
    let opened = Opened::by(app, caller, &secret, Surface::Page).await?;
    app.limiter.session_call(&opened.session)?;
    let cookie = cookie::write(&app.config.public_url, &opened.session, &secret);
    let press = Press {
        app: Arc::clone(app),
        assets: assets.clone(),
        opened,
        secret,
        pressed,
    };
    let mut response = to_the_end(app, async move {
        match press.done().await? {
            Came::To(address) => Ok(see_other(&address)),
            Came::Leave(shown) => press.leave(shown).await,
        }
    })
    .await?;
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What came of a press.
enum Came {
    /// The page at this address shows it.
    To(String),
    /// The page that leads to the platform, as the answer itself.
    Leave(Shown),
}

/// A press on a page of one session.
struct Press {
    app: Arc<App>,
    assets: Assets,
    opened: Opened,
    secret: String,
    pressed: Pressed,
}

impl Press {
    /// Does it.
    async fn done(&self) -> Result<Came, ApiError> {
        Ok(Came::To(match self.pressed.button.as_str() {
            // A form that was sent by the keyboard may name no button: it is the pay button.
            "pay" | "" if self.pressed.payment.is_empty() => return self.pay(false).await,
            "confirm" => return self.pay(true).await,
            "answer" | "" => self.answer().await?,
            "choose" | "stay" => self.list(""),
            _ => self.to(&[]),
        }))
    }

    /// The page that leads to the platform. It shows the session as it is by now.
    async fn leave(&self, shown: Shown) -> Result<Response, ApiError> {
        let book = self.book().await?;
        let folded = Folded::new(&book, clock::unix_now());
        let language = asked_for(&self.opened.caller.headers).map(String::from);
        let seen = Seen {
            app: &self.app,
            assets: &self.assets,
            shop: Arc::clone(&self.opened.shop),
            language: &language.unwrap_or_default(),
            secret: &self.secret,
        };
        Ok(seen.page(&folded, shown).await)
    }

    async fn book(&self) -> Result<Book, ApiError> {
        let book = self.app.store.book(self.session()).await?;
        book.ok_or_else(|| ApiError::internal(&"a session is gone"))
    }

    fn session(&self) -> &SessionId {
        &self.opened.session
    }

    /// Of the query, what says something.
    fn to(&self, query: &[(&str, &str)]) -> String {
        let query = query.iter().copied();
        let filled: Vec<_> = query.filter(|(_, value)| !value.is_empty()).collect();
        address(&self.app, self.session(), &filled)
    }

    /// The list, with what was in the way.
    fn list(&self, said: &str) -> String {
        self.to(&[
            ("do", "choose"),
            ("method", self.pressed.method.as_str()),
            ("said", said),
        ])
    }

    /// Pays with the method that stands chosen; `sure` although another payment may be open.
    async fn pay(&self, sure: bool) -> Result<Came, ApiError> {
        if self.pressed.method.is_empty() {
            return Ok(Came::To(self.list("choose_first")));
        }
        let request = StartPayment {
            method: self.pressed.method.clone(),
            card: None,
            save: false,
        };
        let body = serde_json::to_vec(&request).map_err(|error| ApiError::internal(&error))?;
        let book = self.book().await?;
        let folded = Folded::new(&book, clock::unix_now());
        let count = book.payments.len();
        let turn = self.pressed.turn.parse().ok().filter(|turn| *turn <= count);
        let mark = start_mark(self.session(), &self.secret, turn.unwrap_or(count), &body);
        // Pressed twice; or on a page that is older than what became of its payment. Nothing is
        // started from a page that does not know how things stand.
        if turn != Some(count) {
            let earlier = Earlier::of(&self.app, &mark).await?.same();
            let under_way = earlier.filter(|started| is_under_way(&folded, &started.payment));
            let known = turn.and(under_way);
            return Ok(match known {
                Some(started) => self.begun(&mark, &started),
                None => Came::To(self.to(&[])),
            });
        }
        // Its fields are put into the page by a script.
        let offers = offers(&self.app.accounts, &self.opened.shop, &book.session);
        let mut embedded = offers.iter().filter(|offer| offer.description.embedded);
        if embedded.any(|offer| offer.description.method.as_str() == self.pressed.method) {
            return Ok(Came::To(self.list("method_not_offered")));
        }
        if folded.overview.open_elsewhere && !sure {
            let method = self.pressed.method.as_str();
            let question = self.to(&[("do", "confirm"), ("method", method)]);
            return Ok(Came::To(question));
        }
        match self.start(&mark).await {
            Ok(started) => Ok(self.begun(&mark, &started)),
            // It is pressed twice, and the first press is being worked on.
            Err(PaymentError::RequestInFlight) => {
                Ok(Came::To(self.other_press(&mark, None).await?))
            }
            Err(error) => Ok(Came::To(self.said(error, |code| self.list(code))?)),
        }
    }

    /// What a start led to. Where scripts run, the browser leaves for the platform with the answer
    /// itself, and before that is a page to come back to; without them it is one, at an address.
    fn begun(&self, mark: &Idempotency, started: &Started) -> Came {
        let leaves = leading(&started.next_action).filter(|_| self.pressed.back == SHOP);
        leaves.map_or_else(|| Came::To(self.went(mark, started, None)), Came::Leave)
    }

    async fn start(&self, mark: &Idempotency) -> Result<Started, PaymentError> {
        let asked = start::Asked {
            app: &self.app,
            shop: &self.opened.shop,
            session: self.session(),
            who: Who::Shopper,
            back_to_page: self.pressed.back != SHOP,
            language: asked_for(&self.opened.caller.headers),
            client: self.opened.caller.client,
            mark,
        };
        let choice = Choice {
            method: &self.pressed.method,
            card: None,
            save: false,
        };
        asked.take().await?.run(choice).await
    }

    /// Goes on with a payment by the answer to its question.
    async fn answer(&self) -> Result<String, ApiError> {
        let Ok(payment) = PaymentId::try_from(self.pressed.payment.clone()) else {
            return Ok(self.to(&[]));
        };
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let request = ContinuePayment {
            bank: trimmed(&self.pressed.bank),
            iban: trimmed(&self.pressed.iban),
            ..ContinuePayment::default()
        };
        let mut given = request.bank.iter().chain(&request.iban);
        if given.all(String::is_empty) {
            return Ok(self.question("empty"));
        }
        let body = serde_json::to_vec(&request).map_err(|error| ApiError::internal(&error))?;
        let key = &self.pressed.key;
        let Some(mark) = answer_mark(&payment, &self.secret, key, &body) else {
            return Ok(self.question("empty"));
        };
        match self.go_on(&payment, &request, &mark).await {
            Ok(started) => Ok(self.went(&mark, &started, Some(&payment))),
            Err(PaymentError::UnderWay) => self.other_press(&mark, Some(&payment)).await,
            Err(PaymentError::KeyReused) => Ok(self.question("")),
            Err(error) => self.said(error, |code| self.question(code)),
        }
    }

    async fn go_on(
        &self,
        payment: &PaymentId,
        request: &ContinuePayment,
        mark: &Idempotency,
    ) -> Result<Started, PaymentError> {
        let asked = go_on::Asked {
            app: &self.app,
            shop: &self.opened.shop,
            session: self.session(),
            payment,
            language: asked_for(&self.opened.caller.headers),
            client: self.opened.caller.client,
            mark,
        };
        match asked.take().await? {
            Received::New(going_on) => going_on.run(&given(request)?).await,
            Received::Before(started) => Ok(started),
        }
    }

    /// The question again, with what was wrong with the answer.
    fn question(&self, said: &str) -> String {
        self.to(&[
            ("go", self.pressed.go.as_str()),
            ("as", &self.pressed.fingerprint),
            ("said", said),
        ])
    }

    /// The page of what a request led to. A question that is asked once more is asked on the page
    /// of the first.
    fn went(&self, mark: &Idempotency, started: &Started, answered: Option<&PaymentId>) -> String {
        match (&started.next_action, answered) {
            (NextAction::Ask { .. }, Some(_)) => self.question("field_invalid"),
            (NextAction::Wait, _) => self.to(&[]),
            (NextAction::HostedFields { .. }, _) => self.list("method_not_offered"),
            (
                NextAction::FormPost { .. } | NextAction::Redirect { .. } | NextAction::Ask { .. },
                _,
            ) => {
                let fingerprint = hex::encode(&mark.fingerprint);
                let mut query = vec![("go", mark.key.as_str()), ("as", &fingerprint)];
                query.extend(answered.map(|payment| ("payment", payment.as_str())));
                self.to(&query)
            }
        }
    }

    /// Waits for the answer that the same press is being given.
    async fn other_press(
        &self,
        mark: &Idempotency,
        answered: Option<&PaymentId>,
    ) -> Result<String, ApiError> {
        for _ in 0..LOOKS {
            if let Some(started) = Earlier::of(&self.app, mark).await?.same() {
                return Ok(self.went(mark, &started, answered));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(self.to(&[]))
    }

    /// Where a refusal is told: beside what was pressed, or by the session's status.
    fn said(
        &self,
        error: PaymentError,
        beside: impl FnOnce(&str) -> String,
    ) -> Result<String, ApiError> {
        let error = ApiError::from(error);
        match error.code() {
            ProblemCode::SessionPaid | ProblemCode::SessionExpired => Ok(self.to(&[])),
            // The page was drawn before another one's payment: it is drawn anew.
            ProblemCode::IdempotencyKeyReused | ProblemCode::IdempotencyInFlight => {
                Ok(self.to(&[]))
            }
            ProblemCode::SessionUnknown
            | ProblemCode::KeyRotated
            | ProblemCode::Internal
            | ProblemCode::StoreUnavailable => Err(error),
            code => Ok(beside(code.as_str())),
        }
    }
}
