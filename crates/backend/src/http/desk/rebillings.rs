//! What is charged anew without the shopper, and how it is to run.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::pages::rebillings as pages;
use guichet_desk::words::said;
use guichet_desk::{Place, show};
use guichet_domain::desk::{Act, May};
use guichet_domain::id::PaymentId;
use guichet_domain::money::Amount;
use guichet_domain::payment::Rebilling;
use guichet_store::{Book, Deed};
use jiff::civil::Date;

use super::doing::{Doing, hidden, reason};
use super::door::{asked, at, door};
use super::said::{Fault, Said};
use crate::clock;
use crate::desk::{amount, rebillings};
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;
use crate::payments::error::PaymentError;
use crate::payments::operations::error::OperationError;
use crate::payments::rebill::{self, Change};

type Answered = Result<Response, ApiError>;

/// All of them.
pub(super) async fn list(doing: Doing) -> Answered {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let may = doing.reader.may(Act::Amend) == May::Allowed;
    let model = rebillings::page(app, &at(app, ""), may, clock::unix_now()).await?;
    let (title, body) = (Place::Rebillings.name(lang), pages::view(lang, &model));
    Ok(doing
        .draw(StatusCode::OK, Place::Rebillings, title, body)
        .await)
}

/// A rebilling that has not run.
struct Of {
    payment: PaymentId,
    book: Book,
    rebilling: Rebilling,
    due: Date,
}

/// The act's page.
fn path(payment: &str) -> String {
    format!("/payments/{payment}/{}", Act::Amend.path())
}

impl Of {
    /// The rebilling; or what is answered instead.
    async fn find(doing: &Doing, id: &str) -> Result<Result<Self, Response>, ApiError> {
        let Some((payment, book)) = doing.payment(id).await? else {
            return Ok(Err(doing.unknown().await));
        };
        let entry = book.entry(&payment).ok_or(OperationError::PaymentUnknown)?;
        let state = entry.state(&book.session);
        let waits = rebillings::waits(&state).cloned();
        let due = waits.and_then(|own| own.due.map(|due| (own, due)));
        let Some((rebilling, due)) = due else {
            let why = (doing.reader.lang.words().payment.not_now)(Act::Amend);
            let back = at(&doing.app, &format!("/payments/{payment}"));
            return Ok(Err(doing.undone(Act::Amend, why, &back).await));
        };
        Ok(Ok(Self {
            payment,
            book,
            rebilling,
            due,
        }))
    }

    fn amount(&self, typed: &str) -> Option<Amount> {
        let decimals = usize::from(self.book.session.currency.exponent());
        Amount::try_from(amount::minor(typed, decimals)?).ok()
    }
}

fn day(typed: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", typed).ok()
}

