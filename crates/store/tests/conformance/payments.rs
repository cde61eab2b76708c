//! Payments: what they add up to, and which settles the session.

use super::fixtures::*;

#[tokio::test]
async fn two_parts_pay_and_the_first_paid_payment_settles() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let one = add(&store, &session, 1).await;
    let two = add(&store, &session, 2).await;
    let voucher = fact(&one, "11", PartKind::Voucher, 1200);
    let complement = fact(&one, "12", PartKind::Complement, 300);
    let record = |f: PlatformFact| {
        let store = &store;
        async move {
            store
                .record_fact(&f, Source::Notification, Some(b"raw"), 1100)
                .await
                .unwrap()
        }
    };
    assert_eq!(
        record(complement.clone()).await,
        Recorded::New(one.id.clone())
    );
    assert_eq!(money(&store, &one).await, Money::Pending);
    assert_eq!(
        record(fact(&two, "21", PartKind::Voucher, 1500)).await,
        Recorded::New(two.id.clone())
    );
    assert_eq!(record(voucher.clone()).await, Recorded::New(one.id.clone()));
    assert_eq!(record(voucher).await, Recorded::Duplicate);
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(book.session.settled_by, Some(two.id.clone()));
    let attention = store.attention(10).await.unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!(attention[0].payment.id, one.id);
    assert_eq!(attention[0].attention, vec![Attention::Surplus]);
}

#[tokio::test]
async fn a_settled_session_takes_no_payment_and_no_session_takes_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let paid = fact(&made, "1", PartKind::Voucher, 1500);
    store
        .record_fact(&paid, Source::Notification, None, 1100)
        .await
        .unwrap();
    let late = store
        .add_payment(&payment(&session, 9), None, &mark("late", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(late, AddedPayment::Settled);
    let busy = add_session(&store, 2).await;
    for n in 0..PAYMENTS_MAX {
        add(&store, &busy, 100 + u8::try_from(n).unwrap()).await;
    }
    let more = store
        .add_payment(&payment(&busy, 99), None, &mark("more", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(more, AddedPayment::TooMany);
}

#[tokio::test]
async fn a_payment_is_found_by_its_reference_within_its_account_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let (one, two) = (
        add(&store, &session, 1).await,
        add(&store, &session, 2).await,
    );
    assert_ne!(one.reference, two.reference);
    for made in [&one, &two] {
        let found = store.payment_named(&made.account, &made.reference).await;
        assert_eq!(found.unwrap(), Some(made.id.clone()));
    }
    let other = guichet_domain::testing::slug("other-account");
    assert_eq!(
        store.payment_named(&other, &one.reference).await.unwrap(),
        None
    );
    let account = &one.account;
    for wrong in [
        "",
        "unheard-of",
        &one.reference[1..],
        &format!("{}x", one.reference),
    ] {
        assert_eq!(
            store.payment_named(account, wrong).await.unwrap(),
            None,
            "{wrong}"
        );
    }
}
