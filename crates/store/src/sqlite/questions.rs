//! Questions to the platforms about what signed messages claim.

use async_trait::async_trait;
use guichet_domain::id::PaymentId;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
use crate::error::StoreError;
use crate::rows::{read_question, readable};
use crate::transaction::{NewQuestion, Questions};
use crate::types::{Question, QuestionState};
use crate::words::word;

#[async_trait]
impl Questions for Gathered<'_> {
    async fn open_claims(
        &mut self,
        payment: &PaymentId,
        call: &str,
        transaction: &str,
        states: &[QuestionState],
    ) -> Result<u32, StoreError> {
        let states = serde_json::to_string(states)?;
        let open = self.statement(
            "SELECT count(*) FROM questions q JOIN events e ON e.seq = q.event_seq
             WHERE q.payment_id = ? AND q.next_try_at IS NOT NULL
                AND q.state IN (SELECT value FROM json_each(?))
                AND e.call = ? AND e.transaction_number = ?",
        );
        let open = open
            .bind(payment.as_str())
            .bind(states)
            .bind(call)
            .bind(transaction)
            .fetch_one()
            .await?;
        Ok(open.try_get(0)?)
    }

    async fn add_question(&mut self, question: &NewQuestion<'_>) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO questions (event_seq, payment_id, next_try_at, tries, state)
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(question.event_seq)
        .bind(question.payment.as_str())
        .bind(question.next_try_at)
        .bind(question.tries)
        .bind(word(&question.state)?)
        .later()
    }

    async fn end_questions(
        &mut self,
        account: &str,
        identity: &str,
        state: QuestionState,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE questions SET next_try_at = NULL, state = ? WHERE event_seq IN
                (SELECT seq FROM events WHERE account = ? AND identity = ?)",
        )
        .bind(word(&state)?)
        .bind(account)
        .bind(identity)
        .later()
    }

    async fn hasten_questions(
        &mut self,
        account: &str,
        identity: &str,
        next_try_at: i64,
        states: &[QuestionState],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE questions SET next_try_at = ?1
             WHERE (next_try_at IS NULL OR next_try_at > ?1)
                AND state IN (SELECT value FROM json_each(?2)) AND event_seq IN
                (SELECT seq FROM events WHERE account = ?3 AND identity = ?4)",
        )
        .bind(next_try_at)
        .bind(serde_json::to_string(states)?)
        .bind(account)
        .bind(identity)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    async fn beside_question(
        &mut self,
        event_seq: i64,
        state: QuestionState,
    ) -> Result<Option<(u32, u32)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT q.tries, (SELECT count(*) FROM questions o WHERE o.payment_id = q.payment_id
                AND o.event_seq <> q.event_seq AND o.state = ?)
             FROM questions q WHERE q.event_seq = ?",
        )
        .bind(word(&state)?)
        .bind(event_seq)
        .fetch_optional(self.db().await?)
        .await?)
    }

    async fn set_question(
        &mut self,
        event_seq: i64,
        next_try_at: Option<i64>,
        state: QuestionState,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE questions SET next_try_at = ?, state = ?,
                last_answer = coalesce(?, last_answer) WHERE event_seq = ?",
        )
        .bind(next_try_at)
        .bind(word(&state)?)
        .bind(answer)
        .bind(event_seq)
        .later()
    }

    async fn take_questions(
        &mut self,
        event_seqs: &[i64],
        now: i64,
        next_try_at: i64,
        state: QuestionState,
    ) -> Result<Vec<i64>, StoreError> {
        Ok(sqlx::query_scalar(
            "UPDATE questions SET next_try_at = ?, tries = tries + 1, state = ?
             WHERE next_try_at <= ? AND event_seq IN (SELECT value FROM json_each(?))
             RETURNING event_seq",
        )
        .bind(next_try_at)
        .bind(word(&state)?)
        .bind(now)
        .bind(serde_json::to_string(event_seqs)?)
        .fetch_all(self.db().await?)
        .await?)
    }
}

/// What should be asked: first what was asked about least, up to `least_asked` times.
pub(super) async fn due(
    db: &mut SqliteConnection,
    now: i64,
    least_asked: u32,
    limit: u32,
) -> Result<Vec<Question>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.*, s.body, s.settled_by, s.expires_at, q.event_seq, q.tries, e.content
         FROM questions q JOIN events e ON e.seq = q.event_seq
         JOIN payments p ON p.id = q.payment_id JOIN sessions s ON s.id = p.session_id
         WHERE q.next_try_at <= ? ORDER BY min(q.tries, ?), q.next_try_at LIMIT ?",
    )
    .bind(now)
    .bind(least_asked)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(rows.iter().map(read_question)))
}