/// The form.
pub(super) async fn amend(
    doing: Doing,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answered {
    let here = path(&id);
    if let Some(hindered) = doing.hindered(Act::Amend, &format!("{DESK}{here}")).await {
        return Ok(hindered);
    }
    let of = match Of::find(&doing, &id).await? {
        Ok(of) => of,
        Err(instead) => return Ok(instead),
    };
    let (app, lang) = (&doing.app, doing.reader.lang);
    let session = &of.book.session;
    let now = show::figure(lang, session.amount.minor(), session.currency);
    let typed = |name| asked(query.as_deref().unwrap_or_default().as_bytes(), name);
    let due = typed("due").unwrap_or_else(|| of.due.to_string());
    let sum = typed("amount").unwrap_or_else(|| now.clone());
    let no_reason = doing.said.fault == Fault::NoReason;
    let mut hidden = hidden(&doing.login)?;
    hidden.push(("seen", of.rebilling.at.to_string()));
    let model = pages::Change {
        here: at(app, &here),
        payment: at(app, &format!("/payments/{}", of.payment)),
        reference: session.reference.clone(),
        no_due: day(&due).is_none(),
        due,
        no_amount: of.amount(&sum).is_none(),
        amount: sum,
        example: now,
        hidden,
        reason: doing.said.reason.clone(),
        no_reason,
    };
    let title = (lang.words().payment.act)(Act::Amend);
    let body = pages::change(lang, &model);
    Ok(doing
        .draw(StatusCode::OK, Place::Rebillings, title, body)
        .await)
}

/// Changes it, once a form.
pub(super) async fn do_amend(doing: Doing, Path(id): Path<String>, body: RawBody) -> Answered {
    let path = format!("{DESK}{}", path(&id));
    let form = match doing.form(Act::Amend, &path, body).await? {
        Ok(form) => form,
        Err(instead) => return Ok(instead),
    };
    let app = Arc::clone(&doing.app);
    to_the_end(&app, async move { confirm(&doing, &id, &form).await }).await
}

async fn confirm(doing: &Doing, id: &str, form: &[u8]) -> Answered {
    let words = doing.reader.lang.words();
    let back = at(&doing.app, &format!("/payments/{id}"));
    let Some((_, people)) = door(&doing.app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let of = match Of::find(doing, id).await? {
        Ok(of) => of,
        Err(instead) => return Ok(instead),
    };
    let seen = asked(form, "seen").and_then(|seen| seen.parse().ok());
    let (Some(seen), Some(deed)) = (seen, doing.deed(Act::Amend, id, form)) else {
        return Ok(doing.undone(Act::Amend, words.acts.stale, &back).await);
    };
    let (due, sum) = (asked(form, "due"), asked(form, "amount"));
    let (due, sum) = (due.unwrap_or_default(), sum.unwrap_or_default());
    let wanted = day(&due).zip(of.amount(&sum));
    let (Some((new_due, new_sum)), Some(reason)) = (wanted, reason(Act::Amend, form)) else {
        let fault = match wanted {
            Some(_) => Fault::NoReason,
            None => Fault::None,
        };
        let query = [("due", due.as_str()), ("amount", sum.as_str())];
        return Ok(doing.once_more(&path(id), &query, &Said::of(form, fault)));
    };
    let deed = Deed {
        amount: Some((new_sum.minor(), of.book.session.currency)),
        reason,
        ..deed
    };
    match doing.write(people, &deed, &back).await? {
        Ok(true) => {}
        Ok(false) => return Ok(Redirect::to(&back).into_response()),
        Err(instead) => return Ok(instead),
    }
    let change = Change {
        due: (new_due != of.due).then_some(new_due),
        amount: (new_sum != of.book.session.amount).then_some(new_sum),
        since: Some(seen),
    };
    let Err(why) = change_it(doing, &of, change).await? else {
        return Ok(Redirect::to(&back).into_response());
    };
    people.undo_deed(&deed.key, &why).await?;
    let why = said(doing.reader.lang, &why);
    Ok(doing.undone(Act::Amend, &why, &back).await)
}

/// Changes it; or why nothing was changed, in English, as the books keep it.
async fn change_it(doing: &Doing, of: &Of, change: Change) -> Result<Result<(), String>, ApiError> {
    if change.due.is_none() && change.amount.is_none() {
        return Ok(Err("it is to run so already".into()));
    }
    let app = &doing.app;
    match rebill::amend(app, &of.book, &of.payment, change).await {
        Ok(()) => Ok(Ok(())),
        Err(PaymentError::Field(why)) => Ok(Err(why.detail)),
        Err(PaymentError::UnderWay) => Ok(Err(
            "something else was done with this payment meanwhile".into(),
        )),
        Err(error) => {
            // What is kept and could not be told yet is told by a job.
            let (_, book) = app.store.payment(&of.payment).await?.unzip();
            let entry = book.as_ref().and_then(|book| book.entry(&of.payment));
            let state = entry
                .zip(book.as_ref())
                .map(|(entry, book)| entry.state(&book.session));
            let kept = state.and_then(|state| state.rebilling?.untold_since);
            kept.map(|_| Ok(())).ok_or_else(|| error.into())
        }
    }
}
