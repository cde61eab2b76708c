use guichet_domain::event::{Part, PaymentEvent, Trust};
use guichet_domain::id::OperationId;
use guichet_domain::method::Method;
use guichet_domain::money::Currency;
use guichet_domain::operation::{OperationEvent, Progress};
use guichet_domain::payment::{Terms, fold};
use guichet_domain::{MethodKind, PartStatus};
use proptest::prelude::*;

use super::*;

const CAPTURE: OperationKind = OperationKind::Capture;
const CANCEL: OperationKind = OperationKind::Cancel;
const REFUND: OperationKind = OperationKind::Refund;

fn amount(minor: u64) -> Amount {
    Amount::try_from(minor).unwrap()
}

fn part(transaction: &str, kind: PartKind, minor: u64) -> PaymentEvent {
    let (method, brand) = match kind {
        PartKind::Voucher => (Method::try_from("apetiz".to_owned()).ok(), "APETIZ"),
        _ => (None, "LIMOCB"),
    };
    PaymentEvent::Part(Part {
        transaction: transaction.into(),
        call: "1".into(),
        kind,
        method,
        brand: brand.into(),
        amount: amount(minor),
        status: PartStatus::Accepted,
        code: "00000".into(),
        refusal: None,
        parts_expected: None,
        trust: Trust::Ours,
        fingerprint: String::new(),
        at_terminal: None,
    })
}

fn operation(kind: OperationKind, part: &str, minor: u64, progress: Progress) -> PaymentEvent {
    PaymentEvent::Operation(OperationEvent {
        operation: OperationId::from_random([9; 16]),
        kind,
        part: part.into(),
        amount: amount(minor),
        currency: Currency::EUR,
        at: 0,
        progress,
    })
}

/// 39 euros by voucher ("1"), 3 by the card that completes it ("2"), and what happened since.
fn mixed(manual_capture: bool, more: &[PaymentEvent]) -> PaymentState {
    let terms = Terms {
        method: Method::try_from("apetiz".to_owned()).unwrap(),
        kind: MethodKind::MealVoucher,
        total: amount(4200),
        manual_capture,
        voucher_eligible: None,
    };
    let parts = [
        part("1", PartKind::Voucher, 3900),
        part("2", PartKind::Complement, 300),
    ];
    fold(&terms, parts.iter().chain(more))
}

const NO_VOUCHER: Objection = Objection::NotEnabled {
    setting: "conecs_refunds = true",
};

/// A platform that gives no voucher back, and lets go the rest of what is captured in part.
fn strict(part: &PartState, amount: Amount) -> Result<Allowed, Objection> {
    if part.part.kind == PartKind::Voucher && part.balance.taken > 0 {
        return Err(NO_VOUCHER);
    }
    lenient(part, amount)
}

/// One that does everything.
fn lenient(part: &PartState, amount: Amount) -> Result<Allowed, Objection> {
    let gives_up = part.balance.reserved.saturating_sub(amount.minor());
    Ok(Allowed { gives_up })
}

type Check = fn(&PartState, Amount) -> Result<Allowed, Objection>;

fn planned(
    kind: OperationKind,
    state: &PaymentState,
    wanted: &Wanted,
    check: Check,
) -> Result<Plan, OperationError> {
    plan(kind, state, wanted, &check)
}

fn all() -> Wanted {
    Wanted::default()
}

fn so_much(minor: u64) -> Wanted {
    Wanted {
        amount: Some(amount(minor)),
        ..Wanted::default()
    }
}

fn named(parts: &[(&str, Option<u64>)]) -> Wanted {
    let named = parts.iter().map(|(part, minor)| WantedPart {
        part: (*part).to_owned(),
        amount: minor.map(amount),
    });
    Wanted {
        parts: named.collect(),
        ..Wanted::default()
    }
}

/// Which part, and how much of it.
fn lines(plan: &Plan) -> Vec<(&str, u64)> {
    let lines = plan.lines.iter();
    lines
        .map(|line| (&*line.part, line.amount.minor()))
        .collect()
}

#[test]
fn all_that_can_go_back_does_and_what_can_not_is_told_with_the_reason() {
    let plan = planned(REFUND, &mixed(false, &[]), &all(), strict).unwrap();
    assert_eq!(lines(&plan), [("2", 300)]);
    let [voucher] = &plan.left_out[..] else {
        panic!("{plan:?}");
    };
    assert_eq!((&*voucher.part, voucher.amount), ("1", 3900));
    assert!(voucher.why.contains("conecs_refunds"), "{}", voucher.why);
}

#[test]
fn no_vouchers_value_goes_onto_the_card() {
    let state = mixed(false, &[]);
    match planned(REFUND, &state, &so_much(301), strict) {
        Err(OperationError::NotPossible(why)) => assert_eq!(why.len(), 2, "{why:?}"),
        other => panic!("{other:?}"),
    }
    let plan = planned(REFUND, &state, &so_much(301), lenient).unwrap();
    assert_eq!(lines(&plan), [("2", 300), ("1", 1)]);
    let card = named(&[("2", Some(301))]);
    assert!(planned(REFUND, &state, &card, lenient).is_err());
}

