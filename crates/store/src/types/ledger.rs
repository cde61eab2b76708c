//! The ledger, as it is stored.

use guichet_domain::id::PaymentId;
use guichet_domain::ledger::Movement;

/// An entry of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LedgerEntry {
    /// Its number, of its shop and currency.
    pub number: i64,
    /// The payment.
    pub payment: PaymentId,
    /// The order's reference.
    pub reference: String,
    /// Our reference at the platform.
    pub platform_reference: String,
    /// What it moved, and for what.
    pub movement: Movement,
    /// Unix second of its writing, never before that of an earlier number.
    pub posted_at: i64,
}

/// What proving the ledger came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Audited {
    /// Payments whose events were folded.
    pub payments: u64,
    /// Entries that were read.
    pub entries: u64,
    /// The first difference, in words; none: the ledger is what the events tell.
    pub difference: Option<String>,
}
