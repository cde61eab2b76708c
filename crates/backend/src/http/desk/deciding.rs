//! What a person decides about a payment or a message, without an amount: accepted, refused,
//! closed, asked about, sent again.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::Lang;
use guichet_desk::pages::act as pages;
use guichet_desk::words::said;
use guichet_domain::desk::Act;
use guichet_domain::id::PaymentId;
use guichet_store::{Book, Deed, People, Replay, Source};

use super::doing::{Doing, hidden, place, reason};
use super::door::{at, door};
use super::said::{Fault, Said};
use crate::clock;
use crate::desk::money::{Undone, is_new};
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;
use crate::payments::error::PaymentError;
use crate::payments::operations::error::OperationError;
use crate::payments::rebill;
use crate::payments::review::{self, ReviewError};
use crate::sessions::close::close;
use crate::sessions::error::SessionError;

/// What it is about.
enum Subject {
    Payment(PaymentId, Box<Book>),
    Message(String),
}

impl Subject {
    async fn find(doing: &Doing, act: Act, id: String) -> Result<Option<Self>, ApiError> {
        if act == Act::Replay {
            return Ok(Some(Self::Message(id)));
        }
        let found = doing.payment(&id).await?;
        Ok(found.map(|(id, book)| Self::Payment(id, Box::new(book))))
    }

    fn id(&self) -> &str {
        match self {
            Self::Payment(id, _) => id.as_str(),
            Self::Message(id) => id,
        }
    }

    /// What a person knows it by.
    fn about(&self) -> &str {
        match self {
            Self::Payment(_, book) => &book.session.reference,
            Self::Message(id) => id,
        }
    }

    /// The page that tells of it.
    fn page(&self) -> String {
        match self {
            Self::Payment(id, _) => format!("/payments/{id}"),
            Self::Message(_) => "/webhooks".into(),
        }
    }
}

impl Doing {
    /// Writes down what is to be done without an amount that has a limit. Whether that is new; or
    /// what is answered instead.
    pub(super) async fn write(
        &self,
        people: &dyn People,
        deed: &Deed,
        back: &str,
    ) -> Result<Result<bool, Response>, ApiError> {
        let lang = self.reader.lang;
        let why = match is_new(people.write_deed(deed, None).await?) {
            Ok(is_new) => return Ok(Ok(is_new)),
            Err(Undone::Against(why)) => said(lang, &why),
            Err(_) => lang.words().acts.stale.to_owned(),
        };
        Ok(Err(self.undone(deed.act, &why, back).await))
    }
}

fn path(act: Act, id: &str) -> String {
    let of = if act == Act::Replay {
        "webhooks"
    } else {
        "payments"
    };
    format!("/{of}/{id}/{}", act.path())
}

async fn look(doing: Doing, act: Act, id: String) -> Result<Response, ApiError> {
    if let Some(hindered) = doing
        .hindered(act, &format!("{DESK}{}", path(act, &id)))
        .await
    {
        return Ok(hindered);
    }
    let Some(subject) = Subject::find(&doing, act, id).await? else {
        return Ok(doing.unknown().await);
    };
    form(&doing, act, &subject).await
}

/// The form; with the reason that was sent just now, if that was none.
async fn form(doing: &Doing, act: Act, subject: &Subject) -> Result<Response, ApiError> {
    let model = pages::Decision {
        act,
        here: at(&doing.app, &path(act, subject.id())),
        back: at(&doing.app, &subject.page()),
        about: subject.about().to_owned(),
        known: String::new(),
        hidden: hidden(&doing.login)?,
        reason: doing.said.reason.clone(),
        no_reason: doing.said.fault == Fault::NoReason,
    };
    let lang = doing.reader.lang;
    let (title, body) = (
        (lang.words().payment.act)(act),
        pages::decision(lang, &model),
    );
    Ok(doing.draw(StatusCode::OK, place(act), title, body).await)
}

async fn go(doing: Doing, act: Act, id: String, body: RawBody) -> Result<Response, ApiError> {
    let path = format!("{DESK}{}", path(act, &id));
    let sent = match doing.form(act, &path, body).await? {
        Ok(sent) => sent,
        Err(instead) => return Ok(instead),
    };
    let Some(subject) = Subject::find(&doing, act, id).await? else {
        return Ok(doing.unknown().await);
    };
    let app = Arc::clone(&doing.app);
    to_the_end(
        &app,
        async move { confirm(&doing, act, &subject, &sent).await },
    )
    .await
}

