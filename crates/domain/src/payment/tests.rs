use proptest::prelude::*;

use super::*;
use crate::event::AtTerminal;
use crate::testing::{accepted, amount, meal, method, part, terms};

fn card(total: u64) -> Terms {
    terms("card", MethodKind::Card, total)
}

fn refused(transaction: &str, kind: PartKind, minor: u64) -> PaymentEvent {
    PaymentEvent::Part(part(transaction, kind, minor, PartStatus::Refused))
}

fn signed_only(mut part: Part) -> PaymentEvent {
    part.trust = Trust::Signed;
    PaymentEvent::Part(part)
}

fn confirmed(transaction: &str, minor: u64, status: PartStatus) -> PaymentEvent {
    PaymentEvent::Confirmed(Confirmed {
        transaction: transaction.into(),
        call: "2310165".into(),
        amount: amount(minor),
        status,
    })
}

fn returned(outcome: ReturnOutcome) -> PaymentEvent {
    PaymentEvent::Returned { outcome }
}

#[test]
fn a_voucher_and_its_complement_pay_only_together() {
    let voucher = accepted("1", PartKind::Voucher, 1200);
    let complement = accepted("2", PartKind::Complement, 300);
    assert_eq!(fold(&meal(1500), [&voucher]).money, Money::Pending);
    assert_eq!(fold(&meal(1500), [&complement]).money, Money::Pending);
    assert_eq!(
        fold(&meal(1500), [&complement, &voucher]).money,
        Money::Paid
    );
}

#[test]
fn a_doubled_part_counts_once() {
    let half = accepted("1", PartKind::Voucher, 750);
    let state = fold(&meal(1500), [&half, &half, &half]);
    assert_eq!((state.accepted, state.money), (750, Money::Pending));
}

#[test]
fn a_card_that_paid_the_rest_of_a_voucher_that_nobody_told_of_says_so() {
    let rest = accepted("2", PartKind::Complement, 300);
    let untold = |events: &[&PaymentEvent]| {
        let state = fold(&meal(1500), events.iter().copied());
        state.attention.contains(&Attention::VoucherUntold)
    };
    assert!(untold(&[&rest, &PaymentEvent::DeadlinePassed]));
    // While there is time it may still be told of, and once it is, nothing is missing.
    assert!(!untold(&[&rest]));
    let voucher = accepted("1", PartKind::Voucher, 1100);
    assert!(!untold(&[&rest, &voucher, &PaymentEvent::DeadlinePassed]));
    assert!(!untold(&[&voucher, &PaymentEvent::DeadlinePassed]));
}

#[test]
fn the_deadline_makes_a_held_part_incomplete_and_a_late_part_still_pays() {
    let voucher = accepted("1", PartKind::Voucher, 1200);
    let late = accepted("2", PartKind::Complement, 300);
    let state = fold(&meal(1500), [&voucher, &PaymentEvent::DeadlinePassed]);
    assert_eq!(state.money, Money::Incomplete);
    assert!(state.attention.contains(&Attention::PartHeld));
    let state = fold(
        &meal(1500),
        [&voucher, &PaymentEvent::DeadlinePassed, &late],
    );
    assert_eq!(
        (state.money, state.attention.is_empty()),
        (Money::Paid, true)
    );
}

#[test]
fn a_refusal_is_not_terminal_within_the_page() {
    let first = refused("1", PartKind::Card, 1500);
    let second = accepted("2", PartKind::Card, 1500);
    assert_eq!(fold(&card(1500), [&first]).money, Money::Refused);
    assert_eq!(fold(&card(1500), [&first, &second]).money, Money::Paid);
    assert_eq!(fold(&card(1500), [&second, &first]).money, Money::Paid);
}

#[test]
fn a_card_counts_only_with_the_full_amount() {
    let state = fold(&card(1500), [&accepted("1", PartKind::Card, 1499)]);
    assert_eq!((state.accepted, state.money), (0, Money::Pending));
    assert!(state.attention.contains(&Attention::Mismatch));
}

