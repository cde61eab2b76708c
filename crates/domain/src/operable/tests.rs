use guichet_wire::{PartKind, PartStatus};
use proptest::prelude::*;

use crate::event::{Part, PaymentEvent, Trust};
use crate::id::OperationId;
use crate::operation::{Balance, NotNow, OperationEvent, OperationKind, PlatformNumbers, Progress};
use crate::payment::{Attention, Money, PaymentState, Terms, fold};
use crate::testing::{self, COMPLEMENT, VOUCHER, accepted, amount, mixed};

const CAPTURE: OperationKind = OperationKind::Capture;
const CANCEL: OperationKind = OperationKind::Cancel;
const REFUND: OperationKind = OperationKind::Refund;
const DUPLICATE: OperationKind = OperationKind::Duplicate;

fn terms(manual_capture: bool) -> Terms {
    Terms {
        manual_capture,
        ..testing::meal(1500)
    }
}

fn operation(
    number: u8,
    kind: OperationKind,
    part: &str,
    minor: u64,
    progress: Progress,
) -> PaymentEvent {
    PaymentEvent::Operation(OperationEvent {
        at: 1_767_000_000,
        ..testing::operation(number, kind, part, minor, progress)
    })
}

fn done() -> Progress {
    Progress::Done {
        numbers: Some(PlatformNumbers {
            transaction: "722488000".into(),
            call: "2310165".into(),
            authorisation: None,
        }),
    }
}

fn refused() -> Progress {
    Progress::Refused {
        code: "00018".into(),
        why: "transaction not found".into(),
    }
}

fn undecided() -> Progress {
    let word = "STATUS is missing or unknown".into();
    Progress::Undecided { word }
}

fn state(manual: bool, more: &[PaymentEvent]) -> PaymentState {
    fold(&terms(manual), mixed().iter().chain(more))
}

fn balance(reserved: u64, taken: u64, given_back: u64, cancelled: u64) -> Balance {
    Balance {
        reserved,
        taken,
        given_back,
        cancelled,
    }
}

#[test]
fn what_is_paid_at_once_is_taken_and_what_the_shop_captures_later_is_reserved() {
    let at_once = state(false, &[]);
    assert_eq!(at_once.balance(), balance(0, 1500, 0, 0));
    let later = state(true, &[]);
    assert_eq!(later.balance(), balance(1500, 0, 0, 0));
    assert_eq!(later.money, Money::Authorised);
}

#[test]
fn a_capture_takes_and_the_rest_of_its_part_is_let_go() {
    let voucher = operation(1, CAPTURE, VOUCHER, 1000, done());
    let partly = state(true, &[voucher]);
    assert_eq!(partly.parts[0].balance, balance(0, 1000, 0, 200));
    assert_eq!(partly.parts[1].balance, balance(300, 0, 0, 0));
    assert_eq!(partly.money, Money::Authorised);
}

#[test]
fn what_was_not_captured_pays_nothing_whatever_else_was_done_with_it() {
    let complement = operation(1, CAPTURE, COMPLEMENT, 300, done());
    for voucher in [
        operation(2, CAPTURE, VOUCHER, 1200, Progress::Unknown),
        operation(2, CAPTURE, VOUCHER, 1200, refused()),
        operation(2, CANCEL, VOUCHER, 1200, done()),
        operation(2, CAPTURE, "999", 1200, done()),
    ] {
        let told = state(true, &[complement.clone(), voucher]);
        assert_eq!(told.money, Money::Authorised);
    }
}

#[test]
fn a_payment_is_paid_once_its_total_was_captured_and_no_refund_turns_that_back() {
    let mut events = vec![
        operation(1, CAPTURE, VOUCHER, 1200, done()),
        operation(2, CAPTURE, COMPLEMENT, 300, done()),
    ];
    assert_eq!(state(true, &events[..1]).money, Money::Authorised);
    assert_eq!(state(true, &events).money, Money::Paid);
    events.push(operation(3, REFUND, COMPLEMENT, 300, done()));
    events.push(operation(4, REFUND, VOUCHER, 1200, done()));
    let back = state(true, &events);
    assert_eq!(back.money, Money::Paid);
    assert_eq!(back.balance(), balance(0, 1500, 1500, 0));
    assert_eq!(back.balance().held(), 0);
}