async fn confirm(
    doing: &Doing,
    act: Act,
    subject: &Subject,
    sent: &[u8],
) -> Result<Response, ApiError> {
    let words = &doing.reader.lang.words().acts;
    let back = at(&doing.app, &subject.page());
    let Some(deed) = doing.deed(act, subject.id(), sent) else {
        return Ok(doing.undone(act, words.stale, &back).await);
    };
    let Some(reason) = reason(act, sent) else {
        let said = Said::of(sent, Fault::NoReason);
        return Ok(doing.once_more(&path(act, subject.id()), &[], &said));
    };
    let Some((_, people)) = door(&doing.app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let deed = Deed { reason, ..deed };
    let is_new = match doing.write(people, &deed, &back).await? {
        Ok(is_new) => is_new,
        Err(instead) => return Ok(instead),
    };
    // Each of them changes nothing where it was done before; but a message is sent once a form, and
    // a platform asked once.
    if (is_new || !matches!(act, Act::Replay | Act::Ask))
        && let Err(why) = act_on(doing, act, subject).await?
    {
        if is_new {
            people.undo_deed(&deed.key, &why).await?;
        }
        let why = said(doing.reader.lang, &why);
        return Ok(doing.undone(act, &why, &back).await);
    }
    Ok(Redirect::to(&back).into_response())
}

/// Does it; or why it can't be done, in English, as the books keep it.
async fn act_on(
    doing: &Doing,
    act: Act,
    subject: &Subject,
) -> Result<Result<(), String>, ApiError> {
    let (app, words) = (&doing.app, &Lang::En.words().acts);
    let (payment, book) = match subject {
        Subject::Message(id) => {
            let sent = app.store.replay_notices(Replay::One(id), clock::unix_now());
            let sent = sent.await?;
            app.queues.notices.wake();
            let unknown = "there is no such message";
            return Ok((sent > 0).then_some(()).ok_or(unknown.into()));
        }
        Subject::Payment(payment, book) => (payment, book),
    };
    match act {
        Act::Accept | Act::Refuse => {
            let accept = act == Act::Accept;
            match review::decide(app, book, payment, accept, Source::Operator).await {
                Ok(()) => review::wait(app, payment).await?,
                Err(ReviewError::Store(error)) => return Err(error.into()),
                Err(why) => return Ok(Err(why.to_string())),
            }
        }
        Act::CallOff => match rebill::call_off(app, book, payment).await {
            Ok(()) => rebill::wait(app, payment).await?,
            Err(PaymentError::Field(why)) => return Ok(Err(why.detail)),
            Err(PaymentError::UnderWay | PaymentError::Unknown) => {
                return Ok(Err("something is at this payment just now".into()));
            }
            Err(error) => return Err(error.into()),
        },
        Act::Ask => {
            if !review::ask_now(app, payment).await? {
                return Ok(Err(words.not_asked.into()));
            }
        }
        _ => {
            let shop = app.config.shop(&book.session.shop);
            let shop = shop.ok_or(OperationError::NotOffered)?;
            match close(app, shop, &book.session.id).await {
                Ok(_) => {}
                Err(SessionError::Paid) => return Ok(Err(words.paid.into())),
                Err(SessionError::PaymentsOpen { .. }) => return Ok(Err(words.under_way.into())),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(Ok(()))
}

/// The page of an act, and what its form does.
macro_rules! decides {
    ($act:ident, $look:ident, $go:ident) => {
        pub(super) async fn $look(
            doing: Doing,
            Path(id): Path<String>,
        ) -> Result<Response, ApiError> {
            look(doing, Act::$act, id).await
        }

        pub(super) async fn $go(
            doing: Doing,
            Path(id): Path<String>,
            body: RawBody,
        ) -> Result<Response, ApiError> {
            go(doing, Act::$act, id, body).await
        }
    };
}

decides!(Accept, accept, do_accept);
decides!(Refuse, refuse, do_refuse);
decides!(CallOff, call_off, do_call_off);
decides!(Expire, expire, do_expire);
decides!(Ask, ask, do_ask);
decides!(Replay, replay, do_replay);
