//! How many statements the database is given: each one costs a hand-over to its thread, and in a
//! writing transaction everybody else waits for it.
#![expect(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "conformance/books.rs"]
mod books;
#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "conformance/fixtures.rs"]
mod fixtures;

use std::sync::Mutex;

use self::fixtures::*;

/// The beginning of each statement that was run, in whatever order.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps what the database's driver logs: one line a statement, on whatever thread.
struct Counter;

impl tracing::Subscriber for Counter {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Summary);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Summary;

impl tracing::field::Visit for Summary {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let statement = format!("{value:?}");
        // How many connections are opened, each with its settings, is left to the driver.
        if field.name() == "summary" && !statement.contains("PRAGMA") {
            STATEMENTS.lock().unwrap().push(statement);
        }
    }
}

/// Opens the books, does this, and closes them: then all that was run is told.
async fn run(folder: &tempfile::TempDir, work: impl AsyncFnOnce(&Books)) -> Vec<String> {
    let store = open(folder).await;
    work(&store).await;
    store.close().await;
    std::mem::take(&mut *STATEMENTS.lock().unwrap())
}

/// How many statements that is.
async fn counted(folder: &tempfile::TempDir, work: impl AsyncFnOnce(&Books)) -> usize {
    run(folder, work).await.len()
}

#[tokio::test]
async fn a_book_is_one_statement_and_what_is_recorded_few_however_many_payments_there_are() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The tables are made once.
    counted(&folder, async |_| ()).await;
    let opening = counted(&folder, async |_| ()).await;
    let mut session = session(1);
    let making = counted(&folder, async |store| {
        session = add_session(store, 1).await;
    });
    assert_eq!(making.await - opening, 1 + 2, "a new session");
    for seed in 1..=10 {
        let made = payment(&session, seed);
        let conversation = conversation(Stage::Return);
        let key = mark(&format!("p{seed}"), "b");
        let adding = counted(&folder, async |store| {
            let added = store.add_payment(&made, Some(&conversation), &key, "{}");
            assert_eq!(added.await.unwrap(), AddedPayment::Kept(Kept::New));
        });
        assert_eq!(adding.await - opening, 3 + 2, "a new payment");

        let transaction = seed.to_string();
        let claims = claim(&made, &transaction, 100);
        let mut seq = 0;
        let claiming = counted(&folder, async |store| {
            let told = store.record_claim(&claims, Source::Notification, Some(b"raw"), 1100);
            seq = told.await.unwrap().1.unwrap().event_seq;
        });
        assert_eq!(claiming.await - opening, 4 + 2, "what a notification tells");

        let answer = confirmation(&made, &transaction, 100);
        let answering = counted(&folder, async |store| {
            let recorded = store.record_answer(&answer, seq, 1100).await;
            assert_eq!(recorded.unwrap(), Recorded::New(made.id.clone()));
        });
        // What is written goes together at the end.
        assert_eq!(answering.await - opening, 5 + 2, "what our account answers");

        let reading = counted(&folder, async |store| {
            let book = store.book(&session.id).await.unwrap().unwrap();
            assert_eq!(book.payments.len(), usize::from(seed));
            assert!(book.payments.iter().all(|entry| entry.events.len() == 2));
        });
        assert_eq!(reading.await - opening, 1, "a book of {seed} payments");
        let polling = counted(&folder, async |store| {
            assert!(store.book_by_secret(&[1; 32]).await.unwrap().is_some());
        });
        assert_eq!(polling.await - opening, 1, "a book of {seed} payments");
    }
    // What was done with a payment, however much it was.
    for seed in 1..=3 {
        let refund = guichet_store::Instruction {
            id: guichet_domain::id::InstructionId::from_random([seed; 16]),
            payment: payment(&session, seed).id,
            kind: guichet_domain::operation::OperationKind::Refund,
            currency: session.currency,
            by: guichet_store::AskedBy::Shop,
            reason: None,
            left_out: "[]".into(),
            created_at: 1200,
        };
        let operation = guichet_store::NewOperation {
            id: guichet_domain::id::OperationId::from_random([seed; 16]),
            part: seed.to_string(),
            amount: amount(100),
            next_try_at: 1200,
        };
        counted(&folder, async |store| {
            let key = mark(&format!("i{seed}"), "b");
            let kept = store.instruct(&refund, &[operation], &key).await;
            assert!(matches!(kept.unwrap(), guichet_store::Instructed::Kept(_)));
        })
        .await;
        let listing = counted(&folder, async |store| {
            let listed = store.instructions_of(&refund.payment, None).await;
            assert_eq!(listed.unwrap().len(), 1);
        });
        assert_eq!(listing.await - opening, 1, "what was done with a payment");
    }
    // Of ten, the line of the one that something became of is written, and no other.
    let made = payment(&session, 10);
    let ending = run(&folder, async |store| {
        let passed = PaymentEvent::DeadlinePassed;
        let recorded = store.record_hint(&made.id, &passed, Source::Clock, 1500);
        assert_eq!(recorded.await.unwrap(), Recorded::New(made.id.clone()));
        assert_eq!(store.attention(20).await.unwrap().len(), 1);
    });
    let ending = ending.await;
    let listed = ending.iter().filter(|s| s.contains("UPDATE payments"));
    assert_eq!(listed.count(), 1, "{ending:?}");
}