#[test]
fn a_complement_counts_only_after_a_voucher_was_asked_for() {
    let complement = accepted("1", PartKind::Complement, 1500);
    assert_eq!(fold(&card(1500), [&complement]).money, Money::Pending);
    assert_eq!(fold(&meal(1500), [&complement]).money, Money::Paid);
}

#[test]
fn another_brand_than_the_one_asked_for_does_not_count() {
    let apetiz = terms("apetiz", MethodKind::MealVoucher, 1500);
    let state = fold(&apetiz, [&accepted("1", PartKind::Voucher, 1500)]);
    assert_eq!((state.money, state.accepted), (Money::Pending, 0));
    assert!(state.attention.contains(&Attention::Mismatch));
}

#[test]
fn on_the_page_of_choice_any_family_pays() {
    let choice = terms("up2pay_choice", MethodKind::Choice, 1500);
    assert_eq!(
        fold(&choice, [&accepted("1", PartKind::Card, 1500)]).money,
        Money::Paid
    );
    assert_eq!(
        fold(&choice, [&accepted("1", PartKind::Voucher, 1500)]).money,
        Money::Paid
    );
    assert_eq!(
        fold(&choice, [&accepted("1", PartKind::Card, 1400)]).money,
        Money::Pending
    );
}

#[test]
fn an_unknown_instrument_pays_nothing_even_on_the_page_of_choice() {
    let mut unknown = part("1", PartKind::Voucher, 1500, PartStatus::Accepted);
    unknown.method = None;
    let unknown = PaymentEvent::Part(unknown);
    for (code, kind) in [
        ("up2pay_choice", MethodKind::Choice),
        ("sodexo", MethodKind::MealVoucher),
    ] {
        let state = fold(&terms(code, kind, 1500), [&unknown]);
        assert_eq!((state.money, state.accepted), (Money::Pending, 0));
        assert!(state.attention.contains(&Attention::Mismatch));
    }
}

#[test]
fn a_signature_alone_does_not_count() {
    let signed = signed_only(part("7", PartKind::Card, 1500, PartStatus::Accepted));
    let events = [signed.clone(), PaymentEvent::DeadlinePassed];
    let state = fold(&card(1500), &events);
    assert_eq!((state.money, state.accepted), (Money::Pending, 0));
    assert!(state.attention.contains(&Attention::Unconfirmed));
    let agreed = confirmed("7", 1500, PartStatus::Accepted);
    assert_eq!(fold(&card(1500), [&signed, &agreed]).money, Money::Paid);
}

#[test]
fn a_confirmation_must_agree_on_transaction_call_amount_and_status() {
    let signed = signed_only(part("7", PartKind::Card, 1500, PartStatus::Accepted));
    let other_call = match confirmed("7", 1500, PartStatus::Accepted) {
        PaymentEvent::Confirmed(c) => PaymentEvent::Confirmed(Confirmed {
            call: "1".into(),
            ..c
        }),
        other => other,
    };
    for disagreeing in [
        confirmed("8", 1500, PartStatus::Accepted),
        confirmed("7", 1499, PartStatus::Accepted),
        confirmed("7", 1500, PartStatus::Refused),
        other_call,
    ] {
        assert_eq!(
            fold(&card(1500), [&signed, &disagreeing]).money,
            Money::Pending
        );
    }
}

#[test]
fn more_than_the_total_is_paid_and_raises_an_alert() {
    let events = [
        accepted("1", PartKind::Voucher, 1500),
        accepted("2", PartKind::Complement, 300),
    ];
    let state = fold(&meal(1500), &events);
    assert_eq!(state.money, Money::Paid);
    assert!(state.attention.contains(&Attention::Overpaid));
}

#[test]
fn when_the_platform_says_one_of_two_both_are_waited_for() {
    let mut first = part("1", PartKind::Voucher, 1500, PartStatus::Accepted);
    first.parts_expected = Some(2);
    let first = PaymentEvent::Part(first);
    assert_eq!(fold(&meal(1500), [&first]).money, Money::Pending);
    let second = accepted("2", PartKind::Complement, 300);
    assert_eq!(fold(&meal(1500), [&first, &second]).money, Money::Paid);
}

