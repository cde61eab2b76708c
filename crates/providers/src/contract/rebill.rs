//! *Rebilling*: charging anew what a payment was made with, without the shopper.

use guichet_domain::id::PaymentId;
use guichet_domain::money::Amount;
use jiff::civil::Date;

use super::call::{Exchange, Step};

/// Where a payment that paid can be charged again, at once or on a day to come. Each rebilling is a
/// payment of its own, which [`super::By::Again`] begins.
pub trait Rebilling: Send + Sync {
    /// Has a rebilling that did not run yet run so. Asked twice, it does the same.
    /// [`Failure::Unsuitable`](super::Failure::Unsuitable) where the platform refuses that: then it
    /// runs as before.
    fn amend(
        &self,
        memo: Option<&str>,
        amendment: &Amendment<'_>,
        exchanges: &[Exchange],
    ) -> Step<Amended>;
}

/// How a rebilling is to run that did not run yet: the whole of what may be changed of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Amendment<'a> {
    /// The day, by the platform's own days.
    pub due: Date,
    /// What it is to charge.
    pub amount: Amount,
    /// The shop's order reference, which the platform may name to the shopper.
    pub reference: &'a str,
}

/// What became of an amendment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Amended {
    /// It runs so.
    Done,
    /// It ran before, or is called off.
    TooLate,
}

/// A payment that charges anew what another one was made with. Nobody is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Again<'a> {
    /// The payment that paid.
    pub of: &'a PaymentId,
    /// The platform's number of the transaction that paid it.
    pub transaction: &'a str,
    /// Charges the shopper's profile that the payment was made with, and not the payment itself.
    pub by_profile: bool,
    /// The day on which the platform is to run it, by the platform's own days; none: at once.
    pub due: Option<Date>,
}
