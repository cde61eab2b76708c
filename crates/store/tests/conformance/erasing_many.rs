//! Many sessions, erased in short transactions.

use guichet_store::Erasing as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::erasing::{HOUR, paid};
use super::fixtures::*;

/// With `GUICHET_SESSIONS` so many.
#[tokio::test]
async fn of_many_sessions_all_that_are_old_are_erased_in_short_transactions() {
    let sessions = std::env::var("GUICHET_SESSIONS").ok();
    let sessions: i64 = sessions.map_or(5000, |many| many.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    paid(&store, 1, 1000).await;
    // Each with a payment, two events and an answer, a second apart; the first half is old.
    let options = SqliteConnectOptions::new().filename(folder.path().join("books.db"));
    let mut books = options.connect().await.unwrap();
    for statement in [
        "CREATE TEMP TABLE n (i INTEGER PRIMARY KEY)",
        "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?1)
         INSERT INTO n SELECT i FROM c",
        "INSERT INTO sessions (id, shop, reference, order_key, amount, currency, secret_hash,
            secret_salt, body, expires_at, created_at, settled_by)
         SELECT format('cs_%032x', i), shop, 'r' || i, 'r' || i, amount, currency,
            CAST(format('%032d', i) AS BLOB), secret_salt,
            json_set(body, '$.id', format('cs_%032x', i), '$.reference', 'r' || i),
            2000 + i, 1000 + i, format('pay_%032x', i)
         FROM sessions, n WHERE reference NOT LIKE 'r%'",
        "INSERT INTO payments (id, session_id, position, provider, account, method, kind,
            reference, created_at, deadline_at, shop)
         SELECT format('pay_%032x', i), format('cs_%032x', i), 0, provider, account, method, kind,
            'REF-' || i, 1000 + i, 1500 + i, shop FROM payments, n WHERE reference = 'REF1'",
        "INSERT INTO events (payment_id, account, reference, identity, content, trust, source, raw,
            received_at)
         SELECT format('pay_%032x', i), account, 'REF-' || i, 'e' || i || x.column1, content, trust,
            source, raw, 1000 + i FROM events, n, (VALUES (1), (2)) x WHERE identity = 'REF1|1'",
        "INSERT INTO idempotency (scope, key, fingerprint, body, created_at)
         SELECT 'session/' || format('cs_%032x', i) || '/payments', 'p', x'00', 'signed form',
            1000 + i FROM n",
    ] {
        let mut done = sqlx::query(statement);
        if statement.contains("?1") {
            done = done.bind(sessions);
        }
        done.execute(&mut books).await.unwrap();
    }
    books.close().await.unwrap();
    let (shop, before) = (slug("demo"), 2000 + sessions / 2);
    let (mut erased, mut longest) = (0, std::time::Duration::ZERO);
    loop {
        let begun = std::time::Instant::now();
        let some = store.erase_old(&shop, before, 100, HOUR).await.unwrap();
        longest = longest.max(begun.elapsed());
        erased += i64::from(some);
        if some < 100 {
            break;
        }
    }
    // With the first one.
    assert_eq!(erased, sessions / 2 + 1);
    eprintln!("{sessions} sessions, {erased} erased, 100 at a time in {longest:?} at most");
    let left = "SELECT CAST(count(*) AS TEXT) FROM sessions WHERE body LIKE '%Durand%'
         UNION ALL SELECT CAST(count(*) AS TEXT) FROM events WHERE raw IS NOT NULL
         UNION ALL SELECT CAST(count(*) AS TEXT) FROM idempotency WHERE body = 'signed form'
         UNION ALL SELECT CAST(count(*) AS TEXT) FROM events";
    let half = sessions - sessions / 2;
    let expected = [half, 2 * half, half, 2 * sessions + 1].map(|many| many.to_string());
    assert_eq!(told(&folder, left).await, expected);
}