#[test]
fn pending_becomes_final_without_conflict() {
    let pending = PaymentEvent::Part(part("1", PartKind::Card, 1500, PartStatus::Pending));
    let state = fold(&card(1500), [&pending, &PaymentEvent::DeadlinePassed]);
    assert_eq!(state.money, Money::Pending);
    assert!(state.attention.contains(&Attention::StillPending));
    let last = accepted("1", PartKind::Card, 1500);
    let state = fold(&card(1500), [&pending, &last]);
    assert_eq!(
        (state.money, state.attention.is_empty()),
        (Money::Paid, true)
    );
}

#[test]
fn our_own_accounts_word_ends_what_was_pending() {
    let pending = signed_only(part("1", PartKind::Card, 1500, PartStatus::Pending));
    let taken = confirmed("1", 1500, PartStatus::Accepted);
    assert_eq!(fold(&card(1500), [&pending, &taken]).money, Money::Paid);
    let refused = confirmed("1", 1500, PartStatus::Refused);
    assert_eq!(
        fold(&card(1500), [&pending, &refused]).money,
        Money::Refused
    );
    assert_eq!(
        fold(&card(1500), [&pending, &refused, &taken]).money,
        Money::Paid
    );
    let other_amount = confirmed("1", 1499, PartStatus::Accepted);
    assert_eq!(
        fold(&card(1500), [&pending, &other_amount]).money,
        Money::Pending
    );
}

#[test]
fn who_was_refused_and_then_paid_on_the_same_page_is_told_to_wait() {
    let first = refused("1", PartKind::Card, 1500);
    let second = signed_only(part("2", PartKind::Card, 1500, PartStatus::Accepted));
    let back = returned(ReturnOutcome::Accepted);
    for events in [
        vec![&first, &back],
        vec![&first, &second],
        vec![&first, &second, &back],
    ] {
        let state = fold(&card(1500), events);
        assert_eq!(
            (state.shown(), state.may_be_open()),
            (Status::Pending, true)
        );
    }
    let gave_up = returned(ReturnOutcome::Refused);
    let state = fold(&card(1500), [&first, &gave_up]);
    assert_eq!(
        (state.shown(), state.may_be_open()),
        (Status::Refused, false)
    );
    let cancelled = returned(ReturnOutcome::Cancelled);
    assert_eq!(
        fold(&card(1500), [&second, &cancelled]).shown(),
        Status::Pending
    );
}

#[test]
fn what_may_have_been_taken_is_never_called_expired() {
    let unconfirmed = signed_only(part("1", PartKind::Card, 1500, PartStatus::Accepted));
    let unfitting = accepted("1", PartKind::Card, 1400);
    for event in [&unconfirmed, &unfitting] {
        let state = fold(&card(1500), [event, &PaymentEvent::DeadlinePassed]);
        assert_eq!((state.money, state.may_be_open()), (Money::Pending, true));
        assert!(!state.attention.is_empty());
    }
}

#[test]
fn our_own_accounts_contradiction_is_a_conflict_and_never_lost() {
    let told = signed_only(part("1", PartKind::Card, 1500, PartStatus::Refused));
    let word = confirmed("1", 1500, PartStatus::Accepted);
    let state = fold(&card(1500), [&told, &word, &PaymentEvent::DeadlinePassed]);
    assert_eq!((state.money, state.accepted), (Money::Pending, 0));
    assert!(state.attention.contains(&Attention::Conflict));
    let told = signed_only(part("1", PartKind::Card, 1500, PartStatus::Accepted));
    let word = confirmed("1", 1500, PartStatus::Refused);
    let state = fold(&card(1500), [&told, &word]);
    assert_eq!((state.money, state.accepted), (Money::Pending, 0));
    assert!(state.attention.contains(&Attention::Conflict));
}

