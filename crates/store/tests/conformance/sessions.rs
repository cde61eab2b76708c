//! Sessions, and orders that several of them pay.

use super::fixtures::*;

#[tokio::test]
async fn a_session_is_read_back_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let made = add_session(&store, 1).await;
    let by_id = store.book(&made.id).await.unwrap().unwrap();
    assert_eq!(by_id.session, made);
    let by_secret = store.book_by_secret(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(by_secret.session, made);
    assert!(store.book_by_secret(&[2; 32]).await.unwrap().is_none());
    assert_eq!(
        store.secret_digest(&made.id).await.unwrap().unwrap().salt,
        vec![1; 16]
    );
}

#[tokio::test]
async fn a_repeated_request_has_no_second_effect_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let first = add_session(&store, 1).await;
    store.close().await;
    let store = open(&folder).await;
    let mut again = session(2);
    let same = store
        .add_session(&mut again, &secret(2), &mark("s1", "b"))
        .await
        .unwrap();
    assert_eq!(same, Kept::Replayed(first.id.to_string()));
    let other = store
        .add_session(&mut again, &secret(2), &mark("s1", "c"))
        .await
        .unwrap();
    assert_eq!(other, Kept::OtherBody);
    assert!(store.book(&again.id).await.unwrap().is_none());
}

#[tokio::test]
async fn of_two_sessions_of_one_order_the_first_that_is_paid_settles_and_the_other_is_a_surplus() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [one, two, three] = sessions_of_one_order(&store, |_| {}).await;
    let (first, second) = (add(&store, &one, 1).await, add(&store, &two, 2).await);
    let held = add(&store, &three, 3).await;
    let part = fact(&held, "31", PartKind::Voucher, 1200);
    store
        .record_fact(&part, Source::Query, None, 1100)
        .await
        .unwrap();
    assert!(store.attention(10).await.unwrap().is_empty());

    pay(&store, &second, "21").await;
    pay(&store, &first, "11").await;
    let session = async |id: SessionId| store.book(&id).await.unwrap().unwrap().session;
    let (one, two) = (session(one.id.clone()).await, session(two.id.clone()).await);
    assert_eq!(
        (&two.settled_by, &two.paid_in),
        (&Some(second.id.clone()), &None)
    );
    assert_eq!(
        (&one.settled_by, &one.paid_in),
        (&None, &Some(two.id.clone()))
    );
    let mut listed: Vec<_> = store
        .attention(10)
        .await
        .unwrap()
        .into_iter()
        .map(|attended| (attended.payment.reference, attended.attention))
        .collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            ("REF1".to_owned(), vec![Attention::Surplus]),
            ("REF3".to_owned(), vec![Attention::PartHeld]),
        ]
    );
    // Nobody begins to pay it again.
    let late = store
        .add_payment(&payment(&three, 4), None, &mark("p4", "b"), "{}")
        .await;
    assert_eq!(late.unwrap(), AddedPayment::Settled);
    // And who makes another session for it is told.
    let mut fourth = Session {
        reference: one.reference.clone(),
        ..self::session(4)
    };
    let (secret, key) = (secret(4), mark("s4", "b"));
    let kept = store.add_session(&mut fourth, &secret, &key).await;
    assert_eq!(kept.unwrap(), Kept::New);
    assert_eq!(fourth.paid_in, Some(two.id.clone()));
    // The same after a restart: it is read from what was recorded.
    store.close().await;
    let store = open(&folder).await;
    let book = store.book(&one.id).await.unwrap().unwrap();
    assert_eq!(book.session.paid_in, Some(two.id));
}

#[tokio::test]
async fn where_references_repeat_and_between_shops_each_session_is_an_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [one, two] = sessions_of_one_order(&store, |made| made.references_repeat = true).await;
    let mut other = session(3);
    (other.reference, other.shop) = (one.reference.clone(), slug("other"));
    store
        .add_session(&mut other, &secret(3), &mark("s3", "b"))
        .await
        .unwrap();
    for (session, seed) in [(&one, 1), (&two, 2), (&other, 3)] {
        let made = add(&store, session, seed).await;
        pay(&store, &made, &format!("{seed}1")).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        assert_eq!(book.session.settled_by, Some(made.id));
    }
    assert!(store.attention(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_request_whose_session_is_dead_makes_a_new_one_in_its_place_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let first = add_session(&*store, 1).await;
    // Made at that second, with the first one's request.
    let at = |seed, now| Session {
        reference: first.reference.clone(),
        created_at: now,
        expires_at: now + 1000,
        ..session(seed)
    };
    let ask = |mut session: Session, seed| {
        let store = Arc::clone(&store);
        async move {
            let key = mark("s1", "b");
            let kept = store
                .add_session(&mut session, &secret(seed), &key)
                .await
                .unwrap();
            // Whoever is told of a session can read it at once.
            let told = match &kept {
                Kept::Replayed(id) => SessionId::try_from(id.clone()).unwrap(),
                _ => session.id,
            };
            assert!(store.book(&told).await.unwrap().is_some());
            kept
        }
    };
    let is_first = Kept::Replayed(first.id.to_string());
    assert_eq!(ask(at(2, 1999), 2).await, is_first);

    let mut tasks = tokio::task::JoinSet::new();
    for seed in 10_u8..30 {
        let asked = ask(at(seed, 2000), seed);
        tasks.spawn(async move { (seed, asked.await) });
    }
    let answers = tasks.join_all().await;
    let new: Vec<_> = answers
        .iter()
        .filter(|(_, kept)| *kept == Kept::New)
        .collect();
    assert_eq!(new.len(), 1, "{answers:?}");
    let made = session(new[0].0).id;
    let others = answers.iter().filter(|(_, kept)| *kept != Kept::New);
    for (_, kept) in others {
        assert_eq!(*kept, Kept::Replayed(made.to_string()));
    }
    let book = store.book(&made).await.unwrap().unwrap();
    assert_eq!(book.session.replaces, Some(first.id));
    assert_eq!(
        store
            .book_by_secret(&[new[0].0; 32])
            .await
            .unwrap()
            .unwrap()
            .session
            .id,
        made
    );
}

#[tokio::test]
async fn a_request_whose_session_is_paid_or_may_be_is_replayed_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let again = |now| Session {
        created_at: now,
        expires_at: now + 1,
        ..session(9)
    };
    let (paid, open, over) = (
        add_session(&store, 1).await,
        add_session(&store, 2).await,
        add_session(&store, 3).await,
    );
    let made = add(&store, &paid, 1).await;
    pay(&store, &made, "11").await;
    add(&store, &open, 2).await;
    let left = add(&store, &over, 3).await;
    let passed = PaymentEvent::DeadlinePassed;
    store
        .record_hint(&left.id, &passed, Source::Clock, 2000)
        .await
        .unwrap();
    for (key, session) in [("s1", &paid), ("s2", &open)] {
        let kept = store
            .add_session(&mut again(i64::MAX - 1), &secret(9), &mark(key, "b"))
            .await;
        assert_eq!(
            kept.unwrap(),
            Kept::Replayed(session.id.to_string()),
            "{key}"
        );
    }
    let kept = store
        .add_session(&mut again(2000), &secret(9), &mark("s3", "b"))
        .await;
    assert_eq!(kept.unwrap(), Kept::New);
}

