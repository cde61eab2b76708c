//! A payment's start: by the shopper in the widget, or by the shop's server.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use guichet_domain::id::PaymentId;
use guichet_domain::method::Method;
use guichet_domain::session::PAYMENTS_MAX;
use guichet_providers::contract::{
    Begin, Begun, By, Exchange, Failure, Given, Next, Owner, Provider, Seed,
};
use guichet_store::{
    AddedPayment, Book, CardMark, Conversation, Idempotency, Kept, Payment, Stage,
};
use guichet_wire::{NextAction, ProblemCode, StartPayment, StartedPayment};

use super::due::Talk;
use super::go_on::go_on;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::http::problem::ApiError;
use crate::http::request::key_reused;
use crate::sessions::offers::{Offer, offers};
use crate::sessions::views::Folded;

/// A payment that is being started.
pub(crate) struct Starting<'a> {
    pub(crate) app: &'a Arc<App>,
    pub(crate) shop: &'a Shop,
    pub(crate) book: &'a Book,
    pub(crate) client: Option<IpAddr>,
    pub(crate) mark: &'a Idempotency,
}

impl<'a> Starting<'a> {
    /// Starts the payment, or answers what was answered before.
    pub(crate) async fn run(
        &self,
        request: impl FnOnce() -> Result<StartPayment, ApiError>,
        by_shop: bool,
    ) -> Result<Response, ApiError> {
        let kept = self.app.store.recall(self.mark).await?;
        if let Some(kept @ (Kept::OtherBody | Kept::New)) = kept {
            return replay(kept);
        }
        let request = request()?;
        let by = by(&request, by_shop)?;
        if let Some(Kept::Replayed(body)) = kept {
            return self.again(body, by).await;
        }
        let folded = Folded::new(self.book, clock::unix_now());
        refuse_if_closed(&folded)?;
        // Nobody is there whom the shop's server could warn: it waits until every outcome is known.
        if matches!(by, By::ShopWith { .. }) && folded.overview.open_elsewhere {
            return Err(payment_open());
        }
        let offer = self.choose(&request)?;
        if request.card.is_some() && !offer.offer.saved_cards {
            let detail = "no saved card can pay this session: see saved_cards of the methods";
            return Err(ApiError::field("card", detail));
        }
        let account = self
            .app
            .config
            .account(&offer.entry.provider, offer.entry.account.as_str())
            .ok_or_else(|| ApiError::internal(&"an offer without its account"))?;
        self.begin(account, &offer, by).await
    }

