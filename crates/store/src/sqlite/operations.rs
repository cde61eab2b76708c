//! What a shop has done with a payment's money: instructions, and their operations.

use async_trait::async_trait;
use guichet_domain::id::{InstructionId, OperationId, PaymentId};
use guichet_domain::operation::{OperationKind, OperationStage};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
use crate::error::StoreError;
use crate::rows::{readable, stored};
use crate::transaction::Operations;
use crate::types::{Instruction, Instructions, NewOperation, Operation, OperationAdvance};
use crate::words::{from_word, word};

#[async_trait]
impl Operations for Gathered<'_> {
    async fn add_instruction(&mut self, instruction: &Instruction) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO instructions (id, payment_id, kind, currency, asked_by, reason, left_out,
                created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(instruction.id.as_str())
        .bind(instruction.payment.as_str())
        .bind(word(&instruction.kind)?)
        .bind(instruction.currency.code())
        .bind(word(&instruction.by)?)
        .bind(&instruction.reason)
        .bind(&instruction.left_out)
        .bind(instruction.created_at)
        .later()
    }

    async fn add_operation(
        &mut self,
        instruction: &Instruction,
        operation: &NewOperation,
        position: usize,
    ) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO operations (id, instruction_id, position, payment_id, part, amount, stage,
                next_try_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(operation.id.as_str())
        .bind(instruction.id.as_str())
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(instruction.payment.as_str())
        .bind(&operation.part)
        .bind(stored(operation.amount)?)
        .bind(word(&OperationStage::Waiting)?)
        .bind(operation.next_try_at)
        .later()
    }

    async fn advance_operation(
        &mut self,
        advance: &OperationAdvance<'_>,
    ) -> Result<Option<PaymentId>, StoreError> {
        let moved: Option<String> = sqlx::query_scalar(
            "UPDATE operations SET stage = ?2, next_try_at = ?3, tries = ?4,
                last_answer = coalesce(?5, last_answer)
             WHERE id = ?1 AND stage <> ?8 AND (?6 IS NULL OR stage = ?6)
                AND (?7 IS NULL OR next_try_at <= ?7)
             RETURNING payment_id",
        )
        .bind(advance.id.as_str())
        .bind(word(&advance.to)?)
        .bind(advance.next_try_at)
        .bind(advance.tries)
        .bind(advance.answer)
        .bind(advance.from.as_ref().map(word).transpose()?)
        .bind(advance.due)
        .bind(word(&OperationStage::Over)?)
        .fetch_optional(self.db().await?)
        .await?;
        moved.as_deref().map(from_word).transpose()
    }
}

/// A statement that reads operations.
macro_rules! operations_where {
    ($which:literal) => {
        concat!(
            "SELECT o.*, i.kind, i.currency, i.created_at
             FROM operations o JOIN instructions i ON i.id = o.instruction_id
             WHERE ",
            $which
        )
    };
}

fn read_operation(row: &SqliteRow) -> Result<Operation, StoreError> {
    let amount: u64 = row.try_get("amount")?;
    Ok(Operation {
        id: from_word(row.try_get("id")?)?,
        instruction: from_word(row.try_get("instruction_id")?)?,
        payment: from_word(row.try_get("payment_id")?)?,
        kind: from_word(row.try_get("kind")?)?,
        part: row.try_get("part")?,
        amount: amount
            .try_into()
            .map_err(|_| StoreError::Corrupt(format!("{amount} is no amount")))?,
        currency: from_word(row.try_get("currency")?)?,
        stage: from_word(row.try_get("stage")?)?,
        tries: row.try_get("tries")?,
        last_answer: row.try_get("last_answer")?,
        next_try_at: row.try_get("next_try_at")?,
        created_at: row.try_get("created_at")?,
    })
}

fn read_instruction(row: &SqliteRow) -> Result<Instruction, StoreError> {
    Ok(Instruction {
        id: from_word(row.try_get("instruction")?)?,
        payment: from_word(row.try_get("payment_id")?)?,
        kind: from_word(row.try_get("kind")?)?,
        currency: from_word(row.try_get("currency")?)?,
        by: from_word(row.try_get("asked_by")?)?,
        reason: row.try_get("reason")?,
        left_out: row.try_get("left_out")?,
        created_at: row.try_get("created_at")?,
    })
}

pub(super) async fn find(
    db: &mut SqliteConnection,
    id: &OperationId,
) -> Result<Option<Operation>, StoreError> {
    let row = sqlx::query(operations_where!("o.id = ?"))
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_operation).transpose()
}

pub(super) async fn of_instruction(
    db: &mut SqliteConnection,
    id: &InstructionId,
) -> Result<Vec<Operation>, StoreError> {
    let rows = sqlx::query(operations_where!(
        "o.instruction_id = ? ORDER BY o.position"
    ))
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read_operation).collect()
}

pub(super) async fn instruction(
    db: &mut SqliteConnection,
    id: &InstructionId,
) -> Result<Option<Instruction>, StoreError> {
    let row = sqlx::query("SELECT *, id AS instruction FROM instructions WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_instruction).transpose()
}

/// Those of a payment with their operations, in the order of their making: one statement.
pub(super) async fn instructions_of(
    db: &mut SqliteConnection,
    payment: &PaymentId,
    kind: Option<OperationKind>,
) -> Result<Vec<Instructions>, StoreError> {
    let rows = sqlx::query(
        "SELECT o.*, i.id AS instruction, i.payment_id, i.kind, i.currency, i.created_at,
            i.asked_by, i.reason, i.left_out
         FROM instructions i LEFT JOIN operations o ON o.instruction_id = i.id
         WHERE i.payment_id = ?1 AND (?2 IS NULL OR i.kind = ?2)
         ORDER BY i.created_at, i.rowid, o.position",
    )
    .bind(payment.as_str())
    .bind(kind.as_ref().map(word).transpose()?)
    .fetch_all(db)
    .await?;
    let mut all: Vec<Instructions> = Vec::new();
    for row in &rows {
        let id: &str = row.try_get("instruction")?;
        if all.last().is_none_or(|(last, _)| last.id.as_str() != id) {
            all.push((read_instruction(row)?, Vec::new()));
        }
        let is_there = row.try_get::<Option<&str>, _>("id")?.is_some();
        if let Some((_, operations)) = all.last_mut().filter(|_| is_there) {
            operations.push(read_operation(row)?);
        }
    }
    Ok(all)
}

/// Those that a person has to decide. That they are not over is said too: so the index of what is
/// open finds them.
pub(super) async fn undecided(
    db: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<Operation>, StoreError> {
    let rows = sqlx::query(operations_where!(
        "o.stage <> 'over' AND o.stage = ? ORDER BY i.created_at, o.id LIMIT ?"
    ))
    .bind(word(&OperationStage::Undecided)?)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter().map(read_operation).collect()
}

/// What a job should take up.
pub(super) async fn due(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<OperationId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM operations WHERE next_try_at <= ? ORDER BY next_try_at LIMIT ?",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(ids.iter().map(|id| from_word(id))))
}