#[tokio::test]
async fn a_session_is_closed_unless_it_is_paid_or_something_of_it_may_take_money() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let fresh = add_session(&store, 1).await;
    let waits = begin(&store, &fresh, 1, Stage::Token).await;
    assert_eq!(
        store.expire_session(&fresh.id, 1500).await.unwrap(),
        Closed::Done
    );
    assert_eq!(
        store.expire_session(&fresh.id, 1600).await.unwrap(),
        Closed::Done
    );
    let book = store.book(&fresh.id).await.unwrap().unwrap();
    assert_eq!(book.session.expires_at, 1500);
    // What the shopper types into the fields now pays nothing: nothing was sent before.
    let advance = Advance::new(Stage::Token, Stage::Talking);
    assert!(!store.advance(&waits.id, &advance, 1100).await.unwrap());
    let stage = book.entry(&waits.id).unwrap().stage;
    assert_eq!(stage, Some(Stage::Closed));
    assert!(stage.is_some_and(Stage::is_dormant));
    let late = Payment {
        created_at: 1500,
        ..payment(&fresh, 2)
    };
    let late = store.add_payment(&late, None, &mark("p2", "b"), "{}").await;
    assert_eq!(late.unwrap(), AddedPayment::Expired);

    let open = add_session(&store, 3).await;
    let sent = add(&store, &open, 3).await;
    let closed = store.expire_session(&open.id, 1500).await.unwrap();
    assert_eq!(closed, Closed::UnderWay(vec![sent.id.clone()]));
    assert_eq!(
        store
            .book(&open.id)
            .await
            .unwrap()
            .unwrap()
            .session
            .expires_at,
        2000
    );
    pay(&store, &sent, "31").await;
    assert_eq!(
        store.expire_session(&open.id, 1500).await.unwrap(),
        Closed::Settled
    );
}

#[tokio::test]
async fn sessions_are_found_by_their_reference_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let sessions: [Session; 5] = sessions_of_one_order(&store, |_| {}).await;
    add_session(&store, 9).await;
    let newest: Vec<_> = sessions
        .iter()
        .rev()
        .map(|session| session.id.clone())
        .collect();
    let find = async |shop: &str, reference: &str, older_than: Option<&SessionId>, limit| {
        let search = Search {
            reference: Some(reference.to_owned()),
            ..Search::of(slug(shop))
        };
        let found = store.search_sessions(&search, older_than, limit).await;
        let found = found.unwrap().into_iter();
        found.map(|book| book.session.id).collect::<Vec<_>>()
    };
    assert_eq!(find("demo", "ORDER é-1", None, 100).await, newest);
    assert_eq!(find("demo", "ORDER é-1", None, 2).await, newest[..2]);
    assert_eq!(
        find("demo", "ORDER é-1", Some(&newest[1]), 2).await,
        newest[2..4]
    );
    assert_eq!(find("demo", "ORDER é-1", Some(&newest[4]), 2).await, []);
    assert_eq!(find("demo", "ORDER é-2", None, 2).await, []);
    assert_eq!(find("other", "ORDER é-1", None, 2).await, []);
}

#[tokio::test]
async fn what_a_person_looks_for_has_columns_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    for fact in [
        claim(&made, "5", 1500),
        confirmation(&made, "5", 1500),
        fact(&made, "6", PartKind::Complement, 1),
    ] {
        let recorded = store.record_fact(&fact, Source::Query, None, 1100).await;
        assert_eq!(recorded.unwrap(), Recorded::New(made.id.clone()));
    }
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&made.id, &passed, Source::Clock, 1500);
    hint.await.unwrap();
    let sessions = "SELECT reference || ' ' || amount || ' ' || currency FROM sessions";
    assert_eq!(told(&folder, sessions).await, ["ORDER é-1 1500 EUR"]);
    let events = "SELECT coalesce(trust, '-') || ' ' || coalesce(call, '-') || ' '
        || coalesce(transaction_number, '-') FROM events ORDER BY seq";
    assert_eq!(
        told(&folder, events).await,
        ["signed 77 5", "- 77 5", "ours 77 6", "- - -"]
    );
}
