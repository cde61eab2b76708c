//! What a shop has done with money, where a provider offers it.

use guichet_domain::event::{AtTerminal, Part, Trust};
use guichet_domain::id::OperationId;
use guichet_domain::money::Amount;
use guichet_domain::operation::OperationKind;
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::contract::{
    CallError, Exchange, Failure, Operated, Operation, Operations, Paid, Taken,
};

use crate::world::{Answer, NOW, claim, each, exchange, hides_what_is_secret, nonsense};

/// Runs a check against every operation on a card that a provider would ask for.
fn each_operation(check: impl Fn(&dyn Operations, &dyn Fn(u32) -> Operation<'static>)) {
    let card: &'static Part = Box::leak(Box::new(Part {
        trust: Trust::Ours,
        at_terminal: Some(Box::new(AtTerminal {
            terminal: "counter".into(),
            tender: "Credit".into(),
            ..AtTerminal::default()
        })),
        ..claim()
    }));
    let id: &'static OperationId = Box::leak(Box::new(OperationId::from_random([7; 16])));
    each(|provider, _| {
        let Some(operations) = provider.operations() else {
            return;
        };
        for kind in [
            OperationKind::Capture,
            OperationKind::Cancel,
            OperationKind::Refund,
        ] {
            let taken = Taken {
                amount: card.amount,
                at: jiff::Timestamp::from_second(NOW - 7 * 86_400).unwrap(),
                capture: None,
            };
            let operation = |sequence| Operation {
                id: Some(id),
                kind,
                paid: Paid {
                    reference: "R",
                    part: card,
                    taken: (kind == OperationKind::Refund).then_some(taken),
                    given_back: 0,
                    cancelled: false,
                    duplicate: None,
                },
                amount: card.amount,
                sequence,
                asked_at: jiff::Timestamp::from_second(NOW).unwrap(),
                now: jiff::Timestamp::from_second(NOW).unwrap(),
            };
            if operations.check(&operation(1)).is_ok() {
                check(operations, &operation);
            }
        }
    });
}

/// Has it done, each call with a number of its own, at a platform that answers so.
fn operate(
    operations: &dyn Operations,
    operation: &dyn Fn(u32) -> Operation<'static>,
    answer: &Answer,
) -> Result<Operated, Failure> {
    let mut sequence = 0;
    let step = |exchanges: &[Exchange]| {
        sequence += 1;
        operations.operate(&operation(sequence), exchanges)
    };
    let end = exchange(step, |_, _| answer.clone());
    hides_what_is_secret(&format!("{end:?}"));
    end
}

#[test]
fn an_operation_that_never_arrived_was_not_done_and_one_that_was_not_answered_is_unknown() {
    each_operation(|operations, operation| {
        for (error, expected) in [
            (CallError::NotSent, Failure::Unreachable),
            (CallError::NoAnswer, Failure::Unknown),
        ] {
            let end = operate(operations, operation, &Err(error));
            assert_eq!(end.unwrap_err(), expected, "{error:?}");
        }
    });
}

#[test]
fn an_answer_that_says_nothing_leaves_an_operation_unknown() {
    each_operation(|operations, operation| {
        for answer in nonsense() {
            let end = operate(operations, operation, &answer);
            assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer:?}");
        }
    });
}

#[test]
fn a_consultation_that_learns_nothing_decides_nothing() {
    each_operation(|operations, operation| {
        let lost = [Err(CallError::NotSent), Err(CallError::NoAnswer)];
        for answer in nonsense().into_iter().chain(lost) {
            let mut sequence = 0;
            let step = |exchanges: &[Exchange]| {
                sequence += 1;
                operations.consult(&operation(sequence), exchanges)
            };
            assert!(exchange(step, |_, _| answer.clone()).is_err(), "{answer:?}");
        }
    });
}

#[test]
fn no_operation_exceeds_its_part_or_is_done_to_what_did_not_pay() {
    each_operation(|operations, operation| {
        let mut more = operation(1);
        more.amount = Amount::try_from(more.paid.part.amount.minor() + 1).unwrap();
        assert!(operations.check(&more).is_err());
        let mut again = operation(1);
        again.paid.given_back = again.paid.part.amount.minor();
        assert!(again.kind == OperationKind::Capture || operations.check(&again).is_err());
        for status in [PartStatus::Refused, PartStatus::Pending] {
            let unpaid = Part {
                status,
                ..again.paid.part.clone()
            };
            let paid = Paid {
                part: &unpaid,
                ..operation(1).paid
            };
            let own = Operation {
                paid,
                ..operation(1)
            };
            assert!(operations.check(&own).is_err());
            let step = |exchanges: &[Exchange]| operations.operate(&own, exchanges);
            let end = exchange(step, |_, call| panic!("{call:?}"));
            assert!(matches!(end, Ok(Operated::Objected(_))), "{end:?}");
        }
    });
}

#[test]
fn what_paid_by_a_means_that_nobody_knows_is_not_operated_on() {
    each(|provider, _| {
        let Some(operations) = provider.operations() else {
            return;
        };
        let stranger = Part {
            kind: PartKind::Voucher,
            brand: "NEW".into(),
            ..claim()
        };
        let amount = stranger.amount;
        let paid = Paid {
            reference: "R",
            part: &stranger,
            taken: None,
            given_back: 0,
            cancelled: false,
            duplicate: None,
        };
        let own = Operation {
            id: None,
            kind: OperationKind::Capture,
            paid,
            amount,
            sequence: 1,
            asked_at: jiff::Timestamp::from_second(NOW).unwrap(),
            now: jiff::Timestamp::from_second(NOW).unwrap(),
        };
        assert!(operations.check(&own).is_err());
    });
}
