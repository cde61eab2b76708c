//! How long anything may wait.

use async_trait::async_trait;
use guichet_domain::id::PaymentId;

use super::tables::Tables;
use crate::error::StoreError;
use crate::transaction::{Waiting, Waits};

fn bound(at: &mut Option<i64>, latest: i64) {
    *at = at.map(|at| at.min(latest));
}

#[async_trait]
impl Waits for Tables {
    async fn bound_deadlines(&mut self, latest: i64) -> Result<(), StoreError> {
        let rows = self.payments.iter_mut();
        for row in rows.filter(|row| !row.listing.deadline_passed) {
            row.payment.deadline_at = row.payment.deadline_at.min(latest);
        }
        Ok(())
    }

    async fn bound_tries(&mut self, of: Waiting, latest: i64) -> Result<(), StoreError> {
        match of {
            Waiting::Questions => {
                for row in &mut self.questions {
                    bound(&mut row.next_try_at, latest);
                }
            }
            Waiting::Operations => {
                for row in &mut self.operations {
                    bound(&mut row.next_try_at, latest);
                }
            }
            Waiting::Notices => {
                for row in &mut self.notices {
                    bound(&mut row.next_try_at, latest);
                }
            }
        }
        Ok(())
    }

    async fn late_payments(&mut self, then: i64) -> Result<Vec<(PaymentId, i64)>, StoreError> {
        let mut late = Vec::new();
        for row in &self.conversations {
            let deadline = self.payment(&row.payment);
            let deadline = deadline.map_or(0, |found| found.payment.deadline_at);
            if row.next_try_at.is_some_and(|at| at > then && at > deadline) {
                late.push((row.payment.clone(), deadline));
            }
        }
        Ok(late)
    }

    async fn set_wait(&mut self, payment: &PaymentId, until: i64) -> Result<(), StoreError> {
        let rows = self.conversations.iter_mut();
        for row in rows.filter(|row| row.payment == *payment) {
            row.next_try_at = Some(until);
        }
        Ok(())
    }
}
