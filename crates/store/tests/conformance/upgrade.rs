//! Books that an earlier release made, with rows in every table, are taken over as they are.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::fixtures::*;

/// The last migration of the first release.
const FIRST_RELEASE: i64 = 10;

/// Books as the tables were after that migration, with these rows.
async fn books_of(last: i64, folder: &tempfile::TempDir, rows: &[String]) {
    let migrations = tempfile::tempdir().unwrap();
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    for file in std::fs::read_dir(all).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name[..4].parse::<i64>().unwrap() <= last {
            std::fs::copy(&path, migrations.path().join(name)).unwrap();
        }
    }
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("books.db"))
        .create_if_missing(true);
    let books = SqlitePool::connect_with(options).await.unwrap();
    let migrator = Migrator::new(migrations.path()).await.unwrap();
    migrator.run(&books).await.unwrap();
    for row in rows {
        let statement = sqlx::AssertSqlSafe(row.clone());
        sqlx::query(statement).execute(&books).await.unwrap();
    }
    books.close().await;
}

/// A row of `events`, as a release before the column `trust` wrote it.
fn event(seq: i64, fact: &PlatformFact, of: Option<&Payment>) -> String {
    let payment = of.map_or("NULL".into(), |payment| format!("'{}'", payment.id));
    let content = serde_json::to_string(&fact.event).unwrap();
    format!(
        "INSERT INTO events VALUES ({seq}, {payment}, '{}', '{}', '{}', '{content}',
            'notification', x'52', 1100)",
        fact.account, fact.reference, fact.identity
    )
}

fn rows(session: &Session, payment: &Payment) -> Vec<String> {
    let body = serde_json::to_string(session).unwrap();
    let (id, pay) = (&session.id, &payment.id);
    let unreadable = r#"{"type":"unreadable","why":"Auto is missing"}"#;
    let mut rows = vec![
        format!(
            "INSERT INTO sessions VALUES ('{id}', 'demo', x'{}', x'{}', '{body}', NULL, 1900,
                1000, '{}', 'reference:{}')",
            "01".repeat(32),
            "01".repeat(16),
            session.reference,
            session.reference
        ),
        format!(
            "INSERT INTO payments VALUES ('{pay}', '{id}', 0, 'up2pay', 'main', 'sodexo',
                'meal_voucher', 'REF1', 1000, 1500, 'pending', '[]', 0)"
        ),
        event(1, &claim(payment, "1", 1200), Some(payment)),
        event(2, &claim(payment, "2", 300), Some(payment)),
        event(3, &confirmation(payment, "1", 1200), Some(payment)),
        event(4, &fact(payment, "9", PartKind::Voucher, 1), None),
    ];
    for (seq, raw, at) in [(5, "41", 1100), (6, "41", 1300), (7, "42", 1200)] {
        rows.push(format!(
            "INSERT INTO events VALUES ({seq}, NULL, 'main', '', '{raw}{seq}', '{unreadable}',
                'notification', x'{raw}', {at})"
        ));
    }
    rows.extend(
        [
            "INSERT INTO queries VALUES (1, '$pay', 9223372036854775807, 2, 'agreed')",
            "INSERT INTO queries VALUES (2, '$pay', 1250, 1, 'unreachable')",
            "INSERT INTO conversations VALUES ('$pay', 'n', 'token', 'k', NULL, 1500, 3)",
            "INSERT INTO transactions VALUES ('main', '77', '1', '$pay')",
            "INSERT INTO counters VALUES ('up2pay/1', '2026-01-01', 7)",
            "INSERT INTO idempotency VALUES ('test', 's1', x'62', '$id', 1000)",
            "INSERT INTO idempotency VALUES ('payment/$pay/continue', 'k', x'62', 'told', 0)",
            "INSERT INTO idempotency VALUES ('payment/gone/continue', 'k', x'62', 'told', 0)",
            "INSERT INTO messages VALUES (1, 'main', 1, 'Auto is missing', x'42', 2, 1000, 1150)",
            "INSERT INTO first_payments VALUES ('sg', 'demo', 'camille', '1', 'proof')",
        ]
        .map(|row| {
            row.replace("$pay", pay.as_str())
                .replace("$id", id.as_str())
        }),
    );
    rows
}

