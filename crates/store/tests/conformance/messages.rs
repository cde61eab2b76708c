//! Notifications that could not be taken.

use super::fixtures::*;

fn message<'a>(account: &'a Slug, genuine: bool, content: &'a [u8]) -> Message<'a> {
    Message {
        account,
        genuine,
        why: "Auto is missing",
        content,
    }
}

#[tokio::test]
async fn a_message_that_can_not_be_taken_is_kept_once_with_a_count() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let main = slug("main");
    for (times, now) in [(1, 1100), (2, 1200), (3, 1300)] {
        let kept = store
            .keep_message(&message(&main, true, b"Mt=1"), now)
            .await;
        assert_eq!(kept.unwrap(), times);
    }
    let kept = store.messages(10).await.unwrap();
    assert_eq!(kept.len(), 1);
    let one = &kept[0];
    assert_eq!(
        (one.account.as_str(), one.genuine, one.times),
        ("main", true, 3)
    );
    assert_eq!((one.first_at, one.last_at, one.bytes), (1100, 1300, 4));
    assert_eq!(one.why, "Auto is missing");
    let content = store.message(one.seq).await.unwrap();
    assert_eq!(content.as_deref(), Some(&b"Mt=1"[..]));
    assert_eq!(store.message(one.seq + 1).await.unwrap(), None);
    // It is no payment's event, and pushes none off the list.
    assert!(store.unmatched(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_genuine_messages_the_oldest_stay_and_of_refused_ones_the_latest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (main, other) = (slug("main"), slug("other"));
    store
        .keep_message(&message(&other, false, b"theirs"), 1)
        .await
        .unwrap();
    for n in 0..1010_i64 {
        let content = n.to_string();
        let genuine = message(&main, true, content.as_bytes());
        store.keep_message(&genuine, 1000 + n).await.unwrap();
        if n < 150 {
            let refused = message(&main, false, content.as_bytes());
            store.keep_message(&refused, 1000 + n).await.unwrap();
        }
    }
    let kept = store.messages(5000).await.unwrap();
    let of = |account: &str, genuine: bool| {
        let of = kept
            .iter()
            .filter(|m| m.account == account && m.genuine == genuine);
        of.collect::<Vec<_>>()
    };
    let genuine = of("main", true);
    assert_eq!(genuine.len(), 1001);
    let rest = genuine.iter().find(|m| m.bytes == 0).unwrap();
    assert_eq!(rest.times, 10, "{rest:?}");
    assert!(
        genuine.iter().any(|m| m.first_at == 1000),
        "the first is there"
    );
    let refused = of("main", false);
    assert_eq!(refused.len(), 100);
    assert!(
        refused.iter().all(|m| m.first_at >= 1050),
        "the latest are there"
    );
    assert_eq!(of("other", false).len(), 1, "each account has its own");
    // One that is there is counted though there is no room for another.
    let again = store.keep_message(&message(&main, true, b"0"), 5000).await;
    assert_eq!(again.unwrap(), 2);
}
