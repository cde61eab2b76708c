//! What is read of the rows as a whole.

use std::cmp::Reverse;

use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::ledger::difference;
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;

use super::tables::Tables;
use crate::error::StoreError;
use crate::transaction::BookOf;
use crate::types::{Attended, Audited, Instruction, Instructions, LedgerEntry};

fn most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl Tables {
    pub(super) fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError> {
        let mut attended = Vec::new();
        for row in &self.payments {
            let attention: Vec<_> = serde_json::from_str(&row.listing.attention)?;
            if !attention.is_empty() {
                attended.push(Attended {
                    session: self.session(&row.payment.session)?.session.clone(),
                    payment: row.payment.clone(),
                    attention,
                });
            }
        }
        attended.sort_by_key(|found| Reverse(found.payment.created_at));
        attended.truncate(most(limit));
        Ok(attended)
    }

    pub(super) fn entries(
        &self,
        of: (&Slug, Currency),
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let rows = self.ledger.iter();
        let rows = rows.filter(|row| (&row.shop, row.currency) == of && row.number > after);
        let mut entries = Vec::new();
        for row in rows.take(most(limit)) {
            let payment = self.payment(&row.payment);
            let payment = payment.ok_or_else(|| StoreError::Corrupt(row.payment.to_string()))?;
            let session = self.session(&payment.payment.session)?;
            entries.push(LedgerEntry {
                number: row.number,
                payment: row.payment.clone(),
                reference: session.session.reference.clone(),
                platform_reference: payment.payment.reference.clone(),
                movement: row.movement.clone(),
                posted_at: row.posted_at,
            });
        }
        Ok(entries)
    }

    pub(super) fn instructions_of(
        &self,
        payment: &PaymentId,
        kind: Option<OperationKind>,
    ) -> Vec<Instructions> {
        let own = self.instructions.iter().filter(|instruction| {
            let fits = kind.is_none_or(|kind| instruction.kind == kind);
            instruction.payment == *payment && fits
        });
        let with = |instruction: &Instruction| {
            let operations = self.operations.iter().map(|row| &row.operation);
            let own = operations.filter(|operation| operation.instruction == instruction.id);
            (instruction.clone(), own.cloned().collect())
        };
        own.map(with).collect()
    }

    pub(super) fn audit(&self) -> Audited {
        let mut audited = Audited::default();
        for row in &self.payments {
            let id = &row.payment.id;
            let Some((book, _)) = self.load(BookOf::Payment(id)) else {
                continue;
            };
            let own = self.ledger.iter().filter(|posted| posted.payment == *id);
            let written: Vec<_> = own.map(|posted| posted.movement.clone()).collect();
            audited.payments += 1;
            audited.entries += written.len() as u64;
            let told = book.entry(id).map(|entry| entry.movements(&book.session));
            let missing = difference(&written, &told.unwrap_or_default());
            if let Some(missing) = missing.first() {
                audited.difference = Some(format!("{id}: {missing:?}"));
                break;
            }
        }
        audited
    }
}