#[test]
fn a_larger_second_content_that_expects_more_parts_unpays_nothing() {
    let mut larger = part("1", PartKind::Voucher, 1600, PartStatus::Accepted);
    larger.parts_expected = Some(2);
    let events = [
        accepted("1", PartKind::Voucher, 1500),
        PaymentEvent::Part(larger),
    ];
    let state = fold(&meal(1500), &events);
    assert_eq!(state.money, Money::Paid);
    assert!(state.attention.contains(&Attention::Conflict));
}

#[test]
fn any_difference_in_what_was_told_is_a_conflict() {
    let mut other = part("1", PartKind::Card, 1500, PartStatus::Accepted);
    other.fingerprint = "another authorisation number".into();
    let events = [
        accepted("1", PartKind::Card, 1500),
        PaymentEvent::Part(other),
    ];
    let state = fold(&card(1500), &events);
    assert_eq!(state.money, Money::Paid);
    assert!(state.attention.contains(&Attention::Conflict));
}

#[test]
fn one_transaction_with_two_contents_is_a_conflict() {
    let one = accepted("1", PartKind::Voucher, 700);
    let other = accepted("1", PartKind::Voucher, 1500);
    let state = fold(&meal(1500), [&other, &one]);
    assert!(state.attention.contains(&Attention::Conflict));
    assert_eq!((state.accepted, state.money), (1500, Money::Paid));
}

#[test]
fn a_return_moves_no_money() {
    let voucher = accepted("1", PartKind::Voucher, 1200);
    for outcome in [
        ReturnOutcome::Accepted,
        ReturnOutcome::Refused,
        ReturnOutcome::Cancelled,
        ReturnOutcome::Waiting,
    ] {
        let hint = returned(outcome);
        assert_eq!(fold(&meal(1500), [&hint]).money, Money::Pending);
        assert_eq!(fold(&meal(1500), [&hint, &voucher]).money, Money::Pending);
    }
}

#[test]
fn a_held_voucher_is_shown_once_the_shopper_is_back() {
    let voucher = accepted("1", PartKind::Voucher, 1200);
    let complement = refused("2", PartKind::Complement, 300);
    let back = returned(ReturnOutcome::Refused);
    assert_eq!(
        fold(&meal(1500), [&voucher, &complement]).shown(),
        Status::Pending
    );
    let state = fold(&meal(1500), [&voucher, &complement, &back]);
    assert_eq!(
        (state.shown(), state.holds_a_part()),
        (Status::Incomplete, true)
    );
    assert_eq!(state.refusal, Some(Refusal::Issuer));
}

#[test]
fn manual_capture_is_authorised_and_not_paid() {
    let terms = Terms {
        manual_capture: true,
        ..card(1500)
    };
    let state = fold(&terms, [&accepted("1", PartKind::Card, 1500)]);
    assert_eq!(
        (state.money, state.shown()),
        (Money::Authorised, Status::Authorised)
    );
}

#[test]
fn a_voucher_part_above_what_is_eligible_counts_and_raises_attention() {
    let limited = |terms: Terms| Terms {
        voucher_eligible: Some(1200),
        ..terms
    };
    let raised = |terms: &Terms, events: &[PaymentEvent]| {
        let state = fold(terms, events);
        let raised = state.attention.contains(&Attention::Ineligible);
        (state.money, raised)
    };
    let complement = accepted("2", PartKind::Complement, 300);
    let at_most = [accepted("1", PartKind::Voucher, 1200), complement.clone()];
    assert_eq!(raised(&limited(meal(1500)), &at_most), (Money::Paid, false));
    let all = [accepted("1", PartKind::Voucher, 1500)];
    assert_eq!(raised(&limited(meal(1500)), &all), (Money::Paid, true));
    assert_eq!(raised(&meal(1500), &all), (Money::Paid, false));
    // The same on the platform's page of choice, where a card or a holiday voucher may pay it all.
    let choice = limited(terms("up2pay_choice", MethodKind::Choice, 1500));
    assert_eq!(raised(&choice, &all), (Money::Paid, true));
    let card = [accepted("1", PartKind::Card, 1500)];
    assert_eq!(raised(&choice, &card), (Money::Paid, false));
    let mut holiday = part("1", PartKind::Voucher, 1500, PartStatus::Accepted);
    holiday.method = Some(method("cvconnect"));
    let holiday = [PaymentEvent::Part(holiday)];
    assert_eq!(raised(&choice, &holiday), (Money::Paid, false));
    // Before the rest is paid as well: that is when a person can still act.
    let (money, raised) = raised(
        &limited(meal(1500)),
        &[accepted("1", PartKind::Voucher, 1300)],
    );
    assert_eq!((money, raised), (Money::Pending, true));
}

