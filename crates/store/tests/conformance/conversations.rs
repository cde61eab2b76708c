//! Payments that go on after their beginning.

use super::fixtures::*;

#[tokio::test]
async fn an_advance_replaces_the_answer_of_the_request_that_caused_it_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let one = begin(&store, &session, 1, Stage::Proceed).await;
    begin(&store, &session, 2, Stage::Proceed).await;
    let own = mark("p1", "b");
    let advance = |from, to, mark: &Idempotency, body: &str| {
        let (store, id) = (&store, one.id.clone());
        let (mark, body) = (mark.clone(), body.to_owned());
        async move {
            let advance = Advance {
                answer: Some(Answer {
                    mark: &mark,
                    body: &body,
                    at: 1100,
                }),
                ..Advance::new(from, to)
            };
            store.advance(&id, &advance, 1100).await.unwrap()
        }
    };
    let told = async |mark: &Idempotency| store.recall(mark).await.unwrap();
    let replayed = |body: &str| Some(Kept::Replayed(body.to_owned()));
    // One that is not taken changes no answer.
    assert!(!advance(Stage::Token, Stage::Over, &own, "never").await);
    assert_eq!(told(&own).await, replayed("first"));
    assert!(advance(Stage::Proceed, Stage::Talking, &own, "second").await);
    assert_eq!(told(&own).await, replayed("second"));
    assert_eq!(told(&mark("p1", "c")).await, Some(Kept::OtherBody));
    assert_eq!(told(&mark("p2", "b")).await, replayed("first"));
    // Another request's leaves it, and keeps its own.
    let other = mark("other", "b");
    assert!(advance(Stage::Talking, Stage::Return, &other, "third").await);
    assert_eq!(told(&own).await, replayed("second"));
    assert_eq!(told(&other).await, replayed("third"));
    // The same key with another body is another request: the advance fails as a whole.
    let changed = mark("p1", "c");
    let advance = Advance {
        answer: Some(Answer {
            mark: &changed,
            body: "fourth",
            at: 1100,
        }),
        ..Advance::new(Stage::Return, Stage::Over)
    };
    assert!(store.advance(&one.id, &advance, 1100).await.is_err());
    assert_eq!(told(&own).await, replayed("second"));
    let now = store.conversation(&one.id).await.unwrap().unwrap();
    assert_eq!(now.stage, Stage::Return);
    store.close().await;
    let store = self::open(&folder).await;
    assert_eq!(store.recall(&own).await.unwrap(), replayed("second"));
}

#[tokio::test]
async fn every_try_of_a_job_is_counted_and_made_only_once_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, meanwhile) in [
        (1, Stage::Finalise, Stage::Talking),
        (2, Stage::Unknown, Stage::Unknown),
        (3, Stage::Overdue, Stage::Overdue),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        for turn in 1..=3 {
            let again = |from, to, due| Advance {
                next_try_at: Some(2000),
                due,
                ..Advance::new(from, to)
            };
            let set = again(stage, stage, None);
            assert!(store.advance(&made.id, &set, 1100).await.unwrap());
            let early = again(stage, meanwhile, Some(1999));
            assert!(
                !store.advance(&made.id, &early, 1100).await.unwrap(),
                "{stage:?}"
            );
            let due = again(stage, meanwhile, Some(2000));
            assert!(store.advance(&made.id, &due, 1100).await.unwrap());
            let back = again(meanwhile, stage, None);
            assert!(store.advance(&made.id, &back, 1100).await.unwrap());
            let now = store.conversation(&made.id).await.unwrap().unwrap();
            assert_eq!(now.tries, turn, "{stage:?}");
        }
    }
}

#[tokio::test]
async fn a_payment_of_which_nothing_was_sent_is_dormant() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, dormant) in [
        (1, Stage::Proceed, true),
        (2, Stage::Token, true),
        (3, Stage::Talking, false),
        (4, Stage::Return, false),
        (5, Stage::Finalise, false),
        (6, Stage::Unknown, false),
        (7, Stage::Over, false),
        (8, Stage::Overdue, false),
        (9, Stage::GivenUp, false),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        let stored = book.entry(&made.id).unwrap().stage;
        assert_eq!(stored, Some(stage));
        assert_eq!(stored.is_some_and(Stage::is_dormant), dormant, "{stage:?}");
    }
}

#[tokio::test]
async fn a_new_payment_that_goes_on_is_due_at_its_deadline_and_finalised_ones_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let due = async |now, limit| store.due_conversations(now, limit).await.unwrap();
    let mut waiting = Vec::new();
    for (seed, stage) in [(1, Stage::Proceed), (2, Stage::Token), (3, Stage::Return)] {
        waiting.push(begin(&store, &session, seed, stage).await.id);
        assert!(due(1499, 10).await.is_empty(), "{stage:?}");
        assert_eq!(due(1500, 10).await.len(), waiting.len(), "{stage:?}");
    }
    let back = Advance {
        next_try_at: Some(1600),
        ..Advance::new(Stage::Return, Stage::Finalise)
    };
    assert!(store.advance(&waiting[2], &back, 1100).await.unwrap());
    assert_eq!(due(1599, 10).await, waiting[..2]);
    // It was due last, and somebody waits for it.
    assert_eq!(due(1600, 1).await, waiting[2..]);
    assert_eq!(due(1600, 10).await.len(), 3);
}

