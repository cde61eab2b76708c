//! Several backends on one set of books: each has a store of its own here.

use std::time::{Duration, Instant};

use guichet_store::{LeftBehind, Outbox as _};
use tokio::task::JoinSet;

use super::books::beside;
use super::fixtures::*;
use super::left_behind::{due, take_some};
use super::postgres::run;

/// Three backends.
async fn backends(folder: &tempfile::TempDir) -> [Arc<Books>; 3] {
    let backend = async || Arc::new(open(folder).await);
    [backend().await, backend().await, backend().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_platform_tells_three_backends_at_once_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let backends = backends(&folder).await;
    for seed in 1..=20 {
        let session = add_session(&*backends[0], seed).await;
        let made = add(&*backends[1], &session, seed).await;
        let fact = fact(&made, &seed.to_string(), PartKind::Voucher, 1500);
        let mut told = JoinSet::new();
        for number in 0..9 {
            let (store, fact) = (Arc::clone(&backends[number % 3]), fact.clone());
            told.spawn(async move {
                let told = store.record_fact(&fact, Source::Notification, None, 1100);
                told.await.unwrap()
            });
        }
        let told = told.join_all().await;
        let new = told.iter().filter(|told| matches!(told, Recorded::New(_)));
        assert_eq!(new.count(), 1, "{told:?}");
        assert_eq!(money(&*backends[2], &made).await, Money::Paid);
    }
    let audited = backends[0].audit().await.unwrap();
    assert_eq!((audited.entries, audited.difference), (20, None));
}

/// Also of one shop, whose ledger has one row of numbers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ledgers_that_three_backends_write_have_no_gap_and_no_number_twice() {
    let folder = tempfile::tempdir().unwrap();
    let backends = backends(&folder).await;
    let mut tasks = JoinSet::new();
    for seed in 1..=60_u8 {
        let store = Arc::clone(&backends[usize::from(seed) % 3]);
        tasks.spawn(async move {
            let session = add_session(&*store, seed).await;
            let made = add(&*store, &session, seed).await;
            pay(&*store, &made, &seed.to_string()).await;
        });
    }
    tasks.join_all().await;
    let audited = backends[0].audit().await.unwrap();
    assert_eq!((audited.entries, audited.difference), (60, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sessions_of_one_order_that_three_backends_are_told_are_paid_one_settles() {
    for _ in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let backends = backends(&folder).await;
        let sessions: [Session; 6] = sessions_of_one_order(&*backends[0], |_| {}).await;
        let mut payments = Vec::new();
        for (session, seed) in sessions.iter().zip(1..) {
            payments.push((add(&*backends[0], session, seed).await, seed));
        }
        let mut tasks = JoinSet::new();
        for (made, seed) in payments {
            let store = Arc::clone(&backends[usize::from(seed) % 3]);
            tasks.spawn(async move { pay(&*store, &made, &format!("{seed}1")).await });
        }
        tasks.join_all().await;
        let mut settled = 0;
        for session in &sessions {
            let session = backends[1]
                .book(&session.id)
                .await
                .unwrap()
                .unwrap()
                .session;
            assert!(session.is_settled());
            settled += i32::from(session.settled_by.is_some());
        }
        let attention = backends[2].attention(10).await.unwrap().len();
        assert_eq!((settled, attention), (1, 5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_repeated_request_has_one_effect_whichever_backend_it_reaches() {
    let folder = tempfile::tempdir().unwrap();
    let backends = backends(&folder).await;
    for round in 0..10_u8 {
        let mut tries = JoinSet::new();
        for one in 0..9_u8 {
            let (store, seed) = (Arc::clone(&backends[usize::from(one) % 3]), round * 9 + one);
            tries.spawn(async move {
                let mut made = session(seed);
                let mark = mark(&format!("round {round}"), "b");
                let kept = store.add_session(&mut made, &secret(seed), &mark).await;
                match kept.unwrap() {
                    Kept::Replayed(id) => id,
                    _ => made.id.to_string(),
                }
            });
        }
        let made = tries.join_all().await;
        assert!(made.iter().all(|id| *id == made[0]), "{made:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_due_is_taken_by_one_backend() {
    let folder = tempfile::tempdir().unwrap();
    let backends = backends(&folder).await;
    let endpoint = (slug("demo"), "https://shop.example/hook".to_owned());
    backends[0].set_endpoints(&[endpoint], 1000).await.unwrap();
    for seed in 1..=30 {
        let session = add_session(&*backends[0], seed).await;
        let made = add(&*backends[0], &session, seed).await;
        let claim = claim(&made, &format!("{seed}1"), 1500);
        let told = backends[0].record_fact(&claim, Source::Notification, None, 1100);
        told.await.unwrap();
        pay(&*backends[0], &made, &format!("{seed}2")).await;
    }
    let due = backends[0].due_questions(1200, 100).await.unwrap();
    let mut due: Vec<_> = due.iter().map(|question| question.event_seq).collect();
    due.sort_unstable();
    let (mut questions, mut notices) = (JoinSet::new(), JoinSet::new());
    for number in 0..9 {
        let (store, due) = (Arc::clone(&backends[number % 3]), due.clone());
        questions.spawn(async move { store.take_questions(&due, 1200).await.unwrap() });
        let store = Arc::clone(&backends[number % 3]);
        notices.spawn(async move {
            let taken = store.take_notices(1200, 20, 8).await.unwrap();
            taken
                .into_iter()
                .map(|notice| notice.seq)
                .collect::<Vec<_>>()
        });
    }
    let mut taken: Vec<i64> = questions.join_all().await.into_iter().flatten().collect();
    taken.sort_unstable();
    assert_eq!((taken.len(), taken), (due.len(), due));
    let mut taken: Vec<i64> = notices.join_all().await.into_iter().flatten().collect();
    taken.sort_unstable();
    let count = taken.len();
    taken.dedup();
    // At most so many of one shop are under way, whoever sends them.
    assert_eq!((taken.len(), count), (8, 8));
}

/// A backend that is frozen, or cut off, within a transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_frozen_within_a_transaction_holds_up_others_for_seconds_and_then_has_lost_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut frozen = beside(&folder).await;
    run(
        &mut frozen,
        "SET idle_in_transaction_session_timeout = '5s'",
    )
    .await;
    run(&mut frozen, "BEGIN").await;
    run(
        &mut frozen,
        "SELECT pg_advisory_xact_lock(hashtextextended('order/' || shop || '/' || order_key, 7452))
         FROM sessions",
    )
    .await;
    let begun = Instant::now();
    // Some may be told that the books can't be written: they come again.
    while begun.elapsed() < Duration::from_secs(60) {
        let fact = fact(&made, "1", PartKind::Voucher, 1500);
        let told = store
            .record_fact(&fact, Source::Notification, None, 1100)
            .await;
        if told.is_ok() {
            break;
        }
    }
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert!(begun.elapsed() >= Duration::from_secs(3), "it was held up");
    let commit = sqlx::query("COMMIT").execute(&mut frozen).await;
    assert!(commit.is_err(), "its transaction is lost");
}

/// Cuts all other connections to the books.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_the_server_cuts_cost_no_read_and_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let mut db = beside(&folder).await;
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            for seed in 1..=120 {
                let mut made = session(seed);
                let key = mark(&format!("s{seed}"), "b");
                if store
                    .add_session(&mut made, &secret(seed), &key)
                    .await
                    .is_ok()
                {
                    kept.push(made.id);
                }
            }
            kept
        })
    };
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        run(&mut db, CUT).await;
        // Idle connections are found dead, and others are taken.
        store.messages(1).await.unwrap();
    }
    let kept = writer.await.unwrap();
    assert!(kept.len() > 60, "{} of 120", kept.len());
    for id in kept {
        assert!(store.book(&id).await.unwrap().is_some(), "{id} is lost");
    }
}

/// Without what is looked at in the transaction each of them would be ordered: none has begun when
/// the others are about to.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_payments_of_one_session_that_three_backends_are_about_to_order_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let backends = backends(&folder).await;
    for round in 0..10_u8 {
        let session = add_session(&*backends[0], round + 1).await;
        let mut tasks = JoinSet::new();
        for one in 0..6_u8 {
            let seed = round * 6 + one;
            let made = begin(&*backends[0], &session, seed, Stage::Token).await;
            let store = Arc::clone(&backends[usize::from(one) % 3]);
            tasks.spawn(async move {
                let advance = Advance {
                    beside: Some(Beside {
                        not_talking: true,
                        not_settled: true,
                        not_open: false,
                    }),
                    ..Advance::new(Stage::Token, Stage::Talking)
                };
                store.advance(&made.id, &advance, 1100).await.unwrap()
            });
        }
        let ordered = tasks.join_all().await;
        let count = ordered.iter().filter(|ordered| **ordered).count();
        assert_eq!(count, 1, "{ordered:?}");
    }
}

/// Makes as if this had happened to backends: all that were heard of so far.
async fn happened(folder: &tempfile::TempDir, what: &str) {
    let mut db = beside(folder).await;
    run(&mut db, format!("UPDATE backends SET {what}")).await;
}

const SILENT: &str = "seen_at = now() - INTERVAL '7 seconds'";
const LONG_HEARD_OF: &str = "since = now() - INTERVAL '1 minute'";

#[tokio::test]
async fn who_is_heard_of_keeps_what_it_took_and_who_was_away_itself_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second, third] = backends(&folder).await;
    let nothing = (vec![], vec![], vec![], 0);
    let none = LeftBehind::default();
    let under_way = take_some(&first).await;
    // Who never said that it serves is a command: nobody judges it.
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    happened(&folder, LONG_HEARD_OF).await;
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    assert_eq!(first.take_over(1110).await.unwrap(), none);
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    assert_eq!(due(&second, 1110).await, nothing);
    // All were away, as after the server was: nobody is taken for dead by who comes back first.
    happened(&folder, LONG_HEARD_OF).await;
    happened(&folder, SILENT).await;
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    assert_eq!(due(&second, 1110).await, nothing);
    // The first is not heard of while the second is.
    happened(&folder, LONG_HEARD_OF).await;
    let left = second.take_over(1110).await.unwrap();
    assert_eq!(left.payments, std::slice::from_ref(&under_way.payment));
    assert_eq!(left.operations, std::slice::from_ref(&under_way.operation));
    // What may have been sent is not due before its time, whoever looks at it meanwhile.
    assert_eq!(
        due(&second, 1110).await,
        (vec![under_way.question], vec![], vec![], 1)
    );
    assert_eq!(second.take_over(1110).await.unwrap(), none);
    // Who looked at it dies as well.
    assert_eq!(third.take_over(1110).await.unwrap(), none);
    happened(&folder, SILENT).await;
    let heard_of = "seen_at = now(), since = now() - INTERVAL '1 minute'
        WHERE since = (SELECT max(since) FROM backends)";
    happened(&folder, heard_of).await;
    assert_eq!(third.take_over(1110).await.unwrap(), left);
}