#[test]
fn what_is_cancelled_is_let_go_and_its_payment_stays_what_it_was() {
    let cancelled = [operation(1, CANCEL, COMPLEMENT, 300, done())];
    for (manual, money) in [(true, Money::Authorised), (false, Money::Paid)] {
        let state = state(manual, &cancelled);
        assert_eq!(state.parts[1].balance, balance(0, 0, 0, 300));
        assert_eq!(state.money, money);
    }
}

#[test]
fn what_is_reserved_anew_is_reserved_once_and_captured_as_before() {
    let duplicate = operation(1, DUPLICATE, VOUCHER, 1200, done());
    let before = state(true, &[]);
    let after = state(true, std::slice::from_ref(&duplicate));
    assert_eq!(after.balance(), before.balance());
    assert_eq!(after.money, before.money);
    let all = [duplicate, operation(2, CAPTURE, VOUCHER, 1200, done())];
    assert_eq!(state(true, &all).parts[0].balance, balance(0, 1200, 0, 0));
}

#[test]
fn only_what_the_platform_did_moves_a_balance() {
    let before = state(false, &[]).balance();
    for progress in [Progress::Asked, Progress::Unknown, undecided(), refused()] {
        let told = state(false, &[operation(1, REFUND, VOUCHER, 1200, progress)]);
        assert_eq!(told.balance(), before);
    }
}

#[test]
fn one_operation_at_a_time_is_under_way_on_a_part() {
    for open in [Progress::Asked, Progress::Unknown, undecided()] {
        let state = state(false, &[operation(1, REFUND, VOUCHER, 100, open)]);
        let first = OperationId::from_random([1; 16]);
        let second = state.may_operate(REFUND, VOUCHER, amount(100));
        assert_eq!(second, Err(NotNow::InFlight(first)));
        // The other part is free.
        assert_eq!(state.may_operate(REFUND, COMPLEMENT, amount(100)), Ok(()));
    }
    for over in [refused(), done()] {
        let state = state(false, &[operation(1, REFUND, VOUCHER, 100, over)]);
        assert_eq!(state.may_operate(REFUND, VOUCHER, amount(100)), Ok(()));
    }
}

#[test]
fn no_more_is_asked_for_than_is_left() {
    let given = [operation(1, REFUND, VOUCHER, 1000, done())];
    let cases: [(bool, &[PaymentEvent], OperationKind, u64, u64); 9] = [
        (false, &[], REFUND, 1201, 1200),
        (false, &given, REFUND, 201, 200),
        (false, &given, CANCEL, 200, 0),
        (false, &[], CANCEL, 1199, 1200),
        (false, &[], CAPTURE, 1, 0),
        (true, &[], CAPTURE, 1201, 1200),
        (true, &[], REFUND, 1, 0),
        (true, &[], DUPLICATE, 1199, 1200),
        (false, &[], DUPLICATE, 1, 0),
    ];
    for (manual, before, kind, minor, left) in cases {
        let asked = state(manual, before).may_operate(kind, VOUCHER, amount(minor));
        assert_eq!(asked, Err(NotNow::Left(left)), "{kind} {minor}");
    }
    let nobodys = state(false, &[]).may_operate(REFUND, "3", amount(1));
    assert_eq!(nobodys, Err(NotNow::NoSuchPart));
}

#[test]
fn what_did_not_pay_or_is_not_ours_can_not_be_operated_on() {
    let claimed = |change: fn(&mut Part)| {
        let mut events = mixed();
        if let PaymentEvent::Part(part) = &mut events[0] {
            change(part);
        }
        fold(&terms(false), &events).may_operate(REFUND, VOUCHER, amount(1))
    };
    assert_eq!(claimed(|_| ()), Ok(()));
    let not_ours = claimed(|part| part.trust = Trust::Signed);
    assert_eq!(not_ours, Err(NotNow::NoSuchPart));
    let pending = claimed(|part| part.status = PartStatus::Pending);
    assert_eq!(pending, Err(NotNow::NoSuchPart));
}

#[test]
fn what_is_undecided_or_contradictory_is_for_a_person_to_look_at() {
    let asked = |progress| operation(1, REFUND, VOUCHER, 100, progress);
    let undecided = state(false, &[asked(undecided())]);
    assert!(undecided.attention.contains(&Attention::OperationUndecided));
    let settled = state(false, &[asked(self::undecided()), asked(done())]);
    assert!(settled.attention.is_empty(), "{:?}", settled.attention);
    let both = state(false, &[asked(refused()), asked(done())]);
    assert!(both.attention.contains(&Attention::Conflict));
    // Money may have moved: the platform's word that it was done holds.
    assert_eq!(both.parts[0].balance.given_back, 100);
}

