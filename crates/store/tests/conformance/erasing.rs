//! What is known of shoppers goes, and what moved stays.

use guichet_domain::shopper::{Address, Country, Email, Phone, Shopper, ShopperId};
use guichet_store::Erasing as _;

use super::books::pages;
use super::fixtures::*;

pub(crate) const HOUR: i64 = 3600;

/// What of a shopper stands in the books' own pages.
async fn known(folder: &tempfile::TempDir) -> Vec<&'static str> {
    let bytes = pages(folder).await;
    let stands = |word: &&str| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    let words = [
        "Durand",
        "camille@example.com",
        "rue des Lilas",
        "+33612345678",
        "note",
        "word by word",
        "signed form",
    ];
    words.into_iter().filter(stands).collect()
}

/// A session of which all is known.
fn known_session(seed: u8) -> Session {
    let mut made = session(seed);
    made.shopper = Shopper {
        id: None,
        first_name: Some("Camille".into()),
        last_name: Some("Durand".into()),
        email: Some(Email::try_from("camille@example.com".to_owned()).unwrap()),
        phone: Some(Phone::try_from("+33612345678".to_owned()).unwrap()),
        address: Address {
            line1: Some("12 rue des Lilas".into()),
            line2: None,
            postal_code: Some("75011".into()),
            city: Some("Paris".into()),
            country: Some(Country::try_from("FR".to_owned()).unwrap()),
        },
    };
    made
}

/// A session that was paid at that second, with all that is known of its shopper.
pub(crate) async fn paid(store: &dyn Store, seed: u8, at: i64) -> Payment {
    let mut made = known_session(seed);
    (made.created_at, made.expires_at) = (at - 100, at + 100);
    let key = mark(&format!("s{seed}"), "b");
    let kept = store.add_session(&mut made, &secret(seed), &key).await;
    assert_eq!(kept.unwrap(), Kept::New);
    let mut payment = payment(&made, seed);
    payment.created_at = at - 50;
    let key = Idempotency {
        scope: format!("session/{}/payments", made.id),
        ..mark("p", "b")
    };
    let added = store.add_payment(&payment, None, &key, "signed form").await;
    assert_eq!(added.unwrap(), AddedPayment::Kept(Kept::New));
    let part = fact(&payment, &format!("{seed}"), PartKind::Voucher, 1500);
    let raw = Some(b"word by word".as_slice());
    let told = store
        .record_fact(&part, Source::Notification, raw, at)
        .await;
    assert_eq!(told.unwrap(), Recorded::New(payment.id.clone()));
    payment
}

#[tokio::test]
async fn what_is_known_of_shoppers_goes_once_it_is_old_and_what_moved_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let old = paid(&store, 1, 1000).await;
    let before = store.book(&old.session).await.unwrap().unwrap();
    assert_eq!(known(&folder).await.len(), 7);
    let shop = slug("demo");
    // Something happened to it too lately; and what is another shop's is not this one's.
    assert_eq!(store.erase_old(&shop, 999, 10, HOUR).await.unwrap(), 0);
    let other = slug("other");
    assert_eq!(store.erase_old(&other, 2000, 10, HOUR).await.unwrap(), 0);
    assert_eq!(store.erase_old(&shop, 2000, 10, HOUR).await.unwrap(), 1);
    assert_eq!(known(&folder).await, Vec::<&str>::new());
    // Once.
    assert_eq!(store.erase_old(&shop, 2000, 10, HOUR).await.unwrap(), 0);

    let after = store.book(&old.session).await.unwrap().unwrap();
    assert_eq!(after.session.shopper, Shopper::default());
    assert_eq!(after.session.reference, before.session.reference);
    assert_eq!(after.session.settled_by, Some(old.id.clone()));
    assert_eq!(after.states(), before.states());
    let audited = store.audit().await.unwrap();
    assert_eq!((audited.entries, audited.difference), (1, None));
}

#[tokio::test]
async fn what_fits_no_session_is_forgotten_as_well_and_keys_of_requests_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let lost = paid(&store, 1, 1000).await;
    let mut unmatched = fact(&lost, "9", PartKind::Voucher, 100);
    unmatched.reference = "NOBODYS".into();
    unmatched.identity = "NOBODYS".into();
    let raw = Some(b"of nobody".as_slice());
    let told = store.record_fact(&unmatched, Source::Notification, raw, 1000);
    assert_eq!(told.await.unwrap(), Recorded::Unmatched);
    let message = Message {
        account: &slug("main"),
        genuine: false,
        why: "malformed",
        content: b"of nobody",
    };
    store.keep_message(&message, 1000).await.unwrap();
    assert_eq!(store.forget_old(10, 100).await.unwrap(), 0);
    // The message, what did not fit, and the keys of the session and its payment.
    assert_eq!(store.forget_old(5000, 100).await.unwrap(), 4);
    assert!(store.messages(10).await.unwrap().is_empty());
    assert_eq!(store.unmatched(10).await.unwrap().len(), 1);
    let again = store.recall(&mark("s1", "b")).await.unwrap();
    assert_eq!(again, None);
    let raw = told_raw(&folder).await;
    assert_eq!(raw, 1, "what belongs to a payment goes with its session");
}

async fn told_raw(folder: &tempfile::TempDir) -> usize {
    told(folder, "SELECT source FROM events WHERE raw IS NOT NULL")
        .await
        .len()
}

#[tokio::test]
async fn a_shopper_is_forgotten_on_request_but_where_money_may_still_move() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    paid(&store, 1, 1000).await;
    let card = CardName {
        account: &slug("main"),
        shop: &slug("demo"),
        shopper: &ShopperId::try_from("c-1".to_owned()).unwrap(),
        card: "1",
    };
    store
        .keep_first_payment(&card, "proof", 1000)
        .await
        .unwrap();
    // Open: the shopper may still pay.
    let mut open = known_session(2);
    open.shopper.id = Some(ShopperId::try_from("c-1".to_owned()).unwrap());
    open.expires_at = 9000;
    let (digest, key) = (secret(2), mark("s2", "b"));
    let kept = store.add_session(&mut open, &digest, &key).await;
    assert_eq!(kept.unwrap(), Kept::New);

    let nobody = store.erase_shopper(None, "nobody", 2000).await.unwrap();
    assert_eq!(nobody, Default::default());
    // By their e-mail address, however it is written.
    let (shop, whose) = (slug("demo"), "Camille@Example.com");
    let erased = store.erase_shopper(Some(&shop), whose, 2000).await.unwrap();
    assert_eq!((erased.sessions, erased.left), (1, vec![open.id.clone()]));
    // By the shop's own name of them: first the session that is open, then, once it is over, all.
    let erased = store.erase_shopper(None, "c-1", 2000).await.unwrap();
    assert_eq!((erased.sessions, erased.cards), (0, 0));
    assert_eq!(erased.left, [open.id]);
    let erased = store.erase_shopper(None, "c-1", 9000).await.unwrap();
    assert_eq!((erased.sessions, erased.cards, erased.left), (1, 1, vec![]));
    assert!(store.first_payment(&card).await.unwrap().is_none());
    let stands = known(&folder).await;
    assert!(!stands.contains(&"Durand"), "{stands:?}");
}
