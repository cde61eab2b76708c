//! How much there is. Each is read from an index, however large the books are.

use guichet_domain::id::Slug;
use sqlx::PgConnection;

use crate::error::StoreError;
use crate::types::{DueOf, Figures, PaymentsOf};

/// The payments that are counted: those of a day, in seconds.
const DAY: i64 = 24 * 3600;

/// What is due of each kind, and for how long the longest has been.
const QUEUES: [(&str, &str); 5] = [
    (
        "questions",
        "SELECT count(*), $1 - coalesce(min(next_try_at), $1) FROM questions
         WHERE next_try_at <= $1",
    ),
    (
        "conversations",
        "SELECT count(*), $1 - coalesce(min(next_try_at), $1) FROM conversations
         WHERE next_try_at <= $1",
    ),
    (
        "operations",
        "SELECT count(*), $1 - coalesce(min(next_try_at), $1) FROM operations
         WHERE next_try_at <= $1",
    ),
    // What waits for an endpoint that is disabled is due for nobody.
    (
        "notices",
        "SELECT count(*), $1 - coalesce(min(next_try_at), $1) FROM notices
         WHERE next_try_at <= $1
            AND shop IN (SELECT shop FROM endpoints WHERE disabled_at IS NULL)",
    ),
    (
        "deadlines",
        "SELECT count(*), $1 - coalesce(min(deadline_at), $1) FROM payments
         WHERE NOT deadline_passed AND deadline_at <= $1",
    ),
];

pub(super) async fn figures(
    db: &mut PgConnection,
    shops: &[&Slug],
    now: i64,
) -> Result<Figures, StoreError> {
    let shops: Vec<_> = shops.iter().map(|shop| shop.as_str()).collect();
    let payments: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT shop, method, money, count(*) FROM payments
         WHERE shop = ANY($1) AND created_at > $2
         GROUP BY shop, method, money ORDER BY shop, method, money",
    )
    .bind(&shops)
    .bind(now - DAY)
    .fetch_all(&mut *db)
    .await?;
    let payments = payments
        .into_iter()
        .map(|(shop, method, outcome, count)| PaymentsOf {
            shop,
            method,
            outcome,
            count,
        });
    let mut figures = Figures {
        payments: payments.collect(),
        ..Figures::default()
    };
    for (queue, statement) in QUEUES {
        let (count, oldest) = sqlx::query_as(statement)
            .bind(now)
            .fetch_one(&mut *db)
            .await?;
        figures.due.push(DueOf {
            queue,
            count,
            oldest,
        });
    }
    figures.oldest_question = sqlx::query_scalar(
        "SELECT $1 - coalesce(min(e.received_at), $1) FROM questions q
         JOIN events e ON e.seq = q.event_seq WHERE q.next_try_at IS NOT NULL",
    )
    .bind(now)
    .fetch_one(&mut *db)
    .await?;
    figures.oldest_notice = sqlx::query_scalar(
        "SELECT $1 - coalesce(min(created_at), $1) FROM notices WHERE next_try_at IS NOT NULL",
    )
    .bind(now)
    .fetch_one(&mut *db)
    .await?;
    Ok(figures)
}
