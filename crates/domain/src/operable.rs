//! What may be done with a payment's money, by the books alone.

use crate::money::Amount;
use crate::operation::{Balance, NotNow, OperationKind, OperationState};
use crate::payment::{PartState, PaymentState};

impl PaymentState {
    /// Where the money of all parts stands.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let each = self.parts.iter().map(|part| part.balance);
        each.fold(Balance::default(), |one, other| one + other)
    }

    /// The part of that number which the platform accepted of our own account.
    #[must_use]
    pub fn paid_part(&self, transaction: &str) -> Option<&PartState> {
        let mut paid = self.parts.iter().filter(|part| part.has_paid());
        paid.find(|paid| paid.part.transaction == transaction)
    }

    /// The operation on a part that is not over.
    #[must_use]
    pub fn in_flight(&self, transaction: &str) -> Option<&OperationState> {
        let mut open = self
            .operations
            .iter()
            .filter(|o| !o.event.progress.is_over());
        open.find(|operation| operation.event.part == transaction)
    }

    /// Whether an operation may be asked for, by the books alone: one at a time on a part, nothing
    /// taken that is not reserved, and never more given back than was taken. What the platform has
    /// against it is the provider's to say; this holds whatever that says.
    ///
    /// # Errors
    /// Why not.
    pub fn may_operate(
        &self,
        kind: OperationKind,
        transaction: &str,
        amount: Amount,
    ) -> Result<(), NotNow> {
        let part = self.paid_part(transaction).ok_or(NotNow::NoSuchPart)?;
        if let Some(open) = self.in_flight(transaction) {
            return Err(NotNow::InFlight(open.event.operation.clone()));
        }
        let left = part.balance.left_for(kind);
        let amount = amount.minor();
        if amount > left || (kind.is_whole() && amount != left) {
            return Err(NotNow::Left(left));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
