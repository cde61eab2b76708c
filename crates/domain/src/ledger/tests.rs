use guichet_wire::{MethodKind, PartKind, PartStatus};
use proptest::prelude::*;

use super::*;
use crate::event::{AtTerminal, Confirmed};
use crate::operation::Progress;
use crate::testing::{self, COMPLEMENT, VOUCHER, amount};

fn main_account() -> Slug {
    Slug::try_from("main".to_owned()).unwrap()
}

fn terms(manual_capture: bool) -> Terms {
    Terms {
        manual_capture,
        ..testing::meal(1500)
    }
}

fn part(transaction: &str, kind: PartKind, minor: u64, trust: Trust) -> PaymentEvent {
    PaymentEvent::Part(Part {
        trust,
        ..testing::part(transaction, kind, minor, PartStatus::Accepted)
    })
}

fn confirmed(transaction: &str, minor: u64) -> PaymentEvent {
    PaymentEvent::Confirmed(Confirmed {
        transaction: transaction.into(),
        call: "2310165".into(),
        amount: amount(minor),
        status: PartStatus::Accepted,
    })
}

fn operation(number: u8, kind: OperationKind, part: &str, minor: u64, done: bool) -> PaymentEvent {
    let progress = if done {
        Progress::Done { numbers: None }
    } else {
        Progress::Unknown
    };
    PaymentEvent::Operation(testing::operation(number, kind, part, minor, progress))
}

/// 11.10 and a tip of 2.78, approved as 13.88 (a recorded answer of Moneris Go).
#[test]
fn a_tip_has_an_entry_of_its_own_and_what_is_approved_offline_has_none() {
    let terms = testing::terms("moneris_terminal", MethodKind::Terminal, 1110);
    let paid = |offline| {
        PaymentEvent::Part(Part {
            at_terminal: Some(Box::new(AtTerminal {
                tip: 278,
                offline,
                ..AtTerminal::default()
            })),
            ..testing::part("1", PartKind::Card, 1388, PartStatus::Accepted)
        })
    };
    let moved = movements(&main_account(), &terms, &[(1000, &paid(false))]);
    let told: Vec<_> = moved.iter().map(|m| (m.cause.clone(), m.minor)).collect();
    let part = || "1".to_owned();
    let expected = [
        (Cause::Taking { part: part() }, 1110),
        (Cause::Tip { part: part() }, 278),
    ];
    assert_eq!(told, expected);
    assert!(movements(&main_account(), &terms, &[(1000, &paid(true))]).is_empty());
    // Once a person says that it was settled it moves on that day, and not on a day that is closed.
    let decided = |accept| PaymentEvent::Decided { accept, at: 5 };
    let said = |accept| {
        let (paid, decided) = (paid(true), decided(accept));
        movements(
            &main_account(),
            &terms,
            &[(1000, &paid), (90_000, &decided)],
        )
    };
    let told: Vec<_> = said(true).iter().map(|m| (m.minor, m.at)).collect();
    assert_eq!(told, [(1110, 90_000), (278, 90_000)]);
    assert!(said(false).is_empty());
}

fn mixed() -> Vec<(i64, PaymentEvent)> {
    (1000..).zip(testing::mixed()).collect()
}

fn moved(manual: bool, events: &[(i64, PaymentEvent)]) -> Vec<Movement> {
    let events: Vec<_> = events.iter().map(|(at, event)| (*at, event)).collect();
    movements(&main_account(), &terms(manual), &events)
}

/// Where, how much, when.
fn told(movements: &[Movement]) -> Vec<(String, i64, i64)> {
    let told = |m: &Movement| (m.transit.to_string(), m.minor, m.at);
    movements.iter().map(told).collect()
}

fn line(transit: &str, minor: i64, at: i64) -> (String, i64, i64) {
    (transit.to_owned(), minor, at)
}

#[test]
fn a_voucher_and_its_complement_wait_for_two_remittances() {
    let taken = moved(false, &mixed());
    assert_eq!(
        told(&taken),
        [
            line("main/sodexo", 1200, 1000),
            line("main/complement", 300, 1001)
        ]
    );
}

