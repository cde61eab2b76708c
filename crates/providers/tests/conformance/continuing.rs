//! Payments that go on after their beginning.

use guichet_domain::PartStatus;
use guichet_domain::event::PaymentEvent;
use guichet_domain::method::SavedCards;
use guichet_providers::contract::{
    Begun, By, CallError, Environment, Failure, LookedUp, Next, PlatformCall, Proceeded, Provider,
};
use guichet_wire::NextAction;

use crate::samples::{Gives, Payment, Sample};
use crate::world::{
    Answer, World, account, each, each_in_production, hides_what_is_secret, nonsense,
};

/// One step of a payment after its beginning.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Proceed,
    Finalise,
}

/// A payment, in front of one of its steps.
struct Way<'a> {
    provider: &'a dyn Provider,
    world: World,
    payment: &'a Payment,
    memo: Option<String>,
    stage: Stage,
}

impl Way<'_> {
    fn take(
        &self,
        provider: &dyn Provider,
        platform: impl Fn(usize, &PlatformCall) -> Answer,
    ) -> Result<Proceeded, Failure> {
        let memo = self.memo.as_deref();
        match self.stage {
            Stage::Proceed => self
                .world
                .proceed(provider, memo, self.payment.gives, platform),
            Stage::Finalise => self.world.finalise(provider, memo, platform),
        }
    }

    /// How many calls this step makes when all goes well.
    fn calls(&self, sample: &Sample) -> usize {
        let made = std::cell::Cell::new(0);
        let end = self.take(self.provider, |number, call| {
            made.set(number + 1);
            sample.well(call)
        });
        assert!(end.is_ok(), "{end:?}");
        made.get()
    }
}

fn begun(provider: &dyn Provider, sample: &Sample, payment: &Payment) -> (World, Begun) {
    let world = World::of(provider, payment);
    let begun = world.begin(provider, |_, call| sample.well(call));
    (world, begun.unwrap())
}

/// Every step of every payment, as far as all goes well.
fn steps<'a>(provider: &'a dyn Provider, sample: &'a Sample) -> Vec<Way<'a>> {
    let mut ways = Vec::new();
    for payment in sample.payments {
        let way = |world, memo, stage| Way {
            provider,
            world,
            payment,
            memo,
            stage,
        };
        let (world, begun) = begun(provider, sample, payment);
        let leaves = |action: &NextAction| {
            matches!(
                action,
                NextAction::FormPost { .. } | NextAction::Redirect { .. }
            )
        };
        // A card form is posted to the platform, which has the browser come back.
        let away = match &begun.next {
            Next::Browser(action) => leaves(action),
            Next::CardForm => true,
            Next::Proceed => false,
        };
        if away {
            ways.push(way(world, begun.memo, Stage::Finalise));
            continue;
        }
        let first = way(world, begun.memo, Stage::Proceed);
        let proceeded = first.take(provider, |_, call| sample.well(call)).unwrap();
        ways.push(first);
        let written_down = proceeded.next_action.is_none() && proceeded.facts.is_empty();
        if written_down || proceeded.next_action.as_ref().is_some_and(leaves) {
            let world = World::of(provider, payment);
            ways.push(way(world, proceeded.memo, Stage::Finalise));
        }
    }
    ways
}

fn is_accepted(proceeded: &Proceeded) -> bool {
    proceeded.facts.iter().any(|fact| match &fact.event {
        PaymentEvent::Part(part) => part.status == PartStatus::Accepted,
        _ => false,
    })
}

#[test]
fn every_method_that_goes_on_has_a_sample_and_is_paid_in_the_end() {
    each(|provider, sample| {
        for described in provider.methods() {
            let mut samples = sample.payments.iter();
            let own = |payment: &&Payment| payment.method == described.method.as_str();
            assert!(provider.continuing().is_none() || samples.any(|payment| own(&payment)));
            let by_card = |payment: &Payment| own(&payment) && payment.by != By::Shopper;
            assert_eq!(
                described.saved_cards.pay(),
                sample.payments.iter().any(by_card)
            );
            assert!(described.saved_cards == SavedCards::None || provider.vault().is_some());
        }
        let steps = steps(provider, sample);
        for payment in sample.payments {
            let mine = |way: &&Way<'_>| std::ptr::eq(way.payment, payment);
            let last = steps.iter().rfind(mine).unwrap();
            let end = last.take(provider, |_, call| sample.well(call)).unwrap();
            assert!(is_accepted(&end), "{payment:?}");
        }
    });
}

#[test]
fn only_what_the_shopper_gives_nothing_for_goes_on_by_itself() {
    each(|provider, sample| {
        for payment in sample.payments {
            let (_, begun) = begun(provider, sample, payment);
            let by_itself = begun.next == Next::Proceed;
            assert_eq!(
                by_itself,
                matches!(payment.gives, Gives::Nothing),
                "{payment:?}"
            );
        }
    });
}

