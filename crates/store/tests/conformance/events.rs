//! What platforms tell: recorded once, for the payment that it fits.

use super::fixtures::*;

#[tokio::test]
async fn a_second_content_is_kept_as_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let first = fact(&made, "1", PartKind::Voucher, 1500);
    let second = fact(&made, "1", PartKind::Voucher, 1400);
    store
        .record_fact(&first, Source::Notification, None, 1100)
        .await
        .unwrap();
    let recorded = store
        .record_fact(&second, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert_eq!(recorded, Recorded::Conflict(made.id.clone()));
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(book.payments[0].events.len(), 2);
    assert_eq!(
        store.attention(10).await.unwrap()[0].attention,
        vec![Attention::Conflict]
    );
    assert_eq!(money(&store, &made).await, Money::Paid);
}

#[tokio::test]
async fn what_was_pending_and_becomes_final_is_no_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut first = fact(&made, "1", PartKind::Voucher, 1500);
    if let PaymentEvent::Part(part) = &mut first.event {
        part.status = PartStatus::Pending;
    }
    let last = fact(&made, "1", PartKind::Voucher, 1500);
    for fact in [first, last] {
        let recorded = store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
        assert_eq!(recorded, Recorded::New(made.id.clone()));
    }
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert!(store.attention(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_fact_of_an_unknown_reference_is_kept_and_moves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut foreign = fact(&made, "1", PartKind::Voucher, 1500);
    foreign.reference = "NOT-OURS".into();
    let recorded = store
        .record_fact(&foreign, Source::Notification, Some(b"raw"), 1100)
        .await;
    assert_eq!(recorded.unwrap(), Recorded::Unmatched);
    assert_eq!(money(&store, &made).await, Money::Pending);
    assert_eq!(store.unmatched(10).await.unwrap()[0].reference, "NOT-OURS");
    let mut other_account = fact(&made, "1", PartKind::Voucher, 1500);
    other_account.account = slug("second");
    let recorded = store
        .record_fact(&other_account, Source::Notification, None, 1100)
        .await;
    assert_eq!(recorded.unwrap(), Recorded::Unmatched);
}

#[tokio::test]
async fn a_hint_is_never_a_platforms_fact() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let posing = fact(&made, "1", PartKind::Voucher, 1500).event;
    assert!(
        store
            .record_hint(&made.id, &posing, Source::Return, 1100)
            .await
            .is_err()
    );
    let hint = PaymentEvent::Returned {
        outcome: ReturnOutcome::Accepted,
    };
    store
        .record_hint(&made.id, &hint, Source::Return, 1100)
        .await
        .unwrap();
    assert_eq!(money(&store, &made).await, Money::Pending);
}

#[tokio::test]
async fn one_transaction_never_pays_two_payments() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (first, second) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let (one, two) = (add(&store, &first, 1).await, add(&store, &second, 2).await);
    for (made, recorded) in [
        (&one, Recorded::New(one.id.clone())),
        (&two, Recorded::Unmatched),
    ] {
        let claim = claim(made, "5", 1500);
        store
            .record_fact(&claim, Source::Notification, None, 1100)
            .await
            .unwrap();
        let word = confirmation(made, "5", 1500);
        let got = store
            .record_fact(&word, Source::Query, None, 1100)
            .await
            .unwrap();
        assert_eq!(got, recorded);
    }
    assert_eq!(money(&store, &one).await, Money::Paid);
    assert_eq!(money(&store, &two).await, Money::Pending);
    assert_eq!(store.unmatched(10).await.unwrap().len(), 1);
    // The same at the secret address, where no question is asked.
    let third = add_session(&store, 3).await;
    let three = add(&store, &third, 3).await;
    let ours = fact(&three, "5", PartKind::Voucher, 1500);
    let got = store
        .record_fact(&ours, Source::Notification, None, 1100)
        .await
        .unwrap();
    assert_eq!(got, Recorded::Unmatched);
    assert_eq!(money(&store, &three).await, Money::Pending);
}