#[test]
fn what_is_reserved_moves_nothing_until_it_is_captured() {
    let mut events = mixed();
    assert_eq!(moved(true, &events), []);
    events.push((
        2100,
        operation(1, OperationKind::Capture, VOUCHER, 1000, true),
    ));
    assert_eq!(
        told(&moved(true, &events)),
        [line("main/sodexo", 1000, 2001)]
    );
    // What was captured and let go before it was remitted.
    events.push((
        2100,
        operation(2, OperationKind::Cancel, VOUCHER, 1200, true),
    ));
    let both = [
        line("main/sodexo", 1000, 2001),
        line("main/sodexo", -1000, 2002),
    ];
    assert_eq!(told(&moved(true, &events)), both);
}

#[test]
fn what_is_only_reserved_and_let_go_never_moved() {
    let mut events = mixed();
    events.push((
        2100,
        operation(1, OperationKind::Cancel, VOUCHER, 1200, true),
    ));
    assert_eq!(moved(true, &events), []);
}

#[test]
fn of_a_part_that_is_captured_twice_no_more_is_taken_than_there_is() {
    let mut events = mixed();
    for number in [1, 2] {
        let capture = operation(number, OperationKind::Capture, VOUCHER, 1000, true);
        events.push((2100, capture));
    }
    let both = [
        line("main/sodexo", 1000, 2001),
        line("main/sodexo", 200, 2002),
    ];
    assert_eq!(told(&moved(true, &events)), both);
}

#[test]
fn a_refund_stands_beside_what_was_taken_and_turns_back_no_entry() {
    let mut events = mixed();
    let before = moved(false, &events);
    events.push((
        2100,
        operation(1, OperationKind::Refund, VOUCHER, 200, true),
    ));
    events.push((
        2100,
        operation(2, OperationKind::Refund, COMPLEMENT, 300, false),
    ));
    let after = moved(false, &events);
    let refund = difference(&before, &after);
    assert_eq!(told(&refund), [line("main/sodexo", -200, 2001)]);
    assert!(before.iter().all(|movement| after.contains(movement)));
}

#[test]
fn a_claim_moves_nothing_before_our_own_account_agrees() {
    let claim = (1000, part(VOUCHER, PartKind::Voucher, 1200, Trust::Signed));
    assert_eq!(moved(false, std::slice::from_ref(&claim)), []);
    let agreed = [claim, (1005, confirmed(VOUCHER, 1200))];
    assert_eq!(
        told(&moved(false, &agreed)),
        [line("main/sodexo", 1200, 1005)]
    );
}

#[test]
fn where_the_money_waits_is_decided_by_who_pays_the_shop() {
    let of = |kind, method: Option<&str>, brand: &str, paid: PartKind| {
        let mut terms = terms(false);
        terms.kind = kind;
        terms.method = Method::try_from("chosen".to_owned()).unwrap();
        let PaymentEvent::Part(mut part) = part("1", paid, 1, Trust::Ours) else {
            panic!("a part");
        };
        part.brand = brand.into();
        part.method = method.map(|code| Method::try_from(code.to_owned()).unwrap());
        Transit::of(&main_account(), &terms, &part).to_string()
    };
    let choice = MethodKind::Choice;
    assert_eq!(
        of(MethodKind::Card, None, "CB", PartKind::Card),
        "main/card"
    );
    assert_eq!(
        of(MethodKind::Card, None, "AMEX", PartKind::Card),
        "main/amex"
    );
    assert_eq!(
        of(MethodKind::Wallet, None, "PAYPAL", PartKind::Card),
        "main/chosen"
    );
    assert_eq!(
        of(choice, Some("apetiz"), "APETIZ", PartKind::Voucher),
        "main/apetiz"
    );
    assert_eq!(
        of(choice, None, "LIMOCB", PartKind::Complement),
        "main/complement"
    );
    assert_eq!(
        of(MethodKind::DirectDebit, None, "SDD", PartKind::Account),
        "main/chosen"
    );
}

