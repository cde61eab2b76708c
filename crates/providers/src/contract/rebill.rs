//! *Rebilling*: charging anew what a payment was made with, without the shopper.

use guichet_domain::id::PaymentId;
use jiff::civil::Date;

use super::call::{Exchange, Step};

/// Where a payment that paid can be charged again, at once or on a day to come. Each rebilling is a
/// payment of its own, which [`super::By::Again`] begins.
pub trait Rebilling: Send + Sync {
    /// Has a rebilling that did not run yet run on another day. Asked twice, it does the same.
    fn postpone(&self, memo: Option<&str>, due: Date, exchanges: &[Exchange]) -> Step<Postponed>;
}

/// What became of the wish for another day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Postponed {
    /// It runs on that day.
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
