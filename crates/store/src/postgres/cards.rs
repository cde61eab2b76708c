//! What saved cards' first payments left. The first one counts; of later ones the time is kept.

use guichet_domain::id::Slug;
use guichet_domain::shopper::ShopperId;
use sqlx::PgConnection;

use crate::error::StoreError;
use crate::types::{CardName, KeptCard};

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

pub(super) async fn renew(
    db: &mut PgConnection,
    card: &CardName<'_>,
    proof: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE first_payments SET proof = $1, used_at = $2
         WHERE account = $3 AND shop = $4 AND shopper = $5 AND card = $6",
    )
    .bind(proof)
    .bind(now)
    .bind(card.account.as_str())
    .bind(card.shop.as_str())
    .bind(card.shopper.as_str())
    .bind(card.card)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn all(
    db: &mut PgConnection,
    account: &Slug,
    owner: Option<(&Slug, &ShopperId)>,
) -> Result<Vec<KeptCard>, StoreError> {
    let rows = match owner {
        Some((shop, shopper)) => {
            let rows = sqlx::query_as(
                "SELECT shop, shopper, card, proof FROM first_payments
                 WHERE account = $1 AND shop = $2 AND shopper = $3
                 ORDER BY created_at DESC, card",
            );
            let rows = rows.bind(account.as_str()).bind(shop.as_str());
            rows.bind(shopper.as_str()).fetch_all(db).await?
        }
        None => {
            let rows = sqlx::query_as(
                "SELECT shop, shopper, card, proof FROM first_payments
                 WHERE account = $1 ORDER BY created_at DESC, card",
            );
            rows.bind(account.as_str()).fetch_all(db).await?
        }
    };
    let kept = |(shop, shopper, card, proof)| KeptCard {
        shop,
        shopper,
        card,
        proof,
    };
    Ok(rows.into_iter().map(kept).collect())
}