#[test]
fn every_order_of_seven_events_gives_the_same_state() {
    let signed = part("2", PartKind::Complement, 300, PartStatus::Accepted);
    let events = [
        accepted("1", PartKind::Voucher, 1200),
        signed_only(signed),
        confirmed("2", 300, PartStatus::Accepted),
        refused("3", PartKind::Complement, 300),
        returned(ReturnOutcome::Refused),
        returned(ReturnOutcome::Accepted),
        PaymentEvent::DeadlinePassed,
    ];
    let reference = fold(&meal(1500), &events);
    assert_eq!(reference.money, Money::Paid);
    let mut order: Vec<usize> = (0..events.len()).collect();
    let mut seen = 0;
    permute(&mut order, 0, &mut |order| {
        seen += 1;
        assert_eq!(
            fold(&meal(1500), order.iter().map(|i| &events[*i])),
            reference
        );
    });
    assert_eq!(seen, 5040);
}

fn permute(order: &mut [usize], from: usize, visit: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return visit(order);
    }
    for other in from..order.len() {
        order.swap(from, other);
        permute(order, from + 1, visit);
        order.swap(from, other);
    }
}

fn any_event() -> impl Strategy<Value = PaymentEvent> {
    let kinds = prop_oneof![
        Just(PartKind::Voucher),
        Just(PartKind::Complement),
        Just(PartKind::Card)
    ];
    let statuses = prop_oneof![
        Just(PartStatus::Pending),
        Just(PartStatus::Refused),
        Just(PartStatus::Accepted)
    ];
    let outcomes = prop_oneof![
        Just(ReturnOutcome::Accepted),
        Just(ReturnOutcome::Refused),
        Just(ReturnOutcome::Cancelled),
        Just(ReturnOutcome::Waiting)
    ];
    let minor = prop_oneof![Just(300_u64), Just(1200), Just(1500), Just(1600)];
    let any_part = (
        "[1-4]",
        kinds,
        minor,
        statuses,
        any::<bool>(),
        any::<bool>(),
    );
    prop_oneof![
        6 => any_part.prop_map(|(transaction, kind, minor, status, ours, two)| {
            let mut made = part(&transaction, kind, minor, status);
            made.parts_expected = two.then_some(2);
            made.code = if two { "00000" } else { "00001" }.into();
            if ours { PaymentEvent::Part(made) } else { signed_only(made) }
        }),
        2 => ("[1-4]", prop_oneof![Just(300_u64), Just(1200), Just(1500), Just(1600)])
            .prop_map(|(t, minor)| confirmed(&t, minor, PartStatus::Accepted)),
        1 => outcomes.prop_map(returned),
        1 => Just(PaymentEvent::DeadlinePassed),
        1 => (0..3_i64, 1..4_i8).prop_map(|(at, day)| rebilling(at, Some(day))),
        1 => (0..3_i64, 1..3_u64, any::<bool>())
            .prop_map(|(at, minor, untold)| repriced(at, minor, untold)),
        1 => (0..3_i64).prop_map(|since| PaymentEvent::RebillingUntold { since }),
        1 => Just(PaymentEvent::CalledOff),
    ]
}

/// A word on what is charged anew, and on which day of December.
fn rebilling(at: i64, day: Option<i8>) -> PaymentEvent {
    PaymentEvent::Rebilling {
        of: PaymentId::from_random([7; 16]),
        due: day.map(|day| jiff::civil::date(2026, 12, day)),
        at,
        amount: None,
        untold: false,
    }
}

