//! What saved cards' first payments left. The first one counts; of later ones the time is kept.

use sqlx::PgConnection;

use crate::error::StoreError;
use crate::types::CardName;

pub(super) async fn add(
    db: &mut PgConnection,
    card: &CardName<'_>,
    proof: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO first_payments (account, shop, shopper, card, proof, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (account, shop, shopper, card)
            DO UPDATE SET used_at = excluded.used_at",
    )
    .bind(card.account.as_str())
    .bind(card.shop.as_str())
    .bind(card.shopper.as_str())
    .bind(card.card)
    .bind(proof)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn find(
    db: &mut PgConnection,
    card: &CardName<'_>,
) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar(
        "SELECT proof FROM first_payments
         WHERE account = $1 AND shop = $2 AND shopper = $3 AND card = $4",
    )
    .bind(card.account.as_str())
    .bind(card.shop.as_str())
    .bind(card.shopper.as_str())
    .bind(card.card)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

pub(super) async fn forget(db: &mut PgConnection, card: &CardName<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM first_payments
         WHERE account = $1 AND shop = $2 AND shopper = $3 AND card = $4",
    )
    .bind(card.account.as_str())
    .bind(card.shop.as_str())
    .bind(card.shopper.as_str())
    .bind(card.card)
    .execute(db)
    .await?;
    Ok(())
}
