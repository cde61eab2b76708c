//! What saved cards' first payments left. The first one counts; of later ones the time is kept.

use guichet_domain::id::Slug;
use guichet_domain::shopper::ShopperId;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::types::{CardName, KeptCard};

pub(super) async fn add(
    db: &mut SqliteConnection,
    card: &CardName<'_>,
    proof: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO first_payments (account, shop, shopper, card, proof, created_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET used_at = excluded.used_at",
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
    db: &mut SqliteConnection,
    card: &CardName<'_>,
) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar(
        "SELECT proof FROM first_payments
         WHERE account = ? AND shop = ? AND shopper = ? AND card = ?",
    )
    .bind(card.account.as_str())
    .bind(card.shop.as_str())
    .bind(card.shopper.as_str())
    .bind(card.card)
    .fetch_optional(db)
    .await?;
    Ok(found)
}

pub(super) async fn forget(
    db: &mut SqliteConnection,
    card: &CardName<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM first_payments WHERE account = ? AND shop = ? AND shopper = ? AND card = ?",
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
    db: &mut SqliteConnection,
    card: &CardName<'_>,
    proof: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE first_payments SET proof = ?, used_at = ?
         WHERE account = ? AND shop = ? AND shopper = ? AND card = ?",
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
    db: &mut SqliteConnection,
    account: &Slug,
    owner: Option<(&Slug, &ShopperId)>,
) -> Result<Vec<KeptCard>, StoreError> {
    let rows = match owner {
        Some((shop, shopper)) => {
            let rows = sqlx::query_as(
                "SELECT shop, shopper, card, proof FROM first_payments
                 WHERE account = ? AND shop = ? AND shopper = ?
                 ORDER BY created_at DESC, card",
            );
            let rows = rows.bind(account.as_str()).bind(shop.as_str());
            rows.bind(shopper.as_str()).fetch_all(db).await?
        }
        None => {
            let rows = sqlx::query_as(
                "SELECT shop, shopper, card, proof FROM first_payments
                 WHERE account = ? ORDER BY created_at DESC, card",
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
