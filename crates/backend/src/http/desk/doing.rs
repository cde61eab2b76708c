//! What a person does with a payment: one page that tells what it is, one form that does it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::el::El;
use guichet_desk::pages::act as pages;
use guichet_desk::words::{fill, said as said_as};
use guichet_desk::{Place, show};
use guichet_domain::desk::{Act, May};
use guichet_domain::field::line;
use guichet_domain::id::{InstructionId, PaymentId};
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::OperationKind;
use guichet_store::{Book, Deed, DeedLimit};

use super::answers::{frame, page, refused};
use super::door::{asked, at, door, origin};
use super::guard::{LoggedIn, again};
use super::reader::{InLanguage, Reader};
use super::said::{self, Fault, Said};
use super::second;
use crate::app::App;
use crate::clock;
use crate::desk::list::begins;
use crate::desk::money::{Confirmed, Moving, Undone, kind, left_out, told};
use crate::desk::{amount, in_paris};
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};

/// Longest reason, in characters.
const REASON_MAX: usize = 200;

/// Who does what, on which page.
pub(super) struct Doing {
    pub(super) app: Arc<App>,
    pub(super) reader: Reader,
    pub(super) login: LoggedIn,
    pub(super) caller: Caller,
    pub(super) language: InLanguage,
    /// What was wrong with what was sent to this page just now.
    pub(super) said: Said,
    /// This page's path, to be told to forget it.
    was_said: Option<String>,
}

impl FromRequestParts<Arc<App>> for Doing {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let reader = Reader::from_request_parts(parts, app).await;
        let login = Extension::<LoggedIn>::from_request_parts(parts, app).await;
        let caller = Caller::from_request_parts(parts, app).await;
        let Ok(language) = InLanguage::from_request_parts(parts, app).await;
        let Ok(caller) = caller;
        let said = Said::read(&parts.headers).filter(|_| parts.method.is_safe());
        let path = parts.uri.path().strip_prefix(DESK).unwrap_or_default();
        Ok(Self {
            was_said: said.as_ref().map(|_| at(app, path)),
            said: said.unwrap_or_default(),
            app: Arc::clone(app),
            reader: reader.map_err(|status| status.into_response())?,
            login: login.map_err(|none| none.into_response())?.0,
            caller,
            language,
        })
    }
}

impl Doing {
    /// An act that this person may not do, or before which the password is asked for again.
    pub(super) async fn hindered(&self, act: Act, path: &str) -> Option<Response> {
        if let May::Refused(why) = self.reader.may(act) {
            let language = InLanguage(self.language.0.clone());
            return Some(refused(&self.app, &self.reader, language, act, why).await);
        }
        if !act.moves_money() {
            return None;
        }
        again(&self.app, &self.login, path).map(|to| to.into_response())
    }

    /// The form that was sent to an act's page; or what is answered instead.
    pub(super) async fn form(
        &self,
        act: Act,
        path: &str,
        body: RawBody,
    ) -> Result<Result<Bytes, Response>, ApiError> {
        if let Some(hindered) = self.hindered(act, path).await {
            return Ok(Err(hindered));
        }
        let form = body.read(&self.app).await?;
        Ok(if self.login.wrote(&form) {
            Ok(form)
        } else {
            Err(StatusCode::FORBIDDEN.into_response())
        })
    }