#[tokio::test]
async fn the_first_message_that_fits_no_payment_is_pushed_off_the_list_by_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for n in 0..20 {
        let mut fact = claim(&made, &n.to_string(), 1500);
        fact.reference = format!("NOT-OURS-{n}");
        store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await
            .unwrap();
    }
    let unmatched = store.unmatched(10).await.unwrap();
    assert_eq!(unmatched[0].reference, "NOT-OURS-0");
}

#[tokio::test]
async fn a_session_is_to_be_paid_with_what_its_rebilling_charges_until_a_transaction_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (session, other) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let (made, beside) = (add(&store, &session, 1).await, add(&store, &other, 2).await);
    let told = async |at: i64, minor: u64| {
        let event = repriced(&beside, at, minor);
        let recorded = store.record_hint(&made.id, &event, Source::Shop, 1100);
        recorded.await.unwrap();
        let book = store.book(&session.id).await.unwrap().unwrap();
        book.session.amount.minor()
    };
    assert_eq!(told(5, 900).await, 900);
    // What was said before the last word changes nothing, however late it comes.
    assert_eq!(told(3, 700).await, 900);
    assert_eq!(told(7, 800).await, 800);
    let search = async |minor: u64| {
        let search = Search {
            amount: Some(minor),
            ..Search::of(session.shop.clone())
        };
        store
            .search_sessions(&search, None, 10)
            .await
            .unwrap()
            .len()
    };
    assert_eq!((search(800).await, search(900).await), (1, 0));
    let untouched = store.book(&other.id).await.unwrap().unwrap();
    assert_eq!(untouched.session.amount, other.amount);
    let paid = fact(&made, "1", PartKind::Voucher, 800);
    let recorded = store.record_fact(&paid, Source::Query, None, 1200);
    recorded.await.unwrap();
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert_eq!(told(9, 100).await, 800);
    assert_eq!(money(&store, &made).await, Money::Paid);
}

#[tokio::test]
async fn a_session_that_is_paid_or_of_which_a_transaction_is_told_keeps_its_amount() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let amount_after = async |made: &Payment, at: i64| {
        let event = repriced(made, at, 900);
        let recorded = store.record_hint(&made.id, &event, Source::Shop, 1300);
        recorded.await.unwrap();
        let book = store.book(&made.session).await.unwrap().unwrap();
        book.session.amount.minor()
    };
    // What was refused was asked for with that amount, though nothing was paid.
    let session = add_session(&store, 1).await;
    let refused = add(&store, &session, 1).await;
    let mut told = fact(&refused, "1", PartKind::Voucher, 1500);
    if let PaymentEvent::Part(part) = &mut told.event {
        part.status = PartStatus::Refused;
    }
    let recorded = store.record_fact(&told, Source::Query, None, 1200);
    recorded.await.unwrap();
    assert_eq!(amount_after(&refused, 5).await, 1500);
    // Another payment has paid it.
    let session = add_session(&store, 2).await;
    let (paid, beside) = (
        add(&store, &session, 2).await,
        add(&store, &session, 3).await,
    );
    pay(&store, &paid, "2").await;
    assert_eq!(amount_after(&beside, 5).await, 1500);
}

#[tokio::test]
async fn of_two_decisions_of_one_second_the_first_holds() {
    for first in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        let session = add_session(&store, 1).await;
        let made = add(&store, &session, 1).await;
        for accept in [first, !first] {
            let decided = PaymentEvent::Decided { accept, at: 1100 };
            let recorded = store.record_hint(&made.id, &decided, Source::Operator, 1100);
            let expected = match accept == first {
                true => Recorded::New(made.id.clone()),
                false => Recorded::Duplicate,
            };
            assert_eq!(recorded.await.unwrap(), expected);
        }
        let book = store.book(&session.id).await.unwrap().unwrap();
        let state = book.payments[0].state(&book.session);
        assert_eq!(state.decided, Some(first));
    }
}