/// Of what it took by them nobody knows whether it was begun. Also where it lost them once before,
/// and has not said under its new name that it is alive.
#[tokio::test]
async fn who_lost_its_connections_takes_up_what_it_had_taken_as_of_one_that_is_dead() {
    let none = LeftBehind::default();
    for lost_before in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        assert_eq!(store.take_over(1110).await.unwrap(), none);
        let mut db = beside(&folder).await;
        if lost_before {
            run(&mut db, CUT).await;
        }
        let under_way = take_some(&store).await;
        happened(&folder, SILENT).await;
        run(&mut db, CUT).await;
        assert_eq!(store.take_over(1110).await.unwrap(), none);
        happened(&folder, LONG_HEARD_OF).await;
        let left = store.take_over(1110).await.unwrap();
        assert_eq!(left.payments, [under_way.payment]);
        assert_eq!(left.operations, [under_way.operation]);
        let (questions, _, _, notices) = due(&store, 1110).await;
        assert_eq!((questions, notices), (vec![under_way.question], 1));
        assert_eq!(store.take_over(1110).await.unwrap(), none);
    }
}

/// Its own compare-and-set decides: what was taken over and ended is not begun again.
#[tokio::test]
async fn who_was_frozen_and_wakes_finds_what_was_ended_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second, _] = backends(&folder).await;
    let under_way = take_some(&first).await;
    first.take_over(1110).await.unwrap();
    happened(&folder, SILENT).await;
    second.take_over(1110).await.unwrap();
    happened(&folder, LONG_HEARD_OF).await;
    let left = second.take_over(1110).await.unwrap();
    assert_eq!(left.payments, std::slice::from_ref(&under_way.payment));
    let over = Advance::new(Stage::Talking, Stage::Over);
    assert!(
        second
            .advance(&under_way.payment, &over, 1111)
            .await
            .unwrap()
    );
    let back = Advance {
        next_try_at: Some(1500),
        ..Advance::new(Stage::Talking, Stage::Return)
    };
    assert!(
        !first
            .advance(&under_way.payment, &back, 1112)
            .await
            .unwrap()
    );
    // It is heard of again, under the same name, and goes on.
    assert_eq!(first.take_over(1112).await.unwrap(), LeftBehind::default());
}
