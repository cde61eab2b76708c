//! Sessions, and the orders that several of them pay. The first that is settled pays the order.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
use super::requests::first_answer;
use super::rows::{BookKey, book_query};
use crate::error::StoreError;
use crate::rows::{read_book, stored};
use crate::transaction::{BookOf, FirstSettled, ListedBook, Sessions};
use crate::types::{Idempotency, SecretDigest};
use crate::words::from_word;

/// Adds a session under this condition.
macro_rules! add_session {
    ($condition:literal) => {
        concat!(
            "INSERT INTO sessions (id, shop, reference, order_key, amount, currency, secret_hash,
                secret_salt, body, expires_at, created_at)
             SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE ",
            $condition,
            " RETURNING (
                SELECT o.id FROM sessions o
                WHERE o.shop = ? AND o.order_key = ? AND o.settled_by IS NOT NULL
                ORDER BY o.rowid LIMIT 1
             ) AS first_settled"
        )
    };
}

async fn add(
    tx: &mut Gathered<'_>,
    statement: &'static str,
    session: &Session,
    order_key: &str,
    secret: &SecretDigest,
) -> Result<Option<FirstSettled>, StoreError> {
    let (amount, body) = (stored(session.amount)?, serde_json::to_string(session)?);
    let added = tx
        .statement(statement)
        .bind(session.id.as_str())
        .bind(session.shop.as_str())
        .bind(&session.reference)
        .bind(order_key)
        .bind(amount)
        .bind(session.currency.code())
        .bind(&secret.hash)
        .bind(&secret.salt)
        .bind(body)
        .bind(session.expires_at)
        .bind(session.created_at)
        .bind(session.shop.as_str())
        .bind(order_key)
        .fetch_optional()
        .await?;
    let Some(added) = added else { return Ok(None) };
    let first: Option<&str> = added.try_get("first_settled")?;
    Ok(Some(FirstSettled(first.map(from_word).transpose()?)))
}

#[async_trait]
impl Sessions for Gathered<'_> {
    async fn book(&mut self, of: BookOf<'_>) -> Result<Option<ListedBook>, StoreError> {
        let (statement, key) = book_query(of);
        let book = self.statement(statement);
        let book = match key {
            BookKey::Id(id) => book.bind(id),
            BookKey::Hash(hash) => book.bind(hash),
        };
        read_book(&book.fetch_all().await?)
    }

    async fn order_key(&mut self, session: &SessionId) -> Result<String, StoreError> {
        let key = sqlx::query_scalar("SELECT order_key FROM sessions WHERE id = ?");
        Ok(key
            .bind(session.as_str())
            .fetch_one(self.db().await?)
            .await?)
    }

    async fn add_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
    ) -> Result<FirstSettled, StoreError> {
        let added = add(self, add_session!("true"), session, order_key, secret).await?;
        added.ok_or_else(|| StoreError::Corrupt(format!("{} was not added", session.id)))
    }

    async fn add_answered_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Option<FirstSettled>, StoreError> {
        first_answer(self, mark, session.id.as_str(), session.created_at)?;
        // Where there was an answer the statement before it has changed nothing.
        let add_session = add_session!("changes() > 0");
        add(self, add_session, session, order_key, secret).await
    }

    async fn end_session(&mut self, session: &SessionId, at: i64) -> Result<(), StoreError> {
        self.statement("UPDATE sessions SET expires_at = ? WHERE id = ?")
            .bind(at)
            .bind(session.as_str())
            .later()
    }

    async fn change_amount(&mut self, session: &Session) -> Result<(), StoreError> {
        self.statement("UPDATE sessions SET amount = ?, body = ? WHERE id = ?")
            .bind(stored(session.amount)?)
            .bind(serde_json::to_string(session)?)
            .bind(session.id.as_str())
            .later()
    }

    async fn settle(&mut self, session: &SessionId, by: &PaymentId) -> Result<(), StoreError> {
        self.statement("UPDATE sessions SET settled_by = ? WHERE id = ? AND settled_by IS NULL")
            .bind(by.as_str())
            .bind(session.as_str())
            .later()
    }

    async fn others_of_order(&mut self, session: &SessionId) -> Result<Vec<SessionId>, StoreError> {
        let others = self.statement(
            "SELECT o.id FROM sessions s
             JOIN sessions o ON o.shop = s.shop AND o.order_key = s.order_key AND o.id <> s.id
             WHERE s.id = ? AND EXISTS (SELECT 1 FROM payments p
                JOIN events e ON e.payment_id = p.id WHERE p.session_id = o.id)",
        );
        let others = others.bind(session.as_str()).fetch_all().await?;
        let ids = others.iter().map(|row| from_word(row.try_get(0)?));
        ids.collect()
    }
}

pub(super) async fn secret_digest(
    db: &mut SqliteConnection,
    id: &SessionId,
) -> Result<Option<SecretDigest>, StoreError> {
    let row = sqlx::query("SELECT secret_hash, secret_salt FROM sessions WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(SecretDigest {
            hash: row.try_get("secret_hash")?,
            salt: row.try_get("secret_salt")?,
        })
    })
    .transpose()
}