#[test]
fn a_movement_is_kept_in_the_same_words_for_ever() {
    let cause = Cause::Operation {
        kind: OperationKind::Refund,
        operation: OperationId::from_random([7; 16]),
        part: "9".into(),
    };
    let text = serde_json::to_string(&cause).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"type":"operation","kind":"refund","#,
            r#""operation":"op_07070707070707070707070707070707","part":"9"}"#
        )
    );
    let transit = Transit::try_from("main/card".to_owned()).unwrap();
    assert_eq!(transit.to_string(), "main/card");
    assert!(Transit::try_from("main".to_owned()).is_err());
}

/// What a shop wants, in turn; what the books grant of it is done.
fn history(manual: bool, wishes: &[(OperationKind, bool, u64)]) -> Vec<(i64, PaymentEvent)> {
    let mut events = mixed();
    for (number, (kind, voucher, minor)) in (0_u8..).zip(wishes) {
        let part = if *voucher { VOUCHER } else { COMPLEMENT };
        let now = fold(&terms(manual), events.iter().map(|(_, event)| event));
        if now.may_operate(*kind, part, amount(*minor)).is_ok() {
            let at = 3000 + i64::from(number);
            events.push((at, operation(number, *kind, part, *minor, true)));
        }
    }
    events
}

fn wishes() -> impl Strategy<Value = Vec<(OperationKind, bool, u64)>> {
    let kinds = prop::sample::select(OperationKind::ALL.to_vec());
    let amounts = prop_oneof![1_u64..1300, Just(1200), Just(300), Just(100)];
    prop::collection::vec((kinds, any::<bool>(), amounts), 0..16)
}

proptest! {
    #[test]
    fn what_waits_for_the_bank_is_what_was_taken_and_not_given_back(
        manual: bool,
        wishes in wishes(),
    ) {
        let events = history(manual, &wishes);
        let state = fold(&terms(manual), events.iter().map(|(_, event)| event));
        let moved = moved(manual, &events);
        for part in &state.parts {
            let of = moved.iter().filter(|m| m.cause.part() == part.part.transaction);
            let sum: i64 = of.map(|movement| movement.minor).sum();
            let balance = part.balance;
            prop_assert_eq!(sum, signed(balance.taken) - signed(balance.given_back));
        }
    }

    #[test]
    fn order_and_repetition_of_events_move_nothing_else(
        manual: bool,
        wishes in wishes(),
        seed: u64,
    ) {
        let events = history(manual, &wishes);
        let mut other = [events.clone(), events.clone()].concat();
        let mut next = seed;
        for at in (1..other.len()).rev() {
            next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let to = usize::try_from((next >> 33) % (at as u64 + 1)).unwrap();
            other.swap(at, to);
        }
        prop_assert_eq!(moved(manual, &other), moved(manual, &events));
    }

    /// Written event by event, whatever came in between, it is the same as written at once.
    #[test]
    fn what_is_written_with_each_event_comes_to_what_moved(
        manual: bool,
        wishes in wishes(),
        seed: u64,
    ) {
        let mut events = history(manual, &wishes);
        // The platform tells of one part with another amount, and the books believe the greater.
        let told = part(VOUCHER, PartKind::Voucher, 1 + seed % 1500, Trust::Ours);
        let place = usize::try_from(seed % (events.len() as u64 + 1)).unwrap();
        events.insert(place, (2500, told));
        let mut written: Vec<Movement> = Vec::new();
        for count in 1..=events.len() {
            let before = moved(manual, &events[..count - 1]);
            let after = moved(manual, &events[..count]);
            let more = difference(&before, &after);
            prop_assert!(more.iter().all(|movement| movement.minor != 0));
            written.extend(more);
        }
        prop_assert_eq!(difference(&written, &moved(manual, &events)), vec![]);
        let at_once = difference(&[], &moved(manual, &events));
        prop_assert_eq!(difference(&written, &at_once), vec![]);
    }
}