#[tokio::test]
async fn books_of_the_first_release_are_taken_over_with_all_that_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(1);
    let made = payment(&session, 1);
    books_of(FIRST_RELEASE, &folder, &rows(&session, &made)).await;
    let store = open(&folder).await;

    // The session, closed earlier than it was made for, and what happened to its payment.
    let book = store.book(&session.id).await.unwrap().unwrap();
    let closed = Session {
        expires_at: 1900,
        ..session.clone()
    };
    assert_eq!(book.session, closed);
    let entry = book.entry(&made.id).unwrap();
    assert_eq!(
        (&entry.payment, entry.events.len(), entry.stage),
        (&made, 3, Some(Stage::Token))
    );
    let search = |reference: Option<&str>, transaction: Option<&str>| Search {
        reference: reference.map(str::to_owned),
        transaction: transaction.map(str::to_owned),
        ..Search::of(session.shop.clone())
    };
    let by_reference = search(Some(&session.reference), None);
    let found = store.search_sessions(&by_reference, None, 9).await;
    assert_eq!(found.unwrap().len(), 1);
    // Its payment is found as its shop's, and by a transaction that it was told of then.
    for search in [search(None, None), search(None, Some("2"))] {
        let found = store.search_payments(&search, None, 9).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|found| found.id).collect();
        assert_eq!(found, std::slice::from_ref(&made.id), "{search:?}");
    }
    assert_eq!(
        told(
            &folder,
            "SELECT amount || ' ' || currency || ' ' || reference FROM sessions"
        )
        .await,
        ["1500 EUR ORDER é-1"]
    );

    // A question that was over is over, and one that was open is due when it was.
    let due = async |now| store.due_questions(now, 10).await.unwrap();
    assert!(due(1249).await.is_empty());
    let open = due(i64::MAX).await;
    assert_eq!((open.len(), open[0].event_seq, open[0].tries), (1, 2, 1));
    assert_eq!(store.open_accounts().await.unwrap()[0].payments, 1);

    // What is no event is a message; beside it stands what fitted no payment.
    assert_eq!(store.unmatched(10).await.unwrap().len(), 1);
    let kept = store.messages(10).await.unwrap();
    let kept: Vec<_> = kept
        .iter()
        .map(|m| (m.times, m.first_at, m.last_at, m.why.as_str()))
        .collect();
    let why = "Auto is missing";
    assert_eq!(kept, [(2, 1100, 1300, why), (3, 1000, 1200, why)]);

    // Events are found by their trust and their transaction.
    assert_eq!(
        told(
            &folder,
            "SELECT seq || ' ' || coalesce(trust, '-') || ' ' || call || ' ' || transaction_number
             FROM events ORDER BY seq"
        )
        .await,
        ["1 signed 77 1", "2 signed 77 2", "3 - 77 1", "4 ours 77 9"]
    );

    // What it took has its entry, of the time at which it was known.
    let entries = store.ledger(&session.shop, session.currency, 0, 9).await;
    let entries = entries.unwrap();
    let moved: Vec<_> = entries
        .iter()
        .map(|e| (e.number, e.movement.minor))
        .collect();
    assert_eq!(moved, [(1, 1200)]);
    assert_eq!(entries[0].movement.at, 1100);
    assert_eq!(store.audit().await.unwrap().difference, None);

    // Every answer has a time.
    assert_eq!(
        told(
            &folder,
            "SELECT iif(created_at > 1000000, 'now', created_at) || '' FROM idempotency
             ORDER BY scope DESC"
        )
        .await,
        ["1000", "1000", "now"]
    );
    assert_eq!(
        told(
            &folder,
            "SELECT (created_at > 1000000 AND used_at = created_at) || '' FROM first_payments"
        )
        .await,
        ["1"]
    );
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        8
    );
}