/// A word on how much is charged anew on 20 December.
fn repriced(at: i64, minor: u64, untold: bool) -> PaymentEvent {
    PaymentEvent::Rebilling {
        of: PaymentId::from_random([7; 16]),
        due: Some(jiff::civil::date(2026, 12, 20)),
        at,
        amount: Some(amount(minor)),
        untold,
    }
}

#[test]
fn of_a_rebilling_the_word_before_is_known_until_the_platform_was_told_of_the_last_one() {
    let of = |events: &[PaymentEvent]| {
        let rebilling = fold(&card(1500), events).rebilling.unwrap();
        let amount = |amount: Option<Amount>| amount.map(Amount::minor);
        let before = rebilling.untold_since.map(|run| amount(run.amount));
        (amount(rebilling.amount), before)
    };
    let words = [
        rebilling(1, Some(20)),
        repriced(2, 700, false),
        repriced(3, 800, true),
        repriced(4, 900, true),
    ];
    assert_eq!(of(&words[..1]), (None, None));
    assert_eq!(of(&words[..2]), (Some(700), None));
    assert_eq!(of(&words[..3]), (Some(800), Some(Some(700))));
    assert_eq!(of(&words), (Some(900), Some(Some(700))));
    let told = [&words[..], &[repriced(5, 900, false)]].concat();
    assert_eq!(of(&told), (Some(900), None));
    // Taken back.
    let back = [&words[..], &[repriced(5, 700, false)]].concat();
    assert_eq!(of(&back), (Some(700), None));
}

#[test]
fn of_a_rebilling_the_last_word_on_its_day_holds_and_none_of_it_moves_money() {
    let due = |events: &[PaymentEvent]| {
        let state = fold(&card(1500), events);
        assert_eq!(
            (state.money, state.shown()),
            (Money::Pending, Status::Pending)
        );
        let rebilling = state.rebilling.unwrap();
        (rebilling.due.map(|due| due.day()), rebilling.called_off)
    };
    assert_eq!(due(&[rebilling(5, None)]), (None, false));
    let told = [
        rebilling(5, Some(20)),
        rebilling(9, Some(3)),
        rebilling(7, Some(10)),
    ];
    assert_eq!(due(&told), (Some(3), false));
    assert_eq!(
        due(&[PaymentEvent::CalledOff, rebilling(5, Some(20))]),
        (Some(20), true)
    );
    let by = PaymentEvent::RebilledBy {
        payment: PaymentId::from_random([8; 16]),
    };
    let state = fold(&card(1500), &[by.clone(), by]);
    assert_eq!((state.rebilled_by.len(), state.rebilling), (1, None));
    assert_eq!(
        fold(&card(1500), &[PaymentEvent::CalledOff]).rebilling,
        None
    );
}

proptest! {
    #[test]
    fn order_and_multiplicity_change_nothing(
        (events, shuffled) in prop::collection::vec(any_event(), 0..8).prop_flat_map(|events| {
            let doubled = events.iter().chain(&events).cloned().collect::<Vec<_>>();
            (Just(events), Just(doubled).prop_shuffle())
        })
    ) {
        for terms in [meal(1500), card(1500)] {
            prop_assert_eq!(fold(&terms, &events), fold(&terms, &shuffled));
        }
    }

    #[test]
    fn paid_is_terminal_against_time_hints_refusals_and_new_parts(
        events in prop::collection::vec(any_event(), 0..6),
        later in prop::collection::vec(any_event(), 0..6),
    ) {
        for terms in [meal(1500), card(1500)] {
            let before = fold(&terms, &events).money;
            let after = fold(&terms, events.iter().chain(&later)).money;
            if before.is_settled() {
                prop_assert_eq!(before, after);
            }
        }
    }

    #[test]
    fn nothing_unconfirmed_ever_pays(
        events in prop::collection::vec(any_event(), 0..8),
    ) {
        let unproven: Vec<_> = events
            .into_iter()
            .filter(|e| !matches!(e, PaymentEvent::Confirmed(_)))
            .map(|e| match e {
                PaymentEvent::Part(part) => signed_only(part),
                other => other,
            })
            .collect();
        prop_assert_eq!(fold(&meal(1500), &unproven).accepted, 0);
    }
}

