//! An order that a saved card pays: with the shopper there, on the platform's page, where the card
//! stands already; without, at once (DOC, *Scenarios*; SDK, PHP: as a rebilling by profile).
//!
//! Whether the platform takes the money of an order with a token before it shows its page no source
//! tells. So the payment is kept before the order is sent, and whatever comes is read: an order
//! that is paid or refused already, or one with a page.

use guichet_domain::Refusal;
use guichet_wire::NextAction;

use super::answer::{Order, OrderId};
use super::calls::{Calls, Does, Halt, Request, Told, unexpected};
use super::codes::{is_passing, may_be_duplicate, meaning};
use super::fact::{Standing, refused_at_once, standing};
use super::flow::{made_before, page_of, told};
use super::memo::{self, Chosen, Memo};
use super::request::{order, without_page};
use super::vault;
use crate::contract::{Begun, Context, Failure, HttpMethod, Next, Proceed, Proceeded};

/// Begins with a saved card: it must be the shopper's, and not have expired.
pub(super) fn begin(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    (card, by_shop): (&str, bool),
) -> Result<Begun, Halt> {
    vault::chosen(calls, context.session, card, context.now)?;
    let chosen = Chosen {
        card: card.to_owned(),
        by_shop,
    };
    Ok(Begun {
        next: Next::Proceed,
        memo: Some(memo::write(&chosen)?),
    })
}

/// Has the card pay.
pub(super) fn proceed(calls: &mut Calls<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    let chosen: Chosen = memo::read(proceed.memo).ok_or_else(|| unexpected("no card is kept"))?;
    let profile = vault::chosen(calls, context.session, &chosen.card, context.now)?;
    let body = if chosen.by_shop {
        without_page(calls.config, context, Some(profile))
    } else {
        order(calls.config, context, proceed.client, Some(profile), false)
    };
    let request = Request {
        body: Some(body),
        ..Request::new(Does::Pays, HttpMethod::Post, "orders")
    };
    take(calls, context, &request, chosen.by_shop)
}

/// Sends an order that may be paid at once, and reads what became of it.
pub(super) fn take(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    request: &Request<'_>,
    direct: bool,
) -> Result<Proceeded, Halt> {
    let order = match calls.ask::<Order>(request)? {
        Told::Yes(order) => order,
        Told::No { code, .. } if may_be_duplicate(&code) => {
            let found = made_before(calls, context.reference)?;
            found.ok_or(Failure::Unknown)?
        }
        Told::No { status, code } => return not_made(calls, context, status, &code),
    };
    let mut proceeded = Proceeded {
        facts: Vec::new(),
        next_action: None,
        memo: Some(Memo::of(&order, direct)?),
        open: false,
        save: None,
        first: None,
    };
    let page = || page_of(calls.config, &order);
    match standing(calls.config, context, &order)? {
        Standing::Open(None) if !direct => {
            proceeded.next_action = Some(NextAction::Redirect { url: page()? });
        }
        // Nobody is asked: it is read once more.
        Standing::Open(None) => {}
        Standing::Open(Some(fact)) => {
            proceeded.open = !direct && page().is_ok();
            proceeded.facts.push(fact);
        }
        Standing::Closed(fact) => {
            proceeded.facts = told(calls.config, context, &order, fact);
        }
    }
    Ok(proceeded)
}

/// An order that the platform refuses to make: nothing was taken, and nothing can be. A code that
/// nobody knows, and one of an outage, leave that open.
fn not_made(
    calls: &Calls<'_>,
    context: &Context<'_>,
    status: u16,
    code: &str,
) -> Result<Proceeded, Halt> {
    let known = meaning(code).filter(|_| !is_passing(code));
    let refusal = match known {
        Some(meaning) => meaning.refusal.unwrap_or(Refusal::Technical),
        None if status == 402 => Refusal::Issuer,
        None => return Err(Failure::Unknown.into()),
    };
    // Kept and shown: of a code its letters and digits alone.
    let code = OrderId::parse(code).map_or_else(|| status.to_string(), String::from);
    Ok(Proceeded {
        facts: vec![refused_at_once(calls.config, context, &code, refusal)],
        next_action: None,
        memo: None,
        open: false,
        save: None,
        first: None,
    })
}

#[cfg(test)]
mod tests;
