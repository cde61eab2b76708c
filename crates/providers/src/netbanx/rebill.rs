//! *Rebilling*: an order charges anew the card of an order that was accepted, or of its shopper's
//! profile, at once or on a day to come (DOC, list of operations; SDK, PHP and Node: `POST
//! /orders/{id}`, or `POST /orders` with the profile's id and token; both as an order without
//! redirect and link). `dueDate`: SDK, PHP; that it runs by itself on that day: DOC, WC.
//!
//! What has not run yet is changed by `PUT /orders/{id}` (SDK, PHP) and called off as any other
//! order that nobody paid.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::{Order, OrderId};
use super::calls::{Calls, Does, Halt, Request, Told, refused, step, unexpected};
use super::charge::take;
use super::codes::{is_passing, meaning};
use super::config::Config;
use super::flow::read;
use super::memo::{self, Anew, Memo};
use super::request::without_page;
use crate::contract::{
    Again, Begun, Exchange, Failure, HttpMethod, Next, Postponed, Proceed, Proceeded, Step,
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
    Failure::Unsuitable(guichet_domain::FieldError::new(field, detail))
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

pub(super) fn postpone(
    config: &Config,
    memo: Option<&str>,
    due: Date,
    exchanges: &[Exchange],
) -> Step<Postponed> {
    step(move_to(&mut Calls::new(config, exchanges), memo, due))
}

fn move_to(calls: &mut Calls<'_>, memo: Option<&str>, due: Date) -> Result<Postponed, Halt> {
    let memo: Memo = memo::read(memo).ok_or_else(|| unexpected("no order is kept"))?;
    let request = Request {
        id: Some(&memo.order),
        body: Some(json!({"dueDate": due})),
        // The same day once more changes nothing.
        ..Request::new(Does::Makes, HttpMethod::Put, "order")
    };
    let ran = |order: &Order| order.transaction.is_some();
    match calls.ask::<Order>(&request)? {
        Told::Yes(order) if order.id == memo.order && !ran(&order) => Ok(Postponed::Done),
        Told::Yes(order) if order.id == memo.order => Ok(Postponed::TooLate),
        Told::Yes(_) => Err(unexpected("an order with another id").into()),
        // No source tells the code of what has run: the order does.
        Told::No { status, code } => {
            let known = meaning(&code).is_some() && !is_passing(&code);
            let order = if known {
                read(calls, &memo.order)?
            } else {
                None
            };
            match order {
                Some(order) if ran(&order) => Ok(Postponed::TooLate),
                _ => Err(refused("rebilling", status, &code).into()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
