//! From the order to its end: which calls each step takes.

use guichet_domain::FieldError;
use guichet_domain::event::PlatformFact;
use guichet_wire::NextAction;
use serde::de::IgnoredAny;
use serde_json::json;
use url::Url;

use super::answer::{Order, OrderId, Report};
use super::calls::{Calls, Does, Halt, Request, Told, refused, step, unexpected};
use super::codes::{may_be_duplicate, meaning};
use super::config::Config;
use super::fact::{Standing, held, is_ours, standing};
use super::memo::Memo;
use super::request::{SILENT, order};
use super::{memo, vault};
use crate::Verified;
use crate::contract::{
    Begin, Begun, Context, Exchange, Failure, Finalise, HttpMethod, LookUp, LookedUp, Next,
    Proceeded, Step,
};

/// Orders on a page of the report.
pub(super) const PAGE: usize = 50;
/// Pages of the report that are looked through for an order. It was made a moment ago, so that the
/// first one has it.
const PAGES_MAX: usize = 4;

/// The transaction is not on hold.
const NOT_HELD: &str = "3031";

/// The shopper has a profile already.
const HAS_PROFILE: [&str; 2] = ["2531", "7505"];

pub(super) fn begin(config: &Config, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
    step(start(&mut Calls::new(config, exchanges), begin))
}

fn start(calls: &mut Calls<'_>, begin: &Begin<'_>) -> Result<Begun, Halt> {
    let context = &begin.context;
    let silent = context.method.as_str() == SILENT;
    let saves = || vault::to_save_in(calls, context.session);
    let profile = begin.save.then(saves).transpose()?;
    let request = Request {
        body: Some(order(calls.config, context, begin.client, profile, silent)),
        ..Request::new(Does::Makes, HttpMethod::Post, "orders")
    };
    let made: Order = match calls.ask(&request)? {
        Told::Yes(made) => made,
        // Ours, whose answer was lost; anybody's else would have another reference.
        Told::No { status, code } if may_be_duplicate(&code) || is_profile_there(begin, &code) => {
            let found = made_before(calls, context.reference)?;
            found.ok_or_else(|| refused("order", status, &code))?
        }
        Told::No { status: 402, code } => return Err(declined(&code).into()),
        Told::No { status, code } => return Err(refused("order", status, &code).into()),
    };
    is_ours(context, &made)?;
    if made.transaction.is_some() {
        return Err(unexpected("a new order that was paid before").into());
    }
    let page = page_of(calls.config, &made)?;
    if silent {
        return Ok(Begun {
            next: Next::CardForm,
            memo: Some(Memo::with_form(&made, page)?),
        });
    }
    Ok(Begun {
        next: Next::Browser(NextAction::Redirect { url: page }),
        memo: Some(Memo::of(&made, false)?),
    })
}

/// The platform refuses a payment before there is a page (SDK, PHP: HTTP 402). Nothing was made,
/// and whoever asks is told that it is this way to pay.
fn declined(code: &str) -> Failure {
    let why = meaning(code).map_or("declined", |meaning| meaning.text);
    let detail = format!("is refused by the platform for this payment: {why}");
    Failure::Unsuitable(FieldError::new("method", detail))
}

/// Whether a profile that was to be made is there: perhaps by the same order, whose answer was
/// lost.
fn is_profile_there(begin: &Begin<'_>, code: &str) -> bool {
    begin.save && HAS_PROFILE.contains(&code)
}

/// The order that was made with this reference before, if it was.
pub(super) fn made_before(calls: &mut Calls<'_>, reference: &str) -> Result<Option<Order>, Halt> {
    let Some(id) = find(calls, reference)? else {
        return Ok(None);
    };
    let order = read(calls, &id)?;
    let gone = || unexpected("an order of the report is not there");
    Ok(Some(order.ok_or_else(gone)?))
}

/// The one link that a browser may be shown, as the platform gave it.
pub(super) fn page_of(config: &Config, order: &Order) -> Result<String, Failure> {
    let links = order.link.iter().flatten();
    let mut links = links.filter(|link| link.rel == config.hosted_rel);
    let missing = || unexpected("an order without a link to its page: see hosted_rel");
    let given = &links.next().ok_or_else(missing)?.uri;
    let mut url = Url::parse(given).map_err(|_| missing())?;
    if !config.allows_page(&url) {
        return Err(unexpected("a link to a page that is not https"));
    }
    let page = if url.username().is_empty() && url.password().is_none() {
        given.clone()
    } else {
        // The key's place in other links: whatever stands there is not for a browser.
        let scrubbed = url.set_username("").and_then(|()| url.set_password(None));
        scrubbed.map_err(|()| missing())?;
        url.into()
    };
    if config.is_in(&page) {
        return Err(unexpected("a link to a page with the key in it"));
    }
    Ok(page)
}

