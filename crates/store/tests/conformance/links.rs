//! Links that a shop sends.

use super::fixtures::*;

#[tokio::test]
async fn a_link_opens_its_own_session_once_and_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (one, two) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let link = |digest: &'static [u8]| Link {
        digest,
        session: &one.id,
        expires_at: 2000,
        now: 1000,
    };
    for digest in [b"a".as_slice(), b"b"] {
        store.add_link(&link(digest)).await.unwrap();
    }
    store.close().await;
    let store = self::open(&folder).await;
    let there = async |digest: &[u8], session: &Session, now| {
        let found = store.link(digest, &session.id, now).await.unwrap();
        found == Some(LinkState::Good)
    };
    let uses = async |digest: &[u8], session: &Session, by: &[u8], now| {
        store.use_link(digest, &session.id, by, now).await.unwrap()
    };
    assert!(there(b"a", &one, 1999).await, "to look at it uses nothing");
    assert!(there(b"a", &one, 1999).await);
    assert!(!there(b"a", &one, 2000).await, "too late");
    assert!(!there(b"a", &two, 1500).await, "of another session");
    assert!(!there(b"c", &one, 1500).await, "of nobody");
    assert!(!uses(b"a", &one, b"x", 2000).await);
    assert!(!uses(b"a", &two, b"x", 1500).await);
    assert!(!uses(b"c", &one, b"x", 1500).await);
    assert!(uses(b"a", &one, b"x", 1500).await);
    assert!(uses(b"a", &one, b"x", 1501).await, "the same press again");
    assert!(!uses(b"a", &one, b"y", 1501).await, "another press");
    assert!(!there(b"a", &one, 1501).await);
    // It is known to have been one; what never was one is not.
    let was = async |digest: &[u8], session: &Session, now| {
        store.link(digest, &session.id, now).await.unwrap()
    };
    assert_eq!(was(b"a", &one, 1501).await, Some(LinkState::Over));
    assert_eq!(was(b"b", &one, 2000).await, Some(LinkState::Over));
    assert_eq!(was(b"a", &two, 1501).await, None);
    assert_eq!(was(b"c", &one, 1501).await, None);
    assert!(there(b"b", &one, 1501).await, "each for itself");
}