#[tokio::test]
async fn a_payment_that_may_have_taken_money_is_unresolved_until_its_conversation_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    for (seed, stage, unresolved) in [
        (1, Stage::Proceed, false),
        (2, Stage::Token, false),
        (3, Stage::Talking, true),
        (4, Stage::Return, false),
        (5, Stage::Finalise, true),
        (6, Stage::Unknown, true),
        (7, Stage::Overdue, false),
        (8, Stage::GivenUp, true),
        (9, Stage::Over, false),
    ] {
        let made = begin(&store, &session, seed, stage).await;
        let book = store.book(&session.id).await.unwrap().unwrap();
        let stored = book.entry(&made.id).unwrap().stage;
        assert_eq!(
            stored.is_some_and(Stage::is_unresolved),
            unresolved,
            "{stage:?}"
        );
    }
}

#[tokio::test]
async fn what_a_person_should_look_at_changes_with_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = begin(&store, &session, 1, Stage::Token).await;
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&made.id, &passed, Source::Clock, 1500);
    hint.await.unwrap();
    let listed = async || store.attention(10).await.unwrap();
    assert!(listed().await.is_empty());
    let mut from = Stage::Token;
    for (to, still_pending) in [
        (Stage::Talking, true),
        (Stage::Overdue, false),
        (Stage::Unknown, true),
        (Stage::Over, false),
        (Stage::Finalise, true),
        (Stage::GivenUp, true),
        (Stage::Over, false),
    ] {
        let advance = Advance::new(from, to);
        assert!(store.advance(&made.id, &advance, 1100).await.unwrap());
        let listed = listed().await;
        assert_eq!(!listed.is_empty(), still_pending, "{to:?}");
        for line in listed {
            assert_eq!(line.payment.id, made.id);
            assert_eq!(line.attention, vec![Attention::StillPending]);
        }
        from = to;
    }
}

#[tokio::test]
async fn an_answer_has_the_time_at_which_its_request_was_answered_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = begin(&store, &session, 1, Stage::Proceed).await;
    let (own, other) = (mark("p1", "b"), mark("other", "b"));
    for (mark, from, to, at) in [
        (&own, Stage::Proceed, Stage::Talking, 1100),
        (&other, Stage::Talking, Stage::Token, 1200),
        (&other, Stage::Token, Stage::Talking, 1300),
    ] {
        let body = "answer";
        let advance = Advance {
            answer: Some(Answer { mark, body, at }),
            ..Advance::new(from, to)
        };
        assert!(store.advance(&made.id, &advance, 1100).await.unwrap());
    }
    let times = "SELECT key || ' ' || created_at FROM idempotency ORDER BY key";
    assert_eq!(
        told(&folder, times).await,
        ["other 1200", "p1 1000", "s1 1000"]
    );
}

/// What must not stand beside a payment that is ordered, each by itself.
#[tokio::test]
async fn a_payment_is_not_ordered_beside_what_must_not_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let own = begin(&store, &session, 1, Stage::Token).await;
    let other = begin(&store, &session, 2, Stage::Token).await;
    let order = async |beside: Beside| {
        let advance = Advance {
            beside: Some(beside),
            ..Advance::new(Stage::Token, Stage::Talking)
        };
        let ordered = store.advance(&own.id, &advance, 1100).await.unwrap();
        if ordered {
            let back = Advance::new(Stage::Talking, Stage::Token);
            assert!(store.advance(&own.id, &back, 1100).await.unwrap());
        }
        ordered
    };
    let [not_talking, not_settled, not_open] = [
        Beside {
            not_talking: true,
            ..Beside::default()
        },
        Beside {
            not_settled: true,
            ..Beside::default()
        },
        Beside {
            not_open: true,
            ..Beside::default()
        },
    ];
    let ordered = async || {
        [
            order(not_talking).await,
            order(not_settled).await,
            order(not_open).await,
            order(Beside::default()).await,
        ]
    };
    assert_eq!(ordered().await, [true; 4]);
    let talks = Advance::new(Stage::Token, Stage::Talking);
    assert!(store.advance(&other.id, &talks, 1100).await.unwrap());
    assert_eq!(ordered().await, [false, true, false, true]);
    // Looked up: nobody talks, and what became of it is not known.
    let unknown = Advance::new(Stage::Talking, Stage::Unknown);
    assert!(store.advance(&other.id, &unknown, 1100).await.unwrap());
    assert_eq!(ordered().await, [true, true, false, true]);
    pay(&store, &other, "1").await;
    let over = Advance::new(Stage::Unknown, Stage::Over);
    assert!(store.advance(&other.id, &over, 1100).await.unwrap());
    assert_eq!(ordered().await, [true, false, true, true]);
}