/// What became of a question was told by the beginning of its answer.
#[tokio::test]
async fn a_question_keeps_what_became_of_it_when_it_gets_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let (session, other) = (session(1), session(2));
    let made = payment(&session, 1);
    let (id, pay) = (&session.id, &made.id);
    let row = |session: &Session, seed: u8, order: &str| {
        format!(
            "INSERT INTO sessions (id, shop, secret_hash, secret_salt, body, expires_at, created_at,
                reference, order_key)
             VALUES ('{}', 'demo', x'0{seed}', x'01', '{}', 2000, 1000, '', '{order}')",
            session.id,
            serde_json::to_string(session).unwrap()
        )
    };
    let mut rows = vec![
        row(&session, 1, "reference:1"),
        row(&other, 2, ""),
        format!(
            "INSERT INTO payments (id, session_id, position, provider, account, method, kind,
                reference, created_at, deadline_at, shop)
             VALUES ('{pay}', '{id}', 0, 'up2pay', 'main', 'sodexo', 'meal_voucher', 'REF1', 1000,
                1500, 'demo')"
        ),
    ];
    let answers = [
        "NULL",
        "'asking'",
        "'agreed'",
        "'ours'",
        "'denied: MONTANT is 1'",
        "'unreachable'",
    ];
    for (seq, answer) in (1..).zip(answers) {
        let content = claim(&made, &seq.to_string(), 100).event;
        let content = serde_json::to_string(&content).unwrap();
        rows.push(format!(
            "INSERT INTO events (seq, payment_id, account, reference, identity, content, source,
                received_at) VALUES ({seq}, '{pay}', 'main', 'REF1', '{seq}', '{content}', 'return',
                1100)"
        ));
        rows.push(format!(
            "INSERT INTO questions VALUES ({seq}, '{pay}', 1200, 1, {answer})"
        ));
    }
    books_of(20, &folder, &rows).await;
    let store = open(&folder).await;
    let states = "SELECT event_seq || ' ' || state || ' ' || coalesce(last_answer, '-') || ' ' ||
            next_try_at || ' ' || tries FROM questions ORDER BY event_seq";
    assert_eq!(
        told(&folder, states).await,
        [
            "1 waiting - 1200 1",
            "2 asking - 1200 1",
            "3 agreed - 1200 1",
            "4 ours - 1200 1",
            "5 denied MONTANT is 1 1200 1",
            "6 unanswered unreachable 1200 1",
        ]
    );
    assert_eq!(store.due_questions(1200, 9).await.unwrap().len(), 6);
    // Whose order was not known has one of its own.
    let orders = "SELECT order_key FROM sessions ORDER BY rowid";
    let own = format!("session:{}", other.id);
    assert_eq!(told(&folder, orders).await, ["reference:1", own.as_str()]);
}

/// What follows is decided as if the books had always been these.
#[tokio::test]
async fn a_payment_of_the_first_release_goes_on_in_its_books() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(1);
    let made = payment(&session, 1);
    books_of(FIRST_RELEASE, &folder, &rows(&session, &made)).await;
    let store = open(&folder).await;
    let told = claim(&made, "1", 1200);
    let again = store.record_fact(&told, Source::Notification, None, 1200);
    assert_eq!(again.await.unwrap(), Recorded::Duplicate);
    let answer = confirmation(&made, "2", 300);
    let recorded = store.record_answer(&answer, 2, 1200).await.unwrap();
    assert_eq!(recorded, Recorded::New(made.id.clone()));
    assert_eq!(money(&store, &made).await, Money::Paid);
    assert!(store.due_questions(i64::MAX, 10).await.unwrap().is_empty());
    let (mut session, secret, key) = (session, secret(1), mark("s1", "b"));
    let id = session.id.to_string();
    let kept = store.add_session(&mut session, &secret, &key).await;
    assert_eq!(kept.unwrap(), Kept::Replayed(id), "it is paid");
}