#[test]
fn a_bank_account_pays_where_it_was_asked_for_and_nowhere_else() {
    let paid = [PaymentEvent::Part(part(
        "1",
        PartKind::Account,
        1500,
        PartStatus::Accepted,
    ))];
    for (kind, money) in [
        (MethodKind::CreditTransfer, Money::Paid),
        (MethodKind::DirectDebit, Money::Paid),
        (MethodKind::Card, Money::Pending),
        (MethodKind::Wallet, Money::Pending),
        (MethodKind::MealVoucher, Money::Pending),
        (MethodKind::Choice, Money::Pending),
        (MethodKind::Terminal, Money::Pending),
    ] {
        let state = fold(&terms("ideal", kind, 1500), &paid);
        assert_eq!(state.money, money, "{kind:?}");
    }
    let card = [PaymentEvent::Part(part(
        "1",
        PartKind::Card,
        1500,
        PartStatus::Accepted,
    ))];
    let state = fold(&terms("ideal", MethodKind::CreditTransfer, 1500), &card);
    assert_eq!(state.money, Money::Pending);
}

/// What a terminal approved: so much, of which so much is beside the order.
fn at_terminal(minor: u64, told: AtTerminal) -> PaymentEvent {
    PaymentEvent::Part(Part {
        at_terminal: Some(Box::new(told)),
        ..part("1", PartKind::Card, minor, PartStatus::Accepted)
    })
}

/// 11.10 and a tip of 2.78 are approved as 13.88 (a recorded answer of Moneris Go).
#[test]
fn a_tip_is_taken_with_the_order_and_pays_none_of_it() {
    let terms = terms("moneris_terminal", MethodKind::Terminal, 1110);
    for (tip, cash_back, money, accepted) in [
        (278, 0, Money::Paid, 1110),
        (0, 278, Money::Paid, 1110),
        (300, 0, Money::Incomplete, 1088),
        (9999, 0, Money::Pending, 0),
    ] {
        let told = AtTerminal {
            tip,
            cash_back,
            ..AtTerminal::default()
        };
        let state = fold(&terms, &[at_terminal(1388, told)]);
        assert_eq!((state.money, state.accepted), (money, accepted), "{tip}");
        assert_eq!(state.balance().taken, 1388);
        assert!(!state.attention.contains(&Attention::Overpaid), "{tip}");
    }
    let state = fold(&terms, &[at_terminal(1388, AtTerminal::default())]);
    assert!(state.attention.contains(&Attention::Overpaid));
}

#[test]
fn what_a_terminal_approves_in_part_is_incomplete_at_once_and_more_of_it_may_pay_the_rest() {
    let terms = terms("moneris_terminal", MethodKind::Terminal, 1500);
    let first = at_terminal(1200, AtTerminal::default());
    let state = fold(&terms, [&first]);
    assert_eq!((state.money, state.accepted), (Money::Incomplete, 1200));
    assert!(state.attention.contains(&Attention::PartHeld));
    let PaymentEvent::Part(rest) = at_terminal(300, AtTerminal::default()) else {
        unreachable!()
    };
    let rest = PaymentEvent::Part(Part {
        transaction: "2".into(),
        ..rest
    });
    assert_eq!(fold(&terms, [&first, &rest]).money, Money::Paid);
}

