//! Which way to pay takes which calls: the one place where they part.

use super::config::Config;
use super::conversation::{Halt, Talk, step, unexpected, unsuitable};
use super::naming::New;
use super::payment::{Away, kept};
use super::way::{Flow, Way};
use super::{card, debit, external, hosted, transfer};
use crate::contract::{Begin, Begun, By, Exchange, Failure, Finalise, Proceed, Proceeded, Step};

pub(super) fn begin(config: &Config, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
    step(start(&mut Talk::new(config, exchanges), begin))
}

fn start(talk: &mut Talk<'_>, begin: &Begin<'_>) -> Result<Begun, Halt> {
    // Nobody is asked anything for a payment that could not be named.
    New::of(talk.config, begin)?;
    match (flow(begin)?, begin.by) {
        (Flow::Card, By::Shopper) => hosted::begin(talk, begin),
        (Flow::Card, By::ShopperWith { card }) => card::begin_saved(talk, begin, card, false),
        (Flow::Card, By::ShopWith { card }) => card::begin_saved(talk, begin, card, true),
        (_, By::ShopperWith { .. } | By::ShopWith { .. }) => {
            Err(unsuitable("card", "this method is not paid with a saved card").into())
        }
        (Flow::External(brand), By::Shopper) => external::begin(talk, begin, brand),
        (Flow::Transfer(brand), By::Shopper) => transfer::begin(talk, begin, brand),
        (Flow::Debit, By::Shopper) => Ok(debit::begin()),
    }
}

pub(super) fn proceed(
    config: &Config,
    proceed: &Proceed<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    step(go_on(&mut Talk::new(config, exchanges), proceed))
}

fn go_on(talk: &mut Talk<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    match flow(&proceed.begin)? {
        Flow::Card => card::proceed(talk, proceed),
        Flow::External(_) => Err(unexpected("a wallet asks nothing of the shopper").into()),
        Flow::Transfer(brand) => transfer::proceed(talk, proceed, brand),
        Flow::Debit => debit::proceed(talk, proceed),
    }
}

pub(super) fn finalise(
    config: &Config,
    finalise: &Finalise<'_>,
    exchanges: &[Exchange],
) -> Step<Proceeded> {
    step(come_back(&mut Talk::new(config, exchanges), finalise))
}

fn come_back(talk: &mut Talk<'_>, finalise: &Finalise<'_>) -> Result<Proceeded, Halt> {
    let begin = &finalise.begin;
    let away: Away = kept(finalise.keep)?;
    match flow(begin)? {
        Flow::Card => card::finalise(talk, begin, &away, finalise.posted),
        Flow::External(_) => external::finalise(talk, begin, &away),
        Flow::Transfer(_) => transfer::finalise(talk, begin, &away),
        Flow::Debit => debit::finalise(talk, begin, &away),
    }
}

fn flow(begin: &Begin<'_>) -> Result<Flow, Failure> {
    let way = Way::parse(begin.method.as_str()).map(Way::flow);
    way.ok_or_else(|| unexpected("a method of another provider"))
}
