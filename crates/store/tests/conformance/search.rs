//! What a shop finds of its payments and sessions, and how it goes on page by page.

use super::fixtures::*;

fn all() -> Search {
    Search::of(slug("demo"))
}

/// The shopper's address of every session here.
const EMAIL: &str = "lea@example.fr";

/// Parameters with their words.
type Said = &'static [(&'static str, &'static str)];

/// A search for what a word is said of.
fn by(said: &[(&str, &str)]) -> Search {
    let mut search = all();
    for (name, word) in said {
        let text = Some((*word).to_owned());
        match *name {
            "reference" => search.reference = text,
            "email" => search.email = text,
            "amount" => search.amount = word.parse().ok(),
            "platform_reference" => search.platform_reference = text,
            "transaction" => search.transaction = text,
            "call" => search.call = text,
            "method" => search.method = Some(method(word)),
            "money" => search.money = serde_json::from_value((*word).into()).ok(),
            "from" => search.from = word.parse().ok(),
            "before" => search.before = word.parse().ok(),
            "attention" => search.attention = true,
            other => panic!("{other}"),
        }
    }
    search
}

/// Adds a session of that shop, made then, with one payment.
async fn made(store: &dyn Store, shop: &str, seed: u8, at: i64) -> Payment {
    let mut session = session(seed);
    session.shop = slug(shop);
    session.created_at = at;
    let key = mark(&format!("s{seed}"), "b");
    store
        .add_session(&mut session, &secret(seed), &key)
        .await
        .unwrap();
    let mut made = payment(&session, seed);
    made.created_at = at;
    let key = mark(&format!("p{seed}"), "b");
    let added = store.add_payment(&made, None, &key, "{}").await.unwrap();
    assert_eq!(added, AddedPayment::Kept(Kept::New));
    made
}

async fn payments(store: &dyn Store, search: &Search) -> Vec<PaymentId> {
    let found = store.search_payments(search, None, 100).await.unwrap();
    found.into_iter().map(|found| found.id).collect()
}

async fn sessions(store: &dyn Store, search: &Search) -> Vec<SessionId> {
    let found = store.search_sessions(search, None, 100).await.unwrap();
    found.into_iter().map(|book| book.session.id).collect()
}

#[tokio::test]
async fn payments_that_are_added_while_a_list_is_read_move_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    // Several of one second, and a clock that goes back.
    let mut expected = Vec::new();
    for (seed, at) in [
        (1, 1000),
        (2, 1001),
        (3, 1001),
        (4, 1001),
        (5, 1002),
        (6, 1002),
    ] {
        expected.insert(0, made(&store, "demo", seed, at).await);
    }
    let (mut seen, mut books) = (Vec::new(), Vec::new());
    let (mut payment, mut session) = (None, None);
    for page in 0.. {
        let found = store
            .search_payments(&all(), payment.as_ref(), 2)
            .await
            .unwrap();
        let book = store
            .search_sessions(&all(), session.as_ref(), 2)
            .await
            .unwrap();
        let (Some(last), Some(last_book)) = (found.last(), book.last()) else {
            break;
        };
        payment = Some(last.id.clone());
        session = Some(last_book.session.id.clone());
        seen.extend(found.into_iter().map(|found| found.id));
        books.extend(book.into_iter().map(|book| book.session.id));
        // Newer than all, as new as the last that was seen, and older than what comes next.
        for (seed, at) in [(10, 1500), (20, 1002), (30, 1001)] {
            if page == 0 {
                made(&store, "demo", seed, at).await;
            }
        }
    }
    // What was added behind what was read is no more skipped than what was there.
    let mut there: Vec<_> = expected.iter().map(|made| made.id.clone()).collect();
    there.insert(2, PaymentId::from_random([30; 16]));
    assert_eq!(seen, there);
    let mut there: Vec<_> = expected.iter().map(|made| made.session.clone()).collect();
    there.insert(2, SessionId::from_random([30; 16]));
    assert_eq!(books, there);
}

#[tokio::test]
async fn a_shop_finds_nothing_of_another_by_whatever_it_searches() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mine = made(&store, "demo", 1, 1000).await;
    let theirs = made(&store, "other", 2, 1000).await;
    pay(&store, &theirs, "9").await;
    for said in [
        &[][..],
        &[("reference", "ORDER é-2")],
        &[("email", EMAIL)],
        &[("amount", "1500")],
        &[("platform_reference", "REF2")],
        &[("transaction", "9")],
        &[("call", "77")],
        &[("money", "paid")],
        &[("method", "sodexo")],
    ] {
        let search = by(said);
        assert!(
            !payments(&store, &search).await.contains(&theirs.id),
            "{search:?}"
        );
        assert!(
            !sessions(&store, &search).await.contains(&theirs.session),
            "{search:?}"
        );
        let search = Search {
            shop: slug("other"),
            ..search
        };
        assert_eq!(
            payments(&store, &search).await,
            std::slice::from_ref(&theirs.id),
            "{search:?}"
        );
        assert_eq!(
            sessions(&store, &search).await,
            std::slice::from_ref(&theirs.session),
            "{search:?}"
        );
    }
    assert_eq!(payments(&store, &all()).await, [mine.id]);
}

