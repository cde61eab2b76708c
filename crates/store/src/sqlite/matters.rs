//! What needs a person, and who looks after it.

use async_trait::async_trait;
use guichet_domain::attention::Matter;
use sqlx::SqliteConnection;

use super::deeds;
use super::gathered::{Gathered, gathered};
use crate::error::StoreError;
use crate::rules::matters::{Doing, look_after};
use crate::transaction::Matters;
use crate::types::{Deed, Handled, KeptMatter, LookedAfter, MatterRow, Written};

/// A statement that reads matters.
macro_rules! matters_where {
    ($which:literal) => {
        concat!(
            "SELECT subject, cause, taken_by, taken_at, done_by, done_at, remark, told
             FROM desk_matters WHERE ",
            $which
        )
    };
}

#[async_trait]
impl Matters for Gathered<'_> {
    async fn looked_after(&mut self, matter: &Matter) -> Result<LookedAfter, StoreError> {
        let row = sqlx::query_as(matters_where!("subject = ?1 AND cause = ?2"));
        let row = row.bind(matter.subject()).bind(matter.cause());
        let row: Option<MatterRow> = row.fetch_optional(self.db().await?).await?;
        let kept = row.map(KeptMatter::try_from).transpose()?;
        Ok(kept.map(|kept| kept.looked_after).unwrap_or_default())
    }

    async fn of_payment(&mut self, subject: &str) -> Result<Vec<KeptMatter>, StoreError> {
        of(self.db().await?, subject).await
    }

    async fn look_after(&mut self, matter: &Matter, by: &LookedAfter) -> Result<(), StoreError> {
        let (taken, done) = (by.taken.as_ref(), by.done.as_ref());
        self.statement(
            "INSERT INTO desk_matters
                (subject, cause, taken_by, taken_at, done_by, done_at, remark, told)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (subject, cause) DO UPDATE SET taken_by = excluded.taken_by,
                taken_at = excluded.taken_at, done_by = excluded.done_by,
                done_at = excluded.done_at, remark = excluded.remark, told = excluded.told",
        )
        .bind(matter.subject())
        .bind(matter.cause())
        .bind(taken.map(|by| by.person.clone()))
        .bind(taken.map(|by| by.at))
        .bind(done.map(|by| by.person.clone()))
        .bind(done.map(|by| by.at))
        .bind(&by.note)
        .bind(i64::from(by.told))
        .later()
    }

    async fn forget(&mut self, subject: &str, cause: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM desk_matters WHERE subject = ?1 AND cause = ?2");
        gone.bind(subject)
            .bind(cause)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    async fn times(&mut self, matter: &Matter) -> Result<Option<u32>, StoreError> {
        let times: Option<i64> = match matter {
            Matter::Payment(..) => None,
            Matter::Unmatched(seq) => {
                let found = "SELECT CAST(1 AS BIGINT) FROM events
                     WHERE seq = ?1 AND payment_id IS NULL";
                sqlx::query_scalar(found)
                    .bind(seq)
                    .fetch_optional(self.db().await?)
                    .await?
            }
            Matter::Unreadable(seq) => {
                let found = "SELECT times FROM messages WHERE seq = ?1 AND genuine";
                sqlx::query_scalar(found)
                    .bind(seq)
                    .fetch_optional(self.db().await?)
                    .await?
            }
        };
        Ok(times.map(|times| u32::try_from(times).unwrap_or(u32::MAX)))
    }
}

/// What was done about a subject, whatever for.
pub(super) async fn of(
    db: &mut SqliteConnection,
    subject: &str,
) -> Result<Vec<KeptMatter>, StoreError> {
    let rows = sqlx::query_as(matters_where!("subject = ?1 ORDER BY cause"));
    let rows: Vec<MatterRow> = rows.bind(subject).fetch_all(db).await?;
    rows.into_iter().map(KeptMatter::try_from).collect()
}

/// What somebody looks after and is not done.
pub(super) async fn taken(
    db: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<KeptMatter>, StoreError> {
    let rows = sqlx::query_as(matters_where!(
        "done_at IS NULL ORDER BY taken_at, subject, cause LIMIT ?1"
    ));
    let rows: Vec<MatterRow> = rows.bind(limit).fetch_all(db).await?;
    rows.into_iter().map(KeptMatter::try_from).collect()
}

/// Writes down what a person does about it, and does it.
pub(super) async fn act(
    db: &mut SqliteConnection,
    matter: &Matter,
    held_by: Option<&str>,
    deed: &Deed,
    doing: Doing<'_>,
) -> Result<Handled, StoreError> {
    match deeds::write(db, deed, None).await? {
        Written::New => {}
        Written::Before(None) => return Ok(Handled::Yes),
        Written::Before(Some(why)) => return Ok(Handled::Undone(why)),
        Written::Other | Written::TooMuch(_) => return Ok(Handled::Stale),
    }
    let handled = gathered(db, async |tx| {
        look_after(tx, matter, held_by, deed, doing).await
    })
    .await?;
    if let Some(why) = handled.why_not() {
        deeds::undo(db, &deed.key, &why).await?;
    }
    Ok(handled)
}
