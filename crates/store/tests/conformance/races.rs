//! Many at once.

use super::fixtures::*;

/// Also where both were written in one flush: who is told of another's write finds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_repeated_request_is_told_of_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    for round in 0..12_u8 {
        let tries: Vec<_> = (0..20_u8)
            .map(|one| {
                let (store, seed) = (Arc::clone(&store), round * 20 + one);
                tokio::spawn(async move {
                    let mut made = session(seed);
                    let mark = mark(&format!("round {round}"), "b");
                    let kept = store
                        .add_session(&mut made, &secret(seed), &mark)
                        .await
                        .unwrap();
                    let id = match kept {
                        Kept::Replayed(id) => SessionId::try_from(id).unwrap(),
                        _ => made.id,
                    };
                    assert!(store.book(&id).await.unwrap().is_some(), "{id}");
                })
            })
            .collect();
        for one in tries {
            one.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn facts_in_parallel_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let session = add_session(&*store, 1).await;
    let made = add(&*store, &session, 1).await;
    let facts: Vec<_> = (0..30)
        .map(|n| match n % 2 {
            0 => fact(&made, "1", PartKind::Voucher, 1200),
            _ => fact(&made, "2", PartKind::Complement, 300),
        })
        .collect();
    let tasks: Vec<_> = facts
        .into_iter()
        .map(|fact| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store
                    .record_fact(&fact, Source::Notification, None, 1100)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += i32::from(matches!(task.await.unwrap(), Recorded::New(_)));
    }
    assert_eq!(new, 2);
    assert_eq!(money(&*store, &made).await, Money::Paid);
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert_eq!(
        (book.session.settled_by, book.payments[0].events.len()),
        (Some(made.id), 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_move_a_payment_from_one_stage_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let session = add_session(&*store, 1).await;
    let made = payment(&session, 1);
    let begun = Conversation {
        ending: "n".into(),
        stage: Stage::Return,
        memo: Some("kept".into()),
        posted: Vec::new(),
        tries: 0,
    };
    store
        .add_payment(&made, Some(&begun), &mark("p", "b"), "{}")
        .await
        .unwrap();
    assert_eq!(store.conversation(&made.id).await.unwrap(), Some(begun));
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let (store, id) = (Arc::clone(&store), made.id.clone());
            tokio::spawn(async move {
                let posted = [("n".to_owned(), n.to_string())];
                let advance = Advance {
                    posted: Some(&posted),
                    next_try_at: Some(1100),
                    ..Advance::new(Stage::Return, Stage::Finalise)
                };
                store.advance(&id, &advance, 1100).await.unwrap()
            })
        })
        .collect();
    let mut moved = 0;
    for task in tasks {
        moved += i32::from(task.await.unwrap());
    }
    assert_eq!(moved, 1);
    let now = store.conversation(&made.id).await.unwrap().unwrap();
    assert_eq!((now.stage, now.posted.len()), (Stage::Finalise, 1));
    assert_eq!(now.memo.as_deref(), Some("kept"));
    assert!(store.due_conversations(1099, 10).await.unwrap().is_empty());
    assert_eq!(
        store.due_conversations(1100, 10).await.unwrap(),
        vec![made.id.clone()]
    );
    let over = Advance::new(Stage::Finalise, Stage::Over);
    assert!(store.advance(&made.id, &over, 1100).await.unwrap());
    assert!(
        store
            .due_conversations(i64::MAX, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_sessions_of_one_order_that_are_paid_at_once_one_settles() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(open(&folder).await);
        let sessions: [Session; 4] = sessions_of_one_order(&*store, |_| {}).await;
        let mut payments = Vec::new();
        for (session, seed) in sessions.iter().zip(1..) {
            payments.push((add(&*store, session, seed).await, format!("{seed}1")));
        }
        let mut tasks = tokio::task::JoinSet::new();
        for (made, transaction) in payments {
            let store = Arc::clone(&store);
            tasks.spawn(async move { pay(&*store, &made, &transaction).await });
        }
        tasks.join_all().await;
        let mut settled = 0;
        for session in &sessions {
            let session = store.book(&session.id).await.unwrap().unwrap().session;
            assert!(session.is_settled());
            settled += i32::from(session.settled_by.is_some());
        }
        assert_eq!((settled, store.attention(10).await.unwrap().len()), (1, 3));
    }
}
