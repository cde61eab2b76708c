//! Sessions, and the orders that several of them pay. The first that is settled pays the order.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;
use sqlx::{PgConnection, Postgres, Row as _};

use super::order;
use super::rows::load_book;
use crate::error::StoreError;
use crate::rows::stored;
use crate::transaction::{BookOf, FirstSettled, ListedBook, Sessions};
use crate::types::{Idempotency, SecretDigest};
use crate::words::from_word;

/// Adds a session; `$from` says of what there must be a row.
macro_rules! add_session {
    ($with:literal, $from:literal) => {
        concat!(
            $with,
            "INSERT INTO sessions (id, shop, reference, order_key, amount, currency, secret_hash,
                secret_salt, body, expires_at, created_at)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11",
            $from,
            " RETURNING (
                SELECT o.id FROM sessions o
                WHERE o.shop = $2 AND o.order_key = $4 AND o.settled_by IS NOT NULL
                ORDER BY o.made LIMIT 1
             )"
        )
    };
}

fn described<'q, O>(
    add: QueryScalar<'q, Postgres, O, PgArguments>,
    session: &'q Session,
    order_key: &'q str,
    secret: &'q SecretDigest,
) -> Result<QueryScalar<'q, Postgres, O, PgArguments>, StoreError> {
    Ok(add
        .bind(session.id.as_str())
        .bind(session.shop.as_str())
        .bind(&session.reference)
        .bind(order_key)
        .bind(stored(session.amount)?)
        .bind(session.currency.code())
        .bind(&secret.hash)
        .bind(&secret.salt)
        .bind(serde_json::to_string(session)?)
        .bind(session.expires_at)
        .bind(session.created_at))
}

fn first_settled(id: Option<&str>) -> Result<FirstSettled, StoreError> {
    Ok(FirstSettled(id.map(from_word).transpose()?))
}

#[async_trait]
impl Sessions for PgConnection {
    async fn book(&mut self, of: BookOf<'_>) -> Result<Option<ListedBook>, StoreError> {
        order::of_book(self, of).await?;
        load_book(self, of).await
    }

    async fn order_key(&mut self, session: &SessionId) -> Result<String, StoreError> {
        let key = sqlx::query_scalar("SELECT order_key FROM sessions WHERE id = $1");
        Ok(key.bind(session.as_str()).fetch_one(self).await?)
    }

    async fn add_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
    ) -> Result<FirstSettled, StoreError> {
        let add = sqlx::query_scalar(add_session!("", ""));
        let first: Option<String> = described(add, session, order_key, secret)?
            .fetch_one(self)
            .await?;
        first_settled(first.as_deref())
    }

    async fn add_answered_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Option<FirstSettled>, StoreError> {
        let add = sqlx::query_scalar(add_session!(
            "WITH answer AS (
                INSERT INTO idempotency (scope, key, fingerprint, body, created_at)
                VALUES ($12, $13, $14, $1, $11) ON CONFLICT DO NOTHING RETURNING 1
             ) ",
            " FROM answer"
        ));
        let first: Option<Option<String>> = described(add, session, order_key, secret)?
            .bind(&mark.scope)
            .bind(&mark.key)
            .bind(&mark.fingerprint)
            .fetch_optional(self)
            .await?;
        first
            .map(|first| first_settled(first.as_deref()))
            .transpose()
    }

    async fn end_session(&mut self, session: &SessionId, at: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET expires_at = $1 WHERE id = $2")
            .bind(at)
            .bind(session.as_str())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn change_amount(&mut self, session: &Session) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET amount = $1, body = $2 WHERE id = $3")
            .bind(stored(session.amount)?)
            .bind(serde_json::to_string(session)?)
            .bind(session.id.as_str())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn settle(&mut self, session: &SessionId, by: &PaymentId) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET settled_by = $1 WHERE id = $2 AND settled_by IS NULL")
            .bind(by.as_str())
            .bind(session.as_str())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn others_of_order(&mut self, session: &SessionId) -> Result<Vec<SessionId>, StoreError> {
        let others: Vec<String> = sqlx::query_scalar(
            "SELECT o.id FROM sessions s
             JOIN sessions o ON o.shop = s.shop AND o.order_key = s.order_key AND o.id <> s.id
             WHERE s.id = $1 AND EXISTS (SELECT 1 FROM payments p
                JOIN events e ON e.payment_id = p.id WHERE p.session_id = o.id)",
        )
        .bind(session.as_str())
        .fetch_all(self)
        .await?;
        others.iter().map(|id| from_word(id)).collect()
    }
}

pub(super) async fn secret_digest(
    db: &mut PgConnection,
    id: &SessionId,
) -> Result<Option<SecretDigest>, StoreError> {
    let row = sqlx::query("SELECT secret_hash, secret_salt FROM sessions WHERE id = $1")
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
