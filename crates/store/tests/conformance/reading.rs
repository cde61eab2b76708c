//! What the desk reads.

use guichet_domain::ledger::Transit;
use guichet_store::{Arrived, Outbox as _, Reading as _, Taking};

use super::fixtures::*;

#[tokio::test]
async fn money_is_told_by_the_hour_and_by_where_it_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for (seed, minor, at) in [(1, 1200, 3_600), (2, 800, 7_199), (3, 500, 7_200)] {
        let session = add_session(&store, seed).await;
        let made = add(&store, &session, seed).await;
        let part = fact(&made, &format!("{seed}0"), PartKind::Voucher, minor);
        let told = store.record_fact(&part, Source::Query, None, at).await;
        assert_eq!(told.unwrap(), Recorded::New(made.id));
    }
    let taking = |hour, money_in, entries| Taking {
        hour,
        transit: Transit::try_from("main/sodexo".to_owned()).unwrap(),
        currency: Currency::EUR,
        money_in,
        money_back: 0,
        entries,
    };
    let all = store.takings(&slug("demo"), 0, 10_000).await.unwrap();
    assert_eq!(all, [taking(3_600, 2_000, 2), taking(7_200, 500, 1)]);
    let some = store.takings(&slug("demo"), 3_601, 7_200).await.unwrap();
    assert_eq!(some, [taking(3_600, 800, 1)]);
    let other = store.takings(&slug("other"), 0, 10_000).await.unwrap();
    assert_eq!(other, []);
}

#[tokio::test]
async fn what_arrived_for_a_payment_is_told_word_by_word() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for (transaction, raw) in [
        ("1", Some(b"a=1".as_slice())),
        ("2", None),
        ("3", Some(b"b")),
    ] {
        let part = fact(&made, transaction, PartKind::Voucher, 100);
        let told = store.record_fact(&part, Source::Notification, raw, 1_100);
        assert_eq!(told.await.unwrap(), Recorded::New(made.id.clone()));
    }
    let arrived = |raw: &[u8]| Arrived {
        at: 1_100,
        source: "notification".into(),
        raw: raw.to_vec(),
    };
    let all = store.arrived_for(&made.id, 10).await.unwrap();
    assert_eq!(all, [arrived(b"a=1"), arrived(b"b")]);
    let first = store.arrived_for(&made.id, 1).await.unwrap();
    assert_eq!(first, [arrived(b"a=1")]);
}

#[tokio::test]
async fn a_session_has_its_own_notices_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let endpoint = [(slug("demo"), "https://shop.example/hook".to_owned())];
    store.set_endpoints(&endpoint, 900).await.unwrap();
    let mut sessions = Vec::new();
    for seed in [1, 2] {
        let session = add_session(&store, seed).await;
        let made = add(&store, &session, seed).await;
        pay(&store, &made, &format!("{seed}0")).await;
        sessions.push(session.id);
    }
    for session in &sessions {
        let told = store.notices_of(session).await.unwrap();
        assert!(!told.is_empty());
        assert!(told.iter().all(|notice| notice.session == session.as_str()));
    }
}