    /// A payment of that id, with its session; whichever shop's it is.
    pub(super) async fn payment(&self, id: &str) -> Result<Option<(PaymentId, Book)>, ApiError> {
        let Ok(payment) = PaymentId::try_from(id.to_owned()) else {
            return Ok(None);
        };
        match find::book(&self.app, Whose::Anybodys, &payment).await {
            Ok(book) => Ok(Some((payment, book))),
            Err(OperationError::PaymentUnknown) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn deed(&self, act: Act, subject: &str, form: &[u8]) -> Option<Deed> {
        let key = asked(form, "key")?;
        let minted = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        minted.then(|| Deed {
            key,
            happened_at: clock::unix_now(),
            person: self.login.person.clone(),
            origin: origin(&self.caller),
            act,
            subject: subject.to_owned(),
            amount: None,
            reason: String::new(),
        })
    }

    /// Whether a second person has to approve so much. The deed of that key does not count.
    async fn needs_second(&self, of: &Of, minor: u64, but: &str) -> Result<bool, ApiError> {
        let sum = (minor, of.currency());
        let (person, payment) = (&self.login.person, of.payment.as_str());
        Ok(second::is_needed(&self.app, person, (of.act, payment), sum, but).await?)
    }

    pub(super) async fn draw(
        &self,
        status: StatusCode,
        place: Place,
        title: &str,
        body: El,
    ) -> Response {
        let language = InLanguage(self.language.0.clone());
        let frame = frame(&self.app, &self.reader, language, Some(place), title).await;
        let mut response = page(status, &frame, body);
        let said = self.was_said.as_ref();
        let forget = said.and_then(|here| said::forget(&self.app.config.public_url, here));
        if let Some(forget) = forget {
            response.headers_mut().append(header::SET_COOKIE, forget);
        }
        response
    }

    /// Leads back to the page at that path below the desk's, which tells what was wrong.
    pub(super) fn once_more(&self, path: &str, query: &[(&str, &str)], said: &Said) -> Response {
        said.lead(&self.app.config.public_url, &at(&self.app, path), query)
    }

    /// There is no such thing.
    pub(super) async fn unknown(&self) -> Response {
        let words = &self.reader.lang.words().payment;
        let body = guichet_desk::kit::notice(
            guichet_desk::kit::Tone::Plain,
            words.unknown,
            words.unknown_advice,
        );
        self.draw(StatusCode::NOT_FOUND, Place::Payments, words.unknown, body)
            .await
    }

    /// Nothing was done.
    pub(super) async fn undone(&self, act: Act, why: &str, back: &str) -> Response {
        let lang = self.reader.lang;
        let title = (lang.words().payment.act)(act);
        let body = pages::undone(lang, act, why, back);
        self.draw(StatusCode::CONFLICT, place(act), title, body)
            .await
    }
}

/// Where in the navigation the page of an act is.
pub(super) fn place(act: Act) -> Place {
    match act {
        Act::TakeAttention | Act::EndAttention | Act::Approve | Act::Decline => Place::Attention,
        Act::Replay => Place::Webhooks,
        Act::Check => Place::Terminals,
        Act::Amend | Act::CallOff => Place::Rebillings,
        _ => Place::Payments,
    }
}

/// What every form of an act carries.
pub(super) fn hidden(login: &LoggedIn) -> Result<Vec<(&'static str, String)>, ApiError> {
    let key = clock::random::<16>().map_err(|error| ApiError::internal(&error))?;
    Ok(vec![
        ("token", login.form_token.clone()),
        ("key", hex::encode(key)),
    ])
}

/// The reason that was sent; none if it is no line of text, or is missing where it is needed.
pub(super) fn reason(act: Act, form: &[u8]) -> Option<String> {
    let sent = asked(form, "reason").unwrap_or_default();
    if sent.trim().is_empty() {
        return (!pages::needs_reason(act)).then(String::new);
    }
    line("reason", &sent, REASON_MAX).ok()
}

/// A payment, and an act that moves its money.
struct Of {
    act: Act,
    kind: OperationKind,
    payment: PaymentId,
    book: Book,
}

impl Of {
    async fn find(doing: &Doing, act: Act, payment: &str) -> Result<Option<Self>, ApiError> {
        let found = doing.payment(payment).await?;
        Ok(found.zip(kind(act)).map(|((payment, book), kind)| Self {
            act,
            kind,
            payment,
            book,
        }))
    }

    fn currency(&self) -> Currency {
        self.book.session.currency
    }
}

/// The page of an act that moves money.
pub(super) async fn look(
    doing: Doing,
    act: Act,
    id: String,
    query: Option<String>,
) -> Result<Response, ApiError> {
    let path = format!("{DESK}/payments/{id}/{}", act.path());
    if let Some(hindered) = doing.hindered(act, &path).await {
        return Ok(hindered);
    }
    let Some(of) = Of::find(&doing, act, &id).await? else {
        return Ok(doing.unknown().await);
    };
    let typed = asked(query.as_deref().unwrap_or_default().as_bytes(), "amount");
    let said = &doing.said;
    let model = pages::Preview {
        reason: said.reason.clone(),
        no_reason: said.fault == Fault::NoReason,
        changed: said.fault == Fault::Changed,
        ..preview(&doing, &of, typed).await?
    };
    let lang = doing.reader.lang;
    let title = (lang.words().payment.act)(model.act);
    let body = pages::preview(lang, &model);
    Ok(doing
        .draw(StatusCode::OK, Place::Payments, title, body)
        .await)
}

/// What would be done of so much, or of all.
async fn preview(
    doing: &Doing,
    of: &Of,
    typed: Option<String>,
) -> Result<pages::Preview, ApiError> {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let moving = Moving::of(app, &of.book, &of.payment, of.kind).await?;
    let all = moving.preview(None);
    let most = all.as_ref().map_or(0, |plan| plan.amount());
    let decimals = usize::from(of.currency().exponent());
    let minor = typed.as_ref().map(|typed| amount::minor(typed, decimals));
    let wanted = minor
        .flatten()
        .and_then(|minor| Amount::try_from(minor).ok());
    let no_amount = typed.is_some() && wanted.is_none();
    let plan = wanted.map_or(all, |wanted| moving.preview(Some(wanted)));
    let (plan, impossible) = match plan {
        Ok(plan) => (plan, None),
        Err(error) => match Undone::try_from(error)? {
            Undone::Against(why) => (Default::default(), Some(why)),
            _ => {
                let why = lang.words().acts.meanwhile.to_owned();
                (Default::default(), Some(why))
            }
        },
    };
    let entry = of.book.entry(&of.payment);
    let entry = entry.ok_or(OperationError::PaymentUnknown)?;
    let mut hidden = hidden(&doing.login)?;
    hidden.extend([
        ("amount", plan.amount().to_string()),
        ("gives_up", plan.gives_up().to_string()),
        ("seen", moving.seen.to_string()),
    ]);
    let second = doing.needs_second(of, plan.amount(), "").await?;
    let payment = at(app, &format!("/payments/{}", of.payment));
    let lines = plan.lines.iter().map(|line| pages::Line {
        part: line.part.clone(),
        brand: line.brand.clone(),
        amount: line.amount.minor(),
        why: String::new(),
    });
    Ok(pages::Preview {
        act: of.act,
        here: format!("{payment}/{}", of.act.path()),
        payment,
        reference: of.book.session.reference.clone(),
        contract: format!("{} · {}", entry.payment.provider, entry.payment.account),
        means: entry.payment.method.to_string(),
        currency: of.currency(),
        most: (most > 0 && of.act != Act::Cancel).then_some(most),
        typed: typed.unwrap_or_else(|| show::figure(lang, most, of.currency())),
        changed: false,
        no_amount,
        amount: plan.amount(),
        lines: if no_amount {
            Vec::new()
        } else {
            lines.collect()
        },
        gives_up: plan.gives_up(),
        left_out: left_out(plan.left_out),
        impossible,
        second,
        hidden,
        reason: String::new(),
        no_reason: false,
    })
}

/// Does what was confirmed.
pub(super) async fn go(
    doing: Doing,
    act: Act,
    id: String,
    body: RawBody,
) -> Result<Response, ApiError> {
    let path = format!("{DESK}/payments/{id}/{}", act.path());
    let form = match doing.form(act, &path, body).await? {
        Ok(form) => form,
        Err(instead) => return Ok(instead),
    };
    let Some(of) = Of::find(&doing, act, &id).await? else {
        return Ok(doing.unknown().await);
    };
    let app = Arc::clone(&doing.app);
    to_the_end(&app, async move { confirm(&doing, &of, &form).await }).await
}

async fn confirm(doing: &Doing, of: &Of, form: &[u8]) -> Result<Response, ApiError> {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let words = &lang.words().acts;
    let back = at(app, &format!("/payments/{}", of.payment));
    let number = |name| asked(form, name)?.parse::<u64>().ok();
    let sent = (number("amount"), number("gives_up"), number("seen"));
    let deed = doing.deed(of.act, of.payment.as_str(), form);
    let ((Some(minor), Some(gives_up), Some(seen)), Some(deed)) = (sent, deed) else {
        return Ok(doing.undone(of.act, words.stale, &back).await);
    };
    let typed = asked(form, "typed");
    let decimals = usize::from(of.currency().exponent());
    let written = typed.as_ref().map(|typed| amount::minor(typed, decimals));
    let changed = written.is_some_and(|written| written != Some(minor));
    let confirms = asked(form, "confirm").is_some();
    let reason = match reason(of.act, form) {
        Some(reason) if confirms && !changed => reason,
        _ => {
            let typed = typed.unwrap_or_else(|| show::figure(lang, minor, of.currency()));
            let fault = match (confirms, changed) {
                (false, _) => Fault::None,
                (true, true) => Fault::Changed,
                (true, false) => Fault::NoReason,
            };
            let path = format!("/payments/{}/{}", of.payment, of.act.path());
            let said = Said::of(form, fault);
            return Ok(doing.once_more(&path, &[("amount", &typed)], &said));
        }
    };
    let confirmed = Confirmed {
        deed: Deed {
            amount: Some((minor, of.currency())),
            reason,
            ..deed
        },
        limit: limit(&doing.reader, of),
        gives_up,
        seen: usize::try_from(seen).unwrap_or(usize::MAX),
    };
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let moving = Moving::of(app, &of.book, &of.payment, of.kind).await?;
    let key = &confirmed.deed.key;
    let done = if doing.needs_second(of, minor, key).await? {
        let asked = moving.ask(people, &confirmed, second::expires(app)).await?;
        asked.map(|()| at(app, &format!("/approvals/{key}")))
    } else {
        let done = moving.go(people, &confirmed).await?;
        done.map(|id| format!("{back}/{}/{id}", of.act.path()))
    };
    let why = match done {
        Ok(told) => return Ok(Redirect::to(&told).into_response()),
        Err(Undone::TooMuch(left)) => {
            let left = show::sum(lang, left, of.currency());
            fill(words.too_much, &[("sum", &left)])
        }
        Err(Undone::Meanwhile) => words.meanwhile.to_owned(),
        Err(Undone::Stale) => words.stale.to_owned(),
        Err(Undone::Against(why)) => said_as(lang, &why),
    };
    Ok(doing.undone(of.act, &why, &back).await)
}

/// What the person may give back today, in the payment's currency.
fn limit(reader: &Reader, of: &Of) -> Option<DeedLimit> {
    let May::UpTo(limits) = reader.may(of.act) else {
        return None;
    };
    let today = in_paris(clock::unix_now()).date();
    Some(DeedLimit {
        most: limits.left(of.currency(), 0),
        since: begins(today).unwrap_or_default(),
    })
}

/// What became of it.
pub(super) async fn result(
    doing: Doing,
    act: Act,
    (payment, id): (String, String),
) -> Result<Response, ApiError> {
    let ids = (PaymentId::try_from(payment), InstructionId::try_from(id));
    let (Ok(payment), Ok(id)) = ids else {
        return Ok(doing.unknown().await);
    };
    let (app, lang) = (&doing.app, doing.reader.lang);
    let told = match told(app, &payment, act, &id, &at(app, "")).await {
        Ok(told) => told,
        Err(OperationError::PaymentUnknown | OperationError::Unknown) => {
            return Ok(doing.unknown().await);
        }
        Err(error) => return Err(error.into()),
    };
    let title = (lang.words().payment.act)(act);
    let body = pages::told(lang, &told);
    Ok(doing
        .draw(StatusCode::OK, Place::Payments, title, body)
        .await)
}

/// The pages of an act that moves money.
macro_rules! moves {
    ($act:ident, $look:ident, $go:ident, $result:ident) => {
        pub(super) async fn $look(
            doing: Doing,
            Path(id): Path<String>,
            RawQuery(query): RawQuery,
        ) -> Result<Response, ApiError> {
            look(doing, Act::$act, id, query).await
        }

        pub(super) async fn $go(
            doing: Doing,
            Path(id): Path<String>,
            body: RawBody,
        ) -> Result<Response, ApiError> {
            go(doing, Act::$act, id, body).await
        }

        pub(super) async fn $result(
            doing: Doing,
            Path(ids): Path<(String, String)>,
        ) -> Result<Response, ApiError> {
            result(doing, Act::$act, ids).await
        }
    };
}

moves!(Capture, capture, do_capture, captured);
moves!(Cancel, cancel, do_cancel, cancelled);
moves!(Refund, refund, do_refund, refunded);
