//! `POST /checkout/v1/payments/{id}/continue`: what the platform's fields in the page, or the
//! shopper, gave.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use guichet_domain::iban::Iban;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{By, Exchange, Failure, Given, Proceed, Proceeded};
use guichet_store::{Advance, Book, Conversation, Idempotency, Payment, Stage};
use guichet_wire::{ContinuePayment, NextAction, ProblemCode, StartedPayment};

use super::due::{Talk, leaving, one_at_a_time};
use super::start::{answer, created, expired, payment_open, refused_by_platform, replay, settled};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::http::checkout::{authenticate, open};
use crate::http::problem::ApiError;
use crate::http::request::{
    Caller, RawBody, hidden_fingerprint, idempotency, json, speak, to_the_end,
};
use crate::sessions::offers::offers;
use crate::sessions::views::Folded;

/// Longest token that is passed on.
const TOKEN_MAX: usize = 4096;

/// Goes on with a payment.
#[utoipa::path(
    post, path = "/checkout/v1/payments/{id}/continue", tag = "widget",
    params(
        ("id" = String, Path, description = "The payment's id, pay_…"),
        ("Idempotency-Key" = String, Header, description = "One per intent, kept on retries"),
    ),
    request_body = ContinuePayment,
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn proceed(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let (book, _) = authenticate(&app, &caller).await?;
    app.limiter.session_call(&book.session.id)?;
    let body = body.read(&app).await?;
    let work = take(Arc::clone(&app), id, caller, body);
    to_the_end(&app, work).await
}

async fn take(
    app: Arc<App>,
    id: Result<Path<String>, PathRejection>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (mut book, shop) = open(&app, &caller).await?;
    speak(&mut book.session, shop, &caller.headers);
    let unknown = || {
        let detail = "this session has no such payment that could be continued";
        ApiError::new(StatusCode::NOT_FOUND, ProblemCode::PaymentUnknown, detail)
    };
    let id = id.ok().and_then(|Path(id)| PaymentId::try_from(id).ok());
    let id = id.ok_or_else(unknown)?;
    let (payment, _) = book
        .payments
        .iter()
        .find(|(p, _)| p.id == id)
        .ok_or_else(unknown)?;
    let mut mark = idempotency(&caller.headers, format!("payment/{id}/continue"), &body)?;
    mark.fingerprint = hidden_fingerprint(&caller.headers, &body);
    let Some(_in_flight) = app.enter(format!("{}/{}", mark.scope, mark.key)) else {
        return Err(under_way());
    };
    if let Some(kept) = app.store.recall(&mark).await? {
        return replay(kept);
    }
    let request: ContinuePayment = json(&body)?;
    let given = Gift::parse(&request)?;
    if request.save && !can_save(&app, shop, &book, payment) {
        let detail = "this card can't be saved: see can_save of the methods";
        return Err(ApiError::field("save", detail));
    }
    let account = app
        .config
        .account(&payment.provider, payment.account.as_str());
    let (account, continuing) = account
        .and_then(|a| Some((a, a.continuing()?)))
        .ok_or_else(unknown)?;
    let conversation = app.store.conversation(&id).await?.ok_or_else(unknown)?;
    let talk = Talk {
        app: &app,
        at: Stage::Talking,
        account,
        continuing,
        book: &book,
        payment,
        by: By::Shopper,
        client: caller.client,
    };
    go_on(&talk, &conversation, given.borrow(), &mark).await
}

/// What the shopper gave, parsed.
enum Gift<'a> {
    Token {
        token: &'a str,
        brand: Option<&'a str>,
        save: bool,
    },
    Bank(&'a str),
    Iban(Iban),
}

impl<'a> Gift<'a> {
    fn parse(request: &'a ContinuePayment) -> Result<Self, ApiError> {
        let (token, bank) = (request.token.as_deref(), request.bank.as_deref());
        let (iban, brand) = (request.iban.as_deref(), request.brand.as_deref());
        match (token, bank, iban) {
            (Some(token), None, None) if !(1..=TOKEN_MAX).contains(&token.len()) => {
                let detail = format!("must be 1 to {TOKEN_MAX} bytes long");
                Err(ApiError::field("token", detail))
            }
            (Some(token), None, None) => Ok(Self::Token {
                token,
                brand,
                save: request.save,
            }),
            (None, ..) if brand.is_some() => Err(ApiError::field(
                "brand",
                "goes with a token, and with nothing else",
            )),
            (None, ..) if request.save => Err(ApiError::field(
                "save",
                "goes with a token, and with nothing else",
            )),
            (None, Some(bank), None) => Ok(Self::Bank(bank)),
            (None, None, Some(iban)) => Ok(Self::Iban(Iban::try_from(iban)?)),
            (None, None, None) => {
                let detail = "is missing: send token, bank or iban, as next_action asked for it";
                Err(ApiError::field("token", detail))
            }
            _ => Err(ApiError::field(
                "token",
                "send one of token, bank and iban, not several",
            )),
        }
    }