    fn choose(&self, request: &StartPayment) -> Result<Offer<'a>, ApiError> {
        let not_offered = || {
            ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ProblemCode::MethodNotOffered,
                "this method is not among those that GET /checkout/v1/session offers",
            )
        };
        let method = Method::try_from(request.method.clone()).map_err(|_| not_offered())?;
        offers(&self.app.config, self.shop, &self.book.session)
            .into_iter()
            .find(|o| o.description.method == method && o.offer.unavailable.is_none())
            .ok_or_else(not_offered)
    }

    async fn begin(
        &self,
        account: &dyn Provider,
        offer: &Offer<'_>,
        by: By<'_>,
    ) -> Result<Response, ApiError> {
        let (app, session) = (self.app, &self.book.session);
        let random = || clock::random::<16>().map_err(|e| ApiError::internal(&e));
        let id = PaymentId::from_random(random()?);
        let reference = account.new_reference(&self.seed(account).await?);
        let nonce = hex::encode(random()?);
        let addresses = app.config.addresses(account, &id, &nonce);
        let method = &offer.description.method;
        let first = self.first(account, by).await?;
        let step = |exchanges: &[Exchange]| {
            let begin = Begin {
                session,
                method,
                by,
                client: self.client,
                first: first.as_deref(),
                reference: &reference,
                addresses: &addresses,
                now: clock::now(),
            };
            account.begin(&begin, exchanges)
        };
        let begun = app.platform.converse(step).await;
        let begun = begun.map_err(refused_by_platform)?;
        let now = clock::unix_now();
        let payment = Payment {
            id,
            session: session.id.clone(),
            provider: account.name().into(),
            account: account.account().clone(),
            method: method.clone(),
            kind: offer.description.kind,
            reference,
            created_at: now,
            deadline_at: now + account.deadline_seconds(),
        };
        self.store(account, &payment, nonce, begun, by).await
    }

    /// What the first payment left of a card that pays without the shopper.
    async fn first(&self, account: &dyn Provider, by: By<'_>) -> Result<Option<String>, ApiError> {
        let (By::ShopWith { card }, Some(owner)) = (by, Owner::of(&self.book.session)) else {
            return Ok(None);
        };
        let card = CardMark {
            account: account.account(),
            shop: owner.shop,
            shopper: owner.shopper,
            card,
        };
        Ok(self.app.store.first_payment(&card).await?)
    }

    async fn seed(&self, account: &dyn Provider) -> Result<Seed, ApiError> {
        let day = clock::paris_day(clock::now()).map_err(|e| ApiError::internal(&e))?;
        let number = match account.reference_scope() {
            Some(scope) => self.app.store.next_number(&scope, &day.to_string()).await?,
            None => 0,
        };
        let random = clock::random().map_err(|e| ApiError::internal(&e))?;
        Ok(Seed {
            random,
            day,
            number,
        })
    }

    /// Stores the payment before anything is answered, and before anything that takes money.
    async fn store(
        &self,
        account: &dyn Provider,
        payment: &Payment,
        nonce: String,
        begun: Begun,
        by: By<'_>,
    ) -> Result<Response, ApiError> {
        let conversation = conversation(nonce, &begun);
        let kept = account.continuing().map(|_| &conversation);
        let (next_action, proceeds) = match begun.next {
            Next::Browser(action) => (action, false),
            Next::Proceed => (NextAction::Wait, true),
        };
        let body = answer(&payment.id, next_action)?;
        let store = &self.app.store;
        match store.add_payment(payment, kept, self.mark, &body).await? {
            AddedPayment::Kept(Kept::New) => {
                let (session, method) = (&payment.session, &payment.method);
                tracing::info!(payment = %payment.id, %session, %method, "started");
                // The shopper comes back by this name.
                self.app.limiter.prove(payment.id.as_str().as_bytes());
                if proceeds {
                    let talk = self.talk(account, payment, by)?;
                    return go_on(&talk, &conversation, Given::Nothing, self.mark).await;
                }
                Ok(created(body))
            }
            AddedPayment::Kept(kept) => replay(kept),
            AddedPayment::Settled => Err(settled()),
            AddedPayment::Expired => Err(expired()),
            AddedPayment::TooMany => Err(too_many()),
        }
    }

    /// A repeated request: the same answer. A payment that was stored and got no further, because
    /// the platform could not be reached, goes on.
    async fn again(&self, body: String, by: By<'_>) -> Result<Response, ApiError> {
        let started: StartedPayment =
            serde_json::from_str(&body).map_err(|e| ApiError::internal(&e))?;
        let mut payments = self.book.payments.iter().map(|(payment, _)| payment);
        let payment = payments.find(|payment| payment.id.as_str() == started.payment);
        let (Some(payment), NextAction::Wait) = (payment, &started.next_action) else {
            return Ok(created(body));
        };
        let conversation = self.app.store.conversation(&payment.id).await?;
        let waits = |conversation: &Conversation| conversation.stage == Stage::Proceed;
        let Some(conversation) = conversation.filter(waits) else {
            return Ok(created(body));
        };
        let account = self
            .app
            .config
            .account(&payment.provider, payment.account.as_str())
            .ok_or_else(|| ApiError::internal(&"a payment without its account"))?;
        let talk = self.talk(account, payment, by)?;
        go_on(&talk, &conversation, Given::Nothing, self.mark).await
    }

    fn talk<'t>(
        &'t self,
        account: &'t dyn Provider,
        payment: &'t Payment,
        by: By<'t>,
    ) -> Result<Talk<'t>, ApiError> {
        let continuing = account.continuing();
        Ok(Talk {
            app: self.app,
            at: Stage::Talking,
            account,
            continuing: continuing
                .ok_or_else(|| ApiError::internal(&"a payment that can't go on"))?,
            book: self.book,
            payment,
            by,
            client: self.client,
        })
    }
}