#[test]
fn what_was_approved_offline_is_reserved_until_it_is_told_to_have_settled() {
    let terms = terms("moneris_terminal", MethodKind::Terminal, 1500);
    let offline = at_terminal(
        1500,
        AtTerminal {
            offline: true,
            ..AtTerminal::default()
        },
    );
    let state = fold(&terms, [&offline]);
    assert_eq!(state.money, Money::Authorised);
    assert_eq!((state.balance().reserved, state.balance().taken), (1500, 0));
    assert!(state.attention.contains(&Attention::Offline));
    let settled = at_terminal(1500, AtTerminal::default());
    for order in [[&offline, &settled], [&settled, &offline]] {
        let state = fold(&terms, order);
        assert_eq!(state.money, Money::Paid);
        assert_eq!(state.attention, BTreeSet::new());
    }
    // No platform tells it by itself: a person does.
    let decided = |accept| PaymentEvent::Decided { accept, at: 5 };
    let (accepted, refused) = (decided(true), decided(false));
    assert!(fold(&terms, [&offline]).held);
    for order in [[&offline, &accepted], [&accepted, &offline]] {
        let state = fold(&terms, order);
        assert_eq!((state.money, state.held), (Money::Paid, false));
        assert_eq!((state.balance().reserved, state.balance().taken), (0, 1500));
        assert_eq!(state.attention, BTreeSet::new());
    }
    for order in [[&offline, &refused], [&refused, &offline]] {
        let state = fold(&terms, order);
        assert_eq!((state.money, state.held), (Money::Refused, false));
        assert_eq!(state.balance().held(), 0);
        assert_eq!(state.refusal, Some(Refusal::Issuer));
        assert_eq!(state.attention, BTreeSet::new());
    }
    // The platform's own word stands above a person's.
    let state = fold(&terms, [&offline, &settled, &refused]);
    assert_eq!(state.money, Money::Paid);
}

#[test]
fn a_person_looks_at_a_change_that_could_not_be_told_until_it_was_and_at_one_that_was_lost() {
    let failed = |since| PaymentEvent::RebillingUntold { since };
    let paid = |minor| PaymentEvent::Part(part("1", PartKind::Card, minor, PartStatus::Accepted));
    let why = |events: &[PaymentEvent]| {
        let attention = fold(&card(700), events).attention;
        let of_change = [Attention::ChangeUntold, Attention::ChangeLost];
        attention
            .into_iter()
            .filter(|why| of_change.contains(why))
            .collect::<Vec<_>>()
    };
    let kept = [
        rebilling(1, Some(20)),
        repriced(2, 700, false),
        repriced(3, 800, true),
    ];
    let with = |more: &[PaymentEvent]| why(&[&kept[..], more].concat());
    // It is being told just now, and whoever asked is answered.
    assert_eq!(with(&[]), []);
    assert_eq!(with(&[repriced(4, 700, false)]), []);
    // Once it could not be told, until the platform knows it, or another one in its place.
    assert_eq!(with(&[failed(3)]), [Attention::ChangeUntold]);
    assert_eq!(
        with(&[failed(3), repriced(9, 900, true)]),
        [Attention::ChangeUntold]
    );
    assert_eq!(with(&[failed(3), repriced(4, 800, false)]), []);
    let other = [failed(3), repriced(9, 900, true), repriced(10, 900, false)];
    assert_eq!(with(&other), []);
    // A word that could not be told long ago, and was then, says nothing of another one.
    let later = [
        failed(3),
        repriced(4, 800, false),
        repriced(8, 900, true),
        repriced(9, 800, false),
    ];
    assert_eq!(with(&later), []);
    // What was kept and is taken back is not forgotten, until all is given back.
    let lost = [failed(3), repriced(4, 700, false)];
    assert_eq!(with(&lost), [Attention::ChangeLost]);
    let ran = [&lost[..], &[paid(700)]].concat();
    assert_eq!(with(&ran), [Attention::ChangeLost]);
    let refunds = |minor| {
        let done = operation::Progress::Done { numbers: None };
        let told = crate::testing::operation(1, OperationKind::Refund, "1", minor, done);
        PaymentEvent::Operation(told)
    };
    assert_eq!(
        with(&[&ran[..], &[refunds(100)]].concat()),
        [Attention::ChangeLost]
    );
    assert_eq!(with(&[&ran[..], &[refunds(700)]].concat()), []);
    // What is called off charges nothing, unless it did.
    for end in [&lost[..], &[failed(3)]] {
        assert_eq!(with(&[end, &[PaymentEvent::CalledOff]].concat()), []);
    }
    assert_eq!(
        with(&[&ran[..], &[PaymentEvent::CalledOff]].concat()),
        [Attention::ChangeLost]
    );
}