#[test]
fn a_held_part_that_was_given_back_is_not_held_any_more() {
    let voucher = accepted(VOUCHER, PartKind::Voucher, 1200);
    let mut events = vec![voucher, PaymentEvent::DeadlinePassed];
    let held = fold(&terms(false), &events);
    assert!(held.attention.contains(&Attention::PartHeld));
    events.push(operation(1, REFUND, VOUCHER, 1200, done()));
    let back = fold(&terms(false), &events);
    assert_eq!((back.money, back.attention.len()), (Money::Incomplete, 0));
}

#[test]
fn an_operation_is_kept_in_the_same_words_for_ever() {
    let event = operation(7, CAPTURE, VOUCHER, 1200, done());
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"type":"operation","operation":"op_07070707070707070707070707070707","#,
            r#""kind":"capture","part":"1","amount":1200,"currency":"EUR","at":1767000000,"#,
            r#""progress":{"type":"done","numbers":{"transaction":"722488000","#,
            r#""call":"2310165"}}}"#
        )
    );
    assert_eq!(serde_json::from_str::<PaymentEvent>(&text).unwrap(), event);
}

/// What a shop wants: of which part, how much, and how far the platform lets it come.
#[derive(Clone, Debug)]
struct Wish {
    kind: OperationKind,
    part: &'static str,
    minor: u64,
    end: Progress,
}

fn wish() -> impl Strategy<Value = Wish> {
    let kinds = prop::sample::select(OperationKind::ALL.to_vec());
    let parts = prop::sample::select(vec![VOUCHER, COMPLEMENT]);
    // Often what is there, so that much of it is granted.
    let amounts = prop_oneof![1_u64..1300, Just(1200), Just(300), Just(100)];
    let ends = prop::sample::select(vec![done(), refused(), Progress::Unknown, undecided()]);
    (kinds, parts, amounts, ends).prop_map(|(kind, part, minor, end)| Wish {
        kind,
        part,
        minor,
        end,
    })
}

/// The events of what was granted, one wish after the other.
fn history(manual: bool, wishes: &[Wish]) -> Vec<PaymentEvent> {
    let mut events = mixed();
    for (number, wish) in (0_u8..).zip(wishes) {
        let now = fold(&terms(manual), &events);
        let wanted = now.may_operate(wish.kind, wish.part, amount(wish.minor));
        if wanted.is_ok() {
            let event = |end: Progress| operation(number, wish.kind, wish.part, wish.minor, end);
            events.push(event(Progress::Asked));
            events.push(event(wish.end.clone()));
        }
    }
    events
}

proptest! {
    #[test]
    fn never_more_is_given_back_than_taken_and_no_cent_is_in_two_places(
        manual: bool,
        wishes in prop::collection::vec(wish(), 0..24),
    ) {
        let events = history(manual, &wishes);
        let mut settled = false;
        for count in 0..=events.len() {
            let now = fold(&terms(manual), &events[..count]);
            for part in &now.parts {
                let Balance { reserved, taken, given_back, cancelled } = part.balance;
                prop_assert!(given_back <= taken, "{:?}", part.balance);
                prop_assert_eq!(reserved + taken + cancelled, part.part.amount.minor());
                let open = now.operations.iter().filter(|operation| {
                    let event = &operation.event;
                    event.part == part.part.transaction && !event.progress.is_over()
                });
                prop_assert!(open.count() <= 1);
            }
            prop_assert!(!settled || now.money.is_settled());
            prop_assert!(!now.attention.contains(&Attention::Conflict));
            settled = now.money.is_settled();
        }
    }

    #[test]
    fn order_and_repetition_of_operations_change_nothing(
        manual: bool,
        wishes in prop::collection::vec(wish(), 0..12),
        seed: u64,
    ) {
        let events = history(manual, &wishes);
        let state = fold(&terms(manual), &events);
        let mut other = [events.clone(), events].concat();
        let mut next = seed;
        for at in (1..other.len()).rev() {
            next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let to = usize::try_from((next >> 33) % (at as u64 + 1)).unwrap();
            other.swap(at, to);
        }
        prop_assert_eq!(fold(&terms(manual), &other), state);
    }
}