/// The order of that reference, if the report has it. None only where the report was read to its
/// end, or as far as an order that was made a moment ago could stand.
fn find(calls: &mut Calls<'_>, reference: &str) -> Result<Option<OrderId>, Halt> {
    for page in 0..PAGES_MAX {
        let report = page_of_report(calls, page)?;
        let own = |order: &&Order| {
            let own = order.merchant_ref_num.as_ref();
            own.is_some_and(|own| own.as_str() == reference)
        };
        if let Some(found) = report.records.iter().find(own) {
            return Ok(Some(found.id.clone()));
        }
        if report.records.len() < PAGE {
            break;
        }
    }
    Ok(None)
}

/// A page of the report.
pub(super) fn page_of_report(calls: &mut Calls<'_>, page: usize) -> Result<Report, Halt> {
    // Whether the first is 0 or 1 no source tells: without it, a page is the first one.
    let start = match page {
        0 => String::new(),
        page => format!("&start={}", page * PAGE),
    };
    let request = Request {
        query: format!("num={PAGE}{start}"),
        ..Request::new(Does::Reads, HttpMethod::Get, "orders")
    };
    match calls.ask(&request)? {
        Told::Yes(report) => Ok(report),
        Told::No { status, code } => Err(refused("report", status, &code).into()),
    }
}

/// The order of that id; none where the platform knows none.
pub(super) fn read(calls: &mut Calls<'_>, id: &OrderId) -> Result<Option<Order>, Halt> {
    let request = Request {
        id: Some(id),
        ..Request::new(Does::Reads, HttpMethod::Get, "order")
    };
    match calls.ask::<Order>(&request)? {
        // An edited mock has another id within; the payment is bound to the one that was asked for.
        Told::Yes(order) if order.id == *id => Ok(Some(order)),
        Told::Yes(_) => Err(unexpected("an order with another id").into()),
        Told::No { status: 404, .. } => Ok(None),
        Told::No { status, code } => Err(refused("order", status, &code).into()),
    }
}

/// After the browser's return, or a callback. What they say is not looked at: the order is read
/// that this payment made.
pub(super) fn finalise(
    config: &Config,
    finalise: &Finalise<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    let calls = &mut Calls::new(config, exchanges);
    step(come_back(calls, finalise))
}

fn come_back(calls: &mut Calls<'_>, finalise: &Finalise<'_>) -> Result<Proceeded, Halt> {
    let memo: Memo = memo::read(finalise.memo).ok_or_else(|| unexpected("no order is kept"))?;
    let order = read(calls, &memo.order)?;
    let order = order.ok_or_else(|| unexpected("the order is not known there"))?;
    let standing = standing(calls.config, &finalise.context, &order)?;
    let standing = match memo.direct {
        true => standing.without_page(),
        false => standing,
    };
    let (facts, open) = match standing {
        Standing::Open(fact) => (Vec::from_iter(fact), !memo.direct),
        Standing::Closed(fact) => {
            let facts = told(calls.config, &finalise.context, &order, fact);
            (facts, false)
        }
    };
    Ok(Proceeded {
        facts,
        next_action: None,
        memo: None,
        open,
        save: None,
        first: None,
    })
}

pub(super) fn look_up(
    config: &Config,
    look_up: &LookUp<'_>,
    exchanges: &[Exchange],
) -> Step<LookedUp> {
    step(ask(&mut Calls::new(config, exchanges), look_up))
}