#[test]
fn what_is_captured_is_taken_of_the_voucher_first_and_what_that_gives_up_is_said() {
    let state = mixed(true, &[]);
    let plan = planned(CAPTURE, &state, &all(), lenient).unwrap();
    assert_eq!(
        (lines(&plan), plan.gives_up()),
        (vec![("1", 3900), ("2", 300)], 0)
    );
    let plan = planned(CAPTURE, &state, &so_much(4000), lenient).unwrap();
    assert_eq!(
        (lines(&plan), plan.gives_up()),
        (vec![("1", 3900), ("2", 100)], 200)
    );
    let plan = planned(CAPTURE, &state, &so_much(1000), lenient).unwrap();
    assert_eq!((lines(&plan), plan.gives_up()), (vec![("1", 1000)], 2900));
}

#[test]
fn named_parts_are_done_as_they_are_named_or_nothing_is() {
    let state = mixed(false, &[]);
    let plan = planned(REFUND, &state, &named(&[("2", None)]), strict).unwrap();
    assert_eq!(lines(&plan), [("2", 300)]);
    let both = named(&[("2", None), ("1", Some(100))]);
    match planned(REFUND, &state, &both, strict) {
        Err(OperationError::NotPossible(why)) => assert_eq!(why[0].part, "1"),
        other => panic!("{other:?}"),
    }
    for wrong in [
        named(&[("3", None)]),
        named(&[("2", Some(1)), ("2", Some(1))]),
    ] {
        let refused = planned(REFUND, &state, &wrong, lenient);
        assert!(
            matches!(refused, Err(OperationError::Fields(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn nothing_is_planned_on_a_part_whose_operation_is_not_over() {
    let open = operation(REFUND, "2", 100, Progress::Unknown);
    let state = mixed(false, &[open]);
    for wanted in [all(), so_much(100), named(&[("2", Some(100))])] {
        let refused = planned(REFUND, &state, &wanted, lenient);
        assert!(
            matches!(refused, Err(OperationError::InFlight(_))),
            "{refused:?}"
        );
    }
    let other = planned(REFUND, &state, &named(&[("1", None)]), lenient).unwrap();
    assert_eq!(lines(&other), [("1", 3900)]);
}

#[test]
fn where_nothing_is_left_the_answer_says_of_each_part_why() {
    let taken_before = |_: &PartState, _: Amount| Err(Objection::TakenBefore);
    match plan(CAPTURE, &mixed(false, &[]), &all(), &taken_before) {
        Err(OperationError::NotPossible(why)) => {
            let told: Vec<_> = why.iter().map(|one| (&*one.part, one.amount)).collect();
            assert_eq!(told, [("1", 0), ("2", 0)]);
            assert!(why[0].why.contains("taken before"), "{}", why[0].why);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cancellation_is_whole_by_the_books_too() {
    let plan = planned(CANCEL, &mixed(true, &[]), &all(), lenient).unwrap();
    assert_eq!(lines(&plan), [("2", 300), ("1", 3900)]);
    let part = planned(
        CANCEL,
        &mixed(true, &[]),
        &named(&[("2", Some(299))]),
        lenient,
    );
    assert!(
        matches!(part, Err(OperationError::NotPossible(_))),
        "{part:?}"
    );
}

proptest! {
    /// Whatever was done before and whatever the platform says: what is planned is no more than is
    /// left of each part, each part once, and as much as was wanted.
    #[test]
    fn a_plan_never_exceeds_a_part(
        manual: bool,
        captured in proptest::option::of(1_u64..=3900),
        given_back in proptest::option::of(1_u64..=300),
        kind in prop::sample::select(OperationKind::ALL.to_vec()),
        wanted in proptest::option::of(1_u64..5000),
        is_strict: bool,
    ) {
        let done = |id: u8, kind, part: &str, minor| {
            let numbers = None;
            match operation(kind, part, minor, Progress::Done { numbers }) {
                PaymentEvent::Operation(mut event) => {
                    event.operation = OperationId::from_random([id; 16]);
                    PaymentEvent::Operation(event)
                }
                other => other,
            }
        };
        let captures = captured.filter(|_| manual).map(|minor| done(1, CAPTURE, "1", minor));
        let refunds = given_back.filter(|_| !manual).map(|minor| done(2, REFUND, "2", minor));
        let before: Vec<_> = captures.into_iter().chain(refunds).collect();
        let state = mixed(manual, &before);
        let check = if is_strict { strict } else { lenient };
        let wish = Wanted { amount: wanted.map(amount), ..Wanted::default() };
        if let Ok(plan) = planned(kind, &state, &wish, check) {
            let mut seen = std::collections::BTreeSet::new();
            for line in &plan.lines {
                prop_assert!(seen.insert(&line.part));
                let part = state.paid_part(&line.part).unwrap();
                let left = match kind {
                    CAPTURE | OperationKind::Duplicate => part.balance.reserved,
                    CANCEL => part.balance.reserved + part.balance.taken,
                    REFUND => part.balance.taken - part.balance.given_back,
                };
                prop_assert!(line.amount.minor() <= left);
                prop_assert!(state.may_operate(kind, &line.part, line.amount).is_ok());
            }
            prop_assert!(plan.left_out.iter().all(|one| !seen.contains(&one.part)));
            prop_assert_eq!(plan.amount(), wanted.unwrap_or(plan.amount()));
        }
    }
}