#[test]
fn a_step_at_a_platform_that_is_down_has_no_facts_and_what_may_have_moved_is_unknown() {
    each(|provider, sample| {
        for way in steps(provider, sample) {
            for fails_at in 0..way.calls(sample) {
                for error in [CallError::NotSent, CallError::NoAnswer] {
                    let moved = std::cell::Cell::new(false);
                    let end = way.take(provider, |number, call| {
                        let lost = number >= fails_at;
                        let sent = !lost || error == CallError::NoAnswer;
                        moved.set(moved.get() || (sent && sample.moves(call)));
                        if lost { Err(error) } else { sample.well(call) }
                    });
                    let expected = if moved.get() {
                        Failure::Unknown
                    } else {
                        Failure::Unreachable
                    };
                    let at = (way.payment, way.stage, fails_at, error);
                    assert_eq!(end.unwrap_err(), expected, "{at:?}");
                }
            }
        }
    });
}

#[test]
fn an_answer_that_says_nothing_is_never_an_accepted_fact() {
    each(|provider, sample| {
        for way in steps(provider, sample) {
            for fails_at in 0..way.calls(sample) {
                for answer in nonsense() {
                    let end = way.take(provider, |number, call| match number >= fails_at {
                        true => answer.clone(),
                        false => sample.well(call),
                    });
                    let accepted = end.as_ref().is_ok_and(is_accepted);
                    assert!(!accepted, "{:?} {fails_at} {answer:?}", way.payment);
                }
            }
        }
    });
}

#[test]
fn an_answer_that_nobody_vouches_for_is_nothing_in_production() {
    each_in_production(|provider, sample| {
        if !sample.seals {
            return;
        }
        let name = provider.name();
        let table = sample.table.clone();
        let sandbox = account(name, table, Environment::Sandbox);
        // What is kept comes from the sandbox: in production nothing gets that far unsealed.
        for way in steps(sandbox.as_ref(), sample) {
            let end = way.take(provider, |_, call| sample.well(call));
            assert!(end.is_err(), "{:?} {end:?}", way.payment);
            let asked = std::cell::Cell::new(false);
            let looked = way.world.look_up(provider, way.memo.as_deref(), |_, call| {
                asked.set(true);
                sample.well(call)
            });
            let in_vain = !asked.get() && !sample.found_by_reference;
            assert!(looked.is_err() || in_vain, "{looked:?}");
        }
    });
}

#[test]
fn a_look_up_that_learns_nothing_says_neither_nothing_nor_a_fact() {
    each(|provider, sample| {
        let steps = steps(provider, sample);
        for payment in sample.payments {
            let mine = |way: &&Way<'_>| std::ptr::eq(way.payment, payment);
            let last = steps.iter().rfind(mine).unwrap();
            let mut memos = vec![last.memo.as_deref()];
            if sample.found_by_reference {
                memos.push(None);
            }
            for memo in memos {
                let lost = [Err(CallError::NotSent), Err(CallError::NoAnswer)];
                for answer in nonsense().into_iter().chain(lost) {
                    let end = last.world.look_up(provider, memo, |_, _| answer.clone());
                    let silent =
                        matches!(end, Err(_) | Ok(LookedUp::NotYet | LookedUp::GoesOn { .. }));
                    assert!(silent, "{answer:?} {end:?}");
                }
                let end = last
                    .world
                    .look_up(provider, memo, |_, call| sample.well(call));
                assert!(matches!(end, Ok(LookedUp::Facts(_))), "{payment:?}");
            }
        }
    });
}

#[test]
fn nothing_is_ordered_before_what_finds_it_again_is_kept() {
    each(|provider, sample| {
        if sample.found_by_reference {
            return;
        }
        for way in steps(provider, sample) {
            let memo = way.memo.as_deref();
            let looked = way
                .world
                .look_up(provider, memo, |_, call| sample.well(call));
            let moves = std::cell::Cell::new(false);
            let end = way.take(provider, |_, call| {
                moves.set(moves.get() || sample.moves(call));
                sample.well(call)
            });
            assert!(end.is_ok(), "{end:?}");
            let at = (way.payment, way.stage);
            match looked {
                Ok(LookedUp::Nothing) => assert!(!moves.get(), "{at:?}"),
                Ok(LookedUp::Facts(_)) => assert!(moves.get(), "{at:?}"),
                other => panic!("{at:?} {other:?}"),
            }
        }
    });
}

#[test]
fn no_secret_is_kept_shown_or_handed_to_the_browser() {
    each(|provider, sample| {
        for payment in sample.payments {
            let (_, begun) = begun(provider, sample, payment);
            hides_what_is_secret(&format!("{begun:?}"));
        }
        for way in steps(provider, sample) {
            let end = way.take(provider, |_, call| sample.well(call)).unwrap();
            hides_what_is_secret(&format!("{end:?}"));
            hides_what_is_secret(&serde_json::to_string(&end.next_action).unwrap());
            hides_what_is_secret(end.memo.as_deref().unwrap_or_default());
        }
    });
}