fn ask(calls: &mut Calls<'_>, look_up: &LookUp<'_>) -> Result<LookedUp, Halt> {
    let context = &look_up.context;
    let (found, direct) = match memo::read::<Memo>(look_up.memo) {
        Some(memo) => (Some(memo.order), memo.direct),
        None => {
            let direct = memo::is_direct(look_up.memo);
            (find(calls, context.reference)?, direct)
        }
    };
    let Some(id) = found else {
        return Ok(LookedUp::Nothing);
    };
    let Some(order) = read(calls, &id)? else {
        // It was there when it was made.
        return Ok(LookedUp::NotYet);
    };
    let order = match look_up.decided.filter(|_| is_held(&order)) {
        Some(accept) => decide(calls, &id, accept)?,
        None => order,
    };
    let standing = standing(calls.config, context, &order)?;
    let standing = match direct {
        true => standing.without_page(),
        false => standing,
    };
    match standing {
        // Nobody is on a page: it has not run, or can't be called off any more.
        Standing::Open(_) if direct => match look_up.closing {
            true => match call_off(calls, context, &id, None)? {
                LookedUp::Open(_) => Ok(LookedUp::NotYet),
                told => Ok(told),
            },
            false => Ok(LookedUp::NotYet),
        },
        Standing::Open(fact) if look_up.closing => call_off(calls, context, &id, fact),
        Standing::Open(fact) => Ok(LookedUp::Open(Vec::from_iter(fact))),
        Standing::Closed(fact) => Ok(LookedUp::Facts(told(calls.config, context, &order, fact))),
    }
}

fn is_held(order: &Order) -> bool {
    let transaction = order.transaction.as_ref();
    transaction.is_some_and(|told| told.status.as_deref() == Some("held"))
}

/// Tells the platform what a person has decided about an order that it holds (SDK, PHP and Node):
/// accepted, or cancelled. One that it holds no more is read.
fn decide(calls: &mut Calls<'_>, id: &OrderId, accept: bool) -> Result<Order, Halt> {
    let status = if accept { "success" } else { "cancelled" };
    let request = Request {
        id: Some(id),
        body: Some(json!({"transaction": {"status": status}})),
        ..Request::new(Does::Moves, HttpMethod::Put, "order")
    };
    match calls.ask::<Order>(&request)? {
        Told::Yes(order) if order.id == *id => Ok(order),
        Told::Yes(_) => Err(unexpected("an order with another id").into()),
        Told::No { code, .. } if code == NOT_HELD => {
            let order = read(calls, id)?;
            Ok(order.ok_or_else(|| unexpected("the order is not known there"))?)
        }
        Told::No { status, code } => Err(refused("decision", status, &code).into()),
    }
}

/// A fact, with that the platform waits for a person, if it does.
pub(super) fn told(
    config: &Config,
    context: &Context<'_>,
    order: &Order,
    fact: Verified<PlatformFact>,
) -> Vec<Verified<PlatformFact>> {
    let mut facts = vec![fact];
    if is_held(order) {
        facts.push(held(config, context, order));
    }
    facts
}

/// Asks for the last callback again (SDK, PHP and Node).
pub(super) fn resend(config: &Config, memo: Option<&str>, exchanges: &[Exchange]) -> Step<()> {
    let calls = &mut Calls::new(config, exchanges);
    step(send_again(calls, memo))
}

fn send_again(calls: &mut Calls<'_>, memo: Option<&str>) -> Result<(), Halt> {
    let memo: Memo = memo::read(memo).ok_or_else(|| unexpected("no order is kept"))?;
    let request = Request {
        id: Some(&memo.order),
        ..Request::new(Does::Reads, HttpMethod::Get, "resend_callback")
    };
    // What it answers is told by no source.
    match calls.ask::<IgnoredAny>(&request)? {
        Told::Yes(_) => Ok(()),
        Told::No { status, code } => Err(refused("callback", status, &code).into()),
    }
}

/// Cancels an order that nobody waits for any more, so that its page takes no money later (DOC,
/// *Cancel a pending order*). The platform refuses that once something is under way: then it is
/// asked again.
fn call_off(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    id: &OrderId,
    fact: Option<Verified<PlatformFact>>,
) -> Result<LookedUp, Halt> {
    let request = Request {
        id: Some(id),
        ..Request::new(Does::Reads, HttpMethod::Delete, "order")
    };
    let facts = Vec::from_iter(fact);
    Ok(match calls.ask::<Order>(&request)? {
        Told::Yes(order) if order.id == *id => match standing(calls.config, context, &order)? {
            Standing::Closed(closed) => LookedUp::Facts(vec![closed]),
            Standing::Open(_) => LookedUp::Open(facts),
        },
        Told::Yes(_) => return Err(unexpected("an order with another id").into()),
        Told::No { .. } => LookedUp::Open(facts),
    })
}

#[cfg(test)]
mod tests;
