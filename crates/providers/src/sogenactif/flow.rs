//! Which way to pay takes which calls: the one place where they part.

use super::calls::{Calls, Halt, step, unexpected, unsuitable};
use super::config::Config;
use super::naming::New;
use super::payment::{Away, read_memo};
use super::way::{Flow, Way};
use super::{card, debit, external, hosted, transfer};
use crate::contract::{
    Begin, Begun, By, Context, Exchange, Failure, Finalise, Proceed, Proceeded, Step,
};

pub(super) fn begin(config: &Config, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
    step(start(&mut Calls::new(config, exchanges), begin))
}

fn start(calls: &mut Calls<'_>, begin: &Begin<'_>) -> Result<Begun, Halt> {
    // Nobody is asked anything for a payment that could not be named.
    New::of(calls.config, &begin.context)?;
    match (flow(&begin.context)?, begin.by) {
        (Flow::Card, By::Shopper) => hosted::begin(calls, begin.client),
        (Flow::Card, By::ShopperWith { card }) => card::begin_saved(calls, begin, card, false),
        (Flow::Card, By::ShopWith { card }) => card::begin_saved(calls, begin, card, true),
        (_, By::ShopperWith { .. } | By::ShopWith { .. }) => {
            Err(unsuitable("card", "this method is not paid with a saved card").into())
        }
        (_, By::Again(_)) => Err(unsuitable("payment", "nothing is charged anew here").into()),
        (Flow::External(brand), By::Shopper) => external::begin(calls, begin, brand),
        (Flow::Transfer(brand), By::Shopper) => transfer::begin(calls, begin, brand),
        (Flow::Debit, By::Shopper) => Ok(debit::begin()),
    }
}

pub(super) fn proceed(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    step(going_on(&mut Calls::new(config, exchanges), proceed))
}

fn going_on(calls: &mut Calls<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    match flow(&proceed.context)? {
        Flow::Card => card::proceed(calls, proceed),
        Flow::External(_) => Err(unexpected("a wallet asks nothing of the shopper").into()),
        Flow::Transfer(brand) => transfer::proceed(calls, proceed, brand),
        Flow::Debit => debit::proceed(calls, proceed),
    }
}

pub(super) fn finalise(
    config: &Config,
    finalise: &Finalise<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    step(come_back(&mut Calls::new(config, exchanges), finalise))
}

fn come_back(calls: &mut Calls<'_>, finalise: &Finalise<'_>) -> Result<Proceeded, Halt> {
    let context = &finalise.context;
    let away: Away = read_memo(finalise.memo)?;
    match flow(context)? {
        Flow::Card => card::finalise(calls, context, &away, finalise.posted),
        Flow::External(_) => external::finalise(calls, context, &away),
        Flow::Transfer(_) => transfer::finalise(calls, context, &away),
        Flow::Debit => debit::finalise(calls, context, &away),
    }
}

fn flow(context: &Context<'_>) -> Result<Flow, Failure> {
    let way = Way::parse(context.method.as_str()).map(Way::flow);
    way.ok_or_else(|| unexpected("a method of another provider"))
}