    fn borrow(&self) -> Given<'_> {
        match self {
            Self::Token { token, brand, save } => Given::Token {
                token,
                brand: *brand,
                save: *save,
            },
            Self::Bank(bank) => Given::Bank(bank),
            Self::Iban(iban) => Given::Iban(iban),
        }
    }
}

fn can_save(app: &App, shop: &Shop, book: &Book, payment: &Payment) -> bool {
    let mut offers = offers(&app.config, shop, &book.session).into_iter();
    offers.any(|o| o.description.method == payment.method && o.offer.can_save)
}

fn under_way() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        ProblemCode::IdempotencyInFlight,
        "this payment, or another of this session, is being worked on, or it has gone on; ask \
         for the session's status",
    )
}

/// Goes on with a payment that waits for what the shopper gives, or for nothing: once, and never
/// beside another payment of its session, so that the second sees what became of the first.
pub(crate) async fn go_on(
    talk: &Talk<'_>,
    conversation: &Conversation,
    given: Given<'_>,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    let (store, session) = (&talk.app.store, &talk.book.session.id);
    let alone = talk.app.enter(one_at_a_time(session));
    let _alone = alone.ok_or_else(under_way)?;
    refuse_if_moved_on(talk, store.book(session).await?.as_ref())?;
    let from = match given {
        Given::Nothing => Stage::Proceed,
        Given::Token { .. } | Given::Bank(_) | Given::Iban(_) => Stage::Token,
    };
    let talking = leaving(talk.payment, from, Stage::Talking);
    if !store.advance(&talk.payment.id, &talking).await? {
        return Err(under_way());
    }
    converse(talk, conversation, from, given, mark).await
}

/// What this payment took is replayed before; another one's money is not to be taken twice. `book`
/// is how things stand now: who asks knew less.
fn refuse_if_moved_on(talk: &Talk<'_>, book: Option<&Book>) -> Result<(), ApiError> {
    let Some(book) = book.filter(|book| !book.session.is_settled()) else {
        return Err(settled());
    };
    let now = clock::unix_now();
    if now >= book.session.expires_at {
        return Err(expired());
    }
    let is_open = |book| Folded::new(book, now).overview.open_elsewhere;
    match talk.by {
        By::ShopWith { .. } if is_open(book) => Err(payment_open()),
        // The shopper was warned of what was open when the request came, and of nothing else.
        By::Shopper | By::ShopperWith { .. } if is_open(book) && !is_open(talk.book) => {
            Err(under_way())
        }
        _ => Ok(()),
    }
}

async fn converse(
    talk: &Talk<'_>,
    conversation: &Conversation,
    from: Stage,
    given: Given<'_>,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    let addresses = talk.addresses(&conversation.nonce);
    let step = |exchanges: &[Exchange]| {
        let proceed = Proceed {
            begin: talk.begin(&addresses),
            keep: conversation.keep.as_deref(),
            given,
        };
        talk.continuing.proceed(&proceed, exchanges)
    };
    match talk.app.platform.converse(step).await {
        Ok(proceeded) => record(talk, proceeded, mark).await,
        // Nothing was sent: the same may be tried again.
        Err(failure @ (Failure::Unreachable | Failure::Unsuitable(_))) => {
            let again = leaving(talk.payment, Stage::Talking, from);
            talk.app.store.advance(&talk.payment.id, &again).await?;
            Err(refused_by_platform(failure))
        }
        Err(failure) => {
            talk.unknown(&failure).await?;
            Ok(created(answer(&talk.payment.id, NextAction::Wait)?))
        }
    }
}

/// Records what the platform told, and the answer with the step, before anything is answered.
async fn record(
    talk: &Talk<'_>,
    proceeded: Proceeded,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    talk.record_facts(&proceeded).await?;
    let to = match (&proceeded.next_action, proceeded.facts.is_empty()) {
        (Some(NextAction::FormPost { .. }), _) => Stage::Return,
        (Some(NextAction::HostedFields { .. } | NextAction::Ask { .. }), _) => Stage::Token,
        (Some(NextAction::Wait), _) => Stage::Unknown,
        (None, true) => Stage::Finalise,
        (None, false) => Stage::Over,
    };
    let body = answer(
        &talk.payment.id,
        proceeded.next_action.unwrap_or(NextAction::Wait),
    )?;
    let step = Advance {
        keep: proceeded.keep.as_deref(),
        answer: Some((mark, &body)),
        ..leaving(talk.payment, Stage::Talking, to)
    };
    talk.app.store.advance(&talk.payment.id, &step).await?;
    if to == Stage::Finalise {
        talk.app.wake_conversations.notify_one();
    }
    talk.save(proceeded.save);
    Ok(created(body))
}
