//! *Rebilling*: an order charges anew the card of an order that was accepted, or of its shopper's
//! profile, at once or on a day to come (DOC, list of operations; SDK, PHP and Node: `POST
//! /orders/{id}`, or `POST /orders` with the profile's id and token; both as an order without
//! redirect and link). `dueDate`: SDK, PHP; that it runs by itself on that day: DOC, WC.
//!
//! What has not run yet is changed by `PUT /orders/{id}` (SDK, PHP: day, amount and cart among what
//! may be sent) and called off as any other
//! order that nobody paid.

use guichet_domain::FieldError;
use serde_json::{Value, json};

use super::answer::{Order, OrderId};
use super::calls::{Calls, Does, Halt, Request, Told, refused, step, unexpected};
use super::charge::take;
use super::codes::{is_passing, meaning};
use super::config::Config;
use super::flow::read;
use super::memo::{self, Anew, Memo};
use super::request::{put_whole_cart, without_empty, without_page};
use crate::contract::{
    Again, Amended, Amendment, Begun, Exchange, Failure, HttpMethod, Next, Proceed, Proceeded, Step,
};

pub(super) fn begin(calls: &mut Calls<'_>, again: &Again<'_>) -> Result<Begun, Halt> {
    let order = OrderId::parse(again.transaction);
    let order = order.ok_or_else(|| unsuitable("payment", "the platform names no order of it"))?;
    if again.by_profile {
        profile_of(calls, &order)?;
    }
    let anew = Anew {
        again: order,
        by_profile: again.by_profile,
        due: again.due,
    };
    Ok(Begun {
        next: Next::Proceed,
        memo: Some(memo::write(&anew)?),
    })
}

/// The profile that an order was made with, as an order takes it.
fn profile_of(calls: &mut Calls<'_>, id: &OrderId) -> Result<Value, Halt> {
    let order = read(calls, id)?;
    let order = order.ok_or_else(|| unexpected("the order is not known there"))?;
    let profile = order
        .profile
        .filter(|profile| profile.payment_token.is_some());
    let detail = "was not paid by a card of the shopper's profile: charge it by its order";
    let profile = profile.ok_or_else(|| unsuitable("by", detail))?;
    Ok(json!({"id": profile.id, "paymentToken": profile.payment_token}))
}

fn unsuitable(field: &str, detail: &'static str) -> Failure {
    Failure::Unsuitable(FieldError::new(field, detail))
}

pub(super) fn proceed(
    calls: &mut Calls<'_>,
    proceed: &Proceed<'_>,
    anew: &Anew,
) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    let profile = anew.by_profile.then(|| profile_of(calls, &anew.again));
    let profile = profile.transpose()?;
    let by_profile = profile.is_some();
    let mut body = without_page(calls.config, context, profile);
    if let Some(due) = anew.due {
        body["dueDate"] = json!(due);
    }
    let path = if by_profile { "orders" } else { "rebill" };
    let request = Request {
        id: (!by_profile).then_some(&anew.again),
        body: Some(body),
        ..Request::new(Does::Pays, HttpMethod::Post, path)
    };
    take(calls, context, &request, true)
}

pub(super) fn amend(
    config: &Config,
    memo: Option<&str>,
    amendment: &Amendment<'_>,
    exchanges: &[Exchange],
) -> Step<Amended> {
    step(change(&mut Calls::new(config, exchanges), memo, amendment))
}

/// All of it each time, so that the same once more changes nothing: the cart too, which has to come
/// to the total.
fn change(
    calls: &mut Calls<'_>,
    memo: Option<&str>,
    amendment: &Amendment<'_>,
) -> Result<Amended, Halt> {
    let memo: Memo = memo::read(memo).ok_or_else(|| unexpected("no order is kept"))?;
    let total = amendment.amount.minor();
    let mut body = json!({"dueDate": amendment.due, "totalAmount": total});
    put_whole_cart(&mut body, total, amendment.reference);
    let request = Request {
        id: Some(&memo.order),
        body: Some(without_empty(body)),
        ..Request::new(Does::Makes, HttpMethod::Put, "order")
    };
    let told = match calls.ask::<Order>(&request) {
        Ok(told) => told,
        Err(Halt::Failed(failure)) => return unless_it_ran(calls, &memo.order, failure),
        Err(call) => return Err(call),
    };
    match told {
        Told::Yes(order) if order.id != memo.order => {
            Err(unexpected("an order with another id").into())
        }
        Told::Yes(order) if ran(&order) => Ok(Amended::TooLate),
        Told::Yes(order) => match order.total_amount.and_then(|told| told.minor()) {
            Some(told) if told == total => Ok(Amended::Done),
            Some(told) => {
                let detail = format!(
                    "is not taken over by the platform, which goes on with {told}: call the \
                     rebilling off, and make another one"
                );
                Err(Failure::Unsuitable(FieldError::new("amount", detail)).into())
            }
            None => Err(unexpected("a changed order without its amount").into()),
        },
        // No source tells the code of what has run: the order does.
        Told::No { status, code } => {
            let known = meaning(&code).filter(|_| !is_passing(&code));
            let Some(known) = known else {
                let failure = refused("rebilling", status, &code);
                return unless_it_ran(calls, &memo.order, failure);
            };
            match read(calls, &memo.order)? {
                Some(order) if ran(&order) => Ok(Amended::TooLate),
                _ => {
                    let detail = format!("is refused by the platform: {}", known.text);
                    Err(Failure::Unsuitable(FieldError::new("rebilling", detail)).into())
                }
            }
        }
    }
}

fn ran(order: &Order) -> bool {
    order.transaction.is_some()
}

/// What the platform does not take may have run meanwhile, which it tells whoever only asks.
fn unless_it_ran(calls: &mut Calls<'_>, id: &OrderId, failure: Failure) -> Result<Amended, Halt> {
    match read(calls, id) {
        Ok(Some(order)) if ran(&order) => Ok(Amended::TooLate),
        Err(Halt::Call(call)) => Err(Halt::Call(call)),
        _ => Err(failure.into()),
    }
}

#[cfg(test)]
mod tests;