#[tokio::test]
async fn what_is_found_fits_all_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut all_made = Vec::new();
    for seed in 1..=4 {
        all_made.push(made(&store, "demo", seed, 1000 + i64::from(seed)).await);
    }
    let [one, two, three, four] = &all_made[..] else {
        panic!("four were made");
    };
    pay(&store, two, "21").await;
    // Told of, and not proven: a person may look for it all the same.
    let told = claim(three, "31", 1500);
    store
        .record_fact(&told, Source::Notification, None, 1100)
        .await
        .unwrap();
    // A part is held: a person should look.
    let part = fact(four, "41", PartKind::Voucher, 100);
    store
        .record_fact(&part, Source::Query, None, 1100)
        .await
        .unwrap();
    let passed = PaymentEvent::DeadlinePassed;
    store
        .record_hint(&four.id, &passed, Source::Clock, 1500)
        .await
        .unwrap();
    let cases: [(Said, &[&Payment]); 22] = [
        (&[], &[four, three, two, one]),
        (&[("reference", "ORDER é-1")], &[one]),
        (&[("reference", "ORDER")], &[]),
        (&[("platform_reference", "REF3")], &[three]),
        (&[("email", EMAIL)], &[four, three, two, one]),
        (&[("email", "LEA@example.FR"), ("money", "paid")], &[two]),
        (&[("email", "other@example.fr")], &[]),
        (&[("amount", "1500")], &[four, three, two, one]),
        (&[("amount", "1500"), ("reference", "ORDER é-1")], &[one]),
        (&[("amount", "15")], &[]),
        (&[("transaction", "21")], &[two]),
        (&[("transaction", "31"), ("call", "77")], &[three]),
        (&[("transaction", "31"), ("call", "78")], &[]),
        (&[("call", "77")], &[four, three, two]),
        (&[("call", "77"), ("money", "paid")], &[two]),
        (&[("money", "pending")], &[three, one]),
        (&[("attention", "")], &[four]),
        (&[("attention", ""), ("money", "paid")], &[]),
        (&[("method", "card")], &[]),
        (&[("method", "sodexo")], &[four, three, two, one]),
        (&[("from", "1002"), ("before", "1004")], &[three, two]),
        (&[("from", "1004"), ("reference", "ORDER é-1")], &[]),
    ];
    for (said, expected) in cases {
        let search = by(said);
        let ids: Vec<_> = expected.iter().map(|made| made.id.clone()).collect();
        assert_eq!(payments(&store, &search).await, ids, "{search:?}");
        let ids: Vec<_> = expected.iter().map(|made| made.session.clone()).collect();
        assert_eq!(sessions(&store, &search).await, ids, "{search:?}");
    }
    let found = store.search_payments(&all(), None, 2).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].book.session.id, four.session);
    assert_eq!(found[0].book.entry(&four.id).unwrap().events.len(), 2);
}

#[tokio::test]
async fn what_charges_another_payment_anew_is_listed_first_what_is_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let store = &store as &dyn Store;
    let first = made(store, "demo", 1, 1000).await;
    let over = made(store, "demo", 2, 1010).await;
    let waits = made(store, "demo", 3, 1020).await;
    let later = made(store, "demo", 4, 1030).await;
    let other = made(store, "other", 5, 1040).await;
    for own in [&over, &waits, &later, &other] {
        // Each was changed once.
        for at in [1100, 1101] {
            let word = repriced(&first, at, 1500);
            let told = store.record_hint(&own.id, &word, Source::Shop, at).await;
            assert_eq!(told.unwrap(), Recorded::New(own.id.clone()));
        }
    }
    // What else is told of them makes no other payment one of these.
    let by = PaymentEvent::RebilledBy {
        payment: waits.id.clone(),
    };
    let told = store.record_hint(&first.id, &by, Source::Shop, 1102).await;
    told.unwrap();
    pay(store, &over, "77").await;
    let listed = async |limit| {
        let found = store.rebillings(&slug("demo"), limit).await.unwrap();
        let found = found.into_iter().map(|found| found.id);
        found.collect::<Vec<_>>()
    };
    let all = [&later, &waits, &over].map(|own| own.id.clone());
    assert_eq!(listed(10).await, all);
    let one = [&later, &over].map(|own| own.id.clone());
    assert_eq!(listed(1).await, one);
}