/// Who starts the payment. Without the shopper, only a saved card can pay.
fn by(request: &StartPayment, by_shop: bool) -> Result<By<'_>, ApiError> {
    match request.card.as_deref() {
        Some(card) if by_shop => Ok(By::ShopWith { card }),
        Some(card) => Ok(By::ShopperWith { card }),
        None if by_shop => {
            let detail = "is missing: without the shopper, only a saved card can pay";
            Err(ApiError::field("card", detail))
        }
        None => Ok(By::Shopper),
    }
}

/// The rest of a payment that has begun.
fn conversation(nonce: String, begun: &Begun) -> Conversation {
    let stage = match &begun.next {
        Next::Proceed => Stage::Proceed,
        Next::Browser(NextAction::HostedFields { .. } | NextAction::Ask { .. }) => Stage::Token,
        Next::Browser(NextAction::FormPost { .. } | NextAction::Wait) => Stage::Return,
    };
    let keep = begun.keep.clone();
    Conversation {
        nonce,
        stage,
        keep,
        posted: Vec::new(),
        tries: 0,
    }
}

pub(crate) fn replay(kept: Kept) -> Result<Response, ApiError> {
    match kept {
        Kept::Replayed(body) => Ok(created(body)),
        Kept::OtherBody => Err(key_reused()),
        Kept::New => Err(ApiError::internal(&"a recalled request is new")),
    }
}

pub(crate) fn created(body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::CREATED, headers, body).into_response()
}

pub(crate) fn refuse_if_closed(folded: &Folded<'_>) -> Result<(), ApiError> {
    if folded.overview.can_pay {
        return Ok(());
    }
    let session = &folded.book.session;
    Err(if session.is_settled() {
        settled()
    } else if folded.book.payments.len() >= PAYMENTS_MAX {
        too_many()
    } else {
        expired()
    })
}

pub(crate) fn expired() -> ApiError {
    let detail = "this session has expired; the shop must make a new one";
    ApiError::new(StatusCode::GONE, ProblemCode::SessionExpired, detail)
}

pub(crate) fn payment_open() -> ApiError {
    let detail = "another payment of this session may still take money; ask for the session until \
                  its outcome is known";
    ApiError::new(StatusCode::CONFLICT, ProblemCode::PaymentOpen, detail)
}

pub(crate) fn settled() -> ApiError {
    let detail = "this session, or another one of the same order, is paid; ask for its status";
    ApiError::new(StatusCode::CONFLICT, ProblemCode::SessionPaid, detail)
}

fn too_many() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::TooManyPayments,
        format!("a session may have {PAYMENTS_MAX} payments; the shop must make a new one"),
    )
}

/// The body of an answer that tells the browser what to do next.
pub(crate) fn answer(payment: &PaymentId, next_action: NextAction) -> Result<String, ApiError> {
    let started = StartedPayment {
        payment: payment.to_string(),
        next_action,
    };
    serde_json::to_string(&started).map_err(|e| ApiError::internal(&e))
}

pub(crate) fn refused_by_platform(failure: Failure) -> ApiError {
    match failure {
        Failure::Unreachable => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemCode::PlatformUnreachable,
            "the payment platform does not answer; nothing was started, try again in a moment",
        ),
        Failure::Unsuitable(field) => field.into(),
        Failure::Unexpected(what) => ApiError::internal(&what),
        Failure::Unknown => ApiError::internal(&"the outcome of a call is unknown"),
    }
}
