//! Questions to the platforms about what signed messages claim.

use async_trait::async_trait;
use guichet_domain::id::PaymentId;
use sqlx::PgConnection;

use crate::error::StoreError;
use crate::rows::{read_question, readable};
use crate::transaction::{NewQuestion, Questions};
use crate::types::{Question, QuestionState};
use crate::words::word;

#[async_trait]
impl Questions for PgConnection {
    async fn open_claims(
        &mut self,
        payment: &PaymentId,
        call: &str,
        transaction: &str,
        states: &[QuestionState],
    ) -> Result<u32, StoreError> {
        let open: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM questions q JOIN events e ON e.seq = q.event_seq
             WHERE q.payment_id = $1 AND q.next_try_at IS NOT NULL
                AND q.state = ANY($2)
                AND e.call = $3 AND e.transaction_number = $4",
        )
        .bind(payment.as_str())
        .bind(words(states)?)
        .bind(call)
        .bind(transaction)
        .fetch_one(self)
        .await?;
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    async fn add_question(&mut self, question: &NewQuestion<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO questions (event_seq, payment_id, next_try_at, tries, state, taken_by)
             VALUES ($1, $2, $3, $4, $5, current_setting('application_name'))",
        )
        .bind(question.event_seq)
        .bind(question.payment.as_str())
        .bind(question.next_try_at)
        .bind(i64::from(question.tries))
        .bind(word(&question.state)?)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn end_questions(
        &mut self,
        account: &str,
        identity: &str,
        state: QuestionState,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE questions SET next_try_at = NULL, state = $1 WHERE event_seq IN
                (SELECT seq FROM events WHERE account = $2 AND identity = $3)",
        )
        .bind(word(&state)?)
        .bind(account)
        .bind(identity)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn hasten_questions(
        &mut self,
        account: &str,
        identity: &str,
        next_try_at: i64,
        states: &[QuestionState],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE questions SET next_try_at = $1
             WHERE (next_try_at IS NULL OR next_try_at > $1)
                AND state = ANY($2) AND event_seq IN
                (SELECT seq FROM events WHERE account = $3 AND identity = $4)",
        )
        .bind(next_try_at)
        .bind(words(states)?)
        .bind(account)
        .bind(identity)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn beside_question(
        &mut self,
        event_seq: i64,
        state: QuestionState,
    ) -> Result<Option<(u32, u32)>, StoreError> {
        let beside: Option<(i64, i64)> = sqlx::query_as(
            "SELECT q.tries, (SELECT count(*) FROM questions o WHERE o.payment_id = q.payment_id
                AND o.event_seq <> q.event_seq AND o.state = $1)
             FROM questions q WHERE q.event_seq = $2",
        )
        .bind(word(&state)?)
        .bind(event_seq)
        .fetch_optional(self)
        .await?;
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(beside.map(|(tries, others)| (small(tries), small(others))))
    }

    async fn set_question(
        &mut self,
        event_seq: i64,
        next_try_at: Option<i64>,
        state: QuestionState,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE questions SET next_try_at = $1, state = $2,
                last_answer = coalesce($3, last_answer) WHERE event_seq = $4",
        )
        .bind(next_try_at)
        .bind(word(&state)?)
        .bind(answer)
        .bind(event_seq)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn take_questions(
        &mut self,
        event_seqs: &[i64],
        now: i64,
        next_try_at: i64,
        state: QuestionState,
    ) -> Result<Vec<i64>, StoreError> {
        Ok(sqlx::query_scalar(
            "UPDATE questions SET next_try_at = $1, tries = tries + 1, state = $2,
                taken_by = current_setting('application_name')
             WHERE event_seq IN (SELECT event_seq FROM questions
                WHERE next_try_at <= $3 AND event_seq = ANY($4)
                ORDER BY event_seq FOR UPDATE SKIP LOCKED)
             RETURNING event_seq",
        )
        .bind(next_try_at)
        .bind(word(&state)?)
        .bind(now)
        .bind(event_seqs)
        .fetch_all(self)
        .await?)
    }
}

fn words(states: &[QuestionState]) -> Result<Vec<String>, StoreError> {
    states.iter().map(word).collect()
}

/// What should be asked: first what was asked about least, up to `least_asked` times.
pub(super) async fn due(
    db: &mut PgConnection,
    now: i64,
    least_asked: u32,
    limit: u32,
) -> Result<Vec<Question>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.*, s.body, s.settled_by, s.expires_at, q.event_seq, q.tries, e.content
         FROM questions q JOIN events e ON e.seq = q.event_seq
         JOIN payments p ON p.id = q.payment_id JOIN sessions s ON s.id = p.session_id
         WHERE q.next_try_at <= $1 ORDER BY least(q.tries, $2), q.next_try_at LIMIT $3",
    )
    .bind(now)
    .bind(i64::from(least_asked))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    Ok(readable(rows.iter().map(read_question)))
}
